package main

import (
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
// and may do so: it is started again behind the case, as often as it takes.
func (d *driver) handshakes(ctx context.Context, ln net.Listener, list []cases.Case) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	seen := &lastPlayed{}
	server := d.testClient.server(d.rec, list)
	onResult := server.OnResult
	server.OnStart = func(p fuzzer.Played) {
		seen.note(p.Number)
		d.rec.progress.start(p)
	}
	server.OnResult = func(p fuzzer.Played) error { return onResult(d.numbered(p)) }
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, ln) }()
	turns := 0
	for _, c := range list {
		turns += len(c.Parts())
	}
	var err error
	for from := 1; from <= turns && err == nil && ctx.Err() == nil; {
		err = d.begin(ctx, from, seen)
		server.Settle(ctx, settleLimit)
		last, _ := seen.get()
		if last < from {
			break // it does not want to go on
		}
		from = last + 1
	}
	stop()
	return errors.Join(err, <-served)
}

// begin starts the client for the cases from that number on, and waits for its end.
func (d *driver) begin(ctx context.Context, from int, seen *lastPlayed) error {
	config := d.config
	config.Values.URL += fuzzer.HandshakePath(from)
	begun := time.Now()
	p, err := launch.Start(ctx, config)
	if err != nil {
		return err
	}
	defer p.Stop()
	tick := time.NewTicker(goneInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-p.Done():
			if last, _ := seen.get(); last < from && p.Err() != nil {
				return fmt.Errorf("%s: %w%s", d.config.Args[0], p.Err(), printed(p))
			}
			return nil
		case <-tick.C:
			if _, at := seen.get(); time.Since(later(begun, at)) > d.testClient.wait {
				return nil
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

// lastPlayed is the number of what the client has played last, and when.
type lastPlayed struct {
	mu     sync.Mutex
	number int
	at     time.Time
}

func (l *lastPlayed) note(number int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.number, l.at = max(l.number, number), time.Now()
}

func (l *lastPlayed) get() (number int, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.number, l.at
}
