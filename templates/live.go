package templates

import (
	_ "embed"
	"fmt"
	"time"

	"gobahn/cases"
)

// LiveScript keeps a [LivePage] up to date. It is served as /live.js.
//
//go:embed live.js
var LiveScript string

//go:embed live.css
var liveStyle string

// LiveStylesheet is the stylesheet of a [LivePage], served as /style.css.
func LiveStylesheet() string { return stylesheet + browserStyle + liveStyle }

// A Live is what a page shows of a run that goes on, has ended or is to come.
type Live struct {
	Product  string // name and version of the tester
	Dir      string // of the reports, as the user has named it
	Report   string // path of the report, with a slash at its end
	Now      time.Time
	Running  bool      // a run goes on
	Ended    bool      // there is a report; else there is nothing yet
	Started  time.Time // when the run began; zero: not known
	Written  time.Time // when the last result was
	Planned  int       // cases for each agent; 0: not known
	Agents   []LiveAgent
	Failures []LiveFailure // the latest first
	Behind   bool          // there are results that were not read yet
	Trouble  string        // what keeps results from being read; empty: nothing
}

// A LiveAgent counts the results of one agent.
type LiveAgent struct {
	Name        string
	Played      int
	Verdicts    map[cases.Verdict]int
	ClosedBadly int
}

// A LiveFailure is a case that an agent has failed.
type LiveFailure struct {
	Agent       string
	ID          cases.ID
	Explanation string
	File        string // of its page
}

// liveAgents is how many agents are shown.
const liveAgents = 100

func (l Live) shown() []LiveAgent { return l.Agents[:min(len(l.Agents), liveAgents)] }

// heading is the state in a word or two, which is announced when it changes.
func (l Live) heading() string {
	switch {
	case l.Running:
		return "A run goes on"
	case l.Ended:
		return "The run has ended"
	}
	return "Waiting for a run"
}

// silence is after which time without a result a run may have been killed.
const silence = 30 * time.Second

// status is the state in a sentence or two.
func (l Live) status() string {
	since := l.Now.Sub(l.Written).Round(time.Second)
	switch {
	case l.Running && l.Behind:
		return "There is more than was read so far."
	case l.Running && since > silence:
		return fmt.Sprintf("There was no result for %s: a case takes long, the run waits for clients, or it was killed.", since)
	case l.Running && !l.Started.IsZero():
		return "It began at " + Timestamp(l.Started) + "."
	case l.Running:
		return ""
	case l.Ended:
		return "The report was written at " + Timestamp(l.Written.UTC()) + "."
	}
	return "There is no report in " + Short(l.Dir) + " yet. What is played is shown here as it comes."
}

// progress is how many results an agent has, and of how many.
func (l Live) progress(a LiveAgent) string {
	if l.Planned == 0 {
		return plural(a.Played, "case")
	}
	return fmt.Sprintf("%d of %s", a.Played, plural(l.Planned, "case"))
}
