package fuzzer

import (
	"crypto/sha256"
	"fmt"
	"hash"

	"gobahn/cases"
	"gobahn/wire"
)

// A receiver turns the peer's octets into frames, messages and events, in
// bounded space.
type receiver struct {
	head    []byte // octets of an unfinished opening handshake
	interim int    // octets of responses before the one that counts
	limit   int    // events kept
	decoder wire.Decoder
	skip    bool   // the current frame is invalid, and part of nothing
	first   []byte // first payload octets of the current frame
	message message
	checks  checks
	closed  bool // the peer's close frame has been seen
	ended   bool // nothing more will be read
	begun   bool // the first frame has begun
}

// A message is a data message that is being received.
type message struct {
	op   cases.Op // 0: none is
	ends int      // fragments of it that have ended
	bad  bool     // a part of it was invalid
	same bool     // so far it is what an Echo waits for, and kept nowhere
	utf8 wire.UTF8
	octets

	compressed bool
	packed     []byte // what has come of it, if it is compressed
}

// receive handles octets behind the opening handshake.
func (s *session) receive(b []byte) {
	for len(b) > 0 && (s.state != closed || s.receiver.closed) {
		behind := s.receiver.closed
		part, rest, ok := s.receiver.decoder.Next(b)
		if b = rest; !ok {
			return
		}
		if behind && part.Begin {
			s.checkBehindClose(part.Header)
		}
		if !behind || s.passive() && s.state != closed {
			s.part(part)
		}
	}
}

// part handles a piece of a frame.
func (s *session) part(p wire.Part) {
	r := &s.receiver
	if p.Begin {
		s.beginFrame(p.Header)
	}
	if room := maxControl - len(r.first); room > 0 {
		r.first = append(r.first, p.Payload[:min(room, len(p.Payload))]...)
	}
	if !r.skip && !p.Header.Opcode.Control() {
		s.messageOctets(p.Payload)
	}
	if p.End {
		s.log.ReceivedFrame(p.Header, r.first)
		if p.Header.Opcode == cases.OpClose && p.Header.Length <= maxControl && !(p.Header.Masked && !s.opts.ApplyMask) {
			s.checkClose(r.first)
		}
		s.endFrame(p.Header)
	}
}

// maxControl is the length in octets of the longest control frame.
const maxControl = 125

// beginFrame checks a header and begins a message if it begins one.
func (s *session) beginFrame(h wire.Header) {
	r := &s.receiver
	r.first = r.first[:0]
	s.checkHeader(h)
	faults := h.Faults(s.headerContext())
	s.checkFirst(h, faults)
	r.skip = faults != 0
	if r.skip {
		s.violated(cases.CodeProtocolError, faults.Describe(h))
		return
	}
	if h.Opcode == cases.OpText || h.Opcode == cases.OpBinary {
		e := s.player.echo
		r.message = message{
			op:         h.Opcode,
			same:       e != nil && e.step.Message.Opcode() == h.Opcode,
			compressed: h.RSV == rsvCompressed,
			packed:     r.message.packed[:0],
		}
	}
	if limit := s.opts.MaxFramePayloadSize; limit > 0 && h.Length > limit {
		if h.Opcode.Control() {
			r.skip = true
		} else {
			r.message.bad = true
		}
		s.violated(cases.CodeTooBig, fmt.Sprintf("frame of %d octets, the limit is %d", h.Length, limit))
	}
}

// messageOctets takes payload of a data frame.
func (s *session) messageOctets(b []byte) {
	if s.receiver.message.compressed {
		s.pack(b)
	} else {
		s.plain(b)
	}
}

// plain takes octets of a message that are not, or no longer, compressed.
func (s *session) plain(b []byte) {
	m := &s.receiver.message
	if m.same && !s.asSent(b) {
		s.differs()
	}
	if m.same {
		m.n += len(b)
	} else {
		m.add(b)
	}
	if s.validates(m) {
		if at := m.utf8.Write(b); at >= 0 {
			s.badText(at)
		}
	}
	if limit := s.opts.MaxMessagePayloadSize; limit > 0 && uint64(m.n) > limit && !m.bad {
		m.bad = true
		s.violated(cases.CodeTooBig, fmt.Sprintf("message of more than %d octets", limit))
	}
}

// asSent reports whether b is what an Echo waits for next.
func (s *session) asSent(b []byte) bool {
	e := s.player.echo
	return e != nil && e.messages.at(e.back).matches(s.receiver.message.n, b)
}

// differs makes the message one that is not what an Echo waits for. What was so far
// is known from there.
func (s *session) differs() {
	m := &s.receiver.message
	n := m.n
	m.same, m.n = false, 0
	if e := s.player.echo; e != nil {
		for piece := range e.messages.at(e.back).pieces(0, n) {
			m.add(piece)
			if s.validates(m) {
				m.utf8.Write(piece)
			}
		}
	}
}

// validates reports whether m has to be UTF-8 and that is not known: what we have
// sent ourselves need not be looked at again.
func (s *session) validates(m *message) bool {
	known := m.same && s.player.echo != nil && s.player.echo.valid
	return m.op == cases.OpText && s.opts.UTF8ValidateIncoming && !m.bad && !known
}

func (s *session) badText(at int64) {
	s.receiver.message.bad = true
	says := fmt.Sprintf("text message is not UTF-8 from octet %d on", at)
	s.broken(cases.CheckText, cases.Failed, says, nil)
	s.violated(cases.CodeInvalidPayload, says)
}

// endFrame acts on a complete frame.
func (s *session) endFrame(h wire.Header) {
	r := &s.receiver
	if r.skip {
		return
	}
	payload := r.first
	switch h.Opcode {
	case cases.OpClose:
		s.closeReceived(payload)
	case cases.OpPing:
		// RFC 6455 5.5.2 asks every endpoint for a pong, ours too; 5.5.3 lets us
		// leave some out when they come faster than the peer reads.
		if s.state == open && !s.passive() && s.conn.Pending() < maxPending {
			s.sendFrame(cases.Frame{Opcode: cases.OpPong, Payload: cases.Of(string(payload))}, mask(s.keys.reply))
		}
		s.observeControl(cases.Got{Opcode: cases.OpPing, Payload: cases.Of(string(payload))})
	case cases.OpPong:
		if !s.answersPing(string(payload)) {
			s.observeControl(cases.Got{Opcode: cases.OpPong, Payload: cases.Of(string(payload))})
		}
	default:
		s.traffic.received.Frames++
		s.traffic.received.WebSocket += int(h.Length)
		if r.message.ends++; h.FIN {
			s.endMessage()
		}
	}
}

// maxPending is how many writes may wait for a peer that does not read before
// its pings are no longer answered.
const maxPending = 1000

// observeControl observes a control frame, unless an Echo is being played: that waits for
// messages, and a peer may ping whenever it likes.
func (s *session) observeControl(got cases.Got) {
	if s.player.echo == nil {
		s.observe(got)
	}
}

// endMessage observes a complete message, if nothing was wrong with it.
func (s *session) endMessage() {
	m := &s.receiver.message
	if m.compressed {
		s.unpack()
	} else {
		s.notCompressed()
	}
	e := s.player.echo
	back := e != nil && m.same && m.n == e.messages.at(e.back).size
	if m.same && !back {
		s.differs()
	}
	if s.validates(m) {
		if at := m.utf8.End(); at >= 0 {
			s.badText(at)
		}
	}
	if back && !m.bad {
		packed := m.packed
		if m.compressed && s.remember(packed) {
			packed = nil
		}
		s.receiver.message = message{packed: packed}
		s.cameBack()
		return
	}
	if s.control != nil {
		s.endCommand()
		return
	}
	op, bad, payload := m.op, m.bad, m.describe()
	s.receiver.message = message{packed: m.packed}
	if !bad {
		s.wrongEcho(e)
		s.observe(cases.Got{Opcode: op, Payload: payload})
		s.closeAfterWrongEcho(e)
	}
}

// endCommand answers a complete message of a client that controls us.
func (s *session) endCommand() {
	m := s.receiver.message
	s.receiver.message = message{packed: m.packed}
	if m.op == cases.OpText && !m.bad {
		s.converse(m.kept, m.sum == nil)
	}
}

// keepOctets is how much of a message is kept as it is. Of a longer one only the
// beginning and the digest are known.
const keepOctets = 1 << 20

// octets collects the payload of a message in bounded space.
type octets struct {
	n    int    // octets so far
	kept []byte // all of them, or the first keepOctets
	sum  hash.Hash
}

func (o *octets) add(b []byte) {
	o.n += len(b)
	if o.sum == nil && o.n > keepOctets {
		o.sum = sha256.New()
		o.sum.Write(o.kept)
	}
	if o.sum != nil {
		o.sum.Write(b)
		return
	}
	o.kept = append(o.kept, b...)
}

func (o *octets) describe() cases.Payload {
	if o.sum == nil {
		return cases.Describe(o.kept)
	}
	return cases.Digest(o.kept[:min(len(o.kept), cases.LogLimit)], o.n, [sha256.Size]byte(o.sum.Sum(nil)))
}
