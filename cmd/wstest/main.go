// Command wstest tests implementations of the WebSocket protocol (RFC 6455).
//
// As the client it connects to a server (test-server), as the server it waits for
// clients (test-client); either way it plays the cases of package cases, judges what
// the peer does and writes reports. With -m MODE it takes the place of the
// reference's command of the same name (compat.go).
//
// The exit status is 0 if the peer conforms, 1 if it does not, 2 for a wrong command
// line or spec file, and 3 if the run could not be made or is incomplete. With
// -m MODE it is 0 whatever the verdicts are.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"gobahn/fuzzer"
)

// The exit statuses.
const (
	exitOK            = 0
	exitNotConforming = 1
	exitUsage         = 2
	exitFailed        = 3
)

func main() {
	// Little is kept and much is thrown away, so that collecting garbage more than twice
	// as often as usual costs next to nothing and saves a third of the memory.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(40)
	}
	// Whatever ends a run, its reports are still written: a closed terminal, or
	// one that nobody reads any more. A second signal ends it at once.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run runs the command line and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return runOver(ctx, &net.Dialer{}, args, stdout, stderr)
}

// runOver is run that reaches servers under test by dialler.
func runOver(ctx context.Context, dialler fuzzer.Dialler, args []string, stdout, stderr io.Writer) int {
	root := rootCommand(dialler)
	root.SetArgs(args)
	root.SetOut(&console{w: stdout})
	root.SetErr(&console{w: stderr})
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if errors.Is(err, errNotConforming) {
		return exitNotConforming
	}
	fmt.Fprintf(stderr, "wstest: %v\n", err)
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[badInput](err); ok {
		return exitUsage
	}
	return exitFailed
}

// errNotConforming is that a peer has failed cases, which the reports say.
var errNotConforming = errors.New("the implementation under test does not conform")

// A badInput is a file that the command line names and that makes no sense.
type badInput struct{ error }

// A usageError is a command line that makes no sense.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() + " (see wstest --help)" }
func (e usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }
