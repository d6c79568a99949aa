package wire_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/wire"
)

var helloKey = [4]byte{0x37, 0xFA, 0x21, 0x3D} // of RFC 6455 5.7

// encode is f as a client or a server sends it.
func encode(f cases.Frame, client bool) []byte {
	return wire.AppendFrame(nil, wire.FrameHeader(f, client, helloKey), f.Payload.Octets(), f.Mask.Raw)
}

func TestFramesOfTheRFC(t *testing.T) {
	tests := []struct {
		name   string
		frame  cases.Frame
		client bool
		want   string // how it begins, in hex
		octets int
	}{
		{"single-frame unmasked text message", cases.Text("Hello"), false, "81 05 48 65 6c 6c 6f", 7},
		{"single-frame masked text message", cases.Text("Hello"), true, "81 85 37 fa 21 3d 7f 9f 4d 51 58", 11},
		{"first fragment of an unmasked text message", cases.Text("Hel").More(), false, "01 03 48 65 6c", 5},
		{"last fragment of it", cases.Continue("lo"), false, "80 02 6c 6f", 4},
		{"unmasked ping request", cases.Ping("Hello"), false, "89 05 48 65 6c 6c 6f", 7},
		{"masked ping response", cases.Pong("Hello"), true, "8a 85 37 fa 21 3d 7f 9f 4d 51 58", 11},
		{"256 octets binary", cases.Binary(strings.Repeat("x", 256)), false, "82 7e 01 00 78", 260},
		{"64 KiB binary", cases.Binary(strings.Repeat("x", 65536)), false, "82 7f 00 00 00 00 00 01 00 00 78", 65546},
	}
	for _, tt := range tests {
		got, want := encode(tt.frame, tt.client), unhex(t, tt.want)
		if diff := cmp.Diff(want, got[:min(len(want), len(got))]); diff != "" || len(got) != tt.octets {
			t.Errorf("%s: %d octets, want %d; (-want +got):\n%s", tt.name, len(got), tt.octets, diff)
		}
	}
}

// lies are the frames that are wrong on purpose, and some that are right to
// compare them with. All of them are sent by a client but for those which say
// otherwise by their mask.
//
//	F             FIN
//	 RSV          three reserved bits
//	     opcd     opcode
//	          M   mask bit
//	            length  7 bits, then 16 or 64 more
//	                    key and payload
var lies = []struct {
	name    string
	frame   cases.Frame
	header  string // in bits, without the key
	payload string // in hex, with the key
}{
	{"conformant: text", cases.Text("Hi"),
		"1 000 0001  1 0000010", "37fa213d 7f93"},
	{"conformant: nothing", cases.Text(""),
		"1 000 0001  1 0000000", "37fa213d"},
	{"FIN clear", cases.Text("Hi").More(),
		"0 000 0001  1 0000010", "37fa213d 7f93"},
	{"FIN clear on a ping", cases.Ping("Hi").More(),
		"0 000 1001  1 0000010", "37fa213d 7f93"},
	{"RSV1", cases.Text("Hi").Reserved(4),
		"1 100 0001  1 0000010", "37fa213d 7f93"},
	{"RSV2", cases.Text("Hi").Reserved(2),
		"1 010 0001  1 0000010", "37fa213d 7f93"},
	{"RSV3", cases.Text("Hi").Reserved(1),
		"1 001 0001  1 0000010", "37fa213d 7f93"},
	{"all reserved bits, FIN clear", cases.Text("Hi").Reserved(7).More(),
		"0 111 0001  1 0000010", "37fa213d 7f93"},
	{"reserved data opcode", cases.Opcode(3, "Hi"),
		"1 000 0011  1 0000010", "37fa213d 7f93"},
	{"reserved control opcode", cases.Opcode(0xB, "Hi"),
		"1 000 1011  1 0000010", "37fa213d 7f93"},
	{"highest opcode", cases.Opcode(0xF, "Hi"),
		"1 000 1111  1 0000010", "37fa213d 7f93"},
	{"continuation of nothing", cases.Continue("Hi"),
		"1 000 0000  1 0000010", "37fa213d 7f93"},

	{"mask bit clear, so no key", cases.Text("Hi").Unmasked(),
		"1 000 0001  0 0000010", "4869"},
	{"another key", cases.Frame{Opcode: cases.OpText, Payload: cases.Of("Hi"), Mask: cases.Mask{Key: "01020304"}},
		"1 000 0001  1 0000010", "01020304 496b"},
	{"key of zeros", cases.Frame{Opcode: cases.OpText, Payload: cases.Of("Hi"), Mask: cases.Mask{Key: "00000000"}},
		"1 000 0001  1 0000010", "00000000 4869"},
	{"key announced, payload as it is", cases.Frame{Opcode: cases.OpText, Payload: cases.Of("Hi"), Mask: cases.Mask{Raw: true}},
		"1 000 0001  1 0000010", "37fa213d 4869"},
	{"key that is none", cases.Frame{Opcode: cases.OpText, Payload: cases.Of("Hi"), Mask: cases.Mask{Key: "xyz"}},
		"1 000 0001  1 0000010", "37fa213d 7f93"},

	{"claims less than it has", cases.Text("Hi").Claim(1).Unmasked(),
		"1 000 0001  0 0000001", "4869"},
	{"claims more than it has", cases.Text("Hi").Claim(125).Unmasked(),
		"1 000 0001  0 1111101", "4869"},
	{"claims nothing", cases.Text("Hi").Claim(0).Unmasked(),
		"1 000 0001  0 0000000", "4869"},
	{"claims what needs 16 bits", cases.Text("Hi").Claim(126).Unmasked(),
		"1 000 0001  0 1111110  00000000 01111110", "4869"},
	{"claims the most of 16 bits", cases.Text("Hi").Claim(0xFFFF).Unmasked(),
		"1 000 0001  0 1111110  11111111 11111111", "4869"},
	{"claims what needs 64 bits", cases.Text("Hi").Claim(0x10000).Unmasked(),
		"1 000 0001  0 1111111  00000000 00000000 00000000 00000000 00000000 00000001 00000000 00000000", "4869"},
	{"claims the most the RFC allows", cases.Text("Hi").Claim(1<<63 - 1).Unmasked(),
		"1 000 0001  0 1111111  01111111 11111111 11111111 11111111 11111111 11111111 11111111 11111111", "4869"},
	{"claims 2^64-1", cases.Text("Hi").Claim(1<<64 - 1).Unmasked(),
		"1 000 0001  0 1111111  11111111 11111111 11111111 11111111 11111111 11111111 11111111 11111111", "4869"},
	{"ping that claims 126", cases.Ping("Hi").Claim(126).Unmasked(),
		"1 000 1001  0 1111110  00000000 01111110", "4869"},

	{"length in 7 bits", form(7), "1 000 0001  0 0000010", "4869"},
	{"length in 16 bits that fits 7", form(16),
		"1 000 0001  0 1111110  00000000 00000010", "4869"},
	{"length in 64 bits that fits 7", form(64),
		"1 000 0001  0 1111111  00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000010", "4869"},
	{"claim in 64 bits that fits 16", form(64).Claim(0xFFFF),
		"1 000 0001  0 1111111  00000000 00000000 00000000 00000000 00000000 00000000 11111111 11111111", "4869"},
	{"zero in 64 bits", form(64).Claim(0),
		"1 000 0001  0 1111111  00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000", "4869"},
}

// form is an unmasked text frame whose length is written in that many bits.
func form(bits int) cases.Frame {
	f := cases.Text("Hi").Unmasked()
	f.Length.Bits = bits
	return f
}

func TestFramesLieAsTheyAreTold(t *testing.T) {
	for _, tt := range lies {
		want := append(bits(t, tt.header), unhex(t, tt.payload)...)
		if diff := cmp.Diff(want, encode(tt.frame, true)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestServerMasksOnlyIfTold(t *testing.T) {
	mask := true
	tests := []struct {
		name  string
		frame cases.Frame
		want  string
	}{
		{"conformant", cases.Text("Hi"), "81 02 48 69"},
		{"mask bit set", cases.Frame{Opcode: cases.OpText, Payload: cases.Of("Hi"), Mask: cases.Mask{Bit: &mask}}, "81 82 37 fa 21 3d 7f 93"},
		{"key without mask bit", cases.Frame{Opcode: cases.OpText, Payload: cases.Of("Hi"), Mask: cases.Mask{Key: "01020304"}}, "81 02 48 69"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(unhex(t, tt.want), encode(tt.frame, false)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestShortestFormOfEveryLengthNearABoundary(t *testing.T) {
	tests := []struct {
		length uint64
		want   string
	}{
		{0, "82 00"}, {1, "82 01"}, {125, "82 7d"},
		{126, "82 7e 00 7e"}, {127, "82 7e 00 7f"}, {128, "82 7e 00 80"},
		{65535, "82 7e ff ff"}, {65536, "82 7f 00 00 00 00 00 01 00 00"},
		{1<<32 - 1, "82 7f 00 00 00 00 ff ff ff ff"}, {1 << 32, "82 7f 00 00 00 01 00 00 00 00"},
		{1<<63 - 1, "82 7f 7f ff ff ff ff ff ff ff"}, {1 << 63, "82 7f 80 00 00 00 00 00 00 00"},
	}
	for _, tt := range tests {
		h := wire.Header{FIN: true, Opcode: cases.OpBinary, Length: tt.length}
		if diff := cmp.Diff(unhex(t, tt.want), h.Append(nil)); diff != "" {
			t.Errorf("length %d (-want +got):\n%s", tt.length, diff)
		}
	}
}

func TestAppendFrameLeavesThePayloadAsItIs(t *testing.T) {
	payload := []byte("Hello")
	dst := make([]byte, 0, 64)
	before := append(dst, "before"...)
	got := wire.AppendFrame(before, wire.FrameHeader(cases.Text("Hello"), true, helloKey), payload, false)
	if string(payload) != "Hello" {
		t.Errorf("the payload is now %q", payload)
	}
	if diff := cmp.Diff(append([]byte("before"), encode(cases.Text("Hello"), true)...), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFramesAreWrittenWithoutAllocation(t *testing.T) {
	payload := make([]byte, 125)
	h := wire.FrameHeader(cases.Binary(string(payload)), true, helloKey)
	dst := make([]byte, 0, wire.MaxHeader+len(payload))
	if n := testing.AllocsPerRun(100, func() { dst = wire.AppendFrame(dst[:0], h, payload, false) }); n > 0 {
		t.Errorf("%v allocations a frame", n)
	}
}
