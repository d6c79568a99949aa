package main

import (
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// TerminalFlags are what the flags say of what is shown while cases are played.
type terminalFlags struct {
	verbose bool
	quiet   bool
	color   string // one of colorChoices; empty: never
}

var colorChoices = []string{"auto", "always", "never"}

func (t *terminalFlags) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVarP(&t.verbose, "verbose", "v", false, "show each result, and what a command prints")
	f.BoolVarP(&t.quiet, "quiet", "q", false, "show failures only, and where the report is; a server says where it listens, too")
	f.StringVar(&t.color, "color", "auto", "colours: auto (on a terminal, unless NO_COLOR is set), always or never")
}

// check refuses values that make no sense.
func (t terminalFlags) check() error {
	switch {
	case t.verbose && t.quiet:
		return usagef("--verbose and --quiet: want one of them")
	case t.color != "" && !slices.Contains(colorChoices, t.color):
		return usagef("--color %q: want one of %s", t.color, strings.Join(colorChoices, ", "))
	}
	return nil
}

// A display is what can be shown where output goes.
type display struct {
	width  func() int // characters in a line of the terminal; nil: it is none, and what is written stays
	colour bool
}

// display finds out what out can show.
func (t terminalFlags) display(out io.Writer) display {
	if c, ok := out.(*console); ok {
		out = c.w
	}
	f, ok := out.(*os.File)
	d := t.displayOn(ok && term.IsTerminal(int(f.Fd())), os.Getenv)
	if d.width != nil {
		d.width = func() int { return terminalWidth(f) }
	}
	return d
}

// displayOn is the display of a terminal, or of what is none. A dumb terminal cannot
// take back what it shows.
func (t terminalFlags) displayOn(terminal bool, getenv func(string) string) display {
	terminal = terminal && getenv("TERM") != "dumb"
	d := display{colour: t.color == "always" || t.color == "auto" && terminal && getenv("NO_COLOR") == ""}
	if terminal {
		d.width = func() int { return usualWidth }
	}
	return d
}

// usualWidth is that of a terminal that does not tell.
const usualWidth = 80

// terminalWidth is the width now: users change it.
func terminalWidth(f *os.File) int {
	if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
		return w
	}
	return usualWidth
}

// A colour is an escape sequence that begins it.
type colour string

const (
	plain  colour = ""
	red    colour = "\x1b[31m"
	green  colour = "\x1b[32m"
	yellow colour = "\x1b[33m"
	faint  colour = "\x1b[2m"
)

// paint is s in a colour, where there are any.
func (d display) paint(c colour, s string) string {
	if !d.colour || c == plain || s == "" {
		return s
	}
	return string(c) + s + "\x1b[0m"
}

// explanation is a failure as cases.Result explains it, what was wanted in green and
// what came instead in red.
func (d display) explanation(text string) string {
	lines := strings.Split(text, "\n")
	current := red
	for i, line := range lines {
		switch label := strings.TrimSpace(line[:min(len(line), explanationIndent)]); {
		case i == 0:
			current = red
		case label == "sent":
			current = plain
		case label == "want":
			current = green
		case label == "got":
			current = red
		}
		lines[i] = d.paint(current, line)
	}
	return strings.Join(lines, "\n")
}

// explanationIndent is how many characters of a line hold its label.
const explanationIndent = 10
