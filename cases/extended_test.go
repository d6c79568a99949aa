package cases

import (
	"strings"
	"testing"
)

func TestCasesBeyondTheReferenceAreWellFormed(t *testing.T) {
	seen := make(map[ID]bool)
	for _, chapter := range Extended {
		for _, c := range chapter.Cases {
			if err := c.Validate(); err != nil {
				t.Error(err)
			}
			if seen[c.ID] || Number(c.ID) > 0 {
				t.Errorf("there are two cases %s", c.ID)
			}
			seen[c.ID] = true
			inSection := false
			for _, s := range chapter.Sections {
				inSection = inSection || strings.HasPrefix(string(c.ID), s.Number+".")
			}
			switch {
			case !inSection:
				t.Errorf("%s is in none of the sections of chapter %s", c.ID, chapter.Number)
			case !strings.HasSuffix(c.Description, ".") || !strings.HasSuffix(c.Expectation, "."):
				t.Errorf("%s: description %q and expectation %q: want sentences", c.ID, c.Description, c.Expectation)
			case len(c.Spec) == 0 || len(c.Requirements) == 0:
				t.Errorf("%s names no clause, or no requirement", c.ID)
			}
		}
	}
}
