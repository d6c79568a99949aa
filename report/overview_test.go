package report

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"gobahn/cases"
)

// overviewOf is the overview of what each agent got in a case, which differs.
func overviewOf(t *testing.T, w *Writer, records ...Record) *html.Node {
	t.Helper()
	for _, r := range records {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	return parse(t, read(t, w, "index.html"))
}

// TestOverviewSaysWhatWasTested has two shards of a run, one of which was not ended.
func TestOverviewSaysWhatWasTested(t *testing.T) {
	started := time.Date(2026, 4, 2, 15, 18, 30, 0, time.UTC)
	w, err := Open(t.TempDir(),
		Run{Product: "Gobahn/0.1.0", Profile: "rfc", Seed: 1<<64 - 1, Server: true, Shard: "1/2", Started: started,
			Ended: started.Add(61 * time.Second), Cases: []cases.ID{"1.1.1", "1.1.2"}},
		Run{Product: "Gobahn/0.1.1", Profile: "<b>", Seed: 7, Shard: "2/2", Started: started, Cases: []cases.ID{"1.2.1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer abandon(w)
	w.now = func() time.Time { return started.Add(1500 * time.Millisecond) }
	table := func() [][]string {
		return tableRows(withClass(parse(t, read(t, w, "index.html")), "table", "runs")[0])[1:]
	}
	want := [][]string{
		{"2026-04-02 15:18:30 UTC", "2026-04-02 15:19:31 UTC", "1m1s", "Gobahn/0.1.0", "rfc", "18446744073709551615",
			"clients", "2", "1/2"},
		{"2026-04-02 15:18:30 UTC", "not yet", "–", "Gobahn/0.1.1", "<b>", "7", "servers", "1", "2/2"},
	}
	if err := w.Add(played("a", "1.1.1", cases.OK, cases.OK)); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, table()); diff != "" {
		t.Errorf("while it goes on (-want +got)\n%s", diff)
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	want[1][1], want[1][2] = "2026-04-02 15:18:31 UTC", "2s"
	if diff := cmp.Diff(want, table()); diff != "" {
		t.Errorf("at the end (-want +got)\n%s", diff)
	}
}

// Agents differ in a case if those that played it got different verdicts, of
// behaviour or of ending.
func TestOverviewListsDifferences(t *testing.T) {
	page := overviewOf(t, open(t),
		played("a", "1.1.1", cases.OK, cases.OK), played("b", "1.1.1", cases.OK, cases.OK),
		played("a", "1.1.2", cases.OK, cases.OK), played("b", "1.1.2", cases.Failed, cases.OK),
		played("a", "2.1", cases.OK, cases.Unclean), played("b", "2.1", cases.OK, cases.OK),
		played("a", "2.2", cases.Failed, cases.OK), // by one alone
		played("a", "3.1", cases.NonStrict, cases.OK), played("b", "3.1", cases.NonStrict, cases.OK),
	)
	var got []string
	for _, li := range elements(withClass(page, "ul", "differences")[0], "li") {
		got = append(got, textOf(li))
	}
	if diff := cmp.Diff([]string{"1 Framing: 1.1.2", "2 Pings and pongs: 2.1"}, got); diff != "" {
		t.Errorf("list (-want +got)\n%s", diff)
	}
	rows := map[string]string{}
	for _, tr := range elements(withClass(page, "table", "matrix")[0], "tr") {
		if id, ok := strings.CutPrefix(attribute(tr, "id"), "row-"); ok {
			rows[id] = attribute(tr, "class")
		}
	}
	want := map[string]string{"1.1.1": "", "1.1.2": "differs flawed", "2.1": "differs flawed", "2.2": "flawed", "3.1": "flawed"}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("rows (-want +got)\n%s", diff)
	}
}

// An ending that could have been better is mentioned, and is not wrong: the terminal, the
// overview and the page about a run that goes on count the same.
func TestNonStrictEndingIsNotWrong(t *testing.T) {
	w := open(t)
	page := overviewOf(t, w, played("a", "1.1.1", cases.OK, cases.NonStrict), played("a", "1.1.2", cases.OK, cases.Unclean))
	if got := textOf(elements(withClass(page, "table", "chart")[0], "title")[0]); got != "2 Pass, 1 closed wrongly" {
		t.Errorf("the overview counts %s", got)
	}
	if n := len(withClass(page, "span", "close_ok")); n != 1 {
		t.Errorf("%d endings are said to be no better than good enough, want 1", n)
	}
	if n := w.Summary()[0].Total.ClosedBadly; n != 1 {
		t.Errorf("the summary counts %d", n)
	}
	if n := Follow(w.dir).Look().Agents[0].ClosedBadly; n != 1 {
		t.Errorf("the page about the run counts %d", n)
	}
}

// The chart says in words what its bars show.
func TestOverviewChart(t *testing.T) {
	page := overviewOf(t, open(t),
		played("a", "1.1.1", cases.OK, cases.OK), played("a", "1.1.2", cases.Failed, cases.Unclean),
		played("a", "2.1", cases.Informational, cases.Informational),
		played("b", "1.1.1", cases.NonStrict, cases.OK),
	)
	var got [][]string
	for _, tr := range elements(withClass(page, "table", "chart")[0], "tr")[1:] {
		var row []string
		for _, td := range elements(tr, "td") {
			row = append(row, textOf(elements(td, "title")[0])+" | "+textOf(elements(td, "span")[0]))
		}
		got = append(got, row)
	}
	want := [][]string{
		{"1 Pass, 1 Fail, 1 closed wrongly | 1/2", "1 Informational | 1", "1 Pass, 1 Informational, 1 Fail, 1 closed wrongly | 2/3"},
		{"1 Non-Strict, 1 Missing | 0/2", "1 Missing | –", "1 Non-Strict, 2 Missing | 0/3"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bars (-want +got)\n%s", diff)
	}
	if got, want := textOf(withClass(page, "p", "lead")[0]), "2 agents, 3 cases, 4 results: 1 failed, 1 ended wrongly."; got != want {
		t.Errorf("the page begins %q, want %q", got, want)
	}
}

// What can be filtered by is in the rows, and in the controls: clauses by number.
func TestOverviewClauses(t *testing.T) {
	var records []Record
	for id, clauses := range map[cases.ID][]string{
		"1.1.1": {"RFC 6455 5.10", "RFC 7692 6"}, "1.1.2": {"RFC 6455 5.5.1", "RFC 6455 5.5"}, "2.1": {"RFC 6455 5.10", "<b>\u202e"}, "2.2": nil,
	} {
		r := played("a", id, cases.OK, cases.OK)
		r.Case.Spec = clauses
		records = append(records, r)
	}
	page := overviewOf(t, open(t), records...)
	var options []string
	for _, n := range elements(page, "select") {
		if attribute(n, "id") == "clause" {
			options = texts(elements(n, "option"))
		}
	}
	want := []string{"All", "RFC 6455 5.5", "RFC 6455 5.5.1", "RFC 6455 5.10", "RFC 7692 6", `<b>\xe2\x80\xae`}
	if diff := cmp.Diff(want, options); diff != "" {
		t.Errorf("options (-want +got)\n%s", diff)
	}
	for _, tr := range elements(page, "tr") {
		if got, want := attribute(tr, "data-clauses"), "RFC 6455 5.10, RFC 7692 6"; attribute(tr, "id") == "row-1.1.1" && got != want {
			t.Errorf("1.1.1 has clauses %q, want %q", got, want)
		}
	}
}

// With one agent, there is nothing to compare.
func TestOverviewOfOneAgent(t *testing.T) {
	page := overviewOf(t, open(t), played("a", "1.1.1", cases.OK, cases.OK))
	if text := textOf(elements(page, "body")[0]); strings.Contains(text, "Differences") || strings.Contains(text, "agents differ") {
		t.Errorf("there are differences in %q", text)
	}
}
