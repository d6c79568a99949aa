package echo

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"gobahn/cmd/wstest/internal/socket"
)

// soon is within what a mode of the command has to end.
const soon = 2 * time.Second

func TestHandlerNegotiatesCompression(t *testing.T) {
	s := httptest.NewServer(Handler)
	defer s.Close()
	conn, response, err := (&websocket.Dialer{EnableCompression: true}).DialContext(t.Context(), wsURL(s), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const want = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
	if got := response.Header.Get("Sec-WebSocket-Extensions"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for name, message := range map[string][]byte{
		"compressible": bytes.Repeat([]byte("0123456789abcdef"), 1<<16),
		"random":       random(1 << 20),
	} {
		if err := conn.WriteMessage(websocket.BinaryMessage, message); err != nil {
			t.Fatal(err)
		}
		if _, back, err := conn.ReadMessage(); err != nil || !bytes.Equal(back, message) {
			t.Errorf("%s: got %d octets, %v; want the %d that were sent", name, len(back), err, len(message))
		}
	}
}

func random(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// A compressed echo is compressed, too: the first octet of the frame has RSV1.
func TestHandlerCompressesWhatItSends(t *testing.T) {
	s := httptest.NewServer(Handler)
	defer s.Close()
	conn := dial(t, wsURL(s))
	if err := conn.WriteMessage(websocket.TextMessage, []byte(strings.Repeat("*", 1000))); err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 2)
	if _, err := io.ReadFull(conn.NetConn(), head); err != nil {
		t.Fatal(err)
	}
	if head[0] != 0xc1 || head[1] > 100 {
		t.Errorf("got % x, want c1 and a few octets", head)
	}
}

func TestHandlerAnswersAPlainGET(t *testing.T) {
	s := httptest.NewServer(Handler)
	defer s.Close()
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "host.docker.internal:9001"
	r.Header.Set("Origin", "https://somewhere.else")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 || !strings.Contains(string(body), "echo server") {
		t.Errorf("got %s, %q, %v; want 200 and a page", response.Status, body, err)
	}
}

func TestServerRefusesWhatIsTooLarge(t *testing.T) {
	s := httptest.NewServer((&Server{MaxMessage: 5}).server())
	defer s.Close()
	conn := dial(t, wsURL(s))
	for _, message := range []string{"12345", "123456"} {
		if err := conn.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
			t.Fatal(err)
		}
	}
	if _, back, err := conn.ReadMessage(); err != nil || string(back) != "12345" {
		t.Errorf("got %q, %v; want 12345", back, err)
	}
	if _, _, err := conn.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseMessageTooBig) {
		t.Errorf("got %v, want close 1009", err)
	}
}

// secured is a server behind TLS, and the configuration of a client that trusts it.
func secured(t *testing.T, h http.Handler) (string, *tls.Config) {
	t.Helper()
	s := httptest.NewTLSServer(h)
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return "wss" + strings.TrimPrefix(s.URL, "https"), &tls.Config{RootCAs: roots}
}

func TestDriveOverTLSBelowAPath(t *testing.T) {
	f := &fuzzer{}
	target, trust := secured(t, f)
	var started, done []string
	c := Client{
		Dialer:  socket.Dialer{TLS: trust},
		Agent:   "a",
		OnStart: func(n, of int) { started = append(started, fmt.Sprintf("%d/%d", n, of)) },
		OnDone:  func(n, of int) { done = append(done, fmt.Sprintf("%d/%d", n, of)) },
	}
	if err := c.Drive(t.Context(), target+"/base%2Fpath/?token=x"); err != nil {
		t.Fatal(err)
	}
	const base = "/base%2Fpath/"
	want := []string{
		base + "getCaseCount?token=x", base + "runCase?token=x&case=1&agent=a", base + "runCase?token=x&case=2&agent=a",
		base + "runCase?token=x&case=3&agent=a", base + "updateReports?token=x&agent=a",
	}
	if diff := cmp.Diff(want, f.asked); diff != "" {
		t.Errorf("requests (-want +got)\n%s", diff)
	}
	if want := []string{"1/3", "2/3", "3/3"}; !slices.Equal(started, want) || !slices.Equal(done, want) {
		t.Errorf("got %q started and %q done, want %q", started, done, want)
	}
}

func TestDriveRefusesWhatIsNoFuzzer(t *testing.T) {
	for _, test := range []struct{ name, answer, want string }{
		{"no number", "<p>no\x1b", `asking for the number of cases: got "<p>no\x1b", want a number`},
		{"negative", "-1", `asking for the number of cases: got "-1", want a number`},
	} {
		s := httptest.NewServer(&socket.Server{Handle: func(_ context.Context, conn *websocket.Conn) {
			_ = conn.WriteMessage(websocket.TextMessage, []byte(test.answer))
		}})
		err := Drive(t.Context(), wsURL(s), "a", nil)
		s.Close()
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		}
	}
	if err := Drive(t.Context(), "http://127.0.0.1", "a", nil); err == nil {
		t.Error("no WebSocket's URL: no error")
	}
}

func TestEcho(t *testing.T) {
	tooLarge := strings.Repeat("*", 100)
	for _, test := range []struct {
		name, message string
		close         []byte // nil: the connection is dropped
		wantErr       bool
	}{
		{"until a close frame", "Hello-µ@ßöä", websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), false},
		{"until a close frame without a code", "a", []byte{}, false},
		{"until a close frame that reports a fault", "a", websocket.FormatCloseMessage(websocket.CloseProtocolError, ""), true},
		{"until the connection is dropped", "a", nil, true},
		{"until a message is too large", tooLarge, nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := make(chan string, 1)
			target, trust := secured(t, &socket.Server{Handle: func(_ context.Context, conn *websocket.Conn) {
				_ = conn.WriteMessage(websocket.TextMessage, []byte(test.message))
				_, back, _ := conn.ReadMessage()
				got <- string(back)
				if test.close != nil {
					_ = conn.WriteControl(websocket.CloseMessage, test.close, time.Now().Add(time.Second))
				}
			}})
			c := Client{Dialer: socket.Dialer{TLS: trust}, MaxMessage: 50}
			err := c.Echo(t.Context(), target)
			if (err != nil) != test.wantErr {
				t.Errorf("got %v, want an error: %v", err, test.wantErr)
			}
			want := test.message
			if want == tooLarge {
				want = ""
			}
			if back := <-got; back != want {
				t.Errorf("got back %q, want %q", back, want)
			}
		})
	}
}

// A fuzzer or an echo server that never answers, or never ends, keeps no client
// once its context has ended.
func TestClientEndsWithItsContext(t *testing.T) {
	drive := func(ctx context.Context, target string) error { return Drive(ctx, target, "a", nil) }
	enough := errors.New("enough")
	for _, test := range []struct {
		name string
		run  func(ctx context.Context, target string) error
		open bool // the server opens a WebSocket
		want error
	}{
		{"drive, no handshake", drive, false, enough},
		{"drive, no message", drive, true, enough},
		{"echo, no handshake", new(Client).Echo, false, nil},
		{"echo, no message", new(Client).Echo, true, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			released := make(chan struct{})
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				silent := &socket.Server{Handle: func(context.Context, *websocket.Conn) {
					cancel(enough)
					<-released
				}}
				if test.open {
					silent.ServeHTTP(w, r)
					return
				}
				cancel(enough)
				<-released
			}))
			defer s.Close()
			defer close(released)
			began := time.Now()
			if err := test.run(ctx, wsURL(s)); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if took := time.Since(began); took > soon {
				t.Errorf("took %v to end, want no more than %v", took, soon)
			}
		})
	}
}

// A client that never reads does not keep the server from ending.
func TestServerEndsBesideAClientThatNeverReads(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, ln) }()
	conn := dial(t, "ws://"+ln.Addr().String())
	conn.EnableWriteCompression(false)
	message := random(1 << 20)
	for {
		if err := conn.SetWriteDeadline(time.Now().Add(300 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if err := conn.WriteMessage(websocket.BinaryMessage, message); err != nil {
			break // the server waits for us, too
		}
	}
	began := time.Now()
	cancel()
	if err := <-served; err != nil {
		t.Errorf("got %v, want nil", err)
	}
	noneLeft(t, "echo.echo(")
	if took := time.Since(began); took > soon {
		t.Errorf("took %v to end, want no more than %v", took, soon)
	}
}

// noneLeft checks that no goroutine runs code whose name contains name, apart from
// one that is just about to end.
func noneLeft(t *testing.T, name string) {
	t.Helper()
	var stacks []byte
	for range 100 {
		stacks = make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		if !bytes.Contains(stacks, []byte(name)) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("a goroutine is left in %s:\n%s", name, stacks)
}
