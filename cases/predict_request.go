package cases

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
)

// readRequest reads our request as a server does (RFC 6455 4.2.1).
func (c Case) readRequest(r *reading) {
	o := c.Opening
	octets := c.written("GET / HTTP/1.1",
		Field{"Host", modelHost}, Field{"Upgrade", "websocket"}, Field{"Connection", "Upgrade"},
		Field{"Sec-WebSocket-Key", c.sentKey()}, Field{"Sec-WebSocket-Version", "13"})
	octets = strings.TrimPrefix(octets, "\r\n") // an empty line SHOULD be ignored (RFC 9112 2.2)
	h, whole := r.head(octets, Server)
	if !whole {
		return
	}
	if h.behind != "" || o != nil && o.Early {
		r.finds(MayEither, "A client MUST wait for the answer (RFC 6455 4.1); what a server makes of one that does not is left open.")
	}
	if o != nil && slices.ContainsFunc(o.Pauses, func(p Pause) bool { return p.Wait.For >= Second }) {
		r.finds(MayEither, "How long a server waits for a request is left to it (RFC 9110 15.5.9).")
	}
	r.requestLine(h.line, slices.Contains(c.Needs, NeedAbsent))
	r.host(h)
	r.upgrade(h)
	r.key(h.values("Sec-WebSocket-Key"))
	r.version(h.values("Sec-WebSocket-Version"))
	r.protocols(h)
	r.offers(h)
	r.content(h)
	r.origin(h.values("Origin"), slices.Contains(c.Needs, NeedOrigin))
	if len(h.values("Expect")) > 0 {
		r.finds(MayEither, "What becomes of Expect without content is left open (RFC 9110 10.1.1).")
	}
}

// requestVersion is the version in a request line, and what of it counts.
var requestVersion = regexp.MustCompile(`^HTTP/([0-9])\.([0-9])$`)

// requestLine reads the first line. Absent says that the server has nothing at modelAbsent.
func (r *reading) requestLine(line string, absent bool) {
	parts := strings.Split(line, " ")
	if len(parts) != 3 || slices.Contains(parts, "") || strings.ContainsAny(line, "\t\v\f") {
		if parts = strings.Fields(line); len(parts) != 3 {
			r.finds(MustRefuse, "The request line is none (RFC 9112 3).")
			return
		}
		r.finds(MayEither, "Other white space in a request line may be taken, or not (RFC 9112 3).")
	}
	method, target, version := parts[0], parts[1], requestVersion.FindStringSubmatch(parts[2])
	switch {
	case version == nil || !isToken(method):
		r.finds(MustRefuse, "The request line is none (RFC 9112 3).")
		return
	case version[1] == "0" || version[1]+version[2] == "10":
		r.finds(NoWebSocket, "In HTTP/1.0 Upgrade MUST be ignored (RFC 9110 7.8).")
	case version[1]+version[2] != "11":
		r.finds(MayEither, "Whether a higher version than HTTP/1.1 is taken is left open (RFC 6455 4.2.1, RFC 9110 2.5).")
	}
	if method != "GET" {
		r.finds(NoWebSocket, "The method is not GET (RFC 6455 4.2.1).")
	}
	r.target(target, absent)
}

// target reads the target of a request.
func (r *reading) target(target string, absent bool) {
	if strings.ContainsFunc(target, func(c rune) bool { return c <= ' ' || c >= 0x7f }) || strings.Contains(target, "#") {
		r.finds(MustRefuse, "The target has octets that a URI cannot have (RFC 9112 3.2).")
	}
	path := target
	if scheme, rest, absolute := strings.Cut(target, "://"); absolute && !strings.Contains(scheme, "/") { // MUST be taken (RFC 9112 3.2.2)
		host, behind, _ := strings.Cut(rest, "/")
		switch {
		case host == "":
			r.finds(MustRefuse, "The target names no host (RFC 9110 4.2.1).")
		case scheme != "http":
			r.finds(MayEither, "Whether other schemes are served is up to the server (RFC 9110 4.2).")
		}
		path = "/" + behind
	}
	path, _, _ = strings.Cut(path, "?")
	switch {
	case !strings.HasPrefix(path, "/"):
		r.finds(MustRefuse, "The target is no path (RFC 6455 4.2.1).")
	case path == modelAbsent && absent:
		r.finds(MustRefuse, "The server does not have the resource (RFC 6455 4.2.2).")
	case path != "/":
		r.finds(MayEither, "Whether there is the resource is up to the server (RFC 6455 4.2.2).")
	}
}

// aHost is a host with a port, or without one (RFC 9110 7.2).
var aHost = regexp.MustCompile(`^(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z!$%&'()*+,;=._~-]*)(:[0-9]*)?$`)

func (r *reading) host(h modelHead) {
	switch values := h.values("Host"); {
	case len(values) != 1:
		r.finds(MustRefuse, "There is not exactly one Host (RFC 9112 3.2).")
	case !aHost.MatchString(values[0]):
		r.finds(MustRefuse, "Host is none (RFC 9112 3.2).")
	case values[0] != modelHost:
		r.finds(MayEither, "Whom a server is there for is up to it (RFC 9110 7.4).")
	}
}

// upgrade reads Upgrade and Connection.
func (r *reading) upgrade(h modelHead) {
	protocols := h.list("Upgrade")
	named := func(name string) func(string) bool {
		return func(s string) bool { return strings.EqualFold(s, name) }
	}
	switch {
	case slices.ContainsFunc(protocols, named("websocket")):
	case slices.ContainsFunc(protocols, func(s string) bool { return named("websocket")(strings.Split(s, "/")[0]) }):
		r.finds(MayEither, "No document has a version of websocket (RFC 9110 7.8).")
	default:
		r.finds(NoWebSocket, "Upgrade does not name websocket (RFC 6455 4.2.1).")
	}
	options := h.list("Connection")
	if !slices.ContainsFunc(options, named("upgrade")) {
		r.finds(NoWebSocket, "Connection does not name Upgrade (RFC 6455 4.2.1, RFC 9110 7.8).")
	}
	if slices.ContainsFunc(options, named("close")) {
		r.finds(MayEither, "Connection asks for the end of the connection, too (RFC 9112 9.6).")
	}
}

func (r *reading) key(keys []string) {
	if len(keys) != 1 {
		r.finds(MustRefuse, "There is not exactly one Sec-WebSocket-Key (RFC 6455 4.2.1, 11.3.1).")
		return
	}
	if octets, err := base64.StdEncoding.DecodeString(keys[0]); err != nil || len(octets) != 16 {
		r.finds(MustRefuse, "Sec-WebSocket-Key is not 16 octets in base64 (RFC 6455 4.2.1).")
	}
}

func (r *reading) version(versions []string) {
	all := strings.Join(versions, ",")
	spoken := slices.ContainsFunc(strings.Split(all, ","), func(s string) bool { return strings.Trim(s, " \t") == "13" })
	switch {
	case all == "13":
	case len(versions) > 1 && strings.Trim(all, "13,") != "":
		r.finds(MustRefuse, "There are several fields Sec-WebSocket-Version (RFC 6455 11.3.5).")
	case spoken, all == "7", all == "8":
		r.finds(MayEither, "Whether lists of versions, and drafts, are taken is left open (RFC 6455 4.4).")
	default:
		r.finds(MustRefuse, "Sec-WebSocket-Version is not 13 (RFC 6455 4.2.1, 4.4).")
	}
}

// protocols reads the subprotocols that are offered.
func (r *reading) protocols(h modelHead) {
	values, names := h.values(protocolField), h.list(protocolField)
	if len(values) == 0 {
		return
	}
	seen := make(map[string]bool)
	for _, name := range names {
		if !isToken(name) || seen[name] {
			r.finds(MustRefuse, "Subprotocols MUST be names, each once (RFC 6455 4.1, 4.2.1).")
		}
		seen[name] = true
	}
	if len(names) == 0 {
		r.finds(MustRefuse, "Sec-WebSocket-Protocol names nothing (RFC 6455 4.1, 4.2.1).")
	} else if len(names) <= strings.Count(strings.Join(values, ","), ",") {
		r.finds(MayEither, "Empty elements of a list may be ignored (RFC 9110 5.6.1.2).")
	}
}

// content reads how long the content of the request is.
func (r *reading) content(h modelHead) {
	codings, lengths := h.list("Transfer-Encoding"), h.values("Content-Length")
	if len(codings) > 0 && !strings.EqualFold(codings[len(codings)-1], "chunked") {
		r.finds(MustRefuse, "Transfer-Encoding does not end with chunked (RFC 9112 6.3).")
	}
	for _, n := range lengths {
		if !isNumber(n) || n != lengths[0] {
			r.finds(MustRefuse, "Content-Length is none (RFC 9112 6.3).")
		}
	}
	if len(codings) > 0 || len(lengths) > 0 && strings.Trim(lengths[0], "0") != "" {
		r.finds(MayEither, "What becomes of content is left open (RFC 9110 7.8, 9.3.1).")
	}
}

// origin reads the Origin. Known says that the server lets in modelOrigin alone.
func (r *reading) origin(origins []string, known bool) {
	if len(origins) == 0 {
		return
	}
	all := strings.Join(origins, ",")
	switch same := all == "" || strings.EqualFold(strings.TrimSuffix(all, "/"), modelOrigin); {
	case known && all == modelOrigin:
	case known && !same:
		r.finds(MustRefuse, "The server does not let in the origin (RFC 6455 4.2.2).")
	default:
		r.finds(MayEither, "Whom a server lets in is up to it (RFC 6455 10.2).")
	}
}
