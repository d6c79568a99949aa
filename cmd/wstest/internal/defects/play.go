package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gobahn/cases"
	"gobahn/report"
)

// A bench is what all runs need.
type bench struct {
	dir    string // of all that is installed, and of the reports
	wstest string // the command
	quick  bool   // only the expected cases are played
	limit  time.Duration
}

// both tests both versions of e.
func (b *bench) both(ctx context.Context, e entry) (vulnerable, fixed finding, err error) {
	if vulnerable, err = b.test(ctx, e, e.vulnerable); err != nil {
		return finding{}, finding{}, fmt.Errorf("%s: %w", e.vulnerable, err)
	}
	if fixed, err = b.test(ctx, e, e.fixed); err != nil {
		return finding{}, finding{}, fmt.Errorf("%s: %w", e.fixed, err)
	}
	return vulnerable, fixed, nil
}

// test tests one version.
func (b *bench) test(ctx context.Context, e entry, version string) (finding, error) {
	start, err := install(ctx, b.dir, e, version)
	if err != nil {
		return finding{}, err
	}
	selected := b.cases(e)
	if len(selected) == 0 {
		return finding{}, nil
	}
	outdir := filepath.Join(b.dir, "reports", strings.NewReplacer(" ", "_", "#", "_").Replace(e.id), version)
	args := []string{"test-client"}
	if e.role == cases.Server {
		args = []string{"test-server", "ws://127.0.0.1:0" + e.path}
	}
	args = append(args, "--cases", strings.Join(selected, ","), "--tags", "heavy", "--agent", agent,
		"--outdir", outdir, "--fail-on", "never", "--deadline", b.limit.String(), "--quiet", "--")
	args = append(args, start...)
	if e.limit > 0 {
		args = slices.Insert(args, 1, "--max-message", strconv.Itoa(e.limit))
	}
	if e.role == cases.Server {
		args = append(args, "{port}")
	} else {
		args = append(args, "{url}", "{agent}")
	}
	failed := b.wstestRun(ctx, args)
	results := make(map[cases.ID]cases.Result)
	if _, err := report.Read(outdir, func(r report.Record) error {
		results[r.Case.ID] = r.Result
		return nil
	}); err != nil {
		return finding{}, errors.Join(failed, err)
	}
	if got := e.find(results); got != (finding{}) {
		return got, nil
	}
	return finding{}, failed // a run that found nothing has to be whole
}

// cases are the patterns of what is played.
func (b *bench) cases(e entry) (patterns []string) {
	if !b.quick {
		patterns = append(patterns, cases.SuiteExtended.Patterns()...)
	}
	for _, id := range e.cases {
		of, _ := id.Part()
		if text := string(of); !slices.Contains(patterns, text) {
			patterns = append(patterns, text)
		}
	}
	return patterns
}

// wstestRun runs wstest; its error has the end of what it printed.
func (b *bench) wstestRun(ctx context.Context, args []string) error {
	out, err := exec.CommandContext(ctx, b.wstest, args...).CombinedOutput()
	if err != nil {
		text := strings.TrimSpace(string(out))
		return fmt.Errorf("wstest %s: %w\n%s", strings.Join(args, " "), err, text[max(0, len(text)-maxText):])
	}
	return nil
}
