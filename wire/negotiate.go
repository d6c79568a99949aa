package wire

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gobahn/cases"
)

const deflateName = cases.Extension

// Offers is the Sec-WebSocket-Extensions of a request that makes the offers, in
// order of preference (RFC 7692 5).
func Offers(offers []cases.DeflateParams) string {
	list := make([]string, len(offers))
	for i, offer := range offers {
		list[i] = offer.String()
	}
	return strings.Join(list, ", ")
}

// CheckDeflate returns what a server's response to a request with these offers
// agrees to, nil if it accepts none (RFC 7692 5, 7.1). What the offer binds us to
// by itself is agreed too: client_no_context_takeover and client_max_window_bits
// with a value say what we are going to do whatever the response (RFC 7692
// 7.1.1.2, 7.1.2.2). A response need not say which offer it accepts: of several
// that it fits, all bind.
//
// An error is why the client fails the connection (RFC 6455 4.1, 9.1, RFC 7692
// 7.1). The faults are what is wrong with a response that leaves us able to go on:
// it leaves out what the server has to say when it accepts.
func CheckDeflate(response Head, offers []cases.DeflateParams) (agreed *cases.DeflateParams, faults []string, err error) {
	extensions, err := response.Extensions()
	if err != nil {
		return nil, nil, fmt.Errorf("the response has a %w", err)
	}
	if len(extensions) == 0 {
		return nil, nil, nil
	}
	for _, e := range extensions {
		switch {
		case len(offers) == 0:
			return nil, nil, fmt.Errorf("the response has extension %q, none was offered", clip(e.String()))
		case !isDeflate(e):
			return nil, nil, fmt.Errorf("the response has extension %q, which was not offered", clip(e.String()))
		}
	}
	if n := len(extensions); n > 1 {
		return nil, nil, fmt.Errorf("the response has %d times %s: %q, want it once", n, deflateName, clip(extensions[1].String()))
	}
	e := extensions[0]
	got, err := deflateParams(e)
	if err == nil && got.ClientMaxWindowBits == cases.AnyWindow {
		err = errors.New("client_max_window_bits has no value")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("the response has extension %q: %w", clip(e.String()), err)
	}

	// Of the offers that the response may accept it fits those best of which it
	// leaves out least.
	var fit []cases.DeflateParams
	var misfits []string
	for _, offer := range offers {
		why, left := misfit(got, offer), omissions(got, offer)
		switch {
		case why != "":
			misfits = append(misfits, why)
		case fit == nil || len(left) < len(faults):
			fit, faults = []cases.DeflateParams{offer}, left
		case len(left) == len(faults):
			fit = append(fit, offer)
		}
	}
	if fit == nil {
		return nil, nil, fmt.Errorf("the response has extension %q: %s", clip(e.String()), strings.Join(slices.Compact(misfits), ", "))
	}
	for _, offer := range fit {
		got.ClientNoContextTakeover = got.ClientNoContextTakeover || offer.ClientNoContextTakeover
		got.ClientMaxWindowBits = smaller(got.ClientMaxWindowBits, offer.ClientMaxWindowBits)
	}
	return &got, faults, nil
}

// misfit says why a response cannot be to an offer, "" if it can.
func misfit(response, offer cases.DeflateParams) string {
	client, server := response.ClientMaxWindowBits, response.ServerMaxWindowBits
	switch {
	case client != 0 && offer.ClientMaxWindowBits == 0: // RFC 7692 7.1.2.2
		return fmt.Sprintf("client_max_window_bits=%d was not offered", client)
	case offer.ServerMaxWindowBits > 0 && server > offer.ServerMaxWindowBits: // RFC 7692 7.1.2.1
		return fmt.Sprintf("server_max_window_bits=%d is more than the %d offered", server, offer.ServerMaxWindowBits)
	}
	return ""
}

// omissions says what the response to an offer leaves out that a server includes
// in order to accept it.
func omissions(response, offer cases.DeflateParams) (list []string) {
	if offer.ServerNoContextTakeover && !response.ServerNoContextTakeover {
		list = append(list, "the response leaves out server_no_context_takeover, which the offer asks for (RFC 7692 7.1.1.1)")
	}
	if offer.ServerMaxWindowBits != 0 && response.ServerMaxWindowBits == 0 {
		list = append(list, fmt.Sprintf("the response leaves out server_max_window_bits, which the offer asks for with %d (RFC 7692 7.1.2.1)", offer.ServerMaxWindowBits))
	}
	return list
}

// AcceptDeflate chooses the first of accept, our preferences in order, that an
// offer in a client's request allows (RFC 7692 5). It returns what is agreed and
// the Sec-WebSocket-Extensions of the response that says so; nil and "" if no
// offer does. An offer with parameters that RFC 7692 7.1 does not allow is
// declined by itself. What the client only hints at is not relied upon, thus not
// agreed (RFC 7692 7.1.1.2, 7.1.2.2).
//
// An error is why the server fails the connection (RFC 6455 9.1).
func AcceptDeflate(request Head, accept []cases.DeflateParams) (agreed *cases.DeflateParams, answer string, err error) {
	offers, err := Offered(request)
	if err != nil {
		return nil, "", err
	}
	for _, ours := range accept {
		for _, offer := range offers {
			if ours.ClientMaxWindowBits != 0 && offer.ClientMaxWindowBits == 0 {
				continue // RFC 7692 7.1.2.2
			}
			got := ours
			got.ServerNoContextTakeover = ours.ServerNoContextTakeover || offer.ServerNoContextTakeover
			got.ServerMaxWindowBits = smaller(ours.ServerMaxWindowBits, offer.ServerMaxWindowBits)
			if ours.ClientMaxWindowBits != 0 {
				got.ClientMaxWindowBits = smaller(ours.ClientMaxWindowBits, offer.ClientMaxWindowBits)
			}
			return &got, deflateAnswer(got), nil
		}
	}
	return nil, "", nil
}

// deflateAnswer shows p as in a response, in the order of the reference.
func deflateAnswer(p cases.DeflateParams) string {
	list := []string{deflateName}
	if p.ServerNoContextTakeover {
		list = append(list, "server_no_context_takeover")
	}
	if p.ServerMaxWindowBits != 0 {
		list = append(list, fmt.Sprintf("server_max_window_bits=%d", p.ServerMaxWindowBits))
	}
	if p.ClientNoContextTakeover {
		list = append(list, "client_no_context_takeover")
	}
	if p.ClientMaxWindowBits != 0 {
		list = append(list, fmt.Sprintf("client_max_window_bits=%d", p.ClientMaxWindowBits))
	}
	return strings.Join(list, "; ")
}

// isDeflate reports whether e is permessage-deflate. The RFCs do not say whether
// case matters in names of extensions and parameters. It does not here: it does
// not in HTTP's parameters (RFC 9110 5.6.6) nor to the reference, and no clause
// forbids it to a peer.
func isDeflate(e Extension) bool { return strings.EqualFold(e.Name, deflateName) }

// deflateParams reads the parameters of permessage-deflate. An error names the
// one that neither an offer nor a response may have (RFC 7692 7.1); only an offer
// may have AnyWindow.
func deflateParams(e Extension) (p cases.DeflateParams, err error) {
	flags := map[string]*bool{
		"server_no_context_takeover": &p.ServerNoContextTakeover,
		"client_no_context_takeover": &p.ClientNoContextTakeover,
	}
	windows := map[string]*int{
		"server_max_window_bits": &p.ServerMaxWindowBits,
		"client_max_window_bits": &p.ClientMaxWindowBits,
	}
	for _, param := range e.Params {
		text := clip(param.String())
		name := strings.ToLower(param.Name)
		flag, window := flags[name], windows[name]
		switch {
		case flag == nil && window == nil:
			return p, fmt.Errorf("unknown parameter %q", text)
		case flag != nil && *flag, window != nil && *window != 0:
			return p, fmt.Errorf("parameter %q is there twice", text)
		case flag != nil && param.Value != "":
			return p, fmt.Errorf("parameter %q has a value, want none", text)
		case flag != nil:
			*flag = true
		case param.Value == "" && window == &p.ClientMaxWindowBits:
			*window = cases.AnyWindow
		default:
			n, _ := strconv.Atoi(param.Value)
			if n < 8 || n > 15 || strconv.Itoa(n) != param.Value { // no sign, no leading zero
				return p, fmt.Errorf("parameter %q, want a value of 8 to 15", text)
			}
			*window = n
		}
	}
	return p, nil
}

// smaller returns the smaller of two windows, of which either may not be given
// or be AnyWindow: 0 if neither is a number.
func smaller(a, b int) int {
	if a <= 0 || b <= 0 {
		return max(a, b, 0)
	}
	return min(a, b)
}

// A Direction is what the sender of one direction is held to when it compresses
// (RFC 7692 7.1.1, 7.1.2).
type Direction struct {
	Bits       int  // 8 to 15, the window is 1<<Bits octets
	NoTakeover bool // the window is forgotten after every message
}

// Directions says what is agreed of what we send and of what we receive; server
// says that we are the server. A window that is not given has 15 bits (RFC 7692
// 7.1.2).
func Directions(agreed cases.DeflateParams, server bool) (send, receive Direction) {
	send = Direction{smaller(agreed.ClientMaxWindowBits, cases.DefaultWindowBits), agreed.ClientNoContextTakeover}
	receive = Direction{smaller(agreed.ServerMaxWindowBits, cases.DefaultWindowBits), agreed.ServerNoContextTakeover}
	if server {
		send, receive = receive, send
	}
	return send, receive
}
