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

// handshakes has the client play cases in which it may have to refuse the opening
// handshake. Many a driver ends when it cannot open a WebSocket, with whatever status,
// and may do so: it is started again behind the case, as often as it takes. One that a
// signal has ended has failed the case, and what is left of that is not played.
func (d *driver) handshakes(ctx context.Context, ln net.Listener, list []cases.Case) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r := &round{driver: d, last: make(map[cases.ID]int)}
	turns := 0
	for _, c := range list {
		turns += len(c.Parts())
		r.last[c.ID] = turns
	}
	server := r.server(list)
	served := make(chan error, 1)
	go func() { served <- serve(ctx, stop, server, ln) }()
	var err error
	for from := 1; from <= turns && err == nil && ctx.Err() == nil; {
		var died string
		died, err = d.begin(ctx, server, from, r)
		server.Settle(ctx, settleLimit)
		next := r.end(died)
		if next <= from {
			break // it does not want to go on
		}
		from = next
	}
	stop()
	return cmp.Or(errors.Join(err, <-served), r.survived())
}

// begin starts the client for the cases from that number on, and waits for its end. It
// says what killed it, if something did.
func (d *driver) begin(ctx context.Context, server *fuzzer.Server, from int, r *round) (died string, err error) {
	config := d.config
	config.Values.URL += fuzzer.HandshakePath(from)
	begun := time.Now()
	p, err := launch.Start(ctx, config)
	if err != nil {
		return "", err
	}
	defer p.Stop()
	server.SetPID(p.PID())
	tick := time.NewTicker(goneInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return "", nil
		case <-p.Done():
			if last, _ := r.latest(); last < from && p.Err() != nil {
				return "", fmt.Errorf("%s: %w%s", d.config.Args[0], p.Err(), printed(p))
			}
			return killed(p), nil
		case <-tick.C:
			if _, at := r.latest(); time.Since(later(begun, at)) > d.testClient.wait {
				return "", nil
			}
		}
	}
}

// later is the later of two times.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// A round is what a client has played of the cases in which it may have to refuse the
// opening handshake. The last result is held back until the client shows that it has
// survived it.
type round struct {
	driver *driver
	last   map[cases.ID]int // the number of the last turn of each case

	mu     sync.Mutex
	held   *fuzzer.Played // nil: none is
	number int            // of the turn that has begun last
	at     time.Time      // when
	err    error          // of the first result that could not be recorded
}

// server is the fuzzing server that offers list.
func (r *round) server(list []cases.Case) *fuzzer.Server {
	server := r.driver.holding(list, r.survived, func(p fuzzer.Played) { r.note(p.Number) })
	server.OnResult = func(p fuzzer.Played) error {
		err := r.hold(r.driver.numbered(p))
		if len(p.Observation.Missing) > 0 { // it was not played
			r.note(p.Number)
			err = r.survived()
		}
		return err
	}
	return server
}

// note notes that a turn has begun.
func (r *round) note(number int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.number, r.at = max(r.number, number), time.Now()
}

// latest is the number of the turn that has begun last, and when.
func (r *round) latest() (number int, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.number, r.at
}

// hold holds a result back in the place of the one before, which was survived. An error
// is as for survived.
func (r *round) hold(p fuzzer.Played) error {
	err := r.survived()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held = &p
	return err
}

// survived records what was held back. An error is the first there was.
func (r *round) survived() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held != nil {
		err := r.driver.rec.add(*r.held)
		r.held, r.err = nil, cmp.Or(r.err, err)
	}
	return r.err
}

// end records what was held back when the client has ended, as its doing if that killed
// it. Next is the number of the turn to go on with.
func (r *round) end(died string) (next int) {
	r.mu.Lock()
	held, next := r.held, r.number+1
	if held != nil && died != "" {
		*held = r.driver.died(*held, died)
		next = r.last[held.Case.ID] + 1
	}
	r.mu.Unlock()
	_ = r.survived() // it is returned in the end
	return next
}
