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
				if ValidateStep(t[i]) == nil && !yield(t) {
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

// simplerField returns values nearer to zero than f, the nearest first.
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
	case reflect.Int64: // a Duration
		if n := f.Int(); n > 1 {
			out = append(out, reflect.ValueOf(n/2).Convert(f.Type()))
		}
	case reflect.Int:
		for n := range less(int(f.Int())) {
			out = append(out, reflect.ValueOf(n))
		}
	case reflect.Slice:
		for i := range f.Len() {
			if f.Len() == 1 {
				break // that is the zero above, but for its length
			}
			rest := reflect.AppendSlice(reflect.MakeSlice(f.Type(), 0, f.Len()), f.Slice(0, i))
			out = append(out, reflect.AppendSlice(rest, f.Slice(i+1, f.Len())))
		}
		for i := range f.Len() {
			for _, v := range simplerField(f.Index(i)) {
				c := reflect.AppendSlice(reflect.MakeSlice(f.Type(), 0, f.Len()), f)
				c.Index(i).Set(v)
				out = append(out, c)
			}
		}
	}
	return out
}

// simplerPayload leaves nothing, drops the repetition, or takes some octets away.
func simplerPayload(p Payload) (out []reflect.Value) {
	b := p.Pattern()
	if len(b) == 0 {
		return nil
	}
	candidates := []Payload{{}}
	if p.Noise != 0 {
		for n := range less(p.Len) {
			candidates = append(candidates, Noise(p.Noise, n))
		}
		b = nil
	}
	if p.Corpus != "" {
		for n := range less(p.Size()) {
			candidates = append(candidates, Corpus(p.Corpus, n))
		}
		b = nil
	}
	if p.Len > 0 && p.Corpus == "" && p.Noise == 0 {
		candidates = append(candidates, Payload{Text: p.Text, Hex: p.Hex})
		for n := range less(p.Len) {
			candidates = append(candidates, Payload{Text: p.Text, Hex: p.Hex, Len: n})
		}
	}
	for n := range less(len(b)) {
		c := Of(string(b[:n]))
		c.Len = p.Len
		candidates = append(candidates, c)
	}
	for _, c := range candidates {
		out = append(out, reflect.ValueOf(c))
	}
	return out
}

// less yields numbers below n but above 0: its half, three quarters, and so on
// up to n-1. To take the first that still fails, again and again, finds the
// least one in a few steps, however large n is.
func less(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for cut := n / 2; cut > 0; cut /= 2 {
			if !yield(n - cut) {
				return
			}
		}
	}
}
