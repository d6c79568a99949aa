package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"gobahn/cases"
	"gobahn/fuzzer"
)

// version is the version of wstest.
const version = "0.1.0"

// product is how wstest names itself to peers and in reports.
const product = "Gobahn/" + version

// settings are what the flags set.
type settings struct {
	mode    string
	url     string
	agent   string
	origin  string
	outdir  string
	cases   []string
	exclude []string
	seed    uint64

	parallel int
}

func rootCommand() *cobra.Command {
	var s settings
	root := &cobra.Command{
		Use:   "wstest -m MODE -w URL",
		Short: "Test implementations of the WebSocket protocol",
		Long: `wstest tests implementations of the WebSocket protocol (RFC 6455).

  wstest demo                                        test the built-in echo server
  wstest -m fuzzingclient -w ws://127.0.0.1:9001     test the server at that address
  wstest -m fuzzingserver -w ws://127.0.0.1:9001     wait for clients on that port

Peers under test send every message back as it came.`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          usageArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch s.mode {
			case "fuzzingclient":
				return s.fuzzingClient(cmd)
			case "fuzzingserver":
				return s.fuzzingServer(cmd)
			case "":
				return usagef("no mode: want -m fuzzingclient, -m fuzzingserver or demo")
			}
			return usagef("unknown mode %q: want fuzzingclient or fuzzingserver", s.mode)
		},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	f := root.Flags()
	f.StringVarP(&s.mode, "mode", "m", "", "fuzzingclient or fuzzingserver")
	f.StringVarP(&s.url, "wsuri", "w", "", "URL of the server to test, or to listen on")
	f.StringVar(&s.agent, "agent", "", "name of the server in reports (default: its Server field)")
	f.StringVar(&s.origin, "origin", "", "Origin to send to the server")
	s.commonFlags(root)
	s.parallelFlag(root)
	root.AddCommand(demoCommand())
	root.CompletionOptions.DisableDefaultCmd = true
	return root
}

// commonFlags are those of every command that plays cases.
func (s *settings) commonFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&s.outdir, "outdir", "o", "", "directory of the reports (default ./reports/clients or ./reports/servers)")
	f.StringSliceVar(&s.cases, "cases", []string{"*"}, "ids or patterns of the cases to play")
	f.StringSliceVar(&s.exclude, "exclude-cases", nil, "ids or patterns of cases to leave out")
	f.Uint64Var(&s.seed, "seed", 1, "seed of the masking keys")
}

// parallelFlag is that of the commands that test a server.
func (s *settings) parallelFlag(cmd *cobra.Command) {
	cmd.Flags().IntVar(&s.parallel, "parallel", 0, "cases to play at a time (0: as many as do good, 1: one after the other)")
}

// checkParallel refuses a number that is none of cases.
func (s *settings) checkParallel() error {
	if s.parallel < 0 || s.parallel > maxParallel {
		return usagef("--parallel %d: want 0 to %d", s.parallel, maxParallel)
	}
	return nil
}

// maxParallel bounds the connections to a server.
const maxParallel = 1000

// usageArgs refuses arguments that are no flags.
func usageArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("unknown command %q", args[0])
	}
	return nil
}

// selected are the cases the flags ask for. Patterns that match nothing are
// reported on log.
func (s *settings) selected(log io.Writer) ([]cases.Case, error) {
	list, err := cases.Select(cases.Catalogue, s.cases, s.exclude)
	if err != nil {
		return nil, usagef("--cases: %w", err)
	}
	for _, pattern := range append(s.cases, s.exclude...) {
		if match, err := cases.Select(cases.Catalogue, []string{pattern}, nil); err != nil || len(match) == 0 {
			fmt.Fprintf(log, "wstest: warning: no case matches %q\n", pattern)
		}
	}
	if len(list) == 0 {
		return nil, usagef("--cases %v: no case is left to play", s.cases)
	}
	return list, nil
}

func (s *settings) config() fuzzer.Config {
	return fuzzer.Config{Seed: s.seed, Product: product}
}

func plural(n int, one string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, one)
	}
	return fmt.Sprintf("%d %ss", n, one)
}
