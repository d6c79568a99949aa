package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

const (
	clientHead   = "GET / HTTP/1.1\r\nUser-Agent: AutobahnTestSuite/25.10.1-0.10.9\r\n"
	upgrade      = "Upgrade: WebSocket\r\nConnection: Upgrade\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n"
	switching    = "HTTP/1.1 101 Switching Protocols\r\n"
	gorillaReply = switching + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
	serverReply  = switching + "Server: AutobahnTestSuite/25.10.1-0.10.9\r\nX-Powered-By: AutobahnPython/0.10.9\r\n" +
		"Upgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
	gorillaDeflate = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n"
)

func toGorilla(key string) string {
	return clientHead + "Host: 127.0.0.1:9002\r\n" + upgrade + "Sec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Version: 13\r\n\r\n"
}

func fromGorilla(path, key string) string {
	return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:9001\r\nUser-Agent: Go-http-client/1.1\r\nConnection: Upgrade\r\n" +
		gorillaDeflate + "Sec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n\r\n"
}

// opened is an observation of an open connection with its two heads logged.
func opened(server bool, ms int, request, response string) cases.Observation {
	o := cases.Observation{
		Server: server, Opened: true, Request: request, Response: response,
		Started:  time.Date(2026, 4, 2, 15, 17, 24, 877e6, time.UTC),
		Duration: cases.Duration(ms) * cases.Duration(time.Millisecond),
		Received: cases.Tally{Octets: map[int]int{}, Frames: map[int]int{}},
		Sent:     cases.Tally{Octets: map[int]int{}, Frames: map[int]int{}},
	}
	if server {
		o.Wirelog = []cases.Row{rxHead(request), txHead(response)}
	} else {
		o.Wirelog = []cases.Row{txHead(request), rxHead(response)}
	}
	return o
}

// record judges what was observed. The statistics are those of the log, which
// is whole.
func record(id cases.ID, accept []cases.Outcome, ending cases.Ending, o cases.Observation, closing cases.Closing, rows ...cases.Row) Record {
	o.Closing = closing
	o.Wirelog = append(o.Wirelog, rows...)
	for _, r := range o.Wirelog {
		switch r.Kind {
		case cases.RxOctets:
			o.Received.Octets[r.Size]++
		case cases.TxOctets:
			o.Sent.Octets[r.Size]++
		case cases.RxFrame:
			o.Received.Frames[int(r.Opcode)]++
		case cases.TxFrame:
			o.Sent.Frames[int(r.Opcode)]++
		}
	}
	c := cases.Case{ID: id, Accept: accept, Ending: ending}
	return Record{Case: c, Observation: o, Result: cases.Judge(c, o)}
}

func cleanly(mine bool, local, remote uint16) cases.Closing {
	return cases.Closing{ClosedByMe: mine, WasClean: true, LocalCode: code(local), RemoteCode: code(remote)}
}

func preferred(better, tolerated cases.Events) []cases.Outcome {
	return []cases.Outcome{
		{Verdict: cases.OK, Events: better},
		{Verdict: cases.NonStrict, Events: tolerated},
	}
}

// recorded are observations made by hand after what the reference recorded.
func recorded() map[string]Record {
	greeting := cases.Events{cases.GotText("Hello, world!")}
	failAfter := timer(cases.FailSet, cases.Second)

	r111 := record("1.1.1", cases.Exactly(cases.GotText("")), cases.Ending{},
		opened(false, 8, toGorilla("RCiZBLWCwXraJZg8ARw/bw=="), gorillaReply+"xanm5GirTvoaqJYTOm9r5reS7zw=\r\n\r\n"),
		cleanly(true, 1000, 1000),
		txFrame(cases.OpText, "", "fc8267a2"), tx("8180fc8267a2"), failAfter,
		rx("8100"), rxFrame(cases.OpText, "", ""),
		txFrame(cases.OpClose, normalClose, "1e4b7e67"), tx("88821e4b7e671da3"),
		rx("880203e8"), rxFrame(cases.OpClose, normalClose, ""))
	r111.Observation.Events = cases.Events{cases.GotText("")}

	closing33 := cleanly(false, 1000, 1002)
	closing33.RemoteReason = cases.Of("RSV2 set, RSV3 set")
	r33 := record("3.3", preferred(greeting, nil), cases.FailedByPeer(1002),
		opened(false, 2, toGorilla("bwWKVxWsY7hAMLaOHcRLsQ=="), gorillaReply+"yzUbDYgLMOnO58U9qI2g38tXFyc=\r\n\r\n"),
		closing33,
		synced(txFrame(cases.OpText, "Hello, world!", "b55bae24")), synced(tx("818db55bae24fd3ec248da778e53da29c24094")),
		synced(reserved(3, txFrame(cases.OpText, "Hello, world!", "1c512dd9"))),
		synced(txFrame(cases.OpPing, "", "1495f9ac")), failAfter,
		synced(tx("b18d1c512dd9543441b5737d0dae732341bd3d")), synced(tx("89801495f9ac")),
		rx("810d48656c6c6f2c20776f726c6421881403ea52535632207365742c205253563320736574"),
		rxFrame(cases.OpText, "Hello, world!", ""), rxFrame(cases.OpClose, "\x03\xeaRSV2 set, RSV3 set", ""),
		txFrame(cases.OpClose, normalClose, "cd72aea0"), tx("8882cd72aea0ce9a"))
	r33.Observation.Events = greeting

	a, b := cases.Mark{Name: "A"}, cases.Mark{Name: "B"}
	r643 := record("6.4.3", preferred(cases.Events{a}, cases.Events{a, b}), cases.FailedByPeer(1007).OrFail(cases.WrongSide),
		opened(false, 2003, toGorilla("/fv9UuE3dTY3uHx9FZHXwg=="), gorillaReply+"zxMHly2R4kjhOHJhKpLZikD9j2w=\r\n\r\n"),
		cleanly(false, 1000, 1007),
		slices.Concat(
			[]cases.Row{tx("019503a6b4be"), tx("cd1c5503ba693770bf6801")}, pause("A"),
			[]cases.Row{tx("4a932634")}, pause("B"),
			[]cases.Row{
				tx("db67cfc0db67"), txFrame(cases.OpContinuation, "", "36915dbd"), tx("808036915dbd"), failAfter,
				rx("880203ef"), rxFrame(cases.OpClose, "\x03\xef", ""),
				txFrame(cases.OpClose, normalClose, "6a3b5cb1"), tx("88826a3b5cb169d3"),
			})...)
	r643.Observation.Events = cases.Events{a, b}

	xnet := clientHead + "Host: 127.0.0.1:9014\r\n" + upgrade +
		"Sec-WebSocket-Key: G3MlaGfJOC0iPQ/Jj29jaA==\r\nOrigin: http://127.0.0.1\r\nSec-WebSocket-Version: 13\r\n\r\n"
	r36 := record("3.6", cases.Silence, cases.FailedByPeer(1002),
		opened(false, 1002, xnet, gorillaReply+"sK7LxO79d48yJnpBl8SmRTsP1/0=\r\n\r\n"),
		cases.Closing{
			ClosedByMe: true, FailedByMe: true, NotCleanReason: cases.ReasonPeerDropped,
			LocalCode: code(1001), LocalReason: cases.Of("Going Away"),
		},
		reserved(6, txFrame(cases.OpBinary, "Hello, world!", "89507c97")), tx("e28d89507c97c13510fbe67c5ce0e62210f3a8"), failAfter,
		rx("820d48656c6c6f2c20776f726c6421"), rxFrame(cases.OpBinary, "Hello, world!", ""),
		cases.Row{Kind: cases.FailFired},
		txFrame(cases.OpClose, goingAway, "ac4cb720"), tx("888cac4cb720afa5f04fc522d000ed3bd659"))
	r36.Observation.Events = cases.Events{cases.GotBinary("Hello, world!")}

	return map[string]Record{
		"server-gorilla_1.1.1":      rejudged(r111),
		"server-gorilla_3.3":        rejudged(r33),
		"server-gorilla_6.4.3":      rejudged(r643),
		"server-gorilla_7.1.6":      recorded716(),
		"server-gorilla_7.5.1":      recorded751(),
		"server-go-xnet_3.6":        rejudged(r36),
		"client-gorilla_6.12.8":     recorded6128(),
		"client-gorilla_12.1.1":     recorded1211(),
		"client-py-websockets_5.19": recorded519(),
		"server-gorilla_12.1.1":     compressed1211(),
		"server-go-xnet_12.1.1":     declined1211(),
		"server-go-xnet_9.1.6":      wrong916(),
	}
}

func rejudged(r Record) Record { r.Result = cases.Judge(r.Case, r.Observation); return r }

// recorded716 has a long repeated payload, and a grade whatever happens.
func recorded716() Record {
	r := record("7.1.6", preferred(cases.Events{cases.GotText("Hello World!")}, nil), cases.Ending{Grade: cases.Informational},
		opened(false, 15, toGorilla("2+q2BeiU0pW4AMPA8O0PNQ=="), gorillaReply+"NzbG0FA20T9UTPrGrzhTzZ9q1ZQ=\r\n\r\n"),
		cleanly(true, 1000, 1000),
		repeated(262144, txFrame(cases.OpText, "BAsd7&jh23", "963ee095")),
		of(262158, tx("81ff0000000000040000963ee095d47f93f1a1188afda40da2d4e55ad7b3fc56d2a6d47f93f1a1188afda40da2d4e55ad7b3fc56d2a6d47f93f1a1188afda40d")),
		txFrame(cases.OpText, "Hello World!", "ab420537"), tx("818cab420537e327695bc4625258d92e6116"),
		txFrame(cases.OpClose, normalClose, "93d5c14a"), tx("888293d5c14a903d"),
		txFrame(cases.OpPing, "", "603dd9e7"), tx("8980603dd9e7"), timer(cases.FailSet, cases.Second),
		of(65536, rx("817f00000000000400004241736437266a6832334241736437266a6832334241736437266a6832334241736437266a6832334241736437266a68323342417364")),
		of(65536, pattern(6)), of(65536, pattern(2)), of(19456, pattern(8)), of(46108, pattern(4)),
		of(262144, rxFrame(cases.OpText, string(pattern(0).Head), "")),
		rxFrame(cases.OpText, "Hello World!", ""), rxFrame(cases.OpClose, normalClose, ""))
	r.Observation.Events = cases.Events{
		cases.Got{Opcode: cases.OpText, Payload: cases.Repeat("BAsd7&jh23", 262144)},
		cases.GotText("Hello World!"),
	}
	return r
}

func repeated(n int, r cases.Row) cases.Row { r.RepeatLen = n; return r }

// pattern is octets of the long payload of 7.1.6, from one within its period on.
func pattern(from int) cases.Row {
	return row(cases.RxOctets, cases.Repeat("BAsd7&jh23", 100).Octets()[from:])
}

// recorded751 has reasons that are UTF-8 and that are not.
func recorded751() Record {
	reason := "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited"
	closing := cleanly(true, 1000, 1002)
	closing.LocalReason = cases.Of(reason)
	closing.RemoteReason = cases.Of("invalid utf8 payload in close frame")
	return record("7.5.1", cases.Silence, cases.Ending{Codes: []uint16{1002, 1007}, MayDrop: true},
		opened(false, 1, toGorilla("u9N5P4pU5CHGZ5K7a6xZFg=="), gorillaReply+"94ybIrPgLyMco8d46mRXjAZ1jP0=\r\n\r\n"),
		closing,
		txFrame(cases.OpClose, normalClose+reason, "aa2abad1"), tx("8896aa2abad1a9c2746b4b97031e29e4061f1fc71a51cf4ed3a5cf4e"),
		timer(cases.FailSet, cases.Second),
		rx("882503ea696e76616c69642075746638207061796c6f616420696e20636c6f7365206672616d65"),
		rxFrame(cases.OpClose, "\x03\xeainvalid utf8 payload in close frame", ""))
}

// recorded6128 has a payload of 63 octets that are not UTF-8, a limit of half a
// second, and masked frames of the peer.
func recorded6128() Record {
	bad := "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe"
	closing := cleanly(false, 1000, 1007)
	closing.DroppedByMe = true
	return record("6.12.8", cases.Silence, cases.FailedByPeer(1007).OrFail(cases.WrongSide),
		opened(true, 2, fromGorilla("/runCase?case=119&agent=gorilla", "CCqVrRuCcuLWPAX5+j9g4w=="), serverReply+"G7NT2TFD72J2fM8qJnIYR06mKEU=\r\n\r\n"),
		closing,
		txFrame(cases.OpText, string(unhex(bad)), ""), tx("813f"+bad), timer(cases.FailSet, cases.Second/2),
		rx("8882afbb9c83ac54"), rxFrame(cases.OpClose, "\x03\xef", "afbb9c83"),
		txFrame(cases.OpClose, normalClose, ""), tx("880203e8"))
}

// recorded1211 has a log that was switched off; what was sent then is counted
// all the same.
func recorded1211() Record {
	r := playing(compressing("12.1.1", offerDefault, acceptDefault),
		opened(true, 2, fromGorilla("/runCase?case=302&agent=gorilla", "q5qIlfsnYi92GCVRguSuXg=="),
			serverReply+"C1C49WuW1Q7acx0Y/s1b3g/0ckw=\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n\r\n"),
		cases.Closing{NotCleanReason: cases.ReasonPeerDropped},
		cases.Row{Kind: cases.LogSwitch}, timer(cases.CloseSet, 60*cases.Second))
	r.Observation.Deflate = &cases.DeflateParams{ServerNoContextTakeover: true}
	r.Observation.Sent.Octets[20]++
	r.Observation.Sent.Frames[1]++
	return rejudged(r)
}

// recorded519 has pauses without a mark, and a limit that closes.
func recorded519() Record {
	closing := cleanly(true, 1000, 1000)
	closing.DroppedByMe = true
	events := cases.Events{
		cases.GotPong("pongme 1!"), cases.GotPong("pongme 2!"),
		cases.GotText("fragment1fragment2fragment3fragment4fragment5"),
	}
	request := "GET /runCase?case=63&agent=py-websockets HTTP/1.1\r\nHost: 127.0.0.1:9003\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: QtTs4ipBvep5zYNggYPC4Q==\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\nUser-Agent: Python/3.11 websockets/10.4\r\n\r\n"
	r := record("5.19", cases.Exactly(events...), cases.Ending{},
		opened(true, 1006, request, serverReply+"RLzU3USxne4o9M5xmsL8/z2RX2A=\r\n\r\n"), closing,
		more(txFrame(cases.OpText, "fragment1", "")), tx("0109667261676d656e7431"),
		more(txFrame(cases.OpContinuation, "fragment2", "")), tx("0009667261676d656e7432"),
		txFrame(cases.OpPing, "pongme 1!", ""), tx("8909706f6e676d65203121"),
		pause("")[0],
		rx("8a899a7d9592ea12fbf5f718b5a3bb"), rxFrame(cases.OpPong, "pongme 1!", "9a7d9592"),
		pause("")[1],
		more(txFrame(cases.OpContinuation, "fragment3", "")), tx("0009667261676d656e7433"),
		more(txFrame(cases.OpContinuation, "fragment4", "")), tx("0009667261676d656e7434"),
		txFrame(cases.OpPing, "pongme 2!", ""), tx("8909706f6e676d65203221"),
		txFrame(cases.OpContinuation, "fragment5", ""), tx("8009667261676d656e7435"),
		timer(cases.CloseSet, cases.Second),
		rx("8a89c7482ad1b72744b6aa2d0ae3e6"), rxFrame(cases.OpPong, "pongme 2!", "c7482ad1"),
		rx("81adb36a8f14d518ee73de0fe160820cfd75d407ea7ac758e966d20de271dd1ebc72c10be879d604fb20d518ee73de0fe16086"),
		rxFrame(cases.OpText, "fragment1fragment2fragment3fragment4fragment5", "b36a8f14"),
		txFrame(cases.OpClose, normalClose, ""), tx("880203e8"),
		rx("8882ecdd9967ef35"), rxFrame(cases.OpClose, normalClose, "ecdd9967"))
	r.Observation.Events = events
	return rejudged(r)
}

// TestRecorded compares files with those of the reference for the same
// observations. The recordings lack the keys that name the case, and the
// sentences, which are our own.
func TestRecorded(t *testing.T) {
	for name, r := range recorded() {
		t.Run(name, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join("..", "testdata", "report", "recorded", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var want, got map[string]any
			if err := json.Unmarshal(b, &want); err != nil {
				t.Fatal(err)
			}
			if b, err = encode(caseFileOf(r)); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(b, &got); err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{"agent", "case", "description", "expectation", "id", "result", "resultClose", "started"} {
				if _, ok := got[key]; !ok {
					t.Errorf("no key %q", key)
				}
				delete(got, key)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("differs from what the reference recorded (-want +got):\n%s", diff)
			}
		})
	}
}
