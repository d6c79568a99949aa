package cases

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// observed is what a good peer leaves behind when we, the server, close with
// 1000 after events.
func observed(events ...Event) Observation {
	return Observation{
		Server: true, Opened: true, Events: events,
		Closing: Closing{ClosedByMe: true, WasClean: true, RemoteCode: code(1000)},
	}
}

// with is o with its closing changed.
func (o Observation) with(change func(*Closing)) Observation { change(&o.Closing); return o }

// failedByPeer is what is left when the peer fails the connection with n.
func failedByPeer(n uint16, events ...Event) Observation {
	return observed(events...).with(func(c *Closing) { *c = Closing{WasClean: true, RemoteCode: code(n)} })
}

// dropped is what is left when the peer drops TCP.
func dropped(events ...Event) Observation {
	return observed(events...).with(func(c *Closing) { *c = Closing{NotCleanReason: ReasonPeerDropped} })
}

// ignored is what is left of a peer that does not notice anything: we fail the
// connection, and it answers the close frame or not.
func ignored(events ...Event) Observation {
	return observed(events...).with(func(c *Closing) {
		*c = Closing{ClosedByMe: true, FailedByMe: true, DroppedByMe: true, ClosingTimeout: true, NotCleanReason: ReasonNoReply}
	})
}

var (
	// echo wants an answer and a clean close.
	echo = Case{ID: "echo", Script: Script{Text("x")}, Accept: Exactly(GotText("x"))}

	// refuse wants the connection to be failed.
	refuse = Case{ID: "refuse", Script: Script{Text("x").Reserved(1)}, Accept: Silence, Ending: FailedByPeer(1002)}

	// twoWays accepts several outcomes, the last of which can never match.
	twoWays = Case{ID: "two", Accept: []Outcome{
		{Verdict: OK, Events: Events{GotText("x")}, Says: "Best."},
		{Verdict: NonStrict, Says: "Good enough."},
		{Verdict: Informational, Events: Events{GotText("y")}},
		{Verdict: Unimplemented, Events: Events{GotText("z")}},
		{Verdict: NonStrict, Events: Events{GotText("x")}, Says: "Too late to matter."},
	}}
)

// ending is c with another ending.
func (c Case) ending(e Ending) Case { c.Ending = e; return c }

func TestJudgeGradesEventsByTheFirstOutcomeThatMatches(t *testing.T) {
	const (
		expected  = "The events observed are the ones expected."
		tolerated = "The events observed are tolerated, but others are preferred."
		none      = "The events observed match no accepted outcome."
	)
	lost := observed(GotText("x"))
	lost.Lost = 1
	for _, c := range []struct {
		name string
		c    Case
		o    Observation
		want Verdict
		says string
	}{
		{"what is expected", echo, observed(GotText("x")), OK, expected},
		{"other text", echo, observed(GotText("y")), Failed, none},
		{"other type", echo, observed(GotBinary("x")), Failed, none},
		{"a pong", echo, observed(GotPong("x")), Failed, none},
		{"nothing", echo, observed(), Failed, none},
		{"one event more", echo, observed(GotText("x"), GotText("x")), Failed, none},
		{"more events than were kept", echo, lost, Failed, none},
		{"a mark for a message", echo, observed(Mark{"x"}), Failed, none},
		{"the first of several outcomes", twoWays, observed(GotText("x")), OK, "Best."},
		{"the second", twoWays, observed(), NonStrict, "Good enough."},
		{"one that says nothing", twoWays, observed(GotText("y")), Informational, tolerated},
		{"unimplemented", twoWays, observed(GotText("z")), Unimplemented, tolerated},
		{"none of several", twoWays, observed(GotText("a")), Failed, none},
		{"no outcome at all", Case{}, observed(), Failed, none},
		{"a payload described otherwise", Case{Accept: Exactly(Got{OpText, Repeat("*", 3)})}, observed(GotText("***")), OK, expected},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Judge(c.c, c.o)
			if got.Verdict != c.want || got.Says != c.says {
				t.Errorf("%s: %s, want %s: %s", got.Verdict, got.Says, c.want, c.says)
			}
			if got.ID != c.c.ID {
				t.Errorf("result of %s for case %s", got.ID, c.c.ID)
			}
		})
	}
}

// TestJudgeGradesTheEndingByTheFirstRuleThatApplies has, for each rule of the
// closing verdict, an ending that breaks it and all later rules.
func TestJudgeGradesTheEndingByTheFirstRuleThatApplies(t *testing.T) {
	// As client, all that can go wrong has gone wrong.
	worst := Observation{Closing: Closing{
		DroppedByMe: true, RemoteCode: code(1011), NotCleanReason: ReasonNoServerDrop,
	}}
	opened := worst
	opened.Opened = true
	ours := opened.with(func(c *Closing) { c.ClosedByMe = true })
	clean := ours.with(func(c *Closing) { c.WasClean = true })
	right := clean.with(func(c *Closing) { c.RemoteCode = code(1000) })
	faulty := worst
	faulty.Faults = []string{"status 404", "no Upgrade"}
	asServer := right
	asServer.Server = true

	for _, c := range []struct {
		name   string
		ending Ending
		o      Observation
		want   Verdict
		says   string
	}{
		{"never opened", Ending{}, worst, Failed, "The opening handshake was never completed: " + ReasonNoServerDrop},
		{"never opened, with a fault", Ending{}, faulty, Failed, "The opening handshake was never completed: status 404"},
		{"closed by the peer, not us", Ending{}, opened, Failed, "The connection was failed by the wrong endpoint"},
		{"closed by us, not the peer", Ending{Peer: true}, ours, Failed, "The connection was failed by the wrong endpoint"},
		{"not clean", Ending{}, ours, Unclean, "A complete closing handshake is required here: " + ReasonNoServerDrop},
		{"not clean, but that will do", Ending{MayDrop: true}, ours, WrongCodeSent, "The close code should have been 1000 or empty"},
		{"wrong code", Ending{}, clean, WrongCodeSent, "The close code should have been 1000 or empty"},
		{"wrong code of several", Ending{Codes: []uint16{1000, 1000, 1001}}, clean, WrongCodeSent, "The close code should have been 1000, 1001 or empty"},
		{"the last of several codes", Ending{Codes: []uint16{1000, 1011}}, clean, FailedByClient, "The fuzzer, as the client, had to drop TCP, which is the server's part"},
		{"no code", Ending{}, clean.with(func(c *Closing) { c.RemoteCode = nil }), FailedByClient, "The fuzzer, as the client, had to drop TCP, which is the server's part"},
		{"dropped by us, the client", Ending{}, right, FailedByClient, "The fuzzer, as the client, had to drop TCP, which is the server's part"},
		{"dropped by us, the server", Ending{}, asServer, OK, "The connection was closed as it should be"},
		{"dropped by the peer", FailedByPeer(1002), dropped(), OK, "The connection was closed as it should be"},
		{"failed by the peer", FailedByPeer(1002), failedByPeer(1002), OK, "The connection was closed as it should be"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Judge(Case{Accept: Silence, Ending: c.ending}, c.o)
			if got.CloseVerdict != c.want || got.CloseSays != c.says {
				t.Errorf("%s: %s\nwant %s: %s", got.CloseVerdict, got.CloseSays, c.want, c.says)
			}
		})
	}
}

// find is the case of the catalogue with that id.
func find(id ID) Case {
	return Catalogue[slices.IndexFunc(Catalogue, func(c Case) bool { return c.ID == id })]
}

// back is o after n messages came back.
func (o Observation) back(n int) Observation { o.Echoes = n; return o }

// deflated is o with permessage-deflate agreed on.
func (o Observation) deflated() Observation { o.Deflate = &DeflateParams{}; return o }

func TestJudgeGradesMessagesThatComeBack(t *testing.T) {
	const (
		once     = "The message came back as it was sent, in time."
		thousand = "All 1000 messages came back as they were sent, in time."
		lenient  = "A message of the right type and length came back, which is all that counts here; but what is in it is not what was sent."
		notBack  = "The peer did not send back what it was sent: "
	)
	other := strings.Repeat("x", 65536)
	tooBig := failedByPeer(CodeTooBig)
	for _, c := range []struct {
		name string
		c    Case
		o    Observation
		want [2]Verdict
		says string
	}{
		{"one", find("9.1.1"), observed(Echoed{1}).back(1), [2]Verdict{OK, OK}, once},
		{"one, of other octets", find("9.1.1"), observed(Got{OpText, Describe([]byte(other))}), [2]Verdict{OK, OK}, lenient},
		{"one, known by its digest", find("9.1.1"), observed(Got{OpText, Describe(noise(65536))}), [2]Verdict{OK, OK}, lenient},
		{"one, of another type", find("9.1.1"), observed(Got{OpBinary, Repeat(longText, 65536)}), [2]Verdict{Failed, OK},
			notBack + `message 1 of 1 came back as binary "BAsd7&jh23" × 65536 octets.`},
		{"one too short", find("9.1.1"), observed(Got{OpText, Repeat(longText, 65535)}), [2]Verdict{Failed, OK},
			notBack + `message 1 of 1 came back as text "BAsd7&jh23" × 65535 octets.`},
		{"one too long", find("9.4.2"), observed(Got{OpBinary, Repeat("*", 4194305)}), [2]Verdict{Failed, OK},
			notBack + `message 1 of 1 came back as binary "*" × 4194305 octets.`},
		{"a fragment", find("9.4.2"), observed(Got{OpBinary, Repeat("*", 256)}), [2]Verdict{Failed, OK},
			notBack + `message 1 of 1 came back as binary "*" × 256 octets.`},
		{"a pong for the message", find("9.1.1"), observed(GotPong("x")), [2]Verdict{Failed, OK}, notBack + `message 1 of 1 came back as pong "x".`},
		{"none in 10 seconds", find("9.1.1"), observed(), [2]Verdict{Failed, OK}, "Did not receive message within 10 seconds."},
		{"none in 100 seconds", find("9.3.1"), observed(), [2]Verdict{Failed, OK}, "Did not receive message within 100 seconds."},
		{"none in 1000 seconds", find("9.5.1"), observed(), [2]Verdict{Failed, OK}, "Did not receive message within 1000 seconds."},
		{"refused", find("9.3.1"), tooBig, [2]Verdict{Failed, Failed}, "Did not receive message within 100 seconds."},
		{"never opened", find("9.1.1"), Observation{Closing: Closing{NotCleanReason: ReasonNoOpening}}, [2]Verdict{Failed, Failed},
			"The case was not played: " + ReasonNoOpening},

		{"many", find("9.7.1"), observed(Echoed{1000}).back(1000), [2]Verdict{OK, OK}, thousand},
		{"many but one", find("9.7.1"), observed().back(999), [2]Verdict{Failed, OK}, "Case did not finish within 60 seconds."},
		{"many, no answer at all", find("9.8.6"), observed(), [2]Verdict{Failed, OK}, "Case did not finish within 480 seconds."},
		{"many, the first of another type", find("9.7.1"), observed(GotBinary("")), [2]Verdict{Failed, OK}, notBack + `message 1 of 1000 came back as binary "".`},
		{"many, the last of other octets", find("9.7.2"), observed(GotText("****************")).back(999), [2]Verdict{Failed, OK},
			notBack + `message 1000 of 1000 came back as text "****************".`},

		{"many, and one more", find("9.7.2"), observed(Echoed{1000}, GotText("x")).back(1000), [2]Verdict{Failed, OK},
			`All 1000 messages came back, and then something else: text "x".`},

		{"compressed", find("12.1.1"), observed(Echoed{1000}).back(1000).deflated(), [2]Verdict{OK, OK}, thousand},
		{"compressed, no answer", find("12.1.1"), observed().deflated(), [2]Verdict{Failed, OK}, "Case did not finish within 60 seconds."},
		{"compressed, dropped", find("12.1.3"), dropped().back(12).deflated(), [2]Verdict{Failed, Failed}, "Case did not finish within 120 seconds."},

		// What is not only an Echo has no words of its own.
		{"an echo and more", Case{Script: Script{Echo{Count: 1}, Ping("")}, Accept: Exactly(Echoed{1}, GotPong(""))}, observed(), [2]Verdict{Failed, OK},
			"The events observed match no accepted outcome."},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Judge(c.c, c.o)
			if verdicts := [2]Verdict{got.Verdict, got.CloseVerdict}; verdicts != c.want || got.Says != c.says {
				t.Errorf("%s: %s\nwant %s: %s", verdicts, got.Says, c.want, c.says)
			}
			if good := c.want == [2]Verdict{OK, OK}; good != (got.Headline == "") {
				t.Errorf("headline %q", got.Headline)
			}
		})
	}
}

// TestWithoutItsExtensionACaseIsUnimplemented has endings that are judged all the same.
func TestWithoutItsExtensionACaseIsUnimplemented(t *testing.T) {
	const says = "The case was not played: permessage-deflate was not agreed on."
	unopened := Observation{Closing: Closing{NotCleanReason: ReasonPeerDropped}}
	unanswered := dropped().with(func(c *Closing) { c.ClosedByMe = true })
	for _, c := range []struct {
		name string
		o    Observation
		want [2]Verdict
		says string
	}{
		{"closed by us", observed(), [2]Verdict{Unimplemented, OK}, says},
		{"closed by us, dropped by the peer", unanswered, [2]Verdict{Unimplemented, Unclean}, says},
		{"no reply to our close", ignored(), [2]Verdict{Unimplemented, Unclean}, says},
		{"closed by us, answered with another code", observed().with(func(c *Closing) { c.RemoteCode = code(1002) }), [2]Verdict{Unimplemented, WrongCodeSent}, says},
		{"dropped by the peer", dropped(), [2]Verdict{Unimplemented, Failed}, says},
		{"a message nobody asked for", observed(GotText("x")), [2]Verdict{Unimplemented, OK}, says},
		{"never opened", unopened, [2]Verdict{Failed, Failed}, "The case was not played: " + ReasonPeerDropped},
	} {
		for _, id := range []ID{"12.1.1", "12.5.18", "13.7.18"} {
			got := Judge(find(id), c.o)
			if verdicts := [2]Verdict{got.Verdict, got.CloseVerdict}; verdicts != c.want || got.Says != c.says {
				t.Errorf("%s, %s: %s: %s\nwant %s: %s", c.name, id, verdicts, got.Says, c.want, c.says)
			}
			if good := c.want == [2]Verdict{Unimplemented, OK}; good != (got.Headline == "") {
				t.Errorf("%s, %s: headline %q", c.name, id, got.Headline)
			}
		}
	}
	if got := Judge(find("9.1.1"), observed(Echoed{1})); got.Verdict != OK {
		t.Errorf("a case without the extension: %s", got.Verdict)
	}
}

func TestAFatalFaultFailsTheBehaviourToo(t *testing.T) {
	const (
		wrongSide = "The connection was failed by the wrong endpoint"
		wrongCode = "The close code should have been 1000 or empty"
	)
	peerFails := FailedByPeer(1007)
	neverOpened := observed()
	neverOpened.Opened = false
	for _, c := range []struct {
		name   string
		ending Ending
		o      Observation
		want   [2]Verdict
		says   string // why the behaviour failed
	}{
		{"wrong side, not fatal", peerFails, ignored(), [2]Verdict{OK, Failed}, ""},
		{"wrong side, fatal", peerFails.OrFail(WrongSide), ignored(), [2]Verdict{Failed, Failed}, wrongSide},
		{"wrong side, another fault is fatal", peerFails.OrFail(WrongCode), ignored(), [2]Verdict{OK, Failed}, ""},
		{"right side", peerFails.OrFail(WrongSide), failedByPeer(1007), [2]Verdict{OK, OK}, ""},
		{"right side, wrong code", peerFails.OrFail(WrongSide), failedByPeer(1002), [2]Verdict{OK, WrongCodeSent}, ""},
		{"closed by the peer instead of us, fatal", Ending{}.OrFail(WrongSide), failedByPeer(1000), [2]Verdict{Failed, Failed}, wrongSide},
		{"never opened: not played", Ending{Peer: true}.OrFail(WrongSide), neverOpened, [2]Verdict{Failed, Failed}, ""},

		{"wrong code, not fatal", Ending{}, observed().with(func(c *Closing) { c.RemoteCode = code(1001) }), [2]Verdict{OK, WrongCodeSent}, ""},
		{"wrong code, fatal", Ending{}.OrFail(WrongCode), observed().with(func(c *Closing) { c.RemoteCode = code(1001) }), [2]Verdict{Failed, WrongCodeSent}, wrongCode},
		{"wrong code behind an earlier rule", Ending{}.OrFail(WrongCode),
			observed().with(func(c *Closing) { c.RemoteCode, c.WasClean = code(1001), false }), [2]Verdict{OK, Unclean}, ""},
		{"right code", Ending{}.OrFail(WrongCode), observed(), [2]Verdict{OK, OK}, ""},

		{"stayed, not fatal", Ending{MayDrop: true}.OrFail(WrongCode), ignored(), [2]Verdict{OK, OK}, ""},
		{"stayed, fatal", Ending{MayDrop: true}.OrFail(Stayed), ignored(), [2]Verdict{Failed, Unclean}, "The peer neither answered the close frame nor ended TCP"},
		{"dropped TCP, where to stay is fatal", Ending{MayDrop: true}.OrFail(Stayed),
			dropped().with(func(c *Closing) { c.ClosedByMe = true }), [2]Verdict{OK, OK}, ""},
		{"wrong code, where to stay is fatal", Ending{MayDrop: true}.OrFail(Stayed),
			observed().with(func(c *Closing) { c.RemoteCode = code(1001) }), [2]Verdict{Failed, WrongCodeSent}, wrongCode},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Judge(Case{Accept: Silence, Ending: c.ending}, c.o)
			if verdicts := [2]Verdict{got.Verdict, got.CloseVerdict}; verdicts != c.want {
				t.Errorf("verdicts %s, want %s", verdicts, c.want)
			}
			if c.says != "" && got.Says != c.says {
				t.Errorf("failed because %q, want %q", got.Says, c.says)
			}
		})
	}
}

func TestAGradeOverridesBothVerdicts(t *testing.T) {
	for _, grade := range Verdicts {
		c := echo.ending(Ending{Grade: grade, Fatal: WrongSide})
		for name, o := range map[string]Observation{
			"all is well":  observed(GotText("x")),
			"all is wrong": dropped(GotText("y")),
			"never opened": {},
		} {
			if got := Judge(c, o); got.Verdict != grade || got.CloseVerdict != grade {
				t.Errorf("%s: %s and %s, want %s", name, got.Verdict, got.CloseVerdict, grade)
			}
		}
	}
}

func TestHeadlinesSayWhatThePeerDidWrong(t *testing.T) {
	lost := observed()
	lost.Lost = 5
	faulty := ignored()
	faulty.Faults = []string{"reserved bits"}
	slow := Case{ID: "slow", Accept: Exactly(GotText("x"), GotText("y")), Limit: CloseAfter(3 * Second)}
	unopened := Observation{Closing: Closing{NotCleanReason: ReasonPeerDropped}}
	timedOut := Observation{Closing: Closing{OpeningTimeout: true, NotCleanReason: ReasonNoOpening}}
	for _, c := range []struct {
		name string
		c    Case
		o    Observation
		want string
	}{
		{"nothing", echo, observed(GotText("x")), ""},
		{"nothing, but others are preferred", twoWays, observed(), ""},
		{"informational", echo.ending(Ending{Grade: Informational}), dropped(), ""},

		{"it answered what it must refuse", refuse, ignored(GotText("x")), Accepted},
		{"it swallowed what it must refuse", refuse, ignored(), Accepted},
		{"it refused what it must accept", echo, failedByPeer(1002), RefusedIt},
		{"it dropped TCP instead of an answer", echo, dropped(), RefusedIt},
		{"it did not open", echo, unopened, RefusedIt},
		{"it did not open in time", echo, timedOut, "no answer in the opening handshake"},
		{"it said nothing", echo, ignored(), "no answer in 1s"},
		{"it said half", slow, ignored(GotText("x")), "no answer in 3s"},
		{"it said something else", echo, ignored(GotText("y")), WrongAnswer},
		{"it said something else and closed well", echo, observed(GotBinary("x")), WrongAnswer},
		{"it said too much", echo, observed(GotText("x"), GotText("x")), WrongAnswer},
		{"it said more than was kept", echo, lost, WrongAnswer},
		{"what it said was faulty", echo, faulty, WrongAnswer},
		{"it closed after a good answer", echo, failedByPeer(1000, GotText("x")), WrongClose},
		{"its close was not clean", echo, ignored(GotText("x")), WrongClose},
		{"its code was wrong", refuse, failedByPeer(1011), WrongClose},
		{"its code was wrong, which is fatal", echo.ending(Ending{}.OrFail(WrongCode)),
			observed(GotText("x")).with(func(c *Closing) { c.RemoteCode = code(1011) }), WrongClose},
		{"it left TCP to us", echo, Observation{Opened: true, Events: Events{GotText("x")},
			Closing: Closing{ClosedByMe: true, WasClean: true, DroppedByMe: true}}, WrongClose},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Judge(c.c, c.o).Headline; got != c.want {
				t.Errorf("headline %q, want %q", got, c.want)
			}
		})
	}
}

func TestExplainShowsWhatWasSentWantedAndGot(t *testing.T) {
	faulty := observed(GotText("Hello World!")).with(func(c *Closing) { c.RemoteCode = code(1011); c.RemoteReason = Of("oops") })
	faulty.Faults = []string{"payload of 200 octets in a ping", "reserved bits 4"}
	for _, c := range []struct {
		c    Case
		o    Observation
		want string
	}{
		{find("3.6"), observed(GotBinary("Hello, world!")), `
3.6: peer accepted what it must refuse (RFC 6455 5.2)
    sent  binary rsv=6 "Hello, world!"
    want  nothing; close 1002, or drop
    got   binary "Hello, world!"; closed by us, close 1000`},
		{find("3.4"), ignored(GotText("Hello, world!"), GotText("Hello, world!"), GotPong("")), `
3.4: peer accepted what it must refuse (RFC 6455 5.2)
    sent  text chop=1 "Hello, world!"
          text rsv=4 chop=1 "Hello, world!"
          ping chop=1
    want  text "Hello, world!"; close 1002, or drop
          nothing; close 1002, or drop
    got   text "Hello, world!", text "Hello, world!", pong ""; failed by us, peer did not respond (in time) in closing handshake`},
		{find("2.2"), ignored(), `
2.2: no answer in 1s (RFC 6455 5.5.2, RFC 6455 5.5.3)
    sent  ping "Hello, world!"
    want  pong "Hello, world!"; our close answered 1000
    got   nothing; failed by us, peer did not respond (in time) in closing handshake`},
		{find("7.1.1"), faulty, `
7.1.1: wrong close (RFC 6455 5.5.1, RFC 6455 7.1.1)
    sent  text "Hello World!"
    want  text "Hello World!"; our close answered 1000
    got   text "Hello World!"; closed by us, close 1011 "oops"
    fault payload of 200 octets in a ping
          reserved bits 4`},
		{echo, dropped(), `
echo: peer refused what it must accept
    sent  text "x"
    want  text "x"; our close answered 1000
    got   nothing; peer dropped the TCP connection without previous WebSocket closing handshake`},
		{find("12.4.11"), observed().back(299).deflated(), `
12.4.11: no answer in 8m0s (RFC 7692 6, RFC 7692 7)
    sent  echo ×1000 message text fragment=256 corpus html × 8192 characters
    want  echoed ×1000; our close answered 1000
    got   echoed ×299, then nothing; closed by us, close 1000`},
		{find("9.8.2"), observed(GotBinary("x")).back(299), `
9.8.2: wrong answer (RFC 6455 5.2)
    sent  echo ×1000 message binary fe × 16 octets
    want  echoed ×1000; our close answered 1000
    got   echoed ×299, then binary "x"; closed by us, close 1000`},
		{find("9.3.1"), failedByPeer(1008), `
9.3.1: peer refused what it must accept (RFC 6455 5.2, RFC 6455 5.4)
    sent  echo ×1 message text fragment=64 "*" × 4194304 octets
    want  echoed ×1; our close answered 1000
          text any 4194304 octets; our close answered 1000
    got   nothing; close 1008`},
		{find("9.7.1"), dropped(Echoed{1000}).back(1000).with(func(c *Closing) { c.ClosedByMe = true }), `
9.7.1: wrong close (RFC 6455 5.2)
    sent  echo ×1000 message text ""
    want  echoed ×1000; our close answered 1000
    got   echoed ×1000; closed by us, peer dropped the TCP connection without previous WebSocket closing handshake`},
		{find("12.1.1"), observed(), "\n"},
		{find("3.6"), failedByPeer(1002), "\n"},
	} {
		want := strings.TrimPrefix(c.want, "\n")
		if diff := cmp.Diff(want, Judge(c.c, c.o).Explain(c.c, c.o)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.c.ID, diff)
		}
	}
}

// TestEveryCaseCanBePassed plays each case against a peer that does what the
// case accepts best.
func TestEveryCaseCanBePassed(t *testing.T) {
	for _, c := range Catalogue {
		for i, outcome := range c.Accept {
			o := observed(outcome.Events...)
			if c.Ending.Peer {
				o = dropped(outcome.Events...)
			} else {
				o.Closing.RemoteCode = code(c.Ending.CloseCodes()[0])
			}
			if c.Deflate != nil {
				o.Deflate = &c.Deflate.Accept[0]
			}
			want := outcome.Verdict
			if c.Ending.Grade != "" {
				want = c.Ending.Grade
			}
			got := Judge(c, o)
			if got.Verdict != want || got.Headline != "" {
				t.Errorf("%s, outcome %d: %s, headline %q, want %s", c.ID, i+1, got.Verdict, got.Headline, want)
			}
			if got.CloseVerdict != OK && got.CloseVerdict != c.Ending.Grade {
				t.Errorf("%s, outcome %d: closing %s: %s", c.ID, i+1, got.CloseVerdict, got.CloseSays)
			}
		}
	}
}

func TestOutcomesOfACaseAreDistinctAndBestFirst(t *testing.T) {
	for _, c := range Catalogue {
		for i, o := range c.Accept {
			for _, earlier := range c.Accept[:i] {
				if earlier.Events.Equal(o.Events) {
					t.Errorf("%s: outcome %d can never match", c.ID, i+1)
				}
				if slices.Index(Verdicts, earlier.Verdict) > slices.Index(Verdicts, o.Verdict) {
					t.Errorf("%s: outcome %d is better than an earlier one", c.ID, i+1)
				}
			}
		}
	}
}

func TestExplainIsShortHoweverMuchThePeerSaid(t *testing.T) {
	c := Case{ID: "x", Accept: Silence}
	o := observed()
	for range 2000 {
		o.Events = append(o.Events, GotPong("flood"))
	}
	o.Lost = 500
	got := Judge(c, o).Explain(c, o)
	if want := strings.Repeat(`pong "flood", `, 7) + `pong "flood" … and 2492 more; `; !strings.Contains(got, want) {
		t.Errorf("want %s in\n%.1000s", want, got)
	}
}

func TestExplainIsShortHoweverLongTheCaseIs(t *testing.T) {
	c := Case{ID: "x", Ending: FailedByPeer(1002)}
	o := observed()
	for i := range 2000 {
		c.Script = append(c.Script, Ping(fmt.Sprint(i)))
		c.Accept = append(c.Accept, Outcome{Verdict: OK, Events: slices.Repeat(Events{GotPong(fmt.Sprint(i))}, 10)})
		o.Faults = append(o.Faults, strings.Repeat("é", 10_000))
	}
	pongs := func(i int) string {
		return strings.Repeat(fmt.Sprintf("pong \"%d\", ", i), 7) + fmt.Sprintf("pong \"%d\" … and 2 more; close 1002, or drop", i)
	}
	long := strings.Repeat("é", lineLimit-11) + "…"
	want := strings.Join([]string{
		"x: peer accepted what it must refuse",
		`    sent  ping "0"`, `          ping "1"`, `          ping "2"`, `          ping "3"`,
		"          … and 1996 more (wstest explain x)",
		"    want  " + pongs(0), "          " + pongs(1), "          " + pongs(2), "          " + pongs(3),
		"          … and 1996 more (wstest explain x)",
		"    got   nothing; closed by us, close 1000",
		"    fault " + long, "          " + long, "          " + long, "          " + long,
		"          … and 1996 more",
	}, "\n")
	if diff := cmp.Diff(want, Judge(c, o).Explain(c, o)); diff != "" {
		t.Error(diff)
	}
}

func TestToTakeMoreThanIsReasonableIsToleratedOnly(t *testing.T) {
	c := echo
	c.Limit.Octets = 10
	for taken, want := range map[int64]Verdict{10: OK, 11: NonStrict} {
		o := observed(GotText("x"))
		o.Taken = taken
		if got := Judge(c, o); got.Verdict != want {
			t.Errorf("of 10 octets %d taken: %s (%s), want %s", taken, got.Verdict, got.Says, want)
		}
	}
	o := observed(GotText("y"))
	o.Taken = 11
	if got := Judge(c, o); got.Verdict != Failed {
		t.Errorf("a wrong answer besides: %s, want %s", got.Verdict, Failed)
	}
}
