package fuzzer

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"unicode/utf8"

	"gobahn/cases"
	"gobahn/fuzzer/entropy"
	"gobahn/wire"
)

// This file is the checks of what a peer sends as frames, on every connection and
// whatever is played. They only look: what the session does is up to receiver.

// checks is what they have to know of what came before.
type checks struct {
	inMessage bool      // a message has begun and not ended, as far as headers say
	keys      [][4]byte // masking keys of the peer, the first of them
	misread   bool      // the frame is masked, or not, against the rule: nobody knows what its payload is meant to be
}

// headerRules are the checks of a frame header.
var headerRules = []struct {
	check  cases.Check
	faults wire.Faults
}{
	{cases.CheckMask, wire.FaultMasked | wire.FaultUnmasked},
	{cases.CheckRSV, wire.FaultRSV},
	{cases.CheckLength, wire.FaultLengthForm | wire.FaultLengthSign},
	{cases.CheckControl, wire.FaultControlFIN | wire.FaultControlLength},
	{cases.CheckFrames, wire.FaultOpcode | wire.FaultContinuation | wire.FaultInterrupted},
}

// checkHeader checks the header of a frame.
func (s *session) checkHeader(h wire.Header) {
	k := &s.receiver.checks
	context := wire.Context{FromClient: s.server, InMessage: k.inMessage, Compressed: s.deflate.receive != nil}
	faults := h.Faults(context)
	k.misread = faults&(wire.FaultMasked|wire.FaultUnmasked) != 0
	if faults != 0 {
		for _, rule := range headerRules {
			if broken := faults & rule.faults; broken != 0 {
				s.broken(rule.check, cases.Failed, broken.Describe(h), h.Append(nil))
			}
		}
	}
	if !h.Opcode.Control() && !h.Opcode.Reserved() {
		k.inMessage = !h.FIN
	}
	if s.server && h.Masked && len(k.keys) < entropy.MaxKeys {
		k.keys = append(k.keys, h.Key)
	}
}

// checkBehindClose checks the header of a frame that comes behind the peer's close frame.
func (s *session) checkBehindClose(h wire.Header) {
	switch {
	case h.Opcode == cases.OpClose:
		s.broken(cases.CheckAfterClose, cases.NonStrict, "a second close frame", h.Append(nil))
	case !h.Opcode.Control():
		s.broken(cases.CheckAfterClose, cases.Failed, fmt.Sprintf("%s frame behind the close frame", h.Opcode), h.Append(nil))
	}
}

// checkClose checks the payload of a close frame.
func (s *session) checkClose(payload []byte) {
	bad := func(v cases.Verdict, format string, args ...any) {
		s.broken(cases.CheckCloseBody, v, fmt.Sprintf(format, args...), payload)
	}
	switch {
	case len(payload) == 0 || s.receiver.checks.misread:
		return
	case len(payload) == 1:
		bad(cases.Failed, "close frame of one octet")
		return
	}
	code := binary.BigEndian.Uint16(payload)
	sent := s.obs.Closing.LocalCode
	switch {
	case code == 1004 || code >= 5000: // of which the RFC says only that they have no meaning yet
		bad(cases.NonStrict, "close code %d has no meaning", code)
	case !cases.CloseCodeAllowed(code):
		bad(cases.Failed, "close code %d is not allowed on the wire", code)
	case code == 1010 && !s.server && (sent == nil || *sent != code):
		bad(cases.NonStrict, "close code 1010, which is for clients, from a server")
	}
	if !utf8.Valid(payload[2:]) {
		bad(cases.Failed, "close reason is not UTF-8")
	}
}

// checkKeys looks at all masking keys of the peer when the connection has ended.
func (s *session) checkKeys() {
	keys := s.receiver.checks.keys
	for _, k := range keys[:min(len(keys), keptKeys)] {
		s.obs.Keys = append(s.obs.Keys, hex.EncodeToString(k[:]))
	}
	if says := entropy.Repeats(keys); says != "" {
		s.broken(cases.CheckKeys, cases.Failed, says, nil)
	} else if says := entropy.Predicts(keys); says != "" {
		s.broken(cases.CheckEntropy, cases.NonStrict, says, nil)
	}
}

// keptKeys is how many masking keys are kept to be compared with those of other
// connections.
const keptKeys = 8

// broken notes a breach, the first of its kind and verdict.
func (s *session) broken(check cases.Check, v cases.Verdict, says string, octets []byte) {
	for _, b := range s.obs.Breaches {
		if b.Check == check && b.Verdict == v {
			return
		}
	}
	s.breach(check, v, says, octets)
}
