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
	slots   chan struct{} // as many as there are cases
}

// maxCases bounds the cases at a time that are being played or whose results are being
// written: clients may be quicker than the reports. Further ones wait.
const maxCases = 1024

type flight struct {
	cases     int           // being played, or their results being written
	unwritten int           // of them, those whose results are
	written   chan struct{} // closed when the next of these has been
	landed    chan struct{} // closed when the last case has ended
}

// maxUnwritten bounds the results of an agent that are being written when another case
// begins: a client may be quicker than the reports, and is to find them up to date.
const maxUnwritten = 2

// A ticket is a case that has begun.
type ticket struct {
	flights *flights
	agent   string
	one     *flight
}

// begin waits until a case may begin, and notes that it does.
func (f *flights) begin(ctx context.Context, agent string) (*ticket, error) {
	select {
	case f.limit() <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	for {
		one, wait := f.join(agent)
		if wait == nil {
			return &ticket{f, agent, one}, nil
		}
		select {
		case <-wait:
		case <-ctx.Done():
			<-f.slots
			return nil, context.Cause(ctx)
		}
	}
}

// join adds a case to those of an agent, or returns what to wait for before.
func (f *flights) join(agent string) (one *flight, wait <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one = f.byAgent[agent]
	if one == nil {
		one = &flight{written: make(chan struct{}), landed: make(chan struct{})}
		f.byAgent[agent] = one
	}
	if one.unwritten >= maxUnwritten {
		return nil, one.written
	}
	one.cases++
	return one, nil
}

// played notes that the case has been played.
func (t *ticket) played() {
	t.flights.mu.Lock()
	defer t.flights.mu.Unlock()
	t.one.unwritten++
}

// written notes that the result of a case that was played has been written.
func (t *ticket) written() {
	f, one := t.flights, t.one
	<-f.slots
	f.mu.Lock()
	defer f.mu.Unlock()
	one.unwritten--
	close(one.written)
	one.written = make(chan struct{})
	if one.cases--; one.cases == 0 {
		close(one.landed)
		delete(f.byAgent, t.agent)
	}
}

// limit makes the zero value ready, and is full when there are maxCases.
func (f *flights) limit() chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.slots == nil {
		f.slots, f.byAgent = make(chan struct{}, maxCases), make(map[string]*flight)
	}
	return f.slots
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
