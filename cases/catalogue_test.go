package cases

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// referenceChapters are the chapters of the reference that are in Catalogue.
var referenceChapters = []string{"1", "2", "3", "4", "5", "6", "7", "10"}

// lostReasons are the reasons of those `close` steps that have one. The
// recording does not show them; the reference's reports of these cases do.
var lostReasons = map[ID]string{
	"7.3.4": "Hello World!",
	"7.3.5": strings.Repeat("*", 123),
}

// sameFacts compares what a case does and accepts, not how that is written:
// payloads by octets, limits with defaults resolved, outcomes without comment.
var sameFacts = cmp.Options{
	cmp.Comparer(Payload.Equal),
	cmp.Comparer(func(a, b Limit) bool { return a.Time() == b.Time() && a.Close == b.Close }),
	cmp.FilterPath(func(p cmp.Path) bool {
		switch p.String() {
		case "Description", "Expectation", "Spec", "Accept.Says":
			return true
		}
		return false
	}, cmp.Ignore()),
}

func TestCatalogueIsTheReferencesInTheSameOrder(t *testing.T) {
	var got, want []ID
	for _, c := range Catalogue {
		got = append(got, c.ID)
	}
	for _, r := range readReference(t) {
		want = append(want, r.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ids of the catalogue (-reference +ours):\n%s", diff)
	}
	if len(got) != 247 {
		t.Errorf("%d cases, want 247", len(got))
	}
}

func TestEveryCaseDoesWhatTheReferenceDoes(t *testing.T) {
	for _, r := range readReference(t) {
		i := slices.IndexFunc(Catalogue, func(c Case) bool { return c.ID == r.ID })
		if i < 0 {
			t.Errorf("%s: not in the catalogue", r.ID)
			continue
		}
		want, err := r.translate()
		if err != nil {
			t.Fatalf("%s: %v", r.ID, err)
		}
		if diff := cmp.Diff(want, Catalogue[i], sameFacts); diff != "" {
			t.Errorf("%s (-reference +ours):\n%s", r.ID, diff)
		}
		if got := Number(r.ID); got != r.Index {
			t.Errorf("Number(%s) = %d, want %d", r.ID, got, r.Index)
		}
	}
}

func TestNumberOfAnUnknownCaseIsZero(t *testing.T) {
	for _, id := range []ID{"", "1.1.99", "14.1"} {
		if got := Number(id); got != 0 {
			t.Errorf("Number(%q) = %d, want 0", id, got)
		}
	}
}

func TestSameFactsNoticesEveryKindOfDifference(t *testing.T) {
	find := func(id ID) Case {
		return Catalogue[slices.IndexFunc(Catalogue, func(c Case) bool { return c.ID == id })]
	}
	for name, change := range map[string]func(*Case){
		"octets":     func(c *Case) { c.Script = Script{Binary("Hello, World!").Reserved(6)} },
		"rsv":        func(c *Case) { c.Script = Script{Binary("Hello, world!").Reserved(7)} },
		"fin":        func(c *Case) { c.Script = Script{Binary("Hello, world!").Reserved(6).More()} },
		"opcode":     func(c *Case) { c.Script = Script{Text("Hello, world!").Reserved(6)} },
		"chop":       func(c *Case) { c.Script = c.Script.Chopped(1) },
		"sync":       func(c *Case) { c.Script = c.Script.Synced() },
		"a step":     func(c *Case) { c.Script = append(slices.Clone(c.Script), Ping("")) },
		"limit":      func(c *Case) { c.Limit = FailAfter(2 * Second) },
		"limit kind": func(c *Case) { c.Limit = CloseAfter(1 * Second) },
		"events":     func(c *Case) { c.Accept = Exactly(GotPong("")) },
		"verdict":    func(c *Case) { c.Accept = []Outcome{{Verdict: NonStrict}} },
		"outcomes":   func(c *Case) { c.Accept = append(slices.Clone(c.Accept), Outcome{Verdict: NonStrict}) },
		"side":       func(c *Case) { c.Ending.Peer = false },
		"codes":      func(c *Case) { c.Ending.Codes = []uint16{1007} },
		"drop":       func(c *Case) { c.Ending.MayDrop = false },
		"auto close": func(c *Case) { c.Ending.NoAutoClose = true },
		"fatal":      func(c *Case) { c.Ending.Fatal = WrongSide },
		"grade":      func(c *Case) { c.Ending.Grade = Informational },
	} {
		c := find("3.6")
		change(&c)
		if cmp.Equal(find("3.6"), c, sameFacts) {
			t.Errorf("a change of %s goes unnoticed", name)
		}
	}
}

func TestEveryCaseIsWellFormed(t *testing.T) {
	clause := regexp.MustCompile(`^RFC (3629|6455) [1-9][0-9]*(\.[1-9][0-9]*)*$`)
	sentence := regexp.MustCompile(`(?s)^[A-Z].*[.)]$`)
	seen := map[ID]bool{}
	for _, c := range Catalogue {
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", c.ID, err)
		}
		if seen[c.ID] {
			t.Errorf("%s: more than one case has this id", c.ID)
		}
		seen[c.ID] = true
		if len(c.Spec) == 0 {
			t.Errorf("%s: no clause", c.ID)
		}
		for _, s := range c.Spec {
			if !clause.MatchString(s) {
				t.Errorf("%s: clause %q is not of the form \"RFC 6455 5.2\"", c.ID, s)
			}
		}
		texts := []string{c.Description, c.Expectation}
		for _, o := range c.Accept {
			if o.Says != "" {
				texts = append(texts, o.Says)
			}
		}
		for _, s := range texts {
			if !sentence.MatchString(s) {
				t.Errorf("%s: %q is no sentence", c.ID, s)
			}
			if strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf || r < ' ' }) {
				t.Errorf("%s: %q shows octets as glyphs", c.ID, s)
			}
		}
	}
}

func TestEveryCaseIsInOneSectionOfItsChapter(t *testing.T) {
	for _, chapter := range Chapters {
		for _, c := range chapter.Cases {
			if !strings.HasPrefix(string(c.ID), chapter.Number+".") {
				t.Errorf("%s is in chapter %s", c.ID, chapter.Number)
			}
			var in []string
			for _, s := range chapter.Sections {
				if strings.HasPrefix(string(c.ID), s.Number+".") {
					in = append(in, s.Number)
				}
			}
			if len(chapter.Sections) > 0 && len(in) != 1 {
				t.Errorf("%s is in sections %v", c.ID, in)
			}
		}
		for _, s := range chapter.Sections {
			if !slices.ContainsFunc(chapter.Cases, func(c Case) bool { return strings.HasPrefix(string(c.ID), s.Number+".") }) {
				t.Errorf("section %s (%s) has no cases", s.Number, s.Title)
			}
		}
	}
}

// A claim is something a description says that the script must bear out.
type claim struct {
	says *regexp.Regexp        // its first group is the value
	does func(Script) []string // the values that occur in a script
	both bool                  // what occurs must be said, too
}

var claims = []claim{
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

func falseClaims(c Case, claimed map[string]int) (wrong []string) {
	for _, k := range claims {
		var said []string
		for _, m := range k.says.FindAllStringSubmatch(c.Description, -1) {
			said = append(said, m[1])
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

func rsvIn(s Script) (list []string) {
	for _, f := range framesOf(s) {
		if f.RSV != 0 {
			list = append(list, fmt.Sprint(f.RSV))
		}
	}
	return list
}

func reservedIn(s Script) (list []string) {
	for _, f := range framesOf(s) {
		if f.Opcode.Reserved() {
			list = append(list, fmt.Sprint(byte(f.Opcode)))
		}
	}
	return list
}

func codesIn(s Script) (list []string) {
	for _, f := range framesOf(s) {
		if b := f.Payload.Octets(); f.Opcode == OpClose && len(b) > 1 {
			list = append(list, fmt.Sprint(int(b[0])<<8|int(b[1])))
		}
	}
	return append(list, "1000") // the one we close with when all is well
}

func sizesIn(s Script) (list []string) {
	for _, f := range framesOf(s) {
		list = append(list, fmt.Sprint(f.Payload.Size()))
	}
	return append(list, slices.Concat(chopsIn(s), fragmentsIn(s))...)
}

func chopsIn(s Script) (list []string) {
	for _, f := range framesOf(s) {
		list = append(list, fmt.Sprint(f.Wire.Chop))
	}
	return list
}

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

func waitsIn(s Script) (list []string) {
	for _, step := range s {
		if w, ok := step.(Wait); ok {
			list = append(list, w.For.String())
		}
	}
	return list
}

func oneOctetAWrite(s Script) []string { return wholly(s, Wire{Chop: 1}, "one octet") }

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

// A reference is one case of the recorded catalogue.
type reference struct {
	ID          ID                           `json:"id"`
	Index       int                          `json:"index"`
	Steps       []map[string]json.RawMessage `json:"steps"`
	Expected    map[Verdict][][]any          `json:"expected"`
	NoAutoClose bool                         `json:"no_auto_close"`
	DataLen     int                          `json:"data_len"` // the same as a step says
	Close       struct {
		ByFuzzer bool     `json:"closed_by_fuzzer"`
		Codes    []uint16 `json:"codes"`
		Clean    bool     `json:"require_clean"`
		Fatal    bool     `json:"wrong_endpoint_is_fatal"`
	} `json:"expected_close"`
}

// readReference reads the cases of referenceChapters.
func readReference(t *testing.T) (list []reference) {
	t.Helper()
	b, err := os.ReadFile(filepath.FromSlash("../testdata/autobahn/catalogue.json"))
	if err != nil {
		t.Fatal(err)
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		t.Fatal(err)
	}
	if len(raw) != 517 {
		t.Fatalf("the reference has 517 cases, the file %d", len(raw))
	}
	for _, b := range raw {
		var id struct{ ID string }
		if err := json.Unmarshal(b, &id); err != nil {
			t.Fatal(err)
		}
		if chapter, _, _ := strings.Cut(id.ID, "."); slices.Contains(referenceChapters, chapter) {
			list = append(list, read[reference](b))
		}
	}
	return list
}

// read decodes b; a fact it has no field for stops the test.
func read[T any](b []byte) (v T) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		panic(fmt.Sprintf("%v in %s", err, b))
	}
	return v
}

// octets are a payload of the recorded catalogue.
type octets struct {
	Hex    string `json:"hex"`
	Repeat string `json:"repeat_hex"`
	Len    int    `json:"len"`
}

func (o octets) payload() Payload {
	b, err := hex.DecodeString(o.Hex + o.Repeat)
	if err != nil {
		panic(err)
	}
	if o.Repeat != "" {
		return Repeat(string(b), o.Len)
	}
	if len(b) != o.Len {
		panic(fmt.Sprintf("%d octets of hex, want %d", len(b), o.Len))
	}
	return Of(string(b))
}

// translate is r as a case, without its prose.
func (r reference) translate() (Case, error) {
	c := Case{ID: r.ID, Ending: Ending{
		Peer:        !r.Close.ByFuzzer,
		MayDrop:     !r.Close.Clean,
		NoAutoClose: r.NoAutoClose,
	}}
	if !slices.Equal(r.Close.Codes, []uint16{1000}) {
		c.Ending.Codes = r.Close.Codes
	}
	section := strings.Join(strings.Split(string(r.ID), ".")[:2], ".")
	switch {
	case r.ID == "7.1.6" || section == "7.13":
		c.Ending.Grade = Informational
	case slices.Contains([]string{"7.1", "7.3", "7.7", "7.9"}, section):
		c.Ending.Fatal = WrongCode
	case r.Close.Fatal:
		c.Ending.Fatal = WrongSide
	}
	for _, v := range Verdicts {
		events, ok := r.Expected[v]
		if !ok {
			continue
		}
		delete(r.Expected, v)
		o := Outcome{Verdict: v}
		for _, e := range events {
			event, err := translateEvent(e)
			if err != nil {
				return c, err
			}
			o.Events = append(o.Events, event)
		}
		c.Accept = append(c.Accept, o)
	}
	if len(r.Expected) > 0 {
		return c, fmt.Errorf("verdicts without a translation: %v", r.Expected)
	}
	return c, r.translateSteps(&c)
}

func translateEvent(e []any) (Event, error) {
	payload := func() Payload {
		b, _ := json.Marshal(e[1])
		return read[octets](b).payload()
	}
	switch kind := e[0]; {
	case kind == "message" && e[2] == false:
		return Got{OpText, payload()}, nil
	case kind == "message" && e[2] == true:
		return Got{OpBinary, payload()}, nil
	case kind == "pong":
		return Got{OpPong, payload()}, nil
	case kind == "timeout":
		return Mark{string(payload().Octets())}, nil
	}
	return nil, fmt.Errorf("event without a translation: %v", e)
}

func (r reference) translateSteps(c *Case) error {
	var split *Split // between begin_message and end_message
	var within strings.Builder
	for i, step := range r.Steps {
		for name, body := range step {
			switch name {
			case "frame":
				c.Script = append(c.Script, translateFrame(body))
			case "message":
				c.Script = append(c.Script, translateMessage(body))
			case "close":
				c.Script = append(c.Script, SendClose{Close(read[uint16](body), lostReasons[r.ID])})
			case "close_frame":
				c.Script = append(c.Script, translateClose(body))
			case "pause":
				p := read[struct {
					Delay float64 `json:"delay"`
					Tag   string  `json:"tag"`
				}](body)
				w := Wait{For: seconds(p.Delay), Mark: p.Tag}
				if split != nil {
					split.Pauses = append(split.Pauses, Pause{within.Len(), w})
				} else {
					c.Script = append(c.Script, w)
				}
			case "begin_message":
				split = &Split{Frame: Text("").More()}
				if read[struct{ Binary bool }](body).Binary {
					split.Frame.Opcode = OpBinary
				}
			case "begin_frame":
				within.Reset()
			case "frame_data":
				within.Write(read[octets](body).payload().Octets())
			case "end_message":
				split.Frame.Payload = Of(within.String())
				c.Script = append(c.Script, *split, Continue(""))
				split = nil
			case "fail_after", "close_after":
				if i != len(r.Steps)-1 {
					return fmt.Errorf("%s is not the last step", name)
				}
				c.Limit = Limit{After: seconds(read[float64](body)), Close: name == "close_after"}
			default:
				return fmt.Errorf("step without a translation: %s", name)
			}
		}
	}
	return nil
}

func translateFrame(body json.RawMessage) Frame {
	f := read[struct {
		Op       byte   `json:"op"`
		FIN      *bool  `json:"fin"`
		RSV      byte   `json:"rsv"`
		Payload  octets `json:"payload"`
		RepeatTo int    `json:"repeat_to_len"`
		Chop     int    `json:"chop"`
		Sync     bool   `json:"sync"`
	}](body)
	out := Frame{
		Opcode:  Op(f.Op),
		NoFIN:   f.FIN != nil && !*f.FIN,
		RSV:     f.RSV,
		Payload: f.Payload.payload(),
		Wire:    Wire{Chop: f.Chop, Sync: f.Sync},
	}
	if f.RepeatTo > 0 {
		out.Payload.Len = f.RepeatTo
	}
	return out
}

func translateMessage(body json.RawMessage) Message {
	m := read[struct {
		Binary       bool   `json:"binary"`
		Payload      octets `json:"payload"`
		Fragment     int    `json:"fragment"`
		AutoFragment int    `json:"autofragment"`
	}](body)
	return Message{Binary: m.Binary, Payload: m.Payload.payload(), Fragment: max(m.Fragment, m.AutoFragment)}
}

func translateClose(body json.RawMessage) SendClose {
	f := read[struct {
		Code   *uint16 `json:"code"`
		Reason *octets `json:"reason"`
	}](body)
	var b []byte
	if f.Code != nil {
		b = Close(*f.Code, "").Octets()
	}
	if f.Reason != nil {
		b = append(b, f.Reason.payload().Octets()...)
	}
	return SendClose{Of(string(b))}
}

func seconds(s float64) Duration { return Duration(s * float64(Second)) }
