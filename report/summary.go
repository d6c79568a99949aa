package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gobahn/cases"
	"gobahn/templates"
)

// A Summary counts the verdicts of a run, agent by agent.
type Summary []AgentSummary

// An AgentSummary counts the verdicts of one agent.
type AgentSummary struct {
	Agent    string
	Chapters []Count // in order
	Total    Count
}

// A Count says how many cases of a chapter had which verdict.
type Count struct {
	Number      string // of the chapter; empty for a total
	Title       string
	Cases       int
	Verdicts    map[cases.Verdict]int
	ClosedBadly int // cases whose ending was wrong, as templates.ClosedBadly says
}

// Summary counts the verdicts so far.
func (w *Writer) Summary() Summary {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.summary(cases.AllChapters())
}

func (w *Writer) summary(chapters []cases.Chapter) Summary {
	var summary Summary
	lines := w.lines(chapters)
	for _, agent := range w.agents {
		of := AgentSummary{Agent: agent, Total: Count{Title: "Total", Verdicts: map[cases.Verdict]int{}}}
		for _, l := range lines {
			if e, ok := w.entries[key{agent, l.id}]; ok {
				of.add(l.chapter, *e)
			}
		}
		summary = append(summary, of)
	}
	return summary
}

// add counts e. Cases come in order, so that those of a chapter are together.
func (a *AgentSummary) add(chapter cases.Chapter, e entry) {
	if n := len(a.Chapters); n == 0 || a.Chapters[n-1].Number != chapter.Number {
		a.Chapters = append(a.Chapters, Count{
			Number: chapter.Number, Title: chapter.Title, Verdicts: map[cases.Verdict]int{},
		})
	}
	a.Chapters[len(a.Chapters)-1].add(e)
	a.Total.add(e)
}

func (c *Count) add(e entry) {
	c.Cases++
	c.Verdicts[e.verdict]++
	if templates.ClosedBadly(e.closeVerdict) {
		c.ClosedBadly++
	}
}

// Columns are the verdicts of cases in tables, best first.
var Columns = append(cases.Verdicts[:len(cases.Verdicts):len(cases.Verdicts)], cases.Failed)

// String shows a table for each agent: one line a chapter, then the totals.
func (s Summary) String() string {
	width := len("CHAPTER")
	for _, a := range s {
		for _, c := range a.Chapters {
			width = max(width, utf8.RuneCountInString(c.Title))
		}
	}
	var out strings.Builder
	for i, a := range s {
		if i > 0 {
			out.WriteByte('\n')
		}
		fmt.Fprintf(&out, "%s\n%4s  %-*s  %5s", templates.Short(a.Agent), "", width, "CHAPTER", "CASES")
		for _, v := range Columns {
			fmt.Fprintf(&out, "  %s", v)
		}
		out.WriteString("  CLOSED WRONGLY\n")
		for _, c := range append(a.Chapters[:len(a.Chapters):len(a.Chapters)], a.Total) {
			out.WriteString(c.line(width))
		}
	}
	return out.String()
}

func (c Count) line(width int) string {
	s := fmt.Sprintf("%4s  %-*s  %5d", c.Number, width, c.Title, c.Cases)
	for _, v := range Columns {
		s += fmt.Sprintf("  %*d", len(v), c.Verdicts[v])
	}
	return s + fmt.Sprintf("  %*d\n", len("CLOSED WRONGLY"), c.ClosedBadly)
}
