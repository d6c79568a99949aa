package main

import (
	"io"

	"github.com/spf13/cobra"

	"gobahn/report"
)

// diffCommand compares two runs.
func diffCommand() *cobra.Command {
	var format, file string
	var allowMissing bool
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Compare two runs: what is worse, better, new or missing in B",
		Long: `diff compares the run A with the later run B: each an index.json, of wstest or of the
reference, a results.json or results.jsonl, or the directory of a report.

The exit status is 0 if nothing is worse or missing, 1 if something is, and 2 if a file
is not what it should be. docs/gate.md says what is worse than what.`,
		Example: `  wstest report diff old/index.json reports/servers
  wstest report diff old new --format html -o changes.html`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usagef("want two runs to compare: wstest report diff OLD NEW")
			}
			c, err := compareFiles(args[0], args[1])
			if err != nil {
				return badInput{err}
			}
			write := c.WriteText
			switch format {
			case "text":
			case "json":
				write = c.WriteJSON
			case "html":
				write = func(out io.Writer) error { return c.WriteHTML(out, product) }
			default:
				return usagef("--format %q: want text, json or html", format)
			}
			if file == "" || file == "-" {
				err = write(cmd.OutOrStdout())
			} else {
				err = report.WriteFile(file, write)
			}
			if err != nil {
				return err
			}
			if len(c.Of(report.Worse)) > 0 || !allowMissing && len(c.Of(report.Missing)) > 0 {
				return errNotConforming
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&format, "format", "text", "text, json or html")
	f.StringVarP(&file, "output", "o", "", "file to write (default, and -: standard output)")
	f.BoolVar(&allowMissing, "allow-missing", false, "cases and agents that B lacks are no regression")
	return cmd
}

func compareFiles(a, b string) (*report.Comparison, error) {
	was, err := report.ReadOutcomes(a)
	if err != nil {
		return nil, err
	}
	is, err := report.ReadOutcomes(b)
	if err != nil {
		return nil, err
	}
	return report.Compare(was, is), nil
}
