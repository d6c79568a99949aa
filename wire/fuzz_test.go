package wire_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/wire"
)

// maxSeed bounds one seed: the fuzzer changes octets one by one.
const maxSeed = 4096

// seedCatalogue adds the octets that each case sends, in both roles.
func seedCatalogue(add func(octets []byte)) {
	for _, client := range []bool{true, false} {
		catalogue(client, func(_ cases.Case, _ []cases.Frame, octets []byte) {
			add(octets[:min(len(octets), maxSeed)])
		})
	}
}

// cutBy cuts b into pieces whose lengths the octets of cuts give, over and over.
func cutBy(b, cuts []byte) (list [][]byte) {
	for i := 0; len(b) > 0 && len(cuts) > 0; i++ {
		n := min(int(cuts[i%len(cuts)])+1, len(b))
		list, b = append(list, b[:n]), b[n:]
	}
	return append(list, b)
}

func FuzzDecoder(f *testing.F) {
	seedCatalogue(func(octets []byte) { f.Add(octets, []byte{0, 1, 6, 40}) })
	for _, tt := range lies {
		f.Add(encode(tt.frame, true), []byte{0})
	}
	f.Fuzz(func(t *testing.T, stream, cuts []byte) {
		frames := decode(t, stream)
		if diff := cmp.Diff(frames, decode(t, cutBy(stream, cuts)...)); diff != "" {
			t.Errorf("cut, there are other frames (-whole +cut):\n%s", diff)
		}
		// Nothing is lost: written again, the frames are the stream, up to a
		// header that is not complete.
		var again []byte
		inside := false
		for _, fr := range frames {
			again = wire.AppendFrame(again, fr.Header, []byte(fr.Payload), false)
			inside = !fr.Ended
			fr.Header.Faults(wire.Context{})
			if uint64(len(fr.Payload)) != fr.Header.Length && fr.Ended {
				t.Errorf("%d octets of payload, the header says %d", len(fr.Payload), fr.Header.Length)
			}
		}
		rest, ok := bytes.CutPrefix(stream, again)
		if !ok || inside && len(rest) > 0 || len(rest) >= wire.MaxHeader {
			t.Errorf("written again: % x\nwant % x", again, stream)
		}
	})
}

func FuzzHeaderRoundTrip(f *testing.F) {
	for _, tt := range lies {
		h := wire.FrameHeader(tt.frame, true, helloKey)
		f.Add(h.FIN, h.RSV, byte(h.Opcode), h.Masked, h.Key[:], h.Length, h.Bits)
	}
	f.Fuzz(func(t *testing.T, fin bool, rsv, opcode byte, masked bool, key []byte, length uint64, bits int) {
		want := wire.Header{FIN: fin, RSV: rsv & 7, Opcode: cases.Op(opcode & 15), Masked: masked, Length: length}
		if masked {
			copy(want.Key[:], key)
		}
		// A form that does not hold the length is not to be had.
		switch {
		case bits == 7 && length <= 125, bits == 16 && length <= 0xFFFF, bits == 64:
			want.Bits = bits
		}
		octets := want.Append(nil)
		got := decode(t, octets)
		if len(got) != 1 || got[0].Payload != "" {
			t.Fatalf("% x: %+v", octets, got)
		}
		h := got[0].Header
		if want.Bits == 0 {
			if f := h.Faults(wire.Context{}); f&wire.FaultLengthForm != 0 {
				t.Errorf("%d in %d bits, which is not the shortest form", length, h.Bits)
			}
			want.Bits = h.Bits
		}
		if diff := cmp.Diff(want, h); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if !bytes.Equal(octets, h.Append(nil)) {
			t.Errorf("written again: % x\nwant % x", h.Append(nil), octets)
		}
	})
}

func FuzzUTF8(f *testing.F) {
	f.Add("", []byte{})
	f.Add("\xed\xa0\x80", []byte{0})
	f.Add(strings.Repeat("a", 40)+"\xf4\x8f\xbf", []byte{3})
	catalogue(true, func(_ cases.Case, frames []cases.Frame, _ []byte) {
		var text []byte
		for _, fr := range frames {
			text = append(text, fr.Payload.Octets()...)
		}
		f.Add(string(text[:min(len(text), maxSeed)]), []byte{0, 2, 40})
	})
	f.Fuzz(func(t *testing.T, text string, cuts []byte) {
		var u wire.UTF8
		for _, piece := range cutBy([]byte(text), cuts) {
			u.Write(piece)
		}
		got := u.End()
		if valid := utf8.ValidString(text); valid != (got < 0) {
			t.Fatalf("%x: invalid at octet %d, but valid is %t", text, got, valid)
		}
		if want := invalidAt(text); got != want {
			t.Errorf("%x: invalid at octet %d, want %d", text, got, want)
		}
		if whole := validate(t, text, max(len(text), 1)); whole != got {
			t.Errorf("%x: invalid at octet %d, in pieces at %d", text, whole, got)
		}
	})
}

func FuzzParseHead(f *testing.F) {
	request := wire.Opening{Target: "/runCase?case=1&agent=x", Host: "localhost:9001", UserAgent: "x", Key: rfcKey, Origin: "null"}.Request()
	f.Add(request.Append(nil))
	f.Add(wire.Response(request, "Gobahn", "", "").Append(nil))
	f.Add([]byte("HTTP/1.1 403 Forbidden\r\nA:\r\n folded\r\n\r\n"))
	f.Add([]byte("\r\n\r\n"))
	f.Add([]byte("GET / HTTP/1.1\r\nHost: a\x00\r\nHost : b\r\n\r\nrest"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if n := wire.HeadEnd(b); n > 0 {
			if n > len(b) || !bytes.HasSuffix(b[:n], []byte("\r\n\r\n")) {
				t.Fatalf("head of %d octets in %q", n, b)
			}
			b = b[:n]
		}
		h, err := wire.ParseHead(b)
		if err != nil {
			if len(err.Error()) > 500 {
				t.Errorf("an error of %d octets", len(err.Error()))
			}
			return
		}
		for _, err := range []error{wire.CheckRequest(h), wire.CheckResponse(h, rfcKey)} {
			if err != nil && len(err.Error()) > 500 {
				t.Errorf("an error of %d octets", len(err.Error()))
			}
		}
		again, err := wire.ParseHead(h.Append(nil))
		if err != nil && len(h.Append(nil)) <= wire.MaxHead {
			t.Fatalf("written again: %v", err)
		}
		if diff := cmp.Diff(h, again); err == nil && diff != "" {
			t.Errorf("written again (-want +got):\n%s", diff)
		}
	})
}
