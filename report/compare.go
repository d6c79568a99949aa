package report

import (
	"fmt"
	"slices"

	"gobahn/cases"
)

// A Kind is a way for two outcomes of a case to differ.
type Kind string

// The kinds of changes, in the order that they are shown.
const (
	Worse   Kind = "worse"   // the verdict of the case, or that of its ending
	Missing Kind = "missing" // it was there, and is no more
	Better  Kind = "better"  // a verdict, and none is worse
	New     Kind = "new"     // it was not there
	Changed Kind = "changed" // another close code, or a verdict that is as good
)

// Kinds lists all kinds in that order.
var Kinds = []Kind{Worse, Missing, Better, New, Changed}

// ranks are the verdicts, best first. Those in a row are as good as each other.
var ranks = [][]cases.Verdict{
	{cases.OK, cases.Informational},         // nothing is wrong, or there is no wrong
	{cases.NonStrict, cases.FailedByClient}, // a SHOULD was violated
	{cases.Unimplemented},                   // it is not there, so that it cannot be wrong
	{cases.WrongCodeSent},                   // it ended, with another code
	{cases.Unclean},                         // it did not end as it must
	{cases.Failed},
}

// rank is the place of v in ranks.
func rank(v cases.Verdict) int {
	return slices.IndexFunc(ranks, func(row []cases.Verdict) bool { return slices.Contains(row, v) })
}

// A race is a case whose verdict depends on what the peer happens to do first.
type race struct {
	id       cases.ID
	verdicts []cases.Verdict // between which it may change
	why      string
}

// races are those known.
var races = []race{
	{"4.2.5", []cases.Verdict{cases.OK, cases.NonStrict},
		"a race: whether the message before the bad frame still comes back"},
}

// raced says why a case may be graded so and otherwise; empty: it is no race.
func raced(id cases.ID, was, is cases.Verdict) string {
	for _, r := range races {
		if r.id == id && was != is && slices.Contains(r.verdicts, was) && slices.Contains(r.verdicts, is) {
			return r.why
		}
	}
	return ""
}

// A Change is a difference between two runs in one case.
type Change struct {
	Kind    Kind
	Agent   string   // in the later run; of a missing agent, in the earlier
	Case    cases.ID // likewise
	Was, Is *Outcome // nil: there is none
	Note    string   // what else there is to say; may be empty
}

// A Comparison is what differs between two runs.
type Comparison struct {
	Was, Is string   // the files compared; empty: a run of this process
	Changes []Change // agent by agent, in the order of the catalogue
	Same    int      // cases that do not differ
	Notes   []string // how they were compared, one line each
}

// Of are the changes of a kind.
func (c *Comparison) Of(kind Kind) (list []Change) {
	for _, one := range c.Changes {
		if one.Kind == kind {
			list = append(list, one)
		}
	}
	return list
}

// without leaves out changes of a kind.
func (c *Comparison) without(kind Kind) {
	c.Changes = slices.DeleteFunc(c.Changes, func(one Change) bool { return one.Kind == kind })
}

// Compare compares two runs, agents by name. If either has one agent only, these are
// compared whatever they are called. A case is told by its id, and in section 7.9 by
// the code that it sends.
func Compare(was, is *Outcomes) *Comparison {
	c := &Comparison{Was: was.Source, Is: is.Source, Notes: slices.Concat(was.Notes, is.Notes)}
	pairs := c.pair(was.Agents, is.Agents)
	for _, agent := range is.Agents {
		former, known := pairs[agent]
		if !known {
			c.Notes = append(c.Notes, fmt.Sprintf("%.60q is not in %s, so that its cases are new", agent, was.Source))
		}
		c.agent(was, is, former, agent, known)
	}
	for _, former := range was.Agents {
		if !paired(pairs, former) {
			c.agent(was, &Outcomes{}, former, former, true)
		}
	}
	return c
}

// pair says which agents of the earlier run those of the later are compared with.
func (c *Comparison) pair(was, is []string) map[string]string {
	pairs := make(map[string]string)
	for _, agent := range is {
		if slices.Contains(was, agent) {
			pairs[agent] = agent
		}
	}
	if len(pairs) == 0 && len(was) == 1 && len(is) == 1 {
		pairs[is[0]] = was[0]
		c.Notes = append(c.Notes, fmt.Sprintf("%.60q is compared with %.60q, as either run has one agent only", is[0], was[0]))
	}
	return pairs
}

func paired(pairs map[string]string, former string) bool {
	for _, one := range pairs {
		if one == former {
			return true
		}
	}
	return false
}

// A subject is what a case is about: its id or, in section 7.9, the code it sends.
type subject struct {
	id   cases.ID
	code int
}

func subjectOf(o Outcome) subject {
	if o.sent != nil {
		return subject{codeSection, *o.sent}
	}
	return subject{o.Case, 0}
}

// agent compares what agent did with what former did, which is of the earlier run if
// known.
func (c *Comparison) agent(was, is *Outcomes, former, agent string, known bool) {
	before := make(map[subject]Outcome)
	if known {
		for _, id := range was.ids[former] {
			one, _ := was.Of(former, id)
			before[subjectOf(one)] = one
		}
	}
	var changes []Change
	for _, id := range is.ids[agent] {
		now, _ := is.Of(agent, id)
		one := Change{Kind: New, Agent: agent, Case: id, Is: &now}
		if then, ok := before[subjectOf(now)]; ok {
			delete(before, subjectOf(now))
			one.Was = &then
			one.Kind, one.Note = compare(then, now)
		}
		if one.Kind == "" {
			c.Same++
			continue
		}
		changes = append(changes, one)
	}
	for _, then := range before {
		changes = append(changes, missing(agent, then))
	}
	slices.SortStableFunc(changes, func(a, b Change) int { return compareIDs(a.Case, b.Case) })
	c.Changes = append(c.Changes, changes...)
}

// missing is that a case is no more. One of section 7.9 may have been taken away.
func missing(agent string, then Outcome) Change {
	one := Change{Kind: Missing, Agent: agent, Case: then.Case, Was: &then}
	if then.sent != nil && !slices.Contains(codesNow, *then.sent) {
		one.Kind = Changed
		one.Note = fmt.Sprintf("there is no more case that sends close code %d", *then.sent)
	}
	return one
}

// compare is how one outcome of a case differs from another; empty: it does not.
func compare(was, is Outcome) (kind Kind, note string) {
	if was.Case != is.Case {
		note = fmt.Sprintf("was called %s: close code %d", was.Case, *is.sent)
	}
	behaviour, closing := rank(is.Behaviour)-rank(was.Behaviour), rank(is.Close)-rank(was.Close)
	if why := raced(is.Case, was.Behaviour, is.Behaviour); why != "" {
		behaviour, note = 0, why
	}
	switch {
	case behaviour > 0 || closing > 0:
		return Worse, note
	case behaviour < 0 || closing < 0:
		return Better, note
	case was.Behaviour != is.Behaviour || was.Close != is.Close || !sameCode(was.CloseCode, is.CloseCode):
		return Changed, note
	}
	return "", ""
}

func sameCode(a, b *uint16) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }
