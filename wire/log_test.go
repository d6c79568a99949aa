package wire_test

import (
	"bytes"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/wire"
)

func TestRowsOfTheLog(t *testing.T) {
	long := bytes.Repeat([]byte("0123456789"), 10)
	text := wire.Header{FIN: true, Opcode: cases.OpText, Masked: true, Key: helloKey, Length: 100}
	sent := func(f cases.Frame, client bool) func(*wire.Log) {
		return func(l *wire.Log) {
			l.SentFrame(f, wire.FrameHeader(f, client, helloKey), f.Payload.Octets(), len(f.Payload.Octets()))
		}
	}
	tests := []struct {
		name string
		add  func(*wire.Log)
		want cases.Row
	}{
		{"octets received", func(l *wire.Log) { l.ReceivedOctets([]byte("abc")) },
			cases.Row{Kind: cases.RxOctets, Size: 3, Head: []byte("abc")}},
		{"many octets received", func(l *wire.Log) { l.ReceivedOctets(long) },
			cases.Row{Kind: cases.RxOctets, Size: 100, Head: long[:64]}},
		{"octets sent", func(l *wire.Log) { l.SentOctets([]byte("abc"), 3, false) },
			cases.Row{Kind: cases.TxOctets, Size: 3, Head: []byte("abc")}},
		{"octets sent by themselves", func(l *wire.Log) { l.SentOctets(long, len(long), true) },
			cases.Row{Kind: cases.TxOctets, Size: 100, Head: long[:64], Sync: true}},
		{"masked frame received", func(l *wire.Log) { l.ReceivedFrame(text, long) },
			cases.Row{Kind: cases.RxFrame, Size: 100, Head: long[:64], Opcode: cases.OpText, FIN: true, Masked: true, Key: "37fa213d"}},
		{"wrong frame received", func(l *wire.Log) { l.ReceivedFrame(wire.Header{RSV: 5, Opcode: 0xB, Length: 1}, []byte("x")) },
			cases.Row{Kind: cases.RxFrame, Size: 1, Head: []byte("x"), Opcode: 0xB, RSV: 5}},
		{"empty frame received", func(l *wire.Log) { l.ReceivedFrame(wire.Header{FIN: true, Opcode: cases.OpPing}, nil) },
			cases.Row{Kind: cases.RxFrame, Opcode: cases.OpPing, FIN: true}},
		{"frame of 2^64-1 octets received", func(l *wire.Log) { l.ReceivedFrame(wire.Header{Opcode: cases.OpBinary, Length: math.MaxUint64}, nil) },
			cases.Row{Kind: cases.RxFrame, Size: math.MaxInt, Opcode: cases.OpBinary}},
		{"frame sent by a client", sent(cases.Text("Hello"), true),
			cases.Row{Kind: cases.TxFrame, Size: 5, Head: []byte("Hello"), Opcode: cases.OpText, FIN: true, Key: "37fa213d"}},
		{"frame sent by a server", sent(cases.Text("Hello"), false),
			cases.Row{Kind: cases.TxFrame, Size: 5, Head: []byte("Hello"), Opcode: cases.OpText, FIN: true}},
		{"frame sent in chops", sent(cases.Binary("Hello").More().Reserved(3).Chop(2), false),
			cases.Row{Kind: cases.TxFrame, Size: 5, Head: []byte("Hello"), Opcode: cases.OpBinary, RSV: 3, Chop: 2}},
		{"frame sent by itself", sent(cases.Ping("").Sync(), false),
			cases.Row{Kind: cases.TxFrame, Opcode: cases.OpPing, FIN: true, Sync: true}},
		{"frame that claims another length", sent(cases.Text("Hello").Claim(9), false),
			cases.Row{Kind: cases.TxFrame, Size: 5, Head: []byte("Hello"), Opcode: cases.OpText, FIN: true}},
		{"long frame sent", sent(cases.Binary(string(long)), false),
			cases.Row{Kind: cases.TxFrame, Size: 100, Head: long[:64], Opcode: cases.OpBinary, FIN: true}},
		{"repetition of one octet sent", sent(cases.Frame{Opcode: cases.OpText, Payload: cases.Repeat("*", 100)}, false),
			cases.Row{Kind: cases.TxFrame, Size: 100, Head: bytes.Repeat([]byte("*"), 64), Opcode: cases.OpText, FIN: true}},
		{"repetition of several octets sent", sent(cases.Frame{Opcode: cases.OpText, Payload: cases.Repeat("abc", 100)}, false),
			cases.Row{Kind: cases.TxFrame, Size: 3, Head: []byte("abc"), Opcode: cases.OpText, FIN: true, RepeatLen: 100}},
		{"repetition of many octets sent", sent(cases.Frame{Opcode: cases.OpText, Payload: cases.Repeat(string(long), 200)}, false),
			cases.Row{Kind: cases.TxFrame, Size: 100, Head: long[:64], Opcode: cases.OpText, FIN: true, RepeatLen: 200}},
		{"any other row", func(l *wire.Log) { l.Add(cases.Row{Kind: cases.PauseBegun, Delay: cases.Second, Mark: "A"}) },
			cases.Row{Kind: cases.PauseBegun, Delay: cases.Second, Mark: "A"}},
	}
	for _, tt := range tests {
		l := wire.NewLog()
		tt.add(l)
		if diff := cmp.Diff([]cases.Row{tt.want}, l.Rows()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestLogCountsOctetsAndFrames(t *testing.T) {
	l := wire.NewLog()
	if rows := l.Rows(); len(rows) > 0 {
		t.Errorf("a new log has rows: %v", rows)
	}
	for range 3 {
		l.ReceivedOctets([]byte("abc"))
		l.SentOctets([]byte("a"), 1, false)
	}
	l.SentOctets([]byte("ab"), 2, true)
	l.ReceivedFrame(wire.Header{Opcode: cases.OpText}, nil)
	l.ReceivedFrame(wire.Header{Opcode: 0xF}, nil)
	l.ReceivedFrame(wire.Header{Opcode: 0xF}, nil)
	l.SentFrame(cases.Ping(""), wire.Header{Opcode: cases.OpPing}, nil, 0)
	l.Add(cases.Row{Kind: cases.PauseEnded})
	want := map[string]cases.Tally{
		"received": {Octets: map[int]int{3: 3}, Frames: map[int]int{1: 1, 15: 2}},
		"sent":     {Octets: map[int]int{1: 3, 2: 1}, Frames: map[int]int{9: 1}},
	}
	if diff := cmp.Diff(want, map[string]cases.Tally{"received": l.Received, "sent": l.Sent}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLogKeepsItsOwnOctets(t *testing.T) {
	l := wire.NewLog()
	b := []byte("abc")
	l.ReceivedOctets(b)
	b[0] = 'X'
	if got := string(l.Rows()[0].Head); got != "abc" {
		t.Errorf("the row is now %q", got)
	}
}

func TestLongLogLosesItsMiddle(t *testing.T) {
	const first, last = 4000, 200
	// sizes stands for rows: how many were lost is written as a negative number.
	sizes := func(rows []cases.Row) (list []int) {
		for _, r := range rows {
			if r.Kind == cases.RowsLost {
				r.Size = -r.Size
			}
			list = append(list, r.Size)
		}
		return list
	}
	for _, n := range []int{first - 1, first, first + 1, first + last - 1, first + last, first + last + 1, first + 2*last, first + 3*last + 7} {
		l := wire.NewLog()
		var want []int
		for i := range n {
			l.Add(cases.Row{Kind: cases.TxOctets, Size: i})
			switch {
			case i < first || i >= n-last:
				want = append(want, i)
			case i == first:
				want = append(want, -(n - first - last))
			}
		}
		got := l.Rows()
		l.Add(cases.Row{Kind: cases.CloseFired, Size: -1}) // does not change what was returned
		if diff := cmp.Diff(want, sizes(got)); diff != "" {
			t.Errorf("%d rows (-want +got):\n%s", n, diff)
		}
	}
}

func TestMemoryOfTheLogIsBounded(t *testing.T) {
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	l := wire.NewLog()
	octets := []byte(strings.Repeat("x", 64<<10))
	for i := range 1_000_000 {
		switch i % 3 {
		case 0:
			l.ReceivedOctets(octets[:1+i%len(octets)]) // as many sizes as a read can have
		case 1:
			l.ReceivedFrame(wire.Header{Masked: true, Length: uint64(i)}, octets)
		default:
			l.SentOctets(octets, len(octets), true)
		}
	}
	const limit = 8 << 20
	if after := heap(); after > before+limit {
		t.Errorf("a million rows hold %d KiB, want at most %d", (after-before)>>10, limit>>10)
	}
	if n := len(l.Rows()); n != 4201 {
		t.Errorf("%d rows", n)
	}
}
