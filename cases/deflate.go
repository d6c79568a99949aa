package cases

import (
	"fmt"
	"slices"
	"strings"
)

// Deflate is the part of a case in the negotiation of permessage-deflate (RFC
// 7692 5). A peer with which it does not come about lacks what the case is about:
// Unimplemented.
type Deflate struct {
	Offer  []DeflateParams `json:"offer"`  // in our request, in order of preference
	Accept []DeflateParams `json:"accept"` // in our response: the first that an offer in the request allows

	// Header is what we send instead, valid or not: the values of fields
	// Sec-WebSocket-Extensions, or with Joined the parts of one. In a response {deflate}
	// stands for the shortest answer that accepts the offer, without the parameters that
	// the value has anyway.
	Header []Payload `json:"header,omitempty"`
	Joined bool      `json:"joined,omitempty"`

	Optional bool     `json:"optional,omitempty"` // the case is played without the extension, too, if the peer does not agree to it
	Wants    []string `json:"wants,omitempty"`    // what a client must offer for the case to be played: "permessage-deflate", "client_max_window_bits"; with "no " before it, must not
	Agreed   Agreed   `json:"agreed,omitzero"`    // what must come of it for the case to be played
}

// Agreed is what must have been agreed on for a case to mean something. The zero value
// is the extension, whatever its parameters.
type Agreed struct {
	Takeover bool `json:"takeover,omitempty"` // our messages may refer to those before
	Window   int  `json:"window,omitempty"`   // bits that our window has at least; 0: 8
	Forgets  bool `json:"forgets,omitempty"`  // the peer's messages may not refer to those before
	Within   int  `json:"within,omitempty"`   // bits that the peer's window has at most; 0: 15
}

// Extension is the name of the extension, of which Wants speak as of its parameters.
const Extension = "permessage-deflate"

// DeflateParams are the parameters of permessage-deflate under their names on
// the wire (RFC 7692 7.1). The zero value is the extension without any.
type DeflateParams struct {
	ServerNoContextTakeover bool `json:"server_no_context_takeover,omitempty"` // the server forgets its window after every message
	ClientNoContextTakeover bool `json:"client_no_context_takeover,omitempty"` // the client does
	ServerMaxWindowBits     int  `json:"server_max_window_bits,omitempty"`     // 8 to 15, the server's window is 1<<bits octets; 0: not given, as good as 15
	ClientMaxWindowBits     int  `json:"client_max_window_bits,omitempty"`     // 8 to 15; 0: not given; AnyWindow
}

// AnyWindow in an offer says that the server may choose the client's window. On
// the wire it is client_max_window_bits without a value.
const AnyWindow = -1

// DefaultWindowBits is the window of an endpoint of which nothing was said.
const DefaultWindowBits = 15

// String shows p as on the wire, in the order in which the reference offers.
func (p DeflateParams) String() string {
	list := []string{Extension}
	if p.ClientNoContextTakeover {
		list = append(list, "client_no_context_takeover")
	}
	switch {
	case p.ClientMaxWindowBits == AnyWindow:
		list = append(list, "client_max_window_bits")
	case p.ClientMaxWindowBits != 0:
		list = append(list, fmt.Sprintf("client_max_window_bits=%d", p.ClientMaxWindowBits))
	}
	if p.ServerNoContextTakeover {
		list = append(list, "server_no_context_takeover")
	}
	if p.ServerMaxWindowBits != 0 {
		list = append(list, fmt.Sprintf("server_max_window_bits=%d", p.ServerMaxWindowBits))
	}
	return strings.Join(list, "; ")
}

// Lines show the fields that are sent as they are, one each.
func (d *Deflate) Lines() (lines []string) {
	if d == nil {
		return nil
	}
	for i, value := range d.Header {
		if d.Joined && i > 0 {
			lines[0] += " " + value.String()
			continue
		}
		lines = append(lines, "Sec-WebSocket-Extensions: "+value.String())
	}
	return lines
}

// validate reports what in d means nothing.
func (d *Deflate) validate() error {
	if d == nil {
		return nil
	}
	for _, want := range d.Wants {
		if name := strings.TrimPrefix(want, "no "); !slices.Contains(wantable, name) {
			return fmt.Errorf("deflate: wants %q: want one of %s, or \"no \" and one of them", want, strings.Join(wantable, ", "))
		}
	}
	if !windowBits(d.Agreed.Window) || !windowBits(d.Agreed.Within) {
		return fmt.Errorf("deflate: agreed windows of %d and %d bits: want 8 to 15", d.Agreed.Window, d.Agreed.Within)
	}
	for _, value := range d.Header {
		if err := value.scripted(); err != nil {
			return fmt.Errorf("deflate: %w", err)
		}
	}
	for _, list := range []struct {
		name   string
		params []DeflateParams
		any    bool // AnyWindow means something
	}{{"offer", d.Offer, true}, {"accept", d.Accept, false}} {
		if len(list.params) == 0 && len(d.Header) == 0 && !d.Optional {
			return fmt.Errorf("deflate: %s is empty: want at least one set of parameters", list.name)
		}
		for i, p := range list.params {
			bits := p.ClientMaxWindowBits
			if bits == AnyWindow && list.any {
				bits = 0
			}
			if !windowBits(p.ServerMaxWindowBits) || !windowBits(bits) {
				return fmt.Errorf("deflate: %s %d: %s: want windows of 8 to 15 bits", list.name, i+1, p)
			}
		}
	}
	return nil
}

// wantable is what a case can want of an offer.
var wantable = []string{Extension, "server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits", "client_max_window_bits"}

// windowBits reports whether n is the size of a window, or none.
func windowBits(n int) bool { return n == 0 || n >= 8 && n <= 15 }
