package wire_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/wire"
)

func TestShortestAnswersSayWhatTheOfferAsksFor(t *testing.T) {
	for _, c := range []struct {
		offer      cases.DeflateParams
		rest, want string
	}{
		{cases.DeflateParams{}, "", "permessage-deflate"},
		{cases.DeflateParams{ClientNoContextTakeover: true, ClientMaxWindowBits: cases.AnyWindow}, "", "permessage-deflate"},
		{cases.DeflateParams{ServerNoContextTakeover: true, ServerMaxWindowBits: 12}, "{deflate}; foo", "permessage-deflate; server_no_context_takeover; server_max_window_bits=12"},
		{cases.DeflateParams{ServerMaxWindowBits: 12}, "{deflate}; server_max_window_bits=7", "permessage-deflate"},
		{cases.DeflateParams{ServerNoContextTakeover: true}, "{deflate}; server_no_context_takeover=1", "permessage-deflate"},
	} {
		if got := wire.ShortestAnswer(c.offer, c.rest); got != c.want {
			t.Errorf("%s with %q: %s, want %s", c.offer, c.rest, got, c.want)
		}
	}
}

func TestWhatAClientMayTakeForAnAnswerIsAgreed(t *testing.T) {
	for _, c := range []struct {
		values []string
		want   *cases.DeflateParams
	}{
		{nil, nil},
		{[]string{"permessage-deflate"}, &cases.DeflateParams{}},
		{[]string{`permessage-deflate; server_max_window_bits="10"`}, &cases.DeflateParams{ServerMaxWindowBits: 10}},
		{[]string{"permessage-deflate; client_max_window_bits"}, nil},
		{[]string{"permessage-deflate; foo"}, nil},
		{[]string{"permessage-deflate, permessage-deflate"}, nil},
		{[]string{"permessage-deflate", "permessage-deflate"}, nil},
		{[]string{"x-foo"}, nil},
		{[]string{";"}, nil},
	} {
		if diff := cmp.Diff(c.want, wire.Answered(c.values)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.values, diff)
		}
	}
}

func TestWhatAnOfferLacksIsNamed(t *testing.T) {
	offers := []cases.DeflateParams{{ServerMaxWindowBits: 15, ClientMaxWindowBits: cases.AnyWindow}, {ServerNoContextTakeover: true}}
	for _, c := range []struct {
		offers []cases.DeflateParams
		wants  []string
		want   string
	}{
		{offers, nil, ""},
		{offers, []string{"permessage-deflate", "client_max_window_bits", "no server_no_context_takeover"}, ""},
		{offers, []string{"no permessage-deflate"}, "the client offers permessage-deflate"},
		{offers, []string{"server_no_context_takeover"}, "the client does not offer server_no_context_takeover"},
		{offers, []string{"server_max_window_bits"}, "the client does not offer server_max_window_bits"},
		{nil, []string{"permessage-deflate"}, "the client does not offer permessage-deflate"},
		{nil, []string{"no permessage-deflate"}, ""},
	} {
		if got := wire.Lacking(c.offers, c.wants); got != c.want {
			t.Errorf("%v, wanted %q: %q, want %q", c.offers, c.wants, got, c.want)
		}
	}
}
