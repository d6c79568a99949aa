package cases

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// disputed are the cases of which Predict says something else, and why.
var disputed = map[ID]string{
	"2.7":   "the reference does not make a wrong close code fatal outside chapter 7",
	"2.8":   "the reference does not make a wrong close code fatal outside chapter 7",
	"7.1.1": "a wrong close code is fatal in all of 7.1, even where the script does not close",
	"7.1.6": "the reference drops the long message from its expectation, and grades nothing",
	"7.5.1": "the reference does not make a wrong close code fatal in 7.5",
}

// samePrediction compares what Predict is about: not the comments, and not
// NoAutoClose, which is bookkeeping without effect on a verdict.
var samePrediction = cmp.Options{
	sameFacts,
	cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Says" || p.Last().String() == ".NoAutoClose" }, cmp.Ignore()),
	cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Codes" },
		cmp.Transformer("once", func(codes []uint16) []uint16 {
			var once []uint16
			for _, code := range (Ending{Codes: codes}).CloseCodes() {
				if !slices.Contains(once, code) {
					once = append(once, code)
				}
			}
			return once
		})),
}

// A prediction is what Predict returns.
type prediction struct {
	Accept []Outcome
	Ending Ending
}

// predict is Predict with one result.
func predict(s Script) prediction {
	accept, ending := Predict(s)
	return prediction{accept, ending}
}

// lenient reports whether o is satisfied by what no conforming peer does: a message
// of other octets than were sent.
func lenient(o Outcome) bool {
	return slices.ContainsFunc(o.Events, func(e Event) bool {
		g, ok := e.(Got)
		return ok && g.Payload.Any
	})
}

func TestPredictAgreesWithEveryCase(t *testing.T) {
	if testing.Short() {
		t.Skip("with -short, which is for the race detector: one goroutine, and much to compute")
	}
	leniently := 0
	for _, c := range Catalogue {
		// To be lenient is the reference's choice, which no RFC lets us predict.
		accept := slices.DeleteFunc(slices.Clone(c.Accept), lenient)
		leniently += len(c.Accept) - len(accept)
		diff := cmp.Diff(prediction{accept, c.Ending}, predict(c.Script), samePrediction)
		switch why, ok := disputed[c.ID]; {
		case diff != "" && !ok:
			t.Errorf("%s (-case +predicted):\n%s", c.ID, diff)
		case diff == "" && ok:
			t.Errorf("%s agrees, but is listed as disputed: %s", c.ID, why)
		}
	}
	if want := 42; leniently != want { // 9.1 to 9.6
		t.Errorf("%d outcomes are lenient, want %d", leniently, want)
	}
	for id := range disputed {
		if Number(id) == 0 {
			t.Errorf("%s is listed as disputed, but not in the catalogue", id)
		}
	}
}

func TestPredictBeyondTheCatalogue(t *testing.T) {
	var (
		refused       = FailedByPeer(CodeProtocolError)
		invalid       = FailedByPeer(CodeInvalidPayload).OrFail(WrongSide)
		informational = Ending{Grade: Informational}
		late          = FailedByPeer(CodeInvalidPayload, CodeProtocolError).OrFail(WrongSide)
	)
	ok := func(events ...Event) Outcome { return Outcome{Verdict: OK, Events: events} }
	tolerated := func(events ...Event) Outcome { return Outcome{Verdict: NonStrict, Events: events} }
	lookedAway := func(then Ending, events ...Event) Outcome {
		return Outcome{Verdict: NonStrict, Events: events, Ending: &then}
	}
	bits := func(f Frame, n int) Frame { f.Length.Bits = n; return f }
	yes := true

	for _, c := range []struct {
		name   string
		script Script
		accept []Outcome
		ending Ending
	}{
		{"nothing", nil, []Outcome{ok()}, Ending{}},

		// Length of the length (RFC 6455 5.2).
		{"length in 16 bits where 7 do", Script{bits(Text("x"), 16)}, []Outcome{ok(), lookedAway(Ending{}, GotText("x"))}, refused},
		{"length in 64 bits where 16 do", Script{bits(Frame{Opcode: OpBinary, Payload: Repeat("x", 65535)}, 64)},
			[]Outcome{ok(), lookedAway(Ending{}, Got{OpBinary, Repeat("x", 65535)})}, refused},
		{"length in 16 bits, then a reserved opcode", Script{bits(Text("x"), 16), Opcode(3, "")},
			[]Outcome{ok(), lookedAway(refused, GotText("x")), lookedAway(refused)}, refused},
		{"length in 64 bits where it takes them", Script{bits(Frame{Opcode: OpBinary, Payload: Repeat("x", 65536)}, 64)},
			[]Outcome{ok(Got{OpBinary, Repeat("x", 65536)})}, Ending{}},
		{"length in 7 bits", Script{bits(Text("x"), 7)}, []Outcome{ok(GotText("x"))}, Ending{}},
		{"ping with its length in 16 bits", Script{bits(Ping("x"), 16)}, []Outcome{ok(), lookedAway(Ending{}, GotPong("x"))}, refused},
		{"length with the top bit set", Script{Text("x").Claim(1 << 63)}, []Outcome{ok()}, FailedByPeer(CodeProtocolError, CodeTooBig)},
		{"ping that announces too much", Script{Ping("x").Claim(126)}, []Outcome{ok()}, refused},
		{"length that is claimed and true", Script{Text("x").Claim(1)}, []Outcome{ok(GotText("x"))}, Ending{}},

		// What depends on the role, or on what follows.
		{"length that lies", Script{Text("x").Claim(2)}, []Outcome{ok()}, informational},
		{"mask bit clear", Script{Text("x").Unmasked()}, []Outcome{ok()}, informational},
		{"mask bit set", Script{Frame{Opcode: OpText, Mask: Mask{Bit: &yes}}}, []Outcome{ok()}, informational},
		{"key announced, payload plain", Script{Frame{Opcode: OpText, Mask: Mask{Raw: true}}}, []Outcome{ok()}, informational},
		{"key given", Script{Frame{Opcode: OpText, Mask: Mask{Key: "00000000"}}}, []Outcome{ok(GotText(""))}, Ending{}},
		{"raw octets", Script{Ping("x"), Raw{Octets: Of("\x81")}}, []Outcome{ok(GotPong("x"))}, informational},
		{"TCP dropped", Script{Drop{}}, []Outcome{ok()}, informational},
		{"split frame whose length lies", Script{Split{Frame: Text("x").Claim(2)}}, []Outcome{ok()}, informational},

		// Echoes.
		{"echo", Script{Echo{Count: 3, Message: Message{Payload: Of("x")}}}, []Outcome{ok(Echoed{3})}, Ending{}},
		{"echo in fragments", Script{Echo{Count: 2, Message: Message{Payload: Of("xyz"), Fragment: 2}}}, []Outcome{ok(Echoed{2})}, Ending{}},
		{"echo of text that is none", Script{Echo{Count: 2, Message: Message{Payload: Of("\xff")}}}, []Outcome{ok()}, invalid},
		{"echo of a corpus", Script{Echo{Count: 2, Message: Message{Payload: Corpus("html", 100), Fragment: 7}}}, []Outcome{ok(Echoed{2})}, Ending{}},
		{"echo inside a message", Script{Text("x").More(), Echo{Count: 1}}, []Outcome{ok()}, refused},
		{"echo is not taken back by what follows", Script{Echo{Count: 2}, Ping("x"), Opcode(3, "")},
			[]Outcome{ok(Echoed{2}, GotPong("x")), tolerated(Echoed{2})}, refused},

		// A close frame that leaves the state of our side alone.
		{"close as a frame", Script{Opcode(OpClose, "")}, []Outcome{ok()}, Ending{Peer: true}},
		{"close as a frame, with a code", Script{Frame{Opcode: OpClose, Payload: Close(3000, "")}}, []Outcome{ok()},
			Ending{Peer: true, Codes: []uint16{1000, 3000}}},
		{"close as a frame, behind a ping", Script{Ping("x"), Opcode(OpClose, "")},
			[]Outcome{ok(GotPong("x")), tolerated()}, Ending{Peer: true}},
		{"close as a frame of one octet", Script{Opcode(OpClose, "x")}, []Outcome{ok()}, refused},
		{"close as a frame, in fragments", Script{Opcode(OpClose, "").More()}, []Outcome{ok()}, refused},
		{"close as a frame of 126 octets", Script{Frame{Opcode: OpClose, Payload: Repeat("\x03\xe8", 126)}}, []Outcome{ok()}, refused},

		// Closing handshakes.
		{"close behind a ping and a text", Script{Ping("x"), Text("y"), SendClose{}},
			[]Outcome{ok(GotPong("x"), GotText("y")), tolerated(GotPong("x")), tolerated()}, Ending{}.OrFail(WrongCode)},
		{"close behind a mark", Script{Ping("x"), Wait{Mark: "A"}, SendClose{}},
			[]Outcome{ok(GotPong("x"), Mark{"A"})}, Ending{}.OrFail(WrongCode)},
		{"code 1012", Script{SendClose{Close(1012, "")}}, []Outcome{ok()},
			Ending{Codes: []uint16{1000, 1012, 1002}, MayDrop: true}.OrFail(WrongCode)},
		{"code 1014", Script{SendClose{Close(1014, "")}}, []Outcome{ok()},
			Ending{Codes: []uint16{1000, 1014, 1002}, MayDrop: true}.OrFail(WrongCode)},
		{"code 1015", Script{SendClose{Close(1015, "")}}, []Outcome{ok()},
			Ending{Codes: []uint16{1002}, MayDrop: true}.OrFail(WrongCode)},
		{"reason that is not UTF-8", Script{SendClose{Close(1000, "\xff")}}, []Outcome{ok()},
			Ending{Codes: []uint16{1002, 1007}, MayDrop: true}.OrFail(WrongCode)},

		// Frames in parts.
		{"ping in parts", Script{Split{Frame: Ping("xy"), Pauses: []Pause{{1, Wait{Mark: "A"}}}}}, []Outcome{ok(Mark{"A"}, GotPong("xy"))}, Ending{}},
		{"text in parts, a character parted", Script{Split{Frame: Text("\xc2\x80"), Pauses: []Pause{{1, Wait{Mark: "A"}}}}},
			[]Outcome{ok(Mark{"A"}, GotText("\xc2\x80"))}, Ending{}},
		{"long text in parts, its length in 16 bits", Script{Split{Frame: bits(Frame{Opcode: OpText, Payload: Repeat("x", 200)}, 16), Pauses: []Pause{{10, Wait{Mark: "A"}}}}},
			[]Outcome{ok(Mark{"A"}, Got{OpText, Repeat("x", 200)})}, Ending{}},
		{"ping with FIN clear, in parts", Script{Split{Frame: Ping("xy").More(), Pauses: []Pause{{0, Wait{Mark: "A"}}, {1, Wait{}}, {1, Wait{Mark: "B"}}}}},
			[]Outcome{ok(), tolerated(Mark{"A"}), tolerated(Mark{"A"}, Mark{"B"})}, refused},
		{"text with a reserved bit, in parts, behind a ping", Script{Ping("p"), Split{Frame: Text("xy").Reserved(1), Pauses: []Pause{{1, Wait{Mark: "A"}}}}},
			[]Outcome{ok(GotPong("p")), tolerated(), tolerated(GotPong("p"), Mark{"A"})}, refused},

		// Several answers before the connection is failed.
		{"two answers, then a reserved opcode", Script{Text("a"), Ping("b"), Opcode(3, "")},
			[]Outcome{ok(GotText("a"), GotPong("b")), tolerated(GotText("a")), tolerated()}, refused},
		{"answers before and after a mark", Script{Text("a"), Wait{Mark: "A"}, Ping("b"), Opcode(3, "")},
			[]Outcome{ok(GotText("a"), Mark{"A"}, GotPong("b")), tolerated(GotText("a"), Mark{"A"})}, refused},

		// Invalid text, found at once or when the message is complete.
		{"invalid text behind an echo", Script{Text("a"), Text("\xff")}, []Outcome{ok(GotText("a")), tolerated()}, invalid},
		{"invalid text and a mark after its end", Script{Text("\xff"), Wait{Mark: "A"}}, []Outcome{ok()}, invalid},
		{"invalid text, a ping inside the message", Script{Text("\xff").More(), Ping("p"), Continue("")},
			[]Outcome{ok(), tolerated(GotPong("p"))}, invalid},
		{"invalid text, then a violation inside the message", Script{Text("\xff").More(), Text("x")}, []Outcome{ok()}, late},
		{"invalid text, then an echo inside the message", Script{Text("\xff").More(), Echo{Count: 1}}, []Outcome{ok()}, late},
		{"invalid text, then a bad split inside the message", Script{Text("\xff").More(), Split{Frame: Text("x")}}, []Outcome{ok()}, late},
		{"invalid text, completed by a split", Script{Text("\xff").More(), Split{Frame: Continue("xy"), Pauses: []Pause{{1, Wait{Mark: "A"}}}}},
			[]Outcome{ok(), tolerated(Mark{"A"})}, invalid},
		{"invalid text, completed by a message", Script{Text("\xff").More(), Message{Payload: Of("x")}}, []Outcome{ok()}, late},
		{"invalid text that is never complete", Script{Text("\xff").More()}, []Outcome{ok()}, informational},
		{"invalid text, then a close", Script{Text("\xff").More(), SendClose{}}, []Outcome{ok()}, informational},
		{"invalid text, then a close as a frame", Script{Text("\xff").More(), Opcode(OpClose, "")}, []Outcome{ok()}, informational},
		{"invalid text, then a lie", Script{Text("\xff").More(), Continue("").Claim(1)}, []Outcome{ok()}, informational},
		{"binary is not validated", Script{Binary("\xff")}, []Outcome{ok(GotBinary("\xff"))}, Ending{}},
		{"text in an empty last fragment", Script{Message{Payload: Of("ab"), Fragment: 1}}, []Outcome{ok(GotText("ab"))}, Ending{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(prediction{c.accept, c.ending}, predict(c.script), samePrediction); diff != "" {
				t.Errorf("%v (-want +got):\n%s", c.script, diff)
			}
		})
	}
}

func TestMessageIsFragmentedAsTheReferenceDoesIt(t *testing.T) {
	for _, c := range []struct {
		message Message
		want    []Frame
	}{
		{Message{}, []Frame{Text("")}},
		{Message{Payload: Of("ab"), Fragment: 2}, []Frame{Text("ab")}},
		{Message{Payload: Of("abc"), Fragment: 2}, []Frame{Text("ab").More(), Continue("c")}},
		{Message{Payload: Of("abcd"), Fragment: 2, Binary: true}, []Frame{Binary("ab").More(), Continue("cd").More(), Continue("")}},
		{Message{Payload: Of("abc"), Fragment: 2, Wire: Wire{Chop: 1}}, []Frame{Text("ab").More().Chop(1), Continue("c").Chop(1)}},
	} {
		if diff := cmp.Diff(c.want, c.message.Frames()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.message, diff)
		}
	}
}

func TestPredictLeavesTheScriptAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("with -short, which is for the race detector: one goroutine, and much to compute")
	}
	for _, c := range sampled() {
		before := slices.Clone(c.Script)
		first := predict(c.Script)
		if diff := cmp.Diff(before, c.Script); diff != "" {
			t.Errorf("%s: script changed:\n%s", c.ID, diff)
		}
		if diff := cmp.Diff(first, predict(c.Script)); diff != "" {
			t.Errorf("%s: predicted otherwise the second time:\n%s", c.ID, diff)
		}
	}
}

func TestPredictKnowsWhoMasks(t *testing.T) {
	refused, silent := FailedByPeer(CodeProtocolError), Exactly()
	echoed := Exactly(GotText("x"))
	for _, c := range []struct {
		role   Role
		frame  Frame
		accept []Outcome
		ending Ending
	}{
		{Server, Text("x").Unmasked(), silent, refused},
		{Server, Text("x").Masked("01020304"), echoed, Ending{}},
		{Client, Text("x").Masked(""), silent, refused},
		{Client, Text("x").Unmasked(), echoed, Ending{}},
		{"", Text("x").Masked(""), silent, Ending{Grade: Informational}},
	} {
		accept, ending := Case{Role: c.role, Script: Script{c.frame}}.Predict()
		if diff := cmp.Diff(prediction{c.accept, c.ending}, prediction{accept, ending}, samePrediction); diff != "" {
			t.Errorf("%s to a peer that is a %q:\n%s", c.frame, c.role, diff)
		}
	}
}
