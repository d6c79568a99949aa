package report

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gobahn/cases"
)

// A Preference says which record a merge takes where several inputs have the same
// case of the same agent.
type Preference string

// The preferences. Without one, records of different outcomes are an error, and of
// equal ones the first is taken.
const (
	PreferNone  Preference = ""
	PreferLast  Preference = "last" // that of the input named last
	PreferBest  Preference = "best"
	PreferWorst Preference = "worst"
)

// A Merge makes one report of several: of the shards of a run, or of runs with other
// agents on other machines.
type Merge struct {
	dir     string
	prefer  Preference
	inputs  []*mergeInput
	chosen  map[key]choice
	runs    []Run
	notes   []string
	missing []string
	doubles map[[2]int]int // cases that two inputs have with one outcome
}

// A mergeInput is one of the reports that are merged.
type mergeInput struct {
	path  string
	parts []*part // its runs
}

// A choice is the record that is taken for a key: where it is, and what is in it.
type choice struct {
	input   int
	ordinal int // among the records of the input
	number  int
	grade   grade
}

// A grade is what must not differ.
type grade struct {
	verdict, closeVerdict cases.Verdict
	code                  string // close code of the peer
}

func gradeOf(r Record) grade {
	g := grade{verdict: r.Result.Verdict, closeVerdict: r.Result.CloseVerdict, code: "no code"}
	if code := r.Observation.Closing.RemoteCode; code != nil {
		g.code = fmt.Sprint(*code)
	}
	return g
}

func (g grade) String() string {
	return fmt.Sprintf("%s / %s (%s)", g.verdict, g.closeVerdict, g.code)
}

// compare is negative where g is better than other, by the order that runs are compared in.
func (g grade) compare(other grade) int {
	return cmp.Or(rank(g.verdict)-rank(other.verdict), rank(g.closeVerdict)-rank(other.closeVerdict))
}

// NewMerge reads the results at paths, each of which is what Read takes, to the end,
// and finds out what comes of them in dir, which is the directory of none of them.
// Nothing is written yet. Its errors name the file and what is wrong with it; a
// ConflictError is that inputs do not agree.
func NewMerge(dir string, paths []string, prefer Preference) (*Merge, error) {
	m := &Merge{dir: dir, prefer: prefer, chosen: make(map[key]choice), doubles: make(map[[2]int]int)}
	var conflict *ConflictError
	for i, path := range paths {
		if same, err := sameDir(dir, path); err != nil {
			return nil, err
		} else if same {
			return nil, fmt.Errorf("%s is the directory of one of the reports to merge: want another one", dir)
		}
		in := &mergeInput{path: path}
		m.inputs = append(m.inputs, in)
		found, err := m.survey(i)
		if err != nil {
			return nil, err
		}
		for _, k := range sortedKeys(found) {
			if c := m.choose(k, found[k]); c != nil {
				if conflict == nil {
					conflict = c
				} else {
					conflict.More++
				}
			}
		}
	}
	if conflict != nil {
		return nil, conflict
	}
	for pair, n := range m.doubles {
		m.notes = append(m.notes, fmt.Sprintf("%s and %s both have %s with the same outcome",
			m.inputs[pair[0]].path, m.inputs[pair[1]].path, count(n, "case")))
	}
	slices.Sort(m.notes)
	m.join()
	return m, nil
}

// survey reads input i and returns what it has, of a case that was played again only
// the last.
func (m *Merge) survey(i int) (map[key]choice, error) {
	in := m.inputs[i]
	if err := ofReference(in.path); err != nil {
		return nil, err
	}
	found := make(map[key]choice)
	ordinal := 0
	head, err := Read(in.path, func(r Record) error {
		found[keyOf(r)] = choice{i, ordinal, r.Number, gradeOf(r)}
		ordinal++
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, run := range head.Runs {
		p, err := newPart(in.path, run)
		if err != nil {
			return nil, err
		}
		in.parts = append(in.parts, p)
	}
	for k, c := range found {
		if p := in.owner(k.id, c.number); p != nil {
			p.agents[k.agent] = true
		}
	}
	return found, nil
}

// keyOf is the key of r in a Writer.
func keyOf(r Record) key { return key{AgentName(r.Agent), r.Case.ID} }

// ofReference is an error if path is a report without results.
func ofReference(path string) error {
	dir := path
	if filepath.Base(path) == indexJSON {
		dir = filepath.Dir(path)
		if _, err := resultsIn(dir); err == nil {
			return fmt.Errorf("%s has verdicts only, but there are results beside it: want %s", path, dir)
		}
	} else if _, err := resultsIn(path); err == nil || !exists(filepath.Join(path, indexJSON)) {
		return nil // or for Read to say
	}
	return fmt.Errorf("%s: this report cannot be merged, as it has an %s but no %s: the former, which the reference writes as well, "+
		"has the verdicts, but not what was played and observed, of which the pages are made", dir, indexJSON, resultsJSON)
}

// choose decides whether c is taken for k. It returns a conflict where that is not
// for a merge to decide.
func (m *Merge) choose(k key, c choice) *ConflictError {
	former, ok := m.chosen[k]
	if !ok {
		m.chosen[k] = c
		return nil
	}
	order := c.grade.compare(former.grade)
	switch {
	case c.grade == former.grade:
		m.doubles[[2]int{former.input, c.input}]++
		if m.prefer == PreferLast {
			m.chosen[k] = c
		}
	case m.prefer == PreferNone:
		return &ConflictError{
			Agent: k.agent, ID: k.id,
			Paths:    [2]string{m.inputs[former.input].path, m.inputs[c.input].path},
			Outcomes: [2]string{former.grade.String(), c.grade.String()},
		}
	case m.prefer == PreferLast, m.prefer == PreferBest && order < 0, m.prefer == PreferWorst && order > 0:
		m.chosen[k] = c
	}
	return nil
}

// A ConflictError is that two inputs have different outcomes of one case with one
// agent.
type ConflictError struct {
	Agent    string
	ID       cases.ID
	Paths    [2]string
	Outcomes [2]string // verdict / verdict of the ending (close code)
	More     int       // cases like this one
}

func (e *ConflictError) Error() string {
	more := ""
	if e.More > 0 {
		more = fmt.Sprintf(", and %s more differ", count(e.More, "case"))
	}
	return fmt.Sprintf("case %s of agent %.80q is %s in %s, but %s in %s%s",
		e.ID, e.Agent, e.Outcomes[0], e.Paths[0], e.Outcomes[1], e.Paths[1], more)
}

// Notes are what users should be told about what is merged, one line each.
func (m *Merge) Notes() []string { return m.notes }

// Missing says what keeps the report from being that of whole runs, one line each:
// shards that are not there, runs that did not end.
func (m *Merge) Missing() []string { return m.missing }

// Write writes the report, and returns what has done it.
func (m *Merge) Write() (*Writer, error) {
	w, err := Open(m.dir, m.runs...)
	if err != nil {
		return nil, err
	}
	added := 0
	for i, in := range m.inputs {
		ordinal := 0
		_, err := Read(in.path, func(r Record) error {
			c, ok := m.chosen[keyOf(r)]
			mine := ok && c.input == i && c.ordinal == ordinal
			ordinal++
			if !mine {
				return nil
			}
			added++
			return w.Add(in.renumbered(r))
		})
		if err != nil {
			return w, err
		}
	}
	if added != len(m.chosen) {
		return w, errors.New("the reports have changed while they were merged")
	}
	return w, w.finish()
}

// renumbered is r with its number in the whole run, where r is from a shard of it.
func (in *mergeInput) renumbered(r Record) Record {
	if p := in.owner(r.Case.ID, r.Number); p != nil && p.whole != nil {
		r.Number = p.whole[r.Case.ID]
	}
	return r
}

// sameDir reports whether dir is where the results at path are.
func sameDir(dir, path string) (bool, error) {
	out, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if file, err := resultsIn(path); err == nil {
		path = filepath.Dir(file)
	}
	in, err := os.Stat(path)
	return err == nil && os.SameFile(out, in), nil
}

func sortedKeys(m map[key]choice) (keys []key) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		if a.agent != b.agent {
			return strings.Compare(a.agent, b.agent)
		}
		return compareIDs(a.id, b.id)
	})
	return keys
}

func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
