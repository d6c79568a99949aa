package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/fuzzer"
)

var update = flag.Bool("update", false, "write the golden files")

var (
	good    = cases.Result{Verdict: cases.OK, CloseVerdict: cases.OK}
	bad     = cases.Result{Verdict: cases.OK, CloseVerdict: cases.Failed, Headline: cases.Accepted}
	without = cases.Result{Verdict: cases.Unimplemented, CloseVerdict: cases.OK}
)

func playedCase(id cases.ID, agent string, r cases.Result) fuzzer.Played {
	return fuzzer.Played{Agent: agent, Peer: "127.0.0.1:9001", Case: cases.Case{ID: id}, Result: r}
}

// onTerminal is a progress on a terminal of that width, and what it writes.
func onTerminal(width int) (*progress, *strings.Builder) {
	var out strings.Builder
	p := newProgress(&out, 247, terminalFlags{})
	p.width = func() int { return width }
	return p, &out
}

// written is what p has written to out since it was last asked.
func written(p *progress, out *strings.Builder) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer out.Reset()
	return out.String()
}

func TestProgressOnATerminalIsOneLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, out := onTerminal(60)
		play := func(id cases.ID, agent string, r cases.Result) {
			c := playedCase(id, agent, r)
			p.start(c)
			time.Sleep(drawInterval)
			p.done(c)
			time.Sleep(drawInterval)
		}
		play("1.1.1", "peer", good)
		play("3.7", "a peer \x1b[31m", bad)
		p.say(out, "Something else.\n")
		p.close()
		p.close()
		p.start(playedCase("4.1.1", "peer", good))
		time.Sleep(time.Hour)
		want := clearLine + "[0/247]  1.1.1  peer" +
			clearLine + "[1/247]  1 ok" +
			clearLine + `[1/247]  1 ok  3.7  a peer \x1b[31m` +
			clearLine + "3.7: OK / FAILED: accepted what it must refuse\n" +
			clearLine + "[2/494]  1 failed  1 ok" +
			clearLine + "Something else.\n" +
			clearLine + "[2/494]  1 failed  1 ok" + clearLine
		if got := written(p, out); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

// However fast cases are, the line is drawn 20 times a second at most; and however slow
// they are, what was begun last is shown.
func TestProgressIsDrawnInGoodTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, out := onTerminal(80)
		for i := range 1000 {
			c := playedCase(cases.ID(fmt.Sprint("1.", i)), "peer", good)
			p.start(c)
			p.done(c)
			time.Sleep(time.Millisecond)
		}
		if n := strings.Count(written(p, out), clearLine); n < 18 || n > 21 {
			t.Errorf("drawn %d times in a second", n)
		}
		p.start(playedCase("9.1.1", "peer", good))
		p.start(playedCase("9.1.2", "peer", good))
		time.Sleep(2 * drawInterval)
		if got := written(p, out); !strings.Contains(got, "  1000 ok  9.1.2 +1  peer  ") {
			t.Errorf("shown is %q", got)
		}
		time.Sleep(10 * time.Second)
		if n := strings.Count(written(p, out), clearLine); n != 10 {
			t.Errorf("drawn %d times in ten seconds in which nothing happens", n)
		}
		p.close()
	})
}

// On a narrow terminal the line says less, and is never as wide as the terminal.
func TestProgressFitsTheTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var width int
		p, _ := onTerminal(0)
		p.width = func() int { return width }
		for i := range 40 {
			time.Sleep(100 * time.Millisecond)
			p.done(playedCase(cases.ID(fmt.Sprint("1.", i)), "gorilla", []cases.Result{good, good, bad, without}[i%4]))
		}
		p.start(playedCase("9.1.5", "gorilla", good))
		p.start(playedCase("9.1.6", "gorilla", good))
		time.Sleep(100 * time.Millisecond)
		p.close()
		var lines strings.Builder
		for width = 100; width >= 0; width-- {
			line := p.line(time.Now())
			if n := len([]rune(line)); width > 0 && n >= width {
				t.Errorf("a line of %d characters on a terminal of %d", n, width)
			}
			fmt.Fprintf(&lines, "%3d %s\n", width, line)
		}
		golden(t, "narrow.txt", lines.String())
	})
}

func TestOutputElsewhereIsLines(t *testing.T) {
	for _, tt := range []struct {
		flags terminalFlags
		want  string
	}{
		{terminalFlags{}, `Running test case ID 1.1.1 for agent peer from peer tcp4:127.0.0.1:9001
Running test case ID 3.7 for agent peer from peer tcp4:127.0.0.1:9001
3.7: OK / FAILED: accepted what it must refuse
Skipping test case 3.8 for agent peer by test configuration!
`},
		{terminalFlags{verbose: true}, `Running test case ID 1.1.1 for agent peer from peer tcp4:127.0.0.1:9001
1.1.1: OK / OK
Running test case ID 3.7 for agent peer from peer tcp4:127.0.0.1:9001
3.7: OK / FAILED: accepted what it must refuse
Skipping test case 3.8 for agent peer by test configuration!
`},
		{terminalFlags{quiet: true}, "3.7: OK / FAILED: accepted what it must refuse\n"},
		{terminalFlags{quiet: true, color: "always"}, "\x1b[31m3.7: OK / FAILED: accepted what it must refuse\x1b[0m\n"},
	} {
		var out strings.Builder
		p := newProgress(&out, 247, tt.flags)
		for _, c := range []fuzzer.Played{playedCase("1.1.1", "peer", good), playedCase("3.7", "peer", bad)} {
			p.start(c)
			p.done(c)
		}
		p.skipped(playedCase("3.8", "peer", good))
		p.close()
		if diff := cmp.Diff(tt.want, out.String()); diff != "" {
			t.Errorf("%+v (-want +got)\n%s", tt.flags, diff)
		}
	}
}

func TestColoursAndLinesAreForTerminals(t *testing.T) {
	for _, tt := range []struct {
		color          string
		terminal       bool
		noColor, term  string
		colour, redraw bool
	}{
		{"auto", true, "", "xterm", true, true},
		{"auto", true, "1", "xterm", false, true},
		{"auto", true, "", "dumb", false, false},
		{"auto", false, "", "xterm", false, false},
		{"always", false, "1", "xterm", true, false},
		{"always", true, "1", "dumb", true, false},
		{"never", true, "", "xterm", false, true},
	} {
		d := terminalFlags{color: tt.color}.displayOn(tt.terminal, func(name string) string {
			return map[string]string{"NO_COLOR": tt.noColor, "TERM": tt.term}[name]
		})
		if d.colour != tt.colour || (d.width != nil) != tt.redraw {
			t.Errorf("%+v: got %t, %t", tt, d.colour, d.width != nil)
		}
	}
}

// What a run ends with: failures, the table, the report.
func TestEndOfARun(t *testing.T) {
	for name, flags := range map[string]terminalFlags{
		"end.txt": {}, "end-colour.txt": {color: "always"}, "end-quiet.txt": {quiet: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			dir := t.TempDir()
			var out, log strings.Builder
			list, err := cases.Select(cases.Catalogue, []string{"1.1.*", "3.*", "5.*"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			rec, err := newRecorder(&out, runFlags{outdir: dir, list: list, terminalFlags: flags}, true)
			if err != nil {
				t.Fatal(err)
			}
			for i := range list {
				c := list[len(list)-1-i]
				o := cases.Observation{Opened: true, Server: true, Closing: cases.Closing{WasClean: true, ClosedByMe: !c.Ending.Peer}}
				if i%2 == 0 {
					o.Events = c.Accept[0].Events
				}
				p := fuzzer.Played{Agent: "peer", Number: len(list) - i, Case: c, Observation: o, Result: cases.Judge(c, o)}
				if err := rec.add(p); err != nil {
					t.Fatal(err)
				}
			}
			out.Reset()
			if err := rec.finish(&out, &log); err != nil || log.Len() > 0 {
				t.Fatal(err, log.String())
			}
			golden(t, name, strings.ReplaceAll(out.String(), dir, "DIR"))
		})
	}
}

// A run on a busy machine ends with how many cases had noticeably more time; less than
// 100 ms is for their pages to say.
func TestEndOfARunSaysThatTheMachineWasBusy(t *testing.T) {
	for _, test := range []struct {
		lags []cases.Duration
		want string // empty: it says nothing
	}{
		{[]cases.Duration{0, cases.Second / 11}, ""},
		{[]cases.Duration{0, cases.Second / 10}, "\nThe machine is busy: in 1 case the time limits were extended, for it kept the tester waiting.\n"},
		{[]cases.Duration{3 * cases.Second, cases.Second}, "\nThe machine is busy: in 2 cases the time limits were extended, for it kept the tester waiting.\n"},
	} {
		var out strings.Builder
		rec, err := newRecorder(&out, runFlags{outdir: t.TempDir(), list: cases.Catalogue[:2]}, true)
		if err != nil {
			t.Fatal(err)
		}
		for i, lag := range test.lags {
			p := fuzzer.Played{Agent: "peer", Case: cases.Catalogue[i], Result: good, Observation: cases.Observation{Server: true, Lag: lag}}
			if err := rec.add(p); err != nil {
				t.Fatal(err)
			}
		}
		if err := rec.finish(&out, &out); err != nil {
			t.Fatal(err)
		}
		got := strings.Contains(out.String(), "machine is busy")
		if got != (test.want != "") || !strings.Contains(out.String(), test.want) {
			t.Errorf("%v: it says\n%swant %q", test.lags, &out, test.want)
		}
	}
}

// golden compares got with a file in testdata/terminal.
func golden(t *testing.T, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", "terminal", name)
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", name, diff)
	}
}
