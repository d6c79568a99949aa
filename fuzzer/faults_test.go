package fuzzer_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"gobahn/cases"
	"gobahn/fuzzer"
)

// noFiles is what connecting fails with where there are no file descriptors left.
func noFiles() error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", syscall.EMFILE)}
}

// crowded dials a peer that conforms, and has no file descriptor for the connections
// that lacks says, counted from 1.
func crowded(lacks func(n int) bool) fuzzer.Dialler {
	var mu sync.Mutex
	n := 0
	return dialFunc(func() (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		if n++; lacks(n) {
			return nil, noFiles()
		}
		ours, theirs := net.Pipe()
		go (&rawPeer{}).serve(theirs)
		return ours, nil
	})
}

func TestFileDescriptorsThatLackForAMomentMakeNoDifference(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := crowded(func(n int) bool { return n > 1 && n < 20 })
		client := fuzzer.Client{Config: fuzzer.Config{Dialler: dial}, URL: "ws://peer", Parallel: 1}
		n := 0
		err := client.Run(t.Context(), find(t, "1.1.1", "1.1.2", "1.1.3"), func(p fuzzer.Played) error {
			if n++; p.Result.Headline != "" || p.Observation.Duration > cases.Second {
				t.Errorf("%s: %v after %v", p.Case.ID, p.Result, p.Observation.Duration)
			}
			return nil
		})
		if n != 3 || err != nil {
			t.Errorf("%d cases, %v", n, err)
		}
	})
}

// That this machine lacks something is no verdict on the peer: the run ends, and says why.
func TestFileDescriptorsThatLackEndTheRun(t *testing.T) {
	for _, parallel := range []int{0, 1, 3} {
		for from := 1; from < 8; from++ {
			synctest.Test(t, func(t *testing.T) {
				dial := crowded(func(n int) bool { return n >= from })
				client := fuzzer.Client{Config: fuzzer.Config{Dialler: dial}, URL: "ws://peer", Parallel: parallel}
				err := client.Run(t.Context(), find(t, "1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.1.5", "1.1.6", "1.1.7", "1.1.8"), func(p fuzzer.Played) error {
					if p.Result.Headline != "" {
						t.Errorf("%d at a time: %s has failed", parallel, p.Case.ID)
					}
					return nil
				})
				const want = "this machine has no room for another connection: cannot reach ws://peer: dial tcp: socket: too many open files: raise the limit (ulimit -Hn)"
				if err == nil || err.Error() != want {
					t.Errorf("%d at a time, %d connections: got %v", parallel, from, err)
				}
			})
		}
	}
}

// Nor is it one that a server has not been looked at for that, after a case.
func TestFileDescriptorsThatLackAfterACaseAreNotTheServers(t *testing.T) {
	list := find(t, "1.1.1", "1.1.2")
	list[1].Alive = true
	for from := 2; from < 6; from++ {
		for _, keeper := range []fuzzer.Keeper{nil, &mortal{}} {
			synctest.Test(t, func(t *testing.T) {
				dial := crowded(func(n int) bool { return n >= from })
				client := fuzzer.Client{Config: fuzzer.Config{Dialler: dial}, URL: "ws://peer", Parallel: 1, Keeper: keeper}
				err := client.Run(t.Context(), list, func(p fuzzer.Played) error {
					if p.Result.Headline != "" || p.Observation.Died != "" {
						t.Errorf("from connection %d: %s has failed: %s, died %q", from, p.Case.ID, p.Result.Says, p.Observation.Died)
					}
					return nil
				})
				if _, machine := errors.AsType[*fuzzer.MachineError](err); err != nil && !machine {
					t.Errorf("from connection %d: %v", from, err)
				}
			})
		}
	}
}

// answer is the message that an endpoint sends.
func answer(t *testing.T, address, path string) string {
	t.Helper()
	texts, _ := said(t, visit(t, "ws://"+address+path))
	return strings.Join(texts, " ")
}

// A crowdedListener has no file descriptor for the first connections.
type crowdedListener struct {
	net.Listener
	lacks int
}

func (c *crowdedListener) Accept() (net.Conn, error) {
	if c.lacks--; c.lacks >= 0 {
		return nil, noFiles()
	}
	return c.Listener.Accept()
}

func TestServerWithoutFileDescriptorsServesLaterAndSaysSo(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var notices []string
	server := fuzzer.Server{Cases: find(t, "1.1.1"), OnNotice: func(text string) { notices = append(notices, text) }}
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, &crowdedListener{ln, 3}) }()
	if got := answer(t, ln.Addr().String(), "/getCaseCount"); got != "1" {
		t.Errorf("got %q cases", got)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	want := []string{"clients have to wait: this machine has no room for another connection: dial tcp: socket: too many open files: raise the limit (ulimit -Hn)"}
	if diff := cmp.Diff(want, notices); diff != "" {
		t.Errorf("notices (-want +got)\n%s", diff)
	}
}

func TestServerServesNoMoreThanItMay(t *testing.T) {
	address := startServer(t, &fuzzer.Server{Cases: find(t, "1.1.1"), MaxConns: 1})
	first, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := websocket.DefaultDialer.DialContext(ctx, "ws://"+address+"/getCaseCount", nil); err == nil {
		t.Error("the second was served beside the first")
	}
	first.Close()
	if got := answer(t, address, "/getCaseCount"); got != "1" {
		t.Errorf("got %q cases", got)
	}
}

// What keeps a server from being reached is said in words.
func TestWhyAServerIsNotReached(t *testing.T) {
	syscallError := func(err syscall.Errno) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	for _, test := range []struct {
		url, want string
		err       error
	}{
		{"ws://nowhere.example", "there is no host nowhere.example: lookup nowhere.example: no such host",
			&net.DNSError{Err: "no such host", Name: "nowhere.example", IsNotFound: true}},
		{"ws://a.example", "the name server did not say where a.example is: dial tcp: lookup a.example on 192.0.2.1:53: server misbehaving",
			&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "server misbehaving", Name: "a.example", Server: "192.0.2.1:53", IsTemporary: true}}},
		{"ws://[::1]:9001", "this machine has no IPv6 that leads to ::1: dial tcp: connect: cannot assign requested address", syscallError(syscall.EADDRNOTAVAIL)},
		{"ws://[2001:db8::1]", "this machine has no IPv6 that leads to 2001:db8::1: dial tcp: connect: network is unreachable", syscallError(syscall.ENETUNREACH)},
		{"wss://[::1]", "this machine has no IPv6 that leads to ::1: dial tcp: connect: address family not supported by protocol", syscallError(syscall.EAFNOSUPPORT)},
		{"ws://[::1]", "dial tcp: connect: connection refused", syscallError(syscall.ECONNREFUSED)},
		{"ws://192.0.2.1", "dial tcp: connect: network is unreachable", syscallError(syscall.ENETUNREACH)},
	} {
		client := fuzzer.Client{Config: fuzzer.Config{Dialler: dialFunc(func() (net.Conn, error) { return nil, test.err })}, URL: test.url}
		var faults []string
		err := client.Run(t.Context(), find(t, "1.1.1"), func(p fuzzer.Played) error {
			faults = append(faults, p.Observation.Faults...)
			return nil
		})
		_, unreachable := errors.AsType[*fuzzer.UnreachableError](err)
		want := "cannot reach " + test.url + ": " + test.want
		if !unreachable || err.Error() != want || !slices.Equal(faults, []string{want}) {
			t.Errorf("got  %v, and %q in the report\nwant %s", err, faults, want)
		}
		if _, nameErr := client.Name(t.Context()); nameErr == nil || nameErr.Error() != want {
			t.Errorf("asked for its name: %v", nameErr)
		}
	}
}

// A resolver that cannot be asked is not a name that is unknown.
func TestNameServerThatIsNotThere(t *testing.T) {
	dialer := &net.Dialer{Resolver: &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no way to it")
	}}}
	client := fuzzer.Client{Config: fuzzer.Config{Dialler: dialer}, URL: "ws://a.example.com:1"}
	_, err := client.Name(t.Context())
	if err == nil || !strings.HasPrefix(err.Error(), "cannot reach ws://a.example.com:1: the name server did not say where a.example.com is: ") {
		t.Errorf("got %v", err)
	}
}

// A client that does not get through the TLS handshake is told of, and others are served.
func TestFailedTLSHandshakesAreToldOf(t *testing.T) {
	secure := httptest.NewTLSServer(nil)
	secure.Close()
	notices := make(chan string, 100)
	address := startServer(t, &fuzzer.Server{
		Cases: find(t, "1.1.1"), TLS: &tls.Config{Certificates: secure.TLS.Certificates}, OnNotice: func(text string) { notices <- text },
	})
	dial := func() net.Conn {
		nc, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { nc.Close() })
		return nc
	}
	looks := dial() // whether the port is open
	looks.Close()
	for _, test := range []struct {
		client func(net.Conn)
		want   string
	}{
		{func(nc net.Conn) { _ = tls.Client(nc, &tls.Config{ServerName: "peer"}).Handshake() }, "the client ended it, does it trust the certificate?"},
		{func(nc net.Conn) { _, _ = io.WriteString(nc, "GET / HTTP/1.1\r\n\r\n") }, "the client does not speak TLS, is it ws instead of wss?"},
		{func(nc net.Conn) {
			_ = tls.Client(nc, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, InsecureSkipVerify: true}).Handshake()
		}, "tls: client offered only unsupported versions"},
	} {
		nc := dial()
		test.client(nc)
		got := <-notices
		if want := "TLS handshake with " + nc.LocalAddr().String() + ": " + test.want; !strings.HasPrefix(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for range 30 {
		nc := dial()
		_, _ = io.WriteString(nc, "GET / HTTP/1.1\r\n\r\n")
		_, _ = io.Copy(io.Discard, nc)
	}
	if n := len(notices); n != 17 {
		t.Errorf("%d notices more, want 17, for 20 are enough", n)
	}
	const more = "; more of this kind is not shown"
	announced := 0
	for len(notices) > 0 { // not always in the order in which the connections came
		if strings.HasSuffix(<-notices, more) {
			announced++
		}
	}
	if announced != 1 {
		t.Errorf("%d notices say that more is not shown, want one", announced)
	}
	if _, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true}); err != nil {
		t.Errorf("a client that is right: %v", err)
	}
}

// Time limits and durations are taken from the monotonic clock, which does not jump: a
// time that is read never loses that reading, and is never made of the wall clock's,
// but where it is the time of day that is wanted.
func TestNothingIsTimedByTheWallClock(t *testing.T) {
	strips := regexp.MustCompile(`^(UTC|Local|In|Round|Truncate|AddDate|Unix|UnixMilli|UnixMicro|UnixNano|Date|Parse)$`)
	allowed := map[string]string{
		"conn_read.go: time.Unix(1, 0)": "a time that has passed whatever the clock says",

		"recorder.go: time.Now().UTC()": "when the run began",
		"suite.go: time.Now().UTC()":    "when the run began",

		"writer.go: w.opened.Add(w.now().Sub(w.opened)).UTC()":                                    "when the run ended, by how long it took",
		"recorder.go: time.Since(r.started).Round(10*time.Millisecond)":                           "a duration",
		"progress.go: time.Duration(float64(n) / rate * float64(time.Second)).Round(time.Second)": "a duration",
	}
	var sources []string
	for _, dir := range []string{".", "../wire", "../report", "../report/conformance", "../cmd/wstest"} {
		more, err := filepath.Glob(dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, more...)
	}
	looked := 0
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(src), `"time"`) {
			continue
		}
		looked++
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		for n := range ast.Preorder(file) {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				continue
			}
			if s, ok := call.Fun.(*ast.SelectorExpr); ok && strips.MatchString(s.Sel.Name) && fmt.Sprint(s.X) != "url" {
				text := string(src[set.Position(call.Pos()).Offset:set.Position(call.End()).Offset])
				if key := fmt.Sprintf("%s: %s", filepath.Base(name), text); allowed[key] == "" {
					t.Errorf("%s: %s reads the wall clock", set.Position(call.Pos()), text)
				}
			}
		}
	}
	if looked < 40 {
		t.Errorf("%d files were looked at", looked)
	}
}
