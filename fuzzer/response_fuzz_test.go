package fuzzer_test

import (
	"bytes"
	"net"
	"strings"
	"testing"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// answerable are cases for whatever a server answers: with and without permessage-deflate, one
// that looks at what follows a refusal, and one with a request before.
func answerable(tb testing.TB) []cases.Case {
	list := []cases.Case{choppable(false), choppable(true)}
	for _, wanted := range []func(o *cases.Opening) bool{
		func(o *cases.Opening) bool { return o.Follows() && o.Prior == cases.Payload{} },
		func(o *cases.Opening) bool { return o != nil && o.Prior != cases.Payload{} },
	} {
		found := false
		for _, c := range cases.All {
			if !found && c.Role == cases.Server && c.Variants == nil && wanted(c.Opening) {
				list, found = append(list, c), true
			}
		}
		if !found {
			tb.Fatal("there is no such case any more")
		}
	}
	return list
}

// FuzzResponse wants a result whatever a server answers with, the same however it is cut.
// In the octets {101} is the head that opens the WebSocket.
func FuzzResponse(f *testing.F) {
	list := answerable(f)
	for _, octets := range []string{
		"{101}\x81\x05hello", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n{101}",
		"HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 404\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		"HTTP/1.1 101 Switching Protocols\n\n", "HTTP/1.1 101\r\nUpgrade: websocket\r\nconnection: keep-alive, UPGRADE\r\nSec-WebSocket-Accept: x\r\n\r\n",
		"HTTP/1.1 101 a\r\nSec-WebSocket-Extensions: permessage-deflate; a=\"b\\\"\r\n\r\n", "SSH-2.0-x\r\n\r\n", strings.Repeat("HTTP/1.1 100\r\n\r\n", 200),
	} {
		for kind := range list {
			f.Add([]byte(octets), []byte{0, 20}, byte(kind))
		}
	}
	f.Fuzz(func(t *testing.T, octets, cuts []byte, kind byte) {
		c := list[int(kind)%len(list)]
		begin := func(cuts []byte) talk {
			return withServer(t, fuzzer.Config{}, c, func(nc net.Conn, head []byte) {
				octets := bytes.ReplaceAll(octets, []byte("{101}"), head)
				inPieces(nc, octets[:min(len(octets), maxTalk)], cuts)
			})
		}
		whole := begin(nil)
		if len(whole.played) != 1 {
			t.Fatalf("%d results", len(whole.played))
		}
		if c.Opening == nil || c.Opening.Prior == (cases.Payload{}) { // there it matters when the request is made
			sameTalk(t, whole, begin(cuts))
		}
	})
}

// Interim responses without end are not read without end.
func TestInterimResponsesAreBounded(t *testing.T) {
	const interim = "HTTP/1.1 100 Continue\r\n\r\n"
	for _, test := range []struct {
		times int
		says  string
	}{
		{wire.MaxHead / len(interim), ""},
		{wire.MaxHead/len(interim) + 1, "interim responses of more than 65536 octets"},
	} {
		for _, cut := range []int{len(interim), 1, 100_000} {
			k := withServer(t, fuzzer.Config{}, choppable(false), func(nc net.Conn, head []byte) {
				octets := append(bytes.Repeat([]byte(interim), test.times), head...)
				for n := 0; len(octets) > 0; octets = octets[n:] {
					n = min(cut, len(octets))
					if _, err := nc.Write(octets[:n]); err != nil {
						return
					}
				}
			})
			o := k.played[0].Observation
			if said := strings.Join(o.Faults, ""); o.Opened != (test.says == "") || !strings.Contains(said, test.says) {
				t.Errorf("%d of them, in pieces of %d octets: opened: %t, %q", test.times, cut, o.Opened, said)
			}
		}
	}
}
