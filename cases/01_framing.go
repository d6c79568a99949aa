package cases

import (
	"fmt"
	"slices"
)

// framing is chapter 1: whole messages in one frame, at every length where the
// length field of RFC 6455 5.2 changes its form.
var framing = Chapter{
	Number: "1",
	Title:  "Framing",
	First:  1,
	Sections: []Section{
		{"1.1", "Text messages of every length form"},
		{"1.2", "Binary messages of every length form"},
	},
	Cases: slices.Concat(
		frameSizes("1.1", OpText, "*"),
		frameSizes("1.2", OpBinary, "\xfe"),
	),
}

// frameLengths are the payload lengths of chapter 1, the same for both types.
var frameLengths = []struct {
	octets int
	why    string
	chop   int
	limit  Limit
}{
	{octets: 0, why: "no payload at all"},
	{octets: 125, why: "the longest with a 7-bit length"},
	{octets: 126, why: "the shortest with a 16-bit length"},
	{octets: 127, why: "the number that announces a 64-bit length"},
	{octets: 128, why: "the lowest length octet has its sign bit set"},
	{octets: 65535, why: "the longest with a 16-bit length", limit: FailAfter(10 * Second)},
	{octets: 65536, why: "the shortest with a 64-bit length", limit: FailAfter(10 * Second)},
	{octets: 65536, why: "in writes of 997 octets", chop: 997, limit: FailAfter(10 * Second)},
}

// frameSizes is one case for each of frameLengths: a message of type op, filled
// with pattern.
func frameSizes(section string, op Op, pattern string) (list []Case) {
	for i, l := range frameLengths {
		payload := Repeat(pattern, l.octets)
		list = append(list, Case{
			ID:          nth(section, i),
			Description: fmt.Sprintf("A %s message of %d octets in one frame: %s.", op, l.octets, l.why),
			Expectation: "The peer echoes the message, then the connection is closed cleanly.",
			Spec:        []string{"RFC 6455 5.2", "RFC 6455 5.6"},
			Script:      Script{Frame{Opcode: op, Payload: payload, Wire: Wire{Chop: l.chop}}},
			Accept:      Exactly(Got{op, payload}),
			Limit:       l.limit,
		})
	}
	return list
}

// nth is the id of the case at index i of a section.
func nth(section string, i int) ID { return ID(fmt.Sprintf("%s.%d", section, i+1)) }
