package launch

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzPrintable wants nothing that a command prints to move a cursor, or to reorder or
// hide text.
func FuzzPrintable(f *testing.F) {
	for _, seed := range []string{"\x1b[2J\a", "a\tb\x7f", "\u202eé\u200b", "\xff\xed\xa0\x80", "\ufffd", "\U000e0001"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		got := printable(line)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return r != '\t' && !unicode.IsPrint(r) }) {
			t.Errorf("%q is printed as %q", line, got)
		}
		if again := printable(got); again != got {
			t.Errorf("%q is printed as %q, and that as %q", line, got, again)
		}
	})
}
