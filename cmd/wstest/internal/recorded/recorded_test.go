package recorded

import (
	"slices"
	"testing"

	"gobahn/cases"
)

// runs are the recordings there must be.
var runs = []string{
	"client-gorilla", "client-node-ws", "client-py-websockets",
	"server-go-xnet", "server-gorilla", "server-node-ws", "server-py-websockets",
}

const casesPerRun = 247 // chapters 1 to 7 and 10

func load(t *testing.T, run string) Run {
	t.Helper()
	r, err := Load(run)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRecordingsAreComplete(t *testing.T) {
	names, err := Names()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(names, runs) {
		t.Fatalf("recordings: got %v, want %v", names, runs)
	}
	for _, name := range names {
		r := load(t, name)
		if r.Name != name || r.Agent == "" || (r.Role != "client" && r.Role != "server") {
			t.Errorf("%s: header: run %q, agent %q, role %q", name, r.Name, r.Agent, r.Role)
		}
		if len(r.Cases) != casesPerRun {
			t.Errorf("%s: got %d cases, want %d", name, len(r.Cases), casesPerRun)
		}
		last := 0
		for _, c := range r.Cases {
			n := cases.Number(c.ID)
			if n <= last {
				t.Errorf("%s: case %s is number %d in the catalogue, after %d", name, c.ID, n, last)
			}
			last = n
		}
	}
}

// Surrogates, which the reference took for characters, are octets here.
func TestSurrogates(t *testing.T) {
	r := load(t, "server-go-xnet")
	for id, want := range map[cases.ID]string{
		"6.20.1": "\xed\xa0\x80", "6.21.1": "\xed\xa0\x80\xed\xb0\x80", "6.6.2": "\xce\xba",
		"6.3.1": "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",
	} {
		c, ok := r.Case(id)
		if !ok || len(c.Received) != 1 || string(c.Received[0].Payload.Head) != want {
			t.Errorf("%s: got %v, want one event of octets % x", id, c.Received, want)
		}
	}
}

// What the reference observed of real peers, judged again by us, must get the
// grades the reference gave.
func TestRejudge(t *testing.T) {
	for _, name := range runs {
		t.Run(name, func(t *testing.T) {
			r := load(t, name)
			for _, want := range r.Cases {
				c := inCatalogue(t, want.ID)
				o := want.Observation(c, r.Server())
				got := cases.Judge(c, o)
				if got.Verdict != want.Behavior {
					t.Errorf("%s %s: behavior: got %s, want %s (%s)", name, c.ID, got.Verdict, want.Behavior, o.Events)
				}
				if got.CloseVerdict != want.BehaviorClose {
					t.Errorf("%s %s: behaviorClose: got %s, want %s (%s; %s)", name, c.ID, got.CloseVerdict, want.BehaviorClose, o.Closing, c.Ending)
				}
			}
		})
	}
}

// A recording compared with what it says itself has no differences.
func TestCompareWithItself(t *testing.T) {
	for _, name := range runs {
		r := load(t, name)
		for _, want := range r.Cases {
			c := inCatalogue(t, want.ID)
			o := want.Observation(c, r.Server())
			for _, line := range Compare(want, c, o, cases.Judge(c, o)) {
				t.Error(line)
			}
		}
	}
}

func inCatalogue(t *testing.T, id cases.ID) cases.Case {
	t.Helper()
	i := slices.IndexFunc(cases.Catalogue, func(c cases.Case) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("case %s is not in the catalogue", id)
	}
	return cases.Catalogue[i]
}
