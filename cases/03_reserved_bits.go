package cases

// reservedBits is chapter 3: every combination of the three reserved bits, none
// of which means anything unless an extension was negotiated.
var reservedBits = Chapter{
	Number: "3",
	Title:  "Reserved bits",
	First:  28,
	Cases: []Case{
		{
			ID:          "3.1",
			Description: "A text message whose frame has RSV3 set (RSV = 1).",
			Expectation: reservedBitsMustBeZero,
			Spec:        []string{"RFC 6455 5.2"},
			Script:      Script{Text("Hello, world!").Reserved(1)},
			Accept:      Silence,
			Ending:      FailedByPeer(CodeProtocolError),
		},
		{
			ID:          "3.2",
			Description: "A good text message, one whose frame has RSV2 set (RSV = 2), and a ping.",
			Expectation: "The first message is echoed. " + reservedBitsMustBeZero,
			Spec:        []string{"RFC 6455 5.2"},
			Script:      Script{Text("Hello, world!"), Text("Hello, world!").Reserved(2), Ping("")},
			Accept:      echoedFirst("Hello, world!"),
			Ending:      FailedByPeer(CodeProtocolError),
			Overrides:   orNotAtAll("Hello, world!"),
		},
		{
			ID:          "3.3",
			Description: "A good text message, one whose frame has RSV2 and RSV3 set (RSV = 3), and a ping, each on the wire before the next.",
			Expectation: "The first message is echoed. " + reservedBitsMustBeZero,
			Spec:        []string{"RFC 6455 5.2"},
			Script:      Script{Text("Hello, world!"), Text("Hello, world!").Reserved(3), Ping("")}.Synced(),
			Accept:      echoedFirst("Hello, world!"),
			Ending:      FailedByPeer(CodeProtocolError),
			Overrides:   orNotAtAll("Hello, world!"),
		},
		{
			ID:          "3.4",
			Description: "A good text message, one whose frame has RSV1 set (RSV = 4), and a ping, one octet a write.",
			Expectation: "The first message is echoed. " + reservedBitsMustBeZero,
			Spec:        []string{"RFC 6455 5.2"},
			Script:      Script{Text("Hello, world!"), Text("Hello, world!").Reserved(4), Ping("")}.Chopped(1),
			Accept:      echoedFirst("Hello, world!"),
			Ending:      FailedByPeer(CodeProtocolError),
			Overrides:   orNotAtAll("Hello, world!"),
		},
		{
			ID:          "3.5",
			Description: "A binary message whose frame has RSV1 and RSV3 set (RSV = 5).",
			Expectation: reservedBitsMustBeZero,
			Spec:        []string{"RFC 6455 5.2"},
			Script:      Script{Binary("\x00\xff\xfe\xfd\xfc\xfb\x00\xff").Reserved(5)},
			Accept:      Silence,
			Ending:      FailedByPeer(CodeProtocolError),
		},
		{
			ID:          "3.6",
			Description: "A binary message whose frame has RSV1 and RSV2 set (RSV = 6).",
			Expectation: reservedBitsMustBeZero,
			Spec:        []string{"RFC 6455 5.2"},
			Script:      Script{Binary("Hello, world!").Reserved(6)},
			Accept:      Silence,
			Ending:      FailedByPeer(CodeProtocolError),
		},
		{
			ID:          "3.7",
			Description: "A close frame with all three reserved bits set (RSV = 7).",
			Expectation: reservedBitsMustBeZero,
			Spec:        []string{"RFC 6455 5.2"},
			Script:      Script{Opcode(OpClose, "").Reserved(7)},
			Accept:      Silence,
			Ending:      FailedByPeer(CodeProtocolError),
		},
	},
}

// reservedBitsMustBeZero is what the RFC asks for throughout chapter 3.
const reservedBitsMustBeZero = "No extension gives the reserved bits a meaning: the peer MUST fail the connection."

// echoedFirst accepts the echo of the good message before the bad frame. To fail
// the connection at once is as conformant, but not what the reference prefers.
func echoedFirst(message string) []Outcome {
	return []Outcome{
		{Verdict: OK, Events: Events{GotText(message)}},
		{Verdict: NonStrict, Says: "The connection ended before the good message was echoed."},
	}
}

// orNotAtAll is what the RFC says of that.
func orNotAtAll(message string) []Override {
	return []Override{{
		Profile: RFC, Clause: "RFC 6455 7.1.7",
		Why:    "Nothing says that what came before the bad frame must be answered before the connection is failed.",
		Accept: append(Exactly(GotText(message)), Outcome{Verdict: OK, Says: "The connection was failed at once."}),
	}}
}
