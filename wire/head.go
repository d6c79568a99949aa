package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// MaxHead is the length in octets of the longest HTTP head that is read.
const MaxHead = 64 << 10

// ErrHeadTooLong is returned for a head of more than MaxHead octets.
var ErrHeadTooLong = fmt.Errorf("HTTP head of more than %d octets", MaxHead)

// A Head is the head of an HTTP request or response: a start line and fields in
// their order. Heads are written and read as raw octets, so that what is sent
// can be wrong on purpose and what is received can be shown as it came.
type Head struct {
	Line   string // without the line ending
	Fields []Field
}

// A Field is one header field.
type Field struct {
	Name, Value string
}

// Add appends a field.
func (h *Head) Add(name, value string) { h.Fields = append(h.Fields, Field{name, value}) }

// Append appends the octets of h, with the empty line that ends it, to dst.
func (h Head) Append(dst []byte) []byte {
	dst = append(dst, h.Line...)
	dst = append(dst, "\r\n"...)
	for _, f := range h.Fields {
		dst = append(dst, f.Name...)
		dst = append(dst, ": "...)
		dst = append(dst, f.Value...)
		dst = append(dst, "\r\n"...)
	}
	return append(dst, "\r\n"...)
}

// Values returns the values of all fields of that name, in order. Names are
// compared without regard to case (RFC 9110 5.1).
func (h Head) Values(name string) (values []string) {
	for _, f := range h.Fields {
		if strings.EqualFold(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return values
}

// Get returns the value of the first field of that name, or "".
func (h Head) Get(name string) string {
	for _, f := range h.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// HasToken reports whether a comma-separated field contains token, without
// regard to case.
func (h Head) HasToken(name, token string) bool {
	for _, value := range h.Values(name) {
		for item := range strings.SplitSeq(value, ",") {
			item = strings.Trim(item, " \t")
			// Equal lengths keep folding to ASCII: a Kelvin sign is no k.
			if len(item) == len(token) && strings.EqualFold(item, token) {
				return true
			}
		}
	}
	return false
}

// HeadEnd returns the length of the head b begins with, including its empty
// line, or 0 if b does not hold all of it.
func HeadEnd(b []byte) int {
	if i := bytes.Index(b, []byte("\r\n\r\n")); i >= 0 {
		return i + 4
	}
	return 0
}

// ParseHead parses a complete head, as found by HeadEnd. An error names the
// line that is wrong: no field, folded (RFC 9112 5.2), or holding a NUL or a CR
// or LF that ends no line (RFC 9110 5.5).
func ParseHead(b []byte) (Head, error) {
	if len(b) > MaxHead {
		return Head{}, ErrHeadTooLong
	}
	text, ok := strings.CutSuffix(string(b), "\r\n\r\n")
	if !ok {
		return Head{}, errors.New("HTTP head without the empty line that ends it")
	}
	var h Head
	n := 0
	for line := range strings.SplitSeq(text, "\r\n") {
		if n++; strings.ContainsAny(line, "\x00\r\n") {
			return h, fmt.Errorf("line %d of the HTTP head holds a NUL, CR or LF: %q", n, clip(line))
		}
		if n == 1 {
			h.Line = line
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || !validName(name) {
			return h, fmt.Errorf("line %d of the HTTP head is no header field: %q", n, clip(line))
		}
		h.Add(name, strings.Trim(value, " \t"))
	}
	return h, nil
}

// validName reports whether s is a token (RFC 9110 5.6.2).
func validName(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7F || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// Request takes the start line of a request apart. An error says what is wrong.
func (h Head) Request() (method, target string, err error) {
	parts := strings.Split(h.Line, " ")
	if len(parts) != 3 {
		return "", "", fmt.Errorf("request line %q: want method, target and version", clip(h.Line))
	}
	if !http11(parts[2]) {
		return "", "", fmt.Errorf("request line %q: want HTTP/1.1", clip(h.Line))
	}
	return parts[0], parts[1], nil
}

// Status takes the start line of a response apart. An error says what is wrong.
func (h Head) Status() (int, error) {
	version, rest, _ := strings.Cut(h.Line, " ")
	code, _, _ := strings.Cut(rest, " ")
	status, err := strconv.ParseUint(code, 10, 16)
	if err != nil || len(code) != 3 || !http11(version) {
		return 0, fmt.Errorf("status line %q: want HTTP/1.1 and a status", clip(h.Line))
	}
	return int(status), nil
}

// http11 reports whether version is HTTP/1.1 or a later HTTP/1, as the opening
// handshake needs (RFC 6455 4.1, 4.2.1).
func http11(version string) bool {
	digit, ok := strings.CutPrefix(version, "HTTP/1.")
	return ok && len(digit) == 1 && '1' <= digit[0] && digit[0] <= '9'
}

// clip shortens what a peer sent for a message.
func clip(s string) string {
	const limit = 80
	if len(s) > limit {
		return s[:limit] + "…"
	}
	return s
}
