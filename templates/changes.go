package templates

import (
	"fmt"
	"strings"

	"gobahn/cases"
)

// Changes are what differs between two runs.
type Changes struct {
	Was, Is string        // what is compared, by name; an empty Is is this run
	Notes   []string      // how it was compared
	Groups  []ChangeGroup // by kind, those that need attention first; none is empty
	Same    int           // cases that do not differ
}

// A ChangeGroup is the changes of one kind.
type ChangeGroup struct {
	Kind    string // "worse"
	Meaning string // a sentence
	Bad     bool   // it is a regression
	List    []Change
}

// A Change is a difference in one case.
type Change struct {
	Agent   string
	Case    cases.ID
	Was, Is *Grades // nil: there is no outcome
	Note    string  // may be empty
	File    string  // the case's page; empty: there is none
}

// Grades are what a case was graded.
type Grades struct {
	Verdict, CloseVerdict cases.Verdict
	CloseCode             *uint16 // the peer's; nil: none
	Headline              string  // what the peer did wrong; may be empty
}

// String shows both verdicts and the close code: "OK / OK, 1000".
func (g *Grades) String() string {
	if g == nil {
		return "–"
	}
	return fmt.Sprintf("%s / %s, %s", g.Verdict, g.CloseVerdict, strings.ToLower(codeText(g.CloseCode)))
}

// Remark is what there is to say of c beside the verdicts.
func (c Change) Remark() string {
	var parts []string
	if c.Is != nil && c.Is.Headline != "" {
		parts = append(parts, c.Is.Headline)
	}
	if c.Note != "" {
		parts = append(parts, c.Note)
	}
	return strings.Join(parts, "; ")
}

// several reports whether there are changes of more than one agent.
func (c Changes) several() bool {
	first := ""
	for _, g := range c.Groups {
		for _, one := range g.List {
			if first == "" {
				first = one.Agent
			}
			if one.Agent != first {
				return true
			}
		}
	}
	return false
}

// Summary says how many changes of which kind there are.
func (c Changes) Summary() string {
	var parts []string
	for _, g := range c.Groups {
		parts = append(parts, fmt.Sprintf("%d %s", len(g.List), g.Kind))
	}
	return strings.Join(append(parts, fmt.Sprintf("%d the same", c.Same)), ", ")
}

func (c Changes) title() string {
	if c.Is == "" {
		return Legible(c.Was)
	}
	return Legible(c.Was) + " → " + Legible(c.Is)
}

func (g ChangeGroup) class() string {
	if g.Bad {
		return "change change_bad"
	}
	return "change"
}
