package spec

import (
	"encoding"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gobahn/cases"
)

// The language of cases is the Go types of package cases, under the names of their JSON
// tags. They are read by reflection, so that every field that is added can be written in
// files at once.

// words are the types that have few values.
var words = map[reflect.Type][]string{
	reflect.TypeFor[cases.Verdict]():   texts(cases.Verdicts),
	reflect.TypeFor[cases.Role]():      {string(cases.Server), string(cases.Client)},
	reflect.TypeFor[cases.Need]():      texts(cases.Needs),
	reflect.TypeFor[cases.Tag]():       {string(cases.Slow), string(cases.Heavy), string(cases.Handshake)},
	reflect.TypeFor[cases.Check]():     texts(cases.Checks),
	reflect.TypeFor[cases.Fault]():     {string(cases.WrongSide), string(cases.WrongCode), string(cases.Stayed)},
	reflect.TypeFor[cases.Profile]():   texts(cases.Profiles[1:]), // the first has no overrides
	reflect.TypeFor[cases.BlockType](): {string(cases.StoredBlock), string(cases.DynamicBlock), string(cases.NoBlock)},
}

func texts[T ~string](list []T) (out []string) {
	for _, one := range list {
		out = append(out, string(one))
	}
	return out
}

// decode reads v into to. What is null is as if it were left out.
func (r *reader) decode(v value, to reflect.Value) {
	switch p := to.Addr().Interface().(type) {
	case *cases.Script:
		*p = decodeKinds(r, v, "step", cases.StepKinds(), cases.ValidateStep)
	case *cases.Events:
		*p = decodeKinds(r, v, "event", cases.EventKinds(), func(cases.Event) error { return nil })
	case *cases.Payload:
		r.payload(v, p)
	case encoding.TextUnmarshaler:
		if s, ok := r.scalar(v); ok {
			if err := p.UnmarshalText([]byte(s)); err != nil {
				r.fault(v.at, "%q: %v", v.name, err)
			}
		}
	default:
		r.decodePlain(v, to)
	}
}

// decodePlain reads v into a value of a type that is nothing special.
func (r *reader) decodePlain(v value, to reflect.Value) {
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		r.decode(v, to.Elem())
	case reflect.Struct:
		r.decodeStruct(v, to)
	case reflect.Slice:
		r.decodeSlice(v, to)
	case reflect.String:
		r.decodeString(v, to)
	case reflect.Bool:
		if yes, ok := v.token.(bool); ok {
			to.SetBool(yes)
		} else {
			r.mismatch(v, "true or false")
		}
	default:
		r.decodeNumber(v, to)
	}
}

// decodeStruct reads an object.
func (r *reader) decodeStruct(v value, to reflect.Value) {
	fields := make(map[string]reflect.Value)
	for i := range to.NumField() {
		name, _, _ := strings.Cut(to.Type().Field(i).Tag.Get("json"), ",")
		fields[name] = to.Field(i)
	}
	for _, m := range r.members(v) {
		field, ok := fields[m.name]
		switch {
		case !ok:
			r.fault(m.at, "unknown key %q%s", m.name, among(m.name, maps.Keys(fields)))
		case !m.value.isNull():
			r.decode(m.value, field)
		}
	}
}

// decodeSlice reads a list. An empty one is nil: which of the two it is makes no
// difference to a case.
func (r *reader) decodeSlice(v value, to reflect.Value) {
	if !v.isList() {
		r.mismatch(v, "a list")
		return
	}
	for _, item := range v.items {
		one := reflect.New(to.Type().Elem()).Elem()
		r.decode(item, one)
		to.Set(reflect.Append(to, one))
	}
}

// decodeString reads text, or a word of a type that has few.
func (r *reader) decodeString(v value, to reflect.Value) {
	s, ok := r.scalar(v)
	if choices := words[to.Type()]; ok && choices != nil && !slices.Contains(choices, s) {
		r.fault(v.at, "%q: unknown %q%s", v.name, shortened(s), among(s, slices.Values(choices)))
		return
	}
	to.SetString(s)
}

// decodeNumber reads a number that to can hold.
func (r *reader) decodeNumber(v value, to reflect.Value) {
	number, ok := v.token.(json.Number)
	if !ok {
		r.mismatch(v, "a number")
		return
	}
	text, bits := number.String(), to.Type().Bits()
	var err error
	switch {
	case to.CanInt():
		var n int64
		n, err = strconv.ParseInt(text, 0, bits)
		to.SetInt(n)
	case to.CanUint():
		var n uint64
		n, err = strconv.ParseUint(text, 0, bits)
		to.SetUint(n)
	default:
		var x float64
		x, err = strconv.ParseFloat(text, bits)
		to.SetFloat(x)
	}
	if err != nil {
		r.fault(v.at, "%q: want a number that fits (%s), got %s", v.name, to.Kind(), shortened(text))
	}
}

// scalar reads text. A number may stand without quotes: YAML takes 2.10 and the octets
// 01020304 for one.
func (r *reader) scalar(v value) (string, bool) {
	if number, ok := v.token.(json.Number); ok {
		return number.String(), true
	}
	return r.text(v)
}

// payload reads octets: text, or an object that describes them.
func (r *reader) payload(v value, p *cases.Payload) {
	if !v.isObject() {
		p.Text, _ = r.scalar(v)
		return
	}
	faults := len(r.faults)
	r.decodeStruct(v, reflect.ValueOf(p).Elem())
	if err := p.Validate(); err != nil && len(r.faults) == faults {
		r.fault(v.at, "%v", err)
	}
}

// decodeKinds reads a list of objects with one key each, the kind.
func decodeKinds[T any](r *reader, v value, noun string, kinds map[string]reflect.Type, validate func(T) error) (list []T) {
	if !v.isList() {
		r.mismatch(v, fmt.Sprintf("a list of %ss", noun))
		return nil
	}
	for i, item := range v.items {
		if len(item.members) != 1 {
			r.fault(item.at, "%s %d: want one key, the kind, and behind it what is special: {%s: {…}}", noun, i+1, slices.Min(slices.Collect(maps.Keys(kinds))))
			continue
		}
		m := item.members[0]
		kind, ok := kinds[m.name]
		if !ok {
			r.fault(m.at, "unknown kind of %s %q%s", noun, m.name, among(m.name, maps.Keys(kinds)))
			continue
		}
		one := reflect.New(kind).Elem()
		faults := len(r.faults)
		if !m.value.isNull() {
			r.decode(m.value, one)
		}
		step := one.Interface().(T)
		if err := validate(step); err != nil && len(r.faults) == faults {
			r.fault(m.at, "%s %d: %v", noun, i+1, err)
		}
		list = append(list, step)
	}
	return list
}

// among suggests the nearest of names, or lists them if none is near.
func among(name string, names iter.Seq[string]) string {
	if s := suggestion(name, names); s != "" {
		return s
	}
	return ": want one of " + strings.Join(slices.Sorted(names), ", ")
}
