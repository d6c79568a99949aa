package cases

import (
	"fmt"
	"math/bits"
	"reflect"
	"testing"
)

// shrink simplifies s as long as fails holds.
func shrink(s Script, fails func(Script) bool) Script {
	for again := true; again; {
		again = false
		for simpler := range Simplify(s) {
			if fails(simpler) {
				s, again = simpler, true
				break
			}
		}
	}
	return s
}

// holds makes a predicate of scripts from one of steps.
func holds[T Step](test func(T) bool) func(Script) bool {
	return func(s Script) bool {
		for _, step := range s {
			if v, ok := step.(T); ok && test(v) {
				return true
			}
		}
		return false
	}
}

func TestShrinkingLeavesTheDeviation(t *testing.T) {
	busy := append(Script{
		Text("fragment1").More().Chop(3),
		Ping("some payload"),
		Wait{For: Second},
		Binary("a long payload indeed").Reserved(6).Sync(),
		Continue("x"),
		Frame{Opcode: OpText, Payload: Repeat("BAsd7&jh23", 65536)},
		Echo{Count: 3, Message: Message{Payload: Corpus("json", 8192), Fragment: 256}},
	}, everyStep...)
	for _, c := range []struct {
		name  string
		fails func(Script) bool
		want  Script
	}{
		{"RSV2", holds(func(f Frame) bool { return f.RSV&2 != 0 }), Script{Text("").Reserved(2)}},
		{"a continuation", holds(func(f Frame) bool { return f.Opcode == OpContinuation }), Script{Continue("")}},
		{"FIN clear", holds(func(f Frame) bool { return f.NoFIN }), Script{Text("").More()}},
		{"two frames", func(s Script) bool { return len(framesOf(s)) >= 2 }, Script{Echo{Count: 1}, SendClose{}}},
		{"a corpus", holds(func(e Echo) bool { return e.Message.Payload.Corpus != "" }), Script{Echo{Count: 1, Message: Message{Payload: Corpus("json", 1)}}}},
		{"characters of a corpus", holds(func(e Echo) bool { return e.Message.Payload.Corpus != "" && e.Message.Payload.Len >= 700 }), Script{Echo{Count: 1, Message: Message{Payload: Corpus("json", 700)}}}},
		{"a payload of three octets", holds(func(f Frame) bool { return f.Payload.Size() >= 3 }), Script{Frame{Opcode: OpText, Payload: Repeat("a", 3)}}},
		{"a lying length", holds(func(f Frame) bool { return f.Length.Claim != nil }), Script{Text("").Claim(70000)}},
		{"a pause", holds(func(s Split) bool { return len(s.Pauses) > 0 }), Script{Split{Frame: Text(""), Pauses: []Pause{{}}}}},
		{"a close of two octets", holds(func(s SendClose) bool { return s.Payload.Size() >= 2 }), Script{SendClose{Close(1001, "")}}},
		{"a reset", holds(func(d Drop) bool { return d.Reset }), Script{Drop{Reset: true}}},
		{"many echoes", holds(func(e Echo) bool { return e.Count > 7 }), Script{Echo{Count: 8}}},
		{"a message of 60000 octets", holds(func(f Frame) bool { return f.Payload.Size() >= 60000 }), Script{Frame{Opcode: OpText, Payload: Repeat("B", 60000)}}},
		{"anything at all", func(s Script) bool { return len(s) > 0 }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := shrink(busy, c.fails)
			if c.want == nil {
				if len(got) != 1 || fmt.Sprint(got[0]) != "drop TCP" {
					t.Errorf("left over: %v, want the zero value of the last step", got)
				}
				return
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("left over: %v, want %v", got, c.want)
			}
		})
	}
}

// simplifiable are scripts that between them have every kind of step and field.
func simplifiable() []Script {
	list := []Script{everyStep}
	for _, c := range sampled() {
		if len(c.Script) > 0 {
			list = append(list, c.Script)
		}
	}
	return list
}

func TestSimplifyYieldsValidScriptsOnly(t *testing.T) {
	for _, s := range simplifiable() {
		for simpler := range Simplify(s) {
			if err := (Case{ID: "x", Script: simpler}).Validate(); err != nil {
				t.Errorf("%v becomes %v: %v", s, simpler, err)
			}
		}
	}
}

// TestEveryChainOfSimplifyEnds shows that each script it yields weighs less than
// the one it came from. Weights are natural numbers, so no chain is endless.
func TestEveryChainOfSimplifyEnds(t *testing.T) {
	if testing.Short() {
		t.Skip("with -short, which is for the race detector: one goroutine, and much to compute")
	}
	var walk func(s Script, depth int)
	walk = func(s Script, depth int) {
		for simpler := range Simplify(s) {
			if weigh(simpler) >= weigh(s) {
				t.Errorf("%v (%d) becomes %v (%d)", s, weigh(s), simpler, weigh(simpler))
			}
			if depth > 0 {
				walk(simpler, depth-1)
			}
		}
	}
	for _, s := range simplifiable() {
		walk(s, 1)
	}
}

func TestSimplifyReachesEveryFieldOfEveryStep(t *testing.T) {
	for _, step := range everyStep {
		var got []string
		for simpler := range Simplify(Script{step}) {
			if len(simpler) == 1 {
				got = append(got, simpler[0].String())
			}
		}
		v := reflect.ValueOf(step)
		if len(got) < v.NumField() {
			t.Errorf("%s: %d fields, but only %d simpler steps: %q", step, v.NumField(), len(got), got)
		}
	}
	if s := shrink(everyStep[:1], func(s Script) bool { return len(s) == 1 }); fmt.Sprint(s) != "[text]" {
		t.Errorf("a frame with every field set becomes %v", s)
	}
}

func TestSimplifyLeavesTheScriptAlone(t *testing.T) {
	for _, s := range simplifiable() {
		before := fmt.Sprint(s)
		for range Simplify(s) {
			continue
		}
		if after := fmt.Sprint(s); after != before {
			t.Errorf("%s became %s", before, after)
		}
	}
}

func TestSimplifyStopsWhenItIsTold(t *testing.T) {
	for _, after := range []int{1, 2, 9, 20} {
		n := 0
		for range Simplify(everyStep) {
			if n++; n == after {
				break
			}
		}
		if n != after {
			t.Errorf("%d scripts, want %d", n, after)
		}
	}
}

// weigh is how far s is from nothing.
func weigh(s Script) (n int) {
	for _, step := range s {
		n += 1 + weighValue(reflect.ValueOf(step))
	}
	return n
}

// weighValue is how far v is from zero.
func weighValue(v reflect.Value) (n int) {
	switch x := v.Interface().(type) {
	case Op:
		if x != OpText {
			return 1
		}
		return 0
	case Payload:
		return len(x.Pattern()) + x.Len
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			n += weighValue(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			n += 1 + weighValue(v.Index(i))
		}
	case reflect.Int, reflect.Int64:
		n = int(v.Int())
	case reflect.Uint8:
		n = bits.OnesCount64(v.Uint())
	default:
		if !v.IsZero() {
			n = 1
		}
	}
	return n
}
