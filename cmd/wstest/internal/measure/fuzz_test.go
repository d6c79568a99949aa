package main

import (
	"strings"
	"testing"
	"time"
)

// FuzzTraces wants stacks with a time and a call each, which can be put into groups, or an error that
// quotes the line.
func FuzzTraces(f *testing.F) {
	const dashes = "-----------+-------------------------------------------------------\n"
	f.Add("File: wstest\n" + dashes + "     1.50s   syscall.Syscall6\n             syscall.Read (inline)\n" + dashes + "      10ms   runtime.memmove\n" + dashes)
	f.Add(dashes + "  soon   runtime.memmove\n")
	f.Add(dashes + "  -1h  a\n" + dashes + dashes + "  10ms\n  b\n 20ms c d e\n")
	f.Add("a\n" + dashes + "0 b")
	f.Fuzz(func(t *testing.T, text string) {
		stacks, err := readTraces(strings.NewReader(text))
		if err != nil {
			if len(err.Error()) > 600 {
				t.Errorf("an error of %d octets", len(err.Error()))
			}
			return
		}
		calls := 0
		var all time.Duration
		for _, s := range stacks {
			if len(s.calls) == 0 || s.took < 0 {
				t.Errorf("a stack of %s with %d calls in %q", s.took, len(s.calls), text)
			}
			calls, all = calls+len(s.calls), all+s.took
		}
		if lines := strings.Count(text, "\n") + 1; calls > lines {
			t.Errorf("%d calls in %d lines", calls, lines)
		}
		var out strings.Builder
		printGroups(&out, stacks)
		if head := "| of " + seconds(all) + " sampled |"; !strings.HasPrefix(out.String(), head) {
			t.Errorf("it begins with %.60q, want %q", out.String(), head)
		}
	})
}
