package fuzzer_test

import (
	"bytes"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// inBothRoles plays c against such a peer as the server and as the client. Of
// permessage-deflate a client offers to let us choose its window.
func inBothRoles(t *testing.T, c cases.Case, newPeer func() *rawPeer, check func(t *testing.T, p fuzzer.Played)) {
	t.Helper()
	for _, role := range []struct {
		peer string
		play func(*testing.T, func() *rawPeer, []cases.Case) []fuzzer.Played
	}{{"server", testServer}, {"client", testClient}} {
		t.Run(role.peer, func(t *testing.T) {
			played := role.play(t, func() *rawPeer {
				p := newPeer()
				if p.params != nil && role.peer == "client" && p.params.ClientMaxWindowBits == 0 {
					params := *p.params
					params.ClientMaxWindowBits = cases.AnyWindow
					p.params = &params
				}
				return p
			}, []cases.Case{c})
			if len(played) != 1 {
				t.Fatalf("played %d cases, want 1", len(played))
			}
			check(t, played[0])
		})
	}
}

// graded checks both verdicts and shows what was observed if they are others.
func graded(t *testing.T, p fuzzer.Played, verdict, closing cases.Verdict) {
	t.Helper()
	if p.Result.Verdict != verdict || p.Result.CloseVerdict != closing {
		t.Errorf("%s / %s, want %s / %s\n%s\ngot %s; %s\nfaults %q", p.Result.Verdict, p.Result.CloseVerdict, verdict, closing,
			p.Result.Explain(p.Case, p.Observation), p.Observation.Events, p.Observation.Closing, p.Observation.Faults)
	}
}

// observed checks the events.
func observed(t *testing.T, p fuzzer.Played, want ...cases.Event) {
	t.Helper()
	if got := p.Observation.Events; !got.Equal(want) {
		t.Errorf("observed %s, want %s", got, cases.Events(want))
	}
}

// faulty checks that of the faults there is one for each of these words, and no other.
func faulty(t *testing.T, p fuzzer.Played, words ...string) {
	t.Helper()
	faults := p.Observation.Faults
	if len(faults) != len(words) {
		t.Errorf("faults %q, want %d: %q", faults, len(words), words)
		return
	}
	for i, word := range words {
		if !strings.Contains(faults[i], word) {
			t.Errorf("fault %q says nothing of %q", faults[i], word)
		}
	}
}

// closedWith checks the code of our close frame.
func closedWith(t *testing.T, p fuzzer.Played, want uint16) {
	t.Helper()
	if got := p.Observation.Closing.LocalCode; got == nil || *got != want {
		t.Errorf("closing %s, want a close frame of ours with %d", p.Observation.Closing, want)
	}
}

// plainAndCompressed is c by its name without and with permessage-deflate, which the
// parameters of a peer are for.
func plainAndCompressed(c cases.Case) map[string]cases.Case {
	packed := c
	packed.Deflate = held(wire.Direction{}, wire.Direction{})
	return map[string]cases.Case{"plain": c, "compressed": packed}
}

// held is the negotiation in which both sides are held to that.
func held(send, receive wire.Direction) *cases.Deflate {
	return &cases.Deflate{
		Offer: []cases.DeflateParams{{
			ClientNoContextTakeover: send.NoTakeover, ClientMaxWindowBits: send.Bits,
			ServerNoContextTakeover: receive.NoTakeover, ServerMaxWindowBits: receive.Bits,
		}},
		Accept: []cases.DeflateParams{{
			ServerNoContextTakeover: send.NoTakeover, ServerMaxWindowBits: send.Bits,
			ClientNoContextTakeover: receive.NoTakeover, ClientMaxWindowBits: receive.Bits,
		}},
	}
}

// echoes is a case in which count messages m come back.
func echoes(count int, m cases.Message) cases.Case {
	return cases.Case{
		ID:     "x",
		Script: cases.Script{cases.Echo{Count: count, Message: m}},
		Accept: cases.Exactly(cases.Echoed{Count: count}),
		Limit:  cases.CloseAfter(60 * cases.Second),
		Report: cases.Report{Quiet: true},
	}
}

// answering is a peer that takes up permessage-deflate and answers message number,
// from 1, with what instead does, and every other as it should.
func answering(number int, instead func(p *rawPeer, op cases.Op, plain []byte)) func() *rawPeer {
	return func() *rawPeer {
		return &rawPeer{params: &cases.DeflateParams{}, message: func(p *rawPeer, i int, op cases.Op, plain []byte) bool {
			if i != number-1 {
				return false
			}
			instead(p, op, plain)
			return true
		}}
	}
}

// flipped is b with the octet at i made another one; in ASCII it stays that.
func flipped(b []byte, i int) []byte {
	b = bytes.Clone(b)
	b[i] ^= 1
	return b
}

func TestEchoThatIsNotWhatWasSentFailsTheCaseAtOnce(t *testing.T) {
	stars := strings.Repeat("*", 64)
	c := echoes(1000, cases.Message{Payload: cases.Repeat("*", 64)})
	for _, test := range []struct {
		name    string
		instead func(p *rawPeer, op cases.Op, plain []byte)
		want    cases.Event
	}{
		{
			"one octet is another", func(p *rawPeer, op cases.Op, b []byte) { p.echo(op, flipped(b, 40)) },
			cases.GotText(stars[:40] + "+" + stars[41:]),
		},
		{
			"the first octet is another", func(p *rawPeer, op cases.Op, b []byte) { p.echo(op, flipped(b, 0)) },
			cases.GotText("+" + stars[1:]),
		},
		{
			"it is binary", func(p *rawPeer, op cases.Op, b []byte) { p.echo(cases.OpBinary, b) },
			cases.GotBinary(stars),
		},
		{
			"it lacks an octet", func(p *rawPeer, op cases.Op, b []byte) { p.echo(op, b[1:]) },
			cases.GotText(stars[1:]),
		},
		{
			"it has an octet more", func(p *rawPeer, op cases.Op, b []byte) { p.echo(op, append(b, '*')) },
			cases.GotText(stars + "*"),
		},
		{
			"it is empty", func(p *rawPeer, op cases.Op, b []byte) { p.echo(op, nil) },
			cases.GotText(""),
		},
	} {
		for how, c := range plainAndCompressed(c) {
			t.Run(test.name+"/"+how, func(t *testing.T) {
				inBothRoles(t, c, answering(300, test.instead), func(t *testing.T, p fuzzer.Played) {
					graded(t, p, cases.Failed, cases.OK)
					observed(t, p, test.want)
					faulty(t, p)
					closedWith(t, p, 1000)
					o := p.Observation
					if o.Echoes != 299 || o.Duration != 0 || !o.Closing.ClosedByMe || o.Traffic != nil {
						t.Errorf("echoes %d, took %s, closing %s, traffic %+v", o.Echoes, o.Duration, o.Closing, o.Traffic)
					}
					says := "The peer did not send back what it was sent: message 300 of 1000 came back as " + test.want.String() + "."
					if p.Result.Says != says {
						t.Errorf("says %q, want %q", p.Result.Says, says)
					}
					if want, got := "echoed ×299, then "+test.want.String()+"; ", p.Result.Explain(p.Case, o); !strings.Contains(got, want) {
						t.Errorf("nothing says %q in\n%s", want, got)
					}
					recordingIsBackOn(t, o)
				})
			})
		}
	}
}

// recordingIsBackOn checks that octets and frames of an Echo have no rows, and the
// close frames do.
func recordingIsBackOn(t *testing.T, o cases.Observation) {
	t.Helper()
	var kinds []string
	for _, row := range o.Wirelog {
		switch kind := string(row.Kind); row.Kind {
		case cases.LogSwitch:
			kinds = append(kinds, map[bool]string{true: "on", false: "off"}[row.On])
		case cases.TxFrame, cases.RxFrame:
			kinds = append(kinds, kind+" "+row.Opcode.String())
		case cases.CloseSet, cases.CloseFired:
			kinds = append(kinds, kind)
		}
	}
	if diff := cmp.Diff([]string{"off", "TI", "on", "TF close", "RF close"}, kinds); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// What was as it should be up to an octet is UTF-8 so far, and is known to be.
func TestEchoThatIsNoTextFailsTheConnectionWith1007(t *testing.T) {
	c := echoes(10, cases.Message{Payload: cases.Repeat("\xc3\xa9", 64)}) // é
	for _, test := range []struct {
		name    string
		instead func(p *rawPeer, op cases.Op, plain []byte)
		fault   string
	}{
		{"inside", func(p *rawPeer, op cases.Op, b []byte) { b = bytes.Clone(b); b[41] = 'x'; p.echo(op, b) }, "from octet 41 on"},
		{"it ends in a character", func(p *rawPeer, op cases.Op, b []byte) { p.echo(op, b[:63]) }, "from octet 63 on"},
		{"one octet more", func(p *rawPeer, op cases.Op, b []byte) { p.echo(op, append(b, 0xc3)) }, "from octet 65 on"},
	} {
		for how, c := range plainAndCompressed(c) {
			t.Run(test.name+"/"+how, func(t *testing.T) {
				inBothRoles(t, c, answering(3, test.instead), func(t *testing.T, p fuzzer.Played) {
					graded(t, p, cases.Failed, cases.WrongCodeSent) // it sends our 1007 back
					observed(t, p)
					faulty(t, p, test.fault)
					closedWith(t, p, 1007)
					if p.Observation.Echoes != 2 || p.Observation.Duration != 0 {
						t.Errorf("echoes %d, took %s", p.Observation.Echoes, p.Observation.Duration)
					}
				})
			})
		}
	}
}

func TestLongMessageWithOtherContentPassesAndTheReportSaysSo(t *testing.T) {
	other := func(p *rawPeer, op cases.Op, b []byte) { p.echo(op, flipped(b, 60_000)) }
	for _, id := range []cases.ID{"9.1.1", "9.2.1", "9.3.5", "9.5.6"} {
		t.Run(string(id), func(t *testing.T) {
			inBothRoles(t, find(t, id)[0], answering(1, other), func(t *testing.T, p fuzzer.Played) {
				graded(t, p, cases.OK, cases.OK)
				if want := "what is in it is not what was sent"; !strings.Contains(p.Result.Says, want) {
					t.Errorf("says %q and not that %s", p.Result.Says, want)
				}
				if p.Observation.Traffic != nil || p.Observation.Echoes != 0 {
					t.Errorf("echoes %d, traffic %+v", p.Observation.Echoes, p.Observation.Traffic)
				}
			})
		})
	}
	short := func(p *rawPeer, op cases.Op, b []byte) { p.echo(op, b[1:]) }
	inBothRoles(t, find(t, "9.1.1")[0], answering(1, short), func(t *testing.T, p fuzzer.Played) {
		graded(t, p, cases.Failed, cases.OK)
	})
}

// Copies of one message cannot be told from its next comings, but then some are left.
func TestSecondEchoOfAMessageFailsTheCase(t *testing.T) {
	twice := func(p *rawPeer, op cases.Op, b []byte) { p.echo(op, b); p.echo(op, b) }
	for _, test := range []struct {
		name         string
		message      cases.Message
		count, twice int
		echoes       int
		want         []cases.Event
	}{
		{"of the only one", cases.Message{Payload: cases.Of("x")}, 1, 1, 1, []cases.Event{cases.Echoed{Count: 1}, cases.GotText("x")}},
		{"of one of many", cases.Message{Payload: cases.Of("x")}, 50, 20, 50, []cases.Event{cases.Echoed{Count: 50}, cases.GotText("x")}},
		{"of one unlike the next", cases.Message{Payload: cases.Corpus("json", 4)}, 50, 20, 20, []cases.Event{cases.GotText(window("json", 4, 19)), cases.GotText(window("json", 4, 20))}},
	} {
		for how, c := range plainAndCompressed(echoes(test.count, test.message)) {
			t.Run(test.name+"/"+how, func(t *testing.T) {
				inBothRoles(t, c, answering(test.twice, twice), func(t *testing.T, p fuzzer.Played) {
					graded(t, p, cases.Failed, cases.OK)
					observed(t, p, test.want...)
					if p.Observation.Echoes != test.echoes {
						t.Errorf("echoes %d, want %d", p.Observation.Echoes, test.echoes)
					}
				})
			})
		}
	}
}

// window is message i of an Echo of a corpus that is ASCII, before its first end.
func window(corpus string, n, i int) string {
	b := cases.Corpus(corpus, 0).Octets()
	return string(b[i*n : (i+1)*n])
}

func TestControlFramesOfThePeerDoNotDisturbAnEcho(t *testing.T) {
	c := echoes(20, cases.Message{Payload: cases.Repeat("*", 100), Fragment: 30})
	for how, c := range plainAndCompressed(c) {
		t.Run(how, func(t *testing.T) {
			var pongs int
			newPeer := func() *rawPeer {
				pongs = 0
				return &rawPeer{
					params: &cases.DeflateParams{},
					frame: func(_ *rawPeer, h wire.Header, payload []byte) bool {
						if h.Opcode == cases.OpPong && string(payload) == "alive?" {
							pongs++
						}
						return false
					},
					message: func(p *rawPeer, i int, op cases.Op, plain []byte) bool {
						b, rsv := plain, byte(0)
						if p.packed {
							b, rsv = p.compressor.Append(nil, plain), 4
						}
						p.send(cases.Ping("alive?"))
						p.send(cases.Opcode(op, string(b[:1])).Reserved(rsv).More())
						p.send(cases.Pong("unsolicited"))
						p.send(cases.Ping("alive?"))
						p.send(cases.Continue(string(b[1:])))
						return true
					},
				}
			}
			inBothRoles(t, c, newPeer, func(t *testing.T, p fuzzer.Played) {
				graded(t, p, cases.OK, cases.OK)
				observed(t, p, cases.Echoed{Count: 20})
				if pongs != 40 {
					t.Errorf("%d pongs, want 40", pongs)
				}
			})
		})
	}
}

func TestFragmentsMayComeBackInOtherSizes(t *testing.T) {
	pieces := func(b []byte, rsv byte, op cases.Op, n int, send func(cases.Frame)) {
		for ; len(b) > n; b = b[n:] {
			send(cases.Opcode(op, string(b[:n])).Reserved(rsv).More())
			op, rsv = cases.OpContinuation, 0
			send(cases.Opcode(op, "").More())
		}
		send(cases.Opcode(op, string(b)).Reserved(rsv))
	}
	for _, n := range []int{1, 7, 65, 1000} {
		newPeer := func() *rawPeer {
			return &rawPeer{params: &cases.DeflateParams{}, message: func(p *rawPeer, i int, op cases.Op, plain []byte) bool {
				if p.packed {
					pieces(p.compressor.Append(nil, plain), 4, op, n, p.send)
				} else {
					pieces(plain, 0, op, n, p.send)
				}
				return true
			}}
		}
		for _, c := range plainAndCompressed(echoes(10, cases.Message{Payload: cases.Repeat("a\xc3\xa9", 301), Fragment: 64})) {
			inBothRoles(t, c, newPeer, func(t *testing.T, p fuzzer.Played) {
				graded(t, p, cases.OK, cases.OK)
				observed(t, p, cases.Echoed{Count: 10})
			})
		}
	}
}

func TestPeerThatLeavesInTheMiddleOfAnEchoFailsTheCase(t *testing.T) {
	for _, test := range []struct {
		name    string
		instead func(p *rawPeer, op cases.Op, plain []byte)
		ending  string
	}{
		{"it drops TCP", func(p *rawPeer, _ cases.Op, _ []byte) { p.nc.Close() }, cases.ReasonPeerDropped},
		{"it finds the message too big", func(p *rawPeer, _ cases.Op, _ []byte) {
			p.close(1009)
			if !p.client {
				p.nc.Close()
			}
		}, "close 1009"},
		{"it drops TCP in a frame", func(p *rawPeer, op cases.Op, b []byte) {
			h := wire.FrameHeader(cases.Opcode(op, "longer"), p.client, [4]byte{})
			p.nc.Write(wire.AppendFrame(nil, h, b, false))
			p.nc.Close()
		}, cases.ReasonPeerDropped},
	} {
		for how, c := range plainAndCompressed(echoes(50, cases.Message{Payload: cases.Of("x")})) {
			t.Run(test.name+"/"+how, func(t *testing.T) {
				inBothRoles(t, c, answering(30, test.instead), func(t *testing.T, p fuzzer.Played) {
					graded(t, p, cases.Failed, cases.Failed)
					o := p.Observation
					if o.Echoes != 29 || len(o.Events) > 0 || o.Traffic != nil {
						t.Errorf("echoes %d, observed %s, traffic %+v", o.Echoes, o.Events, o.Traffic)
					}
					if got := o.Closing.String(); !strings.Contains(got, test.ending) {
						t.Errorf("closing %s, want %s", got, test.ending)
					}
				})
			})
		}
	}
}

func TestEchoThatDoesNotComeBackEndsWithTheWordsOfTheReference(t *testing.T) {
	for _, test := range []struct {
		id     cases.ID
		silent int // the first message that is not answered
		took   time.Duration
		says   string
	}{
		{"9.1.1", 1, 10 * time.Second, "Did not receive message within 10 seconds."},
		{"9.7.1", 1, 60 * time.Second, "Case did not finish within 60 seconds."},
		{"9.7.2", 500, 60 * time.Second, "Case did not finish within 60 seconds."},
		{"12.1.1", 500, 60 * time.Second, "Case did not finish within 60 seconds."},
	} {
		t.Run(string(test.id), func(t *testing.T) {
			silence := func(*rawPeer, cases.Op, []byte) {}
			inBothRoles(t, find(t, test.id)[0], answering(test.silent, silence), func(t *testing.T, p fuzzer.Played) {
				graded(t, p, cases.Failed, cases.OK)
				o := p.Observation
				if p.Result.Says != test.says || time.Duration(o.Duration) != test.took || o.Echoes != test.silent-1 || o.Traffic != nil {
					t.Errorf("says %q, took %s, echoes %d, traffic %+v", p.Result.Says, o.Duration, o.Echoes, o.Traffic)
				}
				if o.Closing.FailedByMe || !o.Closing.ClosedByMe || o.Closing.LocalCode != nil {
					t.Errorf("closing %s, want a close frame without a code", o.Closing)
				}
				fired := func(r cases.Row) bool { return r.Kind == cases.CloseFired }
				if i := rowAt(o.Wirelog, fired); i < 0 {
					t.Errorf("no row says that the limit was reached")
				}
			})
		})
	}
}

// rowAt is the first row that is such a one, or -1.
func rowAt(rows []cases.Row, such func(cases.Row) bool) int {
	for i, row := range rows {
		if such(row) {
			return i
		}
	}
	return -1
}

// A peer counts what goes over the wire on its side while an Echo is played.
func TestTrafficIsWhatThePeerCounts(t *testing.T) {
	for _, test := range []struct {
		name    string
		count   int
		message cases.Message
	}{
		{"empty messages", 3, cases.Message{}},
		{"short messages", 100, cases.Message{Payload: cases.Of("\xce\xba")}},
		{"fragments, the last of which is empty", 10, cases.Message{Binary: true, Payload: cases.Repeat("\x00\xfe", 4096), Fragment: 512}},
		{"a long message", 1, cases.Message{Payload: cases.Repeat("BAsd7&jh23", 1<<20)}},
		{"a corpus of unequal windows", 20, cases.Message{Payload: cases.Corpus("html", 1000), Fragment: 100}},
	} {
		for how, c := range plainAndCompressed(echoes(test.count, test.message)) {
			t.Run(test.name+"/"+how, func(t *testing.T) {
				var want cases.Traffic
				var closed bool
				newPeer := func() *rawPeer {
					want, closed = cases.Traffic{}, false
					return &rawPeer{
						params: &cases.DeflateParams{},
						before: func(p *rawPeer) {
							p.nc = &countedConn{p.nc, func(n int) {
								if !closed {
									want.Incoming.Wire += n
								}
							}}
						},
						frame: func(p *rawPeer, h wire.Header, payload []byte) bool {
							if closed = h.Opcode == cases.OpClose; !closed {
								want.Outgoing.Frames++
								want.Outgoing.WebSocket += len(payload)
								want.Outgoing.Wire += len(h.Append(nil)) + len(payload)
							}
							return false
						},
						message: func(p *rawPeer, i int, op cases.Op, plain []byte) bool {
							for _, flow := range []*cases.Flow{&want.Outgoing, &want.Incoming} {
								flow.App += len(plain)
								flow.Messages++
							}
							b, rsv := plain, byte(0)
							if p.packed {
								b, rsv = p.compressor.Append(nil, plain), 4
							}
							p.send(cases.Opcode(op, string(b[:len(b)/2])).Reserved(rsv).More())
							p.send(cases.Continue(string(b[len(b)/2:])))
							want.Incoming.Frames += 2
							want.Incoming.WebSocket += len(b)
							return true
						},
					}
				}
				inBothRoles(t, c, newPeer, func(t *testing.T, p fuzzer.Played) {
					graded(t, p, cases.OK, cases.OK)
					o := p.Observation
					want.Outgoing.Opening, want.Incoming.Opening = len(o.Request), len(o.Response)
					if o.Server {
						want.Outgoing.Opening, want.Incoming.Opening = len(o.Response), len(o.Request)
					}
					if diff := cmp.Diff(&want, o.Traffic); diff != "" {
						t.Errorf("traffic (-want +got):\n%s", diff)
					}
				})
			})
		}
	}
}

// A countedConn tells how many octets are written to it.
type countedConn struct {
	net.Conn
	wrote func(n int)
}

func (c *countedConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.wrote(n)
	return n, err
}

func TestWhatFollowsAWrongEchoIsNotPlayed(t *testing.T) {
	wrong := func(p *rawPeer, op cases.Op, b []byte) { p.echo(op, flipped(b, 0)) }
	for _, ending := range []cases.Ending{{}, {Peer: true, MayDrop: true}, {NoAutoClose: true}} {
		c := echoes(5, cases.Message{Payload: cases.Of("x")})
		c.Script = append(c.Script, cases.Text("never"), cases.Wait{For: cases.Second, Mark: "A"}, cases.Echo{Count: 2}, cases.Ping("never"))
		c.Ending = ending
		for how, c := range plainAndCompressed(c) {
			t.Run(ending.String()+"/"+how, func(t *testing.T) {
				inBothRoles(t, c, answering(3, wrong), func(t *testing.T, p fuzzer.Played) {
					observed(t, p, cases.GotText("y"))
					took := time.Duration(0)
					if ending.Peer || ending.NoAutoClose {
						took = 60 * time.Second
					}
					o := p.Observation
					if time.Duration(o.Duration) != took || o.Echoes != 2 || o.Sent.Frames[int(cases.OpText)] != 3 || o.Sent.Frames[int(cases.OpPing)] != 0 {
						t.Errorf("took %s, echoes %d, sent %v", o.Duration, o.Echoes, o.Sent.Frames)
					}
				})
			})
		}
	}
}
