package cases

import (
	"slices"
	"time"
)

// A Step is one thing we do. Steps are values: Frame, Split, Message, Blocks, Raw,
// Flood, Wait, Echo, SendClose, Drop.
type Step interface {
	step()
	// String shows the step in the notation of reports.
	String() string
}

// A Script is what we do, in order, once the connection is open.
type Script []Step

// A Frame is one WebSocket frame as it goes onto the wire (RFC 6455 5.2).
type Frame struct {
	Opcode  Op      `json:"opcode"`
	NoFIN   bool    `json:"noFin,omitempty"`
	RSV     byte    `json:"rsv,omitempty"` // three bits, RSV1 is 4
	Mask    Mask    `json:"mask,omitzero"`
	Length  Length  `json:"length,omitzero"`
	Payload Payload `json:"payload,omitzero"`
	Wire    Wire    `json:"wire,omitzero"`
	Cut     int     `json:"cut,omitempty"` // octets of it that are sent, header included; 0: all of them
}

// Mask overrides masking. The zero value masks with a random key if and only
// if we are the client.
type Mask struct {
	Bit *bool  `json:"bit,omitempty"` // the mask bit, and whether a key follows; nil: as the RFC wants
	Key string `json:"key,omitempty"` // eight hex digits; empty: random
	Raw bool   `json:"raw,omitempty"` // announce a key but leave the payload as it is
}

// Length overrides the length field. The zero value is the true length in its
// shortest form. The payload that follows is never changed by it.
type Length struct {
	Claim *uint64 `json:"claim,omitempty"` // the value written, whatever the payload holds; nil: the truth
	Bits  int     `json:"bits,omitempty"`  // 7, 16 or 64; 0: the shortest form that holds the value
}

// LengthBits is the shortest form of a length field that holds n octets: 7, 16
// or 64 bits (RFC 6455 5.2).
func LengthBits(n uint64) int {
	switch {
	case n <= 125:
		return 7
	case n <= 0xFFFF:
		return 16
	}
	return 64
}

// Wire says how octets leave the socket. The zero value is one write, which
// the network may merge with the next.
type Wire struct {
	Chop int  `json:"chop,omitempty"` // octets per write; 0: all of them
	Sync bool `json:"sync,omitempty"` // on the wire before the next write begins
}

// A Split sends one frame in parts: its header, then its payload, pausing
// before the octets named.
type Split struct {
	Frame  Frame   `json:"frame"`
	Pauses []Pause `json:"pauses"`
	Whole  bool    `json:"whole,omitempty"` // the pauses count octets of the whole frame, and its header may come in parts, too
}

// A Pause waits before payload octet At.
type Pause struct {
	At   int  `json:"at"`
	Wait Wait `json:"wait"`
}

// A Message is a whole data message, fragmented by the engine, and compressed if
// permessage-deflate was negotiated (RFC 7692 6.1); then Fragment is about the
// compressed octets.
type Message struct {
	Binary   bool    `json:"binary,omitempty"`
	Payload  Payload `json:"payload,omitzero"`
	Fragment int     `json:"fragment,omitempty"` // octets per frame; 0: one frame
	Wire     Wire    `json:"wire,omitzero"`
}

// Raw sends octets that need not be frames at all.
type Raw struct {
	Octets Payload `json:"octets"`
	Wire   Wire    `json:"wire,omitzero"`
}

// A Flood sends Frame Count times, as fast as the peer takes it.
type Flood struct {
	Frame Frame    `json:"frame"`
	Count int      `json:"count"`
	Deaf  Duration `json:"deaf,omitempty"` // nothing is read until for so long nothing of it could be sent
}

// A Wait lets time pass. If the connection is still open when it has, and Mark
// is set, a Mark event is observed. If it is not open, the script ends.
type Wait struct {
	For  Duration `json:"for"`
	Mark string   `json:"mark,omitempty"`
	Deaf bool     `json:"deaf,omitempty"` // nothing is read meanwhile
}

// An Echo sends Message Count times, each after the last has come back, and
// then observes one Echoed event in place of Count messages. A corpus is read on
// where the last message ended, and from its beginning after its end.
//
// A message that comes back and is not the one sent is observed as itself and
// ends the conversation: if it is ours to close, the closing handshake begins.
// Control frames in between are answered and not observed.
type Echo struct {
	Count   int     `json:"count"`
	Message Message `json:"message"`
}

// SendClose starts the closing handshake (RFC 6455 7.1.2) with a close frame of
// this payload, valid or not. A Frame with opcode close puts the same octets on
// the wire but leaves the state of the connection alone.
type SendClose struct {
	Payload Payload `json:"payload,omitzero"`
}

// Drop closes the TCP connection, with a reset if Reset is set. With Half it only says
// that we send no more, and the peer may go on.
type Drop struct {
	Reset bool `json:"reset,omitempty"`
	Half  bool `json:"half,omitempty"`
}

func (Frame) step()     {}
func (Split) step()     {}
func (Message) step()   {}
func (Raw) step()       {}
func (Flood) step()     {}
func (Wait) step()      {}
func (Echo) step()      {}
func (SendClose) step() {}
func (Drop) step()      {}

// Constructors: the conformant frame of each kind.

// Opcode is a frame with opcode op and the octets of s.
func Opcode(op Op, s string) Frame { return Frame{Opcode: op, Payload: Of(s)} }

// Text is a whole text message in one frame.
func Text(s string) Frame { return Opcode(OpText, s) }

// Binary is a whole binary message in one frame.
func Binary(s string) Frame { return Opcode(OpBinary, s) }

// Continue is the last fragment of a message; with More, one before the last.
func Continue(s string) Frame { return Opcode(OpContinuation, s) }

// Ping is a ping with payload s.
func Ping(s string) Frame { return Opcode(OpPing, s) }

// Pong is a pong with payload s.
func Pong(s string) Frame { return Opcode(OpPong, s) }

// Combinators: each returns a changed copy.

// More is f with FIN clear: another fragment follows.
func (f Frame) More() Frame { f.NoFIN = true; return f }

// Reserved is f with these reserved bits set; RSV1 is 4, RSV3 is 1.
func (f Frame) Reserved(rsv byte) Frame { f.RSV = rsv; return f }

// Chop is f sent in writes of n octets.
func (f Frame) Chop(n int) Frame { f.Wire.Chop = n; return f }

// Sync is f drained before the next write.
func (f Frame) Sync() Frame { f.Wire.Sync = true; return f }

// Claim is f with n in its length field, whatever its payload holds.
func (f Frame) Claim(n uint64) Frame { f.Length.Claim = &n; return f }

// Unmasked is f without the mask bit and key.
func (f Frame) Unmasked() Frame { bit := false; f.Mask.Bit = &bit; return f }

// Masked is f with the mask bit and this key, eight hex digits; empty: a random one.
func (f Frame) Masked(key string) Frame {
	bit := true
	f.Mask.Bit, f.Mask.Key = &bit, key
	return f
}

// Bits is f with its length in a field of 7, 16 or 64 bits.
func (f Frame) Bits(n int) Frame { f.Length.Bits = n; return f }

// First is f of which only the first n octets are sent, header included.
func (f Frame) First(n int) Frame { f.Cut = n; return f }

// Declared is s for a peer whose longest message has so many octets, as its user says.
func (s Script) Declared(longest int) Script {
	s = slices.Clone(s)
	for i, step := range s {
		switch v := step.(type) {
		case Frame:
			v.Payload = v.Payload.declared(longest)
			s[i] = v
		case Message:
			v.Payload = v.Payload.declared(longest)
			s[i] = v
		case Echo:
			v.Message.Payload = v.Message.Payload.declared(longest)
			s[i] = v
		}
	}
	return s
}

// Chopped is s with every frame sent in writes of n octets.
func (s Script) Chopped(n int) Script { return s.wired(Wire{Chop: n}) }

// Synced is s with every frame drained before the next is sent.
func (s Script) Synced() Script { return s.wired(Wire{Sync: true}) }

func (s Script) wired(w Wire) Script {
	s = slices.Clone(s)
	for i, step := range s {
		switch v := step.(type) {
		case Frame:
			v.Wire = w
			s[i] = v
		case Message:
			v.Wire = w
			s[i] = v
		}
	}
	return s
}

// A Duration is written "1s" or "500ms" in files.
type Duration time.Duration

// Second is the unit most waits and limits are written in.
const Second = Duration(time.Second)

// String is the notation of time.Duration.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText writes d as String does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what time.ParseDuration reads, but nothing negative.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err == nil && v < 0 {
		err = errNegative(b)
	}
	*d = Duration(v)
	return err
}
