package fuzzer_test

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"

	"gobahn/cases"
	"gobahn/fuzzer"
)

// A mortalDialler is a server that takes so many connections, and is gone then.
type mortalDialler struct{ left atomic.Int32 }

func (d *mortalDialler) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if d.left.Add(-1) < 0 {
		return nil, errors.New("connection refused")
	}
	return pipeDialler(func(nc net.Conn) { (&rawPeer{}).serve(nc) }).DialContext(ctx, network, address)
}

// A server that is not there any more has not done what is asked of it.
func TestVariantsThatCannotBeReachedCount(t *testing.T) {
	variant := func(text string) cases.Variant {
		return cases.Variant{Name: text, Script: cases.Script{cases.Text(text)}, Accept: cases.Exactly(cases.GotText(text))}
	}
	c := cases.Case{ID: "user/x", Variants: []cases.Variant{variant("a"), variant("b"), variant("c"), variant("d")}}
	for left := int32(1); left < 4; left++ {
		for _, parallel := range []int{1, 4} {
			var mortal mortalDialler
			mortal.left.Store(left)
			client := fuzzer.Client{Config: fuzzer.Config{Dialler: &mortal}, URL: "ws://peer", Agent: "raw", Parallel: parallel}
			var last fuzzer.Played
			err := client.Run(t.Context(), []cases.Case{c}, func(p fuzzer.Played) error { last = p; return nil })
			if err != nil || last.Result.Verdict != cases.Failed {
				t.Errorf("gone after %d connections, %d at a time: %s (%s), %v", left, parallel, last.Result.Verdict, last.Result.Says, err)
			}
		}
	}
}
