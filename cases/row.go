package cases

import (
	"bytes"
	"encoding/json"
	"time"
)

// A RowKind is the kind of a row of the wire log, under the reference's names.
type RowKind string

// The kinds of rows.
const (
	RxOctets   RowKind = "RO"
	TxOctets   RowKind = "TO"
	RxFrame    RowKind = "RF"
	TxFrame    RowKind = "TF"
	PauseBegun RowKind = "CT"  // a Wait began
	PauseEnded RowKind = "CTE" // it ended
	FailSet    RowKind = "KL"  // the connection will be failed when Delay has passed
	FailFired  RowKind = "KLE"
	CloseSet   RowKind = "TI" // the closing handshake will be started when Delay has passed
	CloseFired RowKind = "TIE"
	LogSwitch  RowKind = "WLM" // recording was switched on or off
	RowsLost   RowKind = "..." // Size rows are left out here
)

// A Row is one line of the wire log. Which fields are set depends on Kind.
type Row struct {
	Kind RowKind  `json:"kind"`
	At   Duration `json:"at,omitempty"`   // when, since the connection was begun; 0: not known
	Size int      `json:"size,omitempty"` // octets of the read, write or payload; rows left out
	Head []byte   `json:"-"`              // the first of them, at most LogLimit; in files a Payload

	Sync      bool   `json:"sync,omitempty"`      // octets were drained before the next write; the frame was to be
	Opcode    Op     `json:"-"`                   // of a frame
	FIN       bool   `json:"fin,omitempty"`       // of a frame
	RSV       byte   `json:"rsv,omitempty"`       // of a frame, three bits
	Masked    bool   `json:"masked,omitempty"`    // of a frame received
	Key       string `json:"key,omitempty"`       // masking key of a frame, eight hex digits; empty: none
	RepeatLen int    `json:"repeatLen,omitempty"` // the frame's payload is Head repeated to this many octets; 0: it is not
	Chop      int    `json:"chop,omitempty"`      // octets per write the frame is sent in; 0: one write

	Delay Duration `json:"delay,omitempty"` // of a pause or limit
	Mark  string   `json:"mark,omitempty"`  // of a pause
	On    bool     `json:"on,omitempty"`    // of a switch
}

// LogLimit is how many octets of a read, write or payload the wire log keeps.
const LogLimit = 64

// Frame reports whether r is about a frame.
func (r Row) Frame() bool { return r.Kind == RxFrame || r.Kind == TxFrame }

// A rowFile is a row in files: octets legible, and an opcode where there is one,
// also that of a continuation, which is 0.
type rowFile struct {
	*plainRow
	Micros int64   `json:"micros,omitempty"` // At in microseconds, for readers of other languages
	Opcode *Op     `json:"opcode,omitempty"`
	Head   Payload `json:"head,omitzero"`
}

type plainRow Row

// MarshalJSON writes Head as a Payload.
func (r Row) MarshalJSON() ([]byte, error) {
	f := rowFile{plainRow: (*plainRow)(&r), Micros: time.Duration(r.At).Microseconds(), Head: Of(string(r.Head))}
	if r.Frame() {
		f.Opcode = &r.Opcode
	}
	return json.Marshal(f)
}

// UnmarshalJSON reads what MarshalJSON writes and refuses unknown fields.
func (r *Row) UnmarshalJSON(b []byte) error {
	*r = Row{}
	f := rowFile{plainRow: (*plainRow)(r), Opcode: &r.Opcode}
	if err := decodeStrict(b, &f); err != nil {
		return err
	}
	if f.Opcode != nil {
		r.Opcode = *f.Opcode
	}
	r.Head = bytes.Clone(f.Head.Octets())
	if len(r.Head) == 0 {
		r.Head = nil
	}
	return nil
}
