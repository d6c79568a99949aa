package cases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// clientOpening is chapter 15: what a client asks for, and what it makes of the answer.
var clientOpening = Chapter{
	Number: "15",
	Title:  "Opening handshake of a client",
	Sections: []Section{
		{"15.1", "The request"},
		{"15.2", "Responses that open the WebSocket"},
		{"15.3", "Responses that do not"},
		{"15.4", "Redirects and retries"},
	},
	Cases: slices.Concat(inOrder(clientRequests, clientURLs, browserRequests), goodResponses, badResponses, inOrder(redirects, clientReturns)),
}

// observing is a conversation with a client of which the checks look at the request.
func observing(c Case, checks ...Check) Case {
	c.Role, c.Checks = Client, checks
	return probing(c)
}

// inOrder are the cases of a section, by their ids.
func inOrder(lists ...[]Case) []Case {
	return slices.SortedFunc(slices.Values(slices.Concat(lists...)), func(a, b Case) int { return a.ID.last() - b.ID.last() })
}

// last is the last number of an id.
func (id ID) last() int {
	n, _ := strconv.Atoi(string(id[strings.LastIndexByte(string(id), '.')+1:]))
	return n
}

// clientRequests is the part of section 15.1 that any driver can be asked for.
var clientRequests = []Case{
	observing(Case{
		ID:          "15.1.1",
		Description: "An ordinary conversation; the request line is looked at.",
		Expectation: "The request MUST be a GET with HTTP/1.1, for the path and query of the URL or all of it.",
		Spec:        []string{"RFC 6455 4.1", "RFC 6455 3"},
		Requirements: []string{
			"RFC6455-4.1-k", "RFC6455-4.1-l", "RFC6455-4.1-m", "RFC6455-3-c",
		},
	}, CheckTarget),
	observing(Case{
		ID:          "15.1.3",
		Description: "An ordinary conversation; the Host is looked at.",
		Expectation: "There MUST be one Host, with the port where that is not the default one.",
		Spec:        []string{"RFC 6455 4.1", "RFC 9110 7.2"}, Requirements: []string{"RFC6455-4.1-n", "RFC9110-7.2-a", "RFC6455-3-a"},
	}, CheckHost),
	observing(Case{
		ID:          "15.1.4",
		Description: "An ordinary conversation; Upgrade, Connection, key and version are looked at.",
		Expectation: "Each MUST be there with the right value, key and version once.",
		Spec:        []string{"RFC 6455 4.1", "RFC 6455 11.3"},
		Requirements: []string{
			"RFC6455-4.1-o", "RFC6455-4.1-p", "RFC6455-4.1-u", "RFC6455-11.3.1-a", "RFC6455-11.3.5-a", "RFC9110-7.8-f",
		},
	}, CheckRequired),
	observing(Case{
		ID:          "15.1.5",
		Description: "An ordinary conversation; the Sec-WebSocket-Key is looked at.",
		Expectation: "It MUST be 16 octets in base64.",
		Spec:        []string{"RFC 6455 4.1"}, Requirements: []string{"RFC6455-4.1-q"},
	}, CheckNonce),
	observing(Case{
		ID:          "15.1.6",
		Description: "An ordinary conversation; the syntax of the request is looked at, and whether it has content.",
		Expectation: "The request MUST be a valid one, and has no content.",
		Spec:        []string{"RFC 6455 4.1", "RFC 9112 5"}, Requirements: []string{"RFC6455-4.1-j"},
	}, CheckFraming, CheckSyntax),
	observing(Case{
		ID:          "15.1.7",
		Description: "An ordinary conversation; what the client offers is looked at.",
		Expectation: "Subprotocols MUST be names, each once; extensions MUST follow the grammar, and permessage-deflate has its parameters alone.",
		Spec:        []string{"RFC 6455 4.1", "RFC 6455 9.1", "RFC 7692 7.1"},
		Requirements: []string{
			"RFC6455-4.1-v", "RFC7692-5-a", "RFC7692-7.1.2.1-a", "RFC7692-7.1.2.2-a", "RFC6455-9.1-d",
		},
	}, CheckOffers),
	{
		ID:          "15.1.8",
		Description: "Twenty ordinary conversations, whose keys are compared.",
		Expectation: "The keys MUST be drawn anew, and by chance, for each connection.",
		Spec:        []string{"RFC 6455 4.1"}, Requirements: []string{"RFC6455-4.1-r"},
		Role: Client, FreshKeys: true, Variants: connections(20),
		Script: Script{Text(probe)}, Accept: Exactly(GotText(probe)),
	},
	observing(Case{
		ID:          "15.1.10",
		Description: "The response comes after two seconds.",
		Expectation: "The client MUST NOT send anything before it has it.",
		Spec:        []string{"RFC 6455 4.1", "RFC 6455 6.1"}, Requirements: []string{"RFC6455-4.1-y", "RFC6455-6.1-a", "RFC9110-7.8-i"},
		Opening: &Opening{Pauses: []Pause{{0, Wait{For: 2 * Second}}}},
	}, CheckEarly),
}

// connections are n variants that differ in nothing.
func connections(n int) (list []Variant) {
	for i := range n {
		list = append(list, Variant{Name: fmt.Sprintf("connection %d", i+1)})
	}
	return list
}

// answered is the case of a response that a client has to accept: it echoes the probe.
func answered(id ID, description string, requirements []string, spec []string, variants ...Variant) Case {
	c := probing(Case{
		ID: id, Description: description, Expectation: "The client opens the WebSocket and echoes a message.",
		Spec: spec, Requirements: requirements, Role: Client, Tags: []Tag{Handshake}, Variants: variants,
	})
	if len(variants) == 1 {
		c.Opening, c.Variants = variants[0].Opening, nil
	}
	return c
}

// edited is a variant whose head has these edits.
func edited(name string, edits ...Edit) Variant {
	return Variant{Name: name, Opening: &Opening{Edits: edits}}
}

// lined is a variant with another start line.
func lined(name, line string, edits ...Edit) Variant {
	return Variant{Name: name, Opening: &Opening{Line: Of(line), Edits: edits}}
}

// mayFail is c, where a client that refuses the response is only not as lenient as it
// should be, or might.
func mayFail(c Case, verdict Verdict, says string) Case {
	c.Accept = append(slices.Clip(c.Accept), Outcome{Verdict: verdict, Says: says})
	c.Ending, c.Limit = leaving, FailAfter(refusalTime)
	return c
}

const refusedIt = "The client did not open the WebSocket."

// goodResponses is section 15.2.
var goodResponses = []Case{
	answered("15.2.1", "Responses in other letters.", []string{"RFC6455-4.1-ai", "RFC6455-4.1-aj"}, []string{"RFC 6455 4.1"},
		Variant{Name: "names in lower case", Opening: &Opening{Style: Style{Names: "lower"}}},
		edited("Upgrade: WebSocket", Set("Upgrade", "WebSocket")),
		edited("Upgrade: WEBSOCKET", Set("Upgrade", "WEBSOCKET")),
		edited("Connection: upgrade", Set("Connection", "upgrade")),
	),
	answered("15.2.2", "Responses in which Connection is a list.", []string{"RFC6455-4.1-ac", "RFC9110-5.3-a"}, []string{"RFC 6455 4.1", "RFC 9110 5.3"},
		edited("keep-alive, Upgrade", Set("Connection", "keep-alive, Upgrade")),
		edited("two fields", Set("Connection", "keep-alive"), Add("Connection", "Upgrade")),
	),
	answered("15.2.3", "Responses with other reasons behind the status.", []string{"RFC9112-4-b"}, []string{"RFC 9112 4"},
		lined("none", "HTTP/1.1 101 "),
		lined("OK", "HTTP/1.1 101 OK"),
		lined("four words", "HTTP/1.1 101 Web Socket Protocol Handshake"),
		lined("1 KiB", "HTTP/1.1 101 "+string(Repeat("reason ", 1<<10).Octets())),
	),
	mayFail(answered("15.2.4", "A response without the blank behind the status.", []string{"RFC9112-4-a"}, []string{"RFC 9112 4"},
		lined("none", "HTTP/1.1 101"),
	), Informational, refusedIt),
	answered("15.2.5", "Responses with other white space around Sec-WebSocket-Accept.", []string{"RFC6455-4.1-ae", "RFC9112-5.1-b"}, []string{"RFC 9112 5.1", "RFC 6455 4.1"},
		Variant{Name: "none", Opening: &Opening{Style: Style{Colon: ":"}}},
		Variant{Name: "three blanks", Opening: &Opening{Style: Style{Colon: ":   "}}},
		Variant{Name: "tabs before and behind", Opening: &Opening{Style: Style{Colon: ":\t", Trail: "\t"}}},
	),
	// How many fields a client takes is its own affair (RFC 9110 5.4).
	mayFail(answered("15.2.6", "A response with other fields, 8 KiB of them.", []string{"RFC6455-4.1-ah"}, []string{"RFC 6455 4.1", "RFC 9110 5.4"},
		edited("many", Add("Set-Cookie", "a=b; Path=/"), Add("Date", "Thu, 01 Jan 1970 00:00:00 GMT"), Edit{Insert: Repeat("X-Filler: 0123456789\r\n", 364*22)}),
	), Informational, refusedIt),
	answered("15.2.7", "A response that comes octet by octet.", []string{"RFC6455-6.2-a"}, []string{"RFC 6455 6.2"},
		Variant{Name: "octets", Opening: &Opening{Wire: Wire{Chop: 1}}},
	),
	{
		ID:          "15.2.8",
		Description: "A response, a text message and a ping in one write.",
		Expectation: "The client echoes the message and answers the ping: a server may send as soon as it has answered.",
		Spec:        []string{"RFC 6455 4.2.2", "RFC 6455 6.2"}, Requirements: []string{"RFC6455-4.2.2-o", "RFC6455-6.2-a", "RFC6455-5.1-h"},
		Role: Client, Tags: []Tag{Handshake}, Opening: &Opening{},
		Script: Script{Text("first"), Ping("at once")},
		Accept: withPong(GotPong("at once"), GotText("first")),
		Limit:  FailAfter(2 * Second),
	},
	{
		ID:          "15.2.9",
		Description: "A response and the first three octets of a text message in one write, the rest after 200 milliseconds.",
		Expectation: "The client echoes the message.",
		Spec:        []string{"RFC 6455 6.2"}, Requirements: []string{"RFC6455-6.2-a"},
		Role: Client, Tags: []Tag{Handshake}, Opening: &Opening{},
		Script: Script{Raw{Octets: Of("\x81\x05h")}, Wait{For: Second / 5}, Raw{Octets: Of("ello")}},
		Accept: Exactly(GotText("hello")), Limit: FailAfter(2 * Second),
	},
	mayFail(answered("15.2.10", "Other responses before the one that opens the WebSocket.", []string{"RFC9110-15.2-a"}, []string{"RFC 9110 15.2"},
		Variant{Name: "100", Opening: &Opening{Before: Of("HTTP/1.1 100 Continue\r\n\r\n")}},
		Variant{Name: "103", Opening: &Opening{Before: Of("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n")}},
		Variant{Name: "both", Opening: &Opening{Before: Of("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n")}},
	), NonStrict, refusedIt),
	mayFail(answered("15.2.11", "Responses that say that content follows, which a 101 cannot have.", []string{"RFC9112-6.3-c"}, []string{"RFC 9112 6.3"},
		edited("Content-Length: 0", Add("Content-Length", "0")),
		edited("Content-Length: 6", Add("Content-Length", "6")),
		edited("Transfer-Encoding: chunked", Add("Transfer-Encoding", "chunked")),
	), NonStrict, refusedIt),
	mayFail(answered("15.2.12", "A response with a folded field.", []string{"RFC9112-5.2-b"}, []string{"RFC 9112 5.2"},
		edited("folded", Insert("X-Folded: 1\r\n 2\r\n")),
	), NonStrict, refusedIt),
	// A client that takes no LF for a line end waits for more of the head, as it may.
	func() Case {
		c := mayFail(answered("15.2.13", "A response whose lines end with LF alone.", []string{"RFC9112-2.2-b"}, []string{"RFC 9112 2.2"},
			Variant{Name: "LF", Opening: &Opening{Style: Style{End: "\n"}}},
		), Informational, "The client did not open the WebSocket, or waited for the end of the response.")
		c.Ending, c.Limit = surviving, CloseAfter(Second)
		return c
	}(),
	mayFail(answered("15.2.14", "A response without the subprotocol that the client has asked for.",
		[]string{"RFC6455-4.1-ag", "WHATWG-WebSockets2.2-a"}, []string{"RFC 6455 4.1"},
		Variant{Name: "none", Opening: &Opening{Wants: []string{protocolField}, Edits: []Edit{Remove(protocolField)}}},
	), Informational, "The client did not open the WebSocket, as browsers do not."),
}
