package corpus

import (
	"bytes"
	"testing"
	"unicode/utf8"
)

// endless is the beginning of an endless reading of a corpus.
func endless(b []byte, octets int) []byte {
	var out []byte
	for len(out) < octets {
		out = append(out, b...)
	}
	return out[:octets]
}

func TestWindowsFollowEachOtherWithoutEnd(t *testing.T) {
	for _, test := range []struct {
		corpus     string
		length     int
		characters bool
	}{
		{"json", 16, true}, {"json", 131072, true}, {"bitmap", 131072, false}, {"prose", 65536, false},
		{"html", 4096, true}, {"html", 131072, true}, {"html", 1000, true}, {"pdf", 131072, false}, {"prose", 7777, true},
	} {
		r, err := NewReel(test.corpus, test.length, test.characters)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := Octets(test.corpus)
		windows := min(3*r.Period(), 5+3*len(b)/test.length)
		all := endless(b, windows*test.length*2)
		at := 0
		for i := range windows {
			w := r.At(i)
			if !bytes.Equal(w, all[at:at+len(w)]) {
				t.Fatalf("%s × %d: window %d is not what follows the one before", test.corpus, test.length, i)
			}
			n := len(w)
			if test.characters {
				n = utf8.RuneCount(w)
			}
			if n != test.length {
				t.Fatalf("%s × %d: window %d has %d units", test.corpus, test.length, i, n)
			}
			if !bytes.Equal(w, r.At(i+r.Period())) {
				t.Fatalf("%s × %d: window %d does not come again after %d", test.corpus, test.length, i, r.Period())
			}
			before := r.Before(i, 32<<10)
			if want := all[max(0, at-32<<10):at]; !bytes.Equal(before, want) {
				t.Fatalf("%s × %d: before window %d: %d octets, want %d others", test.corpus, test.length, i, len(before), len(want))
			}
			at += len(w)
		}
	}
}

func TestAReelNeedsACorpusAndALengthWithinIt(t *testing.T) {
	for _, test := range []struct {
		corpus string
		length int
	}{{"none", 1}, {"json", 0}, {"json", -1}, {"json", 1 << 20}} {
		if _, err := NewReel(test.corpus, test.length, false); err == nil {
			t.Errorf("%s × %d is a reel", test.corpus, test.length)
		}
	}
}
