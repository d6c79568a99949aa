package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

// A smallDisk is one on which there is room for so many more octets.
type smallDisk struct {
	mu   sync.Mutex
	room int
}

// take takes room for n octets, and says how many fit.
func (s *smallDisk) take(n int) (fits int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n > s.room {
		n, err = s.room, &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	}
	s.room -= n
	return n, err
}

// disk is the system's, with no more room than there is.
func (s *smallDisk) disk() disk {
	d := systemDisk()
	small := func(f diskFile, err error) (diskFile, error) { return smallFile{f, s}, err }
	return disk{
		create: func(dir, pattern string) (diskFile, error) { return small(d.create(dir, pattern)) },
		open:   func(name string, flag int) (diskFile, error) { return small(d.open(name, flag)) },
		rename: d.rename,
	}
}

type smallFile struct {
	diskFile
	disk *smallDisk
}

func (f smallFile) Write(b []byte) (int, error) {
	n, full := f.disk.take(len(b))
	n, err := f.diskFile.Write(b[:n])
	return n, errors.Join(err, full)
}

func (f smallFile) WriteAt(b []byte, at int64) (int, error) {
	n, full := f.disk.take(len(b))
	n, err := f.diskFile.WriteAt(b[:n], at)
	return n, errors.Join(err, full)
}

// plan is the run that the tests about faults make, and its records.
var plan = []Record{
	case36(), played("a", "1.1.1", cases.OK, cases.OK), played("a", "1.1.2", cases.Failed, cases.Unclean), played("stratus@2", "2.1", cases.OK, cases.OK),
}

func planRun() Run {
	return Run{Product: "Gobahn/0.1.0", Profile: "autobahn", Seed: 3, Cases: []cases.ID{"1.1.1", "1.1.2", "2.1", "3.6"}}
}

// planCases are the cases of that run.
func planCases() (list []cases.Case) {
	for _, r := range plan {
		list = append(list, r.Case)
	}
	return list
}

// addAll adds what of plan is not kept, until something goes wrong.
func addAll(w *Writer, kept map[key]bool) (added []Record, err error) {
	for _, r := range plan {
		if kept[keyOf(r)] {
			continue
		}
		if err := w.Add(r); err != nil {
			return added, err
		}
		added = append(added, r)
	}
	return added, nil
}

// whole fails the test if a file in dir is not.
func whole(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		switch filepath.Ext(e.Name()) {
		case ".json":
			if !json.Valid(b) {
				t.Errorf("%s is not whole", e.Name())
			}
		case ".html":
			if !bytes.HasSuffix(bytes.TrimSpace(b), []byte("</html>")) {
				t.Errorf("%s is not whole", e.Name())
			}
		case ".jsonl": // whose last line need not be
		default:
			t.Errorf("%s is left", e.Name())
		}
	}
}

// onDisk is what is in the files of dir, but for when the run was made.
func onDisk(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		switch e.Name() {
		case indexHTML, resultsJSON:
			b = nil
		}
		got[e.Name()] = string(b)
	}
	return got
}

// resume goes on with the run in dir.
func resume(dir string) (w *Writer, kept map[key]bool, err error) {
	kept = make(map[key]bool)
	w, err = Resume(dir, planRun(), planCases(), func(r Record) { kept[keyOf(r)] = true })
	return w, kept, err
}

// However early the disk is full, what was added stays, each file is whole or as it was,
// and when there is room again the run goes on and becomes what it would have been.
func TestFullDiskLosesNothing(t *testing.T) {
	unharmed := t.TempDir()
	w, err := Open(unharmed, planRun())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := addAll(w, nil); err != nil || w.Finish() != nil {
		t.Fatal(err)
	}
	want := onDisk(t, unharmed)
	full := 0
	for room := 0; ; room += 19997 {
		dir := t.TempDir()
		w, err := Open(dir, planRun())
		if err != nil {
			t.Fatal(err)
		}
		w.disk = (&smallDisk{room: room}).disk()
		added, err := addAll(w, nil)
		finishErr := w.Finish()
		for _, err := range []error{err, finishErr} {
			if err != nil && (!errors.Is(err, syscall.ENOSPC) || !strings.HasPrefix(err.Error(), "report ")) {
				t.Errorf("room for %d octets: %v", room, err)
			}
		}
		whole(t, dir)
		w, kept, err := resume(dir)
		if err != nil {
			t.Fatalf("room for %d octets: %v", room, err)
		}
		for _, r := range added {
			if !kept[keyOf(r)] {
				t.Errorf("room for %d octets: case %s of %s is lost", room, r.Case.ID, r.Agent)
			}
		}
		if _, err := addAll(w, kept); err != nil || w.Finish() != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, onDisk(t, dir)); diff != "" {
			t.Fatalf("room for %d octets, then resumed (-want +got)\n%s", room, diff)
		}
		if finishErr == nil {
			break
		}
		full++
	}
	if full < 10 {
		t.Errorf("the disk was full %d times only", full)
	}
}

// A journal begins with its whole head, or not at all: one of before is kept.
func TestJournalBeginsWhole(t *testing.T) {
	dir := cutShort(t, 2, false)
	w, err := Open(dir, planRun())
	if err != nil {
		t.Fatal(err)
	}
	w.disk = (&smallDisk{room: 10}).disk()
	if err := w.Add(plan[2]); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	if _, records := readAll(t, dir); len(records) != 2 {
		t.Errorf("the journal has %d records, want the 2 of before", len(records))
	}
}

// A directory that is removed is made again, with all that had been in it.
func TestRemovedDirectoryComesBackWhole(t *testing.T) {
	unharmed, dir := t.TempDir(), filepath.Join(t.TempDir(), "reports")
	for _, one := range []string{unharmed, dir} {
		w, err := Open(one, planRun())
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range plan {
			if one == dir && i == 2 {
				if err := os.RemoveAll(dir); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Add(r); err != nil {
				t.Error(err)
			}
		}
		if err := w.Finish(); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff(onDisk(t, unharmed), onDisk(t, dir)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, records := readAll(t, dir); len(records) != len(plan) {
		t.Errorf("results.json has %d records, want %d", len(records), len(plan))
	}
}

// The same in the moment in which a file is put in its place.
func TestDirectoryRemovedUnderAFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "reports")
	d := systemDisk()
	removed := false
	d.rename = func(from, to string) error {
		if !removed {
			removed = true
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
		}
		return os.Rename(from, to)
	}
	if err := d.write(dir, "x.json", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "x.json")); err != nil || string(b) != "{}" {
		t.Errorf("%v, %q", err, b)
	}
}

// Without a file descriptor no further file is written, and the cause is said.
func TestNoFileDescriptorForAReport(t *testing.T) {
	w := open(t)
	if err := w.Add(plan[0]); err != nil {
		t.Fatal(err)
	}
	w.disk.create = func(dir, _ string) (diskFile, error) {
		return nil, &fs.PathError{Op: "open", Path: dir, Err: syscall.EMFILE}
	}
	err := w.Add(plan[1])
	if !errors.Is(err, syscall.EMFILE) {
		t.Errorf("got %v", err)
	}
	if _, records := readAll(t, w.dir); len(records) != 2 {
		t.Errorf("the journal has %d records, want 2", len(records))
	}
}
