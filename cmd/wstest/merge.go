package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"gobahn/report"
)

// mergeCommand makes one report of several.
func mergeCommand() *cobra.Command {
	var outdir, prefer string
	cmd := &cobra.Command{
		Use:   "merge DIR... -o OUT",
		Short: "Make one report of several: shards of a run, or other agents",
		Long: `merge reads the results of each DIR (its results.json, or results.jsonl if the run was
killed; a file of that kind can be named as well) and writes a whole report to OUT. The
shards of a run become that run: same product, profile, seed, role and agents. Inputs
that have the same case of the same agent have to agree on verdicts and close code,
unless --prefer says which of them counts.

The exit status is 0, 2 if an input cannot be read or they do not agree, in which case
nothing is written, and 3 if the report could not be written, or a shard or the end of a
run is missing: then the report has what there is.`,
		Example: `  wstest report merge shard-1 shard-2 shard-3 -o reports/servers
  wstest report merge linux/reports windows/reports -o reports --prefer worst`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usagef("no report to merge: want their directories")
			case outdir == "":
				return usagef("want -o OUT, the directory of the merged report")
			}
			preference, err := preferenceOf(prefer)
			if err != nil {
				return err
			}
			return merge(cmd, outdir, args, preference)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&outdir, "outdir", "o", "", "directory of the merged report")
	f.StringVar(&prefer, "prefer", "", "which of several outcomes of one case counts: last, worst or best (default: they have to agree)")
	return cmd
}

func preferenceOf(name string) (report.Preference, error) {
	switch p := report.Preference(name); p {
	case report.PreferNone, report.PreferLast, report.PreferWorst, report.PreferBest:
		return p, nil
	}
	return "", usagef("--prefer %q: want last, worst or best", name)
}

func merge(cmd *cobra.Command, outdir string, paths []string, prefer report.Preference) error {
	out, log := cmd.OutOrStdout(), cmd.ErrOrStderr()
	m, err := report.NewMerge(outdir, paths, prefer)
	if _, ok := errors.AsType[*report.ConflictError](err); ok {
		err = fmt.Errorf("%w: --prefer last, worst or best chooses one", err)
	}
	if err != nil {
		return badInput{err}
	}
	w, err := m.Write()
	if err != nil {
		return err
	}
	for _, note := range m.Notes() {
		fmt.Fprintln(log, "wstest:", note)
	}
	for _, warning := range append(m.Missing(), w.Warnings()...) {
		fmt.Fprintln(log, "wstest: warning:", warning)
	}
	fmt.Fprintf(out, "%s\n%s merged.\nReport: %s\n", w.Summary(), plural(len(paths), "report"), w.Index())
	if len(m.Missing()) > 0 {
		return errors.New("the merged report is incomplete")
	}
	return nil
}
