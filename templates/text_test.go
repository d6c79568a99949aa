package templates

import (
	"encoding/hex"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"gobahn/cases"
)

// harmless reports whether s is one line without anything that moves a cursor, or that
// reorders or hides text.
func harmless(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// FuzzText wants whatever a peer sends to be harmless, and short, where it is shown.
func FuzzText(f *testing.F) {
	for _, seed := range []string{
		"\x1b[31m\x00é", "\u202e\u200b\ufeff\xff", "a\r\nb\rc", "<script>", strings.Repeat("é", 100), "\xed\xa0\x80", "\ufffd", strings.Repeat("a", 61),
	} {
		f.Add(seed, 3)
	}
	f.Fuzz(func(t *testing.T, s string, size int) {
		legible := Legible(s)
		if !harmless(legible) {
			t.Errorf("%q is shown as %q", s, legible)
		}
		if harmless(s) && legible != s {
			t.Errorf("%q is harmless, and shown as %q", s, legible)
		}
		if again := Legible(legible); again != legible {
			t.Errorf("%q is shown as %q, and that as %q", s, legible, again)
		}
		if short := Short(s); !harmless(short) || utf8.RuneCountInString(short) > shortLimit {
			t.Errorf("%q is shown as %q", s, short)
		}
		for line := range strings.SplitSeq(LegibleLines(s), "\n") {
			if !harmless(line) {
				t.Errorf("%q is shown in lines with %q", s, line)
			}
		}
		if got := strings.Join(wrap(s, 7), ""); utf8.ValidString(s) && got != s {
			t.Errorf("%q is wrapped as %q", s, got)
		}
		b := []byte(s)
		digits, _ := strings.CutSuffix(HexText(b, size), ellipsis)
		if octets, err := hex.DecodeString(digits); err != nil || len(octets) > cases.LogLimit || !strings.HasPrefix(s, string(octets)) {
			t.Errorf("%q of %d octets is shown as %q", s, size, digits)
		}
		if shown := PayloadText(b, size); !utf8.ValidString(shown) || len(shown) > 2*cases.LogLimit+10 {
			t.Errorf("%q of %d octets is shown as %q", s, size, shown)
		}
		if reason, ok := Reason(cases.Of(s)); !utf8.ValidString(reason) || ok != (s != "") {
			t.Errorf("the reason %q is shown as %q", s, reason)
		}
	})
}
