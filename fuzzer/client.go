package fuzzer

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/url"
	"strings"

	"gobahn/cases"
	"gobahn/wire"
)

// A Client tests a server: it connects to it once for every case.
type Client struct {
	Config
	URL    string // ws://host:port/path of the server
	Agent  string // name of the server in reports; empty: its Server field, else its address
	Origin string // sent in the opening handshake; empty: none

	OnStart func(Played) // a case begins; nil: nothing
}

// Run plays all of list, one after the other, and calls each after every case.
// It returns the first error of each, the error of the context, or one that says
// why the server could not be reached for the first case. A server that cannot
// be reached later on has failed the case.
func (c *Client) Run(ctx context.Context, list []cases.Case, each func(Played) error) error {
	target, err := ParseURL(c.URL)
	if err != nil {
		return err
	}
	agent := c.Agent
	for i, one := range list {
		played := Played{Agent: cmp.Or(agent, target.Host), Peer: target.Host, Number: i + 1, Case: one}
		if c.OnStart != nil {
			c.OnStart(played)
		}
		o, err := c.play(ctx, target, one)
		if err != nil && i == 0 {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if agent == "" {
			agent = agentOf(o.Response, target)
		}
		played.Agent, played.Observation, played.Result = agent, o, cases.Judge(one, o)
		if err := each(played); err != nil {
			return err
		}
	}
	return nil
}

// play plays one case on a connection of its own. If the server cannot be
// reached, the observation says so, too.
func (c *Client) play(ctx context.Context, target *url.URL, one cases.Case) (cases.Observation, error) {
	limit := c.options().OpenHandshakeTimeout
	if limit <= 0 {
		limit = patience
	}
	dialCtx, cancel := context.WithTimeout(ctx, limit)
	nc, err := c.dialler().DialContext(dialCtx, "tcp", target.Host)
	cancel()
	if err != nil {
		err = fmt.Errorf("cannot reach %s: %w", c.URL, err)
		return cases.Observation{
			Started: c.clock().Now(), Seed: c.Seed, Faults: []string{err.Error()},
			Closing: cases.Closing{NotCleanReason: "the server could not be reached"},
		}, err
	}
	s := newSession(c.Config, nc, false, one, &clientHandshake{opening: wire.Opening{
		Target:    target.RequestURI(),
		Host:      target.Host,
		UserAgent: c.product(),
		Origin:    c.Origin,
	}})
	defer s.hangUp(ctx)
	return s.run(ctx), nil
}

// ParseURL parses the URL of a WebSocket server, with its port made explicit.
func ParseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, fmt.Errorf("URL %q: %w", raw, err)
	case u.Scheme != "ws":
		return nil, fmt.Errorf("URL %q: want ws://host:port/path", raw)
	case u.Hostname() == "":
		return nil, fmt.Errorf("URL %q has no host", raw)
	}
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), "80")
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u, nil
}

// agentOf names a server that was given no name.
func agentOf(response string, target *url.URL) string {
	if n := wire.HeadEnd([]byte(response)); n > 0 {
		if head, err := wire.ParseHead([]byte(response[:n])); err == nil {
			if name := strings.TrimSpace(head.Get("Server")); name != "" {
				return name[:min(len(name), maxAgentName)]
			}
		}
	}
	return target.Host
}
