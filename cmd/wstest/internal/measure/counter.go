package main

import (
	"encoding/binary"

	"gobahn/cases"
)

// A counter finds the ends of messages in what a peer sends. It looks at the
// headers of frames and skips the rest. The zero value is ready to use.
type counter struct {
	header  []byte // begun
	skip    uint64 // octets of the payload that are to come
	pending event  // when they have
}

// An event is what a counter finds.
type event int

const (
	nothingYet event = iota
	messageEnded
	closeBegun
)

// next takes octets from the front of b, and returns what is left of it.
func (c *counter) next(b []byte) (event, []byte) {
	if c.skip > 0 {
		n := min(c.skip, uint64(len(b)))
		c.skip -= n
		return c.ended(), b[n:]
	}
	for len(b) > 0 {
		c.header = append(c.header, b[0])
		b = b[1:]
		if c.complete() {
			return c.ended(), b
		}
	}
	return nothingYet, nil
}

// complete takes a header if all of it is there.
func (c *counter) complete() bool {
	h := c.header
	if len(h) < 2 {
		return false
	}
	length := uint64(h[1] & 0x7f)
	switch {
	case length == 126 && len(h) == 4:
		length = uint64(binary.BigEndian.Uint16(h[2:]))
	case length == 127 && len(h) == 10:
		length = binary.BigEndian.Uint64(h[2:])
	case length >= 126:
		return false
	}
	if h[1]&0x80 != 0 {
		length += 4 // octets of the masking key, which are skipped like the payload
	}
	fin, op := h[0]&0x80 != 0, cases.Op(h[0]&0x0f)
	c.pending = nothingYet
	switch {
	case op == cases.OpClose:
		c.pending = closeBegun
	case fin && !op.Control():
		c.pending = messageEnded
	}
	c.header, c.skip = h[:0], length
	return true
}

// ended is what has happened if a frame has ended.
func (c *counter) ended() event {
	if c.skip > 0 {
		return nothingYet
	}
	return c.pending
}
