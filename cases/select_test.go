package cases

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// withIDs are cases that have nothing but an id.
func withIDs(ids ...ID) (list []Case) {
	for _, id := range ids {
		list = append(list, Case{ID: id})
	}
	return list
}

// idsOf are the ids of list.
func idsOf(list []Case) (ids []ID) {
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestSelectFollowsThePatternRules(t *testing.T) {
	some := withIDs("1.1.1", "1.1.2", "1.2.1", "2.1", "2.10", "10.1.1", "12.1.1", "12.1.10", "12.2.1", "13.1.1", "14.1", "user/ping")
	for _, c := range []struct {
		name               string
		patterns, excludes []string
		want               []ID
	}{
		{"the star is the reference's cases", []string{"*"}, nil, []ID{"1.1.1", "1.1.2", "1.2.1", "2.1", "2.10", "10.1.1", "12.1.1", "12.1.10", "12.2.1", "13.1.1"}},
		{"a section", []string{"1.1.*"}, nil, []ID{"1.1.1", "1.1.2"}},
		{"a star without a dot reaches further", []string{"1*"}, nil, []ID{"1.1.1", "1.1.2", "1.2.1", "10.1.1", "12.1.1", "12.1.10", "12.2.1", "13.1.1"}},
		{"a pattern is anchored at the start only", []string{"12.*.1"}, nil, []ID{"12.1.1", "12.1.10", "12.2.1"}},
		{"a pattern is not looked for inside", []string{"1.2*"}, nil, []ID{"1.2.1"}},
		{"a class", []string{"1[2-4].*"}, nil, []ID{"12.1.1", "12.1.10", "12.2.1", "13.1.1"}},
		{"an alternative names a new chapter", []string{"2.1*|14.*"}, nil, []ID{"2.1", "2.10", "14.1"}},
		{"alternatives stay anchored", []string{"14.*|2.*"}, nil, []ID{"2.1", "2.10", "14.1"}},
		{"a dot is a dot", []string{"1.1.1*", "1x1*"}, nil, []ID{"1.1.1"}},
		{"an id is no pattern", []string{"2.1"}, nil, []ID{"2.1"}},
		{"a new chapter by its name", []string{"14.*", "user/*"}, nil, []ID{"14.1", "user/ping"}},
		{"the order is the catalogue's, without duplicates", []string{"2.1", "1.1.2", "1.*", "1.1.2"}, nil, []ID{"1.1.1", "1.1.2", "1.2.1", "2.1"}},
		{"excludes win", []string{"1.*"}, []string{"1.1.*"}, []ID{"1.2.1"}},
		{"an excluded id", []string{"1.*"}, []string{"1.1.2"}, []ID{"1.1.1", "1.2.1"}},
		{"excludes that match nothing are ignored", []string{"2.*"}, []string{"", "9.9.9", "99.*"}, []ID{"2.1", "2.10"}},
		{"patterns that match nothing", []string{"9.*"}, nil, nil},
		{"no patterns", nil, nil, nil},
		{"everything excluded", []string{"*"}, []string{"*"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Select(some, c.patterns, c.excludes)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, idsOf(got)); diff != "" {
				t.Errorf("Select(%q, %q) (-want +got):\n%s", c.patterns, c.excludes, diff)
			}
		})
	}
}

func TestTheStarSelectsTheWholeCatalogue(t *testing.T) {
	got, err := Select(Catalogue, []string{"*"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(idsOf(Catalogue), idsOf(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestSelectionsUsersMake counts what selections in use select of the reference's
// cases.
func TestSelectionsUsersMake(t *testing.T) {
	for _, c := range []struct {
		patterns, excludes []string
		want               int
	}{
		{[]string{"*"}, nil, 517},
		{[]string{"*"}, []string{"12.*", "13.*"}, 301},
		{[]string{"*"}, []string{"9.*", "12.*", "13.*"}, 247},
		{[]string{"*"}, []string{"9.*"}, 463},
		{[]string{"9.*"}, nil, 54},
		{[]string{"12.*"}, nil, 90},
		{[]string{"13.*"}, nil, 126},
		{[]string{"1[23].*"}, nil, 216},
		{[]string{"12.*.1"}, nil, 5 * 10}, // 12.1.1 and 12.1.10 to 12.1.18
		{[]string{"1*"}, nil, 16 + 1 + 90 + 126},
		{[]string{"1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*"}, []string{"7.1.6"}, 300},
	} {
		got, err := Select(Catalogue, c.patterns, c.excludes)
		if err != nil || len(got) != c.want {
			t.Errorf("%q without %q: %d cases, %v, want %d", c.patterns, c.excludes, len(got), err, c.want)
		}
	}
}

func TestSelectNamesWhatItCannotUse(t *testing.T) {
	some := withIDs("1.1.1", "1.1.8", "1.1.9", "7.13.2")
	for _, c := range []struct {
		patterns, excludes []string
		want               string
	}{
		{[]string{"1.1.99"}, nil, `unknown case "1.1.99" (did you mean "1.1.9"?)`},
		{[]string{"1.1.1", "7.3.2"}, nil, `unknown case "7.3.2" (did you mean "7.13.2"?)`},
		{[]string{"x"}, nil, `unknown case "x"`},
		{[]string{""}, nil, `unknown case ""`},
		{[]string{"1.[*"}, nil, `case pattern "1.[*": `},
		{[]string{"*"}, []string{"(*"}, `case pattern "(*": `},
	} {
		got, err := Select(some, c.patterns, c.excludes)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || (!strings.HasSuffix(c.want, ": ") && err.Error() != c.want) {
			t.Errorf("Select(%q, %q): error %v, want %s", c.patterns, c.excludes, err, c.want)
		}
		if got != nil {
			t.Errorf("Select(%q, %q) = %v beside an error", c.patterns, c.excludes, idsOf(got))
		}
	}
}

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"abc", "abc", 0},
		{"abc", "abd", 1},
		{"abc", "bc", 1},
		{"abc", "acb", 2},
		{"kitten", "sitting", 3},
	} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestCasesOfFilesHaveAChapterAndPartsOfTheirOwn(t *testing.T) {
	for _, tt := range []struct {
		id, of  ID
		part    int
		chapter string
	}{
		{"14.2.1", "14.2.1", -1, "14"},
		{"14.2.1/3", "14.2.1", 2, "14"},
		{"user/3", "user/3", -1, "user"},
		{"user/3.6/1", "user/3.6", 0, "user"},
	} {
		of, part := tt.id.Part()
		if of != tt.of || part != tt.part || tt.id.Chapter() != tt.chapter {
			t.Errorf("%s is part %d of %s in chapter %s", tt.id, part, of, tt.id.Chapter())
		}
	}
	for id, want := range map[ID]ID{"ping": "user/ping", "user/ping": "user/ping", "3.6": "user/3.6"} {
		if got := id.Own(); got != want {
			t.Errorf("%s becomes %s, want %s", id, got, want)
		}
	}
}
