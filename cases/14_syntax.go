package cases

import "slices"

// requestSyntax is the part of section 14.4 about the lines of a request.
var requestSyntax = []Case{
	{
		ID:           "14.4.1",
		Description:  "White space before the colon of a field.",
		Expectation:  "The server MUST answer 400. Another error, and to end TCP without an answer, are tolerated.",
		Spec:         []string{"RFC 9112 5.1"},
		Requirements: []string{"RFC9112-5.1-a"},
		Variants: twists(mustRefuse,
			written("Upgrade", "Upgrade : websocket"),
			written("Host", "Host\t: {host}"),
			written("Sec-WebSocket-Key", "Sec-WebSocket-Key : {key}"),
		),
	},
	{
		ID:           "14.4.2",
		Description:  "A field on two lines, of which the second begins with a blank.",
		Expectation:  "The server MUST answer with an error, or read the fold as blanks: then the key is none, and the version is part of a field that means nothing.",
		Spec:         []string{"RFC 9112 5.2"},
		Requirements: []string{"RFC9112-5.2-a"},
		Variants: twists(mustRefuse,
			twist{name: "the key", edits: []Edit{
				Remove("Sec-WebSocket-Key"), Insert("Sec-WebSocket-Key: dGhlIHNhbXBs\r\n ZSBub25jZQ==\r\n"),
			}},
			twist{name: "a field that means nothing", answers: mayRepair, edits: []Edit{Insert("X-Folded: one\r\n two\r\n")}},
			twist{name: "a field that means nothing, and the version is on its second line", edits: []Edit{
				Remove("Sec-WebSocket-Version"), Insert("X-Folded: one\r\n Sec-WebSocket-Version: 13\r\n"),
			}},
		),
	},
	{
		ID:           "14.4.3",
		Description:  "The line behind the request line begins with a blank, and is the Host.",
		Expectation:  "The server MUST answer with an error, or leave the line out: then there is no Host, which is an error as well.",
		Spec:         []string{"RFC 9112 2.2"},
		Requirements: []string{"RFC9112-2.2-d"},
		Opening: &Opening{
			Line: Of("GET {path} HTTP/1.1\r\n Host: {host}"), Edits: []Edit{Remove("Host")}, Answers: mustRefuse,
		},
	},
	{
		ID:           "14.4.4",
		Description:  "A control character in the value of a field.",
		Expectation:  "In a field that means nothing it is an error, or replaced by a blank. In the key it MUST be an error.",
		Spec:         []string{"RFC 9110 5.5", "RFC 9112 2.2", "RFC 6455 4.2.1"},
		Requirements: []string{"RFC9110-5.5-a", "RFC9112-2.2-c"},
		Alive:        true,
		Variants: slices.Concat(
			values(mayRepair, "X-Unknown", "a\x00b", "a\rb", "a\x01b", "a\x7fb"),
			values(mustRefuse, "Sec-WebSocket-Key", "AQIDBAUG\x00BwgJCgsMDQ4PEA==", "AQIDBAUG\rBwgJCgsMDQ4PEA==",
				"AQIDBAUG\x01BwgJCgsMDQ4PEA==", "AQIDBAUG\x7fBwgJCgsMDQ4PEA=="),
		),
	},
	{
		ID:           "14.4.5",
		Description:  "A line that is no field.",
		Expectation:  refusesIt + " 400 is the fitting answer. To take the octet 80 in a name is tolerated; whether a parenthesis is taken is left open.",
		Spec:         []string{"RFC 9112 2.2", "RFC 9112 5", "RFC 6455 4.2.1"},
		Requirements: []string{"RFC9112-2.2-e", "RFC6455-4.2.1-a"},
		Alive:        true,
		Variants: twists(mustRefuse,
			odd("no colon", "X-Odd 1", nil),
			odd("no name", ": 1", nil),
			odd("a blank in the name", "X Odd: 1", nil),
			odd("a NUL in the name", "X\x00Odd: 1", nil),
			odd("the octet 80 in the name", "X\x80Odd: 1", shouldRefuse),
			odd("a parenthesis in the name", "X(Odd: 1", eitherAnswer),
		),
	},
	{
		ID:           "14.4.6",
		Description:  "Octets above 7f in the value of a field that means nothing.",
		Expectation:  "They are obsolete, but allowed: the server should open the WebSocket.",
		Spec:         []string{"RFC 9110 5.5", "RFC 6455 4.2.1"},
		Requirements: []string{"RFC6455-4.2.1-l"},
		Variants:     values(mayRefuse, "X-Unknown", "caf\xc3\xa9", "caf\xe9"),
	},
	{
		ID:           "14.4.7",
		Description:  "A subprotocol that is not UTF-8, let alone a name.",
		Expectation:  "The server should answer with an error. If it opens the WebSocket nonetheless there MUST be no subprotocol.",
		Spec:         []string{"RFC 6455 4.2.1", "RFC 6455 8.1"},
		Requirements: []string{"RFC6455-8.1-b", "RFC6455-4.2.1-m"},
		Opening:      &Opening{Edits: []Edit{Set(protocolField, "\xed\xa0\x80")}, Answers: noProtocol},
	},
	{
		ID:           "14.4.8",
		Description:  "Expect: 100-continue, though no content follows.",
		Expectation:  "A 100 before the 101 is what is asked for where content follows. Here all is left open.",
		Spec:         []string{"RFC 9110 7.8", "RFC 9110 10.1.1"},
		Requirements: []string{"RFC9110-7.8-h"},
		Opening: &Opening{Edits: []Edit{Set("Expect", "100-continue")}, Answers: append([]Answer{
			{Verdict: Informational, Status: []string{"100"}, Says: "The server answered with 100 first."},
		}, eitherAnswer...)},
	},
}

// requestFraming is the part of section 14.4 about content, and about what comes behind a
// request that is refused. What is pipelined there must not be read as frames, and where
// the server has to close it must not be answered.
var requestFraming = []Case{
	{
		// RFC 9110 9.3.1 gives content of a GET no meaning, and lets it be refused.
		ID:           "14.4.9",
		Description:  "A Content-Length of 5, and five octets of content.",
		Expectation:  leftOpen + " The content MUST NOT be taken for frames.",
		Spec:         []string{"RFC 9110 7.8", "RFC 9110 9.3.1"},
		Requirements: []string{"RFC9110-7.8-i", "RFC6455-4.2.2-k"},
		Opening:      &Opening{Edits: []Edit{Set("Content-Length", "5")}, After: Of("AAAAA"), Answers: eitherAnswer},
	},
	{
		ID:           "14.4.10",
		Description:  "A Content-Length that is none, and another request behind it.",
		Expectation:  "The server MUST answer with 400 and close the connection: the request behind it MUST NOT be answered.",
		Spec:         []string{"RFC 9112 6.3"},
		Requirements: []string{"RFC9112-6.3-b"},
		Alive:        true,
		Variants: slices.Concat(
			followed(refusesAndCloses, values(nil, "Content-Length", "abc", "-1", "+5", "5, 6")),
			// This one is long, but a number: who can count so far may wait for the content.
			followed(append(slices.Clip(refusesAndCloses),
				Answer{Verdict: Informational, Status: []string{Unanswered}, Says: "The server waits for the content."},
			), values(nil, "Content-Length", "18446744073709551616")),
			followed(refusesAndCloses, twists(nil, twice("Content-Length", "5", "6"))),
		),
	},
	{
		ID:           "14.4.11",
		Description:  "Transfer-Encoding: chunked, and content of no chunk.",
		Expectation:  leftOpen + " The content MUST NOT be taken for frames.",
		Spec:         []string{"RFC 9110 7.8", "RFC 9112 6.3"},
		Requirements: []string{"RFC9112-6.3-a"},
		Opening: &Opening{
			Edits: []Edit{Set("Transfer-Encoding", "chunked")}, After: Of("0\r\n\r\n"), Answers: eitherAnswer,
		},
	},
	{
		ID:           "14.4.12",
		Description:  "Content-Length and Transfer-Encoding, which contradict each other, and another request behind the content.",
		Expectation:  "The server may refuse it, or go by Transfer-Encoding. Either way it MUST close the connection when it has answered: the request behind it MUST NOT be answered.",
		Spec:         []string{"RFC 9112 6.1"},
		Requirements: []string{"RFC9112-6.1-c"},
		Opening: &Opening{
			Edits: []Edit{Set("Content-Length", "4"), Set("Transfer-Encoding", "chunked")},
			After: Of("0\r\n\r\n" + pipelined),
			Answers: append([]Answer{
				{Verdict: Informational, Status: []string{"101"}, Says: "The server opened the WebSocket."},
				{Verdict: OK, Status: []string{AnyRefusal}, Then: []string{Dropped, Unfinished}},
			}, refusesAndCloses...),
		},
		Ending: Ending{Grade: Informational}, // the request behind it is no frame
	},
	{
		ID:           "14.4.13",
		Description:  "A Transfer-Encoding that does not end with chunked, and another request behind it.",
		Expectation:  "The server MUST answer with 400 and close the connection: the request behind it MUST NOT be answered. 501 is as good where the coding is not known.",
		Spec:         []string{"RFC 9112 6.1", "RFC 9112 6.3"},
		Requirements: []string{"RFC9112-6.1-b", "RFC9112-6.3-a"},
		Alive:        true,
		Variants:     followed(refusesAndCloses, values(nil, "Transfer-Encoding", "gzip", "chunked, identity", "xchunked")),
	},
	{
		ID:           "14.4.14",
		Description:  "Version 99, and another request behind it.",
		Expectation:  "The server refuses the first. To answer the second as ordinary HTTP and to close the connection are both right: behind a proxy that tunnels anyway only the latter is safe.",
		Spec:         []string{"RFC 6455 4.2.2", "RFC 9110 7.8"},
		Requirements: []string{"RFC6455-4.2.2-f", "RFC9110-7.8-a"},
		Opening: &Opening{
			Edits: []Edit{Set("Sec-WebSocket-Version", "99")}, After: Of(pipelined),
			Answers: []Answer{
				{Verdict: Informational, Status: []string{AnyRefusal}, Then: []string{AnyRefusal}, Says: "The server answered the request behind the one it refused, too."},
				{Verdict: Informational, Status: []string{AnyRefusal}, Says: "The server did not answer the request behind the one it refused."},
				{Verdict: NonStrict, Status: []string{Dropped}},
			},
		},
	},
}

// notHTTP is the part of section 14.4 about what is no request of HTTP, or an old one.
var notHTTP = []Case{
	{
		ID:           "14.4.15",
		Description:  "Something else than HTTP, and CR LF CR LF, lest a server wait for more.",
		Expectation:  "The server should answer 400, or end TCP. It MUST NOT be harmed.",
		Spec:         []string{"RFC 9112 2.2"},
		Requirements: []string{"RFC9112-2.2-e"},
		Alive:        true,
		Variants: []Variant{
			garbage("the beginning of TLS", clientHello),
			garbage("64 NULs", Repeat("\x00", 64)),
			garbage("the greeting of SSH", Of("SSH-2.0-OpenSSH_9.9")),
			prefaced(garbage("the preface of HTTP/2", Of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"))),
		},
	},
	{
		ID:           "14.4.16",
		Description:  "The opening handshake of an old draft, hixie-76.",
		Expectation:  "Whether the server speaks drafts is left open. It MUST NOT be harmed.",
		Spec:         []string{"RFC 6455 4.2.1"},
		Requirements: []string{"RFC6455-4.2.1-a"},
		Alive:        true,
		Opening: &Opening{
			Octets: Of("GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nOrigin: http://{host}\r\n" +
				"Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\nSec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n\r\n"),
			After:   Of("^n:ds[4U"),
			Answers: eitherAnswer,
		},
		Ending: Ending{Grade: Informational}, // it would be no WebSocket that we speak
	},
}

// pipelined is the request behind another.
const pipelined = "GET /smuggled HTTP/1.1\r\nHost: {host}\r\n\r\n"

// refusesAndCloses is for requests of which nobody knows where they end: what comes
// behind is not to be answered.
var refusesAndCloses = []Answer{
	{Verdict: OK, Status: []string{"4xx", "501", "505"}, Then: []string{Dropped, Unfinished}},
	{Verdict: NonStrict, Status: []string{"4xx", "501", "505"}, Then: []string{Unanswered}, Says: "The server refused the request, but did not close the connection."},
	{Verdict: NonStrict, Status: []string{"3xx", "5xx"}, Then: []string{Dropped, Unanswered, Unfinished}},
	{Verdict: NonStrict, Status: []string{Dropped}},
}

// followed are variants with another request behind.
func followed(answers []Answer, list []Variant) []Variant {
	for _, v := range list {
		v.Opening.After, v.Opening.Answers = Of(pipelined), answers
	}
	return list
}

// noProtocol is for offers of subprotocols that are none.
var noProtocol = []Answer{
	{Verdict: OK, Status: []string{"4xx"}},
	{Verdict: NonStrict, Status: []string{"101"}, Without: []string{protocolField}},
	{Verdict: NonStrict, Status: []string{AnyRefusal, Dropped}},
}

// odd is a twist with a line that is no field.
func odd(name, line string, answers []Answer) twist {
	return twist{name: name, edits: []Edit{Insert(line + "\r\n")}, answers: answers}
}

// garbage is a variant with octets in the place of a request, and the end of one behind.
func garbage(name string, octets Payload) Variant {
	return Variant{Name: name, Opening: &Opening{Octets: octets, After: Of("\r\n\r\n"), Answers: []Answer{
		{Verdict: OK, Status: []string{"4xx", "501", "505", Dropped}},
		{Verdict: NonStrict, Status: []string{AnyRefusal, Unanswered}},
	}}}
}

// prefaced is v, which a server may take for the beginning of HTTP/2 (RFC 9113 3.3).
func prefaced(v Variant) Variant {
	speaks := Answer{Verdict: Informational, Status: []string{AnyRefusal, Unanswered}, Says: "The server may speak HTTP/2."}
	v.Opening.Answers = slices.Insert(slices.Clone(v.Opening.Answers), 1, speaks)
	return v
}

// clientHello is how a TLS client begins: a record with a ClientHello that has no extensions.
var clientHello = Of("\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03" +
	"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x20" +
	"\x00\x00\x04\xc0\x2f\xc0\x30\x01\x00")
