package cases

import (
	"fmt"
	"slices"
)

// opcodes is chapter 4: the ten opcodes that RFC 6455 leaves undefined.
var opcodes = Chapter{
	Number: "4",
	Title:  "Opcodes",
	First:  35,
	Sections: []Section{
		{"4.1", "Reserved opcodes of data frames"},
		{"4.2", "Reserved opcodes of control frames"},
	},
	Cases: slices.Concat(
		reservedOpcodes("4.1", "data", 3),
		reservedOpcodes("4.2", "control", 11),
	),
}

// reservedOpcodes is a case for each of the five reserved opcodes from first on,
// alone at first, then behind a good message and ahead of a ping.
func reservedOpcodes(section, kind string, first Op) (list []Case) {
	const hello = "Hello, world!"
	for i, row := range []struct {
		description string
		script      Script
	}{
		{"and no payload", Script{Opcode(first, "")}},
		{"and a payload", Script{Opcode(first+1, "reserved opcode payload")}},
		{"and no payload, between a text message and a ping", Script{Text(hello), Opcode(first+2, ""), Ping("")}},
		{"and a payload, between a text message and a ping", Script{Text(hello), Opcode(first+3, hello), Ping("")}},
		{"and a payload, between a text message and a ping, one octet a write", Script{Text(hello), Opcode(first+4, hello), Ping("")}.Chopped(1)},
	} {
		c := Case{
			ID:          nth(section, i),
			Description: fmt.Sprintf("A frame with the reserved %s opcode %d %s.", kind, first+Op(i), row.description),
			Expectation: "The opcode is not defined: the peer MUST fail the connection.",
			Spec:        []string{"RFC 6455 5.2"},
			Script:      row.script,
			Accept:      Silence,
			Ending:      FailedByPeer(CodeProtocolError),
		}
		if len(c.Script) > 1 {
			c.Expectation = "The text message is echoed. " + c.Expectation
			c.Accept, c.Overrides = echoedFirst(hello), orNotAtAll(hello)
		}
		list = append(list, c)
	}
	return list
}
