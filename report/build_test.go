package report

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"time"

	"gobahn/cases"
)

// Helpers that build observations by hand.

func code(n uint16) *uint16 { return &n }

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// row is a row about these octets, of which the log keeps the first ones.
func row(kind cases.RowKind, octets []byte) cases.Row {
	return cases.Row{Kind: kind, Size: len(octets), Head: octets[:min(len(octets), cases.LogLimit)]}
}

func rxHead(text string) cases.Row { return row(cases.RxOctets, []byte(text)) }
func txHead(text string) cases.Row { return row(cases.TxOctets, []byte(text)) }
func rx(octets string) cases.Row   { return row(cases.RxOctets, unhex(octets)) }
func tx(octets string) cases.Row   { return row(cases.TxOctets, unhex(octets)) }

// of is r when only the first of n octets are given.
func of(n int, r cases.Row) cases.Row { r.Size = n; return r }

func synced(r cases.Row) cases.Row { r.Sync = true; return r }

func more(r cases.Row) cases.Row { r.FIN = false; return r }

func reserved(rsv byte, r cases.Row) cases.Row { r.RSV = rsv; return r }

// rxFrame and txFrame are frames; an empty key means that they are not masked.
func rxFrame(op cases.Op, payload, key string) cases.Row {
	r := row(cases.RxFrame, []byte(payload))
	r.Opcode, r.FIN, r.Masked, r.Key = op, true, key != "", key
	return r
}

func txFrame(op cases.Op, payload, key string) cases.Row {
	r := row(cases.TxFrame, []byte(payload))
	r.Opcode, r.FIN, r.Key = op, true, key
	return r
}

func timer(kind cases.RowKind, d cases.Duration) cases.Row { return cases.Row{Kind: kind, Delay: d} }

func pause(mark string) []cases.Row {
	return []cases.Row{
		{Kind: cases.PauseBegun, Delay: cases.Second, Mark: mark},
		{Kind: cases.PauseEnded, Mark: mark},
	}
}

const (
	normalClose = "\x03\xe8"           // payload of a close frame with 1000
	goingAway   = "\x03\xe9Going Away" // with 1001
)

// case36 is case 3.6 against a client that swallows the bad frame, as the
// reference saw it.
func case36() Record {
	request := "GET /runCase?case=33&agent=stratus%402 HTTP/1.1\r\n" +
		"host: 127.0.0.1:9001\r\n" +
		"upgrade: websocket\r\n" +
		"connection: upgrade\r\n" +
		"sec-websocket-key: WcMtQIJJUB7Ppq5ljSvNQw==\r\n" +
		"sec-websocket-version: 13\r\n" +
		"sec-websocket-extensions: permessage-deflate\r\n\r\n"
	response := "HTTP/1.1 101 Switching Protocols\r\n" +
		"Server: AutobahnTestSuite/25.10.1-0.10.9\r\n" +
		"X-Powered-By: AutobahnPython/0.10.9\r\n" +
		"Upgrade: WebSocket\r\n" +
		"Connection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: zAMr/+nJIp0osoz8dPkMm2y+Tos=\r\n\r\n"
	c := cases.Case{
		ID:          "3.6",
		Description: "A binary message with RSV1 and RSV2 set.",
		Expectation: "The peer fails the connection.",
		Spec:        []string{"RFC 6455 5.2"},
		Script:      cases.Script{cases.Binary("Hello, world!").Reserved(6)},
		Accept:      cases.Silence,
		Ending:      cases.FailedByPeer(1002),
	}
	o := cases.Observation{
		Server:   true,
		Seed:     42,
		Started:  time.Date(2026, 4, 2, 15, 17, 24, 877e6, time.UTC),
		Duration: cases.Duration(2001 * time.Millisecond),
		Opened:   true,
		Request:  request,
		Response: response,
		Closing: cases.Closing{
			ClosedByMe:     true,
			FailedByMe:     true,
			DroppedByMe:    true,
			NotCleanReason: cases.ReasonNoReply,
			ClosingTimeout: true,
			LocalCode:      code(1001),
			LocalReason:    cases.Of("Going Away"),
		},
		Received: cases.Tally{Octets: map[int]int{232: 1}},
		Sent:     cases.Tally{Octets: map[int]int{14: 1, 15: 1, 208: 1}, Frames: map[int]int{2: 1, 8: 1}},
		Wirelog: []cases.Row{
			rxHead(request),
			txHead(response),
			reserved(6, txFrame(cases.OpBinary, "Hello, world!", "")),
			tx("e20d48656c6c6f2c20776f726c6421"),
			timer(cases.FailSet, cases.Second),
			{Kind: cases.FailFired},
			txFrame(cases.OpClose, goingAway, ""),
			tx("880c03e9476f696e672041776179"),
		},
	}
	return Record{Agent: "stratus@2", Case: c, Number: 33, Observation: o, Result: cases.Result{
		ID:           c.ID,
		Verdict:      cases.OK,
		CloseVerdict: cases.Failed,
		Says:         "The events observed are the ones expected.",
		CloseSays:    "The connection was failed by the wrong endpoint",
		Headline:     cases.Accepted,
	}}
}

// played is a record with these verdicts and nothing else of interest.
func played(agent string, id cases.ID, v, closing cases.Verdict) Record {
	return Record{
		Agent:  agent,
		Case:   cases.Case{ID: id, Description: "Case " + string(id) + "."},
		Result: cases.Result{ID: id, Verdict: v, CloseVerdict: closing},
		Observation: cases.Observation{
			Duration: 3 * cases.Second / 1000,
			Closing:  cases.Closing{RemoteCode: code(1000)},
		},
	}
}

// compact is JSON without the line breaks and indents between values.
func compact(b []byte) string {
	var out bytes.Buffer
	if err := json.Compact(&out, b); err != nil {
		panic(err)
	}
	return out.String()
}
