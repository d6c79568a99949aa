// Defects shows whether the cases find real, published defects: it installs a version of a
// WebSocket implementation that has one and a version that does not, from the registries
// of Go and npm, has wstest test both, and prints what came of it.
//
//	go run ./cmd/wstest/internal/defects                     all entries, chapters 14 to 21
//	go run ./cmd/wstest/internal/defects -quick -only ws     those of ws, the cases that are to find them
//	go run ./cmd/wstest/internal/defects -keep DIR           keep what was installed, and the reports
//
// A defect is found if a case that is there for it is FAILED with the vulnerable version,
// and says why. If it is so with the fixed version, too, that is a false alarm. Tolerated
// is a defect that a case tells from the fixed version without calling it a failure.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"gobahn/cmd/wstest/internal/recorded"
	"gobahn/templates"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "defects:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("defects", flag.ContinueOnError)
	only := flags.String("only", "", "only the entries whose id or library has this in it")
	keep := flags.String("keep", "", "`folder` for what is installed, where it is found the next time, and for the reports")
	quick := flags.Bool("quick", false, "play only the cases that are to find the defect")
	limit := flags.Duration("limit", 15*time.Minute, "how long one run may take")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected %q: want flags only", flags.Arg(0))
	}
	list := chosen(*only)
	if len(list) == 0 {
		return fmt.Errorf("-only %q: no entry has that in its id or library", *only)
	}
	b := bench{dir: *keep, quick: *quick, limit: *limit}
	if b.dir == "" {
		dir, err := os.MkdirTemp("", "defects")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		b.dir = dir
	}
	var err error
	if b.dir, err = filepath.Abs(b.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(b.dir, 0o777); err != nil {
		return err
	}
	root, err := recorded.Root()
	if err != nil {
		return err
	}
	b.wstest = filepath.Join(b.dir, "wstest")
	if err := command(ctx, root, "go", "build", "-o", b.wstest, "./cmd/wstest"); err != nil {
		return err
	}
	return b.table(ctx, list, out)
}

// chosen is the entries that have a text in their id or library.
func chosen(text string) (list []entry) {
	for _, e := range entries {
		if strings.Contains(e.id, text) || strings.Contains(e.library, text) {
			list = append(list, e)
		}
	}
	return list
}

// table tests all of list, and prints a row for each as it comes.
func (b *bench) table(ctx context.Context, list []entry, out io.Writer) error {
	counts := make(map[string]int)
	for _, e := range list {
		vulnerable, fixed, err := b.both(ctx, e)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		word, named := judge(vulnerable, fixed), vulnerable
		switch {
		case err != nil:
			word = notRun
		case word == falseAlarm:
			named = fixed
		}
		counts[word]++
		fmt.Fprintf(out, "%-18s %-11s %s %s, not %s\n    fault    %s\n", e.id, word, e.library, e.vulnerable, e.fixed, e.fault)
		if named != (finding{}) {
			fmt.Fprintf(out, "    %-8s %s\n", named.id, templates.Legible(named.says))
		}
		if err != nil {
			fmt.Fprintf(out, "    error    %s\n", templates.Legible(err.Error()))
		}
	}
	fmt.Fprintf(out, "\n%d found, %d tolerated, %d missed, %d false alarms, %d not run, of %d\n",
		counts[found], counts[tolerated], counts[missed], counts[falseAlarm], counts[notRun], len(list))
	if counts[notRun] > 0 {
		return fmt.Errorf("%d entries could not be run", counts[notRun])
	}
	return nil
}
