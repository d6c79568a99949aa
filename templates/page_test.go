package templates

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"gobahn/cases"
)

func TestCommand(t *testing.T) {
	for _, tt := range []struct {
		server  bool
		request string
		want    string
	}{
		{true, "GET /runCase?case=1 HTTP/1.1\r\n\r\n", "wstest test-client --cases 3.6 --seed 7"},
		{false, "GET / HTTP/1.1\r\nUser-Agent: x\r\nhost: 127.0.0.1:9001\r\n\r\n", "wstest run 3.6 ws://127.0.0.1:9001/ --seed 7"},
		{false, "GET /a?b='c HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", `wstest run 3.6 'ws://[::1]:80/a?b='\''c' --seed 7`},
		{false, "", "wstest run 3.6 ws://HOST:PORT --seed 7"},
		{false, "GET /\x00 HTTP/1.1\r\nHost: $(reboot)\r\n\r\n", `wstest run 3.6 'ws://$(reboot)/\x00' --seed 7`},
	} {
		p := Page{Case: cases.Case{ID: "3.6"}, Observation: cases.Observation{Server: tt.server, Seed: 7, Request: tt.request}}
		if got := p.command(); got != tt.want {
			t.Errorf("%q:\n got %s\nwant %s", tt.request, got, tt.want)
		}
	}
}

// Cases have to be played as they can be: some need what only the user can say, some are
// offered to clients by themselves, and some start the client.
func TestCommandsForSpecialCases(t *testing.T) {
	two := []cases.Variant{{Name: "a"}, {Name: "b"}}
	for _, tt := range []struct {
		c          cases.Case
		server     bool
		want, note string
	}{
		{cases.Case{ID: "15.3.3", Tags: []cases.Tag{cases.Handshake}}, true, "wstest test-client --cases 15.3.3 --seed 7", " as /handshake/runCase?case=1. "},
		{cases.Case{ID: "15.3.1", Tags: []cases.Tag{cases.Handshake}, Variants: two}, true, "wstest test-client --cases 15.3.1 --seed 7", " as /handshake/runCase?case=1 to 2. "},
		{cases.Case{ID: "15.1.2/2"}, true, "wstest test-client --cases 15.1.2 --seed 7", " as /runCase?case=2. "},
		{cases.Case{ID: "15.1.2", Needs: []cases.Need{cases.NeedURL}}, true, "wstest test-client --cases 15.1.2 --seed 7 --each -- COMMAND {url}", "COMMAND is the client: "},
		{cases.Case{ID: "17.3.4", Needs: []cases.Need{cases.NeedMaxMessage}}, true, "wstest test-client --cases 17.3.4 --seed 7 --max-message N", " as /runCase?case=1. "},
		{cases.Case{ID: "17.3.4", Needs: []cases.Need{cases.NeedMaxMessage}, Variants: two}, false, "wstest run 17.3.4/2 ws://HOST:PORT --seed 7 --max-message N", "The address "},
		{cases.Case{ID: "user/x"}, false, "wstest run user/x ws://HOST:PORT --seed 7 --case-file FILE", "The address "},
	} {
		p := Page{Case: tt.c, Observation: cases.Observation{Server: tt.server, Seed: 7}, Result: cases.Result{Worst: max(0, len(tt.c.Variants)-1)}}
		if got := p.command(); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.c.ID, got, tt.want)
		}
		if got := p.commandNote(); !strings.Contains(got, tt.note) {
			t.Errorf("%s: note %q, want %q", tt.c.ID, got, tt.note)
		}
	}
}

// Whatever a case needs, the command that plays it says so.
func TestCommandsDeclareEveryNeed(t *testing.T) {
	for _, need := range cases.Needs {
		if got := ClientCommand(cases.Case{ID: "1.1.1", Needs: []cases.Need{need}}, ""); !strings.Contains(got, " --"+string(need)+" ") {
			t.Errorf("of %s it is %s", need, got)
		}
	}
}

// TestClauses derives a level only where it is plain which clause has it.
func TestClauses(t *testing.T) {
	for _, tt := range []struct {
		expectation string
		spec        []string
		want        string
	}{
		{"The peer MUST fail.", []string{"RFC 6455 5.2"}, "RFC 6455 5.2, Base Framing Protocol: MUST"},
		{"It MUST NOT be long.", []string{"RFC 6455 5.5"}, "RFC 6455 5.5, Control Frames: MUST NOT"},
		{"The peer fails the connection.", []string{"RFC 6455 5.4"}, "RFC 6455 5.4, Fragmentation"},
		{"It MUST, but MAY not.", []string{"RFC 6455 5.6"}, "RFC 6455 5.6, Data Frames"},
		{"It MUST.", []string{"RFC 6455 99", "RFC 7692 6"}, "RFC 6455 99|RFC 7692 6, Framing"},
		{"MUSTARD", []string{"RFC 6455 99"}, "RFC 6455 99"},
	} {
		var got []string
		p := Page{Case: cases.Case{Expectation: tt.expectation, Spec: tt.spec}}
		for _, clause := range tt.spec {
			got = append(got, p.clauseText(clause))
		}
		if got := strings.Join(got, "|"); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.expectation, got, tt.want)
		}
	}
}

// Every clause that the catalogue cites has its title.
func TestClausesHaveTitles(t *testing.T) {
	for _, c := range cases.Catalogue {
		for _, clause := range c.Spec {
			if clauseTitles[clause] == "" {
				t.Errorf("case %s: no title for %s", c.ID, clause)
			}
		}
	}
}

func TestOtherAgentsInAFewWords(t *testing.T) {
	list := []Other{{Verdict: cases.Failed}, {Verdict: cases.OK}, {Verdict: cases.Failed}}
	if got, want := otherAgents(list), "3 other agents: 1 Pass, 2 Fail"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// typicalPage is that of a case with some messages each way.
func typicalPage(echoes int) Page {
	i := slices.IndexFunc(cases.Catalogue, func(c cases.Case) bool { return c.ID == "2.10" })
	o := cases.Observation{
		Opened: true, Started: time.Date(2026, 4, 2, 15, 17, 24, 0, time.UTC), Duration: 12 * ms,
		Request: "GET / HTTP/1.1\r\nHost: 127.0.0.1:9001\r\n\r\n", Response: "HTTP/1.1 101 Switching Protocols\r\n\r\n",
		Received: cases.Tally{Octets: map[int]int{12: echoes}, Frames: map[int]int{1: echoes}},
		Sent:     cases.Tally{Octets: map[int]int{16: echoes}, Frames: map[int]int{1: echoes}},
	}
	head := func(kind cases.RowKind, s string) cases.Row {
		return cases.Row{Kind: kind, Size: len(s), Head: []byte(s)}
	}
	o.Wirelog = []cases.Row{at(1, head(cases.TxOctets, o.Request)), at(2, head(cases.RxOctets, o.Response))}
	for n := range echoes {
		sent, received := frameRow(cases.TxFrame, cases.OpText, 10, "01020304"), frameRow(cases.RxFrame, cases.OpText, 10, "")
		sent.Head, received.Head = []byte("Hello, wor"), []byte("Hello, wor")
		o.Wirelog = append(o.Wirelog,
			at(2+n, sent), at(2+n, tx("81 8a 01 02 03 04 49 67 6f 68 6e 2e 23 73 6e 76")),
			at(3+n, rx("81 0a 48 65 6c 6c 6f 2c 20 77 6f 72")), at(3+n, received))
	}
	c := cases.Catalogue[i]
	return Page{Product: "Gobahn/0.1.0", Agent: "peer", Case: c, Observation: o, Result: cases.Judge(c, o),
		Links: Links{Previous: "a.html", PreviousID: "2.9", Next: "b.html", NextID: "2.11"}, JSON: "c.json", Overview: "index.html", Anchor: "c"}
}

func rendered(tb testing.TB, p Page) string {
	tb.Helper()
	var s strings.Builder
	if err := CasePage(p).Render(tb.Context(), &s); err != nil {
		tb.Fatal(err)
	}
	return s.String()
}

// TestPagesStaySmall has the page of a usual case, and one with as many rows as a log keeps.
func TestPagesStaySmall(t *testing.T) {
	if n := len(rendered(t, typicalPage(5))); n > 60_000 {
		t.Errorf("a typical page has %d octets", n)
	}
	long := rendered(t, typicalPage(1050))
	if n := len(long); n > 1_000_000 {
		t.Errorf("a long page has %d octets", n)
	}
	if n := strings.Count(long, `<details class="fields">`); n != decodedFrames {
		t.Errorf("%d frames are decoded, want %d", n, decodedFrames)
	}
	if !strings.Contains(long, "Only the first 100 of 2100 frames are decoded field by field.") {
		t.Error("the page does not say that it decodes only some frames")
	}
}

func BenchmarkCasePage(b *testing.B) {
	for _, echoes := range []int{1, 5, 1050} {
		b.Run(fmt.Sprintf("echoes=%d", echoes), func(b *testing.B) {
			p := typicalPage(echoes)
			b.ReportAllocs()
			b.SetBytes(int64(len(rendered(b, p))))
			for b.Loop() {
				if err := CasePage(p).Render(b.Context(), io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
