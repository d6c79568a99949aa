package fuzzer_test

import (
	"strings"
	"unicode/utf8"

	"gobahn/cases"
	"gobahn/wire"
)

// whole is a hook that validates a text message when it is over.
func whole(valid func(b []byte) bool) func(*rawPeer, wire.Part) bool {
	return func(p *rawPeer, part wire.Part) bool { return !part.End || !part.Header.FIN || valid(p.whole) }
}

// A lax is a range of what is no UTF-8: sequences of n octets whose first two are in it.
type lax struct {
	n            int
	first, last  byte // of the first octet
	lower, upper byte // of the second
}

var (
	surrogates = []lax{{3, 0xed, 0xed, 0xa0, 0xbf}}
	overlong   = []lax{{2, 0xc0, 0xc1, 0x80, 0xbf}, {3, 0xe0, 0xe0, 0x80, 0x9f}, {4, 0xf0, 0xf0, 0x80, 0x8f}}
	tooHigh    = []lax{{4, 0xf4, 0xf4, 0x90, 0xbf}, {4, 0xf5, 0xf7, 0x80, 0xbf}}
	historic   = []lax{{5, 0xf8, 0xfb, 0x80, 0xbf}, {6, 0xfc, 0xfd, 0x80, 0xbf}}
)

// begins is how many octets of b are, or begin, a sequence of l.
func (l lax) begins(b []byte) int {
	if b[0] < l.first || b[0] > l.last || len(b) > 1 && (b[1] < l.lower || b[1] > l.upper) {
		return 0
	}
	for i, c := range b[1:min(l.n, len(b))] {
		if i > 0 && c&0xc0 != 0x80 {
			return 0
		}
	}
	return min(l.n, len(b))
}

// taking is a hook that validates text at once and takes for valid what is in list.
func taking(list []lax) func(*rawPeer, wire.Part) bool {
	return func(p *rawPeer, part wire.Part) bool {
		over := part.End && part.Header.FIN
		for b := p.whole; len(b) > 0; {
			n := 0
			for _, l := range list {
				if k := l.begins(b); k == l.n || !over {
					n = max(n, k)
				}
			}
			if n == 0 {
				r, size := utf8.DecodeRune(b)
				if r == utf8.RuneError && size == 1 {
					return !over && !utf8.FullRune(b)
				}
				n = size
			}
			b = b[n:]
		}
		return true
	}
}

// refusingText is a hook that refuses what is UTF-8 if it has one of some code points.
func refusingText(bad func(r rune) bool) func(*rawPeer, wire.Part) bool {
	return whole(func(b []byte) bool { return utf8.Valid(b) && !strings.ContainsFunc(string(b), bad) })
}

var textMutants = []mutant{
	{name: "does not validate text", clause: "RFC 6455 8.1",
		peer: rawPeer{valid: func(*rawPeer, wire.Part) bool { return true }}},
	{name: "puts U+FFFD for what is not UTF-8", clause: "RFC 6455 8.1",
		peer: rawPeer{
			valid: func(*rawPeer, wire.Part) bool { return true },
			message: echoing(func(op cases.Op, s string) (cases.Op, string) {
				if op == cases.OpText {
					s = strings.ToValidUTF8(s, "\ufffd")
				}
				return op, s
			}),
		}},
	{name: "validates text when the message is over", clause: "RFC 6455 8.1",
		peer:  rawPeer{valid: whole(utf8.Valid)},
		lives: "no time is set in which the connection must be failed"},
	{name: "validates text when a frame is over", clause: "RFC 6455 8.1",
		peer: rawPeer{valid: func(p *rawPeer, part wire.Part) bool {
			return !part.End || taking(nil)(p, part)
		}},
		lives: "no time is set in which the connection must be failed"},
	{name: "validates each frame by itself", clause: "RFC 6455 8.1",
		peer: rawPeer{valid: func(p *rawPeer, part wire.Part) bool { return !part.End || utf8.Valid(p.whole[p.begun:]) }}},
	{name: "validates the first frame of a message", clause: "RFC 6455 8.1",
		peer: rawPeer{valid: func(p *rawPeer, part wire.Part) bool { return p.begun > 0 || p.text.Write(part.Payload) < 0 }}},
	{name: "takes text that ends within a character", clause: "RFC 6455 8.1",
		peer: rawPeer{valid: func(p *rawPeer, part wire.Part) bool { return p.text.Write(part.Payload) < 0 }}},
	{name: "takes surrogates", clause: "RFC 6455 8.1", peer: rawPeer{valid: taking(surrogates)}},
	{name: "takes overlong forms", clause: "RFC 6455 8.1", peer: rawPeer{valid: taking(overlong)}},
	{name: "takes code points over U+10FFFF", clause: "RFC 6455 8.1", peer: rawPeer{valid: taking(tooHigh)}},
	{name: "takes sequences of five and six octets", clause: "RFC 6455 8.1", peer: rawPeer{valid: taking(historic)}},
	{name: "refuses noncharacters", clause: "RFC 6455 8.1",
		peer: rawPeer{valid: refusingText(func(r rune) bool { return r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef })}},
	{name: "refuses U+0000", clause: "RFC 6455 8.1",
		peer: rawPeer{valid: refusingText(func(r rune) bool { return r == 0 })}},
	{name: "refuses what is over U+FFFF", clause: "RFC 6455 8.1",
		peer: rawPeer{valid: refusingText(func(r rune) bool { return r > 0xffff })}},
	{name: "refuses U+FFFD", clause: "RFC 6455 8.1",
		peer: rawPeer{valid: refusingText(func(r rune) bool { return r == utf8.RuneError })}},
	{name: "removes U+FEFF from the beginning", clause: "RFC 6455 8.1",
		peer:  rawPeer{message: echoing(func(op cases.Op, s string) (cases.Op, string) { return op, strings.TrimPrefix(s, "\ufeff") })},
		lives: "no text begins with U+FEFF"},
	{name: "validates binary messages", clause: "RFC 6455 5.6",
		peer: rawPeer{message: func(p *rawPeer, _ int, op cases.Op, b []byte) bool {
			if utf8.Valid(b) {
				return false
			}
			p.over = p.close(1007)
			return true
		}}},
	{name: "fails a connection with 1002 for what is not UTF-8", clause: "RFC 6455 8.1",
		peer: rawPeer{fail: failing(func(uint16) uint16 { return 1002 })}},
}

// failing is a hook that fails a connection with another code; 0: without.
func failing(code func(right uint16) uint16) func(*rawPeer, uint16) error {
	return func(p *rawPeer, right uint16) error { return p.close(code(right)) }
}

// replying is a hook that answers close frames that are right.
func replying(answer func(p *rawPeer, payload []byte) error) func(*rawPeer, []byte) error {
	return func(p *rawPeer, b []byte) error {
		if len(b) > 0 && (!cases.CloseCodeAllowed(closeCode(b)) || !utf8.Valid(b[2:])) {
			return p.answerClose(b)
		}
		return answer(p, b)
	}
}

// refuses is a hook that refuses close frames with some codes, and answers others.
func refuses(bad func(code uint16) bool) func(*rawPeer, []byte) error {
	return replying(func(p *rawPeer, b []byte) error {
		if len(b) > 0 && bad(closeCode(b)) {
			return p.violated(1002)
		}
		return p.answerClose(b)
	})
}

// takes is a hook that sends close frames with some codes back, and answers others as
// it should.
func takes(good func(code uint16) bool) func(*rawPeer, []byte) error {
	return func(p *rawPeer, b []byte) error {
		if len(b) >= 2 && good(closeCode(b)) {
			return p.close(closeCode(b))
		}
		return p.answerClose(b)
	}
}

func never(p *rawPeer, _ []byte) error { return nil }

var closeMutants = []mutant{
	{name: "does not answer close frames", clause: "RFC 6455 5.5.1", peer: rawPeer{closing: never}},
	{name: "drops TCP when a close frame comes", clause: "RFC 6455 5.5.1",
		peer: rawPeer{closing: func(p *rawPeer, _ []byte) error { p.nc.Close(); return errEnd }}},
	{name: "does not drop TCP", clause: "RFC 6455 7.1.1", role: aServer,
		peer: rawPeer{ended: func(p *rawPeer) { p.drain() }}},
	{name: "fails a connection with 1000", clause: "RFC 6455 7.4.1",
		peer: rawPeer{fail: failing(func(uint16) uint16 { return 1000 })}},
	{name: "fails a connection with 1003", clause: "RFC 6455 7.4.1",
		peer: rawPeer{fail: failing(func(uint16) uint16 { return 1003 })}},
	{name: "fails a connection without a code", clause: "RFC 6455 7.1.7",
		peer:  rawPeer{fail: failing(func(uint16) uint16 { return 0 })},
		lives: "a close frame may be without a code"},
	{name: "fails a connection with 1006", clause: "RFC 6455 7.4.1",
		peer: rawPeer{fail: failing(func(uint16) uint16 { return 1006 })}},
	{name: "fails a connection by dropping TCP", clause: "RFC 6455 7.1.7",
		peer:  rawPeer{fail: func(p *rawPeer, _ uint16) error { p.nc.Close(); return errEnd }},
		lives: "a close frame SHOULD come before, and need not"},
	{name: "fails a connection and goes on", clause: "RFC 6455 7.1.7",
		peer: rawPeer{fail: func(p *rawPeer, code uint16) error { _ = p.close(code); return nil }}},
	{name: "answers a close frame with 1000 always", clause: "RFC 6455 5.5.1",
		peer:  rawPeer{closing: replying(func(p *rawPeer, _ []byte) error { return p.close(1000) })},
		lives: "the reply typically has the code that it answers, and need not"},
	{name: "answers a close frame without a code always", clause: "RFC 6455 5.5.1",
		peer:  rawPeer{closing: replying(func(p *rawPeer, _ []byte) error { return p.close(0) })},
		lives: "the reply typically has the code that it answers, and need not"},
	{name: "answers a close frame without a code with 1005", clause: "RFC 6455 7.4.1",
		peer: rawPeer{closing: replying(func(p *rawPeer, b []byte) error {
			if len(b) == 0 {
				return p.close(1005)
			}
			return p.answerClose(b)
		})}},
	{name: "answers close frames twice", clause: "RFC 6455 5.5.1",
		peer: rawPeer{closing: replying(func(p *rawPeer, b []byte) error {
			_ = p.close(closeCode(b))
			return p.answerClose(b)
		})},
		lives: "what comes behind a close frame is not looked at"},
	{name: "goes on answering behind a close frame", clause: "RFC 6455 5.5.1",
		peer: rawPeer{closing: func(p *rawPeer, b []byte) error { _ = p.answerClose(b); return nil }}},
	{name: "sends a message before it answers a close frame", clause: "RFC 6455 5.5.1",
		peer: rawPeer{closing: replying(func(p *rawPeer, b []byte) error {
			p.send(cases.Text("bye"))
			return p.answerClose(b)
		})}},
	{name: "takes close frames of one octet", clause: "RFC 6455 5.5.1",
		peer: rawPeer{closing: func(p *rawPeer, b []byte) error {
			if len(b) == 1 {
				return p.close(1000)
			}
			return p.answerClose(b)
		}}},
	{name: "takes close reasons that are not UTF-8", clause: "RFC 6455 8.1",
		peer: rawPeer{closing: func(p *rawPeer, b []byte) error { return p.answerClose(b[:min(2, len(b))]) }}},
	{name: "refuses close reasons", clause: "RFC 6455 5.5.1",
		peer: rawPeer{closing: replying(func(p *rawPeer, b []byte) error {
			if len(b) > 2 {
				return p.violated(1002)
			}
			return p.answerClose(b)
		})}},
	{name: "takes all close codes", clause: "RFC 6455 7.4", peer: rawPeer{closing: takes(func(uint16) bool { return true })}},
	{name: "takes close code 1004", clause: "RFC 6455 7.4.1", peer: rawPeer{closing: takes(func(c uint16) bool { return c == 1004 })}},
	{name: "takes close code 1005", clause: "RFC 6455 7.4.1", peer: rawPeer{closing: takes(func(c uint16) bool { return c == 1005 })}},
	{name: "takes close code 1006", clause: "RFC 6455 7.4.1", peer: rawPeer{closing: takes(func(c uint16) bool { return c == 1006 })}},
	{name: "takes close code 1015", clause: "RFC 6455 7.4.1",
		peer:  rawPeer{closing: takes(func(c uint16) bool { return c == 1015 })},
		lives: "1015 is not among the codes that the cases send"},
	{name: "takes close codes 1016 to 2999", clause: "RFC 6455 7.4.2", peer: rawPeer{closing: takes(func(c uint16) bool { return c > 1015 && c < 3000 })}},
	{name: "takes close codes under 1000", clause: "RFC 6455 7.4.2", peer: rawPeer{closing: takes(func(c uint16) bool { return c < 1000 })}},
	{name: "takes close codes over 4999", clause: "RFC 6455 7.4.2",
		peer:  rawPeer{closing: takes(func(c uint16) bool { return c > 4999 })},
		lives: "7.13.1 and 7.13.2, which send such codes, are INFORMATIONAL"},
	{name: "refuses close codes 3000 to 3999", clause: "RFC 6455 7.4.2", peer: rawPeer{closing: refuses(func(c uint16) bool { return c/1000 == 3 })}},
	{name: "refuses close codes 4000 to 4999", clause: "RFC 6455 7.4.2", peer: rawPeer{closing: refuses(func(c uint16) bool { return c/1000 == 4 })}},
	{name: "knows close codes up to 1003", clause: "RFC 6455 7.4.1", peer: rawPeer{closing: refuses(func(c uint16) bool { return c > 1003 })}},
}
