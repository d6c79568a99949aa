package main

import (
	"fmt"
	"io"

	"gobahn/fuzzer"
	"gobahn/report"
)

// A recorder takes the cases of a run as they are played: it shows progress and
// keeps the reports.
type recorder struct {
	progress *progress
	reports  *report.Writer
	failures []string // explained, the first maxFailures of them
	failed   int
}

// maxFailures is how many failures are explained on the terminal. All are in
// the reports.
const maxFailures = 10

func newRecorder(out, log io.Writer, outdir string, cases int) (*recorder, error) {
	reports, err := report.Open(outdir, product)
	if err != nil {
		return nil, err
	}
	return &recorder{progress: newProgress(out, log, cases), reports: reports}, nil
}

// add records one case.
func (r *recorder) add(p fuzzer.Played) error {
	r.progress.done(p)
	if p.Result.Headline != "" {
		if r.failed++; r.failed <= maxFailures {
			r.failures = append(r.failures, p.Result.Explain(p.Case, p.Observation))
		}
	}
	return r.reports.Add(report.Record{
		Agent: p.Agent, Case: p.Case, Number: p.Number,
		Observation: p.Observation, Result: p.Result,
	})
}

// finish writes the overview and prints the summary. It is called however the
// run has ended, so that nothing gathered is lost.
func (r *recorder) finish(out, log io.Writer) error {
	r.progress.clear()
	if err := r.reports.Flush(); err != nil {
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
	if more := r.failed - len(r.failures); more > 0 {
		fmt.Fprintf(out, "\n… and %s more.\n", plural(more, "failure"))
	}
	fmt.Fprintf(out, "\n%s\nReport: %s\n", summary, r.reports.Index())
	return nil
}

