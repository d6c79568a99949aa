package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/gate"
	"gobahn/cmd/wstest/internal/spec"
	"gobahn/report"
)

// GateFlags say what a run has to pass, and which part of it is played.
type gateFlags struct {
	failOn       []string
	baseline     string
	expect       string
	strictExpect bool
	shard        string

	// What they name, when it was read:
	rule     gate.Rule
	was      *report.Outcomes // nil: there is no baseline
	expected []gate.Expected
}

// add adds the flags.
func (g *gateFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&g.failOn, "fail-on", nil, gate.Help())
	f.StringVar(&g.baseline, "baseline", "", "an earlier index.json, results.json or report directory: only what is worse fails the run")
	f.StringVar(&g.expect, "expect", "", "file with cases that are known to fail, and why, in YAML or JSON")
	f.BoolVar(&g.strictExpect, "strict-expect", false, "fail where the file of --expect is not right any more")
	f.StringVar(&g.shard, "shard", "", "play part i of n parts of the cases: i/n")
}

// gated reports whether the user has asked for a gate, which -m MODE has none without.
func (g *gateFlags) gated() bool {
	return len(g.failOn) > 0 || g.baseline != "" || g.expect != "" || g.strictExpect
}

// load reads what the flags of r name, and takes its part of the cases, before
// anything is played.
func (g *gateFlags) load(r *runFlags, log io.Writer) (err error) {
	if g.failOn != nil && len(g.failOn) == 0 { // a variable that is not set
		return usagef("--fail-on %q: want verdicts, or one of default, strict, failed and never", "")
	}
	if g.rule, err = gate.ParseRule(g.failOn); err != nil {
		return usagef("--fail-on %w", err)
	}
	if g.strictExpect && g.expect == "" {
		return usagef("--strict-expect: there is no --expect FILE")
	}
	if g.baseline != "" {
		if g.was, err = report.ReadOutcomes(g.baseline); err != nil {
			return badInput{err}
		}
		if within(r.outdir, g.was.Source) {
			fmt.Fprintf(log, "wstest: warning: the run takes the place of its baseline %s\n", g.was.Source)
		}
	}
	if g.expect != "" {
		list, err := spec.ReadExpectations(g.expect)
		if err == nil {
			g.expected, err = gate.Look(list, cases.All)
		}
		if err != nil {
			return badInput{err}
		}
	}
	if g.shard != "" {
		if r.list, err = shardOf(r.list, g.shard); err != nil {
			return usagef("--shard %w", err)
		}
	}
	return nil
}

// within reports whether a file is one of those in dir.
func within(dir, file string) bool {
	a, errA := filepath.Abs(dir)
	b, errB := filepath.Abs(filepath.Dir(file))
	return errA == nil && errB == nil && a == b
}

// decide says whether a run whose results are there is good enough.
func (r *runFlags) decide(reports *report.Writer) *gate.Decision {
	g := gate.Gate{Rule: r.rule, Expect: r.expected, Strict: r.strictExpect, Now: time.Now()}
	return g.Decide(gate.Run{Outcomes: reports.Outcomes(), Since: reports.Comparison(), Cases: r.list, Skip: r.skip})
}

// pass decides on a run that has ended with err, says so on out, and returns the error
// that makes the exit status. A run that could not be played to its end has not passed.
func (r *runFlags) pass(out io.Writer, rec *recorder, err error) error {
	_, unreached := errors.AsType[unreachedError](err)
	if rec == nil {
		return err
	}
	if len(rec.reports.Outcomes().Agents) == 0 {
		return cmp.Or(err, errors.New("nothing was played"))
	}
	d := r.decide(rec.reports)
	status, other := exitOK, ""
	switch {
	case unreached:
		status, other = exitFailed, "a server could not be reached"
	case err != nil:
		status, other = exitFailed, "there was an error"
	case d.Missing > 0:
		status, other = exitFailed, "the run is incomplete"
		err = fmt.Errorf("the run is incomplete: %s not played", plural(d.Missing, "case"))
	case !d.Passed():
		status, err = exitNotConforming, errNotConforming
	}
	fmt.Fprintf(out, "\n%s", d.Text(status, other))
	return err
}
