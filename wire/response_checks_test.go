package wire

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

// aRequest is a good request whose key is the example of RFC 6455 1.3.
const aRequest = "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

// anAnswer is the answer to it.
const anAnswer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

func TestEveryFaultOfAResponseIsABreach(t *testing.T) {
	// with puts lines before the empty one at the end, in the place of those of their name.
	with := func(head string, lines ...string) string {
		for _, line := range lines {
			name, _, _ := strings.Cut(line, ":")
			var kept []string
			for old := range strings.SplitSeq(strings.TrimSuffix(head, "\r\n\r\n"), "\r\n") {
				if n, _, _ := strings.Cut(old, ":"); n != name {
					kept = append(kept, old)
				}
			}
			head = strings.Join(append(kept, line), "\r\n") + "\r\n\r\n"
		}
		return head
	}
	status := func(line string) string {
		return strings.Replace(anAnswer, "HTTP/1.1 101 Switching Protocols", line, 1)
	}
	without := func(name string) string {
		return strings.Replace(with(anAnswer, name+": gone"), name+": gone\r\n", "", 1)
	}
	offers := func(lines ...string) string { return with(aRequest, lines...) }
	for _, c := range []struct {
		name, request, response string
		want                    []string // check, verdict and how it says it begins
	}{
		{"good", aRequest, anAnswer, nil},
		{"other letters, other fields, a list", aRequest, with(anAnswer, "Upgrade: WebSocket", "Connection: keep-alive, upgrade", "Server: x"), nil},
		{"no reason", aRequest, status("HTTP/1.1 101 "), nil},
		{"no blank behind the status", aRequest, status("HTTP/1.1 101"), []string{"status-line NON-STRICT the status line"}},
		{"HTTP/1.0", aRequest, status("HTTP/1.0 101 Switching Protocols"), []string{"status-line FAILED the status line"}},
		{"HTTP/1.2", aRequest, status("HTTP/1.2 101 x"), []string{"status-line FAILED the status line"}},
		{"no Upgrade", aRequest, without("Upgrade"), []string{"upgrade FAILED the 101 has no Upgrade"}},
		{"another Upgrade", aRequest, with(anAnswer, "Upgrade: h2c"), []string{`upgrade FAILED the 101 has Upgrade: "h2c", want websocket`}},
		{"a further Upgrade", aRequest, with(anAnswer, "Upgrade: websocket, foo"), []string{`upgrade NON-STRICT the 101 has Upgrade: "websocket, foo"`}},
		{"no Connection", aRequest, without("Connection"), []string{`upgrade FAILED the 101 has Connection: ""`}},
		{"another Connection", aRequest, with(anAnswer, "Connection: close"), []string{`upgrade FAILED the 101 has Connection: "close"`}},
		{"no accept", aRequest, without("Sec-WebSocket-Accept"), []string{"accept FAILED the 101 has no Sec-WebSocket-Accept"}},
		{"another accept", aRequest, with(anAnswer, "Sec-WebSocket-Accept: x"), []string{`accept FAILED the 101 has Sec-WebSocket-Accept: "x"`}},
		{"accept twice", aRequest, with(anAnswer, "X: y\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), []string{"accept FAILED the 101 has 2 fields"}},
		{"accept of the second key", offers("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "X: y\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), anAnswer, nil},
		{"no key", "GET / HTTP/1.1\r\n\r\n", anAnswer, nil},
		{"the request is cut off", aRequest[:60], with(anAnswer, "Sec-WebSocket-Accept: x"), nil},
		{"a request behind blank lines", "\r\n\r\n" + aRequest, with(anAnswer, "Sec-WebSocket-Accept: x"), []string{"accept FAILED"}},
		{"length", aRequest, with(anAnswer, "Content-Length: 0"), []string{"framing FAILED the 101 has Content-Length"}},
		{"coding", aRequest, with(anAnswer, "Transfer-Encoding: chunked"), []string{"framing FAILED the 101 has Transfer-Encoding"}},
		{"a fold", aRequest, with(anAnswer, "X: a\r\n b"), []string{`syntax FAILED line 6 of the response begins with white space (RFC 9112 5.2): " b"`}},
		{"a blank before the colon", aRequest, with(anAnswer, "X : a"), []string{"syntax FAILED line 5 of the response has white space before the colon"}},
		{"no colon", aRequest, with(anAnswer, "X"), []string{"syntax FAILED line 5 of the response is no header field"}},
		{"no name", aRequest, with(anAnswer, ": a"), []string{"syntax FAILED line 5 of the response has a name that is no token"}},
		{"a NUL", aRequest, with(anAnswer, "X: a\x00b"), []string{"syntax FAILED line 5 of the response holds a control character"}},
		{"a CR", aRequest, with(anAnswer, "X: a\rb"), []string{"syntax FAILED line 5 of the response holds a control character"}},
		{"a bare LF", aRequest, with(anAnswer, "X: a\nY: b"), []string{"syntax FAILED line 5 of the response ends with LF"}},
		{"a tab", aRequest, with(anAnswer, "X: a\tb"), nil},
		{"octets above 7f", aRequest, with(anAnswer, "X: caf\xe9"), nil},
		{"a protocol unasked", aRequest, with(anAnswer, "Sec-WebSocket-Protocol: a"), []string{`unasked FAILED the 101 has subprotocol "a", which was not offered`}},
		{"an empty protocol", aRequest, with(anAnswer, "Sec-WebSocket-Protocol: "), []string{"unasked FAILED the 101 has an empty"}},
		{"the protocol offered", offers("Sec-WebSocket-Protocol: b, a"), with(anAnswer, "Sec-WebSocket-Protocol: a"), nil},
		{"a protocol of the second line", offers("X: y\r\nSec-WebSocket-Protocol: a", "X2: z\r\nSec-WebSocket-Protocol: b"), with(anAnswer, "Sec-WebSocket-Protocol: b"), nil},
		{"the whole list", offers("Sec-WebSocket-Protocol: b, a"), with(anAnswer, "Sec-WebSocket-Protocol: b, a"), []string{"unasked FAILED the 101 has Sec-WebSocket-Protocol"}},
		{"no name of a protocol", offers("Sec-WebSocket-Protocol: a b"), with(anAnswer, "Sec-WebSocket-Protocol: a b"), []string{"unasked FAILED the 101 has Sec-WebSocket-Protocol"}},
		{"two protocols", offers("Sec-WebSocket-Protocol: b, a"), with(anAnswer, "X: y\r\nSec-WebSocket-Protocol: b", "Z: y\r\nSec-WebSocket-Protocol: a"), []string{"unasked FAILED the 101 has 2 fields"}},
		{"an extension unasked", aRequest, with(anAnswer, "Sec-WebSocket-Extensions: x; y=1"), []string{`unasked FAILED the 101 has extension "x", which was not offered`}},
		{"an extension offered", offers("Sec-WebSocket-Extensions: w;v, X ; y=2"), with(anAnswer, "Sec-WebSocket-Extensions: x; y=1"), nil},
		{"extensions in two fields", offers("Sec-WebSocket-Extensions: x, y"), with(anAnswer, "Sec-WebSocket-Extensions: x\r\nSec-WebSocket-Extensions: y"), []string{"extension INFORMATIONAL the 101 has 2 fields"}},
		{"an empty extension", aRequest, with(anAnswer, "Sec-WebSocket-Extensions: "), []string{"unasked FAILED the 101 has a malformed"}},
		{"all at once", aRequest, "HTTP/1.1 101\r\nX : y\r\n\r\n", []string{"syntax FAILED", "status-line NON-STRICT", "upgrade FAILED", "upgrade FAILED", "accept FAILED"}},

		{"refused", aRequest, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", nil},
		{"401", aRequest, "HTTP/1.1 401 x\r\n\r\n", []string{"refusal FAILED the answer has status 401, but no WWW-Authenticate"}},
		{"401 with all", aRequest, "HTTP/1.1 401 x\r\nwww-authenticate: Basic\r\n\r\n", nil},
		{"405", aRequest, "HTTP/1.1 405 x\r\n\r\n", []string{"refusal FAILED the answer has status 405, but no Allow"}},
		{"405 with nothing allowed", aRequest, "HTTP/1.1 405 x\r\nAllow:\r\n\r\n", nil},
		{"426", aRequest, "HTTP/1.1 426 x\r\n\r\n", []string{"refusal FAILED the answer has status 426, but no Upgrade"}},
		{"426 to a version", offers("Sec-WebSocket-Version: 14"), "HTTP/1.1 426 x\r\nUpgrade: websocket\r\n\r\n", []string{"refusal FAILED the answer to version 14 has status 426"}},
		{"426 to a version with all", offers("Sec-WebSocket-Version: 14"), "HTTP/1.1 426 x\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n", nil},
		{"426 to no version", offers("Sec-WebSocket-Version: 014"), "HTTP/1.1 426 x\r\nUpgrade: websocket\r\n\r\n", nil},
		{"refused with a fold", aRequest, "HTTP/1.1 400 x\r\nX: a\r\n\tb\r\n\r\n", []string{"syntax FAILED line 3"}},
		{"no HTTP", "", "\xff\x00\r\n\r\n", []string{"syntax FAILED line 1"}},
		{"nothing", "", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for i, b := range ResponseBreaches(c.request, c.response) {
				line := fmt.Sprintf("%s %s %s", b.Check, b.Verdict, b.Says)
				if i < len(c.want) && strings.HasPrefix(line, c.want[i]) {
					line = c.want[i]
				}
				if strings.HasSuffix(b.Says, ".") || b.Octets.Size() > cases.LogLimit {
					t.Errorf("%q ends with a full stop, or has %d octets", b.Says, b.Octets.Size())
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Whatever a server answers, it is looked at in bounded space and without a panic.
func FuzzResponseBreaches(f *testing.F) {
	f.Add(aRequest, anAnswer)
	f.Add("\n", "HTTP/1.1 426\n\n")
	f.Fuzz(func(t *testing.T, request, response string) {
		for _, b := range ResponseBreaches(request, response) {
			if b.Says == "" || len(b.Says) > 1000 {
				t.Errorf("%s says %q", b.Check, b.Says)
			}
		}
	})
}

func TestOctetsBehindTheHeadOfA101ThatAreNoFrame(t *testing.T) {
	for octets, want := range map[string]bool{
		"\r\n": true, "\n\n": true, "<html>": true, "HTTP/1.1 200": true, "hello": true, " x": true, "{}": true, "0\r\n\r\n": true,
		"\x81\x02hi": false, "\x01\x02hi": false, "\x89\x00": false, "\xc1\x02hi": false, "\x83\x00": false, "\x88\x00": false, "\x81\x7e\x00\x01x": false,
	} {
		var d Decoder
		part, _, ok := d.Next([]byte(octets + strings.Repeat("\x00", 16)))
		if !ok {
			t.Fatalf("%q: no header", octets)
		}
		if got := NoFrame(part.Header, part.Header.Faults(Context{})); got != want {
			t.Errorf("%q: no frame: %t, want %t", octets, got, want)
		}
	}
}

func TestContentEndsWhereTheResponseSaysSo(t *testing.T) {
	for _, c := range []struct {
		name, head, content string
		end                 int // behind the head; -1: it does not
		closes              bool
	}{
		{"length", "HTTP/1.1 400 x\r\nContent-Length: 3\r\n\r\n", "abcHTTP", 3, false},
		{"no content", "HTTP/1.1 400 x\r\nContent-Length: 0\r\n\r\n", "HTTP", 0, false},
		{"too little", "HTTP/1.1 400 x\r\nContent-Length: 3\r\n\r\n", "ab", -1, false},
		{"chunks", "HTTP/1.1 400 x\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n", "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\nHTTP", 32, false},
		{"a trailer", "HTTP/1.1 400 x\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\nA: b\r\n\r\nHTTP", 11, false},
		{"chunks cut off", "HTTP/1.1 400 x\r\nTransfer-Encoding: chunked\r\n\r\n", "3\r\nabc\r\n0\r\n", -1, false},
		{"chunks cut off in the middle", "HTTP/1.1 400 x\r\nTransfer-Encoding: chunked\r\n\r\n", "3\r\nab", -1, false},
		{"chunks that are none", "HTTP/1.1 400 x\r\nTransfer-Encoding: chunked\r\n\r\n", "x\r\n\r\n", -1, false},
		{"a huge chunk", "HTTP/1.1 400 x\r\nTransfer-Encoding: chunked\r\n\r\n", "3fffffffffffffff\r\nabc", -1, false},
		{"another coding", "HTTP/1.1 400 x\r\nTransfer-Encoding: gzip\r\n\r\n", "abc", -1, true},
		{"neither", "HTTP/1.1 400 x\r\n\r\n", "abc", -1, true},
		{"neither, HTTP/1.0", "HTTP/1.0 400 x\r\n\r\n", "", -1, true},
		{"a length that is none", "HTTP/1.1 400 x\r\nContent-Length: x\r\n\r\n", "", -1, true},
		{"a huge length", "HTTP/1.1 400 x\r\nContent-Length: 18446744073709551615\r\n\r\n", "", -1, true},
		{"204", "HTTP/1.1 204 x\r\n\r\n", "HTTP", 0, false},
		{"304", "HTTP/1.1 304 x\r\nContent-Length: 3\r\n\r\n", "", 0, false},
		{"100", "HTTP/1.1 100 x\r\n\r\n", "HTTP", 0, false},
		{"no head", "HTTP/1.1 400 x\r\n", "", -1, false},
		{"a bad head", "HTTP/1.1 400 x\r\nX\r\n\r\n", "", -1, true},
	} {
		end, closes := ContentEnd([]byte(c.head + c.content))
		want := c.end
		if want >= 0 {
			want += len(c.head)
		}
		if end != want || closes != c.closes {
			t.Errorf("%s: ends at %d, with the connection %t; want %d, %t", c.name, end, closes, want, c.closes)
		}
	}
}
