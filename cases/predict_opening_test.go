package cases

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// disputedOpenings are the cases beyond the reference's, or their variants, of which the
// model says something else, and why.
var disputedOpenings = map[ID]string{
	"14.4.10": "2 to the power of 64 is a length, but who opens the WebSocket has not read it (RFC 9110 8.6)",
	"14.6.8":  "the case is about time: whether blanks in a name are refused is that of 14.6.6",
	"15.4.2":  "the case is about how often a client asks, not about this connection",
	"15.4.7":  "the case is about when a client asks again, not about this connection",
	"16.3.1":  "the case is about masks, and not about who ends the connection",
	"19.1.10": "a field that breaks the grammar may be looked past, as in 19.3.1; what counts here is that it offers nothing",
	"19.2.3":  "a field that breaks the grammar may be looked past, as in 19.3.1; what counts here is that it offers nothing",
	"19.2.4":  "a field that breaks the grammar may be looked past, as in 19.3.1; what counts here is that it offers nothing",
	"19.2.5":  "a field that breaks the grammar may be looked past, as in 19.3.1; what counts here is that it offers nothing",
	"19.3.5":  "the case is about time: whether the field is refused is that of 19.3.1",
	"19.3.3":  "to refuse what is escaped is no harm, though it means the same as if it were not",
	"19.3.4":  "to refuse an odd name is no harm, though it is one that a server has to decline",
	"21.1.5":  "how many fields a server takes is its own affair (RFC 9110 5.4)",
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
	stance, why := c.Stance()
	opened, known := asPredicted(c)
	opens, refuses := Judge(c, opened), Judge(c, asRefused(c))
	fails := func(r Result) bool { return r.Verdict == Failed || r.CloseVerdict == Failed }
	switch mayOpen, mayRefuse := stance == MustOpen || stance == MayEither, stance != MustOpen; {
	case mayOpen && known && fails(opens):
		return string(stance) + ": who opens the WebSocket fails: " + opens.Says + " " + opens.CloseSays
	case mayRefuse && fails(refuses):
		return string(stance) + ": who refuses fails: " + refuses.Says + " " + why
	case !mayOpen && opens.Verdict == OK:
		return string(stance) + ": who opens the WebSocket is OK: " + why
	case !mayRefuse && known && opened.Closing.ClosedByMe && refuses.Verdict == OK: // but for scripts that end it
		return string(stance) + ": who refuses is OK"
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
		{"a target without a host", Case{Role: Server, Opening: &Opening{Line: Of("GET http:/// HTTP/1.1")}}, MustRefuse, "no host"},
		{"a target of another scheme", Case{Role: Server, Opening: &Opening{Line: Of("GET ws://{host}/ HTTP/1.1")}}, MayEither, "schemes"},
		{"a host in brackets", request(Set("Host", "[::1]:80")), MayEither, "Whom"},
		{"a key that decodes, with a blank behind", request(Set("Sec-WebSocket-Key", modelKey+" ")), MustOpen, ""},
		{"version 13 and text", request(Set("Sec-WebSocket-Version", "13"), Add("Sec-WebSocket-Version", "x")), MustRefuse, "several"},
		{"no content", request(Set("Content-Length", "0")), MustOpen, ""},
		{"one length twice", request(Set("Content-Length", "5"), Add("Content-Length", "5")), MayEither, "content"},
		{"octets behind", Case{Role: Server, Opening: &Opening{After: Of("x")}}, MayEither, "wait for the answer"},
		{"offers in two fields", Case{Role: Server, Deflate: offersAs("x", "permessage-deflate")}, MustOpen, ""},
		{"an offer in parts", Case{Role: Server, Deflate: joined(Of("x; a="), Of(`"b`), Of(`"`))}, MustOpen, ""},

		{"a response", response(), MustOpen, ""},
		{"a later version", Case{Role: Client, Opening: &Opening{Line: Of("HTTP/1.2 101 OK")}}, MayEither, "almost"},
		{"a reason with a control character", Case{Role: Client, Opening: &Opening{Line: Of("HTTP/1.1 101 \x01")}}, MayEither, "almost"},
		{"only interim responses", Case{Role: Client, Opening: &Opening{Line: Of("HTTP/1.1 103 Early Hints")}}, MustRefuse, "no other follows"},
		{"a fold", response(Insert("X: a\r\n b\r\n")), MustOpen, ""},
		{"an answer to what was offered", answer("{deflate}", Extension), MustOpen, ""},
		{"an answer to what may have been offered", answer("{deflate}"), MayEither, "depends"},
		{"an answer that bounds us, as offered", answer("{deflate}; client_max_window_bits=9", Extension, "client_max_window_bits"), MustOpen, ""},
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
		{"the answer says so", Client, answersAs([]string{"{deflate}"}), echoed, Ending{}},
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
