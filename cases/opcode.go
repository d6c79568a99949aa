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

// opNames are the opcodes that RFC 6455 defines.
var opNames = map[Op]string{
	OpContinuation: "continuation", OpText: "text", OpBinary: "binary",
	OpClose: "close", OpPing: "ping", OpPong: "pong",
}

// Control reports whether o is the opcode of a control frame, known or reserved.
func (o Op) Control() bool { return o&8 != 0 }

// Reserved reports whether RFC 6455 leaves o undefined.
func (o Op) Reserved() bool { return opNames[o] == "" }

// String names o, or shows a reserved opcode in hex.
func (o Op) String() string {
	if name, ok := opNames[o]; ok {
		return name
	}
	return fmt.Sprintf("%#x", byte(o))
}

// MarshalText writes o as String does.
func (o Op) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name or a number below 16.
func (o *Op) UnmarshalText(b []byte) error {
	for op, name := range opNames {
		if name == string(b) {
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
