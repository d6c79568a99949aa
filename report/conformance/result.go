package conformance

import (
	"fmt"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/report"
)

// A Result is what came of one case.
type Result struct {
	fuzzer.Played
	Status Status
	Text   string // of a failure the headline and what was sent, wanted and got; else what there is to say
}

// A Status is what a case is to a test.
type Status string

// The three of them.
const (
	Passed  Status = "passed"
	Skipped Status = "skipped" // the peer lacks what the case is about, or is known to fail it
	Failed  Status = "failed"
)

// result is what p is to a test.
func (o Options) result(p fuzzer.Played) Result {
	r := p.Result
	bad := !report.Conforms(r)
	explained := r.Explain(p.Case, p.Observation)
	reason, known := o.known(p.Case.ID)
	switch {
	case known && bad:
		return Result{p, Skipped, fmt.Sprintf("%s\n    known to fail: %s", explained, reason)}
	case known:
		return Result{p, Failed, fmt.Sprintf("%s passes, but is known to fail (%s): take it out of Expect", p.Case.ID, reason)}
	case bad:
		return Result{p, Failed, explained}
	case r.Verdict == cases.Unimplemented:
		return Result{p, Skipped, r.Says}
	}
	return Result{p, Passed, fmt.Sprintf("%s, close %s: %s", r.Verdict, r.CloseVerdict, r.Says)}
}
