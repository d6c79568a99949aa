package fuzzer_test

import (
	"bytes"
	"unicode/utf8"

	"gobahn/cases"
	"gobahn/wire"
)

// compressing is a hook that has the peer compress otherwise than was agreed on.
func compressing(change func(d *wire.Direction)) func(*rawPeer, cases.DeflateParams) {
	return func(p *rawPeer, agreed cases.DeflateParams) {
		send, _ := wire.Directions(agreed, !p.client)
		change(&send)
		p.compressor = wire.NewCompressor(send.Bits, send.NoTakeover)
	}
}

// inflating is a hook that has the peer inflate otherwise than was agreed on.
func inflating(change func(d *wire.Direction)) func(*rawPeer, cases.DeflateParams) {
	return func(p *rawPeer, agreed cases.DeflateParams) {
		_, receive := wire.Directions(agreed, !p.client)
		change(&receive)
		p.inflater = wire.NewInflater(receive.Bits, receive.NoTakeover)
	}
}

// packing is a hook for messages that answers compressed ones in a way of its own.
func packing(answer func(p *rawPeer, op cases.Op, plain []byte)) func(*rawPeer, int, cases.Op, []byte) bool {
	return func(p *rawPeer, _ int, op cases.Op, plain []byte) bool {
		if p.packed {
			answer(p, op, plain)
		}
		return p.packed
	}
}

// extending is a hook that changes the extensions that a server agrees on, or a client
// offers.
func extending(from, to string) func([]byte) []byte {
	return func(right []byte) []byte { return bytes.ReplaceAll(right, []byte(from), []byte(to)) }
}

var deflateMutants = []mutant{
	{name: "forgets what it has inflated", clause: "RFC 7692 7.1.1",
		peer: rawPeer{deflate: inflating(func(d *wire.Direction) { d.NoTakeover = true })}},
	{name: "inflates with a window of 9 bits", clause: "RFC 7692 7.1.2",
		peer: rawPeer{deflate: inflating(func(d *wire.Direction) { d.Bits = 9 })}},
	{name: "takes its context over where it agreed not to", clause: "RFC 7692 7.1.1",
		peer: rawPeer{deflate: compressing(func(d *wire.Direction) { d.NoTakeover = false })}},
	{name: "compresses with a window of 15 bits always", clause: "RFC 7692 7.1.2",
		peer: rawPeer{deflate: compressing(func(d *wire.Direction) { d.Bits = 15 })}},
	{name: "leaves RSV1 out of compressed messages", clause: "RFC 7692 6",
		peer: rawPeer{sending: sent(func(f *cases.Frame) { f.RSV = 0 })}},
	{name: "sets RSV1 in every fragment of a compressed message", clause: "RFC 7692 6.1",
		peer: rawPeer{message: packing(func(p *rawPeer, op cases.Op, plain []byte) {
			packed := string(p.compressor.Append(nil, plain))
			p.send(cases.Opcode(op, packed[:1]).Reserved(4).More())
			p.send(cases.Continue(packed[1:]).Reserved(4))
		})}},
	{name: "compresses each fragment by itself", clause: "RFC 7692 6.1",
		peer: rawPeer{message: packing(func(p *rawPeer, op cases.Op, plain []byte) {
			n := min(1, len(plain))
			p.send(cases.Opcode(op, string(p.compressor.Append(nil, plain[:n]))).Reserved(4).More())
			p.send(cases.Continue(string(p.compressor.Append(nil, plain[n:]))))
		})}},
	{name: "cuts an octet too many off a compressed message", clause: "RFC 7692 7.2.1",
		peer: rawPeer{message: packing(func(p *rawPeer, op cases.Op, plain []byte) {
			packed := p.compressor.Append(nil, plain)
			p.sendPacked(op, packed[:max(0, len(packed)-1)])
		})}},
	{name: "leaves 00 00 ff ff at the end", clause: "RFC 7692 7.2.1",
		peer: rawPeer{message: packing(func(p *rawPeer, op cases.Op, plain []byte) {
			p.sendPacked(op, append(p.compressor.Append(nil, plain), wire.DeflateTail...))
		})}},
	{name: "sends compressed messages back as they are", clause: "RFC 7692 6.1",
		peer:  rawPeer{message: packing(func(p *rawPeer, op cases.Op, plain []byte) { p.send(cases.Opcode(op, string(plain))) })},
		lives: "a message may be sent without being compressed"},
	{name: "validates compressed text before it is inflated", clause: "RFC 7692 6.2",
		peer: rawPeer{message: packing(func(p *rawPeer, op cases.Op, plain []byte) {
			if op == cases.OpText && !utf8.Valid(p.whole) {
				p.over = p.close(1007)
			} else {
				p.echo(op, plain)
			}
		})}},
	{name: "does not validate compressed text", clause: "RFC 6455 8.1",
		peer: rawPeer{valid: func(p *rawPeer, part wire.Part) bool {
			return p.text.Write(part.Payload) < 0 && (!part.End || !part.Header.FIN || p.text.End() < 0)
		}},
		lives: "no case sends compressed text that is not UTF-8"},
	{name: "sets RSV1 in pongs when it compresses", clause: "RFC 7692 6.1",
		peer: rawPeer{sending: func(p *rawPeer, f cases.Frame) cases.Frame {
			if f.Opcode == cases.OpPong && p.compressor != nil {
				f.RSV = 4
			}
			return f
		}},
		lives: "no case pings a peer that compresses"},
	{name: "agrees on a parameter that there is not", clause: "RFC 7692 5.1", role: aServer,
		peer: rawPeer{head: extending("permessage-deflate", "permessage-deflate; level=9")}},
	{name: "says nothing of the window that it was asked for", clause: "RFC 7692 7.1.2.1", role: aServer,
		peer:  rawPeer{head: extending("; server_max_window_bits=9", "")},
		lives: "it uses that window nevertheless, which counts; the report notes what is left out"},
	{name: "does not take up permessage-deflate", clause: "RFC 7692 5", declines: true,
		lives: "compression is optional: the cases are UNIMPLEMENTED"},
}

var openingMutants = []mutant{
	{name: "answers the key of another", clause: "RFC 6455 4.2.2", role: aServer,
		peer: rawPeer{head: func([]byte) []byte { return wire.Response(wire.Head{}, "raw", "", "").Append(nil) }}},
	{name: "does not look at Sec-WebSocket-Accept", clause: "RFC 6455 4.1", role: aClient,
		lives: "every response of the tester is right"},
}
