package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"gobahn/fuzzer"
)

// fuzzingClient tests the server at the URL.
func (s *settings) fuzzingClient(cmd *cobra.Command) error {
	if s.url == "" {
		return usagef("no server to test: want -w ws://host:port/path")
	}
	if _, err := fuzzer.ParseTarget(s.url); err != nil {
		return usageError{err}
	}
	if s.outdir == "" {
		s.outdir = "reports/servers"
	}
	return s.testServer(cmd, s.url)
}

// testServer plays the selected cases against the server at url and reports.
func (s *settings) testServer(cmd *cobra.Command, url string) error {
	if err := s.checkParallel(); err != nil {
		return err
	}
	list, err := s.selected(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	out, log := cmd.OutOrStdout(), cmd.ErrOrStderr()
	rec, err := newRecorder(out, s.outdir, len(list))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Gobahn %s fuzzing client, seed %d\n", version, s.seed)
	fmt.Fprintf(out, "Ok, will run %d test cases against 1 servers\n", len(list))
	client := &fuzzer.Client{
		Config: s.config(), URL: url, Agent: s.agent, Origin: s.origin,
		Parallel: s.parallel,
		OnStart:  rec.progress.start,
		OnNotice: func(text string) {
			rec.progress.clear()
			fmt.Fprintf(log, "wstest: %s\n", text)
		},
	}
	err = client.Run(cmd.Context(), list, rec.add)
	if finishErr := rec.finish(out, log); err == nil {
		err = finishErr
	}
	if errors.Is(err, context.Canceled) {
		return errors.New("the run was interrupted; the report has what was played until then")
	}
	return err
}
