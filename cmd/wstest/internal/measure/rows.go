package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gobahn/cmd/wstest/internal/peers"
)

// A row is something that is measured.
type row struct {
	name, title string
	missing     func(b *bench) string // why it cannot be; empty: it can
	run         func(ctx context.Context, b *bench, out string) (figures, error)
}

// rows are those of the table, in its order.
var rows = []row{
	{"client", "fuzzing client, gorilla server", nothing,
		fuzzingClient(gorilla)},
	{"client-alone", "the same, `--parallel 1`", noParallel,
		fuzzingClient(gorilla, "--parallel", "1")},
	{"client-light", "the same, chapters 1–7 and 10", nothing,
		fuzzingClient(gorilla, "--cases", "1.*,2.*,3.*,4.*,5.*,6.*,7.*,10.*")},
	{"client-node", "fuzzing client, npm ws server", noNode,
		fuzzingClient(nodeServer)},
	{"server-node", "fuzzing server, npm ws client", noNode,
		fuzzingServer(nodeClient, 1)},
	{"server", "fuzzing server, gorilla client", nothing,
		fuzzingServer(gorillaClient, 1)},
	{"server-thrice", "the same client three times, one tester", nothing,
		fuzzingServer(gorillaClient, 3)},
	{"floor", "the floor, gorilla server", nothing,
		floor(gorilla)},
	{"floor-node", "the floor, npm ws server", noNode,
		floor(nodeServer)},
	{"floor-server-node", "the floor, npm ws client", noNode,
		floorServer(nodeClient)},
}

func rowNames() (list []string) {
	for _, r := range rows {
		list = append(list, r.name)
	}
	return list
}

func nothing(*bench) string { return "" }

func noNode(*bench) string { return peers.MissingNode() }

func noParallel(b *bench) string {
	if !strings.Contains(b.flags, "--parallel") {
		return "this wstest has no flag --parallel"
	}
	return ""
}

// A server starts a peer that is a server. It prints its port, and ends when its
// standard input does.
type server func(ctx context.Context, b *bench) (*process, error)

func gorilla(ctx context.Context, b *bench) (*process, error) {
	return start(ctx, "", b.self, "-as", "server")
}

func nodeServer(ctx context.Context, b *bench) (*process, error) {
	return start(ctx, b.nodeDir(), "node", "server.js")
}

// A client starts a peer that is a client. It plays all cases of the fuzzing server
// at the URL, has the reports written, and ends.
type client func(ctx context.Context, b *bench, url string) (*process, error)

func gorillaClient(ctx context.Context, b *bench, url string) (*process, error) {
	return start(ctx, "", b.self, "-as", "client", url)
}

func nodeClient(ctx context.Context, b *bench, url string) (*process, error) {
	return start(ctx, b.nodeDir(), "node", "client.js", url, agent)
}

func (b *bench) nodeDir() string {
	return filepath.Join(b.root, "cmd", "wstest", "internal", "peers", "node")
}

// agent is the peer's name in reports.
const agent = "peer"

// url starts a server and waits until it listens.
func (s server) url(ctx context.Context, b *bench) (p *process, url string, err error) {
	if p, err = s(ctx, b); err != nil {
		return nil, "", err
	}
	line, err := p.line(ctx, startLimit)
	if err == nil {
		if _, err = strconv.ParseUint(strings.TrimSpace(line), 10, 16); err != nil {
			err = fmt.Errorf("%s printed %q, want its port", p.name, line)
		}
	}
	if err != nil {
		p.kill()
		return nil, "", err
	}
	return p, "ws://127.0.0.1:" + strings.TrimSpace(line), nil
}

// fuzzingClient measures wstest as a client from its start to its end.
func fuzzingClient(s server, flags ...string) func(context.Context, *bench, string) (figures, error) {
	return func(ctx context.Context, b *bench, out string) (f figures, err error) {
		peer, url, err := s.url(ctx, b)
		if err != nil {
			return f, err
		}
		defer peer.kill()
		begun := time.Now()
		tester, err := start(ctx, "", b.wstest, append([]string{"-m", "fuzzingclient", "-w", url, "--agent", agent, "-o", out}, flags...)...)
		if err != nil {
			return f, err
		}
		if f.Tester, err = tester.wait(); err != nil {
			return f, err
		}
		f.Wall = time.Since(begun)
		if f.Peer, err = peer.release(); err != nil {
			return f, err
		}
		f.Cases, f.Failed, err = verdicts(out)
		return f, err
	}
}

// fuzzingServer measures wstest as a server. The wall is that of the client, from
// its start to its end; if it runs several times, all of them.
func fuzzingServer(c client, times int) func(context.Context, *bench, string) (figures, error) {
	return func(ctx context.Context, b *bench, out string) (f figures, err error) {
		tester, url, err := b.fuzzingServer(ctx, out)
		if err != nil {
			return f, err
		}
		defer tester.kill()
		for range times {
			begun := time.Now()
			peer, err := c(ctx, b, url)
			if err != nil {
				return f, err
			}
			took, err := peer.wait()
			if err != nil {
				return f, err
			}
			f.Wall += time.Since(begun)
			f.Peer.User += took.User
			f.Peer.System += took.System
			f.Peer.Peak = max(f.Peer.Peak, took.Peak)
		}
		if f.Tester, err = tester.interrupt(stopLimit); err != nil {
			return f, err
		}
		f.Cases, f.Failed, err = verdicts(out)
		return f, err
	}
}

var portPattern = regexp.MustCompile(`\(Port (\d+)\)`)

// floor measures the client of this program that replays.
func floor(s server) func(context.Context, *bench, string) (figures, error) {
	return func(ctx context.Context, b *bench, _ string) (f figures, err error) {
		peer, url, err := s.url(ctx, b)
		if err != nil {
			return f, err
		}
		defer peer.kill()
		replay, err := start(ctx, "", b.self, "-as", "floor", url)
		if err != nil {
			return f, err
		}
		line, err := replay.line(ctx, b.limit)
		if err != nil {
			return f, err
		}
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			return f, fmt.Errorf("the floor printed %q: %w", line, err)
		}
		if _, err := replay.wait(); err != nil {
			return f, err
		}
		f.Peer, err = peer.release()
		return f, err
	}
}

// floorServer measures the server of this program that replays.
func floorServer(c client) func(context.Context, *bench, string) (figures, error) {
	return func(ctx context.Context, b *bench, _ string) (f figures, err error) {
		tester, err := start(ctx, "", b.self, "-as", "floor-server")
		if err != nil {
			return f, err
		}
		defer tester.kill()
		port, err := tester.line(ctx, startLimit)
		if err != nil {
			return f, err
		}
		peer, err := c(ctx, b, "ws://127.0.0.1:"+strings.TrimSpace(port))
		if err != nil {
			return f, err
		}
		took, err := peer.wait()
		if err != nil {
			return f, err
		}
		line, err := tester.line(ctx, startLimit)
		if err != nil {
			return f, err
		}
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			return f, fmt.Errorf("the floor printed %q: %w", line, err)
		}
		f.Peer = took
		_, err = tester.wait()
		return f, err
	}
}

// verdicts reads the report in a directory: how many cases it has, and which of them
// FAILED.
func verdicts(dir string) (played int, failed []string, err error) {
	b, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		return 0, nil, err
	}
	var index map[string]map[string]struct{ Behavior string }
	if err := json.Unmarshal(b, &index); err != nil {
		return 0, nil, err
	}
	for _, list := range index {
		for id, one := range list {
			played++
			if one.Behavior == "FAILED" {
				failed = append(failed, id)
			}
		}
	}
	slices.Sort(failed)
	return played, failed, nil
}
