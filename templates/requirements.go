package templates

import (
	_ "embed"
	"fmt"
	"strings"

	"gobahn/cases"
	"gobahn/cases/requirements"
)

// A RequirementsReport is what the page by sections of the RFCs shows: what is required,
// which cases test it, and how each agent did in these.
type RequirementsReport struct {
	Product  string   // name and version of the tester
	Agents   []string // the peers, one column each
	Sections []RequirementSection
	Overview string // name of the overview's file; empty: it is in the same
}

// A RequirementSection is a section of a document.
type RequirementSection struct {
	Document string // "RFC 6455"
	Name     string // "RFC 6455 5.1"
	Title    string
	Rows     []RequirementRow
}

// A RequirementRow is a requirement and how each agent did.
type RequirementRow struct {
	requirements.Requirement
	Cases []CaseSpan        // that test it, played or not
	Cells []RequirementCell // one an agent; none: there are no cases
}

// A CaseSpan is cases that follow each other.
type CaseSpan struct {
	cases.Span
	Listed bool // the overview has a row for the first
}

// A RequirementCell is what the cases of a requirement say of an agent.
type RequirementCell struct {
	Unbound bool          // the agent has the role that is not bound
	Verdict cases.Verdict // the worst; empty: no case was played
	Case    cases.ID      // that has it
	File    string        // of its page
	Played  int           // of the cases
	Of      int           // that are for peers in the role of the agent
}

//go:embed requirements.css
var requirementsStyle string

// ofRequirements is what the page has. It needs no script.
var ofRequirements = extra{style: styleElement(requirementsStyle)}

// badness orders the verdicts of one requirement. INFORMATIONAL says nothing of it, and so
// counts for less than OK in another case; UNIMPLEMENTED, for less than what was there and
// fell short.
var badness = map[cases.Verdict]int{
	"": 0, cases.Informational: 1, cases.OK: 2, cases.Unimplemented: 3, cases.NonStrict: 4, cases.Failed: 5,
}

// Add counts a case that was played.
func (c *RequirementCell) Add(verdict cases.Verdict, id cases.ID, file string) {
	c.Played++
	if badness[verdict] > badness[c.Verdict] {
		c.Verdict, c.Case, c.File = verdict, id, file
	}
}

// tested reports whether there are cases for it.
func (r RequirementRow) tested() bool { return len(r.Cases) > 0 }

// why is why no case tests the requirement.
func (r RequirementRow) why() string {
	switch {
	case r.Unseen != "":
		return "Cannot be observed: " + r.Unseen + "."
	case r.Untested != "":
		return "Not tested: " + r.Untested + "."
	}
	return "Not tested yet."
}

// lead says how many of the requirements there are cases for.
func (r RequirementsReport) lead() string {
	all, observable, tested := 0, 0, 0
	for _, s := range r.Sections {
		for _, row := range s.Rows {
			all++
			if row.Observable() {
				observable++
				if row.tested() {
					tested++
				}
			}
		}
	}
	return fmt.Sprintf("%d requirements, of which %d can be observed; cases test %d of these.", all, observable, tested)
}

// documents are the documents with the anchors of their first sections.
func (r RequirementsReport) documents() (list [][2]string) {
	last := ""
	for _, s := range r.Sections {
		if s.Document != last {
			list = append(list, [2]string{s.Document, "#" + s.anchor()})
			last = s.Document
		}
	}
	return list
}

// anchor has a hyphen, which the anchors of cells have not.
func (s RequirementSection) anchor() string { return "section-" + strings.ReplaceAll(s.Name, " ", "-") }

// detail is which case it was, unless all went right, and how many were played if not all.
// It may be empty.
func (c RequirementCell) detail() string {
	var parts []string
	if c.Verdict != cases.OK {
		parts = append(parts, Legible(string(c.Case)))
	}
	if c.Played < c.Of {
		parts = append(parts, fmt.Sprintf("%d of %d played", c.Played, c.Of))
	}
	return strings.Join(parts, ", ")
}

// A named is a requirement that a case names.
type named struct {
	ID   string
	Text string // with its level; empty: it is not in the table
}

// requirements are those that the case names.
func (p Page) requirements() (list []named) {
	for _, id := range p.Case.Requirements {
		one := named{ID: id}
		if r, ok := requirements.Find(id); ok {
			one.Text = fmt.Sprintf("%s: %s", r.Level, r.Text)
		}
		list = append(list, one)
	}
	return list
}
