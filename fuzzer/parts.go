package fuzzer

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"

	"gobahn/cases"
	"gobahn/wire"
)

// whole plays all of a case: what the user has not declared keeps it from being played,
// its crowd comes first, each of its variants has a connection of its own, and at its
// end a look is taken at the server.
func (r *clientRun) whole(ctx context.Context, c cases.Case, how take) (cases.Observation, *wire.Capture, error) {
	if missing := r.client.Lacks(c.Needs); missing != nil {
		return cases.Observation{Seed: r.client.Seed, Missing: missing}, nil, nil
	}
	watched := func() *cases.Memory { return nil }
	if c.Crowd != nil && c.WatchesMemory() { // what it takes is part of it
		watched = r.client.declared().memory()
	}
	disperse := r.crowd(ctx, c.Crowd)
	defer disperse()
	if len(c.Variants) == 0 {
		o, capture, err := r.part(ctx, c)
		o.Memory = cmp.Or(watched(), o.Memory)
		return o, capture, err
	}
	defer watched()
	all, capture, err := r.table(ctx, c, how)
	for n := 1; n < unsureAttempts; n++ { // the quickest counts: a busy machine delays now and then
		again := n < growthAttempts && c.MayGrow(all) || c.Unsure(all)
		if err != nil || ctx.Err() != nil || !again {
			break
		}
		before := all
		all, capture, err = r.table(ctx, c, how)
		all.Quickest(before)
	}
	if all.Parts != nil {
		all.Show(cases.Judge(c, all).Worst)
	}
	return all, capture, err
}

// How often a table is played of which more may take too long.
const (
	growthAttempts = 3
	unsureAttempts = 10 // where it is close
)

// table plays each variant of a case, of which some may go on at a time.
func (r *clientRun) table(ctx context.Context, c cases.Case, how take) (all cases.Observation, capture *wire.Capture, err error) {
	rows := make([]row, len(c.Variants))
	pace := newPace(max(1, how.beside))
	var wg sync.WaitGroup
	var gone atomic.Bool // those before have ended the server, and show it
	for i := range how.kept {
		rows[i].o = how.kept[i]
	}
	for i, part := range c.Parts() {
		one := &rows[i]
		if one.o != nil {
			continue
		}
		end, ok := pace.begin(ctx)
		if !ok {
			break
		}
		if gone.Load() {
			end()
			break
		}
		wg.Go(func() {
			defer end()
			o, octets, err := r.part(ctx, part)
			if *one = (row{&o, octets, err}); err != nil {
				gone.Store(true)
			}
		})
	}
	wg.Wait()
	for i, one := range rows {
		if one.o == nil {
			continue
		}
		if one.err != nil && i == 0 || over(ctx, one.err) != nil {
			return *one.o, one.capture, one.err
		}
		// One that could not be reached counts: those before may have ended the server.
		gather(&all, *one.o, i, len(c.Variants))
		capture = joined(capture, one.capture)
	}
	return all, capture, nil
}

// A row is what came of a variant.
type row struct {
	o       *cases.Observation // nil: it was not played
	capture *wire.Capture
	err     error
}

// part plays a case on one connection.
func (r *clientRun) part(ctx context.Context, c cases.Case) (cases.Observation, *wire.Capture, error) {
	watched := func() *cases.Memory { return nil }
	if c.WatchesMemory() {
		watched = r.client.declared().memory()
	}
	o, capture, err := r.connect(ctx, c, nil)
	if err == nil && c.Alive && ctx.Err() == nil {
		var lag cases.Duration
		o.Life, lag, err = r.life(ctx, floods(c) || c.Crowd != nil)
		o.Lag += lag
	}
	o.Memory = watched()
	return o, capture, err
}

// gather puts what happened in one of n parts where it belongs.
func gather(all *cases.Observation, o cases.Observation, i, n int) {
	if all.Parts == nil {
		all.Parts = make([]*cases.Observation, n)
		all.Server, all.Seed, all.Started = o.Server, o.Seed, o.Started
	}
	all.Parts[i] = &o
	all.Duration += o.Duration
	all.Lag += o.Lag
	for _, b := range o.Breaches {
		if len(all.Breaches) < maxFaults {
			all.Breaches = append(all.Breaches, b)
		}
	}
}

// joined is what was captured of one connection after another.
func joined(before, after *wire.Capture) *wire.Capture {
	if before == nil {
		return after
	}
	if after != nil {
		before.Join(after)
	}
	return before
}
