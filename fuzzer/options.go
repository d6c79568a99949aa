package fuzzer

import "time"

// Options are the settings of the reference that change how a case is played,
// under its names. DefaultOptions has its defaults. A timeout of zero is none; even
// then no wait is longer than ten minutes.
type Options struct {
	OpenHandshakeTimeout        time.Duration // for the peer to finish the opening handshake
	CloseHandshakeTimeout       time.Duration // for the peer to answer our close frame
	ServerConnectionDropTimeout time.Duration // for a server to drop TCP after the closing handshake

	FailByDrop          bool // fail a connection by dropping TCP instead of a close frame
	EchoCloseCodeReason bool // answer a close frame with its own code and reason instead of 1000

	UTF8ValidateIncoming      bool // fail a connection on which invalid text arrives
	RequireMaskedClientFrames bool // fail a connection on which a client sends unmasked frames
	AcceptMaskedServerFrames  bool // do not fail one on which a server sends masked frames

	MaskClientFrames bool // as a client, mask what we send
	MaskServerFrames bool // as a server, mask what we send
	ApplyMask        bool // change payload by its masking key; without it keys are sent, and taken, for show

	MaxFramePayloadSize   uint64 // octets; 0: no limit
	MaxMessagePayloadSize uint64 // octets; 0: no limit
	AutoFragmentSize      int    // octets a frame, of messages that the case leaves in one; 0: leave them

	TCPNoDelay bool // send small writes at once (TCP_NODELAY)

	AutoPingInterval time.Duration // ping the peer that often; 0: never
	AutoPingTimeout  time.Duration // drop TCP if the pong is not there by then; 0: do not

	Version int // as a client, of the specification: 10 to 12 are protocol version 8, 13 to 18 are 13

	Versions       []int    // as a server, the protocol versions accepted
	AllowedOrigins []string // as a server, the patterns of Origin accepted, none: no Origin is; "*" is any run of characters
	MaxConnections int      // as a server, WebSockets at a time; 0: no limit
	WebStatus      bool     // as a server, answer a request that is no WebSocket's with a page

	// The following are not the reference's.

	TimeScale  float64 // multiplies all time limits, for slow machines; 0: 1
	NoTimeouts bool    // no limit but those that the case is about, for debugging a peer
}

// DefaultOptions returns the defaults of the reference.
func DefaultOptions() Options {
	return Options{
		OpenHandshakeTimeout:        5 * time.Second,
		CloseHandshakeTimeout:       time.Second,
		ServerConnectionDropTimeout: time.Second,
		UTF8ValidateIncoming:        true,
		RequireMaskedClientFrames:   true,
		MaskClientFrames:            true,
		ApplyMask:                   true,
		TCPNoDelay:                  true,
		Version:                     18,
		Versions:                    []int{8, 13},
		AllowedOrigins:              []string{"*"},
		WebStatus:                   true,
	}
}

// limit is how long something may take that has d by default, zero for no limit.
// Even then no peer keeps us for ever.
func (o Options) limit(d time.Duration) time.Duration {
	switch {
	case o.NoTimeouts:
		return debugging
	case d <= 0:
		return patience
	case o.TimeScale > 0:
		return time.Duration(float64(d) * o.TimeScale)
	}
	return d
}

const (
	patience  = 10 * time.Minute // how long we wait where no limit is set
	debugging = 24 * time.Hour   // and where somebody may be stepping through the peer
)

// protocolVersion is the Sec-WebSocket-Version of a client. The drafts from hybi-13
// on share that of the RFC.
func (o Options) protocolVersion() int {
	if o.Version >= 10 && o.Version <= 12 {
		return 8
	}
	return 13
}
