package cases

import (
	"regexp"
	"slices"
	"strings"
)

// readResponse reads our response as a client does (RFC 6455 4.1).
func (c Case) readResponse(r *reading) {
	octets := c.written("HTTP/1.1 101 Switching Protocols",
		Field{"Upgrade", "websocket"}, Field{"Connection", "Upgrade"}, Field{acceptField, modelAccept})
	h, whole := r.head(octets, Client)
	if whole && interim1xx.MatchString(h.line) {
		r.finds(ShouldOpen, "A client MUST read interim responses, which many do not (RFC 9110 15.2).")
	}
	for whole && interim1xx.MatchString(h.line) { // a client MUST take them (RFC 9110 15.2)
		if h.behind == "" {
			r.finds(MustRefuse, "The response is an interim one, and no other follows (RFC 9110 15.2).")
			r.waits = true
			return
		}
		h, whole = r.head(h.behind, Client)
	}
	if !whole {
		return
	}
	if h.behind != "" {
		r.finds(MayEither, "What is behind the head is read as frames, which the model does not (RFC 6455 4.2.2).")
		r.garbled = true
	}
	if c.Opening != nil && paused(c.Opening.Pauses) > clientPatience {
		r.finds(MayEither, "How long a client waits for a response is left to it (RFC 6455 7.1.7).")
	}
	if lengths := strings.Join(h.values("Content-Length"), ""); !r.statusLine(h.line) && (lengths == "" || strings.Trim(lengths, "0") != "") {
		r.waits = true // for content that ends with TCP, or does not come (RFC 9112 6.3)
	}
	r.answered(h)
	r.chosen(h, c.wantsField(protocolField), c.wantsField("no "+protocolField))
	if c.adds(protocolField) {
		r.finds(MayEither, "There is another such field, if the user has said so.")
	}
	if c.Deflate != nil && c.Deflate.Header != nil || c.RewritesExtensions() {
		r.agreed(h, c)
	}
}

// clientPatience is how long any client waits for a response.
const clientPatience = 3 * Second

// wantsField reports whether the case is for clients whose request has a field, or with "no "
// before its name has none.
func (c Case) wantsField(name string) bool {
	return c.Opening != nil && slices.ContainsFunc(c.Opening.Wants, func(want string) bool { return sameWord(want, name) })
}

var (
	interim1xx = regexp.MustCompile(`^HTTP/1\.1 1(0[02-9]|[1-9][0-9])( |$)`)
	status101  = regexp.MustCompile(`^HTTP/1\.1 101 [^\x00-\x08\x0a-\x1f\x7f]*$`)
	// almost101 is what whoever looks past white space, letters and a missing blank reads as 101.
	almost101 = regexp.MustCompile(`^(?i:HTTP/1\.1)[ \t]+101([ \t]|$)`)
	early101  = regexp.MustCompile(`^HTTP/1\.0 101 `)
	later101  = regexp.MustCompile(`^HTTP/1\.[2-9] 101 `)
)

// statusLine reads the first line, and reports whether it is one with 101, or almost.
func (r *reading) statusLine(line string) bool {
	switch {
	case status101.MatchString(line):
	case almost101.MatchString(line), later101.MatchString(line):
		r.finds(MayEither, "The status line is almost one with 101 (RFC 9112 4).")
	case early101.MatchString(line):
		r.finds(ShouldRefuse, "There is no 101 in HTTP/1.0 (RFC 9110 7.8).")
	default:
		r.finds(MustRefuse, "The status line is not one of HTTP/1.1 with 101 (RFC 6455 4.1, RFC 9110 7.8).")
		return false
	}
	return true
}

// answered reads the fields that say that the WebSocket is open.
func (r *reading) answered(h modelHead) {
	switch protocols := h.list("Upgrade"); {
	case len(protocols) == 1 && len(h.values("Upgrade")) == 1 && sameWord(h.values("Upgrade")[0], "websocket"):
	case slices.ContainsFunc(protocols, func(s string) bool { return sameWord(s, "websocket") }):
		r.finds(ShouldRefuse, "Upgrade names more than websocket (RFC 6455 4.1).")
	default:
		r.finds(MustRefuse, "Upgrade is not websocket (RFC 6455 4.1).")
	}
	if len(h.values("Content-Length")) > 0 || len(h.values("Transfer-Encoding")) > 0 {
		r.finds(ShouldOpen, "A 101 has no content, whatever its fields say (RFC 9112 6.3).")
	}
	if !slices.ContainsFunc(h.list("Connection"), func(s string) bool { return sameWord(s, "upgrade") }) {
		r.finds(MustRefuse, "Connection does not name Upgrade (RFC 6455 4.1).")
	}
	if accept := slices.Compact(h.values(acceptField)); len(accept) == 1 && accept[0] == modelAccept && len(h.values(acceptField)) > 1 {
		r.finds(ShouldRefuse, "Sec-WebSocket-Accept is there more than once (RFC 6455 11.3.3).")
	} else if len(accept) != 1 || accept[0] != modelAccept {
		r.finds(MustRefuse, "Sec-WebSocket-Accept is not that of the key, once (RFC 6455 4.1, 11.3.3).")
	}
}

// chosen reads the subprotocol. Offers says that the client offers modelProtocol, and
// perhaps others, none that it offers none.
func (r *reading) chosen(h modelHead, offers, none bool) {
	values := h.values(protocolField)
	if len(values) > 1 && len(slices.Compact(slices.Clone(values))) == 1 {
		r.finds(ShouldRefuse, "Sec-WebSocket-Protocol is there more than once (RFC 6455 11.3.4).")
		values = values[:1]
	}
	switch {
	case len(values) == 0 && !none:
		if offers {
			r.finds(MayEither, "Who needs a subprotocol may refuse a server that names none (RFC 6455 4.1).")
		}
	case len(values) == 0:
	case none, len(values) > 1, !isToken(values[0]), values[0] == strangeProtocol,
		values[0] != modelProtocol && strings.HasPrefix(values[0], modelProtocol):
		r.finds(MustRefuse, "The subprotocol is not one of those that were offered (RFC 6455 4.1, 11.3.4).")
	case !offers || values[0] != modelProtocol:
		r.finds(MayEither, "It depends on what subprotocols the client has offered (RFC 6455 4.1).")
	}
}
