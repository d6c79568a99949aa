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
// signal has ended, or that hangs, has failed the case, and what is left of that is not
// played.
func (d *driver) handshakes(ctx context.Context, ln net.Listener, list []cases.Case) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r := &round{driver: d, last: make(map[cases.ID]int), playing: make(map[int]bool)}
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
// says what killed it, or that it hung, if so it was.
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
			if r.latest() < from && p.Err() != nil {
				return "", fmt.Errorf("%s: %w%s", d.config.Args[0], p.Err(), printed(p))
			}
			return killed(p), nil
		case <-tick.C:
			wait := d.testClient.wait
			if last, idle := r.idle(); idle && time.Since(last) > wait && time.Since(begun) > wait {
				return hung(wait), nil
			}
		}
	}
}

// A round is what a client has played of the cases in which it may have to refuse the
// opening handshake. The last result is held back until the client shows that it has
// survived it.
type round struct {
	driver *driver
	last   map[cases.ID]int // the number of the last turn of each case

	mu      sync.Mutex
	held    *fuzzer.Played // nil: none is
	playing map[int]bool   // numbers of turns
	number  int            // of the turn that has begun last
	moved   time.Time      // when a turn began or ended; zero: none has begun
	err     error          // of the first result that could not be recorded
}

// server is the fuzzing server that offers list.
func (r *round) server(list []cases.Case) *fuzzer.Server {
	server := r.driver.holding(list, r.survived, func(p fuzzer.Played) { r.note(p.Number, true) })
	server.OnResult = func(p fuzzer.Played) error {
		err := r.hold(p.Number, r.driver.numbered(p))
		if len(p.Observation.Missing) > 0 { // it was not played
			r.note(p.Number, false)
			err = r.survived()
		}
		return err
	}
	return server
}

// note notes that a turn has begun, or that it was not played.
func (r *round) note(number int, playing bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.number, r.moved = max(r.number, number), time.Now()
	if playing {
		r.playing[number] = true
	}
}

// latest is the number of the turn that has begun last.
func (r *round) latest() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.number
}

// idle says since when no turn has begun or ended, and whether none is being played.
func (r *round) idle() (since time.Time, idle bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.moved, len(r.playing) == 0
}

// hold holds the result of a turn back in the place of the one before, which was survived,
// while another may come. An error is as for survived.
func (r *round) hold(number int, p fuzzer.Played) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.record()
	delete(r.playing, number)
	r.held, r.moved = &p, time.Now()
	return err
}

// survived records what was held back. An error is the first there was.
func (r *round) survived() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.record()
}

// record is survived, with r locked.
func (r *round) record() error {
	if r.held != nil {
		err := r.driver.rec.add(*r.held)
		r.held, r.err = nil, cmp.Or(r.err, err)
	}
	return r.err
}

// end records what was held back when the client has ended, as its doing if it died of
// that. Next is the number of the turn to go on with.
func (r *round) end(died string) (next int) {
	r.mu.Lock()
	clear(r.playing)
	held, next := r.held, r.number+1
	if held != nil && died != "" {
		*held = r.driver.died(*held, died)
		next = r.last[held.Case.ID] + 1
	}
	r.mu.Unlock()
	_ = r.survived() // it is returned in the end
	return next
}
