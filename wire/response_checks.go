package wire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gobahn/cases"
)

// ResponseBreaches is what the checks of the opening handshake find in the head of a
// server's response to a request, both as on the wire. A 101 is held to RFC 6455 4.2.2,
// another answer to what its status has to say.
//
// Neither head need be a good one: a request may be wrong on purpose, and of a request
// that is cut off nothing is concluded from what it does not say.
func ResponseBreaches(request, response string) []cases.Breach {
	c := responseChecks{checks: checks{what: "response"}, request: looseHead(request), response: looseHead(response)}
	c.whole = strings.Contains(request, "\n\r\n") || strings.Contains(request, "\n\n")
	c.syntax(response)
	switch status := cases.StatusOf(c.response.Line); {
	case status == "101":
		c.statusLine()
		c.upgrade()
		c.accept()
		c.framing()
		c.protocol()
		c.extensions()
	default:
		c.refusal(status)
	}
	return c.breaches
}

// responseChecks are the checks of one response.
type responseChecks struct {
	checks
	request, response Head
	whole             bool // the request is known to its end
}

// checks are those of one head.
type checks struct {
	what     string // the head is of: "request"
	breaches []cases.Breach
}

func (c *checks) breach(check cases.Check, verdict cases.Verdict, octets, format string, args ...any) {
	c.breaches = append(c.breaches, cases.Breach{
		Check: check, Verdict: verdict, Says: fmt.Sprintf(format, args...),
		Octets: cases.Of(octets[:min(len(octets), cases.LogLimit)]),
	})
}

// syntax looks at the lines of a head, which a sender must not write otherwise (RFC 9112
// 2.2, 4, 5, RFC 9110 5.5).
func (c *checks) syntax(head string) {
	head = strings.TrimSuffix(head, "\r\n\r\n")
	n := 0
	for line := range strings.SplitSeq(head, "\n") {
		n++
		line, crlf := strings.CutSuffix(line, "\r")
		if says := lineFault(n, line); says != "" {
			c.breach(cases.CheckSyntax, cases.Failed, line, "line %d of the %s %s: %q", n, c.what, says, clip(line))
		} else if !crlf && n <= strings.Count(head, "\n") {
			c.breach(cases.CheckSyntax, cases.Failed, line, "line %d of the %s ends with LF instead of CR LF: %q", n, c.what, clip(line))
		}
	}
}

// lineFault says what is wrong with line n of a head, "" if nothing is.
func lineFault(n int, line string) string {
	isControl := func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7F }
	name, _, colon := strings.Cut(line, ":")
	switch {
	case strings.ContainsFunc(line, isControl):
		return "holds a control character (RFC 9110 5.5)"
	case n == 1:
		return ""
	case strings.HasPrefix(line, " "), strings.HasPrefix(line, "\t"):
		return "begins with white space (RFC 9112 5.2)"
	case !colon:
		return "is no header field (RFC 9112 5)"
	case strings.TrimRight(name, " \t") != name:
		return "has white space before the colon (RFC 9112 5.1)"
	case !validName(name):
		return "has a name that is no token (RFC 9110 5.1)"
	}
	return ""
}

// statusLine is "HTTP/1.1 101 " and perhaps a reason (RFC 6455 4.2.2, RFC 9112 4).
func (c *responseChecks) statusLine() {
	switch line := c.response.Line; {
	case !strings.HasPrefix(line, "HTTP/1.1 "):
		c.breach(cases.CheckStatusLine, cases.Failed, line, "the status line is %q, want HTTP/1.1 101 Switching Protocols", clip(line))
	case line == "HTTP/1.1 101":
		c.breach(cases.CheckStatusLine, cases.NonStrict, line, "the status line %q lacks the space behind the status (RFC 9112 4)", line)
	}
}

// upgrade looks at Upgrade and Connection (RFC 6455 4.2.2, RFC 9110 7.8).
func (c *responseChecks) upgrade() {
	values := c.response.Values("Upgrade")
	text := strings.Join(values, ", ")
	switch {
	case len(values) == 0:
		c.breach(cases.CheckUpgrade, cases.Failed, "", "the 101 has no Upgrade")
	case !c.response.HasToken("Upgrade", "websocket"):
		c.breach(cases.CheckUpgrade, cases.Failed, text, "the 101 has Upgrade: %q, want websocket", clip(text))
	case !strings.EqualFold(text, "websocket"):
		c.breach(cases.CheckUpgrade, cases.NonStrict, text, "the 101 has Upgrade: %q, want websocket and nothing else", clip(text))
	}
	if !c.response.HasToken("Connection", "upgrade") {
		text := strings.Join(c.response.Values("Connection"), ", ")
		c.breach(cases.CheckUpgrade, cases.Failed, text, "the 101 has Connection: %q, want Upgrade", clip(text))
	}
}

// accept looks at Sec-WebSocket-Accept (RFC 6455 4.2.2, 11.3.3). Of several keys any may
// be the one that is answered.
func (c *responseChecks) accept() {
	values, keys := c.response.Values("Sec-WebSocket-Accept"), c.request.Values("Sec-WebSocket-Key")
	switch {
	case len(values) == 0:
		c.breach(cases.CheckAccept, cases.Failed, "", "the 101 has no Sec-WebSocket-Accept")
	case len(values) > 1:
		c.breach(cases.CheckAccept, cases.Failed, values[1], "the 101 has %d fields Sec-WebSocket-Accept, want one", len(values))
	case len(keys) > 0 && c.whole && !slices.ContainsFunc(keys, func(key string) bool { return AcceptKey(key) == values[0] }):
		c.breach(cases.CheckAccept, cases.Failed, values[0], "the 101 has Sec-WebSocket-Accept: %q, want %q", clip(values[0]), AcceptKey(keys[0]))
	}
}

// framing is that no content follows a 101 (RFC 9110 8.6, RFC 9112 6.1).
func (c *responseChecks) framing() {
	for _, name := range []string{"Content-Length", "Transfer-Encoding"} {
		if values := c.response.Values(name); len(values) > 0 {
			c.breach(cases.CheckFraming, cases.Failed, values[0], "the 101 has %s: %q, which no 1xx may have", name, clip(values[0]))
		}
	}
}

// protocol is that of the subprotocols offered one is chosen, or none (RFC 6455 4.2.2,
// 11.3.4).
func (c *responseChecks) protocol() {
	const name = "Sec-WebSocket-Protocol"
	values, offered := c.response.Values(name), Protocols(c.request)
	switch {
	case len(values) == 0:
	case len(values) > 1:
		c.breach(cases.CheckUnasked, cases.Failed, values[1], "the 101 has %d fields %s, want one at most", len(values), name)
	case values[0] == "":
		c.breach(cases.CheckUnasked, cases.Failed, "", "the 101 has an empty %s", name)
	case !validName(values[0]):
		c.breach(cases.CheckUnasked, cases.Failed, values[0], "the 101 has %s: %q, which is no name", name, clip(values[0]))
	case !slices.Contains(offered, values[0]) && c.whole:
		c.breach(cases.CheckUnasked, cases.Failed, values[0], "the 101 has subprotocol %q, which was not offered", clip(values[0]))
	}
}

// extensions is that none is there that was not offered (RFC 6455 4.2.2, 9.1).
func (c *responseChecks) extensions() {
	if n := len(c.response.Values(extensionsField)); n > 1 { // RFC 6455 11.3.2 forbids it, 4.2.2 does not
		c.breach(cases.CheckExtension, cases.Informational, c.response.Line, "the 101 has %d fields %s", n, extensionsField)
	}
	list, err := c.response.Extensions()
	if err != nil {
		text := strings.Join(c.response.Values(extensionsField), ", ")
		c.breach(cases.CheckUnasked, cases.Failed, text, "the 101 has a %s", err)
		return
	}
	offered := offeredExtensions(c.request)
	for _, e := range list {
		isIt := func(name string) bool { return strings.EqualFold(name, e.Name) }
		if !slices.ContainsFunc(offered, isIt) && c.whole {
			c.breach(cases.CheckUnasked, cases.Failed, e.Name, "the 101 has extension %q, which was not offered", clip(e.Name))
		}
	}
}

// offeredExtensions are the names of what a request offers, whatever else is wrong with it.
func offeredExtensions(request Head) (names []string) {
	for _, value := range request.Values(extensionsField) {
		for offer := range strings.SplitSeq(value, ",") {
			name, _, _ := strings.Cut(offer, ";")
			names = append(names, strings.Trim(name, " \t"))
		}
	}
	return names
}

// refusal is that some statuses ask for a field that says what would do (RFC 9110
// 11.6.1, 15.5.6, 7.8, RFC 6455 4.2.2).
func (c *responseChecks) refusal(status string) {
	for _, rule := range []struct{ status, field, clause string }{
		{"401", "WWW-Authenticate", "RFC 9110 11.6.1"},
		{"405", "Allow", "RFC 9110 15.5.6"},
		{"426", "Upgrade", "RFC 9110 7.8"},
	} {
		if status == rule.status && len(c.response.Values(rule.field)) == 0 {
			c.breach(cases.CheckRefusal, cases.Failed, c.response.Line, "the answer has status %s, but no %s (%s)", status, rule.field, rule.clause)
		}
	}
	version := strings.Join(c.request.Values(versionField), ",")
	if status == "426" && otherVersion(version) && len(c.response.Values(versionField)) == 0 {
		c.breach(cases.CheckRefusal, cases.Failed, c.response.Line, "the answer to version %s has status 426, but no %s (RFC 6455 4.2.2)", version, versionField)
	}
}

const versionField = "Sec-WebSocket-Version"

// otherVersion reports whether s is a version, but not the one of RFC 6455 (RFC 6455 4.3).
func otherVersion(s string) bool {
	n, err := strconv.ParseUint(s, 10, 8)
	return err == nil && n != 13 && strconv.FormatUint(n, 10) == s
}

// NoFrame reports whether what follows the head of a 101 is something else than a frame,
// such as text or an empty line: no extension gives its header a meaning, nor is it how
// a server begins a frame that is otherwise wrong.
func NoFrame(h Header, faults Faults) bool {
	return !h.FIN && faults&(FaultRSV|FaultOpcode|FaultControlFIN) != 0
}

// looseHead is a head taken apart, as far as it is one: it ends with the first empty
// line, and what is no field is left out.
func looseHead(head string) (h Head) {
	for line := range strings.SplitSeq(strings.TrimLeft(head, "\r\n"), "\n") {
		line = strings.TrimSuffix(line, "\r")
		name, value, ok := strings.Cut(line, ":")
		switch {
		case h.Line == "":
			h.Line = line
		case line == "":
			return h
		case ok:
			h.Add(strings.Trim(name, " \t"), strings.Trim(value, " \t"))
		}
	}
	return h
}
