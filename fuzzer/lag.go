package fuzzer

import (
	"context"
	"sync/atomic"
	"time"

	"gobahn/cases"
)

// Lag is how long the machine has kept us waiting: on one that is too busy, what was to
// be done at a time is done later. A peer on it waits no less, so that its time limits
// are extended by as much. The zero value is none.
type lag struct{ total atomic.Int64 }

const (
	lagInterval = 50 * time.Millisecond
	unnoticed   = 2 * time.Millisecond // of an interval: that much later is not late
	tolerance   = 5 * time.Millisecond // of a time limit, the same
	maxLag      = 5 * time.Second      // by which the time limits of a case are extended at most
)

// measure measures until the function it returns is called, which waits for the end.
func (l *lag) measure(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		timer := time.NewTimer(0)
		defer timer.Stop()
		for ctx.Err() == nil {
			begun := time.Now()
			timer.Reset(lagInterval)
			select {
			case <-timer.C:
			case <-ctx.Done():
				return
			}
			if late := time.Since(begun) - lagInterval; late > unnoticed {
				l.total.Add(int64(late))
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// passed is how much there was until now. It only grows.
func (l *lag) passed() time.Duration { return time.Duration(l.total.Load()) }

// allow gives t so much time from now on.
func (s *session) allow(t timer, d time.Duration) {
	s.due[t] = time.Now().Add(d)
	s.lagged[t] = s.lag.passed()
}

// extend extends t, whose time has come, by the lag there was in it, and reports
// whether there was any.
func (s *session) extend(t timer) bool {
	switch t {
	case waitTimer, deafTimer, drainTimer, pingTimer: // which limit nobody
		return false
	}
	late := min(s.lag.passed()-s.lagged[t], maxLag-time.Duration(s.obs.Lag))
	if late < tolerance {
		return false
	}
	s.obs.Lag += cases.Duration(late)
	s.allow(t, late)
	return true
}

// expired does what t is for, whose time came at that time. If that was a while ago,
// what has arrived since, or before, is looked at first.
func (s *session) expired(t timer, at time.Time) {
	if time.Since(at) > tolerance && !s.looked.Equal(at) {
		s.looked = at
		if r, ok := s.conn.Read(time.Now().Add(time.Millisecond)); ok {
			s.read(r)
			return
		}
	}
	s.fire(t)
}
