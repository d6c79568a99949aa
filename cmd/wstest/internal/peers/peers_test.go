package peers

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"gobahn/cmd/wstest/internal/recorded"
)

func TestEveryRecordingHasItsPeer(t *testing.T) {
	var have []string
	for _, p := range Servers {
		have = append(have, p.Run)
	}
	for _, p := range Clients {
		have = append(have, p.Run)
	}
	slices.Sort(have)
	want, err := recorded.Names()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("(-recordings +peers)\n%s", diff)
	}
}

func TestServersEcho(t *testing.T) {
	for _, peer := range Servers {
		t.Run(peer.Run, func(t *testing.T) {
			conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), peer.Start(t), http.Header{"Origin": {Origin}})
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			for _, want := range []string{"", "Hello-µ@ßöä", strings.Repeat("*", 1000)} {
				if err := conn.WriteMessage(websocket.TextMessage, []byte(want)); err != nil {
					t.Fatal(err)
				}
				kind, got, err := conn.ReadMessage()
				if err != nil || string(got) != want {
					t.Fatalf("got %.40q, %v; want %.40q", got, err, want)
				}
				if wantKind := websocket.TextMessage; kind != wantKind && peer.Run != "server-go-xnet" { // which sends octets as binary
					t.Errorf("got kind %d, want %d", kind, wantKind)
				}
			}
		})
	}
}

// A fuzzer is as much of a fuzzing server as the clients need.
type fuzzer struct {
	mu     sync.Mutex
	asked  []string
	echoed []string
}

func (f *fuzzer) note(list *[]string, s string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*list = append(*list, s)
}

func (f *fuzzer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query, _ := url.QueryUnescape(r.URL.RawQuery)
	f.note(&f.asked, r.URL.Path+" "+query)
	conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	code := 1000
	switch r.URL.Path {
	case "/getCaseCount":
		_ = conn.WriteMessage(websocket.TextMessage, []byte("2"))
	case "/runCase":
		code = 1001 // no client may take offence
		_ = conn.WriteMessage(websocket.TextMessage, []byte("µ"+r.URL.Query().Get("case")))
		if kind, back, err := conn.ReadMessage(); err == nil && kind == websocket.TextMessage {
			f.note(&f.echoed, string(back))
		}
	}
	_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	_, _, _ = conn.ReadMessage()
}

func TestClientsRunAllCases(t *testing.T) {
	for _, peer := range Clients {
		t.Run(peer.Run, func(t *testing.T) {
			peer.Require(t)
			f := &fuzzer{}
			target := serve(t, func(ctx context.Context, ln net.Listener) error {
				s := &http.Server{Handler: f}
				defer context.AfterFunc(ctx, func() { s.Close() })()
				_ = s.Serve(ln)
				return nil
			})
			if err := peer.Drive(t.Context(), t, target, "a/b c"); err != nil {
				t.Fatal(err)
			}
			want := []string{
				"/getCaseCount ", "/runCase case=1&agent=a/b c", "/runCase case=2&agent=a/b c", "/updateReports agent=a/b c",
			}
			if diff := cmp.Diff(want, f.asked); diff != "" {
				t.Errorf("requests (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff([]string{"µ1", "µ2"}, f.echoed); diff != "" {
				t.Errorf("echoed (-want +got)\n%s", diff)
			}
		})
	}
}

// A client of a server that says nothing ends with its context.
func TestClientsEnd(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, peer := range Clients {
		t.Run(peer.Run, func(t *testing.T) {
			peer.Require(t)
			reason := errors.New("enough")
			ctx, cancel := context.WithTimeoutCause(t.Context(), 200*time.Millisecond, reason)
			defer cancel()
			err := peer.Drive(ctx, t, "ws://"+silent.Addr().String(), "a")
			if err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestMissing(t *testing.T) {
	for _, test := range []struct {
		ci, missing     string
		skipped, failed bool
	}{
		{"", "", false, false},
		{"true", "", false, false},
		{"", "no such thing", true, false},
		{"true", "no such thing", false, true},
	} {
		t.Setenv("CI", test.ci)
		r := &recorder{TB: t}
		require(r, test.missing)
		if r.skipped != test.skipped || r.failed != test.failed {
			t.Errorf("CI=%q, missing %q: skipped %t, failed %t", test.ci, test.missing, r.skipped, r.failed)
		}
	}
}

// A recorder notes how a test ended.
type recorder struct {
	testing.TB
	skipped, failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Skipf(string, ...any)  { r.skipped = true }
func (r *recorder) Fatalf(string, ...any) { r.failed = true }
