package spec_test

import (
	"strings"
	"testing"

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
