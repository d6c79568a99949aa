package cases

import (
	"fmt"
	"slices"
	"strings"
)

// closeHandling is chapter 7: closing handshakes that the tester starts, and
// what may and may not be in its close frame.
var closeHandling = Chapter{
	Number: "7",
	Title:  "Closing handshake",
	First:  210,
	Sections: []Section{
		{"7.1", "What comes before and after the close frame"},
		{"7.3", "Length of the close frame"},
		{"7.5", "Reason that is not UTF-8"},
		{"7.7", "Close codes that may be sent"},
		{"7.9", "Close codes that must not be sent"},
		{"7.13", "Close codes the RFC says nothing of"},
	},
	Cases: slices.Concat(closeOrder, closeLengths, closeReason, codesAllowed, codesForbidden, codesUndefined),
}

// ourClose is the ending of a closing handshake that the script starts. A wrong
// code in the reply is all that can go wrong with the case.
var ourClose = Ending{NoAutoClose: true}.OrFail(WrongCode)

// ourBadClose is the ending after a close frame that breaks the rules: to
// answer that it does, or to drop TCP, are both right.
var ourBadClose = Ending{Codes: []uint16{CodeProtocolError}, MayDrop: true, NoAutoClose: true}.OrFail(WrongCode)

// closeNormal starts the closing handshake in the ordinary way.
var closeNormal = SendClose{Close(CodeNormal, "")}

const (
	// repliesToClose is what the RFC asks for after a good close frame.
	repliesToClose = "The peer MUST answer with a close frame, and the server drops TCP."

	// nothingAfterIt is what the RFC asks for when more follows the close frame.
	nothingAfterIt = "The peer answers the first close frame and sends nothing else: data MUST NOT follow a close frame."
)

// closeOrder is section 7.1.
var closeOrder = []Case{
	{
		ID:          "7.1.1",
		Description: "A text message; when it has come back, a close with code 1000.",
		Expectation: "The peer echoes the message, then MUST answer the close frame; the server drops TCP.",
		Spec:        []string{"RFC 6455 5.5.1", "RFC 6455 7.1.1"},
		Script:      Script{Text("Hello World!")},
		Accept:      Exactly(GotText("Hello World!")),
		Ending:      Ending{}.OrFail(WrongCode),
	},
	{
		ID:          "7.1.2",
		Description: "A close with code 1000, then a second close frame without a code.",
		Expectation: nothingAfterIt,
		Spec:        []string{"RFC 6455 5.5.1"},
		Script:      Script{closeNormal, Opcode(OpClose, "")},
		Accept:      Silence,
		Ending:      ourClose,
	},
	{
		ID:          "7.1.3",
		Description: "A close with code 1000, then a ping.",
		Expectation: "The peer answers the close frame and nothing else: a ping after it needs no pong.",
		Spec:        []string{"RFC 6455 5.5.1", "RFC 6455 5.5.2"},
		Script:      Script{closeNormal, Ping("")},
		Accept:      Silence,
		Ending:      ourClose,
	},
	{
		ID:          "7.1.4",
		Description: "A close with code 1000, then a text message.",
		Expectation: nothingAfterIt,
		Spec:        []string{"RFC 6455 5.5.1"},
		Script:      Script{closeNormal, Text("Hello World!")},
		Accept:      Silence,
		Ending:      ourClose,
	},
	{
		ID:          "7.1.5",
		Description: "The first of two fragments of a text message, a close with code 1000, then the other fragment.",
		Expectation: nothingAfterIt,
		Spec:        []string{"RFC 6455 5.4", "RFC 6455 5.5.1"},
		Script:      Script{Text("fragment1").More(), closeNormal, Continue("fragment2")},
		Accept:      Silence,
		Ending:      ourClose,
		Overrides: []Override{{
			Profile: RFC, Clause: "RFC 6455 5.5.1",
			Why:    "The reply typically has the code that it answers, but may have any that may be sent.",
			Ending: &Ending{NoAutoClose: true, AnyCode: true, Fatal: WrongCode},
		}},
	},
	{
		ID:          "7.1.6",
		Description: "A text message of 262144 octets, one of 12 octets, a close with code 1000 and a ping, back to back.",
		Expectation: "The peer answers the close frame. Whether the messages come back first is left open.",
		Spec:        []string{"RFC 6455 5.5.1"},
		Script: Script{
			Frame{Opcode: OpText, Payload: Repeat("BAsd7&jh23", 256<<10)},
			Text("Hello World!"),
			closeNormal,
			Ping(""),
		},
		Accept: []Outcome{
			{Verdict: OK, Events: Events{GotText("Hello World!")}, Says: "Of the two messages only the short one came back."},
			{Verdict: NonStrict, Says: "Neither message came back: the close frame was answered at once."},
		},
		Ending: Ending{NoAutoClose: true, Grade: Informational},
	},
}

// closeLengths is section 7.3: what follows the header of a close frame.
var closeLengths = func() (list []Case) {
	for i, row := range []struct {
		what, expectation string
		payload           Payload
		ending            Ending
	}{
		{"0 octets: neither code nor reason", repliesToClose, Payload{}, ourClose},
		{"1 octet: half a code", "If there is a body, it MUST begin with a code of two octets: the peer fails the connection.", Of("a"), ourBadClose},
		{"2 octets: code 1000 and no reason", repliesToClose, Close(CodeNormal, ""), ourClose},
		{"14 octets: code 1000 and a short reason", repliesToClose, Close(CodeNormal, "Hello World!"), ourClose},
		{"125 octets: code 1000 and the longest reason there can be", repliesToClose, Close(CodeNormal, strings.Repeat("*", 123)), ourClose},
		{"126 octets: code 1000 and a reason one octet too long", "Control frames MUST NOT be longer than 125 octets: the peer fails the connection.", Close(CodeNormal, strings.Repeat("*", 124)), ourBadClose},
	} {
		list = append(list, Case{
			ID:          nth("7.3", i),
			Description: fmt.Sprintf("A close frame of %s.", row.what),
			Expectation: row.expectation,
			Spec:        []string{"RFC 6455 5.5", "RFC 6455 5.5.1"},
			Script:      Script{SendClose{row.payload}},
			Accept:      Silence,
			Ending:      row.ending,
		})
	}
	return list
}()

// closeReason is section 7.5.
var closeReason = []Case{
	{
		ID:          "7.5.1",
		Description: "A close frame of 22 octets: code 1000 and a reason with ed a0 80 in it, the surrogate U+D800.",
		Expectation: "The reason MUST be UTF-8: the peer fails the connection.",
		Spec:        []string{"RFC 6455 5.5.1", "RFC 6455 8.1", "RFC 3629 3"},
		Script:      Script{SendClose{Close(CodeNormal, kosme+"\xed\xa0\x80edited")}},
		Accept:      Silence,
		Ending:      Ending{Codes: []uint16{CodeProtocolError, CodeInvalidPayload}, MayDrop: true, NoAutoClose: true},
	},
}

// codesAllowed is section 7.7. Peers answer with 1000 or echo the code.
var codesAllowed = overridden(closeCodes("7.7", repliesToClose,
	[]string{"RFC 6455 5.5.1", "RFC 6455 7.4.1", "RFC 6455 7.4.2"},
	func(code uint16) Ending {
		return Ending{Codes: []uint16{CodeNormal, code}}.OrFail(WrongCode)
	}, []codeName{
		{1000, "normal closure"},
		{1001, "going away"},
		{1002, "protocol error"},
		{1003, "unacceptable type of data"},
		{1007, "invalid payload data"},
		{1008, "policy violation"},
		{1009, "message too big"},
		{1010, "missing extension"},
		{1011, "unexpected condition"},
		{3000, "the first for libraries and frameworks"},
		{3999, "the last for libraries and frameworks"},
		{4000, "the first for private use"},
		{4999, "the last for private use"},
	}), "7.7.8", Override{
	Profile: RFC, ClientOnly: true, Clause: "RFC 6455 7.4.1",
	Why:    "A server does not use 1010, and nothing says what a client makes of it.",
	Accept: []Outcome{{Verdict: Informational, Says: "The client was sent a code that is for clients to send; how it closed is below."}},
	Ending: &Ending{Codes: []uint16{CodeNormal, 1010, CodeProtocolError}, MayDrop: true, Fatal: WrongCode},
})

// codesForbidden is section 7.9.
var codesForbidden = overridden(closeCodes("7.9", "This is no code that may be sent: the peer fails the connection.",
	[]string{"RFC 6455 7.4.1", "RFC 6455 7.4.2"},
	func(uint16) Ending {
		return Ending{Codes: []uint16{CodeProtocolError}, MayDrop: true}.OrFail(WrongCode)
	}, []codeName{
		{0, "the first of a range that is not used"},
		{999, "the last of a range that is not used"},
		{1004, "reserved"},
		{1005, "means that there was no code, and MUST NOT be sent"},
		{1006, "means that TCP was lost, and MUST NOT be sent"},
		{1016, "reserved and not defined"},
		{1100, "reserved and not defined"},
		{2000, "reserved and not defined"},
		{2999, "the last that is reserved and not defined"},
	}), "7.9.3", Override{
	Profile: RFC, Clause: "RFC 6455 7.4.1",
	Why:    "1004 is reserved for a meaning to come, and not among the codes that must not be sent: to refuse it and to take it are both right.",
	Accept: []Outcome{{Verdict: Informational, Says: "The peer was sent a code whose meaning is not defined; how it closed is below."}},
	Ending: &Ending{Codes: []uint16{CodeProtocolError, CodeNormal, 1004}, MayDrop: true, Fatal: WrongCode},
})

// codesUndefined is section 7.13.
var codesUndefined = closeCodes("7.13", "The RFC does not say what follows: to close with 1000, 1002 or this code, and to drop TCP, are all accepted.",
	[]string{"RFC 6455 7.4.2"},
	func(code uint16) Ending {
		return Ending{Codes: []uint16{CodeNormal, code, CodeProtocolError}, MayDrop: true, NoAutoClose: true, Grade: Informational}
	}, []codeName{
		{5000, "the first beyond all ranges"},
		{65535, "the last there is"},
	})

// A codeName is a close code and what it means.
type codeName struct {
	code uint16
	name string
}

// closeCodes is one case a code: a close frame with it and no reason.
func closeCodes(section, expectation string, spec []string, ending func(code uint16) Ending, codes []codeName) (list []Case) {
	for i, c := range codes {
		list = append(list, Case{
			ID:          nth(section, i),
			Description: fmt.Sprintf("A close with code %d: %s.", c.code, c.name),
			Expectation: expectation,
			Spec:        spec,
			Script:      Script{SendClose{Close(c.code, "")}},
			Accept:      Silence,
			Ending:      ending(c.code),
		})
	}
	return list
}
