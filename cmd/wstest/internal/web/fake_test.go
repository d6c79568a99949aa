package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"gobahn/cases"
)

// A fake is as much of a fuzzing server as a browser needs. Its verdicts are fixed.
type fake struct {
	outdir   string
	cases    []cases.Case
	verdicts []string
	silent   int           // number of the case in which the server says nothing
	limit    time.Duration // after which the browser gives it up
	url      string        // ws://…, once it is started

	mu     sync.Mutex
	asked  []string
	echoed []string
}

var fakeCases = []cases.Case{
	{ID: "1.1.1", Description: "Send text <b>and</b> expect it back."},
	{ID: "1.1.2", Description: "Send octets."},
	{ID: "3.1", Description: "Send a frame with a reserved bit."},
	{ID: "7.1.1", Description: "Close."},
	{ID: "7.1.2", Description: "Say nothing."},
}

func newFake(t *testing.T) *fake {
	return &fake{
		outdir: t.TempDir(), cases: fakeCases,
		verdicts: []string{"OK", "NON-STRICT", "FAILED", "INFORMATIONAL", "UNIMPLEMENTED"},
		silent:   5, limit: time.Second,
	}
}

// start starts the fuzzing server and its site, and returns the URL of the site.
func (f *fake) start(t *testing.T) (site string) {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.url = "ws" + strings.TrimPrefix(server.URL, "http")
	return serve(t, Site{Product: "Gobahn/test", Cases: f.cases, Port: portOf(t, server.URL), Outdir: f.outdir, CaseLimit: f.limit}.Handler())
}

// serve serves h until the test ends.
func serve(t *testing.T, h http.Handler) (url string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, ln, h) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "http://" + ln.Addr().String()
}

func portOf(t *testing.T, rawURL string) int {
	t.Helper()
	u, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func (f *fake) note(list *[]string, format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*list = append(*list, fmt.Sprintf(format, args...))
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	query := r.URL.Query()
	number, _ := strconv.Atoi(query.Get("case"))
	f.note(&f.asked, "%s %s", r.URL.Path, strings.TrimSpace(query.Get("case")+" "+query.Get("agent")))
	switch r.URL.Path {
	case "/getCaseCount":
		_ = conn.WriteMessage(websocket.TextMessage, []byte(strconv.Itoa(len(f.cases))))
	case "/runCase":
		if !f.play(conn, number) {
			return
		}
	case "/getCaseStatus":
		_ = conn.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"behavior": "%s"}`, f.verdicts[number-1]))
	case "/updateReports":
		f.write(query.Get("agent"))
	}
	_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second))
	_, _, _ = conn.ReadMessage()
}

// play sends text in the first case, octets in the second, and breaks the protocol in
// the third. It says whether there is a closing handshake to be made.
func (f *fake) play(conn *websocket.Conn, number int) bool {
	switch number {
	case f.silent:
	case 1:
		_ = conn.WriteMessage(websocket.TextMessage, []byte("κόσμε"))
	case 2:
		_ = conn.WriteMessage(websocket.BinaryMessage, []byte{0, 0xff, 1})
	case 3:
		_, _ = conn.NetConn().Write([]byte{0xf1, 0})
		_, _, _ = conn.ReadMessage()
		return false
	default:
		return true
	}
	kind, message, err := conn.ReadMessage()
	if err == nil {
		f.note(&f.echoed, "%d %q", kind, message)
	}
	return err == nil
}

// write writes as much of the reports as the page reads.
func (f *fake) write(agent string) {
	type result struct {
		Behavior      string `json:"behavior"`
		BehaviorClose string `json:"behaviorClose"`
		ReportFile    string `json:"reportfile"`
	}
	results := make(map[string]result)
	for i, c := range f.cases {
		name := fmt.Sprintf("agent_case_%d", i+1)
		ending := "OK"
		if f.verdicts[i] == "FAILED" {
			ending = "UNCLEAN"
		}
		results[string(c.ID)] = result{f.verdicts[i], ending, name + ".json"}
		_ = os.WriteFile(filepath.Join(f.outdir, name+".html"), []byte("<title>Case</title>"), 0o600)
	}
	index, _ := json.Marshal(map[string]any{agent: results})
	_ = os.WriteFile(filepath.Join(f.outdir, "index.json"), index, 0o600)
	_ = os.WriteFile(filepath.Join(f.outdir, "index.html"), []byte("<title>Overview</title>"), 0o600)
}
