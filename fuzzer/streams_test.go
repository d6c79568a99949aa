package fuzzer

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"gobahn/cases"
	"gobahn/wire"
)

// streamed are messages whose streams the tests look at, with how many of them.
var streamed = []struct {
	message cases.Message
	count   int
}{
	{cases.Message{}, 10},
	{cases.Message{Payload: cases.Of("xyz")}, 200},
	{cases.Message{Payload: cases.Repeat("0123456789", 3*chunk)}, 5},
	{cases.Message{Payload: cases.Corpus("json", 1<<16)}, 3*3 + 1},
	{cases.Message{Payload: cases.Corpus("html", 1<<14)}, 3*16 + 1},
	{cases.Message{Payload: cases.Corpus("bitmap", 1<<17), Binary: true}, 2*3 + 1},
	{cases.Message{Payload: cases.Corpus("prose", 1000), Binary: true}, 50},
}

// directions are the extremes of what a sender is held to.
var directions = []wire.Direction{{Bits: 9}, {Bits: 15}, {Bits: 9, NoTakeover: true}, {Bits: 15, NoTakeover: true}}

// decodes checks that packed inflates to the messages of m, in their order.
func decodes(t *testing.T, m messages, d wire.Direction, count int, packed func(i int) []byte) {
	t.Helper()
	inflater := wire.NewInflater(d.Bits, d.NoTakeover)
	defer inflater.Release()
	for i := range count {
		var plain []byte
		err := inflater.Inflate(packed(i), 0, func(b []byte) error { plain = append(plain, b...); return nil })
		if want := m.at(i); err != nil || len(plain) != want.size || !want.matches(0, plain) {
			t.Fatalf("message %d of %d octets inflates to %d others: %v", i, want.size, len(plain), err)
		}
	}
}

func TestStreamInflatesWhateverOrderItIsAskedFor(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, test := range streamed {
		for _, d := range directions {
			t.Run(fmt.Sprintf("%s %+v", test.message, d), func(t *testing.T) {
				m := messagesOf(test.message)
				var s streams
				inOrder := s.of(test.message, m, d)
				decodes(t, m, d, test.count, inOrder.at)

				shuffled := (&streams{}).of(test.message, m, d)
				packed := make([][]byte, test.count)
				for _, i := range rng.Perm(test.count) {
					packed[i] = shuffled.at(i)
				}
				decodes(t, m, d, test.count, func(i int) []byte { return packed[i] })
				for i := range packed {
					if !bytes.Equal(packed[i], inOrder.at(i)) {
						t.Fatalf("message %d depends on the order", i)
					}
				}
				if n := len(inOrder.packed); n > 2*m.period() {
					t.Errorf("%d are kept of messages that come again after %d", n, m.period())
				}
				if done := test.count > 2*m.period(); done && inOrder.compressor != nil {
					t.Error("the compressor is kept although all is compressed")
				}
			})
		}
	}
}

// With takeover a message may refer to the lap before its own, so that it is as good
// only for those that have a lap before theirs.
func TestRecurringMessagesHaveTheSameBeforeThem(t *testing.T) {
	for _, period := range []int{1, 2, 3, 7} {
		for _, d := range directions {
			for i := range 10 * period {
				got := recurring(i, period, d)
				if d.NoTakeover && got >= period {
					t.Errorf("period %d: message %d is not as good as that of the first lap", period, i)
				}
				if got > i || got%period != i%period || got != recurring(got, period, d) {
					t.Errorf("period %d, %+v: message %d is as good as %d", period, d, i, got)
				}
				if !d.NoTakeover && i >= period && got < period {
					t.Errorf("period %d: message %d has more before it than %d", period, i, got)
				}
			}
		}
	}
}

func TestStreamsAreFewAndTheOnesUsedLast(t *testing.T) {
	var s streams
	of := func(i int) *stream {
		m := cases.Message{Payload: cases.Repeat("x", i+1)}
		return s.of(m, messagesOf(m), directions[0])
	}
	first := of(0)
	for i := range 3 * maxStreams {
		of(i)
		if of(0) != first {
			t.Fatalf("after %d others the one that was used all the time is gone", i)
		}
		if len(s.recent) > maxStreams {
			t.Fatalf("%d streams are kept", len(s.recent))
		}
	}
	if last := of(3*maxStreams - 1); len(s.recent) != maxStreams || s.recent[maxStreams-1] != last {
		t.Errorf("%d streams are kept, the one used last is not the last", len(s.recent))
	}
}

func TestStreamsDifferByAllThatMatters(t *testing.T) {
	var s streams
	seen := make(map[*stream]string)
	for _, payload := range []cases.Payload{cases.Corpus("html", 100), cases.Corpus("html", 200), cases.Of("x")} {
		for _, binary := range []bool{false, true} {
			for _, d := range directions[:2] {
				m := cases.Message{Payload: payload, Binary: binary}
				name := fmt.Sprint(m, d)
				one := s.of(m, messagesOf(m), d)
				if other, ok := seen[one]; ok {
					t.Errorf("%s has the stream of %s", name, other)
				}
				seen[one] = name
				m.Fragment, m.Wire.Chop = 7, 3 // which is about what is compressed already
				if s.of(m, messagesOf(m), d) != one {
					t.Errorf("%s has another stream in fragments", name)
				}
			}
		}
	}
}

// Sessions side by side use the streams of a run, and some of these are evicted
// while they do.
func TestStreamsMayBeUsedConcurrently(t *testing.T) {
	var s streams
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(worker), 0))
			for range 4 {
				n := 1 + rng.IntN(2*maxStreams)
				m := cases.Message{Payload: cases.Repeat("0123456789abcdef", 100*n)}
				d := directions[n%len(directions)]
				stream := s.of(m, messagesOf(m), d)
				decodes(t, messagesOf(m), d, 30, stream.at)
			}
		})
	}
	wg.Wait()
}

// A peer may send compressed messages that are long for no reason, which is no
// reason to keep them all.
func TestWhatIsRememberedOfThePeerIsBounded(t *testing.T) {
	m := cases.Message{Payload: cases.Corpus("json", 1000)}
	s := session{}
	s.player.echo = &echoing{
		step: cases.Echo{Count: 1 << 20, Message: m}, messages: messagesOf(m),
		known: &known{messages: make(map[int][]byte), room: maxKnown},
	}
	s.deflate.receive = &wire.Direction{Bits: 15}
	packed, kept := make([]byte, maxPacked), 0
	for i := range 2 * s.player.echo.messages.period() {
		s.player.echo.back = i
		if s.remember(packed) {
			kept += len(packed)
		}
	}
	if kept > maxKnown || kept == 0 {
		t.Errorf("%d octets are kept, want some, and %d at most", kept, maxKnown)
	}
}
