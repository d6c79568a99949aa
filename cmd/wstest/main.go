// Command wstest tests implementations of the WebSocket protocol (RFC 6455).
//
// As the fuzzing client it connects to a server, as the fuzzing server it waits
// for clients; either way it plays the cases of package cases, judges what the
// peer does and writes reports. The command demo does so against a built-in echo
// peer.
//
// The exit status is 0 whatever the verdicts are, 2 for a wrong command line and
// 3 if the run could not be made.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// The exit statuses.
const (
	exitOK     = 0
	exitUsage  = 2
	exitFailed = 3
)

func main() {
	// Little is kept and much is thrown away, so that collecting garbage twice as
	// often as usual costs next to nothing and saves a third of the memory.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
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
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(stderr, "wstest: %v\n", err)
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

// A usageError is a command line that makes no sense.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() + " (see wstest --help)" }
func (e usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }
