package fuzzer

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"gobahn/cases"
)

// maxCommandOctets is how many octets a command may have sent.
const maxCommandOctets = 16 << 20

// maxCommandWrites is how many writes may wait when a further command comes.
const maxCommandWrites = 1 << 16

// directCommands plays the commands that come as text messages: a client that
// connects to a resource with no other meaning decides what we send. Each is a JSON
// array of the command's name and its arguments, as in the reference.
func directCommands() *conversation { return &conversation{message: parseCommand} }

// A frameCommand is the arguments of a frame to be sent. Those left out ask for
// what the RFC asks for.
type frameCommand struct {
	Opcode     byte   `json:"opcode"`
	Payload    string `json:"payload"`
	FIN        *bool  `json:"fin"`         // absent: set
	RSV        byte   `json:"rsv"`         // three bits, RSV1 is 4
	Mask       string `json:"mask"`        // eight hex digits, or four octets; empty: as our role wants it
	PayloadLen *int   `json:"payload_len"` // the payload is repeated, and cut, to so many octets
	ChopSize   int    `json:"chopsize"`    // octets a write; 0: all
	Sync       bool   `json:"sync"`        // on the wire before the next
}

// parseCommand is the steps a command asks for.
func parseCommand(text string) (cases.Script, error) {
	var command []json.RawMessage
	if err := json.Unmarshal([]byte(text), &command); err != nil || len(command) == 0 {
		return nil, fmt.Errorf(`want a JSON array that begins with the name of a command, like ["echo", {"payload": "a"}]`)
	}
	var name string
	if err := json.Unmarshal(command[0], &name); err != nil {
		return nil, fmt.Errorf("the name of a command is a string, not %.40s", command[0])
	}
	if len(command) == 1 {
		command = append(command, json.RawMessage("{}"))
	}
	switch name {
	case "echo", "sendframe":
		var f frameCommand
		if err := json.Unmarshal(command[1], &f); err != nil {
			return nil, commandError(name, err)
		}
		if name == "echo" {
			f = frameCommand{Opcode: byte(cases.OpText), Payload: f.Payload, PayloadLen: f.PayloadLen}
		}
		return framesOf(name, f)
	case "sendframes":
		var list []frameCommand
		if err := json.Unmarshal(command[1], &list); err != nil {
			return nil, commandError(name, err)
		}
		return framesOf(name, list...)
	case "close":
		return closeOf(command[1])
	}
	return nil, fmt.Errorf("unknown command %.40q: want echo, sendframe, sendframes or close", name)
}

func commandError(name string, err error) error { return fmt.Errorf("command %s: %w", name, err) }

// framesOf is the frames that a command asks for.
func framesOf(name string, list ...frameCommand) (script cases.Script, err error) {
	if len(list) > maxCommandWrites {
		return nil, fmt.Errorf("command %s: %d frames, want %d at most", name, len(list), maxCommandWrites)
	}
	total := 0
	for _, f := range list {
		frame, err := f.frame()
		if err != nil {
			return nil, commandError(name, err)
		}
		if total += frame.Payload.Size(); total > maxCommandOctets {
			return nil, fmt.Errorf("command %s: more than %d octets", name, maxCommandOctets)
		}
		script = append(script, frame)
	}
	return script, nil
}

func (c frameCommand) frame() (f cases.Frame, err error) {
	f = cases.Frame{Opcode: cases.Op(c.Opcode), RSV: c.RSV, Payload: cases.Of(c.Payload)}
	f.NoFIN = c.FIN != nil && !*c.FIN
	f.Wire = cases.Wire{Chop: c.ChopSize, Sync: c.Sync}
	switch {
	case c.RSV > 7:
		return f, fmt.Errorf("rsv %d: want three bits, 0 to 7", c.RSV)
	case c.Opcode > 15:
		return f, fmt.Errorf("opcode %d: want four bits, 0 to 15", c.Opcode)
	case c.ChopSize < 0:
		return f, fmt.Errorf("chopsize %d: want 0 or more octets", c.ChopSize)
	}
	if n := c.PayloadLen; n != nil {
		switch {
		case *n < 0 || *n > maxCommandOctets:
			return f, fmt.Errorf("payload_len %d: want 0 to %d octets", *n, maxCommandOctets)
		case *n > 0 && c.Payload == "":
			return f, fmt.Errorf("payload_len %d: there is no payload to repeat", *n)
		}
		if f.Payload = cases.Of(""); *n > 0 {
			f.Payload = cases.Repeat(c.Payload, *n)
		}
	}
	if c.Mask != "" {
		key, err := hex.DecodeString(c.Mask)
		if err != nil || len(key) != 4 {
			key = []byte(c.Mask)
		}
		if len(key) != 4 {
			return f, fmt.Errorf("mask %.40q: want eight hex digits", c.Mask)
		}
		masked := true
		f.Mask = cases.Mask{Bit: &masked, Key: hex.EncodeToString(key)}
	}
	return f, nil
}

// closeOf is the closing handshake that a command asks for.
func closeOf(args json.RawMessage) (cases.Script, error) {
	var c struct {
		Code   *uint16 `json:"code"`
		Reason string  `json:"reason"`
	}
	if err := json.Unmarshal(args, &c); err != nil {
		return nil, commandError("close", err)
	}
	payload := cases.Payload{}
	switch {
	case c.Code != nil && len(c.Reason) > 123:
		return nil, fmt.Errorf("command close: a reason of %d octets, a close frame has room for 123", len(c.Reason))
	case c.Code != nil:
		payload = cases.Close(*c.Code, c.Reason)
	case c.Reason != "":
		return nil, fmt.Errorf("command close: a reason needs a code")
	}
	return cases.Script{cases.SendClose{Payload: payload}}, nil
}
