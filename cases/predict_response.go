package cases

import (
	"regexp"
	"slices"
	"strings"
)

// readResponse reads our response as a client does (RFC 6455 4.1).
func (c Case) readResponse(r *reading) {
	fields := []Field{{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {acceptField, modelAccept}}
	offers := c.Opening != nil && slices.Contains(c.Opening.Wants, protocolField)
	if offers {
		fields = append(fields, Field{protocolField, modelProtocol})
	}
	octets := c.written("HTTP/1.1 101 Switching Protocols", fields...)
	h, whole := r.head(octets, Client)
	for whole && interim1xx.MatchString(h.line) { // a client MUST take them (RFC 9110 15.2)
		if h.behind == "" {
			r.finds(MustRefuse, "The response is an interim one, and no other follows (RFC 9110 15.2).")
			return
		}
		h, whole = r.head(h.behind, Client)
	}
	if !whole {
		return
	}
	r.statusLine(h.line)
	r.answered(h)
	r.chosen(h, offers)
	if c.Deflate != nil && c.Deflate.Header != nil {
		r.agreed(h, c.Deflate.Wants)
	}
}

var (
	interim1xx = regexp.MustCompile(`^HTTP/1\.1 1(0[^1]|[^0].)( |$)`)
	status101  = regexp.MustCompile(`^HTTP/1\.1 101 [^\x00-\x08\x0a-\x1f\x7f]*$`)
	// almost101 is what whoever looks past white space, letters and a missing blank reads as 101.
	almost101 = regexp.MustCompile(`^(?i:HTTP/1\.1)[ \t]+101([ \t]|$)`)
	later101  = regexp.MustCompile(`^HTTP/1\.[2-9] 101 `)
)

func (r *reading) statusLine(line string) {
	switch {
	case status101.MatchString(line):
	case almost101.MatchString(line), later101.MatchString(line):
		r.finds(MayEither, "The status line is almost one with 101 (RFC 9112 4).")
	default:
		r.finds(MustRefuse, "The status line is not one of HTTP/1.1 with 101 (RFC 6455 4.1, RFC 9110 7.8).")
	}
}

// answered reads the fields that say that the WebSocket is open.
func (r *reading) answered(h modelHead) {
	if upgrade := h.values("Upgrade"); len(upgrade) != 1 || !strings.EqualFold(upgrade[0], "websocket") {
		r.finds(MustRefuse, "Upgrade is not websocket (RFC 6455 4.1).")
	}
	if !slices.ContainsFunc(h.list("Connection"), func(s string) bool { return strings.EqualFold(s, "upgrade") }) {
		r.finds(MustRefuse, "Connection does not name Upgrade (RFC 6455 4.1).")
	}
	if accept := h.values(acceptField); len(accept) != 1 || accept[0] != modelAccept {
		r.finds(MustRefuse, "Sec-WebSocket-Accept is not that of the key, once (RFC 6455 4.1, 11.3.3).")
	}
}

// chosen reads the subprotocol. Offers says that the client has offered modelProtocol.
func (r *reading) chosen(h modelHead, offers bool) {
	switch values := h.values(protocolField); {
	case len(values) == 0 && offers:
		r.finds(MayEither, "Who needs a subprotocol may refuse a server that names none (RFC 6455 4.1).")
	case len(values) > 0 && !offers, len(values) > 1, len(values) == 1 && values[0] != modelProtocol:
		r.finds(MustRefuse, "The subprotocol is not one of those that were offered (RFC 6455 4.1, 11.3.4).")
	}
}
