package main

import (
	"io"
	"time"

	"github.com/spf13/cobra"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/spec"
	"gobahn/fuzzer"
)

// RunFlags are what the flags of all commands that play cases set.
type runFlags struct {
	outputs
	outdir   string
	cases    []string
	exclude  []string
	seed     uint64
	parallel int
	deadline time.Duration
	terminalFlags

	profileName string
	profile     cases.Profile

	timeScale  float64
	noTimeouts bool

	gateFlags
	declarations
	caseFiles
	resumeFlags

	// What no flag sets:
	dialler fuzzer.Dialler                       // reaches servers; nil: the system's
	listing bool                                 // list all cases in the beginning, as the reference does
	list    []cases.Case                         // what is played
	skip    func(agent string, id cases.ID) bool // and not with whom; nil: with all
}

// flags adds the flags of r. Outdir is the default of its own.
func (r *runFlags) flags(cmd *cobra.Command, outdir string) {
	r.outputs.flags(cmd)
	f := cmd.Flags()
	f.StringVarP(&r.outdir, "outdir", "o", outdir, "directory of the reports")
	r.declarations.flags(cmd)
	f.StringSliceVar(&r.cases, "cases", allCases, "ids or patterns of the cases to play")
	f.StringSliceVar(&r.exclude, "exclude", nil, "ids or patterns of cases to leave out")
	f.StringSliceVar(&r.exclude, "exclude-cases", nil, "the same as --exclude")
	_ = f.MarkHidden("exclude-cases")
	r.caseFiles.flags(cmd)
	f.Uint64Var(&r.seed, "seed", 1, "seed of the masking keys")
	r.profileFlag(cmd)
	f.DurationVar(&r.deadline, "deadline", 0, "end the run after that time, as incomplete (0: never)")
	f.Float64Var(&r.timeScale, "time-scale", 1, "multiply all time limits, for slow machines")
	f.BoolVar(&r.noTimeouts, "no-timeouts", false, "no time limits but those the cases are about, for debugging a peer")
	r.gateFlags.add(cmd)
	r.terminalFlags.flags(cmd)
}

// profileFlag is that of all commands that judge.
func (r *runFlags) profileFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&r.profileName, "profile", string(cases.Autobahn), "whose rules judge: autobahn, rfc or strict")
}

// parallelFlag is that of the commands that test servers.
func (r *runFlags) parallelFlag(cmd *cobra.Command) {
	cmd.Flags().IntVar(&r.parallel, "parallel", 0, "cases to play at a time (0: as many as do good, 1: one after the other)")
}

// maxParallel bounds the connections to a server.
const maxParallel = 1000

// check refuses values that make no sense.
func (r *runFlags) check() (err error) {
	if r.profile, err = cases.ParseProfile(r.profileName); err != nil {
		return usagef("--profile: %w", err)
	}
	switch {
	case r.parallel < 0 || r.parallel > maxParallel:
		return usagef("--parallel %d: want 0 to %d", r.parallel, maxParallel)
	case !(r.timeScale > 0 && r.timeScale <= 1000):
		return usagef("--time-scale %v: want more than 0, and 1000 at most", r.timeScale)
	case r.deadline < 0:
		return usagef("--deadline %v: want a time that passes", r.deadline)
	}
	if err := r.terminalFlags.check(); err != nil {
		return err
	}
	return r.outputs.check()
}

// choose checks the flags and selects what is played, before anything is.
func (r *runFlags) choose(s selection, log io.Writer) (err error) {
	if err := r.check(); err != nil {
		return err
	}
	if s, err = r.caseFiles.with(s, r.suite, r.role); err != nil {
		return err
	}
	selected, err := s.list(log)
	if err != nil {
		return err
	}
	if r.list, err = r.fitting(selected, spec.Texts(s.cases)); err != nil {
		return err
	}
	if len(r.list) == 0 {
		return r.nothing(selected, s)
	}
	if r.skip, err = s.skip(); err != nil {
		return err
	}
	return r.gateFlags.load(r, log)
}

// nothing is why none of the cases that were selected is played.
func (r *runFlags) nothing(selected []cases.Case, s selection) error {
	if len(cases.For(selected, r.role, []cases.Tag{cases.Slow, cases.Heavy}, nil)) > 0 {
		return usagef("the cases of %s for a %s are left out without --tags slow,heavy", quoted(s.cases), r.role)
	}
	other := "test-client"
	if r.role == cases.Client {
		other = "test-server"
	}
	return usagef("of the cases of %s none is for a %s: wstest %s plays them", quoted(s.cases), r.role, other)
}

// selection is that of the command line.
func (r *runFlags) selection() (selection, error) {
	wanted, err := r.declarations.patterns(r.cases)
	return selection{cases: patterns(wanted), exclude: patterns(r.exclude)}, err
}

// config is what the engine needs, with options that the flags add to.
func (r *runFlags) config(options fuzzer.Options) fuzzer.Config {
	options.TimeScale, options.NoTimeouts = r.timeScale, r.noTimeouts
	return fuzzer.Config{
		Options: &options, Seed: r.seed, Product: product, Dialler: r.dialler, Profile: r.profile, Capture: r.outputs.capture(), Declared: r.peer,
	}
}
