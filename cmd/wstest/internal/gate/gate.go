package gate

import (
	"fmt"
	"time"

	"gobahn/cases"
	"gobahn/report"
)

// A Gate is what a run has to pass.
type Gate struct {
	Rule   Rule
	Expect []Expected // what is known; the first that is about a case counts
	Strict bool       // what is wrong with Expect fails the run
	Now    time.Time  // by which expectations expire
}

// A Run is what was played.
type Run struct {
	Outcomes *report.Outcomes
	Since    *report.Comparison                   // with an earlier run; nil: there is none
	Cases    []cases.Case                         // that were to be played with each agent
	Skip     func(agent string, id cases.ID) bool // but not with whom; nil: with all
}

// A Decision says whether a run passes, and why.
type Decision struct {
	Rule     Rule
	Baseline string // the earlier run; empty: there was none
	Strict   bool

	Cases    int             // that were to be played, with all agents
	Failures []Failure       // that nothing excuses, in order
	Missing  int             // of them, cases that were not played
	Expected int             // failures that were expected
	Before   int             // failures that were there before
	Better   []report.Change // since the earlier run
	Findings []string        // what is wrong with the expectations
	Notes    []string        // how the runs were compared

	failing map[subject]bool // what Failures are about
}

// A Failure is a case that fails a run.
type Failure struct {
	Agent string
	Case  cases.ID
	Why   string
}

// notPlayed is why a case fails that is not there.
const notPlayed = "was not played"

// Passed reports whether the run is good enough.
func (d *Decision) Passed() bool {
	return len(d.Failures) == 0 && (!d.Strict || len(d.Findings) == 0)
}

// Fails reports whether a case with an agent fails the run.
func (d *Decision) Fails(agent string, id cases.ID) bool {
	return d.failing[subject{agent, id}]
}

// Decide decides on a run. A case fails it if it is worse than before or, where it was
// not played before, if the rule says so; or if it was not played; but not if that is
// expected.
func (g *Gate) Decide(run Run) *Decision {
	j := judge{gate: g, run: run, d: &Decision{Rule: g.Rule, Strict: g.Strict, failing: make(map[subject]bool)}, passing: make([][]cases.ID, len(g.Expect)), matched: make([]int, len(g.Expect))}
	if run.Since != nil {
		j.d.Baseline, j.d.Notes, j.d.Better = run.Since.Was, run.Since.Notes, run.Since.Of(report.Better)
		j.changes = make(map[subject]report.Change)
		for _, c := range run.Since.Changes {
			j.changes[subject{c.Agent, c.Case}] = c
		}
	}
	for _, agent := range run.Outcomes.Agents {
		for _, c := range run.Cases {
			if run.Skip == nil || !run.Skip(agent, c.ID) {
				j.decide(agent, c.ID)
			}
		}
	}
	j.findings()
	return j.d
}

// A subject is a case with an agent.
type subject struct {
	agent string
	id    cases.ID
}

// A judge decides case by case.
type judge struct {
	gate    *Gate
	run     Run
	d       *Decision
	changes map[subject]report.Change // nil: there is no earlier run
	passing [][]cases.ID              // cases that each expectation is wrong about
	matched []int                     // how many each is about
}

// decide decides on one case.
func (j *judge) decide(agent string, id cases.ID) {
	j.d.Cases++
	why, fails := j.fault(agent, id)
	i := j.expectation(agent, id)
	if i >= 0 {
		j.matched[i]++
	}
	switch {
	case why != "" && i >= 0:
		j.d.Expected++
	case why != "":
		j.d.Failures = append(j.d.Failures, Failure{agent, id, why})
		j.d.failing[subject{agent, id}] = true
	case i >= 0 && !fails && !j.gate.Expect[i].Flaky:
		j.passing[i] = append(j.passing[i], id)
	case i >= 0 && fails:
		j.d.Expected++
	case fails:
		j.d.Before++
	}
}

// fault says why a case fails the run, empty if it does not, and whether it would by
// the rule alone.
func (j *judge) fault(agent string, id cases.ID) (why string, fails bool) {
	o, played := j.run.Outcomes.Of(agent, id)
	if !played {
		if j.expectation(agent, id) < 0 {
			j.d.Missing++
		}
		return notPlayed, true
	}
	fails = j.gate.Rule.Fails(o.Behaviour, o.Close)
	change, changed := j.changes[subject{agent, id}]
	switch {
	case changed && change.Kind == report.Worse:
		return fmt.Sprintf("%s, was %s%s", verdicts(o), verdicts(*change.Was), remark(o)), fails
	case fails && (j.changes == nil || changed && change.Kind == report.New):
		return verdicts(o) + remark(o), fails
	}
	return "", fails
}

// expectation is the place of the first that is about a case; negative: none is.
func (j *judge) expectation(agent string, id cases.ID) int {
	for i := range j.gate.Expect {
		if j.gate.Expect[i].covers(agent, id) {
			return i
		}
	}
	return -1
}

// findings gathers what is wrong with the expectations.
func (j *judge) findings() {
	for i := range j.gate.Expect {
		e := &j.gate.Expect[i]
		j.d.Findings = append(j.d.Findings, e.findings(j.gate.Now)...)
		if passing := j.passing[i]; len(passing) > 0 {
			j.d.Findings = append(j.d.Findings, fmt.Sprintf("%v: expected to fail, but %d of %d passed: %s",
				e.At, len(passing), j.matched[i], idList(passing)))
		}
	}
}

func verdicts(o report.Outcome) string { return fmt.Sprintf("%s / %s", o.Behaviour, o.Close) }

func remark(o report.Outcome) string {
	if o.Headline == "" {
		return ""
	}
	return ": " + o.Headline
}
