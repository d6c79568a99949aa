package fuzzer_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// echoServer is a conforming server on a real socket, and counts its requests.
func echoServer(t *testing.T) (url string, requests *atomic.Int64) {
	t.Helper()
	requests = new(atomic.Int64)
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if c, err := upgrader.Upgrade(w, r, nil); err == nil {
			defer c.Close()
			echoAll(c)
		}
	}))
	t.Cleanup(server.Close)
	return "ws" + strings.TrimPrefix(server.URL, "http"), requests
}

// playAt plays one case with a server.
func playAt(t *testing.T, url string, c cases.Case, declared fuzzer.Declared) (played fuzzer.Played) {
	t.Helper()
	c.ID = cases.ID("user/" + strings.ReplaceAll(t.Name(), "/", "-"))
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	client := fuzzer.Client{Config: fuzzer.Config{Declared: declared}, URL: url, Agent: "echo"}
	if err := client.Run(t.Context(), []cases.Case{c}, func(p fuzzer.Played) error { played = p; return nil }); err != nil {
		t.Fatal(err)
	}
	return played
}

var (
	hello   = cases.Script{cases.Text("hello")}
	helloed = cases.Exactly(cases.GotText("hello"))
	refused = []cases.Answer{{Verdict: cases.OK, Status: []string{"4xx"}}, {Verdict: cases.NonStrict, Status: []string{cases.Dropped}}}
)

// opened is a case that begins with this opening and then has a message echoed.
func opened(o cases.Opening) cases.Case {
	return cases.Case{Opening: &o, Script: hello, Accept: helloed}
}

func TestOpeningsAreEditedAndAnswersJudged(t *testing.T) {
	url, _ := echoServer(t)
	for _, c := range []struct {
		name             string
		c                cases.Case
		verdict, closing cases.Verdict
		headline, says   string
	}{
		{"lower case, no blanks", opened(cases.Opening{Style: cases.Style{Names: "lower", Colon: ":"}}), cases.OK, cases.OK, "", ""},
		{"octet by octet", opened(cases.Opening{Wire: cases.Wire{Chop: 1}}), cases.OK, cases.OK, "", ""},
		{"cut in two", opened(cases.Opening{Pauses: []cases.Pause{{At: -3, Wait: cases.Wait{For: cases.Second / 100}}}}), cases.OK, cases.OK, "", ""},
		{"the script comes with the request", opened(cases.Opening{Early: true, Answers: refused}), cases.NonStrict, cases.Informational, "", "ended TCP"},
		{"a request before", opened(cases.Opening{Prior: cases.Of("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")}), cases.OK, cases.OK, "", ""},
		{"no key, refused", opened(cases.Opening{Edits: []cases.Edit{cases.Remove("Sec-WebSocket-Key")}, Answers: refused}), cases.OK, cases.Informational, "", "status 400"},
		{"no key, and has to be accepted", opened(cases.Opening{Edits: []cases.Edit{cases.Remove("Sec-WebSocket-Key")}}), cases.Failed, cases.Failed, cases.RefusedIt, ""},
		{"right, and has to be refused", opened(cases.Opening{Answers: refused}), cases.Failed, cases.OK, cases.Accepted, "opened the WebSocket"},
		{"cut for ever", opened(cases.Opening{Cut: 20, Answers: []cases.Answer{{Verdict: cases.OK, Status: []string{cases.Unanswered}}}}), cases.OK, cases.Informational, "", "neither answered"},
		{"a field of the answer is missing", opened(cases.Opening{Edits: []cases.Edit{cases.Set("Sec-WebSocket-Version", "99")},
			Answers: []cases.Answer{{Verdict: cases.OK, Status: []string{"4xx"}, With: []string{"X-Nothing"}}}}), cases.Failed, cases.Informational, cases.WrongAnswer, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := playAt(t, url, c.c, fuzzer.Declared{})
			r := p.Result
			if r.Verdict != c.verdict || r.CloseVerdict != c.closing || r.Headline != c.headline || !strings.Contains(r.Says, c.says) {
				t.Errorf("%s / %s, %q: %s\n%s\n%s", r.Verdict, r.CloseVerdict, r.Headline, r.Says, p.Observation.Request, p.Observation.Response)
			}
		})
	}
}

func TestTheWorstVariantCounts(t *testing.T) {
	url, requests := echoServer(t)
	c := cases.Case{Accept: helloed, Variants: []cases.Variant{
		{Name: "right", Script: hello},
		{Name: "other", Script: cases.Script{cases.Text("other")}},
		{Name: "right again", Script: hello},
	}}
	p := playAt(t, url, c, fuzzer.Declared{})
	if n := requests.Load(); n != 3 && p.Observation.Before == nil { // a busy machine has it played again
		t.Errorf("%d connections for three variants", n)
	}
	var got []cases.Verdict
	for _, part := range p.Result.Parts {
		got = append(got, part.Verdict)
	}
	if fmt.Sprint(got) != "[OK FAILED OK]" || p.Result.Verdict != cases.Failed || p.Result.Worst != 1 || !strings.HasPrefix(p.Result.Says, "other: ") {
		t.Errorf("%v: %+v", got, p.Result)
	}
	if !p.Observation.Events.Equal(cases.Events{cases.GotText("other")}) {
		t.Errorf("shown are %s, want those of the worst variant", p.Observation.Events)
	}
}

func TestWhatHappensBesideACase(t *testing.T) {
	url, requests := echoServer(t)
	c := cases.Case{
		Script: hello, Accept: helloed, Alive: true, Memory: 1 << 20,
		Crowd: &cases.Crowd{Count: 5, Together: true, Opening: &cases.Opening{Cut: 30}},
	}
	p := playAt(t, url, c, fuzzer.Declared{PID: os.Getpid()})
	o := p.Observation
	if p.Result.Verdict != cases.OK || o.Life == nil || !o.Life.Alive || o.Memory == nil || o.Memory.Most == 0 {
		t.Errorf("%+v, life %+v, memory %+v", p.Result, o.Life, o.Memory)
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests, want that of the case and that of the look at the server", n)
	}
}

// A server that accepts connections and answers none.
func TestACrowdBeforeACaseEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		client := fuzzer.Client{
			Config: fuzzer.Config{Dialler: pipeDialler(func(nc net.Conn) { _, _ = io.Copy(io.Discard, nc) })}, URL: "ws://peer", Agent: "mute",
		}
		c := cases.Case{ID: "user/crowd", Script: hello, Accept: helloed, Crowd: &cases.Crowd{Count: 10_000}}
		played := 0
		err := client.Run(t.Context(), []cases.Case{c}, func(fuzzer.Played) error { played++; return nil })
		if took := time.Since(begun); err != nil || played != 1 || took > 3*time.Minute {
			t.Errorf("%d played in %v, %v", played, took, err)
		}
	})
}

// A process that has grown once has room for the next time, so that to measure it again
// would excuse it.
func TestAServerThatGrowsOnceHasFailed(t *testing.T) {
	grow := sync.OnceValue(func() []byte { return bytes.Repeat([]byte{1}, 128<<20) })
	peer := func(nc net.Conn) {
		p := rawPeer{before: func(*rawPeer) { grow() }}
		p.serve(nc)
	}
	debug.FreeOSMemory() // or what other tests have left would be used
	c := cases.Case{ID: "user/memory", Script: hello, Accept: helloed, Memory: 32, Limit: cases.FailAfter(10 * cases.Second)}
	client := fuzzer.Client{Config: fuzzer.Config{Dialler: pipeDialler(peer), Declared: fuzzer.Declared{PID: os.Getpid()}}, URL: "ws://peer", Agent: "raw"}
	err := client.Run(t.Context(), []cases.Case{c}, func(p fuzzer.Played) error {
		if p.Result.Verdict != cases.Failed || !strings.Contains(p.Result.Says, "grew by") {
			t.Errorf("%s: %s, want that the process grew", p.Result.Verdict, p.Result.Says)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	runtime.KeepAlive(grow())
}

// A client has to read past responses that are not final (RFC 9110 15.2), unless they are
// what the case is about.
func TestInterimResponsesAreNoAnswer(t *testing.T) {
	const early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
	about := &cases.Opening{Answers: []cases.Answer{{Verdict: cases.Informational, Status: []string{"103"}}, {Verdict: cases.OK, Status: []string{"101"}}}}
	for name, tt := range map[string]struct {
		before  string
		opening *cases.Opening
		want    cases.Verdict
		opened  bool
	}{
		"one":                   {early, nil, cases.OK, true},
		"many":                  {strings.Repeat(early, 100), nil, cases.OK, true},
		"what the case names":   {early, about, cases.Informational, false},
		"a final one before it": {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", nil, cases.Failed, false},
	} {
		t.Run(name, func(t *testing.T) {
			newPeer := func() *rawPeer {
				return &rawPeer{head: func(right []byte) []byte { return append([]byte(tt.before), right...) }}
			}
			c := cases.Case{ID: "user/interim", Script: hello, Accept: helloed, Opening: tt.opening, Limit: cases.FailAfter(cases.Second)}
			for _, p := range testServer(t, newPeer, []cases.Case{c}) {
				if p.Result.Verdict != tt.want || p.Observation.Opened != tt.opened {
					t.Errorf("%s: %s, opened is %v", p.Result.Verdict, p.Result.Says, p.Observation.Opened)
				}
			}
		})
	}
}

func TestWhatIsNotDeclaredIsNotPlayed(t *testing.T) {
	url, requests := echoServer(t)
	p := playAt(t, url, cases.Case{Script: hello, Accept: helloed, Needs: []cases.Need{cases.NeedOrigin}}, fuzzer.Declared{})
	if p.Result.Verdict != cases.Unimplemented || !strings.Contains(p.Result.Says, "--origin") || requests.Load() != 0 {
		t.Errorf("%+v after %d requests", p.Result, requests.Load())
	}
}

func TestPassiveCasesDoOnlyWhatTheScriptSays(t *testing.T) {
	url, _ := echoServer(t)
	c := cases.Case{
		Passive: true,
		Script:  cases.Script{cases.Text("hello"), cases.SendClose{Payload: cases.Close(1000, "")}, cases.Drop{Half: true}},
		Accept:  cases.Exactly(cases.GotText("hello"), cases.Ended{}),
		Ending:  cases.Ending{NoAutoClose: true},
	}
	p := playAt(t, url, c, fuzzer.Declared{})
	if p.Result.Verdict != cases.OK || p.Result.CloseVerdict != cases.OK || p.Observation.Closing.DroppedByMe {
		t.Errorf("%+v\n%s; %+v", p.Result, p.Observation.Events, p.Observation.Closing)
	}
}

func TestFloodsDoNotWaitForAnybody(t *testing.T) {
	url, _ := echoServer(t)
	c := cases.Case{
		Script: cases.Script{
			cases.Flood{Frame: cases.Ping("flood"), Count: 3000, Deaf: cases.Second / 10},
			cases.Text("hello"),
		},
		Accept: []cases.Outcome{{Verdict: cases.OK, Any: true}},
		Limit:  cases.CloseAfter(cases.Second / 2),
	}
	p := playAt(t, url, c, fuzzer.Declared{})
	if p.Result.Verdict != cases.OK || p.Result.CloseVerdict != cases.OK {
		t.Errorf("%+v %v", p.Result, p.Observation.Closing)
	}
	if n := p.Observation.Sent.Frames[int(cases.OpPing)]; n == 0 || n > 3000 {
		t.Errorf("%d pings in the statistics", n)
	}
}

// A peer on a busy machine takes a flood in four seconds, always some of it within the one
// that we do not read, and gets all of it. It gets to our close frame when it has seen to the rest.
func TestAFloodIsAsLongForASlowPeer(t *testing.T) {
	taken, read := 0, 0
	c := cases.Case{
		ID: "21.0.0", Limit: cases.CloseAfter(cases.Second),
		Script: cases.Script{cases.Flood{Frame: cases.Frame{Opcode: cases.OpPing, Payload: cases.Repeat("*", 125)}, Count: 20_000, Deaf: cases.Second}},
		Accept: []cases.Outcome{{Verdict: cases.OK, Any: true}},
	}
	slow := func(nc net.Conn) {
		(&rawPeer{frame: func(p *rawPeer, h wire.Header, _ []byte) bool {
			if h.Opcode == cases.OpPing {
				taken++
				time.Sleep(200 * time.Microsecond)
			}
			return h.Opcode == cases.OpPing
		}, closing: func(p *rawPeer, _ []byte) error {
			time.Sleep(10 * time.Second) // there was more to see to
			return p.close(1000)
		}}).serve(nc)
	}
	err := run(t, &fuzzer.Client{Config: dialling(slow)}, []cases.Case{c}, func(p fuzzer.Played) error {
		read = int(time.Duration(p.Observation.Duration).Seconds())
		if !p.Observation.Closing.WasClean {
			t.Errorf("%+v", p.Observation.Closing)
		}
		return nil
	})
	if err != nil || taken != 20_000 || read < 14 || read > 16 {
		t.Errorf("%v, %d pings taken in %d seconds", err, taken, read)
	}
}

func TestEveryVariantIsANumberForClients(t *testing.T) {
	played := make(chan fuzzer.Played, 10)
	refuses := cases.Case{
		ID: "user/refuses", Tags: []cases.Tag{cases.Handshake}, Opening: &cases.Opening{Edits: []cases.Edit{cases.Set("Sec-WebSocket-Accept", "wrong")}},
		Script: hello, Accept: cases.Silence, Ending: cases.Ending{Peer: true, AnyCode: true, MayDrop: true, Fatal: cases.WrongSide},
	}
	table := cases.Case{ID: "user/table", Script: hello, Accept: helloed, Variants: []cases.Variant{{Name: "a"}, {Name: "b"}}}
	address := startServer(t, &fuzzer.Server{
		Cases: []cases.Case{refuses, table}, OnResult: func(p fuzzer.Played) error { played <- p; return nil },
	})
	for path, want := range map[string]string{"/getCaseCount": "2", "/getCaseCount?set=handshake": "1", "/handshake/getCaseCount": "1", "/from/2/getCaseCount": "1", "/from/9/getCaseCount": "0", "/handshake/from/1/getCaseCount": "1"} {
		if got, _ := said(t, visit(t, "ws://"+address+path)); len(got) != 1 || got[0] != want {
			t.Errorf("%s is %v, want %s", path, got, want)
		}
	}
	for n := 1; n <= 2; n++ {
		echoAll(visit(t, fmt.Sprintf("ws://%s/from/%d/runCase?case=1&agent=a", address, n)))
		p := <-played
		if p.More != (n == 1) || p.Result.Verdict != cases.OK || len(p.Result.Parts) != n {
			t.Errorf("after %d: more %v, %+v", n, p.More, p.Result)
		}
	}
	if _, _, err := websocket.DefaultDialer.Dial("ws://"+address+"/runCase?case=1&agent=a&set=handshake", nil); err == nil {
		t.Error("the client has taken a wrong Sec-WebSocket-Accept")
	}
	if p := <-played; p.Result.Verdict != cases.OK || p.Result.CloseVerdict != cases.OK {
		t.Errorf("a client that refuses is graded %+v", p.Result)
	}
}

// inMemory are the cases beyond the reference's for a role that need no real socket, nor
// much time.
func inMemory(role cases.Role) (list []cases.Case) {
	all, _ := cases.Select(cases.All, []string{"21.3.*", "21.4.1", "21.4.2", "21.4.3", "21.4.5", "21.4.6"}, nil)
	return cases.For(all, role, nil, nil)
}

// A peer that conforms fails none of the cases beyond the reference's.
func TestHonestPeerFailsNoneOfTheOtherChapters(t *testing.T) {
	for role, play := range map[cases.Role]func(*testing.T, func() *rawPeer, []cases.Case) []fuzzer.Played{
		cases.Server: testServer,
		cases.Client: testClient,
	} {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			params := cases.DeflateParams{}
			if role == cases.Client {
				params.ClientMaxWindowBits = cases.AnyWindow
			}
			list := inMemory(role)
			played := play(t, func() *rawPeer { return &rawPeer{params: &params} }, list)
			if len(played) != len(list) {
				t.Fatalf("played %d cases, want %d", len(played), len(list))
			}
			for _, p := range played {
				if r := p.Result; r.Headline != "" || r.Verdict != cases.OK && r.Verdict != cases.Informational {
					t.Errorf("%s / %s: %s\n%s", r.Verdict, r.CloseVerdict, r.Says, r.Explain(p.Case, p.Observation))
				}
				for _, b := range p.Observation.Breaches {
					t.Errorf("%s: breach: %s", p.Case.ID, b)
				}
			}
		})
	}
}
