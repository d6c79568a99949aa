package report

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gobahn/cases"
)

func TestFollowerSeesARunGrow(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "later")
	f := Follow(dir)
	look := func(want Progress) {
		t.Helper()
		if diff := cmp.Diff(want, f.Look(), cmpopts.IgnoreFields(Progress{}, "Runs", "Written"), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	look(Progress{Stage: Waiting})
	run := Run{Product: "Gobahn", Started: began, Cases: []cases.ID{"1.1.1", "3.6"}}
	w, err := Open(dir, run)
	if err != nil {
		t.Fatal(err)
	}
	defer abandon(w)
	look(Progress{Stage: Waiting})
	add := func(r Record) {
		t.Helper()
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	add(played("a b", "1.1.1", cases.NonStrict, cases.OK))
	look(Progress{Stage: Running, Agents: []AgentProgress{
		{Agent: "a b", Played: 1, Verdicts: map[cases.Verdict]int{cases.NonStrict: 1}},
	}})
	failed := case36()
	failed.Agent = "a b"
	add(failed)
	add(played("a b", "1.1.1", cases.OK, cases.OK))
	look(Progress{Stage: Running,
		Agents: []AgentProgress{{Agent: "a b", Played: 2, Verdicts: map[cases.Verdict]int{cases.OK: 2}, ClosedBadly: 1}},
		Failures: []Failure{
			{"a b", "3.6", failed.Result.Explain(failed.Case, failed.Observation), "a_b_case_3_6.html"},
		},
	})
	if got := f.Look(); got.Planned() != 2 || got.Runs[0].Product != "Gobahn" || time.Since(got.Written) > time.Hour {
		t.Errorf("got %+v", got)
	}
	if !exists(filepath.Join(dir, f.Look().Failures[0].File)) {
		t.Error("there is no such page")
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	look(Progress{Stage: Ended, Agents: []AgentProgress{
		{Agent: "a b", Played: 2, Verdicts: map[cases.Verdict]int{cases.OK: 2}, ClosedBadly: 1},
	}})

	// Another run begins in the same directory, and one in the place of it.
	for range 2 {
		if w, err = Open(dir, run); err != nil {
			t.Fatal(err)
		}
		defer abandon(w)
		run.Seed++
		add(played("c", "1.1.1", cases.OK, cases.OK))
		add(played("c", "3.6", cases.OK, cases.OK))
		look(Progress{Stage: Running, Agents: []AgentProgress{
			{Agent: "c", Played: 2, Verdicts: map[cases.Verdict]int{cases.OK: 2}},
		}})
	}
}

// A line that is being written is no trouble; one that makes no sense is, and is said.
func TestFollowerReadsWholeLines(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, journalName)
	const head = `{"format":"gobahn-results","version":1,"runs":[]}` + "\n"
	const line = `{"agent":"a","id":"1.1.1","verdict":"OK","closeVerdict":"OK"}` + "\n"
	f := Follow(dir)
	for _, tt := range []struct {
		content string
		played  int
		trouble string
	}{
		{"", 0, ""},
		{head[:10], 0, ""},
		{head, 0, ""},
		{head + line[:20], 0, ""},
		{head + line, 1, ""},
		{head + line + strings.ReplaceAll(line, "1.1.1", "1.1.2"), 2, ""},
		{head + line, 1, ""},
		{head + line + "nonsense\n", 1, name + ", octet 112: invalid character"},
		{"[]\n", 0, name + ", octet 0: json: cannot unmarshal array"},
		{"{}\n", 0, name + ", octet 0: this is no file with results"},
	} {
		if err := os.WriteFile(name, []byte(tt.content), 0o644); err != nil {
			t.Fatal(err)
		}
		p := f.Look()
		played := 0
		for _, a := range p.Agents {
			played += a.Played
		}
		if played != tt.played || !strings.HasPrefix(p.Trouble, tt.trouble) || (p.Trouble == "") != (tt.trouble == "") {
			t.Errorf("%q: %d played, trouble %q", tt.content, played, p.Trouble)
		}
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, indexJSON), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if p := f.Look(); p.Stage != Ended || !strings.Contains(p.Trouble, "index.json: unexpected EOF") {
		t.Errorf("got %+v", p)
	}
}

// BenchmarkLook looks at a journal of 1,000 records for the first time.
func BenchmarkLook(b *testing.B) {
	dir := b.TempDir()
	w, err := Open(dir, Run{Product: "Gobahn", Started: began})
	if err != nil {
		b.Fatal(err)
	}
	for i := range 1000 {
		r := case36()
		r.Agent = fmt.Sprint("agent ", i)
		if err := w.keep(r); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		for f := Follow(dir); f.Look().Behind; {
		}
	}
}
