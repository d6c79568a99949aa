package cases

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gobahn/cases/corpus"
)

// anyPayload draws a payload of each kind, valid as the file form has it.
func anyPayload(r *rapid.T) Payload {
	some := string(rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(r, "octets"))
	n := rapid.IntRange(1, 3000).Draw(r, "length")
	switch rapid.IntRange(0, 6).Draw(r, "kind of payload") {
	case 0:
		return Of(rapid.String().Draw(r, "text"))
	case 1:
		return Of(some)
	case 2:
		return Repeat(some, n)
	case 3:
		return Corpus(rapid.SampledFrom(corpus.Names()).Draw(r, "corpus"), n)
	case 4:
		return AnyOctets(n)
	case 5:
		return Describe(noise(n))
	}
	return Payload{}
}

// maxDepth is how deep lists are in each other in a value that is drawn.
const maxDepth = 8

// anyValue draws a value of any type that cases and observations are made of, also of
// kinds of steps and events and of fields that are still to come. Depth is how deep it is
// in another.
func anyValue(r *rapid.T, t reflect.Type, depth int) (v reflect.Value) {
	v = reflect.New(t).Elem()
	switch v.Interface().(type) {
	case Payload:
		return reflect.ValueOf(anyPayload(r))
	case Op:
		return reflect.ValueOf(Op(rapid.IntRange(0, 15).Draw(r, "opcode")))
	case Duration:
		return reflect.ValueOf(Duration(rapid.Int64Min(0).Draw(r, "duration")))
	case Verdict:
		return reflect.ValueOf(rapid.SampledFrom(Verdicts).Draw(r, "verdict"))
	case Profile:
		return reflect.ValueOf(rapid.SampledFrom(Profiles).Draw(r, "profile"))
	case time.Time:
		return reflect.ValueOf(time.Unix(rapid.Int64Range(0, 1<<33).Draw(r, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(r, "nanoseconds")).UTC())
	}
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			if depth < maxDepth && rapid.Bool().Draw(r, t.Field(i).Name) {
				v.Field(i).Set(anyValue(r, t.Field(i).Type, depth+1))
			}
		}
		if row, ok := v.Interface().(Row); ok && !row.Frame() {
			v.FieldByName("Opcode").SetZero() // which only a frame has
		}
	case reflect.Slice:
		for range rapid.IntRange(0, 3).Draw(r, "items") {
			v.Set(reflect.Append(v, anyValue(r, t.Elem(), depth+1)))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(anyValue(r, t.Key(), depth+1), anyValue(r, t.Elem(), depth+1))
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(anyValue(r, t.Elem(), depth+1))
	case reflect.Interface:
		among := stepKinds
		if t == reflect.TypeFor[Event]() {
			among = eventKinds
		}
		var list []string
		for name := range among {
			list = append(list, name)
		}
		slices.Sort(list)
		v.Set(anyValue(r, among[rapid.SampledFrom(list).Draw(r, "kind")], depth+1))
	case reflect.String:
		v.SetString(rapid.String().Draw(r, "string"))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(rapid.Float64Range(-1e9, 1e9).Draw(r, "number"))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(rapid.IntRange(-1, 70000).Draw(r, "number")))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(rapid.Uint64Max(1<<t.Bits()-1).Draw(r, "number"))
	default:
		r.Fatalf("do not know how to draw %s", t)
	}
	return v
}

// Every case comes back from its file as it was, and can be read as one exactly if it is
// valid.
func TestCasesSurviveTheirFileForm(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := anyValue(r, reflect.TypeFor[Case](), 0).Interface().(Case)
		b, err := json.Marshal(c)
		if err != nil {
			r.Fatal(err)
		}
		var back Case
		if err := json.Unmarshal(b, &back); err != nil {
			r.Fatalf("%v\n%s", err, b)
		}
		if diff := cmp.Diff(c, back, sameFacts); diff != "" {
			r.Errorf("another case comes back (-want +got):\n%s", diff)
		}
		_, err = Decode(bytes.NewReader(b))
		if valid := c.Validate(); (err == nil) != (valid == nil) {
			r.Errorf("read with error %v, valid with error %v\n%s", err, valid, b)
		}
	})
}

// Every observation comes back from its file as it was.
func TestObservationsSurviveTheirFileForm(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		o := anyValue(r, reflect.TypeFor[Observation](), 0).Interface().(Observation)
		b, err := json.Marshal(o)
		if err != nil {
			r.Fatal(err)
		}
		var back Observation
		if err := json.Unmarshal(b, &back); err != nil {
			r.Fatalf("%v\n%s", err, b)
		}
		if diff := cmp.Diff(o, back, sameFacts); diff != "" {
			r.Errorf("another observation comes back (-want +got):\n%s", diff)
		}
	})
}

// What is described of octets are those octets, however long they are and whether or not
// they repeat.
func TestPayloadsDescribeTheirOctets(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		pattern := rapid.SliceOfN(rapid.Byte(), 1, 70).Draw(r, "pattern")
		n := rapid.IntRange(0, 5000).Draw(r, "length")
		octets := Repeat(string(pattern), n).Octets()
		if len(octets) != n {
			r.Fatalf("%d octets, want %d", len(octets), n)
		}
		p := Describe(octets)
		if p.Size() != n || !p.Equal(Of(string(octets))) || !AnyOctets(n).Equal(p) {
			r.Errorf("%d octets are described as %+v", n, p)
		}
		if n > 0 && p.SHA256 == "" && !bytes.Equal(p.Octets(), octets) {
			r.Errorf("the octets of %+v are others", p)
		}
		if n > 0 {
			other := bytes.Clone(octets)
			other[rapid.IntRange(0, n-1).Draw(r, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(r, "bit")
			if q := Describe(other); q.Equal(p) || p.Equal(q) {
				r.Errorf("%+v equals %+v, one bit of which is another", p, q)
			}
		}
	})
}
