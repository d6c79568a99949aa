package fuzzer

import (
	"context"
	"sync"
	"time"

	"gobahn/cases"
)

// Lag is how long the machine has kept us waiting: on one that is too busy, what was to
// be done at a time is done later. A peer on it waits no less, so that its time limits
// are extended. The zero value is none.
type lag struct {
	mu    sync.Mutex
	total time.Duration
	due   time.Time // when the interval ends that is being measured; zero: none is
}

const (
	lagInterval = 50 * time.Millisecond
	unnoticed   = 2 * time.Millisecond // of an interval: that much later is not late
	tolerance   = 5 * time.Millisecond // of a time limit, the same
	maxLag      = 10 * time.Second     // by which the time limits of a case are extended at most

	// share is how many times the lag a time limit is extended by: the peer is kept
	// waiting no less than we are each time that it waits for the processor, and to
	// answer it has to wait at least twice, for what was sent and in what it does with it.
	share = 2

	lagTries = 3 // how often a case is played again that fails while there is lag
)

// measure measures until the function it returns is called, which waits for the end.
func (l *lag) measure(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { l.next(time.Time{}) }()
		timer := time.NewTimer(0)
		defer timer.Stop()
		for ctx.Err() == nil {
			l.next(time.Now().Add(lagInterval))
			timer.Reset(lagInterval)
			select {
			case <-timer.C:
			case <-ctx.Done():
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// passed is how much there was until now. Who was kept waiting may be the first to run
// again, so that what is still being measured counts, too.
func (l *lag) passed() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total + l.late()
}

// next ends the interval that was measured, and begins one that is to end at due.
func (l *lag) next(due time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total += l.late()
	l.due = due
}

// late is how much of it there is in the interval that is being measured.
func (l *lag) late() time.Duration {
	if late := time.Since(l.due); !l.due.IsZero() && late > unnoticed {
		return late
	}
	return 0
}

// within is ctx for so much time, and more if there is lag in it. Its end, if that was for
// lack of time, has the cause context.DeadlineExceeded.
func (l *lag) within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	before := l.passed()
	ctx, end := context.WithCancelCause(ctx)
	go func() {
		if !sleep(ctx, limit) {
			return
		}
		if late := min(share*(l.passed()-before), maxLag); late >= tolerance && !sleep(ctx, late) {
			return
		}
		end(context.DeadlineExceeded)
	}()
	return ctx, func() { end(nil) }
}

// sleep waits for so long, and reports whether ctx lasted until then.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// allow gives t so much time from now on.
func (s *session) allow(t timer, d time.Duration) {
	s.due[t] = time.Now().Add(d)
	s.lagged[t] = s.lag.passed()
}

// extend extends t, whose time has come, by the lag there was in it, and reports
// whether there was any.
func (s *session) extend(t timer) bool {
	switch {
	case t == deafTimer, t == drainTimer, t == pingTimer: // which limit nobody
		return false
	case t == waitTimer && (s.player.wait == nil || s.player.wait.Mark == ""): // to end before a mark is worth something
		return false
	}
	late := min(share*(s.lag.passed()-s.lagged[t]), maxLag-time.Duration(s.obs.Lag))
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
