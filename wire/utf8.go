package wire

import "encoding/binary"

// UTF8 validates text that arrives in pieces (RFC 3629) and names the octet at
// which it became invalid. The zero value is ready to use.
type UTF8 struct {
	octets int64 // consumed so far
	need   int   // continuation octets still to come
	lo, hi byte  // bounds of the next one
	bad    bool
}

// Write takes the next octets. It returns -1 if the text can still become
// valid, else the position in the text, from 0, of the first octet that cannot
// be right, whatever follows.
func (u *UTF8) Write(b []byte) int64 {
	if u.bad {
		return u.octets
	}
	for i := 0; i < len(b); i++ {
		if u.need == 0 {
			i += ascii(b[i:])
			if i == len(b) {
				break
			}
		}
		if !u.next(b[i]) {
			u.bad = true
			u.octets += int64(i)
			return u.octets
		}
	}
	u.octets += int64(len(b))
	return -1
}

// End returns -1 if the text is complete and valid, else the position at which
// it became invalid: behind its last octet if a sequence lacks octets.
func (u *UTF8) End() int64 {
	if u.bad || u.need > 0 {
		return u.octets
	}
	return -1
}

// next takes one octet, following the table of well-formed sequences in RFC
// 3629 section 4: only the octet after the first has bounds of its own.
func (u *UTF8) next(c byte) bool {
	if u.need > 0 {
		if c < u.lo || c > u.hi {
			return false
		}
		u.need, u.lo, u.hi = u.need-1, 0x80, 0xBF
		return true
	}
	u.lo, u.hi = 0x80, 0xBF
	switch {
	case c < 0x80:
	case c < 0xC2:
		return false
	case c < 0xE0:
		u.need = 1
	case c < 0xF0:
		u.need = 2
		switch c {
		case 0xE0:
			u.lo = 0xA0
		case 0xED:
			u.hi = 0x9F
		}
	case c < 0xF5:
		u.need = 3
		switch c {
		case 0xF0:
			u.lo = 0x90
		case 0xF4:
			u.hi = 0x8F
		}
	default:
		return false
	}
	return true
}

// ascii is the number of ASCII octets at the front of b, rounded down to whole
// words where that is quicker.
func ascii(b []byte) int {
	const high = 0x8080808080808080
	n := 0
	for ; len(b) >= n+32; n += 32 {
		p := (*[32]byte)(b[n:])
		w := binary.LittleEndian.Uint64(p[0:]) | binary.LittleEndian.Uint64(p[8:]) |
			binary.LittleEndian.Uint64(p[16:]) | binary.LittleEndian.Uint64(p[24:])
		if w&high != 0 {
			break
		}
	}
	for n < len(b) && b[n] < 0x80 {
		n++
	}
	return n
}
