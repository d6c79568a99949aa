package wire_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/wire"
)

func TestHeadIsWrittenVerbatim(t *testing.T) {
	h := wire.Head{Line: "get / Http/1.1 "}
	h.Add("hOST", " two  spaces ")
	h.Add("X-Octets", "\x00\xff\r\ninjected")
	h.Add("", "")
	want := "before" + "get / Http/1.1 \r\nhOST:  two  spaces \r\nX-Octets: \x00\xff\r\ninjected\r\n: \r\n\r\n"
	if diff := cmp.Diff(want, string(h.Append([]byte("before")))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHeadEndIsBehindTheEmptyLine(t *testing.T) {
	tests := []struct {
		octets string
		want   int
	}{
		{"", 0},
		{"GET / HTTP/1.1\r\n", 0},
		{"GET / HTTP/1.1\r\n\r", 0},
		{"GET / HTTP/1.1\r\n\r\n", 18},
		{"GET / HTTP/1.1\r\n\r\n\x81\x00", 18},
		{"a\r\n\r\n\r\n\r\n", 5},
		{"GET / HTTP/1.1\n\n", 0},
		{"\r\n\r\n", 4},
	}
	for _, tt := range tests {
		if got := wire.HeadEnd([]byte(tt.octets)); got != tt.want {
			t.Errorf("%q: head of %d octets, want %d", tt.octets, got, tt.want)
		}
	}
}

func TestHeadIsParsed(t *testing.T) {
	type F = wire.Field
	tests := []struct {
		name, octets string
		want         wire.Head
	}{
		{"start line only", "GET / HTTP/1.1\r\n\r\n", wire.Head{Line: "GET / HTTP/1.1"}},
		{"nothing", "\r\n\r\n", wire.Head{}},
		{"fields in order, as often as they come", "l\r\nB: 1\r\na: 2\r\nb: 3\r\n\r\n",
			wire.Head{Line: "l", Fields: []F{{"B", "1"}, {"a", "2"}, {"b", "3"}}}},
		{"blanks around a value", "l\r\nA: \t 1 2 \t\r\nB:3\r\n\r\n",
			wire.Head{Line: "l", Fields: []F{{"A", "1 2"}, {"B", "3"}}}},
		{"no value", "l\r\nA:\r\nB: \r\n\r\n",
			wire.Head{Line: "l", Fields: []F{{"A", ""}, {"B", ""}}}},
		{"colons in a value", "l\r\nHost: [::1]:9001\r\n\r\n",
			wire.Head{Line: "l", Fields: []F{{"Host", "[::1]:9001"}}}},
		{"octets above ASCII", "l\xff\r\nA: \xe9\xff\r\n\r\n",
			wire.Head{Line: "l\xff", Fields: []F{{"A", "\xe9\xff"}}}},
		{"a blank that is none in HTTP", "l\r\nA: \u00a01\u00a0\r\n\r\n",
			wire.Head{Line: "l", Fields: []F{{"A", "\u00a01\u00a0"}}}},
		{"every character a name may have", "l\r\n!#$%&'*+-.^_`|~09azAZ: 1\r\n\r\n",
			wire.Head{Line: "l", Fields: []F{{"!#$%&'*+-.^_`|~09azAZ", "1"}}}},
	}
	for _, tt := range tests {
		got, err := wire.ParseHead([]byte(tt.octets))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestErrorsOfAHeadNameTheLine(t *testing.T) {
	long := strings.Repeat("x", 100)
	tests := []struct {
		name, octets, want string
	}{
		{"nothing at all", "", "HTTP head without the empty line that ends it"},
		{"unfinished", "GET / HTTP/1.1\r\nA: 1\r\n", "HTTP head without the empty line that ends it"},
		{"no colon", "l\r\nA: 1\r\nnonsense\r\n\r\n", `line 3 of the HTTP head is no header field: "nonsense"`},
		{"no name", "l\r\n: 1\r\n\r\n", `line 2 of the HTTP head is no header field: ": 1"`},
		{"folded line", "l\r\nA: 1\r\n B: 2\r\n\r\n", `line 3 of the HTTP head is no header field: " B: 2"`},
		{"line folded with a tab", "l\r\nA: 1\r\n\tmore\r\n\r\n", `line 3 of the HTTP head is no header field: "\tmore"`},
		{"blank before the colon", "l\r\nHost : a\r\n\r\n", `line 2 of the HTTP head is no header field: "Host : a"`},
		{"name above ASCII", "l\r\nH\xf6st: a\r\n\r\n", `line 2 of the HTTP head is no header field: "H\xf6st: a"`},
		{"DEL in a name", "l\r\nA\x7f: a\r\n\r\n", `line 2 of the HTTP head is no header field: "A\x7f: a"`},
		{"name with a delimiter", "l\r\nA(1): a\r\n\r\n", `line 2 of the HTTP head is no header field: "A(1): a"`},
		{"NUL in a name", "l\r\nA\x00: a\r\n\r\n", `line 2 of the HTTP head holds a NUL, CR or LF: "A\x00: a"`},
		{"NUL in a value", "l\r\nA: 1\r\nB: \x00\r\n\r\n", `line 3 of the HTTP head holds a NUL, CR or LF: "B: \x00"`},
		{"NUL in the start line", "GET /\x00 HTTP/1.1\r\n\r\n", `line 1 of the HTTP head holds a NUL, CR or LF: "GET /\x00 HTTP/1.1"`},
		{"LF alone ends no line", "l\r\nA: 1\nB: 2\r\n\r\n", `line 2 of the HTTP head holds a NUL, CR or LF: "A: 1\nB: 2"`},
		{"CR alone ends no line", "l\r\nA: 1\r\r\nB: 2\r\n\r\n", `line 2 of the HTTP head holds a NUL, CR or LF: "A: 1\r"`},
		{"empty line inside", "l\r\n\r\nA: 1\r\n\r\n", `line 2 of the HTTP head is no header field: ""`},
		{"a long line is cut", "l\r\n" + long + "\r\n\r\n", `line 2 of the HTTP head is no header field: "` + long[:80] + `…"`},
	}
	for _, tt := range tests {
		_, err := wire.ParseHead([]byte(tt.octets))
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: error %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestHeadIsBounded(t *testing.T) {
	const around = len("l\r\nA: \r\n\r\n")
	fits := []byte("l\r\nA: " + strings.Repeat("x", wire.MaxHead-around) + "\r\n\r\n")
	if _, err := wire.ParseHead(fits); err != nil {
		t.Errorf("%d octets: %v", len(fits), err)
	}
	long := []byte("l\r\nA: " + strings.Repeat("x", wire.MaxHead-around+1) + "\r\n\r\n")
	if _, err := wire.ParseHead(long); !errors.Is(err, wire.ErrHeadTooLong) {
		t.Errorf("%d octets: error %v, want %v", len(long), err, wire.ErrHeadTooLong)
	}
	if _, err := wire.ParseHead([]byte("l\r\n" + strings.Repeat(":\r\n", wire.MaxHead/3-2) + "\r\n")); err == nil {
		t.Error("fields without names were taken")
	}
	many, err := wire.ParseHead([]byte("l\r\n" + strings.Repeat("a:\r\n", wire.MaxHead/4-2) + "\r\n"))
	if err != nil || len(many.Fields) != wire.MaxHead/4-2 {
		t.Errorf("%d fields, error %v", len(many.Fields), err)
	}
}

func TestFieldsAreFoundWithoutRegardToCase(t *testing.T) {
	h := wire.Head{Fields: []wire.Field{{"Via", "1"}, {"host", "a"}, {"VIA", "2"}}}
	if diff := cmp.Diff([]string{"1", "2"}, h.Values("via")); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if got := h.Values("none"); got != nil {
		t.Errorf("values of a field that is not there: %q", got)
	}
	for name, want := range map[string]string{"VIA": "1", "Host": "a", "none": ""} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestTokensOfAList(t *testing.T) {
	tests := []struct {
		values []string
		want   bool
	}{
		{nil, false},
		{[]string{""}, false},
		{[]string{"upgrade"}, true},
		{[]string{"Upgrade"}, true},
		{[]string{"keep-alive, Upgrade"}, true},
		{[]string{"keep-alive,\tUPGRADE ,"}, true},
		{[]string{"keep-alive", "x, upgrade"}, true},
		{[]string{"upgraded"}, false},
		{[]string{"up grade"}, false},
		{[]string{"keep-alive; upgrade"}, false},
		{[]string{"u\u0440grade"}, false},        // a Cyrillic letter that looks like p
		{[]string{"\u00a0upgrade"}, false},       // a blank, but not in HTTP
		{[]string{"upgrade\r"}, false},           // nor is this
		{[]string{",,,,", "\x00upgrade"}, false}, // nor a NUL
	}
	for _, tt := range tests {
		var h wire.Head
		for _, value := range tt.values {
			h.Add("Connection", value)
		}
		if got := h.HasToken("connection", "upgrade"); got != tt.want {
			t.Errorf("%q: %t, want %t", tt.values, got, tt.want)
		}
	}
	h := wire.Head{Fields: []wire.Field{{"Upgrade", "websoc\u212Aet"}}} // a Kelvin sign folds to k
	if h.HasToken("Upgrade", "websocket") {
		t.Error("a Kelvin sign passed for a k")
	}
}

func TestStartLines(t *testing.T) {
	requests := []struct {
		line, method, target string // method "": an error
	}{
		{"GET / HTTP/1.1", "GET", "/"},
		{"get /a?b=c HTTP/1.2", "get", "/a?b=c"},
		{"GET  / HTTP/1.1", "", ""},
		{"GET / HTTP/1.1 ", "", ""},
		{"GET /", "", ""},
		{"", "", ""},
		{"GET / HTTP/1.0", "", ""},
		{"GET / HTTP/1.", "", ""},
		{"GET / HTTP/1.11", "", ""},
		{"GET / HTTP/2.0", "", ""},
		{"GET / http/1.1", "", ""},
		{"GET / HTTP/1.x", "", ""},
	}
	for _, tt := range requests {
		method, target, err := wire.Head{Line: tt.line}.Request()
		if method != tt.method || target != tt.target || (err == nil) != (tt.method != "") {
			t.Errorf("request %q: %q %q, error %v; want %q %q", tt.line, method, target, err, tt.method, tt.target)
		}
	}
	statuses := []struct {
		line string
		want int // 0: an error
	}{
		{"HTTP/1.1 101 Switching Protocols", 101},
		{"HTTP/1.1 101", 101},
		{"HTTP/1.1 101 ", 101},
		{"HTTP/1.2 404 Not Found", 404},
		{"HTTP/1.0 101 Switching Protocols", 0},
		{"HTTP/1.1 +10 Odd", 0},
		{"HTTP/1.1 -10 Odd", 0},
		{"HTTP/1.1 1e1 Odd", 0},
		{"HTTP/1.1 1010 Odd", 0},
		{"HTTP/1.1  101 Odd", 0},
		{"HTTP/1.1", 0},
		{"SSH-2.0-OpenSSH", 0},
		{"", 0},
	}
	for _, tt := range statuses {
		got, err := wire.Head{Line: tt.line}.Status()
		if got != tt.want || (err == nil) != (tt.want != 0) {
			t.Errorf("status %q: %d, error %v; want %d", tt.line, got, err, tt.want)
		}
	}
}

func TestErrorsOfAStartLineAreShort(t *testing.T) {
	h := wire.Head{Line: strings.Repeat("\xff", wire.MaxHead)}
	_, _, request := h.Request()
	_, status := h.Status()
	for _, err := range []error{request, status} {
		if n := len(fmt.Sprint(err)); n > 500 {
			t.Errorf("an error of %d octets", n)
		}
	}
}
