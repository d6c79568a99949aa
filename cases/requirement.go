package cases

import (
	"fmt"
	"path"
	"strings"

	"gobahn/cases/requirements"
)

// TestedBy are, by id of a requirement, the cases of list that name it, in order.
func TestedBy(list []Case) map[string][]ID {
	by := make(map[string][]ID)
	for _, c := range list {
		for _, id := range c.Requirements {
			by[id] = append(by[id], c.ID)
		}
	}
	return by
}

// A Span is cases that follow each other.
type Span struct {
	First, Last ID
	Count       int
}

// String names the first and the last: "3.1–3.7".
func (s Span) String() string {
	switch s.Count {
	case 1:
		return string(s.First)
	case 2:
		return string(s.First) + ", " + string(s.Last)
	}
	return string(s.First) + "–" + string(s.Last)
}

// Spans are ids, which are in order, in as few spans as can be; at is where an id is
// among all there are.
func Spans(ids []ID, at map[ID]int) (list []Span) {
	for _, id := range ids {
		if n := len(list); n > 0 && at[list[n-1].Last]+1 == at[id] {
			list[n-1].Last = id
			list[n-1].Count++
			continue
		}
		list = append(list, Span{id, id, 1})
	}
	return list
}

// validateRequirements reports ids that are not in the table of requirements, or twice
// in ids.
func validateRequirements(ids []string) error {
	seen := make(map[string]bool)
	for _, id := range ids {
		if _, ok := requirements.Find(id); !ok {
			return unknownRequirement(id)
		}
		if seen[id] {
			return fmt.Errorf("requirement %q is there twice", id)
		}
		seen[id] = true
	}
	return nil
}

// unknownRequirement is the error for an id that no requirement has.
func unknownRequirement(id string) error {
	if nearest := NearestRequirement(id); nearest != "" {
		return fmt.Errorf("unknown requirement %.60q (did you mean %q?)", id, nearest)
	}
	return fmt.Errorf("unknown requirement %.60q: want an id that \"wstest requirements\" lists", id)
}

// NearestRequirement is the id, or the section, that is most like name; empty: none has
// anything in common with it.
func NearestRequirement(name string) string {
	nearest, least := "", len(name)
	look := func(one string) {
		if d := Distance(strings.ToLower(name), strings.ToLower(one)); d < least {
			nearest, least = one, d
		}
	}
	for _, s := range requirements.Sections() {
		look(s.String())
		for _, r := range s.Requirements {
			look(r.ID)
		}
	}
	return nearest
}

// naming has the cases of chapters name the requirements that the table says they test.
// It changes them in place, before anybody else has seen them.
func naming(table []tests, chapters []Chapter) []Chapter {
	for _, row := range table {
		for pattern := range strings.FieldsSeq(row.cases) {
			number, _, _ := strings.Cut(pattern, ".")
			for _, chapter := range chapters {
				if chapter.Number == number {
					row.name(pattern, chapter.Cases)
				}
			}
		}
	}
	return chapters
}

// name has the cases that pattern selects name the requirement of t.
func (t tests) name(pattern string, list []Case) {
	for i := range list {
		if ok, _ := path.Match(pattern, string(list[i].ID)); ok {
			list[i].Requirements = append(list[i].Requirements, t.requirement)
		}
	}
}
