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
// It covers frames, splits, messages, echoes, waits and closes. Where a step
// leaves the RFC's ground or depends on the role (Raw, Drop, a masking or
// length field that lies), nothing is predicted and the grade is Informational.
func Predict(s Script) ([]Outcome, Ending) {
	var m model
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
	events Events
	open   Op     // opcode of the message being continued; 0: none is
	whole  []byte // its octets so far
}

// step plays one step; done says that the connection ends with it.
func (m *model) step(step Step, rest Script) (accept []Outcome, ending Ending, done bool) {
	switch s := step.(type) {
	case Wait:
		if s.Mark != "" {
			m.events = append(m.events, Mark{s.Mark})
		}
		return nil, Ending{}, false
	case Echo:
		m.events = append(m.events, Echoed{s.Count})
		return nil, Ending{}, false
	case SendClose:
		return Exactly(m.events...), closedByUs(s.Payload.Octets()), true
	case Frame:
		return m.frame(s, rest)
	}
	return Exactly(m.events...), Ending{Grade: Informational}, true
}

func (m *model) frame(f Frame, rest Script) (accept []Outcome, ending Ending, done bool) {
	size := uint64(f.Payload.Size())
	switch {
	case f.Mask.Bit != nil, f.Mask.Raw, f.claimed() != size:
		return Exactly(m.events...), Ending{Grade: Informational}, true
	case f.RSV != 0, f.Opcode.Reserved(),
		f.Opcode.Control() && (f.NoFIN || size > 125),
		f.Length.Bits > shortestLength(size),
		f.Opcode == OpContinuation && m.open == 0,
		!f.Opcode.Control() && f.Opcode != OpContinuation && m.open != 0:
		return withoutLast(m.events), FailedByPeer(CodeProtocolError), true
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

func (m *model) data(f Frame, rest Script) (accept []Outcome, ending Ending, done bool) {
	if f.Opcode != OpContinuation {
		m.open, m.whole = f.Opcode, nil
	}
	m.whole = append(m.whole, f.Payload.Octets()...)
	if m.open == OpText && !validPrefix(m.whole, !f.NoFIN) {
		return append(withoutLast(m.events), m.late(rest)...), FailedByPeer(CodeInvalidPayload).OrFail(WrongSide), true
	}
	if !f.NoFIN {
		m.events = append(m.events, Got{m.open, Of(string(m.whole))})
		m.open = 0
	}
	return nil, Ending{}, false
}

// late is what else is accepted of a peer that finds out about invalid text
// only when the message is complete: conformant, so NonStrict.
func (m *model) late(rest Script) (out []Outcome) {
	late := slices.Clone(m.events)
	for _, step := range rest {
		if w, ok := step.(Wait); ok && w.Mark != "" {
			late = append(late, Mark{w.Mark})
			out = append(out, Outcome{Verdict: NonStrict, Events: slices.Clone(late)})
		}
	}
	return out
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
		e := invalid(CodeNormal, code, CodeProtocolError)
		e.Grade = Informational
		return e
	case !CloseCodeAllowed(code):
		return invalid(CodeProtocolError)
	case !utf8.Valid(payload[2:]):
		return invalid(CodeProtocolError, CodeInvalidPayload)
	case code == CodeNormal:
		return Ending{}.OrFail(WrongCode)
	}
	return Ending{Codes: []uint16{CodeNormal, code}}.OrFail(WrongCode)
}

// frames is s with every Message as its frames and every Split of a data frame
// as fragments: to a peer that validates UTF-8 as it arrives, a part of a frame
// is as good as a frame.
func (s Script) frames() Script {
	var out Script
	for _, step := range s {
		switch v := step.(type) {
		case Message:
			for _, f := range v.Frames() {
				out = append(out, f)
			}
		case Split:
			out = append(out, v.fragments()...)
		default:
			out = append(out, step)
		}
	}
	return out
}

// Frames are the frames of m: one, or if the payload is longer than m.Fragment,
// fragments of that many octets and a last one with the rest. As the reference
// does it, the last one is empty if m.Fragment divides the length.
func (m Message) Frames() []Frame {
	f := Frame{Opcode: m.Opcode(), Payload: m.Payload, Wire: m.Wire}
	if m.Fragment == 0 || m.Payload.Size() <= m.Fragment {
		return []Frame{f}
	}
	var out []Frame
	octets := m.Payload.Octets()
	for len(octets) >= m.Fragment {
		f.Payload, f.NoFIN = Of(string(octets[:m.Fragment])), true
		out = append(out, f)
		octets, f.Opcode = octets[m.Fragment:], OpContinuation
	}
	f.Payload, f.NoFIN = Of(string(octets)), false
	return append(out, f)
}

func (s Split) fragments() (out Script) {
	if s.Frame.Opcode.Control() {
		for _, p := range s.Pauses {
			out = append(out, p.Wait)
		}
		return append(out, s.Frame)
	}
	octets, from, f := s.Frame.Payload.Octets(), 0, s.Frame
	for _, p := range s.Pauses {
		part := f
		part.NoFIN, part.Payload = true, Of(string(octets[from:p.At]))
		out = append(out, part, p.Wait)
		from, f.Opcode = p.At, OpContinuation
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

// shortestLength is how many bits the length of n octets takes (RFC 6455 5.2).
func shortestLength(n uint64) int {
	switch {
	case n <= 125:
		return 7
	case n <= 0xFFFF:
		return 16
	}
	return 64
}

// validPrefix reports whether b can be the beginning, or if final the whole,
// of a UTF-8 text (RFC 3629).
func validPrefix(b []byte, final bool) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			return !final && !utf8.FullRune(b)
		}
		b = b[n:]
	}
	return true
}
