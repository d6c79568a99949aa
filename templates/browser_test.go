package templates

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// The letter is all that tells a cell's verdict to those who do not see its colour.
func TestLettersTellGradesApart(t *testing.T) {
	seen := make(map[string]string)
	for _, g := range grades {
		if other := seen[g.letter()]; other != "" {
			t.Errorf("%s stands for %s and %s", g.letter(), other, g.Word)
		}
		seen[g.letter()] = g.Word
	}
}

func TestBrowserPage(t *testing.T) {
	site := Site{Product: "Gobahn/<test>", Port: 9001, Reports: "/reports/", Chapters: []SiteChapter{
		{Number: "1", Title: "Framing", Sections: []SiteSection{
			{Number: "1.1", Title: "Text", Cases: []SiteCase{{1, "1.1.1", `"<script>alert(1)</script>`}, {2, "1.1.2", "b"}}},
		}},
		{Number: "2", Sections: []SiteSection{{Number: "2", Cases: []SiteCase{{3, "2.10", "c"}}}}},
	}}
	var page strings.Builder
	if err := BrowserPage(site).Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(page.String()))
	if err != nil {
		t.Fatal(err)
	}
	var cells, ids []string
	for n := range doc.Descendants() {
		attributes := make(map[string]string)
		for _, a := range n.Attr {
			attributes[a.Key] = a.Val
		}
		if number := attributes["data-case"]; number != "" {
			cells = append(cells, number+" "+attributes["data-id"]+" "+n.FirstChild.FirstChild.Data+" "+attributes["title"])
		}
		if id := attributes["id"]; id != "" {
			ids = append(ids, id)
		}
		if n.Data == "script" && attributes["src"] != "/browser.js" {
			t.Errorf("a script from %q", attributes["src"])
		}
	}
	want := `1 1.1.1 1 1.1.1: "<script>alert(1)</script>|2 1.1.2 2 1.1.2: b|3 2.10 10 2.10: c`
	if got := strings.Join(cells, "|"); got != want {
		t.Errorf("cells: got %s, want %s", got, want)
	}
	for _, used := range regexp.MustCompile(`\$\("(\w+)"\)`).FindAllStringSubmatch(BrowserScript, -1) {
		if !slices.Contains(ids, used[1]) {
			t.Errorf("the script wants an element %q, which the page lacks", used[1])
		}
	}
}
