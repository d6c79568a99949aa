package format

import (
	"fmt"
	"html"
	"io"
	"unicode/utf8"

	"gobahn/report"
)

// Badge writes an SVG of one line that says how many cases passed, of those that were to
// be played: "websocket | 517/517".
func Badge(w io.Writer, r *report.Results) error {
	t := countAll(r)
	return badge(w, "websocket", fmt.Sprintf("%d/%d", t.Passed, t.all()), colour(t))
}

// The colours of badges, dark enough for white letters.
const (
	green  = "#2c7a2c" // all passed
	yellow = "#8a6d00" // nothing failed, but something is unimplemented
	red    = "#b8312f" // something failed
	grey   = "#5f6368" // not all was played
)

func colour(t tally) string {
	switch {
	case t.Failed > 0:
		return red
	case t.Missing > 0 || t.all() == 0:
		return grey
	case t.Skipped > 0:
		return yellow
	}
	return green
}

// badge writes one line in two parts.
func badge(w io.Writer, label, value, colour string) error {
	a, b := textWidth(label), textWidth(value)
	left, right := a+10, b+10
	name := html.EscapeString(label + ": " + value)
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="20" role="img" aria-label="%s">
<title>%s</title>
<clipPath id="r"><rect width="%d" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="%d" height="20" fill="#444"/><rect x="%d" width="%d" height="20" fill="%s"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">
<text x="%d" y="14" textLength="%d">%s</text>
<text x="%d" y="14" textLength="%d">%s</text>
</g>
</svg>
`, left+right, name, name, left+right, left, left, right, colour,
		left/2, a, html.EscapeString(label), left+right/2, b, html.EscapeString(value))
	return err
}

// textWidth is about how wide text is in pixels. The letters are stretched to it.
func textWidth(text string) int { return 7 * utf8.RuneCountInString(text) }
