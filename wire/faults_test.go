package wire_test

import (
	"testing"

	"gobahn/cases"
	"gobahn/wire"
)

func TestFaultsOfAHeaderAreNamedAllAtOnce(t *testing.T) {
	type H = wire.Header
	type C = wire.Context
	server := C{}
	inside := C{InMessage: true}
	client := C{FromClient: true}
	tests := []struct {
		name   string
		header wire.Header
		from   wire.Context
		want   wire.Faults
		says   string
	}{
		{"text from a server", H{FIN: true, Opcode: cases.OpText, Bits: 7}, server, 0, ""},
		{"masked text from a client", H{FIN: true, Opcode: cases.OpText, Masked: true, Bits: 7}, client, 0, ""},
		{"first fragment", H{Opcode: cases.OpBinary, Bits: 7}, server, 0, ""},
		{"next fragment", H{Opcode: cases.OpContinuation, Bits: 7}, inside, 0, ""},
		{"last fragment", H{FIN: true, Opcode: cases.OpContinuation, Bits: 7}, inside, 0, ""},
		{"ping between fragments", H{FIN: true, Opcode: cases.OpPing, Length: 125, Bits: 7}, inside, 0, ""},
		{"the longest frame", H{FIN: true, Opcode: cases.OpBinary, Length: 1<<63 - 1, Bits: 64}, server, 0, ""},

		{"RSV1", H{FIN: true, RSV: 4, Opcode: cases.OpText}, server, wire.FaultRSV, "reserved bits set (RSV 4) without a meaning"},
		{"RSV1 of an extension", H{FIN: true, RSV: 4, Opcode: cases.OpText}, C{Compressed: true}, 0, ""},
		{"RSV1 in a continuation frame", H{FIN: true, RSV: 4, Opcode: cases.OpContinuation}, C{InMessage: true, Compressed: true}, wire.FaultRSV, "reserved bits set (RSV 4) without a meaning"},
		{"RSV1 in a ping", H{FIN: true, RSV: 4, Opcode: cases.OpPing}, C{Compressed: true}, wire.FaultRSV, "reserved bits set (RSV 4) without a meaning"},
		{"RSV1 of an extension, RSV3 of none", H{FIN: true, RSV: 5, Opcode: cases.OpText}, C{Compressed: true}, wire.FaultRSV, "reserved bits set (RSV 5) without a meaning"},
		{"reserved data opcode", H{FIN: true, Opcode: 3}, server, wire.FaultOpcode, "reserved opcode 0x3"},
		{"reserved data opcode inside a message", H{FIN: true, Opcode: 7}, inside, wire.FaultOpcode, "reserved opcode 0x7"},
		{"reserved control opcode", H{FIN: true, Opcode: 0xB}, server, wire.FaultOpcode, "reserved opcode 0xb"},
		{"fragmented ping", H{Opcode: cases.OpPing}, server, wire.FaultControlFIN, "fragmented ping frame"},
		{"close of 126 octets", H{FIN: true, Opcode: cases.OpClose, Length: 126, Bits: 16}, server, wire.FaultControlLength, "close frame of 126 octets"},
		{"continuation of nothing", H{FIN: true, Opcode: cases.OpContinuation}, server, wire.FaultContinuation, "continuation of no message"},
		{"text inside a message", H{FIN: true, Opcode: cases.OpText}, inside, wire.FaultInterrupted, "text frame inside a fragmented message"},
		{"binary inside a message", H{Opcode: cases.OpBinary}, inside, wire.FaultInterrupted, "binary frame inside a fragmented message"},
		{"unmasked from a client", H{FIN: true, Opcode: cases.OpText}, client, wire.FaultUnmasked, "unmasked text frame from a client"},
		{"masked from a server", H{FIN: true, Opcode: cases.OpText, Masked: true}, server, wire.FaultMasked, "masked text frame from a server"},
		{"unmasked from a client that may", H{FIN: true, Opcode: cases.OpText}, C{FromClient: true, AnyMask: true}, 0, ""},
		{"masked from a server that may", H{FIN: true, Opcode: cases.OpText, Masked: true}, C{AnyMask: true}, 0, ""},
		{"125 in 16 bits", H{FIN: true, Opcode: cases.OpText, Length: 125, Bits: 16}, server, wire.FaultLengthForm, "length 125 in 16 bits"},
		{"126 in 16 bits", H{FIN: true, Opcode: cases.OpText, Length: 126, Bits: 16}, server, 0, ""},
		{"65535 in 64 bits", H{FIN: true, Opcode: cases.OpText, Length: 65535, Bits: 64}, server, wire.FaultLengthForm, "length 65535 in 64 bits"},
		{"65536 in 64 bits", H{FIN: true, Opcode: cases.OpText, Length: 65536, Bits: 64}, server, 0, ""},
		{"top bit of the length", H{FIN: true, Opcode: cases.OpText, Length: 1 << 63, Bits: 64}, server, wire.FaultLengthSign, "length 0x8000000000000000 with the top bit set"},

		{"reserved control opcode, fragmented, with reserved bits",
			H{RSV: 3, Opcode: 0xF}, server,
			wire.FaultRSV | wire.FaultOpcode | wire.FaultControlFIN,
			"reserved bits set (RSV 3) without a meaning; reserved opcode 0xf; fragmented 0xf frame"},
		{"ping in 64 bits that fits 7, fragmented", H{Opcode: cases.OpPing, Length: 5, Bits: 64}, server,
			wire.FaultControlFIN | wire.FaultLengthForm,
			"fragmented ping frame; length 5 in 64 bits"},
		{"unmasked continuation of nothing", H{Opcode: cases.OpContinuation, RSV: 1}, client,
			wire.FaultRSV | wire.FaultContinuation | wire.FaultUnmasked,
			"reserved bits set (RSV 1) without a meaning; continuation of no message; unmasked continuation frame from a client"},
		{"everything wrong with a control frame",
			H{RSV: 7, Opcode: 0xF, Masked: true, Length: 1<<64 - 1, Bits: 64}, server,
			wire.FaultRSV | wire.FaultOpcode | wire.FaultControlFIN | wire.FaultControlLength | wire.FaultMasked | wire.FaultLengthSign,
			"reserved bits set (RSV 7) without a meaning; reserved opcode 0xf; fragmented 0xf frame; " +
				"0xf frame of 18446744073709551615 octets; masked 0xf frame from a server; length 0xffffffffffffffff with the top bit set"},
		{"everything wrong with a data frame inside a message",
			H{RSV: 7, Opcode: cases.OpText, Length: 1, Bits: 64}, C{FromClient: true, InMessage: true},
			wire.FaultRSV | wire.FaultInterrupted | wire.FaultUnmasked | wire.FaultLengthForm,
			"reserved bits set (RSV 7) without a meaning; text frame inside a fragmented message; " +
				"unmasked text frame from a client; length 1 in 64 bits"},
	}
	for _, tt := range tests {
		got := tt.header.Faults(tt.from)
		if got != tt.want {
			t.Errorf("%s: faults %010b, want %010b", tt.name, got, tt.want)
		}
		if says := got.Describe(tt.header); says != tt.says {
			t.Errorf("%s: says %q, want %q", tt.name, says, tt.says)
		}
	}
}

// TestFaultsAreIndependent combines every property of a header with every other:
// each fault depends on its own condition alone.
func TestFaultsAreIndependent(t *testing.T) {
	for op := range cases.Op(16) {
		for rsv := range byte(8) {
			for _, length := range []uint64{0, 125, 126, 65535, 65536, 1<<63 - 1, 1 << 63} {
				for _, bits := range []int{0, 7, 16, 64} {
					for i := range 64 {
						bit := func(n int) bool { return i>>n&1 == 1 }
						h := wire.Header{FIN: bit(0), RSV: rsv, Opcode: op, Masked: bit(1), Length: length, Bits: bits}
						c := wire.Context{FromClient: bit(2), AnyMask: bit(3), InMessage: bit(4), Compressed: bit(5)}
						if got, want := h.Faults(c), slowFaults(h, c); got != want {
							t.Fatalf("%+v from %+v: faults %010b, want %010b", h, c, got, want)
						}
					}
				}
			}
		}
	}
}

func slowFaults(h wire.Header, c wire.Context) (f wire.Faults) {
	known := map[cases.Op]bool{0: true, 1: true, 2: true, 8: true, 9: true, 10: true}
	if h.RSV != 0 && !(c.Compressed && h.RSV == 4 && (h.Opcode == 1 || h.Opcode == 2)) {
		f |= wire.FaultRSV
	}
	if !known[h.Opcode] {
		f |= wire.FaultOpcode
	}
	if h.Opcode >= 8 {
		if !h.FIN {
			f |= wire.FaultControlFIN
		}
		if h.Length > 125 {
			f |= wire.FaultControlLength
		}
	}
	if h.Opcode == 0 && !c.InMessage {
		f |= wire.FaultContinuation
	}
	if (h.Opcode == 1 || h.Opcode == 2) && c.InMessage {
		f |= wire.FaultInterrupted
	}
	if !c.AnyMask && h.Masked != c.FromClient {
		if c.FromClient {
			f |= wire.FaultUnmasked
		} else {
			f |= wire.FaultMasked
		}
	}
	if h.Length < 126 && h.Bits > 7 || h.Length < 65536 && h.Bits > 16 {
		f |= wire.FaultLengthForm
	}
	if h.Length >= 1<<63 {
		f |= wire.FaultLengthSign
	}
	return f
}
