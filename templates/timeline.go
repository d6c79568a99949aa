package templates

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gobahn/cases"
)

// A timeline is the picture of a conversation: two lanes, and what happened from top
// to bottom.
type timeline struct {
	Items  []item
	Height int // in the unit of the picture
}

// An item is one thing that happened, or a fold of many.
type item struct {
	Kind kind
	Time string // empty: not known
	Text string
	Y    int // down from the top
	at   cases.Duration
	rows int        // that it stands for
	row  *cases.Row // what it is about, if Text does not say
}

// A kind says what an item looks like.
type kind string

const (
	sent     kind = "tx"   // an arrow to the right
	received kind = "rx"   // one to the left
	ours     kind = "note" // beside our lane
	dropped  kind = "drop" // our lane ends
	lost     kind = "lost" // the peer's lane ends
	folded   kind = "fold"
)

// What a picture has at most: of more, the middle is folded.
const (
	firstItems = 24
	lastItems  = 12
)

// The lengths of a picture.
const (
	lineHeight = 26 // from one item to the next
	mostWait   = 40 // that time adds to it
	topMargin  = 34 // for the names of the lanes
)

// newTimeline draws what o observed.
func newTimeline(o cases.Observation) timeline {
	items := fold(append(conversation(o), ending(o)))
	t := timeline{Items: items}
	y := topMargin
	for i := range items {
		y += lineHeight
		if i > 0 && items[i-1].at > 0 {
			y += waited(items[i].at - items[i-1].at)
		}
		items[i].Y = y
		if items[i].row != nil {
			items[i].Text = label(items[i].row)
		}
		if items[i].at > 0 {
			items[i].Time = clock(items[i].at)
		}
	}
	t.Height = y + lineHeight/2
	return t
}

// waited is how far time drives two items apart: by its logarithm, so that a second
// is seen beside milliseconds.
func waited(d cases.Duration) int {
	ms := float64(d) / float64(time.Millisecond)
	if ms <= 1 {
		return 0
	}
	return min(int(10*math.Log10(ms)), mostWait)
}

// clock is a time since the connection was begun.
func clock(d cases.Duration) string {
	if d < cases.Second {
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.3f s", float64(d)/float64(cases.Second))
}

// ending is how TCP came to its end.
func ending(o cases.Observation) item {
	if o.Closing.DroppedByMe {
		return item{Kind: dropped, Text: "the tester drops TCP", at: o.Duration, rows: 1}
	}
	return item{Kind: lost, Text: "the peer drops TCP", at: o.Duration, rows: 1}
}

// fold leaves the middle out if there are many items.
func fold(items []item) []item {
	if len(items) <= firstItems+lastItems+1 {
		return items
	}
	middle := items[firstItems : len(items)-lastItems]
	frames, others := 0, 0
	for _, one := range middle {
		if one.row != nil && one.row.Frame() {
			frames++
		} else {
			others += one.rows
		}
	}
	text := "… " + plural(frames, "frame")
	if others > 0 {
		text += fmt.Sprintf(" and %d more", others)
	}
	list := append([]item{}, items[:firstItems]...)
	list = append(list, item{Kind: folded, Text: text, at: middle[0].at})
	return append(list, items[len(items)-lastItems:]...)
}

// conversation is what the log tells: heads, frames, timers, and octets that belong to
// no frame. Items get their text when they are not folded.
func conversation(o cases.Observation) []item {
	var items []item
	var loose looseOctets
	for i := range o.Wirelog {
		r := &o.Wirelog[i]
		one := item{Kind: direction(r.Kind), at: r.At, rows: 1, row: r}
		switch r.Kind {
		case cases.RxOctets, cases.TxOctets:
			if !isHead(r.Head) && !loose.octets(r, len(items)) {
				continue
			}
		case cases.RxFrame, cases.TxFrame:
			loose.frame(r)
		case cases.RowsLost:
			one.rows = max(r.Size, 0)
			loose = looseOctets{}
		case cases.LogSwitch:
			loose = looseOctets{}
		}
		items = append(items, one)
	}
	if loose.rest > 0 {
		text := plural(loose.rest, "octet") + " not read as a frame"
		items = slices.Insert(items, loose.place, item{Kind: received, at: loose.at, rows: 1, Text: text})
	}
	return items
}

func direction(k cases.RowKind) kind {
	switch k {
	case cases.RxOctets, cases.RxFrame:
		return received
	case cases.TxOctets, cases.TxFrame:
		return sent
	case cases.RowsLost:
		return folded
	}
	return ours
}

// label is what the picture says of a row.
func label(r *cases.Row) string {
	switch {
	case r.Kind == cases.RowsLost:
		return fmt.Sprintf("… %d rows that were not kept", r.Size)
	case isHead(r.Head):
		line, _, _ := strings.Cut(string(r.Head), "\r\n")
		return clip(Legible(line))
	case octets(*r):
		return plural(r.Size, "octet") + ", raw or part of a frame"
	case r.Frame():
		return frameLabel(*r)
	}
	return clip(timerText(*r))
}

// isHead reports whether octets begin a head of HTTP.
func isHead(b []byte) bool {
	return bytes.HasPrefix(b, []byte("GET ")) || bytes.HasPrefix(b, []byte("HTTP/"))
}

// labelLimit is how many characters of a label are shown.
const labelLimit = 46

func clip(s string) string {
	if runes := []rune(s); len(runes) > labelLimit {
		return string(runes[:labelLimit-1]) + "…"
	}
	return s
}

// frameLabel is the opcode, what is set, the close code and the length.
func frameLabel(r cases.Row) string {
	f := cases.Frame{Opcode: r.Opcode, NoFIN: !r.FIN, RSV: r.RSV}
	s := f.String()
	if r.Opcode == cases.OpClose && len(r.Head) >= 2 {
		s += fmt.Sprintf(" %d", binary.BigEndian.Uint16(r.Head))
	}
	return s + ", " + plural(framePayload(r), "octet")
}

// timerText is what a row about time says.
func timerText(r cases.Row) string {
	switch r.Kind {
	case cases.PauseBegun:
		return "pause of " + r.Delay.String()
	case cases.PauseEnded:
		return strings.TrimSpace("the pause is over " + Legible(r.Mark))
	case cases.FailSet, cases.CloseSet:
		return "limit: " + r.Delay.String()
	case cases.FailFired:
		return "time is over: the tester fails it"
	case cases.CloseFired:
		return "time is over: the tester closes"
	case cases.LogSwitch:
		if r.On {
			return "the log goes on"
		}
		return "the log pauses"
	}
	return Legible(string(r.Kind))
}

// looseOctets finds octets that are no part of a frame with a row: what we send as
// they are or in parts, and what the peer sent and did not finish. Rows of
// frames sent come before their octets, and those of frames received behind.
type looseOctets struct {
	owed  int            // octets of frames sent whose writes are still to come
	rest  int            // octets received since the last frame
	place int            // and where they belong among the items
	at    cases.Duration // and when they came
}

// octets reports whether those of r are loose by themselves; place is where they
// would be.
func (l *looseOctets) octets(r *cases.Row, place int) bool {
	switch {
	case r.Kind == cases.RxOctets:
		if l.rest == 0 {
			l.place, l.at = place, r.At
		}
		l.rest += r.Size
		return false
	case l.owed > 0:
		l.owed -= r.Size
		return false
	}
	return true
}

func (l *looseOctets) frame(r *cases.Row) {
	if r.Kind == cases.RxFrame {
		l.rest = 0
		return
	}
	header := 2 + cases.LengthBits(uint64(framePayload(*r)))/8
	if r.Key != "" {
		header += 4
	}
	l.owed = max(l.owed, 0) + header + framePayload(*r)
}

// description is the timeline in words.
func (t timeline) description() string {
	frames := 0
	for _, one := range t.Items {
		if one.Kind == sent || one.Kind == received {
			frames++
		}
	}
	return fmt.Sprintf("Two lanes, the tester's on the left and the peer's on the right, with %s between them from top to bottom. "+
		"The wire log below says the same in words.", plural(frames, "arrow"))
}
