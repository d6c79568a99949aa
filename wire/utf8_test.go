package wire_test

import (
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"gobahn/wire"
)

// beginnings holds every incomplete encoding of a code point.
var beginnings = sync.OnceValue(func() map[string]bool {
	set := make(map[string]bool)
	for r := rune(0x80); r <= utf8.MaxRune; r += 64 { // 64 code points differ in the last octet only
		if s := string(r); utf8.ValidRune(r) {
			for n := 1; n < len(s); n++ {
				set[s[:n]] = true
			}
		}
	}
	return set
})

// invalidAt is the slow way to say where text becomes invalid: the first octet
// with which it is no longer the beginning of anything valid. If it is that to
// its end, but not complete, the end; if it is valid, -1.
func invalidAt(text string) int64 {
	start := 0 // of the sequence that octet i belongs to
	for i := range len(text) {
		sequence := text[start : i+1]
		switch {
		case utf8.ValidString(sequence):
			start = i + 1
		case !beginnings()[sequence]:
			return int64(i)
		}
	}
	if start < len(text) {
		return int64(len(text))
	}
	return -1
}

// validate gives text to a UTF8 in pieces of n octets.
func validate(t testing.TB, text string, n int) int64 {
	t.Helper()
	var u wire.UTF8
	at := int64(-1)
	for rest := text; rest != ""; {
		piece := rest[:min(n, len(rest))]
		rest = rest[len(piece):]
		got := u.Write([]byte(piece))
		if at >= 0 && got != at {
			t.Fatalf("%x in pieces of %d: invalid at octet %d, and later at %d", text, n, at, got)
		}
		at = got
	}
	end := u.End()
	if at >= 0 && end != at {
		t.Fatalf("%x in pieces of %d: invalid at octet %d, in the end at %d", text, n, at, end)
	}
	return end
}

func TestUTF8NamesTheOctetAtWhichTextBecameInvalid(t *testing.T) {
	tests := []struct {
		name, text string
		at         int64
	}{
		{"nothing", "", -1},
		{"ASCII", "Hello", -1},
		{"NUL", "\x00", -1},
		{"highest of one octet, U+007F", "\x7f", -1},
		{"lowest of two octets, U+0080", "\xc2\x80", -1},
		{"highest of two octets, U+07FF", "\xdf\xbf", -1},
		{"lowest of three octets, U+0800", "\xe0\xa0\x80", -1},
		{"last before the surrogates, U+D7FF", "\xed\x9f\xbf", -1},
		{"first after the surrogates, U+E000", "\xee\x80\x80", -1},
		{"highest of three octets, U+FFFF", "\xef\xbf\xbf", -1},
		{"lowest of four octets, U+10000", "\xf0\x90\x80\x80", -1},
		{"highest, U+10FFFF", "\xf4\x8f\xbf\xbf", -1},
		{"byte order mark", "\xef\xbb\xbf", -1},

		{"continuation octet first", "\x80", 0},
		{"continuation octet after a complete sequence", "\xc2\x80\x80", 2},
		{"overlong of two octets, C0: first", "\xc0\x80", 0},
		{"overlong of two octets, C1: first", "\xc1\xbf", 0},
		{"overlong of three octets: second", "\xe0\x9f\xbf", 1},
		{"overlong of four octets: second", "\xf0\x8f\xbf\xbf", 1},
		{"lowest surrogate, U+D800: second", "\xed\xa0\x80", 1},
		{"highest surrogate, U+DFFF: second", "\xed\xbf\xbf", 1},
		{"pair of surrogates: second", "\xed\xa0\xbd\xed\xb8\x80", 1},
		{"U+110000: second", "\xf4\x90\x80\x80", 1},
		{"F5: first", "\xf5\x80\x80\x80", 0},
		{"sequence of five octets: first", "\xf8\x88\x80\x80\x80", 0},
		{"FE", "\xfe", 0},
		{"FF", "\xff", 0},

		{"two octets, the second ASCII", "\xc2a", 1},
		{"three octets, the third ASCII", "\xe2\x82a", 2},
		{"four octets, the fourth begins another", "\xf0\x9f\x98\xc2\x80", 3},
		{"ends after one of two", "\xc2", 1},
		{"ends after one of three", "\xe2", 1},
		{"ends after two of three", "\xe2\x82", 2},
		{"ends after three of four", "\xf0\x9f\x98", 3},
		{"after text of several words", strings.Repeat("0123456789abcdef", 5) + "\xe2\x28\xa1", 81},
		{"in the reference's 6.4, U+110000 in the middle", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90\x80\x80edited", 12},
	}
	for _, tt := range tests {
		if want := invalidAt(tt.text); want != tt.at {
			t.Errorf("%s: the slow way says %d, the table %d", tt.name, want, tt.at)
		}
		for n := 1; n <= len(tt.text)+1; n++ {
			if got := validate(t, tt.text, n); got != tt.at {
				t.Errorf("%s: % x in pieces of %d: invalid at octet %d, want %d", tt.name, tt.text, n, got, tt.at)
			}
		}
	}
}

// boundaries are the octets at which the table of RFC 3629 section 4 changes.
const boundaries = "\x00A\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xec\xed\xee\xef\xf0\xf1\xf3\xf4\xf5\xff"

func TestUTF8AgreesWithTheSlowWayOnAllBoundaries(t *testing.T) {
	var sequences func(prefix string, more int)
	sequences = func(prefix string, more int) {
		want := invalidAt(prefix)
		for _, n := range []int{1, len(prefix)} {
			if got := validate(t, prefix, max(n, 1)); got != want {
				t.Fatalf("% x in pieces of %d: invalid at octet %d, want %d", prefix, n, got, want)
			}
		}
		if more == 0 || want >= 0 && want < int64(len(prefix)) {
			return // what follows changes nothing
		}
		for i := range len(boundaries) {
			sequences(prefix+boundaries[i:i+1], more-1)
		}
	}
	sequences("", 5)
}

func TestUTF8StopsInTheFirstWordOfText(t *testing.T) {
	// ASCII is taken by the word: an octet of another kind must be found at
	// each place in a word and behind words of ASCII.
	for before := range 140 {
		for after := range 40 {
			for bad, want := range map[string]int64{"\xff": int64(before), "\xe0\x80": int64(before) + 1, "\xc3\xa9": -1} {
				text := strings.Repeat("a", before) + bad + strings.Repeat("b", after)
				if got := validate(t, text, len(text)); got != want {
					t.Fatalf("% x after %d and before %d octets: invalid at octet %d, want %d", bad, before, after, got, want)
				}
			}
		}
	}
}
