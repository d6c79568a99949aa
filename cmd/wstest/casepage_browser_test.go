package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/peers"
	"gobahn/report"
)

// hostileText is markup that would call for help if it became any.
const hostileText = `</pre></script><script>alert(1)</script><img src=http://127.0.0.1:1/x onerror=alert(1)>`

// pagesOf writes a report of three cases with one agent, and returns the URL of the page
// of the second.
func pagesOf(t *testing.T, agent string) string {
	t.Helper()
	dir := t.TempDir()
	w, err := report.Open(dir, report.Run{Product: "Gobahn/test", Cases: []cases.ID{"3.5", "3.6", "3.7"}})
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range []cases.ID{"3.5", "3.6", "3.7"} {
		c, o := caseOf(t, id), badConversation()
		if err := w.Add(report.Record{Agent: agent, Case: c, Number: i + 1, Observation: o, Result: cases.Judge(c, o)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "*_case_3_6.html"))
	if err != nil || len(pages) != 1 {
		t.Fatalf("pages of case 3.6: %q, %v", pages, err)
	}
	return "file://" + pages[0]
}

func caseOf(t *testing.T, id cases.ID) cases.Case {
	t.Helper()
	for _, c := range cases.Catalogue {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("no case %s", id)
	return cases.Case{}
}

// badConversation is one with a peer that sends back markup, and a bad close reason.
func badConversation() cases.Observation {
	ms := cases.Second / 1000
	got := hostileText[:60]
	code := cases.CodeNormal
	return cases.Observation{
		Opened: true, Seed: 7, Started: time.Date(2026, 4, 2, 15, 17, 24, 0, time.UTC), Duration: 1003 * ms,
		Request:  "GET /chat HTTP/1.1\r\nHost: 127.0.0.1:9001\r\n\r\n",
		Response: "HTTP/1.1 101 Switching Protocols\r\nServer: " + hostileText + "\r\n\r\n",
		Events:   cases.Events{cases.GotText(got)},
		Closing:  cases.Closing{ClosedByMe: true, FailedByMe: true, NotCleanReason: hostileText, RemoteCode: &code, RemoteReason: cases.Of(hostileText)},
		Wirelog: []cases.Row{
			{Kind: cases.TxOctets, At: ms, Size: 45, Head: []byte("GET /chat HTTP/1.1\r\nHost: 127.0.0.1:9001\r\n\r\n")},
			{Kind: cases.RxOctets, At: 2 * ms, Size: 42 + len(hostileText) + 4, Head: []byte("HTTP/1.1 101 Switching Protocols\r\n")},
			{Kind: cases.TxFrame, At: 2 * ms, Size: 2, Head: []byte("hi"), Opcode: cases.OpBinary, FIN: true, RSV: 6, Key: "01020304"},
			{Kind: cases.TxOctets, At: 2 * ms, Size: 8, Head: []byte("\xe2\x82\x01\x02\x03\x04ik")},
			{Kind: cases.FailSet, At: 2 * ms, Delay: cases.Second},
			{Kind: cases.RxOctets, At: 3 * ms, Size: 62, Head: append([]byte{0x81, 60}, got...)},
			{Kind: cases.RxFrame, At: 3 * ms, Size: 60, Head: []byte(got), Opcode: cases.OpText, FIN: true},
			{Kind: cases.FailFired, At: 1002 * ms},
		},
	}
}

// A pageWatch notes what a page must not do.
type pageWatch struct {
	mu       sync.Mutex
	requests []string
	faults   []error
}

// watchedPages starts a browser and watches it.
func watchedPages(t *testing.T) (browser context.Context, w *pageWatch) {
	t.Helper()
	browser, w = peers.Chromium(t), &pageWatch{}
	err := chromedp.Listen(browser, func(event any) {
		w.mu.Lock()
		defer w.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			w.requests = append(w.requests, e.Request.URL)
		case *log.EventEntryAdded:
			w.faults = append(w.faults, fmt.Errorf("log: %s %s", e.Entry.Text, e.Entry.URL))
		case *page.EventJavascriptDialogOpening:
			w.faults = append(w.faults, fmt.Errorf("dialog: %s", e.Message))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	faults, err := peers.Faults(browser)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if err := errors.Join(append(w.faults, faults())...); err != nil {
			t.Errorf("the page did what it must not: %v", err)
		}
		for _, url := range w.requests {
			if !strings.HasPrefix(url, "file:///") || !strings.HasSuffix(url, ".html") {
				t.Errorf("a page asked for %s", url)
			}
		}
	})
	return browser, w
}

// lookAt has the browser run actions, and evaluates an expression then.
func lookAt[T any](t *testing.T, browser context.Context, expression string, actions ...chromedp.Action[chromedp.Void]) T {
	t.Helper()
	if err := chromedp.Do(browser, actions...); err != nil {
		t.Fatal(err)
	}
	got, err := chromedp.Run(browser, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func loadPage(url string) chromedp.Action[chromedp.Void] { return chromedp.Navigate(url) }

// shownRows are the numbers of the rows of the log that are shown.
const shownRows = `[...document.querySelectorAll(".log > pre")].filter((p) => p.offsetHeight > 0).map((p) => p.textContent.slice(0, 3)).join(" ")`

// chooseRows sets a field of the filter as a user would.
func chooseRows(name, value string) string {
	return fmt.Sprintf(`{ const f = document.querySelector(".tools [name=%s]"); f.value = %q; f.dispatchEvent(new Event("input", {bubbles: true})); } %s`,
		name, value, shownRows)
}

func TestCasePageFiltersTheLog(t *testing.T) {
	browser, _ := watchedPages(t)
	url := pagesOf(t, "peer")
	if got, want := lookAt[string](t, browser, shownRows, loadPage(url)), "000 001 002 003 004 005 006 007 008"; got != want {
		t.Errorf("rows at first: %s, want %s", got, want)
	}
	for _, tt := range []struct{ name, value, want string }{
		{"way", "rx", "001 005 006"},
		{"kind", "frame", "006"},
		{"way", "", "002 006"},
		{"opcode", "2", "002"},
		{"opcode", "", "002 006"},
		{"kind", "other", "004 007 008"},
		{"text", "FAILING", "007"},
		{"text", "no such thing", ""},
		{"text", "", "004 007 008"},
		{"kind", "", "000 001 002 003 004 005 006 007 008"},
	} {
		if got := lookAt[string](t, browser, chooseRows(tt.name, tt.value)); got != tt.want {
			t.Errorf("%s = %q shows %q, want %q", tt.name, tt.value, got, tt.want)
		}
	}
	if got, want := lookAt[string](t, browser, `document.querySelector(".tools [role=status]").textContent`), "9 of 9 rows"; got != want {
		t.Errorf("count: %q, want %q", got, want)
	}
}

func TestCasePageCopies(t *testing.T) {
	browser, _ := watchedPages(t)
	const keep = `window.copied = []; navigator.clipboard.writeText = (text) => { copied.push(text); return Promise.resolve(); }; 0`
	lookAt[int](t, browser, keep, loadPage(pagesOf(t, "peer")))
	got := lookAt[[]string](t, browser, chooseRows("kind", "frame")+
		`; document.querySelectorAll("button.copy").forEach((b) => b.click()); copied`)
	frames := `002 TX FRAME : OPCODE=2, FIN=True, RSV=6, PAYLOAD-LEN=2, MASK=01020304, PAYLOAD-REPEAT-LEN=None, CHOPSIZE=None, SYNC=False
               hi
006 RX FRAME : OPCODE=1, FIN=True, RSV=0, PAYLOAD-LEN=60, MASKED=False, MASK=None
               ` + hostileText[:60]
	if len(got) == 4 {
		got[0], _, _ = strings.Cut(got[0], "\n    got")
	}
	want := []string{
		"3.6: peer accepted what it must refuse (RFC 6455 5.2)\n    sent  binary rsv=6 \"Hello, world!\"\n    want  nothing; close 1002, or drop",
		`binary rsv=6 "Hello, world!"`,
		"wstest run 3.6 ws://127.0.0.1:9001/chat --seed 7",
		frames,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("copied (-want +got):\n%s", diff)
	}
	if got := lookAt[string](t, browser, `document.querySelector("footer [role=status]").textContent`); !strings.HasPrefix(got, "Copied") {
		t.Errorf("the page says %q of it", got)
	}
}

// Where there is no clipboard for scripts, as on a page served without TLS, a click copies
// all the same.
func TestCasePageCopiesWithoutAClipboard(t *testing.T) {
	browser, _ := watchedPages(t)
	lookAt[int](t, browser, `navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"));
		addEventListener("copy", () => { window.copied = document.activeElement.value; }); 0`, loadPage(pagesOf(t, "peer")))
	got := lookAt[string](t, browser, `copied + "; " + document.querySelector("footer [role=status]").textContent`,
		chromedp.Click(chromedp.CSS(`[aria-label="Copy the command"]`)))
	if want := "wstest run 3.6 ws://127.0.0.1:9001/chat --seed 7; Copied: command"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCasePageHasKeys(t *testing.T) {
	browser, _ := watchedPages(t)
	url := pagesOf(t, "peer")
	lookAt[string](t, browser, "''", loadPage(url))
	for _, tt := range []struct{ key, want string }{
		{"n", "3_7"}, {"n", "3_7"}, {"p", "3_6"}, {"[", "3_5"}, {"]", "3_6"}, {"x", "3_6"},
	} {
		at := lookAt[string](t, browser, "location.href")
		moves := !strings.HasSuffix(at, tt.want+".html")
		if err := chromedp.Do(browser, chromedp.KeyEvent(tt.key)); err != nil {
			t.Fatal(err)
		}
		if moves {
			waitForPage(t, browser, tt.want+".html")
		}
		if got := lookAt[string](t, browser, "location.href"); !strings.HasSuffix(got, tt.want+".html") {
			t.Errorf("%q leads from %s to %s", tt.key, at, got)
		}
	}
	typed := `{ const f = document.querySelector(".tools [name=text]"); f.focus(); } 0`
	lookAt[int](t, browser, typed)
	if got := lookAt[string](t, browser, "location.href + ' ' + document.querySelector('.tools [name=text]').value", chromedp.KeyEvent("np")); !strings.HasSuffix(got, "3_6.html np") {
		t.Errorf("typing into the filter: %s", got)
	}
}

// waitForPage waits until the browser shows a page, whose script has run.
func waitForPage(t *testing.T, browser context.Context, suffix string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(browser, time.Minute)
	defer cancel()
	expression := fmt.Sprintf(`location.href.endsWith(%q) && document.readyState === "complete"`, suffix)
	for ctx.Err() == nil {
		if there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression)); err == nil && there {
			return
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
		}
	}
	t.Fatalf("the browser does not come to %s", suffix)
}

// What a frame consists of is shown on demand, without a script, too.
func TestCasePageWorksWithoutScript(t *testing.T) {
	browser, _ := watchedPages(t)
	off := emulation.SetScriptExecutionDisabledParams{Value: true}
	if _, err := chromedp.Call(browser, emulation.SetScriptExecutionDisabled, off); err != nil {
		t.Fatal(err)
	}
	fields := `[document.querySelector(".fields").open, document.querySelectorAll("button, select, input").length, document.querySelectorAll(".log > pre").length].join(" ")`
	if got, want := lookAt[string](t, browser, fields, loadPage(pagesOf(t, "peer"))), "false 0 9"; got != want {
		t.Errorf("before: %s, want %s", got, want)
	}
	if got, want := lookAt[string](t, browser, fields, chromedp.Click(chromedp.CSS(".fields > summary"))), "true 0 9"; got != want {
		t.Errorf("after a click: %s, want %s", got, want)
	}
	octets := `[...document.querySelectorAll(".fields")[0].querySelectorAll(".o")].map((o) => o.textContent).join("|")`
	if got, want := lookAt[string](t, browser, octets), "e2|82|01 02 03 04|69 6b"; got != want {
		t.Errorf("octets: %s, want %s", got, want)
	}
}

func TestCasePageOfAHostilePeerIsHarmless(t *testing.T) {
	browser, _ := watchedPages(t)
	const agent = `<img src=x onerror=alert(1)>`
	got := lookAt[string](t, browser, `[document.querySelector("h1 .agent").textContent, document.images.length, document.scripts.length].join(" ")`, loadPage(pagesOf(t, agent)))
	if want := agent + " 0 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, width := range []int64{360, 1200} { // nothing is wider than the page
		wide := lookAt[int](t, browser, `document.documentElement.scrollWidth`, chromedp.EmulateViewport(width, 800))
		if wide > int(width) {
			t.Errorf("the page is %d wide in a window of %d", wide, width)
		}
	}
}
