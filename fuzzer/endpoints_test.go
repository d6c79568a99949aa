package fuzzer_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// visit opens a WebSocket that ends with the test, or with a minute.
func visit(t *testing.T, url string) *websocket.Conn {
	t.Helper()
	c, _, err := websocket.DefaultDialer.DialContext(t.Context(), url, nil)
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetReadDeadline(time.Now().Add(time.Minute))
	return c
}

// said is the text messages that come until the close frame, and its code.
func said(t *testing.T, c *websocket.Conn) (texts []string, code int) {
	t.Helper()
	for {
		kind, b, err := c.ReadMessage()
		if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
			return texts, closed.Code
		}
		if err != nil || kind != websocket.TextMessage {
			t.Fatalf("message of kind %d, %v", kind, err)
		}
		texts = append(texts, string(b))
	}
}

// echoAll sends back what comes until the end.
func echoAll(c *websocket.Conn) {
	for {
		kind, b, err := c.ReadMessage()
		if err != nil || c.WriteMessage(kind, b) != nil {
			return
		}
	}
}

func TestCaseInfoIsWrittenAsPythonWritesJSON(t *testing.T) {
	list := find(t, "1.1.1", "2.2")
	list[0].Description = `a <b> "c" é`
	address := startServer(t, &fuzzer.Server{Cases: list})
	for query, want := range map[string]string{
		"case=1":        `{"id": "1.1.1", "description": "a <b> \"c\" é"}`,
		"casetuple=2.2": `{"id": "2.2", "description": "` + list[1].Description + `"}`,
	} {
		texts, code := said(t, visit(t, "ws://"+address+"/getCaseInfo?"+query))
		if diff := cmp.Diff([]string{want}, texts); diff != "" || code != 1000 {
			t.Errorf("%s: close %d, (-want +got)\n%s", query, code, diff)
		}
	}
}

func TestCaseStatusWaitsForTheVerdict(t *testing.T) {
	address := startServer(t, &fuzzer.Server{Cases: find(t, "1.1.1", "2.2")})
	status := "ws://" + address + "/getCaseStatus?case=1&agent=a"
	early, another := visit(t, status), visit(t, status)
	visit(t, "ws://"+address+"/getCaseStatus?casetuple=2.2&agent=a").Close() // it is never played
	echoAll(visit(t, "ws://"+address+"/runCase?case=1&agent=a"))
	for _, c := range []*websocket.Conn{early, another, visit(t, status)} {
		texts, code := said(t, c)
		if diff := cmp.Diff([]string{`{"behavior": "OK"}`}, texts); diff != "" || code != 1000 {
			t.Errorf("close %d, (-want +got)\n%s", code, diff)
		}
	}
}

func TestClientsStopTheServer(t *testing.T) {
	for path, want := range map[string]fuzzer.Update{
		"/stopServer": {},
		"/updateReports?agent=a&shutdownOnComplete=true":      {Agent: "a", Stop: true},
		"/updateReports?agent=a&shutdownOnComplete=Yes&x=%2F": {Agent: "a", Stop: true},
	} {
		var got fuzzer.Update
		server := &fuzzer.Server{Cases: find(t, "1.1.1"), OnUpdate: func(u fuzzer.Update) error { got = u; return nil }}
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- server.Serve(t.Context(), ln) }()
		idle, err := net.Dial("tcp", ln.Addr().String()) // it must not keep the server
		if err != nil {
			t.Fatal(err)
		}
		if texts, code := said(t, visit(t, "ws://"+ln.Addr().String()+path)); len(texts) > 0 || code != 1000 {
			t.Errorf("%s: got %q and close %d", path, texts, code)
		}
		if err := <-done; err != nil {
			t.Errorf("%s: %v", path, err)
		}
		idle.Close()
		if got.Peer = ""; got != want {
			t.Errorf("%s: update %+v, want %+v", path, got, want)
		}
	}
}

func TestUpdateWithoutShutdownLeavesTheServerRunning(t *testing.T) {
	address := startServer(t, &fuzzer.Server{Cases: find(t, "1.1.1")})
	for range 2 {
		said(t, visit(t, "ws://"+address+"/updateReports?agent=a&shutdownOnComplete=false"))
	}
}

func TestControlOfTheServerCanBeLimited(t *testing.T) {
	updates := make(chan fuzzer.Update, 10)
	server := &fuzzer.Server{
		Cases: find(t, "1.1.1"), NoStop: true, Token: "s3cret",
		OnUpdate: func(u fuzzer.Update) error { updates <- u; return nil },
	}
	address := startServer(t, server)
	for path, want := range map[string]int{
		"/stopServer":                          403,
		"/stopServer?token=s3cret":             403,
		"/updateReports?agent=a":               403,
		"/updateReports?agent=a&token=s3cre":   403,
		"/updateReports?agent=a&token=s3crets": 403,
		"/getCaseCount":                        101,
	} {
		if got := statusOf(t, address, "GET "+path+" HTTP/1.1", upgrade); got != want {
			t.Errorf("%s: status %d, want %d", path, got, want)
		}
	}
	said(t, visit(t, "ws://"+address+"/updateReports?agent=a&token=s3cret&shutdownOnComplete=true"))
	if n := len(updates); n != 1 || (<-updates).Stop {
		t.Errorf("%d updates, want one that stops nothing", n)
	}
	said(t, visit(t, "ws://"+address+"/getCaseCount")) // it is still there
}

func TestCasesThatAreNotForAnAgentAreSkipped(t *testing.T) {
	skipped := make(chan string, 10)
	server := &fuzzer.Server{
		Cases:    find(t, "1.1.1", "2.2"),
		Skip:     func(agent string, id cases.ID) bool { return agent == "a" && id == "2.2" },
		OnSkip:   func(p fuzzer.Played) { skipped <- p.Agent + " " + string(p.Case.ID) },
		OnResult: func(p fuzzer.Played) error { return errors.New("it was played") },
	}
	address := startServer(t, server)
	if texts, code := said(t, visit(t, "ws://"+address+"/runCase?case=2&agent=a")); len(texts) > 0 || code != 1000 {
		t.Errorf("got %q and close %d", texts, code)
	}
	if got := <-skipped; got != "a 2.2" {
		t.Errorf("skipped %s", got)
	}
}

// A frame of the server, as a client without a library sees it.
func TestClientSaysWhatIsSent(t *testing.T) {
	var direct atomic.Int32
	address := startServer(t, &fuzzer.Server{OnDirect: func(string) { direct.Add(1) }})
	for command, want := range map[string]string{
		`["echo", {"payload": "Hi"}]`:                                               "81 02 48 69",
		`["echo", {"payload": "ab", "payload_len": 3}]`:                             "81 03 61 62 61",
		`["sendframe", {"opcode": 2, "payload": "a", "rsv": 6, "fin": false}]`:      "62 01 61",
		`["sendframe", {"opcode": 9, "payload": "a", "chopsize": 1}]`:               "89 01 61",
		`["sendframe", {"opcode": 1, "payload": "a", "mask": "00000001"}]`:          "81 81 00 00 00 01 61",
		`["sendframe", {"opcode": 1, "payload": "a", "mask": "\u0000!!!"}]`:         "81 81 00 21 21 21 61",
		`["sendframes", [{"opcode": 1, "fin": false}, {"opcode": 0, "sync":true}]]`: "01 00 80 00",
		`["close", {"code": 3000, "reason": "bye"}]`:                                "88 05 0b b8 62 79 65",
		`["close"]`: "88 00",
		`["echo", {"payload": "` + strings.Repeat("Hi", 1000) + `", "payload_len": 2}]`:    "81 02 48 69",
		`["echo", {"payload": "` + strings.Repeat("Hi! ", 1<<14) + `", "payload_len": 2}]`: "81 02 48 69",
	} {
		if got := octetsAfter(t, address, command, len(strings.Fields(want))); got != want {
			t.Errorf("%s: got %s, want %s", command, got, want)
		}
	}
	if direct.Load() == 0 {
		t.Error("nobody was told of the direct commands")
	}
}

func TestCommandsThatMakeNoSenseAreExplained(t *testing.T) {
	address := startServer(t, &fuzzer.Server{})
	for command, want := range map[string]string{
		`hello`:                           `want a JSON array that begins with the name of a command, like ["echo", {"payload": "a"}]`,
		`[]`:                              `want a JSON array that begins with the name of a command, like ["echo", {"payload": "a"}]`,
		`[1]`:                             `the name of a command is a string, not 1`,
		`["shout"]`:                       `unknown command "shout": want echo, sendframe, sendframes or close`,
		`["sendframe", {"rsv": 8}]`:       `command sendframe: rsv 8: want three bits, 0 to 7`,
		`["sendframe", {"opcode": 16}]`:   `command sendframe: opcode 16: want four bits, 0 to 15`,
		`["sendframe", {"chopsize": -1}]`: `command sendframe: chopsize -1: want 0 or more octets`,
		`["sendframe", {"mask": "abc"}]`:  `command sendframe: mask "abc": want eight hex digits`,
		`["echo", {"payload": "a", "payload_len": 1e9}]`:      `command echo: json: cannot unmarshal number 1e9 into Go struct field frameCommand.payload_len of type int`,
		`["echo", {"payload": "a", "payload_len": 99999999}]`: `command echo: payload_len 99999999: want 0 to 16777216 octets`,
		`["echo", {"payload_len": 1}]`:                        `command echo: payload_len 1: there is no payload to repeat`,
		`["close", {"reason": "why"}]`:                        `command close: a reason needs a code`,
	} {
		c := visit(t, "ws://"+address+"/")
		if err := c.WriteMessage(websocket.TextMessage, []byte(command)); err != nil {
			t.Fatal(err)
		}
		_, _, err := c.ReadMessage()
		closed, ok := errors.AsType[*websocket.CloseError](err)
		if !ok || closed.Code != 1007 || closed.Text != want[:min(len(want), 123)] {
			t.Errorf("%s: %v, want %s", command, err, want)
		}
	}
}

func TestACommandThatIsTooLongIsRefused(t *testing.T) {
	c := visit(t, "ws://"+startServer(t, &fuzzer.Server{})+"/")
	if err := c.WriteMessage(websocket.TextMessage, []byte(`["echo", {"payload": "`+strings.Repeat("a", 1<<20)+`"}]`)); err != nil {
		t.Fatal(err)
	}
	_, _, err := c.ReadMessage()
	if closed, ok := errors.AsType[*websocket.CloseError](err); !ok || closed.Code != 1009 || closed.Text != "a command has no more than 1048576 octets" {
		t.Error(err)
	}
}

// A few octets ask for millions, which who asks need not read.
func TestCommandsThatAskForMoreThanLeavesAreRefused(t *testing.T) {
	address := startServer(t, &fuzzer.Server{})
	c := visit(t, "ws://"+address+"/")
	command := `["echo",{"payload":"a","payload_len":16777216}]`
	frame := append([]byte{0x81, 0x80 | byte(len(command)), 0, 0, 0, 0}, command...) // its masking key changes nothing
	if _, err := c.NetConn().Write(bytes.Repeat(frame, 50)); err != nil {
		t.Fatal(err)
	}
	octets := 0
	for {
		_, b, err := c.ReadMessage()
		if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
			if closed.Code != websocket.CloseMessageTooBig || octets > 64<<20 {
				t.Errorf("closed with %d after %d octets", closed.Code, octets)
			}
			return
		} else if err != nil {
			t.Fatalf("%v after %d octets", err, octets)
		}
		octets += len(b)
	}
}

func TestControlEndpointsTakeAnyHostAndOffersOfDeflate(t *testing.T) {
	address := startServer(t, &fuzzer.Server{Cases: find(t, "1.1.1"), Protocols: []string{"chat"}})
	dialer := websocket.Dialer{EnableCompression: true, Subprotocols: []string{"other", "chat"}}
	c, response, err := dialer.DialContext(t.Context(), "ws://"+address+"/getCaseCount", http.Header{"Host": {"elsewhere.example:1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	texts, code := said(t, c)
	if diff := cmp.Diff([]string{"1"}, texts); diff != "" || code != 1000 || c.Subprotocol() != "chat" {
		t.Errorf("close %d, subprotocol %q, %v (-want +got)\n%s", code, c.Subprotocol(), response.Header, diff)
	}
}

func TestServerOptionsRefuseClients(t *testing.T) {
	opts := fuzzer.DefaultOptions()
	opts.AllowedOrigins = []string{"http://*.example.com:80", "https://good"}
	opts.Versions = []int{13}
	opts.WebStatus = false
	address := startServer(t, &fuzzer.Server{Config: fuzzer.Config{Options: &opts}, Cases: find(t, "1.1.1")})
	const get = "GET / HTTP/1.1"
	for fields, want := range map[string]int{
		upgrade + "Origin: http://evil\r\n":               403,
		upgrade + "Origin: http://a.example.com:8080\r\n": 403,
		upgrade + "Origin: http://a.example.com:80\r\n":   101,
		upgrade + "Origin: HTTPS://GOOD\r\n":              101,
		strings.Replace(upgrade, "13", "8", 1):            426,
		"Host: a\r\n":                                     426,
	} {
		if got := statusOf(t, address, get, fields); got != want {
			t.Errorf("%s: status %d, want %d", fields, got, want)
		}
	}
}

func TestServerWithoutAllowedOriginsTakesNoClientThatHasOne(t *testing.T) {
	opts := fuzzer.DefaultOptions()
	opts.AllowedOrigins = nil
	address := startServer(t, &fuzzer.Server{Config: fuzzer.Config{Options: &opts}})
	for fields, want := range map[string]int{upgrade: 101, upgrade + "Origin: http://here\r\n": 403} {
		if got := statusOf(t, address, "GET / HTTP/1.1", fields); got != want {
			t.Errorf("%s: status %d, want %d", fields, got, want)
		}
	}
}

func TestServerBoundsItsConnections(t *testing.T) {
	opts := fuzzer.DefaultOptions()
	opts.MaxConnections = 1
	address := startServer(t, &fuzzer.Server{Config: fuzzer.Config{Options: &opts}})
	first := visit(t, "ws://"+address+"/")
	if got := statusOf(t, address, "GET / HTTP/1.1", upgrade); got != 503 {
		t.Errorf("the second connection: status %d, want 503", got)
	}
	first.Close()
	visitSoon(t, "ws://"+address+"/")
}

// visitSoon opens a WebSocket as soon as the connections before have ended.
func visitSoon(t *testing.T, url string) *websocket.Conn {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if c, _, err := websocket.DefaultDialer.DialContext(t.Context(), url, nil); err == nil {
			t.Cleanup(func() { c.Close() })
			return c
		}
	}
	t.Fatal("no connection")
	return nil
}

// octetsAfter sends a command and returns the next n octets that come, in hex.
func octetsAfter(t *testing.T, address, command string, n int) string {
	t.Helper()
	nc, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	nc.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(nc, "GET /anywhere HTTP/1.1\r\n"+upgrade+"\r\n")
	in := bufio.NewReader(nc)
	if _, err := http.ReadResponse(in, nil); err != nil {
		t.Fatal(err)
	}
	f := cases.Text(command)
	nc.Write(wire.AppendFrame(nil, wire.FrameHeader(f, true, [4]byte{}), []byte(command), false))
	got := make([]byte, n)
	if _, err := io.ReadFull(in, got); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("% x", got)
}

// The memory that is watched is that of the client as it was started last, unless the
// user has said which process it is.
func TestMemoryOfAClientThatIsStartedAgain(t *testing.T) {
	self := os.Getpid()
	for _, tt := range []struct {
		name              string
		declared, started int
		want              bool
	}{
		{"nothing is known", 0, 0, false},
		{"it was started", 0, self, true},
		{"another is declared", self, 1 << 30, true},
	} {
		played := make(chan fuzzer.Played, 1)
		server := &fuzzer.Server{
			Config:   fuzzer.Config{Declared: fuzzer.Declared{PID: tt.declared}},
			Cases:    []cases.Case{{ID: "1.1.1", Script: hello, Accept: helloed, Memory: 1 << 20}},
			OnResult: func(p fuzzer.Played) error { played <- p; return nil },
		}
		server.SetPID(tt.started)
		c := visit(t, "ws://"+startServer(t, server)+"/runCase?case=1&agent=a")
		echoAll(c)
		c.Close()
		if p := <-played; (p.Observation.Memory != nil) != tt.want {
			t.Errorf("%s: seen is %+v", tt.name, p.Observation.Memory)
		}
	}
}
