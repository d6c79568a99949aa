package fuzzer

import (
	"net"

	"gobahn/cases"
	"gobahn/wire"
)

// sendMessage sends a message, compressed if that was negotiated.
func (s *session) sendMessage(m cases.Message) {
	if s.deflate.send == nil {
		s.sendData(m, bodyOf(m), 0)
		return
	}
	packed := s.deflate.compress(m)
	s.sendData(m, body{octets: packed, size: len(packed)}, rsvCompressed)
}

// sendData sends b as the frames of m. Like cases.Message.Frames it ends with an
// empty frame if the fragments divide the length.
func (s *session) sendData(m cases.Message, b body, rsv byte) {
	f := cases.Frame{Opcode: m.Opcode(), RSV: rsv, Wire: m.Wire}
	if m.Fragment == 0 || b.size <= m.Fragment {
		if rsv == 0 {
			f.Payload = m.Payload // to be shown by its pattern
		}
		s.sendPart(s.buffer(wire.MaxHeader+b.size, f.Wire, b), f, b, 0, b.size)
		return
	}
	fragments := b.size/m.Fragment + 1
	buf := s.buffer(fragments*wire.MaxHeader+b.size, f.Wire, b)
	f.NoFIN = true
	pos := 0
	for ; b.size-pos >= m.Fragment; pos += m.Fragment {
		buf = s.sendPart(buf, f, b, pos, pos+m.Fragment)
		f.Opcode, f.RSV = cases.OpContinuation, 0
	}
	f.NoFIN = false
	s.sendPart(buf, f, b, pos, b.size)
}

// sendPart sends the octets of b from pos to end as frame f, whose own payload and
// masking are not looked at. It appends the frame to buf, unless that would be long
// and what is in it repeats.
func (s *session) sendPart(buf []byte, f cases.Frame, b body, pos, end int) []byte {
	h := wire.Header{FIN: !f.NoFIN, RSV: f.RSV, Opcode: f.Opcode, Masked: !s.server, Length: uint64(end - pos)}
	var key *[4]byte
	if h.Masked {
		h.Key = mask(s.keys.script)
		key = &h.Key
	}
	s.log.SentFrame(f, h, b.from(pos)[:min(end-pos, len(b.from(pos)))], end-pos)
	start := len(buf)
	buf = h.Append(buf)
	s.traffic.sentFrame(end-pos, len(buf)-start)
	if repeats(b, f.Wire, end-pos) {
		pieces := append(net.Buffers{buf[start:]}, b.masked(pos, end, key)...)
		s.conn.SendPieces(pieces, f.Wire.Sync)
		return buf
	}
	payload := len(buf)
	buf = b.appendTo(buf, pos, end)
	if key != nil {
		wire.Mask(buf[payload:], *key, 0)
	}
	s.conn.Send(buf[start:], f.Wire)
	return buf
}

// repeats reports whether a frame with size octets of b is better sent in pieces.
func repeats(b body, w cases.Wire, size int) bool {
	return b.period > 0 && size > 2*chunk && w.Chop == 0
}

// buffer has room for n octets, or as many of them as are not sent in pieces. It is
// the last one again if that has left.
func (s *session) buffer(n int, w cases.Wire, b body) []byte {
	if repeats(b, w, b.size) {
		n = min(n, 2*chunk)
	}
	if n > maxScratch || !s.conn.Idle() {
		return make([]byte, 0, n)
	}
	if cap(s.scratch) < n {
		s.scratch = make([]byte, 0, n)
	}
	return s.scratch[:0]
}

// maxScratch is the largest buffer in octets that is kept for the next message.
const maxScratch = 1 << 20

// A meter measures the traffic behind the opening handshake.
type meter struct {
	received, sent cases.Flow
}

// sentFrame counts a data frame with that much payload and header.
func (m *meter) sentFrame(payload, header int) {
	m.sent.Frames++
	m.sent.WebSocket += payload
	m.sent.Wire += header + payload
}

// result is the traffic so far.
func (m *meter) result() *cases.Traffic {
	return &cases.Traffic{Incoming: m.received, Outgoing: m.sent}
}
