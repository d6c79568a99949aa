package fuzzer

import (
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
		time.Sleep(inARow)
		if n := seen.again("a", one); n != 1 {
			t.Errorf("%d times in a row after a while, want 1", n)
		}
		if n := seen.again("b", one); n != 1 {
			t.Errorf("%d times in a row for another agent, want 1", n)
		}
	})
}
