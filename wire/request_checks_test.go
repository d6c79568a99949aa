package wire

import (
	"strings"
	"testing"
)

func TestEveryFaultOfARequestIsABreach(t *testing.T) {
	line := func(s string) string { return strings.Replace(aRequest, "GET / HTTP/1.1", s, 1) }
	field := func(from, to string) string { return strings.Replace(aRequest, from, to, 1) }
	more := func(s string) string { return strings.Replace(aRequest, "\r\n\r\n", "\r\n"+s+"\r\n\r\n", 1) }
	for _, c := range []struct {
		name, request, want string // check, verdict and how it says it begins; empty: nothing
	}{
		{"good", aRequest, ""},
		{"absolute form", line("GET ws://h/x?y HTTP/1.1"), ""},
		{"method", line("get / HTTP/1.1"), "target FAILED the method"},
		{"version", line("GET / HTTP/1.0"), "target FAILED the version"},
		{"fragment", line("GET /#f HTTP/1.1"), "target FAILED the target \"/#f\" has a fragment"},
		{"raw octets", line("GET /\xe9 HTTP/1.1"), "target FAILED the target"},
		{"no path", line("GET x HTTP/1.1"), "target FAILED the target \"x\" is neither"},
		{"no Host", field("Host: h\r\n", ""), "host FAILED the request has 0 fields Host"},
		{"user in Host", field("Host: h", "Host: u@h:9001"), "host FAILED Host is \"u@h:9001\""},
		{"IPv6 without brackets", field("Host: h", "Host: ::1"), "host FAILED Host is \"::1\": an IPv6"},
		{"default port", field("Host: h", "Host: h:80"), "host NON-STRICT Host is \"h:80\" with the default"},
		{"no Upgrade", field("Upgrade: websocket\r\n", ""), "required FAILED the request has Upgrade"},
		{"Connection without it", field("Connection: Upgrade", "Connection: keep-alive"), "required FAILED the request has Connection"},
		{"two keys", more("Sec-WebSocket-Key: x"), "required FAILED the request has 2 fields Sec-WebSocket-Key"},
		{"another version", field("Version: 13", "Version: 8"), "required FAILED the request has Sec-WebSocket-Version"},
		{"key of 8 octets", field("dGhlIHNhbXBsZSBub25jZQ==", "AAAAAAAAAAA="), "nonce FAILED the Sec-WebSocket-Key \"AAAAAAAAAAA=\" has 8"},
		{"key that is no base64", field("dGhlIHNhbXBsZSBub25jZQ==", "!"), "nonce FAILED the Sec-WebSocket-Key \"!\" is not"},
		{"key with spare bits", field("jZQ==", "jZR=="), "nonce NON-STRICT"},
		{"chunked", more("Transfer-Encoding: chunked"), "framing FAILED"},
		{"content", more("Content-Length: 5"), "framing FAILED"},
		{"no content, and says so", more("Content-Length: 0"), "framing NON-STRICT"},
		{"subprotocol twice", more("Sec-WebSocket-Protocol: a, b, a"), "offers FAILED the subprotocol \"a\" is offered twice"},
		{"subprotocol with a blank", more("Sec-WebSocket-Protocol: a b"), "offers FAILED the subprotocol \"a b\" is no name"},
		{"no subprotocol", more("Sec-WebSocket-Protocol: "), "offers FAILED Sec-WebSocket-Protocol is empty"},
		{"good offers", more("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x-other; y=1"), ""},
		{"extension without a name", more("Sec-WebSocket-Extensions: ;"), "offers FAILED the request has a malformed"},
		{"parameter out of range", more("Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=16"), "offers FAILED the request offers"},
		{"folded", more(" folded"), "syntax FAILED line 7 of the request begins with white space"},
	} {
		var got []string
		for _, b := range RequestBreaches(c.request, "127.0.0.1:80") {
			got = append(got, string(b.Check)+" "+string(b.Verdict)+" "+b.Says)
		}
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], c.want)) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if got := RequestBreaches(aRequest, "127.0.0.1:9001"); len(got) != 1 || !strings.Contains(got[0].Says, "without the port") {
		t.Errorf("without the port: %v", got)
	}
}
