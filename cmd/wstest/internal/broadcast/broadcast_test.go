package broadcast

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"gobahn/cmd/wstest/internal/socket"
)

// start starts s on the loopback interface and returns its address. The function
// that it returns ends the server and says how long that took.
func start(t *testing.T, s *Server) (address string, end func() time.Duration) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := s.Serve(ctx, ln); err != nil {
			t.Errorf("Serve: got %v, want nil", err)
		}
	}()
	end = func() time.Duration {
		began := time.Now()
		cancel()
		<-served
		return time.Since(began)
	}
	t.Cleanup(func() { end() })
	return ln.Addr().String(), end
}

func dial(t *testing.T, address string) *websocket.Conn {
	t.Helper()
	conn, err := socket.Dialer{}.Connect(t.Context(), "ws://"+address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// hear is the next message of conn that is no tick and no presence.
func hear(t *testing.T, conn *websocket.Conn) string {
	t.Helper()
	for {
		_, message, err := conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(message, []byte("tick ")) && !bytes.HasPrefix(message, []byte("present ")) {
			return string(message)
		}
	}
}

func say(t *testing.T, conn *websocket.Conn, kind int, message string) {
	t.Helper()
	if err := conn.WriteMessage(kind, []byte(message)); err != nil {
		t.Fatal(err)
	}
}

// certificate returns the configurations of a server and of a client that trusts it.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates}, &tls.Config{RootCAs: roots}
}

// members waits until all conns take part: each hears that it is present.
func members(t *testing.T, conns ...*websocket.Conn) {
	t.Helper()
	for _, conn := range conns {
		present := "present " + conn.LocalAddr().String()
		say(t, conn, websocket.TextMessage, present)
		for heard := ""; heard != present; {
			_, message, err := conn.ReadMessage()
			if err != nil {
				t.Fatal(err)
			}
			heard = string(message)
		}
	}
}

func TestServerSendsToAll(t *testing.T) {
	address, _ := start(t, &Server{Tick: time.Minute})
	conns := []*websocket.Conn{dial(t, address), dial(t, address), dial(t, address)}
	members(t, conns...)
	say(t, conns[0], websocket.TextMessage, "Hello-µ@ßöä")
	say(t, conns[0], websocket.BinaryMessage, "\x00\xff\xfe")
	for i, conn := range conns {
		got := []string{hear(t, conn), hear(t, conn)}
		if diff := cmp.Diff([]string{"Hello-µ@ßöä", "\x00\xff\xfe"}, got); diff != "" {
			t.Errorf("client %d (-want +got)\n%s", i, diff)
		}
	}
}

func TestServerTicks(t *testing.T) {
	address, _ := start(t, &Server{Tick: time.Millisecond})
	conn := dial(t, address)
	_, first, err := conn.ReadMessage()
	if err != nil || !strings.HasPrefix(string(first), "tick ") {
		t.Errorf("got %q, %v; want a tick", first, err)
	}
	_, second, err := conn.ReadMessage()
	if err != nil || string(first) == string(second) {
		t.Errorf("got %q after %q, %v", second, first, err)
	}
}

func TestServerRelaysNothingThatIsNoMessage(t *testing.T) {
	address, _ := start(t, &Server{MaxMessage: 100})
	for _, test := range []struct {
		name, message string
		code          int
	}{
		{"text that is not UTF-8", "\xce\xff", websocket.CloseInvalidFramePayloadData},
		{"too large", strings.Repeat("*", 101), websocket.CloseMessageTooBig},
	} {
		listener, faulty := dial(t, address), dial(t, address)
		members(t, listener, faulty)
		say(t, faulty, websocket.TextMessage, test.message)
		var err error
		for err == nil {
			_, _, err = faulty.ReadMessage()
		}
		if !websocket.IsCloseError(err, test.code) {
			t.Errorf("%s: got %v, want close %d", test.name, err, test.code)
		}
		say(t, listener, websocket.TextMessage, "the next")
		if got := hear(t, listener); got != "the next" {
			t.Errorf("%s: relayed %q", test.name, got)
		}
	}
}

// A client that reads nothing is dropped, and keeps nobody waiting.
func TestServerDropsASlowClient(t *testing.T) {
	dropped := make(chan error, 1)
	var name string
	address, _ := start(t, &Server{MaxMessage: 32 << 10, Tick: time.Minute, OnDrop: func(client string, why error) {
		name = client
		dropped <- why
	}})
	slow, quick := dial(t, address), dial(t, address)
	members(t, slow, quick)
	quick.EnableWriteCompression(false)
	deadline := time.After(20 * time.Second)
	message := make([]byte, 32<<10)
	for n := 0; ; n++ {
		select {
		case why := <-dropped:
			if !errors.Is(why, errSlow) || name != slow.LocalAddr().String() {
				t.Errorf("dropped %s: %v; want %s: %v", name, why, slow.LocalAddr(), errSlow)
			}
			members(t, quick)
			return
		case <-deadline:
			t.Fatalf("after %d messages the slow client is not dropped", n)
		default:
			scramble(message, n)
			say(t, quick, websocket.BinaryMessage, string(message))
			if got := hear(t, quick); got != string(message) {
				t.Fatalf("got %d octets, want what was said", len(got))
			}
		}
	}
}

// scramble fills b with octets that compression makes no fewer.
func scramble(b []byte, seed int) {
	x := uint32(seed)*2654435761 + 1
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x)
	}
}

func TestServerEndsWithItsContext(t *testing.T) {
	address, end := start(t, &Server{Tick: time.Millisecond})
	conn := dial(t, address)
	members(t, conn)
	if took := end(); took > time.Second {
		t.Errorf("took %v to end, want no more than a second", took)
	}
	noneLeft(t, "broadcast.(*room)")
	noneLeft(t, "broadcast.(*member)")
	var err error
	for err == nil {
		_, _, err = conn.ReadMessage()
	}
	if !socket.Ended(err) {
		t.Errorf("got %v, want a close frame", err)
	}
}

func TestOfferIsBounded(t *testing.T) {
	m := &member{queue: make(chan message, 3)}
	for n := range 3 {
		if !m.offer(message{size: 10}, 30) {
			t.Errorf("message %d of 3 has no room", n+1)
		}
	}
	if m.offer(message{size: 0}, 30) {
		t.Error("a queue of three has room for four messages")
	}
	m = &member{queue: make(chan message, 3)}
	if m.offer(message{size: 31}, 30) {
		t.Error("a queue of 30 octets has room for 31")
	}
}

func TestClient(t *testing.T) {
	secure, trusting := certificate(t)
	address, _ := start(t, &Server{TLS: secure, Tick: time.Minute})
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	c := Client{Dialer: socket.Dialer{TLS: trusting}, Name: "\x1b[2J" + strings.Repeat("é", 150), Every: time.Millisecond, Out: w}
	go func() { ended <- c.Run(ctx, "wss://"+address) }()
	buffer := make([]byte, 4<<10)
	for range 2 {
		n, err := r.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		want := `received "hello from \x1b[2J` + strings.Repeat("é", 92) + `\xc3" ... (315 octets)` + "\n"
		if diff := cmp.Diff(want, string(buffer[:n])); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	cancel()
	r.Close()
	if err := <-ended; err != nil {
		t.Errorf("got %v, want nil", err)
	}
	noneLeft(t, "broadcast.(*Client)")
}

func TestLine(t *testing.T) {
	for _, test := range []struct {
		kind    int
		payload []byte
		want    string
	}{
		{websocket.TextMessage, []byte("a\n\"b\""), `received "a\n\"b\""`},
		{websocket.BinaryMessage, []byte("\x00\xff"), "received 00 ff"},
		{websocket.BinaryMessage, bytes.Repeat([]byte{1}, 300), "received " + strings.Repeat("01 ", 199) + "01 ... (300 octets)"},
	} {
		if got := line(test.kind, test.payload); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestClientEnds(t *testing.T) {
	frame := websocket.FormatCloseMessage
	for _, test := range []struct {
		name  string
		close []byte // nil: the connection is dropped
		out   io.Writer
		want  string // of the error; empty: none
	}{
		{"with a close frame", frame(websocket.CloseNormalClosure, ""), nil, ""},
		{"with a close frame that reports a fault", frame(websocket.CloseProtocolError, "no"), nil, "close 1002"},
		{"with a drop", nil, nil, "close 1006"},
		{"with output that fails", frame(websocket.CloseNormalClosure, ""), broken{}, "showing a message"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := httptest.NewServer(&socket.Server{Handle: func(_ context.Context, conn *websocket.Conn) {
				kind, hello, _ := conn.ReadMessage()
				_ = conn.WriteMessage(kind, hello)
				if test.close != nil {
					_ = conn.WriteControl(websocket.CloseMessage, test.close, time.Now().Add(time.Second))
					_, _, _ = conn.ReadMessage()
				}
			}})
			defer s.Close()
			c := Client{Every: time.Minute, Out: test.out}
			err := c.Run(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http"))
			switch {
			case test.want == "" && err != nil:
				t.Errorf("got %v, want nil", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestClientCannotConnect(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if err := new(Client).Run(t.Context(), "ws://"+ln.Addr().String()); !errors.Is(err, socket.ErrUnreachable) {
		t.Errorf("got %v, want %v", err, socket.ErrUnreachable)
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
