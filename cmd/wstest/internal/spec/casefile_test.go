package spec

import (
	"fmt"
	"strings"
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

// TestWhatAFileDoesNotSayComesFromTheModel also says who says so.
func TestWhatAFileDoesNotSayComesFromTheModel(t *testing.T) {
	const ping = "id: a\nscript:\n  - frame: {opcode: ping, payload: x}\n"
	const masked = "id: a\nscript:\n  - frame: {opcode: ping, mask: {bit: true}}\n"
	pong, closed := cases.Exactly(cases.GotPong("x")), cases.Ending{}
	for _, tt := range []struct {
		name, text string
		role       cases.Role
		accept     []cases.Outcome
		ending     cases.Ending
		says       string
	}{
		{"neither", ping, "", pong, closed, "What is accepted and how the connection has to end come from the model of a conforming peer."},
		{"no ending", ping + "accept: [{verdict: OK}]\nexpectation: Silence.\n", "", cases.Silence, closed,
			"Silence. How the connection has to end comes from the model of a conforming peer."},
		{"no accept", ping + "ending: {either: true}\n", "", pong, cases.Ending{Either: true}, "What is accepted comes from the model of a conforming peer."},
		{"both", ping + "ending: {either: true}\naccept: []\n", "", nil, cases.Ending{Either: true}, ""},
		{"a mask for anybody", masked, "", cases.Exactly(), cases.Ending{Grade: cases.Informational},
			"What is accepted and how the connection has to end come from the model of a conforming peer. It cannot say what a peer has to do here, so that the case is INFORMATIONAL unless it says so itself."},
		{"a mask for a server", masked, cases.Server, cases.Exactly(cases.GotPong("")), closed,
			"What is accepted and how the connection has to end come from the model of a conforming peer."},
	} {
		list, err := ParseCases("a.yaml", []byte(tt.text))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		c := list[0].For(tt.role)
		if diff := cmp.Diff(tt.accept, c.Accept); diff != "" {
			t.Errorf("%s: accept (-want +got)\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.ending, c.Ending); diff != "" {
			t.Errorf("%s: ending (-want +got)\n%s", tt.name, diff)
		}
		if c.Expectation != tt.says {
			t.Errorf("%s: %q", tt.name, c.Expectation)
		}
	}
}

func TestEachVariantHasItsOwnPrediction(t *testing.T) {
	list, err := ParseCases("a.yaml", []byte(`
id: a
variants:
  - {name: a ping, script: [{frame: {opcode: ping}}]}
  - {name: a reserved opcode, script: [{frame: {opcode: 0xb}}]}
  - {name: its own, script: [{frame: {opcode: ping}}], accept: [{verdict: NON-STRICT}], ending: {peer: true}}
`))
	if err != nil {
		t.Fatal(err)
	}
	parts := list[0].For(cases.Server).Parts()
	want := [][]cases.Outcome{cases.Exactly(cases.GotPong("")), cases.Silence, {{Verdict: cases.NonStrict}}}
	endings := []cases.Ending{{}, cases.FailedByPeer(cases.CodeProtocolError), {Peer: true}}
	for i, part := range parts {
		if diff := cmp.Diff(want[i], part.Accept) + cmp.Diff(endings[i], part.Ending); diff != "" {
			t.Errorf("%s (-want +got)\n%s", part.Description, diff)
		}
		if of, n := part.ID.Part(); of != "user/a" || n != i {
			t.Errorf("%s is part %d of %s", part.ID, n, of)
		}
	}
}

func TestTheModelSaysWhatBecomesOfTheOpeningHandshake(t *testing.T) {
	const text = "id: a\nopening: {edits: [%s]}\nscript: [{frame: {opcode: text, payload: x}}]\n"
	const model = "What is accepted and how the connection has to end come from the model of a conforming peer."
	unknown := " It cannot say what a peer has to do here, so that the case is INFORMATIONAL unless it says so itself."
	echoed := cases.Exactly(cases.GotText("x"))
	for _, tt := range []struct {
		edit     string
		role     cases.Role
		statuses string // of the first answer
		accept   []cases.Outcome
		says     string
	}{
		{"{set: X-Other, to: y}", cases.Server, "", echoed, model},
		{"{remove: Host}", cases.Server, "4xx 501 505", cases.Silence, model + " Of the opening handshake it says: There is not exactly one Host (RFC 9112 3.2)."},
		{"{remove: Upgrade}", cases.Server, "refusal", cases.Silence, model + " Of the opening handshake it says: Upgrade does not name websocket (RFC 6455 4.2.1)."},
		{"{set: Expect, to: 100-continue}", cases.Server, "101", echoed,
			model + unknown + " Of the opening handshake it says: What becomes of Expect without content is left open (RFC 9110 10.1.1)."},
		{"{remove: Upgrade}", cases.Client, "", cases.Silence, model + " Of the opening handshake it says: Upgrade is not websocket (RFC 6455 4.1)."},
		{"{remove: Host}", "", "", echoed, model},
	} {
		list, err := ParseCases("a.yaml", fmt.Appendf(nil, text, tt.edit))
		if err != nil {
			t.Errorf("%s: %v", tt.edit, err)
			continue
		}
		c := list[0].For(tt.role)
		statuses := ""
		if c.Opening.Answers != nil {
			statuses = strings.Join(c.Opening.Answers[0].Status, " ")
		}
		if diff := cmp.Diff(tt.accept, c.Accept); diff != "" || statuses != tt.statuses || c.Expectation != tt.says {
			t.Errorf("%s for a %s: answers %q, %s\n%s", tt.edit, tt.role, statuses, c.Expectation, diff)
		}
		if err := c.Validate(); err != nil {
			t.Error(err)
		}
	}
}

func TestFaultsOfCaseFilesHaveTheirPosition(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"description: x", `a.yaml:1:1: this case has no "id"`},
		{"id: a/b", `a.yaml:1:5: "id": want at most 64 letters, digits, - and _, with dots between, got "a/b"`},
		{"- id: a\n- 7", `a.yaml:2:3: want an object, got a number`},
		{"id: a\nrole: sever", `a.yaml:2:7: "role": unknown "sever" (did you mean "server"?)`},
		{"id: a\naccept: [{verdict: GOOD}]", `a.yaml:2:20: "verdict": unknown "GOOD": want one of INFORMATIONAL, NON-STRICT, OK, UNIMPLEMENTED`},
		{"id: a\naccept: [{verdict: FAILED}]", `a.yaml:2:20: "verdict": unknown "FAILED": want one of INFORMATIONAL, NON-STRICT, OK, UNIMPLEMENTED`},
		{"id: a\noverrides: [{profile: autobahn}]", `a.yaml:2:23: "profile": unknown "autobahn": want one of rfc, strict`},
		{"id: a\nending: {codes: [70000]}", `a.yaml:2:18: "codes": want a number that fits (uint16), got 70000`},
		{"id: a\nending: {peer: 1}", `a.yaml:2:16: "peer": want true or false, got a number`},
		{"id: a\nlimit: {after: 5}", "a.yaml:2:16: \"after\": time: missing unit in duration \"5\""},
		{"id: a\nscript:\n  - frame: {opcode: txt}", `a.yaml:3:21: "opcode": opcode "txt": want a name (text, ping, …) or a number below 16`},
		{"id: a\nscript:\n  - frame: {opcode: text, payload: {hex: 0}}", `a.yaml:3:36: payload: hex "0": want pairs of hex digits`},
		{"id: a\nscript:\n  - ping", `a.yaml:3:5: step 1: want one key, the kind, and behind it what is special: {blocks: {…}}`},
		{"id: a\nscript: {}", `a.yaml:2:9: "script": want a list of steps, got an object`},
		{"id: a\ngrowth: 2", `a.yaml:1:1: case user/a: growth is of pairs of variants, there are 0`},
		{`{"id": "a", "id": "b"}`, `a.yaml:1:13: mapping key "id" already defined`},
	} {
		_, err := ParseCases("a.yaml", []byte(tt.text))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s:\n got %v\nwant %s", tt.text, err, tt.want)
		}
	}
}
