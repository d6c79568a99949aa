package wire

import (
	"encoding/binary"

	"gobahn/cases"
)

// A Decoder finds the frames in a stream of octets that arrives in pieces. It
// refuses nothing and keeps no payload, so its memory does not depend on what
// is sent. The zero value is ready to use.
type Decoder struct {
	KeepMasks bool // leave payload as it came, masked or not

	head    [MaxHeader]byte
	have    int    // octets of head collected
	h       Header // of the current frame
	left    uint64 // payload octets of it still to come
	pos     uint64 // payload octets of it that came
	payload bool   // inside the payload
}

// A Part is a piece of a frame: its beginning, some of its payload, its end, or
// several of them.
type Part struct {
	Header  Header // of the frame
	Begin   bool   // the header has just been completed
	End     bool   // the frame ends with this part
	Payload []byte // unmasked, unless KeepMasks is set; it aliases the octets given to Next
}

// Next takes octets from the front of b, which it unmasks in place, and returns
// the part they make and what is left of b. ok is false when there is no part:
// b was empty, or all of it was taken without completing a header.
func (d *Decoder) Next(b []byte) (p Part, rest []byte, ok bool) {
	if len(b) == 0 {
		return Part{}, b, false
	}
	if !d.payload {
		if b, ok = d.header(b); !ok {
			return Part{}, b, false
		}
		d.payload, d.left, d.pos = true, d.h.Length, 0
		p.Begin = true
	}
	n := uint64(len(b))
	if n > d.left {
		n = d.left
	}
	p.Header, p.Payload, rest = d.h, b[:n], b[n:]
	if d.h.Masked && !d.KeepMasks {
		Mask(p.Payload, d.h.Key, d.pos)
	}
	d.left -= n
	d.pos += n
	if d.left == 0 {
		p.End, d.payload, d.have = true, false, 0
	}
	return p, rest, true
}

// Partial is the frame of which the end has not come: how many octets of its payload
// have, and false if there is none. One whose header is not complete has the zero Header.
func (d *Decoder) Partial() (h Header, payload uint64, ok bool) {
	if !d.payload {
		return Header{}, 0, d.have > 0
	}
	return d.h, d.pos, true
}

// header collects octets of a header and parses it when it is complete.
func (d *Decoder) header(b []byte) (rest []byte, ok bool) {
	for {
		need := 2
		if d.have >= 2 {
			need = headerSize(d.head[1])
			if d.have == need {
				d.parse()
				return b, true
			}
		}
		if len(b) == 0 {
			return b, false
		}
		n := copy(d.head[d.have:need], b)
		d.have += n
		b = b[n:]
	}
}

// headerSize is the length in octets of the header whose second octet is given.
func headerSize(second byte) int {
	n := 2
	switch second & 0x7F {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if second&0x80 != 0 {
		n += 4
	}
	return n
}

func (d *Decoder) parse() {
	d.h = Header{
		FIN:    d.head[0]&0x80 != 0,
		RSV:    d.head[0] >> 4 & 7,
		Opcode: cases.Op(d.head[0] & 0xF),
		Masked: d.head[1]&0x80 != 0,
		Length: uint64(d.head[1] & 0x7F),
		Bits:   7,
	}
	n := 2
	switch d.h.Length {
	case 126:
		d.h.Length, d.h.Bits, n = uint64(binary.BigEndian.Uint16(d.head[2:])), 16, 4
	case 127:
		d.h.Length, d.h.Bits, n = binary.BigEndian.Uint64(d.head[2:]), 64, 10
	}
	if d.h.Masked {
		copy(d.h.Key[:], d.head[n:])
	}
}
