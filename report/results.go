package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"gobahn/cases"
)

// Results are the results in a file, in order: agent by agent, and the cases of each
// in the order of the catalogue. What is kept of a record is where it is and how it was
// graded; the rest is read when it is asked for, one record at a time.
type Results struct {
	Head Head

	// Fails reports whether a result is shown as a failure; nil: one that does not
	// conform is.
	Fails func(agent string, r cases.Result) bool

	f      *os.File
	w      *Writer // which knows the names and the overview; it writes nothing
	at     map[key]span
	graded map[key]cases.Result
}

// OpenResults opens the results at path, which is as for Read, and reads all of them
// once: after that they are known to be whole.
func OpenResults(path string) (*Results, error) {
	f, err := openResults(path)
	if err != nil {
		return nil, err
	}
	r := &Results{f: f, w: newWriter(), at: make(map[key]span), graded: make(map[key]cases.Result)}
	if r.Head, err = readFile(f, r.note); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	r.w.runs = r.Head.Runs
	return r, nil
}

// note notes one record. In a journal it replaces a former one.
func (r *Results) note(one Record, s span) error {
	k := r.w.key(one)
	r.w.note(one)
	r.at[k] = s
	result := one.Result
	result.Says, result.CloseSays = "", ""
	r.graded[k] = result
	return nil
}

// Close closes the file.
func (r *Results) Close() error { return r.f.Close() }

// File is the path of the file.
func (r *Results) File() string { return r.f.Name() }

// Agents are the peers, in the order in which they were first seen.
func (r *Results) Agents() []string { return slices.Clone(r.w.agents) }

// Summary counts the verdicts.
func (r *Results) Summary() Summary { return r.w.summary(cases.AllChapters()) }

// All are all records.
func (r *Results) All() iter.Seq2[Record, error] {
	return r.records(func(key) bool { return true })
}

// Of are the records of one agent.
func (r *Results) Of(agent string) iter.Seq2[Record, error] {
	return r.records(func(k key) bool { return k.agent == agent })
}

// Wrong are the records of one agent that are shown as failures, and those that are not
// although something was wrong with the peer.
func (r *Results) Wrong(agent string) iter.Seq2[Record, error] {
	return r.records(func(k key) bool {
		return k.agent == agent && (r.Failed(k.agent, k.id) || r.graded[k].Headline != "")
	})
}

// records are those whose keys are wanted. An error is the last there is.
func (r *Results) records(wanted func(key) bool) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for _, k := range r.w.keys() {
			if !wanted(k) {
				continue
			}
			one, err := r.record(k)
			if !yield(one, err) || err != nil {
				return
			}
		}
	}
}

// record reads one record again.
func (r *Results) record(k key) (one Record, err error) {
	b, err := r.raw(k)
	if err != nil {
		return one, err
	}
	if err := json.Unmarshal(b, &one); err != nil {
		return one, fmt.Errorf("%s: case %s again: %w", r.f.Name(), k.id, err)
	}
	return one, nil
}

// raw is the octets of one record.
func (r *Results) raw(k key) ([]byte, error) {
	s := r.at[k]
	b := make([]byte, s.size)
	if _, err := r.f.ReadAt(b, s.start); err != nil {
		return nil, fmt.Errorf("%s: case %s again: %w", r.f.Name(), k.id, err)
	}
	return bytes.TrimLeft(b, ", \t\r\n"), nil
}

// Failed reports whether a case that was played is shown as a failure.
func (r *Results) Failed(agent string, id cases.ID) bool {
	result, played := r.graded[key{agent, id}]
	switch {
	case !played:
		return false
	case r.Fails != nil:
		return r.Fails(agent, result)
	}
	return !Conforms(result)
}

// Result is how a case was graded, without the sentences that say why.
func (r *Results) Result(agent string, id cases.ID) (result cases.Result, played bool) {
	result, played = r.graded[key{agent, id}]
	return result, played
}

// Planned are the cases that were to be played or were, with whatever agent, in the
// order of the catalogue.
func (r *Results) Planned() []cases.ID {
	planned := newWriter()
	for _, run := range r.Head.Runs {
		planned.plan(run.Cases...)
	}
	planned.plan(r.w.ids...)
	return planned.ids
}

// PlannedWith are those of Planned that were to be played with an agent, or were.
func (r *Results) PlannedWith(agent string) []cases.ID {
	return slices.DeleteFunc(r.Planned(), func(id cases.ID) bool {
		_, played := r.Result(agent, id)
		return !played && slices.ContainsFunc(r.Head.Runs, func(run Run) bool { return run.leaves(agent, id) })
	})
}

// WriteReport writes the whole report into dir, as a run does.
func (r *Results) WriteReport(dir string) error {
	w, err := Open(dir, r.Head.Runs...)
	if err != nil {
		return err
	}
	for one, err := range r.All() {
		if err == nil {
			err = w.Add(one)
		}
		if err != nil {
			return err
		}
	}
	return w.finish()
}

// WriteCaseFiles writes the files of the reference into dir: index.json and one for
// each case, without pages.
func (r *Results) WriteCaseFiles(dir string) error {
	if err := r.w.disk.probe(dir); err != nil {
		return fmt.Errorf("reports directory %s: %w", dir, err)
	}
	for one, err := range r.All() {
		if err != nil {
			return err
		}
		if err := r.w.disk.writeCaseFile(dir, r.w.entries[r.w.key(one)].stem, one); err != nil {
			return err
		}
	}
	body, err := encode(r.w.index())
	if err != nil {
		return err
	}
	return r.w.disk.write(dir, indexJSON, body)
}

// Write writes the results as results.json has them.
func (r *Results) Write(w io.Writer) error {
	out := bufio.NewWriterSize(w, 256<<10)
	err := writeResults(out, r.Head, func(yield func([]byte, error) bool) {
		for one, err := range r.All() {
			var line []byte
			if err == nil {
				line, err = marshal(one)
			}
			if !yield(bytes.TrimSuffix(line, []byte("\n")), err) {
				return
			}
		}
	})
	return errors.Join(err, out.Flush())
}
