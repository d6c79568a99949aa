package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/peers"
	"gobahn/templates"
)

// hostileAgents are names that must stay names.
var hostileAgents = []string{
	`<img src=x onerror=alert(1)>`, strings.Repeat("long", 2500), "evil\u202etxt \u05d0\u05d1\u200f",
}

// The tests share a browser, because it takes seconds to start.
func TestOverviewInBrowser(t *testing.T) {
	browser := peers.Chromium(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, context.Context)
	}{
		{"filters", overviewFilters},
		{"state in the address", overviewKeepsItsState},
		{"keys", overviewKeys},
		{"hostile agents", overviewOfHostileAgents},
		{"without script", overviewWithoutScript},
		{"20 agents", overviewOfManyAgents},
		{"on a phone", overviewOnAPhone},
		{"roles", overviewHasItsRoles}, // last, as it makes the browser slow: it keeps a tree for screen readers from then on
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(browser, time.Minute)
			defer cancel()
			test.run(t, ctx)
		})
	}
}

// small is an overview of two agents.
func small() templates.Overview {
	cell := func(v, closing cases.Verdict, name string) *templates.Cell {
		return &templates.Cell{Verdict: v, CloseVerdict: closing, File: name + ".html", Anchor: name}
	}
	return templates.Overview{
		Product: "Gobahn/0.1.0", Agents: []string{"a", "b"},
		Groups: []templates.Group{
			{Chapter: true, Number: "1", Title: "Framing"},
			{Number: "1.1", Title: "Text", Rows: []templates.Row{
				{ID: "1.1.1", Description: "A short text.", Clauses: []string{"RFC 6455 5.2"}, Cells: []*templates.Cell{
					cell(cases.OK, cases.OK, "a_case_1_1_1"), cell(cases.OK, cases.OK, "b_case_1_1_1")}},
				{ID: "1.1.2", Description: "A long text.", Clauses: []string{"RFC 6455 5.2"}, Cells: []*templates.Cell{
					cell(cases.OK, cases.OK, "a_case_1_1_2"), cell(cases.Failed, cases.OK, "b_case_1_1_2")}},
			}},
			{Chapter: true, Number: "2", Title: "Pings", Rows: []templates.Row{
				{ID: "2.1", Description: "A ping.", Clauses: []string{"RFC 6455 5.5.2", "RFC 6455 5.5.3"}, Cells: []*templates.Cell{
					cell(cases.NonStrict, cases.OK, "a_case_2_1"), cell(cases.NonStrict, cases.OK, "b_case_2_1")}},
				{ID: "2.2", Description: "Pings of every length.", Clauses: []string{"RFC 6455 5.5.2"}, Cells: []*templates.Cell{
					cell(cases.OK, cases.Unclean, "a_case_2_2"), nil}},
				{ID: "2.3", Description: "An unsolicited pong.", Clauses: []string{"RFC 6455 5.5.3"}, Cells: []*templates.Cell{
					cell(cases.Informational, cases.Informational, "a_case_2_3"), cell(cases.Informational, cases.Informational, "b_case_2_3")}},
				{ID: "2.4", Description: "Compression.", Cells: []*templates.Cell{
					cell(cases.Unimplemented, cases.OK, "a_case_2_4"), cell(cases.Unimplemented, cases.OK, "b_case_2_4")}},
			}},
		},
	}
}

// onDisk renders o and returns its address and the page.
func onDisk(t *testing.T, o templates.Overview) (address string, page []byte) {
	t.Helper()
	var out bytes.Buffer
	if err := templates.OverviewPage(o).Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "index.html")
	if err := os.WriteFile(name, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return "file://" + name, out.Bytes()
}

// watchPages notes what pages of browser do that they should not from now on.
func watchPages(t *testing.T, browser context.Context) {
	t.Helper()
	faults, err := peers.Faults(browser)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var requests []string
	err = chromedp.Listen(browser, func(event any) {
		if e, ok := event.(*network.EventRequestWillBeSent); ok {
			mu.Lock()
			defer mu.Unlock()
			requests = append(requests, e.Request.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := faults(); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, address := range requests {
			if !strings.HasPrefix(address, "data:") && !strings.HasSuffix(strings.Split(address, "#")[0], ".html") {
				t.Errorf("the page asked for %s", address)
			}
		}
	})
}

func do(t *testing.T, browser context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(browser, actions...); err != nil {
		t.Fatal(err)
	}
}

func evaluate[T any](t *testing.T, browser context.Context, expression string) T {
	t.Helper()
	got, err := chromedp.Run(browser, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// visible are the cases and headings that are shown.
const visible = `[...document.querySelectorAll(".matrix tbody tr")].filter((row) => row.offsetHeight > 0)
	.map((row) => row.querySelector(".id")?.textContent ?? "#" + row.textContent.trim().split(" ")[0]).join(" ")`

// choose sets controls of the form to values as people do.
const choose = `((values) => {
	const form = document.getElementById("filters");
	document.getElementById("all").click();
	for (const [name, value] of Object.entries(values)) {
		for (const control of form.querySelectorAll("[name=" + name + "]")) {
			if (control.type === "checkbox") control.checked = value.split(",").includes(control.value);
			else control.value = value;
			control.dispatchEvent(new Event("input", { bubbles: true }));
			control.dispatchEvent(new Event("change", { bubbles: true }));
		}
	}
})(%s)`

func overviewFilters(t *testing.T, browser context.Context) {
	watchPages(t, browser)
	address, _ := onDisk(t, small())
	do(t, browser, chromedp.Navigate(address))
	for _, test := range []struct{ choice, want, fragment string }{
		{`{}`, "#1 #1.1 1.1.1 1.1.2 #2 2.1 2.2 2.3 2.4", ""},
		{`{text: "LONG"}`, "#1 #1.1 1.1.2", "#text=LONG"},
		{`{text: "ping length"}`, "#2 2.2", "#text=ping+length"},
		{`{text: "1.1.1"}`, "#1 #1.1 1.1.1", "#text=1.1.1"},
		{`{text: "nowhere"}`, "", "#text=nowhere"},
		{`{chapter: "2"}`, "#2 2.1 2.2 2.3 2.4", "#chapter=2"},
		{`{clause: "RFC 6455 5.5.3"}`, "#2 2.1 2.3", "#clause=RFC+6455+5.5.3"},
		{`{verdict: "failed"}`, "#1 #1.1 1.1.2", "#verdict=failed"},
		{`{verdict: "missing,unimplemented"}`, "#2 2.2 2.4", "#verdict=unimplemented&verdict=missing"},
		{`{closed: "1"}`, "#2 2.2", "#closed=1"},
		{`{closed: "1", verdict: "failed"}`, "#1 #1.1 1.1.2 #2 2.2", "#verdict=failed&closed=1"},
		{`{differs: "1"}`, "#1 #1.1 1.1.2", "#differs=1"},
		{`{flawed: "1"}`, "#1 #1.1 1.1.2 #2 2.1 2.2 2.4", "#flawed=1"},
		{`{flawed: "1", chapter: "2", clause: "RFC 6455 5.5.2", verdict: "ok"}`, "#2 2.2", "#chapter=2&clause=RFC+6455+5.5.2&verdict=ok&flawed=1"},
	} {
		got := evaluate[[]string](t, browser, fmt.Sprintf(choose, test.choice)+`; [`+visible+`, location.hash, document.getElementById("shown").textContent]`)
		count := strings.Count(" "+test.want, " ") - strings.Count(test.want, "#")
		says := fmt.Sprintf("%d of 6 cases are shown.", count)
		switch {
		case test.want == "":
			says = "0 of 6 cases are shown."
		case count == 6:
			says = "All 6 cases are shown."
		}
		if diff := cmp.Diff([]string{test.want, test.fragment, says}, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.choice, diff)
		}
	}
}

// A view can be linked, and going back to it restores it.
func overviewKeepsItsState(t *testing.T, browser context.Context) {
	watchPages(t, browser)
	address, _ := onDisk(t, small())
	for _, test := range []struct{ fragment, want string }{
		{"#chapter=2&verdict=failed&verdict=non_strict", "#2 2.1"},
		{"#text=a+%3Cb%3E", ""},
		{"#chapter=99&clause=RFC+1&verdict=none", "#1 #1.1 1.1.1 1.1.2 #2 2.1 2.2 2.3 2.4"}, // that are not there
		{"#chapter=1&differs=1", "#1 #1.1 1.1.2"},
		{"#b_case_2_1", "#1 #1.1 1.1.1 1.1.2 #2 2.1 2.2 2.3 2.4"}, // a cell, which has to be seen
	} {
		do(t, browser, chromedp.Navigate("about:blank"), chromedp.Navigate(address+test.fragment))
		if got := evaluate[string](t, browser, visible); got != test.want {
			t.Errorf("%s: got %s, want %s", test.fragment, got, test.want)
		}
		// The same without loading the page.
		do(t, browser, chromedp.Navigate(address+"#differs=1"), chromedp.Navigate(address+test.fragment))
		if got := evaluate[string](t, browser, visible); got != test.want {
			t.Errorf("%s in place: got %s, want %s", test.fragment, got, test.want)
		}
	}
}

// press is what a keyboard does, unlike chromedp.KeyEvent: a page that handles a key
// keeps it from typing.
func press(keys string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		for _, r := range keys {
			events := kb.Encode(r)
			down, up := *events[0], *events[len(events)-1]
			down.Text = events[len(events)/2].Text // of the character between them, if there is one
			for _, event := range []input.DispatchKeyEventParams{down, up} {
				if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, event); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func overviewKeys(t *testing.T, browser context.Context) {
	watchPages(t, browser)
	address, _ := onDisk(t, small())
	page := filepath.Join(filepath.Dir(strings.TrimPrefix(address, "file://")), "a_case_2_2.html")
	if err := os.WriteFile(page, []byte(`<title>2.2</title><p id="there">`), 0o600); err != nil {
		t.Fatal(err)
	}
	do(t, browser, chromedp.Navigate(address))
	const focused = `document.activeElement.closest("td")?.id || document.activeElement.id || document.activeElement.tagName`
	for _, test := range []struct{ keys, want string }{
		{kb.ArrowDown, "BODY"}, // scrolls
		{"j", "a_case_1_1_1"},
		{"j", "a_case_1_1_2"},
		{"l", "b_case_1_1_2"},
		{"l", "b_case_1_1_2"}, // the last column
		{kb.ArrowDown, "b_case_2_1"},
		{kb.ArrowLeft, "a_case_2_1"},
		{"k", "a_case_1_1_2"},
		{kb.ArrowUp, "a_case_1_1_1"},
		{kb.ArrowUp, "a_case_1_1_1"}, // the first row
		{"/", "text"},
		{"pings", "text"},
		{kb.Escape, "a_case_2_2"},
		{"l", "TD"}, // not played
		{"j", "TD"}, // the only row
		{"h", "a_case_2_2"},
	} {
		do(t, browser, press(test.keys))
		if got := evaluate[string](t, browser, focused); got != test.want {
			t.Errorf("after %q the focus is on %s, want %s", test.keys, got, test.want)
		}
	}
	for _, want := range []bool{true, false} {
		do(t, browser, press("?"))
		if got := evaluate[bool](t, browser, `document.getElementById("keys").open`); got != want {
			t.Errorf("after ? the help is shown: %t, want %t", got, want)
		}
	}
	do(t, browser, press(kb.Enter), chromedp.WaitReady(chromedp.CSS("#there")))
	if got := evaluate[string](t, browser, `document.title`); got != "2.2" {
		t.Errorf("Enter opens %q", got)
	}
	do(t, browser, chromedp.NavigateBack())
	if got := evaluate[string](t, browser, visible); got != "#2 2.2" {
		t.Errorf("on the way back there is %q", got)
	}
}

func overviewOfHostileAgents(t *testing.T, browser context.Context) {
	watchPages(t, browser)
	o := small()
	o.Agents = slices.Concat(o.Agents[:1], hostileAgents)
	for _, g := range o.Groups {
		for i, row := range g.Rows {
			for len(row.Cells) < len(o.Agents) {
				row.Cells = append(row.Cells, row.Cells[0])
			}
			g.Rows[i] = row
		}
	}
	address, _ := onDisk(t, o)
	do(t, browser, chromedp.Navigate(address))
	if n := evaluate[int](t, browser, `document.images.length + document.scripts.length`); n != 1 {
		t.Errorf("%d images and scripts, want the one script", n)
	}
	heads := evaluate[[]string](t, browser, `[...document.querySelectorAll(".matrix thead th")].slice(1).map((th) => th.textContent)`)
	want := []string{"a", hostileAgents[0], strings.Repeat("long", 2500)[:59] + "…", `evil\xe2\x80\xaetxt אב\xe2\x80\x8f`}
	if diff := cmp.Diff(want, heads); diff != "" {
		t.Errorf("heads (-want +got)\n%s", diff)
	}
	// What is injected by other means does not run either.
	ran := evaluate[bool](t, browser, `(() => {
		document.body.insertAdjacentHTML("beforeend", "<img src=data:, onerror='window.ran = true'><a id=evil href='javascript:window.ran = true'>x</a>");
		const script = document.createElement("script");
		script.textContent = "window.ran = true";
		document.body.append(script);
		return window.ran === true;
	})()`)
	if ran {
		t.Error("a script ran that is not ours")
	}
}

func overviewWithoutScript(t *testing.T, browser context.Context) {
	address, _ := onDisk(t, small())
	disable := func(value bool) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: value})
			return err
		})
	}
	do(t, browser, disable(true), chromedp.Navigate(address))
	defer do(t, browser, disable(false))
	got := evaluate[[]string](t, browser, `[`+visible+`, String(document.getElementById("filters").offsetHeight),
		[...document.querySelectorAll(".mark")].map((mark) => mark.parentElement.querySelector(".id").textContent).join(" "),
		[...document.querySelectorAll(".differences a")].map((a) => a.textContent + a.getAttribute("href")).join(" ")]`)
	want := []string{"#1 #1.1 1.1.1 1.1.2 #2 2.1 2.2 2.3 2.4", "0", "1.1.2", "1.1.2#row-1.1.2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("shown (-want +got)\n%s", diff)
	}
}

// However the matrix is laid out, it is a table to those who do not see it, and the
// page has landmarks.
func overviewHasItsRoles(t *testing.T, browser context.Context) {
	address, _ := onDisk(t, small())
	do(t, browser, chromedp.Navigate(address))
	tree, err := chromedp.Run(browser, func(ctx context.Context, _ *chromedp.Target) (accessibility.GetFullAXTreeResult, error) {
		return chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{
		"banner": 1, "navigation": 1, "main": 1, "contentinfo": 1, "search": 1, "status": 1, "image": 6 + 1, // bars and a mark
		"table": 5, "row": 3 + 3 + 6 + 7 + 1 + 3 + 6, "rowheader": 2 + 2 + 3 + 6, "columnheader": 8 + 4 + 3,
	}
	got := map[string]int{}
	for _, node := range tree.Nodes {
		role := strings.Trim(string(node.Role.Value), `"`)
		if _, ok := want[role]; ok && !node.Ignored {
			got[role]++
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("roles (-want +got)\n%s", diff)
	}
}

// Nothing but the tables is wider than a phone, and those scroll by themselves.
func overviewOnAPhone(t *testing.T, browser context.Context) {
	o := manyAgents(20)
	address, _ := onDisk(t, o)
	do(t, browser, chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile), chromedp.Navigate(address))
	defer do(t, browser, chromedp.ResetViewport())
	if width := evaluate[int](t, browser, `document.documentElement.scrollWidth`); width > 360 {
		t.Errorf("the page is %d wide, want 360", width)
	}
	stuck := evaluate[[]float64](t, browser, `(() => {
		const box = document.getElementById("matrix");
		box.scrollTo(2000, 5000);
		const place = (element) => { const r = element.getBoundingClientRect(), b = box.getBoundingClientRect(); return [r.left - b.left, r.top - b.top]; };
		return [place(box.querySelector("thead th:nth-child(9)"))[1], place(box.querySelector("tbody tr[id]:nth-child(3) th"))[0]];
	})()`)
	if diff := cmp.Diff([]float64{1, 1}, stuck); diff != "" { // the border
		t.Errorf("heads of scrolled matrix (-want +got)\n%s", diff)
	}
}

// manyAgents is the whole catalogue played by so many agents, who differ.
func manyAgents(n int) templates.Overview {
	o := templates.Overview{Product: "Gobahn/0.1.0", Generated: time.Now()}
	for a := range n {
		o.Agents = append(o.Agents, fmt.Sprintf("implementation %d/1.0.%d", a, a))
	}
	code := uint16(cases.CodeNormal)
	verdicts := append(cases.Verdicts[:len(cases.Verdicts):len(cases.Verdicts)], cases.Failed)
	for _, chapter := range cases.Chapters {
		group := templates.Group{Chapter: true, Number: chapter.Number, Title: chapter.Title}
		for i, c := range chapter.Cases {
			row := templates.Row{ID: c.ID, Description: c.Description, Clauses: c.Spec}
			for a := range n {
				stem := fmt.Sprintf("implementation_%d_1_0_%d_case_%s", a, a, strings.ReplaceAll(string(c.ID), ".", "_"))
				cell := &templates.Cell{
					Verdict: cases.OK, CloseVerdict: cases.OK, CloseCode: &code, File: stem + ".html", Anchor: stem,
					Duration: cases.Second, Timed: c.Report.Time,
				}
				if c.Report.Ratio {
					cell.Traffic = &cases.Traffic{Incoming: cases.Flow{App: 16000, WebSocket: 12345}}
				}
				if (i*7+a*13)%31 == 0 {
					cell.Verdict, cell.CloseVerdict, cell.Headline = verdicts[(i+a)%len(verdicts)], cases.Unclean, cases.WrongAnswer
				}
				row.Cells = append(row.Cells, cell)
			}
			group.Rows = append(group.Rows, row)
		}
		o.Groups = append(o.Groups, group)
	}
	return o
}

// The figures depend on the machine, and are for whoever reads them.
func overviewOfManyAgents(t *testing.T, browser context.Context) {
	watchPages(t, browser)
	address, page := onDisk(t, manyAgents(20))
	if most := 3 << 20; len(page) > most {
		t.Errorf("the page has %d octets, want at most %d", len(page), most)
	}
	do(t, browser, chromedp.Navigate("about:blank"), chromedp.Navigate(address))
	paint, err := chromedp.Run(browser, chromedp.Evaluate[float64](`new Promise((done) => new PerformanceObserver((list) => {
		done(list.getEntriesByName("first-contentful-paint")[0].startTime);
	}).observe({ type: "paint", buffered: true }))`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	took, err := chromedp.Run(browser, chromedp.Evaluate[[]float64](`(async () => {
		const frame = () => new Promise(requestAnimationFrame);
		const box = document.getElementById("matrix");
		const frames = [];
		let last = await frame();
		for (let y = 0; y < box.scrollHeight; y += 400) {
			box.scrollTop = y;
			const now = await frame();
			frames.push(now - last);
			last = now;
		}
		const begun = performance.now();
		document.querySelector("[name=flawed]").click();
		box.offsetHeight;
		frames.sort((a, b) => a - b);
		return [frames[frames.length >> 1], frames.at(-1), performance.now() - begun, performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd];
	})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d octets; first contentful paint after %.0f ms, loaded after %.0f ms, frames while scrolling %.0f ms, the slowest %.0f ms, filtered in %.0f ms",
		len(page), paint, took[3], took[0], took[1], took[2])
}
