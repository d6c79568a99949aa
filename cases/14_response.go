package cases

import (
	"fmt"
	"slices"
	"strings"
)

// response101 is section 14.5: one good request, and the answer to it looked at from all
// sides. The same checks are made on every connection of a run.
var response101 = []Case{
	{
		ID:           "14.5.1",
		Description:  "The status line of the 101.",
		Expectation:  "It MUST be HTTP/1.1 101 and perhaps a reason. That the blank is missing where there is no reason is tolerated.",
		Spec:         []string{"RFC 6455 4.2.2", "RFC 9112 4"},
		Requirements: []string{"RFC6455-4.2.2-k", "RFC9112-4-a"},
		Checks:       []Check{CheckStatusLine},
	},
	{
		ID:           "14.5.2",
		Description:  "Upgrade and Connection in the 101.",
		Expectation:  "Upgrade MUST be websocket and Connection have Upgrade. Further protocols in Upgrade are tolerated.",
		Spec:         []string{"RFC 6455 4.2.2", "RFC 9110 7.8"},
		Requirements: []string{"RFC6455-4.2.2-l", "RFC6455-4.2.2-m", "RFC9110-7.8-b"},
		Checks:       []Check{CheckUpgrade},
	},
	{
		ID:           "14.5.3",
		Description:  "Sec-WebSocket-Accept in the 101, for 20 keys; in three of them are + and /.",
		Expectation:  "It MUST be there once, and be that of the key.",
		Spec:         []string{"RFC 6455 4.2.2", "RFC 6455 11.3.3"},
		Requirements: []string{"RFC6455-4.2.2-n", "RFC6455-11.3.3-a"},
		Checks:       []Check{CheckAccept},
		Variants:     keys(17, "+/+/+/+/+/+/+/+/+/+/+w==", "////////////////////AA==", "++++++++++++++++++++AA=="),
	},
	{
		ID:           "14.5.4",
		Description:  "Content-Length and Transfer-Encoding in the 101.",
		Expectation:  "A 101 MUST NOT have either.",
		Spec:         []string{"RFC 9110 8.6", "RFC 9112 6.1"},
		Requirements: []string{"RFC9110-8.6-a", "RFC9112-6.1-a"},
		Checks:       []Check{CheckFraming},
	},
	{
		// No pause is needed: what comes between head and frames is in the way of the echo.
		ID:           "14.5.5",
		Description:  "What comes behind the head of the 101.",
		Expectation:  "That MUST be frames: no content, and no further empty line.",
		Spec:         []string{"RFC 6455 4.2.2"},
		Requirements: []string{"RFC6455-4.2.2-k", "RFC6455-4.2.2-o"},
		Checks:       []Check{CheckEarly},
	},
	{
		ID:           "14.5.6",
		Description:  "The lines of the 101.",
		Expectation:  "They MUST be fields that end with CR LF, without folds, white space before the colon, or control characters.",
		Spec:         []string{"RFC 6455 4.2.2", "RFC 9112 2.2", "RFC 9112 5"},
		Requirements: []string{"RFC6455-4.2.2-k", "RFC9112-5.1-a"},
		Checks:       []Check{CheckSyntax},
	},
	{
		ID:           "14.5.7",
		Description:  "Subprotocol and extensions in the 101, where neither was offered.",
		Expectation:  "There MUST be no Sec-WebSocket-Protocol and no Sec-WebSocket-Extensions, not even an empty one.",
		Spec:         []string{"RFC 6455 4.2.2", "RFC 6455 9.1"},
		Requirements: []string{"RFC6455-4.2.2-i", "RFC6455-4.2.2-j", "RFC6455-9-b"},
		Opening:      &Opening{Edits: []Edit{Remove("Sec-WebSocket-Protocol"), Remove("Sec-WebSocket-Extensions")}},
		Checks:       []Check{CheckUnasked},
	},
	{
		ID:           "14.5.8",
		Description:  "The same key on two connections.",
		Expectation:  "Sec-WebSocket-Accept depends on the key alone: a server need not notice that it was used before.",
		Spec:         []string{"RFC 6455 4.2.2"},
		Requirements: []string{"RFC6455-4.2.2-n"},
		Checks:       []Check{CheckAccept},
		Variants: []Variant{
			{Name: "the first", Opening: &Opening{Key: rfcKey}},
			{Name: "the second", Opening: &Opening{Key: rfcKey}},
		},
	},
}

// keys are variants with n random keys, and these.
func keys(n int, further ...string) (variants []Variant) {
	for i := range n {
		variants = append(variants, Variant{Name: fmt.Sprintf("a random key, number %d", i+1)})
	}
	for _, key := range further {
		variants = append(variants, Variant{Name: key, Opening: &Opening{Key: key}})
	}
	return variants
}

// unknownProtocol is for offers of subprotocols that nobody knows. A server for which any
// name will do breaks no rule, and one that insists on a match may refuse.
var unknownProtocol = []Answer{
	{Verdict: OK, Status: []string{"101"}, Without: []string{protocolField}},
	{Verdict: Informational, Status: []string{"101"}, Says: "The server agreed to a subprotocol that nobody knows."},
	{Verdict: Informational, Status: []string{"4xx", Dropped}, Says: insists},
	{Verdict: NonStrict, Status: []string{AnyRefusal}},
}

// subprotocols is section 14.6.
var subprotocols = []Case{
	{
		ID:           "14.6.1",
		Description:  "One subprotocol is offered, which nobody knows.",
		Expectation:  "The server opens the WebSocket without a subprotocol. If it names one it MUST be the one offered.",
		Spec:         []string{"RFC 6455 4.2.2"},
		Requirements: []string{"RFC6455-4.2.2-i", "RFC6455-4.2.2-h"},
		Opening:      &Opening{Edits: []Edit{Set(protocolField, strangeProtocol)}, Answers: unknownProtocol},
		Checks:       []Check{CheckUnasked},
	},
	{
		ID:           "14.6.2",
		Description:  "Three subprotocols are offered, which nobody knows.",
		Expectation:  "The server opens the WebSocket without a subprotocol. If it names one it MUST be one of those offered, and not the list.",
		Spec:         []string{"RFC 6455 4.2.2"},
		Requirements: []string{"RFC6455-4.2.2-i", "RFC6455-4.2.2-h"},
		Opening:      &Opening{Edits: []Edit{Set(protocolField, "x-gobahn-a, x-gobahn-b, x-gobahn-c")}, Answers: unknownProtocol},
		Checks:       []Check{CheckUnasked},
	},
	{
		ID:           "14.6.3",
		Description:  "A subprotocol that the server speaks is offered, alone and beside others.",
		Expectation:  "The server names it, in one field, and nothing else. Several fields with offers are read as one. To agree to none is tolerated.",
		Spec:         []string{"RFC 6455 4.2.2", "RFC 6455 11.3.4", "RFC 9110 5.3"},
		Requirements: []string{"RFC6455-4.2.2-h", "RFC6455-11.3.4-a", "RFC6455-11.3.4-b", "RFC9110-5.3-a"},
		Needs:        []Need{NeedProtocol},
		Checks:       []Check{CheckUnasked},
		Variants: slices.Concat(
			values(namesKnown, protocolField, "{protocol}", strangeProtocol+", {protocol}", "{protocol}, "+strangeProtocol),
			twists(namesKnown, twice(protocolField, strangeProtocol, "{protocol}")),
		),
	},
	{
		ID:           "14.6.4",
		Description:  "A subprotocol that the server speaks is offered in letters of the other case.",
		Expectation:  "Whether the case of letters matters is not said. If the server names a subprotocol it MUST be spelt as offered.",
		Spec:         []string{"RFC 6455 4.2.2"},
		Requirements: []string{"RFC6455-4.2.2-h"},
		Needs:        []Need{NeedProtocol},
		Opening:      &Opening{Edits: []Edit{Set(protocolField, "{PROTOCOL}")}, Answers: anyCase},
		Checks:       []Check{CheckUnasked},
	},
	{
		ID:           "14.6.5",
		Description:  "A subprotocol is offered twice.",
		Expectation:  "That MUST NOT be: the server should answer with an error.",
		Spec:         []string{"RFC 6455 4.1"},
		Requirements: []string{"RFC6455-4.1-v", "RFC6455-4.2.1-m"},
		Opening:      &Opening{Edits: []Edit{Set(protocolField, "x-gobahn, x-gobahn")}, Answers: shouldRefuse},
		Checks:       []Check{CheckUnasked},
	},
	{
		ID:           "14.6.6",
		Description:  "An offer of subprotocols that breaks the grammar.",
		Expectation:  "The server should answer with an error. If it opens the WebSocket nonetheless there MUST be no subprotocol. Empty elements may be ignored.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 6455 4.3"},
		Requirements: []string{"RFC6455-4.2.1-m", "RFC9110-5.6.1.2-a"},
		Checks:       []Check{CheckUnasked},
		Variants: slices.Concat(
			values(noProtocol, protocolField, "", ",", "a b", "a/b", "a@b", `"a"`, "a\tb", "a\x07b"),
			values(eitherAnswer, protocolField, "a,,b"),
		),
	},
	{
		ID:           "14.6.7",
		Description:  "A long list of subprotocols.",
		Expectation:  "The server opens the WebSocket, or answers that it is too long. It MUST NOT be harmed.",
		Spec:         []string{"RFC 9110 5.4"},
		Requirements: []string{"RFC9110-5.4-a"},
		Alive:        true,
		Checks:       []Check{CheckUnasked},
		Variants: twists(mayBeTooLong,
			twist{name: "1000 names", edits: []Edit{Set(protocolField, protocolNames(1000))}, answers: []Answer{{Verdict: OK, Status: []string{"101", "4xx"}}, {Verdict: NonStrict, Status: []string{"5xx", Dropped}}}},
			twist{name: "4000 names", edits: []Edit{Set(protocolField, protocolNames(4000))}},
		),
	},
	{
		// There are 16 KiB in all that a common server takes: the blanks are as many as that
		// leaves. A list that is split with a careless expression takes sixteen times as long for
		// four times as much.
		ID:           "14.6.8",
		Description:  "An offer of a subprotocol with many blanks inside, and with four times as many.",
		Expectation:  "The server answers soon, whatever it answers: what takes time that grows with the square of the length holds up everybody else.",
		Spec:         []string{"RFC 9110 5.4", "RFC 6455 10.4"},
		Requirements: []string{"RFC9110-5.4-a", "RFC6455-10.4-a"},
		Alive:        true,
		Growth:       6,
		GrowthFrom:   Second / 150, // a quick machine does what is quadratic in 70 ms, and all else in 5
		Variants:     twists(mayBeBlank, blanks(3_750), blanks(15_000)),
	},
}

// strangeProtocol is a subprotocol that nobody knows.
const strangeProtocol = "x-gobahn-4d9c1f"

// anyCase is for offers of a subprotocol in letters of the other case.
var anyCase = []Answer{
	{Verdict: Informational, Status: []string{"101"}, Without: []string{protocolField}, Says: "The server does not take it for the subprotocol that it speaks."},
	{Verdict: Informational, Status: []string{"101"}, Says: "The server takes it for the subprotocol that it speaks."},
	{Verdict: Informational, Status: []string{"4xx", Dropped}, Says: insists},
	{Verdict: NonStrict, Status: []string{AnyRefusal}},
}

// insists is what is said of a server that refuses who speaks none of its subprotocols, as
// it may (RFC 6455 10.7).
const insists = "The server insists on a subprotocol that it knows."

// namesKnown are the answers to an offer of a subprotocol that the server speaks. It is free
// to agree to none, and may look at the first of an offer alone.
var namesKnown = []Answer{
	{Verdict: OK, Status: []string{"101"}, With: []string{protocolField}, Without: []string{protocolField + ": " + strangeProtocol}},
	{Verdict: Informational, Status: []string{"101"}, With: []string{protocolField}, Says: "The server agreed to a subprotocol that nobody knows."},
	{Verdict: NonStrict, Status: []string{"101"}, Says: "The server agreed to no subprotocol, though it speaks one that was offered."},
}

// protocolNames are n names of subprotocols, as offered.
func protocolNames(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("p%d", i)
	}
	return strings.Join(list, ",")
}

// mayBeBlank is for blanks within a name, which break the grammar.
var mayBeBlank = []Answer{
	{Verdict: OK, Status: []string{"101", "4xx", Dropped}},
	{Verdict: NonStrict, Status: []string{"3xx", "5xx"}},
}

// blanks is a twist with n blanks within the name of a subprotocol.
func blanks(n int) twist {
	return twist{name: fmt.Sprintf("%d blanks", n), edits: []Edit{Set(protocolField, "b"+strings.Repeat(" ", n)+"x")}}
}

// refusals is section 14.7.
var refusals = []Case{
	{
		ID:           "14.7.1",
		Description:  "A resource that there is hardly anywhere.",
		Expectation:  "The server answers 404 or with another error. One that echoes everywhere opens the WebSocket. It MUST NOT be harmed.",
		Spec:         []string{"RFC 6455 4.2.2"},
		Requirements: []string{"RFC6455-4.2.2-g"},
		Alive:        true,
		Variants: lines([]Answer{
			{Verdict: OK, Status: []string{"4xx"}},
			{Verdict: Informational, Status: []string{"101"}, Says: "The server has every resource."},
			{Verdict: NonStrict, Status: []string{"2xx", "3xx", "5xx", Dropped}},
		}, "GET "+nowhere+" HTTP/1.1", "GET "+nowhere+"/websocket HTTP/1.1"),
	},
	{
		ID:           "14.7.2",
		Description:  "Requests that are refused: what the answer has to say beside the status.",
		Expectation:  "There MUST be WWW-Authenticate in a 401, Allow in a 405, Upgrade in a 426, and Sec-WebSocket-Version where that is the reason.",
		Spec:         []string{"RFC 9110 11.6.1", "RFC 9110 15.5.6", "RFC 9110 7.8", "RFC 6455 4.2.2"},
		Requirements: []string{"RFC9110-11.6.1-a", "RFC9110-15.5.6-a", "RFC9110-7.8-d", "RFC6455-4.2.2-f"},
		Checks:       []Check{CheckRefusal, CheckSyntax},
		Variants: provoked([]Answer{
			{Verdict: OK, Status: []string{AnyRefusal}},
			{Verdict: Informational, Status: []string{"101"}, Says: "The server did not refuse the request."},
			{Verdict: Informational, Status: []string{Dropped}, Says: "The server ended TCP without an answer."},
		}, ""),
	},
	{
		ID:           "14.7.3",
		Description:  "Requests that are refused: whether the answer is a whole one. Another request comes behind, lest anybody wait for it.",
		Expectation:  "The content is as long as the answer says, or ends with TCP.",
		Spec:         []string{"RFC 9112 6.3", "RFC 6455 4.2.1"},
		Requirements: []string{"RFC6455-4.2.1-a", "RFC6455-10.7-d"},
		Variants: provoked([]Answer{
			{Verdict: OK, Status: []string{AnyRefusal}, Then: []string{Dropped, Unanswered, AnyRefusal, "101"}},
			{Verdict: NonStrict, Status: []string{AnyRefusal}, Says: "The content of the answer has no end, or ended too soon."},
			{Verdict: Informational, Status: []string{"101"}, Says: "The server did not refuse the request."},
			{Verdict: Informational, Status: []string{Dropped}, Says: "The server ended TCP without an answer."},
		}, pipelined),
		Ending: Ending{Grade: Informational}, // the request behind it is no frame
	},
	{
		ID:           "14.7.4",
		Description:  "Requests that are refused: whether there is an answer.",
		Expectation:  "An answer SHOULD say why. The server MUST NOT leave the connection open without one.",
		Spec:         []string{"RFC 6455 10.7", "RFC 6455 7.2.2"},
		Requirements: []string{"RFC6455-10.7-d", "RFC6455-7.2.2-a"},
		Variants: provoked([]Answer{
			{Verdict: OK, Status: []string{AnyRefusal}},
			{Verdict: Informational, Status: []string{"101"}, Says: "The server did not refuse the request."},
			{Verdict: NonStrict, Status: []string{Dropped}, Says: "The server ended TCP without an answer."},
		}, ""),
	},
	{
		ID:           "14.7.5",
		Description:  "A resource that the server does not have, as the user says.",
		Expectation:  "The server MUST answer with an error: 404.",
		Spec:         []string{"RFC 6455 4.2.2"},
		Requirements: []string{"RFC6455-4.2.2-g"},
		Alive:        true,
		Needs:        []Need{NeedAbsent},
		Opening:      &Opening{Line: Of("GET {absent} HTTP/1.1"), Answers: mustRefuse},
	},
}

// nowhere is the path of a resource that there is hardly anywhere.
const nowhere = "/gobahn-absent-4d9c1f"

// provoked are requests that most servers refuse, with octets behind them.
func provoked(answers []Answer, after string) (variants []Variant) {
	variants = slices.Concat(
		methods(answers, "POST"),
		twists(answers,
			twist{name: "version 99", edits: []Edit{Set("Sec-WebSocket-Version", "99")}},
			twist{name: "no version", edits: []Edit{Remove("Sec-WebSocket-Version")}},
			twist{name: "no key", edits: []Edit{Remove("Sec-WebSocket-Key")}},
			twist{name: "no Upgrade", edits: []Edit{Remove("Upgrade"), Remove("Connection")}},
			twist{name: "no Host", edits: []Edit{Remove("Host")}},
		),
		lines(answers, "GET "+nowhere+" HTTP/1.1", "GET {path} HTTP/1.x"),
	)
	for _, v := range variants {
		v.Opening.After = Of(after)
	}
	return variants
}

// origins is section 14.8. That a server looks at Origin is a SHOULD. Where its user says
// that it lets in one and no other, another is one that it does not accept, and then it
// MUST NOT open the WebSocket.
var origins = []Case{
	{
		ID:           "14.8.1",
		Description:  "The Origin of some web page.",
		Expectation:  "A server that is meant for certain sites SHOULD refuse it: 403. Many leave that to the application.",
		Spec:         []string{"RFC 6455 4.2.2", "RFC 6455 10.2"},
		Requirements: []string{"RFC6455-10.2-a", "RFC6455-10.2-b", "RFC6455-4.2.2-d"},
		Opening: &Opening{Edits: []Edit{Set("Origin", "https://evil.example")}, Answers: []Answer{
			{Verdict: OK, Status: []string{"4xx"}},
			{Verdict: Informational, Status: []string{"101"}, Says: "The server lets in any web page."},
			{Verdict: NonStrict, Status: []string{"3xx", "5xx", Dropped}},
		}},
	},
	{
		ID:           "14.8.2",
		Description:  "An Origin that is almost the one that the server lets in.",
		Expectation:  "The server MUST answer with an error: 403. An empty Origin may be taken for none, and a host has no case. To go by the host alone is tolerated.",
		Spec:         []string{"RFC 6455 4.2.2", "RFC 6455 10.2", "RFC 6454 4"},
		Requirements: []string{"RFC6455-10.2-a", "RFC6455-4.2.2-d"},
		Needs:        []Need{NeedOrigin},
		Variants: slices.Concat(
			values(mustRefuse, "Origin", "https://evil.example", "{origin}.evil.example", "https://evil{originHost}",
				"{originScheme}://{originName}:1", "{originScheme}://{originName}.", "null", "{origin}, https://evil.example",
				"https://evil.example/{origin}", "{originScheme}://{originHost}@evil.example", "javascript:"),
			values(shouldRefuse, "Origin", "{otherOrigin}"),
			values(eitherAnswer, "Origin", "", "{ORIGIN}", "{origin}/"),
		),
	},
	{
		ID:           "14.8.3",
		Description:  "Two fields Origin, of which one is let in.",
		Expectation:  refusesIt + " There MUST be one, and both together are none that is let in.",
		Spec:         []string{"RFC 6455 4.2.2", "RFC 6454 7.3", "RFC 9110 5.3"},
		Requirements: []string{"RFC6455-10.2-a"},
		Needs:        []Need{NeedOrigin},
		Variants: twists(mustRefuse,
			twice("Origin", "{origin}", "https://evil.example"),
			twice("Origin", "https://evil.example", "{origin}"),
		),
	},
	{
		ID:           "14.8.4",
		Description:  "An Origin that is none.",
		Expectation:  "The server answers with an error, or lets in anybody. It MUST NOT be harmed.",
		Spec:         []string{"RFC 6455 4.2.2"},
		Requirements: []string{"RFC6455-4.2.2-d"},
		Alive:        true,
		Variants: slices.Concat(
			values(oddOrigin, "Origin", "http://a:b", "http://[", "http://%zz"),
			twists(mayBeTooLong, twist{name: "64 KiB", edits: []Edit{{Set: "Origin", To: Repeat("a", 64<<10)}}}),
		),
	},
}

// oddOrigin is for values of Origin that are no origin.
var oddOrigin = []Answer{
	{Verdict: OK, Status: []string{"4xx"}},
	{Verdict: Informational, Status: []string{"101"}, Says: "The server lets in anybody."},
	{Verdict: NonStrict, Status: []string{AnyRefusal, Dropped}},
}
