package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gobahn/cases"
)

// Resume prepares to go on with the run whose results are in dir: those of its journal,
// if it was killed, or of its results.json. They stay as they are, and so does the file
// they are in until all of them are in the new journal. Kept is called with each. A last
// line of the journal that is not whole is left out. If there are no results in dir, the
// run begins, as with Open. List has the cases of the run, as they are judged.
//
// A ResumeError is that the results cannot be read, or are those of another run than
// run, or of cases that are not as in list. Nothing was written then.
func Resume(dir string, run Run, list []cases.Case, kept func(Record)) (*Writer, error) {
	path, err := firstIn(dir, journalName, resultsJSON)
	if err != nil {
		return nil, &ResumeError{err}
	}
	if path == "" {
		return Open(dir, run)
	}
	earlier, err := OpenResults(path)
	if err != nil {
		return nil, &ResumeError{err}
	}
	defer earlier.Close()
	if err := cmp.Or(sameRun(earlier.Head.Runs, run), sameCases(earlier, list)); err != nil {
		return nil, &ResumeError{fmt.Errorf("%s: %w", path, err)}
	}
	was := earlier.Head.Runs[0]
	run.Resumed, run.LeftOut = append(was.Resumed, run.Started), was.LeftOut
	run.Started = was.Started
	w, err := Open(dir, run)
	if err != nil {
		return nil, err
	}
	return w, w.takeUp(earlier, kept)
}

// A ResumeError is that a run cannot go on from the results that there are.
type ResumeError struct{ Err error }

func (e *ResumeError) Error() string { return e.Err.Error() }
func (e *ResumeError) Unwrap() error { return e.Err }

// sameRun is an error that says how runs, those of a file, are not the run now.
func sameRun(runs []Run, now Run) error {
	if len(runs) != 1 {
		return fmt.Errorf("the results are those of %s, merged: only one run can go on", count(len(runs), "run"))
	}
	was := runs[0]
	if was.Server != now.Server {
		return errors.New("the results are those of a run with the other role")
	}
	var differ []string
	differs := func(what string, was, now any) {
		if was != now {
			differ = append(differ, fmt.Sprintf("%s %.80q, not %.80q", what, fmt.Sprint(was), fmt.Sprint(now)))
		}
	}
	differs("tester", was.Product, now.Product)
	differs("seed", was.Seed, now.Seed)
	differs("profile", was.Profile, now.Profile)
	differs("shard", was.Shard, now.Shard)
	if text := otherCases(was.Cases, now.Cases); text != "" {
		differ = append(differ, text)
	}
	if len(differ) > 0 {
		return fmt.Errorf("the results are those of another run, with %s", strings.Join(differ, ", "))
	}
	return nil
}

// otherCases says how the cases of a run differ; empty: they do not.
func otherCases(was, now []cases.ID) string {
	for _, id := range was {
		if !slices.Contains(now, id) {
			return fmt.Sprintf("%s, of which this one lacks %.40q", count(len(was), "case"), id)
		}
	}
	for _, id := range now {
		if !slices.Contains(was, id) {
			return fmt.Sprintf("%s, without %.40q", count(len(was), "case"), id)
		}
	}
	if !slices.Equal(was, now) {
		return "the cases in another order"
	}
	return ""
}

// sameCases is an error that says which of the cases of earlier is another in list.
func sameCases(earlier *Results, list []cases.Case) error {
	now := make(map[cases.ID][]byte)
	for _, c := range list {
		text, err := json.Marshal(c)
		if err != nil {
			return err
		}
		now[c.ID] = text
	}
	for r, err := range earlier.All() {
		if err != nil {
			return err
		}
		was, err := json.Marshal(r.Case)
		if err != nil {
			return err
		}
		if is, planned := now[r.Case.ID]; planned && !bytes.Equal(was, is) {
			return fmt.Errorf("case %.40q has changed since it was played", r.Case.ID)
		}
	}
	return nil
}

// takeUp makes the records of earlier those of w.
func (w *Writer) takeUp(earlier *Results, kept func(Record)) (err error) {
	if w.journal, err = w.disk.beginJournal(w.dir, newHead(w.runs), copied(earlier)); err != nil {
		return err
	}
	for _, k := range earlier.w.keys() {
		r, err := w.journal.record(k)
		if err != nil {
			return err
		}
		e := w.note(r)
		kept(r)
		if err := w.writeFiles(r, e, w.links(k, true)); err != nil {
			return err
		}
	}
	return nil
}

// copied returns what adds the records of earlier to a journal, to the octet.
func copied(earlier *Results) func(*journal, io.Writer) error {
	return func(j *journal, out io.Writer) error {
		for _, k := range earlier.w.keys() {
			raw, err := earlier.raw(k)
			if err != nil {
				return err
			}
			var b bytes.Buffer
			if err := json.Compact(&b, raw); err != nil {
				return fmt.Errorf("%s: %w", earlier.File(), err)
			}
			b.WriteByte('\n')
			if _, err := out.Write(b.Bytes()); err != nil {
				return err
			}
			j.at[k] = span{j.size, b.Len()}
			j.size += int64(b.Len())
		}
		return nil
	}
}
