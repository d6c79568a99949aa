package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

// All parts together are the list, each case once, and each part is in the order of
// the list.
func TestShardsAreTheWholeList(t *testing.T) {
	some, err := cases.Select(cases.Catalogue, []string{"1.*", "6.4.*", "12.1.*", "9.7.*"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range [][]cases.Case{cases.Catalogue, some, some[:1]} {
		place := make(map[cases.ID]int)
		for i, c := range list {
			place[c.ID] = i
		}
		for n := 1; n <= min(len(list), 70); n++ {
			seen := make(map[cases.ID]bool)
			for i, part := range shards(list, n) {
				last := -1
				for _, c := range part {
					if seen[c.ID] || place[c.ID] <= last {
						t.Errorf("part %d/%d of %d cases: %s is there twice or out of order", i+1, n, len(list), c.ID)
					}
					seen[c.ID], last = true, place[c.ID]
				}
				if len(part) == 0 {
					t.Errorf("part %d/%d of %d cases is empty", i+1, n, len(list))
				}
			}
			if len(seen) != len(list) {
				t.Errorf("%d parts have %d of %d cases", n, len(seen), len(list))
			}
		}
	}
}

// No part takes much longer than another, though a few chapters take nearly all of the
// time.
func TestShardsTakeAboutAsLong(t *testing.T) {
	for n := 2; n <= 16; n++ {
		var costs []int
		for _, part := range shards(cases.Catalogue, n) {
			sum := 0
			for _, c := range part {
				sum += cost(c)
			}
			costs = append(costs, sum)
		}
		least, most := costs[0], costs[0]
		for _, c := range costs {
			least, most = min(least, c), max(most, c)
		}
		if most-least > most/10 {
			t.Errorf("%d parts cost from %d to %d", n, least, most)
		}
	}
}

// What a part is depends on nothing but list and number: whoever plays 2/5 elsewhere
// plays the same.
func TestShardIsTheSameEveryTime(t *testing.T) {
	var got []string
	list, err := cases.Select(cases.Catalogue, []string{"1.1.*", "5.19", "9.1.6", "12.1.1", "12.1.18"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		part, err := shardOf(list, "3/3")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, "")
		for _, c := range part {
			got[len(got)-1] += string(c.ID) + " "
		}
	}
	const want = "1.1.1 1.1.2 1.1.3 1.1.4 1.1.5 1.1.6 1.1.7 1.1.8 9.1.6 12.1.1 "
	if diff := cmp.Diff([]string{want, want, want}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWrongShards(t *testing.T) {
	for text, want := range map[string]string{
		"2":       `"2": want part and parts, like 2/5`,
		"a/b":     `"a/b": want part and parts, like 2/5`,
		"0/3":     `"0/3": want a part from 1 to 3`,
		"4/3":     `"4/3": want a part from 1 to 3`,
		"1/0":     `"1/0": want 1 to 1000 parts`,
		"1/1001":  `"1/1001": want 1 to 1000 parts`,
		"600/700": `"600/700": there are 517 cases only, and a part must not be empty`,
	} {
		if _, err := shardOf(cases.Catalogue, text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
