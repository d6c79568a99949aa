package launch

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxLine   = 4096 // octets; a longer one is cut into several
	keptLines = 200  // traces are long
	tailLines = 20   // that are shown
)

// An output is what a command prints.
type output struct {
	pipe *os.File
	to   io.Writer     // nil: nowhere
	done chan struct{} // closed when all is read

	mu   sync.Mutex
	last []string // lines, less than twice keptLines
}

// read reads what a command prints into pipe.
func read(pipe *os.File, to io.Writer) *output {
	o := &output{pipe: pipe, to: to, done: make(chan struct{})}
	go o.pump()
	return o
}

func (o *output) pump() {
	defer close(o.done)
	r := bufio.NewReaderSize(o.pipe, maxLine)
	for {
		line, err := r.ReadSlice('\n')
		if len(line) > 0 {
			o.line(printable(strings.TrimRight(string(line), "\r\n")))
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

// line takes one line. That it cannot be shown is no reason to stop the command.
func (o *output) line(line string) {
	o.mu.Lock()
	if o.last = append(o.last, line); len(o.last) == 2*keptLines {
		o.last = slices.Delete(o.last, 0, keptLines)
	}
	o.mu.Unlock()
	if o.to != nil {
		_, _ = io.WriteString(o.to, "peer: "+line+"\n")
	}
}

// finish reads what is left, for limit at most: a process that has left the group of
// its command may hold the pipe open for ever.
func (o *output) finish(limit time.Duration) {
	_ = o.pipe.SetReadDeadline(time.Now().Add(limit)) // where there is no such thing, the timer decides
	select {
	case <-o.done:
	case <-time.After(2 * limit):
	}
	o.pipe.Close()
}

func (o *output) tail() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.last[max(0, len(o.last)-tailLines):], "\n")
}

// complaining are words that are in the line which says why a program ends. What comes
// before it may be as much, and so may the trace behind it.
var complaining = regexp.MustCompile(`^(panic|fatal error|fatal|SIG[A-Z]+)\b|^(\w+\.)*\w*(Error|Exception)\b`)

// complaint is the last line that says why a program ended, or else the last of all.
func (o *output) complaint() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, line := range slices.Backward(o.last) {
		if complaining.MatchString(line) {
			return line
		}
	}
	if len(o.last) == 0 {
		return ""
	}
	return o.last[len(o.last)-1]
}

// printable is a line in which nothing can move the cursor of a terminal.
func printable(line string) string {
	var b strings.Builder
	for len(line) > 0 {
		r, size := utf8.DecodeRuneInString(line)
		switch {
		case r == utf8.RuneError && size == 1 || r < ' ' && r != '\t':
			b.WriteString(`\x` + hex.EncodeToString([]byte{line[0]}))
		case r == '\t' || unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		line = line[size:]
	}
	return b.String()
}
