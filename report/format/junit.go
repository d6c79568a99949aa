package format

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"gobahn/cases"
	"gobahn/report"
	"gobahn/templates"
)

// JUnit writes the results as JUnit XML, as Jenkins and GitLab read it: a testsuite for
// each agent, a testcase for each case. Names of classes are made of the agent and the
// chapter, for GitLab tells testcases of several suites apart by nothing else.
func JUnit(w io.Writer, r *report.Results) error {
	out := bufio.NewWriter(w)
	out.WriteString(xml.Header)
	enc := xml.NewEncoder(out)
	enc.Indent("", "  ")
	j := junit{enc: enc, results: r}
	j.write()
	return errors.Join(j.err, enc.Close(), out.Flush())
}

// A junit writes one file. After an error it writes nothing more.
type junit struct {
	enc     *xml.Encoder
	results *report.Results
	err     error
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// properties are left out where there are none.
type properties struct {
	List []property `xml:"property"`
}

type testcase struct {
	XMLName    xml.Name    `xml:"testcase"`
	Class      string      `xml:"classname,attr"`
	Name       string      `xml:"name,attr"`
	Time       string      `xml:"time,attr"` // seconds
	Properties *properties `xml:"properties"`
	Skipped    *message    `xml:"skipped"`
	Failure    *message    `xml:"failure"`
}

type message struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func (j *junit) write() {
	j.start("testsuites", append(counts(countAll(j.results)), attr("name", "WebSocket conformance"))...)
	for i, agent := range j.results.Agents() {
		j.suite(i, agent)
	}
	j.end("testsuites")
}

// suite writes the testsuite of one agent.
func (j *junit) suite(number int, agent string) {
	sum, _ := count(j.results, agent)
	attrs := append(counts(sum), attr("name", templates.Legible(agent)), attr("id", strconv.Itoa(number)))
	if runs := j.results.Head.Runs; len(runs) > 0 && !runs[0].Started.IsZero() {
		attrs = append(attrs, attr("timestamp", runs[0].Started.UTC().Format("2006-01-02T15:04:05")))
	}
	j.start("testsuite", attrs...)
	j.value("properties", properties{j.runs()})
	for one, err := range j.results.Of(agent) {
		if err != nil {
			j.err = errors.Join(j.err, err)
			return
		}
		j.value("testcase", j.testcase(agent, one))
	}
	for _, id := range missing(j.results, agent) {
		j.value("testcase", testcase{
			Class: class(agent, id), Name: described(id, ""), Time: "0", Skipped: &message{Message: notPlayed},
		})
	}
	j.end("testsuite")
}

// runs are the properties of a testsuite.
func (j *junit) runs() (list []property) {
	for _, run := range j.results.Head.Runs {
		list = append(list, property{"product", run.Product}, property{"profile", run.Profile},
			property{"seed", strconv.FormatUint(run.Seed, 10)})
		if run.Shard != "" {
			list = append(list, property{"shard", run.Shard})
		}
	}
	return list
}

func (j *junit) testcase(agent string, one report.Record) testcase {
	c := testcase{
		Class: class(agent, one.Case.ID),
		Name:  described(one.Case.ID, one.Case.Description),
		Time:  fmt.Sprintf("%.3f", time.Duration(one.Observation.Duration).Seconds()),
		Properties: &properties{[]property{
			{"verdict", string(one.Result.Verdict)}, {"closeVerdict", string(one.Result.CloseVerdict)},
		}},
	}
	if code := one.Observation.Closing.RemoteCode; code != nil {
		c.Properties.List = append(c.Properties.List, property{"remoteCloseCode", strconv.Itoa(int(*code))})
	}
	switch {
	case j.results.Failed(agent, one.Case.ID):
		text := why(one)
		c.Failure = &message{Message: headline(text), Type: kind(one.Result), Text: text}
	case one.Result.Verdict == cases.Unimplemented:
		c.Skipped = &message{Message: templates.Legible(one.Result.Says)}
	}
	return c
}

// kind is what sort of failure r is.
func kind(r cases.Result) string {
	if r.Headline != "" {
		return templates.Legible(r.Headline)
	}
	return fmt.Sprintf("%s, closing %s", r.Verdict, r.CloseVerdict)
}

// class names the class of a case. Jenkins takes what is before the last dot for the
// package, so that there is no other behind the agent.
func class(agent string, id cases.ID) string {
	chapter := report.ChapterOf(id)
	return fmt.Sprintf("%s.%s %s", templates.Short(agent), chapter.Number, chapter.Title)
}

func counts(t tally) []xml.Attr {
	return []xml.Attr{
		attr("tests", strconv.Itoa(t.all())), attr("failures", strconv.Itoa(t.Failed)), attr("errors", "0"),
		attr("skipped", strconv.Itoa(t.Skipped+t.Missing)),
	}
}

func attr(name, value string) xml.Attr { return xml.Attr{Name: xml.Name{Local: name}, Value: value} }

func (j *junit) start(name string, attrs ...xml.Attr) {
	j.token(xml.StartElement{Name: xml.Name{Local: name}, Attr: attrs})
}

func (j *junit) end(name string) { j.token(xml.EndElement{Name: xml.Name{Local: name}}) }

func (j *junit) token(t xml.Token) {
	if j.err == nil {
		j.err = j.enc.EncodeToken(t)
	}
}

func (j *junit) value(name string, v any) {
	if j.err == nil {
		j.err = j.enc.EncodeElement(v, xml.StartElement{Name: xml.Name{Local: name}})
	}
}
