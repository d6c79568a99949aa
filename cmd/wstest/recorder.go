package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"gobahn/fuzzer"
	"gobahn/report"
)

// A recorder takes the cases of a run as they are played: it shows progress and
// keeps the reports. It is safe for concurrent use.
type recorder struct {
	progress *progress
	reports  *report.Writer
	started  time.Time

	mu       sync.Mutex
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
	run := report.Run{Product: product, Profile: string(r.profile), Seed: r.seed, Server: server, Shard: r.shard, Started: time.Now().UTC()}
	for _, c := range r.list {
		run.Cases = append(run.Cases, c.ID)
	}
	reports, err := report.Open(r.outdir, run)
	if err != nil {
		return nil, err
	}
	reports.Against(r.was, r.skip)
	return &recorder{progress: newProgress(out, len(r.list)), reports: reports, started: time.Now()}, nil
}

// add records one case.
func (r *recorder) add(p fuzzer.Played) error {
	r.progress.done(p)
	r.count(p)
	return r.reports.Add(report.Record{
		Agent: p.Agent, Case: p.Case, Number: p.Number,
		Observation: p.Observation, Result: p.Result,
	})
}

func (r *recorder) count(p fuzzer.Played) {
	r.mu.Lock()
	defer r.mu.Unlock()
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
	return nil
}
