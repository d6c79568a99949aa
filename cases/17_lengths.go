package cases

import (
	"fmt"
	"math"
	"slices"
)

// payloadLengths is chapter 17: lengths in a longer form than they need, lengths that
// cannot be, lengths that no peer wants, and frames that come in pieces.
var payloadLengths = Chapter{
	Number: "17",
	Title:  "Payload lengths",
	Sections: []Section{
		{"17.1", "Lengths in a longer form than they need"},
		{"17.2", "Lengths that cannot be"},
		{"17.3", "Lengths that can be, but are huge"},
		{"17.4", "Frames that are cut, and frames that come slowly"},
	},
	Cases: slices.Concat(longForms, impossibleLengths, hugeLengths, cutFrames),
}

const (
	// shortestForm is what the RFC asks for of lengths.
	shortestForm = "The sender MUST use the shortest form of the length. The peer fails the connection; since the RFC does not say that it must, one that looks past it is tolerated."

	// lookedPast is what the report says of such a peer.
	lookedPast = "The peer looks past a length that is not in its shortest form."
)

// longForms is section 17.1.
var longForms = func() []Case {
	refused := FailedByPeer(CodeProtocolError).OrFail(WrongSide)
	answered := refused
	answered.Tolerates = []uint16{CodeNormal}
	list := []Case{
		{
			ID:           "17.1.1",
			Description:  "Text messages of 125 octets and less whose length is in 16 bits; a ping behind each.",
			Requirements: []string{"RFC6455-5.2-e", "RFC6455-10.7-a"},
			Variants:     longer(OpText, 16, 5, 0, 1, 125),
		},
		{
			ID:           "17.1.2",
			Description:  "Text messages of 125 octets and less whose length is in 64 bits; a ping behind each.",
			Requirements: []string{"RFC6455-5.2-e", "RFC6455-10.7-a"},
			Variants:     longer(OpText, 64, 5, 0, 125),
		},
		{
			ID:           "17.1.3",
			Description:  "Binary messages of 126 to 65535 octets whose length is in 64 bits; a ping behind each.",
			Requirements: []string{"RFC6455-5.2-e", "RFC6455-10.7-a"},
			Variants:     longer(OpBinary, 64, 126, 127, 65535),
		},
		{
			ID:           "17.1.4",
			Description:  "Control frames, short ones, whose length is in 16 or 64 bits; a ping behind those that are no close frame.",
			Requirements: []string{"RFC6455-5.2-e", "RFC6455-5.5-a"},
			Variants: []Variant{
				{Name: "a ping, 16 bits", Script: Script{Ping("ping").Bits(16), after},
					Accept: lookingPast(lookedPast, 1, GotPong("ping"), GotPong("after"))},
				{Name: "a pong, 16 bits", Script: Script{Pong("pong").Bits(16), after},
					Accept: lookingPast(lookedPast, 0, GotPong("after"))},
				{Name: "a close with code 1000, 16 bits", Script: Script{Frame{Opcode: OpClose, Payload: Close(CodeNormal, "")}.Bits(16)},
					Accept: Silence, Ending: &answered},
				{Name: "a ping, 64 bits", Script: Script{Ping("ping").Bits(64), after},
					Accept: lookingPast(lookedPast, 1, GotPong("ping"), GotPong("after"))},
			},
		},
	}
	for i := range list {
		list[i].Expectation, list[i].Spec = shortestForm, []string{"RFC 6455 5.2", "RFC 6455 10.7"}
		list[i].Ending, list[i].Limit = refused, FailAfter(2*Second)
	}
	return append(list, ownLengths)
}()

// longer are messages of these lengths, in a field of so many bits.
func longer(op Op, bits int, lengths ...int) (list []Variant) {
	for _, n := range lengths {
		f := Frame{Opcode: op, Payload: Repeat("Hello", n)}
		list = append(list, Variant{
			Name:   fmt.Sprintf("%d octets", n),
			Script: Script{f.Bits(bits), after},
			Accept: inAnyOrder(lookedPast, Got{op, f.Payload}, GotPong("after")),
		})
	}
	return list
}

// ownLengths is about the lengths of the peer's own frames.
var ownLengths = func() Case {
	c := Case{
		ID:           "17.1.5",
		Description:  "Binary messages of 0 octets to 65536 octets around where the form of the length changes, each sent when the last has come back, and a ping of 125 octets.",
		Expectation:  "The peer sends them back, and MUST write every length in its shortest form.",
		Spec:         []string{"RFC 6455 5.2"},
		Requirements: []string{"RFC6455-5.2-e"},
		Checks:       []Check{CheckLength, CheckControl},
		Limit:        CloseAfter(5 * Second),
	}
	var events Events
	for _, n := range []int{0, 1, 125, 126, 127, 65535, 65536} {
		c.Script = append(c.Script, Echo{1, Message{Binary: true, Payload: Repeat("*", n)}})
		events = append(events, Echoed{1})
	}
	c.Script = append(c.Script, Frame{Opcode: OpPing, Payload: Repeat("?", 125)})
	c.Accept = Exactly(append(events, Got{OpPong, Repeat("?", 125)})...)
	return c
}()

// beginning are the octets that come of a frame that announces more.
const beginning = "0123456789abcdef"

// impossibleLengths is section 17.2.
var impossibleLengths = []Case{
	failingEarly(Case{
		ID:           "17.2.1",
		Description:  "Binary frames whose length has its most significant bit set, and 16 octets of payload.",
		Expectation:  "The most significant bit MUST be 0: the peer fails the connection when it has the header. Since the RFC binds only the sender, to wait for what cannot come is tolerated.",
		Spec:         []string{"RFC 6455 5.2", "RFC 6455 10.7"},
		Requirements: []string{"RFC6455-5.2-d", "RFC6455-10.4-a"},
		Alive:        true,
		Memory:       64,
		Variants:     claiming(OpBinary, 1<<63, 1<<63|5, math.MaxUint64, math.MaxUint64-127, 1<<63|16),
	}, NonStrict, CodeProtocolError, CodeTooBig),
	failingEarly(Case{
		ID:           "17.2.2",
		Description:  "Control frames that announce 126 octets and more, and 16 octets of payload.",
		Expectation:  "Control frames MUST NOT be longer than 125 octets: the peer fails the connection. It need not wait for the rest; to do so is tolerated.",
		Spec:         []string{"RFC 6455 5.5"},
		Requirements: []string{"RFC6455-5.5-a", "RFC6455-5.2-d"},
		Alive:        true,
		Memory:       64,
		Variants: slices.Concat(
			claiming(OpPing, 126, math.MaxUint16, 1<<16, math.MaxInt64),
			claiming(OpPong, 126, math.MaxUint16, 1<<16, math.MaxInt64),
			claiming(OpClose, 126, math.MaxUint16, 1<<16, math.MaxInt64),
		),
	}, NonStrict, CodeProtocolError, CodeTooBig),
	failingEarly(Case{
		ID:           "17.2.3",
		Description:  "Frames with opcode 3 and opcode 11 that announce 2^63-1 octets, and 16 octets of payload.",
		Expectation:  "The opcodes are reserved: the peer MUST fail the connection. It need not wait for the rest; to do so is tolerated.",
		Spec:         []string{"RFC 6455 5.2"},
		Requirements: []string{"RFC6455-5.2-c"},
		Alive:        true,
		Memory:       64,
		Variants:     slices.Concat(claiming(3, math.MaxInt64), claiming(11, math.MaxInt64)),
	}, NonStrict, CodeProtocolError, CodeTooBig),
}

// claiming are frames that announce so many octets, of which 16 come.
func claiming(op Op, lengths ...uint64) (list []Variant) {
	payload := Of(beginning)
	if op == OpClose {
		payload = Close(CodeNormal, beginning[2:])
	}
	for _, n := range lengths {
		list = append(list, Variant{
			Name:   fmt.Sprintf("%s of %#x octets", op, n),
			Script: Script{Frame{Opcode: op, Payload: payload}.Claim(n)},
		})
	}
	return list
}

// hugeLengths is section 17.3.
var hugeLengths = func() []Case {
	list := []Case{
		{
			ID:           "17.3.1",
			Description:  "Binary frames that announce 2^31-1 octets and more, up to 2^63-1, and 16 octets of payload.",
			Requirements: []string{"RFC6455-10.4-a", "RFC6455-10.4-b", "RFC6455-7.4.1-h"},
			Variants: claiming(OpBinary, math.MaxInt32, 1<<31, math.MaxUint32, 1<<32, 1<<40,
				1<<53, 1<<53+1, 1<<62, math.MaxInt64, math.MaxInt32<<32),
		},
		{
			ID:           "17.3.2",
			Description:  "A text frame of 125 octets that is not final, and a continuation frame that announces 2^63-1 octets, of which 16 octets come.",
			Requirements: []string{"RFC6455-10.4-a"},
			Script: Script{
				Frame{Opcode: OpText, Payload: Repeat("*", 125)}.More(),
				Continue(beginning).Claim(math.MaxInt64),
			},
		},
		{
			ID:           "17.3.3",
			Description:  "A text message in fragments of one octet, and a continuation frame that announces 2^63-2 octets, of which 16 octets come.",
			Requirements: []string{"RFC6455-10.4-a"},
			Script: Script{
				Text("a").More(), Continue("b").More(), Continue("c").More(),
				Continue(beginning).Claim(math.MaxInt64 - 1),
			},
		},
	}
	for i := range list {
		c := &list[i]
		c.Expectation = "No limit is asked for. A peer that has one fails the connection when it has the header, and one that waits for the rest MUST NOT set memory aside for it."
		c.Spec = []string{"RFC 6455 10.4"}
		c.Alive, c.Memory = true, 64
		*c = failingEarly(*c, Informational, CodeTooBig, CodeProtocolError, 1001, 1008, 1011)
	}
	return append(list, declaredLimit, twoAnnouncers)
}()

// declaredLimit is about the longest message that the peer takes.
var declaredLimit = func() Case {
	tooBig, waits := failing(Case{}, CodeTooBig), failingEarly(Case{Script: Script{}}, NonStrict, CodeTooBig)
	binary := func(more int) Frame { return Frame{Opcode: OpBinary, Payload: Longest("*", more)} }
	rest := binary(0)
	rest.Opcode = OpContinuation
	return Case{
		ID:           "17.3.4",
		Description:  "Binary messages as long as the longest that the peer takes, and one octet longer: whole, in two fragments, and with only the beginning of the payload.",
		Expectation:  "The peer echoes the first. It refuses those that are longer, with 1009, and SHOULD do so when it has the header.",
		Spec:         []string{"RFC 6455 10.4", "RFC 6455 7.4.1"},
		Requirements: []string{"RFC6455-10.4-b", "RFC6455-10.4-a", "RFC6455-7.4.1-h"},
		Needs:        []Need{NeedMaxMessage},
		Alive:        true,
		Variants: []Variant{
			{Name: "as long", Script: Script{Echo{1, Message{Binary: true, Payload: Longest("*", 0)}}}, Accept: Exactly(Echoed{1})},
			{Name: "longer", Script: Script{binary(1)}, Accept: tooBig.Accept, Ending: &tooBig.Ending},
			{Name: "longer, in two fragments", Script: Script{Binary("*").More(), rest}, Accept: tooBig.Accept, Ending: &tooBig.Ending},
			{Name: "longer, of which the beginning comes", Script: append(Script{binary(1).First(30)}, waits.Script...), Accept: waits.Accept, Ending: &waits.Ending},
		},
		Limit: FailAfter(busyLimit), // as long as the message may be
	}
}()

// twoAnnouncers is about another connection beside one that waits.
var twoAnnouncers = probing(Case{
	ID:           "17.3.5",
	Description:  "On another connection a binary frame that announces 2^40 octets, of which 16 octets come; on this one a text message.",
	Expectation:  "The server echoes the message: what one client announces is no harm to another.",
	Spec:         []string{"RFC 6455 10.4"},
	Requirements: []string{"RFC6455-10.4-a"},
	Role:         Server,
	Alive:        true,
	Memory:       64,
	Crowd:        &Crowd{Count: 1, Together: true, Script: Script{Binary(beginning).Claim(1 << 40)}},
	Limit:        CloseAfter(2 * Second),
})

// cutFrames is section 17.4.
var cutFrames = []Case{
	endOfTCP(Case{
		ID:           "17.4.1",
		Description:  "A text frame of 70000 octets, of which only the beginning is sent, and then the end of our side of TCP.",
		Expectation:  "The peer delivers no message, and ends the connection. To keep its half open is tolerated.",
		Spec:         []string{"RFC 6455 7.1.7", "RFC 6455 7.2.1"},
		Requirements: []string{"RFC6455-7.2.1-a", "RFC6455-7.1.7-a", "RFC6455-7.4.1-c"},
		Variants:     cutAfter(1, 2, 3, 6, 9, 10, 13, 14, 15),
	}, 5*Second),
	{
		ID:           "17.4.2",
		Description:  "A text frame of 70000 octets, of which only the beginning is sent, and then a reset of TCP.",
		Expectation:  "The server goes on to serve others.",
		Spec:         []string{"RFC 6455 7.2.1"},
		Requirements: []string{"RFC6455-7.2.1-a"},
		Role:         Server,
		Alive:        true,
		Variants: func() []Variant {
			list := cutAfter(1, 2, 3, 6, 9, 10, 13, 14, 15)
			for i := range list {
				list[i].Script = append(list[i].Script, Drop{Reset: true})
			}
			return list
		}(),
		Accept: Silence,
		Ending: Ending{Grade: OK},
	},
	{
		ID:           "17.4.3",
		Description:  "A text message of 70000 octets whose header comes one octet every 100 ms, and one whose header is cut inside the length.",
		Expectation:  "The peer echoes it.",
		Spec:         []string{"RFC 6455 6.2"},
		Requirements: []string{"RFC6455-6.2-a"},
		Variants: []Variant{
			{Name: "octet by octet", Script: Script{dribbled(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14)}},
			{Name: "cut inside the length", Script: Script{dribbled(6)}},
		},
		Accept: Exactly(Got{OpText, seventyThousand.Payload}),
		Limit:  CloseAfter(5 * Second),
	},
	{
		ID:           "17.4.4",
		Description:  "Two text messages and the first half of a third in one write, and 100 ms later the rest.",
		Expectation:  "The peer echoes all three, in order.",
		Spec:         []string{"RFC 6455 6.2"},
		Requirements: []string{"RFC6455-6.2-a"},
		Script: Script{
			Text("one"), Text("two"),
			Split{Frame: Text("three, in halves"), Pauses: []Pause{{8, Wait{For: Second / 10}}}},
		},
		Accept: Exactly(GotText("one"), GotText("two"), GotText("three, in halves")),
		Limit:  CloseAfter(2 * Second),
	},
}

// seventyThousand is a frame with the longest header there is.
var seventyThousand = Frame{Opcode: OpText, Payload: Repeat("*", 70000)}

// cutAfter is that frame, of which only so many octets are sent.
func cutAfter(octets ...int) (list []Variant) {
	for _, n := range octets {
		list = append(list, Variant{Name: fmt.Sprintf("%d octets", n), Script: Script{seventyThousand.First(n)}})
	}
	return list
}

// dribbled is that frame, with a pause before each of these octets.
func dribbled(at ...int) Split {
	s := Split{Frame: seventyThousand, Whole: true}
	for _, n := range at {
		s.Pauses = append(s.Pauses, Pause{n, Wait{For: Second / 10}})
	}
	return s
}
