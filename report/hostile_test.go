package report

import (
	"strings"
	"testing"

	"gobahn/cases"
	"gobahn/report/intact"
)

// hostile is what a peer might send: markup that closes what it may stand in,
// an address, and octets that are not text.
const hostile = "</pre></td></style></title>\"'`><script src=http://evil.example/x.js>alert(1)</script>" +
	"<img src=//evil.example onerror=alert(1)><!-- ]]> ../../etc/passwd %s \x00\x07\x1b[31m\xff\xfe \u202e\u2028 javascript:alert(1)\r\n"

func hostileRecord(agent string) Record {
	r := case36()
	r.Agent = agent
	o := &r.Observation
	o.Request, o.Response = hostile, "\xff\x00\x80"+hostile
	o.Faults = []string{hostile}
	o.Lost, o.Unfinished = 3, hostile
	o.Events = cases.Events{cases.GotText(hostile), cases.GotPong("\xff" + hostile), cases.Mark{Name: hostile}}
	o.Closing.NotCleanReason = hostile
	o.Closing.LocalReason, o.Closing.RemoteReason = cases.Of(hostile), cases.Of("\xff\x00")
	o.Received.Frames = map[int]int{15: 1, -1: 2}
	o.Wirelog = []cases.Row{
		rx("ff"), rxFrame(cases.OpText, hostile, hostile), rxFrame(0xf, "<b>\x00</b>", ""),
		{Kind: cases.PauseBegun, Mark: hostile}, {Kind: cases.RowKind(hostile)},
		{Kind: cases.RxFrame, Size: 1000}, {Kind: cases.RxOctets, Size: -1, Head: nil},
	}
	r.Case.Script = cases.Script{cases.Echo{Count: -1}}
	r.Case.Deflate = &cases.Deflate{}
	r.Case.Report = cases.Report{Time: true, Ratio: true}
	o.Deflate = &cases.DeflateParams{ServerMaxWindowBits: -1 << 63, ClientMaxWindowBits: 1<<63 - 1}
	o.Echoes = -1 << 63
	o.Traffic = &cases.Traffic{Incoming: cases.Flow{App: -1, WebSocket: 1<<63 - 1, Wire: -1 << 63}}
	o.Before = &cases.Attempt{Verdict: hostile, CloseVerdict: hostile, Says: hostile}
	r.Case.Requirements = []string{hostile, "RFC6455-5.2-b"}
	r.Result.Says, r.Result.CloseSays = hostile, hostile
	return r
}

var hostileAgents = []string{
	hostile, "", "\"><script>", "a/../../b", "..", "/etc/passwd", "a\nb", "\x00", "\xff\xfe", "CON", ".html",
	"case_failed'", strings.Repeat("<x>", 3334), strings.Repeat("long", 2500), strings.Repeat("é", 10000),
}

// TestHostile looks for elements, attributes and addresses that come from the
// peer.
func TestHostile(t *testing.T) {
	w := open(t)
	for _, agent := range hostileAgents {
		if err := w.Add(hostileRecord(agent)); err != nil {
			t.Fatalf("agent %.40q: %v", agent, err)
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	pages := intact.Check(t, w.dir)
	if want := len(hostileAgents) + 2; pages != want {
		t.Errorf("%d pages, want %d", pages, want)
	}
}
