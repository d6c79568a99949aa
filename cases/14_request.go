package cases

import (
	"fmt"
	"slices"
	"strings"
)

// requestLine is section 14.2.
var requestLine = []Case{
	{
		ID:           "14.2.1",
		Description:  "A method other than GET.",
		Expectation:  ignoresIt + " 405, 501 and 400 are the fitting answers.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9110 9.1"},
		Requirements: []string{"RFC6455-4.2.1-b", "RFC9110-9.1-a"},
		Variants:     methods(noUpgrade, "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "QUERY"),
	},
	{
		// A name in other letters is another method, which need not be known: no clause
		// says that a server must not answer it like GET, only that no WebSocket comes of it.
		ID:           "14.2.2",
		Description:  "A method that is almost GET, or none.",
		Expectation:  "Methods have case, and one that is not known is no GET: the server MUST NOT open a WebSocket. 501 is the fitting answer.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9110 9.1"},
		Requirements: []string{"RFC6455-4.2.1-b", "RFC9110-9.1-a", "RFC9112-3-a"},
		Variants:     slices.Concat(methods(noUpgrade, "get", "Get", "GETX"), methods(mustRefuse, "")),
	},
	{
		ID:           "14.2.3",
		Description:  "CONNECT with the fields of an opening handshake.",
		Expectation:  ignoresIt,
		Spec:         []string{"RFC 6455 4.2.1"},
		Requirements: []string{"RFC6455-4.2.1-b"},
		Opening:      &Opening{Line: Of("CONNECT {host} HTTP/1.1"), Answers: noUpgrade},
	},
	{
		ID:           "14.2.4",
		Description:  "HTTP/1.0 with the fields of an opening handshake.",
		Expectation:  "In HTTP/1.0 Upgrade MUST be ignored: the server answers as it likes, but MUST NOT open a WebSocket.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9110 7.8"},
		Requirements: []string{"RFC6455-4.2.1-c", "RFC9110-7.8-g"},
		Opening:      &Opening{Line: Of("GET {path} HTTP/1.0"), Answers: noUpgrade},
	},
	{
		ID:           "14.2.5",
		Description:  "A request line without a version, as in HTTP/0.9, and no field.",
		Expectation:  "The server answers as it likes, or ends TCP, but MUST NOT open a WebSocket.",
		Spec:         []string{"RFC 6455 4.2.1"},
		Requirements: []string{"RFC6455-4.2.1-c", "RFC9112-3-a"},
		Opening:      &Opening{Octets: Of("GET {path}\r\n\r\n"), Answers: []Answer{{Verdict: OK, Status: []string{AnyRefusal, Dropped}}}},
	},
	{
		ID:           "14.2.6",
		Description:  "A version that is none.",
		Expectation:  refusesIt,
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9112 3"},
		Requirements: []string{"RFC6455-4.2.1-a", "RFC9112-3-a"},
		Variants: versions(mustRefuse,
			"HTTP/1", "HTTP/1.", "HTTP/11", "HTTP/1.1.1", "http/1.1", "HTTP/-1.1", "HTTP/1.x", "HTTP /1.1", "WS/1.1"),
	},
	{
		// RFC 6455 4.2.1 asks for HTTP/1.1 or higher, so that to take HTTP/2.0 at its word
		// breaks no rule of it.
		ID:           "14.2.7",
		Description:  "A version higher than HTTP/1.1.",
		Expectation:  "Whether to open a WebSocket is left open for HTTP/1.2, which is compatible. The others should be refused: 505 is the fitting answer.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9110 2.5"},
		Requirements: []string{"RFC6455-4.2.1-c"},
		Variants:     slices.Concat(versions(eitherAnswer, "HTTP/1.2"), versions(shouldRefuse, "HTTP/2.0", "HTTP/9.9")),
	},
	{
		ID:           "14.2.8",
		Description:  "Other white space in the request line than one blank between its parts.",
		Expectation:  "Two blanks and a tab may be taken for one blank. The others should be refused.",
		Spec:         []string{"RFC 9112 3"},
		Requirements: []string{"RFC9112-3-a"},
		Variants: slices.Concat(
			lines(eitherAnswer, "GET  {path}  HTTP/1.1", "GET\t{path}\tHTTP/1.1"),
			lines(shouldRefuse, " GET {path} HTTP/1.1", "GET {path} HTTP/1.1 ", "GET {path}HTTP/1.1"),
		),
	},
	{
		ID:           "14.2.9",
		Description:  "A target that is none of a GET.",
		Expectation:  "The server should answer with an error. Where the request line has another number of parts, or a NUL, it MUST NOT open a WebSocket.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9112 3"},
		Requirements: []string{"RFC6455-4.2.1-a", "RFC6455-4.2.2-g", "RFC9112-3-a"},
		Alive:        true,
		Variants: slices.Concat(
			lines(mustRefuse, "GET  HTTP/1.1", "GET {path}\x00 HTTP/1.1", "GET {path} {path} HTTP/1.1"),
			lines(shouldRefuse, "GET chat HTTP/1.1", "GET * HTTP/1.1", "GET http:// HTTP/1.1", "GET {host} HTTP/1.1",
				"GET {path}\x7f HTTP/1.1", "GET /\xc3\x28 HTTP/1.1"),
			lines(eitherAnswer, "GET //evil.example/ HTTP/1.1"),
		),
	},
	{
		ID:           "14.2.10",
		Description:  "A target with a fragment.",
		Expectation:  "A fragment MUST NOT be in a request: the server should answer with an error.",
		Spec:         []string{"RFC 6455 3", "RFC 9112 3.2"},
		Requirements: []string{"RFC6455-3-d", "RFC6455-4.2.1-a"},
		Opening:      &Opening{Line: Of("GET {path}#frag HTTP/1.1"), Answers: shouldRefuse},
	},
	{
		// Nothing obliges a server to refuse a long target: it may take what it likes.
		ID:           "14.2.11",
		Description:  "A target with a long query.",
		Expectation:  "A request line of 8000 octets should be taken. One that is longer than the server wants is refused with 414 or another error. It MUST NOT be harmed.",
		Spec:         []string{"RFC 9112 3", "RFC 9110 15.5.15"},
		Requirements: []string{"RFC9112-3-c", "RFC9112-3-b"},
		Alive:        true,
		Memory:       64,
		Variants: []Variant{
			{Name: "8000 octets", Opening: longTarget(8000-len(" HTTP/1.1"), eitherAnswer)},
			{Name: "64 KiB", Opening: longTarget(64<<10, mayBeTooLong)},
			{Name: "1 MiB", Opening: longTarget(1<<20, mayBeTooLong)},
		},
	},
	{
		// A server that takes no LF for a line end waits for more of the head, as it may.
		ID:           "14.2.12",
		Description:  "Line ends other than CR LF.",
		Expectation:  "LF alone may be taken for a line end. CR alone is none: the server MUST refuse what is one line then. CR CR LF may be taken for a blank and a line end.",
		Spec:         []string{"RFC 9112 2.2"},
		Requirements: []string{"RFC9112-2.2-b", "RFC9112-2.2-c"},
		Variants: []Variant{
			{Name: "LF", Opening: &Opening{Style: Style{End: "\n"}, Time: Second, Answers: orWaits(eitherAnswer)}},
			{Name: "LF at the end alone", Opening: &Opening{Style: Style{LastEnd: "\n"}, Time: Second, Answers: orWaits(eitherAnswer)}},
			{Name: "CR", Opening: &Opening{Style: Style{End: "\r", LastEnd: "\r\n\r\n"}, Answers: mustRefuse}},
			{Name: "CR CR LF", Opening: &Opening{Style: Style{End: "\r\r\n", LastEnd: "\r\n"}, Answers: eitherAnswer}},
		},
	},
}

// longTarget is a request whose target is n octets long, or a few more.
func longTarget(n int, answers []Answer) *Opening {
	return &Opening{
		Before: Of("GET {path}?"), Octets: Repeat("a", n-len("GET /?")),
		After: Of(" HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
			"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"),
		Answers: answers,
	}
}

// orWaits are answers and that the server waits for more.
func orWaits(answers []Answer) []Answer {
	return append(slices.Clip(answers), Answer{Verdict: Informational, Status: []string{Unanswered}, Says: "The server waited for the end of the request."})
}

// requiredFields is section 14.3.
var requiredFields = []Case{
	{
		ID:           "14.3.1",
		Description:  "No Host.",
		Expectation:  refusesIt + " 400 is the fitting answer.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9112 3.2"},
		Requirements: []string{"RFC6455-4.2.1-e", "RFC9112-3.2-a"},
		Opening:      &Opening{Edits: []Edit{Remove("Host")}, Answers: mustRefuse},
	},
	{
		ID:           "14.3.2",
		Description:  "Two fields Host.",
		Expectation:  refusesIt + " 400 is the fitting answer.",
		Spec:         []string{"RFC 9112 3.2"},
		Requirements: []string{"RFC9112-3.2-a"},
		Variants: twists(mustRefuse,
			twist{name: "the same twice", edits: []Edit{Add("Host", "{host}")}},
			twist{name: "two different ones", edits: []Edit{Add("Host", "evil.example")}},
		),
	},
	{
		// A long name is a good one. To let a port or a bracket too many pass is common, and
		// no other host comes of it.
		ID:           "14.3.3",
		Description:  "A Host that is none.",
		Expectation:  "The server MUST answer with an error: 400. That it looks past a second port and a bracket is tolerated. Whether it takes an empty Host, and the name of another, is left open.",
		Spec:         []string{"RFC 9112 3.2", "RFC 6455 4.2.1"},
		Requirements: []string{"RFC9112-3.2-a", "RFC6455-4.2.1-e"},
		Alive:        true,
		Variants: slices.Concat(
			values(mustRefuse, "Host", "a b", "user@{host}", "{host}/path", "{host}\x00"),
			values(shouldRefuse, "Host", "{host}:80:80", "[::1"),
			values(eitherAnswer, "Host", "", "gobahn.example", strings.Repeat("a", 4096)),
		),
	},
	{
		ID:           "14.3.4",
		Description:  "No Upgrade.",
		Expectation:  ignoresIt,
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9110 7.8"},
		Requirements: []string{"RFC6455-4.2.1-f", "RFC9110-7.8-c"},
		Opening:      &Opening{Edits: []Edit{Remove("Upgrade")}, Answers: noUpgrade},
	},
	{
		ID:           "14.3.5",
		Description:  "Upgrade to another protocol, or to none.",
		Expectation:  ignoresIt,
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9110 7.8"},
		Requirements: []string{"RFC6455-4.2.1-f", "RFC9110-7.8-c"},
		Variants: values(noUpgrade, "Upgrade",
			"", "websockets", "web socket", "websocket2", "xwebsocket", "h2c", "TLS/1.0", `"websocket"`),
	},
	{
		ID:           "14.3.6",
		Description:  "Upgrade to a version of websocket.",
		Expectation:  leftOpen + " The grammar allows a version, and no document has one.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9110 7.8"},
		Requirements: []string{"RFC6455-4.2.1-f"},
		Opening:      &Opening{Edits: []Edit{Set("Upgrade", "websocket/13")}, Answers: eitherAnswer},
	},
	{
		ID:           "14.3.7",
		Description:  "Connection without the option Upgrade, or no Connection.",
		Expectation:  ignoresIt,
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9110 7.8"},
		Requirements: []string{"RFC6455-4.2.1-g", "RFC9110-7.8-f"},
		Variants: slices.Concat(
			twists(noUpgrade, twist{name: "none", edits: []Edit{Remove("Connection")}}),
			values(noUpgrade, "Connection", "", "keep-alive", "close", "Upgraded", "xUpgrade", "Upgrade;q=1", `"Upgrade"`),
		),
	},
	{
		ID:           "14.3.8",
		Description:  "Connection asks for the end of the connection and for another protocol.",
		Expectation:  leftOpen,
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9112 9.6"},
		Requirements: []string{"RFC6455-4.2.1-g"},
		Opening:      &Opening{Edits: []Edit{Set("Connection", "close, Upgrade")}, Answers: eitherAnswer},
	},
	{
		ID:           "14.3.9",
		Description:  "No key.",
		Expectation:  refusesIt,
		Spec:         []string{"RFC 6455 4.2.1"},
		Requirements: []string{"RFC6455-4.2.1-h"},
		Alive:        true,
		Opening:      &Opening{Edits: []Edit{Remove("Sec-WebSocket-Key")}, Answers: mustRefuse},
	},
	{
		// A server need not decode the key (RFC 6455 4.2.2), so that one of 24 characters may
		// pass for one of 16 octets. Any other length shows that it is none.
		ID:           "14.3.10",
		Description:  "A key of more or fewer than 16 octets.",
		Expectation:  refusesIt + " That one passes which is as long in base64 as 16 octets are is tolerated.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 6455 4.2.2"},
		Requirements: []string{"RFC6455-4.2.1-h"},
		Variants: slices.Concat(
			twists(mustRefuse, keyOf(0, ""), keyOf(1, "AA=="), keyOf(8, "AQIDBAUGBwg="), keyOf(15, "AQIDBAUGBwgJCgsMDQ4P")),
			twists(shouldRefuse, keyOf(17, "AQIDBAUGBwgJCgsMDQ4PEBE="), keyOf(18, "AQIDBAUGBwgJCgsMDQ4PEBES")),
			twists(mustRefuse, keyOf(20, "AQIDBAUGBwgJCgsMDQ4PEBESExQ="), keyOf(32, "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=")),
		),
	},
	{
		ID:           "14.3.11",
		Description:  "A key that is not base64, or of another size: it breaks the grammar.",
		Expectation:  refusesIt,
		Spec:         []string{"RFC 6455 4.2.1", "RFC 6455 4.3"},
		Requirements: []string{"RFC6455-4.2.1-h", "RFC6455-4.2.1-a"},
		Variants: twists(mustRefuse,
			badKey("22 letters without padding", "AQIDBAUGBwgJCgsMDQ4PEA"),
			badKey("one = too few", "AQIDBAUGBwgJCgsMDQ4PEA="),
			badKey("one = too many", "AQIDBAUGBwgJCgsMDQ4PEA==="),
			badKey("the alphabet for URLs", "-_-_BAUGBwgJCgsMDQ4PEA=="),
			badKey("a blank inside", "AQIDBAUG wgJCgsMDQ4PEA=="),
			badKey("an exclamation mark", "AQIDBAUG!wgJCgsMDQ4PEA=="),
			badKey("32 hex digits", "0102030405060708090a0b0c0d0e0f10"),
			badKey("the octet ff", "AQIDBAUG\xffwgJCgsMDQ4PEA=="),
			badKey("padding in the middle", "AQIDBAUG==gJCgsMDQ4PEA=="),
		),
	},
	{
		ID:           "14.3.12",
		Description:  "Two keys.",
		Expectation:  refusesIt + " That the same key twice passes is tolerated.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 6455 11.3.1"},
		Requirements: []string{"RFC6455-11.3.1-a", "RFC6455-4.2.1-h"},
		Variants: slices.Concat(
			twists(shouldRefuse, twist{name: "the same in two fields", edits: []Edit{Add("Sec-WebSocket-Key", "{key}")}}),
			twists(mustRefuse,
				twist{name: "two in two fields", edits: []Edit{Add("Sec-WebSocket-Key", rfcKey)}},
				twist{name: "two in one field", edits: []Edit{Set("Sec-WebSocket-Key", "{key}, "+rfcKey)}},
			),
		),
	},
	{
		ID:           "14.3.13",
		Description:  "A very long key.",
		Expectation:  "The server MUST refuse it, and MUST NOT be harmed. It may end TCP.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 9110 5.4"},
		Requirements: []string{"RFC6455-4.2.1-h", "RFC9110-5.4-a"},
		Alive:        true,
		Memory:       64,
		Variants: twists(refusesTooLong,
			twist{name: "4 KiB", edits: []Edit{{Set: "Sec-WebSocket-Key", To: Repeat("A", 4<<10)}}, answers: mustRefuse},
			twist{name: "64 KiB", edits: []Edit{{Set: "Sec-WebSocket-Key", To: Repeat("A", 64<<10)}}},
			twist{name: "1 MiB", edits: []Edit{{Set: "Sec-WebSocket-Key", To: Repeat("A", 1<<20)}}},
		),
	},
	{
		ID:           "14.3.14",
		Description:  "No version.",
		Expectation:  refusesIt + " 426 and 400 are the fitting answers, and Sec-WebSocket-Version says 13.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 6455 4.2.2"},
		Requirements: []string{"RFC6455-4.2.1-i", "RFC6455-4.2.2-f"},
		Opening:      &Opening{Edits: []Edit{Remove("Sec-WebSocket-Version")}, Answers: mustRefuse},
	},
	{
		ID:           "14.3.15",
		Description:  "A version that is not known.",
		Expectation:  "The server MUST answer with an error, such as 426, and with Sec-WebSocket-Version, in which is 13. One that ends TCP without an answer is tolerated.",
		Spec:         []string{"RFC 6455 4.2.2", "RFC 6455 4.4"},
		Requirements: []string{"RFC6455-4.2.2-f", "RFC6455-4.4-a"},
		Variants: values([]Answer{
			{Verdict: OK, Status: []string{"4xx", "501", "505"}, With: []string{"Sec-WebSocket-Version: 13"}},
			{Verdict: NonStrict, Status: []string{"3xx", "5xx"}, With: []string{"Sec-WebSocket-Version: 13"}},
			{Verdict: NonStrict, Status: []string{Dropped}},
		}, "Sec-WebSocket-Version", "0", "1", "12", "14", "25", "99", "255"),
	},
	{
		ID:           "14.3.16",
		Description:  "The version of a draft, with the name that Origin has there.",
		Expectation:  "Whether the server speaks drafts is left open. If it opens the WebSocket it has to work.",
		Spec:         []string{"RFC 6455 4.2.2"},
		Requirements: []string{"RFC6455-4.2.2-f"},
		Variants:     twists(eitherAnswer, draft("7"), draft("8")),
	},
	{
		ID:           "14.3.17",
		Description:  "A version that is none.",
		Expectation:  refusesIt + " Whether a list of versions is taken is left open.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 6455 4.3"},
		Requirements: []string{"RFC6455-4.2.1-i", "RFC6455-4.3-b", "RFC6455-4.2.1-a"},
		Variants: slices.Concat(
			values(mustRefuse, "Sec-WebSocket-Version", "", "013", "+13", "13.0", "0x0d", "13;8", "1 3", "256", "1300"),
			values(eitherAnswer, "Sec-WebSocket-Version", "13, 8", "8, 13"),
			values(mustRefuse, "Sec-WebSocket-Version", "thirteen"),
		),
	},
	{
		ID:           "14.3.18",
		Description:  "Two fields with a version.",
		Expectation:  "There MUST be one: the server should answer with an error. Whether 13 twice is taken is left open.",
		Spec:         []string{"RFC 6455 11.3.5"},
		Requirements: []string{"RFC6455-11.3.5-a"},
		Variants: slices.Concat(
			twists(eitherAnswer, twice("Sec-WebSocket-Version", "13", "13")),
			twists(shouldRefuse, twice("Sec-WebSocket-Version", "13", "8"), twice("Sec-WebSocket-Version", "8", "13")),
		),
	},
}

// keyOf is a twist with a key of n octets.
func keyOf(n int, key string) twist { return badKey(fmt.Sprintf("%d octets", n), key) }

// badKey is a twist with another key.
func badKey(name, key string) twist {
	return twist{name: name, edits: []Edit{Set("Sec-WebSocket-Key", key)}}
}

// draft is a twist with the version of a draft.
func draft(version string) twist {
	return twist{name: "version " + version, edits: []Edit{
		Set("Sec-WebSocket-Version", version), Set("Sec-WebSocket-Origin", "http://{host}"),
	}}
}
