package fuzzer

import (
	"context"
	"errors"
	"net"
	"sync"
	"syscall"
	"time"

	"gobahn/cases"
	"gobahn/wire"
)

// A Server tests clients: they ask it for cases by number, on the endpoints of
// the reference.
type Server struct {
	Config
	Cases []cases.Case // number 1 is the first

	OnStart  func(Played)             // a case begins; nil: nothing
	OnResult func(Played) error       // a case was played; nil: nothing
	OnUpdate func(agent string) error // /updateReports was asked for; nil: nothing

	flights flights
}

// maxConns bounds the connections served at a time. Further ones wait.
const maxConns = 256

// Serve serves the connections of ln until ctx is done, and then returns nil,
// or until OnResult or OnUpdate fails, and then returns that error. It closes ln
// and returns when no connection is left.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	defer ln.Close()

	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, maxConns)
	for {
		slots <- struct{}{}
		nc, err := accept(ctx, s.clock(), ln)
		if err != nil {
			return serveError(ctx, err)
		}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := s.serve(ctx, nc); err != nil {
				cancel(err)
			}
		})
	}
}

// accept accepts the next connection. Where there are too many at the moment, or
// one was given up, it tries again a little later.
func accept(ctx context.Context, clock Clock, ln net.Listener) (net.Conn, error) {
	for {
		nc, err := ln.Accept()
		if !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENFILE) && !errors.Is(err, syscall.ECONNABORTED) {
			return nc, err
		}
		alarm, stop := clock.After(100 * time.Millisecond)
		select {
		case <-alarm:
		case <-ctx.Done():
		}
		stop()
	}
}

// serveError is why accepting has ended: nil if it was meant to.
func serveError(ctx context.Context, err error) error {
	switch cause := context.Cause(ctx); {
	case cause == nil:
		return err
	case errors.Is(cause, context.Canceled):
		return nil
	default:
		return cause
	}
}

// serve serves one connection. An error is one of a hook.
func (s *Server) serve(ctx context.Context, nc net.Conn) error {
	stop := context.AfterFunc(ctx, func() { nc.SetReadDeadline(time.Unix(1, 0)) })
	request, err := readRequest(nc, s.options().OpenHandshakeTimeout)
	if !stop() || err != nil {
		nc.Close()
		return nil
	}
	return s.route(ctx, nc, request)
}

// readRequest reads the head of a request.
func readRequest(nc net.Conn, timeout time.Duration) (request, error) {
	if timeout > 0 {
		nc.SetReadDeadline(time.Now().Add(timeout))
		defer nc.SetReadDeadline(time.Time{})
	}
	var r request
	var all []byte
	for {
		b := make([]byte, 4096)
		n, err := nc.Read(b)
		if n > 0 {
			r.reads = append(r.reads, b[:n])
			all = append(all, b[:n]...)
		}
		if end := wire.HeadEnd(all); end > 0 {
			r.octets, r.rest = all[:end], all[end:]
			head, err := wire.ParseHead(r.octets)
			r.head = head
			if err != nil {
				refuseRequest(nc, 400, err.Error())
			}
			return r, err
		}
		if err != nil {
			return r, err
		}
		if len(all) > wire.MaxHead {
			refuseRequest(nc, 431, wire.ErrHeadTooLong.Error())
			return r, wire.ErrHeadTooLong
		}
	}
}

// play plays c with the client that sent r, and calls after, if not nil, with
// what was observed while the client reads the end of the connection.
func (s *Server) play(ctx context.Context, nc net.Conn, r request, c cases.Case, after func(cases.Observation) error) error {
	session := newSession(s.Config, nc, true, c, &serverHandshake{request: r, product: s.product()})
	defer session.hangUp(ctx)
	o := session.run(ctx)
	if after == nil {
		return nil
	}
	return after(o)
}
