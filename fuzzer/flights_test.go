package fuzzer

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// begins reports whether a case of an agent begins within a minute.
func begins(t *testing.T, f *flights, agent string) (*ticket, bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	one, err := f.begin(ctx, agent)
	if (err != nil) != (ctx.Err() != nil) {
		t.Errorf("%v, %v", err, ctx.Err())
	}
	return one, err == nil
}

// A client that is quicker than the reports waits until a result has been written. How
// many cases it has played at a time does not matter, nor does another client.
func TestCasesWaitForTheResultsOfThoseBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f flights
		var list []*ticket
		for range 100 {
			one, ok := begins(t, &f, "a")
			if !ok {
				t.Fatal("a case waits while others are being played")
			}
			list = append(list, one)
		}
		for _, one := range list[:maxUnwritten] {
			if _, ok := begins(t, &f, "a"); !ok {
				t.Error("a case waits before there are too many results")
			}
			one.played()
		}
		if _, ok := begins(t, &f, "a"); ok {
			t.Error("a case began")
		}
		if _, ok := begins(t, &f, "b"); !ok {
			t.Error("the case of another waits")
		}
		time.AfterFunc(time.Second, list[0].written)
		if _, ok := begins(t, &f, "a"); !ok {
			t.Error("a case waits though a result has been written")
		}
	})
}

func TestCasesWaitWhileThereAreTooMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f flights
		var list []*ticket
		for i := range maxCases {
			one, ok := begins(t, &f, fmt.Sprint(i))
			if !ok {
				t.Fatalf("case %d did not begin", i)
			}
			list = append(list, one)
		}
		if _, ok := begins(t, &f, "more"); ok {
			t.Error("one case too many began")
		}
		time.AfterFunc(time.Second, func() { list[0].played(); list[0].written() })
		if _, ok := begins(t, &f, "more"); !ok {
			t.Error("no case began when another had ended")
		}
	})
}
