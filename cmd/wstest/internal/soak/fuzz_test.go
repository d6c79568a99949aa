package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzJournal wants the entries of a journal, which are the same when it is opened again,
// or an error with the line, and the file as it was.
func FuzzJournal(f *testing.F) {
	const line = `{"peer":"server:a","run":1,"cases":"--cases 1.*","busy":false,"took":"1s","lag":"0s","verdicts":{"1.1.1":"OK / OK"}}` + "\n"
	for _, seed := range []string{"", line, line + line + line[:20], line + "\n", line + "my notes\n", `{"peer":"a","cases":"--cases 1.*"}` + "\n" + line, `{"peer":"a","took":1}` + "\n", "\xff\n"} {
		f.Add([]byte(seed))
	}
	place := regexp.MustCompile(`runs\.jsonl:[1-9][0-9]*: .`)
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		file := filepath.Join(dir, "runs.jsonl")
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
		open := func() (*journal, error) {
			j, err := openJournal(dir, someCases, false)
			if err == nil {
				t.Cleanup(func() { j.Close() })
			}
			return j, err
		}
		j, err := open()
		left, readErr := os.ReadFile(file)
		if readErr != nil {
			t.Fatal(readErr)
		}
		if err != nil {
			if !place.MatchString(err.Error()) || !bytes.Equal(left, text) {
				t.Errorf("%v, and of %q %q is left", err, text, left)
			}
			return
		}
		if whole := text[:bytes.LastIndexByte(text, '\n')+1]; !bytes.Equal(left, whole) {
			t.Errorf("of %q %q is left", text, left)
		}
		if lines := bytes.Count(left, []byte("\n")); len(j.entries) > lines {
			t.Errorf("%d entries in %d lines", len(j.entries), lines)
		}
		again, err := open()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(j.entries, again.entries); diff != "" {
			t.Errorf("opened again (-first +second)\n%s", diff)
		}
		var peers []string
		total := 0
		for peer, n := range j.made() {
			peers, total = append(peers, peer), total+n
		}
		if total != len(j.entries) {
			t.Errorf("%d runs of %d entries", total, len(j.entries))
		}
		_ = j.report(io.Discard, peers)
	})
}
