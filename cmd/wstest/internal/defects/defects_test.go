package main

import (
	"testing"

	"gobahn/cases"
)

func TestEntriesAreWhole(t *testing.T) {
	seen := make(map[string]bool)
	for _, e := range entries {
		if seen[e.id] {
			t.Errorf("%s: twice", e.id)
		}
		seen[e.id] = true
		if _, err := e.program(); err != nil {
			t.Errorf("%s: %v", e.id, err)
		}
		if e.vulnerable == e.fixed || e.vulnerable == "" || e.fixed == "" || e.fault == "" || e.role == "" {
			t.Errorf("%s: %+v", e.id, e)
		}
		for _, id := range e.cases {
			of, part := id.Part()
			list, err := cases.Select(cases.All, []string{string(of)}, nil)
			if err != nil || len(list) != 1 || part >= len(list[0].Variants) {
				t.Errorf("%s: there is no case %s (%v)", e.id, id, err)
			}
		}
	}
}

func TestAVerdictNamesAFaultOnlyIfItSaysSo(t *testing.T) {
	parts := []cases.Part{{Part: 0, Verdict: cases.OK, Says: "grew"}, {Part: 2, Verdict: cases.Failed, Says: "it grew much"}}
	for name, test := range map[string]struct {
		result cases.Result
		part   int
		says   string
		named  bool
	}{
		"failed":                  {cases.Result{Verdict: cases.Failed, Says: "It grew."}, -1, "grew", true},
		"for any reason":          {cases.Result{Verdict: cases.Failed, Says: "It shrank."}, -1, "", true},
		"for another reason":      {cases.Result{Verdict: cases.Failed, Says: "It shrank."}, -1, "grew", false},
		"passed":                  {cases.Result{Verdict: cases.NonStrict, Says: "It grew."}, -1, "grew", false},
		"in any variant":          {cases.Result{Verdict: cases.Failed, Says: "a: shrank", Parts: parts}, -1, "grew", true},
		"in the variant asked":    {cases.Result{Verdict: cases.Failed, Parts: parts}, 2, "grew", true},
		"not in the one asked":    {cases.Result{Verdict: cases.Failed, Says: "it grew", Parts: parts}, 0, "grew", false},
		"a variant not played":    {cases.Result{Verdict: cases.Failed, Says: "it grew", Parts: parts}, 1, "grew", false},
		"its process ended later": {cases.Result{Verdict: cases.Failed, Says: "ended", Parts: parts}, -1, "ended", true},
	} {
		if _, named := (entry{says: test.says}).named(cases.Failed, test.result, test.part); named != test.named {
			t.Errorf("%s: %t", name, named)
		}
	}
}

func TestAFaultInBothVersionsIsAFalseAlarm(t *testing.T) {
	one, lenient := finding{"1.1.1", cases.Failed, "It grew."}, finding{"1.1.1", cases.NonStrict, "It grew."}
	for want, test := range map[string][2]finding{
		found: {one, lenient}, missed: {lenient, lenient}, falseAlarm: {one, one}, tolerated: {lenient, {}},
	} {
		if got := judge(test[0], test[1]); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := judge(finding{}, one); got != falseAlarm {
		t.Error(got)
	}
}
