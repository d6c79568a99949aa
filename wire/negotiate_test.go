package wire_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/wire"
)

type deflate = cases.DeflateParams

// defaultOffer is what the reference offers.
var defaultOffer = deflate{ClientNoContextTakeover: true, ClientMaxWindowBits: cases.AnyWindow}

// deflateFields are fields Sec-WebSocket-Extensions of permessage-deflate with
// these parameters each, none at all for "-".
func deflateFields(params ...string) (h wire.Head) {
	for _, p := range params {
		if p != "-" {
			h.Add("Sec-WebSocket-Extensions", strings.TrimSuffix("permessage-deflate; "+p, "; "))
		}
	}
	return h
}

func TestOffersOnTheWire(t *testing.T) {
	tests := []struct {
		offers []deflate
		want   string
	}{
		{nil, ""},
		{[]deflate{{}}, "permessage-deflate"},
		{[]deflate{defaultOffer}, "permessage-deflate; client_no_context_takeover; client_max_window_bits"},
		{
			[]deflate{{ServerNoContextTakeover: true, ServerMaxWindowBits: 9}, {}},
			"permessage-deflate; server_no_context_takeover; server_max_window_bits=9, permessage-deflate",
		},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, wire.Offers(tt.offers)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tt.offers, diff)
		}
	}
}

func TestResponsesThatFitAnOffer(t *testing.T) {
	windows := []deflate{{ServerMaxWindowBits: 10}, {ServerMaxWindowBits: 12, ServerNoContextTakeover: true}}
	const (
		noTakeover = "the response leaves out server_no_context_takeover, which the offer asks for (RFC 7692 7.1.1.1)"
		noWindow10 = "the response leaves out server_max_window_bits, which the offer asks for with 10 (RFC 7692 7.1.2.1)"
	)
	tests := []struct {
		name, response string // permessage-deflate with these parameters; "-": none
		offers         []deflate
		want           *deflate
		faults         []string
	}{
		{"declined", "-", []deflate{{}}, nil, nil},
		{"nothing offered, nothing accepted", "-", nil, nil, nil},
		{"bare", "", []deflate{{}}, &deflate{}, nil},
		{"gorilla", "server_no_context_takeover; client_no_context_takeover", []deflate{defaultOffer}, &deflate{ServerNoContextTakeover: true, ClientNoContextTakeover: true}, nil},
		{
			"windows", "client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=12", []deflate{defaultOffer},
			&deflate{ClientNoContextTakeover: true, ServerMaxWindowBits: 12, ClientMaxWindowBits: 12}, nil,
		},
		{
			"not offered, but allowed", "client_no_context_takeover; server_max_window_bits=15; server_no_context_takeover", []deflate{{}},
			&deflate{ServerNoContextTakeover: true, ClientNoContextTakeover: true, ServerMaxWindowBits: 15}, nil,
		},
		{"smallest windows", "server_max_window_bits=8; client_max_window_bits=8", []deflate{{ClientMaxWindowBits: 8, ServerMaxWindowBits: 8}}, &deflate{ServerMaxWindowBits: 8, ClientMaxWindowBits: 8}, nil},
		{"smaller windows than offered", "server_max_window_bits=9; client_max_window_bits=10", []deflate{{ClientMaxWindowBits: 11, ServerMaxWindowBits: 10}}, &deflate{ServerMaxWindowBits: 9, ClientMaxWindowBits: 10}, nil},
		{"quoted", `server_max_window_bits="9"`, []deflate{{}}, &deflate{ServerMaxWindowBits: 9}, nil},
		{"in capitals", "Server_Max_Window_Bits=9", []deflate{{}}, &deflate{ServerMaxWindowBits: 9}, nil},

		{"what the offer promises holds without an answer", "", []deflate{{ClientNoContextTakeover: true, ClientMaxWindowBits: 9}}, &deflate{ClientNoContextTakeover: true, ClientMaxWindowBits: 9}, nil},
		{"that any window would do is no promise", "", []deflate{{ClientMaxWindowBits: cases.AnyWindow}}, &deflate{}, nil},
		{"the promises of all offers that fit", "", []deflate{{ClientMaxWindowBits: 12}, {ClientNoContextTakeover: true}, {ClientMaxWindowBits: 10}}, &deflate{ClientNoContextTakeover: true, ClientMaxWindowBits: 10}, nil},
		{"no promise of an offer that does not fit", "server_max_window_bits=12", []deflate{{ServerMaxWindowBits: 10, ClientNoContextTakeover: true}, {}}, &deflate{ServerMaxWindowBits: 12}, nil},

		{"fits the second offer", "server_max_window_bits=12; server_no_context_takeover", windows, &deflate{ServerMaxWindowBits: 12, ServerNoContextTakeover: true}, nil},
		{"leaves out what the other offer does not ask for", "", []deflate{{ServerNoContextTakeover: true}, {}}, &deflate{}, nil},
		{"leaves out no context takeover", "", []deflate{{ServerNoContextTakeover: true}}, &deflate{}, []string{noTakeover}},
		{"leaves out the window", "", []deflate{{ServerMaxWindowBits: 10}}, &deflate{}, []string{noWindow10}},
		{"leaves out both", "", []deflate{{ServerNoContextTakeover: true, ServerMaxWindowBits: 10}}, &deflate{}, []string{noTakeover, noWindow10}},
		{"leaves out what every offer asks for, one of them less", "", []deflate{windows[1], windows[0]}, &deflate{}, []string{noWindow10}},
	}
	for _, tt := range tests {
		got, faults, err := wire.CheckDeflate(deflateFields(tt.response), tt.offers)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.faults, faults); diff != "" {
			t.Errorf("%s: faults (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestResponsesThatFailTheConnection(t *testing.T) {
	both10 := []deflate{{ServerMaxWindowBits: 10, ClientMaxWindowBits: 10}}
	tests := []struct {
		name     string
		response []string // the fields
		offers   []deflate
		want     string // after "the response has "
	}{
		{"nothing offered", []string{"permessage-deflate"}, nil, `extension "permessage-deflate", none was offered`},
		{"malformed", []string{"permessage-deflate;"}, []deflate{{}}, `a malformed Sec-WebSocket-Extensions: want a parameter at the end of "permessage-deflate;"`},
		{"another extension", []string{"x-foo; a=1"}, []deflate{{}}, `extension "x-foo; a=1", which was not offered`},
		{"another extension too", []string{"permessage-deflate, x-foo"}, []deflate{{}}, `extension "x-foo", which was not offered`},
		{"two", []string{"permessage-deflate, permessage-deflate; server_no_context_takeover"}, []deflate{{}, {ServerNoContextTakeover: true}}, `2 times permessage-deflate: "permessage-deflate; server_no_context_takeover", want it once`},
		{"two in two fields", []string{"permessage-deflate", "permessage-deflate"}, []deflate{{}}, `2 times permessage-deflate: "permessage-deflate", want it once`},
		{"unknown parameter", []string{"permessage-deflate; foo=1"}, []deflate{{}}, `extension "permessage-deflate; foo=1": unknown parameter "foo=1"`},
		{
			"parameter twice", []string{"permessage-deflate; client_no_context_takeover; Client_no_context_takeover"}, []deflate{{}},
			`extension "permessage-deflate; client_no_context_takeover; Client_no_context_takeover": parameter "Client_no_context_takeover" is there twice`,
		},
		{"window twice", []string{"permessage-deflate; server_max_window_bits=9; server_max_window_bits=9"}, []deflate{{}}, `extension "permessage-deflate; server_max_window_bits=9; server_max_window_bits=9": parameter "server_max_window_bits=9" is there twice`},
		{"flag with a value", []string{"permessage-deflate; server_no_context_takeover=1"}, []deflate{{}}, `extension "permessage-deflate; server_no_context_takeover=1": parameter "server_no_context_takeover=1" has a value, want none`},
		{"client window without a value", []string{"permessage-deflate; client_max_window_bits"}, []deflate{defaultOffer}, `extension "permessage-deflate; client_max_window_bits": client_max_window_bits has no value`},
		{"server window without a value", []string{"permessage-deflate; server_max_window_bits"}, []deflate{defaultOffer}, `extension "permessage-deflate; server_max_window_bits": parameter "server_max_window_bits", want a value of 8 to 15`},
		{"client window not offered", []string{"permessage-deflate; client_max_window_bits=15"}, []deflate{{}}, `extension "permessage-deflate; client_max_window_bits=15": client_max_window_bits=15 was not offered`},
		{"server window larger", []string{"permessage-deflate; server_max_window_bits=11"}, both10, `extension "permessage-deflate; server_max_window_bits=11": server_max_window_bits=11 is more than the 10 offered`},
		{
			"larger than in every offer", []string{"permessage-deflate; server_max_window_bits=13"}, []deflate{{ServerMaxWindowBits: 10}, {ServerMaxWindowBits: 12}},
			`extension "permessage-deflate; server_max_window_bits=13": server_max_window_bits=13 is more than the 10 offered, server_max_window_bits=13 is more than the 12 offered`,
		},
		{
			"allowed by no offer for the same reason", []string{"permessage-deflate; client_max_window_bits=9"}, []deflate{{}, {ServerMaxWindowBits: 12}},
			`extension "permessage-deflate; client_max_window_bits=9": client_max_window_bits=9 was not offered`,
		},
	}
	for _, tt := range tests {
		got, faults, err := wire.CheckDeflate(extensionsHead(tt.response...), tt.offers)
		checkError(t, tt.name, err, "the response has "+tt.want)
		if got != nil || faults != nil {
			t.Errorf("%s: agreed %v, faults %q besides the error", tt.name, got, faults)
		}
	}
}

var badWindows = []string{"7", "16", "0", "-1", "+9", "09", "010", "1_0", "0x9", "9.0", "nine", "18446744073709551625"}

func TestValuesThatAreNoWindow(t *testing.T) {
	for _, name := range []string{"server_max_window_bits", "client_max_window_bits"} {
		for _, value := range badWindows {
			param := name + "=" + value
			_, _, err := wire.CheckDeflate(deflateFields(param), []deflate{defaultOffer})
			checkError(t, param, err, `the response has extension "permessage-deflate; `+param+`": parameter "`+param+`", want a value of 8 to 15`)
			got, answer, err := wire.AcceptDeflate(deflateFields(param), []deflate{{}})
			if got != nil || answer != "" || err != nil {
				t.Errorf("offer %s: agreed %v, answer %q, error %v, want it declined", param, got, answer, err)
			}
		}
	}
}

func TestOffersThatAreAccepted(t *testing.T) {
	client9 := deflate{ClientMaxWindowBits: 9}
	noClient := deflate{ClientNoContextTakeover: true}
	both := deflate{ClientNoContextTakeover: true, ClientMaxWindowBits: 9}
	inOrder := []deflate{both, noClient, {}}
	const noTakeovers = "server_no_context_takeover; client_no_context_takeover"
	tests := []struct {
		name   string
		offers []string // parameters of permessage-deflate; "-": none
		accept []deflate
		answer string // parameters; "-": declined
		want   deflate
	}{
		{"no offer", []string{"-"}, []deflate{{}}, "-", deflate{}},
		{"nothing accepted", []string{""}, nil, "-", deflate{}},

		{"what the offer asks for is answered", []string{noTakeovers}, []deflate{{}}, "server_no_context_takeover", deflate{ServerNoContextTakeover: true}},
		{"and what we ask for", []string{noTakeovers}, []deflate{noClient}, noTakeovers, deflate{ServerNoContextTakeover: true, ClientNoContextTakeover: true}},
		{"client window not offered", []string{noTakeovers}, []deflate{client9}, "-", deflate{}},
		{"client window offered, not asked for", []string{"client_max_window_bits"}, []deflate{{}}, "", deflate{}},
		{"no context takeover not offered", []string{"client_max_window_bits"}, []deflate{noClient}, "client_no_context_takeover", noClient},
		{"client window", []string{"client_max_window_bits"}, []deflate{client9}, "client_max_window_bits=9", client9},
		{"both", []string{"client_max_window_bits"}, []deflate{both}, "client_no_context_takeover; client_max_window_bits=9", both},
		{"first preference", []string{"client_max_window_bits"}, inOrder, "client_no_context_takeover; client_max_window_bits=9", both},
		{"second preference", []string{""}, inOrder, "client_no_context_takeover", noClient},

		{"client window of the offer is smaller", []string{"client_max_window_bits=8"}, []deflate{client9}, "client_max_window_bits=8", deflate{ClientMaxWindowBits: 8}},
		{"client window of the offer is larger", []string{"client_max_window_bits=10"}, []deflate{client9}, "client_max_window_bits=9", client9},
		{"client window of the offer is a hint", []string{"client_max_window_bits=10"}, []deflate{{}}, "", deflate{}},
		{"server window of the offer", []string{"server_max_window_bits=10"}, []deflate{{}}, "server_max_window_bits=10", deflate{ServerMaxWindowBits: 10}},
		{"server window of the offer is larger", []string{"server_max_window_bits=10"}, []deflate{{ServerMaxWindowBits: 8}}, "server_max_window_bits=8", deflate{ServerMaxWindowBits: 8}},
		{"server window of the offer is smaller", []string{"server_max_window_bits=10"}, []deflate{{ServerMaxWindowBits: 12}}, "server_max_window_bits=10", deflate{ServerMaxWindowBits: 10}},
		{"server window not asked for", []string{""}, []deflate{{ServerMaxWindowBits: 12, ServerNoContextTakeover: true}}, "server_no_context_takeover; server_max_window_bits=12", deflate{ServerMaxWindowBits: 12, ServerNoContextTakeover: true}},
		{
			"order of the reference", []string{"client_max_window_bits; client_no_context_takeover; server_max_window_bits=10; server_no_context_takeover"}, []deflate{both},
			"server_no_context_takeover; server_max_window_bits=10; client_no_context_takeover; client_max_window_bits=9",
			deflate{ServerNoContextTakeover: true, ServerMaxWindowBits: 10, ClientNoContextTakeover: true, ClientMaxWindowBits: 9},
		},

		{"our preference before the client's", []string{"", "client_max_window_bits"}, []deflate{client9, {}}, "client_max_window_bits=9", client9},
		{"the client's first offer of two that allow it", []string{"server_max_window_bits=10", ""}, []deflate{{}}, "server_max_window_bits=10", deflate{ServerMaxWindowBits: 10}},
		{"two offers in one field", []string{"server_max_window_bits=10, permessage-deflate; client_max_window_bits"}, []deflate{client9}, "client_max_window_bits=9", client9},
		{"another extension", []string{"client_no_context_takeover, x-webkit-deflate-frame; client_max_window_bits"}, []deflate{client9, {}}, "", deflate{}},
		{"unknown parameter", []string{"client_max_window_bits; foo", ""}, []deflate{client9, {}}, "", deflate{}},
		{"parameter twice", []string{"client_max_window_bits; client_max_window_bits", ""}, []deflate{client9, {}}, "", deflate{}},
		{"flag with a value", []string{"client_max_window_bits; client_no_context_takeover=1", ""}, []deflate{client9, {}}, "", deflate{}},
		{"server window without a value", []string{"server_max_window_bits"}, []deflate{{}}, "-", deflate{}},
	}
	for _, tt := range tests {
		got, answer, err := wire.AcceptDeflate(deflateFields(tt.offers...), tt.accept)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		want := &tt.want
		if tt.answer == "-" {
			want = nil
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if wantAnswer := deflateFields(tt.answer).Get("Sec-WebSocket-Extensions"); answer != wantAnswer {
			t.Errorf("%s: answer %q, want %q", tt.name, answer, wantAnswer)
		}
	}
}

func TestMalformedOffersFailTheConnection(t *testing.T) {
	got, answer, err := wire.AcceptDeflate(deflateFields("", "foo="), []deflate{{}})
	checkError(t, "no value", err, `the request has a malformed Sec-WebSocket-Extensions: want a value at the end of "permessage-deflate; foo="`)
	if got != nil || answer != "" {
		t.Errorf("agreed %v, answer %q besides the error", got, answer)
	}
}

// TestBothRolesAgree has a client and a server, both ours, negotiate with one
// another: the client fits every answer, sends nothing that the server does not
// expect, and the other way round.
func TestBothRolesAgree(t *testing.T) {
	var all []deflate
	for flags := range 4 {
		for _, server := range []int{0, 8, 12, 15} {
			for _, client := range []int{0, cases.AnyWindow, 8, 12, 15} {
				all = append(all, deflate{
					ServerNoContextTakeover: flags&1 != 0, ClientNoContextTakeover: flags&2 != 0,
					ServerMaxWindowBits: server, ClientMaxWindowBits: client,
				})
			}
		}
	}
	for i, offer := range all {
		offers := []deflate{offer, all[(i*7+3)%len(all)]}
		request := extensionsHead(wire.Offers(offers))
		for _, accept := range all {
			if accept.ClientMaxWindowBits == cases.AnyWindow {
				continue
			}
			server, answer, err := wire.AcceptDeflate(request, []deflate{accept})
			if err != nil {
				t.Fatalf("offers %v, accept %v: %v", offers, accept, err)
			}
			if server == nil {
				if accept.ClientMaxWindowBits == 0 || offer.ClientMaxWindowBits != 0 {
					t.Errorf("offers %v, accept %v: declined", offers, accept)
				}
				continue
			}
			client, faults, err := wire.CheckDeflate(extensionsHead(answer), offers)
			if err != nil || faults != nil {
				t.Fatalf("offers %v, answer %q: faults %q, error %v", offers, answer, faults, err)
			}
			up, down := wire.Directions(*client, false)
			serverSends, serverReceives := wire.Directions(*server, true)
			if down != serverSends {
				t.Errorf("offers %v, answer %q: the client receives %+v, the server sends %+v", offers, answer, down, serverSends)
			}
			if up.Bits > serverReceives.Bits || serverReceives.NoTakeover && !up.NoTakeover {
				t.Errorf("offers %v, answer %q: the client sends %+v, the server receives %+v", offers, answer, up, serverReceives)
			}
		}
	}
}

func TestDirectionsOfWhatIsAgreed(t *testing.T) {
	whole := wire.Direction{Bits: 15}
	tests := []struct {
		agreed         deflate
		client, server wire.Direction
	}{
		{deflate{}, whole, whole},
		{deflate{ClientNoContextTakeover: true, ClientMaxWindowBits: 9}, wire.Direction{Bits: 9, NoTakeover: true}, whole},
		{deflate{ServerNoContextTakeover: true, ServerMaxWindowBits: 8}, whole, wire.Direction{Bits: 8, NoTakeover: true}},
		{deflate{ClientMaxWindowBits: cases.AnyWindow}, whole, whole},
	}
	for _, tt := range tests {
		for _, server := range []bool{false, true} {
			send, receive := wire.Directions(tt.agreed, server)
			if server {
				send, receive = receive, send
			}
			if send != tt.client || receive != tt.server {
				t.Errorf("%v, server %t: the client %+v, the server %+v, want %+v and %+v", tt.agreed, server, send, receive, tt.client, tt.server)
			}
		}
	}
}
