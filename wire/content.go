package wire

import (
	"bytes"
	"strconv"
	"strings"

	"gobahn/cases"
)

// ContentEnd is where the content of the response ends that b begins with (RFC 9112 6.3);
// -1 if b does not hold all of it. Closes says that it ends with the connection.
func ContentEnd(b []byte) (end int, closes bool) {
	n := HeadEnd(b)
	if n == 0 {
		return -1, false
	}
	h, err := ParseHead(b[:n])
	if err != nil {
		return -1, true // nobody knows
	}
	status := cases.StatusOf(h.Line)
	switch coding, lengths := h.Values("Transfer-Encoding"), h.Values("Content-Length"); {
	case strings.HasPrefix(status, "1"), status == "204", status == "304":
		return n, false
	case len(coding) > 0:
		if last := coding[len(coding)-1]; !strings.HasSuffix(strings.ToLower(strings.TrimRight(last, " \t")), "chunked") {
			return -1, true
		}
		size := chunksEnd(b[n:])
		if size < 0 {
			return -1, false
		}
		return n + size, false
	case len(lengths) == 0:
		return -1, true
	default:
		length, err := strconv.ParseUint(lengths[0], 10, 62)
		if err != nil {
			return -1, true
		}
		if uint64(len(b)-n) < length {
			return -1, false
		}
		return n + int(length), false
	}
}

// chunksEnd is where the chunks end that b begins with, and the trailer behind them (RFC
// 9112 7.1); -1 if b does not hold all of them, or they are none.
func chunksEnd(b []byte) int {
	at := 0
	for {
		line := bytes.Index(b[at:], []byte("\r\n"))
		if line < 0 {
			return -1
		}
		hex, _, _ := strings.Cut(string(b[at:at+line]), ";")
		size, err := strconv.ParseUint(strings.Trim(hex, " \t"), 16, 62)
		if at += line + 2; err != nil || uint64(len(b)-at) < size {
			return -1
		}
		if size == 0 {
			break
		}
		if at += int(size) + 2; at > len(b) {
			return -1
		}
	}
	for { // the trailer ends with an empty line
		line := bytes.Index(b[at:], []byte("\r\n"))
		if line < 0 {
			return -1
		}
		if at += line + 2; line == 0 {
			return at
		}
	}
}
