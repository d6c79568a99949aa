// Package leaks fails the tests of a package that leave goroutines, sockets or files
// behind. It is for tests alone.
package leaks

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.uber.org/goleak"
)

// Tests are the tests of a package, a *testing.M.
type Tests interface{ Run() int }

// Watch returns tests that also fail if all went well but something is left. The options
// say which goroutines do not count.
func Watch(tests Tests, options ...goleak.Option) Tests {
	return watched{tests, os.Stderr, options}
}

type watched struct {
	tests   Tests
	log     io.Writer
	options []goleak.Option
}

// Run runs the tests and returns their exit status.
func (w watched) Run() int {
	before := descriptors()
	status := w.tests.Run()
	if fuzzing := flag.Lookup("test.fuzz"); status != 0 || fuzzing != nil && fuzzing.Value.String() != "" {
		return status // what fuzzing leaves is not ours
	}
	if err := goleak.Find(w.options...); err != nil {
		fmt.Fprintf(w.log, "leaks: %v\n", err)
		status = 1
	}
	for _, one := range left(before) {
		fmt.Fprintf(w.log, "leaks: the tests have left %s open\n", one)
		status = 1
	}
	return status
}

// settleTime is how long sockets and pipes may take to be closed by those who have ended.
const settleTime = 2 * time.Second

// left lists what is open and was not before.
func left(before []string) (list []string) {
	for end := time.Now().Add(settleTime); ; time.Sleep(10 * time.Millisecond) {
		list = slices.DeleteFunc(descriptors(), func(one string) bool { return slices.Contains(before, one) })
		if len(list) == 0 || time.Now().After(end) {
			return list
		}
	}
}

// ofRuntime are the descriptors with which the Go runtime waits for all others.
var ofRuntime = []string{"anon_inode:[eventpoll]", "anon_inode:[eventfd]"}

// descriptors lists the open file descriptors: what each is of, and its number. Those of
// the Go runtime, which it opens when they are first needed, are left out. Where there
// is no /proc, none is listed.
func descriptors() (list []string) {
	const dir = "/proc/self/fd"
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		target, err := os.Readlink(filepath.Join(dir, e.Name()))
		if err != nil || slices.Contains(ofRuntime, target) { // the list itself is closed by now
			continue
		}
		list = append(list, fmt.Sprintf("%s (%s)", target, e.Name()))
	}
	return list
}
