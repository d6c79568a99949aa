package templates

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gobahn/cases"
)

const (
	fewDifferences = 40 // that are listed without having been asked for
	fewAgents      = 4  // that leave room for whole descriptions

	fewRequirements = 4 // that are listed without having been asked for
)

// An Overview is what the overview of a report shows.
type Overview struct {
	Product   string    // name and version of the tester
	Generated time.Time // when the page was made
	Runs      []Run     // what was played, by whom and how
	Agents    []string  // the peers, one column each
	Groups    []Group   // chapters and sections, in order
	Changes   *Changes  // since an earlier run; nil: there is none to compare with
	Alone     bool      // there are no other files: nothing leads to one

	Requirements string // where the page of requirements is
}

// A Run is what one run of the tester was.
type Run struct {
	Product        string // name and version of the tester
	Profile        string // whose rules judged
	Seed           uint64 // of masking keys
	Server         bool   // the tester was the server, and tested clients
	Shard          string // "2/5": the second of five parts; empty: all
	Started, Ended time.Time
	Resumed        int // how often it went on after it had been cut short
	Cases          int // that were to be played
}

// A Group is a chapter, or a section of one, with the cases played of it. A
// chapter with sections has no rows, and its sections follow it.
type Group struct {
	Chapter bool // it is a chapter rather than a section
	Number  string
	Title   string // empty: unknown
	Rows    []Row
}

// A Row is a case and how each agent did.
type Row struct {
	ID          cases.ID
	Description string
	Clauses     []string // that decide, "RFC 6455 5.2"
	Cells       []*Cell  // one an agent; nil: not played
}

// A Cell is one case played against one agent.
type Cell struct {
	Verdict      cases.Verdict
	CloseVerdict cases.Verdict
	Headline     string  // what the peer did wrong; empty: nothing
	CloseCode    *uint16 // the peer's; nil: none
	Duration     cases.Duration
	Timed        bool           // the duration is shown
	Traffic      *cases.Traffic // whose compression ratios are shown; nil: none
	File         string         // of the case's page
	Anchor       string         // of the cell
}

func (o Overview) empty() bool { return len(o.Groups) == 0 }

// rows are all cases, in order.
func (o Overview) rows() (rows []Row) {
	for _, g := range o.Groups {
		rows = append(rows, g.Rows...)
	}
	return rows
}

// chapters are the groups that are chapters.
func (o Overview) chapters() (list []Group) {
	for _, g := range o.Groups {
		if g.Chapter {
			list = append(list, g)
		}
	}
	return list
}

// clauses are all that decide any case, in order.
func (o Overview) clauses() (list []string) {
	seen := make(map[string]bool)
	for _, g := range o.Groups {
		for _, row := range g.Rows {
			for _, clause := range row.Clauses {
				if !seen[clause] {
					seen[clause] = true
					list = append(list, clause)
				}
			}
		}
	}
	slices.SortFunc(list, compareClauses)
	return list
}

// compareClauses orders by numbers, part by part: 5.2, 5.10.
func compareClauses(a, b string) int {
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '.' })
	}
	return slices.CompareFunc(split(a), split(b), func(a, b string) int {
		if n := len(a) - len(b); n != 0 {
			return n // digits alone decide where they are as many
		}
		return strings.Compare(a, b)
	})
}

// differing are the rows in which agents differ, chapter by chapter.
func (o Overview) differing() (list []Group, count int) {
	for _, g := range o.Groups {
		if g.Chapter {
			list = append(list, Group{Chapter: true, Number: g.Number, Title: g.Title})
		}
		for _, row := range g.Rows {
			if row.differs() {
				last := &list[len(list)-1]
				last.Rows = append(last.Rows, row)
				count++
			}
		}
	}
	return slices.DeleteFunc(list, func(g Group) bool { return len(g.Rows) == 0 }), count
}

// differs reports whether agents that played the case got different verdicts.
func (r Row) differs() bool {
	var first *Cell
	for _, c := range r.Cells {
		switch {
		case c == nil:
		case first == nil:
			first = c
		case c.Verdict != first.Verdict || c.CloseVerdict != first.CloseVerdict:
			return true
		}
	}
	return false
}

// flawed reports whether any agent could have done better.
func (r Row) flawed() bool {
	return slices.ContainsFunc(r.Cells, func(c *Cell) bool { return c != nil && c.flawed() })
}

// anchor is that of the row. No cell has one with a hyphen.
func (r Row) anchor() string { return rowAnchor(r.ID) }

func rowAnchor(id cases.ID) string { return "row-" + string(id) }

func (r Row) clauseList() string { return Legible(strings.Join(r.Clauses, ", ")) }

// hint is what the head of the row says when pointed at.
func (r Row) hint() string {
	if len(r.Clauses) == 0 {
		return Legible(r.Description)
	}
	return Legible(r.Description) + " (" + r.clauseList() + ")"
}

// endedFlawed reports whether the ending could have been better, which the cell says.
func (c *Cell) endedFlawed() bool {
	return c.CloseVerdict != cases.OK && c.CloseVerdict != cases.Informational
}

func (c *Cell) flawed() bool {
	return c.Verdict != cases.OK && c.Verdict != cases.Informational || c.endedFlawed()
}

// detail is the duration, and the compression ratios of what the peer sent and of
// what it was sent, in the form of the reference: 12 ms [0.305/0.292]. It may be
// empty.
func (c *Cell) detail() string {
	var parts []string
	if c.Timed {
		parts = append(parts, fmt.Sprintf("%d ms", Milliseconds(c.Duration)))
	}
	if t := c.Traffic; t != nil {
		parts = append(parts, fmt.Sprintf("[%s/%s]", ratioText(t.Incoming, 3), ratioText(t.Outgoing, 3)))
	}
	return strings.Join(parts, " ")
}

// hint is what the cell says when pointed at, where there is more to say than it
// shows.
func (c *Cell) hint() string {
	if c.Headline == "" {
		return ""
	}
	return fmt.Sprintf("%s, closing %s: %s", c.Verdict, c.CloseVerdict, Legible(c.Headline))
}

func (g Group) heading() string {
	if g.Title == "" {
		return g.Number
	}
	return g.Number + " " + g.Title
}

func groupClass(g Group) string {
	if g.Chapter {
		return "chapter"
	}
	return "section"
}

// anchor is that of the heading. No cell has one with a hyphen.
func (g Group) anchor() string { return "chapter-" + g.Number }

func (r Run) ended() string {
	if r.Ended.IsZero() {
		return "not yet"
	}
	return moment(r.Ended)
}

func (r Run) tested() string {
	if r.Server {
		return "clients"
	}
	return "servers"
}

// took is how long the run went on.
func (r Run) took() string {
	if r.Ended.IsZero() || r.Started.IsZero() || r.Ended.Before(r.Started) {
		return "–"
	}
	d, breaks := r.Ended.Sub(r.Started), ""
	if r.Resumed > 0 {
		breaks = ", resumed " + plural(r.Resumed, "time")
	}
	if d < time.Second {
		return d.Round(time.Millisecond).String() + breaks
	}
	return d.Round(time.Second).String() + breaks
}

// moment is t for people: 2026-04-02 15:17:24 UTC.
func moment(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// sharded reports whether any of the runs was a part of one.
func (o Overview) sharded() bool {
	return slices.ContainsFunc(o.Runs, func(r Run) bool { return r.Shard != "" })
}
