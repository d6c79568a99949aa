package cases

import (
	"fmt"
	"slices"
)

// negotiation is chapter 19: what a server makes of offers of extensions, and a client
// of the answers.
var negotiation = Chapter{
	Number: "19",
	Title:  "Extension negotiation",
	Sections: []Section{
		{"19.1", "Valid offers"},
		{"19.2", "Offers that have to be declined"},
		{"19.3", "Fields that are malformed, or hostile"},
		{"19.4", "Answers to a client"},
	},
	Cases: slices.Concat(validOffers, offersToDecline, hostileOffers, answersToClients),
}

const (
	extensionField = "Sec-WebSocket-Extensions"

	// takesOrDeclines is what a server makes of a valid offer.
	takesOrDeclines = "The server declines, or accepts with an answer that fits the offer; a compressed and a plain message come back."
	// mustDecline is what it makes of one that is not valid.
	mustDecline = "The server MUST decline the offer: it opens the WebSocket without the extension."
)

// offersAs is the negotiation with these fields in our request, or our response. The
// case is played whatever comes of it.
func offersAs(values ...string) *Deflate {
	d := &Deflate{Optional: true}
	for _, value := range values {
		d.Header = append(d.Header, Of(value))
	}
	return d
}

// joined is offersAs with one field, of which these are the parts.
func joined(parts ...Payload) *Deflate { return &Deflate{Optional: true, Header: parts, Joined: true} }

// offerVariants are variants that differ in one field.
func offerVariants(values ...string) (list []Variant) {
	for _, value := range values {
		list = append(list, Variant{Name: shown(value), Deflate: offersAs(value)})
	}
	return list
}

// shown is the value of a field as the name of a variant.
func shown(value string) string {
	for _, c := range []byte(value) {
		if c < ' ' || c > '~' {
			return Of(value).String()
		}
	}
	return value
}

// each is the texts with something before.
func each(before string, texts ...string) (list []string) {
	for _, text := range texts {
		list = append(list, before+text)
	}
	return list
}

// negotiated is c with a message that is compressed if that was agreed on, and one that
// is not. What the peer sends keeps to what was agreed.
func negotiated(c Case) Case {
	c.Script, c.Accept, c.Ending = Script{Message{Payload: Of(probe)}, Text("plain")}, Exactly(GotText(probe), GotText("plain")), Ending{}
	c.Checks = deflateChecks
	return c
}

// offered is c, an offer to a server that may accept it.
func offered(c Case) Case {
	c.Role = Server
	c.Spec = append(slices.Clip(c.Spec), "RFC 7692 5")
	if c.Expectation == "" {
		c.Expectation = takesOrDeclines
	}
	return negotiated(c)
}

// validOffers is section 19.1.
var validOffers = []Case{
	offered(Case{
		ID:           "19.1.1",
		Description:  "An offer of permessage-deflate without parameters.",
		Expectation:  takesOrDeclines + " The answer has no client_max_window_bits, which was not offered.",
		Requirements: []string{"RFC7692-5-c", "RFC7692-7.1.2.2-c", "RFC7692-5-g", "RFC6455-9-b"},
		Deflate:      offersAs("permessage-deflate"),
	}),
	offered(Case{
		ID:           "19.1.2",
		Description:  "Offers with client_max_window_bits, with and without a hint.",
		Expectation:  takesOrDeclines + " If the answer has client_max_window_bits, then with a value of 8 to 15; the hint does not bind the server.",
		Spec:         []string{"RFC 7692 7.1.2.2"},
		Requirements: []string{"RFC7692-7.1.2.2-b"},
		Variants:     offerVariants(each("permessage-deflate; client_max_window_bits", "", "=15", "=12", "=9", "=8")...),
	}),
	offered(Case{
		ID:           "19.1.3",
		Description:  "Offers with a server_max_window_bits of 15, 12, 10 and 9.",
		Expectation:  takesOrDeclines + " A server that accepts MUST give the parameter back with the same or a smaller value.",
		Spec:         []string{"RFC 7692 7.1.2.1"},
		Requirements: []string{"RFC7692-7.1.2.1-b", "RFC7692-7-d"},
		Variants:     offerVariants(each("permessage-deflate; server_max_window_bits=", "15", "12", "10", "9")...),
	}),
	offered(Case{
		ID:           "19.1.4",
		Description:  "An offer with a server_max_window_bits of 8, the smallest there is, which some compressors do not have.",
		Expectation:  takesOrDeclines + " A server that accepts refers back by no more than 256 octets.",
		Spec:         []string{"RFC 7692 7.1.2.1", "RFC 7692 7.2.1"},
		Requirements: []string{"RFC7692-7.1.2.1-b", "RFC7692-7.2.1-i", "RFC7692-7-d"},
		Deflate:      offersAs("permessage-deflate; server_max_window_bits=8"),
		Alive:        true,
		// To decline is what is asked of who cannot; but to refuse is a server's right.
		Opening: &Opening{Answers: mayRefuse},
	}),
	offered(Case{
		ID:           "19.1.5",
		Description:  "An offer with server_no_context_takeover.",
		Expectation:  takesOrDeclines + " A server that accepts MUST give the parameter back.",
		Spec:         []string{"RFC 7692 7.1.1.1"},
		Requirements: []string{"RFC7692-7.1.1.1-b", "RFC7692-7.1.1.1-c"},
		Deflate:      offersAs("permessage-deflate; server_no_context_takeover"),
	}),
	// The design wants us to refer to earlier messages where the answer does not repeat
	// the parameter. We do not: an offer with it says that we never will (RFC 7692 7.1.1.2).
	offered(Case{
		ID:           "19.1.6",
		Description:  "An offer with client_no_context_takeover, which is a hint.",
		Expectation:  takesOrDeclines + " The parameter may be in the answer, or not.",
		Spec:         []string{"RFC 7692 7.1.1.2"},
		Requirements: []string{"RFC7692-7.1.1.2-b", "RFC7692-7.2.2-c"},
		Deflate:      offersAs("permessage-deflate; client_no_context_takeover"),
	}),
	offered(Case{
		ID:           "19.1.7",
		Description:  "Several offers of permessage-deflate in one field, in order of preference.",
		Expectation:  takesOrDeclines + " The answer has the extension once, in one field, and fits one of the offers.",
		Spec:         []string{"RFC 6455 9.1", "RFC 6455 11.3.2"},
		Requirements: []string{"RFC7692-5-b", "RFC6455-9.1-f", "RFC7692-5-e", "RFC6455-11.3.2-b"},
		Variants: offerVariants(
			"permessage-deflate; server_max_window_bits=9, permessage-deflate",
			"permessage-deflate; client_max_window_bits, permessage-deflate",
			"permessage-deflate; server_max_window_bits=9; server_no_context_takeover, permessage-deflate; server_max_window_bits=9, "+
				"permessage-deflate; server_max_window_bits=12, permessage-deflate; server_no_context_takeover, "+
				"permessage-deflate; client_no_context_takeover, permessage-deflate; client_max_window_bits, permessage-deflate",
		),
	}),
	offered(Case{
		ID:           "19.1.8",
		Description:  "Offers in unusual notation: a value in quotes, blanks and tabs, two fields, empty elements.",
		Expectation:  takesOrDeclines + " To refuse the request is tolerated. An answer in two fields is worth knowing: RFC 6455 11.3.2 forbids it, 4.2.2 does not.",
		Spec:         []string{"RFC 6455 9.1", "RFC 6455 11.3.2", "RFC 9110 5.6.1.2"},
		Requirements: []string{"RFC6455-9.1-b", "RFC6455-11.3.2-a", "RFC6455-11.3.2-b", "RFC6455-9.1-a", "RFC9110-5.6.1.2-a"},
		Opening:      &Opening{Answers: mayRefuse},
		Variants: append(offerVariants(
			`permessage-deflate; server_max_window_bits="10"`,
			"permessage-deflate ;  server_no_context_takeover",
			"permessage-deflate;\tserver_no_context_takeover",
			", ,permessage-deflate,,",
		), Variant{
			Name:    "two fields, one offer in each",
			Deflate: offersAs("permessage-deflate; server_max_window_bits=9", "permessage-deflate"),
		}),
	}),
	offered(Case{
		ID:           "19.1.9",
		Description:  "Offers of x-foo, an extension that does not exist, alone and beside permessage-deflate.",
		Expectation:  "The server MUST NOT accept an extension that it does not have; " + "what else was offered it may accept.",
		Spec:         []string{"RFC 6455 4.2.2", "RFC 6455 9.1"},
		Requirements: []string{"RFC6455-4.2.2-j", "RFC6455-9-b", "RFC6455-9.1-c"},
		Variants:     offerVariants("x-foo", "x-foo; a=1; b, permessage-deflate", "permessage-deflate, x-foo"),
	}),
	offered(Case{
		ID:           "19.1.10",
		Description:  "An offer of x with permessage-deflate inside the quotes of a value.",
		Expectation:  "What is in quotes is no offer: the server MUST NOT accept it. It opens the WebSocket without the extension, or refuses, as the value is no token.",
		Spec:         []string{"RFC 6455 9.1", "RFC 6455 4.2.2"},
		Requirements: []string{"RFC6455-9.1-a", "RFC6455-4.3-a", "RFC6455-4.2.2-j"},
		Opening:      &Opening{Answers: declinesOr(OK)},
		Deflate:      offersAs(`x; y=",permessage-deflate; client_max_window_bits,"`),
	}),
	offered(Case{
		ID:           "19.1.11",
		Description:  "Offers with capital letters in the name, and in a parameter.",
		Expectation:  "The RFCs do not say whether case matters: to accept, to decline and to refuse are all right.",
		Spec:         []string{"RFC 6455 9.1"},
		Requirements: []string{"RFC6455-9-c"},
		Opening: &Opening{Answers: append([]Answer{
			{Verdict: Informational, Status: []string{"101"}, With: []string{extensionField}, Says: "The server accepted: case does not matter to it."},
			{Verdict: Informational, Status: []string{"101"}, Says: "The server declined."},
		}, eitherAnswer[1:]...)},
		Variants: offerVariants("PerMessage-Deflate", "permessage-deflate; Server_No_Context_Takeover"),
	}),
}

// declinesOr are the answers to an offer that must not be accepted: to refuse the
// request with 4xx is worth refused.
func declinesOr(refused Verdict) []Answer {
	return []Answer{
		{Verdict: OK, Status: []string{"101"}, Without: []string{extensionField}},
		{Verdict: refused, Status: []string{"4xx"}},
		{Verdict: NonStrict, Status: []string{"5xx", Dropped}}, // RFC 6455 10.7
	}
}

// declined is c, an offer that a server has to decline.
func declined(c Case) Case {
	c.Role, c.Alive = Server, true
	if c.Opening == nil {
		c.Opening = &Opening{Answers: declinesOr(NonStrict)}
	}
	if c.Expectation == "" {
		c.Expectation = mustDecline
	}
	c.Spec = append([]string{"RFC 7692 7"}, c.Spec...)
	c.Checks = []Check{CheckExtension}
	return probing(c)
}

// malformedToo is a variant whose field breaks the grammar, too, so that to refuse the
// request is as right (RFC 6455 9.1).
func malformedToo(value string) Variant {
	return Variant{Name: shown(value), Deflate: offersAs(value), Opening: &Opening{Answers: declinesOr(OK)}}
}

// offersToDecline is section 19.2.
var offersToDecline = []Case{
	declined(Case{
		ID:           "19.2.1",
		Description:  "Offers with a parameter that is not defined.",
		Requirements: []string{"RFC7692-7-a"},
		Variants:     offerVariants(each("permessage-deflate; ", "foo", "foo=1", "server_max_window_bit=10", "max_window_bits=10")...),
	}),
	declined(Case{
		ID:           "19.2.2",
		Description:  "Offers with a parameter twice.",
		Requirements: []string{"RFC7692-7-c"},
		Variants: offerVariants(each("permessage-deflate; ",
			"server_no_context_takeover; server_no_context_takeover",
			"server_max_window_bits=10; server_max_window_bits=10",
			"server_max_window_bits=10; server_max_window_bits=12",
			"client_max_window_bits; client_max_window_bits=10")...),
	}),
	declined(Case{
		ID:           "19.2.3",
		Description:  "Offers with a value for a parameter that has none.",
		Spec:         []string{"RFC 7692 7.1.1"},
		Requirements: []string{"RFC7692-7-b"},
		Variants: append(offerVariants(each("permessage-deflate; ",
			"server_no_context_takeover=1", "server_no_context_takeover=true", "client_no_context_takeover=1")...),
			malformedToo(`permessage-deflate; server_no_context_takeover=""`)),
	}),
	declined(Case{
		ID:           "19.2.4",
		Description:  "Offers with a server_max_window_bits that is no number from 8 to 15 in plain decimal.",
		Spec:         []string{"RFC 7692 7.1.2.1"},
		Requirements: []string{"RFC7692-7-b"},
		Variants: append(offerVariants(each("permessage-deflate; server_max_window_bits",
			"", "=0", "=1", "=7", "=16", "=08", "=010", "=15.0", "=-8", "=+9", "=1e1", "=0x9", "=abc", "=99999999999999999999")...),
			malformedToo("permessage-deflate; server_max_window_bits=")),
	}),
	declined(Case{
		ID:           "19.2.5",
		Description:  "Offers with a client_max_window_bits whose value is no number from 8 to 15 in plain decimal.",
		Spec:         []string{"RFC 7692 7.1.2.2"},
		Requirements: []string{"RFC7692-7-b"},
		Variants: append(offerVariants(each("permessage-deflate; client_max_window_bits", "=0", "=7", "=16", "=08", "=-8", "=abc")...),
			malformedToo("permessage-deflate; client_max_window_bits=")),
	}),
	// The design tolerates a server that declines both offers. That is always allowed (RFC
	// 7692 5.1).
	offered(Case{
		ID:           "19.2.6",
		Description:  "An offer that has to be declined, and a good one behind it.",
		Expectation:  "The server accepts the second offer, or declines both; it MUST NOT accept the first.",
		Spec:         []string{"RFC 7692 7"},
		Requirements: []string{"RFC7692-7-b", "RFC7692-5-b"},
		Deflate:      offersAs("permessage-deflate; server_max_window_bits=99, permessage-deflate"),
		Opening: &Opening{Answers: []Answer{
			{Verdict: OK, Status: []string{"101"}, With: []string{extensionField}},
			{Verdict: OK, Status: []string{"101"}, Says: "The server declined both offers."},
			{Verdict: NonStrict, Status: []string{"4xx", "5xx", Dropped}},
		}},
		Alive: true,
	}),
	failing(Case{
		ID:           "19.2.7",
		Description:  "An offer with a parameter that is not defined, and then all the same a compressed text message, RSV = 4.",
		Expectation:  "The server MUST decline the offer, and then MUST fail the connection: RSV1 has no meaning.",
		Spec:         []string{"RFC 7692 7", "RFC 6455 5.2"},
		Requirements: []string{"RFC7692-5-h", "RFC6455-5.2-b"},
		Role:         Server,
		Opening:      &Opening{Answers: declinesOr(NonStrict)},
		Deflate:      offersAs("permessage-deflate; foo"),
		Script:       Script{packed(OpText, helloFixed)},
		Checks:       []Check{CheckExtension},
	}, CodeProtocolError),
}

// malformedField are the answers to a field that breaks the grammar: the server fails
// the connection. One that looks past the field is tolerated, if it makes nothing of it.
var malformedField = append(slices.Clip(mustRefuse), Answer{Verdict: NonStrict, Status: []string{"101"}, Without: []string{extensionField}})

// ignoredField are the answers to a field in which there is nothing to accept.
var ignoredField = []Answer{
	{Verdict: OK, Status: []string{"101"}, Without: []string{extensionField}},
	{Verdict: OK, Status: []string{"4xx"}},
	{Verdict: NonStrict, Status: []string{"5xx", Dropped}},
}

// longField are the answers to a field that is long. A refusal may be lost when TCP is
// reset, as not all of the request was read.
var longField = []Answer{
	{Verdict: OK, Status: []string{"101"}},
	{Verdict: OK, Status: []string{"4xx", Dropped}, Says: "The server refused the request."},
	{Verdict: NonStrict, Status: []string{"5xx"}},
}

// brokenFields break the grammar of RFC 6455 9.1, with name as the name of the extension.
func brokenFields(name string) []string {
	return []string{
		";", name + ";", name + ";;server_no_context_takeover", "=1", name + "; =1", name + "; a=", `"` + name + `"`, name + " q",
		name + `; a="1`, name + `; a="1\"`, name + "; a=1 2", name + "\x01", name + "\x7f", name + "\xe9", name + "/1",
	}
}

// builtIns are names that mean something to programming languages.
var builtIns = []string{"constructor", "__proto__", "toString", ",;constructor", "hasOwnProperty; valueOf"}

// hostile is c, which a server has to survive.
func hostile(c Case, answers []Answer) Case {
	c.Role, c.Alive = Server, true
	c.Opening = &Opening{Answers: answers}
	c.Checks = []Check{CheckExtension}
	return probing(c)
}

// hostileOffers is section 19.3.
var hostileOffers = []Case{
	// The design fails a server that answers with 5xx. It has failed the connection, though,
	// as it MUST.
	hostile(Case{
		ID:           "19.3.1",
		Description:  "Fields that break the grammar.",
		Expectation:  "The server MUST fail the connection, thus refuses the request. To look past the field is tolerated; to accept what is in it is not.",
		Spec:         []string{"RFC 6455 9.1"},
		Requirements: []string{"RFC6455-9.1-a"},
		Variants:     offerVariants(brokenFields("permessage-deflate")...),
	}, malformedField),
	hostile(Case{
		ID:           "19.3.2",
		Description:  "Fields without any extension: empty, and with commas only.",
		Expectation:  "There has to be one extension at least, so that the server refuses the request; to look past the field is tolerated.",
		Spec:         []string{"RFC 6455 9.1", "RFC 9110 5.6.1.2"},
		Requirements: []string{"RFC6455-9.1-a", "RFC9110-5.6.1.2-a"},
		Variants:     append([]Variant{{Name: "nothing", Deflate: offersAs("")}}, offerVariants(",", " , ,")...),
	}, malformedField),
	hostile(Case{
		ID:           "19.3.3",
		Description:  "Values in quotes that hold no token, or escape one.",
		Expectation:  "A value in quotes MUST be a token without them: the server refuses the request, or declines. What is escaped is as if it were not, and may be accepted.",
		Spec:         []string{"RFC 6455 9.1", "RFC 7692 7"},
		Requirements: []string{"RFC6455-4.3-a"},
		Variants: append(offerVariants(`permessage-deflate; server_max_window_bits="1 0"`, `permessage-deflate; a=""`), Variant{
			Name: "an escaped 10", Deflate: offersAs(`permessage-deflate; server_max_window_bits="\1\0"`),
			Opening: &Opening{Answers: append([]Answer{{Verdict: OK, Status: []string{"101"}}}, ignoredField[1:]...)},
		}),
	}, append(slices.Clip(ignoredField), Answer{Verdict: NonStrict, Status: []string{"5xx"}})), // which refuses, too
	hostile(Case{
		ID:           "19.3.4",
		Description:  "Offers of extensions that are named like what every object of a programming language has.",
		Expectation:  "The server opens the WebSocket without an extension, or refuses the request; it works on.",
		Spec:         []string{"RFC 6455 9.1"},
		Requirements: []string{"RFC6455-9.1-a", "RFC6455-10.4-a"},
		Variants:     offerVariants(builtIns...),
	}, ignoredField),
	hostile(Case{
		ID:           "19.3.5",
		Description:  "Fields on which regular expressions may take quadratic time, each in two lengths: escapes in quotes that do not end, semicolons, blanks.",
		Expectation:  "The server answers, and takes no more than three times as long for twice as much.",
		Spec:         []string{"RFC 6455 9.1", "RFC 6455 10.4"},
		Requirements: []string{"RFC6455-9.1-a", "RFC6455-10.4-a"},
		Variants: slices.Concat(
			pair("escapes", func(n int) *Deflate { return joined(Of(`x; y="`), Repeat(`\`, 2*n)) }),
			pair("semicolons", func(n int) *Deflate { return joined(Of("a"), Repeat(";", n)) }),
			pair("blanks", func(n int) *Deflate { return joined(Of("x; y="), Repeat(" ", n), Of("z z")) }),
		),
		Growth: 3,
	}, longField),
	hostile(Case{
		ID:           "19.3.6",
		Description:  "Long lists: 5000 offers, a parameter whose value has 65536 octets, 2000 parameters.",
		Expectation:  "The server opens the WebSocket, or refuses the request; it works on.",
		Spec:         []string{"RFC 6455 10.4", "RFC 9110 5.4"},
		Requirements: []string{"RFC9110-5.4-a", "RFC6455-10.4-a"},
		Variants: []Variant{
			{Name: "5000 offers", Deflate: joined(Repeat("permessage-deflate, ", 4999*len("permessage-deflate, ")), Of("permessage-deflate"))},
			{Name: "a value of 65536 octets", Deflate: joined(Of("x-foo; a="), Repeat("b", 64<<10))},
			{Name: "2000 parameters", Deflate: joined(Of("x-foo"), Repeat("; a", 2000*len("; a")))},
		},
		Memory: 64,
	}, longField),
}

// pair are two variants, of which the second has twice as much to do.
func pair(what string, d func(n int) *Deflate) (list []Variant) {
	for _, n := range []int{3_500, 7_000} { // what many servers take of a head
		list = append(list, Variant{Name: fmt.Sprintf("%d %s", n, what), Deflate: d(n)})
	}
	return list
}
