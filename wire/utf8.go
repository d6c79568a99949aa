package wire

import "encoding/binary"

// UTF8 validates text that arrives in pieces (RFC 3629) and names the octet at
// which it became invalid. The zero value is ready to use.
type UTF8 struct {
	octets int64 // consumed so far
	need   byte  // continuation octets still to come
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
	need, lo, hi := u.need, u.lo, u.hi // in registers
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case need > 0:
			if c < lo || c > hi {
				return u.fail(i)
			}
			need, lo, hi = need-1, 0x80, 0xBF
		case c < 0x80:
			i += ascii(b[i:]) - 1
		default:
			l := leads[c]
			if l.need == 0 {
				return u.fail(i)
			}
			need, lo, hi = l.need, l.lo, l.hi
		}
	}
	u.need, u.lo, u.hi = need, lo, hi
	u.octets += int64(len(b))
	return -1
}

// fail notes that octet i of the piece just taken cannot be right.
func (u *UTF8) fail(i int) int64 {
	u.bad = true
	u.octets += int64(i)
	return u.octets
}

// End returns -1 if the text is complete and valid, else the position at which
// it became invalid: behind its last octet if a sequence lacks octets.
func (u *UTF8) End() int64 {
	if u.bad || u.need > 0 {
		return u.octets
	}
	return -1
}

// A lead is what must follow the first octet of a sequence of several.
type lead struct {
	need   byte // continuation octets; 0: it cannot begin such a sequence
	lo, hi byte // bounds of the first of them
}

// leads is the table of well-formed sequences in RFC 3629 section 4. Only the
// octet after the first has bounds of its own.
var leads = func() (t [256]lead) {
	set := func(from, to int, l lead) {
		for c := from; c <= to; c++ {
			t[c] = l
		}
	}
	set(0xC2, 0xDF, lead{1, 0x80, 0xBF})
	set(0xE0, 0xE0, lead{2, 0xA0, 0xBF}) // less would be an overlong form
	set(0xE1, 0xEC, lead{2, 0x80, 0xBF})
	set(0xED, 0xED, lead{2, 0x80, 0x9F}) // more would be a surrogate
	set(0xEE, 0xEF, lead{2, 0x80, 0xBF})
	set(0xF0, 0xF0, lead{3, 0x90, 0xBF}) // less would be an overlong form
	set(0xF1, 0xF3, lead{3, 0x80, 0xBF})
	set(0xF4, 0xF4, lead{3, 0x80, 0x8F}) // more would be above U+10FFFF
	return t
}()

// ascii is the number of ASCII octets at the front of b.
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
