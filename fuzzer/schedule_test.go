package fuzzer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// A crowd is a server that counts the connections it has open.
type crowd struct {
	mu    sync.Mutex
	open  map[net.Conn]bool
	most  int // how many there were at a time
	limit int // how many WebSockets it opens at a time; 0: any number
	slots chan struct{}
}

func newCrowd(limit int) *crowd {
	return &crowd{open: make(map[net.Conn]bool), limit: limit}
}

// serve plays peer on nc.
func (c *crowd) serve(nc net.Conn, peer *rawPeer) {
	c.mu.Lock()
	if c.slots == nil { // made here, it belongs to the bubble
		c.slots = make(chan struct{}, max(c.limit, 1))
	}
	c.mu.Unlock()
	if c.limit > 0 {
		c.slots <- struct{}{}
		defer func() { <-c.slots }()
	}
	c.mu.Lock()
	c.open[nc] = true
	c.most = max(c.most, len(c.open))
	c.mu.Unlock()
	peer.serve(nc)
	c.mu.Lock()
	delete(c.open, nc)
	c.mu.Unlock()
}

// others reports whether there is another connection besides nc.
func (c *crowd) others() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open) > 1
}

// run plays list with client, in virtual time.
func run(t *testing.T, client *fuzzer.Client, list []cases.Case, each func(fuzzer.Played) error) error {
	t.Helper()
	var err error
	client.URL, client.Agent = "ws://peer", "crowd"
	synctest.Test(t, func(t *testing.T) {
		err = client.Run(t.Context(), list, each)
		time.Sleep(2 * time.Hour) // until the last peer has ended
	})
	return err
}

func dialling(serve func(net.Conn)) fuzzer.Config {
	return fuzzer.Config{Dialler: pipeDialler(serve)}
}

func TestCasesThatWaitAreWaitedForTogether(t *testing.T) {
	var list []cases.Case
	var alone time.Duration
	for _, c := range cases.Catalogue {
		if c.Deflate == nil && waits(c) > 0 {
			list = append(list, c)
			alone += waits(c)
		}
	}
	c := newCrowd(0)
	var played []cases.ID
	start, took := time.Time{}, time.Duration(0)
	synctest.Test(t, func(t *testing.T) {
		start = time.Now()
		client := &fuzzer.Client{Config: dialling(func(nc net.Conn) { c.serve(nc, &rawPeer{}) }), URL: "ws://peer"}
		if err := client.Run(t.Context(), list, func(p fuzzer.Played) error {
			played = append(played, p.Case.ID)
			return nil
		}); err != nil {
			t.Error(err)
		}
		took = time.Since(start)
		time.Sleep(2 * time.Hour)
	})
	if len(played) != len(list) || took > alone/3 {
		t.Errorf("%d of %d cases took %s, alone they wait for %s", len(played), len(list), took, alone)
	}
}

// waits is how long the script of c pauses.
func waits(c cases.Case) (sum time.Duration) {
	for _, step := range c.Script {
		switch s := step.(type) {
		case cases.Wait:
			sum += time.Duration(s.For)
		case cases.Split:
			for _, p := range s.Pauses {
				sum += time.Duration(p.Wait.For)
			}
		}
	}
	return sum
}

// holding counts the connections that we hold: a peer sees the end of one a little later.
type holding struct{ now, most atomic.Int32 }

// dialling is as the function of that name.
func (h *holding) dialling(serve func(net.Conn)) fuzzer.Config {
	return fuzzer.Config{Dialler: dialFunc(func() (net.Conn, error) {
		ours, theirs := net.Pipe()
		go serve(theirs)
		now := h.now.Add(1)
		for most := h.most.Load(); most < now && !h.most.CompareAndSwap(most, now); most = h.most.Load() {
		}
		return &heldConn{ours, sync.OnceFunc(func() { h.now.Add(-1) })}, nil
	})}
}

// A heldConn says when it is closed.
type heldConn struct {
	net.Conn
	closed func()
}

func (c *heldConn) Close() error {
	c.closed()
	return c.Conn.Close()
}

func TestEveryCaseIsPlayedOnceHoweverManyAtATime(t *testing.T) {
	list := find(t, "1.1.1", "1.1.2", "2.1", "6.4.3", "7.1.1", "9.1.3", "9.2.3", "9.7.1", "9.8.1", "10.1.1")
	for _, parallel := range []int{0, 1, 2, 3, 100} {
		var h holding
		numbers := make(map[cases.ID]int)
		err := run(t, &fuzzer.Client{Config: h.dialling(func(nc net.Conn) { (&rawPeer{}).serve(nc) }), Parallel: parallel}, list,
			func(p fuzzer.Played) error {
				if numbers[p.Case.ID] != 0 || p.Result.Headline != "" || p.Observation.Before != nil {
					t.Errorf("parallel %d: %s again, or failed: %+v", parallel, p.Case.ID, p.Result)
				}
				numbers[p.Case.ID] = p.Number
				return nil
			})
		if err != nil || len(numbers) != len(list) {
			t.Errorf("parallel %d: played %d cases, %v", parallel, len(numbers), err)
		}
		for i, one := range list {
			if numbers[one.ID] != i+1 {
				t.Errorf("parallel %d: %s is number %d, want %d", parallel, one.ID, numbers[one.ID], i+1)
			}
		}
		if most := int(h.most.Load()); parallel == 1 && most != 1 || parallel > 1 && (most < 2 || most > parallel+2) { // the witness has two
			t.Errorf("parallel %d: %d connections at a time", parallel, most)
		}
	}
}

func TestHeavyCasesRunOnlyAmongThemselves(t *testing.T) {
	heavy := map[cases.ID]bool{"9.1.3": true, "9.2.3": true, "9.7.6": true, "9.8.6": true}
	list := find(t, "1.1.1", "9.1.3", "6.4.3", "9.2.3", "2.1", "9.7.6", "7.1.1", "9.8.6", "1.1.2")
	running := make(map[cases.ID]bool)
	err := run(t, &fuzzer.Client{
		Config: dialling(func(nc net.Conn) { (&rawPeer{}).serve(nc) }),
		OnStart: func(p fuzzer.Played) {
			for id := range running {
				if heavy[id] != heavy[p.Case.ID] {
					t.Errorf("%s begins while %s runs", p.Case.ID, id)
				}
			}
			running[p.Case.ID] = true
		},
	}, list, func(p fuzzer.Played) error {
		delete(running, p.Case.ID)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A server that does not answer while it has company.
func TestACaseThatFailsBesideOthersIsPlayedAgainAlone(t *testing.T) {
	c := newCrowd(0)
	list := find(t, "9.1.4", "9.1.3", "9.2.3", "9.2.4")
	var before []cases.ID
	err := run(t, &fuzzer.Client{Config: dialling(func(nc net.Conn) {
		c.serve(nc, &rawPeer{frame: func(_ *rawPeer, h wire.Header, _ []byte) bool {
			if h.Opcode.Control() {
				return false
			}
			time.Sleep(time.Second)
			return c.others()
		}})
	})}, list, func(p fuzzer.Played) error {
		if p.Result.Verdict != cases.OK || p.Result.Headline != "" {
			t.Errorf("%s: %+v", p.Case.ID, p.Result)
		}
		if b := p.Observation.Before; b != nil {
			before = append(before, p.Case.ID)
			if b.Verdict != cases.Failed || b.Says == "" {
				t.Errorf("%s: was before %+v", p.Case.ID, *b)
			}
		}
		return nil
	})
	// The last of three that are played together has no company in the end.
	slices.Sort(before)
	if err != nil || len(before) < 2 || slices.Contains(before, "9.1.4") {
		t.Errorf("played again alone: %v, %v", before, err)
	}
}

// A case is played again as it is, not as a profile judges it: else nobody would say what
// the profile changes.
func TestACaseThatIsPlayedAgainIsJudgedByItsProfileAsAtFirst(t *testing.T) {
	c := newCrowd(0)
	again := 0
	client := &fuzzer.Client{Config: dialling(func(nc net.Conn) {
		c.serve(nc, &rawPeer{message: func(p *rawPeer, _ int, op cases.Op, plain []byte) bool {
			time.Sleep(time.Second)
			p.echo(op, bytes.Repeat([]byte("x"), len(plain)))
			return true
		}})
	})}
	client.Profile = cases.Strict
	err := run(t, client, find(t, "9.1.4", "9.1.3", "9.2.3", "9.2.4"), func(p fuzzer.Played) error {
		if p.Result.Verdict != cases.Failed || p.Result.Why == "" || len(p.Case.Overrides) > 0 {
			t.Errorf("%s: %+v, played again: %t", p.Case.ID, p.Result, p.Observation.Before != nil)
		}
		if p.Observation.Before != nil {
			again++
		}
		return nil
	})
	if err != nil || again == 0 {
		t.Errorf("%d cases were played again, %v", again, err)
	}
}

func TestACaseThatFailsAloneIsNotPlayedAgain(t *testing.T) {
	list := find(t, "1.1.1", "1.1.2", "2.2", "1.1.3")
	starts := 0
	var failed []cases.ID
	err := run(t, &fuzzer.Client{
		Config: dialling(func(nc net.Conn) {
			(&rawPeer{frame: func(_ *rawPeer, h wire.Header, _ []byte) bool { return h.Opcode == cases.OpPing }}).serve(nc)
		}),
		OnStart: func(fuzzer.Played) { starts++ },
	}, list, func(p fuzzer.Played) error {
		if p.Observation.Before != nil {
			t.Errorf("%s was played again", p.Case.ID)
		}
		if p.Result.Headline != "" {
			failed = append(failed, p.Case.ID)
		}
		return nil
	})
	if diff := cmp.Diff([]cases.ID{"2.2"}, failed); diff != "" || err != nil || starts != len(list) {
		t.Errorf("%d cases begun, %v, failed (-want +got):\n%s", starts, err, diff)
	}
}

func TestAServerWithOneWebSocketAtATimeIsNoticed(t *testing.T) {
	for limit, want := range map[int]int{0: 0, 1: 1} {
		c := newCrowd(limit)
		notices := 0
		list := find(t, "1.1.1", "1.1.2", "9.7.1", "9.8.1", "6.4.3")
		err := run(t, &fuzzer.Client{
			Config:   dialling(func(nc net.Conn) { c.serve(nc, &rawPeer{}) }),
			OnNotice: func(string) { notices++ },
		}, list, func(p fuzzer.Played) error {
			if p.Result.Headline != "" || p.Observation.Before != nil {
				t.Errorf("limit %d: %s: %+v", limit, p.Case.ID, p.Result)
			}
			return nil
		})
		if err != nil || notices != want || limit == 1 && c.most != 1 {
			t.Errorf("limit %d: %d notices, %d connections at a time, %v", limit, notices, c.most, err)
		}
	}
}

func TestASlowServerIsAskedForLessAtATime(t *testing.T) {
	c := newCrowd(0)
	var list []cases.Case
	for i := range 20 {
		one := find(t, "9.1.3")[0]
		one.ID = cases.ID(rune('a' + i))
		list = append(list, one)
	}
	late := 0
	err := run(t, &fuzzer.Client{Parallel: 8, Config: dialling(func(nc net.Conn) {
		c.serve(nc, &rawPeer{frame: func(_ *rawPeer, h wire.Header, _ []byte) bool {
			if !h.Opcode.Control() {
				time.Sleep(30 * time.Second) // of the 100 it may take
			}
			return false
		}})
	})}, list, func(p fuzzer.Played) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		late = len(c.open)
		return nil
	})
	if err != nil || c.most < 8 || late > 1 {
		t.Errorf("%d connections at first, %d in the end, %v", c.most, late, err)
	}
}

func TestARunBesideEndsWithTheFirstErrorOfItsHook(t *testing.T) {
	full := errors.New("disk full")
	list := find(t, "1.1.1", "1.1.2", "1.1.3", "6.4.3", "9.7.1", "9.8.1")
	calls := 0
	err := run(t, &fuzzer.Client{Config: dialling(func(nc net.Conn) { (&rawPeer{}).serve(nc) })}, list, func(fuzzer.Played) error {
		if calls++; calls == 3 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

func TestACancelledRunBesideEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		client := fuzzer.Client{Config: dialling(func(nc net.Conn) { (&rawPeer{}).serve(nc) }), URL: "ws://peer"}
		start := time.Now()
		err := client.Run(ctx, find(t, "1.1.1", "6.4.1", "6.4.2", "6.4.3", "6.4.4", "9.1.1"), func(fuzzer.Played) error { return nil })
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > time.Second {
			t.Errorf("ended after %s with %v", time.Since(start), err)
		}
		time.Sleep(2 * time.Hour)
	})
}

func TestWhatCannotBePlayedAgainIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		again := 0
		client := fuzzer.Client{
			Config: dialling(func(nc net.Conn) {
				(&rawPeer{frame: func(p *rawPeer, h wire.Header, _ []byte) bool {
					if h.Opcode == cases.OpPing {
						time.Sleep(10 * time.Millisecond) // until it has company
						p.over = io.EOF
					}
					return h.Opcode == cases.OpPing
				}}).serve(nc)
			}),
			URL: "ws://peer",
			OnStart: func(p fuzzer.Played) {
				if p.Case.ID == "2.2" {
					if again++; again == 2 {
						cancel()
					}
				}
			},
		}
		played := make(map[cases.ID]fuzzer.Played)
		err := client.Run(ctx, find(t, "1.1.1", "6.4.1", "2.2", "2.3"), func(p fuzzer.Played) error {
			played[p.Case.ID] = p
			return nil
		})
		lost := played["2.2"]
		if !errors.Is(err, context.Canceled) || lost.Result.Verdict != cases.Failed || !lost.Observation.Unconfirmed ||
			!slices.Contains(lost.Observation.Faults, "the run ended before the case could be played again alone") {
			t.Errorf("%v, 2.2: %+v %q", err, lost.Result, lost.Observation.Faults)
		}
		time.Sleep(2 * time.Hour)
	})
}
