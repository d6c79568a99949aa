package fuzzer

import (
	"context"
	"net"

	"gobahn/cases"
	"gobahn/wire"
)

// A Config is what both roles need to play cases. The zero value is ready to
// use: the reference's options, the system's dialler, seed 0.
type Config struct {
	Options *Options // nil: DefaultOptions
	Seed    uint64   // of the run; with the id of a case it gives its masking keys
	Product string   // name and version shown to peers, e.g. "Gobahn/0.1.0"; empty: "Gobahn"
	Dialler Dialler  // nil: net.Dialer

	// Profile says by whose rules cases are judged; empty: Autobahn. How they are
	// played does not depend on it.
	Profile cases.Profile

	// Declared is what the user says of the peer.
	Declared Declared

	// OnRow is called with each row of a wire log as it comes, while the session waits;
	// nil: nothing.
	OnRow func(cases.Row)

	// Capture is how many octets of each conversation are kept for Played.Capture;
	// 0: none, and there is no capture.
	Capture int
}

// Declared is what only the user of a peer knows of it. The zero value is nothing.
type Declared struct {
	Protocol   string // a subprotocol that the server speaks
	Origin     string // an Origin that the server lets in, while it refuses others
	Absent     string // path of a resource that the server does not have
	MaxMessage int    // octets of the longest message that the peer takes
	PID        int    // of the process of the peer
	URL        bool   // the client goes to the URL that it is given; Each sees to that
	Browser    bool   // the client is a browser
}

// lacks are those of needs that are not declared.
func (d Declared) lacks(needs []cases.Need) (missing []cases.Need) {
	for _, need := range needs {
		declared := map[cases.Need]bool{
			cases.NeedProtocol: d.Protocol != "", cases.NeedOrigin: d.Origin != "",
			cases.NeedMaxMessage: d.MaxMessage > 0, cases.NeedPID: d.PID > 0,
			cases.NeedAbsent: d.Absent != "", cases.NeedURL: d.URL,
		}
		if !declared[need] {
			missing = append(missing, need)
		}
	}
	return missing
}

// A Dialler connects to an address. Its errors are shown to the user.
type Dialler interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// Played is one case played against one peer.
type Played struct {
	Agent       string     // the name of the peer
	Peer        string     // its address
	Number      int        // of the case in the run, from 1
	Case        cases.Case // once it has been played, as it was judged
	Observation cases.Observation
	Result      cases.Result
	More        bool          // it has variants that are still to be played; what is here is of those that were
	Capture     *wire.Capture // the octets of the conversation; nil: none were kept
}

func (c Config) options() Options {
	if c.Options == nil {
		return DefaultOptions()
	}
	return *c.Options
}

func (c Config) product() string {
	if c.Product == "" {
		return "Gobahn"
	}
	return c.Product
}

func (c Config) dialler() Dialler {
	if c.Dialler == nil {
		return &net.Dialer{}
	}
	return c.Dialler
}
