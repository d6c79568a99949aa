package report

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

// cutShort is a directory with the first n records of plan, of a run that was killed or, if
// finished, cut short.
func cutShort(t *testing.T, n int, finished bool) string {
	t.Helper()
	dir := t.TempDir()
	run := planRun()
	run.Started = time.Date(2026, 4, 2, 15, 20, 0, 0, time.UTC)
	w, err := Open(dir, run)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range plan[:n] {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if finished {
		if err := w.Finish(); err != nil {
			t.Fatal(err)
		}
	} else if err := w.journal.f.Close(); err != nil { // the system would
		t.Fatal(err)
	}
	return dir
}

func TestRunGoesOnWhereItWasCutShort(t *testing.T) {
	for _, finished := range []bool{false, true} {
		dir := cutShort(t, 2, finished)
		if err := os.Remove(filepath.Join(dir, "a_case_1_1_1.html")); err != nil { // which was not written any more
			t.Fatal(err)
		}
		w, kept, err := resume(dir)
		if err != nil {
			t.Fatal(err)
		}
		if want := map[key]bool{keyOf(plan[0]): true, keyOf(plan[1]): true}; !cmp.Equal(want, kept, cmp.AllowUnexported(key{})) {
			t.Errorf("kept %v", kept)
		}
		if head, records := readAll(t, dir); len(records) != 2 || !head.Runs[0].Ended.IsZero() { // if it is killed again
			t.Errorf("before anything is played there are %d results, of a run that ended at %v", len(records), head.Runs[0].Ended)
		}
		if _, err := addAll(w, kept); err != nil {
			t.Fatal(err)
		}
		if err := w.Finish(); err != nil {
			t.Fatal(err)
		}
		head, records := readAll(t, dir)
		if want := []Record{plan[3], plan[0], plan[1], plan[2]}; !cmp.Equal(want, records) {
			t.Errorf("finished %v: records (-want +got)\n%s", finished, cmp.Diff(want, records))
		}
		run := head.Runs[0]
		if len(head.Runs) != 1 || run.Started.Year() != 2026 || len(run.Resumed) != 1 || run.Ended.IsZero() {
			t.Errorf("finished %v: runs %+v", finished, head.Runs)
		}
		whole(t, dir)
		if !exists(filepath.Join(dir, "a_case_1_1_1.html")) {
			t.Error("the page that was missing still is")
		}
	}
}

// A journal ends where the run was killed: in the middle of a line, or of its end.
func TestTornLineOfTheJournalIsDropped(t *testing.T) {
	dir := cutShort(t, 2, false)
	name := filepath.Join(dir, journalName)
	journal, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	last := strings.LastIndexByte(strings.TrimSuffix(string(journal), "\n"), '\n') + 1
	for _, test := range []struct{ size, kept int }{{len(journal), 2}, {len(journal) - 1, 2}, {len(journal) - 2, 1}, {last + 1, 1}, {last, 1}} {
		if err := os.WriteFile(name, journal[:test.size], 0o644); err != nil {
			t.Fatal(err)
		}
		w, kept, err := resume(dir)
		if err != nil || len(kept) != test.kept {
			t.Fatalf("%d of %d octets: kept %d, want %d (%v)", test.size, len(journal), len(kept), test.kept, err)
		}
		if _, err := addAll(w, kept); err != nil { // and is killed again
			t.Fatal(err)
		}
		if _, records := readAll(t, dir); len(records) != len(plan) {
			t.Errorf("%d of %d octets: then there are %d records, want %d", test.size, len(journal), len(records), len(plan))
		}
	}
}

func TestNothingToResumeIsABeginning(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	w, kept, err := resume(dir)
	if err != nil || len(kept) > 0 {
		t.Fatalf("kept %v, %v", kept, err)
	}
	if _, err := addAll(w, nil); err != nil || w.Finish() != nil {
		t.Fatal(err)
	}
	if head, records := readAll(t, dir); len(records) != len(plan) || len(head.Runs[0].Resumed) > 0 {
		t.Errorf("%d records of %+v", len(records), head.Runs)
	}
}

// What is read again of a case is what was written, or a run could not go on.
func TestCasesAreTheSameWhenTheyWereRead(t *testing.T) {
	for _, profile := range []cases.Profile{cases.Autobahn, cases.RFC, cases.Strict} {
		for _, c := range cases.All {
			was, err := json.Marshal(c.Under(profile, false))
			if err != nil {
				t.Fatal(err)
			}
			var read cases.Case
			if err := json.Unmarshal(was, &read); err != nil {
				t.Fatal(err)
			}
			if is, err := json.Marshal(read); err != nil || string(is) != string(was) {
				t.Errorf("%s is\n%.2000s\nwas\n%.2000s\n(%v)", c.ID, is, was, err)
			}
		}
	}
}

// Another run is not gone on with, and is left as it is.
func TestAnotherRunIsNotResumed(t *testing.T) {
	dir := cutShort(t, 2, false)
	before := onDisk(t, dir)
	for _, test := range []struct {
		change func(*Run)
		want   string
	}{
		{func(r *Run) { r.Seed = 4 }, `another run, with seed "3", not "4"`},
		{func(r *Run) { r.Profile, r.Product = "rfc", "x" }, `another run, with tester "Gobahn/0.1.0", not "x", profile "autobahn", not "rfc"`},
		{func(r *Run) { r.Shard = "1/2" }, `shard "", not "1/2"`},
		{func(r *Run) { r.Server = true }, "of a run with the other role"},
		{func(r *Run) { r.Cases = r.Cases[1:] }, `4 cases, of which this one lacks "1.1.1"`},
		{func(r *Run) { r.Cases = append(r.Cases, "9.1.1") }, `4 cases, without "9.1.1"`},
		{func(r *Run) { r.Cases = []cases.ID{"2.1", "1.1.1", "1.1.2", "3.6"} }, "the cases in another order"},
	} {
		run := planRun()
		test.change(&run)
		_, err := Resume(dir, run, planCases(), func(Record) {})
		if _, ok := errors.AsType[*ResumeError](err); !ok || !strings.HasPrefix(err.Error(), filepath.Join(dir, journalName)+": ") || !strings.HasSuffix(err.Error(), test.want) {
			t.Errorf("got %v, want …%s", err, test.want)
		}
	}
	changed := planCases()
	changed[1].Limit.After = cases.Second
	_, err := Resume(dir, planRun(), changed, func(Record) {})
	if _, ok := errors.AsType[*ResumeError](err); !ok || !strings.HasSuffix(err.Error(), `results.jsonl: case "1.1.1" has changed since it was played`) {
		t.Errorf("of another case the error is %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, journalName), []byte(`{"format":"other"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := resume(dir); err == nil || !strings.Contains(err.Error(), "this is no file with results") {
		t.Errorf("got %v", err)
	}
	before[journalName] = `{"format":"other"}`
	if diff := cmp.Diff(before, onDisk(t, dir)); diff != "" {
		t.Errorf("files have changed (-before +after)\n%s", diff)
	}
}
