package cases

import "fmt"

// pings is chapter 2: pings, which must be answered, and pongs nobody asked for.
var pings = Chapter{
	Number: "2",
	Title:  "Pings and pongs",
	First:  17,
	Cases: []Case{
		{
			ID:          "2.1",
			Description: "A ping without a payload.",
			Expectation: "The peer MUST answer with a pong, which has no payload either.",
			Spec:        []string{"RFC 6455 5.5.2", "RFC 6455 5.5.3"},
			Script:      Script{Ping("")},
			Accept:      Exactly(GotPong("")),
			Limit:       CloseAfter(1 * Second),
		},
		{
			ID:          "2.2",
			Description: "A ping with a payload of 13 octets of ASCII.",
			Expectation: "The peer MUST answer with a pong that has the same payload.",
			Spec:        []string{"RFC 6455 5.5.2", "RFC 6455 5.5.3"},
			Script:      Script{Ping("Hello, world!")},
			Accept:      Exactly(GotPong("Hello, world!")),
			Limit:       CloseAfter(1 * Second),
		},
		{
			ID:          "2.3",
			Description: "A ping with a payload of 8 octets that are not UTF-8.",
			Expectation: "The payload of a ping is not text: the peer MUST answer with a pong that has the same payload.",
			Spec:        []string{"RFC 6455 5.5.2", "RFC 6455 5.5.3"},
			Script:      Script{Ping("\x00\xff\xfe\xfd\xfc\xfb\x00\xff")},
			Accept:      Exactly(GotPong("\x00\xff\xfe\xfd\xfc\xfb\x00\xff")),
			Limit:       CloseAfter(1 * Second),
		},
		longestPing,
		{
			ID:          "2.5",
			Description: "A ping with a payload of 126 octets, one more than a control frame may have.",
			Expectation: "Control frames MUST NOT be longer than 125 octets: the peer fails the connection.",
			Spec:        []string{"RFC 6455 5.5"},
			Script:      Script{Frame{Opcode: OpPing, Payload: Repeat("\xfe", 126)}},
			Accept:      Silence,
			Ending:      FailedByPeer(CodeProtocolError),
		},
		octetByOctet(longestPing, "2.6", "The ping of 2.4, one octet a write.", CloseAfter(2*Second)),
		{
			ID:          "2.7",
			Description: "An unsolicited pong without a payload, then a close with code 1000.",
			Expectation: "A response to an unsolicited pong is not expected: the peer answers the close and nothing else.",
			Spec:        []string{"RFC 6455 5.5.3"},
			Script:      Script{Pong(""), SendClose{Close(CodeNormal, "")}},
			Accept:      Silence,
			Limit:       CloseAfter(1 * Second),
		},
		{
			ID:          "2.8",
			Description: "An unsolicited pong with a payload of 24 octets, then a close with code 1000.",
			Expectation: "A response to an unsolicited pong is not expected: the peer answers the close and nothing else.",
			Spec:        []string{"RFC 6455 5.5.3"},
			Script:      Script{Pong("unsolicited pong payload"), SendClose{Close(CodeNormal, "")}},
			Accept:      Silence,
			Limit:       CloseAfter(1 * Second),
		},
		{
			ID:          "2.9",
			Description: "An unsolicited pong, then a ping; each has a payload of its own.",
			Expectation: "The peer ignores the pong and MUST answer the ping with a pong that has the payload of the ping.",
			Spec:        []string{"RFC 6455 5.5.2", "RFC 6455 5.5.3"},
			Script:      Script{Pong("unsolicited pong payload"), Ping("ping payload")},
			Accept:      Exactly(GotPong("ping payload")),
			Limit:       CloseAfter(1 * Second),
		},
		tenPings,
		tenPings.As("2.11", "The pings of 2.10, one octet a write.", tenPings.Script.Chopped(1)),
	},
}

// longestPing has the longest payload a control frame may have.
var longestPing = Case{
	ID:          "2.4",
	Description: "A ping with a payload of 125 octets, the most a control frame may have.",
	Expectation: "The peer MUST answer with a pong that has the same payload.",
	Spec:        []string{"RFC 6455 5.5", "RFC 6455 5.5.2", "RFC 6455 5.5.3"},
	Script:      Script{Frame{Opcode: OpPing, Payload: Repeat("\xfe", 125)}},
	Accept:      Exactly(Got{OpPong, Repeat("\xfe", 125)}),
	Limit:       CloseAfter(1 * Second),
}

// tenPings asks more than the RFC does, which lets a peer answer only the latest
// of several pings.
var tenPings = func() Case {
	var script Script
	var pongs Events
	for i := range 10 {
		payload := fmt.Sprintf("payload-%d", i)
		script = append(script, Ping(payload))
		pongs = append(pongs, GotPong(payload))
	}
	return Case{
		ID:          "2.10",
		Description: "Ten pings in a row, each with a payload of its own.",
		Expectation: "The peer answers with ten pongs, which have these payloads in this order. (It MAY answer only the latest ping.)",
		Spec:        []string{"RFC 6455 5.5.2", "RFC 6455 5.5.3"},
		Script:      script,
		Accept:      Exactly(pongs...),
		Limit:       CloseAfter(3 * Second),
		Overrides: []Override{{
			Profile: RFC, Clause: "RFC 6455 5.5.3",
			Why:    "Of several pings only the latest must be answered: the other pongs may be missing.",
			Accept: []Outcome{{Verdict: OK, Events: pongs, MayMiss: len(pongs) - 1}},
		}},
	}
}()

// octetByOctet is c sent one octet a write, within another limit.
func octetByOctet(c Case, id ID, description string, limit Limit) Case {
	c = c.As(id, description, c.Script.Chopped(1))
	c.Limit = limit
	return c
}
