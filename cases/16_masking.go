package cases

import (
	"fmt"
	"slices"
)

// masking is chapter 16: the mask bit the wrong way round, the keys of clients, and
// arithmetic.
var masking = Chapter{
	Number: "16",
	Title:  "Masking",
	Sections: []Section{
		{"16.1", "Frames of a client that are not masked"},
		{"16.2", "Frames of a server that are masked"},
		{"16.3", "Masking keys of the client"},
		{"16.4", "Masking and unmasking"},
	},
	Cases: slices.Concat(notMasked, wronglyMasked, maskingKeys, maskArithmetic),
}

const (
	// mustBeMasked is what the RFC asks of servers.
	mustBeMasked = "A frame from a client that is not masked: the server MUST close the connection, and acts upon nothing behind it."

	// mustNotBeMasked is what the RFC asks of clients.
	mustNotBeMasked = "A frame from a server that is masked: the client MUST close the connection, and acts upon nothing behind it."
)

// otherCodes are close codes for frames that are masked, or not, where they should not be,
// other than 1002, with which the RFC says that such a connection MAY be closed.
var otherCodes = []uint16{1003, CodeInvalidPayload, 1008, 1011}

// notMasked is section 16.1.
var notMasked = func() []Case {
	list := []Case{
		failing(Case{
			ID:           "16.1.1",
			Description:  "Messages whose frame has no mask bit and no key; a masked ping behind each.",
			Expectation:  mustBeMasked,
			Requirements: []string{"RFC6455-5.1-c", "RFC6455-5.1-d", "RFC6455-7.1.7-d"},
			Variants: thenPing(
				sent{"a text", Script{Text("Hello").Unmasked()}},
				sent{"a binary message", Script{Binary("\x00\xff\xfe\xfd").Unmasked()}},
				sent{"an empty text", Script{Text("").Unmasked()}},
				sent{"a text of 126 octets", Script{Frame{Opcode: OpText, Payload: Repeat("*", 126)}.Unmasked()}},
				sent{"a text of 65536 octets", Script{Frame{Opcode: OpText, Payload: Repeat("*", 65536)}.Unmasked()}},
			),
		}, CodeProtocolError),
		failing(Case{
			ID:           "16.1.2",
			Description:  "Pings and pongs without mask bit and key; a masked ping behind each.",
			Expectation:  mustBeMasked,
			Requirements: []string{"RFC6455-5.1-c", "RFC6455-7.1.7-d"},
			Variants: thenPing(
				sent{"an empty ping", Script{Ping("").Unmasked()}},
				sent{"a ping", Script{Ping("x").Unmasked()}},
				sent{"an empty pong", Script{Pong("").Unmasked()}},
			),
		}, CodeProtocolError),
		failing(Case{
			ID:           "16.1.3",
			Description:  "A close frame with code 1000, without mask bit and key.",
			Expectation:  "The server MUST close the connection. With code 1000 it answers what it should refuse, which is tolerated.",
			Requirements: []string{"RFC6455-5.1-c", "RFC6455-5.5.1-c"},
			Script:       Script{Frame{Opcode: OpClose, Payload: Close(CodeNormal, "")}.Unmasked()},
		}, CodeProtocolError),
		failing(Case{
			ID:           "16.1.4",
			Description:  "A text message, and when it has come back, one without mask bit and key, and a masked ping.",
			Expectation:  "The first message is echoed. " + mustBeMasked,
			Requirements: []string{"RFC6455-5.1-c"},
			Script:       Script{Echo{1, Message{Payload: Of("masked")}}, Text("not masked").Unmasked(), after},
		}, CodeProtocolError),
		failing(Case{
			ID:           "16.1.5",
			Description:  "A masked text frame that is not final, a continuation frame without mask bit and key, and a masked ping.",
			Expectation:  mustBeMasked,
			Requirements: []string{"RFC6455-5.1-c"},
			Script:       Script{Text("a").More(), Continue("b").Unmasked(), after},
		}, CodeProtocolError),
		failingEarly(Case{
			ID:           "16.1.6",
			Description:  "The header of a text frame of a megabyte, without mask bit and key, and nothing behind it.",
			Expectation:  "The header alone shows that the frame is not masked: the server MUST close the connection. To wait for the payload first is tolerated.",
			Requirements: []string{"RFC6455-5.1-c", "RFC6455-10.4-a"},
			Script:       Script{Text("").Claim(1 << 20).Unmasked()},
		}, NonStrict, CodeProtocolError),
	}
	list[3].Accept = Exactly(Echoed{1})
	for i := range list {
		list[i].Ending.Tolerates = otherCodes
		list[i].Role, list[i].Spec, list[i].Alive = Server, []string{"RFC 6455 5.1"}, true
	}
	list[2].Ending.Tolerates = append(slices.Clip(otherCodes), CodeNormal)
	return list
}()

// wronglyMasked is section 16.2.
var wronglyMasked = func() []Case {
	const key = "37fa213d"
	answered := FailedByPeer(CodeProtocolError).OrFail(WrongSide)
	answered.Tolerates = append(slices.Clip(otherCodes), CodeNormal)
	list := []Case{
		failing(Case{
			ID:           "16.2.1",
			Description:  "Messages whose frame has the mask bit set and is masked; a ping behind each that is not.",
			Expectation:  mustNotBeMasked,
			Requirements: []string{"RFC6455-5.1-f", "RFC6455-5.1-g"},
			Variants: thenPing(
				sent{"a text", Script{Text("Hello").Masked(key)}},
				sent{"a text, with the key 00000000", Script{Text("Hello").Masked("00000000")}},
				sent{"a binary message", Script{Binary("\x00\xff\xfe\xfd").Masked(key)}},
				sent{"an empty text", Script{Text("").Masked(key)}},
			),
		}, CodeProtocolError),
		failing(Case{
			ID:           "16.2.2",
			Description:  "Control frames with the mask bit set and masked; a ping behind each that is not.",
			Expectation:  mustNotBeMasked + " A close frame with code 1000 that is answered with 1000 is tolerated.",
			Requirements: []string{"RFC6455-5.1-f"},
			Variants: thenPing(
				sent{"a ping", Script{Ping("x").Masked(key)}},
				sent{"a pong", Script{Pong("x").Masked(key)}},
				sent{"a close with code 1000", Script{Frame{Opcode: OpClose, Payload: Close(CodeNormal, "")}.Masked(key)}},
			),
		}, CodeProtocolError),
		failing(Case{
			ID:           "16.2.3",
			Description:  "A text frame that is not final, and a continuation frame with the mask bit set and masked; a ping behind it that is not.",
			Expectation:  mustNotBeMasked,
			Requirements: []string{"RFC6455-5.1-f"},
			Script:       Script{Text("a").More(), Continue("b").Masked(key), after},
		}, CodeProtocolError),
	}
	list[1].Variants[2].Ending = &answered
	for i := range list {
		list[i].Ending.Tolerates = otherCodes
		list[i].Role, list[i].Spec = Client, []string{"RFC 6455 5.1"}
	}
	return list
}()

// everyFrame makes a peer send every kind of frame that it sends: messages, pongs, and
// close frames of both kinds.
func everyFrame() []Variant {
	failed := FailedByPeer(CodeProtocolError).OrFail(WrongSide)
	return []Variant{
		{
			Name: "messages",
			Script: Script{
				Echo{1, Message{}}, Echo{1, Message{Payload: Of("Hello")}}, Echo{1, Message{Binary: true}},
				Echo{1, Message{Binary: true, Payload: Repeat("\x00\xff", 65536)}},
			},
			Accept: Exactly(Echoed{1}, Echoed{1}, Echoed{1}, Echoed{1}),
		},
		{
			Name:   "an empty pong, and the answer to a close",
			Script: Script{Ping("")},
			Accept: Exactly(GotPong("")),
		},
		{
			Name:   "a pong of 125 octets",
			Script: Script{Frame{Opcode: OpPing, Payload: Repeat("\xfe", 125)}},
			Accept: Exactly(Got{OpPong, Repeat("\xfe", 125)}),
		},
		{
			Name:   "the answer to a close without a code",
			Script: Script{SendClose{}},
			Accept: Silence,
		},
		{
			Name:   "a close of its own, after a reserved opcode",
			Script: Script{Opcode(3, "")},
			Accept: Silence,
			Ending: &failed,
		},
	}
}

// maskingKeys is section 16.3.
var maskingKeys = func() []Case {
	echo := func(n int) Echo { return Echo{n, Message{Payload: Of("sixteen octets!!")}} }
	list := []Case{
		{
			ID:           "16.3.1",
			Description:  "What makes the client send messages, pongs and close frames, with and without payload.",
			Expectation:  "The client MUST mask every frame that it sends, empty ones and close frames, too.",
			Requirements: []string{"RFC6455-5.1-a", "RFC6455-5.1-b", "RFC6455-5.5.1-c", "RFC6455-5.2-g"},
			Checks:       []Check{CheckMask},
			Variants:     everyFrame(),
		},
		{
			ID:           "16.3.2",
			Description:  "4400 text messages of 16 octets, each sent when the last has come back: more than there are keys in a buffer of 16 KiB.",
			Expectation:  "The client MUST pick a fresh masking key for every frame: neither the last one again, nor one that is counted up, nor one of a few.",
			Requirements: []string{"RFC6455-5.3-b", "RFC6455-10.3-a"},
			Checks:       []Check{CheckKeys},
			Script:       Script{echo(4400)},
			Accept:       Exactly(Echoed{4400}),
		},
		{
			ID:           "16.3.3",
			Description:  "20 connections, on each of which text messages come back.",
			Expectation:  "The masking keys MUST come from a strong source of entropy: those of one connection are not those of another.",
			Requirements: []string{"RFC6455-5.3-c", "RFC6455-5.3-d"},
			Checks:       []Check{CheckKeys},
			Variants:     manyOf(20, Script{Echo{8, Message{Payload: Of("Hello")}}}),
			Accept:       Exactly(Echoed{8}),
		},
		{
			ID:           "16.3.4",
			Description:  "2000 text messages of 16 octets, each sent when the last has come back.",
			Expectation:  "Masking keys MUST NOT be predictable from earlier ones. How much that is worth where no script runs in a browser is disputed, so that a client whose generator is found out is tolerated.",
			Requirements: []string{"RFC6455-5.3-c", "RFC6455-5.3-d"},
			Checks:       []Check{CheckEntropy},
			Script:       Script{echo(2000)},
			Accept:       Exactly(Echoed{2000}),
		},
		{
			ID:           "16.3.5",
			Description:  "20 binary messages of 200000 octets, each sent when the last has come back.",
			Expectation:  "A client that fragments them MUST pick a fresh masking key for each fragment.",
			Requirements: []string{"RFC6455-5.3-b"},
			Checks:       []Check{CheckKeys},
			Script:       Script{Echo{20, Message{Binary: true, Payload: Repeat("\x00\x01\x02\x03\x04", 200_000)}}},
			Accept:       Exactly(Echoed{20}),
		},
	}
	for i := range list {
		list[i].Role, list[i].Spec = Client, []string{"RFC 6455 5.1", "RFC 6455 5.3"}
		list[i].Limit, list[i].Report = CloseAfter(30*Second), Report{Quiet: true}
	}
	return list
}()

// manyOf are n of the same.
func manyOf(n int, s Script) (list []Variant) {
	for i := range n {
		list = append(list, Variant{Name: fmt.Sprintf("connection %d", i+1), Script: s})
	}
	return list
}

// maskArithmetic is section 16.4.
var maskArithmetic = []Case{
	{
		ID:           "16.4.1",
		Description:  "Binary messages of none to nine octets, masked with keys of which some octets are 0 or 255.",
		Expectation:  "The server unmasks and echoes them, whatever the key.",
		Spec:         []string{"RFC 6455 5.3", "RFC 6455 6.2"},
		Requirements: []string{"RFC6455-5.3-e", "RFC6455-6.2-c"},
		Role:         Server,
		Variants: func() (list []Variant) {
			for _, key := range []string{"00000000", "ffffffff", "00000001", "80000000", "01020304"} {
				var script Script
				for _, f := range binaries(0, 1, 2, 3, 4, 5, 6, 7, 8, 9) {
					f.Mask.Key = key
					script = append(script, f)
				}
				list = append(list, Variant{Name: "key " + key, Script: script})
			}
			return list
		}(),
		Accept: backAgain(binaries(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)),
	},
	{
		ID:           "16.4.2",
		Description:  "Binary messages around the widths of machine words and vectors, 15 octets to 4097 octets.",
		Expectation:  "The peer echoes them.",
		Spec:         []string{"RFC 6455 5.3", "RFC 6455 6.2"},
		Requirements: []string{"RFC6455-5.3-e", "RFC6455-6.2-c"},
		Script:       scriptOf(binaries(aroundWidths...)),
		Accept:       backAgain(binaries(aroundWidths...)),
	},
	{
		ID:           "16.4.3",
		Description:  "Binary messages of 300 octets and of 70000 octets, in small writes, and in two parts cut inside the masking key.",
		Expectation:  "The peer echoes them, wherever they are cut.",
		Spec:         []string{"RFC 6455 5.3", "RFC 6455 6.2"},
		Requirements: []string{"RFC6455-5.3-e", "RFC6455-6.2-a"},
		Variants:     chunked(),
		Limit:        CloseAfter(10 * Second),
	},
	{
		ID:           "16.4.4",
		Description:  "What makes the server send messages, pongs and close frames, with and without payload.",
		Expectation:  "The server MUST NOT mask any frame.",
		Spec:         []string{"RFC 6455 5.1"},
		Requirements: []string{"RFC6455-5.1-e"},
		Role:         Server,
		Checks:       []Check{CheckMask},
		Variants:     everyFrame(),
	},
}

// aroundWidths are lengths around 16, 32 and 64 octets, and powers of two beyond.
var aroundWidths = []int{15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 4095, 4096, 4097}

// uneven is a pattern of 61 octets, which fits no width.
var uneven = func() string {
	b := make([]byte, 61)
	for i := range b {
		b[i] = byte(i*37 + 128)
	}
	return string(b)
}()

// binaries are binary messages of these lengths.
func binaries(lengths ...int) (list []Frame) {
	for _, n := range lengths {
		list = append(list, Frame{Opcode: OpBinary, Payload: Repeat(uneven, n)})
	}
	return list
}

// scriptOf is a script of frames.
func scriptOf(frames []Frame) (s Script) {
	for _, f := range frames {
		s = append(s, f)
	}
	return s
}

// backAgain accepts the echoes of whole messages.
func backAgain(frames []Frame) []Outcome {
	var events Events
	for _, f := range frames {
		events = append(events, Got{f.Opcode, f.Payload})
	}
	return Exactly(events...)
}

// chunked are messages in small writes, and cut inside the masking key.
func chunked() (list []Variant) {
	for _, row := range []struct {
		octets int
		chops  []int
	}{
		{300, []int{1, 2, 3, 5, 7, 13}},
		{70000, []int{251, 509, 1021, 4093}}, // less would take its time, and show no more
	} {
		n := row.octets
		f := Frame{Opcode: OpBinary, Payload: Repeat(uneven, n)}
		for _, chop := range row.chops {
			name := fmt.Sprintf("%d octets in writes of %d", n, chop)
			list = append(list, Variant{Name: name, Script: Script{f.Chop(chop)}, Accept: backAgain([]Frame{f})})
		}
		key := 2 + map[int]int{16: 2, 64: 8}[LengthBits(uint64(n))] // octets before it
		list = append(list, Variant{
			Name:   fmt.Sprintf("%d octets, cut inside the key", n),
			Script: Script{Split{Frame: f, Pauses: []Pause{{key + 2, Wait{For: Second / 20}}}, Whole: true}},
			Accept: backAgain([]Frame{f}),
		})
	}
	return list
}
