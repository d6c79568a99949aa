package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gobahn/cases"
	"gobahn/cases/requirements"
)

// requirementsCommand lists what is required, and which cases test it.
func requirementsCommand() *cobra.Command {
	var coverage, asJSON bool
	cmd := &cobra.Command{
		Use:   "requirements [PATTERN...]",
		Short: "List what the RFCs require, and which cases test it",
		Long: `List what RFC 6455, RFC 7692 and the documents around them require of clients and
servers, each in one sentence, with its level and who is bound. A pattern is an id or
a section, in which * is any run of characters.`,
		Example: `  wstest requirements
  wstest requirements 'RFC7692-7.1.*' 'RFC 6455 5.5.1'
  wstest requirements --coverage
  wstest requirements --json | jq -r '.[] | select(.level == "MUST") | .id'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := coverageOf(cases.All, args)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			switch {
			case asJSON && coverage:
				return writeJSON(out, c)
			case asJSON:
				return writeJSON(out, c.all())
			case coverage:
				c.write(out)
			default:
				c.list(out)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&coverage, "coverage", false, "how many are tested, by which cases, and why others are not")
	cmd.Flags().BoolVar(&asJSON, "json", false, "all there is to know, as JSON")
	return cmd
}

// explainRequirements writes what a case tests.
func explainRequirements(out io.Writer, ids []string) {
	word := "tests"
	for _, id := range ids {
		if r, ok := requirements.Find(id); ok {
			fmt.Fprintf(out, "%-8s %s %s: %s\n", word, r.ID, r.Level, r.Text)
			word = ""
		}
	}
}

func writeJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(v)
}

// A coverage is what is required and which cases test it. Tested are of the observable
// ones those with a case.
type coverage struct {
	Total      int               `json:"total"`
	Observable int               `json:"observable"`
	Tested     int               `json:"tested"`
	Sections   []sectionCoverage `json:"sections"`

	at map[cases.ID]int // where each case is in the catalogue
}

type sectionCoverage struct {
	Document     string        `json:"document"`
	Section      string        `json:"section"`
	Title        string        `json:"title"`
	Observable   int           `json:"observable"`
	Tested       int           `json:"tested"`
	Requirements []requirement `json:"requirements"`
}

// A requirement is one as JSON has it, which can be read without the rest.
type requirement struct {
	requirements.Requirement
	Document   string     `json:"document"`
	Section    string     `json:"section"`
	Observable bool       `json:"observable"`
	Cases      []cases.ID `json:"cases"`
}

// coverageOf is what list tests of the requirements that patterns select; none: all.
func coverageOf(list []cases.Case, patterns []string) (coverage, error) {
	wanted, err := wantedRequirements(patterns)
	if err != nil {
		return coverage{}, err
	}
	c := coverage{Sections: []sectionCoverage{}, at: make(map[cases.ID]int)}
	for i, one := range list {
		c.at[one.ID] = i
	}
	by := cases.TestedBy(list)
	for _, s := range requirements.Sections() {
		section := sectionCoverage{Document: s.Document, Section: s.Number, Title: s.Title}
		for _, r := range s.Requirements {
			if wanted(r.ID) || wanted(s.String()) {
				section.add(requirement{r, s.Document, s.Number, r.Observable(), append([]cases.ID{}, by[r.ID]...)})
			}
		}
		if len(section.Requirements) > 0 {
			c.add(section)
		}
	}
	return c, nil
}

func (s *sectionCoverage) add(r requirement) {
	s.Requirements = append(s.Requirements, r)
	if r.Observable {
		s.Observable++
		if len(r.Cases) > 0 {
			s.Tested++
		}
	}
}

func (c *coverage) add(s sectionCoverage) {
	c.Sections = append(c.Sections, s)
	c.Total += len(s.Requirements)
	c.Observable += s.Observable
	c.Tested += s.Tested
}

// wantedRequirements reports whether an id or a section is selected. Each pattern has to
// select something.
func wantedRequirements(patterns []string) (func(string) bool, error) {
	var list []func(string) bool
	for _, p := range patterns {
		match, err := cases.Whole(p)
		if err != nil {
			return nil, usageError{err}
		}
		if !slices.ContainsFunc(requirementNames(), match) {
			hint := "wstest requirements lists all there are"
			if nearest := cases.NearestRequirement(p); nearest != "" {
				hint = fmt.Sprintf("did you mean %q?", nearest)
			}
			return nil, usagef("no requirement and no section is %q: %s", p, hint)
		}
		list = append(list, match)
	}
	return func(name string) bool {
		return len(list) == 0 || slices.ContainsFunc(list, func(match func(string) bool) bool { return match(name) })
	}, nil
}

// requirementNames are the sections and ids that patterns select from.
func requirementNames() (list []string) {
	for _, s := range requirements.Sections() {
		list = append(list, s.String())
		for _, r := range s.Requirements {
			list = append(list, r.ID)
		}
	}
	return list
}

// all are the requirements of all sections.
func (c coverage) all() []requirement {
	list := []requirement{}
	for _, s := range c.Sections {
		list = append(list, s.Requirements...)
	}
	return list
}

// list writes the requirements, section by section.
func (c coverage) list(out io.Writer) {
	for i, s := range c.Sections {
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintln(out, s.heading())
		for _, r := range s.Requirements {
			fmt.Fprintf(out, "  %-24s %-10s %-12s %s\n", r.ID, r.Level, r.Binds, r.Text)
		}
	}
}

// write writes what is tested by what, and the totals of each document.
func (c coverage) write(out io.Writer) {
	for i, s := range c.Sections {
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "%s: %d of %d\n", s.heading(), s.Tested, s.Observable)
		for _, r := range s.Requirements {
			fmt.Fprintf(out, "  %-24s %-10s %s\n", r.ID, r.Level, c.tested(r))
		}
	}
	fmt.Fprintln(out, "\nTested of what can be observed:")
	for i := 0; i < len(c.Sections); {
		document := coverage{}
		name := c.Sections[i].Document
		for ; i < len(c.Sections) && c.Sections[i].Document == name; i++ {
			document.add(c.Sections[i])
		}
		fmt.Fprintf(out, "  %-20s %3d of %3d\n", name, document.Tested, document.Observable)
	}
	fmt.Fprintf(out, "  %-20s %3d of %3d, and %s cannot be observed\n", "all", c.Tested, c.Observable, plural(c.Total-c.Observable, "other"))
}

func (s sectionCoverage) heading() string {
	return strings.Join(strings.Fields(s.Document+" "+s.Section+" "+s.Title), " ")
}

// tested says which cases test r, or why none does.
func (c coverage) tested(r requirement) string {
	switch {
	case len(r.Cases) > 0:
		var spans []string
		for _, s := range cases.Spans(r.Cases, c.at) {
			spans = append(spans, s.String())
		}
		return strings.Join(spans, ", ")
	case r.Unseen != "":
		return "cannot be observed: " + r.Unseen
	case r.Untested != "":
		return "not tested: " + r.Untested
	}
	return "not tested yet"
}
