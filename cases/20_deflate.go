package cases

import (
	"fmt"
	"slices"
	"strings"
)

// rareDeflate is chapter 20: what permessage-deflate allows and few compressors do, what
// it does not allow, and what harms those who inflate without a limit.
var rareDeflate = Chapter{
	Number: "20",
	Title:  "permessage-deflate: rare, malformed, abusive",
	Sections: []Section{
		{"20.1", "Legal but rare compressed messages"},
		{"20.2", "Malformed compressed messages"},
		{"20.3", "Reserved bits with permessage-deflate"},
		{"20.4", "What the peer compresses"},
		{"20.5", "Bombs"},
	},
	Cases: slices.Concat(rareMessages, malformedMessages, reservedWithDeflate, peersDeflate, bombs),
}

// bare is the extension in which we ask for nothing, and let a server choose our window,
// as browsers do. Of clients we ask what all of them have to support, and some insist on.
func bare(want Agreed) *Deflate {
	return &Deflate{
		Offer:  []DeflateParams{{ClientMaxWindowBits: AnyWindow}},
		Accept: []DeflateParams{{ClientNoContextTakeover: true}},
		Agreed: want,
	}
}

// deflateChecks are those of what is negotiated and compressed.
var deflateChecks = []Check{CheckExtension, CheckRSV, CheckDeflate}

// packed is a compressed message in one frame, its payload in hex.
func packed(op Op, hex string) Frame {
	return Frame{Opcode: op, RSV: 4, Payload: Payload{Hex: hex}}
}

// The examples of RFC 7692 7.2.3, but for those that are written in blocks.
const (
	helloFixed = "f2 48 cd c9 c9 07 00"
	helloAgain = "f2 00 11 00 00" // it refers to the one before
	helloFinal = "f3 48 cd c9 c9 07 00 00"
)

// hello is the word in a block of a type.
func hello(t BlockType) Block { return Block{Type: t, Literals: Of("Hello")} }

// inflateCodes are those with which a peer may close when it cannot inflate a message.
// No code is laid down: 1002 and 1007 say best what is wrong.
var inflateCodes = []uint16{CodeProtocolError, CodeInvalidPayload, 1003, 1008, CodeTooBig, 1011}

// cannotInflate is the ending of a connection that the peer fails.
var cannotInflate = FailedByPeer(inflateCodes...)

// orClean accepts, with a verdict, a peer that fails the connection after some of the
// messages, too.
func orClean(v Verdict, says string, after ...Event) Outcome {
	return Outcome{Verdict: v, Events: after, Ending: &cannotInflate, Says: says}
}

const failedIt = "The peer failed the connection."

// inflated is c, compressed messages that have to be understood: they come back.
func inflated(c Case, want ...Event) Case {
	if c.Deflate == nil {
		c.Deflate = bare(Agreed{})
	}
	if c.Accept == nil {
		c.Accept = Exactly(want...)
	}
	if c.Expectation == "" {
		c.Expectation = "The peer inflates what it gets, and sends it back."
	}
	c.Checks = deflateChecks
	return c
}

// rareMessages is section 20.1.
var rareMessages = []Case{
	inflated(Case{
		ID:           "20.1.1",
		Description:  `"Hello", compressed in one block with fixed codes, in a stored one, and in two.`,
		Spec:         []string{"RFC 7692 7.2.2", "RFC 7692 7.2.3"},
		Requirements: []string{"RFC7692-7.2.2-a", "RFC7692-7.2.1-b"},
		Variants: []Variant{
			{Name: "fixed codes", Script: Script{Deflated(hello(FixedBlock))}},
			{Name: "stored", Script: Script{Deflated(hello(StoredBlock))}},
			{Name: "two blocks", Script: Script{Deflated(Block{Literals: Of("He")}, Block{Type: StoredBlock}, Block{Literals: Of("llo")})}},
		},
	}, GotText("Hello")),
	inflated(Case{
		ID:           "20.1.2",
		Description:  `"Hello", compressed and fragmented: in two frames, in frames of one octet, with an empty frame first, and last.`,
		Expectation:  "The peer puts the fragments together before it inflates them, and sends the message back.",
		Spec:         []string{"RFC 7692 6.2", "RFC 6455 5.4"},
		Requirements: []string{"RFC7692-6.2-a", "RFC7692-7.2.2-a", "RFC6455-5.4-f"},
		Variants: []Variant{
			{Name: "two frames", Script: Script{packed(OpText, "f2 48 cd").More(), continued("c9 c9 07 00")}},
			{Name: "one octet each, and an empty frame last", Script: Script{Blocks{Blocks: []Block{hello(FixedBlock)}, Fragment: 1}}},
			{Name: "an empty frame first", Script: Script{packed(OpText, "").More(), continued(helloFixed)}},
			{Name: "an empty frame last", Script: Script{packed(OpText, helloFixed).More(), Continue("")}},
		},
	}, GotText("Hello")),
	inflated(Case{
		ID:           "20.1.3",
		Description:  `"Hello", and again as a reference to the first message.`,
		Expectation:  "The peer keeps its window from one message to the next, and sends both back.",
		Spec:         []string{"RFC 7692 7.2.2"},
		Requirements: []string{"RFC7692-7.2.2-c", "RFC7692-7.2.2-b"},
		Deflate:      bare(Agreed{Takeover: true}),
		Script:       Script{packed(OpText, helloFixed), packed(OpText, helloAgain)},
	}, GotText("Hello"), GotText("Hello")),
	inflated(Case{
		ID:           "20.1.4",
		Description:  `"Hello" compressed, "World" as it is, and "Hello" as a reference to the first message.`,
		Expectation:  "The message in between is no part of the window; the peer sends all three back.",
		Spec:         []string{"RFC 7692 6.2", "RFC 7692 7.2.3.2"},
		Requirements: []string{"RFC7692-7.2.3.2-a", "RFC7692-6.2-b"},
		Deflate:      bare(Agreed{Takeover: true}),
		Script:       Script{packed(OpText, helloFixed), Text("World"), packed(OpText, helloAgain)},
	}, GotText("Hello"), GotText("World"), GotText("Hello")),
	inflated(Case{
		ID:           "20.1.5",
		Description:  "A ping between the two frames of a compressed text message.",
		Expectation:  "The peer answers the ping, and sends the message back.",
		Spec:         []string{"RFC 6455 5.4", "RFC 7692 6.2"},
		Requirements: []string{"RFC6455-5.4-e", "RFC7692-6.2-a"},
		Script:       Script{packed(OpText, "f2 48 cd").More(), Ping("x"), continued("c9 c9 07 00")},
		Accept:       withPong(GotPong("x"), GotText("Hello")),
	}),
	inflated(Case{
		ID:           "20.1.6",
		Description:  `"Hello" in a block with BFINAL set, and again in one without, which refers to nothing before.`,
		Expectation:  "The peer sends both messages back. To fail the connection is tolerated, to lose or change a message is not.",
		Spec:         []string{"RFC 7692 7.2.1", "RFC 7692 7.2.3.4"},
		Requirements: []string{"RFC7692-7.2.1-b", "RFC7692-7.2.1-c"},
		Script:       Script{packed(OpText, helloFinal), packed(OpText, helloFixed)},
		Accept:       bothOrClean,
	}),
	inflated(Case{
		ID:           "20.1.7",
		Description:  `"Hello" in a block with BFINAL set, and again as a reference to the first message.`,
		Expectation:  "The window stays, so that the peer sends both messages back. To fail the connection is tolerated, to change a message is not.",
		Spec:         []string{"RFC 7692 7.2.1", "RFC 7692 7.2.2"},
		Requirements: []string{"RFC7692-7.2.2-c", "RFC7692-7.2.2-b", "RFC7692-7.2.1-b"},
		Deflate:      bare(Agreed{Takeover: true}),
		Script:       Script{packed(OpText, helloFinal), packed(OpText, helloAgain)},
		Accept:       bothOrClean,
	}),
	inflated(Case{
		ID:           "20.1.8",
		Description:  `"Hello" in two blocks, of which the first has BFINAL set.`,
		Expectation:  "The message goes on behind the final block: the peer sends all of it back. To fail the connection is tolerated, to send back less is not.",
		Spec:         []string{"RFC 7692 7.2.1", "RFC 7692 7.2.3.5"},
		Requirements: []string{"RFC7692-7.2.1-c", "RFC7692-7.2.1-b"},
		Script:       Script{Deflated(Block{Final: true, Literals: Of("He")}, Block{Literals: Of("llo")})},
		Accept:       []Outcome{{Verdict: OK, Events: Events{GotText("Hello")}}, orClean(NonStrict, failedIt)},
	}),
	inflated(Case{
		ID:           "20.1.9",
		Description:  `"Hello" in a block with BFINAL set, without the octet that ends every message.`,
		Expectation:  "Some senders leave the octet out. To send the message back and to fail the connection are both right.",
		Spec:         []string{"RFC 7692 7.2.1"},
		Requirements: []string{"RFC7692-7.2.1-b"},
		Script:       Script{packed(OpText, "f3 48 cd c9 c9 07 00")},
		Accept:       informing(Events{GotText("Hello")}),
	}),
	inflated(Case{
		ID:           "20.1.10",
		Description:  "An empty message as the octet that it is compressed.",
		Spec:         []string{"RFC 7692 7.2.3.6"},
		Requirements: []string{"RFC7692-7.2.3.6-a"},
		Script:       Script{packed(OpText, "00")},
	}, GotText("")),
	// An empty payload is not what an empty message is compressed to, but inflates to
	// nothing where the end of a block is not looked for.
	inflated(Case{
		ID:           "20.1.11",
		Description:  `A frame with RSV1 set and no payload, RSV = 4, and then "Hello", compressed.`,
		Expectation:  "The payload is not complete: to fail the connection and to take it for the empty message are both right. What follows MUST NOT be changed by it.",
		Spec:         []string{"RFC 7692 7.2.2", "RFC 7692 7.2.3.6"},
		Requirements: []string{"RFC7692-7.2.2-a", "RFC7692-7.2.3.6-a"},
		Script:       Script{packed(OpText, ""), packed(OpText, helloFixed)},
		Accept:       informing(Events{GotText(""), GotText("Hello")}),
	}),
	inflated(Case{
		ID:           "20.1.12",
		Description:  `"Hello" with the octets 00 00 ff ff at its end, which a sender removes, and then "Hello" as it should be.`,
		Expectation:  "To fail the connection and to look past the octets are both right. What follows MUST NOT be changed by them.",
		Spec:         []string{"RFC 7692 7.2.1"},
		Requirements: []string{"RFC7692-7.2.1-a"},
		Script:       Script{packed(OpText, helloFixed+" 00 00 ff ff"), packed(OpText, helloFixed)},
		Accept:       informing(Events{GotText("Hello"), GotText("Hello")}),
	}),
	inflated(Case{
		ID:           "20.1.13",
		Description:  "Messages in a block with codes of its own, in 254 references to the octet before, and behind 1000 empty stored blocks.",
		Spec:         []string{"RFC 7692 7.2.1", "RFC 7692 7.2.2"},
		Requirements: []string{"RFC7692-7.2.1-b", "RFC7692-7.2.2-a"},
		Variants: []Variant{
			{Name: "codes of its own", Script: Script{Deflated(Block{Type: DynamicBlock, Literals: Of(shore)})}, Accept: Exactly(GotText(shore))},
			{
				Name:   "the longest references",
				Script: Script{Deflated(Block{Type: DynamicBlock, Literals: Of("*"), Match: Match{Length: 258, Distance: 1, Times: 254}})},
				Accept: Exactly(Got{OpText, Repeat("*", 1+254*258)}),
			},
			{Name: "1000 empty blocks", Script: Script{Deflated(Block{Type: StoredBlock, Times: 1000}, hello(FixedBlock))}, Accept: Exactly(GotText("Hello"))},
		},
	}),
	inflated(Case{
		ID:           "20.1.14",
		Description:  "References to what came 32768 octets before, the farthest there are: in a message before, and in the same.",
		Expectation:  "As no smaller window was agreed on, the peer has one of 32768 octets, and sends all back.",
		Spec:         []string{"RFC 7692 7.1.2", "RFC 7692 7.2.2"},
		Requirements: []string{"RFC7692-7.2.2-e", "RFC7692-7.2.2-d"},
		Deflate:      bare(Agreed{Window: 15}),
		Variants: []Variant{
			{
				Name: "in a message before", Deflate: bare(Agreed{Takeover: true, Window: 15}),
				Script: Script{Blocks{Binary: true, Blocks: []Block{farBlock}}, Blocks{Binary: true, Blocks: []Block{farMatch}}},
				Accept: Exactly(Got{OpBinary, farBlock.Literals}, GotBinary(string(farBlock.Literals.Octets()[:258]))),
			},
			{
				Name:   "in the same message",
				Script: Script{Deflated(Block{Type: StoredBlock, Literals: Repeat(letters(512), 32<<10)}, farMatch)},
				Accept: Exactly(Got{OpText, Repeat(letters(512), 32<<10+258)}),
			},
		},
	}),
	inflated(Case{
		ID:           "20.1.15",
		Description:  "Text whose characters have four octets each, in frames of one octet and in frames of seven.",
		Expectation:  "The peer inflates the message before it looks at its text, and sends it back.",
		Spec:         []string{"RFC 7692 6.2", "RFC 6455 8.1"},
		Requirements: []string{"RFC7692-6.1-f"},
		Variants: []Variant{
			{Name: "one octet a frame", Script: Script{Blocks{Blocks: []Block{{Literals: Of(cats)}}, Fragment: 1}}},
			{Name: "seven octets a frame", Script: Script{Blocks{Blocks: []Block{{Type: DynamicBlock, Literals: Of(cats)}}, Fragment: 7}}},
		},
	}, GotText(cats)),
	inflated(Case{
		ID:           "20.1.16",
		Description:  "A binary message of 65536 octets that is sent as it is, between two compressed ones.",
		Spec:         []string{"RFC 7692 6.1", "RFC 7692 6.2"},
		Requirements: []string{"RFC7692-6.2-b", "RFC7692-6.1-b"},
		Script:       Script{packed(OpText, helloFixed), Frame{Opcode: OpBinary, Payload: Noise(2, 64<<10)}, packed(OpText, helloFixed)},
	}, GotText("Hello"), Got{OpBinary, Noise(2, 64<<10)}, GotText("Hello")),
}

// shore has few letters, so that codes of its own are short.
const shore = "she sells sea shells by the sea shore; the shells she sells are sea shells, she sees"

// cats are characters of four octets.
var cats = strings.Repeat("\U0001F408\U0001F63A", 9)

// farBlock is as many octets as the largest window has, and farMatch refers to the first
// of them.
var (
	farBlock = Block{Type: StoredBlock, Literals: Noise(1, 32<<10)}
	farMatch = Block{Match: Match{Length: 258, Distance: 32 << 10}}
)

// bothOrClean is "Hello" twice; to fail the connection is tolerated.
var bothOrClean = []Outcome{
	{Verdict: OK, Events: Events{GotText("Hello"), GotText("Hello")}},
	orClean(NonStrict, "The peer failed the connection instead of the second message.", GotText("Hello")),
	orClean(NonStrict, "The peer failed the connection instead of the first message."),
}

// informing accepts the events, and a peer that fails the connection after some of them:
// which of it happens is for information.
func informing(events Events) []Outcome {
	list := []Outcome{{Verdict: Informational, Events: events, Says: "The peer understood all messages."}}
	for n := len(events) - 1; n >= 0; n-- {
		list = append(list, orClean(Informational, fmt.Sprintf("The peer failed the connection after %d of %d messages.", n, len(events)), events[:n]...))
	}
	return list
}

// continued is the last fragment of a compressed message, its payload in hex.
func continued(hex string) Frame { return Frame{Opcode: OpContinuation, Payload: Payload{Hex: hex}} }
