package cases

import (
	"fmt"
	"slices"
	"strings"
)

// openingServer is chapter 14: what a server makes of the request of a client, good or
// not, and what it answers.
var openingServer = Chapter{
	Number: "14",
	Title:  "Opening handshake of a server",
	Sections: []Section{
		{"14.1", "Unusual requests that are good"},
		{"14.2", "Request line"},
		{"14.3", "Fields that must be there"},
		{"14.4", "Syntax and framing of HTTP"},
		{"14.5", "The 101"},
		{"14.6", "Subprotocols"},
		{"14.7", "Refusals"},
		{"14.8", "Origin"},
	},
	Cases: slices.Concat(
		forServers(goodRequests), forServers(requestLine), forServers(requiredFields), forServers(requestSyntax), forServers(requestFraming), forServers(notHTTP),
		forServers(response101), forServers(subprotocols), forServers(refusals), forServers(origins),
	),
}

const (
	// opensIt is what the RFC asks for where a request is good.
	opensIt = "This is a good request, if an unusual one: the server opens the WebSocket, and echoes the probe."

	// refusesIt is what the RFC asks for where a request is not good.
	refusesIt = "The server MUST answer with an error. One that ends TCP without an answer is tolerated."

	// ignoresIt is what the RFC asks for where a request asks for something else.
	ignoresIt = "This asks for no WebSocket: the server answers as it likes, but MUST NOT open one."

	// leftOpen is what is asked for where the documents are silent.
	leftOpen = "Whether to open the WebSocket is left open. If it is opened it has to work."
)

// Further ways for a server to answer a request.
var (
	// mayRepair is for requests with something wrong in a field that means nothing here,
	// which may be refused, or taken when it has been replaced (RFC 9110 5.5).
	mayRepair = []Answer{
		{Verdict: OK, Status: []string{"101", "4xx", "501", "505"}},
		{Verdict: NonStrict, Status: []string{AnyRefusal, Dropped}},
	}
	// mayBeTooLong is for what is longer than a server need take. A server that ends TCP while
	// more comes loses its answer, so that this cannot be told from having given none.
	mayBeTooLong = []Answer{
		{Verdict: OK, Status: []string{"4xx", "501", Dropped}},
		{Verdict: Informational, Status: []string{"101"}, Says: "The server takes as much."},
		{Verdict: NonStrict, Status: []string{AnyRefusal}},
	}
	// refusesTooLong is for what is wrong and very long as well.
	refusesTooLong = []Answer{
		{Verdict: OK, Status: []string{"4xx", "501", "505", Dropped}},
		{Verdict: NonStrict, Status: []string{"3xx", "5xx"}},
	}
)

// answerTime is how long a server may take to answer a request that it may refuse: long
// enough for a busy one, and shorter than the time after which common ones give up.
const answerTime = 4 * Second

// forServers completes cases about what a server answers. One that opens the WebSocket
// where it may has to echo a probe, unless the case has a script of its own.
func forServers(list []Case) []Case {
	for i, c := range list {
		c.Role = Server
		c.Opening.hasten()
		for _, v := range c.Variants {
			v.Opening.hasten()
		}
		opens := slices.ContainsFunc(c.Parts(), func(part Case) bool { return part.Opening.Opens() })
		switch {
		case c.Script != nil:
		case opens:
			c.Script, c.Accept = Script{Text(probe)}, Exactly(GotText(probe))
		default:
			c.Accept = Silence
		}
		list[i] = c
	}
	return list
}

// hasten limits the time for the answer where o has several.
func (o *Opening) hasten() {
	if o != nil && o.Answers != nil && o.Time == 0 {
		o.Time = answerTime
	}
}

// A twist is an entry of a table of requests: what is special about one.
type twist struct {
	name    string
	edits   []Edit
	answers []Answer // nil: those of the table
}

// twists are variants of requests that are answered alike, but for those that say
// otherwise.
func twists(answers []Answer, list ...twist) (variants []Variant) {
	for _, t := range list {
		o := &Opening{Edits: t.edits, Answers: answers}
		if t.answers != nil {
			o.Answers = t.answers
		}
		variants = append(variants, Variant{Name: t.name, Opening: o})
	}
	return variants
}

// lines are variants with these request lines.
func lines(answers []Answer, list ...string) (variants []Variant) {
	for _, line := range list {
		variants = append(variants, Variant{Name: quoted(line), Opening: &Opening{Line: Of(line), Answers: answers}})
	}
	return variants
}

// methods are variants with these methods.
func methods(answers []Answer, list ...string) []Variant {
	for i, method := range list {
		list[i] = method + " {path} HTTP/1.1"
	}
	return lines(answers, list...)
}

// versions are variants with these in the place of HTTP/1.1.
func versions(answers []Answer, list ...string) []Variant {
	for i, version := range list {
		list[i] = "GET {path} " + version
	}
	return lines(answers, list...)
}

// values are variants with these values of a field.
func values(answers []Answer, name string, list ...string) (variants []Variant) {
	for _, value := range list {
		variants = append(variants, Variant{
			Name:    fmt.Sprintf("%s: %s", name, quoted(value)),
			Opening: &Opening{Edits: []Edit{Set(name, value)}, Answers: answers},
		})
	}
	return variants
}

// quoted shows octets in quotes, those of no character as escapes, and how long ones begin.
func quoted(s string) string {
	const limit = 64
	if len(s) > limit {
		return fmt.Sprintf("%+q… %d octets", s[:limit], len(s))
	}
	return fmt.Sprintf("%+q", s)
}

// twice is a twist with two fields of a name.
func twice(name, first, second string) twist {
	return twist{name: fmt.Sprintf("%s: %s and %s", name, quoted(first), quoted(second)), edits: []Edit{Set(name, first), Add(name, second)}}
}

// written is a twist with a field written out, instead of those of that name.
func written(name string, octets string) twist {
	return twist{name: quoted(octets), edits: []Edit{Remove(name), Insert(octets + "\r\n")}}
}

// goodRequests is section 14.1.
var goodRequests = []Case{
	{
		ID:           "14.1.1",
		Description:  "The key that RFC 6455 has as its example.",
		Expectation:  "The server opens the WebSocket, and its Sec-WebSocket-Accept is s3pPLMBiTxaQ9kYGzzhZRbK+xOo=.",
		Spec:         []string{"RFC 6455 4.2.2"},
		Requirements: []string{"RFC6455-4.2.2-n", "RFC6455-4.2.2-e", "RFC6455-4.2.2-k"},
		Opening: &Opening{Key: rfcKey, Answers: []Answer{
			{Verdict: OK, Status: []string{"101"}, With: []string{"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}},
		}},
	},
	{
		ID:           "14.1.2",
		Description:  "The names of all fields in other letters.",
		Expectation:  opensIt + " The names of fields have no case.",
		Spec:         []string{"RFC 9110 5.1", "RFC 6455 4.1"},
		Requirements: []string{"RFC6455-4.1-ai", "RFC9110-5.1-a"},
		Variants: []Variant{
			{Name: "small letters", Opening: &Opening{Style: Style{Names: "lower"}}},
			{Name: "capital letters", Opening: &Opening{Style: Style{Names: "upper"}}},
			{Name: "both by turns", Opening: &Opening{Style: Style{Names: "mixed"}}},
		},
	},
	{
		ID:           "14.1.3",
		Description:  "The values of Upgrade and Connection in other letters.",
		Expectation:  opensIt + " Both values are compared without case.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9110 7.6.1", "RFC 9110 7.8"},
		Requirements: []string{"RFC6455-4.1-aj", "RFC6455-4.2.1-f", "RFC6455-4.2.1-g", "RFC9110-7.6.1-a", "RFC9110-7.8-e"},
		Variants: slices.Concat(
			values(nil, "Upgrade", "websocket", "WEBSOCKET", "wEbSoCkEt"),
			values(nil, "Connection", "upgrade", "UPGRADE"),
		),
	},
	{
		ID:           "14.1.4",
		Description:  "Upgrade is one of several connection options.",
		Expectation:  opensIt + " Connection is a list, on one line or on several.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9110 5.3"},
		Requirements: []string{"RFC6455-4.2.1-g", "RFC9110-5.3-a"},
		Variants: slices.Concat(
			values(nil, "Connection", "keep-alive, Upgrade", "Upgrade, keep-alive", "keep-alive,Upgrade"),
			twists(nil, twice("Connection", "keep-alive", "Upgrade")),
		),
	},
	{
		ID:           "14.1.5",
		Description:  "Connection is a list with empty elements.",
		Expectation:  opensIt + " Of empty elements a reasonable number is ignored.",
		Spec:         []string{"RFC 9110 5.6.1.2"},
		Requirements: []string{"RFC9110-5.6.1.2-a", "RFC6455-4.2.1-g"},
		Variants:     values(mayRefuse, "Connection", ", Upgrade", "Upgrade,", "keep-alive,, Upgrade"),
	},
	{
		ID:           "14.1.6",
		Description:  "The fields in another order.",
		Expectation:  opensIt + " The order of the fields does not matter.",
		Spec:         []string{"RFC 6455 4.2.1"},
		Requirements: []string{"RFC6455-4.2.1-k"},
		Variants: []Variant{
			{Name: "the last comes first", Opening: &Opening{Style: Style{Reverse: true}}},
			{Name: "Host comes last", Opening: &Opening{Edits: []Edit{{Last: "Host"}}}},
			{Name: "the key comes first", Opening: &Opening{Edits: []Edit{{First: "Sec-WebSocket-Key"}}}},
		},
	},
	{
		ID:           "14.1.7",
		Description:  "Other white space than one blank around the values of all fields.",
		Expectation:  opensIt + " White space around a value is no part of it: Sec-WebSocket-Accept is of the key without.",
		Spec:         []string{"RFC 9112 5.1", "RFC 6455 4.2.2"},
		Requirements: []string{"RFC9112-5.1-b", "RFC6455-4.2.2-e"},
		Variants: []Variant{
			{Name: "none", Opening: &Opening{Style: Style{Colon: ":"}}},
			{Name: "two blanks", Opening: &Opening{Style: Style{Colon: ":  "}}},
			{Name: "a tab", Opening: &Opening{Style: Style{Colon: ":\t"}}},
			{Name: "a blank behind the value", Opening: &Opening{Style: Style{Trail: " "}}},
			{Name: "a tab behind the value", Opening: &Opening{Style: Style{Trail: "\t"}}},
		},
	},
	{
		ID:           "14.1.8",
		Description:  "A field more, which the server need not know.",
		Expectation:  opensIt + " Fields that are not known are ignored.",
		Spec:         []string{"RFC 6455 4.2.1"},
		Requirements: []string{"RFC6455-4.2.1-l", "RFC6455-4.1-x"},
		Variants: slices.Concat(
			values(nil, "X-Unknown", "1", ""),
			values(nil, "Sec-WebSocket-Foo", "bar"),
			values(nil, "Sec-Fetch-Mode", "websocket"),
			twists(nil, twist{name: "Cookie of 4096 octets", edits: []Edit{{Set: "Cookie", To: Of("c=" + strings.Repeat("a", 4094))}}, answers: []Answer{
				{Verdict: OK, Status: []string{"101", "4xx"}}, // a server may have its limits (RFC 9110 5.4)
				{Verdict: NonStrict, Status: []string{"5xx", Dropped}},
			}}),
		),
	},
	{
		ID:           "14.1.9",
		Description:  "The target is a whole URL.",
		Expectation:  opensIt + " A server MUST accept a target in absolute form.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9112 3.2.2"},
		Requirements: []string{"RFC6455-4.2.1-d", "RFC9112-3.2.2-a"},
		Opening:      &Opening{Line: Of("GET {scheme}://{host}{path} HTTP/1.1")},
	},
	{
		ID:           "14.1.10",
		Description:  "The target has a query with octets that are percent-encoded.",
		Expectation:  opensIt + " That the server has no such resource, or that its own query has lost its meaning, is possible.",
		Spec:         []string{"RFC 6455 3"},
		Requirements: []string{"RFC6455-3-c"},
		Opening: &Opening{Line: Of("GET {path}?a=b&c=%20%E2%82%AC HTTP/1.1"), Answers: []Answer{
			{Verdict: OK, Status: []string{"101"}},
			{Verdict: Informational, Status: []string{"4xx"}, Says: "The server has no such resource, or does not like the query."},
			{Verdict: NonStrict, Status: []string{AnyRefusal, Dropped}},
		}},
	},
	{
		ID:           "14.1.11",
		Description:  "An empty line before the request line.",
		Expectation:  "The server SHOULD ignore it and open the WebSocket.",
		Spec:         []string{"RFC 9112 2.2"},
		Requirements: []string{"RFC9112-2.2-a"},
		Opening:      &Opening{Before: Of("\r\n"), Answers: mayRefuse},
	},
	{
		ID:           "14.1.12",
		Description:  "The request comes one octet a write.",
		Expectation:  opensIt + " How octets are divided means nothing.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 6455 6.2"},
		Requirements: []string{"RFC6455-6.2-a", "RFC6455-4.1-j"},
		Opening:      &Opening{Wire: Wire{Chop: 1}},
	},
	{
		ID:           "14.1.13",
		Description:  "The request comes in three parts, with pauses of 20ms in the CR LF CR LF at its end: behind the first CR and before the last LF.",
		Expectation:  opensIt + " How octets are divided means nothing.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 6455 6.2"},
		Requirements: []string{"RFC6455-6.2-a"},
		Opening:      &Opening{Pauses: []Pause{{At: -3, Wait: Wait{For: Second / 50}}, {At: -1, Wait: Wait{For: Second / 50}}}},
	},
	{
		ID:           "14.1.14",
		Description:  "Upgrade names another protocol beside websocket.",
		Expectation:  "The server should open the WebSocket. It may ignore Upgrade.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9110 7.8"},
		Requirements: []string{"RFC6455-4.2.1-f", "RFC9110-5.3-a", "RFC9110-7.8-a"},
		Variants: slices.Concat(
			values(mayRefuse, "Upgrade", "foo, websocket", "websocket, foo"),
			twists(mayRefuse, twice("Upgrade", "foo", "websocket")),
		),
	},
	{
		ID:           "14.1.15",
		Description:  "An ordinary request, and when it has been answered one that asks for a WebSocket, on the same connection.",
		Expectation:  "The server opens the WebSocket. It may end TCP after its first answer.",
		Spec:         []string{"RFC 6455 4.2.2", "RFC 9110 7.8"},
		Requirements: []string{"RFC6455-4.2.2-k", "RFC9110-7.8-a"},
		Opening: &Opening{Prior: Of("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"), Answers: []Answer{
			{Verdict: OK, Status: []string{"101"}},
			{Verdict: Informational, Status: []string{Dropped}, Says: "The server ended TCP after its answer to the ordinary request."},
		}},
	},
	{
		ID:           "14.1.16",
		Description:  "A key of 16 octets, in whose base64 the bits that are not used are set: the example of RFC 6455 4.1.",
		Expectation:  "The server should open the WebSocket. A strict decoder refuses the key.",
		Spec:         []string{"RFC 6455 4.1", "RFC 6455 4.2.1"},
		Requirements: []string{"RFC6455-4.2.1-h", "RFC6455-4.1-q"},
		Opening:      &Opening{Key: "AQIDBAUGBwgJCgsMDQ4PEC==", Answers: mayRefuse},
	},
	{
		ID:           "14.1.17",
		Description:  "A text message and a ping in the same write as the request, and another text message half a second later.",
		Expectation:  "It is the client that breaks a rule here. What came early may be answered, or refused, or lost.",
		Spec:         []string{"RFC 6455 4.1"},
		Requirements: []string{"RFC6455-4.1-y", "RFC6455-6.2-a"},
		Opening:      &Opening{Early: true, Answers: eitherAnswer},
		Script:       Script{Text("early"), Ping("k"), Wait{For: Second / 2}, Text("late")},
		Accept: []Outcome{
			{Verdict: Informational, Events: Events{GotText("early"), GotPong("k"), GotText("late")}, Says: "What came early was answered."},
			{Verdict: Informational, Events: Events{GotPong("k"), GotText("early"), GotText("late")}, Says: "What came early was answered."},
			{Verdict: Informational, Events: Events{GotText("late")}, Says: "What came early was lost, and what came later was answered: a client behind a proxy that joins segments would lose messages."},
			{Verdict: Informational, Says: "What came early was refused."},
		},
		Ending: Ending{Grade: Informational},
	},
	{
		ID:           "14.1.18",
		Description:  "A ping before any data.",
		Expectation:  "The server MUST answer with a pong.",
		Spec:         []string{"RFC 6455 5.5.2"},
		Requirements: []string{"RFC6455-5.5.2-c", "RFC6455-5.5.2-a"},
		Script:       Script{Ping("")},
		Accept:       Exactly(GotPong("")),
	},
}

// rfcKey is the Sec-WebSocket-Key that RFC 6455 1.3 has as its example.
const rfcKey = "dGhlIHNhbXBsZSBub25jZQ=="
