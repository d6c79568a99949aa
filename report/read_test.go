package report

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

// write writes records as a run does, and returns the directory.
func write(t *testing.T, finish bool, records ...Record) string {
	t.Helper()
	dir := t.TempDir()
	w, err := Open(dir, Run{Product: "Gobahn/0.1.0", Profile: "autobahn", Seed: 1<<63 + 1, Cases: []cases.ID{"1.1.1", "3.6"}})
	if err != nil {
		t.Fatal(err)
	}
	defer abandon(w)
	for _, r := range records {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if finish {
		if err := w.Finish(); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func readAll(t *testing.T, path string) (head Head, records []Record) {
	t.Helper()
	head, err := Read(path, func(r Record) error {
		records = append(records, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return head, records
}

// What a run writes is read back without loss, in order, and once.
func TestResultsAreReadBack(t *testing.T) {
	first, second := case36(), played("b", "1.1.1", cases.Failed, cases.Unclean)
	dir := write(t, true, played("b", "1.1.1", cases.OK, cases.OK), second, first)
	head, records := readAll(t, dir)
	if diff := cmp.Diff([]Record{second, first}, records); diff != "" {
		t.Errorf("records (-want +got)\n%s", diff)
	}
	if head.Runs[0].Seed != 1<<63+1 || head.Runs[0].Ended.IsZero() {
		t.Errorf("the run is %+v", head.Runs[0])
	}
	if _, err := os.Stat(filepath.Join(dir, journalName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the journal is still there: %v", err)
	}
}

// Of a run that was killed, what it had played can be read, but for a line that it
// was about to write.
func TestJournalOfAKilledRunIsRead(t *testing.T) {
	one, two := played("a", "1.1.1", cases.OK, cases.OK), case36()
	dir := write(t, false, one, two)
	if _, records := readAll(t, dir); !cmp.Equal([]Record{one, two}, records) {
		t.Errorf("read %v", records)
	}
	name := filepath.Join(dir, journalName)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b[:len(b)-100], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, records := readAll(t, name); !cmp.Equal([]Record{one}, records) {
		t.Errorf("read %v", records)
	}
}

// A run that was killed has not replaced the results of an earlier one in the same
// directory, which are not taken for its own.
func TestJournalComesBeforeTheResultsOfAnEarlierRun(t *testing.T) {
	dir := write(t, true, played("a", "1.1.1", cases.OK, cases.OK))
	killed := played("a", "1.1.1", cases.Failed, cases.OK)
	w, err := Open(dir)
	if err == nil {
		err = w.Add(killed)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer abandon(w)
	if _, records := readAll(t, dir); !cmp.Equal([]Record{killed}, records) {
		t.Errorf("read %v", records)
	}
	if one, _ := outcomes(t, dir).Of("a", "1.1.1"); one.Behaviour != cases.Failed {
		t.Errorf("compared is %+v", one)
	}
}

// The pages of a run lead to each other, once all are there.
func TestPagesAreLinked(t *testing.T) {
	dir := write(t, true, played("a", "1.1.1", cases.OK, cases.OK), case36(), played("a", "3.6", cases.OK, cases.OK))
	page, err := os.ReadFile(filepath.Join(dir, "stratus_2_case_3_6.html"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), `href="a_case_3_6.html"`) || strings.Contains(string(page), `rel="prev"`) {
		t.Errorf("links of a page whose agent played one case:\n%s", page)
	}
	page, err = os.ReadFile(filepath.Join(dir, "a_case_1_1_1.html"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), `href="a_case_3_6.html" rel="next"`) {
		t.Errorf("links of the first page of two:\n%s", page)
	}
}

// withVariants is case36 as one of two variants, of which the second decided.
func withVariants() Record {
	r := case36()
	r.Case.Variants = []cases.Variant{{Name: "first"}, {Name: "second"}}
	r.Result.Parts = []cases.Part{{Part: 1, Verdict: r.Result.Verdict, CloseVerdict: r.Result.CloseVerdict}}
	r.Result.Worst = 1
	return r
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	good, parts := string(resultsOf(t, case36())), string(resultsOf(t, withVariants()))
	_, second, _ := strings.Cut(good, "\n")
	closing := strings.Index(second, `"closeVerdict":`) + len(`"closeVerdict":`)
	for _, tt := range []struct{ name, content, want string }{
		{"empty", "", ":1:1: the file ends in the middle: it is not whole"},
		{"no JSON", "<html>", ":1:1: invalid character '<' looking for beginning of value"},
		{"a list", "[]", `:1:2: found [, want '{'`},
		{"no value", "\n ,", `:2:2: invalid character ',' looking for beginning of value`},
		{"no version", "{\"format\": \"gobahn-results\",\n \"version\": x}", `:2:13: "version": invalid character 'x'`},
		{"no record", strings.Replace(good, `"closeVerdict":`, `"closeVerdict"=`, 1), fmt.Sprintf(":2:%d: invalid character '='", closing)},
		{"index.json", `{"agent": {}}`, `want "format": "gobahn-results" before the results`},
		{"another version", `{"format":"gobahn-results","version":9,"results":[]}`, `"version" is 9: this program reads version 1`},
		{"cut", good[:len(good)-200], ":2:"},
		{"something behind", good + "{}", ":4:2: something follows the results"},
		{"unknown verdict", strings.Replace(good, `"verdict":"OK"`, `"verdict":"FINE"`, 1), `"verdict" "FINE": want one of OK, NON-STRICT, `},
		{"unknown step", strings.Replace(good, `"script":[{"frame"`, `"script":[{"flame"`, 1), `unknown kind "flame"`},
		{"another id", strings.Replace(good, `"id":"3.6"`, `"id":"3.7"`, 1), `"id" is "3.7", but that of the "case" is "3.6"`},
		{"a variant that is not there decided", strings.Replace(parts, `"worst":1`, `"worst":2`, 1), `"worst" is 2, but the "case" has 2 variants`},
		{"a variant below the first decided", strings.Replace(parts, `"worst":1`, `"worst":-1`, 1), `"worst" is -1, but the "case" has 2 variants`},
		{"one decided where there are none", strings.Replace(good, `"verdict":"OK"`, `"verdict":"OK","worst":1`, 1), `"worst" is 1, but the "case" has 0 variants`},
		{"a variant that is not there was played", strings.Replace(parts, `"part":1`, `"part":2`, 1), `a "part" is 2, but the "case" has 2 variants`},
		{"a variant below the first was played", strings.Replace(parts, `"part":1`, `"part":-1`, 1), `a "part" is -1, but the "case" has 2 variants`},
	} {
		name := filepath.Join(t.TempDir(), "x.json")
		if err := os.WriteFile(name, []byte(tt.content), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Read(name, func(Record) error { return nil })
		if err == nil || !strings.HasPrefix(err.Error(), name+":") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error is\n%v\nwant\n%s", tt.name, err, tt.want)
		}
	}
	if _, err := Read(t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), "there is neither results.json nor results.jsonl") {
		t.Errorf("of an empty directory the error is %v", err)
	}
}
