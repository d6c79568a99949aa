package cases

import "slices"

// answersAs is the negotiation with these fields in our response to a client that offers
// what is wanted, and permessage-deflate.
func answersAs(values []string, wants ...string) *Deflate {
	d := offersAs(values...)
	d.Wants = append([]string{Extension}, wants...)
	return d
}

// accepting is the negotiation in which we accept what a client offers with these
// parameters, and what the offer obliges us to.
func accepting(p DeflateParams) *Deflate {
	return &Deflate{Accept: []DeflateParams{p}, Offer: []DeflateParams{{}}}
}

// respondedTo is c, a valid answer to a client.
func respondedTo(c Case) Case {
	c = negotiated(c)
	c.Role = Client
	c.Spec = append([]string{"RFC 7692 5"}, c.Spec...)
	return c
}

// orFails accepts a client that fails the connection, too, which is worth v.
func orFails(c Case, v Verdict) Case {
	c.Accept = append(slices.Clip(c.Accept), Outcome{Verdict: v, Ending: &endedByPeer, Says: "The client failed the connection."})
	c.Tags, c.Limit = []Tag{Handshake}, FailAfter(refusalTime)
	return c
}

// endedByPeer is the ending of a connection that the peer ends in any way.
var endedByPeer = Ending{Peer: true, AnyCode: true, MayDrop: true}

// refused is c, an answer that a client must refuse.
func refused(c Case) Case {
	c.Expectation = "The client MUST fail the connection: it ends TCP, and answers nothing."
	return clientRefuses(c)
}

// answerVariants are variants that differ in the field of our response to a client that
// offers permessage-deflate.
func answerVariants(values ...string) (list []Variant) {
	for _, value := range values {
		list = append(list, Variant{Name: shown(value), Deflate: answersAs([]string{value})})
	}
	return list
}

const (
	opensAndEchoes = "The client opens the WebSocket; a compressed and a plain message come back."
	mayNotLike     = " To fail the connection is tolerated."
)

// answersToClients is section 19.4.
var answersToClients = []Case{
	// The design fails a client that refuses the answer. One that insists on a parameter
	// which it has only hinted at supports nothing else (RFC 7692 7).
	orFails(respondedTo(Case{
		ID:           "19.4.1",
		Description:  "The shortest answer that accepts permessage-deflate.",
		Expectation:  opensAndEchoes + mayNotLike,
		Requirements: []string{"RFC7692-5-j", "RFC7692-7.2.2-b"},
		Deflate:      accepting(DeflateParams{}),
	}), NonStrict),
	orFails(respondedTo(Case{
		ID:           "19.4.2",
		Description:  "Answers with parameters that bind the server and need not have been asked for.",
		Expectation:  opensAndEchoes + mayNotLike,
		Spec:         []string{"RFC 7692 7.1.1.1", "RFC 7692 7.1.2.1"},
		Requirements: []string{"RFC7692-7.1.1.1-d", "RFC7692-7.1.2.1-c"},
		Variants: []Variant{
			{Name: "server_no_context_takeover", Deflate: accepting(DeflateParams{ServerNoContextTakeover: true})},
			{Name: "server_max_window_bits=10", Deflate: accepting(DeflateParams{ServerMaxWindowBits: 10})},
			{Name: "both", Deflate: accepting(DeflateParams{ServerNoContextTakeover: true, ServerMaxWindowBits: 10})},
		},
	}), NonStrict),
	func() Case {
		c := respondedTo(Case{
			ID:           "19.4.3",
			Description:  "An answer with client_no_context_takeover, and then the same message three times.",
			Expectation:  "The client opens the WebSocket, and sends the messages back; none of its own refers to one before.",
			Spec:         []string{"RFC 7692 7.1.1.2", "RFC 7692 7.2.1"},
			Requirements: []string{"RFC7692-7.1.1.2-c", "RFC7692-7.2.1-f"},
			Deflate:      accepting(DeflateParams{ClientNoContextTakeover: true}),
		})
		c.Script, c.Accept = recurring(3)
		return c
	}(),
	func() Case {
		c := respondedTo(Case{
			ID:           "19.4.4",
			Description:  "Answers with a client_max_window_bits of 15, 12, 10 and 9, and then messages whose octets recur after 300 to 5000.",
			Expectation:  "The client opens the WebSocket, and sends the messages back; none refers back by more than the window.",
			Spec:         []string{"RFC 7692 7.1.2.2", "RFC 7692 7.2.1"},
			Requirements: []string{"RFC7692-7.1.2.2-b", "RFC7692-7.2.1-h"},
			Variants:     windowVariants(15, 12, 10, 9),
		})
		c.Script, c.Accept = periodic()
		return c
	}(),
	func() Case {
		c := respondedTo(Case{
			ID:           "19.4.5",
			Description:  "An answer with a client_max_window_bits of 8, the smallest there is, which some compressors do not have.",
			Expectation:  "The client opens the WebSocket and refers back by no more than 256 octets; or it fails the connection at once.",
			Spec:         []string{"RFC 7692 7", "RFC 7692 7.1.2.2", "RFC 7692 7.2.1"},
			Requirements: []string{"RFC7692-7-h", "RFC7692-7.2.1-h"},
			Deflate:      accepting(DeflateParams{ClientMaxWindowBits: 8}),
		})
		c.Script, c.Accept = periodic()
		c.Accept = append(c.Accept, Outcome{Verdict: OK, Ending: &refusesAnswer, Says: "The client refused the answer."})
		c.Tags, c.Limit = []Tag{Handshake}, FailAfter(refusalTime)
		return c
	}(),
	orFails(respondedTo(Case{
		ID:           "19.4.6",
		Description:  "An answer with a value in quotes.",
		Expectation:  opensAndEchoes + mayNotLike,
		Spec:         []string{"RFC 6455 9.1"},
		Requirements: []string{"RFC6455-9.1-a"},
		Deflate:      answersAs([]string{`{deflate}; server_max_window_bits="10"`}),
	}), NonStrict),
	refused(Case{
		ID:           "19.4.7",
		Description:  "Answers with an extension that was not offered.",
		Spec:         []string{"RFC 6455 4.1", "RFC 7692 5"},
		Requirements: []string{"RFC6455-4.1-af", "RFC7692-5-i"},
		Variants: []Variant{
			{Name: "permessage-deflate", Deflate: &Deflate{Header: []Payload{Of("permessage-deflate")}, Optional: true, Wants: []string{"no permessage-deflate"}}},
			{Name: "x-foo", Deflate: offersAs("x-foo")},
			{Name: "permessage-deflate and x-foo", Deflate: answersAs([]string{"{deflate}, x-foo"})},
			{Name: "x-webkit-deflate-frame", Deflate: offersAs("x-webkit-deflate-frame")},
		},
	}),
	refused(Case{
		ID:           "19.4.8",
		Description:  "Answers with a parameter that is not defined, and with one twice.",
		Spec:         []string{"RFC 7692 7"},
		Requirements: []string{"RFC7692-7-e", "RFC7692-7-g"},
		Variants: answerVariants(
			"{deflate}; foo",
			"{deflate}; server_no_context_takeover; server_no_context_takeover",
			"{deflate}; server_max_window_bits=10; server_max_window_bits=11"),
	}),
	refused(Case{
		ID:           "19.4.9",
		Description:  "Answers with a server_max_window_bits that is no number from 8 to 15 in plain decimal, and with a value for a parameter that has none.",
		Spec:         []string{"RFC 7692 7", "RFC 7692 7.1.2.1", "RFC 7692 7.1.1"},
		Requirements: []string{"RFC7692-7-f"},
		Variants: answerVariants(append(each("{deflate}; server_max_window_bits", "", "=", "=0", "=7", "=16", "=08", "=abc", "=-1", "=1000000"),
			each("{deflate}; ", "server_no_context_takeover=1", "client_no_context_takeover=true")...)...),
	}),
	// Of a value above the hint of the client nothing is asked: the hint does not bind the
	// server (RFC 7692 7.1.2.2).
	refused(Case{
		ID:           "19.4.10",
		Description:  "Answers with client_max_window_bits that was not offered, has no value, or one that is no number from 8 to 15 in plain decimal.",
		Spec:         []string{"RFC 7692 7", "RFC 7692 7.1.2.2"},
		Requirements: []string{"RFC7692-7.1.2.2-c", "RFC7692-7-f"},
		Variants: append([]Variant{{
			Name:    "15, not offered",
			Deflate: answersAs([]string{"{deflate}; client_max_window_bits=15"}, "no client_max_window_bits"),
		}}, answerVariants(each("{deflate}; client_max_window_bits", "", "=7", "=16", "=08")...)...),
	}),
	refused(Case{
		ID:           "19.4.11",
		Description:  "An answer with a server_max_window_bits of 15 to an offer of less.",
		Spec:         []string{"RFC 7692 7", "RFC 7692 7.1.2.1"},
		Requirements: []string{"RFC7692-7.1.2.1-b", "RFC7692-7-h"},
		Deflate:      answersAs([]string{"{deflate}; server_max_window_bits=15"}, "server_max_window_bits"),
	}),
	func() Case {
		c := respondedTo(Case{
			ID:           "19.4.12",
			Description:  "An answer without the server_no_context_takeover that was asked for.",
			Expectation:  "The server has not accepted the offer as it was made: the client fails the connection. To go on is tolerated.",
			Spec:         []string{"RFC 7692 7.1.1.1"},
			Requirements: []string{"RFC7692-7.1.1.1-b"},
			Deflate:      answersAs([]string{"permessage-deflate"}, "server_no_context_takeover"),
		})
		c.Tags, c.Limit = []Tag{Handshake}, FailAfter(refusalTime)
		c.Accept = []Outcome{
			{Verdict: OK, Ending: &endedByPeer, Says: "The client failed the connection."},
			{Verdict: NonStrict, Events: c.Accept[0].Events, Says: "The client went on without what it had asked for."},
		}
		return c
	}(),
	refused(Case{
		ID:           "19.4.13",
		Description:  "An answer with permessage-deflate twice.",
		Spec:         []string{"RFC 7692 5"},
		Requirements: []string{"RFC7692-5-f"},
		Deflate:      answersAs([]string{"{deflate}, {deflate}"}),
	}),
	refused(Case{
		ID:           "19.4.14",
		Description:  "Answers that break the grammar, or name what every object of a programming language has.",
		Spec:         []string{"RFC 6455 9.1", "RFC 7692 5"},
		Requirements: []string{"RFC6455-9.1-a", "RFC7692-5-i"},
		Variants: slices.Concat(
			answerVariants(brokenFields("permessage-deflate")...),
			offerVariants(builtIns...)),
	}),
	func() Case {
		c := respondedTo(Case{
			ID:           "19.4.15",
			Description:  "An answer that says nothing of the permessage-deflate that was offered.",
			Expectation:  "The client opens the WebSocket, and MUST NOT use the extension.",
			Spec:         []string{"RFC 6455 9.1"},
			Requirements: []string{"RFC7692-5-h", "RFC6455-9.1-e"},
			Deflate:      &Deflate{Optional: true, Wants: []string{Extension}},
		})
		c.Script, c.Accept = Script{Text(probe)}, Exactly(GotText(probe))
		return c
	}(),
}

// refusesAnswer is the ending of a connection that a client refuses to open. A code for
// an error of its own says that it did open it, and broke then.
var refusesAnswer = Ending{Peer: true, Codes: []uint16{CodeProtocolError, 1010}, MayDrop: true, Fatal: WrongCode}

// windowVariants are variants in which we give a client that offers it a window of so
// many bits.
func windowVariants(bits ...int) (list []Variant) {
	for _, n := range bits {
		p := DeflateParams{ClientMaxWindowBits: n}
		list = append(list, Variant{Name: p.String(), Deflate: accepting(p)})
	}
	return list
}
