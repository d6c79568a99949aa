package fuzzer

import (
	"cmp"
	"fmt"
	"strings"

	"gobahn/cases"
	"gobahn/wire"
)

// extensionValues are the fields Sec-WebSocket-Extensions that the case sends as they
// are, with answer for {deflate}; nil: it sends none such.
func extensionValues(d *cases.Deflate, answer func(rest string) string) (values []string) {
	if d == nil {
		return nil
	}
	for i, p := range d.Header {
		value := string(p.Octets())
		if answer != nil {
			value = strings.ReplaceAll(value, "{deflate}", answer(value))
		}
		if d.Joined && i > 0 {
			values[0] += value
		} else {
			values = append(values, value)
		}
	}
	return values
}

// offer is what our request asks for: permessage-deflate in the canonical notation, or
// fields as they are. Offers are those that a server may accept.
func (s *session) offer() (extensions string, fields []wire.Field, offers []cases.DeflateParams) {
	d := s.c.Deflate
	switch {
	case d == nil:
		return "", nil, nil
	case d.Header == nil:
		return wire.Offers(d.Offer), nil, d.Offer
	}
	fields = wire.ExtensionFields(extensionValues(d, nil))
	offers, err := wire.Offered(wire.Head{Fields: fields})
	if err != nil { // the whole of it is to be refused
		offers = nil
	}
	return "", fields, offers
}

// checkAnswer takes what a server's response says of extensions, to a request as it was
// edited. An error is why we fail the connection.
func (s *session) checkAnswer(request, response wire.Head) error {
	_, _, offers := s.offer()
	if s.c.RewritesExtensions() {
		var err error
		if offers, err = wire.Offered(request); err != nil {
			offers = nil
		}
	}
	agreed, faults, err := wire.CheckDeflate(response, offers)
	if fields := response.Values("Sec-WebSocket-Extensions"); len(fields) > 1 { // RFC 6455 11.3.2, which 4.2.2 contradicts
		s.breach(cases.CheckExtension, cases.NonStrict, fmt.Sprintf("the response has %d fields Sec-WebSocket-Extensions, want one", len(fields)), nil)
	}
	if err != nil && len(offers) == 0 && s.c.Deflate != nil {
		err = fmt.Errorf("the response has an extension where there was none to accept: %q", response.Get("Sec-WebSocket-Extensions"))
	}
	for _, fault := range faults {
		s.fault(fault)
		s.breach(cases.CheckExtension, omitting(offers), fault, nil)
	}
	if err != nil {
		s.breach(cases.CheckExtension, cases.Failed, err.Error(), nil)
		return err
	}
	s.agree(agreed)
	return nil
}

// omitting is what it is worth to leave out of an answer what offers ask for: if that is
// a window of 15 bits only, which everybody has anyway, nothing comes of it.
func omitting(offers []cases.DeflateParams) cases.Verdict {
	for _, offer := range offers {
		if offer.ServerNoContextTakeover || offer.ServerMaxWindowBits != 0 && offer.ServerMaxWindowBits != cases.DefaultWindowBits {
			return cases.Failed
		}
	}
	return cases.NonStrict
}

// extensions is what our response to a request says of extensions: a value as everybody
// writes it, or fields as they are. An error is why we fail the connection.
func (s *session) extensions(request wire.Head) (value string, fields []wire.Field, err error) {
	d := s.c.Deflate
	if d == nil {
		return "", nil, nil
	}
	offers, err := wire.Offered(request)
	if err != nil {
		return "", nil, err
	}
	if s.obs.Absent = cmp.Or(s.obs.Absent, wire.Lacking(offers, d.Wants)); s.obs.Absent != "" {
		return "", nil, nil
	}
	if d.Header == nil {
		agreed, value, err := wire.AcceptDeflate(request, d.Accept)
		s.agree(agreed)
		return value, nil, err
	}
	var first cases.DeflateParams
	if len(offers) > 0 {
		first = offers[0]
	}
	values := extensionValues(d, func(rest string) string { return wire.ShortestAnswer(first, rest) })
	s.agree(wire.Answered(values))
	return "", wire.ExtensionFields(values), nil
}

// unmet says what the case needs to have been agreed on and was not; "" if all is there.
func unmet(want cases.Agreed, send, receive wire.Direction) string {
	switch {
	case want.Takeover && send.NoTakeover:
		return "it was agreed that our messages do not refer to those before"
	case want.Window > send.Bits:
		return fmt.Sprintf("it was agreed that our window has %d bits", send.Bits)
	case want.Forgets && !receive.NoTakeover:
		return "it was not agreed that the peer's messages do not refer to those before"
	case want.Within != 0 && receive.Bits > want.Within:
		return fmt.Sprintf("it was agreed that the peer's window has %d bits", receive.Bits)
	}
	return ""
}
