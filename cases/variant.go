package cases

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// A Variant is one entry of a table of things that are alike: what it sets is in the
// place of what the case says. Each is played on a connection of its own, and the worst
// of their verdicts is that of the case. New ones are added at the end, so that the ids
// of those there are do not change.
type Variant struct {
	Name    string    `json:"name"`              // what is special about it, in a few words
	Opening *Opening  `json:"opening,omitempty"` // nil: as the case says
	Deflate *Deflate  `json:"deflate,omitempty"` // nil: as the case says
	Script  Script    `json:"script,omitempty"`  // nil: as the case says
	Accept  []Outcome `json:"accept,omitempty"`  // nil: as the case says
	Ending  *Ending   `json:"ending,omitempty"`  // nil: as the case says
	Limit   *Limit    `json:"limit,omitempty"`   // nil: as the case says
}

// Parts are what is played of c, one connection each: c itself, or its variants, with
// the id of the case, a slash and their number from 1.
func (c Case) Parts() []Case {
	if len(c.Variants) == 0 {
		return []Case{c}
	}
	parts := make([]Case, len(c.Variants))
	for i, v := range c.Variants {
		parts[i] = v.of(c, i)
	}
	return parts
}

// of is the part of c that v is, the i-th from 0.
func (v Variant) of(c Case, i int) Case {
	c.ID = PartID(c.ID, i)
	c.Description = v.Name
	c.Variants, c.Growth = nil, 0
	if v.Opening != nil {
		c.Opening = v.Opening
	}
	if v.Deflate != nil {
		c.Deflate = v.Deflate
	}
	if v.Script != nil {
		c.Script = v.Script
	}
	if v.Accept != nil {
		c.Accept = v.Accept
	}
	if v.Ending != nil {
		c.Ending = *v.Ending
	}
	if v.Limit != nil {
		c.Limit = *v.Limit
	}
	return c
}

// PartID is the id of a part of a case, the i-th from 0: "14.2.1/3".
func PartID(id ID, i int) ID { return ID(fmt.Sprintf("%s/%d", id, i+1)) }

// Part takes the id of a part apart: the case, and which of its parts it is, from 0;
// -1 if it is the id of a case.
func (id ID) Part() (of ID, i int) {
	rest := strings.TrimPrefix(string(id), UserPrefix)
	_, number, ok := strings.Cut(rest, "/")
	if n, err := strconv.Atoi(number); ok && err == nil {
		return id[:len(id)-len(number)-1], n - 1
	}
	return id, -1
}

// judgeParts grades a case of which o.Parts are what happened in its parts: by the
// worst, and by how the time they took grows. What this peer cannot be played does not
// count beside what it was.
func (p Profile) judgeParts(c Case, o Observation) Result {
	r := Result{ID: c.ID, Verdict: Failed, CloseVerdict: Failed, Headline: NoAnswer + "time",
		Says: "None of its variants was played.", CloseSays: "None of its variants was played."}
	parts := c.Parts()
	var played, missed []Result
	for i, of := range o.Parts[:min(len(parts), len(o.Parts))] {
		if of == nil {
			continue
		}
		one := p.Judge(parts[i], *of)
		r.Parts = append(r.Parts, Part{Part: i, Verdict: one.Verdict, CloseVerdict: one.CloseVerdict, Says: one.Says})
		one.Worst, one.Says = i, fmt.Sprintf("%s: %s", c.Variants[i].Name, one.Says)
		if one.Verdict == Unimplemented {
			missed = append(missed, one)
		} else {
			played = append(played, one)
		}
	}
	if len(played) == 0 {
		r.worstOf(missed)
		return r
	}
	r.worstOf(played)
	if r.Verdict == OK && len(r.Parts) == len(parts) && len(parts) > 1 {
		r.Says = fmt.Sprintf("All %d variants went as they should.", len(parts))
		if len(missed) > 0 {
			r.Says = fmt.Sprintf("Of %d variants %d went as they should; the others cannot be played with this peer.", len(parts), len(played))
		}
	}
	if says := c.sameKeys(o); says != "" && r.Verdict != Failed {
		r.Verdict, r.Says, r.Headline = Failed, says, WrongAnswer
	}
	switch says := c.outgrown(o); {
	case says == "" || r.Verdict == Failed:
	case !o.Server:
		r.Verdict, r.Says, r.Headline = Failed, says, TooSlowly
	case c.Unsure(o): // a client was measured once: that proves nothing
	case worse(Informational, r.Verdict):
		r.Verdict, r.Says = Informational, says
	}
	if says := c.stale(o); says != "" && r.Verdict != Failed {
		r.Verdict, r.Says, r.Headline = Failed, says, WrongAnswer
	}
	if says := harm(c, o); says != "" {
		r.Verdict, r.Says, r.Headline = Failed, says, Harmed
	}
	return r
}

// worstOf gives r the worst of the verdicts of parts, and of their endings.
func (r *Result) worstOf(parts []Result) {
	for i, one := range parts {
		if i == 0 || worse(one.Verdict, r.Verdict) {
			r.Verdict, r.Says, r.Headline, r.Why, r.Worst = one.Verdict, one.Says, one.Headline, one.Why, one.Worst
		}
		if i == 0 || worse(one.CloseVerdict, r.CloseVerdict) {
			r.CloseVerdict, r.CloseSays = one.CloseVerdict, one.CloseSays
			if r.Headline == "" {
				r.Headline, r.Worst = one.Headline, one.Worst
			}
		}
	}
}

// outgrown says that the second of a pair of parts, which has more to do, took more than
// Growth times as long as the first; "" if none did.
func (c Case) outgrown(o Observation) string {
	i := c.slowerThan(o, c.Growth)
	if i < 0 {
		return ""
	}
	return fmt.Sprintf("%s took %v, %s %v: that is more than %g times as long.",
		c.Variants[i].Name, o.Parts[i].Duration, c.Variants[i-1].Name, o.Parts[i-1].Duration, c.Growth)
}

// MayGrow reports whether the times of o are such that they should be measured again: what
// is but a third of what is allowed may be more when the machine is less busy.
func (c Case) MayGrow(o Observation) bool { return c.slowerThan(o, c.Growth/3) >= 0 }

// Unsure reports whether the times of o are about what is allowed, so that it is chance on
// which side they are.
func (c Case) Unsure(o Observation) bool {
	return c.slowerThan(o, 3*c.Growth/4) >= 0 && c.slowerThan(o, 2*c.Growth) < 0
}

// slowerThan is the first part that took more than so many times as long as the one before
// it; -1 if none did.
func (c Case) slowerThan(o Observation, times float64) int {
	for i := 1; c.Growth != 0 && i < len(o.Parts); i += 2 {
		first, second := o.Parts[i-1], o.Parts[i]
		if first != nil && second != nil && float64(second.Duration) > times*float64(max(first.Duration, c.measurable())) {
			return i
		}
	}
	return -1
}

// measurable is the shortest time that the growth of c is measured against.
func (c Case) measurable() Duration { return cmp.Or(c.GrowthFrom, Growing) }

// Quickest takes over from before, another observation of the same case, the times that
// its parts took there if they took less.
func (o *Observation) Quickest(before Observation) {
	for i, of := range before.Parts[:min(len(before.Parts), len(o.Parts))] {
		if of != nil && o.Parts[i] != nil {
			o.Parts[i].Duration = min(o.Parts[i].Duration, of.Duration)
		}
	}
}

// Growing is the shortest time that growth is measured against, if a case does not say
// otherwise: below it the machine rather than the peer decides.
const Growing = Second
