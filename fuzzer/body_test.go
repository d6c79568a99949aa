package fuzzer

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"gobahn/cases"
	"gobahn/wire"
)

// A model is a body and the octets it stands for.
type model struct {
	body  body
	plain []byte
}

// models yields bodies of many periods and sizes.
func models(yield func(name string, m model) bool) {
	rng := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, chunk+1)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	for _, period := range []int{1, 2, 3, 5, 10, 63, 64, 1000, 4097, chunk - 1, chunk, chunk + 1} {
		for _, size := range []int{1, 2, 125, 126, chunk, 2*chunk - 1, 2 * chunk, 2*chunk + 1, 3*chunk + 7, 1<<20 + rng.IntN(1000)} {
			m := cases.Message{Binary: true, Payload: cases.Repeat("\xff"+string(noise[1:period]), size)}
			if !yield(fmt.Sprintf("%d × %d", period, size), model{bodyOf(m), m.Payload.Octets()}) {
				return
			}
		}
	}
}

// span is a random part of n octets, now and then none, or all to the end.
func span(rng *rand.Rand, n int) (pos, end int) {
	pos = rng.IntN(n + 1)
	end = pos + rng.IntN(n-pos+1)
	switch rng.IntN(8) {
	case 0:
		end = n
	case 1:
		end = pos
	case 2:
		end = min(n, pos+rng.IntN(300))
	}
	return pos, end
}

func TestBodyHasTheOctetsOfItsMessage(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for name, m := range models {
		if held := len(m.body.octets); m.body.size != len(m.plain) || m.body.period > 0 && held > 3*chunk {
			t.Fatalf("%s: size %d, want %d, with %d octets at hand", name, m.body.size, len(m.plain), held)
		}
		for range 20 {
			pos, end := span(rng, len(m.plain))
			if got := m.body.appendTo([]byte("before"), pos, end); string(got) != "before"+string(m.plain[pos:end]) {
				t.Fatalf("%s: from %d to %d are other octets", name, pos, end)
			}
			for piece := range m.body.pieces(pos, end) {
				if len(piece) == 0 || !bytes.HasPrefix(m.plain[pos:end], piece) {
					t.Fatalf("%s: at %d a piece of %d other octets", name, pos, len(piece))
				}
				pos += len(piece)
			}
			if pos != end {
				t.Fatalf("%s: pieces end at %d, want %d", name, pos, end)
			}
			if got := m.body.from(pos); !bytes.HasPrefix(m.plain[pos:], got) || len(got) == 0 && pos < len(m.plain) {
				t.Fatalf("%s: from %d on %d other octets", name, pos, len(got))
			}
		}
		for range m.body.pieces(0, len(m.plain)) { // who has seen enough may leave
			break
		}
	}
}

func TestBodyMatchesItsOctetsAndNoOthers(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for name, m := range models {
		for range 20 {
			pos, end := span(rng, len(m.plain))
			got := bytes.Clone(m.plain[pos:end])
			if !m.body.matches(pos, got) {
				t.Fatalf("%s: from %d to %d does not match", name, pos, end)
			}
			if len(got) > 0 {
				at := rng.IntN(len(got))
				got[at] ^= 1 << rng.IntN(8)
				if m.body.matches(pos, got) {
					t.Fatalf("%s: from %d to %d matches although %d is another", name, pos, end, pos+at)
				}
			}
			if longer := append(bytes.Clone(m.plain[pos:]), m.plain[0]); m.body.matches(pos, longer) {
				t.Fatalf("%s: from %d on matches one octet more than there is", name, pos)
			}
		}
	}
}

func TestMaskedBodyIsItsOctetsMaskedInLittleSpace(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for name, m := range models {
		for range 10 {
			pos, end := span(rng, len(m.plain))
			want := bytes.Clone(m.plain[pos:end])
			var key *[4]byte
			if rng.IntN(4) > 0 {
				key = &[4]byte{byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32())}
				wire.Mask(want, *key, 0)
			}
			var got []byte
			distinct := make(map[*byte]int)
			for _, piece := range m.body.masked(pos, end, key) {
				got = append(got, piece...)
				distinct[&piece[0]] = max(distinct[&piece[0]], len(piece))
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("%s: from %d to %d, masked with %x, are other octets", name, pos, end, key)
			}
			held := 0
			for _, n := range distinct {
				held += n
			}
			if m.body.period > 0 && held > 5*chunk {
				t.Fatalf("%s: from %d to %d takes %d octets", name, pos, end, held)
			}
		}
	}
}

// The messages of an Echo are those of a plain reading, and so is what comes before.
func TestMessagesFollowEachOther(t *testing.T) {
	for _, m := range []cases.Message{
		{},
		{Payload: cases.Of("xyz")},
		{Payload: cases.Repeat("\x00\x01\x02", 700), Binary: true},
		{Payload: cases.Repeat("0123456789", 3*chunk+5)},
		{Payload: cases.Corpus("json", 0)},
		{Payload: cases.Corpus("html", 50_000)},
		{Payload: cases.Corpus("bitmap", 131072), Binary: true},
		{Payload: cases.Corpus("prose", 7), Binary: true},
	} {
		all := messagesOf(m)
		var plain []byte
		for i := range 20 {
			b := all.at(i)
			for _, n := range []int{0, 1, 512, maxWindow} {
				want := plain[max(0, len(plain)-n):]
				if got := all.before(i, n); !bytes.Equal(got, want) {
					t.Fatalf("%s: the %d octets before message %d are %d others", m, n, i, len(got))
				}
			}
			octets := b.appendTo(nil, 0, b.size)
			if i == 0 && !bytes.Equal(octets, m.Octets()) {
				t.Fatalf("%s: the first is another", m)
			}
			if again := all.at(i + all.period()); !again.matches(0, octets) || again.size != b.size {
				t.Fatalf("%s: message %d does not come again", m, i)
			}
			plain = append(plain, octets...)
		}
	}
}
