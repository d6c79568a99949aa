package fuzzer_test

import (
	"bytes"

	"gobahn/cases"
	"gobahn/wire"
)

// aServer and aClient are the roles that a mutant can have; 0 is both.
const (
	aServer = 1 + iota
	aClient
)

// A mutant is a peer that conforms but for one fault.
type mutant struct {
	name   string
	clause string
	role   int
	peer   rawPeer
	lives  string // why no case fails it; empty: one does

	declines bool // it has no permessage-deflate
}

// upon is a hook for frames that is called for those with an opcode.
func upon(op cases.Op, act func(p *rawPeer, b []byte)) func(*rawPeer, wire.Header, []byte) bool {
	return func(p *rawPeer, h wire.Header, b []byte) bool {
		if h.Opcode == op && h.FIN && h.RSV == 0 && len(b) <= 125 {
			act(p, b)
			return true
		}
		return false
	}
}

// echoing is a hook for messages that sends back what change makes of them.
func echoing(change func(op cases.Op, plain string) (cases.Op, string)) func(*rawPeer, int, cases.Op, []byte) bool {
	return func(p *rawPeer, _ int, op cases.Op, plain []byte) bool {
		op, changed := change(op, string(plain))
		p.echo(op, []byte(changed))
		return true
	}
}

// sent is a hook for frames to send that change them.
func sent(change func(f *cases.Frame)) func(*rawPeer, cases.Frame) cases.Frame {
	return func(_ *rawPeer, f cases.Frame) cases.Frame {
		change(&f)
		return f
	}
}

// blind is a hook for headers that does not see some reserved bits, where none has a
// meaning.
func blind(rsv byte) func(*rawPeer, wire.Header) wire.Header {
	return func(p *rawPeer, h wire.Header) wire.Header {
		if p.inflater == nil {
			h.RSV &^= rsv
		}
		return h
	}
}

// takenFor is a hook for headers that takes one opcode for another.
func takenFor(from, to cases.Op) func(*rawPeer, wire.Header) wire.Header {
	return func(_ *rawPeer, h wire.Header) wire.Header {
		if h.Opcode == from {
			h.Opcode = to
		}
		return h
	}
}

var framingMutants = []mutant{
	{name: "writes every length in 64 bits", clause: "RFC 6455 5.2",
		peer: rawPeer{sending: sent(func(f *cases.Frame) { f.Length.Bits = 64 })}},
	{name: "sets RSV1 in what it sends", clause: "RFC 6455 5.2",
		peer: rawPeer{sending: sent(func(f *cases.Frame) { f.RSV |= 4 })}},
	{name: "does not mask", clause: "RFC 6455 5.1", role: aClient,
		peer: rawPeer{sending: sent(func(f *cases.Frame) { f.Mask.Bit = new(false) })}},
	{name: "masks", clause: "RFC 6455 5.1", role: aServer,
		peer: rawPeer{sending: sent(func(f *cases.Frame) { f.Mask.Bit = new(true) })}},
	{name: "shows a masking key and does not use it", clause: "RFC 6455 5.3", role: aClient,
		peer: rawPeer{sending: sent(func(f *cases.Frame) { f.Mask.Raw = true })}},
	{name: "does not mind frames that are not masked", clause: "RFC 6455 5.1", role: aServer,
		peer:  rawPeer{lenient: wire.FaultUnmasked},
		lives: "all that the cases send is masked as it has to be"},
	{name: "does not mind frames that are masked", clause: "RFC 6455 5.1", role: aClient,
		peer:  rawPeer{lenient: wire.FaultMasked},
		lives: "all that the cases send is masked as it has to be"},
	{name: "does not mind lengths in more octets than it takes", clause: "RFC 6455 5.2",
		peer:  rawPeer{lenient: wire.FaultLengthForm},
		lives: "all that the cases send has its length in the shortest form"},
	{name: "takes the octets of a length for signed", clause: "RFC 6455 5.2",
		peer: rawPeer{message: func(_ *rawPeer, _ int, _ cases.Op, b []byte) bool { return len(b) > 127 && len(b)&0x80 != 0 }}},
	{name: "has 16 bits for a length", clause: "RFC 6455 5.2",
		peer: rawPeer{message: func(p *rawPeer, _ int, op cases.Op, b []byte) bool {
			p.echo(op, b[:len(b)&0xffff])
			return true
		}}},
	{name: "takes every read for the beginning of a frame", clause: "RFC 6455 5.2",
		peer: rawPeer{reading: func(p *rawPeer, b []byte) []byte {
			if len(b) > 0 {
				p.dec = wire.Decoder{}
			}
			return b
		}}},
	{name: "forgets what follows a frame in the same read", clause: "RFC 6455 5.2",
		peer: rawPeer{reading: func(p *rawPeer, b []byte) []byte {
			var d wire.Decoder
			for rest := bytes.Clone(b); len(rest) > 0 && !p.inFrame; {
				part, more, ok := d.Next(rest)
				if rest = more; ok && part.End {
					return b[:len(b)-len(rest)]
				}
			}
			return b
		}}},
	{name: "does not send empty messages back", clause: "RFC 6455 5.6",
		peer: rawPeer{message: func(_ *rawPeer, _ int, _ cases.Op, b []byte) bool { return len(b) == 0 }}},
	{name: "sends text back as binary", clause: "RFC 6455 5.6",
		peer: rawPeer{message: echoing(func(_ cases.Op, s string) (cases.Op, string) { return cases.OpBinary, s })}},
	{name: "sends binary back as text", clause: "RFC 6455 5.6",
		peer: rawPeer{message: echoing(func(_ cases.Op, s string) (cases.Op, string) { return cases.OpText, s })}},
	{name: "sends back every message twice", clause: "RFC 6455 5.6",
		peer: rawPeer{message: func(p *rawPeer, _ int, op cases.Op, b []byte) bool { p.echo(op, b); p.echo(op, b); return true }}},
	{name: "ends text at its first NUL", clause: "RFC 6455 5.6",
		peer: rawPeer{message: echoing(func(op cases.Op, s string) (cases.Op, string) { return op, untilNUL(s) })}},
	{name: "changes the last octet of messages over 64 KiB", clause: "RFC 6455 5.6",
		peer: rawPeer{message: echoing(func(op cases.Op, s string) (cases.Op, string) {
			if len(s) > 64<<10 {
				s = s[:len(s)-1] + "!"
			}
			return op, s
		})},
		lives: "the reference compares long messages by their length only, and so does its profile"},
	{name: "takes no message over 64 KiB", clause: "RFC 6455 10.4",
		peer: rawPeer{message: func(p *rawPeer, _ int, op cases.Op, b []byte) bool {
			if len(b) > 64<<10 {
				p.over = p.close(1009)
			}
			return len(b) > 64<<10
		}}},
}

var pingMutants = []mutant{
	{name: "does not answer pings", clause: "RFC 6455 5.5.2",
		peer: rawPeer{frame: upon(cases.OpPing, func(*rawPeer, []byte) {})}},
	{name: "answers pings without their payload", clause: "RFC 6455 5.5.3",
		peer: rawPeer{frame: upon(cases.OpPing, func(p *rawPeer, _ []byte) { p.send(cases.Pong("")) })}},
	{name: "answers pings with another payload", clause: "RFC 6455 5.5.3",
		peer: rawPeer{frame: upon(cases.OpPing, func(p *rawPeer, b []byte) { p.send(cases.Pong("!" + string(b)[min(1, len(b)):])) })}},
	{name: "answers pings with at most 124 octets", clause: "RFC 6455 5.5.3",
		peer: rawPeer{frame: upon(cases.OpPing, func(p *rawPeer, b []byte) { p.send(cases.Pong(string(b[:min(124, len(b))]))) })}},
	{name: "ends the payload of a ping at its first NUL", clause: "RFC 6455 5.5.3",
		peer: rawPeer{frame: upon(cases.OpPing, func(p *rawPeer, b []byte) { p.send(cases.Pong(untilNUL(string(b)))) })}},
	{name: "answers pings with pings", clause: "RFC 6455 5.5.2",
		peer: rawPeer{frame: upon(cases.OpPing, func(p *rawPeer, b []byte) { p.send(cases.Ping(string(b))) })}},
	{name: "answers every second ping", clause: "RFC 6455 5.5.2",
		peer: rawPeer{frame: upon(cases.OpPing, func(p *rawPeer, b []byte) {
			if p.count++; p.count%2 == 1 {
				p.send(cases.Pong(string(b)))
			}
		})}},
	{name: "answers pings when the message is over", clause: "RFC 6455 5.4",
		peer: rawPeer{
			frame: func(p *rawPeer, h wire.Header, b []byte) bool {
				if h.Opcode == cases.OpPing && p.open != 0 {
					p.later = append(p.later, cases.Pong(string(b)))
					return true
				}
				return false
			},
			message: func(p *rawPeer, _ int, op cases.Op, b []byte) bool {
				p.echo(op, b)
				for _, f := range p.later {
					p.send(f)
				}
				p.later = nil
				return true
			},
		}},
	{name: "forgets a message when a ping comes in it", clause: "RFC 6455 5.4",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, _ []byte) bool {
			if h.Opcode == cases.OpPing && h.FIN {
				p.whole, p.begun = nil, 0
			}
			return false
		}}},
	{name: "answers pongs with pongs", clause: "RFC 6455 5.5.3",
		peer: rawPeer{frame: upon(cases.OpPong, func(p *rawPeer, b []byte) { p.send(cases.Pong(string(b))) })}},
	{name: "closes when a pong comes that it did not ask for", clause: "RFC 6455 5.5.3",
		peer: rawPeer{frame: upon(cases.OpPong, func(p *rawPeer, _ []byte) { p.over = p.close(1002) })}},
	{name: "takes control frames over 125 octets", clause: "RFC 6455 5.5",
		peer: rawPeer{lenient: wire.FaultControlLength}},
	{name: "takes fragmented control frames", clause: "RFC 6455 5.5",
		peer: rawPeer{lenient: wire.FaultControlFIN}},
}

var reservedMutants = []mutant{
	{name: "ignores all reserved bits", clause: "RFC 6455 5.2", peer: rawPeer{lenient: wire.FaultRSV}},
	{name: "ignores RSV1", clause: "RFC 6455 5.2", peer: rawPeer{header: blind(4)}},
	{name: "ignores RSV2", clause: "RFC 6455 5.2", peer: rawPeer{header: blind(2)}},
	{name: "ignores RSV3", clause: "RFC 6455 5.2", peer: rawPeer{header: blind(1)}},
	{name: "skips frames with reserved bits", clause: "RFC 6455 5.2",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, _ []byte) bool { return h.RSV != 0 && p.inflater == nil }}},
	{name: "takes reserved opcodes", clause: "RFC 6455 5.2", peer: rawPeer{lenient: wire.FaultOpcode}},
	{name: "takes opcode 3 for binary", clause: "RFC 6455 5.2", peer: rawPeer{header: takenFor(3, cases.OpBinary)}},
	{name: "takes opcode 4 for binary", clause: "RFC 6455 5.2", peer: rawPeer{header: takenFor(4, cases.OpBinary)}},
	{name: "takes opcode 5 for binary", clause: "RFC 6455 5.2", peer: rawPeer{header: takenFor(5, cases.OpBinary)}},
	{name: "takes opcode 6 for binary", clause: "RFC 6455 5.2", peer: rawPeer{header: takenFor(6, cases.OpBinary)}},
	{name: "takes opcode 7 for binary", clause: "RFC 6455 5.2", peer: rawPeer{header: takenFor(7, cases.OpBinary)}},
	{name: "takes opcode 11 for a ping", clause: "RFC 6455 5.2", peer: rawPeer{header: takenFor(11, cases.OpPing)}},
	{name: "takes opcode 12 for a ping", clause: "RFC 6455 5.2", peer: rawPeer{header: takenFor(12, cases.OpPing)}},
	{name: "takes opcode 13 for a ping", clause: "RFC 6455 5.2", peer: rawPeer{header: takenFor(13, cases.OpPing)}},
	{name: "takes opcode 14 for a ping", clause: "RFC 6455 5.2", peer: rawPeer{header: takenFor(14, cases.OpPing)}},
	{name: "takes opcode 15 for a ping", clause: "RFC 6455 5.2", peer: rawPeer{header: takenFor(15, cases.OpPing)}},
	{name: "skips data frames with reserved opcodes", clause: "RFC 6455 5.2",
		peer: rawPeer{frame: func(_ *rawPeer, h wire.Header, _ []byte) bool { return h.Opcode.Reserved() && !h.Opcode.Control() }}},
	{name: "skips control frames with reserved opcodes", clause: "RFC 6455 5.2",
		peer: rawPeer{frame: func(_ *rawPeer, h wire.Header, _ []byte) bool { return h.Opcode.Reserved() && h.Opcode.Control() }}},
}

var fragmentMutants = []mutant{
	{name: "takes a continuation of nothing for a message", clause: "RFC 6455 5.4",
		peer: rawPeer{lenient: wire.FaultContinuation}},
	{name: "skips a continuation of nothing", clause: "RFC 6455 5.4",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, _ []byte) bool { return h.Opcode == cases.OpContinuation && p.open == 0 }}},
	{name: "begins a message before the last has ended", clause: "RFC 6455 5.4",
		peer: rawPeer{lenient: wire.FaultInterrupted}},
	{name: "sends every fragment back as a message", clause: "RFC 6455 5.4",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, b []byte) bool {
			data := !h.Opcode.Control() && !h.Opcode.Reserved() && h.RSV == 0
			if data && (h.Opcode == cases.OpContinuation || !h.FIN) {
				p.send(cases.Opcode(cases.OpText, string(b)))
				return true
			}
			return false
		}}},
	{name: "keeps the last fragment only", clause: "RFC 6455 5.4",
		peer: rawPeer{message: func(p *rawPeer, _ int, op cases.Op, _ []byte) bool { p.echo(op, p.whole[p.begun:]); return true }}},
	{name: "forgets that an empty fragment ends a message", clause: "RFC 6455 5.4",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, b []byte) bool {
			return h.Opcode == cases.OpContinuation && len(b) == 0 && p.open != 0
		}}},
	{name: "takes a message for over after 40 fragments", clause: "RFC 6455 5.4",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, _ []byte) bool {
			if h.Opcode != cases.OpContinuation {
				p.count = 0
			} else if p.count++; p.count >= 40 && !h.FIN {
				p.answer(p.whole)
				return true
			}
			return false
		}}},
}

// untilNUL is s up to its first NUL.
func untilNUL(s string) string {
	for i := range s {
		if s[i] == 0 {
			return s[:i]
		}
	}
	return s
}
