package wire

import (
	"net/url"
	"slices"
	"strings"

	"gobahn/cases"
)

// BrowserBreaches is what a client's request lacks of what only browsers have to send
// (RFC 6455 4.1, WebSockets Standard 2.2). If it is known that the client is one, that is
// a fault. Of another that sends an Origin only that has to be right, and the rest is
// worth knowing.
func BrowserBreaches(request string, browser bool) []cases.Breach {
	c := requestChecks{checks{what: "request"}, looseHead(request)}
	origins := c.Values("Origin")
	if len(origins) == 0 && !browser {
		return nil
	}
	verdict := cases.Informational
	if browser {
		verdict = cases.Failed
	}
	switch {
	case len(origins) != 1:
		c.breach(cases.CheckBrowser, cases.Failed, c.Line, "the request has %d fields Origin, want one", len(origins))
	case !serialisedOrigin(origins[0]):
		c.breach(cases.CheckBrowser, cases.Failed, origins[0], "Origin is %q, want scheme, host and perhaps a port, or null", clip(origins[0]))
	}
	for _, name := range []string{"Pragma", "Cache-Control"} {
		if !c.HasToken(name, "no-cache") {
			c.breach(cases.CheckBrowser, verdict, c.Line, "the request has no %s: no-cache", name)
		}
	}
	if n := len(c.Values("Sec-WebSocket-Protocol")); n > 1 {
		c.breach(cases.CheckBrowser, verdict, c.Line, "the request has %d fields Sec-WebSocket-Protocol, want one", n)
	}
	// Which parameters are offered is up to the browser: Firefox offers none.
	if list, err := c.Extensions(); err != nil || !slices.ContainsFunc(list, isDeflate) {
		c.breach(cases.CheckBrowser, verdict, c.Line, "the request does not offer permessage-deflate")
	}
	return c.breaches
}

// serialisedOrigin reports whether s is an origin as RFC 6454 6.2 writes it: lower case,
// ASCII, no path, no default port, or null.
func serialisedOrigin(s string) bool {
	if s == "null" {
		return true
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Host == "" || u.User != nil || s != u.Scheme+"://"+u.Host || s != strings.ToLower(s) {
		return false
	}
	defaults := map[string]string{"http": "80", "https": "443", "ws": "80", "wss": "443"}
	return u.Port() == "" && !strings.HasSuffix(u.Host, ":") || u.Port() != "" && u.Port() != defaults[u.Scheme]
}
