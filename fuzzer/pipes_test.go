package fuzzer_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gobahn/cases"
	"gobahn/fuzzer"
)

// pipeDialler connects the engine to a peer in memory.
type pipeDialler func(nc net.Conn)

func (d pipeDialler) DialContext(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	go d(theirs)
	return ours, nil
}

// testServer plays list against a raw peer as the server, in virtual time.
func testServer(t *testing.T, newPeer func() *rawPeer, list []cases.Case) (played []fuzzer.Played) {
	t.Helper()
	return testServerUnder(t, cases.Autobahn, newPeer, list)
}

// testServerUnder is testServer under a profile.
func testServerUnder(t *testing.T, profile cases.Profile, newPeer func() *rawPeer, list []cases.Case) (played []fuzzer.Played) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client := fuzzer.Client{
			Config: fuzzer.Config{Profile: profile, Dialler: pipeDialler(func(nc net.Conn) { newPeer().serve(nc) })},
			URL:    "ws://peer", Agent: "raw", Parallel: 1,
		}
		err := client.Run(t.Context(), list, func(p fuzzer.Played) error {
			played = append(played, p)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Hour) // until the last peer has ended
	})
	return played
}

// testClient plays list against a raw peer as the client, in virtual time.
func testClient(t *testing.T, newPeer func() *rawPeer, list []cases.Case) []fuzzer.Played {
	t.Helper()
	return testClientWith(t, newPeer, list, fuzzer.Config{})
}

// testClientUnder is testClient under a profile.
func testClientUnder(t *testing.T, profile cases.Profile, newPeer func() *rawPeer, list []cases.Case) []fuzzer.Played {
	t.Helper()
	return testClientWith(t, newPeer, list, fuzzer.Config{Profile: profile})
}

// testClientWith is testClient of an engine with this configuration.
func testClientWith(t *testing.T, newPeer func() *rawPeer, list []cases.Case, config fuzzer.Config) []fuzzer.Played {
	t.Helper()
	return testClientTurns(t, newPeer, list, len(list), config)
}

// testClientTurns is testClientWith for cases that have so many numbers.
func testClientTurns(t *testing.T, newPeer func() *rawPeer, list []cases.Case, turns int, config fuzzer.Config) (played []fuzzer.Played) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ln := newPipeListener()
		ctx, stop := context.WithCancel(t.Context())
		var mu sync.Mutex // a case may end when the next has begun
		server := fuzzer.Server{Config: config, Cases: list, OnResult: func(p fuzzer.Played) error {
			mu.Lock()
			defer mu.Unlock()
			if !p.More {
				played = append(played, p)
			}
			return nil
		}}
		turns := 0
		for _, c := range list {
			turns += len(c.Parts())
		}
		done := make(chan error)
		go func() { done <- server.Serve(ctx, ln) }()
		for i := range turns {
			nc, err := ln.dial(ctx)
			if err != nil {
				t.Error(err)
				break
			}
			newPeer().dial(nc, fmt.Sprintf("/runCase?case=%d&agent=raw", i+1))
		}
		synctest.Wait()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	slices.SortStableFunc(played, func(a, b fuzzer.Played) int { return a.Number - b.Number })
	return played
}

// A pipeListener is a listener in memory.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipeListener() *pipeListener {
	return &pipeListener{make(chan net.Conn), make(chan struct{})}
}

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.conns <- theirs:
		return ours, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case nc := <-l.conns:
		return nc, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	select {
	case <-l.closed:
	default:
		close(l.closed)
	}
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

func find(t *testing.T, ids ...cases.ID) (list []cases.Case) {
	t.Helper()
	for _, id := range ids {
		n := len(list)
		for _, c := range cases.Catalogue {
			if c.ID == id {
				list = append(list, c)
			}
		}
		if len(list) == n {
			t.Fatalf("no case %s", id)
		}
	}
	return list
}
