package hostile

import (
	"bytes"
	"compress/flate"
	"strings"
	"sync"
	"time"

	"gobahn/cases"
)

// readings are about what is sent to a peer.
var readings = []Behaviour{
	{"never reads", Both, long, cases.Failed, cases.Unclean, "did not read", opened((*peer).hold)},
	{"reads one octet a second", Both, long, cases.Failed, cases.Unclean, "did not read", opened(func(p *peer) {
		for {
			if _, err := p.in.ReadByte(); err != nil || !p.wait(time.Second) {
				return
			}
		}
	})},
	{"never reads, and pings", Both, long, cases.Failed, cases.Unclean, "did not read", opened(func(p *peer) {
		for p.send(p.frame(fin|ping, "answer me")) && p.wait(time.Millisecond) {
		}
	})},
}

// bomb is a message of 1 GiB of zeros in a megabyte: blocks with 1 MiB each, which may
// follow each other.
var bomb = sync.OnceValue(func() string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression) // the level is valid
	_, _ = w.Write(make([]byte, 1<<20))                // into memory
	_ = w.Flush()
	return strings.TrimSuffix(strings.Repeat(b.String(), 1<<10), "\x00\x00\xff\xff")
})

// compressions are about permessage-deflate.
var compressions = []Behaviour{
	{"a bomb", Both, compressed, cases.Failed, cases.Unclean, "more than", func(p *peer) {
		p.deflate()
		p.send(p.frame(fin|rsv1|text, bomb()))
		p.drain()
	}},
	{"invalid deflate data", Both, compressed, cases.Failed, cases.Unclean, "message 1 of 1000 was invalid: compressed message, octet 0: a block of the reserved type 3", func(p *peer) {
		p.deflate()
		p.send(p.frame(fin|rsv1|text, "\xff\xff\xff\xff"))
		p.drain()
	}},
	{"RSV1 without compression", Both, short, cases.Failed, cases.Unclean, "RSV 4", sending(func(p *peer) string { return p.frame(fin|rsv1|text, "x") })},
	{"a compressed message without end", Both, compressed, cases.Failed, cases.Unclean, "compressed message of more than", func(p *peer) {
		p.deflate()
		noise := strings.Repeat("\x00\x00\x00\xff\xff", 1000) // empty stored blocks
		p.send(p.frame(rsv1|text, noise))
		for b := p.frame(continuation, noise); p.send(b); {
		}
	}},
	{"RSV1 on a continuation", Both, compressed, cases.Failed, cases.Unclean, "was invalid: reserved bits set (RSV 4)", func(p *peer) {
		p.deflate()
		p.send(p.frame(rsv1|text, "\x00"), p.frame(fin|rsv1|continuation, "\x00"))
		p.drain()
	}},
}

// echoing answers a message with what answer says.
func echoing(answer func(p *peer, first byte, payload string)) func(p *peer) {
	return opened(func(p *peer) {
		if first, payload, err := p.message(); err == nil {
			answer(p, first, payload)
		}
		p.drain()
	})
}

// echoes are about what is sent back.
var echoes = []Behaviour{
	{"echoes without end", Both, short, cases.Failed, cases.Unclean, " more events", echoing(func(p *peer, first byte, payload string) {
		for b := strings.Repeat(p.frame(first, payload), 100); p.send(b); {
		}
	})},
	{"echoes something else", Both, short, cases.Failed, cases.WrongCodeSent, "got   text \"***", echoing(func(p *peer, first byte, payload string) {
		p.send(p.frame(first, payload[1:]+"x"))
		p.close()
	})},
	{"echoes as binary", Both, short, cases.Failed, cases.WrongCodeSent, "got   binary \"***", echoing(func(p *peer, _ byte, payload string) {
		p.send(p.frame(fin|binaryFrame, payload))
		p.close()
	})},
	{"echoes too little", Both, short, cases.Failed, cases.WrongCodeSent, "… 100 octets", echoing(func(p *peer, first byte, payload string) {
		p.send(p.frame(first, payload[:100]))
		p.close()
	})},
	{"echoes one octet a second", Both, short, cases.Failed, cases.Unclean, "in the middle of", echoing(func(p *peer, first byte, payload string) {
		p.slowly(p.frame(first, payload), time.Second)
	})},
	{"echoes and drops TCP", Both, short, cases.OK, cases.Unclean, "dropped", opened(func(p *peer) {
		if first, payload, err := p.message(); err == nil {
			p.send(p.frame(first, payload))
		}
	})},
}

// close answers the close frame of the fuzzer.
func (p *peer) close() {
	for {
		first, payload, err := p.next()
		if err != nil {
			return
		}
		if first&0x0f == closing {
			p.send(p.frame(fin|closing, payload))
			if p.client {
				p.drain()
			}
			_ = p.Close()
			return
		}
	}
}
