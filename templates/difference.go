package templates

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gobahn/cases"
)

// A comparison sets what was observed beside what was wanted.
type comparison struct {
	Title string
	Pairs []pair
}

// A pair is a row of a comparison.
type pair struct {
	What      string
	Want, Got marked
	Differs   bool
	Note      string // in what they differ, if that is not plain
}

// A marked text has a part in it that matters.
type marked struct{ Before, Mark, After string }

func plain(s string) marked { return marked{Before: Legible(s)} }

// What a comparison shows at most.
const (
	mostOutcomes   = 8
	nearEvents     = 4       // before the first difference, and behind it
	comparedOctets = 1 << 16 // octets of a payload
	nearOctets     = 20      // before the one that differs, and behind it
)

// comparisons are one for each accepted outcome, and one for the ending.
func comparisons(c cases.Case, o cases.Observation) []comparison {
	var list []comparison
	got := withEchoes(o)
	for _, outcome := range c.Accept[:min(len(c.Accept), mostOutcomes)] {
		list = append(list, compareEvents(outcome, got, o.Lost))
	}
	return append(list, comparison{"Ending", endingPairs(c.Ending, o)})
}

// withEchoes are the events of o, before them what came back of an Echo.
func withEchoes(o cases.Observation) cases.Events {
	if o.Echoes <= 0 || slices.ContainsFunc(o.Events, isEchoed) {
		return o.Events
	}
	return append(cases.Events{cases.Echoed{Count: o.Echoes}}, o.Events...)
}

// compareEvents shows where got begins to differ from an outcome. Of what is alike it shows
// the last events before that.
func compareEvents(want cases.Outcome, got cases.Events, more int) comparison {
	first := firstDifference(want.Events, got)
	most := max(len(want.Events), len(got))
	same := first == most && more == 0
	c := comparison{Title: fmt.Sprintf("Outcome %s: ", want.Verdict)}
	switch {
	case same:
		c.Title += "the same"
	case first == most:
		c.Title += fmt.Sprintf("%d more events were not kept", more)
	default:
		c.Title += fmt.Sprintf("first difference in event %d", first+1)
	}
	if most == 0 {
		c.Pairs = []pair{{What: "Events", Want: plain("nothing"), Got: plain("nothing")}}
	}
	begin := max(0, min(first, most-1)-nearEvents)
	if begin > 0 {
		c.Pairs = append(c.Pairs, pair{What: "…", Want: plain(plural(begin, "event")), Got: plain("the same")})
	}
	end := min(most, first+1+nearEvents)
	for i := begin; i < end; i++ {
		p := pair{What: fmt.Sprintf("Event %d", i+1), Want: eventText(want.Events, i), Got: eventText(got, i)}
		if i == first {
			p = differing(p, want.Events, got, i)
		}
		c.Pairs = append(c.Pairs, p)
	}
	if end < most {
		rest := func(e cases.Events) marked {
			if len(e) <= end {
				return plain("nothing")
			}
			return plain(plural(len(e)-end, "event") + " more")
		}
		c.Pairs = append(c.Pairs, pair{What: "…", Want: rest(want.Events), Got: rest(got)})
	}
	return c
}

// firstDifference is the index of the first event in which a and b differ, or how many
// they have if they do not.
func firstDifference(a, b cases.Events) int {
	n := min(len(a), len(b))
	for i := range n {
		if !a[i : i+1].Equal(b[i : i+1]) {
			return i
		}
	}
	return n
}

func eventText(e cases.Events, i int) marked {
	if i >= len(e) {
		return plain("nothing")
	}
	return plain(e[i].String())
}

// differing marks in what event i differs.
func differing(p pair, want, got cases.Events, i int) pair {
	p.Differs = true
	p.Want, p.Got = marked{Mark: p.Want.Before}, marked{Mark: p.Got.Before}
	if i >= len(want) || i >= len(got) {
		return p
	}
	w, ok := want[i].(cases.Got)
	g, same := got[i].(cases.Got)
	switch {
	case !ok || !same:
	case w.Opcode != g.Opcode:
		p.Want, p.Got = markOpcode(w), markOpcode(g)
		p.Note = "another opcode"
	default:
		p.Want, p.Got, p.Note = markOctet(w, g)
	}
	return p
}

func markOpcode(g cases.Got) marked {
	op := g.Opcode.String()
	return marked{Mark: op, After: Legible(strings.TrimPrefix(g.String(), op))}
}

// markOctet marks the first octet in which two payloads differ.
func markOctet(w, g cases.Got) (want, got marked, note string) {
	n := min(max(w.Payload.Size(), g.Payload.Size()), comparedOctets)
	a, b := Head(w.Payload, n), Head(g.Payload, n)
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	op := w.Opcode.String() + " "
	text := utf8.Valid(a) && utf8.Valid(b)
	want, got = around(op, a, w.Payload.Size(), at, text), around(op, b, g.Payload.Size(), at, text)
	switch {
	case w.Payload.Any:
		note = fmt.Sprintf("%s, not %d", plural(g.Payload.Size(), "octet"), w.Payload.Size())
	case at < len(a) && at < len(b):
		note = fmt.Sprintf("octet %d is %#02x, not %#02x", at+1, b[at], a[at])
	case at == len(a) && len(a) == w.Payload.Size():
		note = fmt.Sprintf("%s more than %d", plural(g.Payload.Size()-at, "octet"), at)
	case at == len(b) && len(b) == g.Payload.Size():
		note = fmt.Sprintf("only %d of %s", at, plural(w.Payload.Size(), "octet"))
	default:
		note = fmt.Sprintf("the first %s are the same", plural(at, "octet"))
	}
	if w.Payload.Size() != g.Payload.Size() && at < min(len(a), len(b)) {
		note += fmt.Sprintf("; %d octets, not %d", g.Payload.Size(), w.Payload.Size())
	}
	return want, got, note
}

// around shows the octets of b around the one to mark, as text or in hex. Size is how
// many there are, of which b may be the first.
func around(op string, b []byte, size, at int, text bool) marked {
	show := func(b []byte) string { return octetText(b, text) }
	begin, end := max(0, at-nearOctets), min(len(b), at+1+nearOctets)
	if begin >= len(b) {
		begin = max(0, len(b)-nearOctets)
	}
	m := marked{Before: op}
	if begin > 0 {
		m.Before += "… "
	}
	m.Before += show(b[begin:min(at, len(b))])
	switch {
	case at < len(b):
		m.Mark, m.After = show(b[at:at+1]), show(b[at+1:end])
	case at < size:
		m.Mark = "octets that were not kept"
	default:
		m.Mark = "(the end)"
	}
	if end < size && at < len(b) {
		m.After += " …"
	}
	return m
}

// octetText shows octets one by one: printable ASCII as it is, the rest as escapes; or
// all of them in hex.
func octetText(b []byte, text bool) string {
	if !text {
		if len(b) == 0 {
			return ""
		}
		return fmt.Sprintf("% x ", b)
	}
	var s bytes.Buffer
	for _, c := range b {
		switch {
		case c == '\\':
			s.WriteString(`\\`)
		case c >= 0x20 && c < 0x7f:
			s.WriteByte(c)
		default:
			fmt.Fprintf(&s, `\x%02x`, c)
		}
	}
	return s.String()
}

// endingPairs are what is asked of an ending, in the order in which it is judged.
func endingPairs(want cases.Ending, o cases.Observation) []pair {
	got := o.Closing
	if want.Grade != "" || !o.Opened {
		return []pair{{What: "Ending", Want: plain(want.String()), Got: plain(got.String())}}
	}
	side := func(peer bool) string { return either(peer, "the peer", "the tester") }
	who := pair{What: "Ended by", Want: plain(side(want.Peer)), Got: plain(side(!got.ClosedByMe)), Differs: got.ClosedByMe == want.Peer}
	if got.FailedByMe && got.ClosedByMe {
		who.Got = plain("the tester, which failed the connection")
	}
	shake := pair{What: "Closing handshake", Want: plain("complete"), Got: plain("complete")}
	if want.MayDrop {
		shake.Want = plain("not needed")
	}
	if !got.WasClean {
		shake.Got, shake.Differs = plain("not complete: "+got.NotCleanReason), !want.MayDrop
	}
	code := pair{What: "Close code of the peer", Want: plain(want.CodesText() + " or none"), Got: plain("none")}
	if got.RemoteCode != nil {
		code.Got = plain(fmt.Sprint(*got.RemoteCode))
		code.Differs = !want.Allows(*got.RemoteCode)
	}
	pairs := []pair{who, shake, code}
	if !o.Server {
		pairs = append(pairs, pair{What: "TCP dropped by", Want: plain("the peer"), Got: plain(side(!got.DroppedByMe)), Differs: got.DroppedByMe})
	}
	for i := range pairs {
		if pairs[i].Differs {
			pairs[i].Want, pairs[i].Got = marked{Mark: pairs[i].Want.Before}, marked{Mark: pairs[i].Got.Before}
		}
	}
	return pairs
}
