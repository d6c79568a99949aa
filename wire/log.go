package wire

import (
	"encoding/hex"
	"math"
	"net"

	"gobahn/cases"
)

const (
	maxRows  = 4000 // rows kept from the beginning of a log
	lastRows = 200  // rows kept from its end
)

// A Log keeps the wire log and the statistics of one connection. Its memory is
// bounded: of a long log the middle is left out, and of long octets all but the
// first. It is not safe for concurrent use.
type Log struct {
	rows []cases.Row
	tail []cases.Row // a ring, once rows is full
	next int         // where the ring goes on
	lost int         // rows the ring has dropped
	off  bool        // octets and frames get no rows

	OnRow   func(cases.Row)       // called with each row when it is appended; nil: nothing
	Elapsed func() cases.Duration // the time that rows are given; nil: none
	Capture *Capture              // where all octets are kept as well; nil: nowhere

	Received, Sent cases.Tally
}

// NewLog returns an empty log.
func NewLog() *Log {
	tally := func() cases.Tally {
		return cases.Tally{Octets: make(map[int]int), Frames: make(map[int]int)}
	}
	return &Log{Received: tally(), Sent: tally()}
}

// Rows returns the log, with a row of kind RowsLost where some are left out.
func (l *Log) Rows() []cases.Row {
	rows := append([]cases.Row(nil), l.rows...)
	if l.lost > 0 {
		rows = append(rows, cases.Row{Kind: cases.RowsLost, Size: l.lost})
	}
	rows = append(rows, l.tail[l.next:]...)
	return append(rows, l.tail[:l.next]...)
}

// Add appends a row that is neither octets nor a frame.
func (l *Log) Add(r cases.Row) {
	if l.Elapsed != nil {
		r.At = l.Elapsed()
	}
	if l.OnRow != nil {
		l.OnRow(r)
	}
	switch {
	case len(l.rows) < maxRows:
		l.rows = append(l.rows, r)
	case len(l.tail) < lastRows:
		l.tail = append(l.tail, r)
	default:
		l.tail[l.next] = r
		l.next = (l.next + 1) % lastRows
		l.lost++
	}
}

// Switch turns the recording of octets and frames on or off, which gets a row if it
// is a change. They are counted all the same.
func (l *Log) Switch(on bool) {
	if l.off == on {
		l.off = !on
		l.Add(cases.Row{Kind: cases.LogSwitch, On: on})
	}
}

// ReceivedOctets logs one read.
func (l *Log) ReceivedOctets(b []byte) {
	l.Received.Octets[len(b)]++
	if l.Capture != nil {
		l.capture(false, net.Buffers{b})
	}
	if l.off {
		return
	}
	l.Add(cases.Row{Kind: cases.RxOctets, Size: len(b), Head: head(b)})
}

// SentOctets logs one write of size octets that begin with b; sync says that it was
// on the wire before the next.
func (l *Log) SentOctets(b []byte, size int, sync bool) {
	l.Sent.Octets[size]++
	if l.off {
		return
	}
	l.Add(cases.Row{Kind: cases.TxOctets, Size: size, Head: head(b), Sync: sync})
}

// CaptureSent keeps octets that were sent.
func (l *Log) CaptureSent(octets net.Buffers) { l.capture(true, octets) }

func (l *Log) capture(sent bool, octets net.Buffers) {
	var at cases.Duration
	if l.Elapsed != nil {
		at = l.Elapsed()
	}
	l.Capture.add(sent, at, octets)
}

// ReceivedFrame logs a frame of the peer, of whose payload the first octets are given.
func (l *Log) ReceivedFrame(h Header, payload []byte) {
	l.Received.Frames[int(h.Opcode)]++
	if l.off {
		return
	}
	r := cases.Row{
		Kind: cases.RxFrame, Size: int(min(h.Length, math.MaxInt)), Head: head(payload),
		Opcode: h.Opcode, FIN: h.FIN, RSV: h.RSV, Masked: h.Masked,
	}
	if h.Masked {
		r.Key = hex.EncodeToString(h.Key[:])
	}
	l.Add(r)
}

// SentFrame logs a frame of ours, with a payload of size octets that begin with
// those given. Like the reference it shows a payload that repeats a pattern of
// several octets as the pattern and the length.
func (l *Log) SentFrame(f cases.Frame, h Header, payload []byte, size int) {
	l.Sent.Frames[int(h.Opcode)]++
	if l.off {
		return
	}
	r := cases.Row{
		Kind: cases.TxFrame, Size: size, Head: head(payload),
		Opcode: h.Opcode, FIN: h.FIN, RSV: h.RSV, Chop: f.Wire.Chop, Sync: f.Wire.Sync,
	}
	if h.Masked {
		r.Key = hex.EncodeToString(h.Key[:])
	}
	if pattern := f.Payload.Pattern(); f.Payload.Len > 0 && len(pattern) > 1 {
		r.Size, r.Head, r.RepeatLen = len(pattern), head(pattern), f.Payload.Len
	}
	l.Add(r)
}

func head(b []byte) []byte {
	return append([]byte(nil), b[:min(len(b), cases.LogLimit)]...)
}
