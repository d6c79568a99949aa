package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// asClient is o with us as the client, the peer a server.
func (o Observation) asClient() Observation { o.Server = false; return o }

// pongs are those of 2.10 with these numbers.
func pongsOf(numbers ...int) (events []Event) {
	for _, n := range numbers {
		events = append(events, GotPong(fmt.Sprintf("payload-%d", n)))
	}
	return events
}

// closedWith is what is left when the peer answers our close with n.
func closedWith(n uint16) Observation {
	return observed().with(func(c *Closing) { c.RemoteCode = code(n) })
}

// unanswered is what is left when we close and the peer drops TCP.
func unanswered(events ...Event) Observation {
	return dropped(events...).with(func(c *Closing) { c.ClosedByMe = true })
}

// TestDisputesAreJudgedByTheProfile has for each dispute what shows the difference,
// and what must not make one. The verdicts are those of the case and of its close.
func TestDisputesAreJudgedByTheProfile(t *testing.T) {
	a, b := Mark{"A"}, Mark{"B"}
	good := GotText("Hello, world!")
	leftToUs := observed(GotText("x")).asClient().with(func(c *Closing) {
		c.DroppedByMe, c.WasClean, c.ServerDropTimeout, c.NotCleanReason = true, true, true, ReasonNoServerDrop
	})
	slow := observed().with(func(c *Closing) {
		*c = Closing{ClosedByMe: true, DroppedByMe: true, ClosingTimeout: true, NotCleanReason: ReasonNoReply}
	})
	faulty := observed().with(func(c *Closing) { c.FailedByMe = true })
	other := observed(Got{OpText, Describe([]byte(strings.Repeat("x", 65536)))})
	for _, c := range []struct {
		name                  string
		c                     Case
		o                     Observation
		autobahn, rfc, strict string
	}{
		{"all pongs", find("2.10"), observed(pongsOf(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)...), "OK OK", "OK OK", "OK OK"},
		{"the latest pong", find("2.10"), observed(pongsOf(9)...), "FAILED OK", "OK OK", "OK OK"},
		{"some pongs and the latest", find("2.11"), observed(pongsOf(0, 3, 4, 9)...), "FAILED OK", "OK OK", "OK OK"},
		{"no pong", find("2.10"), observed(), "FAILED OK", "FAILED OK", "FAILED OK"},
		{"all pongs but the latest", find("2.10"), observed(pongsOf(0, 1, 2, 3, 4, 5, 6, 7, 8)...), "FAILED OK", "FAILED OK", "FAILED OK"},
		{"pongs in another order", find("2.10"), observed(pongsOf(1, 0, 9)...), "FAILED OK", "FAILED OK", "FAILED OK"},
		{"a pong twice", find("2.10"), observed(pongsOf(3, 3, 9)...), "FAILED OK", "FAILED OK", "FAILED OK"},
		{"a pong after the latest", find("2.10"), observed(pongsOf(9, 9)...), "FAILED OK", "FAILED OK", "FAILED OK"},
		{"one pong of one ping", find("2.2"), observed(), "FAILED OK", "FAILED OK", "FAILED OK"},

		{"echoed before it failed", find("3.2"), failedByPeer(1002, good), "OK OK", "OK OK", "OK OK"},
		{"failed at once", find("3.2"), failedByPeer(1002), "NON-STRICT OK", "OK OK", "OK OK"},
		{"failed at once", find("3.3"), failedByPeer(1002), "NON-STRICT OK", "OK OK", "OK OK"},
		{"failed at once", find("3.4"), failedByPeer(1002), "NON-STRICT OK", "OK OK", "OK OK"},
		{"failed at once", find("4.1.3"), failedByPeer(1002), "NON-STRICT OK", "OK OK", "OK OK"},
		{"failed at once", find("4.1.4"), failedByPeer(1002), "NON-STRICT OK", "OK OK", "OK OK"},
		{"failed at once", find("4.1.5"), failedByPeer(1002), "NON-STRICT OK", "OK OK", "OK OK"},
		{"failed at once", find("4.2.3"), failedByPeer(1002), "NON-STRICT OK", "OK OK", "OK OK"},
		{"failed at once", find("4.2.4"), failedByPeer(1002), "NON-STRICT OK", "OK OK", "OK OK"},
		{"failed at once", find("4.2.5"), failedByPeer(1002), "NON-STRICT OK", "OK OK", "OK OK"},
		{"echoed before it failed", find("4.2.5"), failedByPeer(1002, good), "OK OK", "OK OK", "OK OK"},
		{"failed at once", find("5.15"), failedByPeer(1002), "NON-STRICT OK", "OK OK", "OK OK"},
		{"dropped at once", find("3.2"), dropped(), "NON-STRICT OK", "OK OK", "NON-STRICT NON-STRICT"},
		{"the bad message came back", find("3.2"), ignored(good, good), "FAILED FAILED", "FAILED FAILED", "FAILED FAILED"},

		{"noticed at once", find("6.4.1"), failedByPeer(1007, a), "OK OK", "OK OK", "OK OK"},
		{"noticed in the end", find("6.4.1"), failedByPeer(1007, a, b), "NON-STRICT OK", "OK OK", "OK OK"},
		{"noticed in the end", find("6.4.2"), failedByPeer(1007, a, b), "NON-STRICT OK", "OK OK", "OK OK"},
		{"noticed in the end", find("6.4.3"), failedByPeer(1007, a, b), "NON-STRICT OK", "OK OK", "OK OK"},
		{"noticed in the end", find("6.4.4"), failedByPeer(1007, a, b), "NON-STRICT OK", "OK OK", "OK OK"},
		{"not noticed", find("6.4.1"), ignored(a, b), "FAILED FAILED", "FAILED FAILED", "FAILED FAILED"},
		{"refused what was good so far", find("6.4.1"), failedByPeer(1007), "FAILED OK", "FAILED OK", "FAILED OK"},

		{"another code", find("7.1.5"), closedWith(1002), "FAILED WRONG CODE", "OK OK", "OK OK"},
		{"a code of its own", find("7.1.5"), closedWith(3333), "FAILED WRONG CODE", "OK OK", "OK OK"},
		{"a code that may not be sent", find("7.1.5"), closedWith(1005), "FAILED WRONG CODE", "FAILED WRONG CODE", "FAILED WRONG CODE"},
		{"dropped", find("7.1.5"), unanswered(), "OK UNCLEAN", "OK UNCLEAN", "OK UNCLEAN"},
		{"another code elsewhere", find("7.1.2"), closedWith(1002), "FAILED WRONG CODE", "FAILED WRONG CODE", "FAILED WRONG CODE"},

		{"a client takes 1010", find("7.7.8"), closedWith(1010), "OK OK", "INFORMATIONAL OK", "INFORMATIONAL OK"},
		{"a client refuses 1010", find("7.7.8"), closedWith(1002), "FAILED WRONG CODE", "INFORMATIONAL OK", "INFORMATIONAL OK"},
		{"a client drops on 1010", find("7.7.8"), unanswered(), "OK UNCLEAN", "INFORMATIONAL OK", "INFORMATIONAL NON-STRICT"},
		{"a client answers 1010 with something else", find("7.7.8"), closedWith(1011), "FAILED WRONG CODE", "FAILED WRONG CODE", "FAILED WRONG CODE"},
		{"a server takes 1010", find("7.7.8"), closedWith(1010).asClient(), "OK OK", "OK OK", "OK OK"},
		{"a server refuses 1010", find("7.7.8"), closedWith(1002).asClient(), "FAILED WRONG CODE", "FAILED WRONG CODE", "FAILED WRONG CODE"},
		{"a client takes 1011", find("7.7.9"), closedWith(1011), "OK OK", "OK OK", "OK OK"},

		{"1004 refused", find("7.9.3"), closedWith(1002), "OK OK", "INFORMATIONAL OK", "INFORMATIONAL OK"},
		{"1004 taken", find("7.9.3"), closedWith(1004), "FAILED WRONG CODE", "INFORMATIONAL OK", "INFORMATIONAL OK"},
		{"1004 answered with 1000", find("7.9.3"), closedWith(1000), "FAILED WRONG CODE", "INFORMATIONAL OK", "INFORMATIONAL OK"},
		{"1004 answered with 1011", find("7.9.3"), closedWith(1011), "FAILED WRONG CODE", "FAILED WRONG CODE", "FAILED WRONG CODE"},
		{"1005 taken", find("7.9.4"), closedWith(1005), "FAILED WRONG CODE", "FAILED WRONG CODE", "FAILED WRONG CODE"},

		{"TCP left to us", echo, leftToUs, "OK FAILED BY CLIENT", "OK NON-STRICT", "OK NON-STRICT"},
		{"TCP left to us after a wrong answer", echo.ending(Ending{}), leftToUs.saying(GotText("y")), "FAILED FAILED BY CLIENT", "FAILED NON-STRICT", "FAILED NON-STRICT"},
		{"TCP dropped by us, the server", echo, observed(GotText("x")).with(func(c *Closing) { c.DroppedByMe = true }), "OK OK", "OK OK", "OK OK"},

		{"too big", find("9.1.6"), failedByPeer(1009), "FAILED FAILED", "INFORMATIONAL INFORMATIONAL", "INFORMATIONAL INFORMATIONAL"},
		{"too big in the middle", find("9.7.6"), failedByPeer(1009).back(3), "FAILED FAILED", "INFORMATIONAL INFORMATIONAL", "INFORMATIONAL INFORMATIONAL"},
		{"refused with another code", find("9.1.6"), failedByPeer(1008), "FAILED FAILED", "FAILED FAILED", "FAILED FAILED"},
		{"a part, then too big", find("9.3.1"), failedByPeer(1009, Got{OpText, Repeat("*", 64)}), "FAILED FAILED", "FAILED FAILED", "FAILED FAILED"},
		{"1009 to our close", find("9.1.6"), closedWith(1009), "FAILED WRONG CODE", "INFORMATIONAL WRONG CODE", "INFORMATIONAL WRONG CODE"},
		{"too big elsewhere", find("10.1.1"), failedByPeer(1009), "FAILED FAILED", "FAILED FAILED", "FAILED FAILED"},
		{"too big, compressed", find("12.1.10"), failedByPeer(1009).deflated(), "FAILED FAILED", "FAILED FAILED", "FAILED FAILED"},
		{"dropped", find("9.1.6"), dropped(), "FAILED FAILED", "FAILED FAILED", "FAILED FAILED"},

		{"too slow", find("9.4.1"), observed(), "FAILED OK", "INFORMATIONAL OK", "INFORMATIONAL OK"},
		{"too slow to close, too", find("9.8.6"), slow.back(400), "FAILED UNCLEAN", "INFORMATIONAL INFORMATIONAL", "INFORMATIONAL INFORMATIONAL"},
		{"failed by us", find("9.4.1"), faulty, "FAILED OK", "FAILED OK", "FAILED OK"},
		{"in time, but closed late", find("9.4.1"), slow.saying(Echoed{1}).back(1), "OK UNCLEAN", "OK UNCLEAN", "OK UNCLEAN"},
		{"too slow elsewhere", find("12.1.1"), observed().deflated(), "FAILED OK", "FAILED OK", "FAILED OK"},
		{"no answer to a ping", find("2.1"), observed(), "FAILED OK", "FAILED OK", "FAILED OK"},
		{"never opened", find("9.1.1"), Observation{}, "FAILED FAILED", "FAILED FAILED", "FAILED FAILED"},

		{"other octets", find("9.1.1"), other, "OK OK", "OK OK", "FAILED OK"},
		{"the same octets", find("9.1.1"), observed(Echoed{1}).back(1), "OK OK", "OK OK", "OK OK"},

		{"swallowed", find("3.6"), ignored(), "OK FAILED", "OK FAILED", "FAILED FAILED"},
		{"swallowed, where that is fatal", find("6.3.1"), ignored(), "FAILED FAILED", "FAILED FAILED", "FAILED FAILED"},

		{"dropped in silence", find("3.6"), dropped(), "OK OK", "OK OK", "NON-STRICT NON-STRICT"},
		{"dropped in silence on bad text", find("6.3.1"), dropped(), "OK OK", "OK OK", "NON-STRICT NON-STRICT"},
		{"dropped in silence after a bad close", find("7.9.1"), unanswered(), "OK OK", "OK OK", "NON-STRICT NON-STRICT"},
		{"closed without a code", find("2.5"), failedByPeer(1002).with(func(c *Closing) { c.RemoteCode = nil }), "OK OK", "OK OK", "NON-STRICT NON-STRICT"},
		{"closed with a code", find("2.5"), failedByPeer(1002), "OK OK", "OK OK", "OK OK"},
		{"dropped after an answer to what was bad", find("3.6"), dropped(GotBinary("Hello, world!")), "FAILED OK", "FAILED OK", "FAILED NON-STRICT"},
		{"dropped on what the RFC says nothing of", find("7.13.1"), unanswered(), "INFORMATIONAL INFORMATIONAL", "INFORMATIONAL INFORMATIONAL", "INFORMATIONAL INFORMATIONAL"},

		{"without the extension", find("12.1.1"), observed(), "UNIMPLEMENTED OK", "UNIMPLEMENTED OK", "UNIMPLEMENTED OK"},
	} {
		for p, want := range map[Profile]string{"": c.autobahn, Autobahn: c.autobahn, RFC: c.rfc, Strict: c.strict} {
			got := p.Judge(c.c, c.o)
			if verdicts := fmt.Sprintf("%s %s", got.Verdict, got.CloseVerdict); verdicts != want {
				t.Errorf("%s, %s, %s: %s, want %s", c.c.ID, c.name, p, verdicts, want)
			}
			if (got.Why != "") != (want != c.autobahn) {
				t.Errorf("%s, %s, %s: why is %q", c.c.ID, c.name, p, got.Why)
			}
			again := p.Judge(c.c.Under(p, c.o.Server), c.o)
			if verdicts := fmt.Sprintf("%s %s", again.Verdict, again.CloseVerdict); verdicts != want {
				t.Errorf("%s, %s, %s: judged again under the profile it is under: %s", c.c.ID, c.name, p, verdicts)
			}
		}
	}
}

// saying is o with other events.
func (o Observation) saying(events ...Event) Observation { o.Events = events; return o }

func TestWhatAProfileChangesIsExplained(t *testing.T) {
	left := observed(GotText("x")).asClient().with(func(c *Closing) { c.DroppedByMe = true })
	for _, c := range []struct {
		p              Profile
		c              Case
		o              Observation
		why, headline  string
		says, ofEnding string
	}{
		{RFC, find("3.2"), failedByPeer(1002),
			"By the profile rfc the case is OK, not NON-STRICT. Nothing says that what came before the bad frame must be answered before the connection is failed (RFC 6455 7.1.7).",
			"", "The connection was failed at once.", "The connection was closed as it should be"},
		{Strict, find("3.2"), dropped(),
			"By the profile strict the close is NON-STRICT, not OK. Nothing says that what came before the bad frame must be answered before the connection is failed (RFC 6455 7.1.7). A close frame with a code SHOULD come before TCP is dropped (RFC 6455 7.1.7).",
			"", "The peer ended the connection without a close frame that says why.", "The peer ended the connection without a close frame that says why"},
		{Strict, find("3.6"), ignored(),
			"By the profile strict the case is FAILED, not OK. To fail the connection is what the case asks for: silence alone is no answer (RFC 6455 7.1.7).",
			Accepted, "The peer did not fail the connection, and said nothing.", "The connection was failed by the wrong endpoint"},
		{RFC, echo, left,
			"By the profile rfc the close is NON-STRICT, not FAILED BY CLIENT. That the server drops TCP first is a SHOULD, and it is the server that did not (RFC 6455 7.1.1).",
			"", "The events observed are the ones expected.", "The server did not drop TCP in time, which is its part: the fuzzer, as the client, had to"},
		{RFC, find("9.1.6"), failedByPeer(1009),
			"By the profile rfc the case is INFORMATIONAL, not FAILED, and the close is INFORMATIONAL, not FAILED. An implementation may limit the size of frames and messages (RFC 6455 10.4).",
			"", "The peer closed with 1009: it does not take as much.", "The peer closed with 1009: it does not take as much"},
		{Autobahn, find("9.1.6"), failedByPeer(1009), "", RefusedIt,
			"Did not receive message within 100 seconds.", "The connection was failed by the wrong endpoint"},
	} {
		want := Result{ID: c.c.ID, Why: c.why, Headline: c.headline, Says: c.says, CloseSays: c.ofEnding}
		got := c.p.Judge(c.c, c.o)
		want.Verdict, want.CloseVerdict = got.Verdict, got.CloseVerdict
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s, %s (-want +got):\n%s", c.p, c.c.ID, diff)
		}
	}
}

func TestUnderAutobahnACaseIsItself(t *testing.T) {
	for _, c := range Catalogue {
		for _, server := range []bool{false, true} {
			for _, p := range []Profile{Autobahn, ""} {
				if diff := cmp.Diff(c, c.Under(p, server)); diff != "" {
					t.Errorf("%s under %q:\n%s", c.ID, p, diff)
				}
			}
		}
	}
}

// withOverrides are the cases with overrides, by profile.
var withOverrides = map[Profile][]string{
	RFC: {
		"2.10", "2.11", "3.2", "3.3", "3.4", "4.1.3", "4.1.4", "4.1.5", "4.2.3", "4.2.4", "4.2.5", "5.15",
		"6.4.1", "6.4.2", "6.4.3", "6.4.4", "7.1.5", "7.7.8", "7.9.3",
	},
	Strict: {"9.1.*", "9.2.*", "9.3.*", "9.4.*", "9.5.*", "9.6.*"},
}

func TestOnlyDisputedCasesHaveOverrides(t *testing.T) {
	for _, p := range Profiles[1:] {
		list, err := Select(Catalogue, withOverrides[p], nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range Catalogue {
			want := slices.ContainsFunc(list, func(d Case) bool { return d.ID == c.ID })
			if got := slices.ContainsFunc(c.Overrides, func(o Override) bool { return o.Profile == p }); got != want {
				t.Errorf("%s: an override of %s: %t", c.ID, p, got)
			}
		}
	}
}

// TestEveryOverrideMakesADifference plays to each what it accepts, or how it lets the
// connection end, and wants another verdict than without it.
func TestEveryOverrideMakesADifference(t *testing.T) {
	for _, c := range Catalogue {
		for _, override := range c.Overrides {
			differs := false
			for _, o := range telling(c.Accept, override, c.Ending.Peer) {
				got, want := override.Profile.Judge(c, o), Judge(c, o)
				differs = differs || !got.sameVerdicts(want)
			}
			if !differs {
				t.Errorf("%s: the override of %s makes no difference", c.ID, override.Profile)
			}
		}
	}
}

// telling are observations that are accepted with or without an override, in some
// way that the connection may end.
func telling(accept []Outcome, override Override, peerFails bool) (list []Observation) {
	for _, outcome := range slices.Concat(accept, override.Accept) {
		var events Events
		for i, e := range outcome.Events {
			if i >= outcome.MayMiss {
				events = append(events, e)
			}
		}
		for _, n := range []uint16{1000, 1002, 1007} {
			o := failedByPeer(n, events...)
			o.Closing.ClosedByMe = !peerFails
			list = append(list, o)
		}
	}
	return list
}

func TestEveryRuleAppliesToSomething(t *testing.T) {
	left := observed(Echoed{1}).asClient().with(func(c *Closing) { c.DroppedByMe = true })
	observations := []Observation{failedByPeer(1009), observed(), ignored(), dropped(), left}
	for _, rule := range Rules {
		fires := func(c Case, o Observation) bool {
			r, _ := grade(c, o)
			return rule.About(rule.Profile, c) && rule.When.holds(o) && rule.apply(&r)
		}
		if !slices.ContainsFunc(observations, func(o Observation) bool {
			return fires(find("9.1.1"), o) || fires(find("3.6"), o)
		}) {
			t.Errorf("the rule %s of %s applies to nothing", rule.When, rule.Profile)
		}
	}
	if Condition("?").holds(observed()) {
		t.Error("an unknown condition holds")
	}
}

// TestCasesThatAcceptADropBecomeNonStrict counts those in which the reference lets a
// peer drop TCP without a word.
func TestCasesThatAcceptADropBecomeNonStrict(t *testing.T) {
	n := 0
	for _, c := range Catalogue {
		o := unanswered(c.Accept[0].Events...)
		o.Closing.ClosedByMe = !c.Ending.Peer
		before, after := Judge(c, o), Strict.Judge(c, o)
		if before.Verdict == OK && before.CloseVerdict == OK && after.CloseVerdict == NonStrict {
			n++
		}
	}
	if n != 117 {
		t.Errorf("%d cases, want 117", n)
	}
}

func TestOverridesAndRulesSayWhyAndWhere(t *testing.T) {
	clause := regexp.MustCompile(`^RFC 6455 [1-9][0-9]*(\.[1-9][0-9]*)*$`)
	sentence := regexp.MustCompile(`^[A-Z0-9][^.]*\.$`)
	check := func(what, of, why string) {
		if !clause.MatchString(of) {
			t.Errorf("%s: clause %q", what, of)
		}
		if !sentence.MatchString(why) {
			t.Errorf("%s: %q is no sentence", what, why)
		}
	}
	verdicts := append(slices.Clone(Verdicts), Failed, WrongCodeSent, Unclean, FailedByClient)
	for _, c := range Catalogue {
		for _, o := range c.Overrides {
			check(string(c.ID), o.Clause, o.Why)
		}
	}
	for _, r := range Rules {
		check(string(r.When), r.Clause, r.Why)
		for _, change := range []Change{r.Case, r.Close} {
			if change != (Change{}) && (!slices.Contains(verdicts, change.From) || !slices.Contains(Verdicts, change.To) && change.To != Failed) {
				t.Errorf("%s: %v has unknown verdicts", r.When, change)
			}
		}
	}
}

func TestProfilesAreKnownByName(t *testing.T) {
	for name, want := range map[string]string{
		"autobahn": "", "rfc": "", "strict": "",
		"":       `unknown profile "": want autobahn, rfc or strict`,
		"lax":    `unknown profile "lax": want autobahn, rfc or strict`,
		"RFC":    `unknown profile "RFC" (did you mean "rfc"?)`,
		"strikt": `unknown profile "strikt" (did you mean "strict"?)`,
	} {
		got, err := ParseProfile(name)
		if want == "" && (err != nil || string(got) != name) || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%q: %q, %v; want error %q", name, got, err, want)
		}
	}
}

func TestBadOverridesAreRefused(t *testing.T) {
	good := Override{Profile: RFC, Accept: Silence, Clause: "RFC 6455 5.2", Why: "So it is."}
	strict := good
	strict.Profile = Strict
	with := func(change func(*Override)) []Override { o := good; change(&o); return []Override{o} }
	for want, list := range map[string][]Override{
		`override 1: profile "autobahn": want one of rfc, strict`:                                           with(func(o *Override) { o.Profile = Autobahn }),
		`override 2: there is one for profile rfc already`:                                                  {good, good},
		`override 2: profile rfc comes after strict, which includes it`:                                     {strict, good},
		`override 1: it changes neither what is accepted nor the ending`:                                    with(func(o *Override) { o.Accept = nil }),
		`override 1: it says no clause or not why`:                                                          with(func(o *Override) { o.Why = "" }),
		`override 1: outcome 1: verdict "FAILED": want one of OK, NON-STRICT, INFORMATIONAL, UNIMPLEMENTED`: with(func(o *Override) { o.Accept = []Outcome{{Verdict: Failed}} }),
		`override 1: outcome 1: of 0 events 1 may be missing`:                                               with(func(o *Override) { o.Accept = []Outcome{{Verdict: OK, MayMiss: 1}} }),
		`override 1: ending: fatal "x": want "wrong-side", "wrong-code" or "stayed"`:                        with(func(o *Override) { o.Ending = &Ending{Fatal: "x"} }),
	} {
		c := Case{ID: "x", Overrides: list}
		if err := c.Validate(); err == nil || err.Error() != "case x: "+want {
			t.Errorf("%v\nwant case x: %s", err, want)
		}
	}
	if err := (Case{ID: "x", Overrides: []Override{good, strict}}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestOutcomesMayMissTheirFirstEvents(t *testing.T) {
	x, y, z := GotText("x"), GotText("y"), GotText("z")
	xyz := Outcome{Verdict: OK, Events: Events{x, y, z}, MayMiss: 2}
	all := Outcome{Verdict: OK, Events: Events{x, y}, MayMiss: 2}
	for _, c := range []struct {
		o               Outcome
		got             Events
		matches, begins bool
	}{
		{xyz, Events{x, y, z}, true, false},
		{xyz, Events{z}, true, false},
		{xyz, Events{y, z}, true, false},
		{xyz, Events{x, z}, true, false},
		{xyz, Events{}, false, true},
		{xyz, Events{y}, false, true},
		{xyz, Events{y, x, z}, false, false},
		{xyz, Events{z, z}, false, false},
		{xyz, Events{GotText("a")}, false, false},
		{all, Events{}, true, true},
		{all, Events{x}, true, true},
		{all, Events{y}, true, false},
		{all, Events{x, y, y}, false, false},
		{Outcome{Events: Events{x, x}, MayMiss: 1}, Events{x}, true, true},
	} {
		if got := c.o.matches(c.got); got != c.matches {
			t.Errorf("%s for %s: matches %t", c.got, c.o, got)
		}
		if got := c.o.begins(c.got); got != c.begins {
			t.Errorf("%s for %s: begins %t", c.got, c.o, got)
		}
		if got, want := Decided([]Outcome{c.o}, c.got), c.matches && !c.begins; got != want {
			t.Errorf("%s for %s: decided %t", c.got, c.o, got)
		}
	}
	if got, want := xyz.String(), `text "x", text "y", text "z" (the first 2 may be missing)`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
