package fuzzer

import (
	"slices"
	"sync"

	"gobahn/cases"
)

// Results are the verdicts so far, for clients that ask for them. The zero value is
// ready to use. There are no more than those of the agents that the roster admits.
type results struct {
	mu       sync.Mutex
	verdicts map[resultKey]cases.Verdict
	waiting  map[resultKey][]chan cases.Verdict
}

type resultKey struct {
	agent string
	id    cases.ID
}

// add notes a verdict and tells those who wait for it.
func (r *results) add(agent string, id cases.ID, v cases.Verdict) {
	key := resultKey{agent, id}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.verdicts == nil {
		r.verdicts = make(map[resultKey]cases.Verdict)
	}
	r.verdicts[key] = v
	for _, one := range r.waiting[key] {
		one <- v
	}
	delete(r.waiting, key)
}

// wait returns where the verdict arrives: at once, if the case has been played.
// Who no longer waits calls leave.
func (r *results) wait(agent string, id cases.ID) (verdict <-chan cases.Verdict, leave func()) {
	key := resultKey{agent, id}
	one := make(chan cases.Verdict, 1)
	r.mu.Lock()
	defer r.mu.Unlock()
	if v, ok := r.verdicts[key]; ok {
		one <- v
		return one, func() {}
	}
	if r.waiting == nil {
		r.waiting = make(map[resultKey][]chan cases.Verdict)
	}
	r.waiting[key] = append(r.waiting[key], one)
	return one, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.waiting[key] = slices.DeleteFunc(r.waiting[key], func(c chan cases.Verdict) bool { return c == one })
		if len(r.waiting[key]) == 0 {
			delete(r.waiting, key)
		}
	}
}
