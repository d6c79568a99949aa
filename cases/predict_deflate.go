package cases

import (
	"bytes"
	"compress/flate"
	"io"
	"reflect"
)

// Predict derives from the RFCs alone what the script of c must bring about, as the
// function of that name does, on a connection that was opened, with windows of 15 bits that
// are kept between messages where permessage-deflate comes about. Where no WebSocket may be
// opened that is nothing, unless c has answers that open one, and a client ends the connection.
func (c Case) Predict() ([]Outcome, Ending) {
	r := c.read()
	stance, agreed := r.stance, c.agreeing()
	switch {
	case c.Role == Client && stance == MustRefuse && r.waits:
		return []Outcome{
			{Verdict: OK, Ending: &endedByPeer, Says: refusedIt},
			{Verdict: Informational, Ending: nothingAsked, Says: "The client waited for more of the response."},
		}, endedByPeer
	case c.Role == Client && stance == MustRefuse:
		return Silence, clientRefuses(Case{}).Ending
	case c.Role == Client && stance == ShouldOpen:
		accept, ending := c.opened(agreed)
		if !ending.Peer && ending.Grade == "" {
			accept = append([]Outcome{{Verdict: NonStrict, Ending: &endedByPeer, Says: refusedIt}}, accept...)
		}
		return accept, ending
	case c.Role == Client && stance != MustOpen, c.Role == Server && r.garbled && stance != MustRefuse && stance != NoWebSocket:
		accept, ending, _ := (&model{}).unpredictable()
		return accept, ending
	case (stance == MustRefuse || stance == NoWebSocket) && !c.mayStillOpen():
		return Silence, Ending{}
	}
	return c.opened(agreed)
}

// opened is Predict where the WebSocket is opened, and agreed is what comes of
// permessage-deflate.
func (c Case) opened(agreed agreement) ([]Outcome, Ending) {
	plain, packed := model{role: c.Role}, model{role: c.Role, deflate: &inflation{}}
	if agreed == surely {
		return packed.predict(c.Script)
	}
	accept, ending := plain.predict(c.Script)
	if agreed == maybe {
		other, otherEnding := packed.predict(c.Script)
		if !reflect.DeepEqual(accept, other) || !reflect.DeepEqual(ending, otherEnding) {
			accept, ending, _ = (&model{}).unpredictable()
		}
	}
	return accept, ending
}

// mayStillOpen reports whether c itself lets a server open the WebSocket, whatever the RFCs
// say.
func (c Case) mayStillOpen() bool {
	return c.Opening != nil && c.Opening.Answers != nil && c.Opening.Opens()
}

// An inflation is what a conforming peer knows of compressed messages.
type inflation struct {
	packed bool   // the message being continued is compressed
	window []byte // the last octets of those before
}

// keep notes what came out of a message.
func (n *inflation) keep(plain []byte) {
	n.window = append(n.window, plain...)
	n.window = n.window[max(0, len(n.window)-maxDistance):]
}

// inflate is what comes out of the payload of a message; ok says that it is as RFC 7692
// 7.2.2 has it, and known that there is not more of it than is predicted. Blocks behind one
// with BFINAL set are part of it.
func (n *inflation) inflate(payload []byte) (plain []byte, ok, known bool) {
	const end = "\x01\x00\x00\xff\xff" // an empty block, by which a whole message is told from one cut off
	const most = 64                    // blocks with BFINAL set
	if len(payload) > maxPredicted {
		return nil, false, false
	}
	in := bytes.NewReader(append(bytes.Clone(payload), "\x00\x00\xff\xff"+end...))
	for i := 0; in.Len() > 0; i++ {
		r := flate.NewReaderDict(in, append(bytes.Clone(n.window), plain...))
		b, err := io.ReadAll(io.LimitReader(r, maxPredicted+1))
		if plain = append(plain, b...); len(plain) > maxPredicted || i == most {
			return nil, false, false
		}
		if err != nil {
			return plain, false, true
		}
	}
	n.keep(plain)
	return plain, true, true
}

// unpack is what comes out of blocks; ok is false if one refers to what is not there.
func (n *inflation) unpack(blocks []Block) (plain []byte, ok bool) {
	all := bytes.Clone(n.window)
	before := len(all)
	for _, b := range blocks {
		for range b.times() {
			all = append(all, b.Literals.Octets()...)
			for range b.Match.times() {
				from := len(all) - b.Match.Distance
				if from < 0 {
					return nil, false
				}
				for i := range b.Match.Length {
					all = append(all, all[from+i])
				}
			}
		}
	}
	n.keep(all[before:])
	return all[before:], true
}

// maxPredicted is how many octets of a message are predicted.
const maxPredicted = 1 << 20

// blocks plays a message that is compressed as it says.
func (m *model) blocks(b Blocks) (accept []Outcome, ending Ending, done bool) {
	if m.deflate == nil || m.open != 0 {
		return withoutLast(m.events), FailedByPeer(CodeProtocolError), true
	}
	unknown := b.Cut > 0 || b.NoFIN || b.Plain() > maxPredicted
	for _, one := range b.Blocks {
		unknown = unknown || one.Type == NoBlock
	}
	if unknown {
		return m.unpredictable()
	}
	plain, ok := m.deflate.unpack(b.Blocks)
	return m.inflated(b.Opcode(), plain, ok)
}

// inflated plays what came out of a compressed message; ok says that it could be
// inflated.
func (m *model) inflated(op Op, plain []byte, ok bool) (accept []Outcome, ending Ending, done bool) {
	if !ok {
		return withoutLast(m.events), FailedByPeer(inflateCodes...).OrFail(WrongSide), true
	}
	m.open, m.whole, m.valid = op, plain, 0
	if op == OpText && !m.validText(true) {
		return withoutLast(m.events), FailedByPeer(CodeInvalidPayload).OrFail(WrongSide), true
	}
	m.events = append(m.events, Got{op, Of(string(plain))})
	m.open = 0
	return nil, Ending{}, false
}
