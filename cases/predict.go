package cases

import (
	"encoding/binary"
	"slices"
	"unicode/utf8"
)

// Predict derives from RFC 6455 alone what a script must bring about. The
// catalogue is checked against it, and it is the expectation of cases that were
// generated or written without one.
//
// It covers frames, splits, messages, echoes, waits and closes, for a peer that
// has all that the case wants of it. Where a step
// leaves the RFC's ground or depends on the role (Raw, Drop, a mask bit that is set
// or not, a length that is not that of the payload), or a peer may never notice what is
// wrong (text that is invalid and never complete), the grade is Informational.
func Predict(s Script) ([]Outcome, Ending) {
	var m model
	return m.predict(s)
}

// predict is what s must bring about.
func (m *model) predict(s Script) ([]Outcome, Ending) {
	steps := s.frames()
	for i, step := range steps {
		if accept, ending, done := m.step(step, steps[i+1:]); done {
			return accept, ending
		}
	}
	return Exactly(m.events...), Ending{}
}

// A model is a conforming echo peer, reduced to what it answers.
type model struct {
	role   Role // empty: it is not known
	events Events
	open   Op     // opcode of the message being continued; 0: none is
	whole  []byte // its octets so far
	valid  int    // how many of them are known to be whole characters

	deflate *inflation // nil: permessage-deflate was not agreed on
}

// step plays one step; done says that the connection ends with it.
func (m *model) step(step Step, rest Script) (accept []Outcome, ending Ending, done bool) {
	switch s := step.(type) {
	case Wait:
		m.wait(s)
		return nil, Ending{}, false
	case Echo:
		before := m.events
		for _, f := range s.Message.Frames() {
			if accept, ending, done := m.frame(f, rest); done {
				return accept, ending, done
			}
		}
		m.events = append(slices.Clone(before), Echoed{s.Count})
		return nil, Ending{}, false
	case SendClose:
		// An answer that has not been sent when the close frame arrives may
		// stay unsent (RFC 6455 5.5.1, 5.5.2).
		return withoutLast(m.events), closedByUs(s.Payload.Octets()), true
	case Frame:
		return m.frame(s, rest)
	case Split:
		return m.split(s, rest)
	case Blocks:
		return m.blocks(s)
	}
	return m.unpredictable()
}

// unpredictable is the end of what the RFC says.
func (m *model) unpredictable() (accept []Outcome, ending Ending, done bool) {
	return Exactly(m.events...), Ending{Grade: Informational}, true
}

func (m *model) wait(w Wait) {
	if w.Mark != "" {
		m.events = append(m.events, Mark{w.Mark})
	}
}

func (m *model) frame(f Frame, rest Script) (accept []Outcome, ending Ending, done bool) {
	switch {
	case m.lies(f):
		return m.unpredictable()
	case m.refuses(f):
		return withoutLast(m.events), f.refused(), true
	case f.Length.Bits > LengthBits(f.claimed()):
		return m.longForm(f, rest)
	}
	switch f.Opcode {
	case OpPing:
		m.events = append(m.events, Got{OpPong, Of(string(f.Payload.Octets()))})
	case OpPong:
	case OpClose:
		// Unlike SendClose, the peer's reply is the first close there is.
		ending := closedByUs(f.Payload.Octets())
		ending.Peer, ending.Fatal = true, ""
		return withoutLast(m.events), ending, true
	default:
		return m.data(f, rest)
	}
	return nil, Ending{}, false
}

// lies reports whether what f says of its payload or masking may be untrue, so
// that what the peer reads depends on its role and on what follows.
func (m *model) lies(f Frame) bool {
	claims := f.claimed() != uint64(f.Payload.Size()) && f.claimed()>>63 == 0 && !(f.Opcode.Control() && f.claimed() > 125)
	return f.Mask.Bit != nil && m.role == "" || f.Mask.Raw || f.Cut != 0 || f.Payload.Longest != nil || claims
}

// refuses reports whether the header of f violates the protocol (RFC 6455 5.1, 5.2,
// 5.4, 5.5).
func (m *model) refuses(f Frame) bool {
	meant := byte(0)
	if m.deflate != nil && (f.Opcode == OpText || f.Opcode == OpBinary) {
		meant = 4 // RFC 7692 6
	}
	switch {
	case f.Mask.Bit != nil && *f.Mask.Bit != (m.role == Server):
		return true
	case f.RSV&^meant != 0, f.Opcode.Reserved(), f.claimed()>>63 != 0:
		return true
	case f.Opcode.Control():
		return f.NoFIN || f.claimed() > 125
	case f.Opcode == OpContinuation:
		return m.open == 0
	}
	return m.open != 0
}

// refused is the ending after a frame that the peer refuses. A length that cannot be is
// also one that is too big.
func (f Frame) refused() Ending {
	if f.claimed()>>63 != 0 {
		return FailedByPeer(CodeProtocolError, CodeTooBig)
	}
	return FailedByPeer(CodeProtocolError)
}

// longForm plays a frame whose length is not in its shortest form. That is forbidden to
// senders; a receiver that does not refuse it goes on (RFC 6455 5.2).
func (m *model) longForm(f Frame, rest Script) (accept []Outcome, ending Ending, done bool) {
	accept = withoutLast(m.events)
	f.Length.Bits = 0
	going := *m
	going.events = slices.Clone(m.events)
	lenient, after := going.predict(append(Script{f}, rest...))
	for _, o := range lenient {
		o.Verdict = NonStrict
		if o.Ending == nil {
			o.Ending = &after
		}
		accept = append(accept, o)
	}
	return accept, FailedByPeer(CodeProtocolError), true
}

// split plays a frame that comes in parts. A peer may refuse it when it has the
// header, or when it has all of it.
func (m *model) split(s Split, rest Script) (accept []Outcome, ending Ending, done bool) {
	longer := s.Frame.Length.Bits > LengthBits(s.Frame.claimed())
	switch {
	case m.lies(s.Frame), longer && !m.refuses(s.Frame):
		return m.unpredictable()
	case m.refuses(s.Frame):
		accept = withoutLast(m.events)
		for _, p := range s.Pauses {
			if m.wait(p.Wait); p.Wait.Mark != "" {
				accept = append(accept, Outcome{Verdict: NonStrict, Events: slices.Clone(m.events)})
			}
		}
		return accept, s.Frame.refused(), true
	}
	parts := s.parts()
	for i, part := range parts {
		if accept, ending, done := m.step(part, slices.Concat(parts[i+1:], rest)); done {
			return accept, ending, done
		}
	}
	return nil, Ending{}, false
}

func (m *model) data(f Frame, rest Script) (accept []Outcome, ending Ending, done bool) {
	if f.Opcode != OpContinuation {
		m.open, m.whole, m.valid = f.Opcode, nil, 0
		if m.deflate != nil {
			m.deflate.packed = f.RSV == 4
		}
	}
	m.whole = append(m.whole, f.Payload.Octets()...)
	if m.deflate != nil && m.deflate.packed {
		if f.NoFIN {
			return nil, Ending{}, false
		}
		plain, ok, known := m.deflate.inflate(m.whole)
		if !known {
			return m.unpredictable()
		}
		return m.inflated(m.open, plain, ok)
	}
	if m.open == OpText && !m.validText(!f.NoFIN) {
		accept, ending = withoutLast(m.events), FailedByPeer(CodeInvalidPayload).OrFail(WrongSide)
		if f.NoFIN {
			accept, ending = m.late(accept, ending, rest)
		}
		return accept, ending, true
	}
	if !f.NoFIN {
		m.events = append(m.events, Got{m.open, Of(string(m.whole))})
		m.open = 0
	}
	return nil, Ending{}, false
}

// late adds to accept what a peer observes rest to bring about that finds out
// about invalid text only when the message is complete. RFC 6455 8.1 sets no
// time, so that is conformant, but NonStrict.
func (m *model) late(accept []Outcome, ending Ending, rest Script) ([]Outcome, Ending) {
	for i, step := range rest.frames() {
		before := len(m.events)
		switch s := step.(type) {
		case Wait:
			m.wait(s)
		case Split:
			if m.refuses(s.Frame) {
				ending.Codes = append(ending.Codes, CodeProtocolError)
				return accept, ending
			}
			return m.late(accept, ending, slices.Concat(s.parts(), rest.frames()[i+1:]))
		case Frame:
			switch {
			case m.lies(s), s.Opcode == OpClose && !m.refuses(s), s.Length.Bits > LengthBits(s.claimed()) && !m.refuses(s):
				return accept, Ending{Grade: Informational}
			case m.refuses(s):
				ending.Codes = append(ending.Codes, CodeProtocolError)
				return accept, ending
			case s.Opcode == OpContinuation && !s.NoFIN:
				return accept, ending
			case s.Opcode == OpPing:
				m.events = append(m.events, Got{OpPong, Of(string(s.Payload.Octets()))})
			}
		case Echo:
			ending.Codes = append(ending.Codes, CodeProtocolError)
			return accept, ending
		default:
			return accept, Ending{Grade: Informational}
		}
		if len(m.events) > before {
			accept = append(accept, Outcome{Verdict: NonStrict, Events: slices.Clone(m.events)})
		}
	}
	// The message is never complete, so a peer need not find out.
	return accept, Ending{Grade: Informational}
}

// closedByUs is the ending of a closing handshake started with this payload
// (RFC 6455 5.5.1, 7.4). A wrong code in reply is a wrong answer.
func closedByUs(payload []byte) Ending {
	invalid := func(codes ...uint16) Ending {
		return Ending{Codes: codes, MayDrop: true}.OrFail(WrongCode)
	}
	switch {
	case len(payload) == 0:
		return Ending{}.OrFail(WrongCode)
	case len(payload) == 1, len(payload) > 125:
		return invalid(CodeProtocolError)
	}
	code := binary.BigEndian.Uint16(payload)
	switch {
	case code >= 5000: // outside every range of 7.4.2
		return Ending{Codes: []uint16{CodeNormal, code, CodeProtocolError}, MayDrop: true, Grade: Informational}
	case code >= 1012 && code <= 1014: // registered later: a peer that knows only the RFC refuses them
		return invalid(CodeNormal, code, CodeProtocolError)
	case !CloseCodeAllowed(code):
		return invalid(CodeProtocolError)
	case !utf8.Valid(payload[2:]):
		return invalid(CodeProtocolError, CodeInvalidPayload)
	case code == CodeNormal:
		return Ending{}.OrFail(WrongCode)
	}
	return Ending{Codes: []uint16{CodeNormal, code}}.OrFail(WrongCode)
}

// frames is s with every Message as its frames.
func (s Script) frames() Script {
	var out Script
	for _, step := range s {
		m, ok := step.(Message)
		if !ok {
			out = append(out, step)
			continue
		}
		for _, f := range m.Frames() {
			out = append(out, f)
		}
	}
	return out
}

// Frames are the frames of m: one, or if the payload is longer than m.Fragment,
// fragments of that many octets and a last one with the rest. As the reference
// does it, the last one is empty if m.Fragment divides the length.
func (m Message) Frames() []Frame {
	f := Frame{Opcode: m.Opcode(), Payload: m.Payload, Wire: m.Wire}
	if m.Payload.Corpus != "" {
		f.Payload = Of(string(m.Octets()))
	}
	if m.Fragment == 0 || f.Payload.Size() <= m.Fragment {
		return []Frame{f}
	}
	var out []Frame
	octets := m.Octets()
	for len(octets) >= m.Fragment {
		f.Payload, f.NoFIN = Of(string(octets[:m.Fragment])), true
		out = append(out, f)
		octets, f.Opcode = octets[m.Fragment:], OpContinuation
	}
	f.Payload, f.NoFIN = Of(string(octets)), false
	return append(out, f)
}

// parts is a good frame as what its parts amount to. To a peer that validates
// UTF-8 as it arrives, a part of a data frame is as good as a fragment; of a
// control frame only the whole counts, and of one whose header comes in parts.
func (s Split) parts() (out Script) {
	if s.Frame.Opcode.Control() || s.Whole {
		for _, p := range s.Pauses {
			out = append(out, p.Wait)
		}
		return append(out, s.Frame)
	}
	octets, from, f := s.Frame.Payload.Octets(), 0, s.Frame
	f.Length = Length{} // it holds for the whole
	for _, p := range s.Pauses {
		part := f
		part.NoFIN, part.Payload = true, Of(string(octets[from:p.At]))
		out = append(out, part, p.Wait)
		from, f.Opcode, f.RSV = p.At, OpContinuation, 0
	}
	f.Payload = Of(string(octets[from:]))
	return append(out, f)
}

// withoutLast accepts events, and as NonStrict what is left of them when the
// peer fails the connection before its last answers have been written. A Mark
// shows that what came before it had its time.
func withoutLast(events Events) []Outcome {
	out := []Outcome{{Verdict: OK, Events: slices.Clone(events)}}
	for len(events) > 0 {
		if _, ok := events[len(events)-1].(Got); !ok {
			break
		}
		events = events[:len(events)-1]
		out = append(out, Outcome{Verdict: NonStrict, Events: slices.Clone(events)})
	}
	return out
}

// validText reports whether the octets so far can be the beginning, or if final
// the whole, of a UTF-8 text (RFC 3629).
func (m *model) validText(final bool) bool {
	for m.valid < len(m.whole) {
		r, n := utf8.DecodeRune(m.whole[m.valid:])
		if r == utf8.RuneError && n == 1 {
			return !final && !utf8.FullRune(m.whole[m.valid:])
		}
		m.valid += n
	}
	return true
}
