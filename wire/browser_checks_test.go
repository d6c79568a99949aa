package wire

import (
	"strings"
	"testing"
)

func TestBrowsersHaveToSendMoreThanOthers(t *testing.T) {
	with := func(fields string) string { return strings.Replace(aRequest, "\r\n\r\n", "\r\n"+fields+"\r\n\r\n", 1) }
	const rest = "\r\nPragma: no-cache\r\nCache-Control: no-cache\r\nSec-WebSocket-Extensions: permessage-deflate"
	for _, c := range []struct {
		name, request string
		browser       bool
		want          string // verdicts of the breaches
	}{
		{"another client", aRequest, false, ""},
		{"another client with an Origin", with("Origin: http://a" + rest), false, ""},
		{"another client with an Origin alone", with("Origin: http://a"), false, "INFORMATIONAL INFORMATIONAL INFORMATIONAL"},
		{"a browser", with("Origin: http://a:8080" + rest), true, ""},
		{"a browser of a file", with("Origin: null" + rest), true, ""},
		{"a browser without a thing", aRequest, true, "FAILED FAILED FAILED FAILED"},
		{"two origins", with("Origin: http://a\r\nOrigin: http://b" + rest), false, "FAILED"},
		{"an origin with a path", with("Origin: http://a/" + rest), false, "FAILED"},
		{"an origin in capitals", with("Origin: http://A" + rest), false, "FAILED"},
		{"an origin with the default port", with("Origin: https://a:443" + rest), false, "FAILED"},
		{"an origin that is none", with("Origin: a" + rest), false, "FAILED"},
		{"two fields of subprotocols", with("Origin: http://a" + rest + "\r\nSec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b"), true, "FAILED"},
	} {
		var got []string
		for _, b := range BrowserBreaches(c.request, c.browser) {
			got = append(got, string(b.Verdict))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
