package fuzzer_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// beyond are the cases of chapters beyond the reference's whose ids begin so, for peers
// of that role.
func beyond(role cases.Role, prefixes ...string) (list []cases.Case) {
	for _, c := range cases.All {
		for _, prefix := range prefixes {
			if strings.HasPrefix(string(c.ID)+" ", prefix) && (c.Role == "" || c.Role == role) {
				list = append(list, c)
			}
		}
	}
	return list
}

// overTCP are the cases in which only one half of TCP ends, or is reset, for which there
// must be some.
func overTCP(c cases.Case) bool {
	for _, part := range c.Parts() {
		for _, step := range part.Script {
			if d, ok := step.(cases.Drop); ok && (d.Half || d.Reset) {
				return true
			}
		}
	}
	return false
}

// without are the cases of list that are not.
func without(list []cases.Case, what func(cases.Case) bool) (rest []cases.Case) {
	for _, c := range list {
		if !what(c) {
			rest = append(rest, c)
		}
	}
	return rest
}

// playClientTurns plays list against a raw peer as the client, in virtual time: every
// variant has a number of its own.
func playClientTurns(t *testing.T, newPeer func() *rawPeer, list []cases.Case) (whole []fuzzer.Played) {
	t.Helper()
	turns := 0
	for _, c := range list {
		turns += len(c.Parts())
	}
	for _, p := range testClientTurns(t, newPeer, list, turns, fuzzer.Config{}) {
		if !p.More {
			whole = append(whole, p)
		}
	}
	return whole
}

// neutral are the cases that no behaviour makes OK.
var neutral = map[cases.ID]cases.Verdict{
	"17.3.1": cases.Informational, "17.3.2": cases.Informational, "17.3.3": cases.Informational, // the peer has no limit
	"17.3.4": cases.Unimplemented, // nor declares one
	"18.1.4": cases.Informational, "18.1.6": cases.Informational, "18.3.10": cases.Informational, "18.3.15": cases.Informational,
	"18.3.16": cases.Informational, // it waits for the server
}

// honestly wants the best verdict there is.
func honestly(t *testing.T, played []fuzzer.Played, list []cases.Case) {
	t.Helper()
	if len(played) != len(list) {
		t.Errorf("played %d cases, want %d", len(played), len(list))
	}
	for _, p := range played {
		want, ok := neutral[p.Case.ID]
		if !ok {
			want = cases.OK
		}
		closing := p.Result.CloseVerdict
		if p.Result.Verdict != want || closing != cases.OK && closing != cases.Informational || p.Result.Headline != "" || len(p.Observation.Breaches) > 0 {
			t.Errorf("%s: %s / %s: %s; %s\n%s\n%s", p.Case.ID, p.Result.Verdict, closing, p.Result.Says, p.Result.CloseSays,
				p.Observation.Events, p.Observation.Breaches)
		}
	}
}

func TestHonestPeersPassWhatIsAskedOfFrames(t *testing.T) {
	newPeer := func() *rawPeer { return &rawPeer{} }
	servers := without(beyond(cases.Server, "16.", "17.", "18."), overTCP)
	clients := without(beyond(cases.Client, "16.", "17.", "18."), overTCP)
	t.Run("server", func(t *testing.T) { honestly(t, testServer(t, newPeer, servers), servers) })
	t.Run("client", func(t *testing.T) { honestly(t, playClientTurns(t, newPeer, clients), clients) })
}

// rawServer serves raw peers on a real socket.
func rawServer(t *testing.T, newPeer func() *rawPeer) (url string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			go newPeer().serve(nc)
		}
	}()
	return "ws://" + ln.Addr().String()
}

// playServer plays list with a raw server on a real socket.
func playServer(t *testing.T, newPeer func() *rawPeer, list []cases.Case) (played []fuzzer.Played) {
	t.Helper()
	client := fuzzer.Client{URL: rawServer(t, newPeer), Agent: "raw", Parallel: 1}
	if err := client.Run(t.Context(), list, func(p fuzzer.Played) error { played = append(played, p); return nil }); err != nil {
		t.Fatal(err)
	}
	return played
}

// playClient plays list with raw clients on real sockets.
func playClient(t *testing.T, newPeer func() *rawPeer, list []cases.Case) (whole []fuzzer.Played) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var mu sync.Mutex
	server := fuzzer.Server{Cases: list, OnResult: func(p fuzzer.Played) error {
		mu.Lock()
		defer mu.Unlock()
		if !p.More {
			whole = append(whole, p)
		}
		return nil
	}}
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, ln) }()
	n := 0
	for _, c := range list {
		for range c.Parts() {
			nc, err := net.Dial("tcp", ln.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			n++
			newPeer().dial(nc, fmt.Sprintf("/runCase?case=%d&agent=raw", n))
		}
	}
	server.Settle(ctx, time.Second)
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	return whole
}

func TestHonestPeersEndTheirHalfOfTCP(t *testing.T) {
	tcp := func(list []cases.Case) []cases.Case {
		return without(list, func(c cases.Case) bool { return !overTCP(c) })
	}
	newPeer := func() *rawPeer { return &rawPeer{} }
	servers, clients := tcp(beyond(cases.Server, "17.", "18.")), tcp(beyond(cases.Client, "17.", "18."))
	if len(servers) < 5 || len(clients) < 5 {
		t.Fatalf("%d and %d cases", len(servers), len(clients))
	}
	t.Run("server", func(t *testing.T) { t.Parallel(); honestly(t, playServer(t, newPeer, servers), servers) })
	t.Run("client", func(t *testing.T) { t.Parallel(); honestly(t, playClient(t, newPeer, clients), clients) })
}

// A frameLie is a way to be wrong about frames, and what comes of it in a case.
type frameLie struct {
	name     string
	peer     func() *rawPeer
	role     cases.Role
	ids      string // begin so, several with commas
	verdict  cases.Verdict
	headline string
	says     string // in what is said of the worst
}

// once is a peer that lives in one connection only.
func once(p rawPeer) func() *rawPeer { return func() *rawPeer { q := p; return &q } }

// dying is a server that is gone after its first WebSocket.
func dying() func() *rawPeer {
	var n atomic.Int64
	return func() *rawPeer {
		if n.Add(1) > 1 {
			return &rawPeer{head: func([]byte) []byte { return []byte("HTTP/1.1 503 Service Unavailable\r\n\r\n") }}
		}
		return &rawPeer{}
	}
}

// same are the same masking keys on every connection, good ones.
func same() func() *rawPeer {
	return func() *rawPeer {
		x := uint32(1)
		return &rawPeer{key: func() (key [4]byte) {
			x = x ^ x<<13
			x = x ^ x>>17
			x = x ^ x<<5
			binary.BigEndian.PutUint32(key[:], x*x)
			return key
		}}
	}
}

// javaKeys are those of java.util.Random.
func javaKeys() func() *rawPeer {
	state := uint64(42)
	return once(rawPeer{key: func() (key [4]byte) {
		state = (state*0x5DEECE66D + 0xB) & (1<<48 - 1)
		binary.BigEndian.PutUint32(key[:], uint32(state>>16))
		return key
	}})
}

// on replaces what a peer does with frames of that opcode.
func on(op cases.Op, do func(p *rawPeer, payload []byte)) func() *rawPeer {
	return once(rawPeer{frame: func(p *rawPeer, h wire.Header, b []byte) bool {
		if h.Opcode == op {
			do(p, b)
		}
		return h.Opcode == op
	}})
}

// closingWith replaces the close frame with which a peer answers ours.
func closingWith(payload string) func() *rawPeer {
	return on(cases.OpClose, func(p *rawPeer, _ []byte) {
		p.send(cases.Opcode(cases.OpClose, payload))
		if !p.client {
			p.nc.Close()
		}
	})
}

const reserved cases.Op = 3

var frameLies = []frameLie{
	{"takes frames without a mask", once(rawPeer{lenient: wire.FaultUnmasked}), cases.Server, "16.1.1,16.1.2,16.1.4,16.1.5", cases.Failed, cases.Accepted, "wrong endpoint"},
	{"answers a close without a mask", once(rawPeer{lenient: wire.FaultUnmasked}), cases.Server, "16.1.3", cases.NonStrict, "", "closed with 1000"},
	{"waits for what has no mask", once(rawPeer{lenient: wire.FaultUnmasked}), cases.Server, "16.1.6", cases.NonStrict, "", "waits for what was announced"},
	{"dies of frames without a mask", dying(), cases.Server, "16.1.1 ", cases.Failed, cases.Harmed, "did not answer on a fresh connection"},
	{"takes masked frames", once(rawPeer{lenient: wire.FaultMasked}), cases.Client, "16.2.1,16.2.2,16.2.3", cases.Failed, cases.Accepted, "wrong endpoint"},
	{"does not mask pongs", on(cases.OpPing, func(p *rawPeer, b []byte) { p.send(cases.Pong(string(b)).Unmasked()) }),
		cases.Client, "16.3.1", cases.Failed, cases.WrongAnswer, "unmasked pong frame from a client"},
	{"masks with one key", once(rawPeer{key: func() [4]byte { return [4]byte{1, 2, 3, 4} }}), cases.Client, "16.3.2,16.3.5", cases.Failed, cases.WrongAnswer, "have the masking key of the frame before"},
	{"masks with the same keys again", same(), cases.Client, "16.3.3", cases.Failed, cases.WrongAnswer, "Connections 1 and 2 began with the same masking keys"},
	{"masks with predictable keys", javaKeys(), cases.Client, "16.3.4", cases.NonStrict, "", "java.util.Random"},
	{"masks", on(cases.OpPing, func(p *rawPeer, b []byte) { p.send(cases.Pong(string(b)).Masked("01020304")) }),
		cases.Server, "16.4.4", cases.Failed, cases.WrongAnswer, "masked pong frame from a server"},
	{"loses the last octet", once(rawPeer{message: func(p *rawPeer, _ int, op cases.Op, b []byte) bool {
		p.send(cases.Opcode(op, string(b[:max(0, len(b)-1)])))
		return true
	}}), cases.Server, "16.4.1,16.4.2,16.4.3,17.1.5,17.4.3,17.4.4", cases.Failed, cases.WrongAnswer, ""},

	{"looks past lengths in a long form", once(rawPeer{lenient: wire.FaultLengthForm}), cases.Server, "17.1.1,17.1.2,17.1.3,17.1.4", cases.NonStrict, "", ""},
	{"looks past lengths in a long form", once(rawPeer{lenient: wire.FaultLengthForm}), cases.Client, "17.1.1,17.1.2,17.1.3,17.1.4", cases.NonStrict, "", ""},
	{"swallows what has a long form", once(rawPeer{frame: func(_ *rawPeer, h wire.Header, _ []byte) bool { return h.Bits > cases.LengthBits(h.Length) }}),
		cases.Server, "17.1.", cases.Failed, cases.Accepted, ""},
	{"pads the length", on(cases.OpPing, func(p *rawPeer, b []byte) { p.send(cases.Pong(string(b)).Bits(16)) }),
		cases.Client, "17.1.5", cases.Failed, cases.WrongAnswer, "length 125 in 16 bits"},
	{"waits for what cannot come", once(rawPeer{lenient: wire.FaultLengthSign}), cases.Server, "17.2.1", cases.NonStrict, "", "waits for what was announced"},
	{"waits for long control frames", once(rawPeer{lenient: wire.FaultControlLength}), cases.Client, "17.2.2", cases.NonStrict, "", "waits for what was announced"},
	{"waits for reserved frames", once(rawPeer{lenient: wire.FaultOpcode}), cases.Server, "17.2.3", cases.NonStrict, "", "waits for what was announced"},
	{"dies of what is announced", dying(), cases.Server, "17.2.1,17.3.1,17.3.2,17.3.3,17.3.5", cases.Failed, cases.Harmed, "did not answer on a fresh connection"},

	{"drops TCP instead of answering", on(cases.OpClose, func(p *rawPeer, _ []byte) { p.nc.Close() }), cases.Server, "18.1.1,18.1.6", "", cases.WrongClose, ""},
	{"sends 1015 back", closingWith("\x03\xf7"), cases.Server, "18.1.2", cases.Failed, cases.WrongAnswer, "close code 1015 is not allowed"},
	{"sends any code back", on(cases.OpClose, func(p *rawPeer, b []byte) { p.send(cases.Opcode(cases.OpClose, string(b))); p.nc.Close() }),
		cases.Server, "18.1.3", cases.Failed, cases.WrongAnswer, "close code 1 is not allowed"},
	{"answers codes that mean nothing", closingWith("\x03\xe8"), cases.Client, "18.1.2,18.1.3", cases.NonStrict, "", "closed with 1000"},
	{"answers with 1005", closingWith("\x03\xed"), cases.Server, "18.1.5", cases.Failed, cases.WrongAnswer, "close code 1005 is not allowed"},
	{"answers with a code of its own", closingWith("\x03\xef"), cases.Server, "18.2.1,18.3.13", cases.OK, "", ""},
	{"answers good reasons with 1005", closingWith("\x03\xed"), cases.Server, "18.2.1", cases.Failed, cases.WrongClose, "should have been any that may be sent"},
	{"takes bad reasons", closingWith("\x03\xe8"), cases.Client, "18.2.2", cases.NonStrict, "", "closed with 1000"},
	{"gives bad reasons back", on(cases.OpClose, func(p *rawPeer, b []byte) { p.send(cases.Opcode(cases.OpClose, string(b))); p.nc.Close() }),
		cases.Server, "18.2.2", cases.Failed, cases.WrongAnswer, "close reason is not UTF-8"},
	{"neither answers a close nor goes", on(cases.OpClose, func(*rawPeer, []byte) {}), cases.Client, "18.1.2,18.1.3,18.2.1,18.2.2", cases.Failed, cases.WrongClose, "neither answered the close frame nor ended TCP"},
	{"neither answers a close nor goes", on(cases.OpClose, func(*rawPeer, []byte) {}), cases.Server, "18.1.2,18.2.2,18.3.13", cases.Failed, cases.WrongClose, "neither answered the close frame nor ended TCP"},
	{"takes a fragmented close", once(rawPeer{lenient: wire.FaultControlFIN}), cases.Server, "18.2.3", cases.NonStrict, "", "closed with 1000"},
	{"gives a bad reason", closingWith("\x03\xe8\xff"), cases.Client, "18.2.4", cases.Failed, cases.WrongAnswer, "close reason is not UTF-8"},

	{"never ends TCP", once(rawPeer{ended: func(*rawPeer) { time.Sleep(time.Hour) }}), cases.Server, "18.3.1,18.3.5", cases.Failed, cases.WrongAnswer, "match no accepted outcome"},
	{"ends TCP late", once(rawPeer{ended: func(*rawPeer) { time.Sleep(5 * time.Second) }}), cases.Server, "18.3.1", cases.NonStrict, "", "more than a second"},
	{"ends TCP very late", once(rawPeer{ended: func(*rawPeer) { time.Sleep(30 * time.Second) }}), cases.Server, "18.3.5", cases.NonStrict, "", "more than 10s"},
	{"goes on after its close frame", on(reserved, func(p *rawPeer, _ []byte) { p.close(1002) }), cases.Server, "18.3.6", cases.Failed, cases.WrongAnswer, ""},
	{"goes on after its close frame", on(reserved, func(p *rawPeer, _ []byte) { p.close(1002) }), cases.Client, "18.3.17", cases.Failed, cases.WrongAnswer, ""},
	{"closes twice", on(reserved, func(p *rawPeer, _ []byte) { p.close(1002); p.close(1002); p.nc.Close() }), cases.Server, "18.3.7", cases.NonStrict, "", "a second close frame"},
	{"drops TCP without a word", on(reserved, func(p *rawPeer, _ []byte) { p.nc.Close() }), cases.Server, "18.3.4", cases.NonStrict, "", "sent no close frame"},
	{"echoes what is not complete", on(cases.OpText, func(p *rawPeer, b []byte) { p.send(cases.Text(string(b))) }), cases.Server, "18.3.12", cases.Failed, cases.WrongAnswer, ""},
	{"does not wait for the server", once(rawPeer{ended: func(p *rawPeer) { p.nc.Close() }}), cases.Client, "18.3.2", cases.Informational, "", "did not wait"},
	{"waits for the server", once(rawPeer{ended: func(*rawPeer) { time.Sleep(time.Hour) }}), cases.Client, "18.3.16", cases.Informational, "", "still waits"},
	{"does not answer an immediate close", on(cases.OpClose, func(*rawPeer, []byte) {}), cases.Client, "18.3.13", cases.Failed, cases.WrongClose, "neither answered"},
}

func TestLiesAboutFramesAreCaughtAndNamed(t *testing.T) {
	for _, l := range frameLies {
		t.Run(strings.ReplaceAll(l.name+" "+l.ids, " ", "_"), func(t *testing.T) {
			var list []cases.Case
			for _, prefix := range strings.Split(l.ids, ",") {
				if !strings.HasSuffix(prefix, ".") {
					prefix = strings.TrimSpace(prefix) + " "
				}
				list = append(list, without(beyond(l.role, prefix), func(c cases.Case) bool { return l.ids == "17.1." && c.ID == "17.1.5" })...)
			}
			play := testServer
			if l.role == cases.Client {
				play = playClientTurns
			}
			for _, c := range list {
				played := play(t, l.peer, []cases.Case{c})
				if len(played) != 1 {
					t.Fatalf("%s: played %d times", c.ID, len(played))
				}
				l.check(t, played[0])
			}
		})
	}
}

func (l frameLie) check(t *testing.T, p fuzzer.Played) {
	t.Helper()
	r := p.Result
	said := r.Says + "; " + r.CloseSays
	if l.verdict != "" && r.Verdict != l.verdict || r.Headline != l.headline || !strings.Contains(strings.ToLower(said), strings.ToLower(l.says)) {
		t.Errorf("%s: %s / %s, %q: %s\nwant %s, %q: %s\n%s; %s %v", p.Case.ID, r.Verdict, r.CloseVerdict, r.Headline, said,
			l.verdict, l.headline, l.says, p.Observation.Events, p.Observation.Closing, p.Observation.Breaches)
	}
}

// hurried is c with waits of at most a fifth of a second.
func hurried(c cases.Case) cases.Case {
	hurry := func(s cases.Script) cases.Script {
		s = slices.Clone(s)
		for i, step := range s {
			if w, ok := step.(cases.Wait); ok {
				w.For = min(w.For, cases.Second/5)
				s[i] = w
			}
		}
		return s
	}
	c.Script, c.Variants = hurry(c.Script), slices.Clone(c.Variants)
	for i := range c.Variants {
		c.Variants[i].Script = hurry(c.Variants[i].Script)
	}
	return c
}

// stuck is a peer that does not end TCP, until the test does.
func stuck(t *testing.T) func() *rawPeer {
	return once(rawPeer{ended: func(*rawPeer) { <-t.Context().Done() }})
}

func TestLiesAboutTheEndOfTCPAreCaughtAndNamed(t *testing.T) {
	delivers := once(rawPeer{ended: func(p *rawPeer) { p.send(cases.Text(string(p.whole))) }})
	silent := on(cases.OpClose, func(p *rawPeer, _ []byte) { p.nc.Close() })
	abnormal := once(rawPeer{ended: func(p *rawPeer) { p.close(1006) }})
	for _, l := range []frameLie{
		{"delivers what is not complete", delivers, cases.Server, "17.4.1,18.3.11", cases.Failed, cases.WrongAnswer, "match no accepted outcome"},
		{"keeps TCP", stuck(t), cases.Server, "17.4.1,18.3.8,18.3.11", cases.NonStrict, "", "had not ended TCP"},
		{"drops TCP instead of answering", silent, cases.Server, "18.3.9", cases.OK, "", "sent no close frame"},
		{"sends 1006", abnormal, cases.Server, "18.3.8", cases.Failed, cases.WrongAnswer, "close code 1006 is not allowed"},
		{"dies of a reset", dying(), cases.Server, "17.4.2", cases.Failed, cases.Harmed, "did not answer on a fresh connection"},
	} {
		t.Run(strings.ReplaceAll(l.name, " ", "_"), func(t *testing.T) {
			for _, id := range strings.Split(l.ids, ",") {
				for _, c := range beyond(l.role, id+" ") {
					l.check(t, playServer(t, l.peer, []cases.Case{hurried(c)})[0])
				}
			}
		})
	}
}

func TestTheLongestMessageIsThatWhichTheUserDeclares(t *testing.T) {
	c := beyond(cases.Server, "17.3.4 ")
	c[0].Limit = cases.FailAfter(cases.Second / 5) // the liars need no more
	for _, l := range []struct {
		limit    int64 // of the server
		declared int
		verdict  cases.Verdict
		headline string
		says     string
	}{
		{1000, 1000, cases.OK, "", "All 4 variants"},
		{1000, 2000, cases.Failed, cases.RefusedIt, "as long: "},
		{0, 1000, cases.Failed, cases.Accepted, "longer: "},
	} {
		upgrader := websocket.Upgrader{}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if conn, err := upgrader.Upgrade(w, r, nil); err == nil {
				defer conn.Close()
				conn.SetReadLimit(l.limit)
				echoAll(conn)
			}
		}))
		client := fuzzer.Client{
			Config: fuzzer.Config{Declared: fuzzer.Declared{MaxMessage: l.declared}},
			URL:    "ws" + strings.TrimPrefix(server.URL, "http"), Agent: "limited", Parallel: 1,
		}
		err := client.Run(t.Context(), c, func(p fuzzer.Played) error {
			if r := p.Result; r.Verdict != l.verdict || r.Headline != l.headline || !strings.HasPrefix(r.Says, l.says) {
				t.Errorf("limit %d, declared %d: %s, %q: %s", l.limit, l.declared, r.Verdict, r.Headline, r.Says)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		server.Close()
	}
}
