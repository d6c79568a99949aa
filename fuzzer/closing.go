package fuzzer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"
	"time"
	"unicode/utf8"

	"gobahn/cases"
	"gobahn/wire"
)

// This file is the closing state machine. It follows the reference: who sent
// the first close frame, who failed the connection and who dropped TCP is what
// the closing verdict is about.

// sendClose sends a close frame with this payload, valid or not. Unless it is
// the reply to the peer's, it starts the closing handshake. Of several only the
// first is sent.
func (s *session) sendClose(payload cases.Payload, key [4]byte, reply bool) {
	if s.state != open {
		return
	}
	s.endEcho()
	s.sendFrame(cases.Frame{Opcode: cases.OpClose, Payload: payload}, key)
	s.state = closing
	got := &s.obs.Closing
	got.ClosedByMe = !reply
	got.LocalCode, got.LocalReason = closeParts(payload.Octets())
	if !reply && !s.passive() {
		s.set(closingTimer, s.closingTimeout())
	}
}

// floodedTimeout is how long a peer may take at least to answer our close frame that comes
// behind a flood: it gets to that when it has seen to the rest.
const floodedTimeout = 30 * time.Second

// closingTimeout is how long the peer may take to answer our close frame.
func (s *session) closingTimeout() time.Duration {
	if s.player.flooded && s.opts.CloseHandshakeTimeout > 0 {
		return max(s.opts.CloseHandshakeTimeout, floodedTimeout)
	}
	return s.opts.CloseHandshakeTimeout
}

// closeParts takes the payload of a close frame apart. One octet is no code, so
// it counts as reason.
func closeParts(b []byte) (code *uint16, reason cases.Payload) {
	if len(b) >= 2 {
		c := binary.BigEndian.Uint16(b)
		code, b = &c, b[2:]
	}
	return code, cases.Of(string(b))
}

// fail fails an open connection (RFC 6455 7.1.7), which starts the closing
// handshake. One that is closing need not be failed: a peer that does not answer
// our close frame is dropped anyway.
func (s *session) fail(code uint16, reason string) {
	s.obs.Closing.FailedByMe = true
	if s.opts.FailByDrop {
		s.drop("the fuzzer failed the connection by dropping TCP")
		return
	}
	s.sendClose(cases.Close(code, clipReason(reason)), mask(s.keys.reply), false)
}

// clipReason shortens a close reason to what a control frame holds.
func clipReason(s string) string {
	const limit = 123
	if len(s) <= limit {
		return s
	}
	for s = s[:limit]; !utf8.ValidString(s); s = s[:len(s)-1] {
	}
	return s
}

// violated handles a frame of the peer that breaks the RFC: it fails an open
// connection, and is skipped during the closing handshake, so that the peer's
// close frame is still seen.
func (s *session) violated(code uint16, fault string) {
	s.fault(fault)
	if s.state == open && !s.passive() {
		s.fail(code, fault)
	}
}

// closeReceived handles the peer's close frame.
func (s *session) closeReceived(payload []byte) {
	got := &s.obs.Closing
	s.receiver.closed = true
	got.RemoteCode, got.RemoteReason = closeParts(payload)
	switch {
	case len(payload) == 1:
		s.violated(cases.CodeProtocolError, "close frame of one octet")
	case got.RemoteCode != nil && !cases.CloseCodeAllowed(*got.RemoteCode):
		s.violated(cases.CodeProtocolError, fmt.Sprintf("close code %d is not allowed on the wire", *got.RemoteCode))
	case len(payload) > 2 && !utf8.Valid(payload[2:]):
		s.violated(cases.CodeInvalidPayload, "close reason is not UTF-8")
	}
	if s.state == closed {
		return
	}
	s.stop(closingTimer)
	if s.passive() {
		got.WasClean = s.state == closing
		return
	}
	got.WasClean = true
	if s.state == open {
		s.sendClose(s.closeReply(payload), mask(s.keys.reply), true)
	}
	if s.server {
		s.drop("")
		return
	}
	s.set(dropTimer, s.opts.ServerConnectionDropTimeout)
}

// closeReply is the payload of our answer to a close frame.
func (s *session) closeReply(payload []byte) cases.Payload {
	if s.opts.EchoCloseCodeReason && len(payload) >= 2 {
		return cases.Of(string(payload))
	}
	return cases.Close(cases.CodeNormal, "")
}

// drop ends the TCP connection. reason is why the ending is not clean, unless
// it is or another reason is known.
func (s *session) drop(reason string) {
	if s.state == closed {
		return
	}
	s.obs.Closing.DroppedByMe = true
	s.ended(reason)
}

// drainTime bounds how long a connection that has ended waits for what was sent
// before to leave.
const drainTime = 200 * time.Millisecond

// lost handles the end of what the peer sends, which err tells of.
func (s *session) lost(err error) {
	s.receiver.ended = true
	s.obs.Reset = errors.Is(err, syscall.ECONNRESET)
	if s.state == opening {
		s.checkUnended()
	}
	s.followEnded(cases.Dropped)
	if s.state != closed {
		if s.passive() {
			s.observe(cases.Ended{})
		}
		s.ended(cases.ReasonPeerDropped)
	}
}

// ended ends the conversation. What was sent before may still leave: a peer that
// has ended its side may read on, but one that does not read must not keep us.
func (s *session) ended(reason string) {
	s.endEcho()
	s.state = closed
	if s.c.Limit.Octets > 0 { // what still leaves is none of the peer's doing
		s.obs.Taken = s.conn.Taken()
	}
	s.due = [timers]time.Time{}
	s.due[drainTimer] = time.Now().Add(drainTime)
	s.obs.Duration = cases.Duration(time.Since(s.obs.Started))
	if got := &s.obs.Closing; !got.WasClean && got.NotCleanReason == "" {
		got.NotCleanReason = reason
	}
}

// observe notes an event, and starts the closing handshake if that is ours to
// do and the outcome is decided.
func (s *session) observe(e cases.Event) {
	if s.control != nil { // nothing is judged
		return
	}
	if len(s.obs.Events) >= s.receiver.limit {
		s.obs.Lost++
		return
	}
	s.obs.Events = append(s.obs.Events, e)
	s.closeWhenDone()
	if s.player.wait == nil && s.player.echo == nil && s.state == open && !s.player.begun {
		s.play()
	}
}

func (s *session) closeWhenDone() {
	if s.state != open || !cases.Decided(s.c.Accept, s.obs.Events) {
		return
	}
	ending := s.c.EndingAfter(s.obs.Events)
	if ending.Peer || ending.NoAutoClose {
		return
	}
	s.sendClose(cases.Close(ending.CloseCodes()[0], ""), mask(s.keys.reply), false)
}

// headerContext is what the faults of the next frame depend on.
func (s *session) headerContext() wire.Context {
	return wire.Context{
		FromClient: s.server,
		AnyMask:    s.server && !s.opts.RequireMaskedClientFrames || !s.server && s.opts.AcceptMaskedServerFrames,
		InMessage:  s.receiver.message.op != 0,
		Compressed: s.deflate.receive != nil,
	}
}
