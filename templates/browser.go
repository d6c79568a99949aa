package templates

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"gobahn/cases"
)

// BrowserScript drives the browser on a [BrowserPage]. It is served as
// /browser.js, because the policy of the page allows no script within it.
//
//go:embed browser.js
var BrowserScript string

//go:embed browser.css
var browserStyle string

// SiteIcon is the icon of the pages of a site, an SVG served as /icon.svg.
//
//go:embed icon.svg
var SiteIcon string

// SiteStylesheet is the stylesheet of the pages of a site, served as /style.css.
func SiteStylesheet() string { return stylesheet + browserStyle }

// A Site is what the pages of the web port of a fuzzing server are about.
type Site struct {
	Product   string        // name and version of the tester
	Port      int           // where the fuzzing server takes WebSockets
	TLS       bool          // and whether they are wss
	Reports   string        // path of the reports, with a slash at its end
	CaseLimit time.Duration // after which a browser gives up a case
	Chapters  []SiteChapter // what there is to play, in order
}

// A SiteChapter is a chapter of the catalogue, as far as it is played.
type SiteChapter struct {
	Number   string
	Title    string // empty: unknown
	Sections []SiteSection
}

// A SiteSection is a row of the matrix of cases.
type SiteSection struct {
	Number string // how the ids of its cases begin: "6.4", or "2" in a chapter without sections
	Title  string // empty: it has none
	Cases  []SiteCase
}

// A SiteCase is a case that a browser can ask for.
type SiteCase struct {
	Number      int // in the run, as in /runCase?case=
	ID          cases.ID
	Description string
}

func (s Site) count() int {
	n := 0
	for _, chapter := range s.Chapters {
		n += chapter.count()
	}
	return n
}

func (c SiteChapter) count() int {
	n := 0
	for _, section := range c.Sections {
		n += len(section.Cases)
	}
	return n
}

func (c SiteChapter) heading() string { return strings.TrimSpace(c.Number + " " + c.Title) }

// columns is how many the matrix of cases has.
func (s Site) columns() int {
	most := 0
	for _, chapter := range s.Chapters {
		for _, section := range chapter.Sections {
			most = max(most, len(section.Cases))
		}
	}
	return 1 + most
}

// scheme is that of the URLs of the fuzzing server.
func (s Site) scheme() string {
	if s.TLS {
		return "wss"
	}
	return "ws"
}

// address is the fuzzing server as a visitor on another machine has to write it.
func (s Site) address() string { return fmt.Sprintf("%s://HOST:%d", s.scheme(), s.Port) }

// last is the last part of the id, which tells a case from the others in its row.
func (c SiteCase) last() string {
	id := string(c.ID)
	return id[strings.LastIndexByte(id, '.')+1:]
}

func (c SiteCase) hint() string { return fmt.Sprintf("%s: %s", c.ID, c.Description) }

// letter stands for a grade where there is no room for its word. No two grades
// begin with the same.
func (g grade) letter() string { return g.Word[:1] }

// plural is "1 case", "2 cases".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
