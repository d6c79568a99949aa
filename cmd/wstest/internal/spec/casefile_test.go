package spec

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

// TestEveryCaseOfTheCatalogueCanBeWrittenAndRead says that as a case of a file it is the
// same, so that its verdict is.
func TestEveryCaseOfTheCatalogueCanBeWrittenAndRead(t *testing.T) {
	text, err := CasesYAML(cases.All)
	if err != nil {
		t.Fatal(err)
	}
	list, err := ParseCases("all.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != len(cases.All) {
		t.Fatalf("%d cases, want %d", len(list), len(cases.All))
	}
	for i, u := range list {
		want, got := cases.All[i], u.For(cases.Server)
		if got.ID != want.ID.Own() {
			t.Errorf("case %s has become %s", want.ID, got.ID)
		}
		got.ID = want.ID
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("case %s (-want +got)\n%s", want.ID, diff)
		}
	}
}
