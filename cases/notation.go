package cases

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"
)

// One notation for what is sent, expected and observed:
//
//	binary rsv=6 "Hello, world!"
//	text more chop=1 "fragment1"
//	close 1002
//	wait 1s mark=A

// String is the opcode, what is set, and the payload.
func (f Frame) String() string {
	s := f.Opcode.String()
	if f.NoFIN {
		s += " more"
	}
	if f.RSV != 0 {
		s += fmt.Sprintf(" rsv=%d", f.RSV)
	}
	if f.Mask.Bit != nil {
		s += fmt.Sprintf(" mask=%t", *f.Mask.Bit)
	}
	if f.Mask.Key != "" {
		s += " key=" + f.Mask.Key
	}
	if f.Mask.Raw {
		s += " unmasked-payload"
	}
	if f.Length.Claim != nil {
		s += fmt.Sprintf(" length=%d", *f.Length.Claim)
	}
	if f.Length.Bits != 0 {
		s += fmt.Sprintf(" length-bits=%d", f.Length.Bits)
	}
	s += f.Wire.String()
	if f.Cut != 0 {
		s += fmt.Sprintf(" cut=%d", f.Cut)
	}
	if f.Payload == (Payload{}) {
		return s
	}
	return s + " " + payloadOf(f.Opcode, f.Payload)
}

// String is what is set, with a space before each.
func (w Wire) String() string {
	var s string
	if w.Chop != 0 {
		s += fmt.Sprintf(" chop=%d", w.Chop)
	}
	if w.Sync {
		s += " sync"
	}
	return s
}

// String is the frame with its pauses.
func (s Split) String() string {
	var pauses []string
	for _, p := range s.Pauses {
		pauses = append(pauses, p.String())
	}
	if s.Whole {
		pauses = append(pauses, "header included")
	}
	return fmt.Sprintf("%s (%s)", s.Frame, strings.Join(pauses, ", "))
}

// String is the type, fragmentation and payload. Len of a corpus in a text message
// is about characters.
func (m Message) String() string {
	s := "message " + m.Opcode().String()
	if m.Fragment != 0 {
		s += fmt.Sprintf(" fragment=%d", m.Fragment)
	}
	s += m.Wire.String() + " " + m.Payload.String()
	if m.Payload.Corpus != "" && m.Payload.Len > 0 {
		return s + " " + map[bool]string{false: "characters", true: "octets"}[m.Binary]
	}
	return s
}

// Opcode is the opcode of the first frame of m.
func (m Message) Opcode() Op {
	if m.Binary {
		return OpBinary
	}
	return OpText
}

// String is the octets.
func (r Raw) String() string { return "octets" + r.Wire.String() + " " + r.Octets.String() }

// String is the time and the mark.
func (w Wait) String() string {
	s := "wait " + w.For.String()
	if w.Mark != "" {
		s += " mark=" + w.Mark
	}
	if w.Deaf {
		s += " reading nothing"
	}
	return s
}

// String is the count and the message.
func (e Echo) String() string { return fmt.Sprintf("echo ×%d %s", e.Count, e.Message) }

// String is the close code and reason.
func (c SendClose) String() string {
	return strings.TrimSpace("closing handshake " + closePayload(c.Payload))
}

// String is the count and the frame.
func (f Flood) String() string {
	s := fmt.Sprintf("flood ×%d %s", f.Count, f.Frame)
	if f.Deaf > 0 {
		s += fmt.Sprintf(" reading nothing for %s", f.Deaf)
	}
	return s
}

// String is the way TCP ends.
func (d Drop) String() string {
	switch {
	case d.Reset:
		return "reset TCP"
	case d.Half:
		return "end our side of TCP"
	}
	return "drop TCP"
}

// String is the opcode and payload.
func (g Got) String() string { return g.Opcode.String() + " " + payloadOf(g.Opcode, g.Payload) }

// String is the name of the mark.
func (m Mark) String() string { return "open at " + m.Name }

// String says that TCP ended.
func (Ended) String() string { return "TCP ended" }

// String is the count.
func (e Echoed) String() string { return fmt.Sprintf("echoed ×%d", e.Count) }

// String is the events, with commas between; nothing is "nothing".
func (e Events) String() string {
	if len(e) == 0 {
		return "nothing"
	}
	var list []string
	for _, event := range e {
		list = append(list, event.String())
	}
	return strings.Join(list, ", ")
}

// String is the events, how many of them may be missing, and the ending if it is one of
// its own.
func (o Outcome) String() string {
	if o.Ending != nil {
		return o.events() + "; " + o.Ending.String()
	}
	return o.events()
}

func (o Outcome) events() string {
	switch {
	case o.Any && len(o.Events) == 0:
		return "anything"
	case o.Any:
		return fmt.Sprintf("%s, among whatever else", o.Events)
	}
	if o.MayMiss == 0 {
		return o.Events.String()
	}
	return fmt.Sprintf("%s (the first %d may be missing)", o.Events, o.MayMiss)
}

// payloadOf shows the payload of a frame with opcode op.
func payloadOf(op Op, p Payload) string {
	if op == OpClose {
		return closePayload(p)
	}
	return p.String()
}

// closePayload shows a close code by its number and a reason as text.
func closePayload(p Payload) string {
	b := p.Octets()
	switch {
	case len(b) == 0:
		return ""
	case len(b) < 2:
		return p.String()
	}
	s := fmt.Sprint(binary.BigEndian.Uint16(b))
	if reason := b[2:]; len(reason) > 0 {
		if utf8.Valid(reason) {
			return s + " " + Of(string(reason)).String()
		}
		return s + " " + quote(reason)
	}
	return s
}
