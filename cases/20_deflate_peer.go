package cases

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// recurring is a message that is sent some times, and comes back as often.
func recurring(times int) (s Script, accept []Outcome) {
	var events Events
	for range times {
		s = append(s, Message{Payload: Of(shore)})
		events = append(events, GotText(shore))
	}
	return s, Exactly(events...)
}

// periods are after how many octets those of messages recur that show how far back the
// peer refers.
var periods = []int{300, 700, 1500, 5000}

// periodic are messages of 65536 octets that recur.
func periodic() (s Script, accept []Outcome) {
	var events Events
	for _, n := range periods {
		p := Repeat(letters(n), 64<<10)
		s = append(s, Message{Payload: p})
		events = append(events, Got{OpText, p})
	}
	return s, Exactly(events...)
}

// letters are n letters in no order, so that nothing shorter recurs.
func letters(n int) string {
	dice := rand.New(rand.NewPCG(uint64(n), 0))
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(dice.IntN(26))
	}
	return string(b)
}

// peersDeflate is section 20.4. The tester inflates with a window no larger than was
// agreed on.
var peersDeflate = []Case{
	func() Case {
		c := inflated(Case{
			ID:           "20.4.1",
			Description:  "The peer is to have a window of 8, 9, 10 and 12 bits, and gets messages whose octets recur after 300 to 5000.",
			Expectation:  "All come back, and the peer refers back by no more than the window that was agreed on.",
			Spec:         []string{"RFC 7692 7.1.2", "RFC 7692 7.2.1"},
			Requirements: []string{"RFC7692-7.2.1-i", "RFC7692-7.2.1-h", "RFC7692-5-d"},
			Variants: func() (list []Variant) {
				for _, bits := range []int{8, 9, 10, 12} {
					d := asking(DeflateParams{ServerMaxWindowBits: bits})
					d.Agreed.Within = bits
					list = append(list, Variant{Name: fmt.Sprintf("%d bits", bits), Deflate: d})
				}
				return list
			}(),
		})
		c.Script, c.Accept = periodic()
		// Many compressors have no window of 8 bits, so that a client may refuse it; and to
		// refuse any request is a server's right.
		c.Variants[0].Opening = &Opening{Answers: mayRefuse}
		c.Limit = FailAfter(refusalTime)
		c.Variants[0].Accept = append(slices.Clip(c.Accept), Outcome{
			Verdict: Informational, Ending: &endedByPeer, Says: "The peer has no window of 8 bits.",
		})
		return c
	}(),
	func() Case {
		d := asking(DeflateParams{ServerNoContextTakeover: true})
		d.Agreed.Forgets = true
		c := inflated(Case{
			ID:           "20.4.2",
			Description:  "The peer is to forget its window after every message, and gets the same one five times.",
			Expectation:  "All come back, and none of the peer's messages refers to one before.",
			Spec:         []string{"RFC 7692 7.1.1", "RFC 7692 7.2.1"},
			Requirements: []string{"RFC7692-7.2.1-g", "RFC7692-7.2.1-f"},
			Deflate:      d,
		})
		c.Script, c.Accept = recurring(5)
		return c
	}(),
	func() Case {
		c := inflated(Case{
			ID:           "20.4.3",
			Description:  "Compressed text messages of one octet to 65536.",
			Expectation:  "All come back. The peer removes 00 00 ff ff from the end of what it compresses, and the rest can be inflated.",
			Spec:         []string{"RFC 7692 7.2.1"},
			Requirements: []string{"RFC7692-7.2.1-a", "RFC7692-7.2.1-d"},
		})
		var events Events
		for _, n := range []int{1, 2, 125, 126, 4096, 65536} {
			p := Repeat(letters(997), n)
			c.Script, events = append(c.Script, Message{Payload: p}), append(events, Got{OpText, p})
		}
		c.Accept = Exactly(events...)
		return c
	}(),
	func() Case {
		c := inflated(Case{
			ID:           "20.4.4",
			Description:  "A compressed text message of 65536 characters of JSON.",
			Expectation:  "It comes back. How well the peer compresses it, if at all, is up to it.",
			Spec:         []string{"RFC 7692 6.1"},
			Requirements: []string{"RFC7692-6.1-a", "RFC7692-6.1-b"},
			Script:       Script{Echo{Count: 1, Message: Message{Payload: Corpus("json", 64<<10)}}},
			Accept:       []Outcome{{Verdict: Informational, Events: Events{Echoed{1}}, Says: "The message came back; how it was compressed is below."}},
			Limit:        CloseAfter(10 * Second),
			Report:       Report{Ratio: true},
		})
		return c
	}(),
}

// asking is the negotiation in which the peer is asked for something, and we promise
// nothing. The wish is written as if the peer were the server.
func asking(wish DeflateParams) *Deflate {
	offer := wish
	offer.ClientMaxWindowBits = AnyWindow
	return &Deflate{
		Offer: []DeflateParams{offer},
		Accept: []DeflateParams{{
			ClientNoContextTakeover: wish.ServerNoContextTakeover,
			ClientMaxWindowBits:     wish.ServerMaxWindowBits,
		}},
	}
}

// zeros is a binary message that inflates to about n zeros, and to no more, a thousand
// times as many as it takes to say so.
func zeros(n int) Blocks { return Blocks{Binary: true, Blocks: []Block{inflating("\x00", n)}} }

// inflating is a block that inflates to the octet again and again.
func inflating(octet string, n int) Block {
	return Block{Type: DynamicBlock, Literals: Of(octet), Match: Match{Length: maxMatch, Distance: 1, Times: (n - 1) / maxMatch}}
}

// zeros32K is 32 KiB of zeros, compressed.
var zeros32K = "ec c1 01 01 00 00 00 80 90 fe af ee 08 0a" + strings.Repeat(" 00", 31) + " 18"

const (
	survives = "The peer sends the message back, or refuses it, best with 1009. It does not come to harm."
)

// bomb is c, a message that takes much memory or time to inflate.
func bomb(c Case) Case {
	if c.Deflate == nil {
		c.Deflate = bare(Agreed{})
	}
	if c.Expectation == "" {
		c.Expectation = survives
	}
	c.Spec = append([]string{"RFC 6455 10.4"}, c.Spec...)
	c.Alive, c.Checks = true, deflateChecks
	return c
}

// slowBomb is bomb with more time.
func slowBomb(c Case) Case {
	c = bomb(c)
	c.Limit = FailAfter(10 * Second)
	return c
}

// orRefused accepts the events, and a peer that refuses the message.
func orRefused(events ...Event) []Outcome {
	return []Outcome{
		{Verdict: OK, Events: events, Says: "The message came back."},
		{Verdict: OK, Ending: &endedByPeer, Says: "The peer refused the message."},
	}
}

// bombs is section 20.5. There is no limit that a peer has to have: who takes a message may
// grow by many times its length.
var bombs = []Case{
	bomb(Case{
		ID:           "20.5.1",
		Description:  "Messages that inflate to a thousand times their size: to 1 MiB of zeros, and to 16 MiB.",
		Spec:         []string{"RFC 6455 7.4.1"},
		Requirements: []string{"RFC6455-10.4-a", "RFC6455-10.4-b", "RFC6455-7.4.1-h"},
		Variants: func() (list []Variant) {
			for _, n := range []int{1, 16} {
				b := zeros(n * mib)
				list = append(list, Variant{Name: fmt.Sprintf("%d MiB", n), Script: Script{b}, Accept: orRefused(Got{OpBinary, AnyOctets(b.Plain())})})
			}
			return list
		}(),
		Limit:  FailAfter(busyLimit),
		Memory: 256,
	}),
	bomb(Case{
		ID:           "20.5.2",
		Description:  "A message without an end, in frames of 660 octets, of which about 100 inflate to 640 KiB each.",
		Expectation:  "A peer that has a limit refuses the message before its end; one without waits for more. It does not come to harm.",
		Requirements: []string{"RFC6455-10.4-a", "RFC6455-10.4-b"},
		Script: Script{Blocks{Binary: true, Fragment: 660, NoFIN: true, Blocks: []Block{
			{Type: DynamicBlock, Literals: Of("\x00"), Match: Match{Length: maxMatch, Distance: 1, Times: 2540}, Times: 100},
		}}},
		Accept: []Outcome{
			{Verdict: OK, Ending: &endedByPeer, Says: "The peer refused the message before its end."},
			{Verdict: Informational, Ending: nothingAsked, Says: "The peer waited for the end of the message."},
		},
		Limit:  FailAfter(2 * Second),
		Memory: 256,
	}),
	slowBomb(failing(Case{
		ID:           "20.5.3",
		Description:  "A compressed text message of 16 MiB of blanks and then ff, which is not UTF-8.",
		Expectation:  "The peer MUST refuse the message: it is no text, and long.",
		Spec:         []string{"RFC 6455 8.1"},
		Requirements: []string{"RFC6455-8.1-a", "RFC6455-10.4-a"},
		Script:       Script{Deflated(inflating(" ", 16*mib), Block{Literals: Of("\xff")})},
		Memory:       256,
	}, CodeInvalidPayload, CodeTooBig, policyViolation)),
	// The design allows three times as long. A machine that does much else needs that by
	// itself, and a peer that takes quadratic time does not answer at all.
	bomb(Case{
		ID:           "20.5.4",
		Description:  "Many empty blocks in front of one octet, 1 MiB of them and twice as many: stored ones, and ones with codes of their own.",
		Expectation:  "The peer sends the message back, or refuses it. It takes no more than eight times as long for twice as many.",
		Requirements: []string{"RFC6455-10.4-a"},
		Variants: func() (list []Variant) {
			for _, kind := range []struct {
				name  string
				block BlockType
				size  int // octets
			}{{"stored", StoredBlock, 5}, {"with codes of their own", DynamicBlock, 12}} {
				for _, n := range []int{1, 2} {
					list = append(list, Variant{
						Name: fmt.Sprintf("%d MiB, %s", n, kind.name),
						Script: Script{Deflated(
							Block{Type: kind.block, Times: n * mib / kind.size}, Block{Literals: Of("x")},
						)},
					})
				}
			}
			return list
		}(),
		Accept: orRefused(GotText("x")),
		Limit:  FailAfter(20 * Second),
		Growth: 8,
	}),
	bomb(Case{
		ID:           "20.5.5",
		Description:  "10000 messages of 46 octets that inflate to 32 KiB of zeros each, of whose echoes none is read until none could be sent for a second.",
		Expectation:  "The peer holds back or ends the connection. It does not come to harm.",
		Requirements: []string{"RFC6455-10.4-a"},
		Script:       Script{Flood{Frame: packed(OpBinary, zeros32K), Count: 10_000, Deaf: Second}},
		Accept:       anything,
		Ending:       surviving,
		Limit:        CloseAfter(Second),
	}),
	bomb(Case{
		ID:           "20.5.7",
		Description:  "Messages that inflate to 256 MiB of zeros, and to 1024 MiB.",
		Requirements: []string{"RFC6455-10.4-a", "RFC6455-10.4-b", "RFC6455-7.4.1-h"},
		Variants: []Variant{
			{Name: "256 MiB", Script: Script{zeros(256 * mib)}},
			{Name: "1024 MiB", Script: Script{zeros(1024 * mib)}},
		},
		Accept: []Outcome{
			// Who refuses it has a limit, and must not have inflated all of the longer one. Several
			// times the limit is usual.
			{Verdict: OK, Ending: &endedByPeer, Memory: 768, Says: "The peer refused the message."},
			{Verdict: Informational, Ending: nothingAsked, Says: "The peer did not refuse the message, however long it is."},
		},
		Ending: *nothingAsked,
		Limit:  FailAfter(60 * Second),
		Tags:   []Tag{Heavy},
	}),
	bomb(failing(Case{
		ID:           "20.5.8",
		Description:  "A compressed binary message that inflates to one octet more than the longest that the peer takes.",
		Expectation:  "The peer refuses the message, best with 1009: its limit is about what comes out of it.",
		Spec:         []string{"RFC 6455 7.4.1"},
		Requirements: []string{"RFC6455-10.4-a", "RFC6455-10.4-b", "RFC6455-7.4.1-h"},
		Needs:        []Need{NeedMaxMessage},
		Script:       Script{Message{Binary: true, Payload: Longest("*", 1)}},
	}, CodeTooBig, CodeProtocolError, CodeInvalidPayload, policyViolation, 1011)),
}
