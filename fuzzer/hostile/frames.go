package hostile

import (
	"strings"
	"time"

	"gobahn/cases"
)

// framings are about frames and messages.
var framings = []Behaviour{
	{"an early frame", Both, short, cases.Failed, cases.Unclean, "early", func(p *peer) {
		p.open(p.frame(fin|text, "early"))
		p.drain()
	}},
	{"a frame of 2^63-1 octets", Both, short, cases.Failed, cases.Unclean, "binary frame of 9223372036854775807 octets, 1 of which", sending(func(p *peer) string {
		return p.raw(fin|binaryFrame, 1<<63-1, 64, "x")
	})},
	{"a length with the top bit", Both, short, cases.Failed, cases.Unclean, "top bit", sending(func(p *peer) string {
		return p.raw(fin|text, 1<<63+5, 64, "Hello")
	})},
	{"5 octets in 16 bits", Both, short, cases.Failed, cases.Unclean, "length 5 in 16 bits", sending(func(p *peer) string {
		return p.raw(fin|text, 5, 16, "Hello")
	})},
	{"5 octets in 64 bits", Both, short, cases.Failed, cases.Unclean, "length 5 in 64 bits", sending(func(p *peer) string {
		return p.raw(fin|text, 5, 64, "Hello")
	})},
	{"fragments without end", Both, short, cases.Failed, cases.Unclean, "in the middle of a text message", opened(func(p *peer) {
		p.send(p.frame(text, "x"))
		for b := strings.Repeat(p.frame(continuation, "x"), 1000); p.send(b); {
		}
	})},
	{"empty fragments without end", Both, short, cases.Failed, cases.Unclean, "of which had come, with 0 octets", opened(func(p *peer) {
		p.send(p.frame(text, ""))
		for b := strings.Repeat(p.frame(continuation, ""), 1000); p.send(b); {
		}
	})},
	{"pings without end", Both, short, cases.Failed, cases.Unclean, "ping \"ppp", flooding(func(p *peer) string { return p.frame(fin|ping, strings.Repeat("p", 125)) })},
	{"pongs without end", Both, short, cases.Failed, cases.Unclean, " more events", flooding(func(p *peer) string { return p.frame(fin|pong, "") })},
	{"pings without end, and reads the pongs", Both, short, cases.Failed, cases.Unclean, " more events", opened(func(p *peer) {
		p.besides(func() {
			for b := strings.Repeat(p.frame(fin|ping, "p"), 100); p.send(b); {
			}
		})
	})},
	{"a fragmented ping", Both, short, cases.Failed, cases.Unclean, "fragmented ping frame", sending(func(p *peer) string { return p.frame(ping, "x") })},
	{"a ping of 126 octets", Both, short, cases.Failed, cases.Unclean, "ping frame of 126 octets", sending(func(p *peer) string {
		return p.frame(fin|ping, strings.Repeat("p", 126))
	})},
	{"a reserved opcode", Both, short, cases.Failed, cases.Unclean, "reserved opcode 0x3", sending(func(p *peer) string { return p.frame(fin|3, "x") })},
	{"reserved bits", Both, short, cases.Failed, cases.Unclean, "RSV 7", sending(func(p *peer) string { return p.frame(fin|0x70|text, "x") })},
	{"the wrong masking", Both, short, cases.Failed, cases.Unclean, "masked text frame", opened(func(p *peer) {
		q := *p
		q.client = !p.client
		p.send(q.frame(fin|text, "x"))
		p.drain()
	})},
	{"a continuation of nothing", Both, short, cases.Failed, cases.Unclean, "continuation of no message", sending(func(p *peer) string {
		return p.frame(fin|continuation, "x")
	})},
	{"a message in a message", Both, short, cases.Failed, cases.Unclean, "inside a fragmented message", sending(func(p *peer) string {
		return p.frame(text, "x") + p.frame(fin|text, "y")
	})},
	{"text that is not UTF-8", Both, short, cases.Failed, cases.Unclean, "UTF-8", sending(func(p *peer) string { return p.frame(fin|text, "\xed\xa0\x80") })},
	{"markup", Both, short, cases.Failed, cases.Unclean, "text \"<script>", sending(func(p *peer) string {
		return p.frame(fin|text, "<script>alert(1)</script><img src=x onerror=alert(1)>\u202e\x00")
	})},
	{"half a frame and RST", Both, short, cases.Failed, cases.Failed, "text frame of 100 octets, 4 of which", opened(func(p *peer) {
		p.send(p.raw(fin|text, 100, 0, "half"))
		p.wait(50 * time.Millisecond)
		p.reset()
	})},
	{"half a frame and FIN", Both, short, cases.Failed, cases.Failed, "text frame of 100 octets, 4 of which", opened(func(p *peer) {
		p.send(p.raw(fin|text, 100, 0, "half"))
	})},
	{"half a frame and nothing", Both, short, cases.Failed, cases.Unclean, "text frame of 100 octets, 4 of which", sending(func(p *peer) string { return p.raw(fin|text, 100, 0, "half") })},
	{"octets at random", Both, short, cases.Failed, cases.Unclean, "reserved bits set", opened(func(p *peer) {
		b := make([]byte, 64<<10)
		for seed := uint32(1); ; {
			for i := range b {
				seed = seed*1664525 + 1013904223
				b[i] = byte(seed >> 24)
			}
			if !p.send(string(b)) {
				return
			}
		}
	})},
}

// ending sends octets with a close frame, and lets the fuzzer answer it.
func ending(octets func(p *peer) string) func(p *peer) {
	return opened(func(p *peer) {
		p.send(octets(p))
		for {
			first, _, err := p.next()
			if err != nil {
				return
			}
			if first&0x0f != closing {
				continue
			}
			if p.client { // the server drops TCP
				p.drain()
			}
			return
		}
	})
}

// closings are about the end of a connection.
var closings = []Behaviour{
	{"a close frame of one octet", Both, short, cases.Failed, cases.OK, "close frame of one octet", ending(func(p *peer) string { return p.frame(fin|closing, "x") })},
	{"a close reason cut inside a character", Both, short, cases.Failed, cases.OK, "close reason is not UTF-8", ending(func(p *peer) string { return p.frame(fin|closing, status(1000, "κ"[:1])) })},
	{"close code 0", Both, short, cases.Failed, cases.WrongCodeSent, "close code 0 is not allowed", ending(func(p *peer) string { return p.frame(fin|closing, status(0, "")) })},
	{"close code 1005", Both, short, cases.Failed, cases.WrongCodeSent, "close code 1005 is not allowed", ending(func(p *peer) string { return p.frame(fin|closing, status(1005, "")) })},
	{"close code 999", Both, short, cases.Failed, cases.WrongCodeSent, "close code 999 is not allowed", ending(func(p *peer) string { return p.frame(fin|closing, status(999, "")) })},
	{"close code 1006", Both, short, cases.Failed, cases.WrongCodeSent, "close code 1006 is not allowed", ending(func(p *peer) string { return p.frame(fin|closing, status(1006, "")) })},
	{"close code 1015", Both, short, cases.Failed, cases.WrongCodeSent, "close code 1015", ending(func(p *peer) string { return p.frame(fin|closing, status(1015, "")) })},
	{"close code 2999", Both, short, cases.Failed, cases.WrongCodeSent, "close code 2999", ending(func(p *peer) string { return p.frame(fin|closing, status(2999, "")) })},
	{"close code 5000", Both, short, cases.Failed, cases.WrongCodeSent, "close code 5000", ending(func(p *peer) string { return p.frame(fin|closing, status(5000, "")) })},
	{"close code 65535", Both, short, cases.Failed, cases.WrongCodeSent, "close code 65535 is not allowed", ending(func(p *peer) string { return p.frame(fin|closing, status(65535, "")) })},
	{"a close reason that is not UTF-8", Both, short, cases.Failed, cases.OK, "close reason is not UTF-8", ending(func(p *peer) string { return p.frame(fin|closing, status(1000, "\xff")) })},
	{"a close frame of 126 octets", Both, short, cases.Failed, cases.Unclean, "close frame of 126 octets", sending(func(p *peer) string {
		return p.frame(fin|closing, status(1000, strings.Repeat("x", 124)))
	})},
	{"a close frame with its length in 16 bits", Both, short, cases.Failed, cases.Unclean, "length 2 in 16 bits", sending(func(p *peer) string {
		return p.raw(fin|closing, 2, 16, status(1000, ""))
	})},
	{"a close frame with its length in 64 bits", Both, short, cases.Failed, cases.Unclean, "length 2 in 64 bits", sending(func(p *peer) string {
		return p.raw(fin|closing, 2, 64, status(1000, ""))
	})},
	{"a close frame with reserved bits", Both, short, cases.Failed, cases.Unclean, "RSV 4", sending(func(p *peer) string { return p.frame(fin|rsv1|closing, status(1000, "")) })},
	{"a close frame with the wrong masking", Both, short, cases.Failed, cases.Unclean, "masked close frame", sending(func(p *peer) string {
		q := *p
		q.client = !p.client
		return q.frame(fin|closing, status(1000, ""))
	})},
	{"half a close frame", Both, short, cases.Failed, cases.Unclean, "close frame of 100 octets, 2 of which", sending(func(p *peer) string {
		return p.raw(fin|closing, 100, 0, status(1000, ""))
	})},
	{"a fragmented close frame", Both, short, cases.Failed, cases.Unclean, "fragmented close frame", sending(func(p *peer) string { return p.frame(closing, status(1000, "")) })},
	{"data behind a close frame", Both, short, cases.Failed, cases.Failed, "text frame behind the close frame", sending(func(p *peer) string {
		return p.frame(fin|closing, status(1000, "")) + strings.Repeat(p.frame(fin|text, "more"), 1000)
	})},
	{"close frames without end", Both, short, cases.Failed, cases.Failed, "a second close frame", flooding(func(p *peer) string { return p.frame(fin|closing, status(1000, "")) })},
	{"no answer to a close frame", Both, short, cases.OK, cases.Unclean, "did not respond", opened(func(p *peer) {
		if first, payload, err := p.message(); err == nil {
			p.send(p.frame(first, payload))
		}
		p.drain()
	})},
	{"an answer to a close frame without dropping TCP", Server, short, cases.OK, cases.Unclean, "did not drop", opened(func(p *peer) {
		for {
			first, payload, err := p.message()
			if err != nil || !p.send(p.frame(first, payload)) {
				break
			}
		}
		p.hold()
	})},
	{"half-closed after the opening", Both, short, cases.Failed, cases.Failed, "dropped", opened(func(p *peer) {
		_ = p.CloseWrite()
		p.drain()
	})},
	{"RST after the opening", Both, short, cases.Failed, cases.Failed, "RST", opened(func(p *peer) { p.reset() })},
	{"RST between fragments", Both, short, cases.Failed, cases.Failed, "a text message, 2 fragments of which had come, with 2 octets", opened(func(p *peer) {
		p.send(p.frame(text, "x"), p.frame(continuation, "y"))
		p.wait(50 * time.Millisecond) // or what was sent may be lost
		p.reset()
	})},
	{"RST while it is sent a message", Both, long, cases.Failed, cases.Failed, "dropped", opened(func(p *peer) {
		_, _ = p.in.ReadByte()
		p.reset()
	})},
	{"RST behind its head", Server, short, cases.Failed, cases.Failed, "RST", func(p *peer) {
		p.send(p.openingHead())
		p.reset()
	}},
	{"RST in the closing handshake", Both, short, cases.OK, cases.Unclean, "RST", opened(func(p *peer) {
		if first, payload, err := p.message(); err == nil {
			p.send(p.frame(first, payload))
		}
		_, _, _ = p.message()
		p.reset()
	})},
}
