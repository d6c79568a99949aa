package wire

import (
	"net"

	"gobahn/cases"
)

// A Capture keeps the octets that go over a connection, up to a limit. It is not safe
// for concurrent use.
type Capture struct {
	Limit  int     // octets kept; what follows is only counted
	Chunks []Chunk // in the order in which they went

	LostSent, LostReceived int // octets beyond the limit

	full bool
	size int
}

// A Chunk is the octets of one read or write.
type Chunk struct {
	Sent   bool           // we sent them
	At     cases.Duration // when, since the connection was begun
	Octets []byte
}

// maxChunks bounds what is kept of octets that come one by one.
const maxChunks = 100_000

// add keeps a copy of octets. Behind the first that are not kept none are, lest there
// be a hole.
func (c *Capture) add(sent bool, at cases.Duration, octets net.Buffers) {
	chunk := Chunk{Sent: sent, At: at}
	lost := 0
	c.full = c.full || len(c.Chunks) == maxChunks
	for _, b := range octets {
		n := len(b)
		if c.full {
			n = 0
		}
		n = min(n, c.Limit-c.size)
		chunk.Octets = append(chunk.Octets, b[:n]...)
		c.size += n
		lost += len(b) - n
		c.full = c.full || n < len(b)
	}
	if sent {
		c.LostSent += lost
	} else {
		c.LostReceived += lost
	}
	if len(chunk.Octets) > 0 {
		c.Chunks = append(c.Chunks, chunk)
	}
}

// Join adds what b has kept of a later connection.
func (c *Capture) Join(b *Capture) {
	for _, chunk := range b.Chunks {
		if c.full = c.full || c.size+len(chunk.Octets) > c.Limit || len(c.Chunks) == maxChunks; c.full {
			break
		}
		c.Chunks, c.size = append(c.Chunks, chunk), c.size+len(chunk.Octets)
	}
	c.LostSent += b.LostSent
	c.LostReceived += b.LostReceived
}
