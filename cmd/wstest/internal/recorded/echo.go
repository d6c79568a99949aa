package recorded

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"gobahn/cases"
)

// Of messages that are to come back the reference logs nothing and lists no
// events, but it counts frames and octets. What came back follows from that: each
// message begins with one text or binary frame, and of how many octets it was
// shows in how many there were in all.

// echo is the Echo that is all of the script of c, if it is.
func echo(c cases.Case) (cases.Echo, bool) {
	if len(c.Script) != 1 {
		return cases.Echo{}, false
	}
	e, ok := c.Script[0].(cases.Echo)
	return e, ok
}

// cameBack is how many messages of the type and length sent came back, and of
// another, if one came, the opcode and roughly the length. It is an error if the
// figures do not tell. That the octets were those sent, nobody looked at.
func (c Case) cameBack(e cases.Echo, server bool) (n int, other cases.Events, err error) {
	op, size := e.Message.Opcode(), e.Message.Payload.Size()
	wrong := cases.OpText + cases.OpBinary - op
	n = c.ReceivedFrames[op]
	switch {
	case c.ReceivedFrames[wrong] > 0 && n > 0:
		return 0, nil, fmt.Errorf("%d %s and %d %s messages came back, nobody knows in which order", n, op, c.ReceivedFrames[wrong], wrong)
	case c.ReceivedFrames[wrong] > 0:
		return 0, unknown(wrong, c.length(wrong, server)), nil
	case n == 0:
		return 0, nil, nil
	case c.Deflate == "":
		if n > e.Count || !c.fits(n, size, server) {
			length := c.length(op, server)
			if length == size { // it is not, or there are too many
				length++
			}
			return 0, unknown(op, length), nil
		}
		return n, nil, nil
	case n == e.Count && c.ReceivedInflated > 0 && c.ReceivedInflated == c.SentInflated:
		return n, nil, nil
	}
	return 0, nil, fmt.Errorf("%d compressed messages came back, nobody knows of what length", n)
}

// fits reports whether the data frames received can be n messages of size octets.
// If each is a frame, it is known how long these are; else their headers have two
// to ten octets.
func (c Case) fits(n, size int, server bool) bool {
	octets, frames, key := c.data(server)
	if frames == n {
		header := map[int]int{7: 2, 16: 4, 64: 10}[cases.LengthBits(uint64(size))]
		return octets == n*(header+key+size)
	}
	return n*size >= octets-frames*(10+key) && n*size <= octets-frames*(2+key)
}

// length is about how long the messages with opcode op were that came back.
func (c Case) length(op cases.Op, server bool) int {
	octets, frames, key := c.data(server)
	return max(octets-frames*(2+key), 1) / c.ReceivedFrames[op]
}

// data is the octets of the data frames received, how many there were, and how
// many octets of each are its masking key.
func (c Case) data(server bool) (octets, frames, key int) {
	if server {
		key = 4 // the peer masks
	}
	octets = c.ReceivedOctets
	for op, n := range c.ReceivedFrames {
		if !op.Control() {
			frames += n
		}
	}
	if c.ReceivedFrames[cases.OpClose] > 0 {
		octets -= 2 + key + c.RemoteReason.Len
		if c.RemoteCode != nil {
			octets -= 2
		}
	}
	return octets, frames, key
}

// unknown is a message of which the octets are not known. No other has its digest.
func unknown(op cases.Op, size int) cases.Events {
	return cases.Events{cases.Got{Opcode: op, Payload: cases.Digest(nil, max(size, 1), [sha256.Size]byte{})}}
}

// observe puts into o what came back of the messages of e.
func (c Case) observe(o *cases.Observation, e cases.Echo) error {
	n, other, err := c.cameBack(e, o.Server)
	o.Events = other
	switch {
	case err != nil || other != nil:
	case n == 1 && e.Count == 1:
		o.Events = unknown(e.Message.Opcode(), e.Message.Payload.Size())
	case n == e.Count:
		o.Events, o.Echoes = cases.Events{cases.Echoed{Count: n}}, n
	default:
		o.Echoes = n
	}
	o.Sent.Frames = make(map[int]int)
	for op, n := range c.SentFrames {
		o.Sent.Frames[int(op)] = n
	}
	return err
}

// echoes compares how many messages came back, and what was sent for that.
func (d *differences) echoes(o cases.Observation, want Case, e cases.Echo) {
	n, _, err := want.cameBack(e, o.Server)
	if err == nil {
		d.equal("came back", fmt.Sprint(cameBack(o, e)), fmt.Sprint(n))
	}
	// Where the peer ends the conversation, or answers when it has got only some of
	// the frames, how many were sent by then is a matter of time.
	whole := n == e.Count || e.Message.Fragment == 0
	if want.SentFrames != nil && want.flag("closedByMe") && whole {
		got := make(map[cases.Op]int)
		for op, n := range o.Sent.Frames {
			got[cases.Op(op)] = n
		}
		if !maps.Equal(got, want.SentFrames) {
			d.add("sent frames", tally(got), tally(want.SentFrames))
		}
	}
}

// cameBack is how many messages came back to us that the reference, too, would
// have counted: it does not look at their octets if there is only one.
func cameBack(o cases.Observation, e cases.Echo) int {
	if e.Count == 1 && len(o.Events) > 0 {
		g, ok := o.Events[0].(cases.Got)
		if ok && g.Opcode == e.Message.Opcode() && g.Payload.Size() == e.Message.Payload.Size() {
			return 1
		}
	}
	return o.Echoes
}

// tally lists frames by opcode: "1 text, 50 continuation".
func tally(frames map[cases.Op]int) string {
	var list []string
	for _, op := range []cases.Op{cases.OpText, cases.OpBinary, cases.OpContinuation, cases.OpPing, cases.OpPong, cases.OpClose} {
		if n := frames[op]; n > 0 {
			list = append(list, fmt.Sprintf("%d %s", n, op))
		}
	}
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

// deflate reads the parameters of permessage-deflate in the value of a header
// field; nil: there is none.
func deflate(value string) (*cases.DeflateParams, error) {
	if value == "" {
		return nil, nil
	}
	var p cases.DeflateParams
	for i, param := range strings.Split(value, ";") {
		name, arg, valued := strings.Cut(strings.TrimSpace(param), "=")
		bits, err := strconv.Atoi(arg)
		switch {
		case i == 0 && name == "permessage-deflate" && !valued:
		case i > 0 && name == "server_no_context_takeover" && !valued:
			p.ServerNoContextTakeover = true
		case i > 0 && name == "client_no_context_takeover" && !valued:
			p.ClientNoContextTakeover = true
		case i > 0 && name == "server_max_window_bits" && err == nil:
			p.ServerMaxWindowBits = bits
		case i > 0 && name == "client_max_window_bits" && err == nil:
			p.ClientMaxWindowBits = bits
		default:
			return nil, fmt.Errorf("extension %q: unknown parameter %q", value, param)
		}
	}
	return &p, nil
}

// extensions is the value of Sec-WebSocket-Extensions in the head of a response.
func extensions(head string) string {
	var values []string
	for row := range strings.SplitSeq(head, "\r\n") {
		if name, value, _ := strings.Cut(row, ":"); strings.EqualFold(name, "Sec-WebSocket-Extensions") {
			values = append(values, strings.TrimSpace(value))
		}
	}
	return strings.Join(values, ", ")
}
