package templates

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
)

// An extra is what one kind of page has beside what all pages of a report have: the
// elements with all of its style, and with its script.
type extra struct{ style, script string }

//go:embed page.css
var pageStyle string

//go:embed page.js
var pageScript string

//go:embed overview.css
var overviewStyle string

//go:embed report.js
var overviewScript string

// What each kind of page has. It is made once, for all pages.
var (
	ofOverview = extra{styleElement(overviewStyle), scriptElement(overviewScript)}
	ofCase     = extra{styleElement(pageStyle), scriptElement(pageScript)}
	ofChanges  = extra{style: styleElement("")}
)

// ReportPolicy is the Content-Security-Policy of the pages of a report. It keeps a
// browser from loading anything and from running any script but ours, should markup
// ever slip through.
var ReportPolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src " +
	hashOf(pageScript) + " " + hashOf(overviewScript) + "; base-uri 'none'; form-action 'none'"

// hashOf allows the one script with these octets (Content Security Policy Level 3, 2.3.1).
func hashOf(script string) string {
	sum := sha256.Sum256([]byte(script))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func styleElement(more string) string { return "\n<style>\n" + stylesheet + more + "</style>\n" }

// scriptElement has the script octet by octet as it was hashed.
func scriptElement(script string) string { return "<script>" + script + "</script>" }
