package fuzzer

import (
	"context"
	"errors"
	"net"
	"net/http"
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
	streams streams
	roster  roster
}

// maxConns bounds the connections served at a time. Further ones wait.
const maxConns = 1024

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
		nc, err := accept(ctx, ln)
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
func accept(ctx context.Context, ln net.Listener) (net.Conn, error) {
	for {
		nc, err := ln.Accept()
		if !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENFILE) && !errors.Is(err, syscall.ECONNABORTED) {
			return nc, err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
		}
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
	v := visit{server: s, ctx: ctx, peer: nc.RemoteAddr().String()}
	session := newSession(s.Config, nc, true, cases.Case{}, &serverHandshake{route: v.route, product: s.product()}, &s.streams)
	defer session.hangUp(ctx)
	o := session.run(ctx)
	if v.landed != nil {
		return v.landed(o)
	}
	return v.err
}

// A visit is one connection of a client, and what it asked for.
type visit struct {
	server *Server
	ctx    context.Context
	peer   string // the client's address

	landed func(cases.Observation) error // what to do when it has ended; nil: nothing
	err    error                         // of a hook
}

// route finds out what the client wants. An error refuses its request.
func (v *visit) route(head wire.Head) (cases.Case, error) {
	path, query, err := checkRequest(head)
	if err != nil {
		return cases.Case{}, err
	}
	serve, ok := endpoints[path]
	if !ok {
		return cases.Case{}, refusal{status: http.StatusNotFound, text: "no such endpoint: " + path}
	}
	c, err := serve(v, query)
	if err != nil { // the reference, too, calls it a server error
		return cases.Case{}, refusal{status: http.StatusInternalServerError, text: err.Error()}
	}
	return c, nil
}
