package report

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

// comparison has every kind of change, and an agent that wishes harm.
func comparison(t *testing.T) *Comparison {
	was := run(t, "old/index.json",
		"gorilla 1.1.1 OK/OK 1000", "gorilla 1.1.2 FAILED/OK 1000", "gorilla 2.10 OK/OK 1000", "gorilla 4.2.5 OK/OK 1002",
		"gorilla 5.1 OK/OK 1002", "gorilla 12.1.1 OK/OK 1000", "gone 1.1.1 OK/OK 1000")
	is := run(t, "new/results.json",
		"gorilla 1.1.1 OK/OK 1000", "gorilla 1.1.2 OK/OK 1000", "gorilla 2.10 FAILED/UNCLEAN", "gorilla 4.2.5 NON-STRICT/OK 1002",
		"gorilla 5.1 OK/OK 1007", "gorilla 13.1.1 UNIMPLEMENTED/OK 1000", "<b>\x1b 1.1.1 OK/OK 1000")
	one := is.of[key{"gorilla", "2.10"}]
	one.Headline = "no answer in 1s"
	is.of[key{"gorilla", "2.10"}] = one
	return Compare(was, is)
}

func TestDiffIsWritten(t *testing.T) {
	c := comparison(t)
	for name, write := range map[string]func(io.Writer) error{
		"diff.txt":  c.WriteText,
		"diff.json": c.WriteJSON,
		"diff.html": func(out io.Writer) error { return c.WriteHTML(out, "Gobahn/0.1.0") },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "\x1b") || strings.HasSuffix(name, "html") && strings.Contains(b.String(), "<b>") {
			t.Errorf("%s has what the agent is called as it is", name)
		}
		golden(t, name, unstyled(b.Bytes()))
	}
}

// A report shows what has changed since a baseline in its cases and agents, with links
// to the pages. What is missing shows when the run has ended.
func TestOverviewShowsChanges(t *testing.T) {
	w := open(t)
	w.plan("1.1.1", "1.1.2", "2.1", "2.2")
	w.Against(run(t, "old.json", "a 1.1.1 OK/OK", "a 2.1 OK/OK", "a 2.2 OK/OK", "a 9.1.1 OK/OK", "b 1.1.1 OK/OK"),
		func(_ string, id cases.ID) bool { return id == "2.2" })
	for _, r := range []Record{played("a", "1.1.1", cases.Failed, cases.OK), played("a", "1.1.2", cases.OK, cases.OK)} {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	const worse, missing = `<a href="a_case_1_1_1.html">1.1.1</a>`, ">2.1<"
	shown := sectionOf(t, w)
	if !strings.Contains(shown, worse) || strings.Contains(shown, "Missing") || !strings.Contains(shown, "1 worse, 1 new, 0 the same") {
		t.Errorf("while the run goes on:\n%s", shown)
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	shown = sectionOf(t, w)
	if !strings.Contains(shown, worse) || !strings.Contains(strings.Join(strings.Fields(shown), ""), missing) || !strings.Contains(shown, "1 worse, 1 missing, 1 new, 0 the same") {
		t.Errorf("in the end:\n%s", shown)
	}
}

// In a baseline from an old version of the reference, 7.9.9 is what is 7.9.7 now, which
// is not part of this run. That is no reason to miss 7.9.9, which was 7.9.11 and is worse.
func TestCaseThatHadAnotherNameIsNotMissing(t *testing.T) {
	w := open(t)
	w.Against(outcomes(t, index(t, 11, "7.9.1")), nil)
	list, err := cases.Select(cases.Catalogue, []string{"7.9.9"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := played("a", "7.9.9", cases.Failed, cases.OK)
	r.Case = list[0]
	if err := w.Add(r); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"worse a 7.9.9 was called 7.9.11: close code 2999"}, shown(w.Comparison())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// sectionOf is the section about changes of the overview.
func sectionOf(t *testing.T, w *Writer) string {
	t.Helper()
	_, rest, ok := strings.Cut(string(read(t, w, indexHTML)), `<section aria-labelledby="changes">`)
	if !ok {
		t.Fatal("the overview has no section about changes")
	}
	section, _, _ := strings.Cut(rest, "</section>")
	return section
}

// Without a baseline there is none.
func TestOverviewWithoutBaselineHasNoChanges(t *testing.T) {
	w := open(t)
	if err := w.Add(played("a", "1.1.1", cases.OK, cases.OK)); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(read(t, w, indexHTML)), "What changed") {
		t.Error("the overview has a section about changes")
	}
}
