package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
)

// A journal is the file that records are appended to as a run goes on, a line each
// behind a line with the head. It keeps what was played if the run is killed, and
// memory from growing: whoever needs a record again reads it from there.
type journal struct {
	name string
	f    diskFile
	size int64
	at   map[key]span // the last line of each record
}

// A span is where a record is in a journal.
type span struct {
	start int64
	size  int
}

// beginJournal begins a journal in dir in the place of an earlier one, with a head and
// what more, if not nil, adds to that. An earlier journal keeps its content if anything
// goes wrong, and no other program sees one without a head.
func (d disk) beginJournal(dir string, head Head, more func(*journal, io.Writer) error) (*journal, error) {
	j := &journal{name: filepath.Join(dir, journalName), at: make(map[key]span)}
	err := d.stream(dir, journalName, func(out io.Writer) error {
		line, err := marshal(head)
		if err != nil {
			return err
		}
		j.size = int64(len(line))
		if _, err := out.Write(line); err != nil || more == nil {
			return err
		}
		return more(j, out)
	})
	if err != nil {
		return nil, err
	}
	if j.f, err = d.open(j.name, os.O_RDWR); err != nil {
		return nil, fmt.Errorf("report %s: %w", journalName, err)
	}
	return j, nil
}

// add appends r.
func (j *journal) add(r Record) error {
	s, err := j.append(r)
	if err == nil {
		j.at[key{r.Agent, r.Case.ID}] = s
	}
	return err
}

// append writes v as a line. What was written of one that does not fit is
// overwritten by the next.
func (j *journal) append(v any) (span, error) {
	line, err := marshal(v)
	if err != nil {
		return span{}, fmt.Errorf("report %s: %w", journalName, err)
	}
	if _, err := j.f.WriteAt(line, j.size); err != nil {
		_ = j.f.Truncate(j.size) // else a last line that is not whole is left, which readers expect
		return span{}, fmt.Errorf("report %s: %w", journalName, err)
	}
	s := span{j.size, len(line)}
	j.size += int64(len(line))
	return s, nil
}

// line is the line at s, without its end.
func (j *journal) line(s span) ([]byte, error) {
	b := make([]byte, s.size)
	if _, err := j.f.ReadAt(b, s.start); err != nil {
		return nil, fmt.Errorf("report %s: %w", journalName, err)
	}
	return bytes.TrimSuffix(b, []byte("\n")), nil
}

// has reports whether there is a record for k.
func (j *journal) has(k key) bool {
	_, ok := j.at[k]
	return ok
}

// record is the record for k.
func (j *journal) record(k key) (r Record, err error) {
	b, err := j.line(j.at[k])
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	return r, err
}

// writeTo writes the records for keys, as results.json has them.
func (j *journal) writeTo(w io.Writer, head Head, keys []key) error {
	out := bufio.NewWriterSize(w, 256<<10)
	err := writeResults(out, head, func(yield func([]byte, error) bool) {
		for _, k := range keys {
			if !yield(j.line(j.at[k])) {
				return
			}
		}
	})
	return errors.Join(err, out.Flush())
}

// writeResults writes results.json: the head, and a line for each record.
func writeResults(out *bufio.Writer, head Head, lines iter.Seq2[[]byte, error]) error {
	b, err := marshal(head)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s,\"results\":[", bytes.TrimSuffix(b, []byte("}\n")))
	comma := ""
	for line, err := range lines {
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s\n%s", comma, line)
		comma = ","
	}
	_, err = out.WriteString("\n]}\n")
	return err
}

// remove removes the journal.
func (j *journal) remove() error {
	err := os.Remove(j.name)
	if errors.Is(err, fs.ErrNotExist) { // someone else has
		err = nil
	}
	return errors.Join(j.f.Close(), err)
}

// marshal writes v as a line, in ASCII: what a peer sent can neither hide in it nor
// reorder it.
func marshal(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	return append(escape(b), '\n'), err
}
