package report

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gobahn/cases"
	"gobahn/templates"
)

// FuzzRead wants results that can be shown, or an error with the place, of every file.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"format": "gobahn-results", "version": 1, "runs": [{}], "later": [1], "results": [` + "\n" + `{"agent": "a"}]} x`))
	f.Add([]byte(`{"format": "gobahn-results", "version": 1}` + "\n" + `{"agent": "a", "id": "1.1.1", "observation": {"events": [{"got": 1}]}}`))
	f.Add([]byte("{\n\"version\": \"1\""))
	f.Add([]byte(`{"results": {}}`))
	for _, result := range []string{`"worst": 2`, `"worst": -1`, `"parts": [{"part": -1}]`, `"parts": [{"part": 2}]`} {
		f.Add([]byte(`{"format": "gobahn-results", "version": 1, "results": [{"id": "1.1.1", "verdict": "OK", "closeVerdict": "OK", "headline": "x", ` +
			result + `, "case": {"id": "1.1.1", "variants": [{"name": "a"}, {"name": "b"}]}}]}`))
	}
	place := regexp.MustCompile(`results:[1-9][0-9]*:[1-9][0-9]*: .`)
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "results")
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		n := 0
		head, err := Read(path, func(r Record) error {
			n++
			if _, err := json.Marshal(r); err != nil {
				t.Errorf("it cannot be written again: %v", err)
			}
			page := templates.Page{Case: r.Case, Observation: r.Observation, Result: r.Result}
			return templates.CasePage(page).Render(t.Context(), io.Discard)
		})
		switch {
		case err != nil && !place.MatchString(err.Error()):
			t.Errorf("error without a place: %v", err)
		case err == nil && check(head) != nil:
			t.Errorf("%d results of another kind of file: %+v", n, head)
		}
	})
}

// FuzzFollow wants the same progress of a journal, however much of it was there at each
// look.
func FuzzFollow(f *testing.F) {
	head := `{"format": "gobahn-results", "version": 1, "runs": [{"cases": ["1.1.1", "3.6"]}]}` + "\n"
	record := `{"agent": "a b", "id": "1.1.1", "verdict": "OK", "closeVerdict": "UNCLEAN", "explanation": "x"}` + "\n"
	for _, seed := range []string{head + record + record[:50], head + record + strings.ReplaceAll(record, "a b", "a-b"), "\n\n", head + "[]\n" + record} {
		f.Add([]byte(seed), []byte{20, 100})
	}
	f.Fuzz(func(t *testing.T, journal, cuts []byte) {
		dir := t.TempDir()
		file, err := os.Create(filepath.Join(dir, journalName))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		growing := Follow(dir)
		rest := journal
		for _, cut := range cuts[:min(len(cuts), 8)] {
			n := min(int(cut), len(rest))
			if _, err := file.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
			growing.Look()
		}
		if _, err := file.Write(rest); err != nil {
			t.Fatal(err)
		}
		got, want := caughtUp(growing), caughtUp(Follow(dir))
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("it grew (-at once +bit by bit):\n%s", diff)
		}
		played := 0
		for _, a := range got.Agents {
			played += a.Played
		}
		if played > bytes.Count(journal, []byte("\n")) {
			t.Errorf("%d cases in %q", played, journal)
		}
	})
}

// FuzzFollowReport wants a report that is done to be counted as those count it who compare
// it with another, or trouble with its file.
func FuzzFollowReport(f *testing.F) {
	f.Add([]byte(`{"a": {"7.9.6": {"behavior": "OK", "behaviorClose": "UNCLEAN", "duration": 1, "remoteCloseCode": null, "reportfile": "../x"}}}`))
	f.Add([]byte(`{"b": {"1.1.1": {"behavior": "NON-STRICT", "behaviorClose": "WRONG CODE", "x": {}}}, "a": {}}`))
	f.Add([]byte(`{"a": {"1.1.1": {"behavior": "?"}, "1.1.1": null}, "a": {"1.1.2": {}}} {}`))
	f.Add([]byte(`{"a": [1]}`))
	f.Add([]byte(`{"a": {"1.1.1"`))
	f.Fuzz(func(t *testing.T, index []byte) {
		dir := t.TempDir()
		name := filepath.Join(dir, indexJSON)
		if err := os.WriteFile(name, index, 0o644); err != nil {
			t.Fatal(err)
		}
		follower := Follow(dir)
		got := follower.Look()
		if diff := cmp.Diff(got, follower.Look()); diff != "" {
			t.Errorf("the second look shows something else:\n%s", diff)
		}
		if got.Stage != Ended || got.Behind || got.Trouble != "" && (len(got.Agents) > 0 || !strings.HasPrefix(got.Trouble, name+": ")) {
			t.Errorf("got %+v", got)
		}
		played := 0
		for i, a := range got.Agents {
			sum := 0
			for _, n := range a.Verdicts {
				sum += n
			}
			if sum != a.Played || a.ClosedBadly > a.Played || i > 0 && a.Agent <= got.Agents[i-1].Agent {
				t.Errorf("agent %d is %+v", i, a)
			}
			played += a.Played
		}
		if played > bytes.Count(index, []byte(":")) {
			t.Errorf("%d cases in %q", played, index)
		}
		o := &Outcomes{Source: name}
		if o.readIndex(bytes.NewReader(index)) != nil {
			return
		}
		if got.Trouble != "" || played != len(o.of) || len(got.Agents) < len(o.Agents) { // an agent may have no case
			t.Errorf("got %+v of %d agents and %d cases", got, len(o.Agents), len(o.of))
		}
	})
}

// caughtUp looks until nothing is left to be read.
func caughtUp(f *Follower) Progress {
	for {
		if p := f.Look(); !p.Behind {
			return p
		}
	}
}

// FuzzNames wants files of different cases to have different names that are safe on
// every system, and the same name for the same case.
func FuzzNames(f *testing.F) {
	f.Add("a b", "1.1.1", "a-b", "1.1.1")
	f.Add("../../etc/passwd", "..", "\x00\u202e", "1/../2")
	f.Add("", "", "unnamed", "")
	f.Add("CON", "1.1.1", strings.Repeat("x", 300), strings.Repeat("9.", 50))
	f.Add("x_case_1", "2", "x", "1_case_2")
	safe := regexp.MustCompile(`^[a-z0-9][a-z0-9_]*$`)
	f.Fuzz(func(t *testing.T, agent, id, other, otherID string) {
		n := newNames()
		a, b := key{agent, cases.ID(id)}, key{other, cases.ID(otherID)}
		first, _ := n.stem(a)
		second, _ := n.stem(b)
		for _, stem := range []string{first, second} {
			if !safe.MatchString(stem) || len(stem) > 240 || !strings.Contains(stem, "_case_") {
				t.Errorf("file name %q of %q and %q", stem, a, b)
			}
		}
		if (a == b) != (first == second) {
			t.Errorf("%q is named %q, %q is named %q", a, first, b, second)
		}
		if again, _ := n.stem(a); again != first {
			t.Errorf("%q is named %q, then %q", a, first, again)
		}
	})
}

// FuzzEncode wants strings to be written in ASCII and to be read as they were, but for
// what is not UTF-8.
func FuzzEncode(f *testing.F) {
	for _, seed := range []string{"<é>&\u2028", "\x00\x1f\x7f\x80", "\U0001f600\ufffd", "\xed\xa0\x80"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := encode(map[string]string{s: s})
		if err != nil || !ascii(b) {
			t.Fatalf("%q is written as %q: %v", s, b, err)
		}
		var back map[string]string
		want := strings.ToValidUTF8(s, "\ufffd")
		if err := json.Unmarshal(b, &back); err != nil || utf8.ValidString(s) && back[want] != want || len(back) != 1 {
			t.Errorf("%q is written as %s, which is read as %q: %v", s, b, back, err)
		}
	})
}
