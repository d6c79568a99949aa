package wire_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/wire"
)

// extensionsHead is a head with these fields Sec-WebSocket-Extensions.
func extensionsHead(values ...string) (h wire.Head) {
	for _, value := range values {
		h.Add("Sec-WebSocket-Extensions", value)
	}
	return h
}

func TestExtensionsOfAHead(t *testing.T) {
	type ext = wire.Extension
	type params = []wire.Param
	tests := []struct {
		name   string
		fields []string
		want   []ext
	}{
		{"no field", nil, nil},
		{"one", []string{"foo"}, []ext{{Name: "foo"}}},
		{"two in a field", []string{"foo, bar; baz=2"}, []ext{{Name: "foo"}, {"bar", params{{"baz", "2"}}}}},
		{"two fields", []string{"foo", "bar; baz=2"}, []ext{{Name: "foo"}, {"bar", params{{"baz", "2"}}}}},
		{"parameters in their order, and twice", []string{"foo;b;a=1;b"}, []ext{{"foo", params{{"b", ""}, {"a", "1"}, {"b", ""}}}}},
		{"space wherever it may be", []string{" \tfoo\t; a = 1 ;b , bar "}, []ext{{"foo", params{{"a", "1"}, {"b", ""}}}, {Name: "bar"}}},
		{"quoted", []string{`foo; a="10"; b = "c"`}, []ext{{"foo", params{{"a", "10"}, {"b", "c"}}}}},
		{"quoted with escapes", []string{`foo; a="\1\0"`}, []ext{{"foo", params{{"a", "10"}}}}},
		{"case as it came", []string{"FOO; Bar=Baz"}, []ext{{"FOO", params{{"Bar", "Baz"}}}}},
		{"every octet of a token", []string{"!#$%&'*+-.^_`|~09AZaz"}, []ext{{Name: "!#$%&'*+-.^_`|~09AZaz"}}},
		{"a few empty elements", []string{",, foo ,\t,", "", "bar,"}, []ext{{Name: "foo"}, {Name: "bar"}}},
	}
	for _, tt := range tests {
		got, err := extensionsHead(tt.fields...).Extensions()
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestMalformedExtensions(t *testing.T) {
	tests := []struct{ name, field, want string }{
		{"empty", "", "no extension"},
		{"only empty elements", ", ,", "no extension"},
		{"many empty elements", "foo" + strings.Repeat(",", 9), "more than 8 empty elements"},
		{"no name", "; a", `want an extension at "; a"`},
		{"no token", "foo, @", `want an extension at "@"`},
		{"beyond ASCII", "\u212A", `want an extension at "` + "\u212A" + `"`},
		{"two names", "foo bar", `want ";" or "," at "bar"`},
		{"value without parameter", "foo=1", `want ";" or "," at "=1"`},
		{"no parameter", "foo;", `want a parameter at the end of "foo;"`},
		{"no parameter between two", "foo; ; b", `want a parameter at "; b"`},
		{"no parameter but a value", "foo; =1", `want a parameter at "=1"`},
		{"no value", "foo; a=", `want a value at the end of "foo; a="`},
		{"no value but a parameter", "foo; a=; b", `want a value at "; b"`},
		{"two values", "foo; a=1=2", `want ";" or "," at "=2"`},
		{"quoted name", `"foo"`, `want an extension at "\"foo\""`},
		{"empty string", `foo; a=""`, `want a string that holds a token at "\"\""`},
		{"string that is no token", `foo; a="b c", d`, `want a string that holds a token at "\"b c\", d"`},
		{"string that is no token unescaped", `foo; a="b\"c"`, `want a string that holds a token at "\"b\\\"c\""`},
		{"string without end", `foo; a="b`, `want a string that ends at "\"b"`},
		{"string that ends in an escape", `foo; a="b\`, `want a string that ends at "\"b\\"`},
		{"more after a string", `foo; a="b"c`, `want ";" or "," at "c"`},
		{"long", "@" + strings.Repeat("x", 100), `want an extension at "@` + strings.Repeat("x", 79) + `…"`},
	}
	for _, tt := range tests {
		got, err := extensionsHead(tt.field).Extensions()
		checkError(t, tt.name, err, "malformed Sec-WebSocket-Extensions: "+tt.want)
		if got != nil {
			t.Errorf("%s: %v besides the error", tt.name, got)
		}
	}
	_, err := extensionsHead("foo", "bar;", "baz").Extensions()
	checkError(t, "second field", err, `malformed Sec-WebSocket-Extensions: want a parameter at the end of "bar;"`)
}

func FuzzExtensions(f *testing.F) {
	f.Add("permessage-deflate; client_max_window_bits; server_max_window_bits=10, foo", "")
	f.Add(`a; b="\c\"`, `d ; e = "f"`)
	f.Add(",,,", "x,\t,y;z=\xff")
	f.Fuzz(func(t *testing.T, first, second string) {
		h := extensionsHead(first, second)
		list, err := h.Extensions()
		_, _, ofResponse := wire.CheckDeflate(h, nil)
		_, _, ofRequest := wire.AcceptDeflate(h, nil)
		for _, err := range []error{err, ofResponse, ofRequest} {
			if err != nil && len(err.Error()) > 500 {
				t.Errorf("an error of %d octets", len(err.Error()))
			}
		}
		if ofResponse == nil {
			t.Error("no error of a response though nothing was offered")
		}
		if (err != nil) != (ofRequest != nil) {
			t.Errorf("error %v of a request, want %v", ofRequest, err)
		}
		if err != nil {
			return
		}
		var values []string
		for _, e := range list {
			values = append(values, e.String())
		}
		for _, h := range []wire.Head{extensionsHead(values...), extensionsHead(strings.Join(values, ", "))} {
			again, err := h.Extensions()
			if err != nil {
				t.Fatalf("written again, %q: %v", h.Values("Sec-WebSocket-Extensions"), err)
			}
			if diff := cmp.Diff(list, again); diff != "" {
				t.Errorf("written again (-want +got):\n%s", diff)
			}
		}
	})
}
