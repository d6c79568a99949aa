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

	MaxFramePayloadSize   uint64 // octets; 0: no limit
	MaxMessagePayloadSize uint64 // octets; 0: no limit
}

// DefaultOptions returns the defaults of the reference.
func DefaultOptions() Options {
	return Options{
		OpenHandshakeTimeout:        5 * time.Second,
		CloseHandshakeTimeout:       time.Second,
		ServerConnectionDropTimeout: time.Second,
		UTF8ValidateIncoming:        true,
		RequireMaskedClientFrames:   true,
	}
}
