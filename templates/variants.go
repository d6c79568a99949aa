package templates

import (
	"fmt"
	"time"

	"gobahn/cases"
)

// A variant is what came of one variant of a case.
type variant struct {
	Name         string
	Number       int // from 1
	Shown        bool
	Verdict      cases.Verdict
	CloseVerdict cases.Verdict
	Says         string
}

// variants are those of the case that were played, and how many were not.
func (p Page) variants() (list []variant, missing int) {
	for _, part := range p.Result.Parts {
		if part.Part < len(p.Case.Variants) {
			list = append(list, variant{
				p.Case.Variants[part.Part].Name, part.Part + 1, part.Part == p.Result.Worst, part.Verdict, part.CloseVerdict, part.Says,
			})
		}
	}
	return list, len(p.Case.Variants) - len(list)
}

// shown is p about the variant that decided.
func (p Page) shown() Page {
	p.Case = p.Case.Shown(p.Result)
	return p
}

// breaches are the rules for all connections that the peer broke, in lines.
func (p Page) breaches() (lines []string) {
	for _, b := range p.Observation.Breaches {
		line := fmt.Sprintf("%s: %s", b.Check, b.Says)
		if b.Octets != (cases.Payload{}) {
			line += " (" + b.Octets.String() + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

// aftermath says how the peer was afterwards; "" if nobody looked.
func (p Page) aftermath() (lines []string) {
	o := p.Observation
	if o.Life != nil && o.Life.Alive {
		lines = append(lines, fmt.Sprintf("Afterwards the server answered on a fresh connection, in %v.", time.Duration(o.Life.Took).Round(time.Millisecond/10)))
	}
	switch m := o.Memory; {
	case m != nil:
		lines = append(lines, fmt.Sprintf("Meanwhile the process of the peer grew by %.1f MiB.", float64(m.Grown())/(1<<20)))
	case p.Case.WatchesMemory():
		lines = append(lines, "The memory of the peer was not looked at: say which process it is, with --pid.")
	}
	return lines
}
