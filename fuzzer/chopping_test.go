package fuzzer_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// A talk is what came of a conversation with a peer that says what it says whatever it
// is told.
type talk struct {
	played []fuzzer.Played
	heard  []byte // what the peer was told
}

// listen notes all that a peer is told, while say speaks.
func (k *talk) listen(nc net.Conn, say func()) {
	heard := make(chan []byte)
	go func() {
		b, _ := io.ReadAll(nc)
		heard <- b
	}()
	say()
	nc.Close()
	k.heard = <-heard
}

// withClient plays c, as the server, with a client that says so.
func withClient(t *testing.T, config fuzzer.Config, c cases.Case, say func(nc net.Conn)) (k talk) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		ln := newPipeListener()
		server := fuzzer.Server{Config: config, Cases: []cases.Case{c}, OnResult: func(p fuzzer.Played) error {
			k.played = append(k.played, p)
			return nil
		}}
		done := make(chan error)
		go func() { done <- server.Serve(ctx, ln) }()
		nc, err := ln.dial(ctx)
		if err != nil {
			t.Error(err)
		} else {
			k.listen(nc, func() { say(nc) })
		}
		synctest.Wait()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return k
}

// withServer plays c, as the client, with a server that says so behind its head.
func withServer(t *testing.T, config fuzzer.Config, c cases.Case, say func(nc net.Conn, head []byte)) (k talk) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		left := make(chan bool)
		config.Dialler = pipeDialler(func(nc net.Conn) {
			defer close(left)
			b, n, err := readHead(nc)
			if err != nil {
				t.Error(err)
				return
			}
			request, err := wire.ParseHead(b[:n])
			if err != nil {
				t.Error(err)
				return
			}
			answer := ""
			if c.Deflate != nil {
				answer = "permessage-deflate"
			}
			head := wire.Response(request, "x", answer, "").Append(nil)
			k.listen(nc, func() { say(nc, head) })
		})
		client := fuzzer.Client{Config: config, URL: "ws://peer", Agent: "x", Parallel: 1}
		err := client.Run(t.Context(), []cases.Case{c}, func(p fuzzer.Played) error {
			k.played = append(k.played, p)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		<-left
	})
	return k
}

// pieces is b in pieces whose lengths the octets of cuts give, over and over.
func pieces(b, cuts []byte) (list [][]byte) {
	for i := 0; len(b) > 0 && len(cuts) > 0; i++ {
		n := min(int(cuts[i%len(cuts)])+1, len(b))
		list, b = append(list, b[:n]), b[n:]
	}
	return append(list, b)
}

// inPieces writes b to nc, waits for what comes of it, and is done.
func inPieces(nc net.Conn, b, cuts []byte) {
	for _, piece := range pieces(b, cuts) {
		if _, err := nc.Write(piece); err != nil {
			return
		}
	}
	time.Sleep(6 * time.Second) // longer than the opening handshake may take
}

// maxTalk bounds what a peer says, so that all its pings are answered.
const maxTalk = 4 << 10

// sameTalk wants two conversations to have gone the same way, but for the log, which has
// every read, and the clock.
func sameTalk(t rapid.TB, whole, cut talk) {
	t.Helper()
	if !bytes.Equal(whole.heard, cut.heard) {
		t.Errorf("we say\n%q, and if the peer's octets are cut\n%q", whole.heard, cut.heard)
	}
	for _, k := range []talk{whole, cut} {
		for i := range k.played {
			o := &k.played[i].Observation
			o.Wirelog, o.Received.Octets, o.Started = nil, nil, time.Time{}
			if o.Server {
				// It has dropped TCP, and sees what it has read by then; and that octets came
				// too early it knows of those alone that come with the request.
				o.Breaches = slices.DeleteFunc(o.Breaches, func(b cases.Breach) bool {
					return b.Check == cases.CheckAfterClose || b.Check == cases.CheckEarly
				})
			}
			if len(o.Faults) > 20 || len(o.Events) > 2000 {
				t.Errorf("%d faults and %d events", len(o.Faults), len(o.Events))
			}
		}
	}
	if diff := cmp.Diff(whole.played, cut.played, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("it goes otherwise if the peer's octets are cut (-whole +cut):\n%s", diff)
	}
}

// choppable is a case in which whatever comes is an event.
func choppable(deflate bool) cases.Case {
	c := cases.Case{ID: "x", Script: cases.Script{cases.Text("hello")}, Accept: cases.Exactly(cases.GotText("hello")), Limit: cases.CloseAfter(cases.Second)}
	if deflate {
		c.Deflate = &cases.Deflate{Offer: []cases.DeflateParams{{}}, Accept: []cases.DeflateParams{{}}}
	}
	return c
}

// request opens a WebSocket to play the only case.
func request(extensions string) []byte {
	return wire.Opening{Target: "/runCase?case=1&agent=a", Host: "x", Key: "AAAAAAAAAAAAAAAAAAAAAA==", Extensions: extensions}.Request().Append(nil)
}

// talkInPieces is the conversation with a peer that says these octets, cut, when the
// WebSocket is open.
func talkInPieces(t *testing.T, server, deflate bool, octets, cuts []byte) talk {
	t.Helper()
	c := choppable(deflate)
	if server {
		extensions := ""
		if deflate {
			extensions = "permessage-deflate"
		}
		return withClient(t, fuzzer.Config{}, c, func(nc net.Conn) { inPieces(nc, append(request(extensions), octets...), cuts) })
	}
	return withServer(t, fuzzer.Config{}, c, func(nc net.Conn, head []byte) { inPieces(nc, append(head, octets...), cuts) })
}

// conversation is some frames of all kinds, as one who is a client or not sends them.
func conversation(client bool) (octets []byte) {
	for _, f := range []cases.Frame{
		cases.Ping("a"), cases.Text("κό").More(), cases.Pong(""), cases.Opcode(cases.OpContinuation, "σμε"), cases.Text("hello"),
		cases.Opcode(cases.OpText, "\xf2\x48\xcd\xc9\xc9\x07\x00").Reserved(4), cases.Binary("x").Reserved(1), cases.Opcode(cases.OpClose, "\x03\xe8bye"), cases.Text("late"),
	} {
		h := wire.FrameHeader(f, client, [4]byte{1, 2, 3, 4})
		octets = wire.AppendFrame(octets, h, f.Payload.Octets(), false)
	}
	return octets
}

// TestWhereOctetsAreCutDoesNotMatter cuts a conversation, the opening handshake with it,
// at every offset.
func TestWhereOctetsAreCutDoesNotMatter(t *testing.T) {
	for _, server := range []bool{true, false} {
		for _, deflate := range []bool{true, false} {
			octets := conversation(server)
			whole := talkInPieces(t, server, deflate, octets, nil)
			for n := range 255 { // which is more than there are behind the head
				cut := talkInPieces(t, server, deflate, octets, []byte{byte(n)})
				if sameTalk(t, whole, cut); t.Failed() {
					t.Fatalf("in pieces of %d octets; server: %t, deflate: %t", n+1, server, deflate)
				}
			}
		}
	}
}

// FuzzSession wants the same of what a peer says when the WebSocket is open, however it
// is cut.
func FuzzSession(f *testing.F) {
	for _, server := range []bool{true, false} {
		octets := conversation(server)
		f.Add(octets, []byte{0, 5}, server, true)
		f.Add(octets[:len(octets)/2], []byte{3}, server, false)
		f.Add([]byte("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff"), []byte{0}, server, false)
		f.Add([]byte("\x88\x01\x03"), []byte{0}, server, false)
	}
	f.Fuzz(func(t *testing.T, octets, cuts []byte, server, deflate bool) {
		octets = octets[:min(len(octets), maxTalk)]
		sameTalk(t, talkInPieces(t, server, deflate, octets, nil), talkInPieces(t, server, deflate, octets, cuts))
	})
}

// FuzzRequest wants an answer to whatever a client begins with, the same however it is cut.
// Strict servers have options and a case with permessage-deflate, whose answer must be one
// to what the client offers.
func FuzzRequest(f *testing.F) {
	get := func(target string) []byte {
		return wire.Opening{Target: target, Host: "x", Key: "AAAAAAAAAAAAAAAAAAAAAA=="}.Request().Append(nil)
	}
	for _, target := range []string{
		"/getCaseCount", "/getCaseInfo?case=1", "/getCaseStatus?case=1&agent=%00", "/runCase?casetuple=x&agent=a&agent=b", "/runCase?case=99999999999999999999&agent=a",
		"/updateReports?agent=a&shutdownOnComplete=1", "/stopServer?token=x", "/?%zz", "http://a/runCase?case=1;agent=a",
	} {
		f.Add(get(target), []byte{0, 20}, false)
	}
	f.Add(append(get("/direct"), conversation(true)...), []byte{7}, false)
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), []byte{0}, false)
	f.Add([]byte("POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), []byte{0}, false)
	for _, fields := range []string{
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_max_window_bits=10\r\n",
		"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7, permessage-deflate; server_no_context_takeover\r\n",
		"Sec-WebSocket-Extensions: permessage-deflate; a=\r\n", "Origin: http://www.a.example:80\r\n", "Origin: http://b\r\n", "Origin: null\r\n",
		"Sec-WebSocket-Protocol: b, a\r\n", "Sec-WebSocket-Version: 12\r\n",
	} {
		head := bytes.TrimSuffix(request(""), []byte("\r\n"))
		f.Add(slices.Concat(head, []byte(fields+"\r\n"), conversation(true)), []byte{9}, true)
	}
	f.Fuzz(func(t *testing.T, octets, cuts []byte, strict bool) {
		octets = octets[:min(len(octets), maxTalk)]
		c, config := choppable(false), fuzzer.Config{}
		if strict {
			c, config = negotiable(), fuzzer.Config{Options: strictOptions()}
		}
		begin := func(cuts []byte) talk {
			return withClient(t, config, c, func(nc net.Conn) { inPieces(nc, octets, cuts) })
		}
		whole := begin(nil)
		if n := wire.HeadEnd(octets); n > 0 && !bytes.HasPrefix(whole.heard, []byte("HTTP/1.1 ")) {
			t.Errorf("%q is answered with %q", octets[:n], whole.heard)
		}
		checkAgreed(t, octets, whole.heard)
		sameTalk(t, whole, begin(cuts))
	})
}

// negotiable is a case that is played with permessage-deflate, and without.
func negotiable() cases.Case {
	c := choppable(true)
	c.Deflate.Optional = true
	c.Deflate.Accept = []cases.DeflateParams{{ClientMaxWindowBits: 10, ServerNoContextTakeover: true}, {ServerMaxWindowBits: 12}, {}}
	return c
}

// strictOptions are options with which a server refuses much.
func strictOptions() *fuzzer.Options {
	o := fuzzer.DefaultOptions()
	o.Versions = []int{13}
	o.AllowedOrigins = []string{"http://*.a.example:*", "*b"}
	o.WebStatus, o.MaxConnections = false, 1
	o.MaxFramePayloadSize, o.MaxMessagePayloadSize, o.AutoFragmentSize = 20, 30, 4
	o.EchoCloseCodeReason, o.MaskServerFrames = true, true
	return &o
}

// checkAgreed wants what we say of extensions to be an answer to what the client offers.
func checkAgreed(t *testing.T, octets, heard []byte) {
	t.Helper()
	response, err := wire.ParseHead(heard[:max(wire.HeadEnd(heard), 0)])
	if err != nil || len(response.Values("Sec-WebSocket-Extensions")) == 0 {
		return
	}
	request, err := wire.ParseHead(octets[:max(wire.HeadEnd(octets), 0)])
	if err != nil {
		t.Errorf("an extension is agreed on though of the request %v", err)
	}
	offers, err := wire.Offered(request)
	if err != nil {
		t.Errorf("an extension is agreed on though %v", err)
	}
	if _, faults, err := wire.CheckDeflate(response, offers); err != nil || faults != nil {
		t.Errorf("to %v we answer %q, of which %v, %q", offers, response.Values("Sec-WebSocket-Extensions"), err, faults)
	}
}

// Any conversation of valid and invalid frames goes the same way however it is cut.
func TestFramesCutAnywhereMeanTheSame(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		server, deflate := rapid.Bool().Draw(r, "server"), rapid.Bool().Draw(r, "deflate")
		var octets []byte
		for range rapid.IntRange(0, 8).Draw(r, "frames") {
			f := cases.Opcode(cases.Op(rapid.SampledFrom([]byte{0, 1, 2, 1, 2, 9, 10, 8, 3, 11}).Draw(r, "opcode")), rapid.String().Draw(r, "payload"))
			f.RSV = rapid.SampledFrom([]byte{0, 0, 0, 4, 1}).Draw(r, "rsv")
			f.NoFIN = rapid.Bool().Draw(r, "more")
			h := wire.FrameHeader(f, server, [4]byte{5, 6, 7, 8})
			octets = wire.AppendFrame(octets, h, f.Payload.Octets(), false)
		}
		cuts := rapid.SliceOfN(rapid.Byte(), 1, 4).Draw(r, "cuts")
		sameTalk(r, talkInPieces(t, server, deflate, octets, nil), talkInPieces(t, server, deflate, octets, cuts))
	})
}
