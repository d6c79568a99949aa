package main

import (
	"io"
	"sync"
	"testing"

	"gobahn/cases"
	"gobahn/fuzzer"
)

// Connections of one client overlap where it is quicker than we are.
func TestNoResultIsLostThatComesWhileAnotherIsHeldBack(t *testing.T) {
	list := cases.Catalogue[:200]
	rec, err := newRecorder(io.Discard, runFlags{outdir: t.TempDir(), list: list}, true)
	if err != nil {
		t.Fatal(err)
	}
	r := &round{driver: &driver{rec: rec}, playing: make(map[int]bool)}
	var wg sync.WaitGroup
	for i, c := range list {
		wg.Go(func() {
			if err := r.hold(i+1, fuzzer.Played{Agent: "quick", Number: i + 1, Case: c, Result: cases.Result{ID: c.ID, Verdict: cases.OK, CloseVerdict: cases.OK}}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := r.survived(); err != nil {
		t.Error(err)
	}
	if rec.played != len(list) {
		t.Errorf("%d results were recorded, want %d", rec.played, len(list))
	}
	if err := rec.finish(io.Discard, io.Discard); err != nil {
		t.Error(err)
	}
}
