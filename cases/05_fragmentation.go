package cases

// fragmentation is chapter 5: messages in several frames, what may come between
// these and what may not.
var fragmentation = Chapter{
	Number: "5",
	Title:  "Fragmentation",
	First:  45,
	Cases: []Case{
		{
			ID:          "5.1",
			Description: "A ping in two fragments.",
			Expectation: "Control frames MUST NOT be fragmented: the peer fails the connection and sends no pong.",
			Spec:        []string{"RFC 6455 5.4", "RFC 6455 5.5"},
			Script:      Script{Ping("fragment1").More(), Continue("fragment2")},
			Accept:      Silence,
			Ending:      FailedByPeer(CodeProtocolError),
		},
		{
			ID:          "5.2",
			Description: "A pong in two fragments.",
			Expectation: "Control frames MUST NOT be fragmented: the peer fails the connection.",
			Spec:        []string{"RFC 6455 5.4", "RFC 6455 5.5"},
			Script:      Script{Pong("fragment1").More(), Continue("fragment2")},
			Accept:      Silence,
			Ending:      FailedByPeer(CodeProtocolError),
		},

		twoFragments,
		twoFragments.As("5.4", "The fragments of 5.3, each on the wire before the next.", twoFragments.Script.Synced()),
		twoFragments.As("5.5", "The fragments of 5.3, one octet a write.", twoFragments.Script.Chopped(1)),

		pingBetween,
		pingBetween.As("5.7", "The frames of 5.6, each on the wire before the next.", pingBetween.Script.Synced()),
		pingBetween.As("5.8", "The frames of 5.6, one octet a write.", pingBetween.Script.Chopped(1)),

		strayEnd,
		strayEnd.As("5.10", "The frames of 5.9, each on the wire before the next.", strayEnd.Script.Synced()),
		strayEnd.As("5.11", "The frames of 5.9, one octet a write.", strayEnd.Script.Chopped(1)),

		strayMiddle,
		strayMiddle.As("5.13", "The frames of 5.12, each on the wire before the next.", strayMiddle.Script.Synced()),
		strayMiddle.As("5.14", "The frames of 5.12, one octet a write.", strayMiddle.Script.Chopped(1)),

		{
			ID:          "5.15",
			Description: "A text message in two fragments, a continuation frame with FIN clear that continues nothing, and a text message.",
			Expectation: "The first message is echoed. " + nothingToContinue,
			Spec:        []string{"RFC 6455 5.4"},
			Script: Script{
				Text("fragment1").More(),
				Continue("fragment2"),
				Continue("fragment3").More(),
				Text("fragment4"),
			},
			Accept:    echoedFirst("fragment1fragment2"),
			Ending:    FailedByPeer(CodeProtocolError),
			Overrides: orNotAtAll("fragment1fragment2"),
		},
		{
			ID:          "5.16",
			Description: "Twice: a continuation frame with FIN clear that continues nothing, then a text message in two fragments.",
			Expectation: nothingToContinue,
			Spec:        []string{"RFC 6455 5.4"},
			Script: Script{
				Continue("fragment1").More(),
				Text("fragment2").More(),
				Continue("fragment3"),
				Continue("fragment1").More(),
				Text("fragment2").More(),
				Continue("fragment3"),
			},
			Accept: Silence,
			Ending: FailedByPeer(CodeProtocolError),
		},
		{
			ID:          "5.17",
			Description: "Twice: a continuation frame with FIN set that continues nothing, then a text message in two fragments.",
			Expectation: nothingToContinue,
			Spec:        []string{"RFC 6455 5.4"},
			Script: Script{
				Continue("fragment1"),
				Text("fragment2").More(),
				Continue("fragment3"),
				Continue("fragment1"),
				Text("fragment2").More(),
				Continue("fragment3"),
			},
			Accept: Silence,
			Ending: FailedByPeer(CodeProtocolError),
		},
		{
			ID:          "5.18",
			Description: "A text message in two fragments, both of which are text frames.",
			Expectation: "The fragments of one message MUST NOT be interleaved with those of another: the peer fails the connection.",
			Spec:        []string{"RFC 6455 5.4"},
			Script:      Script{Text("fragment1").More(), Text("fragment2")},
			Accept:      Silence,
			Ending:      FailedByPeer(CodeProtocolError),
		},

		fiveFragments,
		fiveFragments.As("5.20", "The frames of 5.19, each on the wire before the next.", fiveFragments.Script.Synced()),
	},
}

// nothingToContinue is what the RFC asks for when a continuation frame comes
// while no message is incomplete.
const nothingToContinue = "The continuation frame continues no message: the peer fails the connection."

// twoFragments is the simplest fragmented message.
var twoFragments = Case{
	ID:          "5.3",
	Description: "A text message in two fragments.",
	Expectation: "The peer puts the fragments together and echoes the message.",
	Spec:        []string{"RFC 6455 5.4"},
	Script:      Script{Text("fragment1").More(), Continue("fragment2")},
	Accept:      Exactly(GotText("fragment1fragment2")),
	Limit:       CloseAfter(1 * Second),
}

// pingBetween has a control frame in the middle of a message.
var pingBetween = Case{
	ID:          "5.6",
	Description: "A text message in two fragments with a ping between them.",
	Expectation: "Control frames MAY come between fragments: the peer answers the ping, then echoes the message.",
	Spec:        []string{"RFC 6455 5.4", "RFC 6455 5.5.2"},
	Script:      Script{Text("fragment1").More(), Ping("ping payload"), Continue("fragment2")},
	Accept:      Exactly(GotPong("ping payload"), GotText("fragment1fragment2")),
	Limit:       CloseAfter(1 * Second),
}

// strayEnd is the last fragment of no message.
var strayEnd = Case{
	ID:          "5.9",
	Description: "A continuation frame with FIN set that continues nothing, then a text message.",
	Expectation: nothingToContinue,
	Spec:        []string{"RFC 6455 5.4"},
	Script:      Script{Continue("non-continuation payload"), Text("Hello, world!")},
	Accept:      Silence,
	Ending:      FailedByPeer(CodeProtocolError),
}

// strayMiddle is a fragment before the last of no message.
var strayMiddle = Case{
	ID:          "5.12",
	Description: "A continuation frame with FIN clear that continues nothing, then a text message.",
	Expectation: nothingToContinue,
	Spec:        []string{"RFC 6455 5.4"},
	Script:      Script{Continue("non-continuation payload").More(), Text("Hello, world!")},
	Accept:      Silence,
	Ending:      FailedByPeer(CodeProtocolError),
}

// fiveFragments shows whether pings are answered before the message is complete.
var fiveFragments = Case{
	ID:          "5.19",
	Description: "A text message in five fragments with a ping after the second and the fourth, and a pause of 1s after the first ping.",
	Expectation: "Control frames MAY come between fragments: the peer answers both pings, then echoes the message.",
	Spec:        []string{"RFC 6455 5.4", "RFC 6455 5.5.2"},
	Script: Script{
		Text("fragment1").More(),
		Continue("fragment2").More(),
		Ping("pongme 1!"),
		Wait{For: 1 * Second},
		Continue("fragment3").More(),
		Continue("fragment4").More(),
		Ping("pongme 2!"),
		Continue("fragment5"),
	},
	Accept: Exactly(
		GotPong("pongme 1!"),
		GotPong("pongme 2!"),
		GotText("fragment1fragment2fragment3fragment4fragment5"),
	),
	Limit: CloseAfter(1 * Second),
}
