package main

import (
	"strings"

	"gobahn/cases"
	"gobahn/report"
)

// agent is the name of every peer in its report.
const agent = "peer"

// A finding is the verdict that names a fault. The zero value is none.
type finding struct {
	id   cases.ID
	says string
}

// find looks for the verdict that names the fault of e in the results of a run.
func (e entry) find(results *report.Results) finding {
	for _, id := range e.cases {
		of, part := id.Part()
		r, played := results.Result(agent, of)
		if says, named := e.named(r, part); played && named {
			return finding{id, says}
		}
	}
	return finding{}
}

// named reports whether r, or one of its parts if part is not negative, names the fault:
// it is FAILED, and says so.
func (e entry) named(r cases.Result, part int) (says string, named bool) {
	failed := func(v cases.Verdict, says string) bool { return v == cases.Failed && strings.Contains(says, e.says) }
	for _, one := range r.Parts {
		if (part < 0 || one.Part == part) && failed(one.Verdict, one.Says) {
			return one.Says, true
		}
	}
	return r.Says, part < 0 && failed(r.Verdict, r.Says)
}

// judge says what is to be thought of two runs, in a word.
func judge(vulnerable, fixed finding) string {
	switch {
	case fixed != finding{}:
		return falseAlarm
	case vulnerable != finding{}:
		return found
	}
	return missed
}

const (
	found      = "found"
	missed     = "missed"
	falseAlarm = "false alarm"
	notRun     = "not run"
)
