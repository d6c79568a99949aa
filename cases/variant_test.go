package cases

import "testing"

// Growth is measured again from a third of what is allowed, and often where it is close.
func TestGrowthThatIsCloseIsUnsure(t *testing.T) {
	c := Case{Growth: 4, Variants: []Variant{{Name: "a"}, {Name: "b"}}}
	for _, tt := range []struct {
		took          Duration
		again, unsure bool
	}{
		{Second, false, false}, {3 * Second / 2, true, false}, {2900 * (Second / 1000), true, false},
		{3100 * (Second / 1000), true, true}, {7900 * (Second / 1000), true, true}, {9 * Second, true, false},
	} {
		o := Observation{Parts: []*Observation{{Duration: Second}, {Duration: tt.took}}}
		if c.MayGrow(o) != tt.again || c.Unsure(o) != tt.unsure {
			t.Errorf("%v instead of a second: again %t, unsure %t", tt.took, c.MayGrow(o), c.Unsure(o))
		}
	}
}
