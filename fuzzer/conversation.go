package fuzzer

import (
	"fmt"

	"gobahn/cases"
)

// A conversation is with a client that controls the server. No case is played:
// what is sent depends on what comes, and nothing is judged.
type conversation struct {
	// later is where steps come from that are played when they come; nil: none come.
	later <-chan cases.Script

	// message answers a text message. An error ends the conversation, and says
	// what is wrong with the message; nil: messages are not looked at.
	message func(text string) (cases.Script, error)
}

// steps is where further steps may come from.
func (c *conversation) steps() <-chan cases.Script {
	if c == nil {
		return nil
	}
	return c.later
}

// converse answers a text message outside any case, of which not all is kept if it is long.
func (s *session) converse(text []byte, whole bool) {
	if s.control.message == nil || s.state != open {
		return
	}
	if !whole {
		s.fail(cases.CodeTooBig, fmt.Sprintf("a command has no more than %d octets", keepOctets))
		return
	}
	// A few octets may ask for millions, and who asks need not read.
	if s.conn.Pending() > maxCommandWrites || s.conn.Queued() > maxCommandOctets {
		s.fail(cases.CodeTooBig, "what was asked for before has not left yet")
		return
	}
	script, err := s.control.message(string(text))
	if err != nil {
		s.fail(cases.CodeInvalidPayload, err.Error())
		return
	}
	s.playMore(script)
}

// playMore plays further steps, when those before have been played. The time limit
// begins anew.
func (s *session) playMore(script cases.Script) {
	if s.state != open {
		return
	}
	s.c.Script = script
	s.player = player{}
	s.stop(limitTimer)
	s.play()
}
