package cases

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A claim is something a description says that the script must bear out.
type claim struct {
	says *regexp.Regexp        // its first group is the value
	does func(Script) []string // the values that occur in a script
	both bool                  // what occurs must be said, too
}

// claims are checked of every description.
var claims = []claim{
	{regexp.MustCompile(`\b(text|binary) (?:message|frame)`), opcodesIn, false},
	{regexp.MustCompile(`(?i)\b(ping|pong)s?\b`), opcodesIn, false},
	{regexp.MustCompile(`\b(continuation) frames?\b`), opcodesIn, false},
	{regexp.MustCompile(`RSV = (\d)`), rsvIn, true},
	{regexp.MustCompile(`\bopcode (\d+)`), reservedIn, true},
	{regexp.MustCompile(`\bcode (\d+)`), codesIn, false},
	{regexp.MustCompile(`(\d+) octets?\b`), sizesIn, false},
	{regexp.MustCompile(`writes of (\d+) octets`), chopsIn, false},
	{regexp.MustCompile(`fragments of (\d+) octets?`), fragmentsIn, true},
	{regexp.MustCompile(`pauses? of (\w+)`), waitsIn, false},
	{regexp.MustCompile(`(one octet) a write`), oneOctetAWrite, true},
	{regexp.MustCompile(`(on the wire before the next)`), syncedIn, true},
}

func TestDescriptionsClaimOnlyWhatTheScriptDoes(t *testing.T) {
	claimed := map[string]int{}
	for _, c := range Catalogue {
		for _, wrong := range falseClaims(c, claimed) {
			t.Error(wrong)
		}
	}
	for _, k := range claims {
		if claimed[k.says.String()] == 0 {
			t.Errorf("no description matches %s", k.says)
		}
	}
}

func TestOctetsInDescriptionsAreSent(t *testing.T) {
	spaced := regexp.MustCompile(`\b[0-9a-f]{2}( [0-9a-f]{2})+\b`)
	for _, c := range Catalogue {
		for _, octets := range spaced.FindAllString(c.Description, -1) {
			if want := (Payload{Hex: octets}).Octets(); !slices.ContainsFunc(framesOf(c.Script), func(f Frame) bool {
				return bytes.Contains(f.Payload.Octets(), want)
			}) {
				t.Errorf("%s: %q: octets %s are not in the script", c.ID, c.Description, octets)
			}
		}
	}
}

func TestAFalseClaimIsNoticed(t *testing.T) {
	for description, script := range map[string]Script{
		"A ping whose frame":               {Binary("Hello")},
		"A binary message":                 {Text("Hello")},
		"a continuation frame":             {Text("Hello")},
		"RSV = 6":                          {Text("").Reserved(5)},
		"nothing special":                  {Text("").Reserved(5)},
		"opcode 3":                         {Opcode(4, "")},
		"a close with code 1001.":          {closeNormal},
		"of 13 octets.":                    {Text("twelve octet")},
		"in writes of 997 octets.":         {Text("x").Chop(998)},
		"in fragments of 1300 octets.":     {Message{Fragment: 1301}},
		"a pause of 1s":                    {Wait{For: 2 * Second}},
		"one octet a write":                {Text("a").Chop(1), Text("b")},
		"each on the wire before the next": {Text("a").Sync(), Text("b")},
		"no word of the writes":            {Text("a").Chop(1)},
	} {
		if len(falseClaims(Case{Description: description, Script: script}, map[string]int{})) == 0 {
			t.Errorf("%q passes for %v", description, script)
		}
	}
}

// falseClaims says what in the description of c is not so, and counts in claimed what
// is said, by expression.
func falseClaims(c Case, claimed map[string]int) (wrong []string) {
	for _, k := range claims {
		var said []string
		for _, m := range k.says.FindAllStringSubmatch(c.Description, -1) {
			said = append(said, strings.ToLower(m[1]))
		}
		claimed[k.says.String()] += len(said)
		done := k.does(c.Script)
		for _, v := range said {
			if !slices.Contains(done, v) {
				wrong = append(wrong, fmt.Sprintf("%s: %q claims %q, but the script has %q for %s", c.ID, c.Description, v, done, k.says))
			}
		}
		for _, v := range done {
			if k.both && !slices.Contains(said, v) {
				wrong = append(wrong, fmt.Sprintf("%s: the script has %q for %s, of which %q says nothing", c.ID, v, k.says, c.Description))
			}
		}
	}
	return wrong
}

// framesOf are the frames of s as they are written, whole.
func framesOf(s Script) (list []Frame) {
	for _, step := range s {
		switch v := step.(type) {
		case Frame:
			list = append(list, v)
		case Split:
			list = append(list, v.Frame)
		case Message:
			list = append(list, Frame{Opcode: v.Opcode(), Payload: v.Payload, Wire: v.Wire})
		case SendClose:
			list = append(list, Frame{Opcode: OpClose, Payload: v.Payload})
		}
	}
	return list
}

// opcodesIn are the names of the opcodes.
func opcodesIn(s Script) (list []string) {
	for _, step := range s.frames() {
		for _, f := range framesOf(Script{step}) {
			list = append(list, f.Opcode.String())
		}
	}
	return list
}

// rsvIn are the reserved bits that are set.
func rsvIn(s Script) (list []string) {
	for _, f := range framesOf(s) {
		if f.RSV != 0 {
			list = append(list, fmt.Sprint(f.RSV))
		}
	}
	return list
}

// reservedIn are the reserved opcodes.
func reservedIn(s Script) (list []string) {
	for _, f := range framesOf(s) {
		if f.Opcode.Reserved() {
			list = append(list, fmt.Sprint(byte(f.Opcode)))
		}
	}
	return list
}

// codesIn are the close codes.
func codesIn(s Script) (list []string) {
	for _, f := range framesOf(s) {
		if b := f.Payload.Octets(); f.Opcode == OpClose && len(b) > 1 {
			list = append(list, fmt.Sprint(int(b[0])<<8|int(b[1])))
		}
	}
	return append(list, "1000") // the one we close with when all is well
}

// sizesIn are all numbers of octets: of payloads, writes and fragments.
func sizesIn(s Script) (list []string) {
	for _, f := range framesOf(s) {
		list = append(list, fmt.Sprint(f.Payload.Size()))
	}
	return append(list, slices.Concat(chopsIn(s), fragmentsIn(s))...)
}

// chopsIn are the octets per write.
func chopsIn(s Script) (list []string) {
	for _, f := range framesOf(s) {
		list = append(list, fmt.Sprint(f.Wire.Chop))
	}
	return list
}

// fragmentsIn are the octets per fragment.
func fragmentsIn(s Script) (list []string) {
	for _, step := range s {
		if m, ok := step.(Message); ok && m.Fragment > 0 {
			list = append(list, fmt.Sprint(m.Fragment))
		}
	}
	if len(list) > 0 {
		return list
	}
	// Fragments that are written out are claimed by their size when all have one.
	sizes := map[string]bool{}
	for _, f := range framesOf(s) {
		sizes[fmt.Sprint(f.Payload.Size())] = f.Opcode == OpContinuation
	}
	if len(sizes) == 1 && sizes["0"] {
		return []string{"0"}
	}
	return nil
}

// waitsIn are the pauses between frames.
func waitsIn(s Script) (list []string) {
	for _, step := range s {
		if w, ok := step.(Wait); ok {
			list = append(list, w.For.String())
		}
	}
	return list
}

// oneOctetAWrite is "one octet" if every frame is written so.
func oneOctetAWrite(s Script) []string { return wholly(s, Wire{Chop: 1}, "one octet") }

// syncedIn is its phrase if every frame is drained before the next.
func syncedIn(s Script) []string { return wholly(s, Wire{Sync: true}, "on the wire before the next") }

// wholly returns phrase if every frame of s is written like w.
func wholly(s Script, w Wire, phrase string) []string {
	frames := framesOf(s)
	for _, f := range frames {
		if f.Wire != w {
			return nil
		}
	}
	if len(frames) == 0 {
		return nil
	}
	return []string{phrase}
}
