package fuzzer

import (
	"context"
	"net"
	"time"

	"gobahn/cases"
)

// A Config is what both roles need to play cases. The zero value is ready to
// use: the reference's options, the system's clock and dialler, seed 0.
type Config struct {
	Options *Options // nil: DefaultOptions
	Seed    uint64   // of the run; with the id of a case it gives its masking keys
	Product string   // name and version shown to peers, e.g. "Gobahn/0.1.0"; empty: "Gobahn"
	Clock   Clock    // nil: the system's
	Dialler Dialler  // nil: net.Dialer
}

// A Clock tells the time and waits.
type Clock interface {
	Now() time.Time
	// After returns a channel on which the time arrives when d has passed, and
	// a function that gives the wait up.
	After(d time.Duration) (<-chan time.Time, func())
}

// A Dialler connects to an address. Its errors are shown to the user.
type Dialler interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// Played is one case played against one peer.
type Played struct {
	Agent       string // the name of the peer
	Peer        string // its address
	Number      int    // of the case in the run, from 1
	Case        cases.Case
	Observation cases.Observation
	Result      cases.Result
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

func (c Config) clock() Clock {
	if c.Clock == nil {
		return systemClock{}
	}
	return c.Clock
}

func (c Config) dialler() Dialler {
	if c.Dialler == nil {
		return &net.Dialer{}
	}
	return c.Dialler
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}
