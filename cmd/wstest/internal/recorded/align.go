package recorded

import "iter"

// An alignment says which elements of two lists belong together, one or both of
// which may have a gap.
type alignment struct {
	got, want          int // elements there were, those in gaps included
	different          bool
	fromStart, fromEnd int // pairs to compare from either end
	gotKept, wantKept  int // elements at hand, a gap of want counted as one
}

// align aligns gotKept elements, with gotLost more in a gap, with wantKept
// elements, of which the one at wantGap is no element but a gap of size(wantGap);
// -1: there is none. A negative number lost is an unknown number.
func align(gotKept, gotLost, wantKept, wantGap int, size func(int) int) alignment {
	a := alignment{got: gotKept + max(gotLost, 0), want: wantKept, gotKept: gotKept, wantKept: wantKept}
	unknown := gotLost < 0
	if wantGap < 0 {
		a.fromStart = min(gotKept, wantKept)
		if gotLost != 0 {
			a.fromEnd = a.fromStart
		}
	} else {
		n := size(wantGap)
		unknown = unknown || n < 0
		a.want += max(n, 0) - 1
		a.fromStart = min(gotKept, wantGap)
		a.fromEnd = min(gotKept-a.fromStart, wantKept-wantGap-1)
	}
	a.different = !unknown && a.got != a.want
	return a
}

// pairs yields the positions of the elements that belong together.
func (a alignment) pairs() iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for i := range a.fromStart {
			if !yield(i, i) {
				return
			}
		}
		for i := a.fromEnd; i > 0; i-- {
			if !yield(a.gotKept-i, a.wantKept-i) {
				return
			}
		}
	}
}
