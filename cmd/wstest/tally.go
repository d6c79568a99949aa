package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gobahn/cases"
	"gobahn/fuzzer"
)

// A tally counts what has become of the cases of a run.
type tally struct {
	agents  map[string]bool
	running []begun          // those that have no result yet, the last one last
	results map[match]string // by what they count as
	skipped int
	ends    []time.Time // when the last cases ended
}

// A match is a case and whom it is played with.
type match struct {
	agent string
	id    cases.ID
}

// A begun is a case that has begun. The name that a peer gives itself may not be known
// then, and another in the report.
type begun struct {
	match
	peer string // address
}

// What results count as. Whatever verdict it has, what has a headline has failed.
const failedLabel = "failed"

var (
	goodLabels  = []string{"ok", "non-strict", "informational", "unimplemented"}
	goodColours = []colour{green, yellow, plain, faint}
)

// rateWindow is how many cases the rate is taken of: light cases come first, and the
// heavy ones are not as quick.
const rateWindow = 64

func newTally() tally { return tally{agents: make(map[string]bool), results: make(map[match]string)} }

// start notes that a case begins. One that is played again begins twice.
func (t *tally) start(c fuzzer.Played) {
	t.ended(c)
	t.running = append(t.running, begun{match{c.Agent, c.Case.ID}, c.Peer})
}

func (t *tally) ended(c fuzzer.Played) {
	t.running = slices.DeleteFunc(t.running, func(b begun) bool { return b.peer == c.Peer && b.id == c.Case.ID })
}

// done notes a result. A case that was played before counts as it went last.
func (t *tally) done(c fuzzer.Played, now time.Time) {
	t.ended(c)
	m := match{c.Agent, c.Case.ID}
	t.agents[c.Agent] = true
	t.results[m] = strings.ToLower(string(c.Result.Verdict))
	if c.Result.Headline != "" {
		t.results[m] = failedLabel
	}
	if t.ends = append(t.ends, now); len(t.ends) > rateWindow {
		t.ends = slices.Delete(t.ends, 0, len(t.ends)-rateWindow)
	}
}

// total is how many results there will be, of a list with that many peers at least.
func (t *tally) total(list, peers int) int {
	return max(list*max(peers, len(t.agents), 1)-t.skipped, 0)
}

// count says how many cases count as that.
func (t *tally) count(label string) string {
	n := 0
	for _, other := range t.results {
		if other == label {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", n, label)
}

// current is the case that has begun last, and how many more have no result yet.
func (t *tally) current() (last *begun, more int) {
	if len(t.running) == 0 {
		return nil, 0
	}
	return &t.running[len(t.running)-1], len(t.running) - 1
}

// rate is how many cases a second have ended lately; 0: it cannot be said.
func (t *tally) rate(now time.Time) float64 {
	const enough = 8
	n := len(t.ends)
	if n < enough || !now.After(t.ends[0]) {
		return 0
	}
	return float64(n-1) / now.Sub(t.ends[0]).Seconds()
}
