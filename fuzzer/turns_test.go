package fuzzer

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gobahn/cases"
)

// A client that is started again, however often, has not followed a loop.
func TestOnlyWhoComesBackAtOnceComesBackTooOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen tables
		one := turn{c: cases.Case{ID: "user/loop"}}
		for i := range 3 {
			if n := seen.again("a", one); n != i+1 {
				t.Errorf("%d times in a row, want %d", n, i+1)
			}
			time.Sleep(time.Second)
		}
		if n := seen.inRow("a", one); n != 3 {
			t.Errorf("%d times in a row until now, want 3", n)
		}
		time.Sleep(inARow)
		if n := seen.again("a", one); n != 1 {
			t.Errorf("%d times in a row after a while, want 1", n)
		}
		if n := seen.again("b", one); n != 1 {
			t.Errorf("%d times in a row for another agent, want 1", n)
		}
	})
}

// A client is quick: its next connection may end before we are done with the last one.
func TestVariantsMayEndInAnyOrder(t *testing.T) {
	whole := cases.Case{ID: "user/table", Variants: []cases.Variant{{Name: "a"}, {Name: "b"}, {Name: "c"}}}
	turns := turnsOf([]cases.Case{whole})[""]
	for _, order := range [][]int{{0, 1, 2}, {1, 0, 2}, {2, 1, 0}, {0, 2, 1}} {
		var seen tables
		for i, part := range order {
			all, more := seen.add("a", turns[part], cases.Observation{Opened: true, Echoes: part})
			if more != (i < 2) {
				t.Errorf("order %v: after %d more is %t", order, i+1, more)
			}
			if all.Parts[part] == nil || all.Parts[part].Echoes != part {
				t.Errorf("order %v: part %d is lost", order, part)
			}
		}
		if len(seen.open) != 0 {
			t.Errorf("order %v: it is kept when all have come", order)
		}
	}
	var seen tables
	for range 2 { // the client has given up, and begins anew
		all, _ := seen.add("a", turns[0], cases.Observation{Duration: 1})
		if all.Duration != 1 || all.Parts[1] != nil {
			t.Errorf("what came before counts again: %+v", all)
		}
	}
}

// The connections of its variants may end at the same time: the last result is whole.
func TestResultsOfVariantsArePassedOnInOrder(t *testing.T) {
	whole := cases.Case{ID: "user/table"}
	for range 64 {
		whole.Variants = append(whole.Variants, cases.Variant{Name: "one"})
	}
	before, ended := 0, false
	s := &Server{OnResult: func(p Played) error {
		played := len(p.Result.Parts)
		if played != before+1 || ended {
			t.Errorf("a result of %d variants comes after one of %d", played, before)
		}
		before, ended = played, !p.More
		runtime.Gosched()
		return nil
	}}
	var wg sync.WaitGroup
	for _, one := range turnsOf([]cases.Case{whole})[""] {
		wg.Go(func() {
			if err := s.landed(Played{Agent: "a", Case: whole}, one, cases.Observation{Opened: true}, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if !ended {
		t.Error("the last result is not whole")
	}
}
