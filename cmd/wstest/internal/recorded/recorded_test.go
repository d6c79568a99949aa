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

// casesPerRun is how many cases are recorded: all, or chapters 1 to 10 and some of
// 12 and 13.
var casesPerRun = map[string]int{
	"client-gorilla": 517, "client-node-ws": 517, "client-py-websockets": 332,
	"server-go-xnet": 332, "server-gorilla": 517, "server-node-ws": 332, "server-py-websockets": 332,
}

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
		if len(r.Cases) != casesPerRun[name] {
			t.Errorf("%s: got %d cases, want %d", name, len(r.Cases), casesPerRun[name])
		}
		for i, c := range cases.Catalogue[:cases.Number("10.1.1")] {
			if i >= len(r.Cases) || r.Cases[i].ID != c.ID {
				t.Fatalf("%s: no case %s in its place", name, c.ID)
			}
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

// The extension is recorded of the cases that need it and of no others.
func TestExtensionsAreOfTheCasesThatNeedThem(t *testing.T) {
	for _, name := range runs {
		agreed := 0
		for _, c := range load(t, name).Cases {
			if c.Deflate == "" {
				continue
			}
			agreed++
			if inCatalogue(t, c.ID).Deflate == nil {
				t.Errorf("%s %s: %s", name, c.ID, c.Deflate)
			}
		}
		want := map[string]int{"client-gorilla": 144, "client-node-ws": 216, "server-gorilla": 216, "server-go-xnet": 0}
		if n, ok := want[name]; !ok && agreed != 31 || ok && agreed != n {
			t.Errorf("%s: %d cases with the extension", name, agreed)
		}
	}
}

// observation is what was observed in want, which is known of every case.
func observation(t *testing.T, r Run, want Case) cases.Observation {
	t.Helper()
	o, err := want.Observation(inCatalogue(t, want.ID), r.Server())
	if err != nil {
		t.Errorf("%s %s: %v", r.Name, want.ID, err)
	}
	return o
}

// What the reference observed of real peers, judged again by us, must get the
// grades the reference gave.
func TestRejudge(t *testing.T) {
	for _, name := range runs {
		t.Run(name, func(t *testing.T) {
			r := load(t, name)
			for _, want := range r.Cases {
				c := inCatalogue(t, want.ID)
				o := observation(t, r, want)
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

// TestRejudgeIsNotCircular changes what is recorded of messages that came back,
// and wants other grades.
func TestRejudgeIsNotCircular(t *testing.T) {
	for _, test := range []struct {
		run    string
		id     cases.ID
		change func(*Case)
		want   cases.Verdict
	}{
		{"server-gorilla", "9.1.2", func(c *Case) { c.ReceivedOctets-- }, cases.Failed},
		{"server-gorilla", "9.1.2", func(c *Case) { c.ReceivedOctets++ }, cases.Failed},
		{"server-gorilla", "9.1.2", func(c *Case) { c.ReceivedOctets -= 8 }, cases.Failed},
		{"server-gorilla", "9.1.2", func(c *Case) { c.RemoteReason.Len = 5 }, cases.Failed},
		{"server-gorilla", "9.1.1", func(c *Case) { c.ReceivedFrames = map[cases.Op]int{cases.OpBinary: 1, cases.OpClose: 1} }, cases.Failed},
		{"server-gorilla", "9.2.6", func(c *Case) { c.ReceivedFrames = map[cases.Op]int{cases.OpClose: 1} }, cases.Failed},
		{"client-gorilla", "9.3.1", func(c *Case) { c.ReceivedOctets -= 8192 }, cases.Failed},
		{"client-gorilla", "9.3.1", func(c *Case) { c.ReceivedOctets += 8192 }, cases.Failed},
		{"client-node-ws", "9.7.1", func(c *Case) { c.ReceivedFrames[cases.OpText]--; c.ReceivedOctets -= 6 }, cases.Failed},
		{"client-node-ws", "9.7.1", func(c *Case) { c.ReceivedFrames[cases.OpText]-- }, cases.Failed},
		{"server-py-websockets", "9.8.6", func(c *Case) { c.ReceivedOctets -= 1000 }, cases.Failed},
		{"server-go-xnet", "9.7.6", func(c *Case) { c.ReceivedFrames = map[cases.Op]int{cases.OpText: 1000}; c.ReceivedOctets *= 1000 }, cases.OK},
		{"server-gorilla", "12.1.1", func(c *Case) { c.Deflate = "" }, cases.Unimplemented},
		{"server-go-xnet", "12.1.1", func(c *Case) { c.Deflate = "permessage-deflate" }, cases.Failed},
	} {
		r := load(t, test.run)
		c, ok := r.Case(test.id)
		if !ok {
			t.Fatalf("%s %s is not recorded", test.run, test.id)
		}
		test.change(&c)
		o := observation(t, r, c)
		if got := cases.Judge(inCatalogue(t, c.ID), o); got.Verdict != test.want {
			t.Errorf("%s %s: got %s, want %s (%s)", test.run, test.id, got.Verdict, test.want, o.Events)
		}
	}
}

func TestWhatFiguresDoNotTellIsAnError(t *testing.T) {
	r := load(t, "server-gorilla")
	for name, test := range map[string]struct {
		id     cases.ID
		change func(*Case)
	}{
		"both types":           {"9.7.1", func(c *Case) { c.ReceivedFrames[cases.OpBinary] = 1 }},
		"compressed, some":     {"12.1.1", func(c *Case) { c.ReceivedFrames[cases.OpText] = 999 }},
		"compressed, other":    {"12.1.1", func(c *Case) { c.ReceivedInflated-- }},
		"compressed, untold":   {"12.1.1", func(c *Case) { c.ReceivedInflated, c.SentInflated = 0, 0 }},
		"an unknown parameter": {"12.1.1", func(c *Case) { c.Deflate += "; fast" }},
	} {
		c, _ := load(t, "server-gorilla").Case(test.id)
		test.change(&c)
		if o, err := c.Observation(inCatalogue(t, c.ID), r.Server()); err == nil {
			t.Errorf("%s: observed %s, %d echoes", name, o.Events, o.Echoes)
		}
	}
}

// A recording compared with what it says itself has no differences.
func TestCompareWithItself(t *testing.T) {
	for _, name := range runs {
		r := load(t, name)
		for _, want := range r.Cases {
			c := inCatalogue(t, want.ID)
			o := observation(t, r, want)
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
