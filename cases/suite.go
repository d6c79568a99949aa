package cases

import (
	"fmt"
	"slices"
)

// A Suite is a set of chapters.
type Suite string

// The suites.
const (
	SuiteReference Suite = "reference" // the 517 cases of the reference
	SuiteExtended  Suite = "extended"  // the chapters that it has not
	SuiteAll       Suite = "all"       // both
)

// Suites lists the suites.
var Suites = []Suite{SuiteReference, SuiteExtended, SuiteAll}

// ParseSuite is the suite of that name.
func ParseSuite(name string) (Suite, error) {
	if s := Suite(name); slices.Contains(Suites, s) {
		return s, nil
	}
	return "", fmt.Errorf("unknown suite %q: want %s, %s or %s", name, SuiteReference, SuiteExtended, SuiteAll)
}

// Patterns select the cases of s.
func (s Suite) Patterns() (patterns []string) {
	if s != SuiteExtended {
		patterns = append(patterns, "*")
	}
	if s != SuiteReference {
		for _, chapter := range Extended {
			patterns = append(patterns, chapter.Number+".*")
		}
	}
	return patterns
}

// For is list without the cases that are not for peers of a role, and without those
// that have a tag which is not among tags, unless their ids are among named.
func For(list []Case, role Role, tags []Tag, named []string) []Case {
	return slices.DeleteFunc(slices.Clone(list), func(c Case) bool {
		untagged := slices.ContainsFunc(c.Tags, func(t Tag) bool { return t != Handshake && !slices.Contains(tags, t) })
		return c.Role != "" && c.Role != role || untagged && !slices.Contains(named, string(c.ID))
	})
}
