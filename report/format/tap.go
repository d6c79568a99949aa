package format

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"gobahn/cases"
	"gobahn/report"
	"gobahn/templates"
)

// TAP writes the results as version 14 of the Test Anything Protocol: a test point for
// each case and agent, with a YAML block where it failed.
func TAP(w io.Writer, r *report.Results) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "TAP version 14\n1..%d\n", countAll(r).all())
	for _, line := range runs(r) {
		fmt.Fprintf(out, "# %s\n", line)
	}
	return errors.Join(points(out, r), out.Flush())
}

// points writes the test points.
func points(out io.Writer, r *report.Results) error {
	n := 0
	point := func(ok, agent string, id cases.ID, description, directive string) {
		n++
		name := fmt.Sprintf("%s: %s", templates.Short(agent), described(id, description))
		fmt.Fprintf(out, "%s %d - %s%s\n", ok, n, tapEscape(name), directive)
	}
	for _, agent := range r.Agents() {
		for one, err := range r.Of(agent) {
			if err != nil {
				return err
			}
			id, about := one.Case.ID, one.Case.Description
			switch {
			case r.Failed(agent, id):
				point("not ok", agent, id, about, "")
				diagnose(out, one)
			case one.Result.Verdict == cases.Unimplemented:
				point("ok", agent, id, about, " # SKIP "+tapEscape(templates.Legible(one.Result.Says)))
			default:
				point("ok", agent, id, about, "")
			}
		}
		for _, id := range missing(r, agent) {
			point("ok", agent, id, "", " # SKIP "+notPlayed)
		}
	}
	return nil
}

// diagnose writes the YAML block of a failure.
func diagnose(out io.Writer, one report.Record) {
	text := why(one)
	fmt.Fprintf(out, "  ---\n  message: %s\n  severity: fail\n", yamlString(headline(text)))
	fmt.Fprintf(out, "  agent: %s\n  verdict: %s\n  closeVerdict: %s\n", yamlString(templates.Legible(one.Agent)),
		yamlString(string(one.Result.Verdict)), yamlString(string(one.Result.CloseVerdict)))
	fmt.Fprintf(out, "  duration_ms: %d\n  explanation: |\n", templates.Milliseconds(one.Observation.Duration))
	for line := range strings.Lines(text) {
		fmt.Fprintf(out, "    %s\n", strings.TrimRight(line, "\n"))
	}
	fmt.Fprint(out, "  ...\n")
}

// tapEscape escapes what would begin a directive.
func tapEscape(s string) string { return strings.NewReplacer(`\`, `\\`, "#", `\#`).Replace(s) }

// yamlString is s in double quotes. Those of YAML know all escapes of JSON.
func yamlString(s string) string {
	b, _ := json.Marshal(s) // a string can always be written
	return string(b)
}
