package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

const someCases = "--cases 1.*"

// begin opens a journal.
func begin(t *testing.T, dir string, busy bool) *journal {
	t.Helper()
	j, err := openJournal(dir, someCases, busy)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// play adds a run of a peer with those verdicts.
func play(t *testing.T, j *journal, peer string, verdicts map[cases.ID]string) {
	t.Helper()
	results := filepath.Join(t.TempDir(), "results.json")
	if err := os.WriteFile(results, []byte("results"), 0o644); err != nil {
		t.Fatal(err)
	}
	e := entry{Peer: peer, Took: cases.Second, Lag: cases.Second / 10, Lagged: 1, Replays: 2, Verdicts: verdicts}
	if err := j.add(e, results); err != nil {
		t.Fatal(err)
	}
}

var (
	right = map[cases.ID]string{"1.1.1": "OK / OK", "14.1.2": "OK / OK"}
	wrong = map[cases.ID]string{"1.1.1": "OK / OK", "14.1.2": "FAILED / OK"}
	short = map[cases.ID]string{"1.1.1": "OK / OK"}
)

func TestAVerdictThatChangesIsListedWithItsResults(t *testing.T) {
	dir := t.TempDir()
	j := begin(t, dir, false)
	for _, verdicts := range []map[cases.ID]string{right, right, wrong, right, wrong} {
		play(t, j, "server:a", verdicts)
	}
	for _, verdicts := range []map[cases.ID]string{right, short} {
		play(t, j, "client:b", verdicts)
	}
	play(t, j, "client:c", right)
	var out strings.Builder
	err := j.report(&out, []string{"server:a", "client:b", "client:c"})
	if err == nil || err.Error() != "2 verdicts changed" {
		t.Errorf("got %v", err)
	}
	want := `| peer | runs | cases | verdict changes | played again alone | had more time | most lag | longest run |
|---|---:|---:|---:|---:|---:|---:|---:|
| server:a | 5 | 2 | 1 | 10 | 5 | 100 ms | 1.0 s |
| client:b | 2 | 2 | 1 | 4 | 2 | 100 ms | 1.0 s |
| client:c | 1 | 2 | 0 | 2 | 1 | 100 ms | 1.0 s |

server:a 14.1.2
  OK / OK                           3  DIR/server-a-idle-1.json
  FAILED / OK                       2  DIR/server-a-idle-3.json

client:b 14.1.2
  OK / OK                           1  DIR/client-b-idle-1.json
  not played                        1
`
	if diff := cmp.Diff(want, strings.ReplaceAll(out.String(), dir, "DIR")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	kept, err := filepath.Glob(filepath.Join(dir, "*.json"))
	for i := range kept {
		kept[i] = filepath.Base(kept[i])
	}
	if diff := cmp.Diff([]string{"client-b-idle-1.json", "client-c-idle-1.json", "server-a-idle-1.json", "server-a-idle-3.json"}, kept); diff != "" || err != nil {
		t.Errorf("kept results: %v (-want +got)\n%s", err, diff)
	}
}

// A soak goes on where it was interrupted, in the middle of a line if need be.
func TestAnInterruptedSoakGoesOn(t *testing.T) {
	dir := t.TempDir()
	j := begin(t, dir, false)
	play(t, j, "server:a", right)
	play(t, j, "server:a", right)
	play(t, begin(t, dir, true), "server:a", right) // another soak
	f, err := os.OpenFile(filepath.Join(dir, "runs.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"peer":"server:a","verd`); err != nil {
		t.Fatal(err)
	}
	f.Close()
	j = begin(t, dir, false)
	if diff := cmp.Diff(map[string]int{"server:a": 2}, j.made()); diff != "" {
		t.Errorf("runs made (-want +got)\n%s", diff)
	}
	play(t, j, "server:a", wrong)
	if last := begin(t, dir, false).entries; len(last) != 3 || last[2].Run != 3 || last[2].Verdicts["14.1.2"] != "FAILED / OK" {
		t.Errorf("entries %+v", last)
	}
	if n := len(begin(t, dir, true).entries); n != 1 {
		t.Errorf("the other soak has %d entries, want 1", n)
	}
}

func TestAFileThatIsNoJournalIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "runs.jsonl")
	if err := os.WriteFile(file, []byte("my notes\nof runs"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := openJournal(dir, someCases, false)
	if err == nil || !strings.Contains(err.Error(), "runs.jsonl:1: this is no line of a journal") {
		t.Errorf("got %v", err)
	}
	if b, err := os.ReadFile(file); string(b) != "my notes\nof runs" {
		t.Errorf("the file is %q now, %v", b, err)
	}
}

func TestFlagsThatAreWrong(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"-runs 0", "want -runs and -at-once of at least 1"},
		{"-at-once 0", "want -runs and -at-once of at least 1"},
		{"further", "no further arguments"},
		{"-only server:go-gorilla,server:nobody", `no peer "server:nobody": want some of server:go-gorilla, `},
	} {
		err := run(t.Context(), strings.Fields(test.args))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.args, err, test.want)
		}
	}
}

func TestTheUsualPeersAreFiveInEachRole(t *testing.T) {
	roles := make(map[string]int)
	for _, s := range all() {
		for _, name := range usual {
			if s.Name == name {
				roles[s.role]++
			}
		}
	}
	if diff := cmp.Diff(map[string]int{"server": 5, "client": 5}, roles); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Two runs of a few cases in each role, with all that belongs to a soak.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("builds wstest")
	}
	dir := t.TempDir()
	args := []string{"-runs", "2", "-busy", "-at-once", "2", "-dir", dir, "-cases", "1.1.1,2.1", "-only", "server:go-gorilla,client:go-gorilla"}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	if err := run(ctx, args); err != nil {
		t.Fatal(err)
	}
	j, err := openJournal(dir, "--cases 1.1.1,2.1 --exclude 12.*,13.* --profile autobahn", true)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if diff := cmp.Diff(map[string]int{"server:go-gorilla": 2, "client:go-gorilla": 2}, j.made()); diff != "" {
		t.Errorf("runs made (-want +got)\n%s", diff)
	}
}
