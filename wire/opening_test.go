package wire_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/wire"
)

const rfcKey = "dGhlIHNhbXBsZSBub25jZQ==" // RFC 6455 1.3

func TestAcceptKeyOfTheRFC(t *testing.T) {
	if got, want := wire.AcceptKey(rfcKey), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestOpeningRequestOctets(t *testing.T) {
	o := wire.Opening{Target: "/chat?x=1", Host: "localhost:9001", UserAgent: "Gobahn", Key: rfcKey}
	want := "GET /chat?x=1 HTTP/1.1\r\nUser-Agent: Gobahn\r\nHost: localhost:9001\r\nUpgrade: WebSocket\r\n" +
		"Connection: Upgrade\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
	if diff := cmp.Diff(want, string(o.Request().Append(nil))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	o.Origin = "http://example.com"
	want = strings.Replace(want, "Sec-WebSocket-Version", "Origin: http://example.com\r\nSec-WebSocket-Version", 1)
	if diff := cmp.Diff(want, string(o.Request().Append(nil))); diff != "" {
		t.Errorf("with an origin (-want +got):\n%s", diff)
	}
}

func TestResponseOctets(t *testing.T) {
	request := wire.Opening{Key: rfcKey}.Request()
	want := "HTTP/1.1 101 Switching Protocols\r\nServer: Gobahn\r\nX-Powered-By: Gobahn\r\nUpgrade: WebSocket\r\n" +
		"Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
	if diff := cmp.Diff(want, string(wire.Response(request, "Gobahn", "", "").Append(nil))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// change is lines with one line replaced, or left out if by is "".
func change(lines []string, prefix, by string) string {
	var out strings.Builder
	for _, line := range lines {
		if strings.HasPrefix(line, prefix) {
			if line = by; by == "" {
				continue
			}
		}
		out.WriteString(line + "\r\n")
	}
	return out.String() + "\r\n"
}

func TestWhatIsWrongWithARequest(t *testing.T) {
	good := []string{
		"GET / HTTP/1.1",
		"Host: localhost",
		"Upgrade: websocket",
		"Connection: keep-alive, Upgrade",
		"Sec-WebSocket-Key: " + rfcKey,
		"Sec-WebSocket-Version: 13",
	}
	tests := []struct {
		name, line, by string
		want           string // "": nothing
	}{
		{"nothing", "none", "", ""},
		{"old line", "GET", "GET / HTTP/1.0", `request line "GET / HTTP/1.0": want HTTP/1.1`},
		{"no line", "GET", "nonsense", `request line "nonsense": want method, target and version`},
		{"POST", "GET", "POST / HTTP/1.1", `the request has method "POST", want GET`},
		{"method in lower case", "GET", "get / HTTP/1.1", `the request has method "get", want GET`},
		{"no Host", "Host", "", "the request has no Host"},
		{"two Hosts", "Host", "Host: a\r\nHost: b", "the request has 2 fields Host, want one"},
		{"no Upgrade", "Upgrade", "", `the request has Upgrade: "", want websocket`},
		{"Upgrade to another protocol", "Upgrade", "Upgrade: h2c", `the request has Upgrade: "h2c", want websocket`},
		{"one of two protocols", "Upgrade", "Upgrade: h2c, WebSocket", ""},
		{"no Connection", "Connection", "", `the request has Connection: "", want Upgrade`},
		{"Connection without Upgrade", "Connection", "Connection: keep-alive", `the request has Connection: "keep-alive", want Upgrade`},
		{"no version", "Sec-WebSocket-Version", "", wire.ErrVersion.Error()},
		{"old version", "Sec-WebSocket-Version", "Sec-WebSocket-Version: 8", wire.ErrVersion.Error()},
		{"two versions", "Sec-WebSocket-Version", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13", "the request has 2 fields Sec-WebSocket-Version, want one"},
		{"no key", "Sec-WebSocket-Key", "", `the request has Sec-WebSocket-Key: "", want 16 octets in base64`},
		{"key of 15 octets", "Sec-WebSocket-Key", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA", `the request has Sec-WebSocket-Key: "AAAAAAAAAAAAAAAAAAAA", want 16 octets in base64`},
		{"key that is no base64", "Sec-WebSocket-Key", "Sec-WebSocket-Key: ***", `the request has Sec-WebSocket-Key: "***", want 16 octets in base64`},
		{"two keys", "Sec-WebSocket-Key", "Sec-WebSocket-Key: " + rfcKey + "\r\nsec-websocket-key: " + rfcKey, "the request has 2 fields Sec-WebSocket-Key, want one"},
		{"extensions and subprotocols are only offers", "Host", "Host: a\r\nSec-WebSocket-Extensions: x\r\nSec-WebSocket-Protocol: y", ""},
	}
	for _, tt := range tests {
		h, err := wire.ParseHead([]byte(change(good, tt.line, tt.by)))
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		checkError(t, tt.name, wire.CheckRequest(h), tt.want)
	}
	h := wire.Opening{Target: "/", Host: "localhost", Key: rfcKey}.Request()
	checkError(t, "our own", wire.CheckRequest(h), "")
	h.Fields[len(h.Fields)-1].Value = "14"
	if err := wire.CheckRequest(h); !errors.Is(err, wire.ErrVersion) {
		t.Errorf("version 14: error %v, want ErrVersion", err)
	}
}

func TestWhatIsWrongWithAResponse(t *testing.T) {
	good := []string{
		"HTTP/1.1 101 Switching Protocols",
		"Upgrade: websocket",
		"Connection: Upgrade",
		"Sec-WebSocket-Accept: " + wire.AcceptKey(rfcKey),
	}
	tests := []struct {
		name, line, by string
		want           string // "": nothing
	}{
		{"nothing", "none", "", ""},
		{"no HTTP", "HTTP", "hello", `status line "hello": want HTTP/1.1 and a status`},
		{"HTTP/1.0", "HTTP", "HTTP/1.0 101 Switching Protocols", `status line "HTTP/1.0 101 Switching Protocols": want HTTP/1.1 and a status`},
		{"refused", "HTTP", "HTTP/1.1 403 Forbidden", `the server answered "HTTP/1.1 403 Forbidden" instead of 101 Switching Protocols`},
		{"no reason", "HTTP", "HTTP/1.1 101", ""},
		{"no Upgrade", "Upgrade", "", `the response has Upgrade: "", want websocket`},
		{"another Upgrade", "Upgrade", "Upgrade: h2c", `the response has Upgrade: "h2c", want websocket`},
		{"no Connection", "Connection", "", `the response has Connection: "", want Upgrade`},
		{"no accept", "Sec-WebSocket-Accept", "", `the response has Sec-WebSocket-Accept: "", want "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="`},
		{"wrong accept", "Sec-WebSocket-Accept", "Sec-WebSocket-Accept: " + rfcKey, `the response has Sec-WebSocket-Accept: "dGhlIHNhbXBsZSBub25jZQ==", want "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="`},
		{"accept in another case", "Sec-WebSocket-Accept", "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=", `the response has Sec-WebSocket-Accept: "S3pPLMBiTxaQ9kYGzzhZRbK+xOo=", want "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="`},
		{"two accepts", "Connection", "Connection: Upgrade\r\nSec-WebSocket-Accept: " + wire.AcceptKey(rfcKey), "the response has 2 fields Sec-WebSocket-Accept, want one"},
		{"subprotocol", "Connection", "Connection: Upgrade\r\nSec-WebSocket-Protocol: chat", `the response has subprotocol "chat", none was asked for`},
	}
	for _, tt := range tests {
		h, err := wire.ParseHead([]byte(change(good, tt.line, tt.by)))
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		checkError(t, tt.name, wire.CheckResponse(h, rfcKey), tt.want)
	}
	request := wire.Opening{Key: rfcKey}.Request()
	checkError(t, "our own", wire.CheckResponse(wire.Response(request, "Gobahn", "", ""), rfcKey), "")
}

func checkError(t *testing.T, name string, err error, want string) {
	t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
	}
	if got != want {
		t.Errorf("%s: error %q, want %q", name, got, want)
	}
}

func TestErrorsOfAnOpeningAreShort(t *testing.T) {
	huge := strings.Repeat("\xff", 60000)
	for _, h := range []wire.Head{
		{Line: huge + " / HTTP/1.1"},
		{Line: "GET / HTTP/1.1", Fields: []wire.Field{{"Host", huge}, {"Upgrade", huge}}},
		{Line: "GET / HTTP/1.1", Fields: []wire.Field{{"Host", huge}, {"Upgrade", "websocket"}, {"Connection", huge}}},
		{Line: "HTTP/1.1 101 " + huge},
		{Line: "HTTP/1.1 403 " + huge},
	} {
		for _, err := range []error{wire.CheckRequest(h), wire.CheckResponse(h, rfcKey)} {
			if err == nil || len(err.Error()) > 500 {
				t.Errorf("%.20q: an error of %d octets", h.Line, len(err.Error()))
			}
		}
	}
}

func TestNoneOfTheNearAcceptsIsRight(t *testing.T) {
	for _, key := range []string{"dGhlIHNhbXBsZSBub25jZQ==", "AQIDBAUGBwgJCgsMDQ4PEC==", "not base64"} {
		seen := map[string]bool{wire.AcceptKey(key): true}
		words := wire.AcceptWords(key)
		for i := 1; i < len(words); i += 2 {
			if words[i] == "" || seen[words[i]] {
				t.Errorf("key %q: %s is %q, which is right, or another", key, words[i-1], words[i])
			}
			seen[words[i]] = true
		}
	}
}
