package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"gobahn/fuzzer/hostile"
	"gobahn/report"
)

// longName is longer than the head of a request or response may be.
var longName = strings.Repeat("long name ", 1<<20/10)

// Whatever servers call themselves, and whatever their user calls them, each has its
// report. Of two that the report would call the same the second has a number.
func TestHostileNamesOfServersLeaveReportAndTerminalIntact(t *testing.T) {
	for _, names := range [][]string{
		append(slices.Clone(hostile.Agents), `\xff\xfe`), // the last is what the report calls another
		{longName, strings.Repeat("日", 20000), "short"},
	} {
		named, nameless := namedServers(t, names), namedServers(t, make([]string, len(names)))
		for _, test := range []struct {
			by   string // who names them
			url  string
			args []string
			want map[string]string // verdicts by agent
		}{
			{"their Server field", named, nil, fieldVerdicts(names)},
			{"--agent", nameless, []string{"--agent", commaSeparated(t, names)}, allOK(names)},
		} {
			out := filepath.Join(t.TempDir(), "reports")
			args := append([]string{"test-server", "-o", out, "--cases", "1.1.1", "--fail-on", "never"}, test.args...)
			for i := range names {
				args = append(args, fmt.Sprint(test.url, "/", i))
			}
			status, stdout, stderr := once(t, args...)
			if status != exitOK {
				t.Errorf("named by %s: exit status %d, %.2000s", test.by, status, stderr)
			}
			if diff := cmp.Diff(test.want, checkAgents(t, out)); diff != "" {
				t.Errorf("named by %s (-want +got)\n%.4000s", test.by, diff)
			}
			mustBeLegible(t, stdout+stderr)
		}
	}
}

// A spec file names servers, too.
func TestHostileNamesInASpecFileLeaveReportAndTerminalIntact(t *testing.T) {
	url := namedServers(t, []string{"nobody"})
	var spec struct {
		Outdir  string              `json:"outdir"`
		Servers []map[string]string `json:"servers"`
		Cases   []string            `json:"cases"`
	}
	var names []string
	for _, name := range hostile.Agents {
		if report.AgentName(name) == name { // JSON holds UTF-8 only
			names = append(names, name)
			spec.Servers = append(spec.Servers, map[string]string{"agent": name, "url": url + "/0"})
		}
	}
	spec.Outdir, spec.Cases = filepath.Join(t.TempDir(), "reports"), []string{"1.1.1"}
	b, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "client.json")
	if err := os.WriteFile(file, b, 0o666); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := once(t, "-m", "fuzzingclient", "-s", file)
	if status != exitOK {
		t.Errorf("exit status %d, %.2000s", status, stderr)
	}
	if diff := cmp.Diff(allOK(names), checkAgents(t, spec.Outdir)); diff != "" {
		t.Errorf("verdicts (-want +got)\n%.4000s", diff)
	}
	mustBeLegible(t, stdout+stderr)
}

// A client's name is bounded, first by the length of a head, then as a name; who asks for
// more is refused, and others are served.
func TestClientsWithNamesThatAreTooLongAreRefused(t *testing.T) {
	out := filepath.Join(t.TempDir(), "reports")
	server := start(t, "test-client", "--listen", "127.0.0.1:0", "--webport", "0", "-o", out, "--cases", "1.1.1")
	for length, want := range map[int]string{501: "500", 60000: "500", 1 << 20: "431"} {
		nc, err := net.Dial("tcp", "127.0.0.1:"+server.port)
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		_ = nc.SetDeadline(time.Now().Add(20 * time.Second))
		go fmt.Fprintf(nc, "GET /runCase?case=1&agent=%s HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
			"Sec-WebSocket-Key: c2l4dGVlbiBvY3RldHMuLg==\r\nSec-WebSocket-Version: 13\r\n\r\n", strings.Repeat("x", length))
		var status [12]byte
		if _, err := nc.Read(status[:]); err != nil || string(status[:]) != "HTTP/1.1 "+want {
			t.Errorf("a name of %d octets: %q, %v, want status %s", length, status, err, want)
		}
	}
	long := strings.Repeat("x", 500)
	converse(t, "127.0.0.1:"+server.port, "/runCase?case=1&agent="+long)
	converse(t, "127.0.0.1:"+server.port, "/updateReports?agent="+long)
	if got := server.stop(); got != exitOK {
		t.Errorf("exit status %d, %s", got, server.stderr)
	}
	if diff := cmp.Diff(allOK([]string{long}), checkAgents(t, out)); diff != "" {
		t.Errorf("verdicts (-want +got)\n%s", diff)
	}
}

// namedServers are echo servers at /0, /1 …, each of which gives itself one of names,
// octet by octet.
func namedServers(t *testing.T, names []string) (url string) {
	t.Helper()
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil {
			return
		}
		conn, err := upgrader.Upgrade(naming{w, names[i]}, r, http.Header{"Server": {"NAME"}})
		if err != nil {
			return
		}
		defer conn.Close()
		for {
			kind, message, err := conn.ReadMessage()
			if err != nil || conn.WriteMessage(kind, message) != nil {
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	return "ws" + strings.TrimPrefix(server.URL, "http")
}

// naming puts a name in the place of NAME in a response, for libraries send no such names.
type naming struct {
	http.ResponseWriter
	name string
}

func (n naming) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	nc, buffers, err := http.NewResponseController(n.ResponseWriter).Hijack()
	return namingConn{nc, n.name}, buffers, err
}

type namingConn struct {
	net.Conn
	name string
}

func (n namingConn) Write(b []byte) (int, error) {
	if _, err := n.Conn.Write(bytes.Replace(b, []byte("NAME"), []byte(n.name), 1)); err != nil {
		return 0, err
	}
	return len(b), nil
}

// fieldVerdicts are those of case 1.1.1, by agent, with servers that have these names in
// their Server fields. A response cannot be read, and has no name, where that is too long
// or ends the line.
func fieldVerdicts(names []string) map[string]string {
	want := make(map[string]string)
	for _, field := range names {
		name, verdict := strings.TrimSpace(field), "OK"
		switch {
		case field == longName, strings.ContainsAny(field, "\x00\n"):
			name, verdict = "", "FAILED"
		case len(name) > 500:
			name = strings.Repeat("日", 166)
		}
		if name == "" {
			name = "UnknownServer"
		}
		want[numbered(want, name)] = verdict
	}
	return want
}

// allOK is OK for every name, as reports have it.
func allOK(names []string) map[string]string {
	want := make(map[string]string)
	for _, name := range names {
		want[numbered(want, name)] = "OK"
	}
	return want
}

// numbered is the name of the next agent in a report that has others.
func numbered(others map[string]string, name string) string {
	name = report.AgentName(name)
	unique := name
	for n := 2; others[unique] != ""; n++ {
		unique = fmt.Sprintf("%s %d", name, n)
	}
	return unique
}

// commaSeparated are names as a flag takes them.
func commaSeparated(t *testing.T, names []string) string {
	t.Helper()
	var b strings.Builder
	w := csv.NewWriter(&b)
	if err := w.Write(names); err != nil {
		t.Fatal(err)
	}
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

// checkAgents wants a report in out of case 1.1.1 with files of their own for all agents,
// nothing of whose names has become markup, an escape sequence, or part of a path. It
// returns the verdicts.
func checkAgents(t *testing.T, out string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(out, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index map[string]map[string]struct{ Behavior, Reportfile string }
	if err := json.Unmarshal(b, &index); err != nil {
		t.Fatal(err)
	}
	got, owner := make(map[string]string), make(map[string]string)
	for agent, one := range index {
		got[agent] = one["1.1.1"].Behavior
		file := one["1.1.1"].Reportfile
		if other, taken := owner[file]; taken {
			t.Errorf("%.80q and %.80q have one file, %s", agent, other, file)
		}
		owner[file] = agent
	}
	safe := regexp.MustCompile(`^[a-z0-9_]+\.(html|json)$`)
	entries, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !safe.MatchString(e.Name()) || len(e.Name()) > 255 {
			t.Errorf("a file is called %q", e.Name())
		}
		page, err := os.ReadFile(filepath.Join(out, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"<script>alert", "<img", "\x1b", "\u202e", "onmouseover=\"alert"} {
			if bytes.Contains(page, []byte(bad)) && strings.HasSuffix(e.Name(), ".html") {
				t.Errorf("%s contains %q", e.Name(), bad)
			}
		}
		delete(owner, e.Name())
	}
	if len(owner) > 0 {
		t.Errorf("there are no files %v", owner)
	}
	if beside, err := os.ReadDir(filepath.Dir(out)); err != nil || len(beside) != 1 {
		t.Errorf("beside the reports there are %v, %v", beside, err)
	}
	return got
}
