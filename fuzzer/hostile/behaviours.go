package hostile

import (
	"slices"
	"strings"
	"time"

	"gobahn/cases"
)

// A Behaviour is what a peer does on each of its connections.
type Behaviour struct {
	Name string
	Role Role

	// Case is what a client asks for and a server is to be played; empty: no WebSocket
	// is opened, so that any will do, and a client will have played none.
	Case cases.ID

	// Verdict and Close are what the case has to be worth.
	Verdict, Close cases.Verdict

	// Says is part of what the result, or the list of faults, has to say.
	Says string

	act func(p *peer)
}

// A Role says in which roles a behaviour is possible.
type Role int

// The roles.
const (
	Both Role = iota
	Client
	Server
)

// The cases that behaviours meet: any, a message of 125 octets that has to come back, one of
// 16 MiB, and a thousand compressed ones.
const (
	none       cases.ID = ""
	short      cases.ID = "1.1.2"
	long       cases.ID = "9.2.6"
	compressed cases.ID = "12.1.3"
)

// Behaviours are all of them.
var Behaviours = slices.Concat(openings, framings, closings, readings, compressions, echoes)

// opened acts on an open WebSocket.
func opened(act func(p *peer)) func(p *peer) {
	return func(p *peer) {
		p.open()
		act(p)
	}
}

// sending sends octets on an open WebSocket, and reads until the end.
func sending(octets func(p *peer) string) func(p *peer) {
	return opened(func(p *peer) {
		p.send(octets(p))
		p.drain()
	})
}

// flooding sends octets on an open WebSocket as long as they are taken, and never reads.
func flooding(octets func(p *peer) string) func(p *peer) {
	return opened(func(p *peer) {
		b := strings.Repeat(octets(p), 100)
		for p.send(b) {
		}
	})
}

// head sends the head of a request or response in place of the right one.
func head(edit func(head string) string) func(p *peer) {
	return func(p *peer) {
		p.send(edit(p.openingHead()))
		p.drain()
	}
}

// replace is head with one thing replaced by another.
func replace(old, new string) func(p *peer) {
	return head(func(head string) string { return strings.Replace(head, old, new, 1) })
}

// Refusals are how the answer of a fuzzing server begins to clients that open no WebSocket,
// by the name of the behaviour. That of others may be lost, or is none.
var Refusals = map[string]string{
	"NUL in the head": "HTTP/1.1 400 ", "controls in the head": "HTTP/1.1 400 ", "a field of one word": "HTTP/1.1 400 ",
	"no HTTP": "HTTP/1.1 400 ", "HTTP/1.0": "HTTP/1.1 400 ",
}

// openings are about the opening handshake.
var openings = []Behaviour{
	{"says nothing", Both, none, cases.Failed, cases.Failed, "did not finish", func(p *peer) { p.drain() }},
	{"one octet a second", Both, none, cases.Failed, cases.Failed, "did not finish",
		func(p *peer) { p.slowly(p.openingHead(), time.Second) }},
	{"half a head", Both, none, cases.Failed, cases.Failed, "did not finish",
		head(func(head string) string { return head[:len(head)/2] })},
	{"fields without end", Both, none, cases.Failed, cases.Failed, "HTTP head of more than 65536 octets", func(p *peer) {
		p.send(strings.TrimSuffix(p.openingHead(), "\r\n"))
		for p.send(strings.Repeat("X-Field: value\r\n", 1000)) {
		}
	}},
	{"a line of 1 GiB", Both, none, cases.Failed, cases.Failed, "HTTP head of more than 65536 octets", func(p *peer) {
		p.send(strings.TrimSuffix(p.openingHead(), "\r\n"), "X-Line: ")
		for range 1 << 10 {
			if !p.send(strings.Repeat("x", 1<<20)) {
				return
			}
		}
	}},
	{"NUL in the head", Both, none, cases.Failed, cases.Failed, `\x00`, replace("Upgrade: websocket", "Upgrade: web\x00socket")},
	{"controls in the head", Both, none, cases.Failed, cases.Failed, `\x01`, replace("Upgrade: ", "\x01\x1b[31m: x\r\nUpgrade: ")},
	{"a field of one word", Both, none, cases.Failed, cases.Failed, "nonsense", replace("Upgrade: ", "nonsense\r\nUpgrade: ")},
	{"no HTTP", Both, none, cases.Failed, cases.Failed, "SSH-2.0-OpenSSH_9.9", head(func(string) string { return "SSH-2.0-OpenSSH_9.9\r\n\r\n" })},
	{"HTTP/1.0", Both, none, cases.Failed, cases.Failed, "HTTP/1.0", replace("HTTP/1.1", "HTTP/1.0")},
	{"no Upgrade", Server, none, cases.Failed, cases.Failed, "Upgrade", replace("Upgrade: websocket\r\n", "")},
	{"no Sec-WebSocket-Accept", Server, none, cases.Failed, cases.Failed, "Sec-WebSocket-Accept", replace("Sec-WebSocket-Accept", "X-Accept")},
	{"a wrong Sec-WebSocket-Accept", Server, none, cases.Failed, cases.Failed, "Sec-WebSocket-Accept", replace("Sec-WebSocket-Accept: ", "Sec-WebSocket-Accept: AAAA")},
	{"status 200", Server, none, cases.Failed, cases.Failed, "200", replace("101 Switching Protocols", "200 OK")},
	{"a subprotocol nobody asked for", Server, none, cases.Failed, cases.Failed, "chat", replace("Upgrade: ", "Sec-WebSocket-Protocol: chat\r\nUpgrade: ")},
	{"an extension nobody asked for", Server, none, cases.Failed, cases.Failed, "x-unknown", replace("Upgrade: ", "Sec-WebSocket-Extensions: x-unknown\r\nUpgrade: ")},
	{"interim responses without end", Server, none, cases.Failed, cases.Failed, "interim responses of more than 65536 octets", func(p *peer) {
		_, _ = p.head()
		for b := strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 1000); p.send(b); {
		}
	}},
	{"a second head behind the first", Both, short, cases.Failed, cases.Unclean, "reserved", func(p *peer) {
		first := p.openingHead()
		if p.client {
			p.send(first, first) // HTTP pipelining
		} else {
			p.send(first, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
		p.drain()
	}},
	{"drops TCP at once", Both, none, cases.Failed, cases.Failed, "dropped", func(p *peer) {}},
	{"resets TCP at once", Both, none, cases.Failed, cases.Failed, "reset", func(p *peer) {
		p.wait(50 * time.Millisecond) // or connecting fails
		p.reset()
	}},
	{"resets TCP in the opening handshake", Both, none, cases.Failed, cases.Failed, "reset", func(p *peer) {
		p.send(p.openingHead()[:20])
		p.reset()
	}},
}
