package conformance

import (
	"context"
	"errors"
	"net"
	"strings"

	"gobahn/cases"
	"gobahn/fuzzer"
)

// Server tests the server at url, and calls each after every case, one call at a time.
// It fails if the cases could not be played, and not if the peer does not conform.
//
// The URL is that of a WebSocket, ws://host:port/path or wss://, or of an
// httptest.Server.
func Server(ctx context.Context, url string, o Options, each func(Result)) error {
	s, err := newServerSuite(ctx, url, o)
	if err != nil {
		return err
	}
	return s.all(ctx, each)
}

// newServerSuite prepares to test the server at url, which must be there.
func newServerSuite(ctx context.Context, url string, o Options) (*suite, error) {
	if rest, ok := strings.CutPrefix(url, "http"); ok { // of an httptest.Server
		url = "ws" + rest
	}
	target, err := fuzzer.ParseTarget(url)
	if err != nil {
		return nil, err
	}
	config := o.config()
	dialCtx, cancel := context.WithTimeout(ctx, config.Options.OpenHandshakeTimeout)
	defer cancel()
	nc, err := target.Dial(dialCtx, &net.Dialer{}, o.TLS)
	if err != nil {
		return nil, err
	}
	nc.Close()
	s, err := newSuite(o, false)
	if err != nil {
		return nil, err
	}
	client := &fuzzer.Client{Config: config, URL: url, Agent: o.Agent, TLS: o.TLS, Parallel: 1}
	s.play = func(ctx context.Context, p fuzzer.Played) (got fuzzer.Played, err error) {
		err = client.Run(ctx, []cases.Case{p.Case}, func(one fuzzer.Played) error { got = one; return nil })
		if _, ok := errors.AsType[*fuzzer.UnreachableError](err); ok { // which has failed the case
			err = nil
		}
		return got, err
	}
	return s, nil
}
