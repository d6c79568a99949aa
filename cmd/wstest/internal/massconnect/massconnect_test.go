package massconnect

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"gobahn/cmd/wstest/internal/echo"
	"gobahn/cmd/wstest/internal/limits"
	"gobahn/cmd/wstest/internal/socket"
)

// serve is a server that hands each connection to behave.
func serve(t *testing.T, behave func(net.Conn)) string {
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
	return "ws://" + ln.Addr().String()
}

func wsURL(s *httptest.Server) string { return "ws" + strings.TrimPrefix(s.URL, "http") }

func TestRunConnectsToEachServer(t *testing.T) {
	plain := httptest.NewServer(echo.Handler)
	defer plain.Close()
	secure := httptest.NewTLSServer(echo.Handler)
	defer secure.Close()
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	config := Config{
		Servers:     []Server{{Name: "plain", URI: wsURL(plain)}, {Name: "secure", URI: wsURL(secure)}},
		Connections: 200,
		BatchSize:   50,
		BatchDelay:  time.Millisecond,
		Hold:        2 * reportEvery,
		Dialer:      socket.Dialer{TLS: &tls.Config{RootCAs: roots}},
	}
	seen := map[string]Progress{}
	results, err := Run(t.Context(), config, func(p Progress) {
		if p.Connected < seen[p.Server.Name].Connected || p.Elapsed < seen[p.Server.Name].Elapsed {
			t.Errorf("progress goes back: %+v", p)
		}
		seen[p.Server.Name] = p
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 2 {
		t.Fatalf("got %d results, want 2", len(results))
	}
	for i, r := range results {
		if diff := cmp.Diff(Counts{Connected: 200}, r.Counts); diff != "" || r.Server != config.Servers[i] || r.Err != nil {
			t.Errorf("%+v (-want +got)\n%s", r, diff)
		}
		if r.Took < 3*time.Millisecond || r.Rate() <= 0 {
			t.Errorf("took %v, %v a second", r.Took, r.Rate())
		}
		if p := seen[r.Server.Name]; p.Counts != r.Counts || p.Wanted != 200 {
			t.Errorf("the last progress is %+v", p)
		}
	}
}

// The server is told that the connections end, and may close TCP first.
func TestRunClosesWhatItHasOpened(t *testing.T) {
	var regular atomic.Int32
	s := httptest.NewServer(&socket.Server{Handle: func(_ context.Context, conn *websocket.Conn) {
		if _, _, err := conn.ReadMessage(); websocket.IsCloseError(err, websocket.CloseNormalClosure) {
			regular.Add(1)
		}
	}})
	began := time.Now()
	_, err := Run(t.Context(), Config{Servers: []Server{{URI: wsURL(s)}}, Connections: 10, BatchSize: 10}, nil)
	took := time.Since(began)
	s.Close()
	if err != nil {
		t.Fatal(err)
	}
	if got := regular.Load(); got != 10 {
		t.Errorf("%d of 10 connections ended with a close frame", got)
	}
	if took >= closeWait {
		t.Errorf("took %v: the server has closed, and was waited for", took)
	}
}

func TestRunTriesAgain(t *testing.T) {
	var attempts atomic.Int32
	refuse := func(ctx context.Context, network, address string) (net.Conn, error) {
		if attempts.Add(1) <= 7 {
			return nil, errors.New("not yet")
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	s := httptest.NewServer(echo.Handler)
	defer s.Close()
	results, err := Run(t.Context(), Config{
		Servers: []Server{{URI: wsURL(s)}}, Connections: 5, BatchSize: 5, Dialer: socket.Dialer{Dial: refuse},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Counts{Connected: 5, Failed: 7}, results[0].Counts); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRunCountsWhatIsLost(t *testing.T) {
	s := httptest.NewServer(&socket.Server{Handle: func(context.Context, *websocket.Conn) {}}) // closes at once
	defer s.Close()
	results, err := Run(t.Context(), Config{
		Servers: []Server{{URI: wsURL(s)}}, Connections: 20, BatchSize: 5, Hold: 500 * time.Millisecond,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Counts{Connected: 20, Lost: 20}, results[0].Counts); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A server that lets nobody in ends the run at its limit, and the next one gets
// its turn.
func TestRunGivesUpAtItsLimit(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	good := httptest.NewServer(echo.Handler)
	defer good.Close()
	for _, test := range []struct {
		name, uri string
		failures  bool
		want      string
	}{
		{"refuses", "ws://" + ln.Addr().String(), true, socket.ErrUnreachable.Error()},
		{"closes at once", serve(t, func(nc net.Conn) { nc.Close() }), true, "only 0 of 3 connections within 200ms"},
		{"never answers", serve(t, func(net.Conn) {}), false, "only 0 of 3 connections within 200ms"},
		{"never answers in time", serve(t, func(net.Conn) {}), true, "only 0 of 3 connections within 200ms"},
		{"garbage", serve(t, func(nc net.Conn) { _, _ = nc.Write(append(bytes.Repeat([]byte{0x1b}, 1<<10), '\n')) }), true, `malformed HTTP response "\x1b`},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := Config{
				Servers:     []Server{{Name: "bad", URI: test.uri}, {Name: "good", URI: wsURL(good)}},
				Connections: 3, BatchSize: 2, Limit: 200 * time.Millisecond,
			}
			if test.name == "never answers in time" {
				config.Timeout = 10 * time.Millisecond
			}
			results, err := Run(t.Context(), config, nil)
			if err == nil || !strings.HasPrefix(err.Error(), "bad: ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
			if len(results) != 2 || results[0].Connected != 0 || (results[0].Failed > 0) != test.failures || results[0].Err == nil {
				t.Errorf("got %+v", results)
			}
			if results[1].Connected != 3 || results[1].Err != nil {
				t.Errorf("the next server: %+v", results[1])
			}
		})
	}
}

// However the server behaves, the end of the context is the end within two seconds.
func TestRunEndsWithItsContext(t *testing.T) {
	echoes := httptest.NewServer(echo.Handler)
	defer echoes.Close()
	floods := httptest.NewServer(&socket.Server{Handle: func(_ context.Context, conn *websocket.Conn) {
		for conn.WriteControl(websocket.PingMessage, make([]byte, 100), time.Now().Add(time.Second)) == nil {
		}
	}})
	defer floods.Close()
	silent := serve(t, func(net.Conn) {})
	for _, test := range []struct {
		name, uri  string
		connecting bool // when the context ends
	}{
		{"connecting", silent, true},
		{"waiting for the next batch", wsURL(echoes), true},
		{"holding", wsURL(echoes), false},
		{"a flood of pings", wsURL(floods), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			reason := errors.New("enough")
			ctx, cancel := context.WithCancelCause(t.Context())
			config := Config{Servers: []Server{{URI: test.uri}, {URI: test.uri}}, Connections: 4, BatchSize: 4, Hold: time.Hour}
			if test.connecting {
				config.BatchSize, config.BatchDelay = 2, time.Hour
			}
			var ended time.Time
			results, err := Run(ctx, config, func(p Progress) {
				if ended.IsZero() && (test.connecting || p.Connected == 4) {
					ended = time.Now()
					cancel(reason)
				}
			})
			if took := time.Since(ended); took > 2*time.Second {
				t.Errorf("took %v to end", took)
			}
			noneLeft(t, "massconnect.(*round)")
			if err == nil || err.Error() != "enough" || len(results) != 1 {
				t.Errorf("got %v and %d results, want enough and one", err, len(results))
			}
			if got := results[0].Err; errors.Is(got, reason) != test.connecting {
				t.Errorf("the result says %v", got)
			}
		})
	}
}

func TestRunRefusesAConfiguration(t *testing.T) {
	good := Config{Servers: []Server{{Name: "a", URI: "ws://127.0.0.1:9"}}, Connections: 1, BatchSize: 1}
	for _, test := range []struct {
		want   string
		change func(*Config)
	}{
		{"no server to connect to", func(c *Config) { c.Servers = nil }},
		{`server "b": URL "http://a": want ws://host:port/path`, func(c *Config) { c.Servers = []Server{{Name: "b", URI: "http://a"}} }},
		{"0 connections: want at least one", func(c *Config) { c.Connections = 0 }},
		{"batches of -1 connections: want at least one", func(c *Config) { c.BatchSize = -1 }},
		{"a negative time", func(c *Config) { c.RetryDelay = -1 }},
	} {
		c := good
		test.change(&c)
		results, err := Run(t.Context(), c, nil)
		if err == nil || !strings.Contains(err.Error(), test.want) || results != nil {
			t.Errorf("got %v, %v; want an error with %q", results, err, test.want)
		}
	}
}

func TestRunRefusesMoreConnectionsThanFiles(t *testing.T) {
	limit, known := limits.OpenFiles()
	if !known || limit > 1<<40 {
		t.Skip("no limit of open files here")
	}
	_, err := Run(t.Context(), Config{Servers: []Server{{URI: "ws://a"}}, Connections: int(limit), BatchSize: 1}, nil)
	if err == nil || !strings.Contains(err.Error(), "ulimit -Hn") {
		t.Errorf("got %v, want an error that says how to raise the limit", err)
	}
}

func TestResultIsALine(t *testing.T) {
	r := Result{
		Server: Server{Name: "a", URI: "ws://b"}, Wanted: 10000, Took: 12500 * time.Millisecond,
		Counts: Counts{Connected: 9999, Failed: 3, Lost: 2},
	}
	const want = "a at ws://b: connected 9999 of 10000, failed 3, lost 2, 12.500 seconds, 800 connections per second"
	if got := r.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := (Result{}).Rate(); got != 0 {
		t.Errorf("nothing in no time: got %v a second, want 0", got)
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
