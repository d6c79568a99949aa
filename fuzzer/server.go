package fuzzer

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"gobahn/cases"
	"gobahn/wire"
)

// A Server tests clients: they ask it for cases by number, on the endpoints of
// the reference.
type Server struct {
	Config
	Cases     []cases.Case // number 1 is the first; every variant of a case has a number
	Protocols []string     // subprotocols that are accepted
	TLS       *tls.Config  // nil: none is spoken

	NoStop bool   // clients cannot stop it
	Token  string // what clients have to give as ?token= to stop it or to have reports written; empty: nothing

	// Skip reports whether a case is not to be played with an agent; nil: none is not.
	Skip func(agent string, id cases.ID) bool

	OnStart  func(Played)       // a case begins; nil: nothing
	OnSkip   func(Played)       // a case is not to be played; nil: nothing
	OnResult func(Played) error // a case was played; nil: nothing
	OnUpdate func(Update) error // /updateReports was asked for; nil: nothing
	OnDirect func(peer string)  // a client that will say what we send has connected; nil: nothing
	OnNotice func(string)       // something the user should know of a connection; nil: nothing

	// MaxConns is how many connections are served at a time; further ones wait. 0: 16,384.
	MaxConns int

	flights flights
	streams streams
	lag     lag
	roster  roster
	results results
	tables  tables
	turns   map[string][]turn // by the name of the set
	visits  sync.WaitGroup    // connections, and what works for them
	open    atomic.Int64      // WebSockets
	pid     atomic.Int64      // of the client; 0: not known
	notices atomic.Int64
}

// An Update is a client's wish that the reports be written.
type Update struct {
	Agent string // the client
	Peer  string // its address
	Stop  bool   // the server stops when the client has left
}

// maxConns is what MaxConns is by default: idle connections cost little.
const maxConns = 1 << 14

// Serve serves the connections of ln until ctx is done, and then returns nil,
// or a client stops it; or until OnResult or OnUpdate fails, and then returns that
// error. It closes ln and returns when no connection is left.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	defer ln.Close()

	s.turns = turnsOf(s.Cases)
	defer s.lag.measure(ctx)()
	defer s.visits.Wait()
	slots := make(chan struct{}, cmp.Or(s.MaxConns, maxConns))
	var told sync.Once
	crowded := func(err error) {
		told.Do(func() { s.notice("clients have to wait: %v", &MachineError{err}) })
	}
	for {
		slots <- struct{}{}
		nc, err := accept(ctx, ln, crowded)
		if err != nil {
			return serveError(ctx, err)
		}
		s.visits.Go(func() {
			defer func() { <-slots }()
			s.serve(ctx, nc, cancel)
		})
	}
}

// SetPID says that the client is the process of that number from now on, unless Declared
// has another.
func (s *Server) SetPID(pid int) { s.pid.Store(int64(pid)) }

// declared is what is known of the client.
func (s *Server) declared() Declared {
	d := s.Declared
	d.PID = cmp.Or(d.PID, int(s.pid.Load()))
	return d
}

// Settle returns when no case is being played, or when limit has passed: a client that
// has left may have ended its last case a moment ago.
func (s *Server) Settle(ctx context.Context, limit time.Duration) { s.flights.waitAll(ctx, limit) }

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

// serve serves one connection. It calls end if a hook fails, with its error, or the
// client has the server stopped.
func (s *Server) serve(ctx context.Context, nc net.Conn, end context.CancelCauseFunc) {
	v := visit{server: s, ctx: ctx, peer: nc.RemoteAddr().String(), stop: func() { end(nil) }}
	defer v.leave()
	if s.TLS != nil {
		secure, err := s.secure(ctx, nc)
		if err != nil {
			nc.Close()
			return
		}
		nc = secure
	}
	h := s.handshake(nc, v.route)
	session := newSession(s.Config, nc, true, cases.Case{}, h, &s.streams, &s.lag)
	defer session.hangUp(ctx)
	o := session.run(ctx)
	err := v.err
	if v.landed != nil {
		err = v.landed(o, session.log.Capture)
	}
	if err != nil {
		end(err)
	}
}

// handshake answers the client of nc. Route finds out what is to be played.
func (s *Server) handshake(nc net.Conn, route func(wire.Head) (plan, error)) *serverHandshake {
	return &serverHandshake{route: route, product: s.product(), protocols: s.Protocols, address: nc.LocalAddr().String(), scheme: s.scheme()}
}

// scheme is that of the URLs of the server.
func (s *Server) scheme() string {
	if s.TLS != nil {
		return "wss"
	}
	return "ws"
}

// A visit is one connection of a client, and what it asked for.
type visit struct {
	server *Server
	ctx    context.Context
	peer   string // the client's address
	stop   func() // stops the server
	opened bool   // it counts among the WebSockets

	landed func(cases.Observation, *wire.Capture) error // what to do when the case has ended; nil: nothing
	left   func()                                       // what to do when the connection has; nil: nothing
	err    error                                        // of a hook
}

// leave is called when the connection has ended.
func (v *visit) leave() {
	if v.opened {
		v.server.open.Add(-1)
	}
	if v.left != nil {
		v.left()
	}
}

// route finds out what the client wants. An error refuses its request.
func (v *visit) route(head wire.Head) (plan, error) {
	opts := v.server.options()
	path, query, err := checkRequest(head, opts)
	if err != nil {
		return plan{}, err
	}
	v.opened = true
	if n := v.server.open.Add(1); opts.MaxConnections > 0 && n > int64(opts.MaxConnections) {
		text := fmt.Sprintf("%d connections are open, and no more are accepted (maxConnections)", opts.MaxConnections)
		return plan{}, refusal{status: http.StatusServiceUnavailable, text: text}
	}
	path = shifted(path, query)
	serve, ok := endpoints[path]
	if !ok {
		return v.direct()
	}
	p, err := serve(v, query)
	if _, ok := errors.AsType[refusal](err); ok {
		return plan{}, err
	}
	if err != nil { // the reference, too, calls it a server error
		return plan{}, refusal{status: http.StatusInternalServerError, text: err.Error()}
	}
	return p, nil
}
