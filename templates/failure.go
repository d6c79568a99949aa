package templates

import (
	"fmt"
	"regexp"
	"strings"

	"gobahn/cases"
)

// failure is what went wrong in words: a title, and the lines below it. Both are empty
// if nothing did.
func (p Page) failure() (title, lines string) {
	text := LegibleLines(p.Result.Explain(p.Case, p.Observation))
	title, lines, _ = strings.Cut(text, "\n")
	return title, lines
}

// conforms reports whether the peer did nothing wrong.
func (p Page) conforms() bool { return p.Result.Headline == "" }

// level finds the words that say how strict a clause is (RFC 2119).
var level = regexp.MustCompile(`\b(MUST|SHOULD|SHALL)( NOT)?\b|\bMAY\b`)

// A piece is a part of a text, which may be a level.
type piece struct {
	Text  string
	Level bool
}

// pieces are s with the levels told from the rest.
func pieces(s string) (list []piece) {
	end := 0
	for _, at := range level.FindAllStringIndex(s, -1) {
		list = append(list, piece{s[end:at[0]], false}, piece{s[at[0]:at[1]], true})
		end = at[1]
	}
	return append(list, piece{s[end:], false})
}

// clauseText is a clause with its title and level. The level is the one that the expectation
// states, where that is one, of one clause; of more it is not known which has it.
func (p Page) clauseText(clause string) string {
	s := clause
	if title := clauseTitles[clause]; title != "" {
		s += ", " + title
	}
	if levels := level.FindAllString(p.Case.Expectation, -1); len(levels) == 1 && len(p.Case.Spec) == 1 {
		s += ": " + levels[0]
	}
	return s
}

// clauseTitles are the titles of the sections that cases cite.
var clauseTitles = map[string]string{
	"RFC 3629 3":     "UTF-8 definition",
	"RFC 6455 5.2":   "Base Framing Protocol",
	"RFC 6455 5.4":   "Fragmentation",
	"RFC 6455 5.5":   "Control Frames",
	"RFC 6455 5.5.1": "Close",
	"RFC 6455 5.5.2": "Ping",
	"RFC 6455 5.5.3": "Pong",
	"RFC 6455 5.6":   "Data Frames",
	"RFC 6455 7.1.1": "Close the WebSocket Connection",
	"RFC 6455 7.4":   "Status Codes",
	"RFC 6455 7.4.1": "Defined Status Codes",
	"RFC 6455 7.4.2": "Reserved Status Code Ranges",
	"RFC 6455 8.1":   "Handling of Errors in UTF-8-Encoded Data",
	"RFC 7692 6":     "Framing",
	"RFC 7692 7":     `The "permessage-deflate" Extension`,
}

// otherAgents says what they made of the case, in a few words.
func otherAgents(list []Other) string {
	var words []string
	for _, g := range grades {
		n := 0
		for _, o := range list {
			if o.Verdict == g.Verdict {
				n++
			}
		}
		if n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, g.Word))
		}
	}
	return fmt.Sprintf("%s: %s", plural(len(list), "other agent"), strings.Join(words, ", "))
}

// nearLink is what the link to a neighbour says.
func nearLink(what string, id cases.ID) string {
	if id == "" {
		return what + " case"
	}
	return fmt.Sprintf("%s: %s", what, id)
}
