package cases

// clientDeclines is the case of responses that a client must not take for the beginning of a
// WebSocket.
func clientDeclines(id ID, description string, requirements []string, spec []string, variants ...Variant) Case {
	c := clientRefuses(Case{
		ID: id, Description: description, Spec: spec, Requirements: requirements, Variants: variants,
		Expectation: "The client MUST fail the connection: it ends TCP, and neither echoes the message that follows nor answers the ping.",
	})
	if len(variants) == 1 {
		c.Opening, c.Variants = variants[0].Opening, nil
	}
	return c
}

// tolerating is v, where a client that opens the WebSocket all the same is only lenient.
func tolerating(v Variant, verdict Verdict) Variant {
	v.Accept = []Outcome{
		{Verdict: OK, Says: refusedIt},
		{Verdict: verdict, Events: Events{GotText(probe), GotPong("after")}, Says: "The client opened the WebSocket all the same."},
		{Verdict: verdict, Events: Events{GotPong("after"), GotText(probe)}, Says: "The client opened the WebSocket all the same."},
	}
	v.Ending = &leaving
	return v
}

// lenientOnly is c with all of its variants tolerating.
func lenientOnly(c Case, verdict Verdict) Case {
	if len(c.Variants) == 0 {
		v := tolerating(Variant{}, verdict)
		c.Accept, c.Ending = v.Accept, *v.Ending
		return c
	}
	for i, v := range c.Variants {
		c.Variants[i] = tolerating(v, verdict)
	}
	return c
}

// status is a variant with another status and otherwise the right fields. A response
// that may have content says that it has none, so that the client need not wait for it, and
// that TCP ends with it, or a client could keep it for another request (RFC 9112 9.3).
func status(line string) Variant { return final(line, line) }

// final is a variant with that status, with which the connection is over.
func final(name, line string, edits ...Edit) Variant {
	return lined(name, "HTTP/1.1 "+line, append([]Edit{Set("Connection", "Upgrade, close"), Add("Content-Length", "0")}, edits...)...)
}

// interim is a response after which the client waits for another, and may do so until we
// close.
func interim(line string) Variant {
	v := lined(line+", and silence", "HTTP/1.1 "+line)
	v.Ending = &surviving
	v.Limit = &Limit{After: Second, Close: true}
	return v
}

// badResponses is section 15.3.
var badResponses = []Case{
	clientDeclines("15.3.1", "Responses with another status and otherwise the right fields.", []string{"RFC6455-4.1-z", "RFC6455-4.1-ah"}, []string{"RFC 6455 4.1"},
		status("200 OK"), status("201 Created"), status("204 No Content"), status("206 Partial Content"),
		interim("102 Processing"), interim("100 Continue"),
		status("400 Bad Request"), status("403 Forbidden"), status("404 Not Found"), status("426 Upgrade Required"),
		status("500 Internal Server Error"), status("503 Service Unavailable"), status("999 Strange"), status("000 Nothing"),
	),
	clientDeclines("15.3.2", "Responses whose status line is not one, or another.", []string{"RFC6455-4.1-ah"}, []string{"RFC 6455 4.1", "RFC 9112 4"},
		lined("1O1", "HTTP/1.1 1O1 Switching Protocols"),
		lined("0101", "HTTP/1.1 0101 Switching Protocols"),
		lined("101x", "HTTP/1.1 101x Switching Protocols"),
		lined("HTTP/2", "HTTP/2 101 Switching Protocols"),
		tolerating(lined("two blanks", "HTTP/1.1  101 Switching Protocols"), Informational),
		lined("ICY", "ICY 101 Switching Protocols"),
		tolerating(lined("lower case", "http/1.1 101 Switching Protocols"), Informational),
		lined("garbage", "garbage"),
	),
	lenientOnly(clientDeclines("15.3.3", "A 101 with HTTP/1.0.", []string{"RFC6455-4.1-ah", "RFC9110-7.8-g"}, []string{"RFC 6455 4.1", "RFC 9110 7.8"},
		lined("1.0", "HTTP/1.0 101 Switching Protocols"),
	), NonStrict),
	clientDeclines("15.3.4", "Responses without the right Upgrade.", []string{"RFC6455-4.1-ab"}, []string{"RFC 6455 4.1"},
		edited("missing", Remove("Upgrade")),
		edited("empty", Set("Upgrade", "")),
		edited("websockets", Set("Upgrade", "websockets")),
		edited("h2c", Set("Upgrade", "h2c")),
		tolerating(edited("a list", Set("Upgrade", "websocket, h2c")), NonStrict),
		edited("quoted", Set("Upgrade", `"websocket"`)),
	),
	lenientOnly(clientDeclines("15.3.5", "A response with two fields Upgrade.", []string{"RFC6455-4.1-ab"}, []string{"RFC 6455 4.1"},
		edited("twice", Add("Upgrade", "websocket")),
	), NonStrict),
	clientDeclines("15.3.6", "Responses without the right Connection.", []string{"RFC6455-4.1-ac"}, []string{"RFC 6455 4.1"},
		edited("missing", Remove("Connection")),
		edited("empty", Set("Connection", "")),
		edited("keep-alive", Set("Connection", "keep-alive")),
		edited("close", Set("Connection", "close")),
		edited("Upgraded", Set("Connection", "Upgraded")),
	),
	clientDeclines("15.3.7", "Responses without a Sec-WebSocket-Accept that says something.", []string{"RFC6455-4.1-ad"}, []string{"RFC 6455 4.1"},
		edited("missing", Remove(acceptField)),
		edited("empty", Set(acceptField, "")),
		edited("a dash", Set(acceptField, "-")),
	),
	clientDeclines("15.3.8", "Responses with a wrong Sec-WebSocket-Accept.", []string{"RFC6455-4.1-ad"}, []string{"RFC 6455 4.1"},
		edited("of another key", Set(acceptField, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")),
		edited("all zero", Set(acceptField, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
		edited("the key", Set(acceptField, "{key}")),
		edited("letters in other case", Set(acceptField, "{acceptSwapped}")),
		edited("no padding", Set(acceptField, "{acceptUnpadded}")),
		edited("last letter changed", Set(acceptField, "{acceptChanged}")),
		edited("in hex", Set(acceptField, "{acceptHex}")),
		edited("GUID in lower case", Set(acceptField, "{acceptLower}")),
		edited("of the decoded key", Set(acceptField, "{acceptDecoded}")),
		edited("quoted", Set(acceptField, `"{accept}"`)),
		edited("something behind it", Set(acceptField, "{accept}x")),
	),
	clientDeclines("15.3.9", "Responses with two fields Sec-WebSocket-Accept.", []string{"RFC6455-11.3.3-a", "RFC6455-4.1-ah"}, []string{"RFC 6455 11.3.3"},
		edited("right and wrong", Add(acceptField, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")),
		edited("wrong and right", Set(acceptField, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), Add(acceptField, "{accept}")),
		tolerating(edited("right and right", Add(acceptField, "{accept}")), NonStrict),
	),
	clientDeclines("15.3.10", "Responses with a subprotocol that was not offered.", []string{"RFC6455-4.1-ag"}, []string{"RFC 6455 4.1"},
		edited("one nobody knows", Set(protocolField, strangeProtocol)),
		Variant{Name: "one beside those offered", Opening: &Opening{Wants: []string{protocolField}, Edits: []Edit{Set(protocolField, "{protocol}x")}}},
	),
	clientDeclines("15.3.11", "Responses whose subprotocol is none of those offered, but made of one.", []string{"RFC6455-4.1-ag", "RFC6455-11.3.4-b"}, []string{"RFC 6455 4.1", "RFC 6455 11.3.4"},
		askedFor("two of them", Set(protocolField, "{protocol}, x-other")),
		askedFor("twice the same", Set(protocolField, "{protocol}, {protocol}")),
		askedFor("empty", Set(protocolField, "")),
		tolerating(askedFor("two equal fields", Set(protocolField, "{protocol}"), Add(protocolField, "{protocol}")), NonStrict),
		askedFor("two fields", Set(protocolField, "{protocol}"), Add(protocolField, "x-other")),
	),
	// NUL and a bare CR a recipient may replace by a blank (RFC 9110 5.5, RFC 9112 2.2).
	clientDeclines("15.3.12", "Responses whose fields are not as they should be.", []string{"RFC6455-4.1-ah", "RFC9110-5.5-a"}, []string{"RFC 9112 5", "RFC 9110 5.5"},
		tolerating(edited("no colon", Insert("X-Nothing\r\n")), NonStrict),
		tolerating(edited("NUL in a value", Insert("X-Nul: a\x00b\r\n")), Informational),
		tolerating(edited("blank before the colon", Remove("Upgrade"), Insert("Upgrade : websocket\r\n")), NonStrict),
		tolerating(edited("bare CR", Insert("X-Cr: a\rb\r\n")), Informational),
	),
	{
		ID:          "15.3.13",
		Description: "Responses that end in the middle, and TCP with them.",
		Expectation: "The client has no WebSocket, and survives.",
		Spec:        []string{"RFC 6455 4.1", "RFC 6455 7.2.1"}, Requirements: []string{"RFC6455-4.1-f", "RFC6455-7.2.1-a"},
		Role: Client, Tags: []Tag{Handshake}, Accept: Silence, Ending: surviving,
		Variants: []Variant{
			{Name: "behind the status line", Opening: &Opening{Cut: 34}, Script: Script{Drop{}}},
			{Name: "in the middle of the fields", Opening: &Opening{Cut: 60}, Script: Script{Drop{}}},
			{Name: "before the last line end", Opening: &Opening{Cut: -2}, Script: Script{Drop{}}},
			{Name: "before the last line end, with a reset", Opening: &Opening{Cut: -2}, Script: Script{Drop{Reset: true}}},
			{Name: "at once", Opening: &Opening{Cut: 1}, Script: Script{Drop{}}},
		},
	},
	func() Case {
		c := clientDeclines("15.3.14", "Responses of 64 MiB without an end.", []string{"RFC6455-10.4-a"}, []string{"RFC 6455 10.4"},
			Variant{Name: "fields", Opening: &Opening{Edits: []Edit{{Insert: Repeat("X-n: a\r\n", 64*mib)}}, Cut: -2}},
			Variant{Name: "one field", Opening: &Opening{Edits: []Edit{Insert("X: "), {Insert: Repeat("a", 64*mib)}}, Cut: -2}},
		)
		c.Expectation = "The client should not take as much: it ends TCP before 16 MiB are sent. To take more, and to wait for the end, is tolerated while its memory grows by no more than 1 GiB."
		c.Accept = []Outcome{
			{Verdict: OK, Ending: &endedByPeer},
			{Verdict: NonStrict, Ending: nothingAsked, Says: "The client waited for the end of the response."},
		}
		// Some clients take five seconds to give up.
		c.Script, c.Limit.After = Script{Wait{For: Second}}, 15*Second
		c.Limit.Octets, c.Memory = 16*mib, headMemory
		return c
	}(),
}

// askedFor is a variant for clients that offer a subprotocol.
func askedFor(name string, edits ...Edit) Variant {
	return Variant{Name: name, Opening: &Opening{Wants: []string{protocolField}, Edits: edits}}
}

// redirects is section 15.4.
var redirects = []Case{
	{
		ID:          "15.4.1",
		Description: "Redirects to another resource of the same server.",
		Expectation: "A client may follow, but need not.",
		Spec:        []string{"RFC 6455 4.1"}, Requirements: []string{"RFC6455-4.1-aa", "WHATWG-WebSockets2.2-b"},
		Role: Client, Tags: []Tag{Handshake}, Limit: FailAfter(refusalTime),
		Accept: []Outcome{{Verdict: Informational, Says: "The client left this connection; whether it follows is its own affair."}},
		Ending: leaving,
		Variants: []Variant{
			redirect("301 Moved Permanently", "/getCaseCount"), redirect("302 Found", "/getCaseCount"), redirect("303 See Other", "/getCaseCount"),
			redirect("307 Temporary Redirect", "/getCaseCount"), redirect("308 Permanent Redirect", "/getCaseCount"),
		},
	},
	{
		ID:          "15.4.2",
		Description: "A redirect to the same resource, again and again.",
		Expectation: "A client that follows SHOULD notice the loop, as after 20 requests: 50 are too many for anybody.",
		Spec:        []string{"RFC 9110 15.4"}, Requirements: []string{"RFC9110-15.4-a"},
		Role: Client, Tags: []Tag{Handshake}, Limit: Limit{After: refusalTime, Attempts: 51},
		Opening: redirect("302 Found", "{path}").Opening,
		Accept:  []Outcome{{Verdict: OK, Says: "The client did not follow for ever."}},
		Ending:  leaving,
	},
	clientDeclines("15.4.4", "Redirects to what is no WebSocket, and to nowhere.", []string{"RFC6455-4.1-g", "RFC6455-4.1-z"}, []string{"RFC 6455 4.1"},
		redirect("302 Found", "file:///etc/hostname"),
		Variant{Name: "ftp", Opening: redirect("302 Found", "ftp://{host}/").Opening},
		final("no Location", "302 Found"),
	),
	clientDeclines("15.4.6", "Answers that ask for other versions of the protocol.", []string{"RFC6455-4.4-b", "RFC6455-11.3.5-b"}, []string{"RFC 6455 4.4"},
		versionAnswer("8, 7"), versionAnswer("13"),
	),
}

// redirect is a variant that sends the client elsewhere.
func redirect(line, location string) Variant {
	return lined(line+" to "+location, "HTTP/1.1 "+line, Remove("Upgrade"), Set("Connection", "close"), Add("Location", location), Add("Content-Length", "0"))
}

// versionAnswer is a variant that asks for these versions.
func versionAnswer(versions string) Variant {
	return final("version "+versions, "426 Upgrade Required", Add("Sec-WebSocket-Version", versions))
}
