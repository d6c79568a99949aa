package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

func TestClean(t *testing.T) {
	for _, tt := range []struct{ agent, want string }{
		{"Tungstenite", "tungstenite"},
		{"stratus@2", "stratus_2"},
		{"Go-http-client/1.1", "go_http_client_1_1"},
		{"  two  spaces ", "two__spaces"},
		{"(paren)", "paren"},
		{"../../etc", "etc"},
		{"Zoë", "zo"},
		{"a ë b", "a___b"},
		{"***", ""},
		{"a\x00\xff\nb", "a___b"},
	} {
		if got := clean(tt.agent); got != tt.want {
			t.Errorf("clean(%q) = %q, want %q", tt.agent, got, tt.want)
		}
	}
}

func TestStems(t *testing.T) {
	long := strings.Repeat("x", 10000)
	n := newNames()
	var stems, warnings []string
	for _, k := range []key{
		{"a b", "1.1.1"}, {"a-b", "1.1.1"}, {"a-b", "1.1.2"}, {"a b", "1.1.2"}, {"a.b", "1.1.1"}, {"a b 2", "1.1.1"},
		{"/", "1.1.1"}, {"unnamed", "1.1.1"}, {long, "1.1.1"}, {long + "y", "1.1.1"},
		{"a b", "1_1.1"}, {"a b", cases.ID(strings.Repeat("9.", 500))}, {"a-b", "1.1.1"},
	} {
		stem, warning := n.stem(k)
		stems = append(stems, stem)
		if warning != "" {
			warnings = append(warnings, warning)
		}
	}
	cutName := strings.Repeat("x", agentLimit)
	if diff := cmp.Diff([]string{
		"a_b_case_1_1_1", "a_b_2_case_1_1_1", "a_b_2_case_1_1_2", "a_b_case_1_1_2", "a_b_3_case_1_1_1", "a_b_2_2_case_1_1_1",
		"unnamed_case_1_1_1", "unnamed_2_case_1_1_1", cutName + "_case_1_1_1", cutName + "_2_case_1_1_1",
		"a_b_case_1_1_1_2", "a_b_case_" + strings.Repeat("9_", 20), "a_b_2_case_1_1_1",
	}, stems); diff != "" {
		t.Errorf("stems (-want +got):\n%s", diff)
	}
	for i, want := range []string{
		`agent "a-b": its reports are named a_b_2_case_…, since those of another agent are named a_b_case_…`,
		`agent "a.b": its reports are named a_b_3_case_…, since those of another agent are named a_b_case_…`,
		`agent "a b 2": its reports are named a_b_2_2_case_…, since those of another agent are named a_b_2_case_…`,
		`agent "/": its reports are named unnamed_case_…, since its name has no letter or digit`,
		`agent "unnamed": its reports are named unnamed_2_case_…, since those of another agent are named unnamed_case_…`,
	} {
		if warnings[i] != want {
			t.Errorf("warning %d:\n got %s\nwant %s", i, warnings[i], want)
		}
	}
	if len(warnings) != 7 || len(warnings[5]) > 400 {
		t.Errorf("warnings are %q, want 7 and none of them long", warnings)
	}
}
