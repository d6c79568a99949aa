package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"

	"gobahn/fuzzer"
)

// A progress shows how far a run is: one line that is rewritten on a terminal,
// a line a case elsewhere. The lines are those of the reference, which scripts
// wait for.
type progress struct {
	out   io.Writer
	total int
	width int // of the terminal, 0 if it is none

	verbose bool // show each result

	mu    sync.Mutex
	shown bool // a line is shown that must be cleared
}

func newProgress(out io.Writer, total int) *progress {
	p := &progress{out: out, total: total}
	if c, ok := out.(*console); ok {
		out = c.w
	}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.width = 80
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			p.width = w
		}
	}
	return p
}

// start shows that a case begins.
func (p *progress) start(c fuzzer.Played) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.width == 0 {
		fmt.Fprintf(p.out, "Running test case ID %s for agent %s from peer %s\n", c.Case.ID, printable(c.Agent), peerName(c.Peer))
		return
	}
	line := fmt.Sprintf("[%d/%d] %s  %s", c.Number, p.total, c.Case.ID, printable(c.Agent))
	if runes := []rune(line); len(runes) >= p.width {
		line = string(runes[:p.width-1])
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s", line)
	p.shown = true
}

// done shows a failure at once. Other verdicts wait for the summary.
func (p *progress) done(c fuzzer.Played) {
	if c.Result.Headline == "" && !p.verbose {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clearLine()
	if c.Result.Headline == "" {
		fmt.Fprintf(p.out, "%s: %s / %s\n", c.Case.ID, c.Result.Verdict, c.Result.CloseVerdict)
		return
	}
	fmt.Fprintf(p.out, "%s: %s / %s: %s\n", c.Case.ID, c.Result.Verdict, c.Result.CloseVerdict, c.Result.Headline)
}

// A console is where lines are shown that come from several goroutines, one write a
// line.
type console struct {
	mu sync.Mutex
	w  io.Writer
}

// Write writes b at once.
func (c *console) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.w.Write(b)
}

// skipped shows that a case is not played, by the spec file.
func (p *progress) skipped(c fuzzer.Played) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clearLine()
	fmt.Fprintf(p.out, "Skipping test case %s for agent %s by test configuration!\n", c.Case.ID, printable(c.Agent))
}

// clear leaves the terminal with a fresh line.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clearLine()
}

func (p *progress) clearLine() {
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.shown = false
	}
}

// peerName is the address of a peer in the reference's notation.
func peerName(address string) string {
	host, _, err := net.SplitHostPort(address)
	switch {
	case err != nil:
		return "unix:" + printable(address)
	case strings.Contains(host, ":"):
		return "tcp6:" + address
	}
	return "tcp4:" + address
}

// printable shows a name that a peer has chosen without control characters.
func printable(s string) string {
	quoted := fmt.Sprintf("%+.200q", s)
	return quoted[1 : len(quoted)-1]
}
