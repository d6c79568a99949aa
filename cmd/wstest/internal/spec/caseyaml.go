package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gobahn/cases"
)

// CasesYAML is list as a file of cases: what ParseCases makes cases of that are equal to
// these apart from their ids.
func CasesYAML(list []cases.Case) ([]byte, error) {
	var out strings.Builder
	for i, c := range list {
		v, err := valueOf(c)
		if err != nil {
			return nil, fmt.Errorf("case %s: %w", c.ID, err)
		}
		if i > 0 {
			out.WriteByte('\n')
		}
		if c.ID != c.ID.Own() {
			fmt.Fprintf(&out, "# %s of the catalogue. Given with --case-file it is %s.\n", c.ID, c.ID.Own())
		}
		lines := block(v)
		if len(list) > 1 {
			lines = item(lines)
		}
		for _, line := range lines {
			out.WriteString(line + "\n")
		}
	}
	return []byte(out.String()), nil
}

// valueOf is c as it stands in a file, which says what is accepted even if that is
// nothing: otherwise the model would.
func valueOf(c cases.Case) (value, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(c); err != nil {
		return value{}, err
	}
	v, err := parse(string(c.ID), text.Bytes())
	if err != nil {
		return value{}, err
	}
	if !v.has("ending") {
		i := slices.IndexFunc(v.members, func(m member) bool { return m.name == "accept" })
		v.members = slices.Insert(v.members, i+1, member{name: "ending", value: value{token: json.Delim('{')}})
	}
	return v, nil
}

// lineLength is how long a line gets before what is in it is written in several.
const lineLength = 100

// block is v in lines.
func block(v value) (lines []string) {
	for _, m := range v.members {
		key := quoted(m.name) + ":"
		one := flow(m.value)
		switch {
		case m.value.isList() && m.value.holds() || len(key)+len(one) > lineLength && len(m.value.items)+len(m.value.members) > 0:
			lines = append(lines, key)
			for _, line := range block(m.value) {
				lines = append(lines, "  "+line)
			}
		default:
			lines = append(lines, key+" "+one)
		}
	}
	for _, one := range v.items {
		text := flow(one)
		if one.isObject() && (len(one.members) == 1 || len(text) > lineLength) {
			lines = append(lines, item(block(one))...)
		} else {
			lines = append(lines, "- "+text)
		}
	}
	return lines
}

// item is lines as those of an item of a list.
func item(lines []string) (out []string) {
	for i, line := range lines {
		if i == 0 {
			out = append(out, "- "+line)
		} else {
			out = append(out, "  "+line)
		}
	}
	return out
}

// holds reports whether v is a list of objects.
func (v value) holds() bool { return len(v.items) > 0 && v.items[0].isObject() }

// flow is v in one line.
func flow(v value) string {
	var parts []string
	switch token := v.token.(type) {
	case nil:
		return "[]" // lists are all that is written when it is nil
	case string:
		return quoted(token)
	case json.Delim:
		for _, one := range v.items {
			parts = append(parts, flow(one))
		}
		for _, m := range v.members {
			parts = append(parts, quoted(m.name)+": "+flow(m.value))
		}
		if v.isList() {
			return "[" + strings.Join(parts, ", ") + "]"
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v.token)
}

// plain is what needs no quotes: no number, and no word that means something.
var plain = regexp.MustCompile(`^[A-Za-z]([A-Za-z0-9 ._-]*[A-Za-z0-9])?$`)

// meaning are words that YAML, of whatever version, takes for something else.
var meaning = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"}

// quoted is s as text, in quotes if it needs them.
func quoted(s string) string {
	if plain.MatchString(s) && !slices.Contains(meaning, strings.ToLower(s)) {
		return s
	}
	var out strings.Builder
	out.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			out.WriteRune('\\')
			out.WriteRune(c)
		case c == '\r':
			out.WriteString(`\r`)
		case c == '\n':
			out.WriteString(`\n`)
		case c == ' ' || unicode.IsGraphic(c) && !unicode.IsSpace(c):
			out.WriteRune(c)
		case c < utf8.RuneSelf:
			fmt.Fprintf(&out, `\x%02x`, c)
		case c <= 0xffff:
			fmt.Fprintf(&out, `\u%04x`, c)
		default:
			fmt.Fprintf(&out, `\U%08x`, c)
		}
	}
	out.WriteByte('"')
	return out.String()
}
