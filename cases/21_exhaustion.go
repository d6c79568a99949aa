package cases

import (
	"fmt"
	"slices"
)

// busyLimit is for a peer that has much to do, perhaps on a machine that is busy: how long it
// takes is not judged.
const busyLimit = 120 * Second

// exhaustion is chapter 21: more than a peer should take, what is no WebSocket at all,
// and chance.
var exhaustion = Chapter{
	Number: "21",
	Title:  "Exhaustion, wrong protocols and chance",
	Sections: []Section{
		{"21.1", "Opening handshakes without end, or too many"},
		{"21.2", "Floods"},
		{"21.3", "Wrong state or wrong protocol"},
		{"21.4", "Chance, by seed"},
	},
	Cases: slices.Concat(openingFloods, frameFloods, wrongProtocols, mutations),
}

// boundless is how a server may answer a head that is too much for it: with a status, or
// not at all.
var boundless = []Answer{
	{Verdict: OK, Status: []string{"4xx", Dropped}},
	{Verdict: NonStrict, Status: []string{"101", AnyRefusal}},
}

const notAsMuch = "The server should not take as much: it answers with a 4xx, or ends TCP, before 16 MiB are sent. To take more is tolerated while its memory grows by no more than 1 GiB."

// headMemory is how many MiB a peer may grow by for a head without an end, of which we send
// 64 MiB. Common libraries have eight times of short fields. One that gives up after some
// seconds has that of as much as the machine let it read, so that less would be chance.
const headMemory = 1024

// givesUp is how a server may treat who does not finish: to give up is right, and so is
// to leave that to a front end.
var givesUp = []Answer{
	{Verdict: OK, Status: []string{"4xx", Dropped}, Says: "The server gave up."},
	{Verdict: Informational, Status: []string{"101"}, Says: "The server waited for more than a minute."},
}

const (
	staysUseful = "Whatever the server makes of it, others are served as before."
)

// openingFloods is section 21.1.
var openingFloods = []Case{
	probing(Case{
		ID:          "21.1.1",
		Description: "TCP is opened, and for 75 seconds nothing is sent; then comes the request.",
		Expectation: "A server may limit the time it waits (RFC 6455 10.7).",
		Spec:        []string{"RFC 6455 10.7"}, Requirements: []string{"RFC6455-10.7-b"},
		Role: Server, Tags: []Tag{Slow},
		Opening: &Opening{Pauses: []Pause{{0, Wait{For: 75 * Second}}}, Answers: givesUp},
	}),
	probing(Case{
		ID:          "21.1.2",
		Description: "The first 75 octets of the request come one a second, the others at once.",
		Expectation: "A server may limit the time it waits.",
		Spec:        []string{"RFC 9110 5.4"}, Requirements: []string{"RFC9110-5.4-a"},
		Role: Server, Tags: []Tag{Slow},
		Opening: &Opening{Pauses: everySecond(75), Answers: givesUp},
	}),
	{
		ID:          "21.1.3",
		Description: "A request with small fields until there are 64 MiB of them.",
		Expectation: notAsMuch,
		Spec:        []string{"RFC 9110 5.4", "RFC 6455 10.4"}, Requirements: []string{"RFC9110-5.4-a", "RFC6455-10.4-a"},
		Role: Server, Alive: true, Memory: headMemory, Limit: Limit{Octets: 16 * mib},
		Opening: &Opening{Edits: []Edit{{Insert: Repeat("X-n: a\r\n", 64*mib)}}, Answers: boundless, Time: busyLimit},
		Accept:  Silence,
	},
	{
		ID:          "21.1.4",
		Description: "A request with one field of 64 MiB.",
		Expectation: notAsMuch,
		Spec:        []string{"RFC 9110 5.4", "RFC 6455 10.4"}, Requirements: []string{"RFC9110-5.4-a", "RFC6455-10.4-a"},
		Role: Server, Alive: true, Memory: headMemory, Limit: Limit{Octets: 16 * mib},
		Opening: &Opening{Edits: []Edit{Insert("X: "), {Insert: Repeat("a", 64*mib)}, Insert("\r\n")}, Answers: boundless, Time: busyLimit},
		Accept:  Silence,
	},
	probing(Case{
		ID:          "21.1.5",
		Description: "A small request of many fields with one letter each, of which Upgrade is the last.",
		Expectation: "The server opens the WebSocket or answers with a 4xx.",
		Spec:        []string{"RFC 9110 5.4"}, Requirements: []string{"RFC9110-5.4-a"},
		Role: Server, Alive: true,
		Variants: fieldCounts(100, 1000, 2001, 5000),
	}),
	probing(Case{
		ID:          "21.1.6",
		Description: "While 200 requests are pending that end in the middle, one that is whole.",
		Expectation: staysUseful,
		Spec:        []string{"RFC 6455 10.4"}, Requirements: []string{"RFC6455-10.4-a"},
		Role: Server, Alive: true,
		Crowd: &Crowd{Count: 200, Together: true, Opening: &Opening{Cut: 60}},
	}),
	probing(Case{
		ID:          "21.1.7",
		Description: "A thousand times, one after the other, a WebSocket is opened and TCP is reset.",
		Expectation: staysUseful,
		Spec:        []string{"RFC 6455 7.2.1", "RFC 6455 10.4"}, Requirements: []string{"RFC6455-7.2.1-a", "RFC6455-10.4-a"},
		Role: Server, Alive: true, Memory: 64,
		Crowd: &Crowd{Count: 1000, Script: Script{Drop{Reset: true}}},
	}),
	probing(Case{
		ID:          "21.1.8",
		Description: "Two hundred times a request is sent, and TCP is reset before its answer.",
		Expectation: staysUseful,
		Spec:        []string{"RFC 6455 7.2.1"}, Requirements: []string{"RFC6455-7.2.1-a"},
		Role: Server, Alive: true,
		Crowd: &Crowd{Count: 200, Opening: &Opening{Early: true}, Script: Script{Drop{Reset: true}}},
	}),
}

// everySecond are pauses of a second before the first n octets but one.
func everySecond(n int) (pauses []Pause) {
	for i := range n {
		pauses = append(pauses, Pause{i + 1, Wait{For: Second}})
	}
	return pauses
}

// fieldCounts are variants with so many fields before Upgrade.
func fieldCounts(counts ...int) (list []Variant) {
	const field = "a: b\r\n"
	for _, n := range counts {
		list = append(list, Variant{
			Name: fmt.Sprintf("%d fields", n),
			Opening: &Opening{
				Edits: []Edit{Remove("Upgrade"), {Insert: Repeat(field, n*len(field))}, Insert("Upgrade: websocket\r\n")},
				Answers: []Answer{
					{Verdict: OK, Status: []string{"101", "4xx"}},
					{Verdict: NonStrict, Status: []string{"3xx", "5xx", Dropped}},
				},
			},
		})
	}
	return list
}

// takenOrRefused is the ending where to go on and to refuse with one of the codes are
// both right. To sit there is not.
func takenOrRefused(codes ...uint16) Ending {
	return Ending{Either: true, Codes: append([]uint16{CodeNormal}, codes...), MayDrop: true, Fatal: WrongSide}
}

// anything is what a peer may say that is only to survive.
var anything = []Outcome{{Verdict: OK, Any: true, Says: "The peer has survived."}}

// anythingWithin is anything of a peer whose process has grown by no more than mib.
func anythingWithin(mib int) []Outcome {
	one := anything[0]
	one.Memory = mib
	return []Outcome{one}
}

const policyViolation uint16 = 1008

// frameFloods is section 21.2.
var frameFloods = []Case{
	{
		ID:          "21.2.1",
		Description: "400000 pings of 125 octets, of whose answers none is read until none could be sent for a second.",
		Expectation: "The peer holds back, answers some of them, or ends the connection: what it keeps for us is bounded.",
		Spec:        []string{"RFC 6455 5.5.3", "RFC 6455 10.4"}, Requirements: []string{"RFC6455-10.4-a", "RFC6455-5.5.3-b"},
		Alive: true, Memory: 128, // all answers are 50 MiB
		Script: Script{Flood{Frame: Frame{Opcode: OpPing, Payload: Repeat("*", 125)}, Count: 400_000, Deaf: Second}},
		Accept: anything, Ending: surviving, Limit: CloseAfter(Second),
	},
	{
		ID:          "21.2.2",
		Description: "100000 pings, whose answers are read.",
		Expectation: "The peer answers all or some of them, or ends the connection, which is not judged; it survives, and others are served as before.",
		Spec:        []string{"RFC 6455 5.5.2", "RFC 6455 5.5.3"}, Requirements: []string{"RFC6455-5.5.2-a", "RFC6455-5.5.3-b"},
		Alive:  true,
		Script: Script{Flood{Frame: Ping("flood"), Count: 100_000}},
		Accept: anything, Ending: surviving, Limit: CloseAfter(Second),
	},
	{
		ID:          "21.2.3",
		Description: "A million pongs that nobody asked for, then a text message.",
		Expectation: "The peer echoes the message, and nothing else: an unsolicited pong is not answered.",
		Spec:        []string{"RFC 6455 5.5.3", "RFC 6455 10.4"}, Requirements: []string{"RFC6455-5.5.3-c", "RFC6455-10.4-a"},
		Alive: true, Memory: 64, // what a collector leaves lying about is less
		Script: Script{Flood{Frame: Pong(""), Count: 1_000_000}, Text(probe)},
		Accept: orRefused(GotText(probe)), Ending: takenOrRefused(policyViolation), Limit: FailAfter(busyLimit),
	},
	{
		ID:          "21.2.4",
		Description: "100000 empty text messages.",
		Expectation: "The peer echoes them, or ends the connection by its policy, which is not judged; it survives, and others are served as before.",
		Spec:        []string{"RFC 6455 6.2"}, Requirements: []string{"RFC6455-6.2-a"},
		Alive:  true,
		Script: Script{Flood{Frame: Text(""), Count: 100_000}},
		Accept: anything, Ending: surviving, Limit: CloseAfter(2 * Second),
	},
	{
		ID:          "21.2.5",
		Description: "A text message of two octets, with empty continuation frames between them.",
		Expectation: "The peer echoes the message, or refuses it with 1008, 1009 or 1002; its memory does not grow with the fragments.",
		Spec:        []string{"RFC 6455 5.4", "RFC 6455 10.4"}, Requirements: []string{"RFC6455-10.4-a", "RFC6455-10.4-b"},
		Alive: true, Memory: 64,
		Accept:   []Outcome{{Verdict: OK, Events: Events{GotText("ab")}}, {Verdict: OK, Says: "The peer refused the message."}},
		Ending:   takenOrRefused(policyViolation, CodeTooBig, CodeProtocolError),
		Limit:    FailAfter(busyLimit),
		Variants: continuations("", 10_000, 100_000, 1_000_000),
	},
	{
		ID:          "21.2.6",
		Description: "A text message in fragments of one octet: 65000, and then twice as many.",
		Expectation: "The peer echoes the message, or refuses it with 1008 or 1009; twice as many fragments take about twice the time.",
		Spec:        []string{"RFC 6455 5.4", "RFC 6455 10.4"}, Requirements: []string{"RFC6455-10.4-a"},
		Alive: true, Memory: 64, Growth: 3,
		Ending:   takenOrRefused(policyViolation, CodeTooBig, CodeProtocolError),
		Limit:    FailAfter(busyLimit),
		Variants: continuations("x", 65_000, 130_000),
	},
	{
		ID:          "21.2.7",
		Description: "A message without an end: 1 GiB in fragments of 64 KiB, 4 MiB in fragments of one octet.",
		Expectation: "The peer refuses it, 1009 is best, or holds back; its memory is bounded.",
		Spec:        []string{"RFC 6455 7.4.1", "RFC 6455 10.4"}, Requirements: []string{"RFC6455-10.4-a", "RFC6455-10.4-b", "RFC6455-7.4.1-h"},
		Tags: []Tag{Heavy}, Alive: true, Memory: 640, // less than what is sent; some hold several times their limit
		Accept: anything, Ending: surviving, Limit: CloseAfter(20 * Second),
		Variants: []Variant{
			// Of 28 MiB in all: who grows by many times that keeps something for each fragment.
			{Name: "fragments of one octet", Script: endless(1, 4<<20), Accept: anythingWithin(256)},
			{Name: "fragments of 64 KiB", Script: endless(64<<10, 16<<10)},
		},
	},
	{
		ID:          "21.2.8",
		Description: "A frame that announces the longest length there is, and then 1 GiB of its payload.",
		Expectation: "The peer refuses it, 1009 is best, or holds back; its memory is bounded.",
		Spec:        []string{"RFC 6455 10.4"}, Requirements: []string{"RFC6455-10.4-a", "RFC6455-10.4-b"},
		Tags: []Tag{Heavy}, Alive: true, Memory: 640, // less than what is sent; some hold several times their limit
		Script: Script{
			Binary("").Claim(1<<63 - 1),
			Flood{Frame: Frame{Opcode: OpBinary, Payload: Repeat("a", 64<<10)}, Count: 16 << 10},
		},
		Accept: anything, Ending: surviving, Limit: CloseAfter(20 * Second),
	},
	{
		ID:          "21.2.9",
		Description: "Binary messages of 16 KiB and of 32 KiB, sent octet by octet.",
		Expectation: "The peer echoes both; the second takes about twice the time.",
		Spec:        []string{"RFC 6455 6.2", "RFC 6455 10.4"}, Requirements: []string{"RFC6455-6.2-a", "RFC6455-10.4-a"},
		Growth: 3, Limit: FailAfter(20 * Second),
		Variants: octetwise(16<<10, 32<<10),
	},
	{
		ID:          "21.2.10",
		Description: "512 binary messages of 64 KiB, of whose echoes none is read until none could be sent for a second.",
		Expectation: "The peer holds back or ends the connection; others are served meanwhile, and what it keeps for us is bounded.",
		Spec:        []string{"RFC 6455 10.4"}, Requirements: []string{"RFC6455-10.4-a"},
		Alive: true, Memory: 128,
		Script: Script{Flood{Frame: Frame{Opcode: OpBinary, Payload: Repeat("slow", 64<<10)}, Count: 512, Deaf: Second}},
		Accept: anything, Ending: surviving, Limit: CloseAfter(Second),
	},
	{
		ID:          "21.2.11",
		Description: "The header of a binary frame of 1 KiB and ten octets of it; then nothing for 75 seconds.",
		Expectation: "How long a peer waits is its own affair.",
		Spec:        []string{"RFC 6455 10.4"}, Requirements: []string{"RFC6455-10.4-a"},
		Tags: []Tag{Slow}, Alive: true,
		Script: Script{Binary("0123456789").Claim(1 << 10), Wait{For: 75 * Second, Mark: "75s"}},
		Accept: []Outcome{
			{Verdict: Informational, Says: "The peer ended the connection."},
			{Verdict: Informational, Events: Events{Mark{"75s"}}, Says: "The peer waited for more than a minute."},
		},
		Ending: surviving, Limit: CloseAfter(Second),
	},
	{
		ID:          "21.2.12",
		Description: "Five seconds after 200 connections began to send 1 MiB of a message each, in fragments of 1 KiB, a short message.",
		Expectation: staysUseful + " What it keeps is no more than fifteen times what it was sent.",
		Spec:        []string{"RFC 6455 5.4", "RFC 6455 10.4"}, Requirements: []string{"RFC6455-10.4-a", "RFC6455-10.4-b"},
		Role: Server, Tags: []Tag{Heavy}, Alive: true, Memory: 15 * 200,
		Opening: &Opening{Time: busyLimit},
		Crowd:   &Crowd{Count: 200, Together: true, Script: endless(1<<10, 1<<10)},
		Script:  Script{Wait{For: 5 * Second}, Text(probe)}, Accept: Exactly(GotText(probe)), Limit: FailAfter(busyLimit),
	},
	{
		ID:          "21.2.13",
		Description: "1500 short text messages in one write.",
		Expectation: "The peer echoes all of them, in order.",
		Spec:        []string{"RFC 6455 6.2", "RFC 6455 5.4"}, Requirements: []string{"RFC6455-6.2-a", "RFC6455-5.4-c"},
		Script: burst(1500), Accept: Exactly(echoesOf(burst(1500))...), Limit: FailAfter(busyLimit),
	},
}

// endless is a message in so many fragments of so many octets, of which none is the last.
func endless(octets, fragments int) Script {
	return Script{
		Text("a").More(),
		Flood{Frame: Frame{Opcode: OpContinuation, NoFIN: true, Payload: Repeat("a", octets)}, Count: fragments},
	}
}

// continuations are variants of a message "ab" with so many fragments between.
func continuations(octets string, counts ...int) (list []Variant) {
	for _, n := range counts {
		v := Variant{
			Name:   fmt.Sprintf("%d fragments", n),
			Script: Script{Text("a").More(), Flood{Frame: Continue(octets).More(), Count: n}, Continue("b")},
		}
		if octets != "" {
			whole := "a" + string(Repeat(octets, n*len(octets)).Octets()) + "b"
			v.Accept = []Outcome{{Verdict: OK, Events: Events{Got{OpText, Describe([]byte(whole))}}}, {Verdict: OK, Says: "The peer refused the message."}}
		}
		list = append(list, v)
	}
	return list
}

// octetwise are variants of messages of so many octets, sent one by one.
func octetwise(sizes ...int) (list []Variant) {
	for _, n := range sizes {
		p := Repeat("octet by octet ", n)
		list = append(list, Variant{
			Name:   fmt.Sprintf("%d octets", n),
			Script: Script{Frame{Opcode: OpBinary, Payload: p, Wire: Wire{Chop: 1}}},
			Accept: Exactly(Got{OpBinary, p}),
		})
	}
	return list
}

// burst is n numbered text messages.
func burst(n int) (s Script) {
	for i := range n {
		s = append(s, Text(fmt.Sprintf("message %d", i)))
	}
	return s
}

// echoesOf are the messages of s, come back.
func echoesOf(s Script) (events Events) {
	for _, step := range s {
		events = append(events, Got{step.(Frame).Opcode, step.(Frame).Payload})
	}
	return events
}

// wrongProtocols is section 21.3. What is sent is longer than the frame that its first
// octets announce, for a peer may look at a frame when it has all of it.
var wrongProtocols = []Case{
	failing(Case{
		ID:          "21.3.1",
		Description: "On the open WebSocket, an HTTP request. Its first octet says: no FIN, RSV1, opcode 7.",
		Expectation: "The peer MUST fail the connection, and in particular not answer the request.",
		Spec:        []string{"RFC 6455 5.2"}, Requirements: []string{"RFC6455-5.2-b", "RFC6455-5.2-c", "RFC6455-5.1-c"},
		Alive:  true,
		Script: Script{Raw{Octets: Of("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html,application/xhtml+xml\r\nConnection: close\r\n\r\n")}},
	}, CodeProtocolError),
	failing(Case{
		ID:          "21.3.2",
		Description: "On the open WebSocket, how a TLS handshake begins. Its first octet says: no FIN, RSV3, opcode 6.",
		Expectation: "The peer MUST fail the connection.",
		Spec:        []string{"RFC 6455 5.2"}, Requirements: []string{"RFC6455-5.2-b", "RFC6455-5.2-c"},
		Alive:  true,
		Script: Script{Raw{Octets: Payload{Hex: "16 03 01 02 00 01 00 01 fc 03 03", Len: 517}}},
	}, CodeProtocolError),
	failing(Case{
		ID:          "21.3.3",
		Description: "Behind the response that opens the WebSocket, another one. Its first octet says: no FIN, RSV1, opcode 8.",
		Expectation: "The client MUST fail the connection.",
		Spec:        []string{"RFC 6455 5.2", "RFC 6455 5.5"}, Requirements: []string{"RFC6455-5.2-b", "RFC6455-6.2-a"},
		Role: Client,
		Script: Script{Raw{Octets: Of("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
			"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")}},
	}, CodeProtocolError),
	failing(Case{
		ID:          "21.3.4",
		Description: "A binary message that has begun, and another message before it has ended.",
		Expectation: "The peer MUST fail the connection: fragments of messages are not mixed.",
		Spec:        []string{"RFC 6455 5.4"}, Requirements: []string{"RFC6455-5.4-d", "RFC6455-5.4-m"},
		Variants: []Variant{
			{Name: "a text message", Script: Script{Binary("a").More(), Text("b"), Ping("after")}},
			{Name: "a binary message", Script: Script{Binary("a").More(), Binary("b"), Ping("after")}},
		},
	}, CodeProtocolError),
	{
		ID:          "21.3.5",
		Description: "A text message in two fragments, and one more that continues nothing.",
		Expectation: "The peer echoes the message, and MUST fail the connection at the fragment behind it.",
		Spec:        []string{"RFC 6455 5.4"}, Requirements: []string{"RFC6455-5.4-h"},
		Script: Script{Text("a").More(), Continue("b"), Continue("c")},
		Accept: []Outcome{
			{Verdict: OK, Events: Events{GotText("ab")}},
			{Verdict: NonStrict, Says: "The peer failed the connection before it had echoed the message."},
		},
		Ending: FailedByPeer(CodeProtocolError).OrFail(WrongSide), Limit: FailAfter(2 * Second),
	},
	{
		ID:          "21.3.6",
		Description: "In one write, a request and a text frame with RSV2, which does not wait for the answer.",
		Expectation: "To send before the answer is our fault: the server may do what it likes, but survives.",
		Spec:        []string{"RFC 6455 4.1", "RFC 6455 10.4"}, Requirements: []string{"RFC6455-10.4-a", "RFC6455-5.2-b"},
		Role: Server, Alive: true,
		Opening: &Opening{Early: true, Answers: eitherAnswer},
		Script:  Script{Text("early").Reserved(2)}, Accept: anything, Ending: surviving, Limit: CloseAfter(Second),
	},
}
