package report

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gobahn/cases"
	"gobahn/templates"
)

// hostile is what a peer might send: markup that closes what it may stand in,
// an address, and octets that are not text.
const hostile = "</pre></td></style></title>\"'`><script src=http://evil.example/x.js>alert(1)</script>" +
	"<img src=//evil.example onerror=alert(1)><!-- ]]> ../../etc/passwd %s \x00\x07\x1b[31m\xff\xfe \u202e\u2028 javascript:alert(1)\r\n"

func hostileRecord(agent string) Record {
	r := case36()
	r.Agent = agent
	o := &r.Observation
	o.Request, o.Response = hostile, "\xff\x00\x80"+hostile
	o.Faults = []string{hostile}
	o.Lost = 3
	o.Events = cases.Events{cases.GotText(hostile), cases.GotPong("\xff" + hostile), cases.Mark{Name: hostile}}
	o.Closing.NotCleanReason = hostile
	o.Closing.LocalReason, o.Closing.RemoteReason = cases.Of(hostile), cases.Of("\xff\x00")
	o.Received.Frames = map[int]int{15: 1, -1: 2}
	o.Wirelog = []cases.Row{
		rx("ff"), rxFrame(cases.OpText, hostile, hostile), rxFrame(0xf, "<b>\x00</b>", ""),
		{Kind: cases.PauseBegun, Mark: hostile}, {Kind: cases.RowKind(hostile)},
		{Kind: cases.RxFrame, Size: 1000}, {Kind: cases.RxOctets, Size: -1, Head: nil},
	}
	r.Case.Script = cases.Script{cases.Echo{Count: -1}}
	r.Case.Deflate = &cases.Deflate{}
	r.Case.Report = cases.Report{Time: true, Ratio: true}
	o.Deflate = &cases.DeflateParams{ServerMaxWindowBits: -1 << 63, ClientMaxWindowBits: 1<<63 - 1}
	o.Echoes = -1 << 63
	o.Traffic = &cases.Traffic{Incoming: cases.Flow{App: -1, WebSocket: 1<<63 - 1, Wire: -1 << 63}}
	o.Before = &cases.Attempt{Verdict: hostile, CloseVerdict: hostile, Says: hostile}
	r.Case.Requirements = []string{hostile, "RFC6455-5.2-b"}
	r.Result.Says, r.Result.CloseSays = hostile, hostile
	return r
}

var hostileAgents = []string{
	hostile, "", "\"><script>", "a/../../b", "..", "/etc/passwd", "a\nb", "\x00", "\xff\xfe", "CON", ".html",
	"case_failed'", strings.Repeat("<x>", 3334), strings.Repeat("long", 2500), strings.Repeat("é", 10000),
}

// TestHostile looks for elements, attributes and addresses that come from the
// peer.
func TestHostile(t *testing.T) {
	w := open(t)
	for _, agent := range hostileAgents {
		if err := w.Add(hostileRecord(agent)); err != nil {
			t.Fatalf("agent %.40q: %v", agent, err)
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	pages := 0
	for _, name := range files(t, w) {
		if len(name) > 255 || !fileName.MatchString(name) {
			t.Errorf("file name %q", name)
		}
		page := read(t, w, name)
		if !strings.HasSuffix(name, ".html") {
			checkJSON(t, name, page)
			continue
		}
		pages++
		checkPage(t, name, parse(t, page))
	}
	if want := len(hostileAgents) + 2; pages != want {
		t.Errorf("%d pages, want %d", pages, want)
	}
}

// ours are the elements that pages consist of.
var ours = map[string]bool{
	"html": true, "head": true, "meta": true, "title": true, "style": true, "body": true, "header": true,
	"nav": true, "main": true, "footer": true, "section": true, "h1": true, "h2": true, "h3": true, "p": true,
	"a": true, "span": true, "ul": true, "li": true, "pre": true, "div": true, "table": true, "caption": true,
	"thead": true, "tbody": true, "tfoot": true, "script": true, "tr": true, "th": true, "td": true,
	"details": true, "summary": true, "strong": true, "code": true, "mark": true, "svg": true, "desc": true,
	"text": true, "path": true, "g": true, "circle": true, "form": true, "fieldset": true, "legend": true,
	"label": true, "input": true, "select": true, "option": true, "button": true, "kbd": true, "rect": true,
}

var ourAttributes = map[string]bool{
	"lang": true, "charset": true, "name": true, "content": true, "http-equiv": true, "class": true, "id": true,
	"href": true, "title": true, "scope": true, "colspan": true, "rel": true, "open": true, "role": true,
	"aria-label": true, "data-copy": true, "data-at": true, "data-of": true, "viewbox": true, "viewBox": true,
	"width": true, "height": true, "x": true, "y": true, "d": true, "r": true, "cx": true, "transform": true,
	"aria-labelledby": true, "aria-hidden": true, "aria-live": true, "tabindex": true, "hidden": true, "for": true,
	"type": true, "value": true, "autocomplete": true, "spellcheck": true, "data-clauses": true,
	"preserveAspectRatio": true,
}

func checkPage(t *testing.T, name string, doc *html.Node) {
	t.Helper()
	for n := range doc.Descendants() {
		switch n.Type {
		case html.CommentNode:
			t.Errorf("%s: comment %q", name, n.Data)
		case html.ElementNode:
			if !ours[n.Data] {
				t.Errorf("%s: element <%s>", name, n.Data)
			}
			for _, a := range n.Attr {
				checkAttribute(t, name, a)
			}
			if n.Data == "script" && !strings.Contains(templates.ReportPolicy, sha256Of(n)) {
				t.Errorf("%s: a script that is not ours: %.100q", name, textOf(n))
			}
			if css := textOf(n); n.Data == "style" && (strings.Contains(css, "@import") || strings.Contains(css, "url(")) {
				t.Errorf("%s: stylesheet has an address", name)
			}
		case html.TextNode:
			if strings.ContainsAny(n.Data, "\x00\x07\x1b\u202e\u2028\r") {
				t.Errorf("%s: raw control characters in %.100q", name, n.Data)
			}
		}
	}
}

// sha256Of is the hash of a script as policies name it.
func sha256Of(script *html.Node) string {
	sum := sha256.Sum256([]byte(script.FirstChild.Data))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func checkAttribute(t *testing.T, name string, a html.Attribute) {
	t.Helper()
	if !ourAttributes[a.Key] {
		t.Errorf("%s: attribute %s", name, a.Key)
	}
	if a.Key != "href" {
		return
	}
	u, err := url.Parse(a.Val)
	if err == nil && u.Path == "" && strings.HasPrefix(a.Val, "#") { // a place in the page
		return
	}
	if err != nil || u.IsAbs() || u.Host != "" || !fileName.MatchString(u.Path) {
		t.Errorf("%s: link to %q", name, a.Val)
	}
}

func checkJSON(t *testing.T, name string, body []byte) {
	t.Helper()
	for _, c := range body {
		if c > 0x7e || c < 0x20 && c != '\n' {
			t.Errorf("%s: octet %#x in JSON", name, c)
			return
		}
	}
}
