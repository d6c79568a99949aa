package fuzzer

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"gobahn/cases"
)

// A time limit is extended once by the lag there was in it, and the case says by how
// much. What the case itself waits is not.
func TestTimeLimitsAreExtendedByLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &session{lag: new(lag)}
		s.lag.total.Add(int64(time.Hour)) // of before
		s.allow(limitTimer, time.Second)
		s.allow(waitTimer, time.Second)
		if s.extend(limitTimer) {
			t.Error("extended without lag")
		}
		s.lag.total.Add(int64(300 * time.Millisecond))
		time.Sleep(time.Second)
		if s.extend(waitTimer) {
			t.Error("a wait was extended")
		}
		if !s.extend(limitTimer) || !s.due[limitTimer].Equal(time.Now().Add(300*time.Millisecond)) {
			t.Errorf("extended to %v from now, want 300ms", time.Until(s.due[limitTimer]))
		}
		if s.extend(limitTimer) {
			t.Error("extended twice by the same lag")
		}
		s.lag.total.Add(int64(time.Hour))
		if !s.extend(limitTimer) || s.extend(limitTimer) {
			t.Error("not extended as far as may be, and no further")
		}
		if want := cases.Duration(maxLag); s.obs.Lag != want {
			t.Errorf("the case had a lag of %v, want %v", s.obs.Lag, want)
		}
	})
}

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
