package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/report"
	"gobahn/templates"
)

// A recorder takes the cases of a run as they are played: it shows progress and
// keeps the reports. It is safe for concurrent use.
type recorder struct {
	progress *progress
	reports  *report.Writer
	flags    runFlags
	started  time.Time

	mu       sync.Mutex
	played   int
	again    int              // played again alone
	lagged   int              // whose time limits were extended noticeably
	order    []cases.ID       // of the cases
	failures map[match]string // what failed last, explained; empty: it is not

	kept map[match][]cases.Need // played before the run was cut short; what they lacked

	unfinished map[match]fuzzer.Played // cases of whose variants some are still to be played
}

// Failures are explained on the terminal, the first maxFailures in the order of agents
// and cases, of the keptFailures that came first. All are in the reports.
const (
	maxFailures  = 10
	keptFailures = 1000
)

// newRecorder prepares to record the run of r. Server says that we are the server.
func newRecorder(out io.Writer, r runFlags, server bool) (*recorder, error) {
	run := report.Run{Product: product, Profile: string(r.profile), Seed: r.seed, Server: server, Shard: r.shard, Started: time.Now().UTC()}
	for _, c := range r.list {
		run.Cases = append(run.Cases, c.ID)
	}
	rec := &recorder{
		progress: newProgress(out, len(r.list), r.terminalFlags), flags: r, started: time.Now(),
		order: run.Cases, failures: make(map[match]string), kept: make(map[match][]cases.Need),
		unfinished: make(map[match]fuzzer.Played),
	}
	if err := rec.open(run); err != nil {
		return nil, err
	}
	rec.reports.Against(r.was, r.skip)
	return rec, nil
}

// add records one case, when all of its variants were played.
func (r *recorder) add(p fuzzer.Played) error {
	if r.waits(p) {
		return nil
	}
	r.progress.done(p)
	r.count(p)
	return errors.Join(r.reports.Add(recordOf(p)), r.flags.outputs.played(r.reports, p))
}

// waits notes whether a case has variants that are still to be played.
func (r *recorder) waits(p fuzzer.Played) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := (match{p.Agent, p.Case.ID}); p.More {
		r.unfinished[m] = p
	} else {
		delete(r.unfinished, m)
	}
	return p.More
}

// flush writes the reports so far, with what is known of the cases that are not finished.
func (r *recorder) flush() error {
	r.mu.Lock()
	list := slices.Collect(maps.Values(r.unfinished))
	r.mu.Unlock()
	for _, p := range list {
		if err := r.reports.Add(recordOf(p)); err != nil {
			return err
		}
	}
	return r.reports.Flush()
}

// settle records the cases that will not be finished any more.
func (r *recorder) settle() (err error) {
	r.mu.Lock()
	list := slices.Collect(maps.Values(r.unfinished))
	r.mu.Unlock()
	for _, p := range list {
		p.More = false
		err = errors.Join(err, r.add(p))
	}
	return err
}

// skipped records that a case is not to be played with an agent.
func (r *recorder) skipped(p fuzzer.Played) {
	r.progress.skipped(p)
	r.reports.LeaveOut(p.Agent, p.Case.ID)
}

func (r *recorder) count(p fuzzer.Played) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.played++
	if p.Observation.Before != nil {
		r.again++
	}
	if p.Observation.Lag >= cases.Second/10 {
		r.lagged++
	}
	r.note(match{p.Agent, p.Case.ID}, p.Case, p.Observation, p.Result)
}

// note notes whether a case has failed.
func (r *recorder) note(m match, c cases.Case, o cases.Observation, result cases.Result) {
	switch reached := o.Server || o.Request != ""; {
	case result.Headline == "":
		delete(r.failures, m)
	case reached && len(r.failures) < keptFailures:
		r.failures[m] = result.Explain(c, o)
	default:
		r.failures[m] = ""
	}
}

// finish writes what remains of the reports and prints the summary. It is called however the
// run has ended, so that nothing gathered is lost.
func (r *recorder) finish(out, log io.Writer) error {
	unsettled := r.settle()
	r.progress.close()
	unwritten := errors.Join(unsettled, r.reports.Finish())
	for _, warning := range r.reports.Warnings() {
		fmt.Fprintln(log, "wstest: warning:", warning)
	}
	summary := r.reports.Summary()
	if len(summary) == 0 {
		return unwritten
	}
	r.explainFailures(out)
	if r.again > 0 {
		fmt.Fprintf(out, "\n%s failed beside others and counted only when played again alone.\n", plural(r.again, "case"))
	}
	if r.lagged > 0 {
		fmt.Fprintf(out, "\nThe machine is busy: in %s the time limits were extended, for it kept the tester waiting.\n", plural(r.lagged, "case"))
	}
	switch {
	case !r.progress.quiet:
		fmt.Fprintf(out, "\n%s\n", summary)
	case len(r.failures) > 0:
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "%s in %s.\n", plural(r.played, "case"), time.Since(r.started).Round(10*time.Millisecond))
	if unwritten == nil {
		fmt.Fprintf(out, "Report: %s\n", r.reports.Index())
	}
	decision := r.flags.decide(r.reports)
	return errors.Join(unwritten, r.flags.outputs.write(filepath.Dir(r.reports.Index()), out, decision.Fails))
}

// explainFailures shows the first failures, agent by agent, and how many more there are.
func (r *recorder) explainFailures(out io.Writer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	shown := 0
	for _, m := range r.failed() {
		if text := r.failures[m]; text != "" && shown < maxFailures {
			shown++
			fmt.Fprintf(out, "\n%s\n", r.progress.explanation(templates.LegibleLines(text)))
		}
	}
	if more := len(r.failures) - shown; more > 0 && shown > 0 {
		fmt.Fprintf(out, "\n… and %d more.\n", more)
	}
}

// failed is what has failed, agent by agent, in the order of the cases.
func (r *recorder) failed() []match {
	at := make(map[cases.ID]int)
	for i, id := range r.order {
		at[id] = i
	}
	return slices.SortedFunc(maps.Keys(r.failures), func(a, b match) int {
		return cmp.Or(strings.Compare(a.agent, b.agent), at[a.id]-at[b.id])
	})
}
