package fuzzer

import (
	"encoding/hex"
	"time"

	"gobahn/cases"
)

// pingLater has the peer pinged when the interval of automatic pings is over, if
// there are to be any.
func (s *session) pingLater() {
	if s.opts.AutoPingInterval > 0 {
		s.due[pingTimer] = time.Now().Add(s.opts.AutoPingInterval)
	}
}

// autoPing pings the peer. Inside a frame that is being sent in parts there is no
// room for another: the ping is left out then, as it is while the last one waits
// for its answer.
func (s *session) autoPing() {
	defer s.pingLater()
	if s.state != open || s.player.split != nil || s.ping != "" {
		return
	}
	key := mask(s.keys.reply)
	s.ping = "automatic " + hex.EncodeToString(key[:])
	s.sendFrame(cases.Frame{Opcode: cases.OpPing, Payload: cases.Of(s.ping)}, mask(s.keys.reply))
	if s.opts.AutoPingTimeout > 0 {
		s.set(pongTimer, s.opts.AutoPingTimeout)
	}
}

// answersPing reports whether a pong answers the automatic ping. That is no event
// of the case.
func (s *session) answersPing(payload string) bool {
	if s.ping == "" || payload != s.ping {
		return false
	}
	s.ping = ""
	s.stop(pongTimer)
	return true
}
