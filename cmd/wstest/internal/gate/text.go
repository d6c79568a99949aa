package gate

import (
	"fmt"
	"slices"
	"strings"

	"gobahn/cases"
	"gobahn/report"
	"gobahn/templates"
)

// few is how many cases are named in a list of them.
const few = 10

// Text says what was decided and why: one line, then what it is about. Status is the
// exit status, and other what it has to do with beside the decision; may be empty.
func (d *Decision) Text(status int, other string) string {
	var s strings.Builder
	word := "passed"
	if status != 0 {
		word = "failed"
	}
	if other != "" {
		other = " (" + other + ")"
	}
	fmt.Fprintf(&s, "Gate: %s, exit status %d%s: %s\n", word, status, other, d.reasons())
	d.failures(&s)
	if d.Baseline != "" {
		d.since(&s)
	}
	if len(d.Findings) > 0 {
		fmt.Fprintln(&s, "  what is expected is not right any more:")
		for _, f := range first(d.Findings) {
			fmt.Fprintf(&s, "    %s\n", templates.Legible(f))
		}
		andMore(&s, len(d.Findings))
	}
	for _, n := range d.Notes {
		fmt.Fprintf(&s, "  note: %s\n", templates.Legible(n))
	}
	return s.String()
}

// reasons are why, with counts.
func (d *Decision) reasons() string {
	var parts []string
	failed := len(d.Failures) - d.Missing
	if failed > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d cases %s", failed, d.Cases, d.fault(failed)))
	}
	if d.Missing > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d cases not played", d.Missing, d.Cases))
	}
	if len(d.Failures) == 0 {
		parts = append(parts, fmt.Sprintf("none of %d cases %s", d.Cases, d.fault(1)))
	}
	if d.Expected > 0 {
		parts = append(parts, fmt.Sprintf("%d failed as expected", d.Expected))
	}
	if d.Before > 0 {
		parts = append(parts, fmt.Sprintf("%d failed before, too", d.Before))
	}
	if !d.Passed() && len(d.Failures) == 0 {
		parts = append(parts, "but --strict-expect wants the expectations to be right")
	}
	return strings.Join(parts, ", ")
}

// fault is what n cases do that fail.
func (d *Decision) fault(n int) string {
	verb := "fail"
	if n == 1 {
		verb = "fails"
	}
	if d.Baseline != "" {
		be := "are"
		if n == 1 {
			be = "is"
		}
		return fmt.Sprintf("%s worse than before or %s anew (--fail-on %s)", be, verb, d.Rule.Name)
	}
	return fmt.Sprintf("%s (--fail-on %s)", verb, d.Rule.Name)
}

// failures lists the first of them, what was played before what was not: of a run that
// was cut short there is much of the latter.
func (d *Decision) failures(s *strings.Builder) {
	list := slices.Clone(d.Failures)
	slices.SortStableFunc(list, func(a, b Failure) int { return played(b) - played(a) })
	for _, f := range first(list) {
		fmt.Fprintf(s, "    %-8s %s: %s\n", templates.Short(string(f.Case)), templates.Short(f.Agent), templates.Legible(f.Why))
	}
	andMore(s, len(d.Failures))
}

// played is 1 if the case of f was, else 0.
func played(f Failure) int {
	if f.Why == notPlayed {
		return 0
	}
	return 1
}

// since tells what is better than before.
func (d *Decision) since(s *strings.Builder) {
	if len(d.Better) == 0 {
		return
	}
	fmt.Fprintf(s, "  better than in %s: %s\n", templates.Legible(d.Baseline), idList(ids(d.Better)))
}

func ids(list []report.Change) (ids []cases.ID) {
	for _, c := range list {
		ids = append(ids, c.Case)
	}
	return ids
}

// idList names the first cases of a list.
func idList(list []cases.ID) string {
	var texts []string
	for _, id := range first(list) {
		texts = append(texts, templates.Short(string(id)))
	}
	if more := len(list) - few; more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, ", ")
}

func first[T any](list []T) []T { return list[:min(len(list), few)] }

func andMore(s *strings.Builder, n int) {
	if n > few {
		fmt.Fprintf(s, "    … and %d more\n", n-few)
	}
}
