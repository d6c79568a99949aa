package fuzzer

import (
	"strings"
	"testing"

	"gobahn/cases"
)

// FuzzCommand wants steps that can be played, of bounded size, or an error of every
// command.
func FuzzCommand(f *testing.F) {
	for _, seed := range []string{
		`["echo", {"payload": "a", "payload_len": 3}]`, `["sendframe", {"opcode": 9, "rsv": 7, "mask": "01020304", "fin": false, "chopsize": 1, "sync": true}]`,
		`["sendframes", [{}, {"opcode": 15, "payload_len": 16777216, "payload": "ab"}]]`, `["close", {"code": 1000, "reason": "bye"}]`,
		`["close"]`, `["close", {"reason": "x"}]`, `["sendframe", {"opcode": 16}]`, `[1]`, `[]`, `["echo", null]`, `["sendframe", {"mask": "éé"}]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		script, err := parseCommand(text)
		if err != nil {
			if script != nil || err.Error() == "" || len(err.Error()) > 500 {
				t.Errorf("%q: %v, an error of %d octets: %v", text, script, len(err.Error()), err)
			}
			return
		}
		if err := (cases.Case{ID: "x", Script: script}).Validate(); err != nil {
			t.Errorf("%q cannot be played: %v", text, err)
		}
		total := 0
		for _, step := range script {
			switch v := step.(type) {
			case cases.Frame:
				total += v.Payload.Size()
			case cases.SendClose:
				if v.Payload.Size() > 125 {
					t.Errorf("%q closes with %d octets", text, v.Payload.Size())
				}
			}
		}
		if total > maxCommandOctets || len(script) > strings.Count(text, "{")+1 {
			t.Errorf("%q has %d steps with %d octets", text, len(script), total)
		}
	})
}

// A frame without a payload costs two octets of a command, and much more in memory until
// it has left.
func TestACommandMayAskForSoManyFramesOnly(t *testing.T) {
	for _, n := range []int{maxCommandWrites, maxCommandWrites + 1} {
		script, err := parseCommand(`["sendframes", [{}` + strings.Repeat(",{}", n-1) + `]]`)
		if allowed := n <= maxCommandWrites; (err == nil) != allowed || allowed != (len(script) == n) {
			t.Errorf("%d frames: %d steps, %v", n, len(script), err)
		}
	}
}
