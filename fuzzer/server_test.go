package fuzzer_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"gobahn/cases"
	"gobahn/fuzzer"
)

// startServer serves on the loopback interface until the test ends.
func startServer(t *testing.T, s *fuzzer.Server) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return ln.Addr().String()
}

func TestControlEndpointsAnswerAsTheReference(t *testing.T) {
	updated := make(chan string, 10)
	played := make(chan fuzzer.Played, 10)
	server := &fuzzer.Server{
		Cases:    find(t, "1.1.1", "2.2"),
		OnUpdate: func(u fuzzer.Update) error { updated <- u.Agent; return nil },
		OnResult: func(p fuzzer.Played) error { played <- p; return nil },
	}
	address := startServer(t, server)
	dial := func(path string) (*websocket.Conn, *http.Response, error) {
		return websocket.DefaultDialer.Dial("ws://"+address+path, nil)
	}

	t.Run("getCaseCount sends the number of cases as text and closes", func(t *testing.T) {
		c, _, err := dial("/getCaseCount")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		kind, b, err := c.ReadMessage()
		if kind != websocket.TextMessage || string(b) != "2" || err != nil {
			t.Errorf("got %d %q, %v", kind, b, err)
		}
		if _, _, err := c.ReadMessage(); !websocket.IsCloseError(err, 1000) {
			t.Errorf("got %v, want close 1000", err)
		}
	})
	for _, query := range []string{"case=2&agent=some%2Fname", "casetuple=2.2&agent=some/name", "case=2&casetuple=1.1.1&agent=some/name&x="} {
		t.Run("runCase?"+query, func(t *testing.T) {
			c, _, err := dial("/runCase?" + query)
			if err != nil {
				t.Fatal(err)
			}
			for err == nil {
				_, _, err = c.ReadMessage()
			}
			c.Close()
			p := <-played
			if p.Agent != "some/name" || p.Number != 2 || p.Case.ID != "2.2" || p.Result.Verdict != cases.OK {
				t.Errorf("played %+v", p)
			}
		})
	}
	t.Run("updateReports calls the hook before it closes", func(t *testing.T) {
		c, _, err := dial("/updateReports?&agent=a+b")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, _, err := c.ReadMessage(); !websocket.IsCloseError(err, 1000) {
			t.Errorf("got %v, want close 1000", err)
		}
		select {
		case agent := <-updated:
			if agent != "a b" {
				t.Errorf("agent %q, want %q", agent, "a b")
			}
		default:
			t.Error("the hook has not been called")
		}
	})
	for path, status := range map[string]int{
		"/runCase?case=0&agent=a":           500,
		"/runCase?case=3&agent=a":           500,
		"/runCase?case=x&agent=a":           500,
		"/runCase?case=1":                   500,
		"/runCase?case=1&agent=":            500,
		"/runCase?case=1&agent=a&agent=b":   500,
		"/runCase?agent=a":                  500,
		"/runCase?casetuple=9.9.9&agent=a":  500,
		"/updateReports":                    500,
		"/runCase?case=1&agent=%zz":         400,
		"/getCaseInfo?case=3":               500,
		"/getCaseStatus?case=1":             500,
		"/getCaseCountX?case=1&agent=lala ": 400,
	} {
		t.Run("no WebSocket at "+path, func(t *testing.T) {
			if got := statusOf(t, address, "GET "+path+" HTTP/1.1", upgrade); got != status {
				t.Errorf("status %d, want %d", got, status)
			}
		})
	}
}

const upgrade = "Host: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"

func statusOf(t *testing.T, address, line, fields string) int {
	t.Helper()
	nc, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	nc.SetDeadline(time.Now().Add(5 * time.Second))
	io.WriteString(nc, line+"\r\n"+fields+"\r\n")
	response, err := http.ReadResponse(bufio.NewReader(nc), nil)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

func TestRequestsThatOpenNoWebSocket(t *testing.T) {
	address := startServer(t, &fuzzer.Server{Cases: find(t, "1.1.1")})
	for _, test := range []struct {
		name, line, fields string
		status             int
	}{
		{"a browser gets a page", "GET / HTTP/1.1", "Host: x\r\n", 200},
		{"another method", "POST /getCaseCount HTTP/1.1", upgrade, 400},
		{"another version of HTTP", "GET /getCaseCount HTTP/1.0", upgrade, 400},
		{"another version of the protocol", "GET /getCaseCount HTTP/1.1", strings.Replace(upgrade, "13", "7", 1), 426},
		{"a key of three octets", "GET /getCaseCount HTTP/1.1", strings.Replace(upgrade, "AAAAAAAAAAAAAAAAAAAAAA==", "AAAA", 1), 400},
		{"no Host", "GET /getCaseCount HTTP/1.1", strings.Replace(upgrade, "Host: x\r\n", "", 1), 400},
		{"a line that is no field", "GET /getCaseCount HTTP/1.1", upgrade + "oops\r\n", 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := statusOf(t, address, test.line, test.fields); got != test.status {
				t.Errorf("status %d, want %d", got, test.status)
			}
		})
	}
}

func TestServerSurvivesClientsThatDoNotTalkHTTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ln := newPipeListener()
		ctx, stop := context.WithCancel(t.Context())
		server := fuzzer.Server{Cases: find(t, "1.1.1")}
		done := make(chan error)
		go func() { done <- server.Serve(ctx, ln) }()

		silent, _ := ln.dial(ctx)
		start := time.Now()
		if _, err := silent.Read(make([]byte, 1)); err == nil || time.Since(start) != 5*time.Second {
			t.Errorf("a silent client was dropped after %s (%v), want 5s", time.Since(start), err)
		}
		endless, _ := ln.dial(ctx)
		written := 0
		go io.Copy(io.Discard, endless)
		for written < 1<<20 {
			n, err := endless.Write([]byte(strings.Repeat("x", 1000)))
			if written += n; err != nil {
				break
			}
		}
		if written > 100<<10 {
			t.Errorf("read %d octets of a head without end", written)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestServeEndsWithTheErrorOfAHook(t *testing.T) {
	full := errors.New("disk full")
	synctest.Test(t, func(t *testing.T) {
		ln := newPipeListener()
		server := fuzzer.Server{Cases: find(t, "1.1.1"), OnResult: func(fuzzer.Played) error { return full }}
		done := make(chan error)
		go func() { done <- server.Serve(t.Context(), ln) }()
		nc, err := ln.dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		(&rawPeer{}).dial(nc, "/runCase?case=1&agent=a")
		if err := <-done; !errors.Is(err, full) {
			t.Errorf("got %v, want %v", err, full)
		}
	})
}

func TestManyClientsAtOnce(t *testing.T) {
	const clients = 50
	synctest.Test(t, func(t *testing.T) {
		ln := newPipeListener()
		ctx, stop := context.WithCancel(t.Context())
		results := make(chan fuzzer.Played, clients)
		server := fuzzer.Server{Cases: find(t, "5.19"), OnResult: func(p fuzzer.Played) error { results <- p; return nil }}
		done := make(chan error)
		go func() { done <- server.Serve(ctx, ln) }()
		for i := range clients {
			go func() {
				nc, err := ln.dial(ctx)
				if err != nil {
					t.Error(err)
					return
				}
				(&rawPeer{}).dial(nc, fmt.Sprintf("/runCase?case=1&agent=%d", i))
			}()
		}
		agents := map[string]bool{}
		for range clients {
			p := <-results
			agents[p.Agent] = true
			if p.Result.Verdict != cases.OK || p.Result.CloseVerdict != cases.OK {
				t.Errorf("agent %s: %s / %s", p.Agent, p.Result.Verdict, p.Result.CloseVerdict)
			}
		}
		if len(agents) != clients {
			t.Errorf("%d agents, want %d", len(agents), clients)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// A client may ask for the reports the moment it has closed its connection.
func TestReportsHoldTheResultOfTheCaseJustEnded(t *testing.T) {
	played := 0
	server := &fuzzer.Server{
		Cases:    find(t, "1.1.1"),
		OnResult: func(fuzzer.Played) error { time.Sleep(20 * time.Millisecond); played++; return nil },
	}
	seen := make(chan int, 1)
	server.OnUpdate = func(fuzzer.Update) error { seen <- played; return nil }
	address := startServer(t, server)
	c, _, err := websocket.DefaultDialer.Dial("ws://"+address+"/runCase?case=1&agent=a", nil)
	if err != nil {
		t.Fatal(err)
	}
	c.ReadMessage()
	c.Close() // without a closing handshake, as hasty clients do
	c, _, err = websocket.DefaultDialer.Dial("ws://"+address+"/updateReports?agent=a", nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if n := <-seen; n != 1 {
		t.Errorf("the reports had %d results, want 1", n)
	}
}

func TestDroppedConnectionsEndInOrderAndOthersAreReset(t *testing.T) {
	for _, reset := range []bool{false, true} {
		c := cases.Case{ID: "x", Script: cases.Script{cases.Drop{Reset: reset}}}
		address := startServer(t, &fuzzer.Server{Cases: []cases.Case{c}})
		conn, _, err := websocket.DefaultDialer.Dial("ws://"+address+"/runCase?case=1&agent=a", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _, err = conn.ReadMessage()
		if got := errors.Is(err, syscall.ECONNRESET); got != reset {
			t.Errorf("Reset %t: the client sees %v", reset, err)
		}
	}
}

// A peer that has ended its side may still read: what was sent must reach it.
func TestHalfClosedConnectionsAreStillAnswered(t *testing.T) {
	address := startServer(t, &fuzzer.Server{Cases: find(t, "1.1.1")})
	for name, test := range map[string]struct{ send, want string }{
		"a page":          {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\n"},
		"a close frame":   {"GET /runCase?case=1&agent=a HTTP/1.1\r\n" + upgrade + "\r\n\x88\x80\x00\x00\x00\x00", "\x88\x02\x03\xe8"},
		"a refusal":       {"GET /runCase HTTP/1.1\r\n" + upgrade + "\r\n", "HTTP/1.1 500 "},
		"one that is bad": {"GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 400 "},
	} {
		for range 20 {
			nc, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(nc, test.send)
			nc.(*net.TCPConn).CloseWrite()
			nc.SetReadDeadline(time.Now().Add(5 * time.Second))
			got, err := io.ReadAll(nc)
			nc.Close()
			if err != nil || !strings.Contains(string(got), test.want) {
				t.Fatalf("%s: got %q, %v; want %q", name, got, err, test.want)
			}
		}
	}
}

// Thousands of connections on which nothing comes are dropped in time, and keep nobody waiting
// until then.
func TestSilentConnectionsKeepNobodyWaiting(t *testing.T) {
	defer watchHeap(t)()
	address := startServer(t, &fuzzer.Server{Cases: find(t, "1.1.1")})
	silent := make([]net.Conn, 2000)
	for i := range silent {
		nc, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		silent[i] = nc
	}
	dialler := websocket.Dialer{HandshakeTimeout: 2 * time.Second}
	c, _, err := dialler.Dial("ws://"+address+"/getCaseCount", nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	for _, nc := range silent {
		nc.SetReadDeadline(time.Now().Add(20 * time.Second))
		if n, err := nc.Read(make([]byte, 1)); err != io.EOF {
			t.Fatalf("%d octets, %v; want the end of TCP", n, err)
		}
	}
}

func TestAgentNamesAreBounded(t *testing.T) {
	address := startServer(t, &fuzzer.Server{Cases: find(t, "1.1.1")})
	ask := func(agent string) int {
		return statusOf(t, address, "GET /runCase?case=1&agent="+agent+" HTTP/1.1", upgrade)
	}
	if got := ask(strings.Repeat("x", 500)); got != 101 {
		t.Errorf("a name of 500 octets: status %d, want 101", got)
	}
	if got := ask(strings.Repeat("x", 501)); got != 500 {
		t.Errorf("a name of 501 octets: status %d, want 500", got)
	}
	for i := range 999 {
		if got := ask(fmt.Sprint("agent", i)); got != 101 {
			t.Fatalf("agent %d: status %d, want 101", i, got)
		}
	}
	if got := ask("onemore"); got != 500 {
		t.Errorf("one agent too many: status %d, want 500", got)
	}
	if got := ask("agent7"); got != 101 {
		t.Errorf("a known agent: status %d, want 101", got)
	}
}
