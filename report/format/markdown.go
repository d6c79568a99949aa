package format

import (
	"fmt"
	"html"
	"io"
	"strings"

	"gobahn/report"
	"gobahn/templates"
)

// SummaryLimit is how many octets GitHub takes for the summary of a step.
const SummaryLimit = 1 << 20

// Markdown writes a summary of at most limit octets: totals, a table by chapter and
// agent, and the failures of each agent explained, folded. What does not fit is counted.
func Markdown(w io.Writer, r *report.Results, limit int) error {
	if limit < reserve {
		return nil
	}
	m := markdown{w: w, left: limit - reserve}
	m.print(title(r))
	m.totals(r)
	m.chapters(r)
	if err := m.failures(r); err != nil {
		return err
	}
	return m.err
}

// reserve is kept for what is said of what does not fit.
const reserve = 1 << 10

// A markdown writes as much as there is room for.
type markdown struct {
	w    io.Writer
	left int // octets
	err  error
}

// print writes text, unless there is no room.
func (m *markdown) print(text string) bool {
	if len(text) > m.left || m.err != nil {
		return false
	}
	m.left -= len(text)
	_, m.err = io.WriteString(m.w, text)
	return m.err == nil
}

// last writes text, for which there is room.
func (m *markdown) last(text string) {
	if m.err == nil {
		_, m.err = io.WriteString(m.w, text)
	}
}

func title(r *report.Results) string {
	t := countAll(r)
	mark := "✅"
	if t.Failed > 0 {
		mark = "❌"
	}
	text := fmt.Sprintf("## %s WebSocket conformance: %d of %d passed", mark, t.Passed, t.all())
	for _, more := range []struct {
		n    int
		what string
	}{{t.Failed, "failed"}, {t.Skipped, "unimplemented"}, {t.Missing, "not played"}} {
		if more.n > 0 {
			text += fmt.Sprintf(", %d %s", more.n, more.what)
		}
	}
	for _, line := range runs(r) {
		text += "\n\n" + markdownEscape(line)
	}
	return text + "\n\n"
}

// table writes a table, and how many rows do not fit.
func (m *markdown) table(head []string, rows [][]string) {
	line := func(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }
	if !m.print(line(head) + "|---" + strings.Repeat("|---:", len(head)-1) + "|\n") {
		return
	}
	for i, row := range rows {
		if !m.print(line(row)) {
			m.last(fmt.Sprintf("\n… and %d more rows.\n", len(rows)-i))
			return
		}
	}
	m.print("\n")
}

// totals is a line for each agent.
func (m *markdown) totals(r *report.Results) {
	head := []string{"Agent", "Cases"}
	for _, v := range report.Columns {
		head = append(head, string(v))
	}
	var rows [][]string
	for _, a := range r.Summary() {
		row := []string{markdownEscape(templates.Short(a.Agent)), fmt.Sprint(a.Total.Cases)}
		for _, v := range report.Columns {
			row = append(row, fmt.Sprint(a.Total.Verdicts[v]))
		}
		rows = append(rows, append(row, fmt.Sprint(a.Total.ClosedBadly)))
	}
	m.table(append(head, "Closed wrongly"), rows)
}

// chapters is a line for each chapter, with how many cases of each agent passed.
func (m *markdown) chapters(r *report.Results) {
	head := []string{"Chapter"}
	var counts []map[string]tally
	for _, agent := range r.Agents() {
		head = append(head, markdownEscape(templates.Short(agent)))
		_, chapters := count(r, agent)
		counts = append(counts, chapters)
	}
	var rows [][]string
	last := ""
	for _, id := range r.Planned() {
		chapter := report.ChapterOf(id)
		if chapter.Number == last {
			continue
		}
		last = chapter.Number
		row := []string{markdownEscape(strings.TrimSpace(chapter.Number + " " + chapter.Title))}
		for _, of := range counts {
			row = append(row, share(of[chapter.Number]))
		}
		rows = append(rows, row)
	}
	m.table(head, rows)
}

// share is how many cases passed, and a mark that is no matter of colour alone.
func share(t tally) string {
	if t.Missing == t.all() {
		return "–"
	}
	text := fmt.Sprintf("%d/%d", t.Passed, t.all())
	if t.Failed > 0 {
		text = "❌ " + text
	}
	return text
}

// failures explains the failures of each agent.
func (m *markdown) failures(r *report.Results) error {
	for i, agent := range r.Agents() {
		sum, _ := count(r, agent)
		if sum.Failed == 0 {
			continue
		}
		begin := fmt.Sprintf("<details><summary>Failures of %s: %d</summary>\n\n", html.EscapeString(templates.Short(agent)), sum.Failed)
		if len(begin)+len(folded(sum.Failed)) > m.left {
			m.last(fmt.Sprintf("… and the failures of %d more agents, which are in the report.\n", len(r.Agents())-i))
			return nil
		}
		m.left -= len(folded(sum.Failed)) // which comes last
		m.print(begin)
		more := sum.Failed
		for one, err := range r.Wrong(agent) {
			if err != nil {
				return err
			}
			if !r.Failed(agent, one.Case.ID) {
				continue
			}
			if !m.print("<pre>" + html.EscapeString(why(one)) + "</pre>\n\n") {
				break
			}
			more--
		}
		m.last(folded(more))
	}
	return nil
}

// folded ends the failures of an agent, of which so many more are not shown.
func folded(more int) string {
	if more == 0 {
		return "</details>\n\n"
	}
	return fmt.Sprintf("… and %d more, which are in the report.\n\n</details>\n\n", more)
}

// markdownEscape escapes what may mean something in Markdown.
func markdownEscape(s string) string {
	var out strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_[]<>#!|~@:$&", r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}
