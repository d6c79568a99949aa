package web

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/peers"
	"gobahn/report"
)

// result is a record of an agent with these verdicts.
func result(agent string, id cases.ID, headline string) report.Record {
	c := cases.Case{ID: id, Script: cases.Script{cases.Ping(hostile)}, Accept: cases.Silence, Ending: cases.FailedByPeer(1002)}
	r := cases.Result{ID: id, Verdict: cases.OK, CloseVerdict: cases.OK, Headline: headline}
	if headline != "" {
		r.CloseVerdict = cases.Failed
	}
	return report.Record{Agent: agent, Case: c, Result: r}
}

// aRun is a run that has begun in dir.
func aRun(t *testing.T, dir string) *report.Writer {
	t.Helper()
	w, err := report.Open(dir, report.Run{Product: "Gobahn/test", Started: time.Now(), Cases: []cases.ID{"1.1.1", "3.6"}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func add(t *testing.T, w *report.Writer, records ...report.Record) {
	t.Helper()
	for _, r := range records {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
}

func TestViewerShowsARunAndThenTheReport(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "reports")
	v := &Viewer{Product: "Gobahn/test", Dir: dir}
	h := v.Handler()
	look := func(home string, texts ...string) {
		t.Helper()
		v.looked = time.Time{}
		r := ask(h, "GET", "/")
		if got := r.Header.Get("Location"); r.StatusCode != 307 || got != home {
			t.Errorf("/ leads to %d %s, want %s", r.StatusCode, got, home)
		}
		r = ask(h, "GET", "/live")
		body := bodyOf(t, r)
		for _, text := range texts {
			if !strings.Contains(body, text) {
				t.Errorf("no %q in\n%s", text, body)
			}
		}
		if got := r.Header.Get("Content-Security-Policy"); got != livePolicy {
			t.Errorf("the policy is %s", got)
		}
	}
	look("/live", "Waiting for a run", "There is no report in "+dir[:20])
	w := aRun(t, dir)
	add(t, w, result(hostile, "1.1.1", ""), result(hostile, "3.6", cases.Accepted))
	look("/live", "A run goes on", "2 of 2 cases", "&lt;img src=x", `href="/report/img_src_x_onerror_alert_1_case_3_6.html"`, "3.6: peer accepted")
	if got := ask(h, "GET", "/report/img_src_x_onerror_alert_1_case_3_6.html").StatusCode; got != 200 {
		t.Errorf("the page of what failed: %d", got)
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	look("/report/", "The run has ended", "Open the report")
	if got := ask(h, "GET", "/report/"); got.StatusCode != 200 || got.Header.Get("Content-Security-Policy") != reportPolicy {
		t.Errorf("the report: %d, %v", got.StatusCode, got.Header)
	}
	if err := os.WriteFile(filepath.Join(dir, "index.json"), []byte(`{"<b>`), 0o600); err != nil {
		t.Fatal(err)
	}
	look("/report/", "index.json: unexpected EOF")
}

func TestViewerServesTheReportAndNothingElse(t *testing.T) {
	tree(t, "") // which makes the working directory
	dir := "reports/clients"
	for name, content := range map[string]string{
		".hidden.html": "secret", ".git/x.json": "secret", "sub/.x.html": "secret",
		"badge.svg": "<svg/>", "run.tap": "TAP", "run.md": "#", "x.pcapng": "pcap", "results.jsonl": "{}",
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h := (&Viewer{Dir: dir}).Handler()
	for _, test := range []struct {
		target      string
		status      int
		contentType string
	}{
		{"/report/index.html", 200, "text/html; charset=utf-8"},
		{"/report/index.json", 200, "application/json"},
		{"/report/results.jsonl", 200, "application/jsonl"},
		{"/report/junit.xml", 200, "application/xml"},
		{"/report/badge.svg", 200, "image/svg+xml"},
		{"/report/run.tap", 200, "text/plain; charset=utf-8"},
		{"/report/run.md", 200, "text/markdown; charset=utf-8"},
		{"/report/x.pcapng", 200, "application/octet-stream"},
		{"/live.js", 200, "text/javascript; charset=utf-8"},
		{"/style.css", 200, "text/css; charset=utf-8"},
		{"/icon.svg", 200, "image/svg+xml; charset=utf-8"},
		{"/report/.hidden.html", 404, ""},
		{"/report/.git/x.json", 404, ""},
		{"/report/sub/.x.html", 404, ""},
		{"/report/%2ehidden.html", 404, ""},
		{"/report/server.key", 404, ""},
		{"/report/out.json", 404, ""},
		{"/report/absolute.json", 404, ""},
		{"/report/up/servers/index.html", 404, ""},
		{"/report/..%2f..%2fsecret.json", 404, ""},
		{"/report/%2e%2e/%2e%2e/secret.json", 404, ""},
		{"/secret.json", 404, ""},
		{"/test_browser.html", 404, ""},
	} {
		r := ask(h, "GET", test.target)
		if r.StatusCode != test.status || test.status == 200 && r.Header.Get("Content-Type") != test.contentType {
			t.Errorf("%s: got %d %s", test.target, r.StatusCode, r.Header.Get("Content-Type"))
		}
		if r.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(r.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %v", test.target, r.Header)
		}
		if strings.Contains(bodyOf(t, r), "secret") {
			t.Errorf("%s: got a secret", test.target)
		}
	}
	if got := ask(h, "POST", "/live").StatusCode; got != 405 {
		t.Errorf("POST: %d", got)
	}
}

// The page follows a run without being loaded again.
func followsARun(t *testing.T, browser context.Context) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "reports")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, ln, (&Viewer{Product: "Gobahn/test", Dir: dir}).Handler()) }()
	faults, err := peers.Faults(browser)
	if err != nil {
		t.Fatal(err)
	}
	wait := func(selector string) {
		t.Helper()
		timed, cancel := context.WithTimeout(browser, 20*time.Second)
		defer cancel()
		if err := chromedp.Do(timed, chromedp.WaitVisible(chromedp.CSS(selector), chromedp.RetryInterval(20*time.Millisecond))); err != nil {
			t.Fatalf("%s: %v", selector, err)
		}
	}
	if err := chromedp.Do(browser, chromedp.Navigate("http://"+ln.Addr().String()+"/")); err != nil {
		t.Fatal(err)
	}
	evaluate[string](t, browser, `document.body.dataset.loaded = "once"`)
	w := aRun(t, dir)
	add(t, w, result(hostile, "1.1.1", ""))
	wait("progress[value='1']")
	add(t, w, result(hostile, "3.6", cases.Accepted))
	wait(".live_failure a")
	evaluate[bool](t, browser, `(document.querySelector(".live_failure a").focus(), true)`)
	add(t, w, result("another", "3.6", cases.Accepted))
	wait(".live_failure + .live_failure")
	got := evaluate[[]string](t, browser, `[
		document.querySelector("h1").textContent,
		[...document.querySelectorAll(".live tbody th")].map((c) => c.textContent).join(" "),
		document.activeElement.getAttribute("href"),
		String(document.images.length),
	]`)
	want := []string{"A run goes on", hostile + " another", "/report/img_src_x_onerror_alert_1_case_3_6.html", "0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	wait(".open a")
	if got := evaluate[string](t, browser, `document.body.dataset.loaded + document.title`); got != "onceThe run has ended – WebSocket conformance test" {
		t.Errorf("in the end: %s", got)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	wait("#lost")
	if err := faults(); err != nil {
		t.Error(err)
	}
}
