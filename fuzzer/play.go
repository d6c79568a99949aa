package fuzzer

import (
	"cmp"
	"time"

	"gobahn/cases"
	"gobahn/wire"
)

// A player is how far the script of a session has been played.
type player struct {
	next    int         // step to play next
	split   *splitPlay  // the Split being played; nil: none is
	wait    *cases.Wait // what the script waits for; nil: for nothing
	echo    *echoing    // the Echo being played; nil: none is
	flood   *flooding   // the Flood being played; nil: none is
	flooded bool        // there was one
	begun   bool        // the limit has been set
}

// A splitPlay is a frame that is being sent in parts.
type splitPlay struct {
	octets []byte // masked payload
	sent   int    // octets of it sent
	pauses []cases.Pause
	head   bool       // it is our half of the opening handshake
	wire   cases.Wire // of its parts
}

// play goes on with the script until it has to wait, or to its end. All that is
// sent before a wait is sent whatever the peer does, and merged where the case
// does not say otherwise.
func (s *session) play() {
	p := &s.player
	for p.wait == nil && p.echo == nil {
		if p.split != nil {
			s.playSplit()
			continue
		}
		if p.flood != nil {
			if !s.playFlood() {
				return
			}
			continue
		}
		if s.state == opening && !s.early {
			return
		}
		if p.next == len(s.c.Script) {
			s.setLimit()
			return
		}
		step := s.c.Script[p.next]
		p.next++
		s.playStep(step)
		if s.state == closed {
			return
		}
	}
}

func (s *session) playStep(step cases.Step) {
	switch v := step.(type) {
	case cases.Frame:
		s.sendFrame(v, mask(s.keys.script))
	case cases.Message:
		s.sendMessage(v)
	case cases.Blocks:
		s.sendBlocks(v)
	case cases.Raw:
		s.conn.Send(v.Octets.Octets(), v.Wire)
	case cases.Split:
		s.beginSplit(v)
	case cases.Wait:
		s.beginWait(v)
	case cases.Echo:
		s.beginEcho(v)
	case cases.SendClose:
		s.sendClose(v.Payload, mask(s.keys.script), false)
	case cases.Flood:
		s.beginFlood(v)
	case cases.Drop:
		s.playDrop(v)
	}
}

// playDrop ends TCP, or our side of it.
func (s *session) playDrop(d cases.Drop) {
	if d.Half {
		s.half = true // when what was sent has left
		return
	}
	if s.reset = d.Reset; s.reset {
		s.conn.Reset()
	}
	s.drop("the script dropped the TCP connection")
}

// passive reports whether we do only what the script says.
func (s *session) passive() bool { return s.c.Passive }

// beginFlood begins to send a flood. The limit counts from now on, for the flood alone if
// other steps follow: a peer that does not read keeps us no longer.
func (s *session) beginFlood(v cases.Flood) {
	s.player.flood, s.player.flooded = &flooding{step: v, begun: time.Now()}, true
	s.deafen()
	if s.player.next == len(s.c.Script) {
		s.setLimit()
	} else {
		s.restartLimit()
	}
}

// endFlood goes on behind a flood.
func (s *session) endFlood() {
	if s.player.flood = nil; !s.player.begun {
		s.stop(limitTimer)
	}
}

// A flooding is a Flood being played.
type flooding struct {
	step  cases.Flood
	sent  int
	begun time.Time
}

// deafLimit is how long a flood goes on of whose answers none is read.
const deafLimit = 2 * time.Minute

// deafen begins, or begins anew, the time in which nothing is read: a peer on a busy
// machine takes longer for a flood, and must not get away with less of it.
func (s *session) deafen() {
	if f := s.player.flood; f.step.Deaf > 0 && time.Since(f.begun) < deafLimit {
		s.due[deafTimer] = time.Now().Add(time.Duration(f.step.Deaf))
		if f.sent > 0 && s.player.begun {
			s.restartLimit()
		}
	}
}

// playFlood sends what the connection may hold of a flood, and reports whether all of
// it was sent. What is left is sent when that has left.
func (s *session) playFlood() bool {
	f := s.player.flood
	if s.state == closing && !s.passive() || s.conn.Broken() { // nobody takes it any more
		s.player.next = len(s.c.Script)
		s.endFlood()
		return true
	}
	if !s.conn.Idle() {
		return false
	}
	s.deafen()
	size := wire.MaxHeader + f.step.Frame.Payload.Size()
	n := min(f.step.Count-f.sent, max(1, floodOctets/size))
	buf := make([]byte, 0, n*size)
	payload := f.step.Frame.Payload.Octets()
	for range n {
		h := wire.FrameHeader(f.step.Frame, s.masks(), mask(s.keys.script))
		if f.sent < floodShown {
			s.log.SentFrame(f.step.Frame, h, payload, len(payload))
		}
		buf = wire.AppendFrame(buf, h, payload, f.step.Frame.Mask.Raw || !s.opts.ApplyMask)
		f.sent++
	}
	s.traffic.sent.Wire += len(buf)
	s.conn.Send(buf, f.step.Frame.Wire)
	if f.sent < f.step.Count {
		return false
	}
	s.endFlood()
	return true
}

const (
	floodOctets = 256 << 10 // of a flood that are on their way at a time
	floodShown  = 20        // frames of it in the wire log
)

// masks reports whether we mask what we send.
func (s *session) masks() bool {
	if s.server {
		return s.opts.MaskServerFrames
	}
	return s.opts.MaskClientFrames
}

func (s *session) sendFrame(f cases.Frame, key [4]byte) {
	h := wire.FrameHeader(f, s.masks(), key)
	payload := f.Payload.Octets()
	s.log.SentFrame(f, h, payload, len(payload))
	octets := make([]byte, 0, wire.MaxHeader+len(payload))
	octets = wire.AppendFrame(octets, h, payload, f.Mask.Raw || !s.opts.ApplyMask)
	if f.Cut > 0 {
		octets = octets[:min(f.Cut, len(octets))]
	}
	s.traffic.sent.Wire += len(octets)
	if asks(f) {
		s.conn.Ask(octets, f.Wire)
		return
	}
	s.conn.Send(octets, f.Wire)
}

// asks reports whether a peer that conforms answers a frame at once, wherever it stands.
func asks(f cases.Frame) bool {
	data := f.Opcode <= cases.OpBinary
	return (data || f.Opcode == cases.OpPing) && !f.NoFIN && f.RSV == 0
}

// beginSplit sends the header of a frame whose payload follows in parts; of one that
// comes in parts as a whole, nothing yet.
func (s *session) beginSplit(v cases.Split) {
	h := wire.FrameHeader(v.Frame, s.masks(), mask(s.keys.script))
	octets := wire.AppendFrame(nil, h, v.Frame.Payload.Octets(), v.Frame.Mask.Raw || !s.opts.ApplyMask)
	if !v.Whole {
		head := len(octets) - v.Frame.Payload.Size()
		s.conn.Send(octets[:head:head], v.Frame.Wire)
		octets = octets[head:]
	}
	s.player.split = &splitPlay{octets: octets, pauses: v.Pauses}
}

// playSplit sends the payload of a split frame up to its next pause.
func (s *session) playSplit() {
	p := s.player.split
	end := len(p.octets)
	if len(p.pauses) > 0 {
		end = p.pauses[0].At
	}
	s.conn.Send(p.octets[p.sent:end], p.wire)
	p.sent = end
	if len(p.pauses) == 0 {
		s.player.split = nil
		if p.head && s.state == opening { // from now on the peer can answer
			s.set(openingTimer, cmp.Or(time.Duration(s.c.Opening.Time), s.opts.OpenHandshakeTimeout))
		}
		return
	}
	s.beginWait(p.pauses[0].Wait)
	p.pauses = p.pauses[1:]
}

func (s *session) beginWait(w cases.Wait) {
	s.log.Add(cases.Row{Kind: cases.PauseBegun, Delay: w.For, Mark: w.Mark})
	s.player.wait = &w
	s.allow(waitTimer, time.Duration(w.For))
	if w.Deaf {
		s.due[deafTimer] = s.due[waitTimer]
	}
}

// waited goes on after a wait, if the connection is still open.
func (s *session) waited() {
	w := s.player.wait
	s.player.wait = nil
	if s.state != open && s.state != opening && !s.passive() {
		return
	}
	s.log.Add(cases.Row{Kind: cases.PauseEnded, Mark: w.Mark})
	if w.Mark != "" {
		s.observe(cases.Mark{Name: w.Mark})
	}
	if s.state != closed {
		s.play()
	}
}

// setLimit starts the time the case may still take, when its last step begins.
func (s *session) setLimit() {
	if s.player.begun {
		return
	}
	s.player.begun = true
	limit := s.c.Limit
	kind := cases.FailSet
	if limit.Close {
		kind = cases.CloseSet
	}
	s.log.Add(cases.Row{Kind: kind, Delay: limit.Time()})
	s.restartLimit()
}

// restartLimit gives a step that begins now its time.
func (s *session) restartLimit() {
	d := time.Duration(s.c.Limit.Time())
	if !s.c.Limit.Close { // which the case is about
		d = s.opts.limit(d)
	}
	s.allow(limitTimer, d)
}

// limitReached ends a connection that is still open when its time is over.
func (s *session) limitReached() {
	s.obs.Unread = s.state == open && !s.conn.Idle()
	switch {
	case s.passive() && s.state != closed:
		s.drop(cases.ReasonNoEnd)
	case s.state != open:
	case s.c.Limit.Close:
		s.log.Add(cases.Row{Kind: cases.CloseFired})
		s.sendClose(cases.Payload{}, mask(s.keys.reply), false)
	default:
		s.log.Add(cases.Row{Kind: cases.FailFired})
		s.fail(cases.CodeGoingAway, "Going Away")
	}
}
