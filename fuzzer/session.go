package fuzzer

import (
	"context"
	"net"
	"time"

	"gobahn/cases"
	"gobahn/wire"
)

// A state is where a connection is in its life.
type state int

const (
	opening state = iota // the opening handshake is not completed
	open                 // frames go both ways
	closing              // a close frame was sent
	closed               // TCP is lost, or we have dropped it
)

// A timer is something that happens when its time has come.
type timer int

const (
	openingTimer timer = iota // the opening handshake must be done
	waitTimer                 // a Wait of the script ends
	limitTimer                // the time for the case is over
	closingTimer              // the peer must have answered our close frame
	dropTimer                 // the server must have dropped TCP
	drainTimer                // what we sent before dropping must have left
	deafTimer                 // we read again
	followTimer               // something must have come behind an answer
	pingTimer                 // the next automatic ping
	pongTimer                 // the peer must have answered it
	timers
)

// A session plays one case on one connection. All of it belongs to the
// goroutine in run.
type session struct {
	opts   Options
	server bool // we are the server
	c      cases.Case
	keys   keys

	declared Declared

	conn  *wire.Conn
	log   *wire.Log
	obs   cases.Observation
	state state
	due   [timers]time.Time // zero: not set
	alarm alarm
	lag   *lag
	end   bool // nothing is left to wait for

	lagged [timers]time.Duration // the lag when they were set
	looked time.Time             // when a timer was due before which the peer was looked at once more

	reset bool // TCP is to be reset
	half  bool // our side of TCP is to be ended when what was sent has left
	early bool // the script does not wait for the peer's half of the opening handshake

	handshake handshake
	following *following // nil: nobody looks at what comes behind an answer
	player    player
	receiver  receiver
	deflate   deflating
	streams   *streams
	traffic   meter
	scratch   []byte        // what the last message was sent from
	ping      string        // payload of the automatic ping that is not answered yet; empty: none is
	control   *conversation // nil: a case is played
	heard     func()        // called when the first octets have come; nil: nothing
}

// newSession prepares to play c on nc. Streams and lag are those of the run.
func newSession(cfg Config, nc net.Conn, server bool, c cases.Case, h handshake, shared *streams, l *lag) *session {
	s := &session{
		streams:   shared,
		lag:       l,
		opts:      cfg.options(),
		server:    server,
		declared:  cfg.Declared,
		c:         c,
		keys:      newKeys(cfg.Seed, c.ID),
		log:       wire.NewLog(),
		handshake: h,
	}
	s.log.OnRow = cfg.OnRow
	s.log.Elapsed = func() cases.Duration { return cases.Duration(time.Since(s.obs.Started)) }
	s.conn = wire.NewConn(nc, s.log.SentOctets)
	if cfg.Capture > 0 {
		s.log.Capture = &wire.Capture{Limit: cfg.Capture}
		s.conn.OnOctets = s.log.CaptureSent
	}
	s.conn.SetNoDelay(s.opts.TCPNoDelay)
	s.obs = cases.Observation{Server: server, Seed: cfg.Seed, Started: time.Now()}
	s.receiver.limit = maxEvents
	s.receiver.decoder.KeepMasks = !s.opts.ApplyMask
	return s
}

// run plays the case to its end and returns what was observed. TCP may still
// have to be closed: the caller calls hangUp.
func (s *session) run(ctx context.Context) cases.Observation {
	defer context.AfterFunc(ctx, s.conn.Interrupt)()
	s.set(openingTimer, s.opts.OpenHandshakeTimeout)
	s.handshake.start(s)
	for !s.finished() {
		s.conn.Flush()
		s.leave(ctx)
		s.await(ctx)
	}
	s.setAlarm(time.Time{})
	s.deflate.close()
	s.checkKeys()
	s.obs.Unfinished = s.unfinished()
	s.obs.Reset = !s.obs.Closing.WasClean && !s.obs.Closing.DroppedByMe && (s.obs.Reset || s.conn.WasReset())
	o := s.obs
	o.Received, o.Sent, o.Wirelog = s.log.Received, s.log.Sent, s.log.Rows()
	return o
}

// leave does what waits for what was sent to have left: the rest of a flood, and the
// end of our side of TCP.
func (s *session) leave(ctx context.Context) {
	for s.player.flood != nil && s.state != closed && s.conn.Idle() && ctx.Err() == nil {
		if _, at := s.next(); !at.IsZero() && !at.After(time.Now()) {
			break // what is due comes first
		}
		s.play()
		s.conn.Flush()
	}
	if s.half && s.conn.Idle() {
		s.half = false
		s.conn.CloseWrite()
	}
}

// finished reports whether the session is over: the connection has ended, and
// what was to be sent before has left or had its time.
func (s *session) finished() bool {
	return s.end || s.state == closed && s.conn.Idle()
}

// await handles the next thing that happens. Where that can only be octets of the
// peer, or a timer, the session reads by itself.
func (s *session) await(ctx context.Context) {
	if ctx.Err() != nil {
		s.stopped()
		return
	}
	t, at := s.next()
	if s.conn.Idle() && !s.conn.Reading() && s.control.steps() == nil && !s.deaf() {
		if r, ok := s.conn.Read(at); ok {
			s.read(r)
		} else if ctx.Err() == nil {
			s.expired(t, at)
		}
		return
	}
	if !s.setAlarm(at) {
		s.fire(t)
		return
	}
	// The end of a write and what is due come first, so that a peer that floods us
	// does not keep us from sending, nor from ending.
	select {
	case w := <-s.conn.Wrote():
		s.conn.Done(w)
		return
	case <-s.alarm.C():
		s.rang(t)
		return
	default:
	}
	var reads <-chan wire.Read
	if s.state != closed && !s.deaf() { // after that only what we have sent matters
		reads = s.conn.Reads()
	}
	select {
	case w := <-s.conn.Wrote():
		s.conn.Done(w)
	case r := <-reads:
		s.read(r)
	case <-s.alarm.C():
		s.rang(t)
	case script := <-s.control.steps():
		s.playMore(script)
	case <-ctx.Done():
		s.stopped()
	}
}

// deaf reports whether nothing is read for the time being.
func (s *session) deaf() bool { return !s.due[deafTimer].IsZero() }

// stopped ends the session with the run.
func (s *session) stopped() {
	s.drop("the run was stopped")
	s.end = true
}

// rang does what the alarm was set for.
func (s *session) rang(t timer) {
	s.alarm = alarm{}
	s.fire(t)
}

// An alarm is what wakes the session when a timer is due. The zero value never does.
type alarm struct {
	at    time.Time
	timer *time.Timer // nil: it is not set
}

// C is where the time comes when the alarm rings.
func (a alarm) C() <-chan time.Time {
	if a.timer == nil {
		return nil
	}
	return a.timer.C
}

// setAlarm sets the alarm for that time, zero for none, unless it is set for it
// already, as it is while messages come and go. It reports false if that time has come.
func (s *session) setAlarm(at time.Time) bool {
	if s.alarm.at.Equal(at) {
		return true
	}
	if s.alarm.timer != nil {
		s.alarm.timer.Stop()
	}
	if s.alarm = (alarm{}); at.IsZero() {
		return true
	}
	wait := time.Until(at)
	if wait <= 0 {
		return false
	}
	s.alarm = alarm{at, time.NewTimer(wait)}
	return true
}

// next is the timer that is due first, and when; zero if none is set.
func (s *session) next() (first timer, at time.Time) {
	first = timers
	for t := range timers {
		if due := s.due[t]; !due.IsZero() && (first == timers || due.Before(at)) {
			first, at = t, due
		}
	}
	return first, at
}

// set starts t, a time limit of the options.
func (s *session) set(t timer, d time.Duration) {
	s.allow(t, s.opts.limit(d))
}

// stop stops t.
func (s *session) stop(t timer) { s.due[t] = time.Time{} }

// fire does what t is for, unless it gets more time.
func (s *session) fire(t timer) {
	if s.extend(t) {
		return
	}
	s.stop(t)
	switch t {
	case openingTimer:
		s.checkUnended()
		s.obs.Closing.OpeningTimeout = true
		s.drop(cases.ReasonNoOpening)
	case waitTimer:
		s.waited()
	case limitTimer:
		s.limitReached()
	case closingTimer:
		s.obs.Closing.ClosingTimeout = true
		s.drop(cases.ReasonNoReply)
	case dropTimer:
		s.obs.Closing.ServerDropTimeout = true
		s.obs.Closing.WasClean = false
		s.drop(cases.ReasonNoServerDrop)
	case drainTimer:
		s.end = true
	case followTimer:
		s.followEnded(cases.Unanswered)
	case deafTimer: // what has arrived is read
	case pingTimer:
		s.autoPing()
	case pongTimer:
		s.drop("the peer did not answer an automatic ping in time")
	}
}

// read handles what one read returned.
func (s *session) read(r wire.Read) {
	defer s.conn.Recycle(r)
	if r.Err != nil {
		s.lost(r.Err)
		return
	}
	if s.state == closed {
		return
	}
	s.log.ReceivedOctets(r.Octets)
	if s.heard != nil {
		s.heard()
		s.heard = nil
	}
	b := r.Octets
	p := s.player.split
	early := s.state == opening || p != nil && p.head // we have not answered yet, or not wholly
	if s.state == opening {
		b = s.open(b)
	}
	if s.server && early && s.state != opening && len(b) > 0 {
		s.broken(cases.CheckEarly, cases.Failed, "the client sent octets before it had the response", b)
	}
	if s.state != opening {
		s.traffic.received.Wire += len(b)
		s.receive(b)
	}
}

// fault notes something wrong with what the peer sent.
func (s *session) fault(text string) {
	if len(s.obs.Faults) < maxFaults {
		s.obs.Faults = append(s.obs.Faults, text)
	}
}

// breach notes that the peer has broken a rule that holds on every connection.
func (s *session) breach(check cases.Check, verdict cases.Verdict, says string, octets []byte) {
	if len(s.obs.Breaches) < maxFaults {
		s.obs.Breaches = append(s.obs.Breaches, cases.Breach{
			Check: check, Verdict: verdict, Says: says, At: cases.Duration(time.Since(s.obs.Started)),
			Octets: cases.Of(string(octets[:min(len(octets), cases.LogLimit)])),
		})
	}
}

const (
	maxFaults = 20   // faults kept, and breaches
	maxEvents = 2000 // events kept
)

// hangUp ends the TCP connection. A server gives the client time to read what
// was sent and to end its side: closing at once while octets arrive would reset
// the connection, which clients report as an error.
func (s *session) hangUp(ctx context.Context) {
	if s.server && s.obs.Closing.DroppedByMe && !s.reset && !s.obs.Closing.OpeningTimeout {
		s.conn.CloseWrite()
		s.linger(ctx)
	}
	s.conn.Close()
}

// linger reads until the peer has ended its side, for a second at most.
func (s *session) linger(ctx context.Context) {
	if s.receiver.ended {
		return
	}
	alarm := time.NewTimer(time.Second)
	defer alarm.Stop()
	for {
		select {
		case r := <-s.conn.Reads():
			if r.Err != nil {
				return
			}
			s.conn.Recycle(r)
		case <-alarm.C:
			return
		case <-ctx.Done():
			return
		}
	}
}
