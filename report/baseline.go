package report

import (
	"slices"

	"gobahn/cases"
)

// Against has the overview show what has changed since an earlier run. Skip reports
// whether a case is not to be played with an agent; nil: none is not.
func (w *Writer) Against(baseline *Outcomes, skip func(agent string, id cases.ID) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.baseline, w.skip = baseline, skip
}

// Outcomes are those of the records so far.
func (w *Writer) Outcomes() *Outcomes {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.outcomes()
}

func (w *Writer) outcomes() *Outcomes {
	o := new(Outcomes)
	for _, k := range w.keys() {
		e := w.entries[k]
		o.add(Outcome{
			Agent: k.agent, Case: k.id, Behaviour: e.verdict, Close: e.closeVerdict,
			CloseCode: e.remoteCode, Duration: e.duration, Headline: e.headline, sent: e.sent,
		})
	}
	return o
}

// Comparison is what has changed since the earlier run in the cases and agents of
// this one; nil: there is none to compare with.
func (w *Writer) Comparison() *Comparison {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.comparison()
}

func (w *Writer) comparison() *Comparison {
	if w.baseline == nil {
		return nil
	}
	c := Compare(w.baseline, w.outcomes())
	c.Changes = slices.DeleteFunc(c.Changes, func(one Change) bool {
		return one.Kind == Missing && !w.lacks(one.Agent, one.Case) || one.Is == nil && one.Kind == Changed
	})
	return c
}

// lacks reports whether an agent was to be played with a case and has not been. In section
// 7.9 what a baseline calls by the id of a case that was may be another one.
func (w *Writer) lacks(agent string, id cases.ID) bool {
	_, planned := w.at[id]
	_, played := w.entries[key{agent, id}]
	return planned && !played && slices.Contains(w.agents, agent) && (w.skip == nil || !w.skip(agent, id))
}
