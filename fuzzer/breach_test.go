package fuzzer_test

import (
	"strings"
	"testing"

	"gobahn/cases"
	"gobahn/wire"
)

// A breaking is something that a peer must not send, and what a case of the reference says
// of it, which a check does not change.
type breaking struct {
	name           string
	peer           func() *rawPeer
	id             cases.ID
	check          cases.Check
	verdict        cases.Verdict // of the breach
	says           string
	of, closing    cases.Verdict // of the case
	server, client bool          // the roles of the peer
}

// twice answers a close frame, and sends f in the same write.
func twice(f cases.Frame) func() *rawPeer {
	return on(cases.OpClose, func(p *rawPeer, b []byte) {
		var octets []byte
		for _, f := range []cases.Frame{cases.Opcode(cases.OpClose, string(b)), f} {
			octets = wire.AppendFrame(octets, wire.FrameHeader(f, p.client, p.nextKey()), f.Payload.Octets(), false)
		}
		p.nc.Write(octets)
		if !p.client {
			p.nc.Close()
		}
	})
}

func TestEveryFrameIsCheckedWhateverIsPlayed(t *testing.T) {
	sending := func(frames ...cases.Frame) func() *rawPeer {
		return on(cases.OpText, func(p *rawPeer, _ []byte) {
			for _, f := range frames {
				p.send(f)
			}
		})
	}
	one := func() [4]byte { return [4]byte{1, 2, 3, 4} }
	for _, b := range []breaking{
		{name: "reserved bits", peer: sending(cases.Text("x").Reserved(4)), id: "1.1.2", check: cases.CheckRSV,
			says: "RSV 4", of: cases.Failed, closing: cases.WrongCodeSent, server: true, client: true},
		{name: "reserved opcode", peer: sending(cases.Opcode(3, "")), id: "1.1.2", check: cases.CheckFrames,
			says: "reserved opcode", of: cases.Failed, closing: cases.WrongCodeSent, server: true, client: true},
		{name: "continuation of nothing", peer: sending(cases.Continue("x")), id: "1.1.2", check: cases.CheckFrames,
			says: "continuation of no message", of: cases.Failed, closing: cases.WrongCodeSent, server: true, client: true},
		{name: "fragmented pong", peer: sending(cases.Pong("x"), cases.Pong("x").More()), id: "1.1.2", check: cases.CheckControl,
			says: "fragmented pong", of: cases.Failed, closing: cases.WrongCodeSent, server: true, client: true},
		{name: "long form", peer: sending(cases.Text("x").Bits(64)), id: "1.1.2", check: cases.CheckLength,
			says: "length 1 in 64 bits", of: cases.Failed, closing: cases.WrongCodeSent, server: true, client: true},
		{name: "no UTF-8", peer: sending(cases.Text("\xff")), id: "1.1.2", check: cases.CheckText,
			says: "not UTF-8 from octet 0 on", of: cases.Failed, closing: cases.WrongCodeSent, server: true, client: true},
		{name: "text behind the close frame", peer: twice(cases.Text("x")), id: "7.1.1", check: cases.CheckAfterClose,
			says: "text frame behind the close frame", of: cases.OK, closing: cases.OK, server: true, client: true},
		{name: "second close frame", peer: twice(cases.Opcode(cases.OpClose, "")), id: "7.1.1", check: cases.CheckAfterClose, verdict: cases.NonStrict,
			says: "a second close frame", of: cases.OK, closing: cases.OK, server: true, client: true},
		{name: "close frame with a mask that is not there, or should not be", peer: on(cases.OpClose, func(p *rawPeer, _ []byte) {
			masked := !p.client
			f := cases.Opcode(cases.OpClose, "\x1e\x2e\xff")
			f.Mask.Bit = &masked
			p.send(f)
		}), id: "7.1.1", check: cases.CheckMask, says: "masked close frame", of: cases.OK, closing: cases.Unclean, server: true, client: true},
		{name: "ping behind the close frame", peer: twice(cases.Ping("x")), id: "7.1.1", of: cases.OK, closing: cases.OK, server: true, client: true},
		{name: "1005", peer: closingWith("\x03\xed"), id: "7.3.1", check: cases.CheckCloseBody,
			says: "close code 1005 is not allowed", of: cases.Failed, closing: cases.WrongCodeSent, server: true, client: true},
		{name: "1004", peer: closingWith("\x03\xec"), id: "7.3.1", check: cases.CheckCloseBody, verdict: cases.NonStrict,
			says: "close code 1004 has no meaning", of: cases.Failed, closing: cases.WrongCodeSent, server: true},
		{name: "half a code", peer: closingWith("\x03"), id: "7.3.1", check: cases.CheckCloseBody,
			says: "close frame of one octet", of: cases.OK, closing: cases.OK, server: true, client: true},
		{name: "1010 in answer to 1010", peer: closingWith("\x03\xf2"), id: "7.7.8", of: cases.OK, closing: cases.OK, server: true, client: true},
		{name: "1010 from a server", peer: closingWith("\x03\xf2"), id: "7.3.3", check: cases.CheckCloseBody, verdict: cases.NonStrict,
			says: "1010, which is for clients", of: cases.Failed, closing: cases.WrongCodeSent, server: true},
		{name: "1010 from a client", peer: closingWith("\x03\xf2"), id: "7.3.3", of: cases.Failed, closing: cases.WrongCodeSent, client: true},
		{name: "one masking key", peer: once(rawPeer{key: one}), id: "2.10", check: cases.CheckKeys,
			says: "10 of 11 frames have the masking key of the frame before", of: cases.OK, closing: cases.OK, client: true},
	} {
		t.Run(strings.ReplaceAll(b.name, " ", "_"), func(t *testing.T) {
			if b.server {
				b.isFound(t, testServer(t, b.peer, find(t, b.id))[0].Observation, "server")
				b.isJudged(t, testServer(t, b.peer, find(t, b.id))[0].Result)
			}
			if b.client {
				b.isFound(t, testClient(t, b.peer, find(t, b.id))[0].Observation, "client")
				b.isJudged(t, testClient(t, b.peer, find(t, b.id))[0].Result)
			}
		})
	}
}

// isFound wants one breach, or none if b is none.
func (b breaking) isFound(t *testing.T, o cases.Observation, role string) {
	t.Helper()
	verdict := b.verdict
	if verdict == "" {
		verdict = cases.Failed
	}
	switch got := o.Breaches; {
	case b.check == "" && len(got) > 0:
		t.Errorf("%s: %s, want no breach", role, got)
	case b.check != "" && (len(got) != 1 || got[0].Check != b.check || got[0].Verdict != verdict || !strings.Contains(got[0].Says, b.says)):
		t.Errorf("%s: breaches %+v, want one of %s, %s, that says %q", role, got, b.check, verdict, b.says)
	}
}

func (b breaking) isJudged(t *testing.T, r cases.Result) {
	t.Helper()
	if r.Verdict != b.of || r.CloseVerdict != b.closing {
		t.Errorf("%s / %s, want %s / %s: %s; %s", r.Verdict, r.CloseVerdict, b.of, b.closing, r.Says, r.CloseSays)
	}
}

// After a frame with one fault those behind it are not blamed for others.
func TestABreachDoesNotBringAboutOthers(t *testing.T) {
	peer := on(cases.OpText, func(p *rawPeer, _ []byte) {
		masked := !p.client
		f := cases.Text("x").More()
		f.Mask.Bit = &masked
		p.send(f)
		p.send(cases.Continue("y"))
	})
	for _, o := range []cases.Observation{
		testServer(t, peer, find(t, "1.1.2"))[0].Observation,
		testClient(t, peer, find(t, "1.1.2"))[0].Observation,
	} {
		if len(o.Breaches) != 1 || o.Breaches[0].Check != cases.CheckMask || o.Breaches[0].Octets == (cases.Payload{}) {
			t.Errorf("breaches %+v, want one of the mask, with its octets", o.Breaches)
		}
	}
}
