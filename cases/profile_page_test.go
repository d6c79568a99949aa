package cases

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The page about profiles lists every override and every rule between these lines.
const (
	tableBegins = "<!-- The table is written by go test ./cases -update -->\n"
	tableEnds   = "<!-- End of the table -->\n"
)

func TestThePageAboutProfilesHasAllDifferences(t *testing.T) {
	path := filepath.Join("..", "docs", "profiles.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, begins := bytes.Cut(page, []byte(tableBegins))
	_, tail, ends := bytes.Cut(rest, []byte(tableEnds))
	if !begins || !ends {
		t.Fatalf("%s has no lines %q and %q", path, tableBegins, tableEnds)
	}
	want := slices.Concat(head, []byte(tableBegins+differences()+tableEnds), tail)
	if *update {
		if err := os.WriteFile(path, want, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want), string(page)); diff != "" {
		t.Errorf("%s differs (-want +got); if that is meant, run go test ./cases -update:\n%s", path, diff)
	}
}

// differences is a table in Markdown of all overrides and rules.
func differences() string {
	var s strings.Builder
	s.WriteString("| profile | cases | what it says | why | clause |\n|---|---|---|---|---|\n")
	type row struct{ profile, says, why, clause string }
	var rows []row
	ids := map[row][]string{}
	for _, c := range Catalogue {
		for _, o := range c.Overrides {
			r := row{string(o.Profile), overrideInWords(c, o), o.Why, o.Clause}
			if ids[r] == nil {
				rows = append(rows, r)
			}
			ids[r] = append(ids[r], string(c.ID))
		}
	}
	for _, r := range rows {
		fmt.Fprintf(&s, "| %s | %s | %s | %s | %s |\n", r.profile, strings.Join(folded(ids[r]), ", "), r.says, r.why, r.clause)
	}
	for _, r := range Rules {
		about := "all"
		if r.Chapter != "" {
			about = r.Chapter + ".*"
		}
		fmt.Fprintf(&s, "| %s | %s | %s | %s | %s |\n", r.Profile, about, ruleInWords(r), r.Why, r.Clause)
	}
	return s.String()
}

// overrideInWords says what o changes of c.
func overrideInWords(c Case, o Override) string {
	var parts []string
	if o.Accept != nil {
		var grades []string
		for i, outcome := range o.Accept {
			was := "FAILED"
			if i < len(c.Accept) && o.Accept[i].MayMiss == 0 {
				was = string(c.Accept[i].Verdict)
			}
			if was != string(outcome.Verdict) {
				grades = append(grades, fmt.Sprintf("%s → %s", was, outcome.Verdict))
			}
		}
		if len(o.Accept) < len(c.Accept) {
			grades = append(grades, fmt.Sprintf("%s → FAILED", c.Accept[len(o.Accept)].Verdict))
		}
		parts = append(parts, strings.Join(grades, ", "))
	}
	if o.Ending != nil {
		parts = append(parts, "ending: "+o.Ending.String())
	}
	if o.ClientOnly {
		parts = append(parts, "clients only")
	}
	return strings.Join(parts, "; ")
}

// ruleInWords says what r changes.
func ruleInWords(r Rule) string {
	parts := []string{string(r.When)}
	if r.Case != (Change{}) {
		parts = append(parts, fmt.Sprintf("%s → %s", r.Case.From, r.Case.To))
	}
	if r.Close != (Change{}) {
		parts = append(parts, fmt.Sprintf("close %s → %s", r.Close.From, r.Close.To))
	}
	return strings.Join(parts, "; ")
}

// folded is ids with those of a whole section as one: "9.1.*".
func folded(ids []string) (list []string) {
	for _, id := range ids {
		section := id[:strings.LastIndex(id, ".")+1]
		in := func(other string) bool { return strings.HasPrefix(other, section) }
		whole := strings.Count(section, ".") == 2
		for _, c := range Catalogue {
			whole = whole && (!in(string(c.ID)) || slices.Contains(ids, string(c.ID)))
		}
		if whole {
			id = section + "*"
		}
		if !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
}
