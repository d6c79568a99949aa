package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/report"
)

// profile plays all cases with the gorilla server in a process of its own, with the
// tester in this one, writes a CPU profile to file, and prints what it says. Reports
// are written as wstest writes them; only the progress on the terminal is missing.
func (b *bench) profile(ctx context.Context, file string) error {
	ctx, cancel := context.WithTimeout(ctx, b.limit)
	defer cancel()
	peer, url, err := server(gorilla).url(ctx, b)
	if err != nil {
		return err
	}
	defer peer.kill()
	before, err := own()
	if err != nil {
		return err
	}
	if err := b.record(ctx, url, file); err != nil {
		return err
	}
	after, err := own()
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "go", "tool", "pprof", "-traces", b.self, file).Output()
	if err != nil {
		return fmt.Errorf("go tool pprof: %w", err)
	}
	stacks, err := readTraces(bytes.NewReader(out))
	if err != nil {
		return err
	}
	printGroups(os.Stdout, stacks)
	fmt.Printf("\nThe operating system counted %s.\n", seconds(after.cpu()-before.cpu()))
	return nil
}

// record writes the CPU profile of a run against the server at url.
func (b *bench) record(ctx context.Context, url, file string) (err error) {
	reports, err := report.Open(b.dir, report.Run{Product: "Gobahn"})
	if err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	client := &fuzzer.Client{Config: fuzzer.Config{Seed: 1}, URL: url, Agent: agent}
	err = client.Run(ctx, cases.Catalogue, func(p fuzzer.Played) error {
		return reports.Add(report.Record{
			Agent: p.Agent, Case: p.Case, Number: p.Number, Observation: p.Observation, Result: p.Result,
		})
	})
	return errors.Join(err, reports.Finish())
}

// A stack is where some time went.
type stack struct {
	took  time.Duration
	calls []string // the innermost comes first
}

// readTraces reads what go tool pprof -traces writes: stacks between lines of
// dashes, the time before the first call of each.
func readTraces(r io.Reader) (list []stack, err error) {
	lines := bufio.NewScanner(r)
	begin := false
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) == 0:
		case strings.HasPrefix(fields[0], "-----"):
			begin = true
		case begin && len(fields) >= 2:
			took, err := time.ParseDuration(fields[0])
			if err != nil || took < 0 {
				return nil, fmt.Errorf("go tool pprof printed %.100q: want a time that has passed, and a call", lines.Text())
			}
			list = append(list, stack{took, []string{fields[1]}})
			begin = false
		case len(list) > 0:
			last := &list[len(list)-1]
			last.calls = append(last.calls, fields[0])
		}
	}
	return list, lines.Err()
}

// A group is what time is spent on. A stack belongs to the first that takes it.
type group struct {
	name string
	leaf []string // the innermost call begins with one of these; none: any does
	in   []string // and some call has one of these in it; none: need not
}

var (
	kernel = []string{"internal/runtime/syscall", "syscall."}
	copies = []string{"runtime.memmove", "runtime.memclr", "runtime.duff"}
	equal  = []string{"memeqbody", "runtime.memequal", "bytes.Equal", "internal/bytealg."}
)

var groups = []group{
	{"reports: files and pages", nil, []string{"gobahn/report.", "gobahn/templates."}},
	{"the kernel, reading from the peer", kernel, []string{"syscall.read", "syscall.Read"}},
	{"the kernel, writing to the peer", kernel, []string{"syscall.write", "syscall.Write", "poll.writev"}},
	{"memory: allocating and collecting", nil, []string{
		"runtime.gcBgMarkWorker", "runtime.mallocgc", "runtime.gcAssist", "runtime.bgsweep", "runtime.bgscavenge",
		"runtime.gcStart", "runtime.gcMark", "runtime.growslice", "runtime.makeslice",
	}},
	{"deflate", nil, []string{"klauspost/compress/flate."}},
	{"inflate", nil, []string{"gobahn/wire.(*Inflater)"}},
	{"comparing what came back", equal, nil},
	{"masking", nil, []string{"gobahn/wire.Mask"}},
	{"copying", copies, nil},
	{"goroutines: switching, channels, waking threads, polling", nil, []string{
		"runtime.mcall", "runtime.mstart", "runtime.schedule", "runtime.findRunnable", "runtime.netpoll", "runtime.futex",
		"runtime.chan", "runtime.selectgo", "runtime.sysmon", "runtime.goready", "runtime.systemstack", "runtime.goexit0",
		"runtime.entersyscall", "runtime.exitsyscall",
	}},
	{"the kernel, otherwise: connecting, closing", kernel, nil},
	{"wire log", nil, []string{"gobahn/wire.(*Log)"}},
	{"frames, scripts, counters", nil, []string{"gobahn/"}},
	{"other", nil, nil},
}

// takes reports whether s belongs to g.
func (g group) takes(s stack) bool {
	leaf := g.leaf == nil || slices.ContainsFunc(g.leaf, func(p string) bool { return strings.HasPrefix(s.calls[0], p) })
	in := g.in == nil || slices.ContainsFunc(s.calls, func(call string) bool {
		return slices.ContainsFunc(g.in, func(p string) bool { return strings.Contains(call, p) })
	})
	return leaf && in
}

// printGroups prints how much of all time each group took, and the three innermost
// calls that took most of it.
func printGroups(w io.Writer, stacks []stack) {
	type sum struct {
		took  time.Duration
		calls map[string]time.Duration
	}
	sums := make([]sum, len(groups))
	var all time.Duration
	for _, s := range stacks {
		i := slices.IndexFunc(groups, func(g group) bool { return g.takes(s) })
		if sums[i].calls == nil {
			sums[i].calls = make(map[string]time.Duration)
		}
		sums[i].took += s.took
		sums[i].calls[s.calls[0]] += s.took
		all += s.took
	}
	order := make([]int, len(groups))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sums[b].took, sums[a].took) })
	fmt.Fprintf(w, "| of %s sampled | CPU | share | mostly in |\n|---|---:|---:|---|\n", seconds(all))
	for _, i := range order {
		calls := sums[i].calls
		top := make([]string, 0, len(calls))
		for call := range calls {
			top = append(top, call)
		}
		slices.SortFunc(top, func(a, b string) int { return cmp.Or(cmp.Compare(calls[b], calls[a]), cmp.Compare(a, b)) })
		for j, call := range top {
			top[j] = fmt.Sprintf("`%s` %.1f", call, calls[call].Seconds())
		}
		fmt.Fprintf(w, "| %s | %s | %.0f %% | %s |\n", groups[i].name, seconds(sums[i].took),
			100*sums[i].took.Seconds()/all.Seconds(), strings.Join(top[:min(3, len(top))], ", "))
	}
}
