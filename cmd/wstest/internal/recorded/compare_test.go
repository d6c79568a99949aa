package recorded

import (
	"slices"
	"strings"
	"testing"

	"gobahn/cases"
)

func u16(n uint16) *uint16 { return &n }

// matching is a recording, and an observation and a result without a difference.
func matching() (Case, cases.Case, cases.Observation, cases.Result) {
	long := strings.Repeat("*", 64)
	want := Case{
		Run: "server-x", ID: "5.99", Behavior: cases.OK, BehaviorClose: cases.OK,
		Flags: []Flag{"closedByMe", "wasClean"}, LocalCode: u16(1000), RemoteCode: u16(1000),
		RemoteReason: Payload{[]byte("bye"), 3},
		Received: []Event{
			{Got: cases.OpText, Payload: Payload{[]byte("a"), 1}},
			{Got: cases.OpBinary, Payload: Payload{[]byte(long), 1000}},
			{Got: cases.OpText, Payload: Payload{[]byte(long), -1}},
			{Mark: "A"},
		},
		Sent: []Frame{
			{Opcode: cases.OpText, NoFIN: true, Payload: Payload{[]byte("a"), 1}, Chop: 1},
			{Opcode: cases.OpPing, RSV: 4, Sync: true},
			{Opcode: cases.OpText, Payload: Payload{[]byte("xyz"), 3}, Repeat: 300},
			{Gap: 2},
			{Opcode: cases.OpBinary, Payload: Payload{[]byte(long), 70}},
			{Opcode: cases.OpClose, Payload: Payload{[]byte("\x03\xe8"), 2}},
		},
	}
	tx := func(r cases.Row) cases.Row { r.Kind = cases.TxFrame; return r }
	o := cases.Observation{
		Opened: true,
		Events: cases.Events{
			cases.GotText("a"), cases.Got{Opcode: cases.OpBinary, Payload: cases.Repeat("*", 1000)},
			cases.Got{Opcode: cases.OpText, Payload: cases.Repeat("*", 3000)}, cases.Mark{Name: "A"},
		},
		Closing: cases.Closing{ClosedByMe: true, WasClean: true, LocalCode: u16(1000), RemoteCode: u16(1000), RemoteReason: cases.Of("bye")},
		Wirelog: []cases.Row{
			tx(cases.Row{Opcode: cases.OpText, Size: 1, Head: []byte("a"), Chop: 1, Key: "01020304"}),
			{Kind: cases.TxOctets, Size: 7},
			tx(cases.Row{Opcode: cases.OpPing, FIN: true, RSV: 4, Sync: true}),
			tx(cases.Row{Opcode: cases.OpText, FIN: true, Size: 3, Head: []byte("xyz"), RepeatLen: 300}),
			tx(cases.Row{Opcode: cases.OpPing, FIN: true}),
			tx(cases.Row{Opcode: cases.OpPing, FIN: true}),
			tx(cases.Row{Opcode: cases.OpBinary, FIN: true, Size: 70, Head: []byte(long)}),
			{Kind: cases.RxFrame, Opcode: cases.OpText},
			tx(cases.Row{Opcode: cases.OpClose, FIN: true, Size: 2, Head: []byte("\x03\xe8")}),
		},
	}
	return want, cases.Case{ID: "5.99"}, o, cases.Result{ID: "5.99", Verdict: cases.OK, CloseVerdict: cases.OK}
}

func TestCompare(t *testing.T) {
	type fixture struct {
		want *Case
		c    *cases.Case
		o    *cases.Observation
		r    *cases.Result
	}
	row := func(i int, change func(*cases.Row)) func(fixture) {
		return func(f fixture) { change(&f.o.Wirelog[i]) }
	}
	event := func(i int, e cases.Event) func(fixture) {
		return func(f fixture) { f.o.Events[i] = e }
	}
	for _, test := range []struct {
		name   string
		mutate func(fixture)
		want   []string // the differences, without the prefix
	}{
		{"nothing", func(fixture) {}, nil},
		{"another case", func(f fixture) { f.c.ID = "1.1.1" }, []string{"case: got 1.1.1, want 5.99"}},
		{"behavior", func(f fixture) { f.r.Verdict = cases.Failed }, []string{"behavior: got FAILED, want OK"}},
		{"behaviorClose", func(f fixture) { f.r.CloseVerdict = cases.Unclean }, []string{"behaviorClose: got UNCLEAN, want OK"}},
		{"closedByMe", func(f fixture) { f.o.Closing.ClosedByMe = false }, []string{"closedByMe: got false, want true"}},
		{"failedByMe", func(f fixture) { f.o.Closing.FailedByMe = true }, []string{"failedByMe: got true, want false"}},
		{"droppedByMe", func(f fixture) { f.o.Closing.DroppedByMe = true }, []string{"droppedByMe: got true, want false"}},
		{"wasClean", func(f fixture) { f.o.Closing.WasClean = false }, []string{"wasClean: got false, want true"}},
		{"opening timeout", func(f fixture) { f.o.Closing.OpeningTimeout = true }, []string{"openingTimeout: got true, want false"}},
		{"closing timeout", func(f fixture) { f.o.Closing.ClosingTimeout = true }, []string{"closingTimeout: got true, want false"}},
		{"drop timeout", func(f fixture) { f.o.Closing.ServerDropTimeout = true }, []string{"serverDropTimeout: got true, want false"}},
		{"reason", func(f fixture) { f.o.Closing.NotCleanReason = "why" }, []string{`wasNotCleanReason: got "why", want ""`}},
		{"extension", func(f fixture) {
			f.o.Response = "HTTP/1.1 101 Switching Protocols\r\nsec-websocket-extensions:permessage-deflate \r\n\r\n"
		}, []string{`extension: got "permessage-deflate", want ""`}},
		{"no extension", func(f fixture) { f.want.Deflate = "permessage-deflate"; f.o.Deflate = &cases.DeflateParams{} }, []string{`extension: got "", want "permessage-deflate"`}},
		{"deflate", func(f fixture) { f.o.Deflate = &cases.DeflateParams{} }, []string{"deflate agreed on: got true, want false"}},
		{"local code", func(f fixture) { f.o.Closing.LocalCode = nil }, []string{"localCloseCode: got none, want 1000"}},
		{"local reason", func(f fixture) { f.o.Closing.LocalReason = cases.Of("x") }, []string{`localCloseReason: got "x", want ""`}},
		{"remote code", func(f fixture) { f.o.Closing.RemoteCode = u16(1002) }, []string{"remoteCloseCode: got 1002, want 1000"}},
		{"remote reason", func(f fixture) { f.o.Closing.RemoteReason = cases.Payload{} }, []string{`remoteCloseReason: got "", want "bye"`}},

		{"event's octets", event(0, cases.GotText("b")), []string{`received 1: got text "b", want text "a"`}},
		{"event's kind", event(0, cases.GotBinary("a")), []string{`received 1: got binary "a", want text "a"`}},
		{"event's length", event(1, cases.Got{Opcode: cases.OpBinary, Payload: cases.Repeat("*", 999)}), []string{`received 2: got binary "*" × 999 octets, want binary "` + strings.Repeat("*", 64) + `" … 1000 octets`}},
		{"event too short", event(2, cases.GotText("**")), []string{`received 3: got text "**", want text "` + strings.Repeat("*", 64) + `" …`}},
		{"mark's name", event(3, cases.Mark{Name: "B"}), []string{"received 4: got open at B, want open at A"}},
		{"mark for a message", event(0, cases.Mark{Name: "A"}), []string{`received 1: got open at A, want text "a"`}},
		{"message for a mark", event(3, cases.GotText("A")), []string{`received 4: got text "A", want open at A`}},
		{"another kind of event", event(0, cases.Echoed{Count: 3}), []string{`received 1: got echoed ×3, want text "a"`}},
		{"event missing", func(f fixture) { f.o.Events = f.o.Events[:1] }, []string{"received: got 1 events"}},
		{"event too many", func(f fixture) { f.o.Events = append(f.o.Events, cases.GotPong("")) }, []string{"received: got 5 events"}},
		{"events lost", func(f fixture) { f.o.Lost = 2 }, []string{"received: got 6 events"}},
		{"event inserted", func(f fixture) { f.o.Events = append(cases.Events{cases.GotPong("")}, f.o.Events...) }, []string{"received: got 5 events", `received 1: got pong "", want text "a"`}},
		{"events swapped", func(f fixture) { e := f.o.Events; e[0], e[3] = e[3], e[0] }, []string{`received 1: got open at A, want text "a"`, `received 4: got text "a", want open at A`}},

		{"frame's opcode", row(0, func(r *cases.Row) { r.Opcode = 3 }), []string{"sent 1: opcode: got 0x3, want text"}},
		{"frame's FIN", row(0, func(r *cases.Row) { r.FIN = true }), []string{"sent 1: FIN: got true, want false"}},
		{"frame's RSV", row(2, func(r *cases.Row) { r.RSV = 0 }), []string{"sent 2: RSV: got 0, want 4"}},
		{"frame's octets", row(0, func(r *cases.Row) { r.Head = []byte("b") }), []string{`sent 1: payload: got "b", want "a"`}},
		{"frame's length", row(6, func(r *cases.Row) { r.Size = 71 }), []string{"sent 6: length: got 71, want 70"}},
		{"frame's chop", row(0, func(r *cases.Row) { r.Chop = 0 }), []string{"sent 1: chop: got 0, want 1"}},
		{"frame's sync", row(2, func(r *cases.Row) { r.Sync = false }), []string{"sent 2: sync: got false, want true"}},
		{"frame's repetition", row(3, func(r *cases.Row) { r.RepeatLen = 303 }), []string{"sent 3: length: got 303, want 300", "sent 3: repeat: got 303, want 300"}},
		{"last frame's octets", row(8, func(r *cases.Row) { r.Head = []byte("\x03\xe9") }), []string{"sent 7: payload: got 03 e9, want 03 e8"}},
		{"in the gap", row(4, func(r *cases.Row) { r.Opcode = 3 }), nil},
		{"frame missing", func(f fixture) { f.o.Wirelog = f.o.Wirelog[:8] }, []string{"sent: got 6 frames", "sent 5: opcode: got ping, want binary", "sent 5: length: got 0, want 70"}},
		{"frame too many", func(f fixture) { f.o.Wirelog = append(f.o.Wirelog, f.o.Wirelog[8]) }, []string{"sent: got 8 frames", "sent 7: opcode: got close, want binary", "sent 7: length: got 2, want 70", `sent 7: payload: got 03 e8, want "`}},
		{"frames swapped", func(f fixture) { w := f.o.Wirelog; w[0], w[2] = w[2], w[0] }, []string{"sent 1: opcode", "sent 1: FIN", "sent 1: RSV", "sent 1: length", "sent 1: chop", "sent 1: sync", "sent 2: opcode", "sent 2: FIN", "sent 2: RSV", "sent 2: length", "sent 2: chop", "sent 2: sync"}},
		{"rows lost", func(f fixture) { f.o.Wirelog[4] = cases.Row{Kind: cases.RowsLost, Size: 9} }, nil},
		{"gap of unknown size", func(f fixture) { f.want.Sent[3].Gap = -1; f.o.Wirelog[4].Kind = cases.RxFrame }, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			want, c, o, r := matching()
			test.mutate(fixture{&want, &c, &o, &r})
			got := Compare(want, c, o, r)
			for i := range max(len(got), len(test.want)) {
				switch {
				case i >= len(got):
					t.Errorf("no line %q", test.want[i])
				case i >= len(test.want):
					t.Errorf("line too many: %q", got[i])
				case !strings.HasPrefix(got[i], "server-x 5.99: "+test.want[i]):
					t.Errorf("got  %q\nwant %q", got[i], "server-x 5.99: "+test.want[i])
				}
			}
		})
	}
}

// deflated is the head of a response.
const deflated = "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"

func TestCompareMessagesThatComeBack(t *testing.T) {
	binary := cases.Message{Binary: true, Payload: cases.Repeat("*", 300)}
	fragmented := cases.Message{Payload: cases.Repeat("*", 300), Fragment: 100}
	frames := func(op cases.Op, n, more int) map[cases.Op]int {
		return map[cases.Op]int{op: n, cases.OpContinuation: more, cases.OpClose: 1}
	}
	got := func(op cases.Op, n int) cases.Events {
		return cases.Events{cases.Got{Opcode: op, Payload: cases.Repeat("x", n)}}
	}
	tally := func(f map[cases.Op]int) cases.Tally {
		t := cases.Tally{Frames: make(map[int]int)}
		for op, n := range f {
			t.Frames[int(op)] = n
		}
		return t
	}
	closed := []Flag{"closedByMe"}
	for _, test := range []struct {
		name  string
		step  cases.Echo
		want  Case
		o     cases.Observation
		lines []string
	}{
		{"one came back", cases.Echo{Count: 1, Message: binary},
			Case{SentFrames: frames(cases.OpBinary, 1, 0), ReceivedFrames: frames(cases.OpBinary, 1, 0), ReceivedOctets: 304 + 2, Flags: closed},
			cases.Observation{Echoes: 1, Events: cases.Events{cases.Echoed{Count: 1}}, Sent: tally(frames(cases.OpBinary, 1, 0))}, nil},
		{"one came back with other octets", cases.Echo{Count: 1, Message: binary},
			Case{ReceivedFrames: frames(cases.OpBinary, 1, 0), ReceivedOctets: 304 + 2, Flags: closed},
			cases.Observation{Events: got(cases.OpBinary, 300)}, nil},
		{"one came back in fragments", cases.Echo{Count: 1, Message: fragmented},
			Case{SentFrames: frames(cases.OpText, 1, 3), ReceivedFrames: frames(cases.OpText, 1, 1), ReceivedOctets: 304 + 2 + 2, Flags: closed},
			cases.Observation{Echoes: 1, Sent: tally(frames(cases.OpText, 1, 2))},
			[]string{"sent frames: got 1 text, 2 continuation, 1 close, want 1 text, 3 continuation, 1 close"}},
		{"one of another type", cases.Echo{Count: 1, Message: binary},
			Case{ReceivedFrames: frames(cases.OpText, 1, 0), ReceivedOctets: 304 + 2, Flags: closed},
			cases.Observation{Echoes: 1}, []string{"came back: got 1, want 0"}},
		{"one came back too long", cases.Echo{Count: 1, Message: binary},
			Case{ReceivedFrames: frames(cases.OpBinary, 1, 0), ReceivedOctets: 304 + 2, Flags: closed},
			cases.Observation{Events: got(cases.OpBinary, 301)}, []string{"came back: got 0, want 1"}},
		{"many, one less", cases.Echo{Count: 10, Message: binary},
			Case{SentFrames: frames(cases.OpBinary, 10, 0), ReceivedFrames: frames(cases.OpBinary, 10, 0), ReceivedOctets: 3040 + 2, Flags: closed},
			cases.Observation{Echoes: 9, Sent: tally(frames(cases.OpBinary, 9, 0))},
			[]string{"came back: got 9, want 10", "sent frames: got 9 binary, 1 close, want 10 binary, 1 close"}},
		{"closed by the peer: what was sent does not matter", cases.Echo{Count: 10, Message: binary},
			Case{SentFrames: frames(cases.OpBinary, 5, 0), ReceivedFrames: frames(cases.OpBinary, 4, 0), ReceivedOctets: 4*304 + 2},
			cases.Observation{Echoes: 4, Sent: tally(frames(cases.OpBinary, 6, 0))}, nil},
		{"answered too early: what was sent does not matter", cases.Echo{Count: 1, Message: fragmented},
			Case{SentFrames: frames(cases.OpText, 1, 3), ReceivedFrames: frames(cases.OpText, 4, 0), ReceivedOctets: 4*102 + 2, Flags: closed},
			cases.Observation{Events: got(cases.OpText, 100), Sent: tally(frames(cases.OpText, 1, 1))}, nil},
		{"compressed", cases.Echo{Count: 10, Message: binary},
			Case{Deflate: "permessage-deflate", ReceivedFrames: frames(cases.OpBinary, 10, 0), ReceivedInflated: 3000, SentInflated: 3000},
			cases.Observation{Echoes: 10, Deflate: &cases.DeflateParams{}, Response: deflated}, nil},
		{"received does not matter", cases.Echo{Count: 1, Message: binary},
			Case{Received: []Event{{Got: cases.OpText}}, Sent: []Frame{{Opcode: cases.OpText}}, Flags: closed}, cases.Observation{}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.o.Closing.ClosedByMe = test.want.flag("closedByMe")
			var lines []string
			for _, line := range Compare(test.want, cases.Case{Script: cases.Script{test.step}}, test.o, cases.Result{}) {
				lines = append(lines, strings.TrimPrefix(line, " : "))
			}
			if !slices.Equal(lines, test.lines) {
				t.Errorf("got  %q\nwant %q", lines, test.lines)
			}
		})
	}
}
