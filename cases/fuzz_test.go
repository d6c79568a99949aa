package cases

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzDecode checks that reading a case file never panics, and that what it
// reads is written so that it is read as the same case again.
func FuzzDecode(f *testing.F) {
	for _, c := range append([]Case{{ID: "every/kind", Script: everyStep, Accept: Exactly(everyEvent...)}}, sampled()...) {
		f.Add(encode(f, c))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		c, err := Decode(bytes.NewReader(file))
		if err != nil {
			return
		}
		once := encode(t, c)
		back, err := Decode(bytes.NewReader(once))
		if err != nil {
			t.Fatalf("%v\nread from %s\nwritten   %s", err, file, once)
		}
		if again := encode(t, back); !bytes.Equal(once, again) {
			t.Fatalf("written as\n%s\nthen as\n%s", once, again)
		}
	})
}

// FuzzJudge checks that no observation of any case makes Judge, Explain, Predict
// or Simplify panic or waver.
func FuzzJudge(f *testing.F) {
	for i, c := range sampled() {
		var events Events
		if len(c.Accept) > 0 {
			events = c.Accept[0].Events
		}
		o := []Observation{observed(events...), failedByPeer(1002, events...), dropped(), ignored(everyEvent...)}[i%4]
		f.Add(encode(f, c), encode(f, o))
	}
	f.Add(encode(f, Case{ID: "every/kind", Script: everyStep}), encode(f, Observation{Faults: []string{"x"}, Lost: 1}))
	f.Fuzz(func(t *testing.T, file, observation []byte) {
		c, err := Decode(bytes.NewReader(file))
		if err != nil || large(c.Script) {
			return
		}
		var o Observation
		if err := json.Unmarshal(observation, &o); err != nil {
			return
		}
		for _, e := range o.Events {
			if g, ok := e.(Got); ok && g.Payload.Size() > 1<<20 {
				return
			}
		}
		before := encode(t, o)
		r := Judge(c, o)
		if diff := cmp.Diff(r, Judge(c, o)); diff != "" {
			t.Fatalf("judged otherwise the second time:\n%s", diff)
		}
		if r.Verdict == "" || r.CloseVerdict == "" || r.Says == "" || r.CloseSays == "" {
			t.Fatalf("half a result: %+v", r)
		}
		if (r.Explain(c, o) == "") != (r.Headline == "") {
			t.Fatalf("headline %q, explanation %q", r.Headline, r.Explain(c, o))
		}
		if after := encode(t, o); !bytes.Equal(before, after) {
			t.Fatalf("observation changed from\n%s\nto\n%s", before, after)
		}
		if diff := cmp.Diff(predict(c.Script), predict(c.Script)); diff != "" {
			t.Fatalf("predicted otherwise the second time:\n%s", diff)
		}
		for s := range Simplify(c.Script) {
			if err := (Case{ID: c.ID, Script: s}).Validate(); err != nil {
				t.Fatalf("simplified to what cannot be played: %v", err)
			}
		}
	})
}

// FuzzPayload checks that what a payload is read from says which octets it describes, and
// that writing and describing it keep them.
func FuzzPayload(f *testing.F) {
	for _, seed := range []string{
		`"Hello"`, `{"hex": "00 ff", "len": 5}`, `{"corpus": "json", "len": 70}`, `{"any": true, "len": 3}`, `{"text": "é\u0000", "len": 3}`,
		`{"text": "ab", "len": 9, "sha256": "00"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		var p, back Payload
		if json.Unmarshal(file, &p) != nil {
			return
		}
		once := encode(t, p)
		if err := json.Unmarshal(once, &back); err != nil || back != p {
			t.Fatalf("%s is read as %+v, want %+v: %v", once, back, p, err)
		}
		if n := len(p.String()); n > 500 {
			t.Errorf("%s is shown in %d octets", once, n)
		}
		if !p.Equal(back) {
			t.Errorf("%s does not equal itself", once)
		}
		if p.Any || p.SHA256 != "" || p.Size() > 1<<20 {
			return
		}
		octets := p.Octets()
		if len(octets) != p.Size() {
			t.Errorf("%s: %d octets, want %d", once, len(octets), p.Size())
		}
		if q := Describe(octets); !q.Equal(p) || !p.Equal(q) || !p.Equal(Of(string(octets))) {
			t.Errorf("%s and %+v, which was made of its octets, differ", once, q)
		}
	})
}

// FuzzObservation checks that what an observation is read from is read as the same again
// when it is written, the wire log with it.
func FuzzObservation(f *testing.F) {
	var rows []Row
	for _, kind := range []RowKind{RxOctets, TxFrame, RxFrame, PauseBegun, CloseSet, LogSwitch, RowsLost} {
		rows = append(rows, Row{Kind: kind, At: Second, Size: 3, Head: []byte("a\xff"), Opcode: OpPing, Key: "01020304", Delay: 5, On: true})
	}
	f.Add(encode(f, Observation{
		Request: "GET / HTTP/1.1\r\n\r\n", Response: "\xff", Events: everyEvent, Wirelog: rows, Traffic: &Traffic{},
		Before: &Attempt{}, Deflate: &DeflateParams{}, Received: Tally{Octets: map[int]int{1: 2}, Frames: map[int]int{8: 1}},
	}))
	f.Add(encode(f, failedByPeer(1002, GotText("a"))))
	f.Fuzz(func(t *testing.T, file []byte) {
		var o, back Observation
		if json.Unmarshal(file, &o) != nil {
			return
		}
		once := encode(t, o)
		if err := json.Unmarshal(once, &back); err != nil {
			t.Fatalf("%s\nis not read again: %v", once, err)
		}
		if again := encode(t, back); !bytes.Equal(once, again) {
			t.Fatalf("written as\n%s\nthen as\n%s", once, again)
		}
		for _, r := range o.Wirelog {
			if len(r.Head) > 1<<20 && len(r.Head) > len(file) {
				t.Errorf("a row of %d octets in a file of %d", len(r.Head), len(file))
			}
		}
	})
}

// FuzzSelect checks that patterns select among the cases there are, in their order, and
// that what is excluded is not selected.
func FuzzSelect(f *testing.F) {
	for _, seed := range [][2]string{{"*", "1.*"}, {"1[1-3].*", ""}, {"2.10", "2.1"}, {"9.*.1", "(*"}, {"a{1000}*", `\`}, {"1.1.1", "*"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, exclude string) {
		_, wholeErr := Whole(pattern)
		selected, err := Select(Catalogue, []string{pattern}, []string{exclude})
		if err != nil {
			return
		}
		if wholeErr != nil && strings.Contains(pattern, "*") {
			t.Errorf("%q selects cases, but is no pattern for names: %v", pattern, wholeErr)
		}
		rest := Catalogue
		for _, c := range selected {
			at := slices.IndexFunc(rest, func(d Case) bool { return d.ID == c.ID })
			if at < 0 {
				t.Fatalf("%q without %q: %s is not in order, or is there twice", pattern, exclude, c.ID)
			}
			rest = rest[at+1:]
			if string(c.ID) == exclude || exclude == "*" && Number(c.ID) > 0 {
				t.Errorf("%q without %q: %s is selected", pattern, exclude, c.ID)
			}
			if !strings.Contains(pattern, "*") && string(c.ID) != pattern {
				t.Errorf("%q selects %s", pattern, c.ID)
			}
		}
	})
}

// FuzzDuration checks that durations are read as they are written.
func FuzzDuration(f *testing.F) {
	for _, seed := range []string{"1s", "1h2m3.5s", "-1s", "9223372036854775807ns", "0", "1e3s", ".5µs"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var d, back Duration
		if d.UnmarshalText([]byte(text)) != nil {
			return
		}
		if d < 0 {
			t.Fatalf("%q is read as %s", text, d)
		}
		b, err := d.MarshalText()
		if err != nil || back.UnmarshalText(b) != nil || back != d {
			t.Errorf("%q is written as %q, which is read as %s: %v", text, b, back, err)
		}
	})
}

// large reports whether s describes more octets, or more frames, than a fuzz
// target should make.
func large(s Script) bool {
	for _, step := range s {
		switch v := step.(type) {
		case Frame:
			if v.Payload.Size() > 1<<20 {
				return true
			}
		case Split:
			if v.Frame.Payload.Size() > 1<<16 {
				return true
			}
		case Message:
			if v.Payload.Size() > 1<<16 {
				return true
			}
		case Echo:
			if v.Message.Payload.Size() > 1<<16 {
				return true
			}
		case Blocks:
			if v.Plain() > 1<<16 {
				return true
			}
		case SendClose:
			if v.Payload.Size() > 1<<20 {
				return true
			}
		}
	}
	return false
}

// encode is v as JSON.
func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
