package fuzzer

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"gobahn/cases"
	"gobahn/wire"
)

// Each tests a client that knows nothing of cases: it is started anew for every turn,
// which is played on the connection that it makes, whatever it asks for.
type Each struct {
	Server *Server // its Cases are played
	Agent  string  // name of the client

	// Visit starts the client, which does as it is invited to and ends. It calls started with
	// the number of the process, and returns when that has ended, or was stopped because ctx
	// is done. Died says how the client ended, if that was by no will of its own.
	Visit func(ctx context.Context, to Invitation, started func(pid int)) (died string, err error)

	Wait time.Duration // for the client to connect
}

// An Invitation is what a client is told: to open a WebSocket at the URL, and to send back
// what comes. The rest is for clients that can.
type Invitation struct {
	URL      string
	Sockets  int    // how many WebSockets to open at a time
	Protocol string // subprotocol to offer; empty: none
	Header   string // field to send, as "Name: value"; empty: none
}

// ErrNoVisit is that the client did not connect when it was started for the first time.
var ErrNoVisit = errors.New("the client did not connect")

// Serve plays all cases, on ln, which it closes. An error is ErrNoVisit, or the first of
// Visit or of a hook.
func (e Each) Serve(ctx context.Context, ln net.Listener) error {
	defer ln.Close()
	host, _, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		return err
	}
	other, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return err
	}
	s := e.Server
	s.Declared.URL = true
	ctx, stop := context.WithCancel(ctx)
	defer s.visits.Wait()
	defer stop()
	defer other.Close()
	defer ln.Close()
	defer s.lag.measure(ctx)()
	h := &house{Each: e, ln: ln, other: other, arrivals: make(chan arrival)}
	for _, l := range []net.Listener{ln, other} {
		s.visits.Go(func() { h.accept(ctx, l) })
	}
	return h.all(ctx)
}

// A house is where the clients of one Each come to.
type house struct {
	Each
	ln, other net.Listener
	arrivals  chan arrival // in the order in which they came
	visited   bool         // a client has come
}

// all plays all cases.
func (h *house) all(ctx context.Context) error {
	s, number := h.Server, 0
	for _, c := range s.Cases {
		parts := c.Parts()
		if s.Skip != nil && s.Skip(h.Agent, c.ID) {
			if number += len(parts); s.OnSkip != nil {
				s.OnSkip(Played{Agent: h.Agent, Number: number, Case: c})
			}
			continue
		}
		for i, part := range parts {
			number++
			if err := h.turn(ctx, number, turn{c, i, part}); err != nil || ctx.Err() != nil {
				return err
			}
		}
	}
	return nil
}

// An arrival is a connection that was accepted.
type arrival struct {
	nc        net.Conn
	at        time.Time
	elsewhere bool // on the other port
}

// accept passes on the connections of one listener.
func (h *house) accept(ctx context.Context, l net.Listener) {
	for {
		nc, err := accept(ctx, l, func(err error) { h.Server.notice("the client has to wait: %v", &MachineError{err}) })
		if err != nil {
			return
		}
		select {
		case h.arrivals <- arrival{nc, time.Now(), l == h.other}:
		case <-ctx.Done():
			nc.Close()
			return
		}
	}
}

// A guest is a client that was started for one turn, and what came of its connections.
type guest struct {
	*house
	one    turn
	url    string
	landed chan landing
	here   int         // connections that have not ended
	played *landing    // that of the turn; nil: it has not ended
	taken  atomic.Bool // by a connection, the turn
	knocks int         // connections on which nothing came
	others []landing

	pid     atomic.Int64         // of the client; 0: not known
	watched func() *cases.Memory // of it, since it has connected; nil: nobody looks
	memory  *cases.Memory
}

// A landing is a connection that has ended.
type landing struct {
	arrival
	turn    bool // it was that of the turn
	empty   bool // nothing came on it
	o       cases.Observation
	capture *wire.Capture
}

const (
	leaveTime  = time.Second // for a client to end, when its turn has
	maxReturns = 64          // connections of one client; it is stopped when it makes more
)

// turn plays one turn.
func (h *house) turn(ctx context.Context, number int, one turn) error {
	s := h.Server
	played := Played{Agent: h.Agent, Peer: h.ln.Addr().String(), Number: number, Case: one.whole}
	declared := s.Declared
	declared.PID = max(1, declared.PID) // it is known when the client is started
	if missing := declared.lacks(one.whole.Needs); missing != nil {
		return s.landed(played, one, cases.Observation{Server: true, Seed: s.Seed, Started: time.Now(), Missing: missing}, nil)
	}
	if s.OnStart != nil {
		s.OnStart(played)
	}
	g := &guest{house: h, one: one, url: h.url(one.c.Opening), landed: make(chan landing)}
	begun := time.Now()
	died, err := g.stay(ctx)
	switch {
	case err != nil || ctx.Err() != nil:
		return err
	case g.played != nil:
		h.visited = true
		played.Peer = g.played.nc.RemoteAddr().String()
	case !h.visited && one.c.Opening.Visiting().URL == "":
		return ErrNoVisit
	default:
		o := cases.Observation{Server: true, Seed: s.Seed, Started: begun, Duration: cases.Duration(time.Since(begun))}
		o.Faults = []string{ErrNoVisit.Error()}
		g.played = &landing{o: o}
	}
	return s.landed(played, one, g.observation(died), g.played.capture)
}

// observation is all that was seen of a client.
func (g *guest) observation(died string) cases.Observation {
	o := g.played.o
	slices.SortFunc(g.others, func(a, b landing) int { return a.at.Compare(b.at) })
	for _, l := range g.others {
		at := max(0, cases.Duration(l.at.Sub(g.played.at)))
		o.Returns = append(o.Returns, cases.Return{At: at, Elsewhere: l.elsewhere, Request: cases.Of(l.o.Request)})
	}
	o.Died, o.Memory = died, g.memory
	if g.one.c.Limit.Attempts > 0 {
		o.Attempts = 1 + len(g.others)
	}
	return o
}

// url is what the client is given.
func (h *house) url(o *cases.Opening) string {
	scheme, host := h.Server.scheme(), Reachable(h.ln)
	template := cmp.Or(o.Visiting().URL, "{scheme}://{host}/case")
	_, port, _ := net.SplitHostPort(host)
	return strings.NewReplacer("{scheme}", scheme, "{SCHEME}", strings.ToUpper(scheme), "{host}", host, "{port}", port).Replace(template)
}

// Reachable is the address at which this machine reaches a listener of TCP.
func Reachable(ln net.Listener) string {
	address := *ln.Addr().(*net.TCPAddr)
	if address.IP.IsUnspecified() {
		address.IP = net.IPv4(127, 0, 0, 1)
	}
	return address.String()
}

// stay starts the client and serves its connections until it has ended, or been stopped
// because nothing more is to be seen of it.
func (g *guest) stay(ctx context.Context) (died string, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer g.empty()
	defer stop()
	visiting, leave := context.WithCancel(ctx)
	defer leave()
	ended := g.start(visiting)
	line := map[string]net.Conn{} // connections of ours, by address
	defer func() { closeAll(line) }()
	gone := false
	limit, looking := time.After(g.Wait), false
	for {
		select {
		case a := <-g.arrivals:
			from := a.nc.RemoteAddr().String()
			if ours := line[from]; ours != nil {
				delete(line, from)
				ours.Close()
				a.nc.Close()
			} else {
				g.receive(ctx, a)
				if !looking {
					limit = nil
				}
			}
		case l := <-g.landed:
			if g.note(l); g.played == nil && g.here == 0 { // nothing came of it: the next one is waited for
				limit = time.After(g.Wait)
			}
		case e := <-ended:
			if gone, died = true, e.died; e.err != nil {
				return "", e.err
			}
			line = g.lineUp(ctx)
		case <-limit:
			leave()
		case <-ctx.Done():
			return "", nil
		}
		if g.played != nil && !looking {
			looking = true
			limit = time.After(max(leaveTime, time.Until(g.played.at.Add(time.Duration(g.one.c.Opening.Visiting().Wait)))))
		}
		if len(g.others)+g.here > maxReturns || !g.taken.Load() && g.knocks > maxReturns {
			leave()
		}
		if gone && g.here == 0 && len(line) == 0 {
			return died, nil
		}
	}
}

// An end is how the process of a client ended.
type end struct {
	died string
	err  error
}

// start starts the client.
func (g *guest) start(ctx context.Context) <-chan end {
	ended := make(chan end, 1)
	g.Server.visits.Go(func() {
		told := g.one.c.Opening.Visiting()
		to := Invitation{URL: g.url, Sockets: max(1, told.Sockets), Protocol: told.Protocol, Header: told.Header}
		died, err := g.Visit(ctx, to, func(pid int) { g.pid.Store(int64(pid)) })
		ended <- end{died, err}
	})
	return ended
}

// empty waits for the connections, which end because the context has.
func (g *guest) empty() {
	for ; g.here > 0; g.here-- {
		<-g.landed
	}
	g.unwatched()
}

// lineUp connects to both servers: what has been waiting to be accepted is in line before
// that. It returns the connections by their addresses.
func (g *guest) lineUp(ctx context.Context) map[string]net.Conn {
	line := map[string]net.Conn{}
	for _, l := range []net.Listener{g.ln, g.other} {
		nc, err := (&net.Dialer{Timeout: leaveTime}).DialContext(ctx, "tcp", Reachable(l))
		if err == nil {
			line[nc.LocalAddr().String()] = nc
		}
	}
	return line
}

func closeAll(line map[string]net.Conn) {
	for _, nc := range line {
		nc.Close()
	}
}

// receive serves a connection.
func (g *guest) receive(ctx context.Context, a arrival) {
	l := landing{arrival: a, empty: true}
	if g.one.c.WatchesMemory() && g.watched == nil && g.played == nil {
		g.watched = Declared{PID: int(g.pid.Load())}.memory()
	}
	g.here++
	g.Server.visits.Go(func() {
		defer func() { g.landed <- l }()
		g.serve(ctx, &l)
	})
}

// note takes note of what came of a connection. One on which nothing came does not count.
func (g *guest) note(l landing) {
	g.here--
	switch {
	case l.empty:
		g.knocks++
	case l.turn:
		g.played = &l
		g.memory = g.unwatched()
	case len(g.others) < maxReturns:
		g.others = append(g.others, landing{arrival: l.arrival, o: cases.Observation{Request: l.o.Request}})
	}
}

// unwatched ends the look at the memory of the client, and returns what was seen.
func (g *guest) unwatched() *cases.Memory {
	if g.watched == nil {
		return nil
	}
	defer func() { g.watched = nil }()
	return g.watched()
}

// serve plays the turn on a connection, and the same again if the client asks for the
// same once more. If it asks for something else, the WebSocket is opened and closed.
func (g *guest) serve(ctx context.Context, l *landing) {
	s, nc := g.Server, l.nc
	l.o = cases.Observation{Server: true, Seed: s.Seed, Started: l.at}
	if s.TLS != nil {
		secure, err := s.secure(ctx, nc)
		if err != nil && err != errMute {
			g.hear(l)
		}
		if err != nil {
			nc.Close()
			l.o.Faults = []string{"TLS handshake: " + err.Error()}
			return
		}
		nc = secure
	}
	h := s.handshake(nc, func(head wire.Head) (plan, error) { return g.plan(head, l) })
	h.elsewhere = g.other.Addr().String()
	session := newSession(s.Config, nc, true, cases.Case{}, h, &s.streams, &s.lag)
	session.heard = func() { g.hear(l) }
	defer session.hangUp(ctx)
	l.o = session.run(ctx)
	l.o.Secure = l.o.Secure || s.TLS != nil
	l.capture = session.log.Capture
}

// hear is called when something has come on a connection: the first gets the turn. A
// browser connects ahead, and may never use the connection.
func (g *guest) hear(l *landing) {
	l.empty = false
	l.turn = !l.elsewhere && g.taken.CompareAndSwap(false, true)
}

// plan is what is played on a connection.
func (g *guest) plan(head wire.Head, l *landing) (plan, error) {
	if _, _, err := checkRequest(head, g.Server.options()); err != nil {
		return plan{}, err
	}
	_, target, _ := head.Request()
	if again := !l.elsewhere && sameTarget(target, g.url); l.turn || again {
		return plan{c: g.one.c}, nil
	}
	return control("elsewhere", cases.Script{hangUpNormally}), nil
}

// sameTarget reports whether a URL means target.
func sameTarget(target, raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.RequestURI() == target
}
