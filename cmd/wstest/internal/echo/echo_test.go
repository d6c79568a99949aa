package echo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"gobahn/cmd/wstest/internal/socket"
)

func dial(t *testing.T, target string) *websocket.Conn {
	t.Helper()
	conn, err := socket.Dialer{}.Connect(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func wsURL(s *httptest.Server) string { return "ws" + strings.TrimPrefix(s.URL, "http") }

func TestHandlerEchoes(t *testing.T) {
	s := httptest.NewServer(Handler)
	defer s.Close()
	conn := dial(t, wsURL(s)+"/any/path")
	for _, message := range []struct {
		kind    int
		payload string
	}{
		{websocket.TextMessage, ""},
		{websocket.TextMessage, "Hello-µ@ßöä"},
		{websocket.BinaryMessage, "\x00\xff\xfe"},
		{websocket.TextMessage, strings.Repeat("*", 1<<20)},
	} {
		if err := conn.WriteMessage(message.kind, []byte(message.payload)); err != nil {
			t.Fatal(err)
		}
		kind, payload, err := conn.ReadMessage()
		if err != nil || kind != message.kind || string(payload) != message.payload {
			t.Errorf("got kind %d, %d octets, %v; want what was sent: kind %d, %d octets", kind, len(payload), err, message.kind, len(message.payload))
		}
	}
}

func TestHandlerCloses(t *testing.T) {
	for _, test := range []struct {
		name   string
		frame  []byte // masked with zeros
		code   int
		reason string
	}{
		{"text that is not UTF-8", []byte("\x81\x82\x00\x00\x00\x00\xce\xff"), 1007, ""},
		{"reserved bits", []byte("\xb1\x80\x00\x00\x00\x00"), 1002, "RSV2 set, RSV3 set"},
		{"reserved opcode", []byte("\x83\x80\x00\x00\x00\x00"), 1002, "bad opcode 3"},
		{"close", []byte("\x88\x82\x00\x00\x00\x00\x03\xe9"), 1001, ""},
		{"more than the limit", []byte("\x82\xff\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00"), 1009, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := httptest.NewServer(Handler)
			defer s.Close()
			conn := dial(t, wsURL(s))
			if _, err := conn.NetConn().Write(test.frame); err != nil {
				t.Fatal(err)
			}
			_, _, err := conn.ReadMessage()
			want := &websocket.CloseError{Code: test.code, Text: test.reason}
			if diff := cmp.Diff(error(want), err); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestServeEndsWithItsContext(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, ln) }()
	conn := dial(t, "ws://"+ln.Addr().String())
	if err := conn.WriteMessage(websocket.TextMessage, []byte("a")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.ReadMessage(); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-served; err != nil {
		t.Errorf("Serve: got %v, want nil", err)
	}
	if _, _, err := conn.ReadMessage(); err == nil {
		t.Error("the connection is open after Serve has returned")
	}
	if _, err := net.Dial("tcp", ln.Addr().String()); err == nil {
		t.Error("the listener is open after Serve has returned")
	}
}

// A fuzzer is as much of a fuzzing server as Drive needs.
type fuzzer struct {
	mu     sync.Mutex
	asked  []string
	echoed []string
	refuse string // the request that gets no WebSocket
}

func (f *fuzzer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.asked = append(f.asked, r.URL.RequestURI())
	f.mu.Unlock()
	if r.URL.RequestURI() == f.refuse {
		http.Error(w, "no", http.StatusBadRequest)
		return
	}
	s := &socket.Server{Handle: func(_ context.Context, conn *websocket.Conn) { f.answer(r, conn) }}
	s.ServeHTTP(w, r)
}

func (f *fuzzer) answer(r *http.Request, conn *websocket.Conn) {
	switch path.Base(r.URL.Path) {
	case "getCaseCount":
		_ = conn.WriteMessage(websocket.TextMessage, []byte("3"))
	case "runCase":
		message := "echo of " + r.URL.Query().Get("case")
		_ = conn.WriteMessage(websocket.BinaryMessage, []byte(message))
		if _, back, err := conn.ReadMessage(); err == nil {
			f.mu.Lock()
			f.echoed = append(f.echoed, string(back))
			f.mu.Unlock()
		}
	}
	_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second))
	_, _, _ = conn.ReadMessage()
}

func TestDrive(t *testing.T) {
	f := &fuzzer{refuse: "/runCase?case=2&agent=a%2Fb+c"}
	s := httptest.NewServer(f)
	defer s.Close()
	var reported []string
	err := Drive(t.Context(), wsURL(s)+"/", "a/b c", func(n, of int) { reported = append(reported, fmt.Sprintf("%d/%d", n, of)) })
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"/getCaseCount", "/runCase?case=1&agent=a%2Fb+c", "/runCase?case=2&agent=a%2Fb+c",
		"/runCase?case=3&agent=a%2Fb+c", "/updateReports?agent=a%2Fb+c",
	}
	if diff := cmp.Diff(want, f.asked); diff != "" {
		t.Errorf("requests (-want +got)\n%s", diff)
	}
	if want := []string{"echo of 1", "echo of 3"}; !slices.Equal(f.echoed, want) {
		t.Errorf("echoed: got %q, want %q", f.echoed, want)
	}
	if want := []string{"1/3", "2/3", "3/3"}; !slices.Equal(reported, want) {
		t.Errorf("reported: got %q, want %q", reported, want)
	}
}

func TestDriveFails(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if err := Drive(t.Context(), "ws://"+ln.Addr().String(), "a", nil); err == nil {
		t.Error("no fuzzer: no error")
	}
	echo := httptest.NewServer(Handler) // says nothing to /getCaseCount
	defer echo.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := Drive(ctx, wsURL(echo), "a", nil); err == nil {
		t.Error("a silent server: no error")
	}
	f := &fuzzer{}
	s := httptest.NewServer(f)
	defer s.Close()
	ctx, stop := context.WithCancelCause(t.Context())
	reason := errors.New("enough")
	if err := Drive(ctx, wsURL(s), "a", func(int, int) { stop(reason) }); !errors.Is(err, reason) {
		t.Errorf("cancelled: got %v, want %v", err, reason)
	}
}
