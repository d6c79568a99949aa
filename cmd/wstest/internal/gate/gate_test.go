package gate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/spec"
	"gobahn/report"
)

// outcomes are those of agents, written as "agent case verdict/verdict of the ending".
func outcomes(t *testing.T, text string) *report.Outcomes {
	t.Helper()
	agents := make(map[string][]string)
	for line := range strings.SplitSeq(text, ";") {
		fields := strings.Fields(line)
		v, closing, _ := strings.Cut(fields[2], "/")
		agents[fields[0]] = append(agents[fields[0]],
			`"`+fields[1]+`": {"behavior": "`+v+`", "behaviorClose": "`+closing+`", "remoteCloseCode": 1000}`)
	}
	var parts []string
	for agent, entries := range agents {
		parts = append(parts, `"`+agent+`": {`+strings.Join(entries, ", ")+`}`)
	}
	path := filepath.Join(t.TempDir(), "index.json")
	if err := os.WriteFile(path, []byte("{"+strings.Join(parts, ", ")+"}"), 0o644); err != nil {
		t.Fatal(err)
	}
	o, err := report.ReadOutcomes(path)
	if err != nil {
		t.Fatal(err)
	}
	o.Source = "old.json"
	return o
}

func expected(t *testing.T, yaml string) []Expected {
	t.Helper()
	if yaml == "" {
		return nil
	}
	list, err := spec.ParseExpectations("e.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	e, err := Look(list, cases.Catalogue)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

var today = time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)

// decide decides on a run of the cases 1.1.1 to 1.1.4.
func decide(t *testing.T, rule, was, is, expect string, strict bool) *Decision {
	t.Helper()
	list, err := cases.Select(cases.Catalogue, []string{"1.1.1", "1.1.2", "1.1.3", "1.1.4"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := ParseRule(split(rule))
	if err != nil {
		t.Fatal(err)
	}
	run := Run{Outcomes: outcomes(t, is), Cases: list, Skip: func(agent string, id cases.ID) bool { return agent == "a" && id == "1.1.4" }}
	if was != "" {
		run.Since = report.Compare(outcomes(t, was), run.Outcomes)
	}
	g := Gate{Rule: r, Expect: expected(t, expect), Strict: strict, Now: today}
	return g.Decide(run)
}

func TestDecisions(t *testing.T) {
	const (
		allOK   = "a 1.1.1 OK/OK; a 1.1.2 OK/OK; a 1.1.3 OK/OK"
		oneBad  = "a 1.1.1 OK/OK; a 1.1.2 FAILED/OK; a 1.1.3 OK/OK"
		lenient = "a 1.1.1 OK/OK; a 1.1.2 NON-STRICT/OK; a 1.1.3 OK/OK"
		known   = "- cases: 1.1.2\n  reason: not done yet\n"
		flaky   = known + "  known: flaky\n"
	)
	for _, test := range []struct {
		name, rule, was, is, expect string
		strict                      bool
		passed                      bool
		want                        string
	}{
		{
			name: "all is well", is: allOK, passed: true,
			want: "Gate: passed, exit status 0: none of 3 cases fails (--fail-on default)\n",
		},
		{
			name: "a failure", is: oneBad,
			want: "Gate: failed, exit status 1: 1 of 3 cases fails (--fail-on default)\n" +
				"    1.1.2    a: FAILED / OK\n",
		},
		{
			name: "no verdict counts", rule: "never", is: oneBad, passed: true,
			want: "Gate: passed, exit status 0: none of 3 cases fails (--fail-on never)\n",
		},
		{
			name: "missing", rule: "never", is: "a 1.1.1 OK/OK; a 1.1.2 OK/OK",
			want: "Gate: failed, exit status 1: 1 of 3 cases not played\n" +
				"    1.1.3    a: was not played\n",
		},
		{
			name: "as bad as before", was: oneBad, is: oneBad, passed: true,
			want: "Gate: passed, exit status 0: none of 3 cases is worse than before or fails anew (--fail-on default), 1 failed before, too\n",
		},
		{
			name: "worse than before", was: allOK, is: lenient,
			want: "Gate: failed, exit status 1: 1 of 3 cases is worse than before or fails anew (--fail-on default)\n" +
				"    1.1.2    a: NON-STRICT / OK, was OK / OK\n",
		},
		{
			name: "better than before", was: oneBad, is: lenient, passed: true,
			want: "Gate: passed, exit status 0: none of 3 cases is worse than before or fails anew (--fail-on default)\n" +
				"  better than in old.json: 1.1.2\n",
		},
		{
			name: "not in the baseline", was: "a 1.1.1 OK/OK", is: oneBad,
			want: "Gate: failed, exit status 1: 1 of 3 cases is worse than before or fails anew (--fail-on default)\n" +
				"    1.1.2    a: FAILED / OK\n",
		},
		{
			name: "expected", is: oneBad, expect: known, strict: true, passed: true,
			want: "Gate: passed, exit status 0: none of 3 cases fails (--fail-on default), 1 failed as expected\n",
		},
		{
			name: "expected of another agent", is: oneBad, expect: known + "  agent: b*\n",
			want: "Gate: failed, exit status 1: 1 of 3 cases fails (--fail-on default)\n" +
				"    1.1.2    a: FAILED / OK\n",
		},
		{
			name: "expected, and missing", is: "a 1.1.1 OK/OK; a 1.1.3 OK/OK", expect: known, passed: true,
			want: "Gate: passed, exit status 0: none of 3 cases fails (--fail-on default), 1 failed as expected\n",
		},
		{
			name: "expected, but passes", is: allOK, expect: known, passed: true,
			want: "Gate: passed, exit status 0: none of 3 cases fails (--fail-on default)\n" +
				"  what is expected is not right any more:\n" +
				"    e.yaml:1:3: expected to fail, but 1 of 1 passed: 1.1.2\n",
		},
		{
			name: "expected, but passes, and that counts", is: allOK, expect: known, strict: true,
			want: "Gate: failed, exit status 1: none of 3 cases fails (--fail-on default), but --strict-expect wants the expectations to be right\n" +
				"  what is expected is not right any more:\n" +
				"    e.yaml:1:3: expected to fail, but 1 of 1 passed: 1.1.2\n",
		},
		{
			name: "flaky, and passes", is: allOK, expect: flaky, strict: true, passed: true,
			want: "Gate: passed, exit status 0: none of 3 cases fails (--fail-on default)\n",
		},
		{
			name: "flaky, and fails", is: oneBad, expect: flaky, strict: true, passed: true,
			want: "Gate: passed, exit status 0: none of 3 cases fails (--fail-on default), 1 failed as expected\n",
		},
		{
			name: "the first expectation counts", is: allOK, expect: flaky + "- cases: 1.1.*\n  reason: later\n", passed: true,
			want: "Gate: passed, exit status 0: none of 3 cases fails (--fail-on default)\n" +
				"  what is expected is not right any more:\n" +
				"    e.yaml:4:3: expected to fail, but 2 of 2 passed: 1.1.1, 1.1.3\n",
		},
		{
			name: "patterns for nothing", is: allOK, expect: "- cases: [1.1.9, 99.*, 9.1.1]\n  reason: x\n", passed: true,
			want: "Gate: passed, exit status 0: none of 3 cases fails (--fail-on default)\n" +
				"  what is expected is not right any more:\n" +
				"    e.yaml:1:11: unknown case \"1.1.9\" (did you mean \"1.1.1\"?)\n" +
				"    e.yaml:1:18: no case matches \"99.*\"\n",
		},
		{
			name: "too late", is: oneBad, expect: known + "  until: 2026-06-14\n", passed: true,
			want: "Gate: passed, exit status 0: none of 3 cases fails (--fail-on default), 1 failed as expected\n" +
				"  what is expected is not right any more:\n" +
				"    e.yaml:1:3: this was expected until 2026-06-14 only: not done yet\n",
		},
		{
			name: "the last day", is: oneBad, expect: known + "  until: 2026-06-15\n", strict: true, passed: true,
			want: "Gate: passed, exit status 0: none of 3 cases fails (--fail-on default), 1 failed as expected\n",
		},
		{
			name: "worse, and expected", was: allOK, is: lenient, expect: known, strict: true, passed: true,
			want: "Gate: passed, exit status 0: none of 3 cases is worse than before or fails anew (--fail-on default), 1 failed as expected\n",
		},
		{
			name: "bad before, and expected", was: oneBad, is: oneBad, expect: known, strict: true, passed: true,
			want: "Gate: passed, exit status 0: none of 3 cases is worse than before or fails anew (--fail-on default), 1 failed as expected\n",
		},
		{
			name: "another is bad before", was: oneBad, is: oneBad, expect: "- cases: 1.1.3\n  known: flaky\n  reason: x\n", passed: true,
			want: "Gate: passed, exit status 0: none of 3 cases is worse than before or fails anew (--fail-on default), 1 failed before, too\n",
		},
	} {
		d := decide(t, test.rule, test.was, test.is, test.expect, test.strict)
		if d.Passed() != test.passed {
			t.Errorf("%s: passed %v, want %v", test.name, d.Passed(), test.passed)
		}
		status := 0
		if !d.Passed() {
			status = 1
		}
		if diff := cmp.Diff(test.want, d.Text(status, "")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, diff)
		}
	}
}

// However much is wrong, the text is short.
// What was played and failed is not lost among what was not played.
func TestTextHasWhatWasPlayedFirst(t *testing.T) {
	d := &Decision{Rule: Default, Cases: 20, Missing: 11}
	for range d.Missing {
		d.Failures = append(d.Failures, Failure{"a", "1.1.1", notPlayed})
	}
	d.Failures = append(d.Failures, Failure{"a", "9.1.1", "FAILED / OK"})
	if lines := strings.Split(d.Text(3, ""), "\n"); lines[1] != "    9.1.1    a: FAILED / OK" {
		t.Errorf("the second line is %q", lines[1])
	}
}

func TestTextIsBounded(t *testing.T) {
	d := &Decision{Rule: Default, Cases: 500}
	for range 400 {
		d.Failures = append(d.Failures, Failure{strings.Repeat("x", 10000), "1.1.1", "FAILED / OK"})
		d.Findings = append(d.Findings, "e.yaml:1:1: something")
	}
	text := d.Text(1, "")
	if n := strings.Count(text, "\n"); n > 30 || !strings.Contains(text, "… and 390 more") || len(text) > 4000 {
		t.Errorf("%d lines:\n%s", n, text)
	}
}

// What makes no sense in patterns is an error, with its place.
func TestWrongPatterns(t *testing.T) {
	list, err := spec.ParseExpectations("e.yaml", []byte("- cases: '1.[*'\n  agent: '(*'\n  reason: x\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Look(list, cases.Catalogue)
	if err == nil || !strings.HasPrefix(err.Error(), "e.yaml:1:10: case pattern \"1.[*\": ") || !strings.Contains(err.Error(), "\ne.yaml:2:10: pattern \"(*\": ") {
		t.Errorf("%v", err)
	}
}
