package format

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/report"
)

var update = flag.Bool("update", false, "write the golden files")

// hostile is an agent that wants to be markup, a directive and a command everywhere.
const hostile = "<img src=x onerror=alert(1)>|# SKIP ]]>\n::error::%0A`\x1b[31m</pre>\u202e"

// results are those of two agents and a run of six cases, of which one was not played.
func results(t *testing.T, more ...report.Record) *report.Results {
	t.Helper()
	dir := t.TempDir()
	w, err := report.Open(dir, report.Run{
		Product: "Gobahn/0.1.0", Profile: "autobahn", Seed: 7, Shard: "1/2", Started: time.Date(2026, 4, 2, 15, 17, 24, 0, time.UTC),
		Cases: []cases.ID{"1.1.1", "2.1", "3.6", "5.1", "7.1.1", "12.1.1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	silent := observed(cases.Closing{ClosedByMe: true, FailedByMe: true, DroppedByMe: true, NotCleanReason: cases.ReasonNoReply})
	good := observed(cases.Closing{ClosedByMe: true, WasClean: true, RemoteCode: code(1000)})
	good.Events = cases.Events{cases.GotText("")}
	liar := observed(cases.Closing{ClosedByMe: true, WasClean: true, RemoteCode: code(1002), RemoteReason: cases.Of(hostile)})
	liar.Events, liar.Faults = cases.Events{cases.GotText(hostile)}, []string{hostile}
	slow := good
	slow.Closing.DroppedByMe = true // for the server, which did not
	for _, r := range append([]report.Record{
		record("stratus@2", "1.1.1", good), record("stratus@2", "3.6", silent), record("stratus@2", "12.1.1", good),
		record("stratus@2", "2.1", slow), record(hostile, "7.1.1", liar), record(hostile, "1.1.1", slow),
	}, more...) {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	r, err := report.OpenResults(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func code(n uint16) *uint16 { return &n }

func observed(c cases.Closing) cases.Observation {
	return cases.Observation{Opened: true, Duration: 1500 * cases.Second / 1000, Closing: c, Request: "GET", Started: time.Unix(1, 0)}
}

// record is a case of the catalogue of which this was observed.
func record(agent string, id cases.ID, o cases.Observation) report.Record {
	list, _ := cases.Select(cases.Catalogue, []string{string(id)}, nil)
	return report.Record{Agent: agent, Case: list[0], Observation: o, Result: cases.Judge(list[0], o)}
}

// written is what write writes.
func written(t *testing.T, r *report.Results, write func(io.Writer, *report.Results) error) string {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	r := results(t)
	for name, write := range map[string]func(io.Writer, *report.Results) error{
		"junit.xml": JUnit, "results.tap": TAP, "annotations.txt": Annotations, "badge.svg": Badge,
		"summary.md": func(w io.Writer, r *report.Results) error { return Markdown(w, r, SummaryLimit) },
	} {
		got := written(t, r, write)
		path := filepath.Join("..", "..", "testdata", "report", "format", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%v (go test -update writes it)", err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", name, diff)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return r < ' ' && r != '\n' || r == '\u202e' }); i >= 0 {
			t.Errorf("%s: there is a character to control the reader's eyes with at %d", name, i)
		}
	}
}

// TestJUnitIsWhatReadersExpect decodes the file and counts.
func TestJUnitIsWhatReadersExpect(t *testing.T) {
	var file struct {
		XMLName                  xml.Name `xml:"testsuites"`
		Tests, Failures, Skipped int
		Suites                   []struct {
			Name                     string `xml:"name,attr"`
			Tests, Failures, Skipped int
			Cases                    []struct {
				Class   string  `xml:"classname,attr"`
				Name    string  `xml:"name,attr"`
				Time    float64 `xml:"time,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
					Text    string `xml:",chardata"`
				} `xml:"failure"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(written(t, results(t), JUnit)), &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Suites) != 2 {
		t.Fatalf("%d testsuites, want one for each agent", len(file.Suites))
	}
	names := make(map[string]bool)
	for _, suite := range file.Suites {
		if len(suite.Cases) != 6 {
			t.Errorf("%s: %d testcases, want all six that were to be played", suite.Name, len(suite.Cases))
		}
		for _, c := range suite.Cases {
			if names[c.Class+c.Name] {
				t.Errorf("%s %s is there twice", c.Class, c.Name)
			}
			names[c.Class+c.Name] = true
			if c.Failure != nil && (!strings.HasPrefix(c.Failure.Text, c.Failure.Message) || !strings.Contains(c.Failure.Text, "\n    want ")) {
				t.Errorf("%s: the failure is %+v, want a headline and its explanation", c.Name, c.Failure)
			}
		}
	}
}

// TestFailsDecidesWhatIsAFailure has the gate find other things wrong than the verdicts.
func TestFailsDecidesWhatIsAFailure(t *testing.T) {
	r := results(t)
	r.Fails = func(_ string, one cases.Result) bool { return one.Verdict == cases.Unimplemented }
	if got, want := countAll(r), (tally{Passed: 5, Failed: 1, Missing: 6}); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
	tap := written(t, r, TAP)
	if strings.Count(tap, "not ok") != 1 || !strings.Contains(tap, `message: "12.1.1: UNIMPLEMENTED, closing OK"`) {
		t.Errorf("TAP is\n%s", tap)
	}
}

// failures are n records of different agents or cases that fail.
func failures(n int) (list []report.Record) {
	o := observed(cases.Closing{ClosedByMe: true, FailedByMe: true, NotCleanReason: cases.ReasonNoReply})
	o.Faults = []string{strings.Repeat("fault ", 100)}
	for i := range n {
		list = append(list, record(fmt.Sprintf("agent %d", i/100), cases.Catalogue[i%100].ID, o))
	}
	return list
}

func TestMarkdownStaysWithinItsLimit(t *testing.T) {
	r := results(t, failures(200)...)
	for _, limit := range []int{-5, 0, 1500, 2100, 5000, 100_000, SummaryLimit} {
		var out bytes.Buffer
		if err := Markdown(&out, r, limit); err != nil {
			t.Fatal(err)
		}
		text := out.String()
		if len(text) > max(limit, 0) {
			t.Errorf("%d octets, the limit is %d", len(text), limit)
		}
		if strings.Count(text, "<details>") != strings.Count(text, "</details>") || strings.Count(text, "<pre>") != strings.Count(text, "</pre>") {
			t.Errorf("limit %d: something is left open", limit)
		}
		if whole := limit == SummaryLimit; whole != !strings.Contains(text, "which are in the report.") && limit > 3000 {
			t.Errorf("limit %d: whole is %v, but the text says otherwise:\n%.3000s", limit, whole, text)
		}
	}
}

func TestAnnotationsAreTenAtMostAndSayHowManyMore(t *testing.T) {
	got := written(t, results(t, failures(20)...), Annotations)
	if n := strings.Count(got, "::error "); n != 10 {
		t.Errorf("%d errors, want 10", n)
	}
	if !strings.Contains(got, "::notice title=WebSocket conformance::… and 13 more failures") {
		t.Errorf("it does not say how many more:\n%.200s", got)
	}
	for line := range strings.Lines(got) {
		if !strings.HasPrefix(line, "::") {
			t.Errorf("a line is no command: %s", line)
		}
	}
}

func TestBadgeColours(t *testing.T) {
	for _, tt := range []struct {
		t    tally
		want string
	}{
		{tally{Passed: 517}, green}, {tally{Passed: 301, Skipped: 216}, yellow}, {tally{Passed: 516, Failed: 1}, red},
		{tally{Passed: 5, Missing: 512}, grey}, {tally{}, grey},
	} {
		if got := colour(tt.t); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.t, got, tt.want)
		}
	}
}

func TestLongExplanationsAreCut(t *testing.T) {
	long := strings.Repeat("é", whyLimit)
	if got := short(long); len(got) > whyLimit+100 || strings.ToValidUTF8(got, "") != got {
		t.Errorf("%d octets, or not UTF-8", len(got))
	}
}
