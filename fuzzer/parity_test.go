package fuzzer_test

import (
	"context"
	"flag"
	"fmt"
	"net"
	"strings"
	"testing"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/fuzzer/internal/peers"
	"gobahn/fuzzer/internal/recorded"
)

var parityRuns = flag.Int("parity.runs", 1, "how many times in a row TestParity plays everything")

// A race is a difference from a recording that is up to chance, not to us.
type race struct {
	id     cases.ID // empty: any case
	what   []string // the differences, as Compare names them
	values []string // got and want are both among them; nil: whatever they are
	reason string
}

var races = []race{
	{
		id: "4.2.5", what: []string{"behavior", "received"},
		reason: "the peer may fail the connection before its last answer is written: the reference gives OK or NON-STRICT to the same peer",
	},
}

// excuse returns the reason why a line of Compare does not count, if there is one.
func excuse(line string, id cases.ID) string {
	_, rest, _ := strings.Cut(line, ": ")
	what, rest, _ := strings.Cut(rest, ": got ")
	got, want, _ := strings.Cut(rest, ", want ")
	in := func(list []string, s string) bool {
		for _, v := range list {
			if s == v || strings.HasPrefix(s, v+" ") {
				return true
			}
		}
		return false
	}
	for _, r := range races {
		if (r.id == "" || r.id == id) && in(r.what, what) && (r.values == nil || in(r.values, got) && in(r.values, want)) {
			return r.reason
		}
	}
	return ""
}

// TestParity plays all cases with the real peers that the reference was run
// against, and wants no difference from what it reported.
func TestParity(t *testing.T) {
	for n := range *parityRuns {
		t.Run(fmt.Sprint(n+1), func(t *testing.T) {
			for _, peer := range peers.Servers {
				t.Run(peer.Run, func(t *testing.T) {
					t.Parallel()
					client := &fuzzer.Client{
						Config: fuzzer.Config{Seed: uint64(n + 1)}, URL: peer.Start(t), Agent: peer.Run, Origin: peers.Origin,
					}
					c := newComparison(t, peer.Run)
					c.done(client.Run(t.Context(), cases.Catalogue, c.played))
				})
			}
			for _, peer := range peers.Clients {
				t.Run(peer.Run, func(t *testing.T) {
					t.Parallel()
					c := newComparison(t, peer.Run)
					c.done(serveClient(t, peer, fuzzer.Config{Seed: uint64(n + 1)}, c.played))
				})
			}
		})
	}
}

// serveClient plays all cases with a client.
func serveClient(t *testing.T, peer peers.Client, config fuzzer.Config, played func(fuzzer.Played) error) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	server := &fuzzer.Server{Config: config, Cases: cases.Catalogue, OnResult: played}
	served := make(chan error, 1)
	go func() {
		served <- server.Serve(ctx, ln)
		stop()
	}()
	err = peer.Drive(ctx, t, "ws://"+ln.Addr().String(), peer.Run)
	stop()
	if serverErr := <-served; serverErr != nil {
		return serverErr
	}
	return err
}

// A comparison compares what is played with one recording.
type comparison struct {
	t       *testing.T
	run     recorded.Run
	seen    int
	differs int
}

func newComparison(t *testing.T, run string) *comparison {
	t.Helper()
	r, err := recorded.Load(run)
	if err != nil {
		t.Fatal(err)
	}
	return &comparison{t: t, run: r}
}

// played compares one case; a server calls it for one after the other.
func (c *comparison) played(p fuzzer.Played) error {
	want, ok := c.run.Case(p.Case.ID)
	if !ok {
		return fmt.Errorf("case %s was not recorded", p.Case.ID)
	}
	c.seen++
	for _, line := range recorded.Compare(want, p.Case, p.Observation, p.Result) {
		if reason := excuse(line, p.Case.ID); reason != "" {
			c.t.Logf("race: %s (%s)", line, reason)
			continue
		}
		c.differs++
		c.t.Error(line)
	}
	return nil
}

// done ends the comparison of a run that ended with err.
func (c *comparison) done(err error) {
	if err != nil {
		c.t.Error(err)
	}
	if c.seen != len(c.run.Cases) {
		c.t.Errorf("played %d cases, want %d", c.seen, len(c.run.Cases))
	}
	c.t.Logf("%s: %d cases, %d differences", c.run.Name, c.seen, c.differs)
}
