package fuzzer_test

import (
	"strings"
	"testing"
	"time"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// A lie is one way for a peer to be wrong, and the case that catches it.
type lie struct {
	name string
	peer rawPeer
	id   cases.ID

	verdict, closing cases.Verdict
	headline         string
	says             string // occurs in the faults or in the reason why the ending is not clean
	serverOnly       bool   // only a server can tell this lie
}

func isData(h wire.Header) bool { return h.Opcode == cases.OpText || h.Opcode == cases.OpBinary }

// swallow ignores invalid frames and never answers a close, as the client of
// the reference's page for 3.6 did.
func swallow(_ *rawPeer, h wire.Header, _ []byte) bool {
	return h.RSV != 0 || h.Opcode.Reserved() || h.Opcode == cases.OpClose
}

var lies = []lie{
	{
		name: "echoes with RSV1 set", id: "1.1.2",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, b []byte) bool {
			if isData(h) {
				p.send(cases.Opcode(h.Opcode, string(b)).Reserved(4))
			}
			return isData(h)
		}},
		verdict: cases.Failed, closing: cases.WrongCodeSent, // it echoes the 1002 we fail it with
		headline: cases.WrongAnswer, says: "reserved bits set (RSV 4) without a meaning",
	},
	{
		name: "answers pings with another payload", id: "2.2",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, _ []byte) bool {
			if h.Opcode == cases.OpPing {
				p.send(cases.Pong("something else"))
			}
			return h.Opcode == cases.OpPing
		}},
		verdict: cases.Failed, closing: cases.OK, headline: cases.WrongAnswer,
	},
	{
		name: "does not answer pings", id: "2.2",
		peer:    rawPeer{frame: func(_ *rawPeer, h wire.Header, _ []byte) bool { return h.Opcode == cases.OpPing }},
		verdict: cases.Failed, closing: cases.OK, headline: cases.NoAnswer + "1s",
	},
	{
		name: "swallows bad frames and closes", id: "3.6",
		peer:    rawPeer{frame: swallow},
		verdict: cases.OK, closing: cases.Failed,
		headline: cases.Accepted, says: cases.ReasonNoReply,
	},
	{
		name: "echoes a frame with reserved bits", id: "3.5",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, b []byte) bool {
			if isData(h) {
				p.send(cases.Opcode(h.Opcode, string(b)))
			}
			return isData(h)
		}},
		verdict: cases.Failed, closing: cases.Failed, headline: cases.Accepted,
	},
	{
		name: "echoes invalid UTF-8", id: "6.3.1",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, b []byte) bool {
			if isData(h) {
				p.send(cases.Opcode(h.Opcode, string(b)))
			}
			return isData(h)
		}},
		verdict: cases.Failed, closing: cases.Failed,
		headline: cases.Accepted, says: "text message is not UTF-8 from octet 12 on",
	},
	{
		name: "fails a connection with the wrong code", id: "3.1",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, b []byte) bool {
			if h.RSV != 0 {
				p.close(1011)
			}
			return true
		}},
		verdict: cases.OK, closing: cases.WrongCodeSent, headline: cases.WrongClose,
	},
	{
		name: "echoes a close code that is not allowed", id: "7.9.2",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, b []byte) bool {
			p.send(cases.Opcode(h.Opcode, string(b)))
			return true
		}},
		verdict: cases.Failed, closing: cases.WrongCodeSent,
		headline: cases.WrongClose, says: "close code 999 is not allowed on the wire",
	},
	{
		name: "never closes TCP", id: "1.1.1", serverOnly: true,
		peer:    rawPeer{ended: func(p *rawPeer) { time.Sleep(time.Hour) }},
		verdict: cases.OK, closing: cases.Unclean,
		headline: cases.WrongClose, says: cases.ReasonNoServerDrop,
	},
	{
		name: "never closes TCP where it may drop", id: "3.1", serverOnly: true,
		peer:    rawPeer{ended: func(p *rawPeer) { time.Sleep(time.Hour) }},
		verdict: cases.OK, closing: cases.FailedByClient,
		headline: cases.WrongClose, says: cases.ReasonNoServerDrop,
	},
	{
		name: "never answers the handshake", id: "1.1.1", serverOnly: true,
		peer:    rawPeer{head: func([]byte) []byte { time.Sleep(time.Hour); return nil }},
		verdict: cases.Failed, closing: cases.Failed,
		headline: cases.NoAnswer + "the opening handshake", says: cases.ReasonNoOpening,
	},
	{
		name: "answers 200", id: "1.1.1", serverOnly: true,
		peer: rawPeer{head: func([]byte) []byte {
			return []byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
		}},
		verdict: cases.Failed, closing: cases.Failed,
		headline: cases.RefusedIt, says: `the server answered "HTTP/1.1 200 OK" instead of 101 Switching Protocols`,
	},
	{
		name: "answers 200 where silence would do", id: "3.6", serverOnly: true,
		peer: rawPeer{head: func([]byte) []byte {
			return []byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
		}},
		verdict: cases.Failed, closing: cases.Failed,
		headline: cases.RefusedIt, says: `the server answered "HTTP/1.1 200 OK" instead of 101 Switching Protocols`,
	},
	{
		name: "answers with the accept value of another key", id: "1.1.1", serverOnly: true,
		peer: rawPeer{head: func(right []byte) []byte {
			return wire.Response(wire.Head{}, "raw", "", "").Append(nil)
		}},
		verdict: cases.Failed, closing: cases.Failed,
		headline: cases.WrongAnswer, says: "the response has Sec-WebSocket-Accept",
	},
	{
		name: "drips the handshake, one octet a second", id: "1.1.1", serverOnly: true,
		peer: rawPeer{head: func(right []byte) []byte { return right[:0] }, before: func(p *rawPeer) {
			for range 60 {
				p.nc.Write([]byte("H"))
				time.Sleep(time.Second)
			}
		}},
		verdict: cases.Failed, closing: cases.Failed,
		headline: cases.NoAnswer + "the opening handshake", says: cases.ReasonNoOpening,
	},
	{
		name: "drips the echo, one octet a second", id: "1.1.2",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, b []byte) bool {
			if !isData(h) {
				return false
			}
			header := wire.FrameHeader(cases.Opcode(h.Opcode, string(b)), p.client, [4]byte{})
			for _, octet := range wire.AppendFrame(nil, header, b, false) {
				if _, err := p.nc.Write([]byte{octet}); err != nil {
					break
				}
				time.Sleep(time.Second)
			}
			return true
		}},
		verdict: cases.Failed, closing: cases.Unclean,
		headline: cases.NoAnswer + "1s", says: cases.ReasonNoReply,
	},
	{
		name: "drops TCP in the middle of a frame", id: "1.1.2",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, b []byte) bool {
			header := wire.FrameHeader(cases.Text(string(b)), p.client, [4]byte{})
			p.nc.Write(wire.AppendFrame(nil, header, b, false)[:20])
			p.nc.Close()
			return true
		}},
		verdict: cases.Failed, closing: cases.Failed,
		headline: cases.RefusedIt, says: cases.ReasonPeerDropped,
	},
	{
		name: "closes instead of echoing", id: "1.1.2",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, b []byte) bool {
			if isData(h) {
				p.close(1000)
			}
			return isData(h)
		}},
		verdict: cases.Failed, closing: cases.Failed, headline: cases.RefusedIt,
	},
	{
		name: "floods with pongs", id: "1.1.2",
		peer: rawPeer{before: func(p *rawPeer) {
			for {
				if _, err := p.nc.Write(flood(p.client)); err != nil {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
		}},
		verdict: cases.Failed, closing: cases.Unclean,
		headline: cases.WrongAnswer, says: cases.ReasonNoReply,
	},
	{
		name: "floods with pings and never reads", id: "1.1.2", serverOnly: true,
		peer: rawPeer{before: func(p *rawPeer) {
			var pings []byte
			h := wire.FrameHeader(cases.Ping("?"), p.client, [4]byte{})
			for range 1000 {
				pings = wire.AppendFrame(pings, h, []byte("?"), false)
			}
			for {
				if _, err := p.nc.Write(pings); err != nil {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
		}},
		verdict: cases.Failed, closing: cases.Unclean,
		headline: cases.WrongAnswer, says: cases.ReasonNoReply,
	},
	{
		name: "floods with a message that has no end", id: "1.1.2",
		peer: rawPeer{before: func(p *rawPeer) {
			big := strings.Repeat("x", 60<<10)
			p.send(cases.Text(big).More())
			for {
				f := cases.Continue(big).More()
				h := wire.FrameHeader(f, p.client, [4]byte{})
				if _, err := p.nc.Write(wire.AppendFrame(nil, h, []byte(big), false)); err != nil {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
		}},
		verdict: cases.Failed, closing: cases.Unclean,
		headline: cases.NoAnswer + "1s", says: cases.ReasonNoReply,
	},
	{
		name: "masks the wrong way round", id: "1.1.2",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, b []byte) bool {
			if isData(h) {
				f := cases.Opcode(h.Opcode, string(b))
				masked := !p.client
				f.Mask.Bit = &masked
				p.send(f)
			}
			return isData(h)
		}},
		verdict: cases.Failed, closing: cases.WrongCodeSent,
		headline: cases.WrongAnswer, says: "masked text frame from a ",
	},
	{
		name: "forgets the type of a message", id: "1.1.2",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, b []byte) bool {
			if isData(h) {
				p.send(cases.Binary(string(b)))
			}
			return isData(h)
		}},
		verdict: cases.Failed, closing: cases.WrongCodeSent, headline: cases.WrongAnswer,
	},
	{
		name: "pads the length field", id: "1.1.2",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, b []byte) bool {
			if isData(h) {
				f := cases.Opcode(h.Opcode, string(b))
				f.Length.Bits = 64
				p.send(f)
			}
			return isData(h)
		}},
		verdict: cases.Failed, closing: cases.WrongCodeSent,
		headline: cases.WrongAnswer, says: "length 125 in 64 bits",
	},
	{
		name: "gives a reason that is not UTF-8", id: "7.3.1",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, b []byte) bool {
			p.send(cases.Frame{Opcode: cases.OpClose, Payload: cases.Close(1000, "bye\xff")})
			if !p.client {
				p.nc.Close()
			}
			return true
		}},
		verdict: cases.OK, closing: cases.OK, says: "close reason is not UTF-8",
	},
	{
		name: "sends a close frame of one octet", id: "7.3.1",
		peer: rawPeer{frame: func(p *rawPeer, h wire.Header, b []byte) bool {
			p.send(cases.Opcode(cases.OpClose, "x"))
			if !p.client {
				p.nc.Close()
			}
			return true
		}},
		verdict: cases.OK, closing: cases.OK, says: "close frame of one octet",
	},
}

// flood is a thousand pongs.
func flood(client bool) (out []byte) {
	h := wire.FrameHeader(cases.Pong("flood"), client, [4]byte{})
	for range 1000 {
		out = wire.AppendFrame(out, h, []byte("flood"), false)
	}
	return out
}

func TestEveryLiarIsCaughtAndNamed(t *testing.T) {
	for _, l := range lies {
		t.Run(l.name, func(t *testing.T) {
			newPeer := func() *rawPeer { p := l.peer; return &p }
			check(t, l, testServer(t, newPeer, find(t, l.id)))
			if !l.serverOnly {
				check(t, l, testClient(t, newPeer, find(t, l.id)))
			}
		})
	}
}

func check(t *testing.T, l lie, played []fuzzer.Played) {
	t.Helper()
	if len(played) != 1 {
		t.Fatalf("played %d cases, want 1", len(played))
	}
	p := played[0]
	role := "server"
	if p.Observation.Server {
		role = "client"
	}
	if p.Result.Verdict != l.verdict || p.Result.CloseVerdict != l.closing {
		t.Errorf("lying %s: %s / %s, want %s / %s\n%s", role, p.Result.Verdict, p.Result.CloseVerdict,
			l.verdict, l.closing, p.Result.Explain(p.Case, p.Observation))
	}
	if p.Result.Headline != l.headline {
		t.Errorf("lying %s: headline %q, want %q", role, p.Result.Headline, l.headline)
	}
	said := strings.Join(append(p.Observation.Faults, p.Observation.Closing.NotCleanReason), "\n")
	if !strings.Contains(said, l.says) {
		t.Errorf("lying %s: nothing says %q, only %q", role, l.says, said)
	}
	if took := time.Duration(p.Observation.Duration); took > 10*time.Second {
		t.Errorf("lying %s: the case took %s", role, took)
	}
	if n := len(p.Observation.Events); n > 5000 {
		t.Errorf("lying %s: %d events are kept", role, n)
	}
	if n := len(p.Observation.Wirelog); n > 5000 {
		t.Errorf("lying %s: %d rows are kept", role, n)
	}
}
