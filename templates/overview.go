package templates

import (
	"fmt"
	"strings"
	"time"

	"gobahn/cases"
)

// An Overview is what the overview of a run shows.
type Overview struct {
	Product   string    // name and version of the tester
	Generated time.Time // when the page was made
	Agents    []string  // the peers, one column each
	Groups    []Group   // chapters and sections, in order
	Alone     bool      // there are no other files: nothing leads to one
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
	Cells       []*Cell // one an agent; nil: not played
}

// A Cell is one case played against one agent.
type Cell struct {
	Verdict      cases.Verdict
	CloseVerdict cases.Verdict
	CloseCode    *uint16 // the peer's; nil: none
	Duration     cases.Duration
	Timed        bool           // the duration is shown
	Traffic      *cases.Traffic // whose compression ratios are shown; nil: none
	File         string         // of the case's page
	Anchor       string         // of the cell
}

func (o Overview) empty() bool { return len(o.Groups) == 0 }

// count is the number of cases in which an agent got a verdict.
func (o Overview) count(agent int, v cases.Verdict) int {
	return o.countCells(agent, func(c *Cell) bool { return c.Verdict == v })
}

// closedBadly is the number of cases in which an agent's ending was wrong.
func (o Overview) closedBadly(agent int) int {
	return o.countCells(agent, (*Cell).closedBadly)
}

func (o Overview) played(agent int) int {
	return o.countCells(agent, func(*Cell) bool { return true })
}

func (o Overview) countCells(agent int, counts func(*Cell) bool) int {
	n := 0
	for _, group := range o.Groups {
		for _, row := range group.Rows {
			if cell := row.Cells[agent]; cell != nil && counts(cell) {
				n++
			}
		}
	}
	return n
}

func (c *Cell) closedBadly() bool {
	return c.CloseVerdict != cases.OK && c.CloseVerdict != cases.Informational
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

// hint is what the cell says when pointed at.
func (c *Cell) hint() string {
	return fmt.Sprintf("%s, closing %s, %d ms", c.Verdict, c.CloseVerdict, Milliseconds(c.Duration))
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
