package socket

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

// soon is within what a mode of the command has to end.
const soon = 2 * time.Second

// start serves s on the loopback interface and returns its address. The function
// that it returns ends the server and says how long that took.
func start(t *testing.T, s *Server) (address string, end func() time.Duration) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, ln) }()
	ended := false
	end = func() time.Duration {
		began := time.Now()
		cancel()
		if !ended {
			ended = true
			if err := <-served; err != nil {
				t.Errorf("Serve: got %v, want nil", err)
			}
		}
		return time.Since(began)
	}
	t.Cleanup(func() { end() })
	return ln.Addr().String(), end
}

// relay reads messages of up to limit octets and passes each to got.
func relay(limit int64, got chan<- error) func(context.Context, *websocket.Conn) {
	return func(_ context.Context, conn *websocket.Conn) {
		for {
			_, _, err := Read(conn, limit)
			got <- err
			if err != nil {
				return
			}
		}
	}
}

// certificate returns the configurations of a server and of a client that trusts
// it, under the name of example.com and of 127.0.0.1.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates}, &tls.Config{RootCAs: roots}
}

// random are n octets that no compression makes fewer.
func random(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func TestReadLimitsWhatAMessageIsDecompressedTo(t *testing.T) {
	const limit = 1000
	for _, test := range []struct {
		name     string
		kind     int
		message  []byte
		compress bool
		want     error
		code     int // of the close frame
	}{
		{"as large as may be", websocket.BinaryMessage, bytes.Repeat([]byte("*"), limit), false, nil, 0},
		{"as large as may be, compressed", websocket.BinaryMessage, bytes.Repeat([]byte("*"), limit), true, nil, 0},
		{"as large as may be, larger when compressed", websocket.BinaryMessage, random(limit), true, nil, 0},
		{"too large", websocket.BinaryMessage, bytes.Repeat([]byte("*"), limit+1), false, errTooLarge, 1009},
		{"far too large", websocket.BinaryMessage, bytes.Repeat([]byte("*"), 2*limit), false, websocket.ErrReadLimit, 1009},
		{"too large, compressed", websocket.BinaryMessage, bytes.Repeat([]byte("*"), limit+1), true, errTooLarge, 1009},
		{"a bomb", websocket.BinaryMessage, make([]byte, 1<<19), true, errTooLarge, 1009},
		{"text", websocket.TextMessage, []byte("Hello-µ@ßöä"), false, nil, 0},
		{"text that is not UTF-8", websocket.TextMessage, []byte("\xce\xff"), false, errNotUTF8, 1007},
		{"octets that are not UTF-8", websocket.BinaryMessage, []byte("\xce\xff"), false, nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := make(chan error, 2)
			address, _ := start(t, &Server{Handle: relay(limit, got)})
			conn, err := Dialer{}.Connect(t.Context(), "ws://"+address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.EnableWriteCompression(test.compress)
			if err := conn.WriteMessage(test.kind, test.message); err != nil {
				t.Fatal(err)
			}
			if err := <-got; !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if test.code == 0 {
				return
			}
			_, _, err = conn.ReadMessage()
			if diff := cmp.Diff(error(&websocket.CloseError{Code: test.code}), err); diff != "" {
				t.Errorf("the client (-want +got)\n%s", diff)
			}
		})
	}
}

func TestServerNegotiates(t *testing.T) {
	secure, trusting := certificate(t)
	both := []string{"h2", "http/1.1"}
	http2, trustingHTTP2 := secure.Clone(), trusting.Clone()
	http2.NextProtos, trustingHTTP2.NextProtos = both, both
	for _, test := range []struct {
		name     string
		server   Server
		client   Dialer
		url      func(address string) string
		protocol string
	}{
		{"no subprotocol", Server{}, Dialer{}, func(a string) string { return "ws://" + a + "/any/path?a=b" }, ""},
		{"the server's favourite", Server{Protocols: []string{"b", "a"}}, Dialer{Protocols: []string{"a", "b", "c"}}, func(a string) string { return "ws://" + a }, "b"},
		{"none in common", Server{Protocols: []string{"a"}}, Dialer{Protocols: []string{"b"}}, func(a string) string { return "ws://" + a }, ""},
		{"TLS", Server{TLS: secure, Protocols: []string{"a"}}, Dialer{TLS: trusting, Protocols: []string{"a"}}, func(a string) string { return "wss://" + a + "/" }, "a"},
		{"a client that knows HTTP/2", Server{TLS: http2}, Dialer{TLS: trustingHTTP2}, func(a string) string { return "wss://" + a + "/" }, ""},
		{"small buffers", Server{}, Dialer{Small: true}, func(a string) string { return "ws://" + a }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := make(chan error, 1)
			test.server.Handle = relay(10, got)
			address, _ := start(t, &test.server)
			conn, err := test.client.Connect(t.Context(), test.url(address))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if conn.Subprotocol() != test.protocol {
				t.Errorf("subprotocol: got %q, want %q", conn.Subprotocol(), test.protocol)
			}
			if err := conn.WriteMessage(websocket.TextMessage, []byte("a")); err != nil {
				t.Fatal(err)
			}
			if err := <-got; err != nil {
				t.Errorf("the server read: %v", err)
			}
		})
	}
}

func TestServerAnswersOtherRequestsWithAPage(t *testing.T) {
	s := httptest.NewServer(&Server{About: "a <b> server"})
	defer s.Close()
	for _, test := range []struct {
		method, host string
		status       int
		page         bool
	}{
		{"GET", "", 200, true},
		{"GET", "any.host:1", 200, true},
		{"HEAD", "", 200, false},
		{"POST", "", 405, false},
	} {
		r, err := http.NewRequestWithContext(t.Context(), test.method, s.URL+"/x", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = test.host
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != test.status {
			t.Errorf("%s: got %s, %v; want %d", test.method, response.Status, err, test.status)
		}
		if got := strings.Contains(string(body), "a &lt;b&gt; server"); got != test.page {
			t.Errorf("%s: page %v, want %v: %s", test.method, got, test.page, body)
		}
	}
}

func TestServerEndsWithItsContext(t *testing.T) {
	secure, trusting := certificate(t)
	flood := func(conn *websocket.Conn, limit time.Duration) {
		_ = conn.SetWriteDeadline(time.Now().Add(limit))
		for conn.WriteMessage(websocket.BinaryMessage, make([]byte, 1<<20)) == nil {
		}
	}
	for _, test := range []struct {
		name   string
		tls    *tls.Config
		scheme string
		limit  time.Duration // for what is written to a client that reads nothing
	}{
		{"while it writes", nil, "ws://", time.Minute},
		{"while it writes, TLS", secure, "wss://", time.Minute},
		{"when nothing more can be written", nil, "ws://", 100 * time.Millisecond},
		{"when nothing more can be written, TLS", secure, "wss://", 100 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			flooded := make(chan struct{})
			address, end := start(t, &Server{TLS: test.tls, Handle: func(ctx context.Context, conn *websocket.Conn) {
				conn.EnableWriteCompression(false)
				if test.limit > soon {
					close(flooded)
					flood(conn, test.limit)
					return
				}
				flood(conn, test.limit)
				close(flooded)
				<-ctx.Done()
			}})
			conn, err := Dialer{TLS: trusting}.Connect(t.Context(), test.scheme+address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close() // it reads nothing
			idle, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer idle.Close()
			<-flooded
			if took := end(); took > soon {
				t.Errorf("took %v to end, want no more than %v", took, soon)
			}
			if _, err := net.Dial("tcp", address); err == nil {
				t.Error("the listener is open after Serve has returned")
			}
		})
	}
}

func TestServerSaysGoodbye(t *testing.T) {
	got := make(chan error, 1)
	address, end := start(t, &Server{Handle: relay(1, got)})
	conn, err := Dialer{}.Connect(t.Context(), "ws://"+address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	end()
	_, _, err = conn.ReadMessage()
	if !Ended(err) {
		t.Errorf("got %v, want a close frame", err)
	}
}

// hostile is a server that does with each connection what it likes.
func hostile(t *testing.T, behave func(net.Conn)) string {
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
			t.Cleanup(func() { nc.Close() })
			behave(nc)
		}
	}()
	return ln.Addr().String()
}

func TestConnectFails(t *testing.T) {
	secure, _ := certificate(t)
	got := make(chan error, 1)
	untrusted, _ := start(t, &Server{TLS: secure, Handle: relay(1, got)})
	closes := hostile(t, func(nc net.Conn) { nc.Close() })
	silent := hostile(t, func(net.Conn) {})
	garbage := hostile(t, func(nc net.Conn) { _, _ = nc.Write(bytes.Repeat([]byte{0xff}, 1<<10)); nc.Close() })
	refuses := hostile(t, func(nc net.Conn) {
		_, _ = io.ReadAtLeast(nc, make([]byte, 1<<10), 100)
		_, _ = io.WriteString(nc, "HTTP/1.1 404 Not\x1bFound\r\nContent-Length: 0\r\n\r\n")
	})
	for _, test := range []struct{ name, url, want string }{
		{"no URL", "ws://a b/", "invalid character"},
		{"another scheme", "http://127.0.0.1/", "want ws://host:port/path"},
		{"no host", "ws:///a", "has no host"},
		{"fragment", "ws://127.0.0.1/#a", "RFC 6455 3"},
		{"closes at once", "ws://" + closes, "connecting to ws://" + closes},
		{"closes at once, TLS", "wss://" + closes, "connecting to wss://" + closes},
		{"never answers", "ws://" + silent, "connecting to ws://" + silent},
		{"never answers, TLS", "wss://" + silent, "connecting to wss://" + silent},
		{"garbage", "ws://" + garbage, "malformed HTTP"},
		{"garbage, TLS", "wss://" + garbage, "TLS handshake"},
		{"refuses", "ws://user:secret@" + refuses, `user:xxxxx@` + refuses + `: websocket: bad handshake: the server answered "404 Not\x1bFound"`},
		{"a certificate that nobody signed", "wss://" + untrusted, "certificate"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var dialer Dialer
			if strings.HasPrefix(test.name, "never") {
				dialer.Timeout = 50 * time.Millisecond
			}
			_, err := dialer.Connect(t.Context(), test.url)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
			if errors.Is(err, ErrUnreachable) {
				t.Errorf("%v is taken for a server that cannot be reached", err)
			}
		})
	}
}

func TestConnectSaysThatTheServerCannotBeReached(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if _, err := (Dialer{}).Connect(t.Context(), "ws://"+ln.Addr().String()); !errors.Is(err, ErrUnreachable) {
		t.Errorf("got %v, want %v", err, ErrUnreachable)
	}
	blocked := func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
	if _, err := (Dialer{Dial: blocked, Timeout: time.Millisecond}).Connect(t.Context(), "ws://a"); !errors.Is(err, ErrUnreachable) {
		t.Errorf("too slow: got %v, want %v", err, ErrUnreachable)
	}
}

func TestConnectEndsWithItsContext(t *testing.T) {
	reason := errors.New("enough")
	for _, scheme := range []string{"ws://", "wss://"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		silent := hostile(t, func(nc net.Conn) {
			_, _ = nc.Read(make([]byte, 1)) // of the handshake
			cancel(reason)
		})
		if _, err := (Dialer{}).Connect(ctx, scheme+silent); !errors.Is(err, reason) {
			t.Errorf("%s: got %v, want %v", scheme, err, reason)
		}
	}
}

func TestConnectSendsCredentials(t *testing.T) {
	var user, password string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ = r.BasicAuth()
	}))
	defer s.Close()
	_, _ = Dialer{}.Connect(t.Context(), "ws://me:my%20word@"+strings.TrimPrefix(s.URL, "http://"))
	if user != "me" || password != "my word" {
		t.Errorf("got %q and %q, want me and my word", user, password)
	}
}

func TestConnectThroughAUnixSocket(t *testing.T) {
	path := t.TempDir() + "/s"
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Skip("no unix sockets here: ", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	got, served := make(chan error, 1), make(chan error, 1)
	s := &Server{Handle: relay(1, got)}
	go func() { served <- s.Serve(ctx, ln) }()
	conn, err := Dialer{Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}.Connect(ctx, "ws://localhost/a")
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if err := <-got; err == nil {
		t.Error("the server read from a connection that was closed")
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
