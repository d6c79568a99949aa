// Package format shows results in the forms that other programs read: JUnit XML, TAP,
// Markdown, the annotations of GitHub and a badge. Each is a view of [report.Results],
// written as the records are read, one at a time.
//
// What a peer sent is shown through package templates, and escaped as the form wants.
package format

import (
	"fmt"
	"slices"
	"strings"

	"gobahn/cases"
	"gobahn/report"
	"gobahn/templates"
)

// A tally counts cases by how they are shown.
type tally struct {
	Passed  int // also those that are only tolerated or informational
	Failed  int
	Skipped int // the peer lacks what they are about
	Missing int // they were to be played and were not
}

func (t tally) all() int { return t.Passed + t.Failed + t.Skipped + t.Missing }

func (t *tally) add(u tally) {
	t.Passed += u.Passed
	t.Failed += u.Failed
	t.Skipped += u.Skipped
	t.Missing += u.Missing
}

// count counts the cases of one agent, also by the number of the chapter.
func count(r *report.Results, agent string) (sum tally, chapters map[string]tally) {
	chapters = make(map[string]tally)
	for _, id := range r.PlannedWith(agent) {
		var one tally
		result, played := r.Result(agent, id)
		switch {
		case !played:
			one.Missing = 1
		case r.Failed(agent, id):
			one.Failed = 1
		case result.Verdict == cases.Unimplemented:
			one.Skipped = 1
		default:
			one.Passed = 1
		}
		number := report.ChapterOf(id).Number
		chapter := chapters[number]
		chapter.add(one)
		chapters[number] = chapter
		sum.add(one)
	}
	return sum, chapters
}

// countAll counts the cases of all agents.
func countAll(r *report.Results) (sum tally) {
	for _, agent := range r.Agents() {
		t, _ := count(r, agent)
		sum.add(t)
	}
	return sum
}

// missing are the cases that an agent was not played with.
func missing(r *report.Results, agent string) (ids []cases.ID) {
	for _, id := range r.PlannedWith(agent) {
		if _, played := r.Result(agent, id); !played {
			ids = append(ids, id)
		}
	}
	return ids
}

// described is a case by id and description. One that was not played has that of the
// catalogue, if it is there.
func described(id cases.ID, description string) string {
	if description == "" {
		if i := slices.IndexFunc(cases.All, func(c cases.Case) bool { return c.ID == id }); i >= 0 {
			description = cases.All[i].Description
		}
	}
	return strings.TrimSpace(string(id) + " " + templates.Legible(description))
}

// notPlayed is said of a case that was to be played and was not.
const notPlayed = "The case was not played."

// why says in words why a record is shown as a failure: its explanation, or of one
// that is none by itself, its verdicts. It is legible, a headline and some lines.
func why(one report.Record) string {
	o := one.Observation
	o.Faults = nil
	for _, fault := range one.Observation.Faults { // which may be of several lines
		o.Faults = append(o.Faults, templates.Legible(fault))
	}
	text := one.Result.Explain(one.Case, o)
	if text == "" {
		text = fmt.Sprintf("%s: %s, closing %s\n    %s\n    %s", one.Case.ID, one.Result.Verdict, one.Result.CloseVerdict,
			templates.Legible(one.Result.Says), templates.Legible(one.Result.CloseSays))
	}
	return short(templates.LegibleLines(text))
}

// whyLimit is how many octets an explanation takes at most.
const whyLimit = 8 << 10

// short is text, or if it is too long its beginning and end.
func short(text string) string {
	if len(text) <= whyLimit {
		return text
	}
	cut := func(s string) string { return strings.ToValidUTF8(s, "") }
	head, tail := text[:whyLimit/2], text[len(text)-whyLimit/2:]
	return cut(head) + "\n    …\n    … " + cut(tail)
}

// headline is the first line of an explanation.
func headline(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// runs says in a line each what was run.
func runs(r *report.Results) (lines []string) {
	for _, run := range r.Head.Runs {
		line := fmt.Sprintf("%s, profile %s, seed %d", run.Product, run.Profile, run.Seed)
		if run.Shard != "" {
			line += ", shard " + run.Shard
		}
		lines = append(lines, templates.Legible(line))
	}
	return lines
}

// Comment says in a few lines what a record is, for a file that is about it alone.
func Comment(one report.Record) string {
	text := fmt.Sprintf("Case %s with %s: %s, closing %s. %s", one.Case.ID, templates.Short(one.Agent),
		one.Result.Verdict, one.Result.CloseVerdict, templates.Legible(one.Case.Description))
	if one.Result.Headline != "" {
		text += "\n" + why(one)
	}
	return text
}
