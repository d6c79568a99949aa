package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A usage is what a process took.
type usage struct {
	User, System time.Duration // CPU
	Peak         int64         // octets of memory that were resident at a time; 0: not known
}

// cpu is all CPU of u.
func (u usage) cpu() time.Duration { return u.User + u.System }

// usageOf is what a process took that has ended.
func usageOf(state *os.ProcessState) usage {
	return usage{User: state.UserTime(), System: state.SystemTime(), Peak: peak(state)}
}

// Figures are what one run of a row took.
type figures struct {
	Wall   time.Duration
	Tester usage
	Peer   usage
	Cases  int      // that were played
	Failed []string // ids of those that FAILED
}

// best is the wall time that all cores, always busy, would have taken.
func (f figures) best() time.Duration {
	return (f.Tester.cpu() + f.Peer.cpu()) / time.Duration(runtime.NumCPU())
}

// over is the wall time as a multiple of best.
func (f figures) over() float64 { return f.Wall.Seconds() / f.best().Seconds() }

// String is f for the progress of a run.
func (f figures) String() string {
	return fmt.Sprintf("wall %.1f s, tester %.1f + %.1f s, %s, peer %.1f + %.1f s, %s; %d cases, %s failed",
		f.Wall.Seconds(),
		f.Tester.User.Seconds(), f.Tester.System.Seconds(), megabytes(f.Tester.Peak),
		f.Peer.User.Seconds(), f.Peer.System.Seconds(), megabytes(f.Peer.Peak), f.Cases, f.failed())
}

// failed is how many cases FAILED, and which if they are few.
func (f figures) failed() string {
	if n := len(f.Failed); n == 0 || n > 10 {
		return strconv.Itoa(n)
	}
	return strings.Join(f.Failed, ", ")
}

// head begins the table.
const head = `| | wall | tester CPU (user + system) | tester memory | peer CPU (user + system) | peer memory | wall of CPU/cores | cases, most failed |
|---|---:|---:|---:|---:|---:|---:|---:|
`

// line is a row of the table.
func line(title string, f figures) string {
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %.2f | %d, %d |", title,
		seconds(f.Wall), f.Tester.shown(), megabytes(f.Tester.Peak), f.Peer.shown(), megabytes(f.Peer.Peak),
		f.over(), f.Cases, len(f.Failed))
}

// shown is the CPU of u, in all and by kind.
func (u usage) shown() string {
	return fmt.Sprintf("%s (%.1f + %.1f)", seconds(u.cpu()), u.User.Seconds(), u.System.Seconds())
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

func megabytes(octets int64) string {
	if octets == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f MB", float64(octets)/1e6)
}

// median is the median of each figure of list. Of an even number of figures it is
// the upper of the two in the middle.
func median(list []figures) figures {
	return figures{
		Wall:   middle(list, func(f figures) time.Duration { return f.Wall }),
		Tester: medianUsage(list, func(f figures) usage { return f.Tester }),
		Peer:   medianUsage(list, func(f figures) usage { return f.Peer }),
		Cases:  middle(list, func(f figures) int { return f.Cases }),
		Failed: slices.MaxFunc(list, func(a, b figures) int { return len(a.Failed) - len(b.Failed) }).Failed,
	}
}

func medianUsage(list []figures, of func(figures) usage) usage {
	return usage{
		User:   middle(list, func(f figures) time.Duration { return of(f).User }),
		System: middle(list, func(f figures) time.Duration { return of(f).System }),
		Peak:   middle(list, func(f figures) int64 { return of(f).Peak }),
	}
}

func middle[T int | int64 | time.Duration](list []figures, of func(figures) T) T {
	sorted := slices.Sorted(slices.Values(each(list, of)))
	return sorted[len(sorted)/2]
}

func each[T any](list []figures, of func(figures) T) (out []T) {
	for _, f := range list {
		out = append(out, of(f))
	}
	return out
}

// machine says what was measured on.
func machine(ctx context.Context) string {
	parts := []string{fmt.Sprintf("%d cores", runtime.NumCPU())}
	if model := processor(); model != "" {
		parts[0] += " of " + model
	}
	parts = append(parts, runtime.GOOS+"/"+runtime.GOARCH, runtime.Version())
	if out, err := exec.CommandContext(ctx, "node", "--version").Output(); err == nil {
		parts = append(parts, "Node "+strings.TrimSpace(string(out)))
	}
	return strings.Join(parts, ", ") + "."
}

// processor is the name of the processor, if it is easy to find out.
func processor() string {
	b, _ := os.ReadFile("/proc/cpuinfo") // elsewhere than on Linux there is none
	_, rest, _ := strings.Cut(string(b), "model name")
	name, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
}
