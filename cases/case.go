package cases

import "slices"

// A Case is one conformance test: what we send, which answers we accept, and
// how the connection must end. It is plain data: it can be compared, copied,
// written to JSON and read back without loss.
//
// The zero value of every field asks for what RFC 6455 asks for. A field that
// is set is therefore either the subject of the case or a deliberate deviation.
type Case struct {
	ID          ID        `json:"id"`
	Description string    `json:"description"`
	Expectation string    `json:"expectation"`
	Spec        []string  `json:"spec,omitempty"`    // clauses that decide the verdict, e.g. "RFC 6455 5.2"
	Opening     *Opening  `json:"opening,omitempty"` // nil: our half of the opening handshake is conformant
	Deflate     *Deflate  `json:"deflate,omitempty"` // nil: permessage-deflate is neither offered nor accepted
	Script      Script    `json:"script,omitempty"`
	Accept      []Outcome `json:"accept"` // best first; the first that matches is the verdict
	Ending      Ending    `json:"ending,omitzero"`
	Limit       Limit     `json:"limit,omitzero"`
	Report      Report    `json:"report,omitzero"`

	Requirements []string  `json:"requirements,omitempty"` // ids of the requirements it tests
	Role         Role      `json:"role,omitempty"`         // of the peers it is for; empty: both
	Needs        []Need    `json:"needs,omitempty"`        // what the user must declare for it to be played
	Tags         []Tag     `json:"tags,omitempty"`         // why it is left out unless it is asked for, or offered by itself
	Variants     []Variant `json:"variants,omitempty"`     // each is played, and the worst verdict counts
	Growth       float64   `json:"growth,omitempty"`       // the second of each two variants may take that many times as long as the first; 0: as long as it likes
	GrowthFrom   Duration  `json:"growthFrom,omitempty"`   // the shortest time that growth is measured against; 0: a second
	FreshKeys    bool      `json:"freshKeys,omitempty"`    // the Sec-WebSocket-Keys of its variants must have nothing in common
	Passive      bool      `json:"passive,omitempty"`      // we only do what the script says: no pong, no answer to a close frame, no end of TCP
	Checks       []Check   `json:"checks,omitempty"`       // whose breaches are part of the verdict
	Crowd        *Crowd    `json:"crowd,omitempty"`        // other connections before or beside this one; nil: none
	Alive        bool      `json:"alive,omitempty"`        // afterwards a server must still answer on a fresh connection
	Memory       int       `json:"memory,omitempty"`       // MiB by which the process of the peer may grow; 0: not looked at

	// Overrides are what it asks for under other profiles than Autobahn, in the order
	// in which they apply.
	Overrides []Override `json:"overrides,omitempty"`
}

// A Role is what a peer is.
type Role string

// The roles.
const (
	Server Role = "server"
	Client Role = "client"
)

// A Need is something about the peer that only its user knows.
type Need string

// The needs.
const (
	NeedProtocol   Need = "subprotocol"  // one that the server speaks
	NeedOrigin     Need = "origin-allow" // one that the server lets in while it refuses others
	NeedMaxMessage Need = "max-message"  // octets of the longest message that the peer takes
	NeedPID        Need = "pid"          // the process of the peer
	NeedAbsent     Need = "absent-path"  // of a resource that the server does not have
	NeedURL        Need = "each"         // the client goes to the URL that it is given, and is started anew for each
)

// Needs lists all needs.
var Needs = []Need{NeedProtocol, NeedOrigin, NeedMaxMessage, NeedPID, NeedAbsent, NeedURL}

// A Tag says why a case is left out unless it is asked for, or with Handshake, why
// clients are offered it by itself.
type Tag string

// The tags.
const (
	Slow  Tag = "slow"  // it takes more than ten seconds
	Heavy Tag = "heavy" // it moves more than 64 MiB

	// Handshake is for cases in which a client may have to refuse the opening handshake:
	// many a driver ends with the first that it cannot open.
	Handshake Tag = "handshake"
)

// A Crowd is other connections to the server under test, of which nothing is observed.
// They are made before the connection of the case.
type Crowd struct {
	Count    int      `json:"count"`
	Together bool     `json:"together,omitempty"` // they stay open until the case is over; or each ends before the next begins
	Opening  *Opening `json:"opening,omitempty"`  // nil: the conformant one
	Script   Script   `json:"script,omitempty"`
}

// An ID names a case the way Autobahn does: "3.6", "12.1.1".
type ID string

// A Verdict grades a case, or the way its connection ended. The words are
// Autobahn's; consumers of its reports know no others.
type Verdict string

// The grades of a case. An observation that matches no accepted outcome is
// Failed, so Failed never appears in the Accept of a case.
const (
	OK            Verdict = "OK"
	NonStrict     Verdict = "NON-STRICT"
	Informational Verdict = "INFORMATIONAL"
	Unimplemented Verdict = "UNIMPLEMENTED"
	Failed        Verdict = "FAILED"
)

// The further grades of an ending.
const (
	WrongCodeSent  Verdict = "WRONG CODE"       // the peer sent a close code it should not have sent
	Unclean        Verdict = "UNCLEAN"          // no complete closing handshake where one is required
	FailedByClient Verdict = "FAILED BY CLIENT" // we, as the client, had to drop TCP for the server
)

// Verdicts lists the grades a case may accept, best first.
var Verdicts = []Verdict{OK, NonStrict, Informational, Unimplemented}

// An Outcome is one sequence of events we accept, and what it is worth.
type Outcome struct {
	Verdict Verdict `json:"verdict"`
	Events  Events  `json:"events,omitempty"`
	MayMiss int     `json:"mayMiss,omitempty"` // so many of the first events may be missing, any of them
	Any     bool    `json:"any,omitempty"`     // whatever else is observed, before or after
	Ending  *Ending `json:"ending,omitempty"`  // how the connection must end then, or this one does not match; nil: as the case says
	Memory  int     `json:"memory,omitempty"`  // MiB by which the process of the peer may have grown then; 0: as the case says
	Says    string  `json:"says,omitempty"`    // what the report says when this one matched
}

// Exactly accepts one sequence of events and no other.
func Exactly(events ...Event) []Outcome { return []Outcome{{Verdict: OK, Events: events}} }

// Silence accepts a peer that says nothing before the connection ends.
var Silence = Exactly()

// Decided reports whether got is an accepted outcome, and not how another one begins.
func Decided(accept []Outcome, got Events) bool {
	decided := false
	for _, o := range accept {
		if o.begins(got) {
			return false
		}
		decided = decided || o.matches(got)
	}
	return decided
}

// endingAfter is how the connection must end after got, and whether that is what an
// outcome says rather than the case.
func (c Case) endingAfter(got Events) (e Ending, own bool) {
	for _, o := range c.Accept {
		if o.matches(got) && o.Ending != nil {
			return *o.Ending, true
		} else if o.matches(got) {
			break
		}
	}
	return c.Ending, false
}

// EndingAfter is how the connection must end after got.
func (c Case) EndingAfter(got Events) Ending {
	e, _ := c.endingAfter(got)
	return e
}

// matches reports whether got is o.
func (o Outcome) matches(got Events) bool {
	if o.Any {
		return o.within(got)
	}
	needed := max(0, len(o.Events)-max(0, o.MayMiss)) // at the end
	n := len(got) - needed
	if n < 0 || !got[n:].Equal(o.Events[len(o.Events)-needed:]) {
		return false
	}
	o.Events = o.Events[:len(o.Events)-needed]
	_, ok := o.follow(got[:n])
	return ok
}

// within reports whether the events of o are among got, in their order.
func (o Outcome) within(got Events) bool {
	next := 0
	for _, e := range got {
		if next < len(o.Events) && sameEvent(o.Events[next], e) {
			next++
		}
	}
	return next == len(o.Events)
}

// ends reports whether o has no say in who ends the connection, or it was the one it
// says.
func (o Outcome) ends(got Closing) bool {
	return o.Ending == nil || o.Ending.Grade != "" || !o.Ending.wrongSide(got)
}

// begins reports whether got is how o begins, and more may come.
func (o Outcome) begins(got Events) bool {
	next, ok := o.follow(got)
	return ok && next < len(o.Events)
}

// follow is where in its events o is after got; ok says that got fits.
func (o Outcome) follow(got Events) (next int, ok bool) {
	for _, e := range got {
		for next < len(o.Events) && !sameEvent(o.Events[next], e) {
			if next >= o.MayMiss {
				return next, false
			}
			next++
		}
		if next++; next > len(o.Events) {
			return next, false
		}
	}
	return next, true
}

// An Ending says how the connection must come to its end. The zero value is a
// closing handshake that we start with 1000 and the peer answers with 1000; we
// start it as soon as the outcome is Decided.
type Ending struct {
	Peer        bool     `json:"peer,omitempty"`        // the peer, not we, must end it
	Either      bool     `json:"either,omitempty"`      // either may end it, but we need not fail it
	Codes       []uint16 `json:"codes,omitempty"`       // close codes the peer may send, the first is the one we close with; nil: 1000
	AnyCode     bool     `json:"anyCode,omitempty"`     // so will any other code that may be sent
	MayDrop     bool     `json:"mayDrop,omitempty"`     // a dropped TCP connection will do
	NoAutoClose bool     `json:"noAutoClose,omitempty"` // only the script or the limit starts the closing handshake
	Fatal       Fault    `json:"fatal,omitempty"`       // the fault that fails the behaviour as well as the close
	Grade       Verdict  `json:"grade,omitempty"`       // the grade of both, if it does not depend on what happens; in an outcome, of the close alone
	Tolerates   []uint16 `json:"tolerates,omitempty"`   // further close codes the peer may send, which make the case NON-STRICT
	NoClose     Verdict  `json:"noClose,omitempty"`     // what the case is worth if the peer, as it may, sends no close frame; empty: no less
}

// CloseCodes are the close codes the peer may send, the first of which is the
// one we close with.
func (e Ending) CloseCodes() []uint16 {
	if e.Codes == nil {
		return []uint16{CodeNormal}
	}
	return e.Codes
}

// Allows reports whether the peer may close with code (RFC 6455 7.4, or what the case says).
func (e Ending) Allows(code uint16) bool {
	return slices.Contains(e.CloseCodes(), code) || e.AnyCode && CloseCodeAllowed(code) || slices.Contains(e.Tolerates, code)
}

// A Fault is a way for an ending to be wrong.
type Fault string

// The faults that can be declared fatal.
const (
	WrongSide Fault = "wrong-side" // the other endpoint ended the connection
	WrongCode Fault = "wrong-code" // the peer sent a close code not in Codes
	Stayed    Fault = "stayed"     // the same, or the peer neither answered our close frame nor ended TCP
)

// FailedByPeer is the ending of a connection the peer must fail, with one of
// codes or by dropping TCP (RFC 6455 7.1.7).
func FailedByPeer(codes ...uint16) Ending {
	return Ending{Peer: true, Codes: codes, MayDrop: true}
}

// OrFail makes fault fail the behaviour, too.
func (e Ending) OrFail(fault Fault) Ending { e.Fatal = fault; return e }

// A Limit bounds the time a case may take, counted from the moment its last
// step is started, or if that waits, has waited. The zero value fails the connection after one second.
type Limit struct {
	After Duration `json:"after,omitempty"` // 0: one second
	Close bool     `json:"close,omitempty"` // start a closing handshake rather than fail the connection

	Attempts int   `json:"attempts,omitempty"` // so often a client may ask for the case in one run; 0: as often as it likes
	Octets   int64 `json:"octets,omitempty"`   // of ours that TCP may take before the peer ends the connection; 0: any
}

// Time is After with its default resolved.
func (l Limit) Time() Duration {
	if l.After == 0 {
		return Second
	}
	return l.After
}

// CloseAfter starts a closing handshake when d has passed.
func CloseAfter(d Duration) Limit { return Limit{After: d, Close: true} }

// FailAfter fails the connection when d has passed.
func FailAfter(d Duration) Limit { return Limit{After: d} }

// Report selects what reports show beside the verdict.
type Report struct {
	Time  bool `json:"time,omitempty"`  // how long the case took
	Ratio bool `json:"ratio,omitempty"` // how well the messages of an Echo were compressed
	Quiet bool `json:"quiet,omitempty"` // octets and frames are left out of the wire log while an Echo is played
}

// WatchesMemory reports whether it matters by how much the process of the peer grows.
func (c Case) WatchesMemory() bool {
	limits := func(o Outcome) bool { return o.Memory > 0 }
	return c.Memory > 0 || slices.ContainsFunc(c.Accept, limits) ||
		slices.ContainsFunc(c.Variants, func(v Variant) bool { return slices.ContainsFunc(v.Accept, limits) })
}

// memoryLimit is how many MiB the process of the peer may grow by, of what o is; 0: any.
func (c Case) memoryLimit(o Observation) int {
	outcome, ok := c.outcome(o)
	if ok && outcome.Memory > 0 {
		return outcome.Memory
	}
	for _, one := range c.Accept {
		if !ok && c.Memory == 0 && one.Memory > 0 { // what it did instead is no excuse
			return one.Memory
		}
	}
	return c.Memory
}

// As is c under another id, doing something a little different.
func (c Case) As(id ID, description string, script Script) Case {
	c.ID, c.Description, c.Script = id, description, script
	return c
}

// Close codes of RFC 6455 7.4.1 that the tester sends or asks for.
const (
	CodeNormal         uint16 = 1000
	CodeGoingAway      uint16 = 1001
	CodeProtocolError  uint16 = 1002
	CodeInvalidPayload uint16 = 1007
	CodeTooBig         uint16 = 1009
)

// CloseCodeAllowed reports whether an endpoint may put code into a close frame:
// the codes that RFC 6455 7.4.1 defines for the wire and those later registered
// with IANA (1012 to 1014), or any code from 3000 to 4999 (7.4.2).
func CloseCodeAllowed(code uint16) bool {
	switch {
	case code >= 1000 && code <= 1003, code >= 1007 && code <= 1014:
		return true
	}
	return code >= 3000 && code <= 4999
}
