package fuzzer_test

import (
	"bytes"
	"testing"
	"testing/synctest"

	"gobahn/cases"
	"gobahn/fuzzer"
)

// captured plays list against an honest server over a pipe, and keeps so many octets
// of each conversation.
func captured(t *testing.T, limit int, list ...cases.Case) (played []fuzzer.Played) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client := fuzzer.Client{
			Config: fuzzer.Config{Capture: limit, Dialler: pipeDialler((&rawPeer{}).serve)},
			URL:    "ws://peer", Parallel: 1,
		}
		err := client.Run(t.Context(), list, func(p fuzzer.Played) error {
			played = append(played, p)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	return played
}

// TestCaptureHasEveryOctetOfBothDirections plays cases that are sent in all ways: chop
// by chop, fragment by fragment, and in pieces that share octets.
func TestCaptureHasEveryOctetOfBothDirections(t *testing.T) {
	for _, p := range captured(t, 8<<20, find(t, "1.1.2", "1.1.8", "5.3", "6.4.3", "9.3.1", "9.4.1", "9.7.1")...) {
		if p.Capture == nil {
			t.Fatalf("%s: there is no capture", p.Case.ID)
		}
		var sent, received []byte
		var last cases.Duration
		for _, chunk := range p.Capture.Chunks {
			if chunk.Sent {
				sent = append(sent, chunk.Octets...)
			} else {
				received = append(received, chunk.Octets...)
			}
			if chunk.At < last {
				t.Errorf("%s: time goes back", p.Case.ID)
			}
			last = chunk.At
		}
		o := p.Observation
		if got, want := len(sent), octetsOf(o.Sent); got != want || p.Capture.LostSent != 0 {
			t.Errorf("%s: %d octets sent (and %d lost), the tally has %d", p.Case.ID, got, p.Capture.LostSent, want)
		}
		if got, want := len(received), octetsOf(o.Received); got != want || p.Capture.LostReceived != 0 {
			t.Errorf("%s: %d octets received, the tally has %d", p.Case.ID, got, want)
		}
		if !bytes.HasPrefix(sent, []byte(o.Request)) || !bytes.HasPrefix(received, []byte(o.Response)) {
			t.Errorf("%s: the heads do not come first", p.Case.ID)
		}
		// Unmasked, what was sent has to end in a close frame of eight octets.
		if tail := sent[len(sent)-8:]; tail[0] != 0x88 || tail[1] != 0x82 || tail[6]^tail[2] != 0x03 || tail[7]^tail[3] != 0xe8 {
			t.Errorf("%s: what was sent ends in % x, want a close frame with 1000", p.Case.ID, tail)
		}
	}
}

func octetsOf(t cases.Tally) (sum int) {
	for size, n := range t.Octets {
		sum += size * n
	}
	return sum
}

func TestCaptureEndsAtItsLimit(t *testing.T) {
	p := captured(t, 1000, find(t, "9.1.1")...)[0]
	kept := 0
	for _, chunk := range p.Capture.Chunks {
		kept += len(chunk.Octets)
	}
	lost := p.Capture.LostSent + p.Capture.LostReceived
	if total := octetsOf(p.Observation.Sent) + octetsOf(p.Observation.Received); kept != 1000 || kept+lost != total {
		t.Errorf("%d octets kept and %d lost of %d, want 1000 kept", kept, lost, total)
	}
	for _, one := range captured(t, 0, find(t, "1.1.1")...) {
		if one.Capture != nil {
			t.Error("there is a capture that nobody asked for")
		}
	}
}

func TestServerCapturesEachCase(t *testing.T) {
	list := find(t, "1.1.2", "3.6")
	for _, p := range testClientWith(t, func() *rawPeer { return &rawPeer{} }, list, fuzzer.Config{Capture: 1 << 20}) {
		if p.Capture == nil || len(p.Capture.Chunks) < 3 || p.Capture.Chunks[0].Sent {
			t.Errorf("%s: capture is %+v, want it to begin with the client's request", p.Case.ID, p.Capture)
		}
	}
}
