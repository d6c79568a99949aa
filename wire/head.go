package wire

import (
	"bytes"
	"errors"
	"fmt"
	"net/textproto"
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
			if strings.EqualFold(strings.TrimSpace(item), token) {
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
// line that is no field.
func ParseHead(b []byte) (Head, error) {
	if len(b) > MaxHead {
		return Head{}, ErrHeadTooLong
	}
	text, ok := strings.CutSuffix(string(b), "\r\n\r\n")
	if !ok {
		return Head{}, errors.New("HTTP head without the empty line that ends it")
	}
	line, rest, more := strings.Cut(text, "\r\n")
	h := Head{Line: line}
	for n := 2; more; n++ {
		line, rest, more = strings.Cut(rest, "\r\n")
		name, value, ok := strings.Cut(line, ":")
		if !ok || !validName(name) {
			return h, fmt.Errorf("line %d of the HTTP head is no header field: %q", n, clip(line))
		}
		h.Add(name, textproto.TrimString(value))
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
	if !strings.HasPrefix(parts[2], "HTTP/1.") || parts[2] == "HTTP/1.0" {
		return "", "", fmt.Errorf("request line %q: want HTTP/1.1", clip(h.Line))
	}
	return parts[0], parts[1], nil
}

// Status takes the start line of a response apart. An error says what is wrong.
func (h Head) Status() (int, error) {
	version, rest, _ := strings.Cut(h.Line, " ")
	code, _, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	if err != nil || len(code) != 3 || !strings.HasPrefix(version, "HTTP/1.") {
		return 0, fmt.Errorf("status line %q: want HTTP/1.1 and a status", clip(h.Line))
	}
	return status, nil
}

// clip shortens what a peer sent for a message.
func clip(s string) string {
	const limit = 80
	if len(s) > limit {
		return s[:limit] + "…"
	}
	return s
}
