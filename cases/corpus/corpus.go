// Package corpus makes the texts and images that the compressed messages of
// chapters 12 and 13 are cut from. They tell of one railway that never was: its
// logbook, a photograph of its viaduct, sketches of a journey, the timetable
// and the brochure with the track plans.
//
// They compress about as well as the files that the reference cuts its messages
// from. This is to what part zlib deflates consecutive windows of n characters
// (json, html) or octets, each alone, ours before the reference's:
//
//	n         1024           8192           131072
//	json      0.167 0.170    0.065 0.059    0.046 0.044
//	bitmap    0.886 0.949    0.854 0.873    0.856 0.853
//	prose     0.593 0.564    0.450 0.454    0.350 0.393
//	html      0.252 0.262    0.090 0.083    0.054 0.057
//	pdf       0.851 0.900    0.863 0.819    0.737 0.763
package corpus

import (
	"bytes"
	"fmt"
	"math/bits"
	"sync"
)

var corpora = []struct {
	name  string
	twice func() []byte // two of it, one behind the other: a Reel goes round
}{
	{"json", twice(logbook)},
	{"bitmap", twice(photograph)},
	{"prose", twice(sketches)},
	{"html", twice(timetable)},
	{"pdf", twice(brochure)},
}

func twice(octets func() []byte) func() []byte {
	return sync.OnceValue(func() []byte { return bytes.Repeat(octets(), 2) })
}

// Names lists the corpora in the order of the chapter.
func Names() []string {
	names := make([]string, len(corpora))
	for i, c := range corpora {
		names[i] = c.name
	}
	return names
}

// Octets returns the corpus of that name, made when it is first asked for; ok
// tells whether there is one. The octets are shared and must not be changed.
func Octets(name string) (b []byte, ok bool) {
	both := doubled(name)
	half := len(both) / 2
	return both[:half:half], both != nil
}

// doubled returns two of the corpus of that name, nil if there is none.
func doubled(name string) []byte {
	for _, c := range corpora {
		if c.name == name {
			return c.twice()
		}
	}
	return nil
}

// A dice is the generator SplitMix64, which is so short that it is our own: what
// it throws depends neither on the platform nor on the version of Go.
type dice uint64

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	return mix(uint64(*d))
}

// mix scatters the bits of z.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// roll returns one of 0 to n-1.
func (d *dice) roll(n int) int {
	hi, _ := bits.Mul64(d.next(), uint64(n))
	return int(hi)
}

// oneIn is true once in n times.
func (d *dice) oneIn(n int) bool { return d.roll(n) == 0 }

// pick returns one of the words.
func (d *dice) pick(words []string) string { return words[d.roll(len(words))] }

// A page is what a corpus is written on.
type page struct {
	bytes.Buffer
	dice
}

// printf writes to the page.
func (p *page) printf(format string, args ...any) { fmt.Fprintf(p, format, args...) }
