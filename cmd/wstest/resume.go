package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/report"
)

// ResumeFlags say whether a run goes on that was cut short.
type resumeFlags struct{ resume bool }

// resumeFlag is that of the commands that test servers.
func (r *resumeFlags) resumeFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&r.resume, "resume", false, "go on with the run whose results are in the --outdir: keep them, and play what is missing")
}

// open opens the reports of run, with what is kept of it where it is resumed.
func (r *recorder) open(run report.Run) (err error) {
	if !r.flags.resume {
		r.reports, err = report.Open(r.flags.outdir, run)
		return err
	}
	judged := make([]cases.Case, len(r.flags.list))
	for i, c := range r.flags.list {
		judged[i] = c.Under(r.flags.profile, run.Server)
	}
	r.reports, err = report.Resume(r.flags.outdir, run, judged, r.keep)
	if _, ok := errors.AsType[*report.ResumeError](err); ok {
		return badInput{fmt.Errorf("--resume: %w: want the flags and cases of that run, or no --resume to begin anew", err)}
	}
	return err
}

// keep notes a case that was played before the run was cut short. One that had still to be
// played again alone is: its result is replaced.
func (r *recorder) keep(one report.Record) {
	m := match{one.Agent, one.Case.ID}
	if !one.Observation.Unconfirmed {
		r.kept[m] = one.Observation.Missing
	}
	r.note(m, one.Case, one.Observation, one.Result)
}

// has reports whether the result of a case with the server of client, which reports call
// agent, is kept. One that was not played, since the user had not declared what it needs,
// is played if that is declared now.
func (r *recorder) has(client *fuzzer.Client, agent string, id cases.ID) bool {
	missing, kept := r.kept[match{agent, id}]
	return kept && (len(missing) == 0 || len(client.Lacks(missing)) > 0)
}

// sayKept says how much is kept, as far as what is declared of the first server goes.
func (r *recorder) sayKept(j *clientJob) {
	if !r.flags.resume || j.quiet {
		return
	}
	client, err := j.client(j.targets[0])
	if err != nil {
		return // which shows when it is tested
	}
	client.Keeper = j.keeper
	kept := 0
	for m := range r.kept {
		if r.has(client, m.agent, m.id) {
			kept++
		}
	}
	if len(r.kept) == 0 {
		fmt.Fprintf(j.out, "There is nothing to resume in %s, so all cases are played\n", j.outdir)
		return
	}
	fmt.Fprintf(j.out, "Resuming with %s of before\n", plural(kept, "result"))
}

// takeUp makes client play only what is missing. For that it has to know the server's
// name, which rename makes that in the reports. A server that is not there has failed
// nothing this time: its cases stay missing.
func (j *clientJob) takeUp(ctx context.Context, rec *recorder, client *fuzzer.Client, rename func(string) string) error {
	excluded, skipped := j.skip, client.OnSkip
	client.Skip = func(agent string, id cases.ID) bool {
		return rec.has(client, rename(agent), id) || excluded != nil && excluded(agent, id)
	}
	client.OnSkip = func(p fuzzer.Played) {
		if rec.has(client, rename(p.Agent), p.Case.ID) {
			rec.progress.kept()
			return
		}
		skipped(p)
	}
	missing := func(c cases.Case) bool { return !client.Skip(client.Agent, c.ID) }
	if client.Agent != "" && !slices.ContainsFunc(j.list, missing) {
		return nil
	}
	name, err := client.Name(ctx)
	client.Agent = cmp.Or(client.Agent, name)
	return err
}

// full reports whether err is that there is no room for the report.
func full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }
