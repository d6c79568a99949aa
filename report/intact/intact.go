// Package intact fails tests in whose report something that a peer has sent, or calls
// itself, is more than text: markup, a link, a control character, or part of a path.
package intact

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gobahn/templates"
)

// fileName is what the names of all files look like.
var fileName = regexp.MustCompile(`^(index|requirements|results|[a-z0-9_]+_case_[a-z0-9_]+)\.(json|html)$`)

// Check looks at all files of the report in dir, and returns how many pages there are.
func Check(t testing.TB, dir string) (pages int) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if len(e.Name()) > 255 || !fileName.MatchString(e.Name()) {
			t.Errorf("file name %q", e.Name())
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(e.Name(), ".html") {
			checkJSON(t, e.Name(), b)
			continue
		}
		pages++
		doc, err := html.Parse(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		checkPage(t, e.Name(), doc)
	}
	return pages
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

// ourAttributes are those that they have.
var ourAttributes = map[string]bool{
	"lang": true, "charset": true, "name": true, "content": true, "http-equiv": true, "class": true, "id": true,
	"href": true, "title": true, "scope": true, "colspan": true, "rel": true, "open": true, "role": true,
	"aria-label": true, "data-copy": true, "data-at": true, "data-of": true, "viewbox": true, "viewBox": true,
	"width": true, "height": true, "x": true, "y": true, "d": true, "r": true, "cx": true, "transform": true,
	"aria-labelledby": true, "aria-hidden": true, "aria-live": true, "tabindex": true, "hidden": true, "for": true,
	"type": true, "value": true, "autocomplete": true, "spellcheck": true, "data-clauses": true,
	"preserveAspectRatio": true,
}

// checkPage wants a page in which all that comes from a peer is text.
func checkPage(t testing.TB, name string, doc *html.Node) {
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
				t.Errorf("%s: a script that is not ours: %.100q", name, raw(n))
			}
			if css := raw(n); n.Data == "style" && (strings.Contains(css, "@import") || strings.Contains(css, "url(")) {
				t.Errorf("%s: stylesheet has an address", name)
			}
		case html.TextNode:
			if strings.ContainsAny(n.Data, "\x00\x07\x1b\u202e\u2028\r") {
				t.Errorf("%s: raw control characters in %.100q", name, n.Data)
			}
		}
	}
}

// raw is what stands in a script or stylesheet.
func raw(n *html.Node) string {
	if n.FirstChild == nil {
		return ""
	}
	return n.FirstChild.Data
}

// sha256Of is the hash of a script as policies name it.
func sha256Of(script *html.Node) string {
	sum := sha256.Sum256([]byte(raw(script)))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// checkAttribute wants an attribute of ours, and no link but to the report itself.
func checkAttribute(t testing.TB, name string, a html.Attribute) {
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

// checkJSON wants JSON that is printable ASCII.
func checkJSON(t testing.TB, name string, body []byte) {
	t.Helper()
	for _, c := range body {
		if c > 0x7e || c < 0x20 && c != '\n' {
			t.Errorf("%s: octet %#x in JSON", name, c)
			return
		}
	}
	if !json.Valid(body) {
		t.Errorf("%s is no JSON", name)
	}
}
