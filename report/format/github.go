package format

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"gobahn/report"
	"gobahn/templates"
)

// maxAnnotations is how many annotations of a kind GitHub shows of one step.
const maxAnnotations = 10

// Annotations writes the failures as workflow commands of GitHub: an error for each of
// the first ten, which is how many it shows, and a notice that says how many more there
// are. What else was wrong with a peer, and is no failure, is a warning.
func Annotations(w io.Writer, r *report.Results) error {
	out := bufio.NewWriter(w)
	errs, warnings := 0, 0
	for _, agent := range r.Agents() {
		for one, err := range r.Wrong(agent) {
			if err != nil {
				return errors.Join(err, out.Flush())
			}
			kind, n := "error", &errs
			if !r.Failed(agent, one.Case.ID) {
				kind, n = "warning", &warnings
			}
			if *n++; *n <= maxAnnotations {
				annotate(out, kind, fmt.Sprintf("%s %s", templates.Short(agent), one.Case.ID), why(one))
			}
		}
	}
	for _, more := range []struct {
		n    int
		what string
	}{{errs - maxAnnotations, "failures"}, {warnings - maxAnnotations, "warnings"}} {
		if more.n > 0 {
			annotate(out, "notice", "WebSocket conformance", fmt.Sprintf("… and %d more %s, which are in the report.", more.n, more.what))
		}
	}
	return out.Flush()
}

func annotate(out io.Writer, kind, title, text string) {
	fmt.Fprintf(out, "::%s title=%s::%s\n", kind, propertyEscape.Replace(title), dataEscape.Replace(text))
}

// What workflow commands want escaped.
var (
	dataEscape     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscape = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
