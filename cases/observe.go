package cases

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// An Observation is what happened when a case was played: everything Judge
// needs and everything a report shows, in bounded space whatever the peer sent.
type Observation struct {
	Server   bool      `json:"server"` // we were the server, the peer a client
	Seed     uint64    `json:"seed"`   // of the run; with the case's id it gives the masking keys
	Started  time.Time `json:"started"`
	Duration Duration  `json:"duration"` // until TCP was dropped

	Opened   bool   `json:"opened"` // the opening handshake was completed
	Request  string `json:"-"`      // head of the HTTP request, as on the wire; in files a Payload
	Response string `json:"-"`      // head of the HTTP response, as on the wire; in files a Payload

	Then string `json:"then,omitempty"` // what came behind an answer that refused, as in an Answer; empty: nobody looked

	Deflate *DeflateParams `json:"deflate,omitempty"` // of permessage-deflate, as agreed on; nil: it was not

	Events Events   `json:"events,omitempty"`
	Echoes int      `json:"echoes,omitempty"` // messages of an Echo that came back as they were sent
	Lost   int      `json:"lost,omitempty"`   // events beyond the bound that were counted but not kept
	Faults []string `json:"faults,omitempty"` // what was wrong with what the peer sent, in order

	Breaches []Breach       `json:"breaches,omitempty"` // of the checks, in order
	Keys     []string       `json:"keys,omitempty"`     // the first masking keys of the peer, eight hex digits each
	Parts    []*Observation `json:"parts,omitempty"`    // of a case with variants: what happened in each; nil: it was not played
	Missing  []Need         `json:"missing,omitempty"`  // what the case needs and the user has not declared
	Absent   string         `json:"absent,omitempty"`   // what the case is about and the peer does not offer; empty: nothing
	Secure   bool           `json:"secure,omitempty"`   // the peer, a client, spoke TLS
	Returns  []Return       `json:"returns,omitempty"`  // further connections of a client that was started for one; nil: none came, or nobody looked
	Attempts int            `json:"attempts,omitempty"` // so often the client has asked for the case until now, if that matters
	Taken    int64          `json:"taken,omitempty"`    // octets of ours that TCP had taken in the end
	Life     *Life          `json:"life,omitempty"`     // whether the server still answered afterwards; nil: nobody looked
	Memory   *Memory        `json:"memory,omitempty"`   // of the process of the peer; nil: it is not known
	Died     string         `json:"died,omitempty"`     // how the process of the peer ended while the case was played; empty: it did not

	Unread     bool   `json:"unread,omitempty"`     // not all that was sent had been taken when the time was over
	Unfinished string `json:"unfinished,omitempty"` // what the peer had begun when the connection ended without a closing handshake; empty: nothing, or something else was wrong
	Reset      bool   `json:"reset,omitempty"`      // the peer ended TCP with an RST instead of a closing handshake

	Lag    Duration `json:"lag,omitempty"`    // by which time limits were extended, since the machine kept the tester waiting
	Before *Attempt `json:"before,omitempty"` // what came of the case at first, after which it was played again; nil: it was not

	Unconfirmed bool `json:"unconfirmed,omitempty"` // it failed beside others, and the run ended before it could be played again alone

	Closing  Closing  `json:"closing"`
	Received Tally    `json:"received"`
	Sent     Tally    `json:"sent"`
	Traffic  *Traffic `json:"traffic,omitempty"` // of an Echo that ran to its end; nil: there is none
	Wirelog  []Row    `json:"wirelog,omitempty"`
}

// An observationFile is an observation in files, which need not be UTF-8 on the wire.
type observationFile struct {
	*plainObservation
	Request  Payload `json:"request,omitzero"`
	Response Payload `json:"response,omitzero"`
}

type plainObservation Observation

// MarshalJSON writes the heads as Payloads.
func (o Observation) MarshalJSON() ([]byte, error) {
	return json.Marshal(observationFile{(*plainObservation)(&o), Of(o.Request), Of(o.Response)})
}

// UnmarshalJSON reads what MarshalJSON writes and refuses unknown fields.
func (o *Observation) UnmarshalJSON(b []byte) error {
	*o = Observation{}
	f := observationFile{plainObservation: (*plainObservation)(o)}
	err := decodeStrict(b, &f)
	o.Request, o.Response = string(f.Request.Octets()), string(f.Response.Octets())
	return err
}

// Remarks are what else is to be said of the peer: the faults, that it did not read, or sent
// too much, and how the connection ended in the middle of something.
func (o Observation) Remarks() []string {
	remarks := slices.Clip(o.Faults)
	if o.Unread {
		remarks = append(remarks, "the peer did not read all that it was sent")
	}
	if o.Lost > 0 {
		remarks = append(remarks, fmt.Sprintf("%d more events, which are not kept", o.Lost))
	}
	if o.Unfinished != "" {
		remarks = append(remarks, "the connection ended in the middle of "+o.Unfinished)
	}
	if o.Reset {
		remarks = append(remarks, "the peer reset TCP (RST)")
	}
	return remarks
}

// Closing is how the connection ended, seen from our side.
type Closing struct {
	ClosedByMe  bool `json:"closedByMe"`  // we sent the first close frame
	FailedByMe  bool `json:"failedByMe"`  // we failed the connection
	DroppedByMe bool `json:"droppedByMe"` // we dropped TCP
	WasClean    bool `json:"wasClean"`    // close frames went both ways and the server dropped TCP

	NotCleanReason    string `json:"notCleanReason,omitempty"`    // why WasClean is false
	OpeningTimeout    bool   `json:"openingTimeout,omitempty"`    // the peer did not finish the opening handshake in time
	ClosingTimeout    bool   `json:"closingTimeout,omitempty"`    // the peer did not answer our close frame in time
	ServerDropTimeout bool   `json:"serverDropTimeout,omitempty"` // the server did not drop TCP in time

	LocalCode    *uint16 `json:"localCode,omitempty"` // nil: we sent no close frame, or one without a code
	LocalReason  Payload `json:"localReason,omitzero"`
	RemoteCode   *uint16 `json:"remoteCode,omitempty"` // nil: the peer sent no close frame, or one without a code
	RemoteReason Payload `json:"remoteReason,omitzero"`
}

// The reasons why an ending is not clean, in the reference's words, which
// reports carry and scripts compare.
const (
	ReasonPeerDropped  = "peer dropped the TCP connection without previous WebSocket closing handshake"
	ReasonNoReply      = "peer did not respond (in time) in closing handshake"
	ReasonNoServerDrop = "server did not drop TCP connection (in time)"
	ReasonNoEnd        = "the peer did not end TCP"
	ReasonNoOpening    = "peer did not finish (in time) the opening handshake"
)

// A Tally counts what went over the wire in one direction.
type Tally struct {
	Octets map[int]int `json:"octets,omitempty"` // reads or writes, by their size in octets
	Frames map[int]int `json:"frames,omitempty"` // frames, by opcode
}

// An Attempt is what came of a case that was played beside others, or while the machine
// was too busy, and did not get the best grade. It does not count: the case was played
// again alone.
type Attempt struct {
	Verdict      Verdict `json:"verdict"`
	CloseVerdict Verdict `json:"closeVerdict"`
	Says         string  `json:"says"`

	Lag Duration `json:"lag,omitempty"` // by which its time limits had been extended
}

// Traffic is what the messages of an Echo were worth on the wire.
type Traffic struct {
	Incoming Flow `json:"incoming"`
	Outgoing Flow `json:"outgoing"`
}

// A Flow is one direction of the traffic behind the opening handshake.
type Flow struct {
	App       int `json:"app"`       // octets of the messages
	WebSocket int `json:"webSocket"` // octets of the frames' payloads, which may be compressed
	Wire      int `json:"wire"`      // octets of the frames
	Frames    int `json:"frames"`    // data frames
	Messages  int `json:"messages"`
	Opening   int `json:"opening"` // octets of the opening handshake, which are not in Wire
}

// Show makes what happened in one of the parts, from 0, that which is shown of all: the
// wire log is then there alone, and those of parts that went well are left out.
func (o *Observation) Show(part int) {
	if part >= len(o.Parts) || o.Parts[part] == nil {
		return
	}
	whole := *o
	*o = *o.Parts[part]
	o.Parts, o.Breaches = whole.Parts, whole.Breaches
	o.Started, o.Duration, o.Lag, o.Before = whole.Started, whole.Duration, whole.Lag, whole.Before
	for i, of := range o.Parts {
		if of != nil && i != part {
			of.Wirelog = of.Wirelog[:min(len(of.Wirelog), partRows)]
		}
	}
	o.Parts[part].Wirelog = nil
}

// partRows is how many rows of the wire log are kept of a part that is not shown.
const partRows = 30

// Life is what came of a fresh connection to the server after a case.
type Life struct {
	Alive bool     `json:"alive"`          // the echo came back
	Took  Duration `json:"took"`           // from the attempt to connect
	Says  string   `json:"says,omitempty"` // why not
}

// Memory is the resident set of the process of the peer, in octets.
type Memory struct {
	Before int64 `json:"before"` // when the case began
	Most   int64 `json:"most"`   // the most that was seen until it had ended
}

// Grown is by how many octets it has grown.
func (m Memory) Grown() int64 { return max(0, m.Most-m.Before) }
