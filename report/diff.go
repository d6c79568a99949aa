package report

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"gobahn/cases"
	"gobahn/templates"
)

// meanings say what the kinds of changes are.
var meanings = map[Kind]string{
	Worse:   "Worse than before",
	Missing: "Missing now",
	Better:  "Better than before",
	New:     "Not there before",
	Changed: "Different, but as good",
}

// view is c as pages show it. Stem is the name of the files of a case, without
// extension; nil: there are none.
func (c *Comparison) view(stem func(key) string) *templates.Changes {
	v := &templates.Changes{Was: c.Was, Is: c.Is, Notes: c.Notes, Same: c.Same}
	for _, kind := range Kinds {
		g := templates.ChangeGroup{Kind: string(kind), Meaning: meanings[kind], Bad: kind == Worse || kind == Missing}
		for _, one := range c.Of(kind) {
			change := templates.Change{Agent: one.Agent, Case: one.Case, Was: grades(one.Was), Is: grades(one.Is), Note: one.Note}
			if stem != nil && one.Is != nil {
				change.File = stem(key{one.Agent, one.Case}) + ".html"
			}
			g.List = append(g.List, change)
		}
		if len(g.List) > 0 {
			v.Groups = append(v.Groups, g)
		}
	}
	return v
}

func grades(o *Outcome) *templates.Grades {
	if o == nil {
		return nil
	}
	return &templates.Grades{Verdict: o.Behaviour, CloseVerdict: o.Close, CloseCode: o.CloseCode, Headline: o.Headline}
}

// changes is what the overview shows of the comparison; nil: there is nothing to
// compare with. While the run goes on, nothing is missing yet.
func (w *Writer) changes() *templates.Changes {
	c := w.comparison()
	if c == nil {
		return nil
	}
	if len(w.runs) > 0 && w.runs[0].Ended.IsZero() {
		c.without(Missing)
	}
	return c.view(func(k key) string { return w.entries[k].stem })
}

// WriteHTML writes c as a page by itself.
func (c *Comparison) WriteHTML(out io.Writer, product string) error {
	return templates.ChangesPage(*c.view(nil), product).Render(context.Background(), out)
}

// WriteText writes c for people: the counts, then a line for each change, those that
// need attention first.
func (c *Comparison) WriteText(out io.Writer) error {
	var s strings.Builder
	fmt.Fprintf(&s, "%s → %s\n", templates.Legible(c.Was), templates.Legible(c.Is))
	for _, note := range c.Notes {
		fmt.Fprintf(&s, "note: %s\n", templates.Legible(note))
	}
	view := c.view(nil)
	for _, g := range view.Groups {
		fmt.Fprintf(&s, "\n%s\n", g.Meaning)
		table := tabwriter.NewWriter(&s, 0, 0, 2, ' ', 0)
		for _, one := range g.List {
			fmt.Fprintln(table, textLine(one))
		}
		table.Flush()
	}
	if len(view.Groups) > 0 {
		s.WriteByte('\n')
	}
	fmt.Fprintf(&s, "%s\n", view.Summary())
	_, err := io.WriteString(out, s.String())
	return err
}

// textLine is c with tabs between its columns.
func textLine(c templates.Change) string {
	columns := []string{"", templates.Short(string(c.Case)), templates.Short(c.Agent)}
	switch {
	case c.Was == nil:
		columns = append(columns, c.Is.String())
	case c.Is == nil:
		columns = append(columns, "was "+c.Was.String())
	default:
		columns = append(columns, c.Was.String()+" → "+c.Is.String())
	}
	if remark := c.Remark(); remark != "" {
		columns = append(columns, templates.Legible(remark))
	}
	return strings.Join(columns, "\t")
}

// A diffFile is a comparison as JSON. Its version changes when what a reader of the
// old one relies on does.
type diffFile struct {
	Format  string       `json:"format"`
	Version int          `json:"version"`
	Was     string       `json:"was"`
	Is      string       `json:"is"`
	Notes   []string     `json:"notes,omitempty"`
	Counts  map[Kind]int `json:"counts"`
	Same    int          `json:"same"`
	Changes []diffEntry  `json:"changes"`
}

type diffEntry struct {
	Kind  Kind         `json:"kind"`
	Agent string       `json:"agent"`
	Case  cases.ID     `json:"case"`
	Was   *diffOutcome `json:"was,omitempty"` // left out: there is none
	Is    *diffOutcome `json:"is,omitempty"`
	Note  string       `json:"note,omitempty"`
}

type diffOutcome struct {
	Agent        string        `json:"agent"`
	Case         cases.ID      `json:"case"`
	Verdict      cases.Verdict `json:"verdict"`
	CloseVerdict cases.Verdict `json:"closeVerdict"`
	CloseCode    *uint16       `json:"remoteCloseCode"` // null: the peer sent none
	Duration     int64         `json:"duration"`        // milliseconds
	Headline     string        `json:"headline,omitempty"`
}

// DiffFormat and DiffVersion name the shape of a comparison as JSON.
const (
	DiffFormat  = "gobahn-diff"
	DiffVersion = 1
)

// WriteJSON writes c for programs, in ASCII.
func (c *Comparison) WriteJSON(out io.Writer) error {
	file := diffFile{
		Format: DiffFormat, Version: DiffVersion, Was: c.Was, Is: c.Is, Notes: c.Notes,
		Counts: make(map[Kind]int), Same: c.Same, Changes: []diffEntry{},
	}
	for _, kind := range Kinds {
		file.Counts[kind] = len(c.Of(kind))
	}
	for _, one := range c.Changes {
		file.Changes = append(file.Changes, diffEntry{
			Kind: one.Kind, Agent: one.Agent, Case: one.Case, Was: diffOutcomeOf(one.Was), Is: diffOutcomeOf(one.Is), Note: one.Note,
		})
	}
	b, err := json.MarshalIndent(file, "", " ")
	if err != nil {
		return err
	}
	_, err = out.Write(append(escape(b), '\n'))
	return err
}

func diffOutcomeOf(o *Outcome) *diffOutcome {
	if o == nil {
		return nil
	}
	return &diffOutcome{
		Agent: o.Agent, Case: o.Case, Verdict: o.Behaviour, CloseVerdict: o.Close, CloseCode: o.CloseCode,
		Duration: templates.Milliseconds(o.Duration), Headline: o.Headline,
	}
}
