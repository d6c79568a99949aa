package cases

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
)

// readRequest reads our request as a server does (RFC 6455 4.2.1). What only a WebSocket
// needs counts where one is asked for.
func (c Case) readRequest(r *reading) {
	o := Opening{}
	if c.Opening != nil {
		o = *c.Opening
	}
	octets := c.written("GET "+modelPath+" HTTP/1.1", c.requestFields()...)
	for rest, more := octets, true; more; octets = rest {
		if rest, more = strings.CutPrefix(octets, "\r\n"); !more {
			rest, more = strings.CutPrefix(octets, "\n")
		}
		if more {
			r.finds(ShouldOpen, "An empty line before a request SHOULD be ignored (RFC 9112 2.2).")
		}
	}
	h, whole := r.head(octets, Server)
	if !whole {
		return
	}
	if h.behind != "" || o.Early {
		r.finds(MayEither, "A client MUST wait for the answer (RFC 6455 4.1); what a server makes of one that does not is left open.")
		r.garbled = true
	}
	if o.Prior != (Payload{}) {
		r.finds(MayEither, "Whether a connection is there for another request is up to the server (RFC 9112 9.3).")
	}
	if paused(o.Pauses) >= Second {
		r.finds(MayEither, "How long a server waits for a request is left to it (RFC 9110 15.5.9).")
	}
	ws := reading{stance: MustOpen}
	if hosted := r.requestLine(&ws, h.line, slices.Contains(c.Needs, NeedAbsent)); hosted {
		r.host(h)
	}
	r.upgrade(h)
	r.content(h)
	ws.key(h.values("Sec-WebSocket-Key"))
	ws.version(h.values("Sec-WebSocket-Version"))
	ws.protocols(h, slices.Contains(c.Needs, NeedProtocol))
	ws.offers(h)
	if c.Deflate != nil && slices.ContainsFunc(c.Deflate.Offer, func(p DeflateParams) bool { return p.ServerMaxWindowBits == 8 }) {
		ws.finds(ShouldOpen, "Many compressors have no window of 8 bits (RFC 7692 7.1.2.1).")
	}
	ws.origin(h.values("Origin"), slices.Contains(c.Needs, NeedOrigin))
	if len(h.values("Expect")) > 0 {
		ws.finds(MayEither, "What becomes of Expect without content is left open (RFC 9110 10.1.1).")
	}
	if c.adds(protocolField) || c.adds("Origin") {
		ws.finds(MayEither, "There is another such field, if the user has said so.")
	}
	if r.stance != NoWebSocket {
		r.finds(ws.stance, ws.why)
	}
}

// requestFields are those of our request that count.
func (c Case) requestFields() []Field {
	fields := []Field{
		{"Host", modelHost}, {"Upgrade", "websocket"}, {"Connection", "Upgrade"},
		{"Sec-WebSocket-Key", c.sentKey()}, {"Sec-WebSocket-Version", "13"},
	}
	if slices.Contains(c.Needs, NeedProtocol) {
		fields = append(fields, Field{protocolField, modelProtocol})
	}
	return fields
}

// paused is how long all pauses are.
func paused(pauses []Pause) (all Duration) {
	for _, p := range pauses {
		all += p.Wait.For
	}
	return all
}

// requestVersion is the version in a request line, and what of it counts.
var requestVersion = regexp.MustCompile(`^HTTP/([0-9])\.([0-9])$`)

// requestLine reads the first line, and what a WebSocket needs of it into ws. Absent says
// that the server has nothing at modelAbsent. Host reports whether HTTP of that version
// needs a Host.
func (r *reading) requestLine(ws *reading, line string, absent bool) (host bool) {
	parts := strings.Split(line, " ")
	if len(parts) != 3 || slices.Contains(parts, "") || strings.ContainsAny(line, "\t\v\f") {
		if parts = strings.Fields(line); len(parts) == 2 && isToken(parts[0]) && !requestVersion.MatchString(parts[1]) {
			r.finds(ShouldRefuse, "The request line has two parts, as in HTTP/0.9 (RFC 9112 3).")
			return false
		} else if len(parts) != 3 {
			r.finds(MustRefuse, "The request line is none (RFC 9112 3).")
			return false
		}
		r.finds(MayEither, "Other white space in a request line may be taken, or not (RFC 9112 3).")
	}
	method, target, version := parts[0], parts[1], requestVersion.FindStringSubmatch(parts[2])
	switch {
	case version == nil || !isToken(method):
		r.finds(MustRefuse, "The request line is none (RFC 9112 3).")
		return false
	case version[1] == "0" || version[1]+version[2] == "10":
		r.finds(NoWebSocket, "In HTTP/1.0 Upgrade MUST be ignored (RFC 9110 7.8).")
	case version[1]+version[2] != "11":
		r.finds(MayEither, "Whether a higher version than HTTP/1.1 is taken is left open (RFC 6455 4.2.1, RFC 9110 2.5).")
	}
	if method != "GET" {
		r.finds(NoWebSocket, "The method is not GET (RFC 6455 4.2.1).")
	}
	ws.target(target, absent)
	return version[1] != "0" && version[1]+version[2] != "10"
}

// target reads the target of a request.
func (r *reading) target(target string, absent bool) {
	if strings.ContainsFunc(target, func(c rune) bool { return c <= ' ' }) {
		r.finds(MustRefuse, "The target has octets that a URI cannot have (RFC 9112 3.2).")
	}
	if strings.ContainsFunc(target, func(c rune) bool { return c >= 0x7f }) || strings.Contains(target, "#") {
		r.finds(ShouldRefuse, "The target has octets that a URI cannot have, or a fragment (RFC 9112 3.2).")
	}
	if strings.ContainsAny(target, "\"<>\\^`{|}") {
		r.finds(MayEither, "The target has characters that a URI cannot have, which many take (RFC 9112 3.2).")
	}
	path := target
	if scheme, rest, absolute := strings.Cut(target, "://"); absolute && !strings.Contains(scheme, "/") { // MUST be taken (RFC 9112 3.2.2)
		host, behind, _ := strings.Cut(rest, "/")
		name, _, _ := strings.Cut(host, ":")
		switch {
		case name == "":
			r.finds(ShouldRefuse, "The target names no host (RFC 9110 4.2.1).")
		case scheme != "http":
			r.finds(MayEither, "Whether other schemes are served is up to the server (RFC 9110 4.2).")
		case host != modelHost:
			r.finds(MayEither, "Whom a server is there for is up to it (RFC 9110 7.4).")
		}
		path = "/" + behind
	}
	switch {
	case !strings.HasPrefix(path, "/"):
		r.finds(ShouldRefuse, "The target is no path (RFC 6455 4.2.1).")
	case path == modelAbsent && absent:
		r.finds(MustRefuse, "The server does not have the resource (RFC 6455 4.2.2).")
	case path != modelPath:
		r.finds(MayEither, "Whether there is the resource is up to the server (RFC 6455 4.2.2).")
	}
}

// aHost is a host with a port, or without one (RFC 9110 7.2).
var aHost = regexp.MustCompile(`^(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z!$%&'()*+,;=._~-]*)(:[0-9]*)?$`)

// almostHost is what no other host comes of.
var almostHost = regexp.MustCompile(`^[0-9A-Za-z._~:[\]-]*$`)

func (r *reading) host(h modelHead) {
	switch values := h.values("Host"); {
	case len(values) != 1:
		r.finds(MustRefuse, "There is not exactly one Host (RFC 9112 3.2).")
	case !aHost.MatchString(values[0]) && almostHost.MatchString(values[0]):
		r.finds(ShouldRefuse, "Host has a bracket or a port too many (RFC 9112 3.2).")
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
		return func(s string) bool { return sameWord(s, name) }
	}
	empty := max(h.empty("Upgrade"), h.empty("Connection"))
	if empty > reasonable {
		r.finds(MayEither, "How many empty elements of a list are ignored is left open (RFC 9110 5.6.1.2).")
	}
	if len(protocols) > 1 || empty > 0 {
		r.finds(ShouldOpen, "A server may ignore Upgrade, as it does where it does not read lists (RFC 9110 7.8).")
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
	if len(keys) > 1 && len(slices.Compact(slices.Clone(keys))) == 1 {
		r.finds(ShouldRefuse, "Sec-WebSocket-Key is there more than once (RFC 6455 11.3.1).")
		keys = keys[:1]
	}
	if len(keys) != 1 {
		r.finds(MustRefuse, "There is not exactly one Sec-WebSocket-Key (RFC 6455 4.2.1, 11.3.1).")
		return
	}
	const length = 24 // characters: a server need not decode it (RFC 6455 4.2.2)
	octets, err := base64.StdEncoding.DecodeString(keys[0])
	if err == nil && len(octets) != 16 && len(keys[0]) == length {
		r.finds(ShouldRefuse, "Sec-WebSocket-Key is not 16 octets, though as long in base64 (RFC 6455 4.2.1).")
	} else if err != nil || len(octets) != 16 {
		r.finds(MustRefuse, "Sec-WebSocket-Key is not 16 octets in base64 (RFC 6455 4.2.1).")
	} else if _, err := base64.StdEncoding.Strict().DecodeString(keys[0]); err != nil {
		r.finds(ShouldOpen, "Bits of Sec-WebSocket-Key that mean nothing are set: to decode it nonetheless is allowed (RFC 4648 3.5).")
	}
}

func (r *reading) version(versions []string) {
	all := strings.Join(versions, ",")
	spoken, others := false, false
	for s := range strings.SplitSeq(all, ",") {
		is13 := strings.Trim(s, " \t") == "13"
		spoken, others = spoken || is13, others || !is13
	}
	switch {
	case all == "13":
	case len(versions) > 1 && others && spoken:
		r.finds(ShouldRefuse, "There are several fields Sec-WebSocket-Version (RFC 6455 11.3.5).")
	case len(versions) > 1 && others:
		r.finds(MustRefuse, "There are several fields Sec-WebSocket-Version (RFC 6455 11.3.5).")
	case spoken, all == "7", all == "8":
		r.finds(MayEither, "Whether lists of versions, and drafts, are taken is left open (RFC 6455 4.4).")
	default:
		r.finds(MustRefuse, "Sec-WebSocket-Version is not 13 (RFC 6455 4.2.1, 4.4).")
	}
}

// protocols reads the subprotocols that are offered. Known says that the server speaks
// modelProtocol.
func (r *reading) protocols(h modelHead, known bool) {
	values, names := h.values(protocolField), h.list(protocolField)
	if len(values) == 0 {
		return
	}
	seen := make(map[string]bool)
	for _, name := range names {
		if !isToken(name) || seen[name] {
			r.finds(ShouldRefuse, "Subprotocols MUST be names, each once (RFC 6455 4.1, 4.2.1).")
		}
		seen[name] = true
	}
	if len(names) == 0 {
		r.finds(ShouldRefuse, "Sec-WebSocket-Protocol names nothing (RFC 6455 4.1, 4.2.1).")
	} else if h.empty(protocolField) > 0 {
		r.finds(MayEither, "Empty elements of a list may be ignored (RFC 9110 5.6.1.2).")
	}
	if !known || !seen[modelProtocol] {
		r.finds(MayEither, "Who insists on a subprotocol may refuse who offers none that it speaks (RFC 6455 10.7).")
	}
}

// content reads how long the content of the request is.
func (r *reading) content(h modelHead) {
	codings, lengths := h.list("Transfer-Encoding"), h.list("Content-Length")
	if len(codings) > 0 && !sameWord(codings[len(codings)-1], "chunked") {
		r.finds(MustRefuse, "Transfer-Encoding does not end with chunked (RFC 9112 6.3).")
	}
	for _, n := range lengths {
		if !isNumber(n) || n != lengths[0] {
			r.finds(MustRefuse, "Content-Length is none (RFC 9112 6.3).")
		}
	}
	switch {
	case len(codings) > 0, len(lengths) > 0 && strings.Trim(lengths[0], "0") != "":
		r.unfinished("What becomes of content is left open (RFC 9110 7.8, 9.3.1).")
	case len(lengths) > 1:
		r.finds(MayEither, "One Content-Length several times is an error, or one (RFC 9112 6.3).")
	case len(lengths) == 0 && len(h.values("Content-Length")) > 0:
		r.finds(MustRefuse, "Content-Length is none (RFC 9112 6.3).")
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
	case known && strings.TrimPrefix(all, "https") == strings.TrimPrefix(modelOrigin, "http"):
		r.finds(ShouldRefuse, "The server lets in the host of the origin, but by another scheme (RFC 6455 4.2.2).")
	case known && !same:
		r.finds(MustRefuse, "The server does not let in the origin (RFC 6455 4.2.2).")
	default:
		r.finds(MayEither, "Whom a server lets in is up to it (RFC 6455 10.2).")
	}
}
