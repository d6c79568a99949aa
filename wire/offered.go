package wire

import (
	"fmt"
	"slices"
	"strings"

	"gobahn/cases"
)

// ExtensionFields are the fields Sec-WebSocket-Extensions with these values.
func ExtensionFields(values []string) (fields []Field) {
	for _, value := range values {
		fields = append(fields, Field{extensionsField, value})
	}
	return fields
}

// Offered are the offers of permessage-deflate that a request makes, in order of
// preference. One with parameters that RFC 7692 7.1 does not allow counts as none: it
// has to be declined (RFC 7692 7). An error is why the server fails the connection
// (RFC 6455 9.1).
func Offered(request Head) (offers []cases.DeflateParams, err error) {
	extensions, err := request.Extensions()
	if err != nil {
		return nil, fmt.Errorf("the request has a %w", err)
	}
	for _, e := range extensions {
		if offer, err := deflateParams(e); err == nil && isDeflate(e) {
			offers = append(offers, offer)
		}
	}
	return offers, nil
}

// Answered is what a response with these fields Sec-WebSocket-Extensions agrees to,
// whatever was offered; nil if that is nothing, or nothing that a client may take for an
// answer.
func Answered(values []string) *cases.DeflateParams {
	extensions, err := Head{Fields: ExtensionFields(values)}.Extensions()
	if err != nil || len(extensions) != 1 || !isDeflate(extensions[0]) {
		return nil
	}
	got, err := deflateParams(extensions[0])
	if err != nil || got.ClientMaxWindowBits == cases.AnyWindow {
		return nil
	}
	return &got
}

// ShortestAnswer accepts an offer with no more than a server has to say, and without
// the parameters that are in the rest of the value (RFC 7692 7.1.1.1, 7.1.2.1).
func ShortestAnswer(offer cases.DeflateParams, rest string) string {
	least := cases.DeflateParams{
		ServerNoContextTakeover: offer.ServerNoContextTakeover && !strings.Contains(rest, "server_no_context_takeover"),
	}
	if !strings.Contains(rest, "server_max_window_bits") {
		least.ServerMaxWindowBits = offer.ServerMaxWindowBits
	}
	return deflateAnswer(least)
}

// Lacking says what of wants an offer does not have, or has and should not; "" if it is
// as wanted. No offers are one that lacks all. A window of 15 bits for the server is no
// wish.
func Lacking(offers []cases.DeflateParams, wants []string) string {
	var first cases.DeflateParams
	if len(offers) > 0 {
		first = offers[0]
	}
	has := map[string]bool{
		cases.Extension:              len(offers) > 0,
		"server_no_context_takeover": first.ServerNoContextTakeover,
		"client_no_context_takeover": first.ClientNoContextTakeover,
		"server_max_window_bits":     first.ServerMaxWindowBits != 0 && first.ServerMaxWindowBits != cases.DefaultWindowBits,
		"client_max_window_bits":     first.ClientMaxWindowBits != 0,
	}
	i := slices.IndexFunc(wants, func(want string) bool {
		name, not := strings.CutPrefix(want, "no ")
		return has[name] == not
	})
	if i < 0 {
		return ""
	}
	if name, not := strings.CutPrefix(wants[i], "no "); not {
		return fmt.Sprintf("the client offers %s", name)
	}
	return fmt.Sprintf("the client does not offer %s", wants[i])
}
