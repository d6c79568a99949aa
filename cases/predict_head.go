package cases

import (
	"regexp"
	"strings"
)

// The model reads heads with code of its own, lest a fault of the engine's be its own, too;
// FuzzStance in wire compares the two.

// A modelHead is a head as its recipient reads it: of what may be mended, what is mended.
type modelHead struct {
	line   string
	fields []Field
	behind string // octets behind the head
}

// Where a head ends, for a recipient that takes LF for a line end (RFC 9112 2.2).
var headEnd = regexp.MustCompile(`\r?\n\r?\n`)

// A line end that is none: CR without LF.
var bareCR = regexp.MustCompile(`\r([^\n]|$)`)

// modelLimit is how many octets of a head any recipient should take. There is no such
// number in the RFCs: beyond it the model asks for nothing (RFC 9110 5.4).
const modelLimit = 4096

// What is found in heads of which not much can be said.
const (
	headless = "The head has no end."
	tooLong  = "How long a head may be is left to who takes it (RFC 9110 5.4)."
)

// modelMost is how many octets of a head the model reads itself.
const modelMost = 4 << 20

// head reads the head at the beginning of octets. Ok is false if there is none to its end.
func (r *reading) head(octets string, role Role) (h modelHead, ok bool) {
	if len(octets) > modelMost {
		r.finds(MayEither, tooLong)
		return h, false
	}
	at := headEnd.FindStringIndex(octets)
	if at == nil {
		r.unfinished(headless)
		return h, false
	}
	text, end := octets[:at[0]], octets[at[0]:at[1]]
	h.behind = octets[at[1]:]
	if strings.Contains(strings.ReplaceAll(text+end, "\r\n", ""), "\n") {
		r.unfinished("LF alone may be taken for a line end, or not (RFC 9112 2.2).")
	}
	if len(text) > modelLimit {
		r.finds(MayEither, tooLong)
	}
	for bareCR.MatchString(text) {
		r.finds(MayEither, "A CR that ends no line is an error, or a blank (RFC 9112 2.2).")
		text = bareCR.ReplaceAllString(text, " $1")
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	h.line = lines[0]
	for i, line := range lines[1:] {
		r.field(&h, line, i == 0, role)
	}
	return h, true
}

// field reads a line behind the first.
func (r *reading) field(h *modelHead, line string, first bool, role Role) {
	if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
		switch last := len(h.fields) - 1; {
		case first || last < 0:
			r.finds(MayEither, "A line that begins with a blank, behind the first, is an error, or left out (RFC 9112 2.2).")
		default:
			if role == Server {
				r.finds(MayEither, "A field on two lines is an error, or its line end a blank (RFC 9112 5.2).")
			} else {
				r.finds(ShouldOpen, "A client MUST read a field on two lines, which many do not (RFC 9112 5.2).")
			}
			// What is that long is too long anyway, and more folds would take time with the square.
			if value := &h.fields[last].Value; len(*value) <= modelLimit {
				*value = strings.Trim(*value+" "+strings.Trim(line, " \t"), " ")
			}
		}
		return
	}
	name, value, colon := strings.Cut(line, ":")
	switch {
	case role == Client && (!colon || strings.TrimRight(name, " \t") != name):
		r.finds(ShouldRefuse, "A line is no field: what a client makes of that is not said (RFC 9112 5).")
		name = strings.TrimRight(name, " \t")
	case colon && strings.TrimRight(name, " \t") != name:
		r.finds(MustRefuse, "There is white space before a colon (RFC 9112 5.1).")
	case !colon || name == "" || strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c == 0x7f }):
		r.finds(MustRefuse, "A line is no field (RFC 9112 5).")
	case !isToken(name):
		r.finds(MayEither, "A name has characters that it cannot have, which many take (RFC 9112 5).")
	}
	value = strings.Trim(value, " \t")
	if strings.Contains(value, "\x00") {
		r.finds(MayEither, "A NUL is an error, or a blank (RFC 9110 5.5).")
		value = strings.ReplaceAll(value, "\x00", " ")
	}
	if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
		r.finds(MayEither, "A control character in a value is an error, or kept (RFC 9110 5.5).")
	}
	if strings.ContainsFunc(value, func(c rune) bool { return c >= 0x80 }) {
		r.finds(ShouldOpen, "Octets above 7f are obsolete in a value (RFC 9110 5.5).")
	}
	h.fields = append(h.fields, Field{name, value})
}

// values are those of all fields of a name, in order.
func (h modelHead) values(name string) (values []string) {
	for _, f := range h.fields {
		if sameWord(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return values
}

// list are the elements of the fields of a name that are lists, without empty ones (RFC
// 9110 5.6.1.2).
func (h modelHead) list(name string) (elements []string) {
	for _, value := range h.values(name) {
		for element := range strings.SplitSeq(value, ",") {
			if element = strings.Trim(element, " \t"); element != "" {
				elements = append(elements, element)
			}
		}
	}
	return elements
}

// reasonable is how many empty elements of a list are ignored for certain: "a reasonable
// number" (RFC 9110 5.6.1.2).
const reasonable = 8

// empty is how many of the elements of the fields of a name, as a list, are empty.
func (h modelHead) empty(name string) int {
	return emptyOf(h.values(name), len(h.list(name)))
}

// emptyOf is how many elements of a list in these fields are empty, of which so many are not.
func emptyOf(values []string, elements int) int {
	if len(values) == 0 {
		return 0
	}
	return strings.Count(strings.Join(values, ","), ",") + 1 - elements
}

// sameWord reports whether two words are the same but for the case of ASCII letters. Other
// letters that fold into those are of more octets.
func sameWord(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }

// isToken reports whether s is a token (RFC 9110 5.6.2).
func isToken(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// isNumber reports whether s is digits, and nothing else.
func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
