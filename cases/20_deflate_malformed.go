package cases

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"strings"
)

// malformed is c, a message that cannot be inflated. Nothing is sent behind it: a peer
// that inflates elsewhere than it reads may answer a ping before it knows.
func malformed(c Case) Case {
	if c.Deflate == nil {
		c.Deflate = bare(Agreed{})
	}
	if c.Expectation == "" {
		c.Expectation = "The message MUST be validated, and cannot be inflated: the peer fails the connection and sends nothing back."
	}
	c.Spec = append([]string{"RFC 7692 7.2.2", "RFC 6455 10.7"}, c.Spec...)
	c.Alive, c.Checks = true, deflateChecks
	return failing(c, inflateCodes...)
}

// broken are variants that send octets, given in hex, as a compressed message.
func broken(rows ...[2]string) (list []Variant) {
	for _, row := range rows {
		list = append(list, Variant{Name: row[0], Script: Script{packed(OpBinary, row[1])}})
	}
	return list
}

// malformedMessages is section 20.2.
var malformedMessages = []Case{
	malformed(Case{
		ID:           "20.2.1",
		Description:  "A compressed message that begins a block of the reserved type, 06.",
		Spec:         []string{"RFC 1951 3.2.3"},
		Requirements: []string{"RFC7692-7.2.2-a", "RFC6455-10.7-a", "RFC6455-7.1.7-d"},
		Script:       Script{packed(OpBinary, "06")},
	}),
	malformed(Case{
		ID:           "20.2.2",
		Description:  "A stored block whose LEN and NLEN do not fit: 00 05 00 00 00 48 65 6c 6c 6f 00.",
		Spec:         []string{"RFC 1951 3.2.4"},
		Requirements: []string{"RFC7692-7.2.2-a", "RFC6455-10.7-a"},
		Script:       Script{packed(OpBinary, "00 05 00 00 00 48 65 6c 6c 6f 00")},
	}),
	malformed(Case{
		ID:           "20.2.3",
		Description:  "Blocks with symbols that stand for no length and no distance.",
		Spec:         []string{"RFC 1951 3.2.6"},
		Requirements: []string{"RFC7692-7.2.2-a", "RFC6455-10.7-a"},
		Variants:     broken([2]string{"length 286", "72 1c 03"}, [2]string{"distance 30", "72 04 3e"}),
	}),
	malformed(Case{
		ID:           "20.2.4",
		Description:  "References to what is before the first octet: by 1 at the very beginning, and by 8 after 4 octets.",
		Expectation:  "The peer fails the connection. To send anything back would be to tell what was in its memory.",
		Spec:         []string{"RFC 1951 3.2.3"},
		Requirements: []string{"RFC7692-7.2.2-a", "RFC6455-10.7-a"},
		Variants: []Variant{
			{Name: "1 after nothing", Script: Script{Blocks{Binary: true, Blocks: []Block{{Match: Match{Length: 3, Distance: 1}}}}}},
			{Name: "8 after 4", Script: Script{Blocks{Binary: true, Blocks: []Block{{Literals: Of("ssss"), Match: Match{Length: 4, Distance: 8}}}}}},
			{Name: "32768 after 4", Script: Script{Blocks{Binary: true, Blocks: []Block{{Literals: Of("ssss"), Match: Match{Length: 258, Distance: 32 << 10, Times: 100}}}}}},
		},
	}),
	malformed(Case{
		ID:           "20.2.5",
		Description:  "Blocks with codes of their own, which are said in a way that makes no sense.",
		Spec:         []string{"RFC 1951 3.2.7"},
		Requirements: []string{"RFC7692-7.2.2-a", "RFC6455-10.7-a"},
		Variants: broken(
			[2]string{"288 codes for literals and lengths", "fc 00 80 04 00 00 00 00"},
			[2]string{"32 codes for distances", "04 1f 80 04 00 00 00 00"},
			[2]string{"too many codes for the lengths of codes", "04 c0 01 04 00 00 00 40 10 00 00 00 00"},
			[2]string{"too few codes for the lengths of codes", "04 c0 01 08 00 00 00 00 20 00 00 00 00"},
			[2]string{"a repetition of nothing", "04 00 02 24 00 00 00 00"},
			[2]string{"a repetition past the end", "04 c0 81 00 00 00 00 00 90 ff eb 7f 00 00 00 00"},
			[2]string{"no code for the end of the block", "04 c0 81 08 00 00 00 00 20 7f eb 06 00 00 00 00"},
		),
	}),
	malformed(Case{
		ID:           "20.2.6",
		Description:  "What other compressors make, and text that is not compressed, in frames with RSV = 4.",
		Requirements: []string{"RFC7692-7.2.2-a", "RFC7692-6.1-b"},
		Variants: append(broken(
			[2]string{"zlib", "78 9c f3 48 cd c9 c9 07 00"},
			[2]string{"gzip", "1f 8b 08 00 00 00 00 00 00 03 f3 48 cd c9 c9 07 00"},
			[2]string{"text", "48 65 6c 6c 6f"},
		), Variant{
			Name: "brotli, which begins like a final block", Script: Script{packed(OpBinary, "0b 02 80 48 65 6c 6c 6f 03")},
			Accept: []Outcome{
				orClean(OK, failedIt),
				{Verdict: Informational, Events: Events{GotBinary("R")}, Says: "The peer looked past what followed the final block."},
			},
			Ending: &Ending{},
		}),
	}),
	func() Case {
		c := malformed(Case{
			ID:           "20.2.7",
			Description:  "A compressed message that is cut off after every octet but the last.",
			Expectation:  "The payload ends inside a block: the peer fails the connection. To send back what came out until then is tolerated.",
			Requirements: []string{"RFC7692-7.2.2-a"},
			Variants:     cutOff(),
		})
		c.Ending, c.Limit = Ending{}, Limit{} // a peer that does nothing should not take minutes
		return c
	}(),
	malformed(Case{
		ID:           "20.2.8",
		Description:  "32 times 128 octets at random, none of which can be inflated.",
		Requirements: []string{"RFC7692-7.2.2-a", "RFC6455-10.7-a"},
		Variants:     atRandom(32, 128),
	}),
	inflated(Case{
		ID:           "20.2.9",
		Description:  `"Hello" in a block with BFINAL set, and behind it octets that are no block, ff ff ff.`,
		Expectation:  "The peer fails the connection, or looks past what follows the final block.",
		Spec:         []string{"RFC 7692 7.2.1"},
		Requirements: []string{"RFC7692-7.2.1-c"},
		Script:       Script{packed(OpText, "f3 48 cd c9 c9 07 00 ff ff ff")},
		Accept: []Outcome{
			orClean(OK, failedIt),
			{Verdict: Informational, Events: Events{GotText("Hello")}, Says: "The peer looked past what followed the final block."},
		},
	}),
	failing(Case{
		ID:           "20.2.10",
		Description:  "A compressed text message that inflates well, but to something that is not UTF-8.",
		Expectation:  "The peer MUST look at the text when it is inflated, and fail the connection.",
		Spec:         []string{"RFC 7692 6.1", "RFC 6455 8.1"},
		Requirements: []string{"RFC7692-6.1-f", "RFC6455-8.1-a"},
		Deflate:      bare(Agreed{}),
		Script:       Script{packed(OpText, "3a b7 eb e1 de 9d e7 9b cf ed 39 b7 f5 ed 82 86 d4 94 cc 92 d4 14 00 00")},
		Alive:        true,
	}, CodeInvalidPayload),
	inflated(Case{
		ID:           "20.2.11",
		Description:  "A window of 9 bits is agreed on for us, and then we refer back by 1024 octets.",
		Expectation:  "The peer may have a larger window than it needs: to send the message back and to fail the connection are both right.",
		Spec:         []string{"RFC 7692 7.2.1"},
		Requirements: []string{"RFC7692-7.2.1-h", "RFC7692-7.2.1-i"},
		Deflate:      &Deflate{Offer: []DeflateParams{{ClientMaxWindowBits: 9}}, Accept: []DeflateParams{{ServerMaxWindowBits: 9, ClientNoContextTakeover: true}}},
		Script:       Script{Deflated(Block{Literals: Repeat("0123456789abcdefghijklmnopqrstuv", 1024), Match: Match{Length: 32, Distance: 1024}})},
		Accept:       informing(Events{Got{OpText, Repeat("0123456789abcdefghijklmnopqrstuv", 1056)}}),
	}),
	inflated(Case{
		ID:           "20.2.12",
		Description:  `It is agreed that we do not refer to messages before, and then we do: "Hello" twice.`,
		Expectation:  "The peer may have kept its window all the same: to send the message back and to fail the connection are both right.",
		Spec:         []string{"RFC 7692 7.2.1"},
		Requirements: []string{"RFC7692-7.2.1-f", "RFC7692-7.2.1-g"},
		Deflate:      &Deflate{Offer: []DeflateParams{{ClientNoContextTakeover: true, ClientMaxWindowBits: AnyWindow}}, Accept: []DeflateParams{{ServerNoContextTakeover: true, ClientNoContextTakeover: true}}},
		Script:       Script{packed(OpText, helloFixed), packed(OpText, helloAgain)},
		Accept:       informing(Events{GotText("Hello"), GotText("Hello")}),
	}),
	malformed(Case{
		ID:           "20.2.13",
		Description:  "Three messages that cannot be inflated, and behind each, on a fresh connection, one that can.",
		Expectation:  "The peer fails the connections with the bad messages, and sends the good ones back.",
		Requirements: []string{"RFC6455-7.1.7-a"},
		Variants: func() (list []Variant) {
			for _, bad := range broken([2]string{"a reserved block", "06"}, [2]string{"half a block", "f2 48 cd"}, [2]string{"a lone reference", "02 02 00 00"}) {
				good := Variant{
					Name: "after " + bad.Name, Script: Script{packed(OpText, helloFixed)},
					Accept: Exactly(GotText("Hello")), Ending: &Ending{},
				}
				list = append(list, bad, good)
			}
			list[2].Accept, list[2].Ending = orPartial(comesOut("f2 48 cd")), &Ending{}
			return list
		}(),
	}),
}

// cut is shore in a block with codes of its own, as a compressor would send it.
const cut = "04 40 31 09 00 00 08 ab 62 00 1b 98 46 61 e0 21 08 ce c7 f6 c2 84 10 55 14 c2 85 89 2a 4a 9c 6c 42 08 17 66 0f 4c 36 21 4c 54 51 98 10 a2 8a e2 03 21 5c 98 a8 a2 0a 13 42 80 0f"

// cutOff are variants in which a payload ends early.
func cutOff() (list []Variant) {
	octets := Payload{Hex: cut}.Octets()
	for n := 1; n < len(octets); n++ {
		list = append(list, Variant{
			Name:   fmt.Sprintf("%d octets", n),
			Script: Script{packed(OpBinary, fmt.Sprintf("% x", octets[:n]))},
			Accept: orPartial(comesOut(fmt.Sprintf("% x", octets[:n]))),
		})
	}
	return list
}

// orPartial accepts a peer that fails the connection; one that sends back what came out
// is tolerated.
func orPartial(plain string) []Outcome {
	return []Outcome{
		orClean(OK, failedIt),
		{Verdict: NonStrict, Events: Events{GotBinary(plain)}, Says: "The peer did not notice that the payload ends inside a block."},
	}
}

// comesOut is what an inflater makes of a payload, given in hex, before it finds out that
// it is cut off.
func comesOut(hex string) string {
	b, _ := inflate(Payload{Hex: hex}.Octets())
	return string(b)
}

// inflate inflates a payload up to a block with BFINAL set, or an error.
func inflate(payload []byte) ([]byte, error) {
	return io.ReadAll(flate.NewReader(io.MultiReader(bytes.NewReader(payload), strings.NewReader("\x00\x00\xff\xff"))))
}

// atRandom are count variants with so many octets each, which cannot be inflated.
func atRandom(count, octets int) (list []Variant) {
	for seed := uint64(1); len(list) < count; seed++ {
		noise := Noise(seed, octets)
		var corrupt flate.CorruptInputError
		if _, err := inflate(noise.Octets()); errors.As(err, &corrupt) {
			list = append(list, Variant{Name: noise.String(), Script: Script{Frame{Opcode: OpBinary, RSV: 4, Payload: noise}}})
		}
	}
	return list
}

// reservedWithDeflate is section 20.3.
var reservedWithDeflate = []Case{
	withReserved(Case{
		ID:           "20.3.1",
		Description:  "The second of two frames of a message has RSV1 set (RSV = 4), be the message compressed or not.",
		Spec:         []string{"RFC 7692 6.1"},
		Requirements: []string{"RFC7692-6.1-d", "RFC7692-6.1-c"},
		Variants: []Variant{
			{Name: "compressed", Script: Script{packed(OpText, "f2 48 cd").More(), continued("c9 c9 07 00").Reserved(4)}},
			{Name: "not compressed", Script: Script{Text("Hel").More(), Continue("lo").Reserved(4)}},
		},
	}),
	withReserved(Case{
		ID:           "20.3.2",
		Description:  "Control frames with RSV1 set (RSV = 4): a ping, a pong, a close.",
		Spec:         []string{"RFC 7692 6.1", "RFC 6455 5.2"},
		Requirements: []string{"RFC7692-6.1-d", "RFC6455-5.2-b"},
		Variants: []Variant{
			{Name: "ping", Script: Script{Ping("x").Reserved(4)}},
			{Name: "pong", Script: Script{Pong("x").Reserved(4)}},
			{Name: "close", Script: Script{Frame{Opcode: OpClose, Payload: Close(CodeNormal, "")}.Reserved(4)}},
		},
	}),
	withReserved(Case{
		ID:           "20.3.3",
		Description:  "Text messages with RSV2 and RSV3 set, alone, with each other and with RSV1: RSV = 2, RSV = 1, RSV = 3, RSV = 6, RSV = 7.",
		Spec:         []string{"RFC 6455 5.2"},
		Requirements: []string{"RFC6455-5.2-b"},
		Variants: func() (list []Variant) {
			for _, rsv := range []byte{2, 1, 3, 6, 7} {
				list = append(list, Variant{Name: fmt.Sprintf("RSV = %d", rsv), Script: Script{packed(OpText, helloFixed).Reserved(rsv)}})
			}
			return list
		}(),
	}),
	failing(Case{
		ID:           "20.3.4",
		Description:  "A compressed text message, RSV = 4, though the extension was not agreed on.",
		Expectation:  "RSV1 has no meaning: the peer MUST fail the connection, and not inflate the message.",
		Spec:         []string{"RFC 6455 5.2", "RFC 7692 5"},
		Requirements: []string{"RFC6455-5.2-b", "RFC7692-5-h"},
		Script:       Script{packed(OpText, helloFixed)},
	}, CodeProtocolError),
	func() Case {
		c := inflated(Case{
			ID:           "20.3.5",
			Description:  "A ping, and compressed text messages of 10, 1000 and 70000 octets.",
			Expectation:  "All come back. The peer sets RSV1 in the first frame of compressed messages, and no reserved bit anywhere else.",
			Spec:         []string{"RFC 7692 6.1", "RFC 6455 5.2"},
			Requirements: []string{"RFC6455-5.2-a", "RFC7692-6.1-c", "RFC7692-6.1-a", "RFC6455-5.8-a"},
		})
		c.Script = Script{Ping("?")}
		var events Events
		for _, n := range []int{10, 1000, 70_000} {
			c.Script = append(c.Script, Message{Payload: Repeat("reserved ", n)})
			events = append(events, Got{OpText, Repeat("reserved ", n)})
		}
		c.Accept = withPong(GotPong("?"), events...)
		return c
	}(),
}

// withReserved is c, a frame with a reserved bit that permessage-deflate gives no
// meaning.
func withReserved(c Case) Case {
	c.Expectation = "The extension gives the bit no meaning there: the peer MUST fail the connection."
	c.Deflate, c.Checks = bare(Agreed{}), deflateChecks
	return failing(c, CodeProtocolError)
}
