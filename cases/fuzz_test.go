package cases

import (
	"bytes"
	"encoding/json"
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
