package cases

import (
	"fmt"
	"strconv"
	"strings"
)

// limits is chapter 9: long messages, in one frame, in fragments, in small
// writes, and many messages one after the other. The peer sends all of them back.
var limits = Chapter{
	Number: "9",
	Title:  "Limits and performance",
	First:  247,
	Sections: []Section{
		{"9.1", "Long text message in one frame"},
		{"9.2", "Long binary message in one frame"},
		{"9.3", "Text message of 4 MiB in fragments"},
		{"9.4", "Binary message of 4 MiB in fragments"},
		{"9.5", "Text message of 1 MiB in small writes"},
		{"9.6", "Binary message of 1 MiB in small writes"},
		{"9.7", "A thousand text messages"},
		{"9.8", "A thousand binary messages"},
	},
	Cases: func() (list []Case) {
		for _, row := range longMessages {
			list = append(list, row.long("9.1", Message{Payload: Repeat(longText, row.octets)}, row.text))
		}
		for _, row := range longMessages {
			list = append(list, row.long("9.2", Message{Binary: true, Payload: Repeat(longBinary, row.octets)}, row.binary))
		}
		for i, fragment := range fragmentSizes {
			list = append(list, fragmented("9.3", i, Message{Payload: Repeat("*", fragmentedLength), Fragment: fragment}))
		}
		for i, fragment := range fragmentSizes {
			octet := "*"
			if i == 0 { // the reference sends another octet here
				octet = "\xfe"
			}
			list = append(list, fragmented("9.4", i, Message{Binary: true, Payload: Repeat(octet, fragmentedLength), Fragment: fragment}))
		}
		for i, chop := range chopSizes {
			list = append(list, chopped("9.5", i, Message{Payload: Repeat(longText, choppedLength), Wire: Wire{Chop: chop}}))
		}
		for i, chop := range chopSizes {
			list = append(list, chopped("9.6", i, Message{Binary: true, Payload: Repeat(longBinary, choppedLength), Wire: Wire{Chop: chop}}))
		}
		for i, row := range roundTrips {
			list = append(list, row.many("9.7", i, Message{Payload: Repeat("*", row.octets)}))
		}
		for i, row := range roundTrips {
			list = append(list, row.many("9.8", i, Message{Binary: true, Payload: Repeat("\xfe", row.octets)}))
		}
		return list
	}(),
}

// What long messages repeat.
const (
	longText   = "BAsd7&jh23"
	longBinary = "\x00\xfe\x23\xfa\xf0"
)

// A longMessage is a row of 9.1 and 9.2.
type longMessage struct {
	number       int
	octets       int
	text, binary Duration // time limits
}

var longMessages = []longMessage{
	{1, 64 << 10, 10 * Second, 10 * Second},
	{2, 256 << 10, 10 * Second, 10 * Second},
	{3, 1 << 20, 100 * Second, 10 * Second},
	{4, 4 << 20, 100 * Second, 10 * Second},
	{5, 8 << 20, 100 * Second, 100 * Second},
	{6, 16 << 20, 100 * Second, 100 * Second},
}

var (
	fragmentSizes = []int{64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20} // octets
	chopSizes     = []int{64, 128, 256, 512, 1 << 10, 2 << 10}                                        // octets
)

const (
	fragmentedLength = 4 << 20 // octets
	choppedLength    = 1 << 20 // octets
)

// roundTrips are the rows of 9.7 and 9.8.
var roundTrips = []roundTrip{
	{0, 60 * Second}, {16, 60 * Second}, {64, 60 * Second},
	{256, 120 * Second}, {1 << 10, 240 * Second}, {4 << 10, 480 * Second},
}

// A roundTrip is how long messages are that are echoed one after the other, and
// how long all of them together may take.
type roundTrip struct {
	octets int
	limit  Duration
}

// echoedOnce is a case in which m comes back within limit. What is in it does not
// matter to the reference, if its type and length are right; the report says so.
func echoedOnce(id ID, description string, m Message, limit Duration) Case {
	return Case{
		ID:          id,
		Description: description,
		Expectation: "The peer sends the message back as it came.",
		Spec:        []string{"RFC 6455 5.2", "RFC 6455 5.4"},
		Script:      Script{Echo{Count: 1, Message: m}},
		Accept: []Outcome{
			{Verdict: OK, Events: Events{Echoed{1}}},
			{Verdict: OK, Events: Events{Got{m.Opcode(), AnyOctets(m.Payload.Size())}},
				Says: "A message of the right type and length came back, which is all that counts here; but what is in it is not what was sent."},
		},
		Limit:  CloseAfter(limit),
		Report: Report{Time: true, Quiet: true},
		Overrides: []Override{{
			Profile: Strict, Clause: "RFC 6455 5.6",
			Why:    "What is in a message is what was sent, not only its type and length.",
			Accept: Exactly(Echoed{1}),
		}},
	}
}

func (row longMessage) long(section ID, m Message, limit Duration) Case {
	description := fmt.Sprintf("A %s message of %d octets in one frame.", m.Opcode(), row.octets)
	return echoedOnce(numbered(section, row.number-1), description, m, limit)
}

func fragmented(section ID, i int, m Message) Case {
	description := fmt.Sprintf("A %s message of %d octets in fragments of %d octets.", m.Opcode(), m.Payload.Size(), m.Fragment)
	if m.Fragment >= m.Payload.Size() {
		description = strings.TrimSuffix(description, ".") + ", that is, in one frame."
	}
	return echoedOnce(numbered(section, i), description, m, 100*Second)
}

func chopped(section ID, i int, m Message) Case {
	description := fmt.Sprintf("A %s message of %d octets in one frame, sent in writes of %d octets.", m.Opcode(), m.Payload.Size(), m.Wire.Chop)
	return echoedOnce(numbered(section, i), description, m, 1000*Second)
}

func (row roundTrip) many(section ID, i int, m Message) Case {
	const count = 1000
	return Case{
		ID:          numbered(section, i),
		Description: fmt.Sprintf("%d %s messages of %d octets, each sent when the last has come back.", count, m.Opcode(), row.octets),
		Expectation: "The peer sends every message back as it came, all of them in time.",
		Spec:        []string{"RFC 6455 5.2"},
		Script:      Script{Echo{Count: count, Message: m}},
		Accept:      Exactly(Echoed{count}),
		Limit:       CloseAfter(row.limit),
		Report:      Report{Time: true, Quiet: true},
	}
}

// numbered is the id of the case at index i of a section.
func numbered(section ID, i int) ID { return section + "." + ID(strconv.Itoa(i+1)) }
