package fuzzer_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gobahn/cases"
	"gobahn/wire"
)

// extendedCases are the cases of a chapter beyond the reference's for peers of a role,
// but for those that are left out unless they are asked for.
func extendedCases(t *testing.T, chapter string, role cases.Role) (list []cases.Case) {
	t.Helper()
	for _, c := range cases.AllChapters() {
		if c.Number != chapter {
			continue
		}
		for _, one := range c.Cases {
			if (one.Role == "" || one.Role == role) && !slices.Contains(one.Tags, cases.Heavy) {
				list = append(list, one)
			}
		}
	}
	if len(list) == 0 {
		t.Fatalf("no cases for a %s in chapter %s", role, chapter)
	}
	return list
}

// playTurns plays one case with a raw client, which visits as often as the case has
// variants, in the set that the case is in.
func playTurns(t *testing.T, newPeer func() *rawPeer, c cases.Case) cases.Result {
	t.Helper()
	c.Tags = nil // then it is among those of the ordinary set
	played := testClient(t, newPeer, []cases.Case{c})
	if len(played) != 1 {
		t.Fatalf("%s: %d results, want one", c.ID, len(played))
	}
	return played[0].Result
}

// An offer may be an edit of the request, or inserted, as users write it: who accepts it
// compresses.
func TestOffersThatAreEditedAreOffers(t *testing.T) {
	const field = "Sec-WebSocket-Extensions"
	octets := "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n" +
		"Sec-WebSocket-Version: 13\r\n" + field + ": permessage-deflate\r\n\r\n"
	for name, o := range map[string]cases.Opening{
		"set":      {Edits: []cases.Edit{cases.Set(field, "permessage-deflate")}},
		"inserted": {Edits: []cases.Edit{cases.Insert(field + ": permessage-deflate\r\n")}},
		"octets":   {Octets: cases.Of(octets)},
	} {
		t.Run(name, func(t *testing.T) {
			c := cases.Case{ID: "user/x", Opening: &o, Script: cases.Script{cases.Text("hello")}, Accept: cases.Exactly(cases.GotText("hello"))}
			played := testServer(t, func() *rawPeer { return &rawPeer{params: &cases.DeflateParams{}} }, []cases.Case{c})
			if p := played[0]; p.Result.Verdict != cases.OK || p.Observation.Deflate == nil {
				t.Errorf("%s (%s), negotiated: %v, faults %q", p.Result.Verdict, p.Result.Says, p.Observation.Deflate, p.Observation.Faults)
			}
		})
	}
	removed := cases.Case{ID: "user/x", Deflate: &cases.Deflate{Offer: []cases.DeflateParams{{}}, Optional: true}, Script: cases.Script{cases.Text("hello")},
		Opening: &cases.Opening{Edits: []cases.Edit{cases.Remove(field)}}, Accept: cases.Exactly(cases.GotText("hello"))}
	if p := testServer(t, func() *rawPeer { return &rawPeer{} }, []cases.Case{removed})[0]; p.Result.Verdict != cases.OK || p.Observation.Deflate != nil {
		t.Errorf("removed: %s (%s), negotiated: %v", p.Result.Verdict, p.Result.Says, p.Observation.Deflate)
	}
}

func TestConformingPeersPassNegotiationAndRareDeflate(t *testing.T) {
	// What is for information, or tolerated in us, too, and what a pipe cannot show.
	graded := map[cases.ID]cases.Verdict{
		"19.1.11": cases.Informational, "20.1.9": cases.Informational, "20.1.11": cases.Informational, "20.1.12": cases.Informational,
		"20.2.11": cases.Informational, "20.2.12": cases.Informational, "20.4.4": cases.Informational, "20.5.2": cases.Informational,
		"19.4.12": cases.Unimplemented, "19.4.11": cases.Unimplemented, // wishes that this client has not
		"20.5.8": cases.Unimplemented, // its limit is not declared
	}
	small := func(list []cases.Case) []cases.Case { // for the race detector
		return slices.DeleteFunc(list, func(c cases.Case) bool { return testing.Short() && strings.HasPrefix(string(c.ID), "20.5") })
	}
	for _, chapter := range []string{"19", "20"} {
		server := func() *rawPeer { return &rawPeer{params: &cases.DeflateParams{}} }
		for _, p := range testServer(t, server, small(extendedCases(t, chapter, cases.Server))) {
			checkGrade(t, p.Result, graded)
		}
		client := func() *rawPeer { return &rawPeer{params: &cases.DeflateParams{ClientMaxWindowBits: cases.AnyWindow}} }
		for _, c := range small(extendedCases(t, chapter, cases.Client)) {
			checkGrade(t, playTurns(t, client, c), graded)
		}
	}
}

func checkGrade(t *testing.T, r cases.Result, graded map[cases.ID]cases.Verdict) {
	t.Helper()
	want, ok := graded[r.ID]
	if !ok {
		want = cases.OK
	}
	if r.Verdict != want {
		t.Errorf("%s: %s, want %s: %s", r.ID, r.Verdict, want, r.Says)
	}
	for _, part := range r.Parts {
		if part.Verdict == cases.Failed {
			t.Errorf("%s/%d: %s", r.ID, part.Part+1, part.Says)
		}
	}
}

// accepting has a server answer any offer with this value of Sec-WebSocket-Extensions.
func accepting(value string) *rawPeer {
	offered := false
	return &rawPeer{
		asked: func(request wire.Head) { offered = len(request.Values("Sec-WebSocket-Extensions")) > 0 },
		head: func(right []byte) []byte {
			head, err := wire.ParseHead(right)
			if err == nil && offered {
				head.Add("Sec-WebSocket-Extensions", value)
			}
			return head.Append(nil)
		},
	}
}

// compressingBy has a peer compress in a way of its own.
func compressingBy(how func(p *rawPeer, plain []byte) []byte) *rawPeer {
	return &rawPeer{params: &cases.DeflateParams{ClientMaxWindowBits: 0}, message: func(p *rawPeer, _ int, op cases.Op, plain []byte) bool {
		p.sendPacked(op, how(p, plain))
		return true
	}}
}

// withFrame is an honest peer but for what it does with some frames.
func withFrame(frame func(p *rawPeer, h wire.Header, b []byte) bool) *rawPeer {
	return &rawPeer{params: &cases.DeflateParams{}, frame: frame}
}

// A slip is a way to be wrong about extensions or compressed messages.
type slip struct {
	name string
	id   cases.ID
	role cases.Role // empty: both
	peer func() *rawPeer
	says string // in what is said of it
}

var slips = []slip{
	{"accepts what is not defined", "19.2.1", cases.Server, func() *rawPeer { return accepting("permessage-deflate") }, "none to accept"},
	{"accepts what is in quotes", "19.1.10", cases.Server, func() *rawPeer { return accepting("permessage-deflate") }, "none to accept"},
	{"takes 08 for 8", "19.2.4", cases.Server, func() *rawPeer { return accepting("permessage-deflate; server_max_window_bits=8") }, "none to accept"},
	{"accepts the bad one of two offers", "19.2.6", cases.Server, func() *rawPeer { return accepting("permessage-deflate; server_max_window_bits=99") }, "want a value of 8 to 15"},
	{"accepts what does not parse", "19.3.1", cases.Server, func() *rawPeer { return accepting("permessage-deflate") }, "none to accept"},
	{"invents a window for the client", "19.1.1", cases.Server, func() *rawPeer { return accepting("permessage-deflate; client_max_window_bits=12") }, "was not offered"},
	{"gives the client's window no size", "19.1.2", cases.Server, func() *rawPeer { return accepting("permessage-deflate; client_max_window_bits") }, "has no value"},
	{"leaves out the window", "19.1.3", cases.Server, func() *rawPeer { return accepting("permessage-deflate") }, "leaves out server_max_window_bits"},
	{"takes a larger window", "19.1.4", cases.Server, func() *rawPeer { return accepting("permessage-deflate; server_max_window_bits=9") }, "more than the 8 offered"},
	{"leaves out that it forgets", "19.1.5", cases.Server, func() *rawPeer { return accepting("permessage-deflate") }, "leaves out server_no_context_takeover"},
	{"accepts an extension that does not exist", "19.1.9", cases.Server, func() *rawPeer { return accepting("x-foo") }, "x-foo"},
	{"breaks on 8 bits", "19.1.4", cases.Server, func() *rawPeer {
		return &rawPeer{head: func([]byte) []byte { return []byte("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n") }}
	}, "500"},
	{"backtracks", "19.3.5", cases.Server, backtracking, "more than 3 times as long"},

	{"takes what it has not offered", "19.4.7", cases.Client, laxClient, "wrong endpoint"},
	{"takes a parameter that is not defined", "19.4.8", cases.Client, laxClient, "wrong endpoint"},
	{"takes a window of 7 bits", "19.4.9", cases.Client, laxClient, "wrong endpoint"},
	{"takes a window that it has not offered", "19.4.10", cases.Client, laxClient, "wrong endpoint"},
	{"takes what does not parse", "19.4.14", cases.Client, laxClient, "wrong endpoint"},
	{"compresses though nothing was agreed on", "19.4.15", cases.Client, func() *rawPeer {
		return compressingBy(func(_ *rawPeer, plain []byte) []byte { return wire.NewCompressor(15, true).Append(nil, plain) })
	}, "reserved bits set"},
	{"remembers what it should forget", "19.4.3", cases.Client, rememberingPeer, "a back-reference of"},
	{"has too large a window", "19.4.4", cases.Client, windowedPeer, "the window agreed on has"},

	{"inflates each message alone", "20.1.3", "", func() *rawPeer {
		return withFrame(func(p *rawPeer, h wire.Header, b []byte) bool {
			if h.RSV == 4 && len(b) == 5 {
				p.close(1007)
				return true
			}
			return false
		})
	}, "no accepted outcome"},
	{"stops at a final block", "20.1.8", "", func() *rawPeer { return sendingBack("He") }, "no accepted outcome"},
	{"does not look at blocks", "20.2.1", "", func() *rawPeer { return sendingBack("") }, "wrong endpoint"},
	{"says nothing of what it cannot inflate", "20.2.8", "", func() *rawPeer {
		return withFrame(func(_ *rawPeer, h wire.Header, _ []byte) bool { return h.RSV == 4 })
	}, "wrong endpoint"},
	{"tells what is in its memory", "20.2.4", "", func() *rawPeer { return sendingBack("\x00\x00\x00") }, "wrong endpoint"},
	{"does not look at inflated text", "20.2.10", "", func() *rawPeer { return sendingBack("\xce\xba\xed\xa0\x80") }, "wrong endpoint"},
	{"looks past RSV1 in later frames", "20.3.1", "", func() *rawPeer { return &rawPeer{params: &cases.DeflateParams{}, lenient: wire.FaultRSV} }, "wrong endpoint"},
	{"looks past RSV1 in control frames", "20.3.2", "", func() *rawPeer { return &rawPeer{params: &cases.DeflateParams{}, lenient: wire.FaultRSV} }, "wrong endpoint"},
	{"inflates what was not agreed on", "20.3.4", "", func() *rawPeer { return sendingBack("Hello") }, "wrong endpoint"},
	{"sets RSV1 in pongs", "20.3.5", "", func() *rawPeer {
		return withFrame(func(p *rawPeer, h wire.Header, b []byte) bool {
			if h.Opcode == cases.OpPing {
				p.send(cases.Pong(string(b)).Reserved(4))
			}
			return h.Opcode == cases.OpPing
		})
	}, "reserved bits set (RSV 4)"},
	{"has too large a window", "20.4.1", "", windowedPeer, "the window agreed on has"},
	{"remembers what it should forget", "20.4.2", "", rememberingPeer, "a back-reference of"},
	{"leaves the tail", "20.4.3", "", func() *rawPeer {
		return compressingBy(func(p *rawPeer, plain []byte) []byte {
			return append(p.compressor.Append(nil, plain), wire.DeflateTail...)
		})
	}, "ends in 00 00 ff ff"},
}

// laxClient takes any answer.
func laxClient() *rawPeer {
	return &rawPeer{lax: true, params: &cases.DeflateParams{ServerMaxWindowBits: 10}}
}

// backtracking takes quadratic time for what it is sent.
func backtracking() *rawPeer {
	return &rawPeer{asked: func(request wire.Head) {
		n := len(request.Get("Sec-WebSocket-Extensions"))
		time.Sleep(20 * time.Duration(n*n))
	}}
}

// sendingBack sends something back for every compressed message.
func sendingBack(what string) *rawPeer {
	return withFrame(func(p *rawPeer, h wire.Header, _ []byte) bool {
		if h.RSV == 4 {
			p.send(cases.Opcode(h.Opcode, what))
		}
		return h.RSV == 4
	})
}

// windowedPeer compresses with the largest window whatever was agreed on.
func windowedPeer() *rawPeer {
	c := wire.NewCompressor(15, false)
	p := compressingBy(func(_ *rawPeer, plain []byte) []byte { return c.Append(nil, plain) })
	p.params.ClientMaxWindowBits = cases.AnyWindow
	return p
}

// rememberingPeer refers to earlier messages whatever was agreed on.
func rememberingPeer() *rawPeer { return windowedPeer() }

func TestEverySlipInNegotiationAndDeflateIsCaughtAndNamed(t *testing.T) {
	for _, s := range slips {
		t.Run(string(s.id)+" "+s.name, func(t *testing.T) {
			c := findAny(t, s.id)
			if s.role != cases.Client {
				played := testServer(t, s.peer, []cases.Case{c})
				checkSlip(t, s, played[0].Result, played[0].Observation)
			}
			if s.role != cases.Server {
				r := playTurns(t, s.clientPeer, c)
				checkSlip(t, s, r, cases.Observation{})
			}
		})
	}
}

// clientPeer is the peer of s as a client, which offers what the cases want.
func (s slip) clientPeer() *rawPeer {
	p := s.peer()
	if p.params != nil && !p.lax {
		p.params.ClientMaxWindowBits = cases.AnyWindow
	}
	return p
}

func checkSlip(t *testing.T, s slip, r cases.Result, o cases.Observation) {
	t.Helper()
	said := strings.Join(append([]string{r.Says}, o.Faults...), "\n")
	for _, b := range o.Breaches {
		said += "\n" + b.Says
	}
	for _, part := range r.Parts {
		said += "\n" + part.Says
	}
	if r.Verdict != cases.Failed || !strings.Contains(strings.ToLower(said), strings.ToLower(s.says)) {
		t.Errorf("%s: %s, %q: want FAILED and %q", r.ID, r.Verdict, said, s.says)
	}
}

// findAny is the case with that id, of whichever chapter.
func findAny(t *testing.T, id cases.ID) cases.Case {
	t.Helper()
	i := slices.IndexFunc(cases.All, func(c cases.Case) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("no case %s", id)
	}
	return cases.All[i]
}

// A server that a bomb has killed is blamed for it.
func TestADeadServerIsNoticed(t *testing.T) {
	dead := false
	server := func() *rawPeer {
		if dead {
			return &rawPeer{head: func([]byte) []byte { time.Sleep(time.Hour); return nil }}
		}
		return withFrame(func(p *rawPeer, h wire.Header, _ []byte) bool { dead = true; p.nc.Close(); return true })
	}
	p := testServer(t, server, []cases.Case{findAny(t, "20.5.4")})[0]
	if p.Result.Verdict != cases.Failed || !strings.Contains(p.Result.Says, "did not answer on a fresh connection") {
		t.Errorf("%s: %s", p.Result.Verdict, p.Result.Says)
	}
}
