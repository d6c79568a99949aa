package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"gobahn/cases"
	"gobahn/templates"
)

// A line is a case that was played against at least one agent, with the chapter
// and section it belongs to.
type line struct {
	id          cases.ID
	description string
	clauses     []string
	chapter     cases.Chapter
	section     cases.Section // zero: none
}

// lines are the cases played, in order.
func (w *Writer) lines(chapters []cases.Chapter) []line {
	var lines []line
	for _, id := range w.ids {
		for _, agent := range w.agents {
			if e, ok := w.entries[key{agent, id}]; ok {
				chapter, section := place(id, chapters)
				lines = append(lines, line{id, e.description, e.clauses, chapter, section})
				break
			}
		}
	}
	return lines
}

// place finds the chapter and section of id. A chapter that is not known has a
// number but no title.
func place(id cases.ID, chapters []cases.Chapter) (cases.Chapter, cases.Section) {
	number := id.Chapter()
	for _, chapter := range chapters {
		if chapter.Number != number {
			continue
		}
		for _, section := range chapter.Sections {
			if string(id) == section.Number || strings.HasPrefix(string(id), section.Number+".") {
				return chapter, section
			}
		}
		return chapter, cases.Section{}
	}
	return cases.Chapter{Number: number}, cases.Section{}
}

// overview is what index.html shows.
func (w *Writer) overview(chapters []cases.Chapter) templates.Overview {
	page := templates.Overview{Product: w.product(), Generated: w.now(), Agents: w.agents, Changes: w.changes(), Requirements: requiredHTML}
	for _, run := range w.runs {
		page.Runs = append(page.Runs, templates.Run{
			Product: run.Product, Profile: run.Profile, Seed: run.Seed, Server: run.Server, Shard: run.Shard,
			Started: run.Started, Ended: run.Ended, Resumed: len(run.Resumed), Cases: len(run.Cases),
		})
	}
	var chapter, section string
	for i, l := range w.lines(chapters) {
		if i == 0 || l.chapter.Number != chapter {
			chapter, section = l.chapter.Number, ""
			page.Groups = append(page.Groups, templates.Group{Chapter: true, Number: chapter, Title: l.chapter.Title})
		}
		if l.section.Number != section {
			section = l.section.Number
			page.Groups = append(page.Groups, templates.Group{Number: section, Title: l.section.Title})
		}
		last := &page.Groups[len(page.Groups)-1]
		last.Rows = append(last.Rows, w.row(l))
	}
	return page
}

func (w *Writer) row(l line) templates.Row {
	row := templates.Row{ID: l.id, Description: l.description, Clauses: l.clauses}
	for _, agent := range w.agents {
		var cell *templates.Cell
		if e, ok := w.entries[key{agent, l.id}]; ok {
			cell = &templates.Cell{
				Verdict:      e.verdict,
				CloseVerdict: e.closeVerdict,
				Headline:     e.headline,
				CloseCode:    e.remoteCode,
				Duration:     e.duration,
				Timed:        e.report.Time,
				Traffic:      e.traffic,
				File:         w.file(e.stem),
				Anchor:       e.stem,
			}
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

// compareIDs orders ids by their parts, numbers by value: 2.9, 2.10, 10.1.1.
func compareIDs(a, b cases.ID) int {
	return slices.CompareFunc(strings.Split(string(a), "."), strings.Split(string(b), "."), compareParts)
}

func compareParts(a, b string) int {
	m, errA := strconv.Atoi(a)
	n, errB := strconv.Atoi(b)
	switch {
	case errA == nil && errB == nil:
		return cmp.Compare(m, n)
	case errA == nil:
		return -1
	case errB == nil:
		return 1
	}
	return cmp.Compare(a, b)
}
