package wire

import (
	"encoding/binary"

	"gobahn/cases"
)

// MaxHeader is the length in octets of the longest frame header.
const MaxHeader = 14

// A Header is a frame header as on the wire (RFC 6455 5.2).
type Header struct {
	FIN    bool
	RSV    byte // three bits, RSV1 is 4
	Opcode cases.Op
	Masked bool
	Key    [4]byte // masking key, if Masked
	Length uint64  // the value of the length field
	Bits   int     // the form it is written in: 7, 16 or 64; 0 when encoding: the shortest
}

// Append appends the octets of h to dst.
func (h Header) Append(dst []byte) []byte {
	first := byte(h.Opcode)&0xF | h.RSV&7<<4
	if h.FIN {
		first |= 0x80
	}
	var mask byte
	if h.Masked {
		mask = 0x80
	}
	bits := h.Bits
	if bits == 0 {
		bits = cases.LengthBits(h.Length)
	}
	switch bits {
	case 7:
		dst = append(dst, first, mask|byte(h.Length)&0x7F)
	case 16:
		dst = append(dst, first, mask|126)
		dst = binary.BigEndian.AppendUint16(dst, uint16(h.Length))
	default:
		dst = append(dst, first, mask|127)
		dst = binary.BigEndian.AppendUint64(dst, h.Length)
	}
	if h.Masked {
		dst = append(dst, h.Key[:]...)
	}
	return dst
}

// Faults are the ways in which a header breaks RFC 6455, as a set of bits.
type Faults uint16

// The faults of a header.
const (
	FaultRSV           Faults = 1 << iota // a reserved bit is set and no extension gives it a meaning (5.2, RFC 7692 6)
	FaultOpcode                           // the opcode is reserved (5.2)
	FaultControlFIN                       // a control frame is fragmented (5.5)
	FaultControlLength                    // a control frame has more than 125 octets (5.5)
	FaultContinuation                     // a continuation frame continues nothing (5.4)
	FaultInterrupted                      // a data frame begins before the last message has ended (5.4)
	FaultUnmasked                         // a client's frame is not masked (5.1)
	FaultMasked                           // a server's frame is masked (5.1)
	FaultLengthForm                       // the length is not in its shortest form (5.2)
	FaultLengthSign                       // the most significant bit of a 64-bit length is set (5.2)
)

// A Context is what the faults of a header depend on.
type Context struct {
	FromClient bool // the sender is a client, and has to mask
	AnyMask    bool // masked or not, both will do
	InMessage  bool // a fragmented message has begun and not ended
	Compressed bool // permessage-deflate was negotiated: RSV1 has a meaning in the first frame of a message
}

// Faults returns everything that is wrong with h.
func (h Header) Faults(c Context) (f Faults) {
	set := func(cond bool, fault Faults) {
		if cond {
			f |= fault
		}
	}
	control := h.Opcode.Control()
	meant := byte(0)
	if c.Compressed && (h.Opcode == cases.OpText || h.Opcode == cases.OpBinary) {
		meant = 4 // RFC 7692 6
	}
	set(h.RSV&^meant != 0, FaultRSV)
	set(h.Opcode.Reserved(), FaultOpcode)
	set(control && !h.FIN, FaultControlFIN)
	set(control && h.Length > 125, FaultControlLength)
	set(h.Opcode == cases.OpContinuation && !c.InMessage, FaultContinuation)
	set((h.Opcode == cases.OpText || h.Opcode == cases.OpBinary) && c.InMessage, FaultInterrupted)
	set(c.FromClient && !h.Masked && !c.AnyMask, FaultUnmasked)
	set(!c.FromClient && h.Masked && !c.AnyMask, FaultMasked)
	set(h.Bits > cases.LengthBits(h.Length), FaultLengthForm)
	set(h.Length>>63 != 0, FaultLengthSign)
	return f
}
