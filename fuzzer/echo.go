package fuzzer

import (
	"bytes"

	"gobahn/cases"
	"gobahn/wire"
)

// An echoing is an Echo that is being played: a message is sent, and the next when
// it has come back.
type echoing struct {
	step     cases.Echo
	messages messages
	back     int  // messages that came back
	valid    bool // what is sent is binary, or known to be UTF-8

	stream *stream // what is sent, compressed; nil: it is not
	known  *known  // what came back, compressed; nil: nothing is remembered
	stale  bool    // the inflater has not seen the last messages
}

// Known are compressed messages of the peer that were found to be what was sent.
// When one comes again in its place, octet for octet, it need not be inflated: what
// octets inflate to depends on nothing but them and what came before.
type known struct {
	messages map[int][]byte // by what recurring says
	room     int            // how many more octets they may have: a peer need not compress well
}

// maxKnown is how many octets of compressed messages are remembered.
const maxKnown = 16 << 20

// beginEcho sends the first message of an Echo.
func (s *session) beginEcho(v cases.Echo) {
	e := &echoing{step: v, messages: messagesOf(v.Message)}
	e.valid = v.Message.Binary || validText(e.messages)
	if s.deflate.send != nil {
		e.stream = s.streams.of(v.Message, e.messages, *s.deflate.send)
		if !s.deflate.used { // nothing the peer may refer to came before the Echo
			e.known = &known{messages: make(map[int][]byte), room: maxKnown}
		}
	}
	s.player.echo = e
	s.traffic.begin()
	s.obs.Traffic = nil
	s.restartLimit()
	if s.c.Report.Quiet {
		s.log.Switch(false)
	}
	if s.player.next == len(s.c.Script) {
		s.setLimit()
	}
	s.sendEcho()
}

// validText reports whether m, sent as text, is UTF-8. A corpus is.
func validText(m messages) bool {
	if m.reel != nil {
		return true
	}
	var u wire.UTF8
	for piece := range m.same.pieces(0, m.same.size) {
		if u.Write(piece) >= 0 {
			return false
		}
	}
	return u.End() < 0
}

// sendEcho sends the message that is to come back next.
func (s *session) sendEcho() {
	e := s.player.echo
	b := e.messages.at(e.back)
	s.traffic.sent.App += b.size
	s.traffic.sent.Messages++
	if e.stream == nil {
		s.sendData(e.step.Message, b, 0, true)
		return
	}
	packed := e.stream.at(e.back)
	s.sendData(e.step.Message, body{octets: packed, size: len(packed)}, rsvCompressed, true)
}

// cameBack goes on when a message has come back as it was sent.
func (s *session) cameBack() {
	e := s.player.echo
	s.traffic.received.App += e.messages.at(e.back).size
	s.traffic.received.Messages++
	s.obs.Echoes++
	if e.back++; e.back < e.step.Count {
		s.sendEcho()
		return
	}
	s.endEcho()
	s.obs.Traffic = s.traffic.result()
	s.observe(cases.Echoed{Count: e.step.Count})
}

// endEcho ends an Echo, and its time limit if there are more steps.
func (s *session) endEcho() {
	e := s.player.echo
	if e == nil {
		return
	}
	s.freshen(e)
	s.player.echo = nil
	s.deflate.forget()
	s.log.Switch(true)
	if !s.player.begun {
		s.stop(limitTimer)
	}
}

// recall reports whether the compressed message that has just arrived is known to
// be the one that is to come back.
func (s *session) recall(packed []byte) bool {
	e := s.player.echo
	if e == nil || e.known == nil || !s.receiver.message.same {
		return false
	}
	one, ok := e.known.messages[recurring(e.back, e.messages.period(), *s.deflate.receive)]
	if !ok || !bytes.Equal(one, packed) {
		return false
	}
	e.stale = true
	return true
}

// remember notes the compressed message that has just been found to be the one
// that was to come back. It reports whether it keeps packed.
func (s *session) remember(packed []byte) bool {
	e := s.player.echo
	if e == nil || e.known == nil {
		return false
	}
	i := recurring(e.back, e.messages.period(), *s.deflate.receive)
	if e.back+e.messages.period() >= e.step.Count || e.known.messages[i] != nil || len(packed) > e.known.room {
		return false
	}
	e.known.room -= len(packed)
	e.known.messages[i] = packed
	return true
}

// notCompressed takes note of a message that came as it is. The peer's compressor has
// not seen it, so that the window is no longer what came back.
func (s *session) notCompressed() {
	if e := s.player.echo; e != nil {
		s.freshen(e)
		e.known = nil
	}
}

// wrongEcho ends an Echo whose message did not come back as it was sent, and with it
// the script.
func (s *session) wrongEcho(e *echoing) {
	if e != nil {
		s.player.next = len(s.c.Script)
		s.endEcho()
	}
}

// closeAfterWrongEcho starts the closing handshake after that, if it is ours to do.
func (s *session) closeAfterWrongEcho(e *echoing) {
	if e != nil && !s.c.Ending.Peer && !s.c.Ending.NoAutoClose {
		s.sendClose(cases.Close(s.c.Ending.CloseCodes()[0], ""), mask(s.keys.reply), false)
	}
}

// freshen gives the inflater what it has not seen.
func (s *session) freshen(e *echoing) {
	if e.stale {
		s.deflate.inflater.SetWindow(e.messages.before(e.back, maxWindow))
		e.stale = false
	}
}

// maxWindow is the largest window of permessage-deflate in octets.
const maxWindow = 32 << 10
