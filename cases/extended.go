package cases

// What the chapters beyond the reference's have in common. A case there fails a peer
// only where a MUST is broken in a way that can be seen, or where the peer is harmed:
// what it sends may be as odd as it likes, but what is asked for is what the RFCs ask for.

// How a server may answer a request that is not as it should be.
var (
	// mustRefuse is for requests that the server cannot take for the beginning of a
	// WebSocket. To end TCP without an answer is allowed (RFC 6455 10.7), but a status
	// SHOULD be sent.
	mustRefuse = []Answer{
		{Verdict: OK, Status: []string{"4xx", "501", "505"}},
		{Verdict: NonStrict, Status: []string{"3xx", "5xx", Dropped}},
	}
	// shouldRefuse is for faults that a lenient server may look past, or ignore Upgrade for
	// (RFC 9110 7.8), so that a page is its answer.
	shouldRefuse = []Answer{
		{Verdict: OK, Status: []string{"4xx", "501", "505"}},
		{Verdict: NonStrict, Status: []string{"101", AnyRefusal, Dropped}},
	}
	// noUpgrade is for requests that ask for no WebSocket any more, so that the server may
	// treat them as any other (RFC 9110 7.8).
	noUpgrade = []Answer{
		{Verdict: OK, Status: []string{AnyRefusal}},
		{Verdict: NonStrict, Status: []string{Dropped}},
	}
	// mayRefuse is for requests that a server should accept, and a strict one refuses, or
	// takes for ordinary HTTP, as it may ignore Upgrade (RFC 9110 7.8).
	mayRefuse = []Answer{
		{Verdict: OK, Status: []string{"101"}},
		{Verdict: NonStrict, Status: []string{AnyRefusal, Dropped}},
	}
	// eitherAnswer is for requests about which the documents are silent, or contradict
	// each other.
	eitherAnswer = []Answer{
		{Verdict: Informational, Status: []string{"101"}, Says: "The server opened the WebSocket."},
		{Verdict: Informational, Status: []string{AnyRefusal}, Says: "The server refused the request."},
		{Verdict: Informational, Status: []string{Dropped}, Says: "The server ended TCP without an answer."},
	}
)

const (
	protocolField = "Sec-WebSocket-Protocol"
	acceptField   = "Sec-WebSocket-Accept"

	mib = 1 << 20 // octets
)

// probe is the message that shows whether a WebSocket works: it has to come back.
const probe = "probe"

// probing is c with an echo of the probe as its script, and a closing handshake by us.
func probing(c Case) Case {
	c.Script, c.Accept, c.Ending = Script{Text(probe)}, Exactly(GotText(probe)), Ending{}
	return c
}

// failing is c with the ending of a connection that the peer has to fail, with one of
// the codes or none: what it was sent it must not act upon, so that a ping behind it is
// not answered. A peer that goes on, or stays, has failed.
func failing(c Case, codes ...uint16) Case {
	c.Accept, c.Ending = Silence, FailedByPeer(codes...).OrFail(WrongSide)
	c.Limit = FailAfter(2 * Second)
	return c
}

// surviving is the ending where nothing is asked for.
var surviving = Ending{Either: true, AnyCode: true, MayDrop: true}

// leaving is the ending where the peer has to be gone in time, one way or another.
var leaving = surviving.OrFail(WrongSide)

// refusalTime is how long a client may take to end TCP when it refuses a response: some
// read on for three seconds, to say in their error what else came.
const refusalTime = 5 * Second

// clientRefuses is c, which a client under test must not take for an open WebSocket: it
// ends TCP, and neither echoes the probe nor answers the ping.
func clientRefuses(c Case) Case {
	c.Role, c.Tags = Client, append(c.Tags, Handshake)
	c.Script, c.Accept = Script{Text(probe), after}, Silence
	c.Ending = Ending{Peer: true, AnyCode: true, MayDrop: true}.OrFail(WrongSide)
	c.Limit = FailAfter(refusalTime)
	return c
}
