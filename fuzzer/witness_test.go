package fuzzer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// silent are frames that get no answer: pings.
func silent(_ *rawPeer, h wire.Header, _ []byte) bool { return h.Opcode == cases.OpPing }

func TestWhatIsKeptWaitingWhileOthersAreServedIsNotPlayedAgain(t *testing.T) {
	starts := make(map[cases.ID]int)
	results := make(map[cases.ID]fuzzer.Played)
	err := run(t, &fuzzer.Client{
		Config:  dialling(func(nc net.Conn) { (&rawPeer{frame: silent}).serve(nc) }),
		OnStart: func(p fuzzer.Played) { starts[p.Case.ID]++ },
	}, find(t, "1.1.1", "6.4.1", "2.2", "2.3"), func(p fuzzer.Played) error {
		results[p.Case.ID] = p
		return nil
	})
	if diff := cmp.Diff(map[cases.ID]int{"1.1.1": 1, "6.4.1": 1, "2.2": 1, "2.3": 1}, starts); diff != "" || err != nil {
		t.Errorf("%v, begun (-want +got)\n%s", err, diff)
	}
	if p := results["2.2"]; p.Result.Verdict != cases.Failed || p.Observation.Before != nil {
		t.Errorf("2.2: %+v, before: %v", p.Result, p.Observation.Before)
	}
}

// A server that answers nobody while there is company: the witness is not served either.
func TestWhatIsKeptWaitingWhileNobodyIsServedIsPlayedAgain(t *testing.T) {
	c := newCrowd(0)
	var again []cases.ID
	err := run(t, &fuzzer.Client{Config: dialling(func(nc net.Conn) {
		c.serve(nc, &rawPeer{frame: func(_ *rawPeer, h wire.Header, _ []byte) bool {
			if h.Opcode == cases.OpClose {
				return false
			}
			time.Sleep(10 * time.Millisecond)
			return c.others()
		}})
	})}, find(t, "1.1.1", "6.4.1", "2.2", "2.3"), func(p fuzzer.Played) error {
		if p.Result.Headline != "" {
			t.Errorf("%s: %+v", p.Case.ID, p.Result)
		}
		if p.Observation.Before != nil {
			again = append(again, p.Case.ID)
		}
		return nil
	})
	if err != nil || len(again) == 0 {
		t.Errorf("played again: %v, %v", again, err)
	}
}

// A server that has but one compressor, which is busy while there is company: whoever does
// not compress is served at once, and is no witness to who does.
func TestCompressedMessagesHaveAWitnessOfTheirOwn(t *testing.T) {
	c := newCrowd(0)
	packed := negotiated(cases.Case{
		ID: "20.0.0", Limit: cases.FailAfter(2 * cases.Second),
		Script: cases.Script{cases.Message{Payload: cases.Of("hello")}}, Accept: cases.Exactly(cases.GotText("hello")),
	})
	var got fuzzer.Played
	err := run(t, &fuzzer.Client{Config: dialling(func(nc net.Conn) {
		compresses := false
		c.serve(nc, &rawPeer{
			params:  &cases.DeflateParams{},
			deflate: func(*rawPeer, cases.DeflateParams) { compresses = true },
			message: func(*rawPeer, int, cases.Op, []byte) bool {
				time.Sleep(10 * time.Millisecond)
				return compresses && c.others()
			},
		})
	})}, append(find(t, "1.1.1", "6.4.1"), packed), func(p fuzzer.Played) error {
		if p.Case.ID == packed.ID {
			got = p
		}
		return nil
	})
	if err != nil || got.Observation.Before == nil || got.Result.Verdict != cases.OK {
		t.Errorf("%v, %+v, before: %+v", err, got.Result, got.Observation.Before)
	}
}

// A server that forgets a connection, and lets go of it when it has others to see to.
func TestAConnectionThatIsLetGoOfAfterAWhileIsPlayedAgain(t *testing.T) {
	c := newCrowd(0)
	odd := cases.Case{
		ID: "14.0.0", Accept: cases.Silence, Script: cases.Script{cases.Text("hello")},
		Opening: &cases.Opening{
			Edits:   []cases.Edit{cases.Add("X-Odd", "1")},
			Answers: []cases.Answer{{Verdict: cases.OK, Status: []string{cases.AnyRefusal}}, {Verdict: cases.NonStrict, Status: []string{cases.Dropped}}},
		},
	}
	company := cases.Case{
		ID: "14.0.1", Script: cases.Script{cases.Wait{For: 3 * cases.Second}, cases.Text("hello")}, Accept: helloed,
	}
	var got fuzzer.Played
	err := run(t, &fuzzer.Client{Config: dialling(func(nc net.Conn) {
		forgotten := false
		peer := &rawPeer{asked: func(request wire.Head) { forgotten = request.Get("X-Odd") != "" }}
		peer.head = func(right []byte) []byte {
			if !forgotten {
				return right
			}
			for range 60 {
				if time.Sleep(time.Second); c.others() {
					break
				}
			}
			nc.Close()
			return nil
		}
		c.serve(nc, peer)
	})}, append(find(t, "1.1.1", "6.4.1"), company, odd), func(p fuzzer.Played) error {
		if p.Case.ID == odd.ID {
			got = p
		}
		return nil
	})
	if before := got.Observation.Before; err != nil || before == nil || before.Verdict != cases.NonStrict || got.Result.Verdict != cases.Failed {
		t.Errorf("%v, before: %+v, %+v", err, before, got.Result)
	}
}

// asking has a variant for each text, that wants it back within a second.
func asking(texts ...string) cases.Case {
	c := cases.Case{ID: "14.0.0", Limit: cases.FailAfter(cases.Second)}
	for _, text := range texts {
		c.Variants = append(c.Variants, cases.Variant{
			Name: text, Script: cases.Script{cases.Text(text)}, Accept: cases.Exactly(cases.GotText(text)),
		})
	}
	return c
}

// A choosy server drops TCP upon a text, or does not answer it, if that says so.
type choosy struct {
	mu    sync.Mutex
	asked map[string]int // how often it got a text
}

func (c *choosy) serve(nc net.Conn) {
	(&rawPeer{message: func(p *rawPeer, _ int, _ cases.Op, plain []byte) bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.asked == nil {
			c.asked = make(map[string]int)
		}
		c.asked[string(plain)]++
		if string(plain) == "drops" {
			p.over = io.EOF
		}
		return p.over != nil || strings.HasPrefix(string(plain), "late")
	}}).serve(nc)
}

func TestOfATableOnlyWhatFailedAtOnceIsPlayedAgain(t *testing.T) {
	var c choosy
	var got fuzzer.Played
	list := append(find(t, "1.1.1", "6.4.1"), asking("right", "late 1", "drops", "late 2"))
	err := run(t, &fuzzer.Client{Config: dialling(c.serve)}, list, func(p fuzzer.Played) error {
		if p.Case.ID == "14.0.0" {
			got = p
		}
		return nil
	})
	for text, want := range map[string]int{"right": 1, "late 1": 1, "drops": 2, "late 2": 1} {
		if c.asked[text] != want || err != nil {
			t.Errorf("%q was sent %d times, want %d, %v", text, c.asked[text], want, err)
		}
	}
	var verdicts []cases.Verdict
	for _, part := range got.Result.Parts {
		verdicts = append(verdicts, part.Verdict)
	}
	if diff := cmp.Diff([]cases.Verdict{cases.OK, cases.Failed, cases.Failed, cases.Failed}, verdicts); diff != "" || got.Observation.Before == nil {
		t.Errorf("before: %v, verdicts of the variants (-want +got)\n%s", got.Observation.Before, diff)
	}
	if len(got.Observation.Wirelog) == 0 {
		t.Error("there is no wire log of what is shown")
	}
}

func TestVariantsThatAreKeptWaitingAreWaitedForTogether(t *testing.T) {
	var c choosy
	var texts []string
	for n := range 16 {
		texts = append(texts, fmt.Sprint("late ", n))
	}
	took := map[int]time.Duration{}
	for _, parallel := range []int{0, 1} {
		begun := time.Time{}
		client := &fuzzer.Client{Config: dialling(c.serve), Parallel: parallel, OnStart: func(p fuzzer.Played) {
			if p.Case.ID == "14.0.0" {
				begun = time.Now()
			}
		}}
		err := run(t, client, append(find(t, "1.1.1", "1.1.2"), asking(texts...)), func(p fuzzer.Played) error {
			if p.Case.ID == "14.0.0" {
				took[parallel] = time.Since(begun)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if took[0] > 6*time.Second || took[1] < 16*time.Second {
		t.Errorf("sixteen that take a second took %v, one after the other %v", took[0], took[1])
	}
}

// A server that nobody looks after, and that is gone in the middle of the run.
func TestACaseWithVariantsFailsWhoseServerIsGone(t *testing.T) {
	var dials atomic.Int32
	gone := dialFunc(func() (net.Conn, error) {
		if dials.Add(1) > 4 {
			return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		}
		ours, theirs := net.Pipe()
		go (&rawPeer{}).serve(theirs)
		return ours, nil
	})
	verdicts := make(map[cases.ID]cases.Verdict)
	list := append(find(t, "1.1.1", "6.4.1", "1.1.2"), asking("one", "two"))
	err := run(t, &fuzzer.Client{Config: fuzzer.Config{Dialler: gone}}, list, func(p fuzzer.Played) error {
		verdicts[p.Case.ID] = p.Result.Verdict
		return nil
	})
	if err != nil || len(verdicts) != len(list) || verdicts["14.0.0"] != cases.Failed {
		t.Errorf("%v, %v", err, verdicts)
	}
}

// The witness asks a server that does not answer it, and is not waited for.
func TestACancelledRunDoesNotWaitForItsWitness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var conns atomic.Int32
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		client := fuzzer.Client{URL: "ws://peer", Agent: "deaf", Config: dialling(func(nc net.Conn) {
			if conns.Add(1) > 5 { // two are looked whether it takes, the cases have come, too
				time.Sleep(time.Hour)
			}
			(&rawPeer{}).serve(nc)
		})}
		begun := time.Now()
		err := client.Run(ctx, find(t, "1.1.1", "6.4.1", "6.4.2"), func(fuzzer.Played) error { return nil })
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) > 1500*time.Millisecond {
			t.Errorf("ended after %v with %v", time.Since(begun), err)
		}
		time.Sleep(2 * time.Hour)
	})
}
