package report

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
)

// Read reads the results at path: a results.json, the journal of a run that was
// killed (results.jsonl), or a directory with one of them, of which the journal is that
// of the last run. It calls each for every record in turn and holds only one. Of a
// journal, a record that comes again replaces the former one, and a last line that is not
// whole is left out.
//
// Its errors name the file, the place and what was expected there.
func Read(path string, each func(Record) error) (Head, error) {
	f, err := openResults(path)
	if err != nil {
		return Head{}, err
	}
	defer f.Close()
	return readFile(f, func(r Record, _ span) error { return each(r) })
}

// openResults opens the file with results that path stands for.
func openResults(path string) (*os.File, error) {
	path, err := resultsIn(path)
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}

// readFile is Read of an open file. It tells each where the record is.
func readFile(f *os.File, each func(Record, span) error) (Head, error) {
	r := &reader{name: f.Name(), lines: lines{r: f}, each: each}
	r.dec = json.NewDecoder(bufio.NewReaderSize(&r.lines, 64<<10))
	head, err := r.all()
	if callback, ok := errors.AsType[callbackError](err); ok {
		return head, callback.error
	}
	if err != nil {
		return head, r.located(err)
	}
	return head, nil
}

// resultsIn is the file with results that path stands for. Where there is a journal, the
// last run was killed or goes on, and results.json is that of an earlier one.
func resultsIn(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return path, err
	}
	if file, err := firstIn(path, journalName, resultsJSON); file != "" {
		return file, err
	}
	return "", fmt.Errorf("%s: there is neither %s nor %s: want the directory of a report", path, resultsJSON, journalName)
}

// firstIn is the first of names that there is in dir; empty: none is.
func firstIn(dir string, names ...string) (file string, err error) {
	for _, name := range names {
		file := filepath.Join(dir, name)
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			return file, err
		}
	}
	return "", nil
}

// A reader reads one file.
type reader struct {
	name  string
	lines lines
	dec   *json.Decoder
	each  func(Record, span) error
}

// A callbackError is one of each, which says where it comes from by itself.
type callbackError struct{ error }

// all reads the head, then the records: those of the head's list, or the values that
// follow it.
func (r *reader) all() (head Head, err error) {
	if err := r.open('{'); err != nil {
		return head, err
	}
	fields := map[string]any{"format": &head.Format, "version": &head.Version, "runs": &head.Runs}
	listed := false
	for r.dec.More() {
		name, err := r.dec.Token()
		if err != nil {
			return head, err
		}
		switch into, known := fields[name.(string)]; {
		case name == "results":
			if err := check(head); err != nil {
				return head, err
			}
			listed = true
			if err := r.list(); err != nil {
				return head, err
			}
		case known:
			if err := r.dec.Decode(into); err != nil {
				return head, fmt.Errorf("%q: %w", name, err)
			}
		default: // from a later version
			var skipped json.RawMessage
			if err := r.dec.Decode(&skipped); err != nil {
				return head, err
			}
		}
	}
	if err := r.open('}'); err != nil {
		return head, err
	}
	if err := check(head); err != nil {
		return head, err
	}
	if listed {
		return head, r.end()
	}
	return head, r.journal()
}

// check refuses a file of another kind, or of a version that is not known.
func check(head Head) error {
	switch {
	case head.Format != Format:
		return fmt.Errorf("this is no file with results: want \"format\": %q before the results", Format)
	case head.Version != Version:
		return fmt.Errorf("\"version\" is %d: this program reads version %d", head.Version, Version)
	}
	return nil
}

// open takes a delimiter.
func (r *reader) open(want json.Delim) error {
	token, err := r.dec.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("found %v, want %q", token, rune(want))
	}
	return nil
}

// list reads the records of a list.
func (r *reader) list() error {
	if err := r.open('['); err != nil {
		return err
	}
	for r.dec.More() {
		if err := r.record(); err != nil {
			return err
		}
	}
	return r.open(']')
}

// journal reads records until the file ends.
func (r *reader) journal() error {
	for {
		err := r.record()
		switch {
		case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// end wants nothing to follow.
func (r *reader) end() error {
	if _, err := r.dec.Token(); err != io.EOF {
		return errors.New("something follows the results")
	}
	return nil
}

func (r *reader) record() error {
	var one Record
	start := r.dec.InputOffset() // with the comma or line end before the record
	if err := r.dec.Decode(&one); err != nil {
		return err
	}
	if err := r.each(one, span{start, int(r.dec.InputOffset() - start)}); err != nil {
		return callbackError{err}
	}
	return nil
}

// located is err with the place where it was found.
func (r *reader) located(err error) error {
	offset := r.dec.InputOffset()
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset += r.syntaxFault(offset)
	}
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the file ends in the middle: it is not whole")
	}
	line, column := r.lines.position(offset)
	return fmt.Errorf("%s:%d:%d: %w", r.name, line, column, err)
}

// syntaxFault is how far behind the beginning of a value it is no JSON any more. It looks
// at the value again: the offset in the error of a decoder that also takes tokens leaves
// them out.
func (r *reader) syntaxFault(start int64) int64 {
	var value json.RawMessage
	err := json.NewDecoder(io.NewSectionReader(r.lines.r, start, math.MaxInt64-start)).Decode(&value)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return syntax.Offset - 1 // it is that of what follows
	}
	return 0 // a value is there, where none was to be
}

// A textFile is read in order, and again where it is wrong.
type textFile interface {
	io.Reader
	io.ReaderAt
}

// Lines remembers where lines begin in what is read.
type lines struct {
	r      textFile
	size   int64
	starts []int64 // of the second line and those that follow
}

func (l *lines) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	for i, c := range b[:n] {
		if c == '\n' {
			l.starts = append(l.starts, l.size+int64(i)+1)
		}
	}
	l.size += int64(n)
	return n, err
}

// position is the line and column, from 1, of the octet at offset.
func (l *lines) position(offset int64) (line, column int64) {
	line = 1
	var start int64
	for _, next := range l.starts {
		if next > offset {
			break
		}
		line, start = line+1, next
	}
	return line, offset - start + 1
}
