package spec_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cmd/wstest/internal/spec"
)

func TestExpectationsAreTheSameInYAMLAndJSON(t *testing.T) {
	const yaml = `# what does not work yet
- cases: 2.10        # no number
  reason: answers the last ping only
- cases:
    - 6.4.*
    - "9.*"
  agent: "my*"
  known: flaky
  until: 2030-01-31
  reason: >
    slow
    machine
`
	const json = `// what does not work yet
[
	{"cases": "2.10", "reason": "answers the last ping only"},
	{"cases": ["6.4.*" /* race */, "9.*"], "agent": "my*", "known": "flaky",
	 "until": "2030-01-31", "reason": "slow machine"} // "9.*" too
]`
	want := []spec.Expectation{
		{Cases: []spec.Pattern{{Text: "2.10"}}, Reason: "answers the last ping only"},
		{
			Cases: []spec.Pattern{{Text: "6.4.*"}, {Text: "9.*"}}, Agent: spec.Pattern{Text: "my*"}, Reason: "slow machine",
			Flaky: true, Until: time.Date(2030, 1, 31, 0, 0, 0, 0, time.UTC),
		},
	}
	for file, text := range map[string]string{"e.yaml": yaml, "e.json": json, "yaml": yaml, "json": json} {
		got, err := spec.ParseExpectations(file, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		at := got[1].Cases[1].At
		if lines := strings.Split(text, "\n"); !strings.HasPrefix(lines[at.Line-1][at.Column-1:], `"9.*"`) {
			t.Errorf("%s: the pattern is at %v", file, at)
		}
		if diff := cmp.Diff(want, withoutPositions(got)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", file, diff)
		}
	}
}

func withoutPositions(list []spec.Expectation) []spec.Expectation {
	for i := range list {
		list[i].At, list[i].Agent.At = spec.Position{}, spec.Position{}
		for j := range list[i].Cases {
			list[i].Cases[j].At = spec.Position{}
		}
	}
	return list
}

func TestFaultsInExpectations(t *testing.T) {
	for _, test := range []struct{ file, text, want string }{
		{"e.yaml", "", "e.yaml:1:1: want a list of expectations, or [] for none, got null"},
		{"e.yaml", "# nothing\n", "e.yaml:1:1: want a list of expectations, or [] for none, got null"},
		{"e.json", " ", "e.json:1:1: want a list of expectations, or [] for none, got null"},
		{"e.yaml", "cases: 1.1.1\n", `e.yaml:1:1: want a list of expectations, or [] for none, got an object`},
		{"e.yaml", "- 1.1.1\n", `e.yaml:1:3: want an object, got a string`},
		{"e.yaml", "- cases: 1.1.1\n  reson: x\n", "e.yaml:1:3: this expectation has no \"reason\"\n" +
			`e.yaml:2:3: unknown key "reson" (did you mean "reason"?)`},
		{"e.yaml", "- reason: x\n", `e.yaml:1:3: this expectation has no "cases"`},
		{"e.yaml", "- cases: 1.1.1\n  reason: ' '\n", `e.yaml:2:11: "reason": want a sentence that says why`},
		{"e.yaml", "- cases: []\n  reason: x\n", `e.yaml:1:10: "cases": there is no pattern in the list`},
		{"e.yaml", "- cases: [1.1.1, {}]\n  reason: x\n", `e.yaml:1:18: "cases": want a pattern of cases, or a list of them, got an object`},
		{"e.yaml", "- cases: ''\n  reason: x\n", `e.yaml:1:10: "cases": "" selects nothing`},
		{"e.yaml", "- cases: 1.1.1\n  reason: x\n  known: never\n", `e.yaml:3:10: "known": want one of failing, flaky, got "never"`},
		{"e.yaml", "- cases: 1.1.1\n  reason: x\n  until: tomorrow\n", `e.yaml:3:10: "until": want a day, like 2030-12-31, got "tomorrow"`},
		{"e.yaml", "- cases: 1.1.1\n  reason: x\n  agent: [a]\n", `e.yaml:3:10: "agent": want a string, got a list`},
		{"e.yaml", "- cases: *\n  reason: x\n", "e.yaml:1:10: mapping value is not allowed in this context: write what begins with * in quotes"},
		{"e.yaml", "- cases: &a 1.1.1\n  reason: x\n", "e.yaml:1:10: anchors, aliases and tags have no meaning here: write what begins with &, * or ! in quotes"},
		{"e.yaml", "- cases: 1.1.1\n  reason: so: it is\n", "e.yaml:2:11: mapping value is not allowed in this context: write text with a colon in quotes"},
		{"e.yaml", "- cases: 1.1.1\n\treason: x\n", "e.yaml:2:1: found character '\t' that cannot start any token: indent with blanks"},
		{"e.yaml", "- cases: 1\n  cases: 2\n", `e.yaml:2:3: mapping key "cases" already defined at [1:3]`},
		{"e.yaml", "- cases: [1.1.1,\n", "e.yaml:1:10: sequence end token ']' not found"},
		{"e.yaml", "[]\n---\n[]\n", "e.yaml:3:1: a second document begins here: want one"},
		{"e.json", `[{"cases": "1.1.1", "reason": "x"}`, "e.json:1:34: unexpected end of JSON input"},
		{"e.json", "// x\n[{\"case\": \"1\", \"reason\": \"x\"}]", "e.json:2:2: this expectation has no \"cases\"\n" +
			`e.json:2:3: unknown key "case" (did you mean "cases"?)`},
		{"e.json", `[{"cases": "1", "cases": "2", "reason": "x"}]`, `e.json:1:3: this "cases" has no effect: there is another in line 1`},
		{"e.json", `[/* x`, "e.json:1:5: unexpected end of JSON input"},
	} {
		_, err := spec.ParseExpectations(test.file, []byte(test.text))
		if got := text(err); got != test.want {
			t.Errorf("%q:\n got %s\nwant %s", test.text, got, test.want)
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// FuzzExpectations wants expectations or an error with the file of every text.
func FuzzExpectations(f *testing.F) {
	f.Add([]byte("- cases: [2.10, '*']\n  agent: a*\n  known: flaky\n  until: 2030-01-01\n  reason: >\n    b\n"))
	f.Add([]byte(`[{"cases": "1.1.1", /* x */ "reason": "y"}] // z`))
	f.Add([]byte("- &a cases: *a\n  ? x\n  <<: !!str z\n---\n- [[]]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, file := range []string{"e.yaml", "e.json", "e"} {
			list, err := spec.ParseExpectations(file, text)
			if err != nil && !strings.HasPrefix(err.Error(), file+":") {
				t.Errorf("error without a file: %v", err)
			}
			for _, e := range list {
				if e.Reason == "" || len(e.Cases) == 0 || e.At.Line < 1 || e.At.Column < 1 {
					t.Errorf("expectation without a reason, cases or a place: %+v", e)
				}
			}
		}
	})
}
