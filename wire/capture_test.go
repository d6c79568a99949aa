package wire

import (
	"net"
	"testing"
)

// A capture is bounded in octets, and of a peer that sends them one by one in chunks.
func TestCaptureIsBounded(t *testing.T) {
	for _, test := range []struct{ limit, octets, kept, chunks int }{
		{10, 25, 10, 10},
		{maxChunks + 50, maxChunks + 25, maxChunks, maxChunks},
	} {
		c := Capture{Limit: test.limit}
		for range test.octets {
			c.add(false, 0, net.Buffers{{'x'}})
		}
		if len(c.Chunks) != test.chunks || c.LostReceived != test.octets-test.kept || c.LostSent != 0 {
			t.Errorf("of %d octets with a limit of %d: %d chunks, %d lost; want %d and %d",
				test.octets, test.limit, len(c.Chunks), c.LostReceived, test.chunks, test.octets-test.kept)
		}
	}
}
