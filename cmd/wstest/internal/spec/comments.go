package spec

import "bytes"

// withoutComments is JSON with blanks in the place of comments (// to the end of the
// line, /* to */), so that everything else stays where it is.
func withoutComments(text []byte) []byte {
	out := bytes.Clone(text)
	for i := 0; i < len(out); {
		switch rest := out[i:]; {
		case rest[0] == '"':
			i += stringLength(rest)
		case bytes.HasPrefix(rest, []byte("//")):
			n := bytes.IndexByte(rest, '\n')
			if n < 0 {
				n = len(rest)
			}
			i += blank(rest[:n])
		case bytes.HasPrefix(rest, []byte("/*")):
			n := bytes.Index(rest[2:], []byte("*/"))
			if n < 0 {
				n = len(rest) - 4
			}
			i += blank(rest[:n+4])
		default:
			i++
		}
	}
	return out
}

// stringLength is how many octets a JSON string has at the beginning of text.
func stringLength(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"', '\n':
			return i + 1
		}
	}
	return len(text)
}

// blank makes b blank, but for its lines, and returns its length.
func blank(b []byte) int {
	for i, c := range b {
		if c != '\n' {
			b[i] = ' '
		}
	}
	return len(b)
}
