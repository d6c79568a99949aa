package templates

import (
	"fmt"
	"strconv"
	"strings"

	"gobahn/cases"
)

// A tally counts how one agent did in some cases.
type tally struct {
	All         int // cases, whether they were played or not
	Played      int // of them
	Verdicts    map[cases.Verdict]int
	ClosedBadly int
	Spoilt      map[cases.Verdict]int // of Verdicts, those that were closed badly
}

func newTally() tally {
	return tally{Verdicts: make(map[cases.Verdict]int), Spoilt: make(map[cases.Verdict]int)}
}

func (t *tally) add(c *Cell) {
	t.All++
	if c == nil {
		return
	}
	t.Played++
	t.Verdicts[c.Verdict]++
	if ClosedBadly(c.CloseVerdict) {
		t.ClosedBadly++
		t.Spoilt[c.Verdict]++
	}
}

// tallies count by agent and chapter; behind the last chapter is the total.
func (o Overview) tallies() [][]tally {
	var list [][]tally
	for agent := range o.Agents {
		list = append(list, o.talliesOf(agent))
	}
	return list
}

func (o Overview) talliesOf(agent int) (list []tally) {
	total := newTally()
	for _, g := range o.Groups {
		if g.Chapter {
			list = append(list, newTally())
		}
		for _, row := range g.Rows {
			list[len(list)-1].add(row.Cells[agent])
			total.add(row.Cells[agent])
		}
	}
	return append(list, total)
}

// right is how many cases went as they should, or could not go wrong, to their end.
func (t tally) right() int { return t.sound(cases.OK) + t.sound(cases.Informational) }

// sound is how many cases have that verdict and ended as they should.
func (t tally) sound(v cases.Verdict) int { return t.Verdicts[v] - t.Spoilt[v] }

// share is what stands beside a bar: 16 if all of 16 went right, else 12/16.
func (t tally) share() string {
	switch n := t.right(); {
	case t.Played == 0:
		return "–"
	case n == t.All:
		return strconv.Itoa(n)
	default:
		return fmt.Sprintf("%d/%d", n, t.All)
	}
}

// words say what a bar shows, and what it does not.
func (t tally) words() string {
	var parts []string
	count := func(n int, what string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	for _, g := range grades {
		count(t.Verdicts[g.Verdict], g.Word)
	}
	count(t.All-t.Played, "Missing")
	count(t.ClosedBadly, "closed wrongly")
	return strings.Join(parts, ", ")
}

// A segment is a part of a bar that is 100 wide and 12 high.
type segment struct {
	Class               string
	X, Y, Width, Height string
}

// segments are the parts of a bar, best first. Failures stand out by their height as
// well as by their colour, and wrong endings less so.
func (t tally) segments() (list []segment) {
	x, spoilt := 0.0, 0
	part := func(n int, class string, y, height int) {
		if n == 0 {
			return
		}
		width := 100 * float64(n) / float64(t.All)
		visible := max(width, 2) // a failure among hundreds is to be seen
		list = append(list, segment{
			Class: class, X: tenths(min(x, 100-visible)), Y: strconv.Itoa(y), Width: tenths(visible), Height: strconv.Itoa(height),
		})
		x += width
	}
	for _, g := range grades {
		if g.Verdict != cases.Failed {
			part(t.sound(g.Verdict), "bar_"+g.letter(), 3, 6)
			spoilt += t.Spoilt[g.Verdict]
		}
	}
	part(spoilt, "bar_C", 1, 9)
	part(t.Verdicts[cases.Failed], "bar_F", 0, 12)
	return list
}

func tenths(f float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
}

// lead is the report in a sentence.
func (o Overview) lead(tallies [][]tally) string {
	played, failed, closedBadly := 0, 0, 0
	for _, list := range tallies {
		total := list[len(list)-1]
		played += total.Played
		failed += total.Verdicts[cases.Failed]
		closedBadly += total.ClosedBadly
	}
	return fmt.Sprintf("%s, %s, %s: %s failed, %s ended wrongly.",
		plural(len(o.Agents), "agent"), plural(len(o.rows()), "case"), plural(played, "result"), inWords(failed), inWords(closedBadly))
}

// inWords is n in a sentence.
func inWords(n int) string {
	if n == 0 {
		return "none"
	}
	return strconv.Itoa(n)
}
