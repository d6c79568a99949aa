package fuzzer

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

	"gobahn/cases"
	"gobahn/wire"
)

// A Client tests a server: it connects to it once for every case.
type Client struct {
	Config
	URL   string      // of the server, see ParseTarget
	Agent string      // name of the server in reports; empty: its Server field
	TLS   *tls.Config // for wss; nil: the certificate is verified with the system's roots

	Origin    string       // sent in the opening handshake; empty: none
	Protocols []string     // subprotocols offered
	Fields    []wire.Field // further fields of the opening handshake

	// Skip reports whether a case is not to be played with an agent; nil: none is not.
	Skip func(agent string, id cases.ID) bool

	// Parallel is how many cases are played at a time; 0: as many as do the server
	// good, 1: one after the other, as the reference does.
	Parallel int

	// Keeper starts the server again when it has ended or hangs; nil: nobody does.
	Keeper Keeper

	OnStart  func(Played) // a case begins; nil: nothing
	OnSkip   func(Played) // a case is not to be played; nil: nothing
	OnNotice func(string) // something the user should know of the run; nil: nothing

	streams streams
}

// Run plays all of list and calls each after every case, in the order in which
// they end, with a case that failed beside others only when it has been played
// again alone. Calls of the hooks do not overlap. It returns the first error of
// each, or the error of the context. A server that cannot be reached has failed the
// case; if that is the first one, it has failed all of them, and an UnreachableError
// says why.
func (c *Client) Run(ctx context.Context, list []cases.Case, each func(Played) error) error {
	target, err := ParseTarget(c.URL)
	if err != nil || len(list) == 0 {
		return err
	}
	r := &clientRun{client: c, target: target, agent: c.Agent, each: each}
	defer r.lag.measure(ctx)()
	return r.all(ctx, list)
}

// An UnreachableError is that a server could not be reached at all.
type UnreachableError struct{ Err error }

func (e *UnreachableError) Error() string { return e.Err.Error() }
func (e *UnreachableError) Unwrap() error { return e.Err }

// A clientRun is one call of Run.
type clientRun struct {
	client *Client
	target Target
	lag    lag // its own, for runs that go on at a time would each add to one they share

	last      Played // the case that was played last; zero: there is none
	company   bool   // it was played beside others
	abandoned bool   // the server has ended, and is not started again

	mu    sync.Mutex // held while a hook is called
	agent string     // empty: not known yet
	each  func(Played) error
}

// A take says how a case is played. That of the zero value is the first.
type take struct {
	before *cases.Attempt       // what came of it before; nil: it was not played yet
	kept   []*cases.Observation // of its variants, those that are not made again; nil: all are made
	beside int                  // how many variants at a time; 0: one
}

// play plays one case. An error is that the server cannot be reached, or why the run is
// over.
func (r *clientRun) play(ctx context.Context, p Played, how take) (Played, error) {
	r.begin(p)
	o, capture, err := r.whole(ctx, p.Case, how)
	if err := over(ctx, err); err != nil {
		return p, err
	}
	o.Before = how.before
	p.Agent, p.Observation, p.Result, p.Capture = r.named(o), o, r.client.Profile.Judge(p.Case, o), capture
	return p, err
}

// begin says that a case begins.
func (r *clientRun) begin(p Played) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.Agent = cmp.Or(r.agent, r.target.Address)
	if r.client.OnStart != nil {
		r.client.OnStart(p)
	}
}

// named is the name of the server, which it may give itself.
func (r *clientRun) named(o cases.Observation) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.agent == "" {
		r.agent = agentOf(o.Response)
	}
	return r.agent
}

// done passes on what came of a case.
func (r *clientRun) done(p Played) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.Case = p.Case.Under(r.client.Profile, p.Observation.Server)
	return r.each(p)
}

// notice tells the user.
func (r *clientRun) notice(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.client.OnNotice != nil {
		r.client.OnNotice(text)
	}
}

// connect plays one case on a connection of its own, and calls opened, if not nil,
// when the WebSocket is open. If the server cannot be reached, the observation says
// so, too.
func (r *clientRun) connect(ctx context.Context, one cases.Case, opened func()) (cases.Observation, *wire.Capture, error) {
	return r.connectWith(ctx, one, nil, opened)
}

// connectWith is connect that also calls asked, if not nil, when the request was sent.
func (r *clientRun) connectWith(ctx context.Context, one cases.Case, asked, opened func()) (cases.Observation, *wire.Capture, error) {
	c, target := r.client, r.target
	opts := c.options()
	nc, late, err := r.reach(ctx, opts.limit(opts.OpenHandshakeTimeout))
	if err != nil {
		o := cases.Observation{
			Started: time.Now(), Seed: c.Seed, Faults: []string{err.Error()}, Lag: cases.Duration(late),
			Closing: cases.Closing{NotCleanReason: "the server could not be reached"},
		}
		if errors.Is(err, syscall.ECONNRESET) { // which it was, and has reset TCP
			err = nil
		}
		return o, nil, err
	}
	fields := c.Fields
	if target.Authorization != "" {
		fields = append(slices.Clip(fields), wire.Field{Name: "Authorization", Value: target.Authorization})
	}
	scheme := "http"
	if target.TLS {
		scheme = "https"
	}
	s := newSession(c.Config, nc, false, one, &clientHandshake{asked: asked, opened: opened, declared: c.Declared, scheme: scheme, opening: wire.Opening{
		Target:    target.RequestURI,
		Host:      target.Host,
		UserAgent: c.product(),
		Origin:    c.Origin,
		Protocols: c.Protocols,
		Version:   opts.protocolVersion(),
		Fields:    fields,
	}}, &c.streams, &r.lag)
	defer s.hangUp(ctx)
	return s.run(ctx), s.log.Capture, nil
}

// agentOf names a server that was given no name.
func agentOf(response string) string {
	if n := wire.HeadEnd([]byte(response)); n > 0 {
		if head, err := wire.ParseHead([]byte(response[:n])); err == nil {
			if name := strings.TrimSpace(head.Get("Server")); name != "" {
				return shortened(name)
			}
		}
	}
	return unknownServer
}

// shortened is as much of name as an agent may have, without half a character.
func shortened(name string) string {
	if len(name) <= maxAgentName {
		return name
	}
	end := maxAgentName
	for end > maxAgentName-utf8.UTFMax && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end]
}

// unknownServer is what the reference calls a server that does not say its name.
const unknownServer = "UnknownServer"
