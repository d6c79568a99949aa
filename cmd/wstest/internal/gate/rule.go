// Package gate decides whether what was played is good enough: by a rule about
// verdicts, an earlier run and a list of what is known.
package gate

import (
	"fmt"
	"slices"
	"strings"

	"gobahn/cases"
)

// A Rule says which verdicts fail a run, those of cases and of endings apart.
type Rule struct {
	Name    string // as the user wrote it
	Cases   []cases.Verdict
	Endings []cases.Verdict
}

// A preset is a rule with a name.
type preset struct {
	name string
	rule Rule
}

// presets are those there are.
var presets = []preset{
	{"default", Rule{ // a MUST is violated
		Cases:   []cases.Verdict{cases.Failed},
		Endings: []cases.Verdict{cases.Failed, cases.WrongCodeSent, cases.Unclean},
	}},
	{"strict", Rule{ // or a SHOULD
		Cases:   []cases.Verdict{cases.Failed, cases.NonStrict},
		Endings: []cases.Verdict{cases.Failed, cases.WrongCodeSent, cases.Unclean, cases.NonStrict, cases.FailedByClient},
	}},
	{"failed", Rule{Cases: []cases.Verdict{cases.Failed}}},
	{"never", Rule{}},
}

// Default is the rule where the user gives none.
var Default = named(presets[0])

func named(p preset) Rule {
	r := p.rule
	r.Name = p.name
	return r
}

// The verdicts that a rule can name.
var (
	caseVerdicts   = []cases.Verdict{cases.NonStrict, cases.Informational, cases.Unimplemented, cases.Failed}
	endingVerdicts = []cases.Verdict{cases.Failed, cases.WrongCodeSent, cases.Unclean, cases.FailedByClient, cases.NonStrict, cases.Informational, cases.Unimplemented}
)

// ending is what stands before the verdict of an ending.
const ending = "close:"

// Help says what a rule can be made of, for the help of a flag.
func Help() string {
	return fmt.Sprintf("verdicts that fail the run, those of endings behind %q: FAILED,close:UNCLEAN, or %s", ending, strings.Join(presetNames(), ", "))
}

func presetNames() (names []string) {
	for _, p := range presets {
		names = append(names, p.name)
	}
	return names
}

// ParseRule makes a rule of names: verdicts, those of endings behind "close:", and
// presets. Without any it is the default.
func ParseRule(names []string) (Rule, error) {
	if len(names) == 0 {
		return Default, nil
	}
	r := Rule{Name: strings.Join(names, ",")}
	for _, name := range names {
		if err := r.include(name); err != nil {
			return Rule{}, err
		}
	}
	if len(names) > 1 && slices.ContainsFunc(names, func(name string) bool { return plain(name) == "never" }) {
		return Rule{}, fmt.Errorf("%q: never stands alone", r.Name)
	}
	return r, nil
}

// include adds what one name stands for.
func (r *Rule) include(name string) error {
	word, isEnding := strings.CutPrefix(plain(name), ending)
	word = strings.Trim(word, "-")
	if isEnding {
		return choose(&r.Endings, name, word, endingVerdicts)
	}
	for _, p := range presets {
		// The word FAILED is a verdict; the preset of that name means the same.
		if word == p.name {
			r.Cases, r.Endings = append(r.Cases, p.rule.Cases...), append(r.Endings, p.rule.Endings...)
			return nil
		}
	}
	if v := find(word, endingVerdicts); v != "" && find(word, caseVerdicts) == "" {
		return fmt.Errorf("%q grades endings only: want %s%s", name, ending, strings.ReplaceAll(string(v), " ", "-"))
	}
	return choose(&r.Cases, name, word, caseVerdicts, presetNames()...)
}

// choose adds the verdict that a word names to list. Others are names that would have
// been understood, too.
func choose(list *[]cases.Verdict, name, word string, among []cases.Verdict, others ...string) error {
	if word == "ok" {
		return fmt.Errorf("%q: OK is never a failure", name)
	}
	v := find(word, among)
	if v == "" {
		return fmt.Errorf("%q is no verdict%s", name, suggestion(word, among, others))
	}
	*list = append(*list, v)
	return nil
}

// find is the verdict that a word names; empty: none.
func find(word string, among []cases.Verdict) cases.Verdict {
	for _, v := range among {
		if plain(string(v)) == word {
			return v
		}
	}
	return ""
}

// plain is a name in small letters, with one way to write blanks.
func plain(name string) string {
	return strings.ToLower(strings.NewReplacer(" ", "-", "_", "-").Replace(strings.TrimSpace(name)))
}

// suggestion lists what could have been meant.
func suggestion(word string, among []cases.Verdict, others []string) string {
	var names []string
	for _, v := range among {
		names = append(names, strings.ReplaceAll(string(v), " ", "-"))
	}
	names = append(names, others...)
	best, least := "", len(word)/2+1
	for _, name := range names {
		if d := cases.Distance(word, plain(name)); d < least {
			best, least = name, d
		}
	}
	if best != "" {
		return fmt.Sprintf(" (did you mean %q?)", best)
	}
	return ": want " + strings.Join(names, ", ")
}

// Fails reports whether these verdicts fail a run.
func (r Rule) Fails(v, closing cases.Verdict) bool {
	return slices.Contains(r.Cases, v) || slices.Contains(r.Endings, closing)
}
