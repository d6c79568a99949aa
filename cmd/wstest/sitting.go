package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/launch"
	"gobahn/fuzzer"
)

// A sitting is one start of a client, from its first case to its end. What comes of a
// case is held back until the client shows that it has survived it.
type sitting struct {
	driver *driver
	says   string            // how the client ended in the middle of the cases held; empty: it did not
	done   map[cases.ID]bool // those whose result was recorded, or that were left out

	mu      sync.Mutex
	held    []fuzzer.Played
	playing map[int]bool // numbers of cases
	moved   time.Time    // when a case began or ended; zero: none has begun
	updated bool         // reports were asked for: the client has played what it wanted to
	err     error        // of the first result that could not be recorded
}

// sit starts the client and plays those of list with it that it asks for.
func (d *driver) sit(ctx context.Context, ln net.Listener, list []cases.Case) (*sitting, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s := &sitting{driver: d, done: make(map[cases.ID]bool), playing: make(map[int]bool)}
	p, err := launch.Start(ctx, d.config)
	if err != nil {
		ln.Close()
		return nil, err
	}
	defer p.Stop()
	server := s.server(list)
	server.SetPID(p.PID())
	served := make(chan error, 1)
	go func() { served <- serve(ctx, stop, server, ln) }()
	err = s.await(ctx, p)
	server.Settle(ctx, settleLimit)
	stop()
	err = errors.Join(err, <-served)
	switch {
	case err == nil && s.says != "" && len(s.held) > 0:
		return s, nil
	case err == nil && s.says != "":
		err = fmt.Errorf("%s: %s%s", d.config.Args[0], s.says, printed(p))
	}
	return s, cmp.Or(err, s.survived())
}

// serve serves a client, whose part is over when that fails.
func serve(ctx context.Context, stop func(), server *fuzzer.Server, ln net.Listener) error {
	err := server.Serve(ctx, ln)
	if err != nil {
		stop()
	}
	return err
}

// holding is a fuzzing server that offers list, of which survived records what was held
// back, since the client goes on, and begun notes the case that begins.
func (d *driver) holding(list []cases.Case, survived func() error, begun func(fuzzer.Played)) *fuzzer.Server {
	server := d.testClient.server(d.rec, list)
	onUpdate := server.OnUpdate
	server.OnStart = func(p fuzzer.Played) {
		_ = survived() // it is returned with the result
		begun(p)
		d.rec.progress.start(p)
	}
	server.OnUpdate = func(u fuzzer.Update) error {
		if err := survived(); err != nil {
			return err
		}
		return onUpdate(u)
	}
	return server
}

// server is the fuzzing server that offers list.
func (s *sitting) server(list []cases.Case) *fuzzer.Server {
	server := s.driver.holding(list, s.survived, func(p fuzzer.Played) {
		s.note(func() { s.playing[p.Number] = true })
	})
	server.OnSkip = func(p fuzzer.Played) {
		s.note(func() { s.done[p.Case.ID] = true })
		s.driver.rec.skipped(p)
	}
	server.OnResult = func(p fuzzer.Played) error {
		var err error
		s.note(func() {
			delete(s.playing, p.Number)
			s.held = append(s.held, s.driver.numbered(p))
			err = s.err
		})
		if len(p.Observation.Missing) > 0 { // it was not played
			return s.survived()
		}
		return err
	}
	onUpdate := server.OnUpdate
	server.OnUpdate = func(u fuzzer.Update) error {
		s.note(func() { s.updated = true })
		return onUpdate(u)
	}
	return server
}

// note changes s when the client has shown that it is there.
func (s *sitting) note(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved = time.Now()
	change()
}

// survived records what was held back. An error is the first there was.
func (s *sitting) survived() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.held {
		s.err = cmp.Or(s.err, s.driver.rec.add(p))
		s.done[p.Case.ID] = s.done[p.Case.ID] || !p.More
	}
	s.held = nil
	return s.err
}

// await waits until the client has ended, and notes how if it should not have.
func (s *sitting) await(ctx context.Context, p *launch.Process) error {
	begun, wait := time.Now(), s.driver.testClient.wait
	tick := time.NewTicker(goneInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-p.Done():
			return s.ended(ctx, p)
		case <-tick.C:
		}
		s.mu.Lock()
		moved, idle := s.moved, len(s.playing) == 0 && !s.updated
		s.mu.Unlock()
		switch {
		case moved.IsZero() && time.Since(begun) > wait:
			return fmt.Errorf("%s has not connected within %v%s", s.driver.config.Args[0], wait, printed(p))
		case !moved.IsZero() && idle && time.Since(moved) > wait:
			s.says = hung(wait)
			p.Stop()
			return nil
		}
	}
}

// hung says of a client that it did not go on for that time.
func hung(wait time.Duration) string {
	return fmt.Sprintf("it asked for no other case within %v, and had to be killed", wait)
}

// goneInterval is how often a look is taken at whether the client still does something.
const goneInterval = 100 * time.Millisecond

// ended says how the client has ended. One that ends with status 0 has played what it
// wanted to.
func (s *sitting) ended(ctx context.Context, p *launch.Process) error {
	s.mu.Lock()
	begun := !s.moved.IsZero()
	s.mu.Unlock()
	switch {
	case ctx.Err() != nil:
	case p.Err() != nil:
		s.says = end(p, 0)
	case !begun:
		return fmt.Errorf("%s ended without having played a case%s", s.driver.config.Args[0], printed(p))
	}
	return nil
}
