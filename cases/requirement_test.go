package cases

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases/requirements"
)

// coverageGolden keeps how many observable requirements have a case, section by
// section, so that it cannot fall unnoticed.
const coverageGolden = "../testdata/cases/coverage.json"

// A covered is how much of a section is tested.
type covered struct {
	Observable int `json:"observable"`
	Tested     int `json:"tested"`
}

// coverage counts the sections, and all of them together.
func coverage(list []Case) map[string]covered {
	by, counts := TestedBy(list), map[string]covered{}
	for _, s := range requirements.Sections() {
		for _, r := range s.Requirements {
			for _, name := range []string{s.String(), "all"} {
				c := counts[name]
				if r.Observable() {
					c.Observable++
					if len(by[r.ID]) > 0 {
						c.Tested++
					}
				}
				counts[name] = c
			}
		}
	}
	return counts
}

func TestCoverageDoesNotFall(t *testing.T) {
	got := coverage(All)
	if *update {
		b, err := json.MarshalIndent(got, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(coverageGolden, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(coverageGolden)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]covered
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	for name, w := range want {
		if got[name].Tested < w.Tested {
			t.Errorf("%s: cases test %d of %d requirements, and have tested %d", name, got[name].Tested, got[name].Observable, w.Tested)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" && !t.Failed() {
		t.Errorf("more is tested than %s says: go test ./cases -run Coverage -update (-want +got):\n%s", coverageGolden, diff)
	}
}

func TestEveryCaseNamesRequirementsThatThereAre(t *testing.T) {
	for _, c := range All {
		if len(c.Requirements) == 0 {
			t.Errorf("%s names no requirement", c.ID)
		}
		if err := validateRequirements(c.Requirements); err != nil {
			t.Errorf("%s: %v", c.ID, err)
		}
	}
}

func TestEveryPatternOfTheTableSelectsCases(t *testing.T) {
	var order []string
	for r := range requirements.All() {
		order = append(order, r.ID)
	}
	last := -1
	for _, row := range referenceTests {
		at := slices.Index(order, row.requirement)
		if at <= last {
			t.Errorf("%s is not in the order of the requirements, or there twice", row.requirement)
		}
		last = at
		seen := map[ID]bool{}
		for pattern := range strings.FieldsSeq(row.cases) {
			ids := TestedBy(named(row.requirement, pattern))[row.requirement]
			if len(ids) == 0 {
				t.Errorf("%s: %s selects no case", row.requirement, pattern)
			}
			for _, id := range ids {
				if seen[id] {
					t.Errorf("%s: %s selects %s again", row.requirement, pattern, id)
				}
				seen[id] = true
			}
		}
	}
}

// named are the cases of the catalogue, of which those name the requirement that pattern
// selects, and nothing else.
func named(requirement, pattern string) []Case {
	list := slices.Clone(Catalogue)
	for i := range list {
		list[i].Requirements = nil
	}
	number, _, _ := strings.Cut(pattern, ".")
	list = slices.DeleteFunc(list, func(c Case) bool { return !strings.HasPrefix(string(c.ID), number+".") })
	return naming([]tests{{requirement, pattern}}, []Chapter{{Number: number, Cases: list}})[0].Cases
}

// TestWhatIsTestedHasNoReasonWhyNot keeps reasons from outliving themselves.
func TestWhatIsTestedHasNoReasonWhyNot(t *testing.T) {
	by := TestedBy(All)
	for r := range requirements.All() {
		if n := len(by[r.ID]); n > 0 && r.Untested+r.Unseen != "" {
			t.Errorf("%s is not tested because %q, but %d cases name it", r.ID, r.Untested+r.Unseen, n)
		}
	}
}

func TestACaseCannotNameWhatIsNotRequired(t *testing.T) {
	for _, test := range []struct {
		ids  []string
		want string
	}{
		{[]string{"RFC6455-5.2-b", "RFC6455-5.1-A"}, `case 3.6: unknown requirement "RFC6455-5.1-A" (did you mean "RFC6455-5.1-a"?)`},
		{[]string{"0"}, `case 3.6: unknown requirement "0": want an id that "wstest requirements" lists`},
		{[]string{"RFC6455-5.2-b", "RFC6455-5.2-b"}, `case 3.6: requirement "RFC6455-5.2-b" is there twice`},
	} {
		c := find("3.6")
		c.Requirements = test.ids
		if got := fmt.Sprint(c.Validate()); got != test.want {
			t.Errorf("%q: %s\nwant %s", test.ids, got, test.want)
		}
	}
}

func TestCasesThatFollowEachOtherAreOneSpan(t *testing.T) {
	at := map[ID]int{}
	for i, c := range Catalogue {
		at[c.ID] = i
	}
	for _, test := range []struct {
		ids  []ID
		want string
	}{
		{nil, "[]"},
		{[]ID{"3.1"}, "[3.1]"},
		{[]ID{"2.10", "2.11"}, "[2.10, 2.11]"},
		{[]ID{"2.10", "2.11", "3.1", "3.3", "13.7.17", "13.7.18"}, "[2.10–3.1 3.3 13.7.17, 13.7.18]"},
	} {
		if got := fmt.Sprint(Spans(test.ids, at)); got != test.want {
			t.Errorf("%q: %s, want %s", test.ids, got, test.want)
		}
	}
}
