package conformance_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"gobahn/cases"
	"gobahn/report"
	"gobahn/report/conformance"
)

// deaf opens WebSockets and never says anything, but it answers a close.
func deaf(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	conn.SetPingHandler(func(string) error { return nil })
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			return
		}
	}
}

// dial plays a case with what, a client on gorilla/websocket.
func dial(what func(*websocket.Conn) error) conformance.Player {
	return func(ctx context.Context, url string) error {
		conn, _, err := websocket.DefaultDialer.DialContext(ctx, url, nil)
		if err != nil {
			return err
		}
		defer conn.Close()
		return what(conn)
	}
}

func of(ids ...string) conformance.Options { return conformance.Options{Cases: ids} }

func expecting(o conformance.Options, pattern, reason string) conformance.Options {
	o.Expect = append(o.Expect, conformance.Known{Cases: pattern, Reason: reason})
	return o
}

// reported is o with reports in the directory that the parent names.
func reported(o conformance.Options) conformance.Options {
	o.ReportDir = os.Getenv(dirVariable)
	return o
}

// A child is a test that fails, or is to be seen from outside: it runs in a process of
// its own. Wanted are regular expressions of lines of its output, unwanted those that
// must not be there.
type child struct {
	test             func(*testing.T)
	run              string // -run of the subtests; empty: all
	passes           bool
	wanted, unwanted []string
}

var children = map[string]child{
	"an honest server": {
		test: func(t *testing.T) {
			conformance.TestHandler(t, http.HandlerFunc(echo), reported(of("1.1.*", "3.6", "12.1.1")))
		},
		passes: true,
		wanted: []string{
			`^    --- PASS: TestPeer/1\.1\.8 `, `^    --- PASS: TestPeer/3\.6 `, `^    --- SKIP: TestPeer/12\.1\.1 `,
			`The case was not played: permessage-deflate was not agreed on\.$`, `report: .*index\.html$`,
		},
		unwanted: []string{"FAIL"},
	},
	"one of its cases": {
		test: func(t *testing.T) {
			conformance.TestHandler(t, http.HandlerFunc(echo), of("1.1.*", "2.*", "9.*"))
		},
		run: "TestPeer/^2.1$", passes: true,
		wanted:   []string{`^    --- PASS: TestPeer/2\.1 `},
		unwanted: []string{`TestPeer/1\.`, `TestPeer/2\.2`, `TestPeer/9\.`},
	},
	"a server that says nothing": {
		test: func(t *testing.T) {
			o := expecting(of("2.2", "2.3", "3.6", "3.1"), "2.3", "the peer is deaf, issue 7")
			conformance.TestHandler(t, http.HandlerFunc(deaf), reported(expecting(o, "3.1", "so it was")))
		},
		wanted: []string{
			`^    --- FAIL: TestPeer/2\.2 `, `^        2\.2: no answer in 1s \(RFC 6455 5\.5\.2, RFC 6455 5\.5\.3\)$`,
			`^            sent  ping "Hello, world!"$`, `^            want  pong "Hello, world!"; our close answered 1000$`,
			`^            got   nothing; closed by us, close without a code`,
			`^    --- SKIP: TestPeer/2\.3 `, `known to fail: the peer is deaf, issue 7$`,
			`^    --- PASS: TestPeer/3\.6 `,
			`^    --- FAIL: TestPeer/3\.1 `, `3\.1 passes, but is known to fail \(so it was\): take it out of Expect$`,
		},
	},
	"a server that is not there": {
		test: func(t *testing.T) {
			server := httptest.NewServer(http.NotFoundHandler())
			server.Close()
			conformance.TestServer(t, server.URL, reported(of("1.*")))
		},
		wanted:   []string{`^--- FAIL: TestPeer `, `conformance: cannot reach ws://127\.0\.0\.1:\d+: .*refused$`},
		unwanted: []string{"TestPeer/"},
	},
	"a server that opens no WebSocket": {
		test:   func(t *testing.T) { conformance.TestHandler(t, http.NotFoundHandler(), of("1.1.1")) },
		wanted: []string{`^    --- FAIL: TestPeer/1\.1\.1 `, `^        1\.1\.1: peer refused what it must accept`, `"HTTP/1\.1 404 Not Found"`},
	},
	"options that make no sense": {
		test:     func(t *testing.T) { conformance.TestHandler(t, http.HandlerFunc(echo), of("1.1.99")) },
		wanted:   []string{`^--- FAIL: TestPeer `, `conformance: option Cases: unknown case "1\.1\.99" \(did you mean "1\.1\.`},
		unwanted: []string{"TestPeer/"},
	},
	"an honest client": {
		test: func(t *testing.T) {
			conformance.TestClient(t, dial(sendBack), reported(of("1.1.*", "3.6", "12.1.1")))
		},
		passes: true,
		wanted: []string{`^    --- PASS: TestPeer/1\.1\.8 `, `^    --- PASS: TestPeer/3\.6 `, `^    --- SKIP: TestPeer/12\.1\.1 `},
	},
	"a client that answers otherwise": {
		test: func(t *testing.T) {
			conformance.TestClient(t, dial(func(conn *websocket.Conn) error {
				for {
					kind, message, err := conn.ReadMessage()
					if err != nil {
						return err
					}
					conn.WriteMessage(kind, append(message, '!'))
				}
			}), of("1.1.2"))
		},
		wanted: []string{`^    --- FAIL: TestPeer/1\.1\.2 `, `^        1\.1\.2: wrong answer \(`, `^            got   text "\*{125}!"; closed by us, close 1000|^            got   text`},
	},
	"a client that does not connect": {
		test: func(t *testing.T) {
			play := func(context.Context, string) error { return errors.New("no network today") }
			conformance.TestClient(t, play, of("1.1.2"))
		},
		wanted: []string{`^    --- FAIL: TestPeer/1\.1\.2 `, `^            fault the client has not played the case: no network today$`},
	},
}

// The variables that make a process a child, and tell it where reports go.
const (
	childVariable = "CONFORMANCE_CHILD"
	dirVariable   = "CONFORMANCE_REPORTS"
)

// TestPeer is the test of a child.
func TestPeer(t *testing.T) {
	if c, ok := children[os.Getenv(childVariable)]; ok {
		c.test(t)
	}
}

func TestSubtestsSayWhatThePeerDid(t *testing.T) {
	for name, c := range children {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run="+cmp.Or(c.run, "^TestPeer$"))
			run.Env = append(os.Environ(), childVariable+"="+name, dirVariable+"="+t.TempDir())
			output, err := run.CombinedOutput()
			if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
				t.Fatal(err)
			}
			if passed := err == nil; passed != c.passes {
				t.Errorf("passed: %t", passed)
			}
			for _, want := range c.wanted {
				if !regexp.MustCompile("(?m)" + want).Match(output) {
					t.Errorf("no line matches %s", want)
				}
			}
			for _, unwanted := range c.unwanted {
				if regexp.MustCompile("(?m)" + unwanted).Match(output) {
					t.Errorf("a line matches %s", unwanted)
				}
			}
			if t.Failed() {
				t.Logf("%s", output)
			}
		})
	}
}

// collect is what to call each with, and what it was called with.
func collect() (each func(conformance.Result), got map[string]conformance.Status) {
	got = map[string]conformance.Status{}
	return func(r conformance.Result) { got[string(r.Case.ID)] = r.Status }, got
}

func TestReportsAreWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "reports")
	server := httptest.NewServer(http.HandlerFunc(echo))
	defer server.Close()
	each, got := collect()
	o := conformance.Options{Cases: []string{"1.1.*", "3.6"}, ReportDir: dir, Agent: "mine", Profile: cases.Strict, Seed: 7}
	if err := conformance.Server(t.Context(), server.URL, o, each); err != nil {
		t.Fatal(err)
	}
	var ids []string
	head, err := report.Read(dir, func(r report.Record) error {
		ids = append(ids, string(r.Case.ID))
		if r.Agent != "mine" || r.Observation.Seed != 7 || r.Case.ID == "3.6" && r.Number != 9 {
			t.Errorf("%s: agent %q, seed %d, number %d", r.Case.ID, r.Agent, r.Observation.Seed, r.Number)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.1.5", "1.1.6", "1.1.7", "1.1.8", "3.6"}; !slices.Equal(ids, want) || len(got) != len(want) {
		t.Errorf("reported %v, want %v; called for %v", ids, want, got)
	}
	if run := head.Runs[0]; run.Profile != "strict" || run.Seed != 7 || run.Server || len(run.Cases) != 9 || run.Ended.IsZero() {
		t.Errorf("the run is %+v", run)
	}
	if _, err := os.Stat(filepath.Join(dir, "index.html")); err != nil {
		t.Error(err)
	}
}

// TestWhatFailsBesideOthersIsPlayedAgainAlone has a server that refuses company.
func TestWhatFailsBesideOthersIsPlayedAgainAlone(t *testing.T) {
	var refused atomic.Int32
	one := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case one <- struct{}{}:
			defer func() { <-one }()
			echo(w, r)
		case <-time.After(100 * time.Millisecond):
			refused.Add(1)
			http.Error(w, "one at a time", http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	each, got := collect()
	again := 0
	o := conformance.Options{Cases: []string{"5.19", "5.20", "2.*"}, Parallel: 4}
	err := conformance.Server(t.Context(), server.URL, o, func(r conformance.Result) {
		each(r)
		if r.Observation.Before != nil {
			again++
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, status := range got {
		if status != conformance.Passed {
			t.Errorf("%s: %s", id, status)
		}
	}
	if len(got) != 13 || again == 0 || refused.Load() == 0 {
		t.Errorf("%d cases, %d of them again, %d refused", len(got), again, refused.Load())
	}
}

func TestOptionsThatMakeNoSenseAreRefused(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(echo))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]conformance.Options{
		`option Profile: unknown profile "lax": want autobahn, rfc or strict`: {Profile: "lax"},
		`option Parallel is -1: want 0 or more`:                               {Parallel: -1},
		`option TimeScale is -2: want 0 or more`:                              {TimeScale: -2},
		`option Cases: no case matches "99.*"`:                                of("99.*"),
		`option Exclude: unknown case "1.1.77" (did you mean "1.1.7"?)`:       {Exclude: []string{"1.1.77"}},
		`option Expect: no case matches "77.*"`:                               expecting(of("1.1.1"), "77.*", "why not"),
		`option Expect: "1.1.1" is known to fail for no Reason: say why`:      expecting(of("1.1.1"), "1.1.1", " "),
		`no case is left to play of ["1.1.1"] without ["1.*"]`:                {Cases: []string{"1.1.1"}, Exclude: []string{"1.*"}},
		`reports directory ` + file:                                           {ReportDir: file},
	} {
		none := func(conformance.Result) { t.Errorf("%s: a case was played", want) }
		if err := conformance.Server(t.Context(), server.URL, o, none); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("server: %v\nwant %s", err, want)
		}
		if err := conformance.Client(t.Context(), dial(sendBack), o, none); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("client: %v\nwant %s", err, want)
		}
	}
	if err := conformance.Server(t.Context(), "ftp://x", of("1.1.1"), nil); err == nil {
		t.Error("a URL of another kind is taken")
	}
}

func TestARunEndsWithItsContext(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(echo))
	defer server.Close()
	stopped := errors.New("enough")
	o := of("1.1.1", "5.19", "6.4.*") // which wait
	for name, run := range map[string]func(context.Context, func(conformance.Result)) error{
		"server": func(ctx context.Context, each func(conformance.Result)) error {
			return conformance.Server(ctx, server.URL, o, each)
		},
		"client": func(ctx context.Context, each func(conformance.Result)) error {
			return conformance.Client(ctx, dial(sendBack), o, each)
		},
	} {
		before := runtime.NumGoroutine()
		ctx, cancel := context.WithCancelCause(t.Context())
		if err := run(ctx, func(conformance.Result) { cancel(stopped) }); !errors.Is(err, stopped) {
			t.Errorf("%s: %v, want %v", name, err, stopped)
		}
		eventually(t, func() error {
			if n := runtime.NumGoroutine(); n > before {
				return fmt.Errorf("%s: %d goroutines before, %d after", name, before, n)
			}
			return nil
		})
	}
}

// eventually waits until nothing is wrong.
func eventually(t *testing.T, wrong func() error) {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); ; runtime.Gosched() {
		err := wrong()
		if err == nil {
			return
		}
		if time.Now().After(limit) {
			t.Error(err)
			return
		}
	}
}
