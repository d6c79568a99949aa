// Package recorded reads what the reference fuzzer reported for real peers and
// compares it with what we observe of the same peers. The recordings are in
// testdata/autobahn/recordings; the README beside them says where they come from.
package recorded

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gobahn/cases"
)

// A Run is one run of the reference against one peer.
type Run struct {
	Name  string `json:"run"`   // "server-gorilla"
	Agent string `json:"agent"` // the peer's name in the reference's reports
	Role  string `json:"role"`  // the peer's: "server" or "client"
	Cases []Case `json:"cases"` // in the order of the catalogue
}

// Server reports whether the fuzzer was the server, the peer a client.
func (r Run) Server() bool { return r.Role == "client" }

// Case returns the recording of the case named id.
func (r Run) Case(id cases.ID) (Case, bool) {
	i := slices.IndexFunc(r.Cases, func(c Case) bool { return c.ID == id })
	if i < 0 {
		return Case{}, false
	}
	return r.Cases[i], true
}

// A Case is what the reference reported for one case.
type Case struct {
	Run           string        `json:"-"` // name of the run, for messages
	ID            cases.ID      `json:"id"`
	Behavior      cases.Verdict `json:"behavior"`
	BehaviorClose cases.Verdict `json:"behaviorClose"`
	Flags         []Flag        `json:"flags"`  // of the closing state, those that were set
	Reason        Reason        `json:"reason"` // why the ending was not clean; empty: it was, or none was given
	LocalCode     *uint16       `json:"localCode"`
	LocalReason   Payload       `json:"localReason"`
	RemoteCode    *uint16       `json:"remoteCode"`
	RemoteReason  Payload       `json:"remoteReason"`
	Deflate       string        `json:"deflate"` // permessage-deflate as the server answered; empty: it did not
	Received      []Event       `json:"received"`
	Sent          []Frame       `json:"sent"` // frames in the order of transmission, not those sent in parts

	// If the script is an Echo, instead of Received and Sent:
	SentFrames       map[cases.Op]int `json:"sentFrames"`       // how many; nil: that depends on what was compressed
	SentInflated     int              `json:"sentInflated"`     // octets of the messages, uncompressed; 0: it was not reported
	ReceivedFrames   map[cases.Op]int `json:"receivedFrames"`   // how many
	ReceivedOctets   int              `json:"receivedOctets"`   // behind the opening handshake, the headers of frames included
	ReceivedInflated int              `json:"receivedInflated"` // octets of the messages, uncompressed; 0: it was not reported
}

// flag reports whether the bit of that name was set.
func (c Case) flag(name Flag) bool { return slices.Contains(c.Flags, name) }

// A Flag is the name of one bit of the closing state.
type Flag string

// flags are the bits of the closing state.
var flags = []struct {
	name Flag
	of   func(*cases.Closing) *bool
}{
	{"closedByMe", func(c *cases.Closing) *bool { return &c.ClosedByMe }},
	{"failedByMe", func(c *cases.Closing) *bool { return &c.FailedByMe }},
	{"droppedByMe", func(c *cases.Closing) *bool { return &c.DroppedByMe }},
	{"wasClean", func(c *cases.Closing) *bool { return &c.WasClean }},
	{"openingTimeout", func(c *cases.Closing) *bool { return &c.OpeningTimeout }},
	{"closingTimeout", func(c *cases.Closing) *bool { return &c.ClosingTimeout }},
	{"serverDropTimeout", func(c *cases.Closing) *bool { return &c.ServerDropTimeout }},
}

// A Reason is a short word for a reason why an ending was not clean.
type Reason string

// reasons gives the sentences that the words stand for.
var reasons = map[Reason]string{
	"":             "",
	"peerDropped":  cases.ReasonPeerDropped,
	"noReply":      cases.ReasonNoReply,
	"noServerDrop": cases.ReasonNoServerDrop,
	"noOpening":    cases.ReasonNoOpening,
}

// An Event is a message or control frame received, a mark, or a gap.
type Event struct {
	Got     cases.Op `json:"got"` // text, binary, ping or pong; 0: none of them
	Payload Payload  `json:"payload"`
	Mark    string   `json:"mark"` // the name of a Wait that found the connection open
	Gap     int      `json:"gap"`  // events left out here
}

// A Frame is a frame transmitted, or a gap.
type Frame struct {
	Opcode  cases.Op `json:"op"`
	NoFIN   bool     `json:"noFin"`
	RSV     byte     `json:"rsv"`
	Payload Payload  `json:"payload"`
	Chop    int      `json:"chop"`   // octets per write; 0: one write
	Sync    bool     `json:"sync"`   // to be drained before the next write
	Repeat  int      `json:"repeat"` // Payload is repeated to this many octets; 0: it is not
	Gap     int      `json:"gap"`    // frames left out here; -1: an unknown number
}

// A Payload is as many octets as the reference kept, 64 at most.
type Payload struct {
	Head []byte
	Len  int // octets of the whole; -1: unknown
}

// UnmarshalJSON reads a string, which is a whole payload, or an object with its
// head and, if known, its length. A string is text, or hex after 0x.
func (p *Payload) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		head, err := octets(b)
		*p = Payload{head, len(head)}
		return err
	}
	object := struct {
		Head json.RawMessage `json:"head"`
		Len  int             `json:"len"`
	}{Len: -1}
	if err := decodeStrict(b, &object); err != nil {
		return err
	}
	head, err := octets(object.Head)
	*p = Payload{head, object.Len}
	return err
}

func octets(b []byte) ([]byte, error) {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, err
	}
	if digits, ok := strings.CutPrefix(s, "0x"); ok {
		return hex.DecodeString(digits)
	}
	return []byte(s), nil
}

func decodeStrict(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}

// Load reads the recording of a run.
func Load(run string) (Run, error) {
	dir, err := Dir()
	if err != nil {
		return Run{}, err
	}
	b, err := os.ReadFile(filepath.Join(dir, run+".json"))
	if err != nil {
		return Run{}, err
	}
	return read(run, b)
}

// read reads b as the recording of a run.
func read(run string, b []byte) (Run, error) {
	var r Run
	if err := decodeStrict(b, &r); err != nil {
		return Run{}, fmt.Errorf("recording %s: %w", run, err)
	}
	for i := range r.Cases {
		c := &r.Cases[i]
		c.Run = run
		if _, ok := reasons[c.Reason]; !ok {
			return Run{}, fmt.Errorf("recording %s: case %s: unknown reason %q", run, c.ID, c.Reason)
		}
		if _, err := deflate(c.Deflate); err != nil {
			return Run{}, fmt.Errorf("recording %s: case %s: %w", run, c.ID, err)
		}
		for _, name := range c.Flags {
			if !known(name) {
				return Run{}, fmt.Errorf("recording %s: case %s: unknown flag %q", run, c.ID, name)
			}
		}
	}
	return r, nil
}

func known(name Flag) bool {
	for _, f := range flags {
		if f.name == name {
			return true
		}
	}
	return false
}

// Names lists the runs that are recorded.
func Names() ([]string, error) {
	dir, err := Dir()
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	for i, file := range files {
		files[i] = strings.TrimSuffix(filepath.Base(file), ".json")
	}
	return files, err
}

// Dir is the directory of the recordings.
func Dir() (string, error) {
	root, err := Root()
	return filepath.Join(root, "testdata", "autobahn", "recordings"), err
}

// Root is the root of the module that the working directory belongs to.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod in the working directory or above")
		}
		dir = up
	}
}
