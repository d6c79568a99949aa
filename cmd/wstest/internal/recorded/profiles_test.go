package recorded

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

// update is the flag that renews golden files.
var update = flag.Bool("update", false, "write the golden file instead of comparing with it")

// TestWhatProfilesMakeOfRealPeers judges the recordings by the other profiles. The
// golden table has every verdict that changes, and by how many.
func TestWhatProfilesMakeOfRealPeers(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, name := range runs {
		r := load(t, name)
		for _, p := range cases.Profiles[1:] {
			fmt.Fprintf(&got, "%s, %s\n%s\n", name, p, changes(t, r, p))
		}
	}
	path := filepath.Join(root, "testdata", "autobahn", "profiles.txt")
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s differs (-golden +got); if that is meant, run go test ./cmd/wstest/internal/recorded -update:\n%s", path, diff)
	}
}

// changes are the verdicts of r that p changes, one kind a line, with the cases. Of a
// single message that came back the octets are not recorded, so that what is judged by
// them cannot be told.
func changes(t *testing.T, r Run, p cases.Profile) string {
	var kinds []string
	ids := map[string][]string{}
	untold := 0
	for _, played := range r.Cases {
		c, o := inCatalogue(t, played.ID), observation(t, r, played)
		if e, ok := echo(c); ok && e.Count == 1 && p == cases.Strict && cameBack(o, e) == 1 {
			untold++
			continue
		}
		before, after := cases.Judge(c, o), p.Judge(c, o)
		from, to := verdicts(before), verdicts(after)
		if (from == to) != (after.Why == "") {
			t.Errorf("%s %s, %s: from %s to %s, but why is %q", r.Name, c.ID, p, from, to, after.Why)
		}
		if from == to {
			continue
		}
		kind := from + " -> " + to
		if ids[kind] == nil {
			kinds = append(kinds, kind)
		}
		ids[kind] = append(ids[kind], string(c.ID))
	}
	var s strings.Builder
	for _, kind := range kinds {
		fmt.Fprintf(&s, "    %d %s: %s\n", len(ids[kind]), kind, strings.Join(ids[kind], " "))
	}
	if untold > 0 {
		fmt.Fprintf(&s, "    %d cannot be told, as the octets that came back are not recorded\n", untold)
	}
	return s.String()
}

// verdicts are those of the case and of its close.
func verdicts(r cases.Result) string { return fmt.Sprintf("%s/%s", r.Verdict, r.CloseVerdict) }
