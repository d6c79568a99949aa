package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/peers"
	"gobahn/report"
)

// wholeRun is a report of every case with this agent, none of which was played.
func wholeRun(t *testing.T, agent string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	w, err := report.Open(dir, report.Run{Product: product, Profile: "autobahn", Seed: 1, Started: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cases.Catalogue {
		o := cases.Observation{Opened: true, Events: c.Accept[0].Events, Started: time.Now(), Closing: cases.Closing{WasClean: true, ClosedByMe: !c.Ending.Peer}}
		err := w.Add(report.Record{Agent: agent, Case: c, Number: i + 1, Observation: o, Result: cases.Judge(c, o)})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestSingleFileInABrowser follows links through a report of 517 cases in one file,
// of an agent that wants to be markup.
func TestSingleFileInABrowser(t *testing.T) {
	dir := wholeRun(t, "<img src=x onerror=alert(1)>")
	page := filepath.Join(t.TempDir(), "all.html")
	if status := run(t.Context(), []string{"report", "convert", dir, page}, os.Stderr, os.Stderr); status != exitOK {
		t.Fatalf("exit status %d", status)
	}
	browser := peers.Chromium(t)
	browser, stop := context.WithTimeout(browser, time.Minute)
	defer stop()
	faults, err := peers.Faults(browser)
	if err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(browser, chromedp.Navigate("file://"+page)); err != nil {
		t.Fatal(err)
	}
	type view struct {
		Fragment string
		Shown    []string // ids of the sheets that can be seen
		Scrolled bool     // the cell of the fragment can be seen
	}
	const (
		look = `(() => {
			const cell = document.getElementById(location.hash.slice(1)), at = cell?.getBoundingClientRect();
			return {
				Fragment: location.hash,
				Shown: [...document.querySelectorAll(".sheet")].filter((s) => s.offsetHeight > 0).map((s) => s.id),
				Scrolled: !!at && at.height > 0 && at.top >= -1 && at.top < innerHeight,
			};
		})()`
		shownLink = `[...document.querySelectorAll(".sheet")].find((s) => s.offsetHeight > 0).querySelector`
	)
	id := "img_src_x_onerror_alert_1"
	for _, step := range []struct {
		name, do string
		want     view
	}{
		{"loaded", `1`, view{"", []string{""}, false}},
		{"a cell of the matrix", `document.querySelector("td a").click()`, view{"#page-" + id + "_case_1_1_1", []string{"page-" + id + "_case_1_1_1"}, true}},
		{"the next case", shownLink + `("a[rel=next]").click()`, view{"#page-" + id + "_case_1_1_2", []string{"page-" + id + "_case_1_1_2"}, true}},
		{"the overview", shownLink + `("nav a").click()`, view{"#" + id + "_case_1_1_2", []string{""}, true}},
		{"the last cell", `[...document.querySelectorAll(".matrix td a")].at(-1).click()`, view{"#page-" + id + "_case_13_7_18", []string{"page-" + id + "_case_13_7_18"}, true}},
		{"a requirement of it", shownLink + `("details.requirements a").click()`, view{"#RFC6455-4.1-w", []string{"page-requirements"}, true}},
		{"a case of the requirement", shownLink + `("tr:target .cases a").click()`, view{"#row-12.1.1", []string{""}, true}},
		{"the requirements", `[...document.querySelectorAll("nav a")].find((a) => a.textContent === "Requirements").click()`, view{"#page-requirements", []string{"page-requirements"}, true}},
		{"back to the last", `history.go(-3)`, view{"#page-" + id + "_case_13_7_18", []string{"page-" + id + "_case_13_7_18"}, true}},
		{"its cell", shownLink + `("nav a").click()`, view{"#" + id + "_case_13_7_18", []string{""}, true}},
	} {
		if _, err := chromedp.Run(browser, chromedp.Evaluate[any](step.do+`, 1`)); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		got, err := chromedp.Run(browser, chromedp.Evaluate[view](look))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
	if err := faults(); err != nil {
		t.Error(err)
	}
}
