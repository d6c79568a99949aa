package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// An Expectation says that cases are known not to go well, and why.
type Expectation struct {
	At     Position
	Cases  []Pattern // as cases.Select has them
	Agent  Pattern   // as cases.Whole has it; without text: any agent
	Reason string
	Flaky  bool      // they may go well or not; else they are known to fail
	Until  time.Time // the last day that it holds; zero: it holds for good
}

// maxExpectations is how many octets a file of expectations may have.
const maxExpectations = 1 << 20

// ReadExpectations reads a file of expectations: a list, in YAML or in JSON, which may
// have comments.
func ReadExpectations(path string) ([]Expectation, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxExpectations+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxExpectations:
		return nil, fmt.Errorf("%s: want a file of expectations, which has at most %d octets", path, maxExpectations)
	}
	return ParseExpectations(path, text)
}

// ParseExpectations parses the text of a file of expectations. There, unknown keys are
// errors: one that is misspelt would excuse more than was meant.
func ParseExpectations(file string, text []byte) ([]Expectation, error) {
	v, err := parseEither(file, text)
	if err != nil {
		return nil, err
	}
	if !v.isList() {
		return nil, v.at.Errorf("want a list of expectations, or [] for none, got %s", kind(v))
	}
	var list []Expectation
	r := new(reader)
	for _, item := range v.items {
		list = append(list, r.expectation(item))
	}
	r.faults = append(r.faults, r.warnings...)
	if _, err := r.result(); err != nil {
		return nil, err
	}
	return list, nil
}

// parseEither parses YAML or JSON, as the name of the file says or what it begins with.
func parseEither(file string, text []byte) (value, error) {
	bare := withoutComments(text)
	isJSON := false
	switch strings.ToLower(filepath.Ext(file)) {
	case ".yaml", ".yml":
	case ".json", ".jsonc":
		isJSON = true
	default:
		start := strings.TrimLeft(string(bare), blanks)
		isJSON = strings.HasPrefix(start, "[") || strings.HasPrefix(start, "{")
	}
	if isJSON && len(bytes.Trim(bare, blanks)) > 0 {
		return parse(file, bare)
	}
	return parseYAML(file, text)
}

// expectation reads one.
func (r *reader) expectation(v value) Expectation {
	e := Expectation{At: v.at}
	var agent, known string
	r.object(v, level{
		noun: "key",
		fields: fields{
			"cases":  into(r.casePatterns, &e.Cases),
			"agent":  func(v value) { e.Agent.At = v.at; into(r.nonEmpty, &agent)(v) },
			"reason": into(r.reason, &e.Reason),
			"known":  into(r.oneOf("failing", "flaky"), &known),
			"until":  into(r.date, &e.Until),
		},
	})
	e.Agent.Text, e.Flaky = agent, known == "flaky"
	for _, key := range []string{"cases", "reason"} {
		there := slices.ContainsFunc(v.members, func(m member) bool { return m.name == key && !m.value.isNull() })
		if (v.isObject() || v.isEmpty()) && !there {
			r.fault(v.at, "this expectation has no %q", key)
		}
	}
	return e
}

// casePatterns reads a pattern, or a list of them. YAML takes 2.10 for a number.
func (r *reader) casePatterns(v value) (list []Pattern, ok bool) {
	items := []value{v}
	if v.isList() {
		items = v.items
	}
	for _, item := range items {
		var text string
		switch t := item.token.(type) {
		case string:
			text = t
		case json.Number:
			text = t.String()
		default:
			r.mismatch(item, "a pattern of cases, or a list of them")
			return nil, false
		}
		if text == "" {
			r.fault(item.at, `%q: "" selects nothing`, v.name)
			return nil, false
		}
		list = append(list, Pattern{text, item.at})
	}
	if len(list) == 0 {
		r.fault(v.at, "%q: there is no pattern in the list", v.name)
	}
	return list, len(list) > 0
}

// reason reads text that says something.
func (r *reader) reason(v value) (string, bool) {
	s, ok := r.text(v)
	if s = strings.TrimSpace(s); ok && s == "" {
		r.fault(v.at, "%q: want a sentence that says why", v.name)
		return "", false
	}
	return s, ok
}

// date reads a day.
func (r *reader) date(v value) (time.Time, bool) {
	s, ok := r.text(v)
	if !ok {
		return time.Time{}, false
	}
	day, err := time.Parse(time.DateOnly, s)
	if err != nil {
		r.fault(v.at, "%q: want a day, like 2030-12-31, got %q", v.name, shortened(s))
	}
	return day, err == nil
}
