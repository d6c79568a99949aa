package cases

import (
	"fmt"
	"strconv"
)

// An Op is an opcode, four bits (RFC 6455 5.2). In files and notation the known
// ones are written by name, the reserved ones in hex.
type Op byte

// The opcodes that RFC 6455 defines.
const (
	OpContinuation Op = 0x0
	OpText         Op = 0x1
	OpBinary       Op = 0x2
	OpClose        Op = 0x8
	OpPing         Op = 0x9
	OpPong         Op = 0xA
)

// name is what RFC 6455 calls o; empty: it leaves o undefined. A switch and not
// a map, because the catalogue asks for names while the package is initialised.
func (o Op) name() string {
	switch o {
	case OpContinuation:
		return "continuation"
	case OpText:
		return "text"
	case OpBinary:
		return "binary"
	case OpClose:
		return "close"
	case OpPing:
		return "ping"
	case OpPong:
		return "pong"
	}
	return ""
}

// Control reports whether o is the opcode of a control frame, known or reserved.
func (o Op) Control() bool { return o&8 != 0 }

// Reserved reports whether RFC 6455 leaves o undefined.
func (o Op) Reserved() bool { return o.name() == "" }

// String names o, or shows a reserved opcode in hex.
func (o Op) String() string {
	if name := o.name(); name != "" {
		return name
	}
	return fmt.Sprintf("%#x", byte(o))
}

// MarshalText writes o as String does.
func (o Op) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name or a number below 16.
func (o *Op) UnmarshalText(b []byte) error {
	for op := range Op(16) {
		if name := op.name(); name != "" && name == string(b) {
			*o = op
			return nil
		}
	}
	n, err := strconv.ParseUint(string(b), 0, 4)
	if err != nil {
		return fmt.Errorf("opcode %q: want a name (text, ping, …) or a number below 16", b)
	}
	*o = Op(n)
	return nil
}
