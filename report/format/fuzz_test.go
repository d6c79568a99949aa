package format

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"gobahn/cases"
	"gobahn/report"
)

// FuzzFormats wants each format to be one whatever a peer calls itself and says: XML
// well-formed, lines where they belong, nothing that hides from its reader.
func FuzzFormats(f *testing.F) {
	f.Add(hostile, hostile)
	f.Add("not ok 1", "</details>\r\n```\u2028")
	f.Add("\xff\x00", "%0A::error::x")
	f.Fuzz(func(t *testing.T, agent, said string) {
		o := observed(cases.Closing{ClosedByMe: true, WasClean: true, RemoteCode: code(1002), RemoteReason: cases.Of(said)})
		o.Events, o.Faults = cases.Events{cases.GotText(said)}, []string{said}
		r := results(t, record("agent "+agent, "7.1.1", o))
		for _, write := range []func(io.Writer, *report.Results) error{
			JUnit, Badge, TAP, Annotations, func(w io.Writer, r *report.Results) error { return Markdown(w, r, SummaryLimit) },
		} {
			text := written(t, r, write)
			if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 || !utf8.ValidString(text) {
				t.Errorf("at %d something hides in\n%s", i, text)
			}
		}
		for _, text := range []string{written(t, r, JUnit), written(t, r, Badge)} {
			for d := xml.NewDecoder(strings.NewReader(text)); ; {
				if _, err := d.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Fatalf("%v:\n%s", err, text)
				}
			}
		}
		tap := written(t, r, TAP)
		for line := range strings.Lines(tap) {
			if !strings.HasPrefix(line, " ") && !tapLine(line) {
				t.Errorf("%q is no line of TAP", line)
			}
		}
		for line := range strings.Lines(written(t, r, Annotations)) {
			if !strings.HasPrefix(line, "::") {
				t.Errorf("%q is no command", line)
			}
		}
	})
}

// tapLine reports whether a line is one of TAP that is not part of a YAML block.
func tapLine(line string) bool {
	for _, begin := range []string{"TAP version 14", "1..", "ok ", "not ok ", "#", "pragma "} {
		if strings.HasPrefix(line, begin) {
			return true
		}
	}
	return false
}
