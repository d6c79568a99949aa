package cases

import (
	"fmt"
	"slices"
)

// A Check is a rule for everything the peer sends, looked at on every connection of a
// run whatever the case. A breach is reported, and is part of the verdict only of the
// cases that name the check.
type Check string

// The checks of frames and messages.
const (
	CheckMask       Check = "mask"        // clients mask, servers do not (RFC 6455 5.1)
	CheckRSV        Check = "rsv"         // reserved bits only as negotiated (RFC 6455 5.2, RFC 7692 6.1)
	CheckLength     Check = "length"      // the shortest form (RFC 6455 5.2)
	CheckControl    Check = "control"     // control frames are short and whole (RFC 6455 5.5)
	CheckEarly      Check = "early"       // nothing before the 101 (RFC 6455 4.1, 4.2.2)
	CheckAfterClose Check = "after-close" // nothing after a close frame (RFC 6455 5.5.1)
	CheckCloseBody  Check = "close-body"  // code, reason and length of close frames (RFC 6455 5.5.1, 7.4)
	CheckText       Check = "text"        // text is UTF-8 (RFC 6455 8.1)
	CheckDeflate    Check = "deflate"     // compressed data keeps to what was agreed (RFC 7692 7.2)
	CheckKeys       Check = "keys"        // masking keys are fresh (RFC 6455 5.3)
	CheckEntropy    Check = "entropy"     // masking keys cannot be predicted (RFC 6455 5.3)
	CheckFrames     Check = "frames"      // opcodes and fragmentation (RFC 6455 5.2, 5.4)
)

// The checks of the opening handshake.
const (
	CheckStatusLine Check = "status-line" // of the 101 (RFC 6455 4.2.2)
	CheckUpgrade    Check = "upgrade"     // Upgrade and Connection of the 101 (RFC 6455 4.2.2)
	CheckAccept     Check = "accept"      // Sec-WebSocket-Accept (RFC 6455 4.2.2)
	CheckFraming    Check = "framing"     // neither head says that content follows (RFC 9110 8.6, RFC 9112 6.1)
	CheckSyntax     Check = "syntax"      // of either head (RFC 9112 5)
	CheckExtension  Check = "extension"   // what a 101 accepts of the extensions offered (RFC 6455 9.1, RFC 7692 5, 7.1)
	CheckUnasked    Check = "unasked"     // nothing in the 101 that was not asked for (RFC 6455 4.2.2, 9.1)
	CheckTarget     Check = "target"      // request line (RFC 6455 4.1)
	CheckHost       Check = "host"        // Host (RFC 6455 4.1)
	CheckRequired   Check = "required"    // the fields of a request that must be there, once (RFC 6455 4.1)
	CheckNonce      Check = "nonce"       // Sec-WebSocket-Key (RFC 6455 4.1)
	CheckOffers     Check = "offers"      // subprotocols and extensions of a request (RFC 6455 4.1, 9.1, RFC 7692 7.1)
	CheckBrowser    Check = "browser"     // what only browsers have to send (RFC 6455 4.1)
	CheckRefusal    Check = "refusal"     // what a refusal has to say (RFC 9110 11.6.1, 15.5.6, RFC 6455 4.4)
)

// Checks lists all checks.
var Checks = []Check{
	CheckMask, CheckRSV, CheckLength, CheckControl, CheckEarly, CheckAfterClose, CheckCloseBody, CheckText, CheckDeflate, CheckKeys,
	CheckEntropy, CheckFrames, CheckStatusLine, CheckUpgrade, CheckAccept, CheckFraming, CheckSyntax, CheckExtension, CheckUnasked, CheckTarget, CheckHost,
	CheckRequired, CheckNonce, CheckOffers, CheckBrowser, CheckRefusal,
}

// A Breach is something the peer sent that a check does not allow.
type Breach struct {
	Check   Check    `json:"check"`
	Verdict Verdict  `json:"verdict"` // what it makes of a case that names the check: FAILED, NON-STRICT or INFORMATIONAL
	Says    string   `json:"says"`    // what is wrong, without a full stop
	Octets  Payload  `json:"octets,omitzero"`
	At      Duration `json:"at,omitempty"` // since the connection was begun
}

// String is what is wrong, and the check.
func (b Breach) String() string { return fmt.Sprintf("%s (%s)", b.Says, b.Check) }

// breach is the worst breach of o that c asks about.
func (c Case) breach(o Observation) (worst Breach, found bool) {
	for _, b := range o.Breaches {
		if slices.Contains(c.Checks, b.Check) && (!found || worse(b.Verdict, worst.Verdict)) {
			worst, found = b, true
		}
	}
	return worst, found
}

// worse reports whether a is a worse verdict than b.
func worse(a, b Verdict) bool { return severity(a) > severity(b) }

// severity orders verdicts. What is not played is between what is and what fails.
func severity(v Verdict) int {
	return slices.Index([]Verdict{OK, Informational, NonStrict, Unimplemented, FailedByClient, WrongCodeSent, Unclean, Failed}, v)
}
