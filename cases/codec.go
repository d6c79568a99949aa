package cases

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Steps and events are written as objects with one key, the kind:
// {"frame": {"opcode": "ping"}}.

var (
	// stepKinds are the types of steps, by kind.
	stepKinds = kinds(Frame{}, Split{}, Message{}, Blocks{}, Raw{}, Flood{}, Wait{}, Echo{}, SendClose{}, Drop{})
	// eventKinds are the types of events, by kind.
	eventKinds = kinds(Got{}, Mark{}, Echoed{}, Ended{})
)

// StepKinds are the types of steps, under the names that they have in files.
func StepKinds() map[string]reflect.Type { return maps.Clone(stepKinds) }

// EventKinds are the types of events, under the names that they have in files.
func EventKinds() map[string]reflect.Type { return maps.Clone(eventKinds) }

// kinds are the types of values, by kind.
func kinds(values ...any) map[string]reflect.Type {
	m := make(map[string]reflect.Type)
	for _, v := range values {
		m[kind(v)] = reflect.TypeOf(v)
	}
	return m
}

// kind is the name of the type of v as it is written in files: "sendClose".
func kind(v any) string {
	name := reflect.TypeOf(v).Name()
	return strings.ToLower(name[:1]) + name[1:]
}

// MarshalJSON writes a list of objects with one key each.
func (s Script) MarshalJSON() ([]byte, error) { return marshalList([]Step(s)) }

// MarshalJSON writes a list of objects with one key each.
func (e Events) MarshalJSON() ([]byte, error) { return marshalList([]Event(e)) }

// UnmarshalJSON reads what MarshalJSON writes and refuses unknown kinds and fields.
func (s *Script) UnmarshalJSON(b []byte) error {
	return unmarshalList("step", b, stepKinds, (*[]Step)(s))
}

// UnmarshalJSON reads what MarshalJSON writes and refuses unknown kinds and fields.
func (e *Events) UnmarshalJSON(b []byte) error {
	return unmarshalList("event", b, eventKinds, (*[]Event)(e))
}

// marshalList writes list as objects with one key each.
func marshalList[T any](list []T) ([]byte, error) {
	out := make([]map[string]any, len(list))
	for i, v := range list {
		out[i] = map[string]any{kind(v): v}
	}
	return json.Marshal(out)
}

// unmarshalList reads what marshalList writes; noun says in errors what it is a list of.
func unmarshalList[T any](noun string, b []byte, kinds map[string]reflect.Type, out *[]T) error {
	var raw []map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	*out = nil
	for i, m := range raw {
		if len(m) != 1 {
			return fmt.Errorf("%s %d: want one key, the kind, have %d", noun, i+1, len(m))
		}
		for name, body := range m {
			t, ok := kinds[name]
			if !ok {
				return fmt.Errorf("%s %d: unknown kind %q (want one of %s)", noun, i+1, name, names(kinds))
			}
			v := reflect.New(t)
			if err := decodeStrict(body, v.Interface()); err != nil {
				return fmt.Errorf("%s %d: %s: %w", noun, i+1, name, err)
			}
			*out = append(*out, v.Elem().Interface().(T))
		}
	}
	return nil
}

// names lists kinds in order, for errors.
func names(kinds map[string]reflect.Type) string {
	var list []string
	for name := range kinds {
		list = append(list, name)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// decodeStrict decodes b into v and refuses unknown fields: under the rule that
// zero is conformant, a misspelt field would silently be no deviation.
func decodeStrict(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}

// Decode reads one case from r, as written by json.Marshal, and checks it with
// Validate. It refuses unknown fields and anything after the case.
func Decode(r io.Reader) (Case, error) {
	var c Case
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return Case{}, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Case{}, errors.New("something follows the case: want one JSON object")
	}
	if err := c.Validate(); err != nil {
		return Case{}, err
	}
	return c, nil
}

// errNegative is the error for a duration below zero.
func errNegative(b []byte) error { return fmt.Errorf("duration %q is negative", b) }
