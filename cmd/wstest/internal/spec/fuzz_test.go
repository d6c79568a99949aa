package spec_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/spec"
)

// FuzzParse wants a spec or an error of every text, and a position in either.
func FuzzParse(f *testing.F) {
	for _, mode := range []string{spec.ModeFuzzingServer, spec.ModeFuzzingClient, spec.ModeMassConnect} {
		f.Add(spec.Default(mode))
	}
	f.Add([]byte(`{"servers": [{"url": "wss://a", "tls": {"ca": "x"}, "headers": {"a": "b"}, "options": {"version": 9}}]}`))
	f.Add([]byte(`{"cases": [1], "exclude-agent-cases": {"a*": ["1.*", ""]}, "cases": null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, warnings, err := spec.ParseServer("s.json", text)
		check(t, warnings, err)
		_, warnings, err = spec.ParseClient("s.json", text)
		check(t, warnings, err)
		_, warnings, err = spec.ParseMassConnect("s.json", text)
		check(t, warnings, err)
	})
}

func check(t *testing.T, warnings []spec.Warning, err error) {
	t.Helper()
	for _, w := range warnings {
		if w.Line < 1 || w.Column < 1 {
			t.Errorf("warning without a position: %s", w)
		}
	}
	if err != nil && !strings.HasPrefix(err.Error(), "s.json:") {
		t.Errorf("error without a file: %v", err)
	}
}

// FuzzParseCases wants cases that can be played or an error of every text.
func FuzzParseCases(f *testing.F) {
	f.Add([]byte("id: a\nscript:\n  - frame: {opcode: ping, payload: {hex: 00 ff, len: 3}}\n  - drop:\n"))
	f.Add([]byte(`[{"id": "a", "accept": [{"verdict": "OK", "events": [{"mark": {"name": "A"}}]}], "ending": {"codes": [1]}}]`))
	f.Add([]byte("id: a\nvariants:\n  - {name: b, opening: {cut: -1, answers: [{verdict: OK, status: [101]}]}}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := spec.ParseCases("s.json", text)
		check(t, nil, err)
		for _, u := range list {
			if err == nil && u.Case.Validate() != nil {
				t.Errorf("%s cannot be played: %v", u.Case.ID, u.Case.Validate())
			}
		}
	})
}

// FuzzCasesYAML wants every text back as it was written.
func FuzzCasesYAML(f *testing.F) {
	for _, text := range []string{"", "yes", "1e5", "a: b", "# no", "\x00\r\n\t\x7f\u0085\u2028\ufeff\ufffe\U0001f600", `"\`, " x ", "~"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		c := cases.Case{ID: "a", Description: "d" + text, Script: cases.Script{cases.Text(text), cases.Frame{Opcode: cases.OpText, Payload: cases.Repeat(text, 7)}}}
		if text == "" {
			c.Script = nil
		}
		b, err := spec.CasesYAML([]cases.Case{c, c})
		if err != nil {
			t.Fatal(err)
		}
		list, err := spec.ParseCases("a.yaml", b)
		if err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		got := list[1].For("")
		got.ID = c.ID
		if diff := cmp.Diff(c, got); diff != "" {
			t.Errorf("(-want +got)\n%s\n%s", diff, b)
		}
	})
}
