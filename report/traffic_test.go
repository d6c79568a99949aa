package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/templates"
)

// echoing is a case of count echoes of m.
func echoing(id cases.ID, count int, m cases.Message, limit cases.Duration) cases.Case {
	return cases.Case{
		ID:          id,
		Description: "Echoes, each sent when the last has come back.",
		Expectation: "The peer sends every message back as it came, all of them in time.",
		Spec:        []string{"RFC 6455 5.2"},
		Script:      cases.Script{cases.Echo{Count: count, Message: m}},
		Accept:      cases.Exactly(cases.Echoed{Count: count}),
		Limit:       cases.CloseAfter(limit),
		Report:      cases.Report{Time: true, Quiet: true},
	}
}

// compressing is echoing for messages of compressed JSON.
func compressing(id cases.ID, offer, accept []cases.DeflateParams) cases.Case {
	c := echoing(id, 1000, cases.Message{Payload: cases.Corpus("json", 16)}, 60*cases.Second)
	c.Spec = []string{"RFC 7692 6", "RFC 7692 7"}
	c.Deflate = &cases.Deflate{Offer: offer, Accept: accept}
	c.Report.Ratio = true
	return c
}

// playing is record for c, which is judged.
func playing(c cases.Case, o cases.Observation, closing cases.Closing, rows ...cases.Row) Record {
	r := record(c.ID, c.Accept, c.Ending, o, closing, rows...)
	r.Case = c
	return rejudged(r)
}

var logOff, logOn = cases.Row{Kind: cases.LogSwitch}, cases.Row{Kind: cases.LogSwitch, On: true}

// The parameters of case 12.1.1.
var (
	offerDefault  = []cases.DeflateParams{{ClientNoContextTakeover: true, ClientMaxWindowBits: cases.AnyWindow}}
	acceptDefault = []cases.DeflateParams{{}}
)

const offersDeflate = "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; client_max_window_bits\r\n"

// compressed1211 is 12.1.1 against a server that compresses every message by
// itself, as the reference saw it.
func compressed1211() Record {
	request := clientHead + "Host: 127.0.0.1:9002\r\n" + upgrade + "Sec-WebSocket-Key: TigMA2bayew7zuPCWgF06Q==\r\n" +
		offersDeflate + "Sec-WebSocket-Version: 13\r\n\r\n"
	o := opened(false, 458, request, gorillaReply+"lTlM8nEfgOgDFhVozsHFkH/uSEQ=\r\n"+gorillaDeflate+"\r\n")
	o.Deflate = &cases.DeflateParams{ServerNoContextTakeover: true, ClientNoContextTakeover: true}
	o.Events, o.Echoes = cases.Events{cases.Echoed{Count: 1000}}, 1000
	o.Traffic = &cases.Traffic{
		Incoming: cases.Flow{App: 16000, WebSocket: 22000, Wire: 24000, Frames: 1000, Messages: 1000, Opening: 231},
		Outgoing: cases.Flow{App: 16000, WebSocket: 15763, Wire: 21763, Frames: 1000, Messages: 1000, Opening: 340},
	}
	o.Received = cases.Tally{Octets: map[int]int{24: 1000}, Frames: map[int]int{1: 1000}}
	o.Sent = cases.Tally{
		Octets: map[int]int{16: 10, 17: 6, 18: 179, 19: 58, 20: 52, 21: 111, 22: 57, 23: 96, 24: 431},
		Frames: map[int]int{1: 1000},
	}
	return playing(compressing("12.1.1", offerDefault, acceptDefault), o, cleanly(true, 1000, 1000),
		logOff, timer(cases.CloseSet, 60*cases.Second), logOn,
		txFrame(cases.OpClose, normalClose, "a2d8c4cd"), tx("8882a2d8c4cda130"),
		rx("880203e8"), rxFrame(cases.OpClose, normalClose, ""))
}

// declined1211 is 12.1.1 against a server that knows no extensions, and drops TCP
// when it is asked to close.
func declined1211() Record {
	request := clientHead + "Host: 127.0.0.1:9014\r\n" + upgrade + "Sec-WebSocket-Key: sIpxUMKydyq5TXEKwInX7A==\r\n" +
		"Origin: http://127.0.0.1\r\n" + offersDeflate + "Sec-WebSocket-Version: 13\r\n\r\n"
	o := opened(false, 2, request, gorillaReply+"4hV4XScJDN0CgyMfUk3vUW7XAOw=\r\n\r\n")
	o.Sent = cases.Tally{Octets: map[int]int{8: 1}, Frames: map[int]int{8: 1}}
	return playing(compressing("12.1.1", offerDefault, acceptDefault), o,
		cases.Closing{ClosedByMe: true, NotCleanReason: cases.ReasonPeerDropped, LocalCode: code(1000)}, logOff)
}

// refused1331 is 13.3.1 against a client whose offer does not let the server choose
// a window.
func refused1331() Record {
	c := compressing("13.3.1",
		[]cases.DeflateParams{{ClientNoContextTakeover: true, ClientMaxWindowBits: cases.AnyWindow, ServerMaxWindowBits: 9}},
		[]cases.DeflateParams{{ClientMaxWindowBits: 9}})
	o := opened(true, 2, fromGorilla("/runCase?case=428&agent=gorilla", "dGhlIHNhbXBsZSBub25jZQ=="),
		serverReply+"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
	r := playing(c, o, cleanly(true, 1000, 1000),
		txFrame(cases.OpClose, normalClose, ""), tx("880203e8"),
		rx("8882ecdd9967ef35"), rxFrame(cases.OpClose, normalClose, "ecdd9967"))
	r.Agent, r.Number = "gorilla", 428
	return r
}

// wrong973 is 9.7.3 against a client that garbles the 300th message.
func wrong973() Record {
	c := echoing("9.7.3", 1000, cases.Message{Payload: cases.Repeat("*", 64)}, 60*cases.Second)
	o := opened(true, 126, fromGorilla("/runCase?case=291&agent=gorilla", "dGhlIHNhbXBsZSBub25jZQ=="),
		serverReply+"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
	o.Events, o.Echoes = cases.Events{cases.GotText("<b>" + strings.Repeat("*", 61))}, 299
	o.Received = cases.Tally{Octets: map[int]int{70: 300}, Frames: map[int]int{1: 300}}
	o.Sent = cases.Tally{Octets: map[int]int{66: 300}, Frames: map[int]int{1: 300}}
	r := playing(c, o, cleanly(true, 1000, 1000),
		logOff, timer(cases.CloseSet, 60*cases.Second), logOn,
		txFrame(cases.OpClose, normalClose, ""), tx("880203e8"),
		rx("8882ecdd9967ef35"), rxFrame(cases.OpClose, normalClose, "ecdd9967"))
	r.Agent, r.Number = "gorilla", 291
	return r
}

// replayed911 is 9.1.1 that was too slow beside others.
func replayed911() Record {
	c := echoing("9.1.1", 1, cases.Message{Payload: cases.Repeat("BAsd7&jh23", 65536)}, 10*cases.Second)
	o := opened(false, 8, toGorilla("huykxi30mtwqnayl8HfhKQ=="), gorillaReply+"+y2BdM46PND4Ps/3If0zzo3stZE=\r\n\r\n")
	o.Events, o.Echoes = cases.Events{cases.Echoed{Count: 1}}, 1
	o.Traffic = &cases.Traffic{
		Incoming: cases.Flow{App: 65536, WebSocket: 65536, Wire: 65546, Frames: 1, Messages: 1, Opening: 129},
		Outgoing: cases.Flow{App: 65536, WebSocket: 65536, Wire: 65550, Frames: 1, Messages: 1, Opening: 242},
	}
	o.Before = &cases.Attempt{Verdict: cases.Failed, CloseVerdict: cases.OK, Says: "Did not receive message within 10 seconds."}
	o.Received = cases.Tally{Octets: map[int]int{65546: 1}, Frames: map[int]int{1: 1}}
	o.Sent = cases.Tally{Octets: map[int]int{65550: 1}, Frames: map[int]int{1: 1}}
	r := playing(c, o, cleanly(true, 1000, 1000),
		logOff, timer(cases.CloseSet, 10*cases.Second), logOn,
		txFrame(cases.OpClose, normalClose, "a2d8c4cd"), tx("8882a2d8c4cda130"),
		rx("880203e8"), rxFrame(cases.OpClose, normalClose, ""))
	r.Agent, r.Number = "gorilla", 247
	return r
}

// wrong916 is 9.1.6 against a server that answers text with binary, and drops TCP
// when it is asked to close.
func wrong916() Record {
	c := echoing("9.1.6", 1, cases.Message{Payload: cases.Repeat("BAsd7&jh23", 16<<20)}, 100*cases.Second)
	request := clientHead + "Host: 127.0.0.1:9014\r\n" + upgrade + "Sec-WebSocket-Key: YAH/7Q5ZWsGha4fBiYnzBA==\r\n" +
		"Origin: http://127.0.0.1\r\nSec-WebSocket-Version: 13\r\n\r\n"
	o := opened(false, 452, request, gorillaReply+"KlzzYqicUKtLShIyaSKQDoyrEcU=\r\n\r\n")
	o.Events = cases.Events{cases.Got{Opcode: cases.OpBinary, Payload: cases.Repeat("BAsd7&jh23", 16<<20)}}
	o.Received = cases.Tally{Octets: map[int]int{39936: 1, 44032: 1, 47114: 1, 65536: 254}, Frames: map[int]int{2: 1}}
	o.Sent = cases.Tally{Octets: map[int]int{16777230: 1}, Frames: map[int]int{1: 1}}
	return playing(c, o,
		cases.Closing{ClosedByMe: true, NotCleanReason: cases.ReasonPeerDropped, LocalCode: code(1000)},
		timer(cases.CloseSet, 100*cases.Second),
		txFrame(cases.OpClose, normalClose, "84754a01"), tx("888284754a01879d"))
}

// TestTrafficStats makes the objects of the reference out of the octets in them.
func TestTrafficStats(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("..", "testdata", "report", "traffic.json"))
	if err != nil {
		t.Fatal(err)
	}
	var octets map[string]map[string]float64
	if err := json.Unmarshal(want, &octets); err != nil {
		t.Fatal(err)
	}
	stats := make(map[string]*trafficStats)
	for name, of := range octets {
		flow := func(way string) cases.Flow {
			low := strings.ToLower(way)
			return cases.Flow{
				App:       int(of[low+"OctetsAppLevel"]),
				WebSocket: int(of[low+"OctetsWebSocketLevel"]),
				Wire:      int(of[low+"OctetsWireLevel"]),
				Frames:    int(of[low+"WebSocketFrames"]),
				Messages:  int(of[low+"WebSocketMessages"]),
				Opening:   int(of["preopen"+way+"OctetsWireLevel"]),
			}
		}
		stats[name] = trafficStatsOf(cases.Traffic{Incoming: flow("Incoming"), Outgoing: flow("Outgoing")})
	}
	got, err := encode(stats)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
		t.Errorf("differs from what the reference recorded (-want +got):\n%s", diff)
	}
}

// TestTrafficShown tells apart what is counted from what is reported.
func TestTrafficShown(t *testing.T) {
	timed, empty, unfinished := compressed1211(), compressed1211(), compressed1211()
	timed.Case.Report.Ratio = false
	empty.Observation.Traffic = &cases.Traffic{}
	unfinished.Observation.Traffic = nil
	for _, tt := range []struct {
		name   string
		record Record
		want   string // how the value begins
		detail string // of the cell
	}{
		{"compressed", compressed1211(), `{"incomingCompressionRatio":1.375,`, "458 ms [1.375/0.985]"},
		{"only timed", timed, `null`, "458 ms"},
		{"nothing sent", empty, `{"incomingCompressionRatio":null,`, "458 ms [-/-]"},
		{"not finished", unfinished, `null`, "458 ms"},
		{"neither", case36(), `null`, ""},
	} {
		b, err := encode(caseFileOf(tt.record).TrafficStats)
		if err != nil {
			t.Fatal(err)
		}
		if got := compact(b); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: traffic is %.60s, want %s", tt.name, got, tt.want)
		}
		w, _ := addOne(t, tt.record)
		detail := strings.Join(texts(withClass(parse(t, read(t, w, "index.html")), "span", "detail")), "; ")
		if detail != tt.detail {
			t.Errorf("%s: cell says %q, want %q", tt.name, detail, tt.detail)
		}
	}
}

// TestNumber has the values that Python writes as its reference.
func TestNumber(t *testing.T) {
	got, err := encode([]number{
		0, 1, 1.375, 0.9851875, 1e-4, 9.999e-5, 1e-5, 1.5e-7, 123456, 1e15, 9999999999999998, 1e16, 1.2345e22, 1. / 3, -0.5, 5e-324,
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `[0.0,1.0,1.375,0.9851875,0.0001,9.999e-05,1e-05,1.5e-07,123456.0,1000000000000000.0,9999999999999998.0,` +
		`1e+16,1.2345e+22,0.3333333333333333,-0.5,5e-324]`
	if got := compact(got); got != want {
		t.Errorf("numbers are\n%s, want\n%s", got, want)
	}
}

// TestEchoEvents lists no events of a case that is an Echo, and all of any other.
func TestEchoEvents(t *testing.T) {
	mixed := wrong973()
	mixed.Case.Script = append(cases.Script{cases.Text("Hello")}, mixed.Case.Script...)
	for _, tt := range []struct {
		name     string
		record   Record
		expected int // verdicts
		received int // events
	}{
		{"echo", wrong973(), 0, 0},
		{"echo and more", mixed, 1, 1},
		{"no echo", recorded519(), 1, 3},
		{"nothing sent", Record{Case: cases.Case{Accept: cases.Silence}}, 1, 0},
	} {
		file := caseFileOf(tt.record)
		if len(file.Expected) != tt.expected || len(file.Received) != tt.received || file.Expected == nil || file.Received == nil {
			t.Errorf("%s: expected %v, received %v, want %d and %d of them, none null",
				tt.name, file.Expected, file.Received, tt.expected, tt.received)
		}
	}
}

// TestEchoPages checks what pages say of echoes, negotiations and attempts.
func TestEchoPages(t *testing.T) {
	unopened, garbled := refused1331(), replayed911()
	unopened.Observation.Opened = false
	garbled.Observation.Echoes, garbled.Observation.Events = 0, cases.Events{cases.GotText("x")}
	late, busy := case36(), replayed911()
	late.Observation.Lag = cases.Second / 200 // the least that extends a time limit
	busy.Observation.Before = &cases.Attempt{Verdict: cases.Failed, CloseVerdict: cases.OK, Says: "Nothing came.", Lag: cases.Second}
	for _, tt := range []struct {
		name   string
		record Record
		want   []string
		not    []string
	}{
		{"compressed", compressed1211(), []string{
			"1000 of 1000 messages came back as they were sent.",
			"The case took 458 ms. Its time limit is 1m0s.",
			"Offered by the Tester, Best First permessage-deflate; client_no_context_takeover; client_max_window_bits",
			"Agreed On permessage-deflate; client_no_context_takeover; server_no_context_takeover",
			"Application level 16000 16000", "WebSocket level 22000 15763", "Wire level 24000 21763",
			"Compression ratio 1.3750 0.9852", "Overhead 0.0909 0.3806", "Opening handshake 231 340",
			"002 WIRELOG DISABLED", "004 WIRELOG ENABLED", "While the log is disabled",
		}, []string{"Played beside"}},
		{"declined", declined1211(), []string{"Agreed On Nothing: the peer declined."}, []string{"came back", "Traffic"}},
		{"no offer", refused1331(), []string{
			"Accepted by the Tester, Best First permessage-deflate; client_max_window_bits=9",
			"Agreed On Nothing: the peer made no offer that allows any of these.",
		}, []string{"came back", "Traffic", "While the log is disabled"}},
		{"not opened", unopened, []string{"Agreed On Nothing: the connection was not opened."}, []string{"came back"}},
		{"garbled", wrong973(), []string{
			"299 of 1000 messages came back as they were sent.",
			`Observed echoed ×299, then text "<b>***`,
		}, []string{"Compression", "Traffic"}},
		{"replayed", replayed911(), []string{
			"Played beside other cases first, where it was FAILED / OK (Did not receive message within 10 seconds). " +
				"Played again alone, which is what counts.",
			"The message came back as it was sent.", "Its time limit is 10s.",
		}, []string{"Agreed On"}},
		{"one, garbled", garbled, []string{"The message did not come back as it was sent."}, nil},
		{"no echo", case36(), nil, []string{"came back", "took", "Played", "Compression", "Traffic", "While", "Time limits"}},
		{"late", late, []string{"Time limits were extended by 5 ms in all, for the machine had kept the tester waiting."}, nil},
		{"busy", busy, []string{
			"Played while the machine was busy first, where it was FAILED / OK (Nothing came). Played again alone, which is what counts.",
		}, []string{"beside other cases", "Time limits"}},
	} {
		_, doc := addOne(t, tt.record)
		page := spaced(doc)
		for _, s := range tt.want {
			if !strings.Contains(page, s) {
				t.Errorf("%s: page does not say %q", tt.name, s)
			}
		}
		for _, s := range tt.not {
			if strings.Contains(page, s) {
				t.Errorf("%s: page says %q", tt.name, s)
			}
		}
	}
}

// TestRatio has no ratio where nothing was sent.
func TestRatio(t *testing.T) {
	if ratio, ok := templates.Ratio(cases.Flow{WebSocket: 2}); ok {
		t.Errorf("ratio of no messages is %v, want none", ratio)
	}
	if overhead, ok := templates.Overhead(cases.Flow{App: 1, Wire: 2}); ok {
		t.Errorf("overhead of empty frames is %v, want none", overhead)
	}
}
