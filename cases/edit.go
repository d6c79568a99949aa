package cases

import (
	"cmp"
	"slices"
	"strings"
)

// A Field is one field of the head of an HTTP request or response.
type Field struct {
	Name, Value string
}

// Edited is a start line and fields with the edits of o, whose payloads have the words of
// fill in the place of their names in braces. What is inserted as it is stays out.
func (o Opening) Edited(line string, fields []Field, fill *strings.Replacer) (string, []Field) {
	fields = slices.Clone(fields)
	if o.Line != (Payload{}) {
		line = filled(o.Line, fill)
	}
	for _, e := range o.Edits {
		fields = e.edit(fields, filled(e.To, fill))
	}
	if o.Style.Reverse {
		slices.Reverse(fields)
	}
	return line, fields
}

// edit makes one edit, whose value is to.
func (e Edit) edit(fields []Field, to string) []Field {
	named := func(name string) (is, others []Field) {
		for _, f := range fields {
			if strings.EqualFold(f.Name, name) {
				is = append(is, f)
			} else {
				others = append(others, f)
			}
		}
		return is, others
	}
	switch {
	case e.Set != "":
		for i, f := range fields {
			if strings.EqualFold(f.Name, e.Set) {
				fields[i].Value = to
				return fields
			}
		}
		return append(fields, Field{e.Set, to})
	case e.Add != "":
		return append(fields, Field{e.Add, to})
	case e.Remove != "":
		_, others := named(e.Remove)
		return others
	case e.First != "":
		is, others := named(e.First)
		return append(is, others...)
	case e.Last != "":
		is, others := named(e.Last)
		return append(others, is...)
	}
	return fields
}

// Styled is the octets of a head, which has the edits of o, in the style of o and with all
// that o has around it and inserts as it is, cut where o says so.
func (o Opening) Styled(line string, fields []Field, fill *strings.Replacer) []byte {
	b := []byte(filled(o.Before, fill))
	if o.Octets != (Payload{}) {
		b = append(b, filled(o.Octets, fill)...)
	} else {
		b = o.style(b, line, fields, fill)
	}
	b = append(b, filled(o.After, fill)...)
	switch {
	case o.Cut > 0:
		b = b[:min(o.Cut, len(b))]
	case o.Cut < 0:
		b = b[:max(0, len(b)+o.Cut)]
	}
	return b
}

func (o Opening) style(b []byte, line string, fields []Field, fill *strings.Replacer) []byte {
	end := cmp.Or(o.Style.End, "\r\n")
	b = append(append(b, line...), end...)
	for _, f := range fields {
		b = append(b, spelt(f.Name, o.Style.Names)...)
		b = append(b, cmp.Or(o.Style.Colon, ": ")...)
		b = append(b, f.Value...)
		b = append(append(b, o.Style.Trail...), end...)
	}
	for _, e := range o.Edits {
		b = append(b, filled(e.Insert, fill)...)
	}
	return append(b, cmp.Or(o.Style.LastEnd, end)...)
}

// spelt is a name in other letters. Those beyond ASCII stay as they are, since a name in
// other letters may be longer.
func spelt(name, letters string) string {
	b := []byte(name)
	for i, c := range b {
		lower, upper := 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z'
		switch {
		case upper && (letters == "lower" || letters == "mixed" && i%2 == 0),
			lower && (letters == "upper" || letters == "mixed" && i%2 == 1):
			b[i] ^= 'a' ^ 'A'
		}
	}
	return string(b)
}

// filled is the octets of p with words in the place of their names.
func filled(p Payload, fill *strings.Replacer) string {
	if fill == nil || p.Text == "" || p.Len > 0 {
		return string(p.Octets())
	}
	return fill.Replace(p.Text)
}
