package pcap

import (
	"bytes"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"

	"gobahn/cases"
	"gobahn/wire"
)

// FuzzWrite wants every conversation to be read as it was, whatever was said in it, and
// about it.
func FuzzWrite(f *testing.F) {
	f.Add([]byte(request), []byte(response), "Case 1", true, false, uint32(0))
	f.Add([]byte{}, bytes.Repeat([]byte("x"), segment+1), "\x00\xff\n", false, true, uint32(1<<31))
	f.Fuzz(func(t *testing.T, sent, received []byte, comment string, server, reset bool, lost uint32) {
		c := Conversation{
			Capture: &wire.Capture{
				Chunks:       []wire.Chunk{{Sent: true, At: cases.Second, Octets: sent}, {Octets: received}},
				LostReceived: int(lost), Limit: 1 << 20,
			},
			Server: server, Started: started, Ended: started.Add(-time.Hour), Reset: reset, Comment: comment, Product: comment,
		}
		ourPort := layers.TCPPort(clientPort)
		if server {
			ourPort = serverPort
		}
		octets := make(map[bool][]byte)
		var last time.Time
		for i, p := range read(t, written(t, c)) {
			ours := p.tcp.SrcPort == ourPort
			octets[ours] = append(octets[ours], p.tcp.Payload...)
			if p.at.Before(last) {
				t.Errorf("packet %d: time goes back", i+1)
			}
			last = p.at
		}
		if !bytes.Equal(octets[true], sent) || !bytes.Equal(octets[false], received) {
			t.Errorf("%q and %q are written, %q and %q read", sent, received, octets[true], octets[false])
		}
	})
}
