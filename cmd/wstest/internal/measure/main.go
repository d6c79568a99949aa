// Measure measures wstest from outside: it starts the tester and the peer as
// processes of their own, and asks the operating system what each of them took. It
// prints a table of medians, in Markdown; docs/performance.md says what is in it.
//
//	go run ./cmd/wstest/internal/measure                       all rows, five times
//	go run ./cmd/wstest/internal/measure -runs 1 -only floor   one row, once
//	go run ./cmd/wstest/internal/measure -profile cpu.pprof    where the tester's time goes
//	go run ./cmd/wstest/internal/measure -crowd 200            so many clients at once, for docs/reliability.md
//	go run ./cmd/wstest/internal/measure -idle 10000           so many idle connections, for the same
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"gobahn/cmd/wstest/internal/recorded"
	"gobahn/cmd/wstest/internal/tester"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("measure", flag.ContinueOnError)
	runs := flags.Int("runs", 5, "how often each row is measured")
	only := flags.String("only", "", "comma-separated names of the rows to measure (default all): "+strings.Join(rowNames(), ", "))
	limit := flags.Duration("limit", 15*time.Minute, "how long one run of one row may take")
	profile := flags.String("profile", "", "write a CPU profile of the tester to this `file`, and measure nothing")
	crowd := flags.Int("crowd", 0, "play chapters 1 to 7 with so `many` clients at once, and compare their verdicts with those of one alone")
	idle := flags.Int("idle", 0, "hold so `many` idle connections")
	as := flags.String("as", "", "for measure itself: the part of a child process")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if *as != "" {
		return child(ctx, *as, flags.Args())
	}
	if flags.NArg() > 0 || *runs < 1 {
		return fmt.Errorf("want -runs of at least 1 and no further arguments")
	}
	list, err := chosen(*only)
	if err != nil {
		return err
	}
	b, cleanUp, err := newBench(ctx, *limit)
	if err != nil {
		return err
	}
	defer cleanUp()
	switch {
	case *profile != "":
		return b.profile(ctx, *profile)
	case *crowd > 0:
		return b.crowd(ctx, *crowd)
	case *idle > 0:
		return b.idle(ctx, *idle)
	}
	return b.measure(ctx, list, *runs)
}

// A bench is what all rows need.
type bench struct {
	root   string // of the module
	dir    string // temporary
	wstest string
	self   string
	flags  string // what wstest says about its flags
	limit  time.Duration
}

// newBench builds wstest.
func newBench(ctx context.Context, limit time.Duration) (b *bench, cleanUp func(), err error) {
	b = &bench{limit: limit}
	if b.root, err = recorded.Root(); err != nil {
		return nil, nil, err
	}
	if b.self, err = os.Executable(); err != nil {
		return nil, nil, err
	}
	if b.dir, err = os.MkdirTemp("", "measure-"); err != nil {
		return nil, nil, err
	}
	cleanUp = func() { os.RemoveAll(b.dir) }
	if b.wstest, err = tester.Build(ctx, b.dir); err != nil {
		cleanUp()
		return nil, nil, err
	}
	help, err := exec.CommandContext(ctx, b.wstest, "--help").CombinedOutput()
	if err != nil {
		cleanUp()
		return nil, nil, fmt.Errorf("wstest --help: %w\n%s", err, help)
	}
	b.flags = string(help)
	return b, cleanUp, nil
}

// measure measures the rows of list so many times, each once before any a second
// time, so that what else the machine does meets all of them.
func (b *bench) measure(ctx context.Context, list []row, runs int) error {
	var able []row
	for _, r := range list {
		if why := r.missing(b); why != "" {
			fmt.Fprintf(os.Stderr, "measure: SKIPPED %s: %s\n", r.name, why)
			continue
		}
		able = append(able, r)
	}
	all := make([][]figures, len(able))
	for n := range runs {
		for i, r := range able {
			fmt.Fprintf(os.Stderr, "measure: %d/%d %s … ", n+1, runs, r.name)
			f, err := b.once(ctx, r)
			if err != nil {
				fmt.Fprintln(os.Stderr)
				return fmt.Errorf("%s: %w", r.name, err)
			}
			fmt.Fprintln(os.Stderr, f)
			all[i] = append(all[i], f)
		}
	}
	fmt.Printf("%s\n\n", machine(ctx))
	fmt.Print(head)
	for i, r := range able {
		fmt.Println(line(r.title, median(all[i])))
	}
	fmt.Printf("\nMedians of %d.\n", runs)
	return nil
}

// once measures a row once.
func (b *bench) once(ctx context.Context, r row) (figures, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, b.limit, fmt.Errorf("not done in %v", b.limit))
	defer cancel()
	out, err := os.MkdirTemp(b.dir, r.name+"-")
	if err != nil {
		return figures{}, err
	}
	defer os.RemoveAll(out)
	f, err := r.run(ctx, b, out)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return f, err
}

// chosen are the rows of those names, all if there are none.
func chosen(names string) (list []row, err error) {
	if names == "" {
		return rows, nil
	}
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(rows, func(r row) bool { return r.name == name })
		if i < 0 {
			return nil, fmt.Errorf("no row %q: want some of %s", name, strings.Join(rowNames(), ", "))
		}
		list = append(list, rows[i])
	}
	return list, nil
}
