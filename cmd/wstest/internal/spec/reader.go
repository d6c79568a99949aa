package spec

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// A Warning is something odd in a spec file that does not stop the run.
type Warning struct {
	Position
	Text string
}

// String returns the warning as file:line:column: text.
func (w Warning) String() string { return w.Position.String() + ": " + w.Text }

// A reader turns values into settings and keeps what it finds wrong with them.
type reader struct {
	warnings []Warning
	faults   []Warning
}

func (r *reader) warn(at Position, format string, args ...any) {
	r.warnings = append(r.warnings, Warning{at, fmt.Sprintf(format, args...)})
}

func (r *reader) fault(at Position, format string, args ...any) {
	r.faults = append(r.faults, Warning{at, fmt.Sprintf(format, args...)})
}

// result returns what was found wrong, in the order of the file.
func (r *reader) result() ([]Warning, error) {
	slices.SortStableFunc(r.warnings, byPosition)
	slices.SortStableFunc(r.faults, byPosition)
	var errs []error
	for _, f := range r.faults {
		errs = append(errs, errors.New(f.String()))
	}
	return r.warnings, errors.Join(errs...)
}

func byPosition(a, b Warning) int {
	if a.Line != b.Line {
		return a.Line - b.Line
	}
	return a.Column - b.Column
}

// A level is what is known of the keys of an object.
type level struct {
	noun    string                 // what a key is called there
	fields  map[string]func(value) // how the value of each is read
	ignored map[string]string      // why others have no effect
}

// object reads an object.
func (r *reader) object(v value, l level) {
	for _, m := range r.members(v) {
		read := l.fields[m.name]
		reason, ignored := l.ignored[m.name]
		switch {
		case read != nil && m.value.isNull(): // as if it were left out
		case read != nil:
			read(m.value)
		case ignored:
			r.warn(m.at, "%s %q has no effect: %s", l.noun, m.name, reason)
		default:
			r.warn(m.at, "unknown %s %q%s", l.noun, m.name, suggestion(m.name, maps.Keys(l.fields)))
		}
	}
}

// members are those of an object. Of those with the same name the last counts.
func (r *reader) members(v value) (list []member) {
	if !v.isObject() && !v.isEmpty() {
		r.mismatch(v, "an object")
		return nil
	}
	last := map[string]member{}
	for _, m := range v.members {
		last[m.name] = m
	}
	for _, m := range v.members {
		if l := last[m.name]; l.at != m.at {
			r.warn(m.at, "this %q has no effect: there is another in line %d", m.name, l.at.Line)
			continue
		}
		list = append(list, m)
	}
	return list
}

// items are those of a list.
func (r *reader) items(v value, want string) []value {
	if !v.isList() && !v.isEmpty() {
		r.mismatch(v, want)
	}
	return v.items
}

// into returns what reads a value with read and keeps it in p if it is right.
func into[T any](read func(value) (T, bool), p *T) func(value) {
	return func(v value) {
		if x, ok := read(v); ok {
			*p = x
		}
	}
}

func (r *reader) text(v value) (string, bool) {
	s, ok := v.token.(string)
	if !ok {
		r.mismatch(v, "a string")
	}
	return s, ok
}

// nonEmpty reads a string that is not empty.
func (r *reader) nonEmpty(v value) (string, bool) {
	s, ok := r.text(v)
	if ok && s == "" {
		r.fault(v.at, "%q: want a string that is not empty", v.name)
		return "", false
	}
	return s, ok
}

// texts reads a list of strings.
func (r *reader) texts(v value) (list []string, ok bool) {
	for _, item := range r.items(v, "a list of strings") {
		s, ok := item.token.(string)
		if !ok {
			r.mismatch(item, "strings in the list")
			return nil, false
		}
		list = append(list, s)
	}
	return list, v.isList() || v.isEmpty()
}

// boolean reads true or false. Python takes the numbers for them too.
func (r *reader) boolean(v value) (yes, ok bool) {
	switch v.token {
	case true, json.Number("1"):
		return true, true
	case false, json.Number("0"):
		return false, true
	}
	r.mismatch(v, "true or false")
	return false, false
}

// number reads a number from least to most, where false and true are 0 and 1 as in
// Python. want is what it is the number of.
func (r *reader) number(v value, want string, least, most float64) (x float64, ok bool) {
	want = fmt.Sprintf("%s from %.0f to %.0f", want, least, most)
	switch token := v.token.(type) {
	case bool:
		if token {
			x = 1
		}
	case json.Number:
		x, _ = token.Float64() // an infinity if there is none so large
	default:
		r.mismatch(v, want)
		return 0, false
	}
	if x < least || x > most {
		r.fault(v.at, "%q: want %s, got %s", v.name, want, shortened(fmt.Sprint(v.token)))
		return 0, false
	}
	return x, true
}

// whole reads a number without a fraction.
func (r *reader) whole(v value, want string, least, most float64) (float64, bool) {
	x, ok := r.number(v, want, least, most)
	if ok && x != math.Trunc(x) {
		r.fault(v.at, "%q: want a whole number of %s, got %s", v.name, want, shortened(fmt.Sprint(v.token)))
		return 0, false
	}
	return x, ok
}

// maxTime is the longest time, in units of its own. In seconds it is some thirty
// years, which a Duration can hold.
const maxTime = 1e9

// seconds reads a time in seconds.
func (r *reader) seconds(v value) (time.Duration, bool) { return r.time(v, "seconds", time.Second) }

// milliseconds reads a time in milliseconds.
func (r *reader) milliseconds(v value) (time.Duration, bool) {
	return r.time(v, "milliseconds", time.Millisecond)
}

func (r *reader) time(v value, want string, unit time.Duration) (time.Duration, bool) {
	x, ok := r.number(v, want, 0, maxTime)
	d := time.Duration(x * float64(unit))
	if x > 0 && d == 0 {
		d = 1 // the shortest there is, as none means something else
	}
	return d, ok
}

// oneOf reads one of choices. A number may stand without quotes.
func (r *reader) oneOf(choices ...string) func(value) (string, bool) {
	return func(v value) (string, bool) {
		s := fmt.Sprint(v.token)
		if slices.Contains(choices, s) {
			return s, true
		}
		want := "one of " + strings.Join(choices, ", ")
		if _, isText := v.token.(string); isText {
			r.fault(v.at, "%q: want %s, got %q", v.name, want, shortened(s))
		} else {
			r.mismatch(v, want)
		}
		return "", false
	}
}

// mismatch is the fault of a value of the wrong type.
func (r *reader) mismatch(v value, want string) {
	name := ""
	if v.name != "" {
		name = fmt.Sprintf("%q: ", v.name)
	}
	r.fault(v.at, "%swant %s, got %s", name, want, kind(v))
}

// kind is what v is, in words.
func kind(v value) string {
	switch token := v.token.(type) {
	case nil:
		return "null"
	case bool:
		return fmt.Sprint(token)
	case json.Number:
		return "a number"
	case string:
		return "a string"
	}
	if v.isList() {
		return "a list"
	}
	return "an object"
}

// shortened is s, cut where it is too long for a message.
func shortened(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strings.ToValidUTF8(s, "?")
}
