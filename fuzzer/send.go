package fuzzer

import (
	"cmp"
	"net"

	"gobahn/cases"
	"gobahn/wire"
)

// sendMessage sends a message, compressed if that was negotiated.
func (s *session) sendMessage(m cases.Message) {
	if s.deflate.send == nil {
		s.sendData(m, bodyOf(m), 0, true)
		return
	}
	packed := s.deflate.compress(m)
	s.sendData(m, body{octets: packed, size: len(packed)}, rsvCompressed, true)
}

// sendBlocks sends a message that is compressed as it says. Our compressor does not know
// of it.
func (s *session) sendBlocks(v cases.Blocks) {
	packed := wire.Pack(v)
	m := cases.Message{Binary: v.Binary, Fragment: v.Fragment, Wire: v.Wire}
	s.sendData(m, body{octets: packed, size: len(packed)}, rsvCompressed, !v.NoFIN)
	s.deflate.forget()
}

// sendData sends b as the frames of m, of which the last has FIN set or not. Like
// cases.Message.Frames it ends with an empty frame if the fragments divide the length.
func (s *session) sendData(m cases.Message, b body, rsv byte, fin bool) {
	f := cases.Frame{Opcode: m.Opcode(), RSV: rsv, Wire: m.Wire, NoFIN: !fin}
	m.Fragment = cmp.Or(m.Fragment, s.opts.AutoFragmentSize)
	if m.Fragment == 0 || b.size <= m.Fragment {
		if rsv == 0 {
			f.Payload = m.Payload // to be shown by its pattern
		}
		out := s.frames(b, 1, b.size, f.Wire)
		out.add(f, 0, b.size)
		out.send()
		return
	}
	out := s.frames(b, b.size/m.Fragment+1, m.Fragment, f.Wire)
	f.NoFIN = true
	pos := 0
	for ; b.size-pos >= m.Fragment; pos += m.Fragment {
		out.add(f, pos, pos+m.Fragment)
		f.Opcode, f.RSV = cases.OpContinuation, 0
	}
	f.NoFIN = !fin
	out.add(f, pos, b.size)
	out.send()
}

// Frames are those of one message on their way into one buffer.
type frames struct {
	session *session
	body    body
	wire    cases.Wire
	buf     []byte
	parts   []int // octets of each frame in buf
	repeats bool  // frames are long and repeat: they are sent in pieces
}

// frames begins n frames of size octets of b.
func (s *session) frames(b body, n, size int, w cases.Wire) frames {
	f := frames{session: s, body: b, wire: w, repeats: b.period > 0 && size > 2*chunk && w.Chop == 0}
	if !f.repeats {
		f.buf = s.buffer(n*wire.MaxHeader + b.size)
	}
	return f
}

// add adds the octets of the body from pos to end as frame f, whose own payload
// and masking are not looked at.
func (out *frames) add(f cases.Frame, pos, end int) {
	s, b := out.session, out.body
	h := wire.Header{FIN: !f.NoFIN, RSV: f.RSV, Opcode: f.Opcode, Masked: s.masks(), Length: uint64(end - pos)}
	var key *[4]byte
	if h.Masked {
		h.Key = mask(s.keys.script)
		if s.opts.ApplyMask {
			key = &h.Key
		}
	}
	head := b.from(pos)
	s.log.SentFrame(f, h, head[:min(end-pos, len(head))], end-pos)
	if out.repeats {
		header := h.Append(nil)
		s.traffic.sentFrame(end-pos, len(header))
		s.conn.SendPieces(append(net.Buffers{header}, b.masked(pos, end, key)...), f.Wire.Sync)
		return
	}
	start := len(out.buf)
	out.buf = h.Append(out.buf)
	payload := len(out.buf)
	out.buf = b.appendTo(out.buf, pos, end)
	if key != nil {
		wire.Mask(out.buf[payload:], *key, 0)
	}
	s.traffic.sentFrame(end-pos, payload-start)
	out.parts = append(out.parts, len(out.buf)-start)
}

// send sends what was added and is not on its way yet.
func (out *frames) send() {
	s := out.session
	if out.wire == (cases.Wire{}) {
		s.conn.SendParts(out.buf, out.parts)
		return
	}
	for _, n := range out.parts {
		s.conn.Send(out.buf[:n], out.wire)
		out.buf = out.buf[n:]
	}
}

// buffer has room for n octets. It is the last one again if that has left.
func (s *session) buffer(n int) []byte {
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

// A meter measures the traffic of an Echo.
type meter struct {
	received, sent cases.Flow
}

// begin begins to measure: only the opening handshake counts of what was before.
func (m *meter) begin() {
	m.received = cases.Flow{Opening: m.received.Opening}
	m.sent = cases.Flow{Opening: m.sent.Opening}
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
