package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// A Position is a place in a spec file.
type Position struct {
	File         string
	Line, Column int // from 1; columns are characters. 0: nowhere
}

// String returns p as editors understand it: file:line:column.
func (p Position) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// Errorf returns an error that begins with p.
func (p Position) Errorf(format string, args ...any) error {
	return fmt.Errorf("%v: %w", p, fmt.Errorf(format, args...))
}

// A value is a JSON value and where it stands.
type value struct {
	at      Position
	name    string     // of the member that it is, or is in; "" at the top
	token   json.Token // nil, bool, json.Number, string, or the json.Delim that opens a list or object
	items   []value    // of a list
	members []member   // of an object, as they stand there
}

// A member is a key of an object with its value.
type member struct {
	at    Position // of the key
	name  string
	value value
}

func (v value) isNull() bool   { return v.token == nil }
func (v value) isList() bool   { return v.token == json.Delim('[') }
func (v value) isObject() bool { return v.token == json.Delim('{') }

// isEmpty says whether v is a list or object without content. Some languages
// cannot tell the two apart and write either for the other.
func (v value) isEmpty() bool {
	return (v.isList() || v.isObject()) && len(v.items)+len(v.members) == 0
}

var (
	byteOrderMark = []byte("\ufeff")
	blanks        = " \t\r\n"
)

// parse parses the text of a file. A byte order mark, which some editors write, is
// no part of it.
func parse(file string, text []byte) (value, error) {
	text = bytes.TrimPrefix(text, byteOrderMark)
	if len(bytes.Trim(text, blanks)) == 0 {
		return value{}, fmt.Errorf("%s: the file is empty: want a JSON object, such as is written when there is no file", file)
	}
	for i, rest := 0, text; len(rest) > 0; {
		c, size := utf8.DecodeRune(rest)
		if c == utf8.RuneError && size == 1 {
			return value{}, newCursor(file, text).to(i).Errorf("octet 0x%02x is not UTF-8: save the file as UTF-8", rest[0])
		}
		i, rest = i+size, rest[size:]
	}
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil {
		return value{}, malformed(file, text, err)
	}
	p := parser{cursor: newCursor(file, text), decoder: json.NewDecoder(bytes.NewReader(text))}
	p.decoder.UseNumber()
	return p.value("")
}

// malformed says where text is no JSON, and what may be the matter.
func malformed(file string, text []byte, err error) error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return fmt.Errorf("%s: %w", file, err)
	}
	last := max(int(syntax.Offset)-1, 0) // of what was read, be it wrong or be there no more
	return newCursor(file, text).to(last).Errorf("%w%s", err, hint(text[:last], text[last], err))
}

// hint is advice about the commonest faults: an octet after others is wrong.
func hint(before []byte, c byte, err error) string {
	switch {
	case !strings.HasPrefix(err.Error(), "invalid character"): // but the end
		return ""
	case (c == '}' || c == ']') && bytes.HasSuffix(bytes.TrimRight(before, blanks), []byte(",")):
		return ": take away the comma before it"
	case c == '/' || c == '#':
		return ": JSON has no comments"
	case c == '\'':
		return ": write strings in double quotes"
	}
	return ""
}

// A parser makes values of JSON that is known to be well-formed.
type parser struct {
	cursor  *cursor
	decoder *json.Decoder
}

// next returns the next token and where it begins.
func (p *parser) next() (json.Token, Position, error) {
	start := int(p.decoder.InputOffset()) // the end of the last one
	gap := bytes.TrimLeft(p.cursor.text[start:], blanks+",:")
	at := p.cursor.to(len(p.cursor.text) - len(gap))
	token, err := p.decoder.Token()
	return token, at, err
}

// value parses the next value, which is or is in the member of that name.
func (p *parser) value(name string) (value, error) {
	token, at, err := p.next()
	if err != nil {
		return value{}, at.Errorf("%w", err)
	}
	v := value{at: at, name: name, token: token}
	switch token {
	case json.Delim('['):
		v.items, err = p.items(name)
	case json.Delim('{'):
		v.members, err = p.members()
	}
	return v, err
}

// items parses the rest of a list.
func (p *parser) items(name string) (list []value, err error) {
	for p.decoder.More() {
		v, err := p.value(name)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, _, err = p.next()
	return list, err
}

// members parses the rest of an object.
func (p *parser) members() (list []member, err error) {
	for p.decoder.More() {
		token, at, err := p.next()
		if err != nil {
			return nil, at.Errorf("%w", err)
		}
		name, _ := token.(string)
		v, err := p.value(name)
		if err != nil {
			return nil, err
		}
		list = append(list, member{at, name, v})
	}
	_, _, err = p.next()
	return list, err
}

// A cursor turns offsets into positions. It moves forward only, so that all of a
// file costs no more than reading it once.
type cursor struct {
	text   []byte
	offset int
	at     Position
}

func newCursor(file string, text []byte) *cursor {
	return &cursor{text: text, at: Position{File: file, Line: 1, Column: 1}}
}

// to moves the cursor to an offset and returns the position there.
func (c *cursor) to(offset int) Position {
	passed := c.text[c.offset:offset]
	if lines := bytes.Count(passed, []byte("\n")); lines > 0 {
		c.at.Line += lines
		c.at.Column = 1
		passed = passed[bytes.LastIndexByte(passed, '\n')+1:]
	}
	c.at.Column += utf8.RuneCount(passed)
	c.offset = offset
	return c.at
}
