package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Select returns the cases of all that one of patterns selects and none of
// excludes, in the order of all.
//
// A pattern with a * in it selects every id that begins with a match, where *
// is any run of characters and what else it holds is a regular expression but
// for the dots: "6.2.*", "1*" (10.1.1 too), "1[1-3].*". The pattern "*" alone
// selects the cases of the reference, as its users expect, and no others. A
// pattern without a * is an id, which must be that of a case; among excludes
// it need not be. Cases that the reference has not are selected only by patterns that
// name their chapter, such as "14.*": "1*" means what it always has.
func Select(all []Case, patterns, excludes []string) ([]Case, error) {
	for _, p := range patterns {
		if !strings.Contains(p, "*") && !slices.ContainsFunc(all, func(c Case) bool { return string(c.ID) == p }) {
			return nil, unknownCase(all, p)
		}
	}
	wanted, err := matchers(patterns)
	if err != nil {
		return nil, err
	}
	unwanted, err := matchers(excludes)
	if err != nil {
		return nil, err
	}
	var selected []Case
	for _, c := range all {
		if wanted.match(c.ID) && !unwanted.match(c.ID) {
			selected = append(selected, c)
		}
	}
	return selected, nil
}

// A matcher tells whether a pattern selects an id.
type matcher func(ID) bool

// anyMatcher selects what one of its matchers does.
type anyMatcher []matcher

func (list anyMatcher) match(id ID) bool {
	return slices.ContainsFunc(list, func(m matcher) bool { return m(id) })
}

// matchers are those of patterns.
func matchers(patterns []string) (list anyMatcher, err error) {
	for _, p := range patterns {
		m, err := newMatcher(p)
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// newMatcher is the matcher of one pattern.
func newMatcher(pattern string) (matcher, error) {
	switch {
	case pattern == "*":
		return func(id ID) bool { return Number(id) > 0 }, nil
	case !strings.Contains(pattern, "*"):
		return func(id ID) bool { return string(id) == pattern }, nil
	}
	re, err := regexp.Compile("^(?:" + wildcards.Replace(pattern) + ")")
	if err != nil {
		return nil, fmt.Errorf("case pattern %q: %w", pattern, err)
	}
	return func(id ID) bool { return re.MatchString(string(id)) && (Number(id) > 0 || namesChapter(pattern, id)) }, nil
}

// namesChapter reports whether pattern says of which chapter id is: "14.*", "user/*".
func namesChapter(pattern string, id ID) bool {
	end := strings.IndexAny(string(id), "./")
	return end > 0 && slices.ContainsFunc(strings.Split(pattern, "|"), func(alternative string) bool {
		return strings.HasPrefix(alternative, string(id)[:end+1])
	})
}

// Whole returns what reports whether a pattern describes all of a name, as patterns
// for agents and for their cases do: * is any run of characters.
func Whole(pattern string) (func(string) bool, error) {
	re, err := regexp.Compile("^(?:" + wildcards.Replace(pattern) + ")$")
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	return re.MatchString, nil
}

// wildcards makes a regular expression of a pattern.
var wildcards = strings.NewReplacer(".", `\.`, "*", ".*")

// unknownCase is the error for an id that no case has. It suggests the nearest,
// unless that has nothing in common with it.
func unknownCase(all []Case, id string) error {
	var nearest ID
	least := len(id)
	for _, c := range all {
		if d := Distance(id, string(c.ID)); d < least {
			least, nearest = d, c.ID
		}
	}
	if nearest == "" {
		return fmt.Errorf("unknown case %q", id)
	}
	return fmt.Errorf("unknown case %q (did you mean %q?)", id, nearest)
}

// Distance is how many octets have to be inserted, deleted or replaced to
// make b of a (Levenshtein).
func Distance(a, b string) int {
	row := make([]int, len(b)+1) // from the part of a before i to each part of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
