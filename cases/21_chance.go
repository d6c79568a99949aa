package cases

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"
)

// byChance accepts a peer that survives a conversation in which the code of our close frame
// may be the octet that is not right. Whether it sends that back or drops TCP is chance.
var byChance = []Outcome{{Verdict: OK, Any: true, Says: "The peer has survived.", Ending: &Ending{Grade: Informational}}}

// mutations is section 21.4: what comes of chance. The seeds are part of the cases, so
// that every run sends the same.
var mutations = []Case{
	{
		ID:          "21.4.1",
		Description: "4 KiB of random octets behind the opening handshake, 64 times others.",
		Expectation: "The peer fails the connection, or waits for more; it survives. What it says is not judged.",
		Spec:        []string{"RFC 6455 10.7", "RFC 6455 10.4"}, Requirements: []string{"RFC6455-10.7-a", "RFC6455-10.4-a"},
		Alive: true, Accept: anything, Ending: surviving, Limit: CloseAfter(Second / 4),
		Variants: seeded(func(seed uint64) Variant {
			return Variant{Script: Script{Raw{Octets: Noise(seed, 4<<10)}}}
		}),
	},
	{
		ID:          "21.4.2",
		Description: "Sequences of frames in which opcodes, FIN, reserved bits, the form of the length and the order are drawn by chance.",
		Expectation: "The peer does what the RFC asks for, as the model of it says for each sequence.",
		Spec:        []string{"RFC 6455 5.2", "RFC 6455 5.4", "RFC 6455 5.5"},
		Requirements: []string{
			"RFC6455-6.2-a", "RFC6455-5.4-h", "RFC6455-5.5-a", "RFC6455-5.2-b", "RFC6455-5.2-c", "RFC6455-5.2-d",
		},
		Alive: true, Variants: seeded(drawn),
	},
	{
		ID:          "21.4.3",
		Description: "A conversation of five frames of which one bit is flipped, 64 times another.",
		Expectation: "The peer fails the connection, or goes on where the flip does no harm; it survives.",
		Spec:        []string{"RFC 6455 10.7"}, Requirements: []string{"RFC6455-10.7-a"},
		Role: Server, Alive: true, Accept: byChance, Ending: surviving, Limit: CloseAfter(Second / 4),
		Variants: seeded(flippedBit),
	},
	{
		ID:          "21.4.4",
		Description: "A request of which one octet is another, missing or there twice, 64 times elsewhere.",
		Expectation: "The server refuses the request, or takes it where it is still a right one, or it is lenient; it survives.",
		Spec:        []string{"RFC 6455 4.2.1"}, Requirements: []string{"RFC6455-4.2.1-a"},
		Role: Server, Alive: true, Accept: Silence,
		Variants: seeded(mutatedRequest),
	},
	{
		ID:          "21.4.5",
		Description: "A compressed binary message of which one octet is another, 64 times elsewhere.",
		Expectation: "The peer fails the connection, or sends back what the octets inflate to.",
		Spec:        []string{"RFC 7692 7.2.2"}, Requirements: []string{"RFC7692-7.2.2-a"},
		Deflate: &Deflate{Offer: []DeflateParams{{}}, Accept: []DeflateParams{{}}},
		Alive:   true, Ending: takenOrRefused(CodeProtocolError, CodeInvalidPayload, CodeTooBig, policyViolation, 1003, 1011),
		Limit: FailAfter(2 * Second), Variants: seeded(mutatedDeflate),
	},
	{
		ID:          "21.4.6",
		Description: "The cases of chapters 1 to 7 that have no pauses, in writes of few octets.",
		Expectation: "The peer does what it does when they come whole.",
		Spec:        []string{"RFC 6455 6.2", "RFC 6455 5.4"}, Requirements: []string{"RFC6455-6.2-a", "RFC6455-5.4-i"},
		Variants: rechunked(),
	},
}

// seeds is how many times chance is tried.
const seeds = 64

// seeded are variants by seed, from 1.
func seeded(of func(seed uint64) Variant) (list []Variant) {
	for seed := range uint64(seeds) {
		v := of(seed + 1)
		v.Name = fmt.Sprintf("seed %d", seed+1)
		list = append(list, v)
	}
	return list
}

// chance is the generator of a seed.
func chance(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 21)) }

// drawn is a sequence of frames of which the model knows what comes of it. Each leaves by
// itself when the one before has been answered: otherwise a pong might overtake an echo, one
// pong answer two pings (RFC 6455 5.5.3), and an answer be lost to what comes behind it.
func drawn(seed uint64) Variant {
	rng := chance(seed)
	for {
		script := drawnScript(rng)
		accept, ending := Predict(script)
		if ending.Grade == "" {
			limit := FailAfter(2 * Second)
			return Variant{Script: script.Synced(), Accept: accept, Ending: &ending, Limit: &limit}
		}
	}
}

// drawnScript is up to six frames, most of which are right.
func drawnScript(rng *rand.Rand) (s Script) {
	inMessage := false
	for range 1 + rng.IntN(6) {
		f := drawnFrame(rng, inMessage)
		if rng.IntN(12) == 0 { // one thing is wrong
			switch rng.IntN(5) {
			case 0:
				f.RSV = byte(1 + rng.IntN(7))
			case 1:
				f.Opcode = []Op{3, 5, 7, 11, 15}[rng.IntN(5)]
			case 2:
				f.NoFIN = !f.NoFIN
			case 3:
				f.Opcode = []Op{OpText, OpBinary, OpContinuation}[rng.IntN(3)]
			case 4:
				f.Opcode, f.Payload = OpPing, Repeat("*", 126+rng.IntN(10))
			}
		}
		s = append(s, f)
		if !f.Opcode.Control() {
			inMessage = f.NoFIN
		}
	}
	if inMessage {
		s = append(s, Continue("end"))
	}
	return s
}

// drawnFrame is a frame that is right.
func drawnFrame(rng *rand.Rand, inMessage bool) Frame {
	text := strings.Repeat("x", rng.IntN(10))
	switch n := rng.IntN(10); {
	case n < 2:
		return Ping(text)
	case n < 3:
		return Pong(text)
	case inMessage && n < 7:
		return Continue(text).More()
	case inMessage:
		return Continue(text)
	case n < 5:
		return Text(text).More()
	case n < 6:
		return Binary(text).More()
	case n < 8:
		return Binary(text)
	}
	return Text(text)
}

// flippedBit is a masked conversation with one bit flipped.
func flippedBit(seed uint64) Variant {
	octets := []byte("\x81\x85\x00\x00\x00\x00hello\x89\x82\x01\x02\x03\x04hi\x02\x83\x00\x00\x00\x00abc\x80\x83\x00\x00\x00\x00def\x88\x82\x00\x00\x00\x00\x03\xe8")
	bit := chance(seed).IntN(8 * len(octets))
	octets[bit/8] ^= 0x80 >> (bit % 8)
	return Variant{Script: Script{Raw{Octets: Of(string(octets))}}}
}

// mutatedRequest is a request of which one octet is wrong.
func mutatedRequest(seed uint64) Variant {
	rng := chance(seed)
	request := []byte("GET /chance HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: " + rfcKey + "\r\nSec-WebSocket-Version: 13\r\n")
	at := rng.IntN(len(request))
	switch rng.IntN(3) {
	case 0:
		request[at] = byte(rng.IntN(256))
	case 1:
		request = slices.Delete(request, at, at+1)
	case 2:
		request = slices.Insert(request, at, request[at])
	}
	return Variant{Opening: &Opening{
		Key: keyIn(string(request)), Octets: Of(string(request) + "\r\n"),
		Answers: []Answer{
			{Verdict: OK, Status: []string{AnyRefusal, Dropped}},
			{Verdict: Informational, Status: []string{"101"}, Says: "The server opened the WebSocket."},
			{Verdict: Informational, Status: []string{Unanswered}, Says: "The server waited for more."},
		},
	}}
}

// keyIn is the Sec-WebSocket-Key of a request, as a server reads it that takes any key; that
// of the example if there is none that can be read.
func keyIn(request string) string {
	for line := range strings.SplitSeq(request, "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		value = strings.Trim(value, " \t")
		if strings.EqualFold(name, "Sec-WebSocket-Key") && value != "" && utf8.ValidString(value) {
			return value
		}
	}
	return rfcKey
}

// mutatedDeflate is a compressed message of which one octet is wrong, and what that
// inflates to, if it does.
func mutatedDeflate(seed uint64) Variant {
	rng := chance(seed)
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestCompression) // the level is a right one
	_, _ = w.Write([]byte(strings.Repeat("What is sent by chance is seldom sent twice. ", 4)))
	_ = w.Flush()
	octets := bytes.TrimSuffix(packed.Bytes(), []byte("\x00\x00\xff\xff"))
	octets[rng.IntN(len(octets))] ^= byte(1 + rng.IntN(255))
	v := Variant{
		Script: Script{Binary(string(octets)).Reserved(4)},
		Accept: []Outcome{{Verdict: OK, Says: "The peer failed the connection."}},
	}
	// The second copy of the tail and the final block make an inflater say whether the
	// message was whole.
	plain, err := io.ReadAll(flate.NewReader(io.MultiReader(bytes.NewReader(octets), strings.NewReader("\x00\x00\xff\xff\x01\x00\x00\xff\xff"))))
	if err == nil {
		v.Accept = append([]Outcome{{Verdict: OK, Events: Events{Got{OpBinary, Describe(plain)}}}}, v.Accept...)
	} else {
		v.Accept = append(v.Accept, Outcome{Verdict: Informational, Any: true, Says: "The peer made something of a message that does not inflate."})
	}
	return v
}

// rechunked are the cases of chapters 1 to 7 that do not wait, chopped.
func rechunked() (list []Variant) {
	for _, chapter := range []Chapter{framing, pings, reservedBits, opcodes, fragmentation, utf8Handling, closeHandling} {
		for i, c := range chapter.Cases {
			if !choppable(c.Script) || c.Ending.Grade != "" {
				continue
			}
			ending, limit := c.Ending, c.Limit
			list = append(list, Variant{
				Name:   fmt.Sprintf("%s in writes of %d octets", c.ID, 1+i%7),
				Script: c.Script.Chopped(1 + i%7), Accept: c.Accept, Ending: &ending, Limit: &limit,
			})
		}
	}
	return list
}

// choppable reports whether s is frames and closes that are not long.
func choppable(s Script) bool {
	for _, step := range s {
		switch v := step.(type) {
		case Frame:
			if v.Payload.Size() > 1<<10 {
				return false
			}
		case SendClose:
		default:
			return false
		}
	}
	return true
}
