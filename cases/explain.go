package cases

import (
	"fmt"
	"slices"
	"strings"
)

// The limits of an explanation.
const (
	fewLines  = 4   // each of what was sent, of what was wanted, and of faults; five are shown, too
	fewEvents = 8   // of an outcome
	lineLimit = 400 // characters
)

// Explain shows a failure as a headline, then what was sent, wanted and got, in
// one notation: in four lines, if one step was sent and one outcome is accepted, and
// never in many. It is empty where r has no headline.
func (r Result) Explain(c Case, o Observation) string {
	if r.Headline == "" {
		return ""
	}
	headline := fmt.Sprintf("%s: peer %s", c.ID, r.Headline)
	if strings.HasPrefix(r.Headline, NoAnswer) || r.Headline == WrongAnswer || r.Headline == WrongClose {
		headline = fmt.Sprintf("%s: %s", c.ID, r.Headline)
	}
	if len(c.Spec) > 0 {
		headline += fmt.Sprintf(" (%s)", strings.Join(c.Spec, ", "))
	}
	hint := fmt.Sprintf(" (wstest explain %s)", c.ID)
	lines := []string{cutLine(headline)}
	lines = append(lines, few("sent", len(c.Script), hint, func(i int) string { return fmt.Sprint(c.Script[i]) })...)
	lines = append(lines, few("want", len(c.Accept), hint, func(i int) string {
		return fmt.Sprintf("%s; %s", c.Accept[i].brief(), c.Ending)
	})...)
	lines = append(lines, cutLine(fmt.Sprintf("    got   %s; %s", o.brief(), o.Closing)))
	faults := o.Remarks()
	lines = append(lines, few("fault", len(faults), "", func(i int) string { return faults[i] })...)
	return strings.Join(lines, "\n")
}

// few is the lines of n things under a label. Of many it is the first, and how many
// more there are, with a hint where they are.
func few(label string, n int, hint string, text func(i int) string) (lines []string) {
	for i := range n {
		if i == fewLines && n > fewLines+1 {
			return append(lines, fmt.Sprintf("%10s… and %d more%s", "", n-i, hint))
		}
		lines = append(lines, cutLine(fmt.Sprintf("    %-5s %s", label, text(i))))
		label = ""
	}
	return lines
}

// cutLine is s, or how it begins.
func cutLine(s string) string {
	if len(s) <= lineLimit {
		return s
	}
	if runes := []rune(s); len(runes) > lineLimit {
		return string(runes[:lineLimit-1]) + "…"
	}
	return s
}

// brief is the events of o, of many only the first.
func (o Observation) brief() string {
	if o.Echoes > 0 && !slices.ContainsFunc(o.Events, func(e Event) bool { _, ok := e.(Echoed); return ok }) {
		return fmt.Sprintf("%s, then %s", Echoed{o.Echoes}, o.Events)
	}
	return o.Events.brief(o.Lost)
}

// brief is String with only the first of many events.
func (o Outcome) brief() string {
	if len(o.Events) < fewEvents {
		return o.String()
	}
	return o.Events.brief(0)
}

// brief is the events and how many were lost, of many only the first.
func (e Events) brief(lost int) string {
	if more := len(e) - fewEvents + lost; more > 0 && len(e) >= fewEvents {
		return fmt.Sprintf("%s … and %d more", e[:fewEvents], more)
	}
	return e.String()
}
