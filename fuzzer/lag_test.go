package fuzzer

import (
	"context"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"gobahn/cases"
)

// A time limit is extended once by twice the lag there was in it, and the case says by how
// much. What the case itself waits is not.
func TestTimeLimitsAreExtendedByLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &session{lag: new(lag)}
		s.lag.total += time.Hour // of before
		s.allow(limitTimer, time.Second)
		s.allow(waitTimer, time.Second)
		if s.extend(limitTimer) {
			t.Error("extended without lag")
		}
		s.lag.total += 300 * time.Millisecond
		time.Sleep(time.Second)
		if s.extend(waitTimer) {
			t.Error("a wait was extended")
		}
		if !s.extend(limitTimer) || !s.due[limitTimer].Equal(time.Now().Add(600*time.Millisecond)) {
			t.Errorf("extended to %v from now, want 600ms", time.Until(s.due[limitTimer]))
		}
		if s.extend(limitTimer) {
			t.Error("extended twice by the same lag")
		}
		s.lag.total += time.Hour
		if !s.extend(limitTimer) || s.extend(limitTimer) {
			t.Error("not extended as far as may be, and no further")
		}
		if want := cases.Duration(maxLag); s.obs.Lag != want {
			t.Errorf("the case had a lag of %v, want %v", s.obs.Lag, want)
		}
	})
}

// Who was kept waiting sees by how long, even if what measures it has not run since.
func TestLagCountsBeforeItHasBeenMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &session{lag: new(lag)}
		s.lag.next(time.Now().Add(lagInterval))
		s.allow(limitTimer, time.Second)
		time.Sleep(time.Second)
		if late := cases.Duration(time.Second - lagInterval); !s.extend(limitTimer) || s.obs.Lag != share*late {
			t.Errorf("extended by %v, want twice %v", s.obs.Lag, late)
		}
		s.lag.next(time.Time{})
		if want := time.Second - lagInterval; s.lag.passed() != want {
			t.Errorf("lag %v, want %v", s.lag.passed(), want)
		}
	})
}

// A server that cannot be reached in time, on a machine that is late, has as much more; and
// what it then has failed for is no failure without lag.
func TestConnectingHasTheTimeThatTheMachineWasLate(t *testing.T) {
	for _, test := range []struct {
		lag, takes, late time.Duration
		reached          bool
		err              error // of the dialler when the time is over
	}{
		{0, time.Second, 0, true, nil},
		{0, 6 * time.Second, 0, false, context.DeadlineExceeded},
		{time.Second, 1500 * time.Millisecond, 0, true, context.DeadlineExceeded}, // of the second attempt
		{time.Second, 6 * time.Second, 2 * time.Second, false, context.DeadlineExceeded},
		{time.Second, 6 * time.Second, 2 * time.Second, false, os.ErrDeadlineExceeded}, // which a socket has, too
	} {
		synctest.Test(t, func(t *testing.T) {
			r := &clientRun{client: &Client{}}
			attempts := 0
			r.client.Dialler = slowDialler(func(ctx context.Context) (net.Conn, error) {
				takes := test.takes
				if attempts++; attempts == 1 && test.lag > 0 {
					takes = time.Hour
				}
				select {
				case <-time.After(takes):
					ours, theirs := net.Pipe()
					theirs.Close()
					return ours, nil
				case <-ctx.Done():
					r.lag.total += test.lag
					return nil, test.err
				}
			})
			nc, late, err := r.reach(t.Context(), 5*time.Second)
			if (nc != nil) != test.reached || (err == nil) != test.reached || late != test.late && !test.reached {
				t.Errorf("%+v: late %v, %v", test, late, err)
			}
		})
	}
}

// So has a client for its half of the TLS handshake.
func TestALimitIsExtendedByTheLagThereWasInIt(t *testing.T) {
	for _, test := range []struct{ before, lag, want time.Duration }{
		{0, 0, 5 * time.Second},
		{time.Hour, 0, 5 * time.Second},
		{0, time.Second, 7 * time.Second},
		{time.Hour, time.Minute, 5*time.Second + maxLag},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := &lag{total: test.before}
			begun := time.Now()
			ctx, cancel := l.within(t.Context(), 5*time.Second)
			defer cancel()
			l.mu.Lock()
			l.total += test.lag
			l.mu.Unlock()
			<-ctx.Done()
			if took := time.Since(begun); took != test.want || !outOfTime(ctx) {
				t.Errorf("%+v: %v, %v", test, took, context.Cause(ctx))
			}
		})
	}
}

// The first case of a run is played again, too: in a Go test every case is the first.
func TestTheFirstCaseIsPlayedAgainWhileThereIsLag(t *testing.T) {
	for _, unreached := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			plays := 0
			r := &clientRun{client: &Client{Parallel: 1, Agent: "silent"}, agent: "silent"}
			var got []Played
			r.each = func(p Played) error { got = append(got, p); return nil }
			r.client.Dialler = slowDialler(func(ctx context.Context) (net.Conn, error) {
				if plays++; plays < 3 {
					time.AfterFunc(time.Second, func() {
						r.lag.mu.Lock()
						defer r.lag.mu.Unlock()
						r.lag.total += time.Second
					})
				}
				if unreached && plays < 3 {
					<-ctx.Done()
					return nil, ctx.Err()
				}
				ours, theirs := net.Pipe()
				go func() { _, _ = io.Copy(io.Discard, theirs) }()
				return ours, nil
			})
			err := r.all(t.Context(), cases.Catalogue[:1])
			if err != nil || len(got) != 1 || got[0].Observation.Before == nil || got[0].Observation.Lag != 0 || plays < 3 {
				t.Errorf("unreached: %t: %v, played %d times: %+v", unreached, err, plays, got)
			}
		})
	}
}

// A slowDialler takes its time.
type slowDialler func(ctx context.Context) (net.Conn, error)

func (d slowDialler) DialContext(ctx context.Context, _, _ string) (net.Conn, error) { return d(ctx) }

// Time that passes as it should is no lag.
func TestAMachineThatIsNotBusyHasNoLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lag
		stop := l.measure(context.Background())
		time.Sleep(time.Minute)
		stop()
		if l.passed() != 0 {
			t.Errorf("lag %v", l.passed())
		}
	})
}

// A case that fails while there is lag is played again, until there is none or it has
// been played often enough; one that fails without lag is not.
func TestACaseThatFailsWithLagIsPlayedAgain(t *testing.T) {
	for _, test := range []struct {
		lagged int // how often there is lag
		plays  int
	}{{0, 1}, {1, 2}, {2, 3}, {100, 1 + lagTries}} {
		synctest.Test(t, func(t *testing.T) {
			plays := 0
			r := &clientRun{client: &Client{}, target: Target{Address: "peer"}, agent: "silent"}
			r.client.Dialler = dialFunc(func() net.Conn {
				ours, theirs := net.Pipe()
				go io.Copy(io.Discard, theirs) // and never answers
				if plays++; plays <= test.lagged {
					time.AfterFunc(time.Second, func() {
						r.lag.mu.Lock()
						defer r.lag.mu.Unlock()
						r.lag.total += time.Second
					})
				}
				return ours
			})
			p, err := r.playAlone(t.Context(), Played{Case: cases.Catalogue[0]}, take{})
			before := p.Observation.Before
			if err != nil || plays != test.plays || p.Result.Headline == "" {
				t.Errorf("lag %d times: played %d times, want %d; %v, %q", test.lagged, plays, test.plays, err, p.Result.Headline)
			}
			if (before != nil) != (plays > 1) || before != nil && before.Lag != 2*cases.Second {
				t.Errorf("lag %d times: before that %+v", test.lagged, before)
			}
		})
	}
}

type dialFunc func() net.Conn

func (d dialFunc) DialContext(context.Context, string, string) (net.Conn, error) { return d(), nil }
