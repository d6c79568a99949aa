package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/report"
)

// A recorder takes the cases of a run as they are played: it shows progress and
// keeps the reports. It is safe for concurrent use.
type recorder struct {
	progress *progress
	reports  *report.Writer
	outputs  outputs
	started  time.Time

	mu       sync.Mutex
	agents   map[string]map[cases.ID]bool // by name, whether what was played went well
	played   int
	failed   int
	again    int      // played again alone
	failures []string // explained, the first maxFailures of them
}

// maxFailures is how many failures are explained on the terminal. All are in
// the reports.
const maxFailures = 10

// newRecorder prepares to record the run of r. Server says that we are the server.
func newRecorder(out io.Writer, r runFlags, server bool) (*recorder, error) {
	run := report.Run{Product: product, Profile: "autobahn", Seed: r.seed, Server: server, Started: time.Now().UTC()}
	for _, c := range r.list {
		run.Cases = append(run.Cases, c.ID)
	}
	reports, err := report.Open(r.outdir, run)
	if err != nil {
		return nil, err
	}
	return &recorder{
		progress: newProgress(out, len(r.list)), reports: reports, outputs: r.outputs, started: time.Now(),
		agents: make(map[string]map[cases.ID]bool),
	}, nil
}

// add records one case.
func (r *recorder) add(p fuzzer.Played) error {
	r.progress.done(p)
	r.count(p)
	return errors.Join(r.reports.Add(recordOf(p)), r.outputs.played(r.reports, p))
}

func (r *recorder) count(p fuzzer.Played) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.agents[p.Agent] == nil {
		r.agents[p.Agent] = make(map[cases.ID]bool)
	}
	r.agents[p.Agent][p.Case.ID] = p.Result.Headline == "" || p.Result.CloseVerdict == cases.FailedByClient && p.Result.Verdict != cases.Failed
	r.played++
	if p.Observation.Before != nil {
		r.again++
	}
	if p.Result.Headline == "" {
		return
	}
	reached := p.Observation.Server || p.Observation.Request != "" // or one line says it of all cases
	if r.failed++; reached && len(r.failures) < maxFailures {
		r.failures = append(r.failures, p.Result.Explain(p.Case, p.Observation))
	}
}

// conforming is the outcome of the run for the new face's exit status: whether all
// cases of list went well with all agents. A server that we had to drop TCP for does
// conform (RFC 6455 7.1.1 is a SHOULD). Cases that were not played are an error.
func (r *recorder) conforming(list []cases.Case, skip func(string, cases.ID) bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.agents) == 0 {
		return fmt.Errorf("nothing was played")
	}
	bad := false
	for agent, played := range r.agents {
		for _, c := range list {
			good, ok := played[c.ID]
			if !ok && (skip == nil || !skip(agent, c.ID)) {
				return fmt.Errorf("the run is incomplete: %s was played with %d of %d cases", printable(agent), len(played), len(list))
			}
			bad = bad || ok && !good
		}
	}
	if bad {
		return errNotConforming
	}
	return nil
}

// finish writes what remains of the reports and prints the summary. It is called however the
// run has ended, so that nothing gathered is lost.
func (r *recorder) finish(out, log io.Writer) error {
	r.progress.clear()
	if err := r.reports.Finish(); err != nil {
		return err
	}
	for _, warning := range r.reports.Warnings() {
		fmt.Fprintln(log, "wstest: warning:", warning)
	}
	summary := r.reports.Summary()
	if len(summary) == 0 {
		return nil
	}
	for _, failure := range r.failures {
		fmt.Fprintf(out, "\n%s\n", failure)
	}
	if more := r.failed - len(r.failures); more > 0 && len(r.failures) > 0 {
		fmt.Fprintf(out, "\n… and %d more.\n", more)
	}
	if r.again > 0 {
		fmt.Fprintf(out, "\n%s failed beside others and counted only when played again alone.\n", plural(r.again, "case"))
	}
	fmt.Fprintf(out, "\n%s\n%s in %s.\nReport: %s\n", summary, plural(r.played, "case"),
		time.Since(r.started).Round(10*time.Millisecond), r.reports.Index())
	return r.outputs.write(filepath.Dir(r.reports.Index()), out)
}
