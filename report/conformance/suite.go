package conformance

import (
	"cmp"
	"context"
	"sync"
	"time"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/report"
)

// A suite is the cases of one call.
type suite struct {
	Options
	list    []cases.Case
	reports *report.Writer // nil: none are written

	// play plays a case. Its error is that it could not be played to the end.
	play func(context.Context, fuzzer.Played) (fuzzer.Played, error)

	beside sync.RWMutex // held for reading while a case is played, for writing while it must be alone
}

// newSuite checks the options and opens the reports. Server says that we are the server.
func newSuite(o Options, server bool) (*suite, error) {
	list, err := o.plan()
	if err != nil {
		return nil, err
	}
	s := &suite{Options: o, list: list}
	if o.ReportDir == "" {
		return s, nil
	}
	run := report.Run{
		Product: product, Profile: string(cmp.Or(o.Profile, cases.Autobahn)), Seed: o.Seed, Server: server, Started: time.Now().UTC(),
	}
	for _, c := range list {
		run.Cases = append(run.Cases, c.ID)
	}
	s.reports, err = report.Open(o.ReportDir, run)
	return s, err
}

// each calls one for every case, for so many at a time as there are lanes.
func (s *suite) each(one func(fuzzer.Played)) {
	queue := make(chan fuzzer.Played)
	var lanes sync.WaitGroup
	for range s.lanes() {
		lanes.Go(func() {
			for p := range queue {
				one(p)
			}
		})
	}
	for i, c := range s.list {
		queue <- fuzzer.Played{Number: i + 1, Case: c}
	}
	close(queue)
	lanes.Wait()
}

// result plays a case and keeps what came of it.
func (s *suite) result(ctx context.Context, p fuzzer.Played) (Result, error) {
	got, err := s.best(ctx, p)
	if err != nil {
		return Result{}, err
	}
	if s.reports != nil {
		err = s.reports.Add(report.Record{
			Agent: got.Agent, Case: got.Case, Number: got.Number, Observation: got.Observation, Result: got.Result,
		})
	}
	return s.Options.result(got), err
}

// best plays a case, and again alone if it failed beside others.
func (s *suite) best(ctx context.Context, p fuzzer.Played) (fuzzer.Played, error) {
	s.beside.RLock()
	got, err := s.playOnce(ctx, p)
	s.beside.RUnlock()
	if err != nil || got.Result.Headline == "" || s.lanes() == 1 {
		return got, err
	}
	before := &cases.Attempt{Verdict: got.Result.Verdict, CloseVerdict: got.Result.CloseVerdict, Says: got.Result.Says}
	s.beside.Lock()
	defer s.beside.Unlock()
	got, err = s.playOnce(ctx, p)
	got.Observation.Before = before
	return got, err
}

// playOnce plays a case, if there is time.
func (s *suite) playOnce(ctx context.Context, p fuzzer.Played) (fuzzer.Played, error) {
	if ctx.Err() != nil {
		return p, context.Cause(ctx)
	}
	got, err := s.play(ctx, p)
	got.Number = p.Number
	return got, err
}

// finish writes what remains of the reports.
func (s *suite) finish() error {
	if s.reports == nil {
		return nil
	}
	return s.reports.Finish()
}

// all plays the cases and calls each after every one. It returns the first error.
func (s *suite) all(ctx context.Context, each func(Result)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex // held while each is called
	s.each(func(p fuzzer.Played) {
		r, err := s.result(ctx, p)
		if err != nil {
			cancel(err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		each(r)
	})
	return cmp.Or(context.Cause(ctx), s.finish())
}
