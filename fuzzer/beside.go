package fuzzer

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"gobahn/cases"
)

// This file has what happens beside and after the connection of a case: other
// connections, a look at whether the server still answers, and at its memory.

// lifeTime is how long a server may take to answer on a fresh connection.
const lifeTime = 2 * time.Second

// afterwards is a conversation that shows whether the server still answers, be it in its
// own way: what it makes of a text at any time is no harm that a case has done.
var afterwards = cases.Case{
	ID:     "afterwards",
	Script: cases.Script{cases.Text("alive?")},
	Accept: []cases.Outcome{
		{Verdict: cases.OK, Events: cases.Events{cases.GotText("alive?")}},
		{Verdict: cases.OK, Events: cases.Events{cases.GotBinary("alive?")}},
	},
	Limit: cases.FailAfter(cases.Duration(lifeTime)),
}

// life connects to the server once more and has a message echoed: soon, unless it has much
// to do, having been flooded. Lag is by how much the machine has delayed that. An error is
// why the run is over.
func (r *clientRun) life(ctx context.Context, flooded bool) (life *cases.Life, lag cases.Duration, _ error) {
	begun := time.Now()
	hello := afterwards
	if flooded {
		hello.Opening, hello.Limit = &cases.Opening{Time: cases.Duration(floodedTimeout)}, cases.FailAfter(cases.Duration(floodedTimeout))
	}
	o, _, err := r.connect(ctx, hello, nil)
	l := cases.Life{Took: cases.Duration(time.Since(begun))}
	switch result := cases.Judge(hello, o); {
	case over(ctx, err) != nil:
		return nil, 0, over(ctx, err)
	case err != nil:
		l.Says = err.Error()
	case result.Verdict != cases.OK:
		l.Says = result.Says
	default:
		l.Alive = true
	}
	return &l, o.Lag, nil
}

// crowdLimit is how long a crowd may take of which one connection comes after the other:
// with a server that does not answer, each of them would have the time of a case.
const crowdLimit = 2 * time.Minute

// crowd makes the other connections of c, and returns what ends those that stay open.
func (r *clientRun) crowd(ctx context.Context, c *cases.Crowd) (disperse func()) {
	if c == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	one := cases.Case{ID: "crowd", Opening: c.Opening, Script: c.Script, Ending: cases.Ending{NoAutoClose: true}, Limit: idleLimit}
	if !c.Together {
		defer cancel()
		ctx, end := context.WithTimeout(ctx, crowdLimit)
		defer end()
		for range c.Count {
			if ctx.Err() != nil {
				break
			}
			_, _, _ = r.connect(ctx, one, nil) // what comes of it is not observed
		}
		return func() {}
	}
	var there, wg sync.WaitGroup
	for range c.Count {
		there.Add(1)
		arrived := sync.OnceFunc(there.Done)
		wg.Go(func() {
			defer arrived()
			asked, opened := arrived, func() {}
			if c.Opening.Opens() {
				asked, opened = opened, arrived
			}
			_, _, _ = r.connectWith(ctx, one, asked, opened)
		})
	}
	there.Wait()
	return func() {
		cancel()
		wg.Wait()
	}
}

// memory watches the resident set of the process of the peer until the function it
// returns is called, which returns what was seen; nil if the process is not known.
func (d Declared) memory() (end func() *cases.Memory) {
	before, err := resident(d.PID)
	if d.PID == 0 || err != nil {
		return func() *cases.Memory { return nil }
	}
	m := &cases.Memory{Before: before, Most: before}
	stop, done := make(chan struct{}), make(chan struct{})
	look := func() {
		if n, err := resident(d.PID); err == nil {
			m.Most = max(m.Most, n)
		}
	}
	go func() {
		defer close(done)
		tick := time.NewTicker(memoryInterval)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				look()
			case <-stop:
				return
			}
		}
	}()
	return func() *cases.Memory {
		close(stop)
		<-done
		look()
		return m
	}
}

const memoryInterval = 10 * time.Millisecond

// resident is the resident set of a process in octets, where the system says so (Linux).
func resident(pid int) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	pages := strings.Fields(string(b))
	if len(pages) < 2 {
		return 0, fmt.Errorf("statm of process %d: %q", pid, b)
	}
	n, err := strconv.ParseInt(pages[1], 10, 64)
	return n * int64(os.Getpagesize()), err
}
