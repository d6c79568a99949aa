package templates

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
)

// An extra is what one kind of page has beside what all pages of a report have.
type extra struct{ Style, Script string }

//go:embed page.css
var pageStyle string

//go:embed page.js
var pageScript string

// ofCase is the extra of the page of a case.
var ofCase = extra{pageStyle, pageScript}

// ReportPolicy is the Content-Security-Policy of the pages of a report. It keeps a
// browser from loading anything and from running any script but ours, should markup
// ever slip through.
var ReportPolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src " + hashOf(pageScript)

// hashOf allows the one script with these octets (Content Security Policy Level 3, 2.3.1).
func hashOf(script string) string {
	sum := sha256.Sum256([]byte(script))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func styleElement(x extra) string { return "<style>\n" + stylesheet + x.Style + "</style>\n" }

// scriptElement is the script of a page, which has to stand there octet by octet as
// it was hashed.
func scriptElement(x extra) string {
	if x.Script == "" {
		return ""
	}
	return "<script>" + x.Script + "</script>"
}
