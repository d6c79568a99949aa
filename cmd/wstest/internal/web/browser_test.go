package web

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/peers"
)

// hostile is a name for an agent that must stay one.
const hostile = `<img src=x onerror=alert(1)>`

// A cell is what the matrix shows of a case.
type cell struct{ ID, Letter, Class, Href, Label string }

const readCells = `[...document.querySelectorAll("[data-case]")].map((c) => ({
	ID: c.dataset.id, Letter: c.querySelector("b").textContent, Class: c.className,
	Href: c.getAttribute("href") ?? "", Label: c.getAttribute("aria-label") ?? "",
}))`

// readShown is what the page says beside the matrix.
const readShown = `[
	document.body.dataset.state ?? "", document.querySelector("#status").textContent, document.title,
	document.querySelector("#report").getAttribute("href") ?? "",
	[...document.querySelectorAll("[data-verdict]")].map((c) => c.textContent).join(" "),
]`

// ended matches the body when there is nothing more to wait for.
const ended = chromedp.CSS("body[data-state=done], body[data-state=failed]")

// show has the browser run the actions and returns what the page says then.
func show(t *testing.T, browser context.Context, actions ...chromedp.Action[chromedp.Void]) []string {
	t.Helper()
	if err := chromedp.Do(browser, actions...); err != nil {
		t.Fatal(err)
	}
	return evaluate[[]string](t, browser, readShown)
}

func evaluate[T any](t *testing.T, browser context.Context, expression string) T {
	t.Helper()
	got, err := chromedp.Run(browser, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// requests notes the addresses that the pages of browser ask for from now on.
func requests(t *testing.T, browser context.Context) (list func() []string) {
	t.Helper()
	var mu sync.Mutex
	var seen []string
	err := chromedp.Listen(browser, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			seen = append(seen, e.Request.URL)
		case *network.EventWebSocketCreated:
			seen = append(seen, e.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(seen)
	}
}

// The tests share a browser, because it takes seconds to start.
func TestBrowser(t *testing.T) {
	browser := peers.Chromium(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, context.Context)
	}{
		{"runs all cases", runsAllCases},
		{"runs what is chosen", runsWhatIsChosen},
		{"stops after the case", stopsAfterTheCase},
		{"changes the port", changesThePort},
		{"says why there is no run", saysWhyThereIsNoRun},
		{"follows a run", followsARun},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(browser, time.Minute)
			defer cancel()
			test.run(t, ctx)
		})
	}
}

func runsAllCases(t *testing.T, browser context.Context) {
	f := newFake(t)
	site := f.start(t)
	faults, err := peers.Faults(browser)
	if err != nil {
		t.Fatal(err)
	}
	requested := requests(t, browser)
	shown := show(t, browser, chromedp.Navigate(site+"/test_browser.html?run=1&agent="+url.QueryEscape(hostile)), chromedp.WaitReady(ended))
	if err := faults(); err != nil {
		t.Error(err)
	}
	want := []string{"done", "5 of 5 cases played, 1 failed.", "1 failed, 5 played", "/reports/index.html", "1 1 1 1 1"}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("shown (-want +got)\n%s", diff)
	}
	cells := []cell{
		{"1.1.1", "P", "case_ok", "/reports/agent_case_1.html", "1.1.1: Send text <b>and</b> expect it back. Pass"},
		{"1.1.2", "N", "case_non_strict", "/reports/agent_case_2.html", "1.1.2: Send octets. Non-Strict"},
		{"3.1", "F", "case_failed badly_closed", "/reports/agent_case_3.html", "3.1: Send a frame with a reserved bit. Fail, closing UNCLEAN"},
		{"7.1.1", "I", "case_informational", "/reports/agent_case_4.html", "7.1.1: Close. Informational"},
		{"7.1.2", "U", "case_unimplemented", "/reports/agent_case_5.html", "7.1.2: Say nothing. Unimplemented"},
	}
	if diff := cmp.Diff(cells, evaluate[[]cell](t, browser, readCells)); diff != "" {
		t.Errorf("cells (-want +got)\n%s", diff)
	}
	if n := evaluate[int](t, browser, `document.images.length`); n > 0 {
		t.Errorf("the agent's name has become %d images", n)
	}

	conversations := []string{"/getCaseCount "}
	for n := 1; n <= 5; n++ {
		conversations = append(conversations, fmt.Sprintf("/runCase %d %s", n, hostile), fmt.Sprintf("/getCaseStatus %d %s", n, hostile))
	}
	conversations = append(conversations, "/updateReports "+hostile)
	if diff := cmp.Diff(conversations, f.asked); diff != "" {
		t.Errorf("conversations (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{`1 "κόσμε"`, `2 "\x00\xff\x01"`}, f.echoed); diff != "" {
		t.Errorf("echoed (-want +got)\n%s", diff)
	}

	sockets := 0
	for _, address := range requested() {
		switch {
		case strings.HasPrefix(address, f.url+"/"):
			sockets++
		case !strings.HasPrefix(address, site+"/"):
			t.Errorf("the page asked for %s", address)
		}
	}
	if sockets != len(conversations) {
		t.Errorf("%d WebSockets were opened, want %d", sockets, len(conversations))
	}
}

func runsWhatIsChosen(t *testing.T, browser context.Context) {
	f := newFake(t)
	site := f.start(t)
	if err := chromedp.Do(browser, chromedp.Navigate(site+"/test_browser.html")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ patterns, unticked, want string }{
		{"", "", "5 cases chosen"},
		{"", "1.*", "3 cases chosen"},
		{"1.1.2", "", "1 case chosen"},
		{"7.* 1.1.1,", "", "3 cases chosen"},
		{"*.1.1", "", "2 cases chosen"},
		{"[13]*", "", "3 cases chosen"},
		{"8.*", "", "No case is chosen."},
		{"(*", "", "This is not a pattern."},
	} {
		got := evaluate[string](t, browser, fmt.Sprintf(`(() => {
			for (const box of document.querySelectorAll("#chapters input")) {
				box.checked = box.value !== %q;
			}
			document.querySelector("#patterns").value = %q;
			document.querySelector("#choice").dispatchEvent(new Event("input"));
			return document.querySelector("#chosen").textContent;
		})()`, test.unticked, test.patterns))
		if got != test.want {
			t.Errorf("patterns %q without %q: got %q, want %q", test.patterns, test.unticked, got, test.want)
		}
	}

	// Under this name, the host is one of a domain for the policy of the page.
	local := strings.Replace(site, "127.0.0.1", "localhost", 1)
	shown := show(t, browser, chromedp.Navigate(local+"/test_browser.html?agent=a%2Fb&cases=1.*#run"), chromedp.WaitReady(ended))
	want := []string{"done", "2 of 2 cases played, 0 failed.", "0 failed, 2 played", "/reports/index.html", "1 1 0 0 0"}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("shown (-want +got)\n%s", diff)
	}
	conversations := []string{
		"/getCaseCount ", "/runCase 1 a/b", "/getCaseStatus 1 a/b", "/runCase 2 a/b", "/getCaseStatus 2 a/b", "/updateReports a/b",
	}
	if diff := cmp.Diff(conversations, f.asked); diff != "" {
		t.Errorf("conversations (-want +got)\n%s", diff)
	}
}

func stopsAfterTheCase(t *testing.T, browser context.Context) {
	f := newFake(t)
	f.cases = append([]cases.Case{fakeCases[4]}, fakeCases[:4]...)
	f.silent, f.limit = 1, time.Hour
	site := f.start(t)
	shown := show(t, browser,
		chromedp.Navigate(site+"/test_browser.html?agent=x&run=1"),
		chromedp.WaitReady(chromedp.CSS("[data-case=\"1\"].running")),
		chromedp.Click(chromedp.CSS("#stop")), // after this case
		chromedp.Click(chromedp.CSS("#stop")), // now
		chromedp.WaitReady(ended),
	)
	if diff := cmp.Diff([]string{"done", "1 of 5 cases played, 0 failed.", "0 failed, 1 played", "/reports/index.html", "1 0 0 0 0"}, shown); diff != "" {
		t.Errorf("shown (-want +got)\n%s", diff)
	}
	if last := f.asked[len(f.asked)-1]; last != "/updateReports x" {
		t.Errorf("the last request was %s", last)
	}
}

func changesThePort(t *testing.T, browser context.Context) {
	f := newFake(t)
	site := f.start(t)
	port := strings.TrimPrefix(f.url, "ws://127.0.0.1:")
	shown := show(t, browser,
		chromedp.Navigate(site+"/test_browser.html?port=1&cases=7.1.1&agent=%26"),
		chromedp.SetValue(chromedp.CSS("#port"), port),
		chromedp.Click(chromedp.CSS("#start")),
		chromedp.WaitReady(ended),
	)
	if diff := cmp.Diff([]string{"done", "1 of 1 case played, 0 failed.", "0 failed, 1 played", "/reports/index.html", "0 0 1 0 0"}, shown); diff != "" {
		t.Errorf("shown (-want +got)\n%s", diff)
	}
	if last := f.asked[len(f.asked)-1]; last != "/updateReports &" {
		t.Errorf("the last request was %s", last)
	}
}

func saysWhyThereIsNoRun(t *testing.T, browser context.Context) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := ln.Addr().(*net.TCPAddr).Port
	ln.Close()
	f := newFake(t)
	site := f.start(t)
	f.cases = f.cases[:3] // unlike the page
	for _, test := range []struct{ query, want string }{
		{fmt.Sprintf("port=%d", closed), fmt.Sprintf("No answer from the fuzzing server at ws://127.0.0.1:%d. Is it running, and is this its port?", closed)},
		{"", "The fuzzing server has 3 cases, this page 5. Load the page again."},
	} {
		shown := show(t, browser, chromedp.Navigate(site+"/test_browser.html?run=1&agent=x&"+test.query), chromedp.WaitReady(ended))
		if diff := cmp.Diff([]string{"failed", test.want, "No result", "", "0 0 0 0 0"}, shown); diff != "" {
			t.Errorf("%q (-want +got)\n%s", test.query, diff)
		}
	}
}

func TestDriveChromium(t *testing.T) {
	f := newFake(t)
	site := f.start(t) + "/test_browser.html?run=1&agent=x&cases=1.*"
	if err := peers.DriveChromium(t.Context(), t, site); err != nil {
		t.Error(err)
	}
	err := peers.DriveChromium(t.Context(), t, site+"&port=9")
	if err == nil || !strings.HasPrefix(err.Error(), "chromium: No answer from the fuzzing server") {
		t.Errorf("got %v, want that there was no answer", err)
	}
}
