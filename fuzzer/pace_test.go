package fuzzer

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// What is quick goes on alone; what takes its time lets others begin, but not too many.
func TestTheNextBeginsWhenTheOneBeforeHasEndedOrWaits(t *testing.T) {
	const ms = time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		p := newPace(3)
		start := time.Now()
		var begun []time.Duration
		var wg sync.WaitGroup
		for _, takes := range []time.Duration{10 * ms, 20 * ms, 500 * ms, 500 * ms, 10 * ms, 500 * ms, 500 * ms} {
			end, ok := p.begin(t.Context())
			if !ok {
				t.Fatal("it may not begin")
			}
			begun = append(begun, time.Since(start))
			wg.Go(func() {
				time.Sleep(takes)
				end()
			})
		}
		wg.Wait()
		want := []time.Duration{0, 10 * ms, 30 * ms, 80 * ms, 130 * ms, 140 * ms, 530 * ms}
		if !slices.Equal(begun, want) {
			t.Errorf("begun %v, want %v", begun, want)
		}
	})
}

func TestNothingBeginsWhenTheRunIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(1)
		end, _ := p.begin(t.Context())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, ok := p.begin(ctx); ok {
			t.Error("a second one has begun")
		}
		end()
		if end, ok := p.begin(t.Context()); !ok {
			t.Error("nothing begins any more")
		} else {
			end()
		}
	})
}
