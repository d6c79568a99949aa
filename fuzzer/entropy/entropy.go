// Package entropy looks at the masking keys of one connection, in their order, for signs
// that they are not fresh or can be predicted (RFC 6455 5.3). It cannot show that keys are
// good. What it finds in keys that are random has a probability far below 1e-9.
package entropy

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// MaxKeys is how many keys of a connection are worth looking at.
const MaxKeys = 4500

// Repeats says how keys repeat, or are counted; "" if they do not.
func Repeats(keys [][4]byte) string {
	be, n := words(keys, binary.BigEndian), len(keys)
	zeros, again, seen := 0, 0, make(map[uint32]bool)
	for i, k := range be {
		seen[k] = true
		if k == 0 {
			zeros++
		}
		if i > 0 && k == be[i-1] {
			again++
		}
	}
	// By chance a given key is another with a probability of 2^-32: that happens, but
	// not twice to neighbours, nor four times to any of MaxKeys.
	switch {
	case zeros >= 2:
		return fmt.Sprintf("%d of %d masking keys are 00000000", zeros, n)
	case again >= 2:
		return fmt.Sprintf("%d of %d frames have the masking key of the frame before", again, n)
	case n-len(seen) >= 4:
		return fmt.Sprintf("%d frames have only %d different masking keys", n, len(seen))
	}
	for _, order := range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
		list, steps := words(keys, order), make(map[uint32]int)
		for i := 1; i < n; i++ {
			step := list[i] - list[i-1]
			if steps[step]++; steps[step] == 4 {
				return "the masking keys are counted: each is a fixed number more than the one before"
			}
		}
	}
	return ""
}

// words are keys as numbers.
func words(keys [][4]byte, order binary.ByteOrder) []uint32 {
	list := make([]uint32, len(keys))
	for i, k := range keys {
		list[i] = order.Uint32(k[:])
	}
	return list
}

// Predicts says by which generator keys can be predicted from those before them; "" if
// by none of those that it knows.
func Predicts(keys [][4]byte) string {
	for _, order := range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
		k := words(keys, order)
		for _, g := range generators {
			if g.predicts(k) {
				return "the masking keys are those of " + g.name + ": they can be predicted"
			}
		}
	}
	return biased(words(keys, binary.BigEndian))
}

// generators are those whose output is recognised, from the least to compute to the most.
var generators = []struct {
	name     string
	predicts func(k []uint32) bool
}{
	{"a linear congruential generator", congruential},
	{"java.util.Random", javaRandom},
	{"the generator of math/rand", func(k []uint32) bool { return additive(k, 607, 273, 32) }},
	{"rand of the C library", func(k []uint32) bool { return additive(k, 31, 3, 31) }},
	{"MT19937", mersenneTwister},
	{"an xorshift generator", linear},
}

// congruential reports whether each of k is the one before times a, plus c.
func congruential(k []uint32) bool {
	for i := 0; i+5 < len(k) && i < 8; i++ {
		d := k[i+1] - k[i]
		if d%2 == 0 { // it has no inverse
			continue
		}
		inverse := d
		for range 5 {
			inverse *= 2 - d*inverse
		}
		a := (k[i+2] - k[i+1]) * inverse
		holds := a != 1 // that is counting
		for j := i + 2; j < i+5; j++ {
			holds = holds && k[j+1]-k[j] == a*(k[j]-k[j-1])
		}
		if holds {
			return true
		}
	}
	return false
}

// javaRandom reports whether k begin like the outputs of java.util.Random, which are the
// upper 32 of the 48 bits of its state.
func javaRandom(k []uint32) bool {
	if len(k) < 5 {
		return false
	}
	next := func(state uint64) uint64 { return (state*0x5DEECE66D + 0xB) & (1<<48 - 1) }
	for low := range uint64(1 << 16) {
		state := uint64(k[0])<<16 | low
		i := 1
		for ; i < 5; i++ {
			if state = next(state); uint32(state>>16) != k[i] {
				break
			}
		}
		if i == 5 {
			return true
		}
	}
	return false
}

// additive reports whether k are sums of two before them, of which a carry may be lost.
// Only the lower bits count.
func additive(k []uint32, far, near, width int) bool {
	hits, mask := 0, uint32(1<<width-1)
	for i := far; i < len(k); i++ {
		if (k[i]-k[i-far]-k[i-near])&mask <= 1 {
			hits++
		}
	}
	return hits >= 6 && hits > (len(k)-far)/2
}

// mersenneTwister reports whether k are outputs of MT19937.
func mersenneTwister(k []uint32) bool {
	const n, m = 624, 397
	hits := 0
	for i := n; i < len(k); i++ {
		y := untempered(k[i-n])&0x80000000 | untempered(k[i-n+1])&0x7FFFFFFF
		x := untempered(k[i-n+m]) ^ y>>1 ^ y&1*0x9908B0DF
		if x == untempered(k[i]) {
			hits++
		}
	}
	return hits >= 4
}

// untempered is the word of the state of MT19937 that comes out as y.
func untempered(y uint32) uint32 {
	y ^= y >> 18
	y ^= y << 15 & 0xEFC60000
	x := y
	for range 5 {
		x = y ^ x<<7&0x9D2C5680
	}
	y = x
	for range 3 {
		x = y ^ x>>11
	}
	return x
}

// linear reports whether a bit of k follows from those before it by a recurrence over
// GF(2) that is shorter than chance allows: as in all xorshift generators, and in the
// lowest bits of their sums. V8 hands out its numbers in blocks of 64, the last first.
func linear(k []uint32) bool {
	if len(k) < 400 {
		return false
	}
	k = k[:min(len(k), 704)]
	for _, bit := range []int{0, 7, 8, 15, 16, 23, 24, 31} {
		if tooSimple(bitOf(k, bit)) {
			return true
		}
	}
	for phase := range 64 {
		turned := make([]uint32, 0, len(k))
		for from := phase; from+64 <= len(k); from += 64 {
			for i := range 64 {
				turned = append(turned, k[from+63-i])
			}
		}
		if tooSimple(bitOf(turned, 31)) {
			return true
		}
	}
	return false
}

// bitOf are the bits at that place.
func bitOf(k []uint32, place int) []byte {
	list := make([]byte, len(k))
	for i, x := range k {
		list[i] = byte(x >> place & 1)
	}
	return list
}

// tooSimple reports whether s has a linear complexity that a random sequence has with a
// probability of 2^-80: it is half its length, and d less with one of 2^-2d.
func tooSimple(s []byte) bool { return complexity(s) < len(s)/2-40 }

// complexity is the linear complexity of s over GF(2), by the algorithm of Berlekamp and
// Massey.
func complexity(s []byte) int {
	size := len(s)/64 + 1
	c, b := make([]uint64, size), make([]uint64, size) // connection polynomials, now and then
	past := make([]uint64, size)                       // s backwards from here
	next := make([]uint64, size)
	c[0], b[0] = 1, 1
	length, since := 0, 1
	for i, bit := range s {
		copy(next, past)
		clear(past)
		addShifted(past, next, 1)
		past[0] |= uint64(bit)
		var sum uint64
		for j := range c {
			sum ^= c[j] & past[j]
		}
		if bits.OnesCount64(sum)%2 == 0 {
			since++
			continue
		}
		copy(next, c)
		addShifted(next, b, since)
		since++
		if 2*length <= i {
			length, since = i+1-length, 1
			b, c, next = c, next, b
		} else {
			c, next = next, c
		}
	}
	return length
}

// addShifted adds p, moved up by n places, to sum.
func addShifted(sum, p []uint64, n int) {
	whole, part := n/64, n%64
	for i := whole; i < len(p); i++ {
		sum[i] ^= p[i-whole] << part
		if part > 0 && i > whole {
			sum[i] ^= p[i-whole-1] >> (64 - part)
		}
	}
}

// biased says which bit of k is not set as often as not; "" if none. The bound of
// Hoeffding for one bit is 2e-14.
func biased(k []uint32) string {
	n := float64(len(k))
	for place := 31; place >= 0 && n >= 64; place-- {
		ones := 0
		for _, x := range k {
			ones += int(x >> place & 1)
		}
		if math.Abs(2*float64(ones)-n) >= 8*math.Sqrt(n) {
			return fmt.Sprintf("bit %d of the masking keys is set in %d of %d", 32-place, ones, len(k))
		}
	}
	return ""
}
