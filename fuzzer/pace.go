package fuzzer

import (
	"context"
	"time"
)

// A pace has things begun one after the other, although many of them may go on at a
// time: the next begins when the one before has ended, or waits. So the machine is busy
// with few of them, and nobody waits for those that wait.
type pace struct {
	places chan struct{} // held by what goes on
	turn   chan struct{} // held by what has just begun
}

// settled is how long something goes on until it counts as waiting: most cases are a few
// round trips, which take a few milliseconds.
const settled = 50 * time.Millisecond

// newPace is a pace at which so many things go on at a time.
func newPace(most int) *pace {
	return &pace{make(chan struct{}, most), make(chan struct{}, 1)}
}

// begin waits until something may begin. Whoever began it calls end when it has ended. If
// the context was done before, ok is false and nothing is to begin.
func (p *pace) begin(ctx context.Context) (end func(), ok bool) {
	for _, wanted := range []chan struct{}{p.places, p.turn} {
		select {
		case wanted <- struct{}{}:
		case <-ctx.Done():
			if wanted == p.turn {
				<-p.places
			}
			return nil, false
		}
	}
	pass := time.AfterFunc(settled, func() { <-p.turn })
	return func() {
		if pass.Stop() {
			<-p.turn
		}
		<-p.places
	}, true
}
