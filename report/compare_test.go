package report

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

// run is outcomes of agents, written as "agent case behaviour/close code".
func run(t *testing.T, source string, lines ...string) *Outcomes {
	t.Helper()
	o := &Outcomes{Source: source}
	for _, line := range lines {
		agent, rest, _ := strings.Cut(line, " ")
		id, rest, _ := strings.Cut(rest, " ")
		verdicts, code, _ := strings.Cut(rest, " ")
		v, closing, _ := strings.Cut(strings.ReplaceAll(verdicts, "_", " "), "/")
		one := Outcome{Agent: agent, Case: cases.ID(id), Behaviour: cases.Verdict(v), Close: cases.Verdict(closing)}
		if rank(one.Behaviour) < 0 || rank(one.Close) < 0 {
			t.Fatalf("verdicts of %q", line)
		}
		if code != "" {
			one.CloseCode = new(uint16)
			fmt.Sscan(code, one.CloseCode)
		}
		o.add(one)
	}
	return o
}

// shown is each change on a line.
func shown(c *Comparison) (lines []string) {
	for _, one := range c.Changes {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", one.Kind, one.Agent, one.Case, one.Note)))
	}
	return lines
}

func TestVerdictsAreOrdered(t *testing.T) {
	for _, test := range []struct {
		was, is string
		want    Kind
	}{
		{"OK/OK 1000", "OK/OK 1000", ""},
		{"OK/OK 1000", "OK/OK 1001", Changed},
		{"OK/OK 1000", "OK/OK", Changed},
		{"OK/OK", "INFORMATIONAL/INFORMATIONAL", Changed},
		{"OK/OK", "NON-STRICT/OK", Worse},
		{"NON-STRICT/OK", "UNIMPLEMENTED/OK", Worse},
		{"OK/OK", "UNIMPLEMENTED/OK", Worse},
		{"UNIMPLEMENTED/OK", "INFORMATIONAL/OK", Better},
		{"UNIMPLEMENTED/OK", "OK/OK", Better},
		{"UNIMPLEMENTED/OK", "FAILED/OK", Worse},
		{"FAILED/FAILED", "OK/OK", Better},
		{"OK/OK", "OK/FAILED_BY_CLIENT", Worse},
		{"OK/FAILED_BY_CLIENT", "OK/WRONG_CODE", Worse},
		{"OK/WRONG_CODE", "OK/UNCLEAN", Worse},
		{"OK/UNCLEAN", "OK/FAILED", Worse},
		{"OK/FAILED", "OK/INFORMATIONAL", Better},
		{"FAILED/OK", "OK/FAILED", Worse}, // what is better does not make good for it
		{"OK/FAILED", "FAILED/OK", Worse},
	} {
		c := Compare(run(t, "old", "a 1.1.1 "+test.was), run(t, "new", "a 1.1.1 "+test.is))
		var got Kind
		if len(c.Changes) > 0 {
			got = c.Changes[0].Kind
		}
		if got != test.want || c.Same+len(c.Changes) != 1 {
			t.Errorf("%s → %s: %q, want %q", test.was, test.is, got, test.want)
		}
	}
}

// All verdicts that there are have a place in the order.
func TestEveryVerdictHasARank(t *testing.T) {
	for _, v := range verdicts {
		if rank(v) < 0 {
			t.Errorf("%s has no rank", v)
		}
	}
}

// What docs/gate.md says of the order is what it is.
func TestOrderIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../docs/gate.md")
	if err != nil {
		t.Fatal(err)
	}
	rest := string(doc)
	for _, row := range ranks {
		_, after, ok := strings.Cut(rest, "\n| "+wordList(row)+" | ")
		if !ok {
			t.Errorf("docs/gate.md lacks a row of %v, or has it elsewhere", row)
		}
		rest = after
	}
}

// The race of 4.2.5 is no regression, what else may become of it is.
func TestRacesAreNoRegression(t *testing.T) {
	for _, test := range []struct {
		was, is string
		want    string
	}{
		{"a 4.2.5 OK/OK", "a 4.2.5 NON-STRICT/OK", "changed a 4.2.5 a race: whether the message before the bad frame still comes back"},
		{"a 4.2.5 NON-STRICT/OK", "a 4.2.5 OK/OK", "changed a 4.2.5 a race: whether the message before the bad frame still comes back"},
		{"a 4.2.5 OK/OK", "a 4.2.5 NON-STRICT/FAILED", "worse a 4.2.5 a race: whether the message before the bad frame still comes back"},
		{"a 4.2.5 OK/OK", "a 4.2.5 FAILED/OK", "worse a 4.2.5"},
		{"a 4.2.4 OK/OK", "a 4.2.4 NON-STRICT/OK", "worse a 4.2.4"},
	} {
		got := shown(Compare(run(t, "old", test.was), run(t, "new", test.is)))
		if diff := cmp.Diff([]string{test.want}, got); diff != "" {
			t.Errorf("%s → %s (-want +got)\n%s", test.was, test.is, diff)
		}
	}
}

func TestAgentsArePaired(t *testing.T) {
	for _, test := range []struct {
		name    string
		was, is []string
		changes []string
		notes   []string
	}{
		{"by name", []string{"a 1.1.1 OK/OK", "b 1.1.1 OK/OK"}, []string{"b 1.1.1 FAILED/OK", "a 1.1.1 OK/OK"}, []string{"worse b 1.1.1"}, nil},
		{
			"two that are alone", []string{"lib/1.0 1.1.1 OK/OK"}, []string{"lib/1.1 1.1.1 FAILED/OK", "lib/1.1 1.1.2 OK/OK"},
			[]string{"worse lib/1.1 1.1.1", "new lib/1.1 1.1.2"},
			[]string{`"lib/1.1" is compared with "lib/1.0", as either run has one agent only`},
		},
		{
			"none", []string{"a 1.1.1 OK/OK", "b 1.1.1 OK/OK"}, []string{"c 1.1.1 OK/OK"},
			[]string{"new c 1.1.1", "missing a 1.1.1", "missing b 1.1.1"},
			[]string{`"c" is not in old, so that its cases are new`},
		},
		{"one less", []string{"a 2.10 OK/OK", "a 2.9 OK/OK", "b 1.1.1 OK/OK"}, []string{"b 1.1.1 OK/OK"}, []string{"missing a 2.9", "missing a 2.10"}, nil},
	} {
		c := Compare(run(t, "old", test.was...), run(t, "new", test.is...))
		if diff := cmp.Diff(test.changes, shown(c)); diff != "" {
			t.Errorf("%s: changes (-want +got)\n%s", test.name, diff)
		}
		if diff := cmp.Diff(test.notes, c.Notes); diff != "" {
			t.Errorf("%s: notes (-want +got)\n%s", test.name, diff)
		}
	}
}

// index writes an index.json in which the cases of section 7.9 up to the n-th are OK
// but for one.
func index(t *testing.T, n int, failed string) string {
	t.Helper()
	entries := make(map[string]indexEntry)
	for i := range n {
		entries[fmt.Sprintf("7.9.%d", i+1)] = indexEntry{Behavior: cases.OK, BehaviorClose: cases.OK, Reportfile: fmt.Sprintf("a_case_7_9_%d.json", i+1)}
	}
	entries[failed] = indexEntry{Behavior: cases.Failed, BehaviorClose: cases.OK, Reportfile: "a_case_" + strings.ReplaceAll(failed, ".", "_") + ".json"}
	b, err := json.Marshal(map[string]any{"a": entries})
	if err != nil {
		t.Fatal(err)
	}
	return file(t, indexJSON, string(b))
}

// In section 7.9 the same id means another close code in old reports. How many cases
// they have tells which.
func TestOldCloseCodesAreComparedByCode(t *testing.T) {
	now := outcomes(t, index(t, 9, "7.9.6")) // 1016
	for _, test := range []struct {
		cases int
		fails string
		want  []string
	}{
		{9, "7.9.6", nil},
		{13, "7.9.10", []string{
			"changed a 7.9.6 there is no more case that sends close code 1012",
			"changed a 7.9.7 there is no more case that sends close code 1013",
			"changed a 7.9.8 there is no more case that sends close code 1014",
			"changed a 7.9.9 there is no more case that sends close code 1015",
		}},
		{11, "7.9.8", []string{
			"changed a 7.9.6 there is no more case that sends close code 1014",
			"changed a 7.9.7 there is no more case that sends close code 1015",
		}},
		{11, "7.9.9", []string{ // 1100
			"worse a 7.9.6 was called 7.9.8: close code 1016",
			"changed a 7.9.6 there is no more case that sends close code 1014",
			"better a 7.9.7 was called 7.9.9: close code 1100",
			"changed a 7.9.7 there is no more case that sends close code 1015",
		}},
	} {
		c := Compare(outcomes(t, index(t, test.cases, test.fails)), now)
		if diff := cmp.Diff(test.want, shown(c)); diff != "" || len(c.Notes) > 0 {
			t.Errorf("%d cases, %s fails: %q (-want +got)\n%s", test.cases, test.fails, c.Notes, diff)
		}
	}
}

// Case files beside an old report say it, too. Without them, a guess is a note.
func TestCloseCodesAreReadFromCaseFiles(t *testing.T) {
	old := index(t, 0, "7.9.6")
	c := Compare(outcomes(t, old), outcomes(t, index(t, 9, "7.9.6")))
	if len(c.Notes) != 1 || !strings.Contains(c.Notes[0], "taken for those of today") {
		t.Errorf("notes %q", c.Notes)
	}
	err := os.WriteFile(filepath.Join(filepath.Dir(old), "a_case_7_9_6.json"),
		[]byte(`{"agent": "a", "description": "Send close with invalid close code 1014"}`), 0o644)
	if err != nil {
		t.Fatal(err)
	}
	c = Compare(outcomes(t, old), outcomes(t, index(t, 9, "7.9.6")))
	if got := shown(c); !slices.Contains(got, "changed a 7.9.6 there is no more case that sends close code 1014") || !slices.Contains(got, "new a 7.9.6") || len(c.Notes) > 0 {
		t.Errorf("%q, notes %q", got, c.Notes)
	}
}

// No file outside of the report's directory is read, whatever an index.json names.
func TestCaseFilesAreThoseOfTheReport(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x.json"), []byte(`{"description": "code 1014"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(dir, "report")
	for name, want := range map[string]bool{"x.json": true, "../x.json": false, filepath.Join(dir, "x.json"): false, "": false, "..": false} {
		if _, got := codeInFile(dir, name); got != want {
			t.Errorf("%q: read %v, want %v", name, got, want)
		}
		if _, got := codeInFile(below, name); got {
			t.Errorf("%q was read from below", name)
		}
	}
}

// BenchmarkCompare compares five agents in all cases, as each Flush with a baseline does.
func BenchmarkCompare(b *testing.B) {
	var was, is Outcomes
	for agent := range 5 {
		for i, c := range cases.Catalogue {
			one := Outcome{Agent: fmt.Sprint("agent ", agent), Case: c.ID, Behaviour: cases.OK, Close: cases.OK, sent: codeSent(c)}
			was.add(one)
			if i%10 == 0 {
				one.Behaviour = cases.Failed
			}
			is.add(one)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if c := Compare(&was, &is); len(c.Of(Worse)) != 5*52 {
			b.Fatal(len(c.Changes))
		}
	}
}
