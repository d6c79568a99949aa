package cases

import (
	"iter"
	"reflect"
	"slices"
)

// Simplify yields every script that is one step simpler than s: a step left
// out, or one field of one step nearer to its zero value. Because the zero
// value is the conformant one, what survives shrinking is the deviation that
// matters. Every step it yields is valid if those of s are.
func Simplify(s Script) iter.Seq[Script] {
	return func(yield func(Script) bool) {
		for i := range s {
			if !yield(slices.Delete(slices.Clone(s), i, i+1)) {
				return
			}
		}
		for i, step := range s {
			for _, v := range simpler(reflect.ValueOf(step)) {
				t := slices.Clone(s)
				t[i] = v.Interface().(Step)
				if validateStep(t[i]) == nil && !yield(t) {
					return
				}
			}
		}
	}
}

// simpler returns copies of the struct v, each with one field simplified.
func simpler(v reflect.Value) (out []reflect.Value) {
	for i := range v.NumField() {
		for _, f := range simplerField(v.Field(i)) {
			c := reflect.New(v.Type()).Elem()
			c.Set(v)
			c.Field(i).Set(f)
			out = append(out, c)
		}
	}
	return out
}

func simplerField(f reflect.Value) (out []reflect.Value) {
	switch v := f.Interface().(type) {
	case Op:
		// The one type whose zero is not its tamest value: a lone
		// continuation is already a deviation.
		if v != OpText {
			out = append(out, reflect.ValueOf(OpText))
		}
		return out
	case Payload:
		return simplerPayload(v)
	}
	if f.IsZero() {
		return nil
	}
	if f.Kind() == reflect.Struct {
		return simpler(f)
	}
	out = append(out, reflect.Zero(f.Type()))
	switch f.Kind() {
	case reflect.Uint8: // bits
		for bit := uint64(1); bit < 256; bit <<= 1 {
			if n := f.Uint(); n&bit != 0 && n != bit {
				out = append(out, reflect.ValueOf(n&^bit).Convert(f.Type()))
			}
		}
	case reflect.Int, reflect.Int64:
		if n := f.Int(); n > 1 {
			out = append(out, reflect.ValueOf(n/2).Convert(f.Type()))
		}
	case reflect.Slice:
		for i := range f.Len() {
			if f.Len() == 1 {
				break // that is the zero above, but for its length
			}
			rest := reflect.AppendSlice(reflect.MakeSlice(f.Type(), 0, f.Len()), f.Slice(0, i))
			out = append(out, reflect.AppendSlice(rest, f.Slice(i+1, f.Len())))
		}
	}
	return out
}

// simplerPayload halves the octets, drops the repetition, or leaves nothing.
func simplerPayload(p Payload) (out []reflect.Value) {
	b := p.Pattern()
	if len(b) == 0 {
		return nil
	}
	candidates := []Payload{{}}
	if p.Len > 0 {
		candidates = append(candidates, Payload{Text: p.Text, Hex: p.Hex})
		if p.Len > 1 {
			candidates = append(candidates, Payload{Text: p.Text, Hex: p.Hex, Len: p.Len / 2})
		}
	}
	if len(b) > 1 {
		half := Of(string(b[:len(b)/2]))
		half.Len = p.Len
		candidates = append(candidates, half)
	}
	for _, c := range candidates {
		out = append(out, reflect.ValueOf(c))
	}
	return out
}
