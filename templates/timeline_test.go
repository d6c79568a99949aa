package templates

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

const ms = cases.Duration(time.Millisecond)

// at is r at a time in milliseconds.
func at(n int, r cases.Row) cases.Row { r.At = cases.Duration(n) * ms; return r }

func shown(t timeline) (lines []string) {
	for _, one := range t.Items {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", one.Time, one.Kind, one.Text)))
	}
	return lines
}

func TestTimelineTellsTheConversation(t *testing.T) {
	close1002 := frameRow(cases.RxFrame, cases.OpClose, 2, "")
	close1002.Head = []byte("\x03\xea")
	bad := frameRow(cases.TxFrame, cases.OpBinary, 1, "")
	bad.FIN, bad.RSV = false, 6
	o := cases.Observation{Duration: 1010 * ms, Wirelog: []cases.Row{
		at(1, cases.Row{Kind: cases.TxOctets, Size: 90, Head: []byte("GET /a HTTP/1.1\r\nHost: x")}),
		at(2, cases.Row{Kind: cases.RxOctets, Size: 90, Head: []byte("HTTP/1.1 101 \x07\r\n")}),
		at(2, bad), at(2, tx("62 01 61")),
		at(2, tx("ff ff")),
		at(2, cases.Row{Kind: cases.PauseBegun, Delay: cases.Second}),
		at(3, rx("88")), at(4, rx("02 03 ea")), at(4, close1002),
		at(1002, cases.Row{Kind: cases.PauseEnded, Mark: "A"}),
		at(1003, rx("88")),
		at(1003, cases.Row{Kind: cases.FailSet, Delay: cases.Second}),
		at(1004, cases.Row{Kind: cases.FailFired}),
		at(1004, cases.Row{Kind: "new"}),
	}}
	want := []string{
		"1.0 ms tx GET /a HTTP/1.1",
		`2.0 ms rx HTTP/1.1 101 \x07`,
		"2.0 ms tx binary more rsv=6, 1 octet",
		"2.0 ms tx 2 octets, raw or part of a frame",
		"2.0 ms note pause of 1s",
		"4.0 ms rx close 1002, 2 octets",
		"1.002 s note the pause is over A",
		"1.003 s rx 1 octet not read as a frame",
		"1.003 s note limit: 1s",
		"1.004 s note time is over: the tester fails it",
		"1.004 s note new",
		"1.010 s lost the peer drops TCP",
	}
	got := newTimeline(o)
	if diff := cmp.Diff(want, shown(got)); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
	if near, far := got.Items[1].Y-got.Items[0].Y, got.Items[6].Y-got.Items[5].Y; near != lineHeight || far <= near {
		t.Errorf("a millisecond is %d high, a second %d: want %d, and more", near, far, lineHeight)
	}
	o.Closing.DroppedByMe = true
	if got, want := newTimeline(o).Items[11].Text, "the tester drops TCP"; got != want {
		t.Errorf("the end is %q, want %q", got, want)
	}
}

// Old results have no times in their rows.
func TestTimelineWithoutTimesIsEven(t *testing.T) {
	got := newTimeline(cases.Observation{Duration: 100 * cases.Second, Wirelog: make([]cases.Row, 5)})
	for i, one := range got.Items {
		if want := topMargin + (i+1)*lineHeight; one.Y != want || i < 5 && one.Time != "" {
			t.Errorf("item %d at %d, %q: want %d and no time", i, one.Y, one.Time, want)
		}
	}
}

// TestTimelineIsBounded has more than a picture holds, and rows that were not kept.
func TestTimelineIsBounded(t *testing.T) {
	var rows []cases.Row
	for i := range 1000 {
		rows = append(rows, at(i*10000, frameRow(cases.RxFrame, cases.OpPing, 1, "")))
	}
	rows = append(rows, cases.Row{Kind: cases.FailSet}, cases.Row{Kind: cases.RowsLost, Size: 300})
	rows = append(rows, rows[:lastItems-1]...)
	got := newTimeline(cases.Observation{Wirelog: rows})
	if want := firstItems + 1 + lastItems; len(got.Items) != want || got.Height > want*(lineHeight+mostWait)+2*topMargin {
		t.Errorf("%d items, %d high; want %d items", len(got.Items), got.Height, want)
	}
	if got, want := shown(got)[firstItems], "240.000 s fold … 976 frames and 301 more"; got != want {
		t.Errorf("fold is %q, want %q", got, want)
	}
	hostile := cases.Row{Kind: cases.RxOctets, Head: []byte("HTTP/1.1 " + strings.Repeat("<script>\u202e", 100))}
	text := newTimeline(cases.Observation{Wirelog: []cases.Row{hostile}}).Items[0].Text
	if n := len([]rune(text)); n > labelLimit || strings.Contains(text, "\u202e") {
		t.Errorf("label of %d characters: %q", n, text)
	}
}
