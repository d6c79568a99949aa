package corpus

import (
	"fmt"
	"unicode/utf8"
)

// A Reel is what an endless reading of a corpus gives: windows of one length, each
// of which begins where the one before ended, going on from the beginning at the
// end. After some windows they come again. A Reel may be used concurrently.
type Reel struct {
	twice   []byte // the corpus, two times
	size    int    // units of the corpus
	length  int    // units of a window
	step    int    // units between two positions at which a window can begin or end
	offsets []int  // octets before each of these positions; nil: a unit is an octet
}

// NewReel returns the windows of length units of a corpus: characters if
// characters is set, else octets. It is an error if there is no such corpus, or
// length is not between one and the units of the corpus.
func NewReel(name string, length int, characters bool) (*Reel, error) {
	b, ok := Octets(name)
	if !ok {
		return nil, fmt.Errorf("unknown corpus %q", name)
	}
	r := &Reel{twice: doubled(name), size: len(b), length: length}
	if characters {
		r.size = utf8.RuneCount(b)
	}
	if length < 1 || length > r.size {
		return nil, fmt.Errorf("a window of %d: corpus %s has %d", length, name, r.size)
	}
	r.step = gcd(r.size, length)
	if characters && r.size < len(b) {
		r.measure(b)
	}
	return r, nil
}

// measure finds the octets at which windows can begin.
func (r *Reel) measure(b []byte) {
	n := 0
	for i := range string(b) {
		if n%r.step == 0 {
			r.offsets = append(r.offsets, i)
		}
		n++
	}
}

// offset is the number of octets before a position of the endless reading, for
// positions less than two readings.
func (r *Reel) offset(units int) int {
	if r.offsets == nil {
		return units
	}
	octets := r.offsets[units%r.size/r.step]
	if units >= r.size {
		octets += len(r.twice) / 2
	}
	return octets
}

// Period is after how many windows they come again.
func (r *Reel) Period() int { return r.size / r.step }

// At returns window i, from 0. It must not be changed.
func (r *Reel) At(i int) []byte {
	start := i % r.Period() * r.length % r.size
	return r.twice[r.offset(start):r.offset(start+r.length)]
}

// Before returns what comes before window i, its last n octets, or all if that is
// less. n must not be more than the octets of the corpus.
func (r *Reel) Before(i, n int) []byte {
	start := r.offset(i % r.Period() * r.length % r.size)
	if i*r.length >= r.size { // it has been read through before
		start += len(r.twice) / 2
	}
	return r.twice[max(0, start-n):start]
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
