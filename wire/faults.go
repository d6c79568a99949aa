package wire

import (
	"fmt"
	"strings"
)

// Describe names every fault in f, with the offending value of h.
func (f Faults) Describe(h Header) string {
	var list []string
	for _, t := range faultTexts {
		if f&t.fault != 0 {
			list = append(list, t.text(h))
		}
	}
	return strings.Join(list, "; ")
}

var faultTexts = []struct {
	fault Faults
	text  func(Header) string
}{
	{FaultRSV, func(h Header) string { return fmt.Sprintf("reserved bits set (RSV %d) without a meaning", h.RSV) }},
	{FaultOpcode, func(h Header) string { return fmt.Sprintf("reserved opcode %s", h.Opcode) }},
	{FaultControlFIN, func(h Header) string { return fmt.Sprintf("fragmented %s frame", h.Opcode) }},
	{FaultControlLength, func(h Header) string { return fmt.Sprintf("%s frame of %d octets", h.Opcode, h.Length) }},
	{FaultContinuation, func(Header) string { return "continuation of no message" }},
	{FaultInterrupted, func(h Header) string { return fmt.Sprintf("%s frame inside a fragmented message", h.Opcode) }},
	{FaultUnmasked, func(h Header) string { return fmt.Sprintf("unmasked %s frame from a client", h.Opcode) }},
	{FaultMasked, func(h Header) string { return fmt.Sprintf("masked %s frame from a server", h.Opcode) }},
	{FaultLengthForm, func(h Header) string { return fmt.Sprintf("length %d in %d bits", h.Length, h.Bits) }},
	{FaultLengthSign, func(h Header) string { return fmt.Sprintf("length %#x with the top bit set", h.Length) }},
}
