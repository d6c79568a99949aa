package report

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"gobahn/cases"
)

// addOne writes one record into a fresh directory and returns the writer, and
// the parsed page of the case.
func addOne(t *testing.T, r Record) (*Writer, *html.Node) {
	t.Helper()
	w := open(t)
	if err := w.Add(r); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return w, parse(t, read(t, w, w.names.stems[keyOf(r)]+".html"))
}

func read(t *testing.T, w *Writer, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parse(t *testing.T, page []byte) *html.Node {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// elements are those with this tag, in order.
func elements(doc *html.Node, tag string) []*html.Node {
	var list []*html.Node
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag {
			list = append(list, n)
		}
	}
	return list
}

// textOf is the text of n; outside <pre>, runs of space are one.
func textOf(n *html.Node) string {
	var s strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			s.WriteString(d.Data)
		}
	}
	if n.Data == "pre" {
		return s.String()
	}
	return strings.Join(strings.Fields(s.String()), " ")
}

// spaced is the text of doc below its head, with a space between elements.
func spaced(doc *html.Node) string {
	var words []string
	for n := range elements(doc, "body")[0].Descendants() {
		if n.Type == html.TextNode {
			words = append(words, strings.Fields(n.Data)...)
		}
	}
	return strings.Join(words, " ")
}

func texts(nodes []*html.Node) []string {
	var list []string
	for _, n := range nodes {
		list = append(list, textOf(n))
	}
	return list
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// withClass are the elements one of whose classes begins with prefix.
func withClass(doc *html.Node, tag, prefix string) []*html.Node {
	var list []*html.Node
	for _, n := range elements(doc, tag) {
		for class := range strings.FieldsSeq(attribute(n, "class")) {
			if strings.HasPrefix(class, prefix) {
				list = append(list, n)
				break
			}
		}
	}
	return list
}

// tableRows are the cells of a table's rows.
func tableRows(table *html.Node) [][]string {
	var rows [][]string
	for _, tr := range elements(table, "tr") {
		var row []string
		for n := range tr.ChildNodes() {
			row = append(row, textOf(n))
		}
		rows = append(rows, row)
	}
	return rows
}

// TestCasePage checks the page of case 3.6 against what the reference's page of
// the same case shows.
func TestCasePage(t *testing.T) {
	_, doc := addOne(t, rejudged(case36()))

	const heading = "stratus@2 - Case 3.6 : Pass - 2001 ms @ 2026-04-02T15:17:24.877Z"
	if got := textOf(elements(doc, "h1")[0]); got != heading {
		t.Errorf("headline is %q, want %q", got, heading)
	}

	sections := []string{"3.6: peer accepted what it must refuse (RFC 6455 5.2)",
		"Case Description", "Case Expectation", "Case Outcome", "Case Closing Behavior",
		"Reproduce", "Timeline", "Opening Handshake", "Closing Behavior", "Wire Statistics", "Wire Log"}
	if diff := cmp.Diff(sections, texts(elements(doc, "h2"))); diff != "" {
		t.Errorf("sections (-want +got):\n%s", diff)
	}

	const ending = "The connection was failed by the wrong endpoint (FAILED)"
	if !strings.Contains(textOf(doc), ending) {
		t.Errorf("page does not say %q", ending)
	}

	var facts [][]string
	for _, row := range tableRows(withClass(doc, "table", "facts")[0])[1:] {
		facts = append(facts, row[:2])
	}
	if diff := cmp.Diff([][]string{
		{"isServer", "True"},
		{"closedByMe", "True"},
		{"failedByMe", "True"},
		{"droppedByMe", "True"},
		{"wasClean", "False"},
		{"wasNotCleanReason", "peer did not respond (in time) in closing handshake"},
		{"wasServerConnectionDropTimeout", "False"},
		{"wasOpenHandshakeTimeout", "False"},
		{"wasCloseHandshakeTimeout", "True"},
		{"localCloseCode", "1001"},
		{"localCloseReason", "Going Away"},
		{"remoteCloseCode", "None"},
		{"remoteCloseReason", "None"},
	}, facts); diff != "" {
		t.Errorf("closing behavior (-want +got):\n%s", diff)
	}

	var statistics [][][]string
	for _, table := range withClass(doc, "table", "numbers") {
		statistics = append(statistics, tableRows(table))
	}
	if diff := cmp.Diff([][][]string{
		{{"Chop Size", "Count", "Octets"}, {"232", "1", "232"}, {"Total", "1", "232"}},
		{{"Chop Size", "Count", "Octets"}, {"14", "1", "14"}, {"15", "1", "15"}, {"208", "1", "208"}, {"Total", "3", "237"}},
		{{"Opcode", "Count"}, {"Total", "0"}},
		{{"Opcode", "Count"}, {"2", "1"}, {"8", "1"}, {"Total", "2"}},
	}, statistics); diff != "" {
		t.Errorf("wire statistics (-want +got):\n%s", diff)
	}

	if diff := cmp.Diff([]string{
		"000 RX OCTETS: 474554202f72756e436173653f636173653d3333266167656e743d737472617475732534303220485454502f312e310d0a68\n" +
			"               6f73743a203132372e302e302e31 ...",
		"001 TX OCTETS: 485454502f312e312031303120537769746368696e672050726f746f636f6c730d0a5365727665723a204175746f6261686e\n" +
			"               5465737453756974652f32352e31 ...",
		"002 TX FRAME : OPCODE=2, FIN=True, RSV=6, PAYLOAD-LEN=13, MASK=None, PAYLOAD-REPEAT-LEN=None, CHOPSIZE=None, SYNC=False\n" +
			"               Hello, world!",
		"003 TX OCTETS: e20d48656c6c6f2c20776f726c6421",
		"004 FAIL CONNECTION AFTER 1.000000 sec",
		"005 FAILING CONNECTION",
		"006 TX FRAME : OPCODE=8, FIN=True, RSV=0, PAYLOAD-LEN=12, MASK=None, PAYLOAD-REPEAT-LEN=None, CHOPSIZE=None, SYNC=False\n" +
			"               0x03e9476f696e672041776179",
		"007 TX OCTETS: 880c03e9476f696e672041776179",
		"008 TCP DROPPED BY ME",
	}, texts(withClass(doc, "pre", "log_"))); diff != "" {
		t.Errorf("wire log (-want +got):\n%s", diff)
	}

	heads := texts(withClass(doc, "pre", "head"))
	if len(heads) != 2 || !strings.HasPrefix(heads[0], "GET /runCase?case=33&agent=stratus%402 HTTP/1.1\nhost: 127.0.0.1:9001\n") ||
		!strings.HasSuffix(heads[1], "\nSec-WebSocket-Accept: zAMr/+nJIp0osoz8dPkMm2y+Tos=") {
		t.Errorf("opening handshake is %q", heads)
	}
	notation := []string{`binary rsv=6 "Hello, world!"`, "OK: nothing\nending: close 1002, or drop",
		"nothing\nending: failed by us, peer did not respond (in time) in closing handshake"}
	if diff := cmp.Diff(notation, texts(withClass(doc, "pre", "notation"))); diff != "" {
		t.Errorf("notation (-want +got):\n%s", diff)
	}
}

// TestLinks follows the links between the overview and the pages.
func TestLinks(t *testing.T) {
	w, doc := addOne(t, case36())
	var links []string
	for _, a := range elements(doc, "a") {
		links = append(links, attribute(a, "href"))
	}
	if diff := cmp.Diff([]string{"index.html#stratus_2_case_3_6", "stratus_2_case_3_6.json"}, links); diff != "" {
		t.Errorf("links of the page (-want +got):\n%s", diff)
	}
	overview := parse(t, read(t, w, "index.html"))
	cells := withClass(withClass(overview, "table", "matrix")[0], "td", "case_")
	if len(cells) != 1 {
		t.Fatalf("%d cells, want 1", len(cells))
	}
	if got, want := attribute(cells[0], "id"), "stratus_2_case_3_6"; got != want {
		t.Errorf("anchor is %q, want %q", got, want)
	}
	if got, want := attribute(elements(cells[0], "a")[0], "href"), "stratus_2_case_3_6.html"; got != want {
		t.Errorf("link is %q, want %q", got, want)
	}
	if got, want := textOf(cells[0]), "Pass None Close: Fail"; got != want {
		t.Errorf("cell says %q, want %q", got, want)
	}
}

// TestFailedCells counts as users do: one mention in the stylesheet, one in the
// legend, one for each failed cell, all on lines of their own.
func TestFailedCells(t *testing.T) {
	w := open(t)
	check := func(failed int) {
		t.Helper()
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		page := read(t, w, "index.html")
		if n := bytes.Count(page, []byte("case_failed")); n != 2+failed {
			t.Errorf("case_failed occurs %d times with %d failed cells, want %d", n, failed, 2+failed)
		}
		lines := 0
		for line := range bytes.Lines(page) {
			if bytes.Contains(line, []byte("case_failed")) {
				lines++
			}
		}
		if lines != 2+failed {
			t.Errorf("case_failed occurs on %d lines with %d failed cells, want %d", lines, failed, 2+failed)
		}
	}
	check(0)
	for _, id := range []cases.ID{"1.1.1", "2.1", "7.7.1"} {
		for _, agent := range []string{"a", "b"} {
			if err := w.Add(played(agent, id, cases.OK, cases.Failed)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, r := range []Record{compressed1211(), replayed911(), refused1331()} { // with more in their cells
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	check(0)
	for i, agent := range []string{"a", "b"} {
		if err := w.Add(played(agent, "2.1", cases.Failed, cases.OK)); err != nil {
			t.Fatal(err)
		}
		check(i + 1)
	}
}

// chapters are a catalogue for tests.
var chapters = []cases.Chapter{
	{Number: "1", Title: "Framing", Sections: []cases.Section{{Number: "1.1", Title: "Text"}, {Number: "1.2", Title: "Binary"}}},
	{Number: "2", Title: "Pings"},
	{Number: "9", Title: "Limits", Sections: []cases.Section{{Number: "9.1", Title: "Long text"}, {Number: "9.7", Title: "Round trips"}}},
	{Number: "10", Title: "Fragments", Sections: []cases.Section{{Number: "10.1", Title: "Auto"}}},
	{Number: "12", Title: "Compression", Sections: []cases.Section{{Number: "12.1", Title: "JSON"}}},
	{Number: "13", Title: "Parameters", Sections: []cases.Section{{Number: "13.3", Title: "A window of 9 bits"}}},
}

func TestOverviewGroups(t *testing.T) {
	w := open(t)
	for _, id := range []cases.ID{"10.1.1", "2.10", "2.9", "1.2.1", "1.1.1", "x.1"} {
		if err := w.Add(played("a", id, cases.OK, cases.OK)); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, group := range w.overview(chapters).Groups {
		line := group.Number + " " + group.Title + ":"
		for _, row := range group.Rows {
			line += " " + string(row.ID)
		}
		got = append(got, line)
	}
	if diff := cmp.Diff([]string{
		"1 Framing:", "1.1 Text: 1.1.1", "1.2 Binary: 1.2.1", "2 Pings: 2.9 2.10",
		"10 Fragments:", "10.1 Auto: 10.1.1", "x : x.1",
	}, got); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}
