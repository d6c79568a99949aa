package templates

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"gobahn/cases"
)

// The reference shortens octets that do not leave room for the ellipsis within
// its limit, but then shows as many as the limit allows: of 61 octets it shows
// 61 and the ellipsis, of 100 the first 64.
const (
	ellipsis   = " ..."
	wholeLimit = cases.LogLimit - len(ellipsis)
)

// HexText shows size octets, of which head are the first, as the reference's
// wire log does: in hex, cut after 64 octets.
func HexText(head []byte, size int) string {
	head, tail := shorten(head, size)
	return hex.EncodeToString(head) + tail
}

// PayloadText shows size octets, of which head are the first, as the
// reference's reports do: as text, cut after 64 octets, or, if what is left is
// not UTF-8, as "0x" and hex. (The reference takes encoded surrogates for text;
// they are hex here, because strict readers refuse them in JSON.)
func PayloadText(head []byte, size int) string {
	short, tail := shorten(head, size)
	if !utf8.Valid(short) {
		return "0x" + HexText(head, size)
	}
	return string(short) + tail
}

func shorten(head []byte, size int) ([]byte, string) {
	size = max(size, 0)
	if size <= wholeLimit && len(head) >= size {
		return head[:size], ""
	}
	return head[:min(len(head), size, cases.LogLimit)], ellipsis
}

// Head returns the first octets p describes, at most n, without making the rest.
func Head(p cases.Payload, n int) []byte {
	pattern := p.Pattern()
	n = min(n, p.Size())
	if p.SHA256 != "" || len(pattern) == 0 || len(pattern) >= n {
		return pattern[:min(n, len(pattern))]
	}
	head := make([]byte, 0, n)
	for len(head) < n {
		head = append(head, pattern[:min(len(pattern), n-len(head))]...)
	}
	return head
}

// reasonLimit is how many octets of a close reason are shown. A conformant one
// has at most 123.
const reasonLimit = 1024

// Reason shows the reason of a close frame: as text or, if it is not UTF-8, as
// hex. There is none if ok is false.
func Reason(p cases.Payload) (reason string, ok bool) {
	if p.Size() == 0 {
		return "", false
	}
	head, tail := Head(p, reasonLimit), ""
	if len(head) < p.Size() {
		tail = ellipsis
	}
	if !utf8.Valid(head) {
		return hex.EncodeToString(head) + tail, true
	}
	return string(head) + tail, true
}

// Legible shows s on one line: what can be printed as it is, and everything
// else (controls, invalid UTF-8, characters that reorder or hide text) as
// escapes of its octets.
func Legible(s string) string {
	if printable(s) {
		return s
	}
	var out strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if unicode.IsPrint(r) && (r != utf8.RuneError || n > 1) {
			out.WriteString(s[:n])
		} else {
			for i := range n {
				fmt.Fprintf(&out, `\x%02x`, s[i])
			}
		}
		s = s[n:]
	}
	return out.String()
}

// printable reports whether Legible shows s as it is.
func printable(s string) bool {
	for i, r := range s {
		if !unicode.IsPrint(r) || r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd") {
			return false
		}
	}
	return true
}

// LegibleLines is Legible for text in lines, such as the head of a request.
func LegibleLines(s string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		lines = append(lines, Legible(line))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// shortLimit is how many characters of a name a page shows.
const shortLimit = 60

// Short is Legible for a name that may be long: its first characters.
func Short(name string) string {
	runes := []rune(Legible(name))
	if len(runes) <= shortLimit {
		return string(runes)
	}
	return string(runes[:shortLimit-1]) + "…"
}

// wrap cuts s into lines of at most width characters.
func wrap(s string, width int) []string {
	var lines []string
	for runes := []rune(s); len(runes) > 0; {
		n := min(width, len(runes))
		lines = append(lines, string(runes[:n]))
		runes = runes[n:]
	}
	return lines
}
