package cases

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A claim is something a description says that the case must bear out.
type claim struct {
	says *regexp.Regexp      // its first group is the value
	does func(Case) []string // the values that occur in a case
	both bool                // what occurs must be said, too
}

// claims are checked of every description.
var claims = []claim{
	{regexp.MustCompile(`\b(text|binary) (?:message|frame)`), scripted(opcodesIn), false},
	{regexp.MustCompile(`(?i)\b(ping|pong)s?\b`), scripted(opcodesIn), false},
	{regexp.MustCompile(`\b(continuation) frames?\b`), scripted(opcodesIn), false},
	{regexp.MustCompile(`RSV = (\d)`), scripted(rsvIn), true},
	{regexp.MustCompile(`\bopcode (\d+)`), scripted(reservedIn), true},
	{regexp.MustCompile(`\bcode (\d+)`), scripted(codesIn), false},
	{regexp.MustCompile(`(\d+) octets?\b`), scripted(sizesIn), false},
	{regexp.MustCompile(`(\d+) characters\b`), scripted(charactersIn), true},
	{regexp.MustCompile(`writes of (\d+) octets`), scripted(chopsIn), false},
	{regexp.MustCompile(`fragments of (\d+) octets?`), scripted(fragmentsIn), true},
	{regexp.MustCompile(`(in one frame)\b`), scripted(inOneFrame), false},
	{regexp.MustCompile(`pauses? of (\w+)`), scripted(waitsIn), false},
	{regexp.MustCompile(`(one octet) a write`), scripted(oneOctetAWrite), true},
	{regexp.MustCompile(`(on the wire before the next)`), scripted(syncedIn), true},

	// Of many messages and compression.
	{regexp.MustCompile(`^(\d+) (?:compressed )?(?:text|binary) messages\b`), scripted(countsIn), true},
	{regexp.MustCompile(`(each sent when the last has come back)`), scripted(oneAfterAnother), true},
	{regexp.MustCompile(`\b(compressed)\b`), compressedIn, true},
	{regexp.MustCompile(`of (JSON|a grey bitmap|German prose|an HTML page|a PDF file)\b`), scripted(corporaIn), true},
	{regexp.MustCompile(`; (the default parameters)\.`), unaskedIn, true},
	{regexp.MustCompile(`\b(?:window of|forget its) (\d+|window)`), windowsIn, true},
	{regexp.MustCompile(`\b(forget|no context takeover)\b`), forgetfulIn, false},
	{regexp.MustCompile(`\b(one|two|three|four) offers?\b`), offersIn, true},
}

// scripted is a claim about the script only.
func scripted(does func(Script) []string) func(Case) []string {
	return func(c Case) []string { return does(c.Script) }
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

func TestAFalseClaimAboutMessagesThatComeBackIsNoticed(t *testing.T) {
	const good = "9 compressed text messages of 20 characters of JSON, in fragments of 5 octets, each sent when the last has come back; the default parameters."
	at := func(change func(*Case, *Echo)) Case {
		c := Case{Description: good, Deflate: defaultDeflate}
		e := Echo{Count: 9, Message: Message{Payload: Corpus("json", 20), Fragment: 5}}
		change(&c, &e)
		c.Script = Script{e}
		return c
	}
	says := func(old, new string) Case {
		return at(func(c *Case, _ *Echo) { c.Description = strings.Replace(c.Description, old, new, 1) })
	}
	asks := func(d *Deflate) Case { return at(func(c *Case, _ *Echo) { c.Deflate = d }) }
	nine := offering(DeflateParams{ServerMaxWindowBits: 9})
	peer := func(s string) func(*Case, *Echo) {
		return func(c *Case, _ *Echo) { c.Description = strings.Replace(c.Description, "the default parameters", s, 1) }
	}
	if wrong := falseClaims(at(func(*Case, *Echo) {}), map[string]int{}); len(wrong) > 0 {
		t.Errorf("all is well, but: %s", wrong)
	}
	for name, c := range map[string]Case{
		"count":             at(func(_ *Case, e *Echo) { e.Count = 10 }),
		"no count":          says("9 compressed", "Many compressed"),
		"type":              says("text", "binary"),
		"binary":            at(func(_ *Case, e *Echo) { e.Message.Binary = true }),
		"characters":        says("20", "21"),
		"octets":            says("20 characters", "20 octets"),
		"corpus":            says("JSON", "an HTML page"),
		"no corpus":         says("JSON", "something"),
		"fragment":          says("5 octets", "6 octets"),
		"no fragment":       says(", in fragments of 5 octets", ""),
		"one frame":         says("fragments of 5 octets", "one frame"),
		"all at once":       says(", each sent when the last has come back", ""),
		"once":              at(func(_ *Case, e *Echo) { e.Count = 1 }),
		"plain":             says(" compressed", ""),
		"not compressed":    asks(nil),
		"parameters":        asks(nine),
		"takeover":          asks(offering(DeflateParams{ServerNoContextTakeover: true})),
		"a window":          at(peer("the peer is to use a window of 9 bits")),
		"another window":    func() Case { c := at(peer("the peer is to use a window of 10 bits")); c.Deflate = nine; return c }(),
		"a window, forgets": func() Case { c := at(peer("a window of 9 bits and to forget it")); c.Deflate = nine; return c }(),
		"offers":            at(peer("three offers")),
		"untold offers":     asks(offering(DeflateParams{}, DeflateParams{})),
	} {
		if len(falseClaims(c, map[string]int{})) == 0 {
			t.Errorf("%s: %q passes for %v and %v", name, c.Description, c.Script, c.Deflate)
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
		done := k.does(c)
		for _, v := range said {
			if !slices.Contains(done, v) {
				wrong = append(wrong, fmt.Sprintf("%s: %q claims %q, but the case has %q for %s", c.ID, c.Description, v, done, k.says))
			}
		}
		for _, v := range done {
			if k.both && !slices.Contains(said, v) {
				wrong = append(wrong, fmt.Sprintf("%s: the case has %q for %s, of which %q says nothing", c.ID, v, k.says, c.Description))
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
		case Echo:
			list = append(list, framesOf(Script{v.Message})...)
		case SendClose:
			list = append(list, Frame{Opcode: OpClose, Payload: v.Payload})
		}
	}
	return list
}

// messagesOf are the messages of s that are not written as frames.
func messagesOf(s Script) (list []Message) {
	for _, step := range s {
		switch v := step.(type) {
		case Message:
			list = append(list, v)
		case Echo:
			list = append(list, v.Message)
		}
	}
	return list
}

// opcodesIn are the names of the opcodes.
func opcodesIn(s Script) (list []string) {
	for _, f := range framesOf(s) {
		list = append(list, f.Opcode.String())
	}
	for _, m := range messagesOf(s) {
		if m.Fragment > 0 && m.Fragment < m.Payload.Size() {
			list = append(list, OpContinuation.String())
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
		if f.Payload.Corpus == "" || f.Opcode == OpBinary {
			list = append(list, fmt.Sprint(f.Payload.Size()))
		}
	}
	return append(list, slices.Concat(chopsIn(s), fragmentsIn(s))...)
}

// charactersIn are the numbers of characters of texts that are cut by them.
func charactersIn(s Script) (list []string) {
	for _, m := range messagesOf(s) {
		if m.Payload.Corpus != "" && !m.Binary {
			list = append(list, fmt.Sprint(m.Payload.Len))
		}
	}
	return list
}

// inOneFrame is its phrase if there is a message in a frame of its own.
func inOneFrame(s Script) []string {
	for _, m := range messagesOf(s) {
		if m.Fragment == 0 || m.Fragment >= m.Payload.Size() {
			return []string{"in one frame"}
		}
	}
	for _, step := range s {
		switch v := step.(type) {
		case Frame:
			if !v.NoFIN && v.Opcode != OpContinuation {
				return []string{"in one frame"}
			}
		case Split:
			return []string{"in one frame"}
		}
	}
	return nil
}

// countsIn are how often messages are sent that are sent more than once.
func countsIn(s Script) (list []string) {
	for _, step := range s {
		if e, ok := step.(Echo); ok && e.Count > 1 {
			list = append(list, fmt.Sprint(e.Count))
		}
	}
	return list
}

// oneAfterAnother is its phrase if there are such messages.
func oneAfterAnother(s Script) []string {
	if len(countsIn(s)) == 0 {
		return nil
	}
	return []string{"each sent when the last has come back"}
}

// corporaIn are what messages are cut from, in words and in small letters.
func corporaIn(s Script) (list []string) {
	words := map[string]string{
		"json": "json", "bitmap": "a grey bitmap", "prose": "german prose", "html": "an html page", "pdf": "a pdf file",
	}
	for _, m := range messagesOf(s) {
		if m.Payload.Corpus != "" {
			list = append(list, words[m.Payload.Corpus])
		}
	}
	return list
}

// compressedIn is its word if messages are compressed.
func compressedIn(c Case) []string {
	if c.Deflate == nil {
		return nil
	}
	return []string{"compressed"}
}

// asked are what c wants of the peer, as if that were the server.
func asked(c Case) []DeflateParams {
	if c.Deflate == nil {
		return nil
	}
	return c.Deflate.Offer
}

// unaskedIn is its phrase if c wants compression and nothing else.
func unaskedIn(c Case) []string {
	list := asked(c)
	if len(list) != 1 || list[0].ServerNoContextTakeover || list[0].ServerMaxWindowBits != 0 {
		return nil
	}
	return []string{"the default parameters"}
}

// windowsIn are the bits of the window that c wants, or "window" if only it is to
// be forgotten.
func windowsIn(c Case) (list []string) {
	for _, p := range asked(c)[:min(1, len(asked(c)))] {
		switch {
		case p.ServerMaxWindowBits != 0:
			list = append(list, fmt.Sprint(p.ServerMaxWindowBits))
		case p.ServerNoContextTakeover:
			list = append(list, "window")
		}
	}
	return list
}

// forgetfulIn are its words if the window is to be forgotten.
func forgetfulIn(c Case) []string {
	if list := asked(c); len(list) == 0 || !list[0].ServerNoContextTakeover {
		return nil
	}
	return []string{"forget", "no context takeover"}
}

// offersIn is the number of offers, if there are several.
func offersIn(c Case) []string {
	if n := len(asked(c)); n > 1 && n < 5 {
		return []string{[]string{2: "two", 3: "three", 4: "four"}[n]}
	}
	return nil
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
	for _, m := range messagesOf(s) {
		if m.Fragment > 0 {
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
