package wire_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/wire"
)

// FuzzNegotiate checks that a response is taken for an answer to the offers of a request
// just where RFC 7692 7.1 lets it be one, and that every answer of ours is.
func FuzzNegotiate(f *testing.F) {
	f.Add("D; c; C", "D; C=9", "D; C=12")
	f.Add("D; S=10; s, D", "D", "D; C=8, D; S=9")
	f.Add("D; S=10, D; S=9", `D; S="11"`, "D; c")
	f.Add("D; S=7, x; y=z", "D; C", "D")
	f.Add("D; C=8", "D, D", "D; C=15; s")
	f.Add("D; C; S=12", "D; S=12; s; c; C=10", "D; C=9")
	// The fuzzer changes single letters: the words of RFC 7692 are one each.
	words := strings.NewReplacer("D", cases.Extension, "S", "server_max_window_bits", "C", "client_max_window_bits",
		"s", "server_no_context_takeover", "c", "client_no_context_takeover")
	f.Fuzz(func(t *testing.T, request, response, preferences string) {
		request, response, preferences = words.Replace(request), words.Replace(response), words.Replace(preferences)
		// A list of ours is written as one of the peer's is.
		accept, err := wire.Offered(extensionsHead(preferences))
		if err != nil {
			accept = []deflate{{}}
		}
		offers, _ := wire.Offered(extensionsHead(request))
		checkAnswerTo(t, offers, response)
		checkAnswerOfOurs(t, request, offers, accept)
		for _, name := range []string{cases.Extension, "server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits", "client_max_window_bits"} {
			with, without := wire.Lacking(offers, []string{name}), wire.Lacking(offers, []string{"no " + name})
			if (with == "") == (without == "") {
				t.Errorf("of %v %q lacks %q, and the opposite %q", offers, name, with, without)
			}
		}
	})
}

// checkAnswerTo wants CheckDeflate to find what is wrong with a response, and nothing else.
func checkAnswerTo(t *testing.T, offers []deflate, response string) {
	t.Helper()
	said := wire.Answered([]string{response})
	agreed, faults, err := wire.CheckDeflate(extensionsHead(response), offers)
	if err != nil && (agreed != nil || faults != nil || len(err.Error()) > 500+100*len(offers)) {
		t.Errorf("%q to %v: agreed %v, faults %q besides an error of %d octets", response, offers, agreed, faults, len(err.Error()))
	}
	var fit []deflate
	complete := false
	for _, o := range offers {
		if said == nil || said.ClientMaxWindowBits != 0 && o.ClientMaxWindowBits == 0 || o.ServerMaxWindowBits != 0 && said.ServerMaxWindowBits > o.ServerMaxWindowBits {
			continue
		}
		fit = append(fit, o)
		complete = complete || (said.ServerNoContextTakeover || !o.ServerNoContextTakeover) && (said.ServerMaxWindowBits != 0 || o.ServerMaxWindowBits == 0)
	}
	if (fit != nil) != (agreed != nil) || (fit == nil) == (err == nil) {
		t.Fatalf("%q to %v: agreed %v, %v, fits %v", response, offers, agreed, err, fit)
	}
	if fit == nil {
		return
	}
	if (len(faults) == 0) != complete || len(faults) > 2 {
		t.Errorf("%q to %v: faults %q", response, offers, faults)
	}
	// The server is held to what it says, the client to that and to what it has promised.
	if agreed.ServerNoContextTakeover != said.ServerNoContextTakeover || agreed.ServerMaxWindowBits != said.ServerMaxWindowBits {
		t.Errorf("%q to %v: agreed %v of the server", response, offers, agreed)
	}
	if said.ClientNoContextTakeover && !agreed.ClientNoContextTakeover || agreed.ClientMaxWindowBits < 0 ||
		said.ClientMaxWindowBits != 0 && (agreed.ClientMaxWindowBits == 0 || agreed.ClientMaxWindowBits > said.ClientMaxWindowBits) {
		t.Errorf("%q to %v: agreed %v of the client", response, offers, agreed)
	}
	for _, server := range []bool{true, false} {
		send, receive := wire.Directions(*agreed, server)
		if min(send.Bits, receive.Bits) < 8 || max(send.Bits, receive.Bits) > 15 {
			t.Errorf("%v: windows of %d and %d bits", agreed, send.Bits, receive.Bits)
		}
	}
}

// checkAnswerOfOurs wants our answer to a request, if there is one, to be one that the
// client has to accept, and to say what we take to be agreed.
func checkAnswerOfOurs(t *testing.T, request string, offers, accept []deflate) {
	t.Helper()
	agreed, answer, err := wire.AcceptDeflate(extensionsHead(request), accept)
	if err != nil && (agreed != nil || answer != "" || offers != nil || len(err.Error()) > 500) {
		t.Errorf("%q: %q and %v besides an error of %d octets, offers %v", request, answer, agreed, len(err.Error()), offers)
	}
	if agreed != nil {
		if diff := cmp.Diff(agreed, wire.Answered([]string{answer})); diff != "" {
			t.Errorf("%q: what is agreed and what %q says (-agreed +said):\n%s", request, answer, diff)
		}
		checkTaken(t, answer, offers)
	} else if answer != "" || len(offers) > 0 && slices.Contains(accept, deflate{}) {
		// Who would do without any parameter can take every offer.
		t.Errorf("%q: %q, with %v accepted", request, answer, accept)
	}
	for _, offer := range offers {
		checkTaken(t, wire.ShortestAnswer(offer, ""), []deflate{offer})
	}
}

// checkTaken wants a client with these offers to find nothing wrong with an answer of ours.
func checkTaken(t *testing.T, answer string, offers []deflate) {
	t.Helper()
	if got, faults, err := wire.CheckDeflate(extensionsHead(answer), offers); got == nil || faults != nil || err != nil {
		t.Errorf("the client offers %v and takes our answer %q amiss: %q, %v", offers, answer, faults, err)
	}
}
