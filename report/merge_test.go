package report

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

var began = time.Date(2026, 4, 2, 15, 0, 0, 0, time.UTC)

// runOf is the run that records come from, with the numbers that they have in it.
func runOf(shard string, records []Record) (Run, []Record) {
	run := Run{Product: "Gobahn/0.1.0", Profile: "autobahn", Seed: 42, Shard: shard, Started: began, Ended: began.Add(time.Minute)}
	records = slices.Clone(records)
	for i, r := range records {
		at := slices.Index(run.Cases, r.Case.ID)
		if at < 0 {
			at = len(run.Cases)
			run.Cases = append(run.Cases, r.Case.ID)
		}
		records[i].Number = at + 1
	}
	return run, records
}

// reportOf writes a report as a run does that has ended.
func reportOf(t testing.TB, run Run, records ...Record) (dir string) {
	t.Helper()
	dir = t.TempDir()
	w, err := Open(dir, run)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.finish(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// severalAgents are what was recorded, for three agents.
func severalAgents() (list []Record) {
	all := recorded()
	names := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		if order := compareIDs(all[a].Case.ID, all[b].Case.ID); order != 0 {
			return order
		}
		return strings.Compare(a, b)
	})
	for _, agent := range []string{"a", "B b", "ä/<img src=x>"} {
		for _, name := range names {
			r := all[name]
			r.Agent = agent
			list = append(list, r)
		}
	}
	return list
}

// contents are the contents of a report that do not say when it was written.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	content := make(map[string]string)
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if base := filepath.Base(name); base != indexHTML {
			content[base] = string(b)
		}
	}
	return content
}

func merge(t *testing.T, prefer Preference, paths ...string) (dir string, m *Merge, err error) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "merged")
	if m, err = NewMerge(dir, paths, prefer); err == nil {
		_, err = m.Write()
	}
	return dir, m, err
}

func TestMergingTheShardsEqualsTheWholeRun(t *testing.T) {
	run, records := runOf("", severalAgents())
	want := contents(t, reportOf(t, run, records...))
	for _, n := range []int{1, 2, 3, len(run.Cases)} {
		var shards []string
		for i := range n {
			mine := slices.DeleteFunc(slices.Clone(records), func(r Record) bool { return (r.Number-1)%n != i })
			part, mine := runOf(fmt.Sprintf("%d/%d", i+1, n), mine)
			shards = append(shards, reportOf(t, part, mine...))
		}
		dir, m, err := merge(t, PreferNone, shards...)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, contents(t, dir)); d != "" {
			t.Errorf("%d shards (-whole +merged)\n%s", n, d)
		}
		if said := append(m.Notes(), m.Missing()...); said != nil {
			t.Errorf("%d shards: %q", n, said)
		}
	}
}

// What several machines have tested of one run each becomes one report, with the
// heads of all runs.
func TestRunsOfSeveralAgentsAreKept(t *testing.T) {
	a, as := runOf("", []Record{played("a", "3.6", cases.OK, cases.OK)})
	b, bs := runOf("", []Record{played("b", "1.1.1", cases.Failed, cases.OK), played("b", "3.6", cases.OK, cases.OK)})
	b.Server = true
	first, second := reportOf(t, a, as...), reportOf(t, b, bs...)
	dir, _, err := merge(t, PreferNone, first, filepath.Join(second, resultsJSON))
	if err != nil {
		t.Fatal(err)
	}
	head, records := readAll(t, dir)
	if d := cmp.Diff([]Run{a, b}, head.Runs); d != "" {
		t.Errorf("runs (-want +got)\n%s", d)
	}
	if d := cmp.Diff(append(as, bs...), records); d != "" {
		t.Errorf("records (-want +got)\n%s", d)
	}
	again, m, err := merge(t, PreferNone, dir, first)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(contents(t, dir), contents(t, again)); d != "" {
		t.Errorf("merged with a part of itself (-want +got)\n%s", d)
	}
	if want := []string{dir + " and " + first + " both have 1 case with the same outcome"}; !cmp.Equal(want, m.Notes()) {
		t.Errorf("notes are %q", m.Notes())
	}
}

func TestOutcomesThatDifferAreAConflict(t *testing.T) {
	one, ones := runOf("", []Record{played("a", "1.1.1", cases.OK, cases.OK), played("a", "3.6", cases.Failed, cases.Unclean)})
	two, twos := runOf("", []Record{played("a", "1.1.1", cases.NonStrict, cases.OK), played("a", "3.6", cases.Failed, cases.OK)})
	first, second := reportOf(t, one, ones...), reportOf(t, two, twos...)
	dir, _, err := merge(t, PreferNone, first, second)
	conflict, ok := errors.AsType[*ConflictError](err)
	want := fmt.Sprintf(`case 1.1.1 of agent "a" is OK / OK (1000) in %s, but NON-STRICT / OK (1000) in %s, and 1 case more differ`, first, second)
	if !ok || conflict.Error() != want {
		t.Errorf("error is\n%v\nwant\n%s", err, want)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("something was written")
	}
	for prefer, want := range map[Preference][]Record{
		PreferLast:  twos,
		PreferBest:  {ones[0], twos[1]},
		PreferWorst: {twos[0], ones[1]},
	} {
		dir, _, err := merge(t, prefer, first, second)
		if err != nil {
			t.Fatal(err)
		}
		if _, records := readAll(t, dir); !cmp.Equal(want, records) {
			t.Errorf("%s: (-want +got)\n%s", prefer, cmp.Diff(want, records))
		}
	}
}

func TestMissingPartsAreSaid(t *testing.T) {
	all := []Record{played("a", "1.1.1", cases.OK, cases.OK), played("a", "3.6", cases.OK, cases.OK), played("a", "3.7", cases.OK, cases.OK)}
	shard := func(name string, change func(*Run), records ...Record) string {
		run, records := runOf(name, records)
		if change != nil {
			change(&run)
		}
		return reportOf(t, run, records...)
	}
	first, third := shard("1/3", nil, all[0]), shard("3/3", nil, all[2])
	for _, tt := range []struct {
		name, want string
		paths      []string
		runs       int
	}{
		{"a shard", "no shard 2/3 of the run with \"a\", there is only 1/3 in FIRST, 3/3 in THIRD", []string{first, third}, 2},
		{"one of another seed", "no shard 2/3", []string{first, third, shard("2/3", func(r *Run) { r.Seed++ }, all[1])}, 3},
		{"one of other agents", "no shard 2/3", []string{first, third, shard("2/3", nil, played("b", "3.6", cases.OK, cases.OK))}, 3},
		{"parts that overlap", "both have case 3.7: they are not parts of one run", []string{first, third, shard("2/3", nil, all[1], all[2])}, 3},
		{"the end", "the run did not end", []string{first, third, shard("2/3", func(r *Run) { r.Ended = time.Time{} }, all[1])}, 1},
	} {
		dir, m, err := merge(t, PreferNone, tt.paths...)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		want := strings.NewReplacer("FIRST", first, "THIRD", third).Replace(tt.want)
		if !strings.Contains(strings.Join(m.Missing(), "\n"), want) {
			t.Errorf("%s: missing is %q\nwant %q", tt.name, m.Missing(), want)
		}
		if head, _ := readAll(t, dir); len(head.Runs) != tt.runs {
			t.Errorf("%s: the report has %d runs, want %d", tt.name, len(head.Runs), tt.runs)
		}
	}
	dir, m, err := merge(t, PreferNone, shard("", func(r *Run) { r.Cases = append(r.Cases, "3.8") }, all...))
	if want := []string{`agent "a": 1 of 4 cases not played, the first is 3.8`}; err != nil || !cmp.Equal(want, m.Notes()) {
		t.Errorf("%s: notes are %q, %v", dir, m.Notes(), err)
	}
}

func TestWhatCannotBeMergedIsRefused(t *testing.T) {
	run, records := runOf("", []Record{played("a", "1.1.1", cases.OK, cases.OK)})
	good, old, broken := reportOf(t, run, records...), reportOf(t, run, records...), reportOf(t, run, records...)
	odd, records := runOf("4/3", records)
	shard := reportOf(t, odd, records...)
	if err := os.Remove(filepath.Join(old, resultsJSON)); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(broken, resultsJSON), 600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(good, link); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, dir, want string
		paths           []string
	}{
		{"one of the reference", "", old + ": this report cannot be merged, as it has an index.json but no results.json", []string{good, old}},
		{"its index.json", "", old + ": this report cannot be merged", []string{filepath.Join(old, indexJSON)}},
		{"an index.json beside results", "", filepath.Join(good, indexJSON) + " has verdicts only, but there are results beside it: want " + good, []string{filepath.Join(good, indexJSON)}},
		{"a file that is not whole", "", filepath.Join(broken, resultsJSON) + ":2:", []string{good, broken}},
		{"an empty directory", "", "there is neither results.json nor results.jsonl", []string{t.TempDir()}},
		{"nothing", "", "no such file", []string{filepath.Join(good, "absent")}},
		{"a wrong shard", "", shard + `: "shard" is "4/3": want i/n`, []string{shard}},
		{"itself", good, good + " is the directory of one of the reports to merge", []string{good}},
		{"itself by another name", link, " is the directory of one of the reports to merge", []string{good}},
		{"its own file", good, " is the directory of one of the reports to merge", []string{filepath.Join(good, resultsJSON)}},
	} {
		before := contents(t, good)
		if tt.dir == "" {
			tt.dir = filepath.Join(t.TempDir(), "out")
		}
		_, err := NewMerge(tt.dir, tt.paths, PreferNone)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error is\n%v\nwant\n%s", tt.name, err, tt.want)
		}
		if tt.dir != good && tt.dir != link && exists(tt.dir) {
			t.Errorf("%s: something was written", tt.name)
		}
		if d := cmp.Diff(before, contents(t, good)); d != "" {
			t.Errorf("%s: an input has changed:\n%s", tt.name, d)
		}
	}
}

// BenchmarkMerge merges four shards of a run with twenty agents.
func BenchmarkMerge(b *testing.B) {
	var records []Record
	for i := range 20 {
		for _, r := range recorded() {
			r.Agent = fmt.Sprint("agent ", i)
			records = append(records, r)
		}
	}
	var shards []string
	for i := range 4 {
		mine := slices.DeleteFunc(slices.Clone(records), func(r Record) bool { return int(r.Case.ID[len(r.Case.ID)-1])%4 != i })
		run, mine := runOf(fmt.Sprintf("%d/4", i+1), mine)
		shards = append(shards, reportOf(b, run, mine...))
	}
	b.ReportAllocs()
	for b.Loop() {
		m, err := NewMerge(filepath.Join(b.TempDir(), "out"), shards, PreferNone)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := m.Write(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(records))*float64(b.N)/b.Elapsed().Seconds(), "cases/s")
}
