package templates

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

func (m marked) show() string {
	if m.Mark == "" {
		return m.Before
	}
	return m.Before + "[" + m.Mark + "]" + m.After
}

// table is a comparison as lines.
func (c comparison) table() string {
	var s strings.Builder
	fmt.Fprintln(&s, c.Title)
	for _, p := range c.Pairs {
		sign := either(p.Differs, "≠", "=")
		fmt.Fprintln(&s, strings.TrimSpace(fmt.Sprintf("%s %s: %s | %s | %s", sign, p.What, p.Want.show(), p.Got.show(), p.Note)))
	}
	return s.String()
}

func TestFirstDifferenceIsMarked(t *testing.T) {
	text, pong := cases.GotText, cases.GotPong
	digest := cases.Digest([]byte("abc"), 2000, [32]byte{1})
	for _, tt := range []struct {
		name      string
		want, got cases.Events
		more      int
		table     string
	}{
		{"nothing", nil, nil, 0, "Outcome OK: the same\n= Events: nothing | nothing |\n"},
		{"the same", cases.Events{text("a")}, cases.Events{text("a")}, 0, "Outcome OK: the same\n= Event 1: text \"a\" | text \"a\" |\n"},
		{"too much", nil, cases.Events{text("a")}, 0, "Outcome OK: first difference in event 1\n≠ Event 1: [nothing] | [text \"a\"] |\n"},
		{"too little", cases.Events{text("a"), pong("b")}, cases.Events{text("a")}, 0,
			"Outcome OK: first difference in event 2\n= Event 1: text \"a\" | text \"a\" |\n≠ Event 2: [pong \"b\"] | [nothing] |\n"},
		{"opcode", cases.Events{text("a")}, cases.Events{cases.GotBinary("a")}, 0,
			"Outcome OK: first difference in event 1\n≠ Event 1: [text] \"a\" | [binary] \"a\" | another opcode\n"},
		{"an octet", cases.Events{text("Hello")}, cases.Events{text("Hallo")}, 0,
			"Outcome OK: first difference in event 1\n≠ Event 1: text H[e]llo | text H[a]llo | octet 2 is 0x61, not 0x65\n"},
		{"octets that are not text", cases.Events{text("a\xff\x01")}, cases.Events{text("a\xff\x02\x03")}, 0,
			"Outcome OK: first difference in event 1\n≠ Event 1: text 61 ff [01 ] | text 61 ff [02 ]03  | octet 3 is 0x02, not 0x01; 4 octets, not 3\n"},
		{"cut", cases.Events{text("Hello")}, cases.Events{text("Hel")}, 0,
			"Outcome OK: first difference in event 1\n≠ Event 1: text Hel[l]o | text Hel[(the end)] | only 3 of 5 octets\n"},
		{"longer", cases.Events{text("Hel")}, cases.Events{text("Hell\n")}, 0,
			"Outcome OK: first difference in event 1\n≠ Event 1: text Hel[(the end)] | text Hel[l]\\x0a | 2 octets more than 3\n"},
		{"far behind", cases.Events{text(strings.Repeat("*", 1000) + "ab")}, cases.Events{text(strings.Repeat("*", 1000) + "aB")}, 0,
			"Outcome OK: first difference in event 1\n≠ Event 1: text … *******************a[b] | text … *******************a[B] | octet 1002 is 0x42, not 0x62\n"},
		{"huge", cases.Events{cases.Got{Opcode: cases.OpText, Payload: cases.Repeat("*", 1<<40)}}, cases.Events{cases.Got{Opcode: cases.OpText, Payload: cases.Repeat("*", 1<<41)}}, 0,
			"Outcome OK: first difference in event 1\n≠ Event 1: text … ********************[octets that were not kept] | text … ********************[octets that were not kept] | the first 65536 octets are the same\n"},
		{"a digest", cases.Events{text("abcd")}, cases.Events{cases.Got{Opcode: cases.OpText, Payload: digest}}, 0,
			"Outcome OK: first difference in event 1\n≠ Event 1: text abc[d] | text abc[octets that were not kept] | the first 3 octets are the same\n"},
		{"another kind", cases.Events{cases.Mark{Name: "A"}}, cases.Events{text("A")}, 0,
			"Outcome OK: first difference in event 1\n≠ Event 1: [open at A] | [text \"A\"] |\n"},
		{"events not kept", cases.Events{text("a")}, cases.Events{text("a")}, 9,
			"Outcome OK: 9 more events were not kept\n= Event 1: text \"a\" | text \"a\" |\n"},
	} {
		c := compareEvents(cases.Outcome{Verdict: cases.OK, Events: tt.want}, tt.got, tt.more)
		if diff := cmp.Diff(tt.table, c.table()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Of many events only those around the first difference are shown.
func TestManyEventsAreBounded(t *testing.T) {
	var want, got cases.Events
	for i := range 2000 {
		want = append(want, cases.GotText(fmt.Sprint(i)))
		got = append(got, cases.GotText(fmt.Sprint(i)))
	}
	got[1000] = cases.GotText("!")
	c := compareEvents(cases.Outcome{Verdict: cases.OK, Events: want}, got[:1500], 0)
	if first, last := c.Pairs[0].Want.show(), c.Pairs[len(c.Pairs)-1].Got.show(); len(c.Pairs) != 2+2*nearEvents+1 || first != "996 events" || last != "495 events more" {
		t.Errorf("%d pairs from %s to %s", len(c.Pairs), first, last)
	}
	if c := compareEvents(cases.Outcome{Events: want}, want, 0); len(c.Pairs) > 2*nearEvents+2 {
		t.Errorf("%d pairs without a difference", len(c.Pairs))
	}
}

func TestEchoIsComparedByCount(t *testing.T) {
	o := cases.Observation{Opened: true, Echoes: 3, Events: cases.Events{cases.GotText("x")}}
	c := cases.Case{Accept: cases.Exactly(cases.Echoed{Count: 10})}
	want := "Outcome OK: first difference in event 1\n≠ Event 1: [echoed ×10] | [echoed ×3] |\n= Event 2: nothing | text \"x\" |\n"
	if diff := cmp.Diff(want, comparisons(c, o)[0].table()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestEndingsDifferWhereTheyAreJudged marks something if and only if the judge objects.
func TestEndingsDifferWhereTheyAreJudged(t *testing.T) {
	code := func(n uint16) *uint16 { return &n }
	for _, want := range []cases.Ending{{}, cases.FailedByPeer(1002, 1007), {MayDrop: true}, {Peer: true}, {Grade: cases.Informational}} {
		for i := range 32 {
			for _, remote := range []*uint16{nil, code(1000), code(1002), code(4000)} {
				o := cases.Observation{Opened: true, Server: i&1 != 0, Closing: cases.Closing{
					ClosedByMe: i&2 != 0, DroppedByMe: i&4 != 0, WasClean: i&8 != 0, FailedByMe: i&16 != 0, RemoteCode: remote,
				}}
				r := cases.Judge(cases.Case{Ending: want}, o)
				differs := false
				for _, p := range endingPairs(want, o) {
					differs = differs || p.Differs
				}
				if good := r.CloseVerdict == cases.OK || r.CloseVerdict == cases.Informational; good == differs {
					t.Errorf("%v, %+v: judged %s, a difference is marked: %t", want, o.Closing, r.CloseVerdict, differs)
				}
			}
		}
	}
}
