package wire

import (
	"errors"
	"fmt"
	"strings"
)

const extensionsField = "Sec-WebSocket-Extensions"

// maxEmpty is how many empty elements a list of extensions may have: a recipient
// accepts a reasonable number (RFC 9110 5.6.1.2).
const maxEmpty = 8

// An Extension is one element of Sec-WebSocket-Extensions (RFC 6455 9.1): an
// offer in a request, what is agreed in a response. Names are as they came.
type Extension struct {
	Name   string
	Params []Param // in their order, as often as they came
}

// A Param is a parameter of an extension (RFC 6455 9.1).
type Param struct {
	Name  string
	Value string // without quotes; empty: none, as a token is never empty
}

// String shows e as on the wire (RFC 6455 9.1).
func (e Extension) String() string {
	var b strings.Builder
	b.WriteString(e.Name)
	for _, p := range e.Params {
		b.WriteString("; " + p.String())
	}
	return b.String()
}

// String shows p as on the wire, its value without quotes (RFC 6455 9.1).
func (p Param) String() string {
	if p.Value == "" {
		return p.Name
	}
	return p.Name + "=" + p.Value
}

// Extensions parses the fields Sec-WebSocket-Extensions of h, which are one list
// (RFC 6455 9.1). It is empty only if there is no such field. An error says what
// does not conform to the grammar; who receives that fails the connection.
func (h Head) Extensions() (list []Extension, err error) {
	values := h.Values(extensionsField)
	empty := 0
	for _, value := range values {
		p := extensionParser{value, value}
		for more := true; more; more = p.skip(',') {
			p.space()
			if p.rest == "" || p.rest[0] == ',' {
				if empty++; empty > maxEmpty {
					return nil, fmt.Errorf("malformed %s: more than %d empty elements", extensionsField, maxEmpty)
				}
				continue
			}
			e, err := p.extension()
			if err != nil {
				return nil, err
			}
			list = append(list, e)
		}
		if p.rest != "" {
			return nil, p.want(`";" or ","`)
		}
	}
	if len(values) > 0 && len(list) == 0 {
		return nil, errors.New("malformed " + extensionsField + ": no extension")
	}
	return list, nil
}

// An extensionParser takes one field Sec-WebSocket-Extensions apart. Space may
// stand between any two parts (RFC 2616 2.1, implied *LWS).
type extensionParser struct{ value, rest string }

// extension parses an extension-token with its parameters.
func (p *extensionParser) extension() (e Extension, err error) {
	if e.Name = p.token(); e.Name == "" {
		return e, p.want("an extension")
	}
	for p.skip(';') {
		var param Param
		if param.Name = p.token(); param.Name == "" {
			return e, p.want("a parameter")
		}
		if p.skip('=') {
			if param.Value, err = p.word(); err != nil {
				return e, err
			}
		}
		e.Params = append(e.Params, param)
	}
	return e, nil
}

// space skips white space.
func (p *extensionParser) space() { p.rest = strings.TrimLeft(p.rest, " \t") }

// skip skips c and white space before it, and reports whether c was there.
func (p *extensionParser) skip(c byte) bool {
	p.space()
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// token parses a token, "" if there is none, and white space before it.
func (p *extensionParser) token() string {
	p.space()
	n := 0
	for n < len(p.rest) && validName(p.rest[n:n+1]) {
		n++
	}
	token := p.rest[:n]
	p.rest = p.rest[n:]
	return token
}

// word parses a token or a quoted-string that holds one.
func (p *extensionParser) word() (string, error) {
	before := *p
	if !p.skip('"') {
		value := p.token()
		if value == "" {
			return "", p.want("a value")
		}
		return value, nil
	}
	var value []byte
	for i := 0; i < len(p.rest); i++ {
		switch p.rest[i] {
		case '"':
			if p.rest = p.rest[i+1:]; !validName(string(value)) {
				return "", before.want("a string that holds a token")
			}
			return string(value), nil
		case '\\':
			if i++; i == len(p.rest) {
				continue
			}
		}
		value = append(value, p.rest[i])
	}
	return "", before.want("a string that ends")
}

// want is the error that what does not come next.
func (p *extensionParser) want(what string) error {
	if p.rest == "" {
		return fmt.Errorf("malformed %s: want %s at the end of %q", extensionsField, what, clip(p.value))
	}
	return fmt.Errorf("malformed %s: want %s at %q", extensionsField, what, clip(p.rest))
}
