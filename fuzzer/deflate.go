package fuzzer

import (
	"bytes"
	"errors"
	"fmt"

	"gobahn/cases"
	"gobahn/wire"
)

// Deflating is permessage-deflate on one connection. The zero value is a connection
// on which it was not negotiated.
type deflating struct {
	send, receive *wire.Direction // nil: not negotiated
	compressor    *wire.Compressor
	inflater      *wire.Inflater
	used          bool // a compressed message was received
}

// rsvCompressed is RSV1, set in the first frame of a compressed message (RFC 7692 6).
const rsvCompressed = 4

// agree notes what was agreed on.
func (s *session) agree(agreed *cases.DeflateParams) {
	if s.obs.Deflate = agreed; agreed == nil {
		return
	}
	send, receive := wire.Directions(*agreed, s.server)
	s.deflate.send, s.deflate.receive = &send, &receive
	s.deflate.inflater = wire.NewInflater(receive.Bits, receive.NoTakeover)
	if s.c.Deflate == nil { // what was offered was written into the request
		return
	}
	if why := unmet(s.c.Deflate.Agreed, send, receive); why != "" {
		s.obs.Absent = why
	}
}

// compress is message m as it is sent.
func (d *deflating) compress(m cases.Message) []byte {
	if d.compressor == nil {
		d.compressor = wire.NewCompressor(d.send.Bits, d.send.NoTakeover)
	}
	return d.compressor.Append(nil, m.Octets())
}

// forget makes the next message refer to none before it, for messages were sent
// that the compressor has not seen.
func (d *deflating) forget() {
	if d.compressor != nil {
		d.compressor.Release()
		d.compressor = nil
	}
}

// close gives back what is pooled.
func (d *deflating) close() {
	d.forget()
	if d.inflater != nil {
		d.inflater.Release()
		d.inflater = nil
	}
}

// maxPacked is how many octets of a compressed message are collected, beyond twice
// those of what is to come back.
const maxPacked = 4 << 20

// maxInflated is how many octets a compressed message may inflate to, beyond those of
// what is to come back.
const maxInflated = 64 << 20

// pack collects octets of a compressed message.
func (s *session) pack(b []byte) {
	m := &s.receiver.message
	if m.bad {
		return
	}
	limit := maxPacked + 2*s.awaited()
	if len(m.packed)+len(b) > limit {
		m.bad, m.packed = true, nil
		s.violated(cases.CodeTooBig, fmt.Sprintf("compressed message of more than %d octets", limit))
		return
	}
	m.packed = append(m.packed, b...)
}

// unpack inflates a compressed message that is complete.
func (s *session) unpack() {
	m := &s.receiver.message
	if m.bad {
		return
	}
	if s.recall(m.packed) {
		m.n = s.player.echo.messages.at(s.player.echo.back).size
		return
	}
	limit := int64(maxInflated + s.awaited())
	if e := s.player.echo; e != nil {
		s.freshen(e)
	}
	s.deflate.used = true
	err := s.deflate.inflater.Inflate(m.packed, limit, func(plain []byte) error {
		s.plain(plain)
		if m.bad {
			return errBad
		}
		return nil
	})
	if err == nil {
		return
	}
	m.bad = true // after a bad message others cannot be told, either
	var fault *wire.InflateError
	if !errors.As(err, &fault) {
		return
	}
	code, says := cases.CodeInvalidPayload, "compressed message, "+fault.Error()
	switch {
	case fault.Fault == wire.InflateLimit:
		code = cases.CodeTooBig
	case fault.Fault == wire.InflateTruncated && bytes.HasSuffix(m.packed, []byte(wire.DeflateTail)):
		says = "compressed message that ends in 00 00 ff ff, which its sender removes (RFC 7692 7.2.1): " + fault.Error()
	}
	if code == cases.CodeInvalidPayload {
		s.breach(cases.CheckDeflate, cases.Failed, says, m.packed)
	}
	s.violated(code, says)
}

// awaited is how many octets the largest message has that the case may have come back.
func (s *session) awaited() (most int) {
	if e := s.player.echo; e != nil {
		return e.messages.at(e.back).size
	}
	for _, o := range s.c.Accept {
		for _, e := range o.Events {
			if g, ok := e.(cases.Got); ok {
				most = max(most, g.Payload.Size())
			}
		}
	}
	return most
}

// errBad ends the inflating of a message that is known to be bad.
var errBad = errors.New("the message is bad")
