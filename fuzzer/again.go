package fuzzer

import (
	"slices"
	"time"

	"gobahn/cases"
)

// This file says what has to be played again. What has failed may have done so because
// the machine kept us waiting, or for the company it had, and the same is so of each
// variant of a case.

// parts are the observations of p: one, or those of its variants, of which nil was not
// played.
func (p Played) parts() []*cases.Observation {
	if len(p.Observation.Parts) == 0 {
		return []*cases.Observation{&p.Observation}
	}
	list := slices.Clone(p.Observation.Parts)
	if shown := p.Result.Worst; shown < len(list) && list[shown] != nil { // its wire log was moved
		o := *list[shown]
		o.Wirelog = p.Observation.Wirelog
		list[shown] = &o
	}
	return list
}

// lagged reports whether p has failed while the machine kept us waiting, which may be
// why.
func (p Played) lagged() bool {
	if p.Result.Headline == "" || p.Observation.Lag == 0 || p.Observation.Died != "" {
		return false
	}
	kept := p.kept(unhurried)
	return kept == nil || slices.Contains(kept, nil)
}

// unhurried reports whether nothing of what happened was late.
func unhurried(o *cases.Observation) bool { return o.Lag == 0 }

// promptly is how soon a server ends TCP that refuses a request in this way.
const promptly = 20 * time.Millisecond

// forgotten reports whether a server ended TCP without an answer, and not at once. Perhaps
// it had forgotten the connection, and somebody else's made it see that: a collector of
// garbage closes what nobody holds any more.
func forgotten(o *cases.Observation) bool {
	end := o.Closing
	return !o.Server && !o.Opened && o.Response == "" && !end.OpeningTimeout && !end.DroppedByMe && time.Duration(o.Duration) > promptly
}

// doubtful reports whether p has failed, or may have passed for the company it had.
func (p Played) doubtful() bool {
	return p.Result.Headline != "" || slices.ContainsFunc(p.parts(), func(o *cases.Observation) bool { return o != nil && forgotten(o) })
}

// kept are the parts of p that need not be played again, in their places: those about which
// there is no doubt, and those about which somebody is certain. No list at all is that all
// of it has to be, for it is not a part that has failed.
func (p Played) kept(certain func(*cases.Observation) bool) (list []*cases.Observation) {
	if p.Observation.Died != "" || p.Case.Growth > 0 {
		return nil
	}
	doubtful := false
	parts, played := p.parts(), p.Case.Parts()
	if len(parts) != len(played) { // none of them was: the server is gone
		return nil
	}
	for i, c := range played {
		o := parts[i]
		if o != nil && (cases.Judge(c, *o).Headline != "" || forgotten(o)) {
			// A process that has grown has room for the next time: it would not grow again.
			if doubtful = true; !certain(o) && !c.Grown(*o) {
				o = nil
			}
		}
		list = append(list, o)
	}
	if !doubtful {
		return nil
	}
	return list
}
