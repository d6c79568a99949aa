package wire_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gobahn/cases"
	"gobahn/wire"
)

// anyFrame draws a frame, whatever is wrong with it, but for a length that is not that of
// its payload.
func anyFrame(r *rapid.T) cases.Frame {
	f := cases.Opcode(cases.Op(rapid.IntRange(0, 15).Draw(r, "opcode")), string(rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(r, "payload")))
	f.NoFIN, f.RSV = rapid.Bool().Draw(r, "more"), byte(rapid.IntRange(0, 7).Draw(r, "rsv"))
	f.Length.Bits = rapid.SampledFrom([]int{0, 0, 64}).Draw(r, "bits")
	masked := rapid.Bool().Draw(r, "masked")
	f.Mask.Bit = &masked
	return f
}

// Frames come back from their octets as they were, wherever those are cut.
func TestFramesSurviveTheWire(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var want []frame
		var stream []byte
		for range rapid.IntRange(1, 5).Draw(r, "frames") {
			f := anyFrame(r)
			h := wire.FrameHeader(f, true, [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(r, "key")))
			stream = wire.AppendFrame(stream, h, f.Payload.Octets(), false)
			if h.Bits == 0 {
				h.Bits = cases.LengthBits(h.Length)
			}
			want = append(want, frame{h, string(f.Payload.Octets()), true})
		}
		cuts := rapid.SliceOfN(rapid.Byte(), 0, 5).Draw(r, "cuts")
		if n := rapid.SampledFrom([]int{0, 0, 0, 65535, 65536}).Draw(r, "long"); n > 0 { // and then not in single octets
			h := wire.Header{FIN: true, Opcode: cases.OpBinary, Length: uint64(n), Bits: cases.LengthBits(uint64(n))}
			payload := bytes.Repeat([]byte("x"), n)
			stream, want = wire.AppendFrame(stream, h, payload, false), append(want, frame{h, string(payload), true})
			cuts = append(cuts, 255, 255, 255)
		}
		if diff := cmp.Diff(want, decode(t, cutBy(stream, cuts)...)); diff != "" {
			r.Errorf("cut by %v, other frames come (-want +got):\n%s", cuts, diff)
		}
	})
}

// A frame is the same frame if its octets are cut at any one place.
func TestAFrameMayBeCutAnywhere(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 300} {
		h := wire.Header{FIN: true, Opcode: cases.OpBinary, Masked: true, Key: [4]byte{1, 2, 3, 4}, Length: uint64(n)}
		stream := wire.AppendFrame(nil, h, bytes.Repeat([]byte("abc"), n)[:n], false)
		want := decode(t, stream)
		for at := range stream {
			if diff := cmp.Diff(want, decode(t, stream[:at], stream[at:])); diff != "" {
				t.Errorf("%d octets cut at %d (-want +got):\n%s", n, at, diff)
			}
		}
	}
}

// Messages come back from what they are compressed to, with every window and with and
// without takeover, however they are cut into messages.
func TestMessagesSurviveCompression(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		bits, noTakeover := rapid.IntRange(8, 15).Draw(r, "bits"), rapid.Bool().Draw(r, "noTakeover")
		c, f := wire.NewCompressor(bits, noTakeover), wire.NewInflater(bits, noTakeover)
		defer c.Release()
		defer f.Release()
		for range rapid.IntRange(1, 6).Draw(r, "messages") {
			plain := plains[rapid.IntRange(0, len(plains)-1).Draw(r, "plain")].make(
				rapid.SampledFrom([]int{0, 1, 3, 127, 300, 1000, 70000}).Draw(r, "size"), uint64(rapid.IntRange(0, 2).Draw(r, "seed")))
			plain = append(plain, rapid.SliceOf(rapid.Byte()).Draw(r, "more")...)
			payload := c.Append(nil, plain)
			var got []byte
			if err := f.Inflate(payload, 0, func(b []byte) error { got = append(got, b...); return nil }); err != nil || !bytes.Equal(got, plain) {
				r.Fatalf("%d octets, compressed to %d, come back as %d: %v", len(plain), len(payload), len(got), err)
			}
		}
	})
}

// anyParams draws parameters of permessage-deflate.
func anyParams(r *rapid.T, offered bool) cases.DeflateParams {
	windows := []int{0, 8, 9, 12, 15}
	p := cases.DeflateParams{
		ServerNoContextTakeover: rapid.Bool().Draw(r, "server_no_context_takeover"),
		ClientNoContextTakeover: rapid.Bool().Draw(r, "client_no_context_takeover"),
		ServerMaxWindowBits:     rapid.SampledFrom(windows).Draw(r, "server_max_window_bits"),
	}
	if offered {
		windows = append(windows, cases.AnyWindow)
	}
	p.ClientMaxWindowBits = rapid.SampledFrom(windows).Draw(r, "client_max_window_bits")
	return p
}

// What a server answers to an offer, the client that made it takes, and neither side
// compresses so that the other, by what it takes to be agreed on, could not inflate it.
func TestBothSidesAgreeOnCompression(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var offers, accept []cases.DeflateParams
		for range rapid.IntRange(1, 3).Draw(r, "offers") {
			offers = append(offers, anyParams(r, true))
		}
		for range rapid.IntRange(1, 3).Draw(r, "accepted") {
			accept = append(accept, anyParams(r, false))
		}
		atServer, answer, err := wire.AcceptDeflate(extensionsHead(wire.Offers(offers)), accept)
		if err != nil {
			r.Fatal(err)
		}
		if atServer == nil {
			if answer != "" {
				r.Fatalf("nothing is agreed on, the answer is %q", answer)
			}
			return
		}
		atClient, faults, err := wire.CheckDeflate(extensionsHead(answer), offers)
		if err != nil || len(faults) > 0 || atClient == nil {
			r.Fatalf("offered %q, answered %q: %v, %v", wire.Offers(offers), answer, faults, err)
		}
		down, up := wire.Directions(*atServer, true)
		sent, received := wire.Directions(*atClient, false)
		for _, d := range []struct{ compresses, inflates wire.Direction }{{down, received}, {sent, up}} {
			if d.compresses.Bits > d.inflates.Bits || d.inflates.NoTakeover && !d.compresses.NoTakeover {
				r.Errorf("offered %q, answered %q: compressed with %+v, inflated with %+v", wire.Offers(offers), answer, d.compresses, d.inflates)
			}
		}
	})
}

// The end of a head is found when all of it is there, and not before.
func TestAHeadEndsWhereItDoesHoweverMuchFollows(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		h := wire.Head{Line: "GET / HTTP/1.1"}
		for range rapid.IntRange(0, 4).Draw(r, "fields") {
			h.Add(rapid.StringMatching(`[A-Za-z-]{1,20}`).Draw(r, "name"), rapid.StringMatching(`([!-~]([ -~]{0,30}[!-~])?)?`).Draw(r, "value"))
		}
		octets := h.Append(nil)
		for n := range octets {
			if end := wire.HeadEnd(octets[:n]); end != 0 {
				r.Fatalf("%q ends at %d, of %d octets", octets[:n], end, len(octets))
			}
		}
		if end := wire.HeadEnd(append(octets[:len(octets):len(octets)], rapid.SliceOf(rapid.Byte()).Draw(r, "rest")...)); end != len(octets) {
			r.Fatalf("%q ends at %d, want %d", octets, end, len(octets))
		}
		if back, err := wire.ParseHead(octets); err != nil || !cmp.Equal(h, back) {
			r.Errorf("%q comes back as %+v: %v", octets, back, err)
		}
	})
}
