package gate

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"testing"

	"gobahn/cases"
)

func TestRules(t *testing.T) {
	for _, test := range []struct {
		rule   string
		fails  string // as verdict/verdict of the ending, with commas between
		passes string
	}{
		{"", "FAILED/OK,OK/FAILED,OK/WRONG CODE,OK/UNCLEAN", "OK/OK,NON-STRICT/OK,UNIMPLEMENTED/OK,INFORMATIONAL/INFORMATIONAL,OK/FAILED BY CLIENT"},
		{"default", "FAILED/OK,OK/UNCLEAN", "NON-STRICT/OK,OK/FAILED BY CLIENT"},
		{"strict", "FAILED/OK,NON-STRICT/OK,OK/FAILED BY CLIENT,OK/WRONG CODE", "OK/OK,UNIMPLEMENTED/OK,INFORMATIONAL/INFORMATIONAL"},
		{"failed", "FAILED/OK", "OK/FAILED,OK/UNCLEAN,NON-STRICT/OK"},
		{"FAILED", "FAILED/OK", "OK/FAILED"},
		{"never", "", "FAILED/FAILED,OK/UNCLEAN"},
		{"FAILED,close:UNCLEAN", "FAILED/OK,OK/UNCLEAN", "OK/FAILED,OK/WRONG CODE"},
		{"close:wrong_code,close: failed by client", "OK/WRONG CODE,OK/FAILED BY CLIENT", "FAILED/OK"},
		{"strict,unimplemented", "UNIMPLEMENTED/OK,NON-STRICT/OK", "OK/OK"},
		{"Informational", "INFORMATIONAL/INFORMATIONAL", "FAILED/OK"},
	} {
		r, err := ParseRule(split(test.rule))
		if err != nil {
			t.Errorf("%s: %v", test.rule, err)
			continue
		}
		for want, pairs := range map[bool]string{true: test.fails, false: test.passes} {
			for _, pair := range split(pairs) {
				v, closing, _ := strings.Cut(pair, "/")
				if got := r.Fails(cases.Verdict(v), cases.Verdict(closing)); got != want {
					t.Errorf("%q fails %s: %v, want %v", test.rule, pair, got, want)
				}
			}
		}
	}
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

func TestWrongRules(t *testing.T) {
	for rule, want := range map[string]string{
		"FALED":         `"FALED" is no verdict (did you mean "FAILED"?)`,
		"UNCLEAN":       `"UNCLEAN" grades endings only: want close:UNCLEAN`,
		"wrong code":    `"wrong code" grades endings only: want close:WRONG-CODE`,
		"close:clean":   `"close:clean" is no verdict (did you mean "UNCLEAN"?)`,
		"close:xyz":     `"close:xyz" is no verdict: want FAILED, WRONG-CODE, UNCLEAN, FAILED-BY-CLIENT, NON-STRICT, INFORMATIONAL, UNIMPLEMENTED`,
		"OK":            `"OK": OK is never a failure`,
		"close:ok":      `"close:ok": OK is never a failure`,
		"never,FAILED":  `"never,FAILED": never stands alone`,
		"FAILED,":       `"" is no verdict: want NON-STRICT, INFORMATIONAL, UNIMPLEMENTED, FAILED, default, strict, failed, never`,
		"defualt":       `"defualt" is no verdict (did you mean "default"?)`,
		"close:default": `"close:default" is no verdict: want FAILED, WRONG-CODE, UNCLEAN, FAILED-BY-CLIENT, NON-STRICT, INFORMATIONAL, UNIMPLEMENTED`,
	} {
		_, err := ParseRule(split(rule))
		if err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", rule, err, want)
		}
	}
}

// What docs/gate.md says of the names is what they are.
func TestPresetsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../../../docs/gate.md")
	if err != nil {
		t.Fatal(err)
	}
	words := func(list []cases.Verdict) string {
		var texts []string
		for _, v := range list {
			texts = append(texts, string(v))
		}
		return cmp.Or(strings.Join(texts, ", "), "none")
	}
	for _, p := range presets {
		row := fmt.Sprintf("| `%s` | %s | %s |\n", p.name, words(p.rule.Cases), words(p.rule.Endings))
		if !strings.Contains(string(doc), row) {
			t.Errorf("docs/gate.md lacks the row %s", row)
		}
	}
}
