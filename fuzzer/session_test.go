package fuzzer_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// one plays c against a raw server with these options.
func one(t *testing.T, c cases.Case, options fuzzer.Options, peer rawPeer) cases.Observation {
	t.Helper()
	var o cases.Observation
	synctest.Test(t, func(t *testing.T) {
		client := fuzzer.Client{
			Config: fuzzer.Config{
				Options: &options,
				Dialler: pipeDialler(func(nc net.Conn) { peer.serve(nc) }),
			},
			URL: "ws://peer",
		}
		err := client.Run(t.Context(), []cases.Case{c}, func(p fuzzer.Played) error {
			o = p.Observation
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Hour)
	})
	return o
}

func deaf(*rawPeer, wire.Header, []byte) bool { return true }

func waitLong(*rawPeer) { time.Sleep(time.Hour) }

func code(c uint16) *uint16 { return &c }

func TestClosingStateMachine(t *testing.T) {
	hello := cases.Case{ID: "x", Script: cases.Script{cases.Text("hello")}, Accept: cases.Exactly(cases.GotText("hello"))}
	silent := cases.Case{ID: "x", Accept: []cases.Outcome{{Verdict: cases.OK, Events: cases.Events{cases.GotText("never")}}}}
	closeFirst := rawPeer{before: func(p *rawPeer) { p.send(cases.Opcode(cases.OpClose, "\x0b\xb8bye")) }, frame: deaf}
	defaults := fuzzer.DefaultOptions()
	with := func(change func(*fuzzer.Options)) fuzzer.Options {
		o := fuzzer.DefaultOptions()
		change(&o)
		return o
	}
	for _, test := range []struct {
		name     string
		c        cases.Case
		options  fuzzer.Options
		peer     rawPeer
		want     cases.Closing
		duration time.Duration
	}{
		{
			name: "we close when the accepted events are in", c: hello, options: defaults,
			want: cases.Closing{ClosedByMe: true, WasClean: true, LocalCode: code(1000), RemoteCode: code(1000)},
		},
		{
			name: "the limit fails the connection with 1001", c: silent, options: defaults,
			want: cases.Closing{
				ClosedByMe: true, FailedByMe: true, WasClean: true,
				LocalCode: code(1001), LocalReason: cases.Of("Going Away"), RemoteCode: code(1001),
			},
			duration: time.Second,
		},
		{
			name: "the limit of a close-after case closes without a code",
			c:    func() cases.Case { c := silent; c.Limit = cases.CloseAfter(3 * cases.Second); return c }(), options: defaults,
			want:     cases.Closing{ClosedByMe: true, WasClean: true},
			duration: 3 * time.Second,
		},
		{
			name: "a peer that does not answer our close frame is dropped", c: hello, options: defaults,
			peer: rawPeer{frame: func(_ *rawPeer, h wire.Header, _ []byte) bool { return h.Opcode == cases.OpClose }},
			want: cases.Closing{
				ClosedByMe: true, DroppedByMe: true, ClosingTimeout: true,
				NotCleanReason: cases.ReasonNoReply, LocalCode: code(1000),
			},
			duration: time.Second,
		},
		{
			name: "closeHandshakeTimeout is how long we wait for it", c: hello,
			options: with(func(o *fuzzer.Options) { o.CloseHandshakeTimeout = 4 * time.Second }),
			peer:    rawPeer{frame: func(_ *rawPeer, h wire.Header, _ []byte) bool { return h.Opcode == cases.OpClose }},
			want: cases.Closing{
				ClosedByMe: true, DroppedByMe: true, ClosingTimeout: true,
				NotCleanReason: cases.ReasonNoReply, LocalCode: code(1000),
			},
			duration: 4 * time.Second,
		},
		{
			name: "even without a timeout we do not wait for ever", c: hello,
			options: with(func(o *fuzzer.Options) { o.CloseHandshakeTimeout = 0 }),
			peer:    rawPeer{frame: func(_ *rawPeer, h wire.Header, _ []byte) bool { return h.Opcode == cases.OpClose }},
			want: cases.Closing{
				ClosedByMe: true, DroppedByMe: true, ClosingTimeout: true,
				NotCleanReason: cases.ReasonNoReply, LocalCode: code(1000),
			},
			duration: 10 * time.Minute,
		},
		{
			name: "a server that does not drop TCP is dropped", c: hello,
			options: with(func(o *fuzzer.Options) { o.ServerConnectionDropTimeout = 2 * time.Second }),
			peer:    rawPeer{ended: waitLong},
			want: cases.Closing{
				ClosedByMe: true, DroppedByMe: true, ServerDropTimeout: true,
				NotCleanReason: cases.ReasonNoServerDrop, LocalCode: code(1000), RemoteCode: code(1000),
			},
			duration: 2 * time.Second,
		},
		{
			name: "a server that does not finish the opening handshake is dropped", c: hello,
			options: with(func(o *fuzzer.Options) { o.OpenHandshakeTimeout = 7 * time.Second }),
			peer:    rawPeer{head: func([]byte) []byte { time.Sleep(time.Hour); return nil }},
			want: cases.Closing{
				DroppedByMe: true, OpeningTimeout: true, NotCleanReason: cases.ReasonNoOpening,
			},
			duration: 7 * time.Second,
		},
		{
			name: "the peer's close frame is answered with 1000", c: silent, options: defaults, peer: closeFirst,
			want: cases.Closing{
				DroppedByMe: true, ServerDropTimeout: true, NotCleanReason: cases.ReasonNoServerDrop,
				LocalCode: code(1000), RemoteCode: code(3000), RemoteReason: cases.Of("bye"),
			},
			duration: time.Second,
		},
		{
			name: "echoCloseCodeReason answers with the same code and reason", c: silent,
			options: with(func(o *fuzzer.Options) { o.EchoCloseCodeReason = true }), peer: closeFirst,
			want: cases.Closing{
				DroppedByMe: true, ServerDropTimeout: true, NotCleanReason: cases.ReasonNoServerDrop,
				LocalCode: code(3000), LocalReason: cases.Of("bye"), RemoteCode: code(3000), RemoteReason: cases.Of("bye"),
			},
			duration: time.Second,
		},
		{
			name: "failByDrop fails a connection without a close frame", c: silent,
			options: with(func(o *fuzzer.Options) { o.FailByDrop = true }),
			want: cases.Closing{
				FailedByMe: true, DroppedByMe: true,
				NotCleanReason: "the fuzzer failed the connection by dropping TCP",
			},
			duration: time.Second,
		},
		{
			name: "failByDrop answers a wrong close frame by dropping TCP", c: silent,
			options: with(func(o *fuzzer.Options) { o.FailByDrop = true }),
			peer:    rawPeer{before: func(p *rawPeer) { p.send(cases.Opcode(cases.OpClose, "\x03\xed")) }, frame: deaf},
			want: cases.Closing{
				FailedByMe: true, DroppedByMe: true, RemoteCode: code(1005),
				NotCleanReason: "the fuzzer failed the connection by dropping TCP",
			},
		},
		{
			name: "a close frame with a code that is not allowed is failed with 1002", c: silent, options: defaults,
			peer: rawPeer{before: func(p *rawPeer) { p.send(cases.Opcode(cases.OpClose, "\x03\xed")); p.nc.Close() }},
			want: cases.Closing{
				ClosedByMe: true, FailedByMe: true, WasClean: true, LocalCode: code(1002),
				LocalReason: cases.Of("close code 1005 is not allowed on the wire"), RemoteCode: code(1005),
			},
		},
		{
			name: "a close reason is cut to what a control frame holds", c: silent, options: defaults,
			peer: rawPeer{before: func(p *rawPeer) {
				f := cases.Opcode(0xB, strings.Repeat("x", 200)).More().Reserved(7)
				f.Length.Bits = 64
				p.send(f)
			}},
			want: cases.Closing{
				ClosedByMe: true, FailedByMe: true, WasClean: true, LocalCode: code(1002), RemoteCode: code(1002),
				LocalReason: cases.Of("reserved bits set (RSV 7) without a meaning; reserved opcode 0xb; fragmented 0xb frame; 0xb frame of 200 octets; length 200"),
			},
		},
		{
			name: "a protocol violation is failed with 1002", c: silent, options: defaults,
			peer: rawPeer{before: func(p *rawPeer) { p.send(cases.Opcode(0xB, "")) }},
			want: cases.Closing{
				ClosedByMe: true, FailedByMe: true, WasClean: true, LocalCode: code(1002),
				LocalReason: cases.Of("reserved opcode 0xb"), RemoteCode: code(1002),
			},
		},
		{
			name: "invalid text is failed with 1007", c: silent, options: defaults,
			peer: rawPeer{before: func(p *rawPeer) { p.send(cases.Text("ok\xff")) }},
			want: cases.Closing{
				ClosedByMe: true, FailedByMe: true, WasClean: true, LocalCode: code(1007),
				LocalReason: cases.Of("text message is not UTF-8 from octet 2 on"), RemoteCode: code(1007),
			},
		},
		{
			name: "invalid frames are skipped while closing", c: hello, options: defaults,
			peer: rawPeer{frame: func(p *rawPeer, h wire.Header, _ []byte) bool {
				if h.Opcode == cases.OpClose {
					p.send(cases.Opcode(0xB, ""))
					p.send(cases.Text("late").Reserved(7))
				}
				return false
			}},
			want: cases.Closing{ClosedByMe: true, WasClean: true, LocalCode: code(1000), RemoteCode: code(1000)},
		},
		{
			name: "a peer that drops TCP without a close frame is not clean", c: silent, options: defaults,
			peer: rawPeer{before: func(p *rawPeer) { p.nc.Close() }},
			want: cases.Closing{NotCleanReason: cases.ReasonPeerDropped},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := one(t, test.c, test.options, test.peer)
			if diff := cmp.Diff(test.want, o.Closing); diff != "" {
				t.Errorf("closing (-want +got):\n%s", diff)
			}
			if got := time.Duration(o.Duration); got != test.duration {
				t.Errorf("took %s, want %s", got, test.duration)
			}
		})
	}
}

func TestStepsOtherThanFrames(t *testing.T) {
	for _, test := range []struct {
		name   string
		script cases.Script
		peer   rawPeer
		want   cases.Events
	}{
		{
			name:   "an Echo counts what comes back",
			script: cases.Script{cases.Echo{Count: 3, Message: cases.Message{Payload: cases.Of("x")}}},
			want:   cases.Events{cases.Echoed{Count: 3}},
		},
		{
			name: "a step behind an Echo waits for it",
			script: cases.Script{
				cases.Echo{Count: 2, Message: cases.Message{Binary: true, Payload: cases.Repeat("ab", 100), Fragment: 7}},
				cases.Ping("done"),
			},
			want: cases.Events{cases.Echoed{Count: 2}, cases.GotPong("done")},
		},
		{
			name:   "what is no echo ends an Echo",
			script: cases.Script{cases.Echo{Count: 2, Message: cases.Message{Payload: cases.Of("x")}}},
			peer: rawPeer{frame: func(p *rawPeer, h wire.Header, _ []byte) bool {
				if h.Opcode == cases.OpText {
					p.send(cases.Text("y"))
				}
				return h.Opcode == cases.OpText
			}},
			want: cases.Events{cases.GotText("y")},
		},
		{
			name:   "Raw octets are sent as they are",
			script: cases.Script{cases.Raw{Octets: cases.Payload{Hex: "89 80 00 00 00 00"}}},
			want:   cases.Events{cases.GotPong("")},
		},
		{
			name:   "a Split frame is one frame",
			script: cases.Script{cases.Split{Frame: cases.Text("onetwo"), Pauses: []cases.Pause{{At: 3, Wait: cases.Wait{For: cases.Second, Mark: "A"}}}}},
			want:   cases.Events{cases.Mark{Name: "A"}, cases.GotText("onetwo")},
		},
		{
			name:   "a Drop ends the case",
			script: cases.Script{cases.Drop{}, cases.Ping("never")},
		},
		{
			name:   "a Wait ends the script if the connection has ended",
			script: cases.Script{cases.Text("x").Reserved(1), cases.Wait{For: cases.Second, Mark: "A"}, cases.Ping("never")},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := cases.Case{ID: "x", Script: test.script, Accept: cases.Exactly(test.want...)}
			o := one(t, c, fuzzer.DefaultOptions(), test.peer)
			if diff := cmp.Diff(test.want, o.Events); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEchoThatDoesNotComeBackEndsAtTheLimitWhateverFollows(t *testing.T) {
	c := cases.Case{ID: "x", Limit: cases.FailAfter(3 * cases.Second), Script: cases.Script{
		cases.Echo{Count: 1, Message: cases.Message{Payload: cases.Of("x")}}, cases.Ping("never"),
	}}
	o := one(t, c, fuzzer.DefaultOptions(), rawPeer{frame: deaf})
	if got := time.Duration(o.Duration); got != 4*time.Second || !o.Closing.FailedByMe {
		t.Errorf("took %s, closing %s", got, o.Closing)
	}
}

func TestPingsOfThePeerAreAnsweredAndObserved(t *testing.T) {
	var pong string
	peer := rawPeer{
		before: func(p *rawPeer) { p.send(cases.Ping("alive?")) },
		frame: func(p *rawPeer, h wire.Header, b []byte) bool {
			if h.Opcode == cases.OpPong {
				pong = string(b)
			}
			return false
		},
	}
	c := cases.Case{ID: "x", Accept: cases.Exactly(cases.Got{Opcode: cases.OpPing, Payload: cases.Of("alive?")})}
	o := one(t, c, fuzzer.DefaultOptions(), peer)
	if pong != "alive?" || !o.Closing.WasClean {
		t.Errorf("pong %q, closing %+v", pong, o.Closing)
	}
}

func TestMessagesOverALimitAreFailedWith1009(t *testing.T) {
	big := rawPeer{before: func(p *rawPeer) { p.send(cases.Binary(strings.Repeat("x", 100))) }}
	for name, change := range map[string]func(*fuzzer.Options){
		"frame":   func(o *fuzzer.Options) { o.MaxFramePayloadSize = 99 },
		"message": func(o *fuzzer.Options) { o.MaxMessagePayloadSize = 99 },
	} {
		options := fuzzer.DefaultOptions()
		change(&options)
		c := cases.Case{ID: "x", Accept: cases.Exactly(cases.GotText("never"))}
		o := one(t, c, options, big)
		if o.Closing.LocalCode == nil || *o.Closing.LocalCode != 1009 || len(o.Events) > 0 {
			t.Errorf("%s: closing %+v, events %s", name, o.Closing, o.Events)
		}
	}
}

// While we are closing, an invalid frame is skipped: neither does it end the
// message it comes in the middle of, nor does it make a bad one good.
func TestSkippedFramesLeaveTheMessageAlone(t *testing.T) {
	limited := fuzzer.DefaultOptions()
	limited.MaxFramePayloadSize = 10
	for _, test := range []struct {
		name    string
		options fuzzer.Options
		frames  []cases.Frame
		want    cases.Events
	}{
		{
			"frames that are no part of it", fuzzer.DefaultOptions(),
			[]cases.Frame{cases.Text("a").More(), cases.Text("x").Reserved(7), cases.Opcode(5, "x"), cases.Continue("b")},
			cases.Events{cases.GotText("ab")},
		},
		{
			"an invalid text and a ping that is too long", limited,
			[]cases.Frame{cases.Text("\xff").More(), cases.Ping("a long payload"), cases.Continue("b")},
			nil,
		},
		{
			"a fragment that is too long", limited,
			[]cases.Frame{cases.Text("a long payload").More(), cases.Continue("b"), cases.Text("c")},
			cases.Events{cases.GotText("c")},
		},
	} {
		peer := rawPeer{before: func(p *rawPeer) {
			for _, f := range test.frames {
				p.send(f)
			}
		}}
		c := cases.Case{ID: "x", Accept: cases.Exactly(cases.GotText("never"))}
		o := one(t, c, test.options, peer)
		if diff := cmp.Diff(test.want, o.Events); diff != "" || !o.Closing.FailedByMe {
			t.Errorf("%s: failed by us %t, events (-want +got):\n%s", test.name, o.Closing.FailedByMe, diff)
		}
	}
}

func TestOneSeedReproducesEveryOctet(t *testing.T) {
	octets := func(seed uint64) map[cases.ID][]string { // cases end in any order
		rows := make(map[cases.ID][]string)
		synctest.Test(t, func(t *testing.T) {
			client := fuzzer.Client{
				Config: fuzzer.Config{Seed: seed, Dialler: pipeDialler(func(nc net.Conn) { (&rawPeer{}).serve(nc) })},
				URL:    "ws://peer",
			}
			client.Run(t.Context(), find(t, "1.1.2", "2.10", "5.19", "6.4.3"), func(p fuzzer.Played) error {
				rows[p.Case.ID] = append(rows[p.Case.ID], p.Observation.Request)
				for _, row := range p.Observation.Wirelog {
					if row.Kind == cases.TxOctets {
						rows[p.Case.ID] = append(rows[p.Case.ID], string(row.Head))
					}
				}
				return nil
			})
		})
		return rows
	}
	if diff := cmp.Diff(octets(7), octets(7)); diff != "" {
		t.Errorf("the same seed sends other octets:\n%s", diff)
	}
	if cmp.Equal(octets(7), octets(8)) {
		t.Error("two seeds send the same octets")
	}
}

func TestCancelledRunEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		client := fuzzer.Client{
			Config: fuzzer.Config{Dialler: pipeDialler(func(nc net.Conn) { (&rawPeer{frame: deaf}).serve(nc) })},
			URL:    "ws://peer",
		}
		start := time.Now()
		err := client.Run(ctx, find(t, "1.1.1"), func(fuzzer.Played) error { return nil })
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 100*time.Millisecond {
			t.Errorf("ended after %s with %v", time.Since(start), err)
		}
	})
}

func TestServerThatVanishesFailsTheCasesThatFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dialled := 0
		dial := dialFunc(func() (net.Conn, error) {
			if dialled++; dialled == 2 {
				return nil, errors.New("connection refused")
			}
			ours, theirs := net.Pipe()
			go (&rawPeer{}).serve(theirs)
			return ours, nil
		})
		client := fuzzer.Client{Config: fuzzer.Config{Dialler: dial}, URL: "ws://peer", Parallel: 1}
		var verdicts []cases.Verdict
		err := client.Run(t.Context(), find(t, "1.1.1", "1.1.2", "1.1.3"), func(p fuzzer.Played) error {
			verdicts = append(verdicts, p.Result.Verdict)
			return nil
		})
		if diff := cmp.Diff([]cases.Verdict{cases.OK, cases.Failed, cases.OK}, verdicts); diff != "" || err != nil {
			t.Errorf("%v, verdicts (-want +got):\n%s", err, diff)
		}
	})
}

func TestUnreachableServerIsAnError(t *testing.T) {
	dial := dialFunc(func() (net.Conn, error) { return nil, errors.New("connection refused") })
	client := fuzzer.Client{Config: fuzzer.Config{Dialler: dial}, URL: "ws://peer:1/x"}
	err := client.Run(t.Context(), find(t, "1.1.1"), func(fuzzer.Played) error { return nil })
	if err == nil || err.Error() != "cannot reach ws://peer:1/x: connection refused" {
		t.Errorf("got %v", err)
	}
}

type dialFunc func() (net.Conn, error)

func (d dialFunc) DialContext(context.Context, string, string) (net.Conn, error) { return d() }
