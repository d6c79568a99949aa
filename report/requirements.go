package report

import (
	"maps"
	"slices"

	"gobahn/cases"
	"gobahn/cases/requirements"
	"gobahn/templates"
)

// requirements is what requirements.html shows: which cases there are for each
// requirement, played or not, and how each agent did in them.
func (w *Writer) requirements() templates.RequirementsReport {
	page := templates.RequirementsReport{Product: w.product(), Agents: w.agents, Overview: w.alone(indexHTML)}
	named, whose := w.named()
	ids := slices.SortedFunc(maps.Keys(named), compareIDs)
	at, by := make(map[cases.ID]int), make(map[string][]cases.ID)
	for i, id := range ids {
		at[id] = i
		for _, name := range named[id] {
			by[name] = append(by[name], id)
		}
	}
	cells := make(map[string][]templates.RequirementCell)
	for _, s := range requirements.Sections() {
		section := templates.RequirementSection{Document: s.Document, Name: s.String(), Title: s.Title}
		for _, r := range s.Requirements {
			row := templates.RequirementRow{Requirement: r}
			for _, span := range cases.Spans(by[r.ID], at) {
				row.Cases = append(row.Cases, templates.CaseSpan{Span: span, Listed: w.played(span.First)})
			}
			if len(by[r.ID]) > 0 {
				row.Cells = w.blank(r, by[r.ID], whose)
				cells[r.ID] = row.Cells
			}
			section.Rows = append(section.Rows, row)
		}
		page.Sections = append(page.Sections, section)
	}
	w.grade(cells, named)
	return page
}

// named are the requirements of each case: those that it named when it was played, else
// those that it names where it is written. Whose are the roles of peers that cases are for.
func (w *Writer) named() (named map[cases.ID][]string, whose map[cases.ID]cases.Role) {
	named, whose = make(map[cases.ID][]string), make(map[cases.ID]cases.Role)
	for _, c := range cases.All {
		named[c.ID] = c.Requirements
		if c.Role != "" {
			whose[c.ID] = c.Role
		}
	}
	maps.Copy(named, w.tested)
	return named, whose
}

// played reports whether a case has a row in the overview.
func (w *Writer) played(id cases.ID) bool {
	return slices.ContainsFunc(w.agents, func(agent string) bool { return w.entries[key{agent, id}] != nil })
}

// blank is a cell for each agent before anything is counted. A requirement binds an agent
// if it binds a role that the agent had, and so do cases concern it.
func (w *Writer) blank(r requirements.Requirement, ids []cases.ID, whose map[cases.ID]cases.Role) []templates.RequirementCell {
	count := make(map[cases.Role]int)
	for _, id := range ids {
		count[whose[id]]++
	}
	list := make([]templates.RequirementCell, len(w.agents))
	for i, agent := range w.agents {
		list[i].Of = count[""]
		roles := w.roles[agent]
		if roles.client {
			list[i].Of += count[cases.Client]
		}
		if roles.server {
			list[i].Of += count[cases.Server]
		}
		list[i].Unbound = !(roles.client && r.Binds.Includes(false) || roles.server && r.Binds.Includes(true))
	}
	return list
}

// grade counts every case that was played in the cells of its requirements.
func (w *Writer) grade(cells map[string][]templates.RequirementCell, named map[cases.ID][]string) {
	for _, id := range w.ids {
		var rows [][]templates.RequirementCell
		for _, name := range named[id] {
			if row := cells[name]; row != nil { // else it is not in the table
				rows = append(rows, row)
			}
		}
		for i, agent := range w.agents {
			e, played := w.entries[key{agent, id}]
			if !played {
				continue
			}
			verdict, file := e.worst(), w.file(e.stem)
			for _, row := range rows {
				row[i].Add(verdict, id, file)
			}
		}
	}
}

// worst is the verdict of e that counts for what the case tests, which may show in the
// answers of the peer or in how the connection ended.
func (e *entry) worst() cases.Verdict {
	switch {
	case !Conforms(cases.Result{Verdict: e.verdict, CloseVerdict: e.closeVerdict, Headline: e.headline}):
		return cases.Failed
	case (e.verdict == cases.OK || e.verdict == cases.Informational) &&
		(e.closeVerdict == cases.NonStrict || e.closeVerdict == cases.FailedByClient):
		return cases.NonStrict
	}
	return e.verdict
}

// A role is which sides of a connection an agent was.
type role struct{ client, server bool }

// remember keeps what requirements.html needs of r beside its entry.
func (w *Writer) remember(k key, r Record) {
	roles := w.roles[k.agent]
	roles.client = roles.client || r.Observation.Server
	roles.server = roles.server || !r.Observation.Server
	w.roles[k.agent] = roles
	if len(r.Case.Requirements) > 0 && w.tested[k.id] == nil {
		w.tested[k.id] = r.Case.Requirements
	}
}
