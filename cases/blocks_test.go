package cases

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBlocksThatCannotBeAreRefused(t *testing.T) {
	for want, b := range map[string]Block{
		"":                         {Type: DynamicBlock, Literals: Of("x"), Match: Match{Length: 258, Distance: 32768, Times: 4_000_000}},
		"type \"odd\"":             {Type: "odd"},
		"match of 2 octets":        {Match: Match{Length: 2, Distance: 1}},
		"match of 259 octets":      {Match: Match{Length: 259, Distance: 1}},
		"match from 0 octets":      {Match: Match{Length: 3}},
		"match from 32769 octets":  {Match: Match{Length: 3, Distance: 32769}},
		"has no match":             {Type: StoredBlock, Match: Match{Length: 3, Distance: 1}},
		"stored block of 65536":    {Type: StoredBlock, Literals: Repeat("x", 65536)},
		"are not final":            {Type: NoBlock, Final: true},
		"times cannot be negative": {Times: -1},
		"more than 16777216":       {Type: StoredBlock, Times: 4_000_000},
	} {
		err := ValidateStep(Deflated(b))
		if err == nil && want != "" || err != nil && (want == "" || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", b, err, want)
		}
	}
}

// The first of outcomes with the same events counts that the connection ends for.
func TestOutcomesCanDependOnWhoEndsTheConnection(t *testing.T) {
	c := Case{Accept: []Outcome{
		{Verdict: OK, Events: Events{GotText("x")}},
		{Verdict: NonStrict, Ending: &Ending{Peer: true, Codes: []uint16{1002}, MayDrop: true}, Says: "failed"},
	}}
	for _, tt := range []struct {
		name             string
		o                Observation
		verdict, closing Verdict
	}{
		{"goes on", observed(GotText("x")), OK, OK},
		{"fails with the right code", failedByPeer(1002), NonStrict, OK},
		{"fails with another", failedByPeer(1011), NonStrict, WrongCodeSent},
		{"does nothing", ignored(), Failed, Failed},
	} {
		if r := Judge(c, tt.o); r.Verdict != tt.verdict || tt.verdict != Failed && r.CloseVerdict != tt.closing {
			t.Errorf("%s: %s / %s, want %s / %s: %s", tt.name, r.Verdict, r.CloseVerdict, tt.verdict, tt.closing, r.Says)
		}
	}
}

func TestVariantsThatCannotBePlayedDoNotCountBesideOthers(t *testing.T) {
	c := Case{Accept: Exactly(GotText("x")), Variants: []Variant{{Name: "a"}, {Name: "b"}}}
	good, absent := observed(GotText("x")), Observation{Absent: "nothing is offered"}
	bad := observed(GotText("y"))
	for _, tt := range []struct {
		parts []*Observation
		want  Verdict
	}{
		{[]*Observation{&good, &good}, OK},
		{[]*Observation{&absent, &good}, OK},
		{[]*Observation{&good, &absent}, OK},
		{[]*Observation{&absent, &absent}, Unimplemented},
		{[]*Observation{&absent, &bad}, Failed},
	} {
		if r := Judge(c, Observation{Parts: tt.parts}); r.Verdict != tt.want {
			t.Errorf("%v: %s, want %s: %s", tt.parts, r.Verdict, tt.want, r.Says)
		}
	}
}

func TestGrowthIsLookedAtInPairs(t *testing.T) {
	c := Case{Accept: Silence, Growth: 3, Variants: []Variant{{Name: "a"}, {Name: "2a"}, {Name: "b"}, {Name: "2b"}}}
	took := func(list ...Duration) (parts []*Observation) {
		for _, d := range list {
			o := observed()
			o.Duration = d * Second
			parts = append(parts, &o)
		}
		return parts
	}
	for _, tt := range []struct {
		parts []*Observation
		want  Verdict
	}{
		{took(1, 2, 9, 20), OK},
		{took(1, 2, 1, 4), Failed},
		{took(0, 2, 9, 1), OK},
	} {
		if r := Judge(c, Observation{Parts: tt.parts}); r.Verdict != tt.want || (tt.want == Failed) != (r.Headline == TooSlowly) {
			t.Errorf("%s, %q, want %s", r.Verdict, r.Headline, tt.want)
		}
	}
}

func TestTheModelInflates(t *testing.T) {
	hello := packed(OpText, helloFixed)
	invalid := FailedByPeer(inflateCodes...).OrFail(WrongSide)
	for _, tt := range []struct {
		name   string
		script Script
		events Events
		ending Ending
	}{
		{"one block", Script{hello}, Events{GotText("Hello")}, Ending{}},
		{"a reference to the message before", Script{hello, packed(OpText, helloAgain)}, Events{GotText("Hello"), GotText("Hello")}, Ending{}},
		{"a reference to nothing", Script{packed(OpText, helloAgain)}, nil, invalid},
		{"behind a final block", Script{packed(OpText, "f3 48 05 00 ca c9 c9 07 00")}, Events{GotText("Hello")}, Ending{}},
		{"fragments", Script{packed(OpText, "f2").More(), continued("48 cd c9 c9 07 00")}, Events{GotText("Hello")}, Ending{}},
		{"RSV1 in the second", Script{packed(OpText, "f2").More(), continued("48").Reserved(4)}, nil, FailedByPeer(CodeProtocolError)},
		{"cut off", Script{packed(OpText, "f2 48 cd")}, nil, invalid},
		{"no text", Script{Deflated(Block{Literals: Of("\xff")})}, nil, FailedByPeer(CodeInvalidPayload).OrFail(WrongSide)},
		{"blocks", Script{Deflated(Block{Literals: Of("ab"), Match: Match{Length: 4, Distance: 2}})}, Events{GotText("ababab")}, Ending{}},
		{"blocks that refer to nothing", Script{Deflated(Block{Match: Match{Length: 4, Distance: 2}})}, nil, invalid},
		{"blocks that are cut", Script{Blocks{Cut: 1}}, nil, Ending{Grade: Informational}},
	} {
		accept, ending := Case{Deflate: bare(Agreed{}), Script: tt.script}.Predict()
		if !accept[0].Events.Equal(tt.events) {
			t.Errorf("%s: %s, want %s", tt.name, accept[0].Events, tt.events)
		}
		if diff := cmp.Diff(tt.ending, ending); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	if accept, ending := (Case{Script: Script{hello}}).Predict(); len(accept[0].Events) > 0 || !ending.Peer {
		t.Errorf("without negotiation: %s; %s", accept[0], ending)
	}
}
