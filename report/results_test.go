package report

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"gobahn/cases"
)

// openedResults are the results in dir.
func openedResults(t *testing.T, path string) *Results {
	t.Helper()
	r, err := OpenResults(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// listed are the agents and ids of all records, in order.
func listed(t *testing.T, r *Results) (list []string) {
	t.Helper()
	for one, err := range r.All() {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, one.Agent+" "+string(one.Case.ID)+" "+string(one.Result.Verdict))
	}
	return list
}

// TestResultsOfAJournalAreInOrder reads a journal of two agents that were played in
// turns, one case of them twice, whose last line was not finished.
func TestResultsOfAJournalAreInOrder(t *testing.T) {
	dir := write(t, false,
		played("b", "10.1.1", cases.OK, cases.OK), played("a", "2.1", cases.OK, cases.OK),
		played("b", "2.10", cases.Failed, cases.OK), played("b", "2.9", cases.OK, cases.OK),
		played("b", "2.10", cases.NonStrict, cases.OK))
	f, err := os.OpenFile(filepath.Join(dir, journalName), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"agent":"b"`); err != nil {
		t.Fatal(err)
	}
	f.Close()
	r := openedResults(t, dir)
	want := []string{"b 2.9 OK", "b 2.10 NON-STRICT", "b 10.1.1 OK", "a 2.1 OK"}
	if diff := cmp.Diff(want, listed(t, r)); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]cases.ID{"1.1.1", "2.1", "2.9", "2.10", "3.6", "10.1.1"}, r.Planned()); diff != "" {
		t.Errorf("planned (-want +got):\n%s", diff)
	}
}

// TestResultsAreWrittenAsTheyWere writes what was read again: results.json, a whole
// report, and the files of the reference.
func TestResultsAreWrittenAsTheyWere(t *testing.T) {
	records := []Record{case36(), compressed1211(), played("b", "3.6", cases.OK, cases.OK)}
	dir := write(t, true, records...)
	r := openedResults(t, dir)
	was := content(t, dir)
	var again bytes.Buffer
	if err := r.Write(&again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(was[resultsJSON], again.String()); diff != "" {
		t.Errorf("results.json (-want +got):\n%s", diff)
	}
	whole := t.TempDir()
	if err := r.WriteReport(whole); err != nil {
		t.Fatal(err)
	}
	got := content(t, whole)
	delete(was, indexHTML) // which says when it was made
	delete(got, indexHTML)
	if diff := cmp.Diff(was, got); diff != "" {
		t.Errorf("the report (-want +got):\n%.2000s", diff)
	}
	files := t.TempDir()
	if err := r.WriteCaseFiles(files); err != nil {
		t.Fatal(err)
	}
	for name := range was {
		if name == resultsJSON || strings.HasSuffix(name, ".html") {
			delete(was, name)
		}
	}
	if diff := cmp.Diff(was, content(t, files)); diff != "" {
		t.Errorf("the files of the reference (-want +got):\n%.2000s", diff)
	}
}

// content are the files in dir.
func content(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(b)
	}
	return files
}

// TestWriteFileKeepsWhatIsThereIfItFails has the content fail in the middle.
func TestWriteFileKeepsWhatIsThereIfItFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.xml")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := WriteFile(path, func(w io.Writer) error {
		_, err := w.Write([]byte("new"))
		if err != nil {
			return err
		}
		return io.ErrUnexpectedEOF
	})
	if err == nil {
		t.Error("there is no error")
	}
	if diff := cmp.Diff(map[string]string{"x.xml": "old"}, content(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if err := WriteFile(dir, nil); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("of a directory the error is %v", err)
	}
	if err := WriteFile(os.DevNull, func(w io.Writer) error { _, err := w.Write([]byte("x")); return err }); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("%s is a file now", os.DevNull)
	}
}

// TestSingleFileLeadsNowhereElse looks at every link and id of a whole report in one
// file, with agents whose names want to be markup, or ids of others.
func TestSingleFileLeadsNowhereElse(t *testing.T) {
	hostile := "<img src=x onerror=alert(1)>"
	dir := write(t, true, case36(), compressed1211(), played(hostile, "3.6", cases.OK, cases.OK),
		played("page stratus 2", "3.6", cases.OK, cases.OK), played("stratus@2", "2.1", cases.OK, cases.OK))
	var page bytes.Buffer
	if err := openedResults(t, dir).WriteSingle(&page); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(&page)
	if err != nil {
		t.Fatal(err)
	}
	ids, links := make(map[string]int), make(map[string]bool)
	for node := range doc.Descendants() {
		if node.Data == "img" {
			t.Error("there is an image")
		}
		for _, a := range node.Attr {
			switch a.Key {
			case "id":
				ids[a.Val]++
			case "href", "src":
				links[a.Val] = true
			}
		}
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("the id %s is there %d times", id, n)
		}
	}
	for link := range links {
		if name, inside := strings.CutPrefix(link, "#"); !inside || ids[name] == 0 {
			t.Errorf("the link %q leads to nothing in the file", link)
		}
	}
	if len(links) < 8 {
		t.Errorf("only %d links: want one from each cell to its page, and back", len(links))
	}
}

// FuzzOpenResults opens any file. What can be opened can be read record by record, and
// is the same when it was written again.
func FuzzOpenResults(f *testing.F) {
	whole := func(finish bool, name string) string {
		dir := f.TempDir()
		w, err := Open(dir, Run{Product: "Gobahn/0.1.0", Cases: []cases.ID{"3.6", "1.1.1"}})
		if err != nil {
			f.Fatal(err)
		}
		for _, r := range []Record{case36(), played("b", "1.1.1", cases.Failed, cases.Unclean), case36()} {
			if err := w.Add(r); err != nil {
				f.Fatal(err)
			}
		}
		defer abandon(w)
		if finish {
			if err := w.Finish(); err != nil {
				f.Fatal(err)
			}
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			f.Fatal(err)
		}
		return string(b)
	}
	results, journal := whole(true, resultsJSON), whole(false, journalName)
	for _, seed := range []string{results, journal, journal[:len(journal)-100], strings.ReplaceAll(results, "\n", " \t"), "{}", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		r, err := OpenResults(path)
		if err != nil {
			return
		}
		defer r.Close()
		was := listed(t, r)
		err = WriteFile(path+"2", r.Write)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(was, listed(t, openedResults(t, path+"2"))); diff != "" {
			t.Errorf("written again (-want +got):\n%s", diff)
		}
	})
}
