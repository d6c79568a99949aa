package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"gobahn/fuzzer"
)

// version is the version of wstest.
const version = "0.1.0"

// product is how wstest names itself to peers and in reports.
const product = "Gobahn/" + version

// rootCommand is the command line, which reaches servers under test by dialler.
func rootCommand(dialler fuzzer.Dialler) *cobra.Command {
	c := compat{runFlags: runFlags{dialler: dialler}}
	root := &cobra.Command{
		Use:   "wstest",
		Short: "Test implementations of the WebSocket protocol",
		Long: `wstest tests implementations of the WebSocket protocol (RFC 6455, RFC 7692).
Peers under test send every message back as it came.`,
		Example: `  wstest demo                                      test the built-in echo server
  wstest test-server ws://127.0.0.1:9001           test the server at that address
  wstest test-server ws://127.0.0.1:9001 -- ./server --port {port}
  wstest test-client --listen :9001                wait for clients to test
  wstest test-client -- node client.js {url}       start one
  wstest run 3.6 ws://127.0.0.1:9001               play one case, and watch it
  wstest explain 3.6                               what it is about

  wstest -m fuzzingclient -s fuzzingclient.json    as the reference's command of that name
  wstest -m fuzzingserver`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          usageArgs,
		RunE:          c.run,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	c.flags(root)
	root.AddCommand(
		testServerCommand(dialler), testClientCommand(), runCommand(dialler),
		casesCommand(), explainCommand(), requirementsCommand(), demoCommand(), reportCommand(), versionCommand(),
	)
	return root
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  usageArgs,
		Run:   func(cmd *cobra.Command, _ []string) { fmt.Fprintln(cmd.OutOrStdout(), "wstest version", version) },
	}
}

// usageArgs refuses arguments that are no flags.
func usageArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("unknown command %q", args[0])
	}
	return nil
}

func plural(n int, one string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, one)
	}
	return fmt.Sprintf("%d %ss", n, one)
}
