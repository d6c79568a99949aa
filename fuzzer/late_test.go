package fuzzer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// This file is about servers that end, or hang, when a case is over, and who is to blame.

// diedIn plays list, and returns how the server ended in each case as it was reported last.
func diedIn(t *testing.T, client *fuzzer.Client, list []cases.Case) map[cases.ID]string {
	t.Helper()
	died := make(map[cases.ID]string)
	err := run(t, client, list, func(p fuzzer.Played) error {
		died[p.Case.ID] = p.Observation.Died
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return died
}

const (
	diedLate = "exit status 2, when the case was over"
	hungLate = "it answers no connection any more, and had to be killed, when the case was over"
)

// aFlood is a case that is played alone.
var aFlood = cases.Case{ID: "user/flood", Script: cases.Script{cases.Flood{Frame: cases.Pong("x"), Count: 3}}, Accept: cases.Silence}

func TestWhoeverEndsAServerLaterIsBlamed(t *testing.T) {
	for name, test := range map[string]struct {
		mortal   *mortal
		parallel int
		list     []cases.Case
		died     map[cases.ID]string // who is not there has not ended it
	}{
		"several in a row": {&mortal{lives: 20, later: true, ping: true}, 1, find(t, "1.1.1", "2.1", "2.2", "2.3", "1.1.2", "1.1.3"),
			map[cases.ID]string{"2.1": diedLate, "2.2": diedLate, "2.3": diedLate}},
		"the last":                {&mortal{lives: 5, later: true, ping: true}, 1, find(t, "1.1.1", "2.1"), map[cases.ID]string{"2.1": diedLate}},
		"the only one":            {&mortal{lives: 5, later: true, ping: true}, 1, find(t, "2.1"), map[cases.ID]string{"2.1": diedLate}},
		"the last, for ever":      {&mortal{later: true, ping: true}, 1, find(t, "1.1.1", "2.1"), map[cases.ID]string{"2.1": diedLate}},
		"hangs":                   {&mortal{lives: 5, later: true, ping: true, hangs: true}, 1, find(t, "1.1.1", "2.1", "9.1.3"), map[cases.ID]string{"2.1": hungLate}},
		"hangs, the last":         {&mortal{lives: 5, later: true, ping: true, hangs: true}, 1, find(t, "1.1.1", "2.1"), map[cases.ID]string{"2.1": hungLate}},
		"hangs after a phase":     {&mortal{lives: 5, later: true, ping: true, hangs: true}, 0, append(find(t, "1.1.1", "2.1"), aFlood), map[cases.ID]string{"2.1": hungLate}},
		"hangs in the next phase": {&mortal{lives: 5, later: true, ping: true, hangs: true}, 2, append(find(t, "1.1.1", "2.1", "9.1.3"), aFlood), map[cases.ID]string{"2.1": hungLate}},
	} {
		t.Run(name, func(t *testing.T) {
			m := test.mortal
			died := diedIn(t, &fuzzer.Client{Config: fuzzer.Config{Dialler: m}, Keeper: m, Parallel: test.parallel}, test.list)
			for _, c := range test.list {
				if got, ok := died[c.ID]; !ok || got != test.died[c.ID] {
					t.Errorf("%s: played %t, died %q, want %q", c.ID, ok, got, test.died[c.ID])
				}
			}
			if m.lives > 0 && m.starts > 2*len(test.died)+1 {
				t.Errorf("started again %d times", m.starts)
			}
		})
	}
}

// A guarded server is one in memory that its tests tell what to do. It is its own keeper.
type guarded struct {
	lives int
	deaf  bool                                       // it does not end, but answers nothing any more
	frame func(nc net.Conn, h wire.Header) (by bool) // a frame has come; by reports that the server does nothing with it
	head  func() bool                                // a connection has come; reports whether it ends the server

	mu     sync.Mutex
	gone   bool
	starts int
}

func (g *guarded) DialContext(context.Context, string, string) (net.Conn, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.gone && !g.deaf {
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}
	ours, theirs := net.Pipe()
	switch {
	case g.gone:
		go func() { _, _ = io.Copy(io.Discard, theirs) }()
	case g.head != nil && g.head():
		g.gone = true
		theirs.Close()
	default:
		go (&rawPeer{frame: func(_ *rawPeer, h wire.Header, _ []byte) bool {
			return g.frame != nil && g.frame(theirs, h)
		}}).serve(theirs)
	}
	return ours, nil
}

// end ends it, or has it hang.
func (g *guarded) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gone = true
}

func (g *guarded) Ended(time.Duration) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.gone && !g.deaf {
		return "exit status 2"
	}
	return ""
}

func (g *guarded) PID() int { return 0 }

func (g *guarded) Restart(context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.starts == g.lives {
		return errors.New("it is not started again")
	}
	g.starts++
	g.gone = false
	return nil
}

// A server that ends before it has answered, and is not started again: nobody knows whether
// it was for that case or the one before, which had gone well.
func TestWhereTheServerIsNotStartedAgainTheCaseBeforeIsNotBlamed(t *testing.T) {
	current := cases.ID("")
	g := &guarded{head: func() bool { return current == "1.1.3" }}
	client := &fuzzer.Client{Config: fuzzer.Config{Dialler: g}, Keeper: g, Parallel: 1, OnStart: func(p fuzzer.Played) { current = p.Case.ID }}
	want := map[cases.ID]string{"1.1.1": "", "1.1.2": "", "1.1.3": "exit status 2, in this case or when 1.1.2 was over"}
	if diff := cmp.Diff(want, diedIn(t, client, find(t, "1.1.1", "1.1.2", "1.1.3"))); diff != "" {
		t.Errorf("died (-want +got)\n%s", diff)
	}
}

// What came of a case beside others does not matter any more when it is known to have ended
// the server.
func TestBlameIsNotTakenBackByPlayingAgain(t *testing.T) {
	for range 10 {
		m := &mortal{lives: 10, later: true, ping: true, odd: true}
		died := diedIn(t, &fuzzer.Client{Config: fuzzer.Config{Dialler: m}, Keeper: m, Parallel: 2}, find(t, "1.1.1", "6.4.3", "2.1", "1.1.2"))
		if !strings.HasPrefix(died["2.1"], "exit status 2") {
			t.Fatalf("died: %q, started again %d times", died, m.starts)
		}
	}
}

// interrupted plays list until the case begins for the n-th time, which ends the run.
func interrupted(t *testing.T, m *mortal, parallel int, list []cases.Case, at cases.ID, n int) map[cases.ID]fuzzer.Played {
	t.Helper()
	results := make(map[cases.ID]fuzzer.Played)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		client := &fuzzer.Client{URL: "ws://peer", Agent: "x", Config: fuzzer.Config{Dialler: m}, Keeper: m, Parallel: parallel}
		client.OnStart = func(p fuzzer.Played) {
			if p.Case.ID != at {
				return
			}
			if n--; n == 0 {
				cancel()
			}
		}
		err := client.Run(ctx, list, func(p fuzzer.Played) error { results[p.Case.ID] = p; return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		time.Sleep(2 * time.Hour) // the hanging server's connections end
	})
	return results
}

// Where a run is interrupted before it is known who has ended the server, nobody is cleared.
func TestAnInterruptionClearsNobody(t *testing.T) {
	for name, test := range map[string]struct {
		mortal   *mortal
		parallel int
		list     []cases.Case
		at       cases.ID
		open     []cases.ID // whose results are not the last word, or which have none
	}{
		"suspects":           {&mortal{lives: 5, beside: true}, 0, find(t, "1.1.1", "6.4.3", "3.3"), "1.1.1", []cases.ID{"1.1.1", "6.4.3", "3.3"}},
		"the one before":     {&mortal{lives: 5, later: true, ping: true}, 1, find(t, "1.1.1", "2.1", "9.1.3"), "2.1", []cases.ID{"2.1", "9.1.3"}},
		"that of a phase":    {&mortal{lives: 5, later: true, ping: true}, 2, append(find(t, "1.1.1", "2.1"), aFlood), "2.1", []cases.ID{"2.1", "user/flood"}},
		"after the last one": {&mortal{lives: 5, later: true, ping: true}, 1, find(t, "1.1.1", "2.1"), "2.1", []cases.ID{"2.1"}},
	} {
		t.Run(name, func(t *testing.T) {
			results := interrupted(t, test.mortal, test.parallel, test.list, test.at, 2)
			for _, id := range test.open {
				if p, ok := results[id]; ok && (!p.Observation.Unconfirmed || p.Observation.Wirelog == nil && name != "suspects") {
					t.Errorf("%s: %s, unconfirmed %t, %d rows of the wire log", id, p.Result.Verdict, p.Observation.Unconfirmed, len(p.Observation.Wirelog))
				}
			}
		})
	}
}

// A server that drops TCP, as it may, and hangs: while that is not known yet there is no
// result.
func TestAnInterruptionWhileAServerMayHangLeavesNoResult(t *testing.T) {
	for _, parallel := range []int{0, 1} {
		t.Run(fmt.Sprint(parallel), func(t *testing.T) {
			results := make(map[cases.ID]fuzzer.Played)
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				g := &guarded{deaf: true}
				g.frame = func(nc net.Conn, h wire.Header) bool {
					if h.RSV != 5 {
						return false
					}
					g.end()
					time.AfterFunc(2*time.Second, cancel)
					nc.Close()
					return true
				}
				client := &fuzzer.Client{URL: "ws://peer", Agent: "x", Config: fuzzer.Config{Dialler: g}, Keeper: g, Parallel: parallel}
				err := client.Run(ctx, find(t, "1.1.1", "1.1.2", "3.5"), func(p fuzzer.Played) error { results[p.Case.ID] = p; return nil })
				if !errors.Is(err, context.Canceled) {
					t.Errorf("error %v", err)
				}
				time.Sleep(2 * time.Hour)
			})
			if p, ok := results["3.5"]; ok && !p.Observation.Unconfirmed {
				t.Errorf("3.5: %s", p.Result.Verdict)
			}
		})
	}
}

// A machine without file descriptors cannot ask the server how it is, but its process.
func TestAServerHasEndedAlsoWhereItCannotBeAsked(t *testing.T) {
	results := make(map[cases.ID]fuzzer.Played)
	synctest.Test(t, func(t *testing.T) {
		g := &guarded{lives: 1}
		full := false
		g.frame = func(nc net.Conn, h wire.Header) bool {
			if h.RSV != 5 {
				return false
			}
			full = true
			time.AfterFunc(time.Second, g.end)
			nc.Close()
			return true
		}
		dial := diallerFunc(func(ctx context.Context) (net.Conn, error) {
			if full {
				return nil, &net.OpError{Op: "dial", Err: syscall.EMFILE}
			}
			return g.DialContext(ctx, "", "")
		})
		client := &fuzzer.Client{URL: "ws://peer", Agent: "x", Config: fuzzer.Config{Dialler: dial}, Keeper: g, Parallel: 1}
		_ = client.Run(t.Context(), find(t, "1.1.1", "3.5"), func(p fuzzer.Played) error { results[p.Case.ID] = p; return nil })
	})
	if p := results["3.5"]; !strings.HasPrefix(p.Observation.Died, "exit status 2") {
		t.Errorf("died %q", p.Observation.Died)
	}
}

// A diallerFunc connects to the server.
type diallerFunc func(ctx context.Context) (net.Conn, error)

func (d diallerFunc) DialContext(ctx context.Context, _, _ string) (net.Conn, error) { return d(ctx) }
