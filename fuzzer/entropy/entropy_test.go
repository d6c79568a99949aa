package entropy

import (
	"encoding/binary"
	"math/rand"
	randv2 "math/rand/v2"
	"strings"
	"testing"
)

// keysOf are n keys, in network order, from a generator of numbers.
func keysOf(n int, next func() uint32) [][4]byte {
	keys := make([][4]byte, n)
	for i := range keys {
		binary.BigEndian.PutUint32(keys[i][:], next())
	}
	return keys
}

// turned are keys with their octets the other way round.
func turned(keys [][4]byte) [][4]byte {
	for i, k := range keys {
		keys[i] = [4]byte{k[3], k[2], k[1], k[0]}
	}
	return keys
}

// good are keys as they should be.
func good(seed byte) func() uint32 {
	g := randv2.NewChaCha8([32]byte{seed})
	return func() uint32 { return uint32(g.Uint64()) }
}

func constant(k uint32) func() uint32 { return func() uint32 { return k } }

func counter(from, step uint32) func() uint32 {
	return func() uint32 { from += step; return from }
}

// mixed is good, and every n times what of gives.
func mixed(n int, of func() uint32) func() uint32 {
	i, other := 0, good(9)
	return func() uint32 {
		if i++; i%n == 0 {
			return of()
		}
		return other()
	}
}

func java(seed uint64) func() uint32 {
	state := (seed ^ 0x5DEECE66D) & (1<<48 - 1)
	return func() uint32 {
		state = (state*0x5DEECE66D + 0xB) & (1<<48 - 1)
		return uint32(state >> 16)
	}
}

func lcg(state uint32) func() uint32 {
	return func() uint32 { state = state*1664525 + 1013904223; return state }
}

func goRand() func() uint32 { return rand.New(rand.NewSource(7)).Uint32 }

// libc is random of the GNU C library.
func libc(seed int64) func() uint32 {
	r := make([]uint32, 34)
	word := seed
	for i := range 31 {
		r[i] = uint32(word)
		word = word * 16807 % 2147483647
	}
	for i := 31; i < 34; i++ {
		r[i] = r[i-31]
	}
	return func() uint32 {
		for {
			n := len(r)
			r = append(r, r[n-31]+r[n-3])
			if n >= 344 {
				return r[n] >> 1
			}
		}
	}
}

func twister(seed uint32) func() uint32 {
	var mt [624]uint32
	mt[0] = seed
	for i := 1; i < 624; i++ {
		mt[i] = 1812433253*(mt[i-1]^mt[i-1]>>30) + uint32(i)
	}
	i := 624
	return func() uint32 {
		if i == 624 {
			for j := range 624 {
				y := mt[j]&0x80000000 | mt[(j+1)%624]&0x7FFFFFFF
				mt[j] = mt[(j+397)%624] ^ y>>1 ^ y&1*0x9908B0DF
			}
			i = 0
		}
		y := mt[i]
		i++
		y ^= y >> 11
		y ^= y << 7 & 0x9D2C5680
		y ^= y << 15 & 0xEFC60000
		return y ^ y>>18
	}
}

// xorshift128 is the state of xorshift128+ after each step.
func xorshift128() func() (s0, s1 uint64) {
	a, b := uint64(0x123456789ABCDEF), uint64(0xFEDCBA987654321)
	return func() (uint64, uint64) {
		x := a
		a = b
		x ^= x << 23
		x ^= x >> 17
		x ^= a ^ a>>26
		b = x
		return a, b
	}
}

func xorshiftPlus() func() uint32 {
	next := xorshift128()
	return func() uint32 { a, b := next(); return uint32(a + b) }
}

// v8 is Math.random() times 2^32, whose numbers are handed out backwards in blocks.
func v8() func() uint32 {
	next := xorshift128()
	var block []uint32
	return func() uint32 {
		if len(block) == 0 {
			for range 64 {
				a, _ := next()
				block = append(block, uint32(a>>32))
			}
		}
		k := block[len(block)-1]
		block = block[:len(block)-1]
		return k
	}
}

func letters() func() uint32 {
	next := good(3)
	return func() uint32 { return next()&0x3F3F3F3F | 0x40404040 }
}

func TestKeysThatAreNotFreshAreNamed(t *testing.T) {
	const counted = "the masking keys are counted: each is a fixed number more than the one before"
	for _, c := range []struct {
		name string
		keys [][4]byte
		says string
	}{
		{"all zero", keysOf(3, constant(0)), "3 of 3 masking keys are 00000000"},
		{"zero now and then", keysOf(20, mixed(10, constant(0))), "2 of 20 masking keys are 00000000"},
		{"one for the connection", keysOf(3, constant(7)), "2 of 3 frames have the masking key of the frame before"},
		{"one of two", keysOf(9, mixed(2, constant(7))), ""}, // three that are alike may be chance
		{"one of few", keysOf(40, mixed(2, constant(7))), "40 frames have only 21 different masking keys"},
		{"counted", keysOf(5, counter(41, 1)), counted},
		{"counted down, octets turned", turned(keysOf(5, counter(41, ^uint32(2)))), counted},
		{"two that are alike", keysOf(2, constant(7)), ""}, // of which there may be many in a run
		{"good", keysOf(MaxKeys, good(1)), ""},
	} {
		if got := Repeats(c.keys); got != c.says {
			t.Errorf("%s: %q, want %q", c.name, got, c.says)
		}
	}
}

func TestKeysOfKnownGeneratorsArePredicted(t *testing.T) {
	for _, c := range []struct {
		name string
		keys [][4]byte
		says string
	}{
		{"LCG", keysOf(20, lcg(1)), "a linear congruential generator"},
		{"Java", keysOf(5, java(1)), "java.util.Random"},
		{"Java, nextBytes", turned(keysOf(5, java(1))), "java.util.Random"},
		{"Go", keysOf(700, goRand()), "math/rand"},
		{"C", keysOf(100, libc(1)), "rand of the C library"},
		{"MT19937", keysOf(640, twister(1)), "MT19937"},
		{"MT19937, octets turned", turned(keysOf(640, twister(1))), "MT19937"},
		{"MT19937, too few to tell", keysOf(600, twister(1)), ""},
		{"xorshift128+", keysOf(400, xorshiftPlus()), "an xorshift generator"},
		{"V8", keysOf(1000, v8()), "an xorshift generator"},
		{"letters", keysOf(64, letters()), "bit 1 of the masking keys is set in 0 of 64"},
		{"good", keysOf(MaxKeys, good(1)), ""},
	} {
		if got := Predicts(c.keys); (got == "") != (c.says == "") || !strings.Contains(got, c.says) {
			t.Errorf("%s: %q, want %q", c.name, got, c.says)
		}
	}
}

// What is found in good keys must be found next to never: the shortest runs leave the most
// to chance.
func TestGoodKeysRaiseNoAlarm(t *testing.T) {
	next := good(42)
	for n := range 70 {
		for range 20 {
			keys := keysOf(n, next)
			if says := Repeats(keys) + Predicts(keys); says != "" {
				t.Errorf("%d good keys: %s", n, says)
			}
		}
	}
	for range 3 {
		keys := keysOf(MaxKeys, next)
		if says := Repeats(keys) + Predicts(keys); says != "" {
			t.Errorf("%d good keys: %s", len(keys), says)
		}
	}
}

func TestComplexityIsThatOfTheShortestRegister(t *testing.T) {
	for _, c := range []struct {
		bits string
		want int
	}{
		{"0000", 0}, {"1111", 1}, {"0001", 4}, {"10101010", 2},
		{strings.Repeat("1110100", 30), 3},
	} {
		var s []byte
		for _, b := range c.bits {
			s = append(s, byte(b-'0'))
		}
		if got := complexity(s); got != c.want {
			t.Errorf("%s: %d, want %d", c.bits, got, c.want)
		}
	}
}

func BenchmarkFewKeys(b *testing.B) {
	keys := keysOf(8, good(1))
	b.ReportAllocs()
	for b.Loop() {
		Repeats(keys)
		Predicts(keys)
	}
}

func BenchmarkManyKeys(b *testing.B) {
	keys := keysOf(MaxKeys, good(1))
	b.ReportAllocs()
	for b.Loop() {
		Repeats(keys)
		Predicts(keys)
	}
}
