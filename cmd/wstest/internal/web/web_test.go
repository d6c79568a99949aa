package web

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"gobahn/cases"
	"gobahn/templates"
)

// ask sends a request to the site. The target is sent as it is.
func ask(h http.Handler, method, target string) *http.Response {
	r := httptest.NewRequest(method, "http://127.0.0.1:8080"+target, nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func bodyOf(t *testing.T, r *http.Response) string {
	t.Helper()
	var b strings.Builder
	if _, err := bufio.NewReader(r.Body).WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// tree makes a working directory with reports in it, and returns a site for those.
func tree(t *testing.T, outdir string) http.Handler {
	t.Helper()
	working := t.TempDir()
	t.Chdir(working)
	for name, content := range map[string]string{
		"secret.json":                    "secret",
		"reports/clients/index.html":     "overview",
		"reports/clients/index.json":     "{}",
		"reports/clients/junit.xml":      "<junit/>",
		"reports/clients/a_case_1.html":  "case",
		"reports/clients/server.key":     "secret",
		"reports/clients/sub/index.html": "below",
		"reports/clients/bare/note.json": "note",
		"reports/servers/index.html":     "secret",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{
		"reports/clients/out.json":      "../../secret.json",
		"reports/clients/absolute.json": filepath.Join(working, "secret.json"),
		"reports/clients/up":            "..",
		"reports/clients/in.json":       "index.json",
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	return Site{Product: "Gobahn/test", Cases: fakeCases, Port: 9001, Outdir: outdir}.Handler()
}

func TestReportsAreServedAndNothingElse(t *testing.T) {
	h := tree(t, "reports/clients")
	for _, test := range []struct {
		target string
		status int
		body   string // of a success
	}{
		{"/reports/", 200, "overview"},
		{"/reports", 307, ""},
		{"/reports/index.html", 200, "overview"},
		{"/reports/index.json", 200, "{}"},
		{"/reports/junit.xml", 200, "<junit/>"},
		{"/reports/a_case_1.html", 200, "case"},
		{"/reports/sub/", 200, "below"},
		{"/reports/in.json", 200, "{}"},
		{"/cwd/reports/clients/index.html", 200, "overview"},
		{"/cwd/reports/clients/index.json", 200, "{}"},
		{"/cwd/reports/clients/", 200, "overview"},
		{"/cwd/reports/clients", 307, ""},

		{"/reports/absent.html", 404, ""},
		{"/reports/bare/", 404, ""},
		{"/reports/sub", 404, ""},
		{"/reports/server.key", 404, ""},
		{"/reports/out.json", 404, ""},
		{"/reports/absolute.json", 404, ""},
		{"/reports/up/servers/index.html", 404, ""},
		{"/reports/..%2f..%2fsecret.json", 404, ""},
		{"/reports/%2e%2e/%2e%2e/secret.json", 404, ""},
		{"/reports/..%5c..%5csecret.json", 404, ""},
		{"/reports/sub/..%2findex.json", 404, ""},
		{"/reports/index.json%00.html", 404, ""},
		{"/reports//etc/passwd.json", 307, ""},
		{"/reports/%2fetc%2fpasswd.json", 404, ""},
		{"/secret.json", 404, ""},
		{"/cwd/", 404, ""},
		{"/cwd/secret.json", 404, ""},
		{"/cwd/reports/", 404, ""},
		{"/cwd/reports/servers/index.html", 404, ""},
		{"/cwd/reports/clients/..%2fservers%2findex.html", 404, ""},
		{"/cwd/reports/clients/server.key", 404, ""},
	} {
		r := ask(h, "GET", test.target)
		body := bodyOf(t, r)
		if r.StatusCode != test.status || test.status == 200 && body != test.body {
			t.Errorf("%s: got %d %q, want %d %q", test.target, r.StatusCode, body, test.status, test.body)
		}
		if strings.Contains(body, "secret\n") || body == "secret" {
			t.Errorf("%s: got a secret", test.target)
		}
		for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"} {
			if got := r.Header.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s: %s, want %s", test.target, name, got, want)
			}
		}
	}
}

// However a request is answered, browsers are told what not to make of it.
func TestEveryAnswerHasAPolicy(t *testing.T) {
	h := tree(t, "reports/clients")
	for _, target := range []string{"/", "/absent", "/reports", "/reports/index.html", "/reports/out.json", "/cwd/", "/cwd/reports/clients", "/test_browser.html?port=x", "/a/../b"} {
		for _, method := range []string{"GET", "HEAD", "POST", "OPTIONS", "nonsense"} {
			for name, value := range map[string]string{"Range": "bytes=999-", "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT", "X-None": ""} {
				r := httptest.NewRequest(method, "http://127.0.0.1:8080"+target, nil)
				r.Header.Set(name, value)
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				policy, sniff := w.Header().Get("Content-Security-Policy"), w.Header().Get("X-Content-Type-Options")
				if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe-eval") || sniff != "nosniff" {
					t.Errorf("%s %s with %s: %d has policy %q and %q", method, target, name, w.Code, policy, sniff)
				}
			}
		}
	}
}

// What takes the place of a report, or of its directory, while it is served leads nowhere.
func TestLinksThatAppearLeadNowhere(t *testing.T) {
	h := tree(t, "reports/clients")
	for link, target := range map[string]string{"reports/clients/index.json": "../../secret.json", "reports/clients/sub": "../servers"} {
		if err := os.RemoveAll(link); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	for _, target := range []string{"/reports/index.json", "/reports/sub/", "/reports/sub/index.html", "/cwd/reports/clients/sub/index.html"} {
		if r := ask(h, "GET", target); r.StatusCode != 404 {
			t.Errorf("%s: got %d %q, want 404", target, r.StatusCode, bodyOf(t, r))
		}
	}
}

// What is not below the working directory is not served below /cwd/.
func TestReportsElsewhere(t *testing.T) {
	elsewhere := t.TempDir()
	if err := os.WriteFile(filepath.Join(elsewhere, "index.html"), []byte("overview"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := tree(t, elsewhere)
	for target, want := range map[string]int{
		"/reports/": 200, "/cwd/": 404, "/cwd/reports/clients/": 404, "/cwd" + elsewhere + "/": 404,
	} {
		if got := ask(h, "GET", target).StatusCode; got != want {
			t.Errorf("%s: got %d, want %d", target, got, want)
		}
	}
}

// With the reports in the working directory, its keys are not served.
func TestReportsInTheWorkingDirectory(t *testing.T) {
	h := tree(t, ".")
	for target, want := range map[string]int{
		"/cwd/secret.json": 200, "/cwd/reports/clients/index.html": 200, "/cwd/reports/clients/server.key": 404,
	} {
		if got := ask(h, "GET", target).StatusCode; got != want {
			t.Errorf("%s: got %d, want %d", target, got, want)
		}
	}
}

// The directory of the reports may be made later, or replaced.
func TestReportsAppear(t *testing.T) {
	h := tree(t, "later on/{x}")
	const target = "/cwd/later%20on/%7Bx%7D/index.html"
	if got := ask(h, "GET", target).StatusCode; got != 404 {
		t.Errorf("before there is a report: got %d, want 404", got)
	}
	if err := os.MkdirAll("later on/{x}", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("later on/{x}/index.html", []byte("overview"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := ask(h, "GET", target).StatusCode; got != 200 {
		t.Errorf("when there is a report: got %d, want 200", got)
	}
}

func TestPages(t *testing.T) {
	h := tree(t, "reports/clients")
	page := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws://*:%d; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	const nothing = "default-src 'none'; frame-ancestors 'none'"
	for _, test := range []struct {
		target, contentType, policy string
		status                      int
	}{
		{"/", "text/html; charset=utf-8", fmt.Sprintf(page, 9001), 200},
		{"/test_browser.html", "text/html; charset=utf-8", fmt.Sprintf(page, 9001), 200},
		{"/test_browser.html?port=19001", "text/html; charset=utf-8", fmt.Sprintf(page, 19001), 200},
		{"/test_browser.html?port=0", "text/plain; charset=utf-8", nothing, 400},
		{"/test_browser.html?port=65536", "text/plain; charset=utf-8", nothing, 400},
		{"/test_browser.html?port=1%20ws%3A", "text/plain; charset=utf-8", nothing, 400},
		{"/browser.js", "text/javascript; charset=utf-8", nothing, 200},
		{"/style.css", "text/css; charset=utf-8", nothing, 200},
		{"/icon.svg", "image/svg+xml; charset=utf-8", nothing, 200},
		{"/reports/index.html", "text/html; charset=utf-8", reportPolicy, 200},
		{"/reports/index.json", "application/json", reportPolicy, 200},
		{"/absent", "text/plain; charset=utf-8", nothing, 404},
	} {
		r := ask(h, "GET", test.target)
		got := []string{fmt.Sprint(r.StatusCode), r.Header.Get("Content-Type"), r.Header.Get("Content-Security-Policy"), r.Header.Get("X-Content-Type-Options")}
		want := []string{fmt.Sprint(test.status), test.contentType, test.policy, "nosniff"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.target, diff)
		}
		if r := ask(h, "HEAD", test.target); r.StatusCode != test.status {
			t.Errorf("HEAD %s: got %d, want %d", test.target, r.StatusCode, test.status)
		}
		for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "TRACE"} {
			if r := ask(h, method, test.target); r.StatusCode != 405 || r.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: got %d, want 405", method, test.target, r.StatusCode)
			}
		}
	}
}

func TestPageOfTLS(t *testing.T) {
	h := Site{Cases: fakeCases, Port: 9001, TLS: true}.Handler()
	r := ask(h, "GET", "/test_browser.html")
	if got := r.Header.Get("Content-Security-Policy"); !strings.Contains(got, "connect-src 'self' wss://*:9001;") {
		t.Errorf("policy: %s", got)
	}
	if body := bodyOf(t, r); !strings.Contains(body, `data-scheme="wss"`) {
		t.Error("the page does not say that the server takes wss")
	}
}

// The pages hold no script and no style, which their policy forbids anyway, and
// descriptions remain text.
func TestPagesHoldNoScript(t *testing.T) {
	h := tree(t, "reports/clients")
	for _, target := range []string{"/", "/test_browser.html"} {
		doc, err := html.Parse(ask(h, "GET", target).Body)
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			if (n.Data == "script" || n.Data == "style") && n.Type == html.ElementNode && n.FirstChild != nil {
				t.Errorf("%s: a %s with content", target, n.Data)
			}
			if n.Type == html.ElementNode && n.Data == "b" && n.FirstChild.Data != "·" {
				t.Errorf("%s: markup of a description: %q", target, n.FirstChild.Data)
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
					t.Errorf("%s: attribute %s", target, a.Key)
				}
			}
		}
	}
}

func TestChapters(t *testing.T) {
	list := []cases.Case{{ID: "1.1.1", Description: "a"}, {ID: "1.1.2"}, {ID: "1.2.1"}, {ID: "2.10"}, {ID: "99.1"}, {ID: "odd"}}
	want := []templates.SiteChapter{
		{Number: "1", Title: "Framing", Sections: []templates.SiteSection{
			{Number: "1.1", Title: sectionTitle("1.1"), Cases: []templates.SiteCase{{Number: 1, ID: "1.1.1", Description: "a"}, {Number: 2, ID: "1.1.2"}}},
			{Number: "1.2", Title: sectionTitle("1.2"), Cases: []templates.SiteCase{{Number: 3, ID: "1.2.1"}}},
		}},
		{Number: "2", Title: "Pings and pongs", Sections: []templates.SiteSection{{Number: "2", Cases: []templates.SiteCase{{Number: 4, ID: "2.10"}}}}},
		{Number: "99", Sections: []templates.SiteSection{{Number: "99", Cases: []templates.SiteCase{{Number: 5, ID: "99.1"}}}}},
		{Number: "odd", Sections: []templates.SiteSection{{Number: "odd", Cases: []templates.SiteCase{{Number: 6, ID: "odd"}}}}},
	}
	if diff := cmp.Diff(want, chapters(list)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Neither a request that never comes to its end nor a visitor that reads nothing
// keeps the server from ending.
func TestServeEndsWithItsContext(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	begun := make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		for chunk := make([]byte, 1<<20); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, ln, h) }()
	for _, request := range []string{"GET / HT", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"} {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Write([]byte(request)); err != nil {
			t.Fatal(err)
		}
	}
	<-begun
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(2 * time.Second):
		t.Fatal("it did not end within 2 s")
	}
}

func TestServeReportsWhyItCannot(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if err := Serve(t.Context(), ln, http.NotFoundHandler()); err == nil {
		t.Error("got no error on a closed listener")
	}
}
