package templates

import (
	"fmt"
	"strconv"
	"strings"

	"gobahn/cases"
)

// A decoding is a frame field by field.
type decoding struct {
	Name   string // of the frame, with the number of its row
	Octets []span // as on the wire; empty: the log has not kept them
	Fields []field
}

// A span is the octets of a field, or of several that share them.
type span struct{ Class, Hex string }

// A field is one of a frame header's, or the payload.
type field struct {
	Bits  string // where its octets have it, as in "1... ...."; empty: it has all bits of them
	Class string // that of its octets
	Name  string
	Value string
}

// The classes of octets, whose colours and underlines are in the stylesheet. They are no
// classes of elements, since templ takes long for these.
const (
	classHead     = "head"   // FIN, RSV and opcode
	classLength   = "length" // MASK and the first form of the length
	classExtended = "long"   // its longer forms
	classKey      = "key"
	classPayload  = "payload"
)

// decode takes the frame apart that r is about, f being its octets; nil: they are not known.
func decode(number int, r cases.Row, f *frame) *decoding {
	first := bit(r.FIN)<<7 | r.RSV&7<<4 | byte(r.Opcode)&0xF
	second := bit(r.Key != "") << 7
	length := field{Class: classLength, Name: "Length", Value: lengthText(r, f)}
	d := &decoding{Name: fmt.Sprintf("%03d %s", number, frameLabel(r))}
	if f != nil {
		d.Octets = f.spans()
		length.Bits = bitsOf(f.Second, 0x7F)
	}
	d.Fields = append(make([]field, 0, 9),
		field{bitsOf(first, 0x80), classHead, "FIN", either(r.FIN, "1, the final fragment", "0, more fragments follow")},
		field{bitsOf(first, 0x40), classHead, "RSV1", either(r.RSV&4 != 0, "1", "0")},
		field{bitsOf(first, 0x20), classHead, "RSV2", either(r.RSV&2 != 0, "1", "0")},
		field{bitsOf(first, 0x10), classHead, "RSV3", either(r.RSV&1 != 0, "1", "0")},
		field{bitsOf(first, 0x0F), classHead, "Opcode", strconv.Itoa(int(r.Opcode)) + ", " + opcodeText(r.Opcode)},
		field{bitsOf(second, 0x80), classLength, "MASK", either(r.Key != "", "1, masked", "0, not masked")},
		length)
	if r.Key != "" {
		d.Fields = append(d.Fields, field{"", classKey, "Masking key", Legible(r.Key)})
	}
	d.Fields = append(d.Fields, field{"", classPayload, "Payload", payloadText(r)})
	return d
}

// bitsOf shows the bits of an octet that mask selects, and dots for the others.
func bitsOf(octet, mask byte) string {
	b := []byte(".... ....")
	for i := range 8 {
		if bit := byte(0x80 >> i); mask&bit != 0 {
			b[i+i/4] = either[byte](octet&bit != 0, '1', '0')
		}
	}
	return string(b)
}

func bit(b bool) byte { return either[byte](b, 1, 0) }

func either[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

func opcodeText(op cases.Op) string {
	switch {
	case op.Reserved() && op.Control():
		return "a control frame, not defined"
	case op.Reserved():
		return "a data frame, not defined"
	}
	return op.String()
}

// lengthText is the value of the length field, the form it is written in, and what is
// odd about that.
func lengthText(r cases.Row, f *frame) string {
	size := framePayload(r)
	if f == nil {
		return plural(size, "octet")
	}
	s := fmt.Sprintf("%d, in %d bits", f.Length(), f.Bits())
	if shortest := cases.LengthBits(f.Length()); shortest < f.Bits() {
		s += fmt.Sprintf(" where %d would do", shortest)
	}
	if f.Length() != uint64(size) {
		s += fmt.Sprintf(", but %s followed", plural(size, "octet"))
	}
	return s
}

// payloadText is the payload in the notation of scripts, unmasked.
func payloadText(r cases.Row) string {
	size := framePayload(r)
	if size == 0 {
		return "none"
	}
	head := r.Head[:min(len(r.Head), cases.LogLimit)]
	shown := cases.Of(string(head)).String()
	if r.Opcode == cases.OpClose && len(head) >= 2 {
		shown = strings.TrimPrefix(cases.Frame{Opcode: cases.OpClose, Payload: cases.Of(string(head))}.String(), "close ")
	}
	s := plural(size, "octet") + ": " + Legible(shown)
	switch {
	case r.RepeatLen > 0:
		s += " over and over"
	case size > len(head):
		s += " …"
	}
	return s
}

// spans are the octets of f by field.
func (f *frame) spans() []span {
	list := []span{{classHead, fmt.Sprintf("%02x", f.First)}, {classLength, fmt.Sprintf("%02x", f.Second)}}
	add := func(class string, b []byte, more string) {
		if s := fmt.Sprintf("% x", b) + more; s != "" {
			list = append(list, span{class, s})
		}
	}
	add(classExtended, f.Extended, "")
	add(classKey, f.Key, "")
	more := ""
	if len(f.Payload) < f.Size {
		more = " …"
	}
	add(classPayload, f.Payload, more)
	return list
}

// A meaning is a class of octets in the legend.
type meaning struct{ Class, Example, Text string }

var octetLegend = []meaning{
	{classHead, "81", "FIN, RSV1–3 and opcode"},
	{classLength, "fe", "MASK and length"},
	{classExtended, "01 00", "longer form of the length"},
	{classKey, "37 fa 21 3d", "masking key"},
	{classPayload, "7f 9f", "payload as on the wire"},
}
