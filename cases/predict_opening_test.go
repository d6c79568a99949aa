package cases

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// disputedOpenings are the cases beyond the reference's, or their variants, of which the
// model says something else, and why.
var disputedOpenings = map[ID]string{
	"14.4.10": "2 to the power of 64 is a length, but who opens the WebSocket has not read it (RFC 9110 8.6)",
	"14.1.15": "a server may end TCP after its first answer, but the second request is a good one",
}

// informsOnly are the cases in which who does what the model forbids has not failed, since
// they are about something else.
var informsOnly = map[ID]string{
	"14.4.16": "whether drafts are spoken is a server's own affair",
	"14.7.2":  "it is about what refusals say",
	"14.7.3":  "it is about whether refusals are whole",
	"14.7.4":  "it is about whether refusals are answers",
	"15.4.1":  "whether a client follows is its own affair",
	"21.4.4":  "it is about whether a server survives",
}

// asPredicted is what is observed of a peer that opens the WebSocket and then does what
// the model says.
func asPredicted(c Case) (o Observation, known bool) {
	open := Case{Role: c.Role, Script: c.Script}
	if c.agreeing() == surely {
		open.Deflate = bare(Agreed{})
	}
	accept, ending := open.Predict()
	code := ending.CloseCodes()[0]
	o = Observation{
		Server: c.Role == Client, Opened: true, Events: accept[0].Events, Deflate: &DeflateParams{}, Response: preferred(c.Opening),
		Closing: Closing{ClosedByMe: !ending.Peer, WasClean: true, RemoteCode: &code},
	}
	return o, ending.Grade == ""
}

// asRefused is what is observed of a peer that opens no WebSocket.
func asRefused(c Case) Observation {
	o := Observation{Server: c.Role == Client, Closing: Closing{NotCleanReason: ReasonPeerDropped}}
	if o.Server { // to us it is open when we have answered
		o.Opened = true
	} else {
		o.Response, o.Then = "HTTP/1.1 400 Bad Request\r\nSec-WebSocket-Version: 13\r\n\r\n", Dropped
	}
	return o
}

// preferred is the head of a 101 with what the first of the answers that open the
// WebSocket has.
func preferred(o *Opening) string {
	head := "HTTP/1.1 101 Switching Protocols\r\n"
	if o != nil {
		for _, a := range o.Answers {
			if slices.Contains(a.Status, "101") {
				for _, field := range a.With {
					name, value, _ := strings.Cut(field, ":")
					head += name + ": " + value + "\r\n"
				}
				break
			}
		}
	}
	return head + "\r\n"
}

// wrong says what is wrong with the verdicts of part, if the model is right; "" if nothing.
func (c Case) wrong() string {
	of, _ := c.ID.Part()
	stance, why := c.Stance()
	opened, known := asPredicted(c)
	opens, refuses := Judge(c, opened), Judge(c, asRefused(c))
	fails := func(r Result) bool { return r.Verdict == Failed || r.CloseVerdict == Failed }
	judged := opens.Verdict != refuses.Verdict && c.Role != "" && informsOnly[of] == ""
	switch mayOpen, mayRefuse := stance != NoWebSocket && stance != MustRefuse, stance != MustOpen; {
	case mayOpen && known && fails(opens):
		return string(stance) + ": who opens the WebSocket fails: " + opens.Says + " " + opens.CloseSays
	case mayRefuse && fails(refuses):
		return string(stance) + ": who refuses fails: " + refuses.Says + " " + why
	case !mayOpen && judged && opens.Verdict != Failed:
		return string(stance) + ": who opens the WebSocket is " + string(opens.Verdict) + ": " + why
	case !mayRefuse && judged && known && opened.Closing.ClosedByMe && refuses.Verdict != Failed && refuses.Verdict != Unimplemented: // but for scripts that end it
		return string(stance) + ": who refuses is " + string(refuses.Verdict)
	}
	return ""
}

// Who does what the model says fails no case, and who does what it forbids has no OK. Of
// what has no end, of connections on which we only listen, and of what a client asks for it
// says nothing.
func TestPredictAgreesWithEveryCaseBeyondTheReferences(t *testing.T) {
	agreed := make(map[Stance]int)
	disputed := make(map[ID]bool)
	for _, chapter := range Extended {
		for _, c := range chapter.Cases {
			for _, part := range c.Parts() {
				stance, why := part.Stance()
				if part.Passive || why == headless || part.Opening != nil && part.Opening.Cut != 0 || part.Opening.Visiting().Asks != nil {
					continue
				}
				wrong := part.wrong()
				disputed[c.ID] = disputed[c.ID] || wrong != ""
				if wrong == "" {
					agreed[stance]++
				} else if disputedOpenings[c.ID] == "" {
					t.Errorf("%s (%s): %s", part.ID, part.Description, wrong)
				}
			}
		}
	}
	for id, why := range disputedOpenings {
		if !disputed[id] {
			t.Errorf("%s agrees, but is listed as disputed: %s", id, why)
		}
	}
	for _, stance := range stances {
		if agreed[stance] == 0 {
			t.Errorf("no case agrees that %q", stance)
		}
	}
	t.Logf("agreed: %v", agreed)
}

// What the catalogue does not have, and what decides.
func TestStanceSaysWhatDecides(t *testing.T) {
	request := func(edits ...Edit) Case { return Case{Role: Server, Opening: &Opening{Edits: edits}} }
	response := func(edits ...Edit) Case { return Case{Role: Client, Opening: &Opening{Edits: edits}} }
	answer := func(value string, wants ...string) Case {
		return Case{Role: Client, Deflate: &Deflate{Header: []Payload{Of(value)}, Wants: wants}}
	}
	for _, tt := range []struct {
		name   string
		c      Case
		stance Stance
		why    string // a part of it
	}{
		{"nothing special", request(), MustOpen, ""},
		{"of no role", Case{Opening: &Opening{Edits: []Edit{Remove("Host")}}}, MustOpen, ""},
		{"the strictest counts", request(Set("Expect", "x"), Remove("Upgrade"), Remove("Host")), MustRefuse, "Host"},
		{"the first of what is as strict counts", request(Remove("Upgrade"), Remove("Connection")), NoWebSocket, "Upgrade does not"},
		{"HTTP/0.9", Case{Role: Server, Opening: &Opening{Line: Of("GET / HTTP/0.9")}}, NoWebSocket, "HTTP/1.0"},
		{"a target without a host", Case{Role: Server, Opening: &Opening{Line: Of("GET http:/// HTTP/1.1")}}, ShouldRefuse, "no host"},
		{"a target of another scheme", Case{Role: Server, Opening: &Opening{Line: Of("GET ws://{host}/ HTTP/1.1")}}, MayEither, "schemes"},
		{"a host in brackets", request(Set("Host", "[::1]:80")), MayEither, "Whom"},
		{"a key that decodes, with a blank behind", request(Set("Sec-WebSocket-Key", modelKey+" ")), MustOpen, ""},
		{"version 13 and text", request(Set("Sec-WebSocket-Version", "13"), Add("Sec-WebSocket-Version", "x")), ShouldRefuse, "several"},
		{"no content", request(Set("Content-Length", "0")), MustOpen, ""},
		{"one length twice", request(Set("Content-Length", "5"), Add("Content-Length", "5")), MayEither, "content"},
		{"octets behind", Case{Role: Server, Opening: &Opening{After: Of("x")}}, MayEither, "wait for the answer"},
		{"offers in two fields", Case{Role: Server, Deflate: offersAs("x", "permessage-deflate")}, ShouldOpen, "odd"},
		{"an offer in parts", Case{Role: Server, Deflate: joined(Of("x; a="), Of(`"b`), Of(`"`))}, ShouldOpen, "odd"},

		// A request for no WebSocket needs none of its fields.
		{"an ordinary request", request(Remove("Upgrade"), Remove("Connection"), Remove("Sec-WebSocket-Key"), Remove("Sec-WebSocket-Version")), NoWebSocket, "Upgrade does not"},
		{"one without a Host", request(Remove("Upgrade"), Remove("Host")), MustRefuse, "Host"},
		{"HTTP/1.0 without a Host", Case{Role: Server, Opening: &Opening{Line: Of("GET {path} HTTP/1.0"), Edits: []Edit{Remove("Host")}}}, NoWebSocket, "HTTP/1.0"},
		{"OPTIONS of everything", Case{Role: Server, Opening: &Opening{Line: Of("OPTIONS * HTTP/1.1")}}, NoWebSocket, "not GET"},

		// What a file has itself is not taken for the peer's own.
		{"a path", Case{Role: Server, Opening: &Opening{Line: Of("GET / HTTP/1.1")}}, MayEither, "resource"},
		{"the path", Case{Role: Server, Opening: &Opening{Line: Of("GET {path} HTTP/1.1")}}, MustOpen, ""},
		{"the path and a query", Case{Role: Server, Opening: &Opening{Line: Of("GET {path}?a HTTP/1.1")}}, MayEither, "resource"},
		{"a host", request(Set("Host", "127.0.0.1:9001")), MayEither, "Whom"},
		{"the host in the target", Case{Role: Server, Opening: &Opening{Line: Of("GET http://{host}{path} HTTP/1.1")}}, MustOpen, ""},
		{"another host in the target", Case{Role: Server, Opening: &Opening{Line: Of("GET http://evil.example{path} HTTP/1.1")}}, MayEither, "Whom"},
		{"the key in a head of octets", Case{Role: Server, Opening: &Opening{Key: "AA==", Octets: Of("GET {path} HTTP/1.1\r\nHost: {host}\r\n" +
			"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n")}}, MustRefuse, "16 octets"},

		{"a letter that folds into one of ASCII", request(Set("Upgrade", "web\u017focket")), NoWebSocket, "websocket"},
		{"bits of a key that mean nothing", Case{Role: Server, Opening: &Opening{Key: "AQIDBAUGBwgJCgsMDQ4PEC=="}}, ShouldOpen, "Bits"},
		{"a key on two lines", request(Set("Sec-WebSocket-Key", "\r\n "+modelKey)), MayEither, "two lines"},
		{"empty lines before", Case{Role: Server, Opening: &Opening{Before: Of("\r\n\n\r\n")}}, ShouldOpen, "empty line"},
		{"a cut that depends on us", Case{Role: Server, Opening: &Opening{Cut: 170}}, MayEither, "How much"},
		{"pauses that add up", Case{Role: Server, Opening: &Opening{Pauses: []Pause{{1, Wait{For: Second / 2}}, {2, Wait{For: Second / 2}}}}}, MayEither, "How long"},
		{"a request before", Case{Role: Server, Opening: &Opening{Prior: Of("GET / HTTP/1.1\r\n\r\n")}}, MayEither, "another request"},
		{"one length as a list", request(Set("Content-Length", "5, 5")), MayEither, "content"},
		{"no content, twice", request(Set("Content-Length", "0"), Add("Content-Length", "0")), MayEither, "several times"},
		{"versions 13 and 1", request(Add("Sec-WebSocket-Version", "1")), ShouldRefuse, "several"},
		{"a subprotocol nobody knows", request(Set(protocolField, "x")), MayEither, "insists"},
		{"an extension set by an edit", request(Set(extensionField, "permessage-deflate")), MustOpen, ""},
		{"the word of answers, in a request", Case{Role: Server, Deflate: offersAs("{deflate}")}, ShouldRefuse, "grammar"},
		{"more empty elements than anybody counts", request(Set("Connection", ",,,,,,,,,,Upgrade")), MayEither, "How many"},

		{"a response", response(), MustOpen, ""},
		{"octets behind it", Case{Role: Client, Opening: &Opening{After: Of("\x81\x01x")}}, MayEither, "frames"},
		{"an extension by an edit", response(Add(extensionField, "x-foo")), MustRefuse, "not offered"},
		{"permessage-deflate by an edit", response(Add(extensionField, "permessage-deflate")), MayEither, "depends"},
		{"a status that is none", Case{Role: Client, Opening: &Opening{Before: Of("HTTP/1.1 10x Y\r\n\r\n")}}, MustRefuse, "status line"},
		{"a subprotocol for who offers some", Case{Role: Client, Opening: &Opening{Wants: []string{protocolField}, Edits: []Edit{Set(protocolField, "{protocol}")}}}, MustOpen, ""},
		{"another one", Case{Role: Client, Opening: &Opening{Wants: []string{protocolField}, Edits: []Edit{Set(protocolField, "chat")}}}, MayEither, "depends"},
		{"a subprotocol for who offers none", Case{Role: Client, Opening: &Opening{Wants: []string{"no " + protocolField}, Edits: []Edit{Set(protocolField, "chat")}}}, MustRefuse, "subprotocol"},
		{"the shortest answer to a wish", answer("{deflate}", Extension, "server_no_context_takeover"), ShouldOpen, "insists"},
		{"an answer that says nothing of a window", answer("permessage-deflate", Extension, "server_max_window_bits"), MustRefuse, "more than"},
		{"an answer whose window may be too large", answer("{deflate}; server_max_window_bits=12", Extension, "server_max_window_bits"), ShouldOpen, "insists"},
		{"an answer by hand, whose window may be too large", answer("permessage-deflate; server_max_window_bits=12", Extension, "server_max_window_bits"), MayEither, "depends"},
		{"an answer in other letters", answer("Permessage-Deflate", Extension), MayEither, "letters"},
		{"a later version", Case{Role: Client, Opening: &Opening{Line: Of("HTTP/1.2 101 OK")}}, MayEither, "almost"},
		{"a reason with a control character", Case{Role: Client, Opening: &Opening{Line: Of("HTTP/1.1 101 \x01")}}, MayEither, "almost"},
		{"only interim responses", Case{Role: Client, Opening: &Opening{Line: Of("HTTP/1.1 103 Early Hints")}}, MustRefuse, "no other follows"},
		{"a fold", response(Insert("X: a\r\n b\r\n")), ShouldOpen, "two lines"},
		{"an answer to what was offered", answer("{deflate}", Extension), ShouldOpen, "insists"},
		{"an answer to what may have been offered", answer("{deflate}"), MayEither, "depends"},
		{"an answer that bounds us, as offered", answer("{deflate}; client_max_window_bits=9", Extension, "client_max_window_bits"), ShouldOpen, "insists"},
		{"an answer that bounds us to 8 bits", answer("{deflate}; client_max_window_bits=8", Extension, "client_max_window_bits"), MayEither, "depends"},
		{"an answer that is empty", answer("", Extension), MustRefuse, "grammar"},
	} {
		stance, why := tt.c.Stance()
		if stance != tt.stance || !strings.Contains(why, tt.why) || (why == "") != (tt.why == "") {
			t.Errorf("%s: %s, %q; want %s, %q", tt.name, stance, why, tt.stance, tt.why)
		}
	}
}

// What permessage-deflate is worth in the model decides what a message with RSV1 brings about.
func TestPredictKnowsWhatIsNegotiated(t *testing.T) {
	echoed, failed := Exactly(GotText("Hello")), Exactly()
	for _, tt := range []struct {
		name    string
		role    Role
		deflate *Deflate
		accept  []Outcome
		ending  Ending
	}{
		{"it is not", Server, nil, failed, FailedByPeer(CodeProtocolError)},
		{"it is, or the case is not played", Server, bare(Agreed{}), echoed, Ending{}},
		{"it may be", Server, offersAs("permessage-deflate"), failed, Ending{Grade: Informational}},
		{"in other letters it may be", Server, offersAs("Permessage-Deflate"), failed, Ending{Grade: Informational}},
		{"nothing valid is offered", Server, offersAs("permessage-deflate; foo", "x"), failed, FailedByPeer(CodeProtocolError)},
		{"something valid is", Server, &Deflate{Header: []Payload{Of("permessage-deflate; foo, permessage-deflate")}}, echoed, Ending{}},
		{"the answer says so", Client, answersAs([]string{"{deflate}"}), append([]Outcome{{Verdict: NonStrict, Ending: &endedByPeer, Says: refusedIt}}, echoed...), Ending{}},
		{"the answer says nothing", Client, &Deflate{Optional: true, Wants: []string{Extension}}, failed, FailedByPeer(CodeProtocolError)},
		{"the answer is wrong", Client, answersAs([]string{"{deflate}, {deflate}"}), failed, clientRefuses(Case{}).Ending},
	} {
		accept, ending := Case{Role: tt.role, Deflate: tt.deflate, Script: Script{packed(OpText, helloFixed)}}.Predict()
		if diff := cmp.Diff(prediction{tt.accept, tt.ending}, prediction{accept, ending}, samePrediction); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Who says what a server may answer has the rest predicted for a WebSocket that is open.
func TestPredictTakesTheAnswersOfACaseForGranted(t *testing.T) {
	c := Case{Role: Server, Script: Script{Text("x")}, Opening: &Opening{Edits: []Edit{Remove("Host")}}}
	if accept, _ := c.Predict(); len(accept[0].Events) > 0 {
		t.Errorf("without answers: %v", accept)
	}
	c.Opening.Answers = shouldRefuse
	if accept, _ := c.Predict(); cmp.Diff(Exactly(GotText("x")), accept) != "" {
		t.Errorf("with answers that open it: %v", accept)
	}
	c.Opening.Answers = mustRefuse
	if accept, _ := c.Predict(); len(accept[0].Events) > 0 {
		t.Errorf("with answers that do not: %v", accept)
	}
}

// What waits for more of a request, or of a response, does no wrong.
func TestPredictForgivesWhoWaitsForTheEnd(t *testing.T) {
	for name, o := range map[string]Opening{
		"a head without an end": {Cut: -2}, "a head cut somewhere": {Cut: 100}, "LF": {Style: Style{End: "\n"}},
		"content that does not come": {Edits: []Edit{Set("Content-Length", "5")}}, "chunks that do not come": {Edits: []Edit{Set("Transfer-Encoding", "chunked")}},
	} {
		answered := Case{Role: Server, Opening: &o}.PredictOpening()
		waits := Observation{Closing: Closing{OpeningTimeout: true}}
		if got := Judge(Case{Role: Server, Opening: answered, Accept: Silence}, waits); got.Verdict != Informational {
			t.Errorf("%s: who waits is %s (%s)", name, got.Verdict, got.Says)
		}
	}
	for _, line := range []string{"HTTP/1.1 100 Continue", "HTTP/1.1 200 OK"} {
		c := Case{ID: "x", Role: Client, Opening: &Opening{Line: Of(line)}}
		c.Accept, c.Ending = c.Predict()
		waits := Observation{Server: true, Opened: true, Closing: Closing{ClosedByMe: true, FailedByMe: true, DroppedByMe: true}}
		leaves := Observation{Server: true, Opened: true, Closing: Closing{NotCleanReason: ReasonPeerDropped}}
		opens := Observation{Server: true, Opened: true, Events: Events{GotText("x")}, Closing: Closing{ClosedByMe: true, WasClean: true}}
		got := []Verdict{Judge(c, waits).Verdict, Judge(c, leaves).Verdict, Judge(c, opens).Verdict}
		if diff := cmp.Diff([]Verdict{Informational, OK, Failed}, got); diff != "" {
			t.Errorf("%s: a client that waits, leaves and speaks (-want +got):\n%s", line, diff)
		}
	}
}

// Octets behind the head may be frames, or in the way of those that follow.
func TestPredictSaysNothingOfFramesBehindOtherOctets(t *testing.T) {
	for _, c := range []Case{
		{Role: Client, Opening: &Opening{After: Of("\x81\x01x")}}, {Role: Server, Opening: &Opening{After: Of("x")}}, {Role: Server, Opening: &Opening{Early: true}},
	} {
		c.Script = Script{Text("x")}
		if _, ending := c.Predict(); ending.Grade != Informational {
			t.Errorf("%s, %+v: %v", c.Role, c.Opening, ending)
		}
	}
}

func TestAClientThatHasToRefuseHasTimeForIt(t *testing.T) {
	refused, open := Case{Role: Client, Opening: &Opening{Edits: []Edit{Remove("Upgrade")}}}, Case{Role: Client}
	own := refused
	own.Limit = CloseAfter(Second)
	for want, c := range map[Limit]Case{FailAfter(5 * Second): refused, {}: open, CloseAfter(Second): own} {
		if got := c.PredictLimit(); got != want {
			t.Errorf("%+v: %v, want %v", c, got, want)
		}
	}
}

// What would take long to read is not read.
func TestTheModelReadsInBoundedTime(t *testing.T) {
	folds := Case{Role: Server, Opening: &Opening{Edits: []Edit{Insert("X: a\r\n"), {Insert: Repeat(" b\r\n", 3<<20)}}}}
	if stance, _ := folds.Stance(); stance != MayEither {
		t.Errorf("a field on a million lines: %s", stance)
	}
	for _, f := range []Frame{
		{Opcode: OpText, RSV: 4, Payload: Payload{Hex: "03 00", Len: 1 << 20}},
		{Opcode: OpText, RSV: 4, Payload: Payload{Hex: "03 00", Len: 4 << 20}},
		{Opcode: OpText, RSV: 4, Payload: Of(string(bytes.Repeat([]byte("ab"), 8)) + strings.Repeat("x", 64))},
	} {
		c := Case{Role: Server, Deflate: bare(Agreed{}), Script: Script{f}}
		if _, ending := c.Predict(); f.Payload.Len > 0 && ending.Grade != Informational {
			t.Errorf("a message of %d empty blocks: %v", f.Payload.Len/2, ending)
		}
	}
}

func TestPredictToleratesAClientThatRefusesWhatItShouldTake(t *testing.T) {
	c := Case{ID: "x", Role: Client, Opening: &Opening{Before: Of("HTTP/1.1 103 Early Hints\r\n\r\n")}, Script: Script{Text("x")}}
	c.Accept, c.Ending = c.Predict()
	leaves := Observation{Server: true, Opened: true, Closing: Closing{NotCleanReason: ReasonPeerDropped}}
	if got := Judge(c, leaves); got.Verdict != NonStrict {
		t.Errorf("who refuses is %s (%s)", got.Verdict, got.Says)
	}
	if got := Judge(c, observed(GotText("x"))); got.Verdict != OK {
		t.Errorf("who opens it is %s (%s)", got.Verdict, got.Says)
	}
}
