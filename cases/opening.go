package cases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// An Opening is how our half of the opening handshake differs from the conformant one,
// and what a server may answer. It is of the request if we are the client, and of the
// response if we are the server. The zero value differs in nothing.
//
// In the text of its payloads, {path} stands for the target of the request, {host} for
// its Host, {key} for the Sec-WebSocket-Key, {accept} for the Sec-WebSocket-Accept that
// answers it, and {protocol} and {origin} for what the user declares; {PROTOCOL} is in
// letters of the other case.
type Opening struct {
	Key    string  `json:"key,omitempty"`    // our Sec-WebSocket-Key; empty: 16 random octets
	Line   Payload `json:"line,omitzero"`    // instead of the request or status line, without its end
	Edits  []Edit  `json:"edits,omitempty"`  // of the fields, in order
	Style  Style   `json:"style,omitzero"`   // how lines are written
	Octets Payload `json:"octets,omitzero"`  // instead of the whole head
	Before Payload `json:"before,omitzero"`  // octets before the head
	Prior  Payload `json:"prior,omitzero"`   // a whole request before the head, whose answer is read first; only from a client
	After  Payload `json:"after,omitzero"`   // octets behind the head, in the same write
	Cut    int     `json:"cut,omitempty"`    // octets of all this that are sent, negative: that many are not; 0: all are
	Pauses []Pause `json:"pauses,omitempty"` // before octets of what is sent; At is counted from the end if negative
	Wire   Wire    `json:"wire,omitzero"`
	Early  bool    `json:"early,omitempty"` // the script does not wait for the server's answer

	Time  Duration `json:"time,omitempty"`  // for the answer of a server; 0: as long as an opening handshake may take
	Wants []string `json:"wants,omitempty"` // fields that a client's request must have for the case to be played; with "no " before it, must not

	Answers []Answer `json:"answers,omitempty"` // of a server, the first that matches counts; nil: it opens the WebSocket

	Visit *Visit `json:"visit,omitempty"` // what a client is told that is started for the case, and asks then; nil: nothing special
}

// An Edit changes one field of a head. Exactly one of its fields but To is set.
type Edit struct {
	Set    string  `json:"set,omitempty"`    // the value of this field becomes To; if there is none, it is added
	Add    string  `json:"add,omitempty"`    // a further field of that name, with the value To
	Remove string  `json:"remove,omitempty"` // all fields of that name
	First  string  `json:"first,omitempty"`  // the field of that name goes before all others
	Last   string  `json:"last,omitempty"`   // the field of that name goes behind all others
	Insert Payload `json:"insert,omitzero"`  // octets before the empty line, with their own line ends
	To     Payload `json:"to,omitzero"`
}

// A Style is how the lines of a head are written. The zero value is as everybody does.
type Style struct {
	Names   string `json:"names,omitempty"`   // letters of the names: "lower", "upper", "mixed"; empty: as they are
	Colon   string `json:"colon,omitempty"`   // between name and value; empty: ": "
	Trail   string `json:"trail,omitempty"`   // between value and line end
	End     string `json:"end,omitempty"`     // of every line; empty: CR LF
	LastEnd string `json:"lastEnd,omitempty"` // of the empty line; empty: as End
	Reverse bool   `json:"reverse,omitempty"` // the fields come in reverse order
}

// An Answer is one way for a server to answer our request, and what that is worth. If
// it opens the WebSocket the script is played, and the worse of the two verdicts counts.
type Answer struct {
	Verdict Verdict  `json:"verdict"`
	Status  []string `json:"status"`            // "101", "4xx", AnyRefusal, Dropped, Unanswered
	With    []string `json:"with,omitempty"`    // fields that are there, by name, or by name and a part of the value: "Sec-WebSocket-Version: 13"
	Without []string `json:"without,omitempty"` // fields that are not
	Then    []string `json:"then,omitempty"`    // what comes behind it, if it refuses: the status of another answer, Dropped, Unanswered, Unfinished; nil: nobody looks
	Says    string   `json:"says,omitempty"`    // what the report says when this one matched
}

// WantBrowser is in Wants where the client has to be a browser, or to send an Origin as
// they do.
const WantBrowser = "Origin"

// What the Status of an Answer can be beside numbers.
const (
	AnyRefusal = "refusal" // any status but 101
	Dropped    = "drop"    // TCP ended without an answer
	Unanswered = "silence" // neither an answer nor the end of TCP in time
	Unfinished = "cut"     // only what comes behind: the content of the answer did not end, or too soon
)

// Set is an edit that gives a field a value.
func Set(name, value string) Edit { return Edit{Set: name, To: Of(value)} }

// Add is an edit that adds a field.
func Add(name, value string) Edit { return Edit{Add: name, To: Of(value)} }

// Remove is an edit that removes a field.
func Remove(name string) Edit { return Edit{Remove: name} }

// Insert is an edit that inserts octets before the empty line.
func Insert(octets string) Edit { return Edit{Insert: Of(octets)} }

// matches reports whether a is the answer of o.
func (a Answer) matches(o Observation) bool {
	status, head := o.answer()
	return slices.ContainsFunc(a.Status, func(pattern string) bool { return statusLike(status, pattern) }) &&
		!slices.ContainsFunc(a.With, func(field string) bool { return !head.has(field) }) &&
		!slices.ContainsFunc(a.Without, head.has) &&
		(a.Then == nil || slices.ContainsFunc(a.Then, func(pattern string) bool { return statusLike(o.Then, pattern) }))
}

// statusLike reports whether a status, or what there was instead, is as pattern says.
func statusLike(status, pattern string) bool {
	switch class, isClass := strings.CutSuffix(pattern, "xx"); {
	case pattern == AnyRefusal:
		return status != "101" && status != Dropped && status != Unanswered && status != Unfinished && status != ""
	case isClass:
		return len(status) == 3 && strings.HasPrefix(status, class)
	}
	return status == pattern
}

// answer is the status of the server's answer, or what there was instead, and its fields.
func (o Observation) answer() (status string, head fields) {
	line, rest, complete := strings.Cut(o.Response, "\n")
	switch {
	case !complete && o.Closing.OpeningTimeout:
		return Unanswered, nil
	case !complete:
		return Dropped, nil
	}
	if status = StatusOf(line); status == "none" {
		return status, nil
	}
	return status, strings.Split(rest, "\n")
}

// StatusOf is the status in a status line, "none" if it is not one: some answer it was.
func StatusOf(line string) string {
	_, after, _ := strings.Cut(strings.TrimSpace(line), " ")
	status, _, _ := strings.Cut(strings.TrimSpace(after), " ")
	if _, err := strconv.ParseUint(status, 10, 16); err != nil || len(status) != 3 {
		return "none"
	}
	return status
}

// fields are the lines of a head behind the first.
type fields []string

// has reports whether there is a field of that name, or with a part of its value:
// "Allow", "Sec-WebSocket-Version: 13".
func (f fields) has(field string) bool {
	name, part, valued := strings.Cut(field, ":")
	return slices.ContainsFunc(f, func(line string) bool {
		have, value, ok := strings.Cut(line, ":")
		return ok && strings.EqualFold(strings.TrimSpace(have), name) &&
			(!valued || strings.Contains(strings.ToLower(value), strings.ToLower(strings.TrimSpace(part))))
	})
}

// Follows reports whether it matters what comes behind an answer.
func (o *Opening) Follows() bool {
	return o != nil && slices.ContainsFunc(o.Answers, func(a Answer) bool { return a.Then != nil })
}

// Names reports whether an answer of a case is about that status.
func (o *Opening) Names(status string) bool {
	return o != nil && slices.ContainsFunc(o.Answers, func(a Answer) bool { return slices.Contains(a.Status, status) })
}

// Opens reports whether a server may answer with 101.
func (o *Opening) Opens() bool {
	return o == nil || o.Cut == 0 && (o.Answers == nil || slices.ContainsFunc(o.Answers, func(a Answer) bool {
		return slices.ContainsFunc(a.Status, func(pattern string) bool { return statusLike("101", pattern) })
	}))
}

// validate reports what in o cannot be sent or judged.
func (o *Opening) validate() error {
	if o == nil {
		return nil
	}
	for i, e := range o.Edits {
		if err := e.validate(); err != nil {
			return fmt.Errorf("opening: edit %d: %w", i+1, err)
		}
	}
	for i, a := range o.Answers {
		if !slices.Contains(Verdicts, a.Verdict) {
			return fmt.Errorf("opening: answer %d: verdict %q: want one of %s", i+1, a.Verdict, commas(Verdicts))
		}
		for _, status := range slices.Concat(a.Status, a.Then) {
			if !validStatus(status) {
				return fmt.Errorf("opening: answer %d: status %q: want three digits, 4xx, %s, %s, %s or %s", i+1, status, AnyRefusal, Dropped, Unanswered, Unfinished)
			}
		}
		if len(a.Status) == 0 {
			return fmt.Errorf("opening: answer %d has no status", i+1)
		}
	}
	if n := o.Style.Names; n != "" && n != "lower" && n != "upper" && n != "mixed" {
		return fmt.Errorf("opening: style: names %q: want lower, upper or mixed", n)
	}
	for _, p := range []Payload{o.Line, o.Octets, o.Before, o.Prior, o.After} {
		if err := p.scripted(); err != nil {
			return fmt.Errorf("opening: %w", err)
		}
	}
	return first(o.Visit.validate(), o.Wire.validate())
}

func validStatus(s string) bool {
	if s == AnyRefusal || s == Dropped || s == Unanswered || s == Unfinished {
		return true
	}
	digits := strings.TrimSuffix(s, "xx")
	_, err := strconv.ParseUint(digits, 10, 16)
	return err == nil && len(s) == 3
}

func (e Edit) validate() error {
	given := 0
	for _, name := range []string{e.Set, e.Add, e.Remove, e.First, e.Last} {
		if name != "" {
			given++
		}
	}
	if e.Insert != (Payload{}) {
		given++
	}
	switch {
	case given != 1:
		return fmt.Errorf("want one of set, add, remove, first, last and insert, have %d", given)
	case e.To != (Payload{}) && e.Set == "" && e.Add == "":
		return fmt.Errorf("to is the value of a field that is set or added")
	}
	return first(e.To.scripted(), e.Insert.scripted())
}
