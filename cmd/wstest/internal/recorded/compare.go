package recorded

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"gobahn/cases"
)

// Compare lists every difference between what the reference reported, want, and
// what we observed and judged when c was played with the same peer. A difference
// is one line: "run case: what: got …, want …". Where the reference left
// something out, the comparison is of what it kept. Times, masking keys and of the
// handshakes all but the extension agreed on are not compared.
func Compare(want Case, c cases.Case, o cases.Observation, r cases.Result) []string {
	d := &differences{prefix: want.Run + " " + string(want.ID)}
	d.equal("case", string(c.ID), string(want.ID))
	d.equal("behavior", string(r.Verdict), string(want.Behavior))
	d.equal("behaviorClose", string(r.CloseVerdict), string(want.BehaviorClose))
	for _, f := range flags {
		d.equal(string(f.name), fmt.Sprint(*f.of(&o.Closing)), fmt.Sprint(want.flag(f.name)))
	}
	d.equal("wasNotCleanReason", quoted(o.Closing.NotCleanReason), quoted(reasons[want.Reason]))
	d.equal("localCloseCode", code(o.Closing.LocalCode), code(want.LocalCode))
	d.payload("localCloseReason", o.Closing.LocalReason, want.LocalReason)
	d.equal("remoteCloseCode", code(o.Closing.RemoteCode), code(want.RemoteCode))
	d.payload("remoteCloseReason", o.Closing.RemoteReason, want.RemoteReason)
	d.equal("extension", quoted(extensions(o.Response)), quoted(want.Deflate))
	d.equal("deflate agreed on", fmt.Sprint(o.Deflate != nil), fmt.Sprint(want.Deflate != ""))
	if e, ok := echo(c); ok {
		d.echoes(o, want, e)
		return d.lines
	}
	d.received(o, want.Received)
	d.sent(o.Wirelog, want.Sent)
	return d.lines
}

// differences collects lines, each beginning with prefix.
type differences struct {
	prefix string
	lines  []string
}

func (d *differences) add(what, got, want string) {
	d.lines = append(d.lines, fmt.Sprintf("%s: %s: got %s, want %s", d.prefix, what, got, want))
}

func (d *differences) equal(what, got, want string) {
	if got != want {
		d.add(what, got, want)
	}
}

func (d *differences) payload(what string, got cases.Payload, want Payload) {
	if !want.equal(got.Octets(), got.Size()) {
		d.add(what, got.String(), want.String())
	}
}

// received compares the events observed.
func (d *differences) received(o cases.Observation, want []Event) {
	a := align(len(o.Events), o.Lost, len(want), slices.IndexFunc(want, func(e Event) bool { return e.Gap != 0 }), func(i int) int { return want[i].Gap })
	if o.Lost > 0 { // the last ones are not kept
		a.fromEnd = 0
	}
	if a.different {
		d.add("received", fmt.Sprintf("%d events: %s", a.got, shorten(o.Events)), fmt.Sprintf("%d events: %s", a.want, shorten(want)))
	}
	for i, j := range a.pairs() {
		if !sameEvent(o.Events[i], want[j]) {
			d.add(fmt.Sprintf("received %d", i+1), o.Events[i].String(), want[j].String())
			if a.different {
				return // the rest is only shifted
			}
		}
	}
}

// sent compares the frames transmitted.
func (d *differences) sent(log []cases.Row, want []Frame) {
	var rows []cases.Row
	lost, before := 0, 0
	for _, row := range log {
		switch row.Kind {
		case cases.TxFrame:
			rows = append(rows, row)
		case cases.RowsLost:
			lost, before = -1, len(rows)
		}
	}
	a := align(len(rows), lost, len(want), slices.IndexFunc(want, func(f Frame) bool { return f.Gap != 0 }), func(i int) int { return want[i].Gap })
	if lost != 0 {
		a.fromStart, a.fromEnd = min(a.fromStart, before), min(a.fromEnd, len(rows)-before)
	}
	if a.different {
		d.add("sent", fmt.Sprintf("%d frames: %s", a.got, shorten(frames(rows))), fmt.Sprintf("%d frames: %s", a.want, shorten(want)))
	}
	for i, j := range a.pairs() {
		if d.frame(fmt.Sprintf("sent %d", i+1), frameOf(rows[i]), want[j]) && a.different {
			return // the rest is only shifted
		}
	}
}

// frame compares one frame and reports whether it differs.
func (d *differences) frame(what string, got, want Frame) bool {
	n := len(d.lines)
	d.equal(what+": opcode", got.Opcode.String(), want.Opcode.String())
	d.equal(what+": FIN", fmt.Sprint(!got.NoFIN), fmt.Sprint(!want.NoFIN))
	d.equal(what+": RSV", fmt.Sprint(got.RSV), fmt.Sprint(want.RSV))
	d.equal(what+": length", fmt.Sprint(got.size()), fmt.Sprint(want.size()))
	if n := min(len(got.head()), len(want.head())); !bytes.Equal(got.head()[:n], want.head()[:n]) {
		d.add(what+": payload", got.Payload.String(), want.Payload.String())
	}
	d.equal(what+": chop", fmt.Sprint(got.Chop), fmt.Sprint(want.Chop))
	d.equal(what+": sync", fmt.Sprint(got.Sync), fmt.Sprint(want.Sync))
	d.equal(what+": repeat", fmt.Sprint(got.Repeat), fmt.Sprint(want.Repeat))
	return len(d.lines) > n
}

func frameOf(r cases.Row) Frame {
	return Frame{Opcode: r.Opcode, NoFIN: !r.FIN, RSV: r.RSV, Payload: Payload{r.Head, r.Size}, Chop: r.Chop, Sync: r.Sync, Repeat: r.RepeatLen}
}

func frames(rows []cases.Row) (out []Frame) {
	for _, r := range rows {
		out = append(out, frameOf(r))
	}
	return out
}

// size is the number of octets of the payload on the wire.
func (f Frame) size() int { return max(f.Payload.Len, f.Repeat) }

// head is how the payload begins, its repetitions included.
func (f Frame) head() []byte {
	head := f.Payload.Head
	for f.Repeat > len(head) && len(head) > 0 && len(head) < cases.LogLimit {
		head = append(slices.Clone(head), f.Payload.Head...)
	}
	return head[:min(len(head), cases.LogLimit)]
}

func sameEvent(got cases.Event, want Event) bool {
	switch e := got.(type) {
	case cases.Got:
		return e.Opcode == want.Got && want.Mark == "" && want.Payload.equal(e.Payload.Octets(), e.Payload.Size())
	case cases.Mark:
		return e.Name == want.Mark
	}
	return false
}

// equal reports whether size octets that begin with head are p, as far as known.
func (p Payload) equal(head []byte, size int) bool {
	n := min(len(p.Head), len(head))
	switch {
	case !bytes.Equal(p.Head[:n], head[:n]):
		return false
	case p.Len < 0:
		return len(head) >= len(p.Head)
	}
	return size == p.Len
}

// String shows p as package cases shows payloads.
func (p Payload) String() string {
	s := cases.Of(string(p.Head)).String()
	switch {
	case p.Len < 0:
		return s + " …"
	case p.Len > len(p.Head):
		return fmt.Sprintf("%s … %d octets", s, p.Len)
	}
	return s
}

// String shows e as package cases shows events.
func (e Event) String() string {
	switch {
	case e.Gap != 0:
		return fmt.Sprintf("(%d left out)", e.Gap)
	case e.Mark != "":
		return cases.Mark{Name: e.Mark}.String()
	}
	return e.Got.String() + " " + e.Payload.String()
}

// String shows f as package cases shows frames.
func (f Frame) String() string {
	if f.Gap != 0 {
		return fmt.Sprintf("(%d left out)", f.Gap)
	}
	s := cases.Frame{Opcode: f.Opcode, NoFIN: f.NoFIN, RSV: f.RSV, Wire: cases.Wire{Chop: f.Chop, Sync: f.Sync}}.String()
	if f.Payload.Len != 0 {
		s += " " + f.Payload.String()
	}
	return s
}

func code(c *uint16) string {
	if c == nil {
		return "none"
	}
	return fmt.Sprint(*c)
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }

// shorten lists the first few of list.
func shorten[T fmt.Stringer](list []T) string {
	const few = 6
	var s []string
	for _, v := range list[:min(few, len(list))] {
		s = append(s, v.String())
	}
	if len(list) > few {
		s = append(s, "…")
	}
	if len(s) == 0 {
		return "nothing"
	}
	return strings.Join(s, ", ")
}
