package fuzzer

import "fmt"

// unfinished is what the peer has begun and not ended, if nothing else was wrong with
// what it sent. Where the connection was closed as it should be, nobody needs to know.
func (s *session) unfinished() string {
	r := &s.receiver
	if s.obs.Closing.WasClean || len(s.obs.Faults) > 0 || s.control != nil {
		return ""
	}
	if len(r.head) > 0 {
		return fmt.Sprintf("an HTTP head, %d octets of which had come", len(r.head))
	}
	h, n, begun := r.decoder.Partial()
	switch m := r.message; {
	case m.op != 0 && (m.ends > 0 || !begun):
		return fmt.Sprintf("a %s message, %d fragments of which had come, with %d octets", m.op, m.ends, m.n)
	case begun && h.Length == 0:
		return "the header of a frame"
	case begun:
		return fmt.Sprintf("a %s frame of %d octets, %d of which had come", h.Opcode, h.Length, n)
	}
	return ""
}
