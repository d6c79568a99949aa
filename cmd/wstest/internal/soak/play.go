package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"gobahn/cases"
	"gobahn/report"
)

// stopLimit is how long wstest may take to end when it is told to.
const stopLimit = 20 * time.Second

// play makes the runs that the journal does not have yet: the first of every peer
// before the second of any. A run that could not be made is left for the next time.
func (s *soak) play(ctx context.Context, list []subject, j *journal) error {
	todo := make(chan subject)
	var mu sync.Mutex
	var faults []error
	var wg sync.WaitGroup
	for range s.atOnce {
		wg.Go(func() {
			for one := range todo {
				if err := s.once(ctx, one, j); err != nil {
					fmt.Fprintf(os.Stderr, "soak: %s: %v\n", one, err)
					mu.Lock()
					faults = append(faults, fmt.Errorf("%s: %w", one, err))
					mu.Unlock()
				}
			}
		})
	}
	made := j.made()
	for n := range s.runs {
		for _, one := range list {
			if n < made[one.String()] {
				continue
			}
			select {
			case todo <- one:
			case <-ctx.Done():
			}
		}
	}
	close(todo)
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if len(faults) > 0 {
		return fmt.Errorf("%d runs could not be made, the first: %w", len(faults), faults[0])
	}
	return nil
}

// once makes one run and notes what came of it.
func (s *soak) once(ctx context.Context, one subject, j *journal) error {
	if ctx.Err() != nil {
		return nil
	}
	dir, err := os.MkdirTemp(s.scratch, "run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	begun := time.Now()
	if err := s.wstestRun(ctx, one, dir); err != nil {
		return err
	}
	entry := entry{Peer: one.String(), Took: cases.Duration(time.Since(begun)), Verdicts: make(map[cases.ID]string)}
	_, err = report.Read(dir, func(r report.Record) error {
		entry.add(r)
		return nil
	})
	if err != nil {
		return err
	}
	return j.add(entry, filepath.Join(dir, "results.json"))
}

// wstestRun runs wstest, which starts the peer.
func (s *soak) wstestRun(ctx context.Context, one subject, dir string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, s.limit, fmt.Errorf("not done in %v", s.limit))
	defer cancel()
	args := slices.Concat(one.args(), []string{"--agent", one.Name, "-o", dir, "--github=false"}, s.cases, []string{"--"}, one.Args)
	cmd := exec.CommandContext(ctx, s.wstest, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // upon which it ends the peer
	cmd.WaitDelay = stopLimit
	err := cmd.Run()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 1 {
		return nil // the peer does not conform, which is no matter here
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out.Bytes()[max(0, out.Len()-1000):])
	}
	return nil
}
