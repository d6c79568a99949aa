package fuzzer

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"gobahn/cases"
)

// Cases are played side by side as far as that cannot change a verdict. Those with
// little to send, which wait and whose time is short, are played first and among
// themselves; then those that move much data. What does not get the best grade
// beside others is played again alone, when nothing else is going on, and only
// that counts.

const (
	lightLanes = 8       // cases at a time that mostly wait
	heavyLoad  = 1 << 20 // octets; a case that sends as much is heavy
)

// heavyLanes is how many heavy cases are played at a time: while one waits for the
// server, another should have something to do.
func heavyLanes() int { return 2 * runtime.GOMAXPROCS(0) }

// load is about how many octets c sends. A message counts as some of them whatever
// its length.
func load(c cases.Case) (octets int) {
	const message = 1 << 10
	for _, step := range c.Script {
		switch s := step.(type) {
		case cases.Frame:
			octets += s.Payload.Size()
		case cases.Message:
			octets += s.Payload.Size()
		case cases.Echo:
			octets += s.Count * (s.Message.Payload.Size() + message)
		}
	}
	return octets
}

// waits is how long the script of c pauses.
func waits(c cases.Case) (sum cases.Duration) {
	for _, step := range c.Script {
		switch s := step.(type) {
		case cases.Wait:
			sum += s.For
		case cases.Split:
			for _, p := range s.Pauses {
				sum += p.Wait.For
			}
		}
	}
	return sum
}

// all plays list, the first case alone: it shows whether the server is there, and
// what it is called.
func (r *clientRun) all(ctx context.Context, list []cases.Case) error {
	queue := make([]Played, len(list))
	for i, one := range list {
		queue[i] = Played{Peer: r.target.Host, Number: i + 1, Case: one}
	}
	first, err := r.play(ctx, queue[0], nil)
	if err != nil {
		return err
	}
	if err := r.done(first); err != nil {
		return err
	}
	queue = queue[1:]
	if r.client.Parallel == 1 || len(queue) < 2 {
		return r.alone(ctx, queue)
	}
	if !r.takesTwo(ctx) {
		r.notice("the server opens one WebSocket at a time, so the cases are played one after the other")
		return r.alone(ctx, queue)
	}
	return r.beside(ctx, queue)
}

// alone plays the cases of queue one after the other.
func (r *clientRun) alone(ctx context.Context, queue []Played) error {
	for _, p := range queue {
		p, err := r.play(ctx, p, nil)
		if ctx.Err() != nil {
			return err
		}
		if err := r.done(p); err != nil {
			return err
		}
	}
	return nil
}

// beside plays the cases of queue side by side, the light ones first.
func (r *clientRun) beside(ctx context.Context, queue []Played) error {
	var light, heavy []Played
	for _, p := range queue {
		if load(p.Case) < heavyLoad {
			light = append(light, p)
		} else {
			heavy = append(heavy, p)
		}
	}
	// What takes longest begins first, lest it be waited for in the end.
	slices.SortStableFunc(light, func(a, b Played) int { return int(waits(b.Case) - waits(a.Case)) })
	slices.SortStableFunc(heavy, func(a, b Played) int { return load(b.Case) - load(a.Case) })
	lanes := func(n int) int {
		if r.client.Parallel > 0 {
			return r.client.Parallel
		}
		return n
	}
	if err := r.phase(ctx, light, lanes(lightLanes)); err != nil {
		return err
	}
	return r.phase(ctx, heavy, lanes(heavyLanes()))
}

// A phase is cases that are played side by side.
type phase struct {
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	queue []Played // not begun
	lanes int      // how many may be played at a time
	again []Played // to be played alone
}

// phase plays the cases of queue, so many at a time, and then those again alone
// that did not get the best grade.
func (r *clientRun) phase(ctx context.Context, queue []Played, lanes int) error {
	together, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := &phase{cancel: cancel, queue: queue, lanes: lanes}
	var wg sync.WaitGroup
	for lane := range lanes {
		wg.Go(func() { r.lane(together, p, lane) })
	}
	wg.Wait()
	if together.Err() != nil {
		return context.Cause(together)
	}
	slices.SortFunc(p.again, func(a, b Played) int { return a.Number - b.Number })
	for _, before := range p.again {
		again, err := r.play(ctx, before, &cases.Attempt{
			Verdict: before.Result.Verdict, CloseVerdict: before.Result.CloseVerdict, Says: before.Result.Says,
		})
		if ctx.Err() != nil {
			return err
		}
		if err := r.done(again); err != nil {
			return err
		}
	}
	return nil
}

// lane plays one case after the other until none is left, or there are to be fewer
// lanes.
func (r *clientRun) lane(ctx context.Context, p *phase, lane int) {
	for {
		one, ok := p.next(lane)
		if !ok {
			return
		}
		played, err := r.play(ctx, one, nil)
		if ctx.Err() != nil {
			return
		}
		if err != nil || !best(played.Result) {
			p.replay(played)
			continue
		}
		p.slow(played)
		if err := r.done(played); err != nil {
			p.cancel(err)
			return
		}
	}
}

// next takes a case off the queue.
func (p *phase) next(lane int) (Played, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) == 0 || lane >= p.lanes {
		return Played{}, false
	}
	one := p.queue[0]
	p.queue = p.queue[1:]
	return one, true
}

// replay puts a case aside, to be played alone.
func (p *phase) replay(played Played) {
	p.slow(played)
	p.mu.Lock()
	defer p.mu.Unlock()
	played.Observation.Wirelog = nil // it may be long, and only the grade is of interest
	p.again = append(p.again, played)
}

// slow makes the lanes fewer when a case has taken much of its time: a slow server
// does not get faster by being asked for more.
func (p *phase) slow(played Played) {
	limit := played.Case.Limit.Time()
	if load(played.Case) < heavyLoad || played.Observation.Duration < limit/4 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lanes = max(1, p.lanes/2)
}

// best reports whether a case got grades that nothing could better.
func best(r cases.Result) bool {
	good := func(v cases.Verdict) bool {
		return v == cases.OK || v == cases.Informational || v == cases.Unimplemented
	}
	return good(r.Verdict) && good(r.CloseVerdict)
}

// takesTwo reports whether the server opens a WebSocket while another is open. It
// is given ten times as long for the second as it took for the first.
func (r *clientRun) takesTwo(ctx context.Context) (two bool) {
	const least, most = 100 * time.Millisecond, 2 * time.Second
	clock := r.client.clock()
	begun := clock.Now()
	// The second is opened, and closed, while the session of the first stands still.
	_, _ = r.client.play(ctx, r.target, hello, func() {
		ctx, cancel := context.WithTimeout(ctx, min(max(10*clock.Now().Sub(begun), least), most))
		defer cancel()
		_, _ = r.client.play(ctx, r.target, hello, func() { two = true })
	})
	return two
}

// hello is a conversation that is no test: the WebSocket is opened and closed.
var hello = cases.Case{
	ID:     "hello",
	Script: cases.Script{cases.SendClose{Payload: cases.Close(cases.CodeNormal, "")}},
	Accept: cases.Silence,
}
