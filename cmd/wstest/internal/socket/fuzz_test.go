package socket

import (
	"net/http"
	"strings"
	"testing"
)

// FuzzParse wants a URL that the library takes, with user and password beside it, or an
// error that can be shown.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"ws://127.0.0.1:9001/path?q=1", "WSS://user:pass%20word@[::1]", "ws://a#b", "ws://a#", "http://a", "ws://", "ws:a", "ws://%zz", "ws://a:b", "ws://:@a/\x7f", "ws://a:1:2",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := Parse(raw)
		if err != nil {
			if u != nil || strings.ContainsFunc(err.Error(), func(c rune) bool { return c < ' ' || c == 0x7f }) {
				t.Errorf("%q: %v and the error %q", raw, u, err)
			}
			return
		}
		if u.Scheme != "ws" && u.Scheme != "wss" || u.Hostname() == "" || u.Fragment != "" {
			t.Errorf("%q: scheme %q, host %q, fragment %q", raw, u.Scheme, u.Hostname(), u.Fragment)
		}
		plain, err := Parse(stripped(u))
		if err != nil {
			t.Fatalf("%q: without user and password %v", raw, err)
		}
		if plain.User != nil || plain.Host != u.Host || plain.RequestURI() != u.RequestURI() {
			t.Errorf("%q: without user and password %q, of %q", raw, plain, u)
		}
		name, password, ok := (&http.Request{Header: credentials(u)}).BasicAuth()
		if ok != (u.User != nil) {
			t.Fatalf("%q: credentials %t, want %v", raw, ok, u.User)
		}
		// A colon in the name would end it (RFC 7617 2).
		if want, _ := u.User.Password(); ok && name+":"+password != u.User.Username()+":"+want {
			t.Errorf("%q: user %q, password %q", raw, name, password)
		}
	})
}
