package templates

import (
	"encoding/binary"
	"encoding/hex"

	"gobahn/cases"
)

// A stream is what went one way over the wire, as far as the log has kept it. Frames
// are found in it in the order of their rows.
type stream struct {
	pieces []cases.Row // reads or writes, in order
	piece  int         // the one that the next frame begins in
	pos    int         // octets of it that are before that frame
	lost   bool        // from here on, nothing can be told of frames
}

// streams are what was received and sent behind the opening handshake.
func streams(o cases.Observation) (rx, tx *stream) {
	rx, tx = &stream{}, &stream{}
	for _, r := range o.Wirelog {
		switch r.Kind {
		case cases.RxOctets:
			rx.pieces = append(rx.pieces, r)
		case cases.TxOctets:
			tx.pieces = append(tx.pieces, r)
		case cases.LogSwitch, cases.RowsLost: // what is behind it is not known to follow
			rx.pieces = append(rx.pieces, r)
			tx.pieces = append(tx.pieces, r)
		}
	}
	received, sent := len(o.Response), len(o.Request)
	if o.Server {
		received, sent = sent, received
	}
	rx.skip(received)
	tx.skip(sent)
	return rx, tx
}

// skip goes on behind n octets.
func (s *stream) skip(n int) {
	if s.pos += n; s.pos < 0 { // no log of ours has that many
		s.lost = true
		return
	}
	for s.piece < len(s.pieces) && s.pos >= s.pieces[s.piece].Size {
		if !octets(s.pieces[s.piece]) {
			s.lost = true
			return
		}
		s.pos -= s.pieces[s.piece].Size
		s.piece++
	}
}

func octets(r cases.Row) bool { return r.Kind == cases.RxOctets || r.Kind == cases.TxOctets }

// peek returns the next octets, at most n, as far as they were kept without a gap.
func (s *stream) peek(n int) []byte {
	b := make([]byte, 0, n)
	pos := s.pos
	for _, r := range s.pieces[min(s.piece, len(s.pieces)):] {
		if !octets(r) || pos > len(r.Head) {
			break
		}
		b = append(b, r.Head[pos:min(len(r.Head), pos+n-len(b))]...)
		if len(b) == n || len(r.Head) < r.Size {
			break
		}
		pos = 0
	}
	return b
}

// frame finds the octets of the frame that r is about, which are nil if the log has not
// kept them. Octets in between that are none of a frame with a row, such as
// those of a Raw or Split, end with a write.
func (s *stream) frame(r cases.Row) *frame {
	for !s.lost && s.piece < len(s.pieces) {
		f := parseFrame(s.peek(maxHeader + cases.LogLimit))
		if f != nil && f.matches(r) {
			s.skip(f.header() + framePayload(r))
			f.Size = framePayload(r)
			f.Payload = f.Payload[:min(f.Size, len(f.Payload))]
			return f
		}
		if r.Kind == cases.RxFrame || !octets(s.pieces[s.piece]) {
			break
		}
		s.piece, s.pos = s.piece+1, 0
	}
	s.lost = true
	return nil
}

// framePayload is the true length of the payload of a frame.
func framePayload(r cases.Row) int { return max(0, r.Size, r.RepeatLen) }

// maxHeader is the length in octets of the longest frame header.
const maxHeader = 14

// A frame is one as on the wire (RFC 6455 5.2).
type frame struct {
	First, Second byte
	Extended      []byte // the longer forms of the length; empty: 7 bits hold it
	Key           []byte // masking key; empty: none
	Payload       []byte // as on the wire, as far as it was kept
	Size          int    // octets of payload
}

// parseFrame reads the frame that b begins with; nil: its header is not whole.
func parseFrame(b []byte) *frame {
	if len(b) < 2 {
		return nil
	}
	f := &frame{First: b[0], Second: b[1]}
	extended, key := f.Bits()/8, 0
	if f.Masked() {
		key = 4
	}
	if b = b[2:]; len(b) < extended+key {
		return nil
	}
	f.Extended, b = b[:extended], b[extended:]
	f.Key, f.Payload = b[:key], b[key:]
	return f
}

// matches reports whether r can be the row of f. What we send may lie about its
// length.
func (f *frame) matches(r cases.Row) bool {
	if f.FIN() != r.FIN || f.RSV() != r.RSV || f.Opcode() != r.Opcode || hex.EncodeToString(f.Key) != r.Key {
		return false
	}
	return r.Kind == cases.TxFrame || f.Length() == uint64(r.Size)
}

// header is how many octets the header has.
func (f *frame) header() int { return 2 + len(f.Extended) + len(f.Key) }

func (f *frame) FIN() bool        { return f.First&0x80 != 0 }
func (f *frame) RSV() byte        { return f.First >> 4 & 7 }
func (f *frame) Opcode() cases.Op { return cases.Op(f.First & 0xF) }
func (f *frame) Masked() bool     { return f.Second&0x80 != 0 }

// Bits is the form the length is written in: 7, 16 or 64 bits.
func (f *frame) Bits() int {
	switch f.Second & 0x7F {
	case 126:
		return 16
	case 127:
		return 64
	}
	return 7
}

// Length is the value of the length field.
func (f *frame) Length() uint64 {
	switch len(f.Extended) {
	case 2:
		return uint64(binary.BigEndian.Uint16(f.Extended))
	case 8:
		return binary.BigEndian.Uint64(f.Extended)
	}
	return uint64(f.Second & 0x7F)
}
