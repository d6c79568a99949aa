package cases

import (
	"fmt"
	"strings"
)

// Lines show how our half of the opening handshake differs, a line each, in the notation
// of reports.
func (o *Opening) Lines() (lines []string) {
	if o == nil {
		return nil
	}
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	show := func(what string, p Payload) {
		if p != (Payload{}) {
			add("%s %s", what, p)
		}
	}
	if v := o.Visit; v != nil {
		if v.URL != "" {
			add("URL %s", Of(v.URL))
		}
		if v.Sockets > 1 {
			add("%d connections at a time, if the client can", v.Sockets)
		}
		if v.Protocol != "" {
			add("subprotocol %s, if the client can", Of(v.Protocol))
		}
		if v.Header != "" {
			add("field %s, if the client can", Of(v.Header))
		}
		if v.Wait > 0 {
			add("then %s for it to come back", v.Wait)
		}
	}
	show("before the head:", o.Before)
	show("first the request", o.Prior)
	show("start line", o.Line)
	show("instead of the head:", o.Octets)
	if o.Key != "" {
		add("key %q", o.Key)
	}
	for _, e := range o.Edits {
		add("%s", e)
	}
	if s := o.Style.String(); s != "" {
		add("fields %s", s)
	}
	show("behind the head:", o.After)
	switch {
	case o.Cut > 0:
		add("only the first %d octets", o.Cut)
	case o.Cut < 0:
		add("without the last %d octets", -o.Cut)
	}
	if len(o.Pauses) > fewPauses {
		add("%s, and %d more pauses", o.Pauses[0], len(o.Pauses)-1)
	} else {
		for _, p := range o.Pauses {
			add("%s", p)
		}
	}
	if s := o.Wire.String(); s != "" {
		add("head%s", s)
	}
	if o.Early {
		add("without waiting for the answer")
	}
	if o.Time > 0 {
		add("an answer within %s", o.Time)
	}
	return lines
}

// fewPauses are all shown.
const fewPauses = 3

// String is the time and the place.
func (p Pause) String() string {
	if p.At < 0 {
		return fmt.Sprintf("%s %d octets before the end", p.Wait, -p.At)
	}
	return fmt.Sprintf("%s before octet %d", p.Wait, p.At)
}

// String is what is changed.
func (e Edit) String() string {
	switch {
	case e.Set != "":
		return fmt.Sprintf("%s = %s", e.Set, e.To)
	case e.Add != "":
		return fmt.Sprintf("another %s: %s", e.Add, e.To)
	case e.Remove != "":
		return "no " + e.Remove
	case e.First != "":
		return e.First + " first"
	case e.Last != "":
		return e.Last + " last"
	}
	return fmt.Sprintf("the octets %s", e.Insert)
}

// String is what is set.
func (s Style) String() string {
	var parts []string
	if s.Names != "" {
		parts = append(parts, "in "+s.Names+" case")
	}
	for _, one := range []struct{ what, octets string }{
		{"colon", s.Colon}, {"trail", s.Trail}, {"line end", s.End}, {"last line end", s.LastEnd},
	} {
		if one.octets != "" {
			parts = append(parts, one.what+" "+Of(one.octets).String())
		}
	}
	if s.Reverse {
		parts = append(parts, "in reverse order")
	}
	return strings.Join(parts, ", ")
}

// String is the statuses and the fields.
func (a Answer) String() string {
	s := strings.Join(a.Status, ", ")
	s += fieldsText(a.With, a.Without)
	if len(a.Then) > 0 {
		s += ", then " + strings.Join(a.Then, ", ")
	}
	return s
}

// fieldsText says which fields are there, and which are not.
func fieldsText(with, without []string) (s string) {
	if len(with) > 0 {
		s += " with " + strings.Join(with, ", ")
	}
	if len(without) > 0 {
		s += " without " + strings.Join(without, ", ")
	}
	return s
}

// Shown is c with what is special about the variant that decided, and o, what is shown of
// it, is about; c itself if it has none.
func (c Case) Shown(r Result) Case {
	if len(c.Variants) == 0 || r.Worst >= len(c.Variants) {
		return c
	}
	part := c.Variants[r.Worst].of(c, r.Worst)
	part.ID, part.Description = c.ID, c.Description
	return part
}

// Sent are all lines that show what is sent of c: the opening, and the steps.
func (c Case) Sent() (lines []string) {
	lines = append(c.Opening.Lines(), c.Deflate.Lines()...)
	for _, step := range c.Script {
		lines = append(lines, step.String())
	}
	return lines
}

// wanted are the lines that show what is wanted.
func (c Case) wanted() (lines []string) {
	if c.Opening != nil {
		for _, a := range c.Opening.Answers {
			lines = append(lines, "answer "+a.String())
		}
		for _, a := range c.Opening.Visiting().Asks {
			lines = append(lines, a.String())
		}
	}
	if len(lines) > 0 && len(c.Script) == 0 {
		return lines
	}
	for i, o := range c.Accept {
		lines = append(lines, fmt.Sprintf("%s; %s", o.brief(), c.endingOf(i)))
	}
	return lines
}
