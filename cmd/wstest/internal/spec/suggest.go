package spec

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"gobahn/cases"
)

// suggestion asks whether the nearest of names was meant, if one is near.
func suggestion(name string, names iter.Seq[string]) string {
	const longest = 64 // no key is nearly as long
	if len(name) > longest {
		return ""
	}
	nearest, least := "", len(name)/3+2
	for _, known := range slices.Sorted(names) {
		if d := cases.Distance(strings.ToLower(name), strings.ToLower(known)); d < least {
			nearest, least = known, d
		}
	}
	if nearest == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", nearest)
}
