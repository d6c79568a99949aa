package wire

import (
	"encoding/base64"
	"fmt"
	"net"
	"slices"
	"strings"

	"gobahn/cases"
)

// RequestBreaches is what the checks of the opening handshake find in the head of a
// client's request, as on the wire, to a server at address (RFC 6455 4.1).
func RequestBreaches(request, address string) []cases.Breach {
	c := requestChecks{checks{what: "request"}, looseHead(request)}
	c.syntax(request)
	c.target()
	c.host(address)
	c.upgrade()
	c.required()
	c.nonce()
	c.framing()
	c.protocols()
	c.extensions()
	return c.breaches
}

// requestChecks are the checks of one request.
type requestChecks struct {
	checks
	Head
}

// target looks at the request line (RFC 6455 3, 4.1).
func (c *requestChecks) target() {
	method, rest, _ := strings.Cut(c.Line, " ")
	target, version, _ := strings.Cut(rest, " ")
	illegal := func(r rune) bool { return r <= ' ' || r >= 0x7F }
	switch {
	case method != "GET":
		c.breach(cases.CheckTarget, cases.Failed, c.Line, "the method is %q, want GET", clip(method))
	case !http11(version):
		c.breach(cases.CheckTarget, cases.Failed, c.Line, "the version is %q, want HTTP/1.1", clip(version))
	case strings.Contains(target, "#"):
		c.breach(cases.CheckTarget, cases.Failed, c.Line, "the target %q has a fragment", clip(target))
	case strings.ContainsFunc(target, illegal):
		c.breach(cases.CheckTarget, cases.Failed, c.Line, "the target %q holds what no URL may", clip(target))
	case !strings.HasPrefix(target, "/") && !strings.Contains(target, "://"):
		c.breach(cases.CheckTarget, cases.Failed, c.Line, "the target %q is neither a path nor a URL", clip(target))
	}
}

// host looks at Host: the port is there exactly if it is not the default, and IPv6 is in
// brackets (RFC 6455 4.1, RFC 9110 7.2).
func (c *requestChecks) host(address string) {
	values := c.Values("Host")
	if len(values) != 1 {
		c.breach(cases.CheckHost, cases.Failed, c.Line, "the request has %d fields Host, want one", len(values))
		return
	}
	value := values[0]
	_, want, _ := net.SplitHostPort(address)
	_, port, _ := net.SplitHostPort(value) // "" if there is none
	switch {
	case value == "":
		c.breach(cases.CheckHost, cases.Failed, value, "Host is empty")
	case strings.ContainsAny(value, "@/ "):
		c.breach(cases.CheckHost, cases.Failed, value, "Host is %q, want a name and perhaps a port", clip(value))
	case strings.Count(value, ":") > 1 && !strings.HasPrefix(value, "["):
		c.breach(cases.CheckHost, cases.Failed, value, "Host is %q: an IPv6 address is in brackets", clip(value))
	case port == "" && want != "" && want != "80" && want != "443":
		c.breach(cases.CheckHost, cases.Failed, value, "Host is %q without the port, which is not the default one", clip(value))
	case port == want && (port == "80" || port == "443"):
		c.breach(cases.CheckHost, cases.NonStrict, value, "Host is %q with the default port", clip(value))
	}
}

// upgrade looks at Upgrade and Connection (RFC 6455 4.1, RFC 9110 7.8).
func (c *requestChecks) upgrade() {
	for _, want := range []Field{{"Upgrade", "websocket"}, {"Connection", "Upgrade"}} {
		if !c.HasToken(want.Name, want.Value) {
			value := strings.Join(c.Values(want.Name), ", ")
			c.breach(cases.CheckRequired, cases.Failed, value, "the request has %s: %q, want %s", want.Name, clip(value), want.Value)
		}
	}
}

// required looks at the fields that must be there, once (RFC 6455 4.1, 11.3).
func (c *requestChecks) required() {
	for _, name := range []string{"Sec-WebSocket-Key", versionField} {
		if n := len(c.Values(name)); n != 1 {
			c.breach(cases.CheckRequired, cases.Failed, c.Line, "the request has %d fields %s, want one", n, name)
		}
	}
	if v := c.Get(versionField); v != "" && v != "13" {
		c.breach(cases.CheckRequired, cases.Failed, v, "the request has %s: %q, want 13", versionField, clip(v))
	}
}

// nonce looks at the key: 16 octets in base64 (RFC 6455 4.1).
func (c *requestChecks) nonce() {
	key := c.Get("Sec-WebSocket-Key")
	octets, err := base64.StdEncoding.DecodeString(key)
	switch {
	case err != nil:
		c.breach(cases.CheckNonce, cases.Failed, key, "the Sec-WebSocket-Key %q is not base64", clip(key))
	case len(octets) != 16:
		c.breach(cases.CheckNonce, cases.Failed, key, "the Sec-WebSocket-Key %q has %d octets, want 16", clip(key), len(octets))
	case base64.StdEncoding.EncodeToString(octets) != key:
		c.breach(cases.CheckNonce, cases.NonStrict, key, "the Sec-WebSocket-Key %q is not written as base64 is: bits that mean nothing are set", clip(key))
	}
}

// framing is that no content follows a request (RFC 6455 4.1).
func (c *requestChecks) framing() {
	if v := c.Get("Transfer-Encoding"); v != "" {
		c.breach(cases.CheckFraming, cases.Failed, v, "the request has Transfer-Encoding: %q", clip(v))
	}
	if values := c.Values("Content-Length"); len(values) > 0 {
		verdict := cases.Failed
		if values[0] == "0" {
			verdict = cases.NonStrict
		}
		c.breach(cases.CheckFraming, verdict, values[0], "the request has Content-Length: %q", clip(values[0]))
	}
}

// protocols looks at the subprotocols: names, none of them twice (RFC 6455 4.1).
func (c *requestChecks) protocols() {
	offered := Protocols(c.Head)
	for i, name := range offered {
		switch {
		case !validName(name):
			c.breach(cases.CheckOffers, cases.Failed, name, "the subprotocol %q is no name", clip(name))
		case slices.Contains(offered[:i], name):
			c.breach(cases.CheckOffers, cases.Failed, name, "the subprotocol %q is offered twice", clip(name))
		}
	}
	if len(c.Values("Sec-WebSocket-Protocol")) > 0 && len(offered) == 0 {
		c.breach(cases.CheckOffers, cases.Failed, "", "Sec-WebSocket-Protocol is empty")
	}
}

// extensions looks at the offers: their grammar, and of permessage-deflate that its
// parameters are those that are defined, with values in range (RFC 6455 9.1, RFC 7692 7.1).
func (c *requestChecks) extensions() {
	values := c.Values(extensionsField)
	if len(values) == 0 {
		return
	}
	text := strings.Join(values, ", ")
	list, err := c.Extensions()
	if err != nil || len(list) == 0 {
		if err == nil {
			err = fmt.Errorf("%s that is empty", extensionsField)
		}
		c.breach(cases.CheckOffers, cases.Failed, text, "the request has a %v", err)
		return
	}
	for _, e := range list {
		if !isDeflate(e) {
			continue
		}
		if _, err := deflateParams(e); err != nil {
			c.breach(cases.CheckOffers, cases.Failed, e.String(), "the request offers %q: %v", clip(e.String()), err)
		}
	}
}
