package wire

import (
	"strings"

	"gobahn/cases"
)

// Edit is h with the edits of o, whose payloads have the words of fill in the place of
// their names in braces.
func (h Head) Edit(o cases.Opening, fill *strings.Replacer) (edited Head) {
	line, fields := o.Edited(h.Line, h.data(), fill)
	edited.Line = line
	for _, f := range fields {
		edited.Fields = append(edited.Fields, Field(f))
	}
	return edited
}

// Styled is the octets of h, which has the edits of o, in the style of o and with all that
// o has around it and inserts as it is, cut where o says so.
func (h Head) Styled(o cases.Opening, fill *strings.Replacer) []byte {
	return o.Styled(h.Line, h.data(), fill)
}

// data is the fields of h as those of a case.
func (h Head) data() (fields []cases.Field) {
	for _, f := range h.Fields {
		fields = append(fields, cases.Field(f))
	}
	return fields
}
