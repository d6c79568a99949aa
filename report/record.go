package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gobahn/cases"
	"gobahn/templates"
)

// A Record is one case played against one peer.
type Record struct {
	Agent       string
	Case        cases.Case // as it was judged
	Number      int        // the number in the run, as in /runCase?case=
	Observation cases.Observation
	Result      cases.Result
}

// A recordFile is a record in files. What can be derived from the rest is there for
// readers that cannot.
type recordFile struct {
	Agent  string `json:"agent"`
	Number int    `json:"number"`
	*cases.Result
	Explanation string             `json:"explanation,omitempty"` // of a failure: headline, what was sent, wanted and got
	Clean       bool               `json:"wasClean"`
	CloseCode   *uint16            `json:"remoteCloseCode"` // null: the peer sent none
	Duration    int64              `json:"duration"`        // milliseconds
	Chapter     string             `json:"chapter"`         // number of the chapter: "3"
	Conforms    bool               `json:"conforms"`        // as Conforms says
	Case        *cases.Case        `json:"case"`
	Observation *cases.Observation `json:"observation"`
}

// MarshalJSON writes r as results.json has it.
func (r Record) MarshalJSON() ([]byte, error) {
	return json.Marshal(recordFile{
		Agent: r.Agent, Number: r.Number, Result: &r.Result,
		Explanation: r.Result.Explain(r.Case, r.Observation),
		Clean:       r.Observation.Closing.WasClean,
		CloseCode:   r.Observation.Closing.RemoteCode,
		Duration:    templates.Milliseconds(r.Observation.Duration),
		Chapter:     ChapterOf(r.Case.ID).Number,
		Conforms:    Conforms(r.Result),
		Case:        &r.Case, Observation: &r.Observation,
	})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Record) UnmarshalJSON(b []byte) error {
	*r = Record{}
	f := recordFile{Result: &r.Result, Case: &r.Case, Observation: &r.Observation}
	if err := json.Unmarshal(b, &f); err != nil {
		return err
	}
	r.Agent, r.Number = f.Agent, f.Number
	return r.check()
}

// Conforms reports whether the peer did what it must: no verdict is a failure. A
// server that the tester had to drop TCP for does conform (RFC 6455 7.1.1 is a SHOULD).
func Conforms(r cases.Result) bool {
	return r.Headline == "" || r.CloseVerdict == cases.FailedByClient && r.Verdict != cases.Failed
}

// ChapterOf is the chapter of a case. One that is not known has a number but no title.
func ChapterOf(id cases.ID) cases.Chapter {
	chapter, _ := place(id, cases.AllChapters())
	return chapter
}

// verdicts are all there are, of cases and of endings.
var verdicts = slices.Concat(cases.Verdicts,
	[]cases.Verdict{cases.Failed, cases.WrongCodeSent, cases.Unclean, cases.FailedByClient})

// verdictNames are the verdicts, for an error.
func verdictNames() string {
	names := make([]string, len(verdicts))
	for i, v := range verdicts {
		names[i] = string(v)
	}
	return strings.Join(names, ", ")
}

// check refuses what no run can have written.
func (r Record) check() error {
	switch {
	case r.Case.ID == "" || r.Result.ID != r.Case.ID:
		return fmt.Errorf(`"id" is %q, but that of the "case" is %q`, r.Result.ID, r.Case.ID)
	case !slices.Contains(verdicts, r.Result.Verdict):
		return fmt.Errorf(`"verdict" %q: want one of %s`, r.Result.Verdict, verdictNames())
	case !slices.Contains(verdicts, r.Result.CloseVerdict):
		return fmt.Errorf(`"closeVerdict" %q: want one of %s`, r.Result.CloseVerdict, verdictNames())
	}
	return r.checkParts()
}

// checkParts refuses variants that the case has not.
func (r Record) checkParts() error {
	n := len(r.Case.Variants)
	if r.Result.Worst < 0 || r.Result.Worst >= max(n, 1) {
		return fmt.Errorf(`"worst" is %d, but the "case" has %s`, r.Result.Worst, count(n, "variant"))
	}
	for _, part := range r.Result.Parts {
		if part.Part < 0 || part.Part >= n {
			return fmt.Errorf(`a "part" is %d, but the "case" has %s`, part.Part, count(n, "variant"))
		}
	}
	return nil
}
