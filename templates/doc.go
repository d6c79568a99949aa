// Package templates shows results as HTML: the page of one case ([CasePage])
// and the overview of a run ([OverviewPage]). It stands between package cases,
// whose observations and results it shows, and package report, which puts the
// pages on disk; it reads no files and knows no clock. The pages of the web port
// ([LandingPage], [BrowserPage]) are here, too.
//
// A page of a report is self-contained. It needs no network, names no address outside
// its own directory, and shows everything without its script, which adds comfort. Whatever the peer sent is shown through
// [Legible], so that it can neither become markup nor hide.
//
// The *_templ.go files are generated from the *.templ files by
// "go tool templ generate".
package templates

import _ "embed"

//go:embed style.css
var stylesheet string
