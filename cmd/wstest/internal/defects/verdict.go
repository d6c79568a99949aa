package main

import (
	"strings"

	"gobahn/cases"
)

// agent is the name of every peer in its report.
const agent = "peer"

// A finding is the verdict that names a fault. The zero value is none.
type finding struct {
	id      cases.ID
	verdict cases.Verdict // FAILED, or NON-STRICT where no rule is broken
	says    string
}

// find looks for the verdict that names the fault of e in the results of a run, a failure
// first.
func (e entry) find(results map[cases.ID]cases.Result) finding {
	for _, verdict := range []cases.Verdict{cases.Failed, cases.NonStrict} {
		for _, id := range e.cases {
			of, part := id.Part()
			r, played := results[of]
			if says, named := e.named(verdict, r, part); played && named {
				return finding{id, verdict, says}
			}
		}
	}
	return finding{}
}

// named reports whether r, or one of its parts if part is not negative, names the fault:
// it has the verdict, and says so.
func (e entry) named(want cases.Verdict, r cases.Result, part int) (says string, named bool) {
	names := func(v cases.Verdict, says string) bool { return v == want && strings.Contains(says, e.says) }
	for _, one := range r.Parts {
		if (part < 0 || one.Part == part) && names(one.Verdict, one.Says) {
			return one.Says, true
		}
	}
	return r.Says, part < 0 && names(r.Verdict, r.Says)
}

// judge says what is to be thought of two runs, in a word.
func judge(vulnerable, fixed finding) string {
	switch {
	case fixed.verdict == cases.Failed:
		return falseAlarm
	case vulnerable.verdict == cases.Failed:
		return found
	case vulnerable.verdict != fixed.verdict:
		return tolerated
	}
	return missed
}

const (
	found      = "found"
	tolerated  = "tolerated" // it is told from the fixed version, but breaks no rule
	missed     = "missed"
	falseAlarm = "false alarm"
	notRun     = "not run"
)
