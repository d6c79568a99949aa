package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A payload is the first octets of size, which is -1 if nobody knows.
type payload struct {
	head []byte
	size int
}

// IsZero reports whether p has no octets.
func (p payload) IsZero() bool { return p.size == 0 }

// MarshalJSON writes a whole payload as a string, the head of another with its size.
func (p payload) MarshalJSON() ([]byte, error) {
	head := string(p.head)
	if strings.HasPrefix(head, "0x") || strings.ContainsFunc(head, func(r rune) bool { return r < ' ' || r > '~' }) {
		head = "0x" + hex.EncodeToString(p.head)
	}
	switch head = strconv.Quote(head); p.size {
	case len(p.head):
		return []byte(head), nil
	case -1:
		return []byte(`{"head":` + head + `}`), nil
	}
	return fmt.Appendf(nil, `{"len":%d,"head":%s}`, p.size, head), nil
}

// sizedPayload is the payload of size octets that the reference shows as u: the
// first reading of u whose length fits.
func sizedPayload(u units, size int) (payload, error) {
	if size > logLimit-len(ellipsis) {
		u = u.without()
	}
	for _, b := range [][]byte{u.octets(false), u.octets(true), u.hex()} {
		if len(b) == min(size, logLimit) && (b != nil || len(u) == 0) {
			return payload{head: b, size: size}, nil
		}
	}
	return payload{}, fmt.Errorf("payload %q does not have %d octets", u.octets(false), size)
}

// units are the UTF-16 code units of a JSON string; encoding/json would replace
// lone surrogates.
type units []uint16

// UnmarshalJSON reads a string or null.
func (u *units) UnmarshalJSON(b []byte) error {
	*u = nil
	if string(b) == "null" {
		return nil
	}
	for b = b[1 : len(b)-1]; len(b) > 0; {
		if len(b) >= 6 && b[0] == '\\' && b[1] == 'u' {
			n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
			if err != nil {
				return err
			}
			*u, b = append(*u, uint16(n)), b[6:]
			continue
		}
		_, n := utf8.DecodeRune(b)
		if b[0] == '\\' {
			n = 2
		}
		var s string
		if err := json.Unmarshal(slices.Concat([]byte{'"'}, b[:n], []byte{'"'}), &s); err != nil {
			return err
		}
		*u, b = append(*u, utf16.Encode([]rune(s))...), b[n:]
	}
	return nil
}

// octets is u in UTF-8, a surrogate without its partner in three octets; with
// apart, those of a pair as well.
func (u units) octets(apart bool) (out []byte) {
	for i := 0; i < len(u); i++ {
		r := rune(u[i])
		if !utf16.IsSurrogate(r) {
			out = utf8.AppendRune(out, r)
			continue
		}
		if i+1 < len(u) && !apart {
			if pair := utf16.DecodeRune(r, rune(u[i+1])); pair != utf8.RuneError {
				out = utf8.AppendRune(out, pair)
				i++
				continue
			}
		}
		out = append(out, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)
	}
	return out
}

// hex is the octets of u read as 0x and hex, nil if it is none.
func (u units) hex() []byte {
	digits, ok := strings.CutPrefix(string(u.octets(false)), "0x")
	b, err := hex.DecodeString(digits)
	if !ok || err != nil {
		return nil
	}
	return b
}

// without is u without its ellipsis.
func (u units) without() units {
	if e := utf16.Encode([]rune(ellipsis)); len(u) > len(e) && slices.Equal(u[len(u)-len(e):], e) {
		return u[:len(u)-len(e)]
	}
	return u
}

// A row is a list of unlike things, of the wire log or of the events.
type row []json.RawMessage

// str is a string without its quotes, or true, false or null.
func (r row) str(i int) string { return strings.Trim(string(r[i]), `"`) }

// num is a number; null is 0.
func (r row) num(i int) int {
	n, _ := strconv.Atoi(string(r[i]))
	return n
}

// units is a payload.
func (r row) units(i int) (u units) {
	if err := json.Unmarshal(r[i], &u); err != nil {
		log.Fatalf("payload %s: %v", r[i], err)
	}
	return u
}

// sized is a list of a length and a payload.
func (r row) sized(i int) (int, units) {
	var pair row
	if err := json.Unmarshal(r[i], &pair); err != nil || len(pair) != 2 {
		log.Fatalf("payload %s: want a length and a payload", r[i])
	}
	return pair.num(0), pair.units(1)
}
