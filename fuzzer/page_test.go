package fuzzer_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"gobahn/report"
)

// The reference's page for 3.6 and a client that swallows the bad frame and
// never answers the close: the same peer must give the same page.
func TestPageOfACaseIsTheReferences(t *testing.T) {
	played := testClient(t, func() *rawPeer { return &rawPeer{frame: swallow} }, find(t, "3.6"))
	p := played[0]
	dir := t.TempDir()
	w, err := report.Open(dir, report.Run{Product: "Gobahn/test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Add(report.Record{Agent: p.Agent, Case: p.Case, Number: 33, Observation: p.Observation, Result: p.Result}); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(dir, "raw_case_3_6.html"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}

	if got := text(first(all(doc, "h1"))); !regexp.MustCompile(`^raw - Case 3\.6 : Pass - 2000 ms @ \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`).MatchString(got) {
		t.Errorf("headline %q", got)
	}
	if !strings.Contains(text(doc), "The connection was failed by the wrong endpoint (FAILED)") {
		t.Error("the closing text is missing")
	}

	var tables []*html.Node
	for _, class := range []string{"facts", "numbers"} { // which the reference has, too
		tables = append(tables, classed(doc, "table", class)...)
	}
	want := [][]string{
		{
			"isServer True", "closedByMe True", "failedByMe True", "droppedByMe True", "wasClean False",
			"wasNotCleanReason peer did not respond (in time) in closing handshake",
			"wasServerConnectionDropTimeout False", "wasOpenHandshakeTimeout False", "wasCloseHandshakeTimeout True",
			"localCloseCode 1001", "localCloseReason Going Away", "remoteCloseCode None", "remoteCloseReason None",
		},
		{"229 1 229", "Total 1 229"},
		{"14 1 14", "15 1 15", "167 1 167", "Total 3 196"},
		{"Total 0"},
		{"2 1", "8 1", "Total 2"},
	}
	var got [][]string
	for i, table := range tables {
		columns := 3
		if i == 0 {
			columns = 2 // key and value; the meaning is in our own words
		}
		got = append(got, rows(table, columns))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tables (-want +got):\n%s", diff)
	}

	var lines []string
	for _, pre := range all(first(classed(doc, "div", "log")), "pre") {
		lines = append(lines, regexp.MustCompile(`\n +`).ReplaceAllString(text(pre), " "))
	}
	wantLog := []string{
		"000 RX OCTETS: 474554202f72756e436173653f",
		"001 TX OCTETS: 485454502f312e3120313031",
		"002 TX FRAME : OPCODE=2, FIN=True, RSV=6, PAYLOAD-LEN=13, MASK=None, PAYLOAD-REPEAT-LEN=None, CHOPSIZE=None, SYNC=False Hello, world!",
		"003 TX OCTETS: e20d48656c6c6f2c20776f726c6421",
		"004 FAIL CONNECTION AFTER 1.000000 sec",
		"005 FAILING CONNECTION",
		"006 TX FRAME : OPCODE=8, FIN=True, RSV=0, PAYLOAD-LEN=12, MASK=None, PAYLOAD-REPEAT-LEN=None, CHOPSIZE=None, SYNC=False 0x03e9476f696e672041776179",
		"007 TX OCTETS: 880c03e9476f696e672041776179",
		"008 TCP DROPPED BY ME",
	}
	if len(lines) != len(wantLog) {
		t.Fatalf("wire log has %d rows, want %d:\n%s", len(lines), len(wantLog), strings.Join(lines, "\n"))
	}
	for i, line := range lines {
		if i < 2 { // the heads name products and are cut
			line = line[:min(len(line), len(wantLog[i]))]
		}
		if line != wantLog[i] {
			t.Errorf("row %d:\n got %s\nwant %s", i, line, wantLog[i])
		}
	}
}

func all(doc *html.Node, tag string) (list []*html.Node) {
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag {
			list = append(list, n)
		}
	}
	return list
}

// classed are the elements with this tag and class.
func classed(doc *html.Node, tag, class string) (list []*html.Node) {
	for _, n := range all(doc, tag) {
		for _, a := range n.Attr {
			if a.Key == "class" && strings.Contains(a.Val, class) {
				list = append(list, n)
			}
		}
	}
	return list
}

// first is the first of list, or an empty element.
func first(list []*html.Node) *html.Node { return append(list, &html.Node{})[0] }

func text(n *html.Node) string {
	var s strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			s.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(s.String())
}

// rows are the first columns of the rows of a table, but for its head.
func rows(table *html.Node, columns int) (list []string) {
	for _, tr := range all(table, "tr")[1:] {
		var cells []string
		for _, tag := range []string{"th", "td"} {
			for _, cell := range all(tr, tag) {
				cells = append(cells, text(cell))
			}
		}
		list = append(list, strings.Join(cells[:min(columns, len(cells))], " "))
	}
	return list
}
