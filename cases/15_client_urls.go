package cases

// visiting is a conversation with a client that is started for it, with a URL of ours.
func visiting(c Case, checks ...Check) Case {
	c = observing(c, checks...)
	c.Needs = []Need{NeedURL}
	return c
}

// given is a variant in which the client is given this URL.
func given(name, url string, asks ...Ask) Variant {
	return Variant{Name: name, Opening: &Opening{Visit: &Visit{URL: url, Asks: asks}}}
}

// asksFor is the request that a URL means, and unlike it the client may send none, which
// is worth v.
func asksFor(v Verdict, targets ...string) []Ask {
	return []Ask{{Verdict: OK, Targets: targets}, {Verdict: v, None: true, Says: refusedURL}}
}

const refusedURL = "The client refused the URL, and sent no request."

// injected is a field that no client means to send.
const injected = "X-Injected"

// clientURLs is the part of section 15.1 in which the tester chooses the URL.
var clientURLs = []Case{
	visiting(Case{
		ID:          "15.1.2",
		Description: "URLs with an empty path, a query alone, and a scheme in capitals.",
		Expectation: "The client MUST ask for / where the path is empty, with the query behind it, and MUST speak TLS for WSS as for wss. To refuse a URL is not judged.",
		Spec:        []string{"RFC 6455 3"}, Requirements: []string{"RFC6455-3-c", "RFC6455-3-b"},
		Variants: []Variant{
			given("no path", "{scheme}://{host}", asksFor(Informational, "/")...),
			given("a query alone", "{scheme}://{host}?q", asksFor(Informational, "/?q")...),
			given("scheme in capitals", "{SCHEME}://{host}/x", asksFor(Informational, "/x")...),
			given("WSS", "WSS://{host}/x", Ask{Verdict: OK, Secure: true}, Ask{Verdict: Informational, None: true, Says: refusedURL}),
		},
	}, CheckTarget, CheckHost),
	// The design has only raw octets and # fail. A client that sends another request than
	// the URL means has not converted it, either.
	visiting(Case{
		ID:          "15.1.11",
		Description: "URLs with a fragment, and with characters that no URI has.",
		Expectation: "The client MUST NOT take a URL with a fragment. Characters that are not ASCII MUST be sent as UTF-8 in percent notation, and of a host by IDNA. To refuse the URL is as good.",
		Spec:        []string{"RFC 6455 3", "RFC 6455 4.1", "RFC 6455 11.1.1"},
		Requirements: []string{
			"RFC6455-3-d", "RFC6455-11.1.1-a", "RFC6455-4.1-a",
		},
		Variants: []Variant{
			given("a fragment", "{scheme}://{host}/a#f",
				Ask{Verdict: OK, None: true, Says: refusedURL},
				Ask{Verdict: NonStrict, Targets: []string{"/a", "/a%23f"}, Says: "The client took a URL with a fragment."}),
			given("letters beyond ASCII", "{scheme}://{host}/é€?q=ü", asksFor(OK, "/%C3%A9%E2%82%AC?q=%C3%BC", "/%c3%a9%e2%82%ac?q=%c3%bc")...),
			given("a blank", "{scheme}://{host}/a b",
				Ask{Verdict: OK, None: true, Says: refusedURL},
				Ask{Verdict: NonStrict, Targets: []string{"/a%20b"}, Says: "The client took a URL with a blank, and encoded it."}),
			given("a host beyond ASCII", "{scheme}://bücher.localhost:{port}/",
				Ask{Verdict: OK, Host: "xn--bcher-kva.localhost"},
				Ask{Verdict: OK, None: true, Says: "The client sent no request: it has refused the URL, or found no such host."},
				Ask{Verdict: OK, Secure: true}),
		},
	}, CheckTarget, CheckHost),
	visiting(Case{
		ID:          "15.1.12",
		Description: "A URL with a name and a password.",
		Expectation: "The client MUST NOT send them in Host, nor in what it asks for. Whether it sends them in Authorization, leaves them out or refuses the URL is not judged.",
		Spec:        []string{"RFC 6455 4.1", "RFC 6455 10.5"}, Requirements: []string{"RFC6455-4.1-n", "RFC6455-10.5-a"},
		Opening: &Opening{Visit: &Visit{URL: "{scheme}://user:pw@{host}/", Asks: []Ask{
			{Verdict: Informational, Targets: []string{"/"}, With: []string{authorization}, Says: "The client sent name and password in Authorization."},
			{Verdict: Informational, Targets: []string{"/"}, Says: "The client left name and password out."},
			{Verdict: Informational, None: true, Says: refusedURL},
		}}},
	}, CheckTarget, CheckHost, CheckSyntax),
	visiting(Case{
		ID:          "15.1.13",
		Description: "URLs with CR LF and what looks like a field, as they are and in percent notation; the same in a subprotocol and in a field that the client is asked to send.",
		Expectation: "The client MUST NOT send them as the end of a line: it encodes them, leaves them out, or refuses what it is asked for.",
		Spec:        []string{"RFC 6455 4.1", "RFC 9112 3"}, Requirements: []string{"RFC6455-4.1-j"},
		Variants: []Variant{
			injecting("path, encoded", "{scheme}://{host}/a%20HTTP/1.1%0d%0aX-Injected:%20yes%0d%0aX-Rest:%20"),
			injecting("query, encoded", "{scheme}://{host}/?a%20HTTP/1.1%0d%0aX-Injected:%20yes%0d%0aX-Rest:%20"),
			injecting("name, encoded", "{scheme}://a%0d%0aX-Injected:%20yes%0d%0aX-Rest:%20:pw@{host}/"),
			injecting("path", "{scheme}://{host}/a HTTP/1.1\r\nX-Injected: yes\r\nX-Rest: "),
			injecting("query", "{scheme}://{host}/?a HTTP/1.1\r\nX-Injected: yes\r\nX-Rest: "),
			smuggling("subprotocol", Visit{Protocol: "chat\r\nX-Injected: yes"}, "Sec-WebSocket-Protocol"),
			smuggling("field", Visit{Header: "X-Given: a\r\nX-Injected: yes"}, "X-Given"),
		},
	}, CheckTarget, CheckHost, CheckSyntax),
	{
		ID:          "15.1.9",
		Description: "The client is asked to open four WebSockets at a time; the response comes after a second.",
		Expectation: "There SHOULD be one opening handshake at a time. A client that opens only one is not judged.",
		Spec:        []string{"RFC 6455 4.1"}, Requirements: []string{"RFC6455-4.1-b", "WHATWG-WebSockets2.1-a"},
		Role: Client, Needs: []Need{NeedURL},
		Opening: &Opening{
			Pauses: []Pause{{0, Wait{For: Second}}},
			Visit:  &Visit{Sockets: 4, Wait: 6 * Second, Gap: Second, Hasty: 1, Stayed: Informational},
		},
		Script: Script{Text(probe)}, Accept: Exactly(GotText(probe)),
	},
}

// injecting is a variant with a URL that must not become a field.
func injecting(name, url string) Variant {
	return given(name, url, Ask{Verdict: OK, Without: []string{injected}}, Ask{Verdict: OK, None: true, Says: refusedURL})
}

// smuggling is a variant in which the client is asked for a field with one in it that must
// not become another. What it makes of a response that has no subprotocol is not judged.
func smuggling(name string, v Visit, field string) Variant {
	v.Asks = []Ask{
		{Verdict: Informational, Without: []string{field, injected}, Says: "The client sent no " + field + ": it was not told of it, or has left it out."},
		{Verdict: OK, Without: []string{injected}},
		{Verdict: OK, None: true, Says: "The client refused it, and sent no request."},
	}
	limit := CloseAfter(Second / 4)
	return Variant{Name: name, Opening: &Opening{Visit: &v}, Accept: anything, Ending: &surviving, Limit: &limit}
}

const authorization = "Authorization"

// browserRequests is the part of section 15.1 about what browsers send. A browser is a
// client of which the user says so. Of another that sends an Origin only that is judged.
var browserRequests = []Case{
	func() Case {
		c := observing(Case{
			ID:          "15.1.14",
			Description: "Two ordinary conversations with a client that sends an Origin, the first of which sets a cookie; what browsers have to send is looked at.",
			Expectation: "The Origin MUST be a serialised one. A browser MUST send Pragma and Cache-Control with no-cache, its subprotocols in one field, the cookie that was set, and MUST offer permessage-deflate.",
			Spec:        []string{"RFC 6455 4.1", "RFC 6454 7"},
			Requirements: []string{
				"RFC6455-4.1-s", "WHATWG-WebSockets2.2-c", "WHATWG-WebSockets2.2-d", "WHATWG-WebSockets2.2-e", "WHATWG-WebSockets2.2-f",
			},
			Variants: []Variant{
				{Name: "a cookie is set", Opening: &Opening{Wants: []string{WantBrowser}, Edits: []Edit{Add("Set-Cookie", "gobahn=1; Path=/")}}},
				{Name: "the cookie is looked for", Opening: &Opening{Wants: []string{WantBrowser}}},
			},
		}, CheckBrowser)
		c.Variants[1].Opening.Visit = &Visit{Asks: []Ask{
			{Verdict: OK, With: []string{"Cookie: gobahn=1"}},
			{Verdict: Informational, Says: "The client did not send the cookie that was set; it may have been started anew, or keep none."},
		}}
		return c
	}(),
}

// clientReturns is the part of section 15.4 in which a client may come back, or go
// elsewhere.
var clientReturns = []Case{
	{
		ID:          "15.4.3",
		Description: "A URL with a name and a password, and a redirect to another server, on another port.",
		Expectation: "A client that follows does not send Authorization there: these are the credentials of the first server, and who gets them can log in as the user. It need not follow.",
		Spec:        []string{"RFC 6455 4.1", "RFC 9110 15.4"}, Requirements: []string{"RFC6455-4.1-aa"},
		Role: Client, Tags: []Tag{Handshake}, Needs: []Need{NeedURL}, Limit: FailAfter(refusalTime),
		Accept: Exactly(), Ending: leaving,
		Variants: []Variant{
			elsewhere("302 Found"), elsewhere("307 Temporary Redirect"),
		},
	},
	{
		ID:          "15.4.5",
		Description: "A URL with a name and a password, and 401 for each request.",
		Expectation: "A client may try again with credentials, but SHOULD give up soon, as after 20 requests: 50 are too many for anybody.",
		Spec:        []string{"RFC 6455 4.1", "RFC 6455 10.5", "RFC 9110 15.5.2"}, Requirements: []string{"RFC6455-4.1-aa", "RFC6455-10.5-a"},
		Role: Client, Tags: []Tag{Handshake}, Needs: []Need{NeedURL}, Limit: Limit{After: refusalTime, Attempts: 51},
		Accept: Exactly(), Ending: leaving,
		Variants: []Variant{
			unauthorised("with a challenge", Add("WWW-Authenticate", `Basic realm="gobahn"`)),
			unauthorised("without a challenge"),
		},
	},
	// The gap has room for the connection before it: a client that waits 10 milliseconds
	// each time is not hasty.
	{
		ID:          "15.4.7",
		Description: "The server refuses the client, or ends TCP behind the opening handshake, in order or with a reset, as often as it comes.",
		Expectation: "A client that connects again by itself SHOULD wait before, for longer each time: one that comes back at once five times in a row is NON-STRICT. How long others wait is shown, not judged.",
		Spec:        []string{"RFC 6455 7.2.3"}, Requirements: []string{"RFC6455-7.2.3-a", "RFC6455-7.2.3-b", "RFC6455-7.2.3-c"},
		Role: Client, Tags: []Tag{Handshake}, Needs: []Need{NeedURL},
		Accept: Exactly(), Ending: surviving,
		Variants: []Variant{
			comingBack("refused", Drop{}, Opening{Line: Of("HTTP/1.1 503 Service Unavailable"), Edits: []Edit{Remove("Upgrade"), Set("Connection", "close"), Add("Content-Length", "0")}}),
			comingBack("ended", Drop{}, Opening{}),
			comingBack("reset", Drop{Reset: true}, Opening{}),
		},
	},
}

// elsewhere is a variant that sends the client, with credentials, to the other server.
func elsewhere(line string) Variant {
	v := redirect(line, "{scheme}://{elsewhere}/other")
	v.Name = line
	v.Opening.Visit = &Visit{
		URL: "{scheme}://user:pw@{host}/", Wait: 2 * Second, Private: []string{authorization},
		Asks: []Ask{
			{Verdict: OK, With: []string{authorization}},
			{Verdict: Informational, None: true, Says: refusedURL},
			{Verdict: Informational, Says: "The client sends no credentials at all."},
		},
	}
	return v
}

// unauthorised is a variant that asks for credentials.
func unauthorised(name string, edits ...Edit) Variant {
	v := lined(name, "HTTP/1.1 401 Unauthorized", append([]Edit{Remove("Upgrade"), Set("Connection", "close"), Add("Content-Length", "0")}, edits...)...)
	v.Opening.Visit = &Visit{
		URL: "{scheme}://user:pw@{host}/", Wait: 2 * Second, Came: Informational, Stayed: Informational,
		Asks: []Ask{
			{Verdict: OK, Targets: []string{"/"}},
			{Verdict: Informational, None: true, Says: refusedURL},
		},
	}
	return v
}

// comingBack is a variant after which a client may come back.
func comingBack(name string, drop Drop, o Opening) Variant {
	o.Visit = &Visit{Wait: 3 * Second, Gap: Second / 50, Hasty: 5, Came: Informational, Stayed: Informational}
	return Variant{Name: name, Opening: &o, Script: Script{drop}}
}
