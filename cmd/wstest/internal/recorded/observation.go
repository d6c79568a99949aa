package recorded

import (
	"bytes"
	"crypto/sha256"

	"gobahn/cases"
)

// Observation is what we would have observed where the reference reported c, so
// that it can be judged again. The rest of a payload that the reference cut is
// taken from the outcomes played accepts, where one begins like it and is as
// long; the length of one whose length is unknown, too. A payload that is none of
// them gets a digest that no other has.
//
// It is an error if what the reference reported does not say what we would have
// observed.
func (c Case) Observation(played cases.Case, server bool) (cases.Observation, error) {
	o := cases.Observation{Server: server, Opened: true}
	for _, f := range flags {
		*f.of(&o.Closing) = c.flag(f.name)
	}
	o.Opened = !o.Closing.OpeningTimeout
	o.Closing.NotCleanReason = reasons[c.Reason]
	o.Closing.LocalCode, o.Closing.RemoteCode = c.LocalCode, c.RemoteCode
	o.Closing.LocalReason = cases.Of(string(c.LocalReason.Head))
	o.Closing.RemoteReason = cases.Of(string(c.RemoteReason.Head))
	var err error
	if o.Deflate, err = deflate(c.Deflate); o.Deflate != nil {
		o.Response = "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Extensions: " + c.Deflate + "\r\n\r\n"
	}
	if e, ok := echo(played); ok && err == nil {
		return o, c.observe(&o, e)
	}
	for _, e := range c.Received {
		switch {
		case e.Gap != 0:
			o.Lost += e.Gap
		case o.Lost > 0: // what follows a gap is lost as well: we keep the first events
			o.Lost++
		case e.Mark != "":
			o.Events = append(o.Events, cases.Mark{Name: e.Mark})
		default:
			o.Events = append(o.Events, cases.Got{Opcode: e.Got, Payload: e.Payload.whole(e.Got, played)})
		}
	}
	for _, f := range c.Sent {
		if f.Gap != 0 {
			o.Wirelog = append(o.Wirelog, cases.Row{Kind: cases.RowsLost, Size: max(f.Gap, 0)})
			continue
		}
		o.Wirelog = append(o.Wirelog, cases.Row{
			Kind: cases.TxFrame, Opcode: f.Opcode, FIN: !f.NoFIN, RSV: f.RSV, Size: f.Payload.Len,
			Head: f.Payload.Head, Chop: f.Chop, Sync: f.Sync, RepeatLen: f.Repeat,
		})
	}
	return o, err
}

// whole is p with the octets that were cut, as far as played knows them.
func (p Payload) whole(op cases.Op, played cases.Case) cases.Payload {
	if p.Len == len(p.Head) {
		return cases.Of(string(p.Head))
	}
	for _, outcome := range played.Accept {
		for _, e := range outcome.Events {
			g, ok := e.(cases.Got)
			if ok && g.Opcode == op && (p.Len < 0 || p.Len == g.Payload.Size()) && bytes.HasPrefix(g.Payload.Octets(), p.Head) {
				return g.Payload
			}
		}
	}
	size := p.Len
	if size < 0 {
		size = len(p.Head) + 1
	}
	return cases.Digest(p.Head, size, [sha256.Size]byte{})
}
