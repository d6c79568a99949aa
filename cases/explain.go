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
	name := string(c.ID)
	if len(c.Variants) > 0 && r.Worst < len(c.Variants) {
		name += ", " + c.Variants[r.Worst].Name
	}
	headline := fmt.Sprintf("%s: peer %s", name, r.Headline)
	c = c.Shown(r)
	if strings.HasPrefix(r.Headline, NoAnswer) || r.Headline == WrongAnswer || r.Headline == WrongClose || r.Headline == TooSlowly {
		headline = fmt.Sprintf("%s: %s", name, r.Headline)
	}
	if len(c.Spec) > 0 {
		headline += fmt.Sprintf(" (%s)", strings.Join(c.Spec, ", "))
	}
	hint := fmt.Sprintf(" (wstest explain %s)", c.ID)
	lines := []string{cutLine(headline)}
	sent, wanted := c.Sent(), c.wanted()
	lines = append(lines, few("sent", len(sent), hint, func(i int) string { return sent[i] })...)
	lines = append(lines, few("want", len(wanted), hint, func(i int) string { return wanted[i] })...)
	lines = append(lines, cutLine("    got   "+got(c, o)))
	faults := o.Remarks()
	if says := harm(c, o); says != "" {
		faults = append(slices.Clip(faults), says)
	}
	if b, found := c.breach(o); found {
		faults = append(slices.Clip(faults), b.String())
	}
	lines = append(lines, few("fault", len(faults), "", func(i int) string { return faults[i] })...)
	return strings.Join(lines, "\n")
}

// got is what came of c.
func got(c Case, o Observation) string {
	events := fmt.Sprintf("%s; %s", o.brief(), o.Closing)
	if c.Opening == nil || c.Opening.Answers == nil || o.Server {
		return events
	}
	status, _ := o.answer()
	if status == "101" && len(c.Script) > 0 {
		return "answer 101, then " + events
	}
	return "answer " + status
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
		return o.events()
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

// endingOf is how the connection has to end if outcome i is observed.
func (c Case) endingOf(i int) Ending {
	if e := c.Accept[i].Ending; e != nil {
		return *e
	}
	return c.Ending
}
