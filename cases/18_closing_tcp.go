package cases

import "slices"

const (
	// soon is how long a peer may take to end TCP.
	soon = 10 * Second
	// late is how long it may take and be tolerated.
	late = 60 * Second
)

// closingTCP is section 18.3.
var closingTCP = append([]Case{
	{
		ID:           "18.3.1",
		Description:  "A close with code 1000; when it has been answered, TCP is left to the server.",
		Expectation:  "The server MUST end TCP immediately: within a second. To take 10s is tolerated.",
		Spec:         []string{"RFC 6455 5.5.1", "RFC 6455 7.1.1"},
		Requirements: []string{"RFC6455-5.5.1-i", "RFC6455-7.1.1-b"},
		Role:         Server,
		Passive:      true,
		Script:       Script{closeNormal, Wait{For: Second, Mark: "1s"}, Wait{For: soon - Second, Mark: "10s"}, Drop{}},
		Accept: []Outcome{
			{Verdict: OK, Events: Events{Ended{}}},
			{Verdict: NonStrict, Events: Events{Mark{"1s"}, Ended{}}, Says: "The server took more than a second to end TCP."},
		},
	},
	{
		ID:           "18.3.2",
		Description:  "A close with code 1000; when it has been answered, TCP is not ended for 3s.",
		Expectation:  "The client SHOULD wait for the server to end TCP, and MAY end it itself at any time.",
		Spec:         []string{"RFC 6455 5.5.1", "RFC 6455 7.1.1"},
		Requirements: []string{"RFC6455-5.5.1-j", "RFC6455-5.5.1-k"},
		Role:         Client,
		Passive:      true,
		Script:       Script{closeNormal, Wait{For: 3 * Second, Mark: "3s"}, Drop{}},
		Accept: []Outcome{
			{Verdict: OK, Events: Events{Mark{"3s"}}},
			{Verdict: Informational, Events: Events{Ended{}}, Says: "The client did not wait for the server to end TCP."},
		},
	},
	readableReply,
	leftAlone(Case{
		ID:           "18.3.5",
		Description:  "A frame with opcode 3, which the server has to refuse, and nothing more: its close frame gets no answer, and TCP is left to it.",
		Expectation:  "The server fails the connection, and ends TCP without our help: within 10s. To take a minute is tolerated.",
		Requirements: []string{"RFC6455-7.1.7-a", "RFC6455-5.5.1-h"},
		Script:       Script{Opcode(3, "")},
	}),
	leftAlone(Case{
		ID:           "18.3.6",
		Description:  "A frame with opcode 3, which the server has to refuse; after 100 ms a text message and a ping. Its close frame gets no answer.",
		Expectation:  "The server has failed the connection: it acts upon nothing that follows, sends nothing behind its close frame, and ends TCP within 10s. To take a minute is tolerated.",
		Requirements: []string{"RFC6455-7.1.7-d", "RFC6455-5.5.1-d"},
		Script:       Script{Opcode(3, ""), Wait{For: Second / 10}, Text(probe), after},
		Checks:       []Check{CheckAfterClose},
	}),
	{
		ID:           "18.3.7",
		Description:  "A frame with opcode 3, which the peer has to refuse, and in the same write a close frame with code 1000.",
		Expectation:  "Both sides have sent a close frame: the peer sends no other, and ends the connection.",
		Spec:         []string{"RFC 6455 5.5.1"},
		Requirements: []string{"RFC6455-5.5.1-l"},
		// As a server we drop TCP at the first close frame, and would see another only if
		// it came in the same read: that would be chance.
		Role:   Server,
		Script: Script{Opcode(3, ""), Frame{Opcode: OpClose, Payload: Close(CodeNormal, "")}},
		Accept: Silence,
		Ending: Ending{Peer: true, AnyCode: true, MayDrop: true}.OrFail(WrongSide),
		Limit:  FailAfter(2 * Second),
		Checks: []Check{CheckAfterClose},
	},
	endOfTCP(Case{
		ID:           "18.3.8",
		Description:  "A text message, and when it has come back, the end of our side of TCP, without a close frame.",
		Expectation:  "The peer ends the connection within 10s. If it sends a close frame, it MUST NOT put 1005 or 1006 into it. To keep its half open is tolerated.",
		Spec:         []string{"RFC 6455 7.2.1", "RFC 6455 7.4.1"},
		Requirements: []string{"RFC6455-7.2.1-a", "RFC6455-7.1.7-a", "RFC6455-7.4.1-c"},
		Script:       Script{Echo{1, Message{Payload: Of("Hello")}}},
	}, soon, Echoed{1}),
	{
		ID:           "18.3.9",
		Description:  "A close with code 1000, and at once the end of our side of TCP.",
		Expectation:  "The peer answers the close frame, for its half of TCP is still open, or ends TCP: what it sees first may be that nobody is there any more.",
		Spec:         []string{"RFC 6455 5.5.1", "RFC 6455 7.1.1"},
		Requirements: []string{"RFC6455-5.5.1-e", "RFC6455-7.1.1-a"},
		Script:       Script{closeNormal, Drop{Half: true}},
		Accept:       Silence,
		// Whether the frame or the end of TCP is noticed first is chance, so that both are OK.
		Ending: Ending{AnyCode: true, MayDrop: true, NoAutoClose: true, NoClose: OK, Fatal: Stayed},
	},
	eitherWay(endOfTCP(Case{
		ID:           "18.3.10",
		Description:  "A text message, and at once the end of our side of TCP.",
		Expectation:  "The peer may echo the message or not, and ends the connection.",
		Spec:         []string{"RFC 6455 7.1.7"},
		Requirements: []string{"RFC6455-7.1.7-a"},
		Script:       Script{Text(probe)},
	}, soon)),
	endOfTCP(Case{
		ID:           "18.3.11",
		Description:  "A text frame that is not final, and the end of our side of TCP.",
		Expectation:  "The message is not complete: the peer does not echo it, and ends the connection within 10s. To keep its half open is tolerated.",
		Spec:         []string{"RFC 6455 5.4", "RFC 6455 7.1.7"},
		Requirements: []string{"RFC6455-5.4-g", "RFC6455-7.1.7-a"},
		Script:       Script{Text("a").More()},
	}, soon),
	{
		ID:           "18.3.12",
		Description:  "A text frame that is not final, then a close with code 1000.",
		Expectation:  "The message is not complete: the peer MUST answer the close frame, and does not echo it.",
		Spec:         []string{"RFC 6455 5.4", "RFC 6455 5.5.1"},
		Requirements: []string{"RFC6455-5.5.1-e", "RFC6455-5.5.1-m"},
		Script:       Script{Text("a").More(), closeNormal},
		Accept:       Silence,
		Ending:       Ending{AnyCode: true, NoAutoClose: true},
	},
	{
		ID:           "18.3.13",
		Description:  "A close with code 1000 before anything else; to a client in the same write as the answer to its request.",
		Expectation:  repliesToClose,
		Spec:         []string{"RFC 6455 5.5.1"},
		Requirements: []string{"RFC6455-5.5.1-e"},
		Script:       Script{closeNormal},
		Accept:       Silence,
		Ending:       answeredClose,
	},
	{
		ID:           "18.3.14",
		Description:  "A close with code 1001 and the end of our side of TCP, in the same write as the answer to the request of the client.",
		Expectation:  "The client ends TCP within 10s, whether it answers the close frame or not. To keep its half open is tolerated.",
		Spec:         []string{"RFC 6455 7.1.5", "RFC 6455 7.2.1"},
		Requirements: []string{"RFC6455-7.1.5-a"},
		Role:         Client,
		Passive:      true,
		Script:       Script{SendClose{Close(CodeGoingAway, "")}, Drop{Half: true}, Wait{For: soon, Mark: stillOpen}, Drop{}},
		Accept: []Outcome{
			{Verdict: OK, Events: Events{Ended{}}},
			{Verdict: NonStrict, Events: Events{Mark{stillOpen}}, Says: "The client had not ended TCP 10s after we had.", Ending: nothingAsked},
		},
		Ending: Ending{AnyCode: true, MayDrop: true, NoAutoClose: true},
	},
	{
		ID:           "18.3.15",
		Description:  "Nothing, for 70s.",
		Expectation:  "A server MAY close the connection; a client SHOULD NOT.",
		Spec:         []string{"RFC 6455 7.1.7", "RFC 6455 7.3"},
		Requirements: []string{"RFC6455-7.1.7-e", "RFC6455-7.3-a"},
		Tags:         []Tag{Slow},
		Script:       Script{Wait{For: 70 * Second, Mark: "70s"}},
		Accept:       Exactly(Mark{"70s"}),
		Ending:       Ending{AnyCode: true, MayDrop: true, Grade: Informational},
	},
}, waitingClients...)

// waitingClients are 18.3.5 and 18.3.6 for clients, which SHOULD leave the end of TCP to
// the server (RFC 6455 7.1.1): one that waits, however long, breaks no rule.
var waitingClients = func() []Case {
	list := []Case{
		{
			ID:           "18.3.16",
			Description:  "A frame with opcode 3, which the client has to refuse, and nothing more: its close frame gets no answer, and TCP is left to it.",
			Expectation:  "The client fails the connection. It SHOULD wait for the server to end TCP, and MAY end it itself after a reasonable time, as within 10s.",
			Requirements: []string{"RFC6455-7.1.7-a", "RFC6455-5.5.1-k"},
			Script:       Script{Opcode(3, ""), Wait{For: soon, Mark: "10s"}, Drop{}},
			Accept: []Outcome{
				{Verdict: OK, Events: Events{Ended{}}},
				{Verdict: Informational, Events: Events{Mark{"10s"}}, Says: "The client still waits for the server after 10s.", Ending: nothingAsked},
			},
		},
		{
			ID:           "18.3.17",
			Description:  "A frame with opcode 3, which the client has to refuse; after 100 ms a text message and a ping. Its close frame gets no answer.",
			Expectation:  "The client has failed the connection: it acts upon nothing that follows, and sends nothing behind its close frame.",
			Requirements: []string{"RFC6455-7.1.7-d", "RFC6455-5.5.1-d"},
			Script:       Script{Opcode(3, ""), Wait{For: Second / 10}, Text(probe), after, Wait{For: Second, Mark: "1s"}, Drop{}},
			Accept: []Outcome{
				{Verdict: OK, Events: Events{Ended{}}},
				{Verdict: OK, Events: Events{Mark{"1s"}}, Says: "The client waits for the server to end TCP.", Ending: nothingAsked},
			},
			Checks: []Check{CheckAfterClose},
		},
	}
	for i := range list {
		list[i].Role, list[i].Passive, list[i].Spec = Client, true, []string{"RFC 6455 7.1.1", "RFC 6455 7.1.7"}
		list[i].Ending = FailedByPeer(CodeProtocolError)
	}
	return list
}()

// readableReply is about a close frame behind which much was left unread.
var readableReply = func() Case {
	c := failing(Case{
		ID:           "18.3.4",
		Description:  "A frame with opcode 3, which the peer has to refuse, and behind it 1024 text messages of 1000 octets; nothing is read for 200 ms.",
		Expectation:  "The peer fails the connection, and its close frame with 1002 SHOULD reach us: to drop TCP while octets are unread resets it, and what was sent before may be lost.",
		Spec:         []string{"RFC 6455 7.1.1", "RFC 6455 7.1.7", "RFC 6455 10.7"},
		Requirements: []string{"RFC6455-7.1.1-a", "RFC6455-7.1.7-b", "RFC6455-10.7-c"},
		Script: Script{
			Opcode(3, ""),
			Flood{Frame: Frame{Opcode: OpText, Payload: Repeat("*", 1000)}, Count: 1024, Deaf: Second / 5},
		},
	}, CodeProtocolError)
	c.Ending.NoClose = NonStrict
	return c
}()

// leftAlone is c, whose server has to fail the connection and to end TCP, although we do
// nothing of what is ours.
func leftAlone(c Case) Case {
	c.Spec = []string{"RFC 6455 5.5.1", "RFC 6455 7.1.7"}
	c.Role = Server
	c.Passive = true
	c.Alive = true
	c.Script = append(slices.Clip(c.Script), Wait{For: soon, Mark: "10s"}, Wait{For: late - soon, Mark: "60s"}, Drop{})
	c.Accept = []Outcome{
		{Verdict: OK, Events: Events{Ended{}}},
		{Verdict: NonStrict, Events: Events{Mark{"10s"}, Ended{}}, Says: "The server took more than 10s to end TCP."},
	}
	c.Ending = FailedByPeer(CodeProtocolError)
	return c
}

// eitherWay is c, of which the outcome does not matter, and the echo of the probe may
// come before.
func eitherWay(c Case) Case {
	var accept []Outcome
	for _, o := range c.Accept {
		o.Verdict = Informational
		with := o
		with.Events = append(Events{GotText(probe)}, o.Events...)
		with.Says, o.Says = "The message was echoed. "+o.Says, "The message was not echoed. "+o.Says
		accept = append(accept, with, o)
	}
	c.Accept = accept
	return c
}
