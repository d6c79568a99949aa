package fuzzer_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// directions are what a sender can be held to, from nothing to most.
var directions = []wire.Direction{{Bits: 15}, {Bits: 9}, {Bits: 15, NoTakeover: true}, {Bits: 9, NoTakeover: true}}

// negotiated is c with permessage-deflate of which nothing special is asked.
func negotiated(c cases.Case) cases.Case {
	c.Deflate = held(wire.Direction{}, wire.Direction{})
	return c
}

// Negotiation.

// extended is a peer that conforms but for its Sec-WebSocket-Extensions.
func extended(extensions string) func() *rawPeer {
	return func() *rawPeer {
		return &rawPeer{head: func(right []byte) []byte {
			if extensions == "" {
				return right
			}
			field := "\r\nSec-WebSocket-Extensions: " + extensions + "\r\n\r\n"
			return append(bytes.TrimSuffix(right, []byte("\r\n\r\n")), field...)
		}}
	}
}

func TestServerThatAnswersOffersWronglyHasFailedTheCase(t *testing.T) {
	none := cases.Case{ID: "x", Script: cases.Script{cases.Text("x")}, Accept: cases.Exactly(cases.GotText("x"))}
	wanted := none
	wanted.Deflate = held(wire.Direction{}, wire.Direction{Bits: 9})
	for _, test := range []struct {
		name, extensions string
		c                cases.Case
		fault            string
	}{
		{"none was offered", "permessage-deflate", none, `the response has extension "permessage-deflate", none was offered`},
		{"another one", "x-webkit-deflate-frame", wanted, `the response has extension "x-webkit-deflate-frame", which was not offered`},
		{"twice", "permessage-deflate; server_max_window_bits=9, permessage-deflate", wanted, "2 times"},
		{"a parameter that was not offered", "permessage-deflate; client_max_window_bits=9; server_max_window_bits=9", wanted, "client_max_window_bits=9 was not offered"},
		{"a larger window than asked for", "permessage-deflate; server_max_window_bits=10", wanted, "server_max_window_bits=10 is more than the 9 offered"},
		{"a window that there is not", "permessage-deflate; server_max_window_bits=16", wanted, "server_max_window_bits=16"},
		{"a parameter that there is not", "permessage-deflate; level=9", wanted, `unknown parameter "level=9"`},
		{"no grammar", "permessage-deflate; =", wanted, "malformed Sec-WebSocket-Extensions"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := testServer(t, extended(test.extensions), []cases.Case{test.c})[0]
			graded(t, p, cases.Failed, cases.Failed)
			faulty(t, p, test.fault)
			if p.Observation.Opened || p.Observation.Deflate != nil {
				t.Errorf("opened, with %v", p.Observation.Deflate)
			}
			if want := "The case was not played: "; !strings.HasPrefix(p.Result.Says, want) || !strings.Contains(p.Result.Says, test.fault) {
				t.Errorf("says %q", p.Result.Says)
			}
		})
	}
}

func TestPeerWithoutTheExtensionIsNotPlayedAndThatIsNoFault(t *testing.T) {
	inBothRoles(t, find(t, "13.3.1")[0], extended(""), func(t *testing.T, p fuzzer.Played) {
		graded(t, p, cases.Unimplemented, cases.OK)
		observed(t, p)
		faulty(t, p)
		closedWith(t, p, 1000)
		o := p.Observation
		if o.Duration != 0 || o.Deflate != nil || o.Sent.Frames[int(cases.OpText)] > 0 || !o.Closing.ClosedByMe {
			t.Errorf("took %s, agreed on %v, sent %v, closing %s", o.Duration, o.Deflate, o.Sent.Frames, o.Closing)
		}
	})
}

// A client offers what it likes. What is not for us is declined (RFC 7692 5.1).
func TestClientWhoseOffersDoNotFitIsNotPlayed(t *testing.T) {
	for _, extensions := range []string{
		"x-webkit-deflate-frame", "permessage-deflate", "permessage-deflate; server_max_window_bits=7; client_max_window_bits",
		"permessage-deflate; client_max_window_bits; client_max_window_bits", "foo, bar; a=b",
	} {
		p := testClient(t, extended(extensions), find(t, "13.3.1"))[0]
		graded(t, p, cases.Unimplemented, cases.OK)
		if strings.Contains(p.Observation.Response, "Sec-WebSocket-Extensions") {
			t.Errorf("%s: answered with\n%s", extensions, p.Observation.Response)
		}
	}
}

func TestMalformedOffersAreRefused(t *testing.T) {
	for _, extensions := range []string{"permessage-deflate;", ";", `permessage-deflate; a="`, "a b", strings.Repeat(",", 20)} {
		p := testClient(t, extended(extensions), find(t, "12.1.1"))[0]
		graded(t, p, cases.Failed, cases.Failed)
		faulty(t, p, "malformed Sec-WebSocket-Extensions")
		if p.Observation.Opened {
			t.Errorf("%s: opened", extensions)
		}
	}
}

func TestMalformedOffersAreAnsweredWith400(t *testing.T) {
	got := asked(t, "/runCase?case=1&agent=raw", ";", find(t, "12.1.1"))
	if !strings.HasPrefix(got, "HTTP/1.1 400 Bad Request\r\n") || !strings.Contains(got, "malformed Sec-WebSocket-Extensions") {
		t.Errorf("answered with\n%s", got)
	}
}

// Neither do the control endpoints take up an extension, nor does one disturb them.
func TestOffersLeaveTheControlEndpointsAlone(t *testing.T) {
	for _, target := range []string{"/getCaseCount", "/updateReports?agent=raw"} {
		for _, extensions := range []string{"permessage-deflate; client_max_window_bits", ";", "foo"} {
			got := asked(t, target, extensions, find(t, "12.1.1"))
			if !strings.HasPrefix(got, "HTTP/1.1 101 ") || strings.Contains(got, "Sec-WebSocket-Extensions") {
				t.Errorf("%s with %s is answered with\n%s", target, extensions, got)
			}
			want := "\x88\x02\x03\xe8"
			if target == "/getCaseCount" {
				want = "\x81\x011" + want
			}
			if !strings.HasSuffix(got, "\r\n\r\n"+want) {
				t.Errorf("%s with %s sends %q", target, extensions, got)
			}
		}
	}
}

// asked is all that a server sends to a client that asks it for target and then says
// nothing more.
func asked(t *testing.T, target, extensions string, list []cases.Case) (got string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ln := newPipeListener()
		ctx, stop := context.WithCancel(t.Context())
		server, done := fuzzer.Server{Cases: list}, make(chan error)
		go func() { done <- server.Serve(ctx, ln) }()
		nc, err := ln.dial(ctx)
		if err != nil {
			t.Fatal(err)
		}
		opening := wire.Opening{Target: target, Host: "fuzzer", Key: "AAAAAAAAAAAAAAAAAAAAAA==", Extensions: extensions}
		nc.Write(opening.Request().Append(nil))
		for b := make([]byte, 4096); err == nil; {
			var n int
			n, err = nc.Read(b)
			got += string(b[:n])
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return got
}

func TestServerThatLeavesOutWhatItWasAskedForIsPlayedAndTheFaultNoted(t *testing.T) {
	small := cases.DeflateParams{ServerMaxWindowBits: 9}
	for _, test := range []struct {
		id    cases.ID
		fault string
	}{
		{"13.3.1", "the response leaves out server_max_window_bits, which the offer asks for with 9 (RFC 7692 7.1.2.1)"},
		{"13.2.1", "the response leaves out server_no_context_takeover, which the offer asks for (RFC 7692 7.1.1.1)"},
	} {
		newPeer := func() *rawPeer {
			return &rawPeer{params: &small, head: func(right []byte) []byte {
				right = bytes.Replace(right, []byte("; server_max_window_bits=9"), nil, 1)
				return bytes.Replace(right, []byte("; server_no_context_takeover"), nil, 1)
			}}
		}
		c := find(t, test.id)[0]
		c.Script, c.Accept = cases.Script{cases.Text("x")}, cases.Exactly(cases.GotText("x"))
		p := testServer(t, newPeer, []cases.Case{c})[0]
		graded(t, p, cases.OK, cases.OK)
		faulty(t, p, test.fault)
	}
}

// What was agreed on is what both sides are held to, and shown as it is.
func TestBothSidesAreHeldToWhatWasAgreedOn(t *testing.T) {
	for _, send := range directions {
		for _, receive := range directions {
			c := echoes(20, cases.Message{Payload: cases.Corpus("json", 2000)})
			c.Deflate = held(send, receive)
			newPeer := func() *rawPeer { return &rawPeer{params: &cases.DeflateParams{}} }
			inBothRoles(t, c, newPeer, func(t *testing.T, p fuzzer.Played) {
				graded(t, p, cases.OK, cases.OK)
				faulty(t, p)
				o := p.Observation
				if o.Deflate == nil {
					t.Fatal("nothing was agreed on")
				}
				if s, r := wire.Directions(*o.Deflate, o.Server); s != send || r != receive {
					t.Errorf("agreed on %+v and %+v, want %+v and %+v", s, r, send, receive)
				}
			})
		}
	}
}

// Misuse.

// deflated is plain as one message without takeover.
func deflated(plain string) string {
	return string(wire.NewCompressor(15, true).Append(nil, []byte(plain)))
}

// farther is a message of more than 512 octets whose end refers to its beginning.
func farther() string {
	rng := rand.New(rand.NewPCG(1, 1))
	b := make([]byte, 600)
	for i := range b {
		b[i] = byte('a' + rng.IntN(16))
	}
	return string(b) + string(b[:100])
}

func TestMisuseOfCompressionIsNamed(t *testing.T) {
	plain, packed := cases.Of("x"), held(wire.Direction{}, wire.Direction{})
	for _, test := range []struct {
		name    string
		deflate *cases.Deflate
		frames  []cases.Frame
		code    uint16
		fault   string
	}{
		{"RSV1 in a continuation", packed, []cases.Frame{cases.Text("x").More(), cases.Continue("y").Reserved(4)}, 1002, "reserved bits set (RSV 4)"},
		{"RSV1 again in a continuation", packed, []cases.Frame{cases.Text(deflated("xy")).Reserved(4).More(), cases.Continue("").Reserved(4)}, 1002, "reserved bits set (RSV 4)"},
		{"RSV1 in a ping", packed, []cases.Frame{cases.Ping("x").Reserved(4)}, 1002, "reserved bits set (RSV 4)"},
		{"RSV1 that was not negotiated", nil, []cases.Frame{cases.Text(deflated("x")).Reserved(4)}, 1002, "reserved bits set (RSV 4)"},
		{"RSV2", packed, []cases.Frame{cases.Text("x").Reserved(2)}, 1002, "reserved bits set (RSV 2)"},
		{"RSV1 and RSV3", packed, []cases.Frame{cases.Text(deflated("x")).Reserved(5)}, 1002, "reserved bits set (RSV 5)"},
		{"compressed text that is none", packed, []cases.Frame{cases.Text(deflated("ab\xff")).Reserved(4)}, 1007, "text message is not UTF-8 from octet 2 on"},
		{"compressed text that ends in a character", packed, []cases.Frame{cases.Text(deflated("ab\xc3")).Reserved(4)}, 1007, "text message is not UTF-8 from octet 3 on"},
		{"what is not DEFLATE", packed, []cases.Frame{cases.Binary("\xff\xff\xff").Reserved(4)}, 1007, "compressed message, octet 0: "},
		{"a message that is cut off", packed, []cases.Frame{cases.Binary(deflated(strings.Repeat("abc1234", 9))[:6]).Reserved(4)}, 1007, "compressed message, octet "},
		{"no octets at all", packed, []cases.Frame{cases.Binary("").Reserved(4)}, 1007, "compressed message, octet 0: "},
		{"a reference beyond the window", held(wire.Direction{}, wire.Direction{Bits: 9}), []cases.Frame{cases.Text(deflated(farther())).Reserved(4)}, 1007, "window"},
		{"a reference to the message before", held(wire.Direction{}, wire.Direction{NoTakeover: true}), takenOver("hello, hello", "hello, hello"), 1007, "compressed message, octet "},
	} {
		c := cases.Case{ID: "x", Deflate: test.deflate, Accept: []cases.Outcome{{Verdict: cases.OK, Events: cases.Events{cases.Got{Opcode: cases.OpText, Payload: plain}}}}}
		newPeer := func() *rawPeer {
			return &rawPeer{params: &cases.DeflateParams{}, before: func(p *rawPeer) {
				for _, f := range test.frames {
					p.send(f)
				}
			}}
		}
		t.Run(test.name, func(t *testing.T) {
			inBothRoles(t, c, newPeer, func(t *testing.T, p fuzzer.Played) {
				graded(t, p, cases.Failed, cases.WrongCodeSent) // it sends our code back
				closedWith(t, p, test.code)
				faulty(t, p, test.fault)
				if !p.Observation.Closing.FailedByMe || p.Observation.Duration != 0 {
					t.Errorf("took %s, closing %s", p.Observation.Duration, p.Observation.Closing)
				}
			})
		})
	}
}

// takenOver are messages that refer to those before.
func takenOver(plain ...string) (frames []cases.Frame) {
	c := wire.NewCompressor(15, false)
	for _, p := range plain {
		frames = append(frames, cases.Text(string(c.Append(nil, []byte(p)))).Reserved(4))
	}
	return frames
}

// Once a compressed message was bad nothing is known of the window. What comes then
// is neither observed nor a reason to fail again.
func TestMessagesBehindABadOneAreNotObserved(t *testing.T) {
	for _, bad := range []string{deflated("ab\xff"), "\xff\xff\xff"} {
		newPeer := func() *rawPeer {
			return &rawPeer{params: &cases.DeflateParams{}, before: func(p *rawPeer) {
				p.send(cases.Text(bad).Reserved(4))
				for _, f := range takenOver("x", "y") {
					p.send(f)
				}
			}}
		}
		c := negotiated(cases.Case{ID: "x", Accept: cases.Exactly(cases.GotText("never"))})
		inBothRoles(t, c, newPeer, func(t *testing.T, p fuzzer.Played) {
			closedWith(t, p, 1007)
			observed(t, p)
		})
	}
}

func TestAnswersNeedNotBeCompressed(t *testing.T) {
	newPeer := func() *rawPeer {
		return &rawPeer{params: &cases.DeflateParams{}, message: func(p *rawPeer, _ int, op cases.Op, plain []byte) bool {
			p.send(cases.Opcode(op, string(plain)))
			return true
		}}
	}
	c := negotiated(echoes(50, cases.Message{Payload: cases.Corpus("html", 5000)}))
	inBothRoles(t, c, newPeer, func(t *testing.T, p fuzzer.Played) {
		graded(t, p, cases.OK, cases.OK)
		observed(t, p, cases.Echoed{Count: 50})
	})
}

// Contexts.

// mixed is a script of all that is compressed. Nothing of the peer's messages is
// remembered while its Echos are played, unless it begins with one.
func mixed() cases.Script {
	corpus := cases.Message{Payload: cases.Corpus("json", 1<<16)} // comes again after 3
	return cases.Script{
		cases.Message{Payload: cases.Of("hello, hello")},
		cases.Wait{For: cases.Second, Mark: "A"},
		cases.Echo{Count: 10, Message: corpus},
		cases.Echo{Count: 30, Message: cases.Message{Payload: cases.Of("xyz")}},
		cases.Message{Binary: true, Payload: cases.Of("hello, hello"), Fragment: 3},
		cases.Ping("alive?"),
		cases.Wait{For: cases.Second, Mark: "B"},
		cases.Echo{Count: 8, Message: corpus},
		cases.Message{Payload: cases.Of("hello, hello")},
		cases.Wait{For: cases.Second, Mark: "C"},
		cases.Message{Payload: cases.Of("hello, hello")},
	}
}

// mixedEvents are what a peer makes of mixed.
var mixedEvents = cases.Events{
	cases.GotText("hello, hello"), cases.Mark{Name: "A"},
	cases.Echoed{Count: 10}, cases.Echoed{Count: 30},
	cases.GotBinary("hello, hello"), cases.GotPong("alive?"), cases.Mark{Name: "B"},
	cases.Echoed{Count: 8}, cases.GotText("hello, hello"), cases.Mark{Name: "C"}, cases.GotText("hello, hello"),
}

// A fickle peer compresses every message in another way, as RFC 7692 7.2.1 allows.
type fickle struct {
	rng  *rand.Rand
	ways []way
}

// A way to send a message.
type way func(p *rawPeer, op cases.Op, plain []byte)

// As the peer would: with its window.
func asEver(p *rawPeer, op cases.Op, plain []byte) { p.sendPacked(op, p.compressor.Append(nil, plain)) }

// Without a reference to what came before, though that is allowed.
func afresh(p *rawPeer, op cases.Op, plain []byte) {
	p.compressor.Release()
	asEver(p, op, plain)
}

// In several blocks, the last of which is empty.
func inBlocks(p *rawPeer, op cases.Op, plain []byte) {
	b := p.compressor.Append(nil, plain[:len(plain)/3])
	b = append(b, wire.DeflateTail...)
	b = p.compressor.Append(b, plain[len(plain)/3:])
	b = append(b, wire.DeflateTail...)
	p.sendPacked(op, append(b, 0))
}

// In stored blocks, which the compressor does not know of.
func stored(p *rawPeer, op cases.Op, plain []byte) {
	p.compressor.Release()
	var b []byte
	for rest := plain; len(rest) > 0; {
		n := min(len(rest), 1<<16-1)
		b = append(b, 0, byte(n), byte(n>>8), ^byte(n), ^byte(n>>8))
		b, rest = append(b, rest[:n]...), rest[n:]
	}
	p.sendPacked(op, append(b, 0))
}

// As it is, which leaves the window alone.
func asItIs(p *rawPeer, op cases.Op, plain []byte) { p.send(cases.Opcode(op, string(plain))) }

// sends answers a message.
func (f *fickle) sends(p *rawPeer, _ int, op cases.Op, plain []byte) bool {
	f.ways[f.rng.IntN(len(f.ways))](p, op, plain)
	return true
}

func TestConformingPeersUnderstandAndAreUnderstood(t *testing.T) {
	if testing.Short() {
		t.Skip("with -short, which is for the race detector: the same conversation many times")
	}
	for _, test := range []struct {
		name string
		ways []way
	}{
		{"that compress alike", []way{asEver}},
		{"that now and then begin afresh", []way{asEver, asEver, afresh}},
		{"that split blocks", []way{asEver, inBlocks}},
		{"that store some messages", []way{asEver, stored}},
		{"that compress some messages", []way{asEver, asItIs}},
		{"that do all of that", []way{asEver, afresh, inBlocks, stored, asItIs}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for i, d := range append(slices.Clone(directions), directions[0]) {
				script, events := mixed(), mixedEvents
				if i < len(directions) {
					script, events = script[2:], events[2:]
				}
				c := cases.Case{ID: "x", Script: script, Accept: cases.Exactly(events...), Deflate: held(d, d)}
				newPeer := func() *rawPeer {
					f := fickle{rand.New(rand.NewPCG(1, 2)), test.ways}
					return &rawPeer{params: &cases.DeflateParams{}, message: f.sends}
				}
				inBothRoles(t, c, newPeer, func(t *testing.T, p fuzzer.Played) {
					graded(t, p, cases.OK, cases.OK)
					observed(t, p, events...)
					faulty(t, p)
				})
			}
		})
	}
}

// What a peer sends as it is does not become part of its window.
func TestWindowIsOfTheCompressedAnswersOnly(t *testing.T) {
	corpus := cases.Message{Payload: cases.Corpus("json", 1<<15)} // comes again after 6
	for name, compresses := range map[string]func(i int) bool{
		"all but one":   func(i int) bool { return i != 15 },
		"all, then one": func(i int) bool { return i < 15 || i == 24 },
		"every other":   func(i int) bool { return i%2 == 0 },
		"none at first": func(i int) bool { return i > 10 },
	} {
		for _, d := range directions {
			c := negotiated(echoes(24, corpus))
			c.Script = append(c.Script, corpus)
			c.Accept = cases.Exactly(cases.Echoed{Count: 24}, cases.GotText(window("json", 1<<15, 0)))
			c.Deflate = held(d, d)
			newPeer := func() *rawPeer {
				return &rawPeer{params: &cases.DeflateParams{}, message: func(p *rawPeer, i int, op cases.Op, plain []byte) bool {
					if compresses(i) {
						return false
					}
					asItIs(p, op, plain)
					return true
				}}
			}
			t.Run(fmt.Sprintf("%s/%+v", name, d), func(t *testing.T) {
				inBothRoles(t, c, newPeer, func(t *testing.T, p fuzzer.Played) {
					graded(t, p, cases.OK, cases.OK)
					faulty(t, p)
				})
			})
		}
	}
}

// Most of what this peer sends looks the same: a reference to the message before.
func TestOneWrongOctetIsFoundAmongMessagesThatLookAlike(t *testing.T) {
	wrong := func(p *rawPeer, op cases.Op, b []byte) { p.echo(op, flipped(b, 2)) }
	for _, test := range []struct {
		message cases.Message
		want    string
	}{
		{cases.Message{Payload: cases.Of("xyz")}, "xy{"},
		{cases.Message{Payload: cases.Repeat("xyz", 300)}, "xy{" + strings.Repeat("xyz", 99)},
	} {
		c := negotiated(echoes(2000, test.message))
		inBothRoles(t, c, answering(1500, wrong), func(t *testing.T, p fuzzer.Played) {
			graded(t, p, cases.Failed, cases.OK)
			observed(t, p, cases.GotText(test.want))
			if p.Observation.Echoes != 1499 {
				t.Errorf("echoes %d, want 1499", p.Observation.Echoes)
			}
		})
	}
}

// What of a peer's messages is known is not inflated again. Behind a compressed
// message that precedes the Echo nothing is, which must not make a difference.
func TestWhatIsRememberedMakesNoDifference(t *testing.T) {
	if testing.Short() {
		t.Skip("with -short, which is for the race detector: the same conversation many times")
	}
	messages := []cases.Message{
		{Payload: cases.Of("xyz")},
		{Payload: cases.Repeat("0123456789", 700)},
		{Payload: cases.Corpus("json", 1<<16)},
		{Payload: cases.Corpus("html", 1<<17)},
		{Payload: cases.Corpus("bitmap", 1<<17), Binary: true},
		{Payload: cases.Corpus("prose", 1<<15), Binary: true, Fragment: 5000},
	}
	ways := [][]way{{asEver}, {asEver, afresh}, {asEver, inBlocks, stored}, {asEver, asItIs}, {asEver, afresh, inBlocks, stored, asItIs}}
	rng := rand.New(rand.NewPCG(3, 4))
	pick := func(n int) int { return rng.IntN(n) }
	for range 25 {
		c := echoes(5+pick(20), messages[pick(len(messages))])
		c.Deflate = held(directions[pick(4)], directions[pick(4)])
		wrong, at, seed, how := pick(2*c.Script[0].(cases.Echo).Count), rng.Uint64(), rng.Uint64(), ways[pick(len(ways))]
		c.Script = append(c.Script, cases.Message{Payload: cases.Of("hello, hello")})
		c.Accept = cases.Exactly(cases.GotText("never"))
		name := fmt.Sprintf("%s, message %d wrong, %+v", c.Script[0], wrong, *c.Deflate)

		peer := func(before int) func() *rawPeer {
			return func() *rawPeer {
				f := fickle{rand.New(rand.NewPCG(seed, 0)), how}
				return &rawPeer{params: &cases.DeflateParams{}, message: func(p *rawPeer, i int, op cases.Op, plain []byte) bool {
					if i -= before; i < 0 {
						return false
					}
					if i == wrong {
						plain = flipped(plain, int(at%uint64(len(plain))))
					}
					return f.sends(p, i, op, plain)
				}}
			}
		}
		behind := c
		behind.Script = append(cases.Script{cases.Message{Payload: cases.Of("first")}, cases.Wait{For: 1}}, c.Script...)
		play := testServer
		if pick(2) == 0 {
			play = testClient
			peer = offeringAll(peer)
		}
		got := play(t, peer(0), []cases.Case{c})[0].Observation
		want := play(t, peer(1), []cases.Case{behind})[0].Observation
		first := cases.Events{cases.GotText("first")}
		if len(want.Events) == 0 || !want.Events[:1].Equal(first) || !got.Events.Equal(want.Events[1:]) || got.Echoes != want.Echoes || !slices.Equal(got.Faults, want.Faults) {
			t.Errorf("%s:\ngot %d × and %s %q\nbehind a message %d × and %s %q",
				name, got.Echoes, got.Events, got.Faults, want.Echoes, want.Events, want.Faults)
		}
		count := c.Script[0].(cases.Echo).Count
		if got.Echoes != min(count, wrong) {
			t.Errorf("%s: echoes %d, faults %q", name, got.Echoes, got.Faults)
		}
	}
}

// offeringAll makes the peers clients that let us choose their window.
func offeringAll(peer func(int) func() *rawPeer) func(int) func() *rawPeer {
	return func(before int) func() *rawPeer {
		return func() *rawPeer {
			p := peer(before)()
			p.params = &cases.DeflateParams{ClientMaxWindowBits: cases.AnyWindow}
			return p
		}
	}
}
