package cases

import (
	"fmt"
	"slices"
)

// What chapters 16 to 18 have in common: tables of frames, and verdicts on them.

// A sent is an entry of a table: what is sent, and its name.
type sent struct {
	name   string
	script Script
}

// table is a variant for each of rows.
func table(rows ...sent) (list []Variant) {
	for _, row := range rows {
		list = append(list, Variant{Name: row.name, Script: row.script})
	}
	return list
}

// after is the ping behind a frame that the peer has to refuse: one that is answered
// shows that the peer went on.
var after = Ping("after")

// thenPing is a table of frames that the peer has to refuse, each with a ping behind it.
func thenPing(rows ...sent) []Variant {
	list := table(rows...)
	for i := range list {
		list[i].Script = append(slices.Clip(list[i].Script), after)
	}
	return list
}

// nothingAsked is the ending where we drop TCP, and nothing is asked of the peer.
var nothingAsked = &Ending{Grade: Informational}

// normally is the ending by a closing handshake that we start.
var normally = &Ending{}

// lookingPast accepts a peer that fails the connection, and tolerates one that takes for
// good what it was sent, and does what the events say, of which the first may be missing:
// where the RFC forbids something to senders and does not say what receivers do.
func lookingPast(says string, missing int, events ...Event) []Outcome {
	return []Outcome{
		{Verdict: OK},
		{Verdict: NonStrict, Events: events, MayMiss: missing, Says: says, Ending: normally},
	}
}

// inAnyOrder is lookingPast for two events that may come in any order, as an echo and a
// pong may.
func inAnyOrder(says string, one, other Event) []Outcome {
	list := lookingPast(says, 0, one, other)
	return append(list, Outcome{Verdict: NonStrict, Events: Events{other, one}, Says: says, Ending: normally})
}

// withPong accepts what comes in its order, and a pong anywhere: nothing says when that is
// due, but that it is soon (RFC 6455 5.5.2).
func withPong(pong Event, events ...Event) (list []Outcome) {
	for i := range len(events) + 1 {
		list = append(list, Outcome{Verdict: OK, Events: slices.Insert(slices.Clone(events), i, pong)})
	}
	return list
}

// failingEarly is c, whose frames announce more than is sent. The peer can refuse them
// when it has the header. One that waits for the rest instead is still there when its time
// is over, and that is worth the verdict.
func failingEarly(c Case, waiting Verdict, codes ...uint16) Case {
	c = failing(c, codes...)
	c.Accept = []Outcome{
		{Verdict: OK},
		{Verdict: waiting, Events: Events{Mark{stillOpen}}, Ending: nothingAsked,
			Says: fmt.Sprintf("The peer waits for what was announced: after %v it had not ended the connection.", patience)},
	}
	wait := func(s Script) Script {
		return append(slices.Clip(s), Wait{For: patience, Mark: stillOpen}, Drop{})
	}
	if c.Script != nil {
		c.Script = wait(c.Script)
	}
	for i := range c.Variants {
		c.Variants[i].Script = wait(c.Variants[i].Script)
	}
	return c
}

// patience is how long a peer has that can see from a header that it must end the
// connection.
const patience = Second / 2

// stillOpen is the mark of a wait at whose end the peer should not be there any more.
const stillOpen = "the end"

// toleratingCode is c, where a peer that closes with that code is tolerated.
func toleratingCode(code uint16, c Case) Case {
	c.Ending.Tolerates = []uint16{code}
	return c
}

// endOfTCP is c, a passive one that ends with the end of our side of TCP: the peer ends
// its own. One that is still there when it has been given so much time is tolerated:
// nothing forbids a connection that is half open. Events are what comes before.
func endOfTCP(c Case, limit Duration, events ...Event) Case {
	half := Script{Drop{Half: true}, Wait{For: limit, Mark: stillOpen}, Drop{}}
	if c.Script != nil {
		c.Script = slices.Concat(c.Script, half)
	}
	for i := range c.Variants {
		c.Variants[i].Script = slices.Concat(c.Variants[i].Script, half)
	}
	c.Passive = true
	c.Alive = c.Role != Client
	c.Checks = append(c.Checks, CheckCloseBody)
	c.Ending = Ending{Peer: true, AnyCode: true, MayDrop: true}
	c.Accept = []Outcome{
		{Verdict: OK, Events: slices.Concat(Events(events), Events{Ended{}})},
		{Verdict: NonStrict, Events: slices.Concat(Events(events), Events{Mark{stillOpen}}), Ending: nothingAsked,
			Says: fmt.Sprintf("The peer had not ended TCP %v after we had.", limit)},
	}
	return c
}
