package fuzzer

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// flights count the cases being played, by agent. A client may ask for the
// reports the moment it has ended its last connection, and must find the result
// of that case in them. The zero value is ready to use.
type flights struct {
	mu      sync.Mutex
	byAgent map[string]*flight
}

type flight struct {
	cases  int
	landed chan struct{} // closed when the last of them has ended
}

// begin notes that a case begins, and returns what to call when it has ended.
func (f *flights) begin(agent string) (end func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byAgent == nil {
		f.byAgent = make(map[string]*flight)
	}
	one := f.byAgent[agent]
	if one == nil {
		one = &flight{landed: make(chan struct{})}
		f.byAgent[agent] = one
	}
	one.cases++
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if one.cases--; one.cases == 0 {
			close(one.landed)
			delete(f.byAgent, agent)
		}
	}
}

// waitAll returns when no case is being played, or when limit has passed.
func (f *flights) waitAll(ctx context.Context, limit time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	f.mu.Lock()
	agents := slices.Collect(maps.Keys(f.byAgent))
	f.mu.Unlock()
	for _, agent := range agents {
		f.wait(ctx, agent, limit)
	}
}

// wait returns when no case of agent is being played, or when limit has passed:
// another client of that name may still be busy.
func (f *flights) wait(ctx context.Context, agent string, limit time.Duration) {
	f.mu.Lock()
	one := f.byAgent[agent]
	f.mu.Unlock()
	if one == nil {
		return
	}
	alarm := time.NewTimer(limit)
	defer alarm.Stop()
	select {
	case <-one.landed:
	case <-alarm.C:
	case <-ctx.Done():
	}
}
