// Soak shows that verdicts do not waver: it plays the same cases with the same real
// peers again and again, each run with processes of its own, and lists every case whose
// verdict was not the same each time. The exit status is 1 if there is one.
//
//	go run ./cmd/wstest/internal/soak                           five servers and five clients, a hundred runs each
//	go run ./cmd/wstest/internal/soak -busy                     the same with all cores kept busy
//	go run ./cmd/wstest/internal/soak -runs 3 -only server:go-gorilla
//
// What came of each run is a line of the journal in -dir: a soak that was interrupted
// goes on there, with the same flags. A tester that has changed wants another directory.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"gobahn/cmd/wstest/internal/tester"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// A soak is what the flags say.
type soak struct {
	runs    int
	atOnce  int
	busy    bool
	dir     string // of the journal, and of the results that are kept
	limit   time.Duration
	wstest  string
	scratch string   // directory for reports
	cases   []string // flags that select cases, and judge them
}

func run(ctx context.Context, args []string) error {
	var s soak
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.IntVar(&s.runs, "runs", 100, "how often each peer is played with")
	flags.IntVar(&s.atOnce, "at-once", 4, "how many peers are played with at a time: most of a run is waiting")
	flags.BoolVar(&s.busy, "busy", false, "keep all cores busy meanwhile")
	flags.StringVar(&s.dir, "dir", "reports/soak", "where the journal is, and the results of runs that differ")
	flags.DurationVar(&s.limit, "limit", 15*time.Minute, "how long a run may take")
	only := flags.String("only", "", "comma-separated `peers` instead of the usual: "+strings.Join(names(all()), ", "))
	patterns := flags.String("cases", "*", "ids or patterns of the cases to play")
	exclude := flags.String("exclude", "12.*,13.*", "ids or patterns of cases to leave out")
	tags := flags.String("tags", "", "tags of cases to play that are left out otherwise: slow,heavy")
	profile := flags.String("profile", "autobahn", "whose rules judge")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if flags.NArg() > 0 || s.runs < 1 || s.atOnce < 1 {
		return fmt.Errorf("want -runs and -at-once of at least 1 and no further arguments")
	}
	list, err := chosen(*only)
	if err != nil {
		return err
	}
	s.cases = []string{"--cases", *patterns, "--exclude", *exclude, "--profile", *profile}
	if *tags != "" {
		s.cases = append(s.cases, "--tags", *tags)
	}
	if s.scratch, err = os.MkdirTemp("", "soak-"); err != nil {
		return err
	}
	defer os.RemoveAll(s.scratch)
	if s.wstest, err = tester.Build(ctx, s.scratch); err != nil {
		return err
	}
	j, err := openJournal(s.dir, strings.Join(s.cases, " "), s.busy)
	if err != nil {
		return err
	}
	defer j.Close()
	if s.busy {
		defer keepBusy()()
	}
	return errors.Join(s.play(ctx, list, j), j.report(os.Stdout, names(list)))
}
