package main

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"gobahn/cases"
	"gobahn/fuzzer"
)

// A progress shows how far a run is: one line that is rewritten on a terminal,
// a line a case elsewhere. The lines are those of the reference, which scripts
// wait for.
type progress struct {
	out   io.Writer
	list  int // cases to play with a peer
	peers int // to play them with, or as many as come
	display
	verbose bool // show each result
	quiet   bool // show failures only

	mu     sync.Mutex
	tally  tally
	shown  bool        // a line is shown that must be cleared
	drawn  time.Time   // when it was, last
	redraw *time.Timer // draws it again; nil: it was never drawn
	closed bool        // it is not drawn any more
}

// The line is drawn when something happens, but not too often, and from time to time
// while nothing does.
const (
	drawInterval = 50 * time.Millisecond
	idleInterval = time.Second
)

func newProgress(out io.Writer, list int, t terminalFlags) *progress {
	return &progress{out: out, list: list, display: t.display(out), verbose: t.verbose, quiet: t.quiet, tally: newTally()}
}

// start shows that a case begins.
func (p *progress) start(c fuzzer.Played) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.start(c)
	switch {
	case p.width != nil:
		p.changed()
	case !p.quiet:
		fmt.Fprintf(p.out, "Running test case ID %s for agent %s from peer %s\n", c.Case.ID, printable(c.Agent), peerName(c.Peer))
	}
}

// done shows a failure at once. Other verdicts wait for the summary.
func (p *progress) done(c fuzzer.Played) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.done(c, time.Now())
	if c.Result.Headline != "" || p.verbose {
		p.clearLine()
		fmt.Fprintln(p.out, p.result(c))
	}
	p.changed()
}

// result is a line about what came of a case.
func (p *progress) result(c fuzzer.Played) string {
	line := fmt.Sprintf("%s: %s / %s", c.Case.ID, c.Result.Verdict, c.Result.CloseVerdict)
	switch {
	case c.Result.Headline != "":
		return p.paint(red, line+": "+c.Result.Headline)
	case c.Result.Verdict != cases.OK:
		return p.paint(yellow, line)
	}
	return p.paint(green, line)
}

// skipped shows that a case is not played, by the spec file.
func (p *progress) skipped(c fuzzer.Played) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.skipped++
	if !p.quiet {
		p.clearLine()
		fmt.Fprintf(p.out, "Skipping test case %s for agent %s by test configuration!\n", c.Case.ID, printable(c.Agent))
	}
	p.changed()
}

// kept notes that a case is not played, since it was before the run was cut short.
func (p *progress) kept() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.skipped++
	p.changed()
}

// say shows something else on w, which is the terminal if p shows itself on one.
func (p *progress) say(w io.Writer, format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clearLine()
	fmt.Fprintf(w, format, args...)
	p.changed()
}

// close leaves the terminal with a fresh line.
func (p *progress) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clearLine()
	p.closed = true
	if p.redraw != nil {
		p.redraw.Stop()
	}
}

func (p *progress) clearLine() {
	if p.shown {
		fmt.Fprint(p.out, clearLine)
		p.shown = false
	}
}

// clearLine goes back to the beginning of the line and removes what is there.
const clearLine = "\r\x1b[K"

// changed draws the line, or has it drawn soon if it just was.
func (p *progress) changed() {
	if p.width == nil || p.closed {
		return
	}
	wait := drawInterval - time.Since(p.drawn)
	if wait <= 0 {
		p.draw()
		wait = idleInterval
	}
	if p.redraw == nil {
		p.redraw = time.AfterFunc(wait, p.tick)
	} else {
		p.redraw.Reset(wait)
	}
}

// tick draws the line when its time has come.
func (p *progress) tick() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || time.Since(p.drawn) < drawInterval { // someone was faster, and has set the next time
		return
	}
	p.draw()
	p.redraw.Reset(idleInterval)
}

func (p *progress) draw() {
	p.drawn, p.shown = time.Now(), true
	fmt.Fprint(p.out, clearLine+p.line(p.drawn))
}

// A segment is a part of the line. Of those that do not fit, the highest rank goes
// first.
type segment struct {
	text   string
	colour colour
	rank   int
}

// line is the line, not wider than the terminal: the last column stays free, lest the
// line be wrapped.
func (p *progress) line(now time.Time) string {
	segments := p.segments(now)
	room := max(p.width()-1, 0)
	for len(segments) > 1 && length(segments) > room {
		last := slices.MaxFunc(segments, func(a, b segment) int { return a.rank - b.rank })
		segments = slices.DeleteFunc(segments, func(s segment) bool { return s.rank == last.rank })
	}
	var parts []string
	for _, s := range segments {
		if runes := []rune(s.text); len(runes) > room { // it is the only one
			s.text = string(runes[:room])
		}
		parts = append(parts, p.paint(s.colour, s.text))
	}
	return strings.Join(parts, "  ")
}

// length is that of the line with these segments.
func length(segments []segment) int {
	n := 2 * (len(segments) - 1)
	for _, s := range segments {
		n += len([]rune(s.text))
	}
	return n
}

// segments are what there is to show.
func (p *progress) segments(now time.Time) (list []segment) {
	add := func(rank int, c colour, text string) {
		if text != "" {
			list = append(list, segment{text, c, rank})
		}
	}
	t := &p.tally
	total := t.total(p.list, p.peers)
	add(0, plain, fmt.Sprintf("[%d/%d]", len(t.results), total))
	add(1, red, t.count(failedLabel))
	for i, label := range goodLabels {
		add(4+i, goodColours[i], t.count(label))
	}
	if current, more := t.current(); current != nil {
		text := string(current.id)
		if more > 0 {
			text += fmt.Sprintf(" +%d", more)
		}
		add(2, plain, text)
		add(10, faint, printable(current.agent))
		rate := t.rate(now)
		if rate > 0 {
			add(9, faint, fmt.Sprintf("%.1f/s", rate))
			add(3, plain, timeLeft(total-len(t.results), rate))
		}
	}
	return list
}

// timeLeft is how long n cases take, about.
func timeLeft(n int, rate float64) string {
	if n <= 0 {
		return ""
	}
	left := time.Duration(float64(n) / rate * float64(time.Second)).Round(time.Second)
	if left > 99*time.Hour {
		return ""
	}
	return max(left, time.Second).String() + " left"
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
