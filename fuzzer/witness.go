package fuzzer

import (
	"context"
	"sync"
	"time"

	"gobahn/cases"
)

// A witness has ordinary conversations with a server while cases are played side by side.
// A server that answers those at once, and leaves a case waiting all the same, does so for
// what the case sent, and not for the company it had: that failure counts without being
// waited for again. Every other conversation asks for permessage-deflate: a server that
// compresses may have a queue of its own for that.
type witness struct {
	mu  sync.Mutex
	met []*encounter
}

// An encounter is one of those conversations.
type encounter struct {
	begun  time.Time
	packed bool // permessage-deflate was asked for
	prompt bool // the WebSocket was open, and the echo there, at once
}

const (
	meetInterval = 250 * time.Millisecond
	atOnce       = 250 * time.Millisecond // for the opening handshake, and once more for the echo
	maxMet       = 16                     // at a time, with a server that is slow to end them
)

// greeting is what a witness sends and wants back.
func greeting(packed bool) cases.Case {
	c := cases.Case{
		ID:     "witness",
		Script: cases.Script{cases.Message{Payload: cases.Of("still there?")}},
		Accept: cases.Exactly(cases.GotText("still there?")),
		Limit:  cases.FailAfter(cases.Duration(atOnce)),
	}
	if packed {
		c.Deflate = &cases.Deflate{Offer: []cases.DeflateParams{{}}, Optional: true}
	}
	return c
}

// watch asks until the function it returns is called, which waits for the answers unless
// ctx is done.
func (w *witness) watch(ctx context.Context, r *clientRun) (stop func()) {
	asking, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		places := make(chan struct{}, maxMet)
		tick := time.NewTicker(meetInterval)
		defer tick.Stop()
		for {
			select {
			case <-asking.Done():
				return
			case <-tick.C:
			}
			for _, packed := range []bool{false, true} {
				e := w.next(packed)
				select {
				case places <- struct{}{}:
					wg.Go(func() {
						defer func() { <-places }()
						w.heard(e, r.greeted(ctx, packed))
					})
				default: // it has no place, and is not answered at once
				}
			}
		}
	})
	return func() {
		cancel()
		wg.Wait()
	}
}

// next is the encounter that begins now.
func (w *witness) next(packed bool) *encounter {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := &encounter{begun: time.Now(), packed: packed}
	w.met = append(w.met, e)
	return e
}

// heard notes what came of an encounter.
func (w *witness) heard(e *encounter, prompt bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e.prompt = prompt
}

// greeted has one conversation with the server, and reports whether it answers at once.
func (r *clientRun) greeted(ctx context.Context, packed bool) (prompt bool) {
	begun, opening := time.Now(), time.Duration(0)
	c := greeting(packed)
	o, _, err := r.connect(ctx, c, func() { opening = time.Since(begun) })
	return err == nil && o.Opened && opening < atOnce && cases.Judge(c, o).Verdict == cases.OK
}

// served reports whether the server was seen to answer at once all the time from then
// until then, also where it compresses if that matters. Of a time that is too short to tell
// it was not.
func (w *witness) served(from, until time.Time, packed bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := false
	for _, e := range w.met {
		ended := e.begun.Add(2 * atOnce)
		if ended.Before(from) || e.begun.After(until) || e.packed && !packed {
			continue
		}
		if !e.prompt {
			return false
		}
		seen = seen || e.packed == packed && !e.begun.Before(from) && !ended.After(until)
	}
	return seen
}

// vouches reports whether what has failed was kept waiting while others were served. They
// would not have been on a machine so busy that time limits were too short, unless much of
// the time was lag.
func (w *witness) vouches(o *cases.Observation) bool {
	return !forgotten(o) && o.Lag <= o.Duration/4 && w.served(o.Started, o.Started.Add(time.Duration(o.Duration)), o.Deflate != nil)
}
