package spec

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// suggestion asks whether the nearest of names was meant, if one is near.
func suggestion(name string, names iter.Seq[string]) string {
	const longest = 64 // no key is nearly as long
	if len(name) > longest {
		return ""
	}
	nearest, least := "", len(name)/3+2
	for _, known := range slices.Sorted(names) {
		if d := editDistance(strings.ToLower(name), strings.ToLower(known)); d < least {
			nearest, least = known, d
		}
	}
	if nearest == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", nearest)
}

// editDistance is how many octets have to be inserted, deleted or replaced to make
// b of a (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1) // from the part of a so far to each part of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
