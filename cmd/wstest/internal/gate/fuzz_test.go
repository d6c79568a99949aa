package gate

import (
	"slices"
	"strings"
	"testing"

	"gobahn/cases"
)

// FuzzParseRule wants a rule, or an error that names what was not understood.
func FuzzParseRule(f *testing.F) {
	for _, seed := range []string{"", "default", "FAILED,close:UNCLEAN", "close:wrong code,strict", "never,FAILED", "ok", "close:", "--", "unclean"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, list string) {
		names := strings.Split(list, ",")
		rule, err := ParseRule(names)
		if err != nil {
			if rule.Cases != nil || rule.Endings != nil || !strings.Contains(err.Error(), `"`) {
				t.Errorf("%q: %+v, %v", list, rule, err)
			}
			return
		}
		if rule.Fails(cases.OK, cases.OK) {
			t.Errorf("%q fails a run that went well", list)
		}
		if again, err := ParseRule(strings.Split(rule.Name, ",")); err != nil || !slices.Equal(again.Cases, rule.Cases) || !slices.Equal(again.Endings, rule.Endings) {
			t.Errorf("%q is named %q, which means %+v, want %+v: %v", list, rule.Name, again, rule, err)
		}
	})
}
