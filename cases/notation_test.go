package cases

import (
	"fmt"
	"strings"
	"testing"
)

var (
	yes = true          // to point at
	lie = uint64(70000) // to point at

	// code points at n.
	code = func(n uint16) *uint16 { return &n }
)

// everyStep is a step of every kind with every field set.
var everyStep = []Step{
	Frame{
		Opcode: OpBinary, NoFIN: true, RSV: 6, Mask: Mask{Bit: &yes, Key: "01020304", Raw: true},
		Length: Length{Claim: &lie, Bits: 64}, Payload: Repeat("ab", 9), Wire: Wire{Chop: 3, Sync: true}, Cut: 5,
	},
	Split{Frame: Text("abcdef").Reserved(5), Pauses: []Pause{{2, Wait{For: Second, Mark: "A"}}, {4, Wait{For: Second / 2}}}, Whole: true},
	Message{Binary: true, Payload: Of("\x00\xff"), Fragment: 7, Wire: Wire{Chop: 1}},
	Raw{Octets: Of("GET / HTTP/1.1\r\n"), Wire: Wire{Sync: true}},
	Flood{Frame: Ping("x"), Count: 9, Deaf: Second},
	Wait{For: 3 * Second, Mark: "still open", Deaf: true},
	Echo{Count: 1000, Message: Message{Payload: Repeat("*", 64), Fragment: 16}},
	SendClose{Close(1001, "going")},
	Blocks{Binary: true, Cut: 1, Fragment: 2, NoFIN: true, Wire: Wire{Chop: 1}, Blocks: []Block{
		{Type: DynamicBlock, Final: true, Literals: Of("ab"), Match: Match{Length: 258, Distance: 2, Times: 3}, Times: 4},
		{Literals: Of("c"), Match: Match{Length: 3, Distance: 1}}, {Type: StoredBlock}, {Type: NoBlock, Literals: Of("\xff")},
	}},
	Drop{Reset: true, Half: true},
}

// everyEvent is an event of every kind.
var everyEvent = Events{GotBinary("\x00\xff"), Mark{"A"}, Echoed{1000}, Ended{}}

func TestNotationOfEverything(t *testing.T) {
	for _, c := range []struct {
		value fmt.Stringer
		want  string
	}{
		// Frames.
		{Text(""), `text`},
		{Text("Hello"), `text "Hello"`},
		{Binary("Hello, world!").Reserved(6), `binary rsv=6 "Hello, world!"`},
		{Text("fragment1").More().Chop(1), `text more chop=1 "fragment1"`},
		{Continue("x").Sync(), `continuation sync "x"`},
		{Opcode(11, ""), `0xb`},
		{Ping("\x00\xff"), `ping 00 ff`},
		{Text("x").Unmasked(), `text mask=false "x"`},
		{Text("x").Claim(70000), `text length=70000 "x"`},
		{Text(kosme), `text "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"`},
		{Frame{Opcode: OpClose, Payload: Close(1000, "")}, `close 1000`},
		{Frame{Opcode: OpClose, Payload: Close(1000, "bye")}, `close 1000 "bye"`},
		{Frame{Opcode: OpClose, Payload: Close(1000, "\xff")}, `close 1000 ff`},
		{Opcode(OpClose, "a"), `close "a"`},
		{everyStep[0], `binary more rsv=6 mask=true key=01020304 unmasked-payload length=70000 length-bits=64 chop=3 sync cut=5 "ab" × 9 octets`},

		// The other steps.
		{everyStep[1], `text rsv=5 "abcdef" (wait 1s mark=A before octet 2, wait 500ms before octet 4, header included)`},
		{Message{}, `message text ""`},
		{everyStep[2], `message binary fragment=7 chop=1 00 ff`},
		{everyStep[3], `octets sync "GET / HTTP/1.1\x0d\x0a"`},
		{everyStep[4], `flood ×9 ping "x" reading nothing for 1s`},
		{everyStep[5], `wait 3s mark=still open reading nothing`},
		{Wait{For: Second / 2}, `wait 500ms`},
		{everyStep[6], `echo ×1000 message text fragment=16 "*" × 64 octets`},
		{Echo{Count: 2, Message: Message{Payload: Corpus("json", 8192), Fragment: 256}}, `echo ×2 message text fragment=256 corpus json × 8192 characters`},
		{Echo{Count: 2, Message: Message{Payload: Corpus("pdf", 16), Binary: true}}, `echo ×2 message binary corpus pdf × 16 octets`},
		{Message{Payload: Corpus("html", 0)}, `message text corpus html`},
		{SendClose{}, `closing handshake`},
		{SendClose{Of("a")}, `closing handshake "a"`},
		{everyStep[7], `closing handshake 1001 "going"`},
		{everyStep[9], `reset TCP`},
		{Drop{Half: true}, `end our side of TCP`},
		{Drop{}, `drop TCP`},
		{everyStep[8], `blocks binary fragment=2 cut=1 more chop=1 (dynamic final "ab" 258 octets from 2 before ×3 ×4, fixed "c" 3 octets from 1 before, stored, octets ff)`},
		{Deflated(), `blocks text ()`},

		// Events.
		{GotText("x"), `text "x"`},
		{GotPong(""), `pong ""`},
		{Got{Opcode: 11}, `0xb ""`},
		{Got{OpBinary, AnyOctets(65536)}, `binary any 65536 octets`},
		{Events(nil), `nothing`},
		{everyEvent, `binary 00 ff, open at A, echoed ×1000, TCP ended`},

		// Endings wanted.
		{Ending{}, `our close answered 1000`},
		{Ending{Codes: []uint16{1000, 1000, 1001}}, `our close answered 1000, 1001`},
		{Ending{Peer: true}, `close 1000`},
		{FailedByPeer(1002), `close 1002, or drop`},
		{FailedByPeer(1002, 1007).OrFail(WrongSide), `close 1002, 1007, or drop`},
		{Ending{Grade: Informational}, `any ending`},

		// Endings observed.
		{Closing{}, `no close`},
		{Closing{FailedByMe: true, ClosedByMe: true, NotCleanReason: ReasonNoReply}, `failed by us, ` + ReasonNoReply},
		{Closing{ClosedByMe: true, WasClean: true, RemoteCode: code(1000)}, `closed by us, close 1000`},
		{Closing{WasClean: true}, `close without a code`},
		{Closing{RemoteCode: code(1002), RemoteReason: Of("why")}, `close 1002 "why"`},
		{Closing{NotCleanReason: ReasonPeerDropped}, ReasonPeerDropped},

		// Parameters of permessage-deflate.
		{DeflateParams{}, `permessage-deflate`},
		{DeflateParams{ClientMaxWindowBits: AnyWindow}, `permessage-deflate; client_max_window_bits`},
		{DeflateParams{true, true, 9, 10}, `permessage-deflate; client_no_context_takeover; client_max_window_bits=10; server_no_context_takeover; server_max_window_bits=9`},

		// Opcodes and durations.
		{OpContinuation, `continuation`},
		{Op(3), `0x3`},
		{Second / 2, `500ms`},
	} {
		if got := c.value.String(); got != c.want {
			t.Errorf("%#v\n got %s\nwant %s", c.value, got, c.want)
		}
	}
}

func TestNotationOfTheCatalogueIsASCIIButForTimesAndDots(t *testing.T) {
	for _, c := range Catalogue {
		for _, step := range c.Script {
			for _, r := range step.String() {
				if (r < ' ' || r > '~') && !strings.ContainsRune("×…", r) {
					t.Errorf("%s: %q has %q", c.ID, step, r)
				}
			}
		}
	}
}

func TestOpcodesAreReadByNameAndNumber(t *testing.T) {
	for op := Op(0); op < 16; op++ {
		text, err := op.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back Op
		if err := back.UnmarshalText(text); err != nil || back != op {
			t.Errorf("%s is read as %s, %v", text, back, err)
		}
		if err := back.UnmarshalText(fmt.Append(nil, byte(op))); err != nil || back != op {
			t.Errorf("%d is read as %s, %v", op, back, err)
		}
		if op.Reserved() != strings.HasPrefix(op.String(), "0x") {
			t.Errorf("%s: Reserved() = %t", op, op.Reserved())
		}
		if op.Control() != (op >= 8) {
			t.Errorf("%s: Control() = %t", op, op.Control())
		}
	}
	for _, bad := range []string{"", "txt", "16", "-1", "Text"} {
		var op Op
		if err := op.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is read as %s", bad, op)
		}
	}
}
