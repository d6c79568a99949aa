package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gobahn/report"
)

// A conversion is the command report convert.
type conversion struct {
	in, out, to string
}

func convertCommand() *cobra.Command {
	var c conversion
	cmd := &cobra.Command{
		Use:   "convert IN OUT",
		Short: "Write results in another form",
		Long: `convert reads results, from a results.json, the journal of a run that was killed
(results.jsonl) or the directory of a report, and writes them in another form:

  html         a whole report, into the directory OUT
  json         the files of the reference, into the directory OUT: index.json and one a case
` + formatList() + `  results      results.json itself

What OUT ends with says which (.xml, .tap, .md, .svg, .html, .json; else html), or --to
does. OUT is written when all of IN has been read and is whole.

The exit status is 0 if OUT was written, 2 if IN is no such results, and 3 otherwise.`,
		Example: `  wstest report convert reports/servers junit.xml
  wstest report convert results.jsonl rescued/
  wstest report convert results.json - --to markdown`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usagef("want where the results are and what to write: wstest report convert reports/servers junit.xml")
			}
			c.in, c.out = args[0], args[1]
			return c.run(cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&c.to, "to", "", "form to write: "+strings.Join(forms(), ", "))
	return cmd
}

// formatList explains the forms that are one file.
func formatList() string {
	var s strings.Builder
	for _, f := range fileFormats {
		fmt.Fprintf(&s, "  %-12s %s\n", f.name, f.usage)
	}
	return s.String()
}

// Forms that are no flags of a run, for a run writes them anyway.
const (
	formHTML    = "html"
	formJSON    = "json"
	formResults = "results"
)

var resultsFormat = fileFormat{formResults, ".json", "results.json", func(w io.Writer, r *report.Results) error { return r.Write(w) }}

// forms are the names of all forms.
func forms() []string {
	names := []string{formHTML, formJSON, formResults}
	for _, f := range fileFormats {
		names = append(names, f.name)
	}
	return names
}

func (c *conversion) run(out io.Writer) error {
	to := cmp.Or(c.to, c.guess())
	if !slices.Contains(forms(), to) {
		return usagef("--to %q: want one of %s", to, strings.Join(forms(), ", "))
	}
	results, err := report.OpenResults(c.in)
	if err != nil {
		return badInput{err}
	}
	defer results.Close()
	if err := c.apart(results); err != nil {
		return err
	}
	switch to {
	case formHTML:
		return c.into(results.WriteReport)
	case formJSON:
		return c.into(results.WriteCaseFiles)
	case formResults:
		return resultsFormat.to(c.out, out, results)
	}
	i := slices.IndexFunc(fileFormats[:], func(f fileFormat) bool { return f.name == to })
	return fileFormats[i].to(c.out, out, results)
}

// guess is the form that the name of OUT asks for.
func (c *conversion) guess() string {
	ext := filepath.Ext(c.out)
	for _, f := range append(fileFormats[:], resultsFormat) {
		if ext == f.ext {
			return f.name
		}
	}
	return formHTML
}

// apart refuses to write over what is read, or beside it into the same directory.
func (c *conversion) apart(results *report.Results) error {
	out, err := os.Stat(c.out)
	if err != nil {
		return nil // there is none yet, or writing it says what is wrong
	}
	for _, name := range []string{results.File(), filepath.Dir(results.File())} {
		if in, err := os.Stat(name); err == nil && os.SameFile(in, out) {
			return usagef("%s is where the results are read from: want another place to write to", c.out)
		}
	}
	return nil
}

// into writes a directory.
func (c *conversion) into(write func(dir string) error) error {
	if c.out == "-" {
		return usagef("a directory cannot be written to standard output: want one, or --to %s", strings.Join(forms()[2:], ", "))
	}
	return write(c.out)
}
