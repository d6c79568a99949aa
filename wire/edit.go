package wire

import (
	"cmp"
	"slices"
	"strings"

	"gobahn/cases"
)

// Edit is h with the edits of o, whose payloads have the words of fill in the place of
// their names in braces.
func (h Head) Edit(o cases.Opening, fill *strings.Replacer) Head {
	h.Fields = slices.Clone(h.Fields)
	if o.Line != (cases.Payload{}) {
		h.Line = filled(o.Line, fill)
	}
	for _, e := range o.Edits {
		h.edit(e, filled(e.To, fill))
	}
	if o.Style.Reverse {
		slices.Reverse(h.Fields)
	}
	return h
}

// edit makes one edit. What it inserts as it is stays out.
func (h *Head) edit(e cases.Edit, to string) {
	named := func(name string) func(Field) bool {
		return func(f Field) bool { return strings.EqualFold(f.Name, name) }
	}
	moved := func(name string) (fields []Field) {
		for _, f := range h.Fields {
			if named(name)(f) {
				fields = append(fields, f)
			}
		}
		h.Fields = slices.DeleteFunc(h.Fields, named(name))
		return fields
	}
	switch {
	case e.Set != "":
		h.replace(Field{e.Set, to})
	case e.Add != "":
		h.Add(e.Add, to)
	case e.Remove != "":
		h.Fields = slices.DeleteFunc(h.Fields, named(e.Remove))
	case e.First != "":
		h.Fields = append(moved(e.First), h.Fields...)
	case e.Last != "":
		h.Fields = append(h.Fields, moved(e.Last)...)
	}
}

// Styled is the octets of h, which has the edits of o, in the style of o and with all
// that o has around it and inserts as it is, cut where o says so.
func (h Head) Styled(o cases.Opening, fill *strings.Replacer) []byte {
	b := []byte(filled(o.Before, fill))
	if o.Octets != (cases.Payload{}) {
		b = append(b, filled(o.Octets, fill)...)
	} else {
		b = h.style(b, o, fill)
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

func (h Head) style(b []byte, o cases.Opening, fill *strings.Replacer) []byte {
	end := cmp.Or(o.Style.End, "\r\n")
	b = append(append(b, h.Line...), end...)
	for _, f := range h.Fields {
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
func filled(p cases.Payload, fill *strings.Replacer) string {
	if fill == nil || p.Text == "" || p.Len > 0 {
		return string(p.Octets())
	}
	return fill.Replace(p.Text)
}
