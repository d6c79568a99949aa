package wire_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"gobahn/cases"
	"gobahn/wire"
)

// bits is the octets written as zeros and ones, in groups as the reader likes.
func bits(t testing.TB, s string) []byte {
	t.Helper()
	s = strings.Join(strings.Fields(s), "")
	if len(s)%8 != 0 {
		t.Fatalf("%d bits in %q", len(s), s)
	}
	b := make([]byte, len(s)/8)
	for i, c := range s {
		b[i/8] |= byte(c-'0') << (7 - i%8)
	}
	return b
}

// unhex is the octets written in hex, with spaces.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A frame is what a Decoder said of one.
type frame struct {
	Header  wire.Header
	Payload string
	Ended   bool
}

// pieces cuts b into pieces of n octets.
func pieces(b []byte, n int) (list [][]byte) {
	for len(b) > n {
		list, b = append(list, b[:n]), b[n:]
	}
	return append(list, b)
}

// decode gives copies of pieces to a Decoder and returns the frames it found,
// the last of which may not have ended. It fails the test if the parts of a
// frame are not one beginning, payload, one end.
func decode(t testing.TB, pieces ...[]byte) (frames []frame) {
	t.Helper()
	var d wire.Decoder
	inside := false
	for _, piece := range pieces {
		b := append([]byte(nil), piece...)
		for {
			p, rest, ok := d.Next(b)
			if !ok {
				if len(rest) > 0 {
					t.Fatalf("no part, but %d octets left", len(rest))
				}
				break
			}
			if len(rest) >= len(b) {
				t.Fatalf("a part of no octets: %+v", p)
			}
			b = rest
			if p.Begin == inside {
				t.Fatalf("begin is %t inside a frame %t", p.Begin, inside)
			}
			if p.Begin {
				frames = append(frames, frame{Header: p.Header})
			}
			f := &frames[len(frames)-1]
			if f.Header != p.Header {
				t.Fatalf("the header was %+v, now it is %+v", f.Header, p.Header)
			}
			f.Payload += string(p.Payload)
			f.Ended = p.End
			inside = !p.End
		}
	}
	return frames
}

// sent is the frames that a step puts onto the wire.
func sent(step cases.Step) []cases.Frame {
	switch s := step.(type) {
	case cases.Frame:
		return []cases.Frame{s}
	case cases.Split:
		return []cases.Frame{s.Frame}
	case cases.Message:
		return s.Frames()
	case cases.Echo:
		return s.Message.Frames()
	case cases.SendClose:
		return []cases.Frame{{Opcode: cases.OpClose, Payload: s.Payload}}
	}
	return nil
}

// maxTested bounds the octets of the payloads that tests take from the catalogue.
const maxTested = 1 << 16

// catalogue calls each for every case with the frames it sends and their octets.
// Frames with longer payloads than tests need are left out.
func catalogue(client bool, each func(c cases.Case, frames []cases.Frame, octets []byte)) {
	key := [4]byte{0x37, 0xFA, 0x21, 0x3D}
	for _, c := range cases.Catalogue {
		var frames []cases.Frame
		var octets []byte
		for _, step := range c.Script {
			if raw, ok := step.(cases.Raw); ok && raw.Octets.Size() <= maxTested {
				octets = append(octets, raw.Octets.Octets()...)
			}
			if m, ok := step.(cases.Message); ok && m.Payload.Size() > maxTested {
				continue
			}
			for _, f := range sent(step) {
				if f.Payload.Size() <= maxTested {
					frames = append(frames, f)
					octets = wire.AppendFrame(octets, wire.FrameHeader(f, client, key), f.Payload.Octets(), f.Mask.Raw)
				}
			}
		}
		each(c, frames, octets)
	}
}
