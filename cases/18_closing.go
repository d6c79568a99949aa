package cases

import (
	"fmt"
	"slices"
	"strings"
)

// closingAndTCP is chapter 18: what the reference leaves out of close frames, and how
// the closing handshake and TCP go together.
var closingAndTCP = Chapter{
	Number: "18",
	Title:  "Closing and the end of TCP",
	Sections: []Section{
		{"18.1", "Close codes"},
		{"18.2", "Close reasons"},
		{"18.3", "Closing handshake and TCP"},
	},
	Cases: slices.Concat(furtherCodes, closeReasons, closingTCP),
}

// furtherCodes is section 18.1.
var furtherCodes = []Case{
	{
		ID:           "18.1.1",
		Description:  "Close frames with codes that were registered after the RFC.",
		Expectation:  "They are registered: the peer answers the close frame. To know the codes of 2011 only, and to refuse them with 1002, is tolerated.",
		Spec:         []string{"RFC 6455 5.5.1", "RFC 6455 11.7"},
		Requirements: []string{"RFC6455-11.7-a", "RFC6455-5.5.1-e"},
		Variants: withCodes(func(code uint16) Ending {
			return Ending{Codes: []uint16{CodeNormal, code}, AnyCode: true, Tolerates: []uint16{CodeProtocolError}, NoAutoClose: true}
		}, 1012, 1013, 1014),
		Accept: Silence,
	},
	{
		ID:           "18.1.2",
		Description:  "A close frame with code 1015, which stands for a failed TLS handshake.",
		Expectation:  "The code MUST NOT be sent: the peer fails the connection with 1002 or by dropping TCP. To answer with another code that may be sent is tolerated, to send this one back, or to stay, is not.",
		Spec:         []string{"RFC 6455 7.4.1"},
		Requirements: []string{"RFC6455-7.4.1-d"},
		Script:       Script{SendClose{Close(1015, "")}},
		Accept:       Silence,
		Ending:       refusedClose(CodeProtocolError),
		Checks:       []Check{CheckCloseBody},
	},
	{
		ID:           "18.1.3",
		Description:  "Close frames with codes that mean nothing.",
		Expectation:  "The codes are not used or not defined: the peer fails the connection with 1002 or by dropping TCP. To answer with another code that may be sent is tolerated, to send this one back, or to stay, is not.",
		Spec:         []string{"RFC 6455 7.4.2"},
		Requirements: []string{"RFC6455-7.4.2-a", "RFC6455-7.4.2-b"},
		Variants:     withCodes(func(uint16) Ending { return refusedClose(CodeProtocolError) }, 1, 500, 998, 1017, 1099, 1500, 1999, 2001),
		Accept:       Silence,
		Checks:       []Check{CheckCloseBody},
	},
	{
		ID:           "18.1.4",
		Description:  "Close frames with codes beyond all ranges.",
		Expectation:  "The RFC does not say what follows.",
		Spec:         []string{"RFC 6455 7.4.2"},
		Requirements: []string{"RFC6455-7.4.2-d"},
		Variants: withCodes(func(code uint16) Ending {
			return Ending{Codes: []uint16{CodeNormal, code, CodeProtocolError}, MayDrop: true, NoAutoClose: true, Grade: Informational}
		}, 5001, 9999, 32768, 65534),
		Accept: Silence,
	},
	{
		ID:          "18.1.5",
		Description: "What makes the peer send close frames: ours, with a code and without, and faults.",
		Expectation: "The close frames of the peer have a code that may be sent, or none.",
		Spec:        []string{"RFC 6455 7.4.1", "RFC 6455 7.4.2"},
		Requirements: []string{
			"RFC6455-7.4.1-a", "RFC6455-7.4.1-b", "RFC6455-7.4.1-c", "RFC6455-7.4.1-d", "RFC6455-7.4.1-j",
			"RFC6455-7.4.2-a", "RFC6455-7.4.2-b",
		},
		Variants: everyClose(),
		Accept:   Silence,
		Checks:   []Check{CheckCloseBody, CheckControl},
	},
	{
		ID:           "18.1.6",
		Description:  "Close frames with codes that may be sent.",
		Expectation:  "The peer answers. Which code it answers with is left to it; most send back what they got.",
		Spec:         []string{"RFC 6455 5.5.1"},
		Requirements: []string{"RFC6455-5.5.1-e"},
		Variants: withCodes(func(code uint16) Ending {
			return Ending{Codes: []uint16{code, CodeNormal}, AnyCode: true, NoAutoClose: true}
		}, 1000, 1001, 3000, 4999),
		Accept: []Outcome{{Verdict: Informational, Says: "The peer answered the close frame as it is shown below."}},
	},
}

// refusedClose is the ending after a close frame that the peer has to refuse, best with
// one of codes. Which it has then is a SHOULD (RFC 6455 7.1.7), and one that looks past what
// is wrong answers with 1000; but it must go.
func refusedClose(codes ...uint16) Ending {
	others := slices.DeleteFunc([]uint16{CodeNormal, CodeGoingAway, CodeProtocolError, 1003, CodeInvalidPayload, policyViolation, 1011},
		func(code uint16) bool { return slices.Contains(codes, code) })
	return Ending{Codes: codes, Tolerates: others, MayDrop: true, NoAutoClose: true}.OrFail(Stayed)
}

// answeredClose is the ending after a good close frame: the answer typically has the code
// that it answers, but may have any that may be sent (RFC 6455 5.5.1).
var answeredClose = Ending{AnyCode: true, NoAutoClose: true}.OrFail(Stayed)

// withCodes are close frames with these codes and no reason.
func withCodes(ending func(code uint16) Ending, codes ...uint16) (list []Variant) {
	for _, code := range codes {
		e := ending(code)
		list = append(list, Variant{Name: fmt.Sprintf("code %d", code), Script: Script{SendClose{Close(code, "")}}, Ending: &e})
	}
	return list
}

// everyClose makes a peer send every kind of close frame.
func everyClose() []Variant {
	answered := Ending{AnyCode: true, NoAutoClose: true}
	failed := Ending{Peer: true, AnyCode: true, MayDrop: true}.OrFail(WrongSide)
	return []Variant{
		{Name: "a close without a code", Script: Script{SendClose{}}, Ending: &answered},
		{Name: "a close with code 1000", Script: Script{closeNormal}, Ending: &answered},
		{Name: "a close with code 1001 and a reason", Script: Script{SendClose{Close(CodeGoingAway, "going away")}}, Ending: &answered},
		{Name: "a close with a reason of 123 octets", Script: Script{SendClose{Close(CodeNormal, strings.Repeat("*", 123))}}, Ending: &answered},
		{Name: "a reserved opcode", Script: Script{Opcode(3, "")}, Ending: &failed},
		{Name: "a continuation of nothing", Script: Script{Continue("a")}, Ending: &failed},
		{Name: "a ping of 126 octets", Script: Script{Frame{Opcode: OpPing, Payload: Repeat("?", 126)}}, Ending: &failed},
		{Name: "a text that is not UTF-8", Script: Script{Text("\xff\xfe\xfd")}, Ending: &failed},
	}
}

// closeReasons is section 18.2.
var closeReasons = []Case{
	{
		ID:           "18.2.1",
		Description:  "Close frames with code 1000 and a reason that is unusual, but UTF-8.",
		Expectation:  repliesToClose,
		Spec:         []string{"RFC 6455 5.5.1"},
		Requirements: []string{"RFC6455-5.5.1-b", "RFC6455-5.5.1-e"},
		Variants: withReasons(
			"no reason", "",
			"123 octets of characters of three octets", strings.Repeat("\xe2\x82\xac", 41),
			"NUL", "a\x00b",
			"a byte order mark", "\xef\xbb\xbfa",
			"U+FFFF", "\xef\xbf\xbf",
			"U+10FFFF", "\xf4\x8f\xbf\xbf",
		),
		Accept: Silence,
		Ending: answeredClose,
	},
	{
		ID:           "18.2.2",
		Description:  "Close frames with code 1000 and a reason that is not UTF-8.",
		Expectation:  "The reason MUST be UTF-8: the peer fails the connection. Another code than 1007 and 1002 is tolerated, as from a peer that does not look at the reason; to send it back, or to stay, is not.",
		Spec:         []string{"RFC 6455 5.5.1", "RFC 6455 8.1"},
		Requirements: []string{"RFC6455-5.5.1-b", "RFC6455-8.1-a"},
		Variants: withReasons(
			"a sequence that has no end", "\xc3",
			"an overlong form", "\xc0\xaf",
			"a surrogate", "\xed\xa0\x80",
			"beyond U+10FFFF", "\xf5\x80\x80\x80",
			"123 octets that end inside a character", strings.Repeat("*", 121)+"\xe2\x82",
		),
		Accept: Silence,
		Ending: refusedClose(CodeInvalidPayload, CodeProtocolError),
		Checks: []Check{CheckCloseBody},
	},
	toleratingCode(CodeNormal, failing(Case{
		ID:           "18.2.3",
		Description:  "A close frame with code 1000 that is not final, and a final continuation frame of 0 octets.",
		Expectation:  "Control frames MUST NOT be fragmented: the peer fails the connection. To answer with 1000 is tolerated.",
		Spec:         []string{"RFC 6455 5.4", "RFC 6455 5.5"},
		Requirements: []string{"RFC6455-5.5-b", "RFC6455-5.4-b"},
		Script:       Script{Frame{Opcode: OpClose, Payload: Close(CodeNormal, "")}.More(), Continue("")},
	}, CodeProtocolError)),
	{
		ID:           "18.2.4",
		Description:  "What makes the peer send close frames: ours, with a code and without, and faults.",
		Expectation:  "The close frames of the peer are no longer than 125 octets, and their reason is UTF-8.",
		Spec:         []string{"RFC 6455 5.5", "RFC 6455 5.5.1"},
		Requirements: []string{"RFC6455-5.5.1-b", "RFC6455-5.5-a", "RFC6455-5.6-a"},
		Variants:     everyClose(),
		Accept:       Silence,
		Checks:       []Check{CheckCloseBody, CheckControl},
	},
}

// withReasons are close frames with code 1000 and a reason, after its name.
func withReasons(namesAndReasons ...string) (list []Variant) {
	for pair := range slices.Chunk(namesAndReasons, 2) {
		list = append(list, Variant{Name: pair[0], Script: Script{SendClose{Close(CodeNormal, pair[1])}}})
	}
	return list
}
