package wire

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gobahn/cases"
)

// AcceptKey is the Sec-WebSocket-Accept that answers key (RFC 6455 4.2.2).
func AcceptKey(key string) string { return hashed(key + guid) }

// guid is what RFC 6455 1.3 adds to a key.
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// Opening is what a client asks for in its opening handshake.
type Opening struct {
	Target    string // path and query
	Host      string
	UserAgent string
	Key       string // Sec-WebSocket-Key
	Origin    string // empty: none

	Extensions string   // Sec-WebSocket-Extensions; empty: none
	Offers     []Field  // further fields of that name
	Protocols  []string // subprotocols offered, the best first
	Version    int      // Sec-WebSocket-Version; 0: 13
	Fields     []Field  // further fields; they take the place of others of their name
}

// Request is the head of a client's opening handshake (RFC 6455 4.1), its
// fields in the order of the reference.
func (o Opening) Request() Head {
	h := Head{Line: "GET " + o.Target + " HTTP/1.1"}
	h.Add("User-Agent", o.UserAgent)
	h.Add("Host", o.Host)
	h.Add("Upgrade", "WebSocket")
	h.Add("Connection", "Upgrade")
	h.Add("Pragma", "no-cache")
	h.Add("Cache-Control", "no-cache")
	h.Add("Sec-WebSocket-Key", o.Key)
	if o.Origin != "" && o.version() < 13 {
		h.Add("Sec-WebSocket-Origin", o.Origin) // as in the drafts
	} else if o.Origin != "" {
		h.Add("Origin", o.Origin)
	}
	if len(o.Protocols) > 0 {
		h.Add("Sec-WebSocket-Protocol", strings.Join(o.Protocols, ","))
	}
	if o.Extensions != "" {
		h.Add("Sec-WebSocket-Extensions", o.Extensions)
	}
	h.Fields = append(h.Fields, o.Offers...)
	h.Add("Sec-WebSocket-Version", strconv.Itoa(o.version()))
	for _, f := range o.Fields {
		h = h.Edit(cases.Opening{Edits: []cases.Edit{cases.Set(f.Name, f.Value)}}, nil)
	}
	return h
}

func (o Opening) version() int { return cmp.Or(o.Version, 13) }

// CheckResponse returns what is wrong with a server's answer to a request with
// that key which asked for one of the subprotocols (RFC 6455 4.1), nil if nothing
// is. The extensions are for CheckDeflate.
func CheckResponse(h Head, key string, protocols ...string) error {
	status, err := h.Status()
	protocol := strings.Join(h.Values("Sec-WebSocket-Protocol"), "")
	switch {
	case err != nil:
		return err
	case status != 101:
		return fmt.Errorf("the server answered %q instead of %w", clip(h.Line), ErrRefused)
	case !h.HasToken("Upgrade", "websocket"):
		return fmt.Errorf("the response has Upgrade: %q, want websocket", clip(h.Get("Upgrade")))
	case !h.HasToken("Connection", "upgrade"):
		return fmt.Errorf("the response has Connection: %q, want Upgrade", clip(h.Get("Connection")))
	case h.Get("Sec-WebSocket-Accept") != AcceptKey(key):
		return fmt.Errorf("the response has Sec-WebSocket-Accept: %q, want %q", clip(h.Get("Sec-WebSocket-Accept")), AcceptKey(key))
	case protocol != "" && len(protocols) == 0:
		return fmt.Errorf("the response has subprotocol %q, none was asked for", clip(protocol))
	case protocol != "" && !slices.Contains(protocols, protocol):
		return fmt.Errorf("the response has subprotocol %q, which was not asked for", clip(protocol))
	}
	return h.once("response", "Sec-WebSocket-Accept")
}

// ErrRefused is returned by CheckResponse for a response whose status is not 101.
var ErrRefused = errors.New("101 Switching Protocols")

// Protocols are the subprotocols that a request offers, in order.
func Protocols(request Head) (list []string) {
	for _, value := range request.Values("Sec-WebSocket-Protocol") {
		for offer := range strings.SplitSeq(value, ",") {
			if offer = strings.Trim(offer, " \t"); offer != "" {
				list = append(list, offer)
			}
		}
	}
	return list
}

// once returns an error if a field is given more than once, of those that must
// not be (RFC 6455 11.3, RFC 9112 3.2).
func (h Head) once(what string, names ...string) error {
	for _, name := range names {
		if n := len(h.Values(name)); n > 1 {
			return fmt.Errorf("the %s has %d fields %s, want one", what, n, name)
		}
	}
	return nil
}

// ErrVersion is returned by CheckRequest for a version that is not accepted, which
// is answered with those that are (RFC 6455 4.4).
var ErrVersion = errors.New("the request has a Sec-WebSocket-Version that is not accepted")

// CheckRequest returns what is wrong with a client's opening handshake (RFC
// 6455 4.2.1), nil if nothing is. Without any versions it accepts 13.
func CheckRequest(h Head, versions ...int) error {
	if len(versions) == 0 {
		versions = []int{13}
	}
	method, _, err := h.Request()
	switch {
	case err != nil:
		return err
	case method != "GET":
		return fmt.Errorf("the request has method %q, want GET", clip(method))
	case h.Get("Host") == "":
		return errors.New("the request has no Host")
	case !h.HasToken("Upgrade", "websocket"):
		return fmt.Errorf("the request has Upgrade: %q, want websocket", clip(h.Get("Upgrade")))
	case !h.HasToken("Connection", "upgrade"):
		return fmt.Errorf("the request has Connection: %q, want Upgrade", clip(h.Get("Connection")))
	case !slices.ContainsFunc(versions, func(v int) bool { return h.Get("Sec-WebSocket-Version") == strconv.Itoa(v) }):
		return ErrVersion
	}
	key, err := base64.StdEncoding.DecodeString(h.Get("Sec-WebSocket-Key"))
	if err != nil || len(key) != 16 {
		return fmt.Errorf("the request has Sec-WebSocket-Key: %q, want 16 octets in base64", clip(h.Get("Sec-WebSocket-Key")))
	}
	return h.once("request", "Host", "Sec-WebSocket-Key", "Sec-WebSocket-Version")
}

// ChooseProtocol is the first of the subprotocols that a client offers which is one
// of ours, empty if none is (RFC 6455 4.2.2).
func ChooseProtocol(request Head, ours []string) string {
	for _, offer := range Protocols(request) {
		if slices.Contains(ours, offer) {
			return offer
		}
	}
	return ""
}

// Response is the head that completes a client's opening handshake (RFC 6455
// 4.2.2), with these extensions and this subprotocol, empty: none.
func Response(request Head, server, extensions, protocol string) Head {
	h := Head{Line: "HTTP/1.1 101 Switching Protocols"}
	h.Add("Server", server)
	h.Add("X-Powered-By", server)
	h.Add("Upgrade", "WebSocket")
	h.Add("Connection", "Upgrade")
	h.Add("Sec-WebSocket-Accept", AcceptKey(request.Get("Sec-WebSocket-Key")))
	if extensions != "" {
		h.Add("Sec-WebSocket-Extensions", extensions)
	}
	if protocol != "" {
		h.Add("Sec-WebSocket-Protocol", protocol)
	}
	return h
}
