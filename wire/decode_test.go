package wire_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/wire"
)

// head returns the parts of a header that tests compare in frames.
func head(op cases.Op, length uint64, bits int) wire.Header {
	return wire.Header{FIN: true, Opcode: op, Length: length, Bits: bits}
}

func masked(h wire.Header) wire.Header {
	h.Masked, h.Key = true, helloKey
	return h
}

func TestDecoderFindsTheSameFramesHoweverTheyAreCut(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 20) // 320 octets, 16-bit length
	reserved := wire.Header{RSV: 7, Opcode: 0xF, Length: 3, Bits: 64}
	want := []frame{
		{head(cases.OpText, 5, 7), "Hello", true},
		{masked(head(cases.OpText, 5, 7)), "Hello", true},
		{head(cases.OpBinary, 0, 7), "", true},
		{masked(head(cases.OpPing, 0, 7)), "", true},
		{head(cases.OpBinary, 0, 16), "", true},
		{masked(head(cases.OpBinary, 0, 64)), "", true},
		{masked(head(cases.OpBinary, 320, 16)), long, true},
		{reserved, "odd", true},
		{masked(head(cases.OpContinuation, 320, 64)), long, true},
		{head(cases.OpClose, 2, 7), "\x03\xe8", true},
		{masked(head(cases.OpBinary, math.MaxUint64, 64)), "begun", false},
	}
	var stream []byte
	for _, f := range want {
		stream = wire.AppendFrame(stream, f.Header, []byte(f.Payload), false)
	}
	for n := 1; n <= len(stream); n++ {
		if diff := cmp.Diff(want, decode(t, pieces(stream, n)...)); diff != "" {
			t.Fatalf("in pieces of %d octets (-want +got):\n%s", n, diff)
		}
	}
}

func TestDecoderUnmasksAPayloadCutAnywhere(t *testing.T) {
	payload := strings.Repeat("masked payload ", 6)
	h := masked(head(cases.OpText, uint64(len(payload)), 7))
	stream := wire.AppendFrame(nil, h, []byte(payload), false)
	want := []frame{{h, payload, true}}
	for i := range len(stream) + 1 {
		for j := i; j <= len(stream); j++ {
			if diff := cmp.Diff(want, decode(t, stream[:i], stream[i:j], stream[j:])); diff != "" {
				t.Fatalf("cut at octets %d and %d (-want +got):\n%s", i, j, diff)
			}
		}
	}
}

func TestDecoderReportsBeginningPayloadAndEnd(t *testing.T) {
	type part struct {
		Begin, End bool
		Payload    string
	}
	tests := []struct {
		name   string
		pieces []string // in hex
		want   []part
	}{
		{"a whole frame", []string{"81 02 48 69"}, []part{{true, true, "Hi"}}},
		{"an empty frame", []string{"81 00"}, []part{{true, true, ""}}},
		{"two frames", []string{"81 01 48 81 01 69"}, []part{{true, true, "H"}, {true, true, "i"}}},
		{"header alone", []string{"81 02"}, []part{{true, false, ""}}},
		{"header, then payload", []string{"81 02", "48 69"}, []part{{true, false, ""}, {false, true, "Hi"}}},
		{"payload in two", []string{"81 02 48", "69"}, []part{{true, false, "H"}, {false, true, "i"}}},
		{"header in two", []string{"81", "02 48 69"}, []part{{true, true, "Hi"}}},
		{"header unfinished", []string{"81 ff 00 00 00 00 00 00 00 01 37 fa 21"}, nil},
		{"nothing", []string{""}, nil},
		{"nothing inside a payload", []string{"81 02 48", "", "", "69"}, []part{{true, false, "H"}, {false, true, "i"}}},
		{"nothing inside a header", []string{"81", "", "01 48"}, []part{{true, true, "H"}}},
		{"end and the next beginning in one", []string{"81 02 48", "69 89 00"}, []part{{true, false, "H"}, {false, true, "i"}, {true, true, ""}}},
	}
	for _, tt := range tests {
		var d wire.Decoder
		var got []part
		for _, piece := range tt.pieces {
			for b := unhex(t, piece); ; {
				p, rest, ok := d.Next(b)
				if b = rest; !ok {
					break
				}
				got = append(got, part{p.Begin, p.End, string(p.Payload)})
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestDecoderReadsEveryHeader(t *testing.T) {
	// All first octets with all second octets: nothing is refused.
	for first := range 256 {
		for second := range 256 {
			octets := append([]byte{byte(first), byte(second)}, "\x00\x00\x00\x00\x00\x00\x00\x05\x01\x02\x03\x04"...)
			f := decode(t, octets)[0]
			bits := map[int]int{126: 16, 127: 64}[second&0x7F]
			if bits == 0 {
				bits = 7
			}
			got := f.Header
			want := wire.Header{
				FIN: first >= 0x80, RSV: byte(first>>4) & 7, Opcode: cases.Op(first & 15),
				Masked: second >= 0x80, Bits: bits, Key: got.Key, Length: got.Length,
			}
			if got != want {
				t.Fatalf("%02x %02x: %+v, want %+v", first, second, got, want)
			}
			if again := got.Append(nil); string(again) != string(octets[:len(again)]) {
				t.Fatalf("%02x %02x: written again % x", first, second, again)
			}
		}
	}
}

func TestDecoderKeepsNoPayload(t *testing.T) {
	var d wire.Decoder
	stream := head(cases.OpBinary, math.MaxUint64, 64).Append(nil)
	if p, _, ok := d.Next(stream); !ok || !p.Begin || p.End {
		t.Fatalf("header of a frame of 2^64-1 octets: %+v, %t", p, ok)
	}
	piece := make([]byte, 1<<16)
	if n := testing.AllocsPerRun(1000, func() {
		if p, rest, ok := d.Next(piece); !ok || p.Begin || p.End || len(p.Payload) != len(piece) || len(rest) > 0 {
			t.Fatalf("payload of it: %+v", p)
		}
	}); n > 0 {
		t.Errorf("%v allocations a piece", n)
	}
}

func TestEveryFrameOfTheCatalogueComesBack(t *testing.T) {
	if testing.Short() {
		t.Skip("with -short, which is for the race detector: one goroutine, and much to compute")
	}
	for _, client := range []bool{true, false} {
		catalogue(client, func(c cases.Case, frames []cases.Frame, _ []byte) {
			for i, f := range frames {
				if f.Length.Claim != nil || f.Mask.Raw {
					continue // what comes back is not what is in it
				}
				octets := encode(f, client)
				got := decode(t, octets)
				h := wire.FrameHeader(f, client, helloKey)
				h.Bits = got[0].Header.Bits
				want := []frame{{h, string(f.Payload.Octets()), true}}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: frame %d (-want +got):\n%s", c.ID, i+1, diff)
				}
			}
		})
	}
}
