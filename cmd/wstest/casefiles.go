package main

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/spec"
	"gobahn/report"
)

// CaseFiles are the files with cases that users have written.
type caseFiles struct {
	files []string
	asked *pflag.Flag // --cases; nil: the command has none
}

func (c *caseFiles) flags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&c.files, "case-file", nil, "`file` with cases of your own, in YAML or JSON; may be given again (docs/writing-cases.md)")
	c.asked = cmd.Flags().Lookup("cases")
}

// with is s with the cases of the files, for peers of a role. They are all selected
// unless s says which of them, and alone unless it was asked for others.
func (c *caseFiles) with(s selection, suite string, role cases.Role) (selection, error) {
	if len(c.files) == 0 {
		return s, nil
	}
	own, err := spec.Own(c.files, role)
	if err != nil {
		return s, usageError{err}
	}
	s.own = own
	if suite == "" && c.asked != nil && !c.asked.Changed {
		s.cases = nil
	}
	names := func(p spec.Pattern) bool { return strings.HasPrefix(p.Text, cases.UserPrefix) }
	if !slices.ContainsFunc(s.cases, names) {
		s.cases = append(slices.Clip(s.cases), patterns([]string{cases.UserPrefix + "*"})...)
	}
	return s, nil
}

// writeCases writes list as a file of cases.
func writeCases(out io.Writer, list []cases.Case) error {
	text, err := spec.CasesYAML(list)
	if err == nil {
		_, err = out.Write(text)
	}
	return err
}

// writeCaseSchema writes the JSON Schema of files of cases.
func writeCaseSchema(out io.Writer) error {
	schema, err := report.CaseSchema()
	if err == nil {
		_, err = out.Write(schema)
	}
	return err
}
