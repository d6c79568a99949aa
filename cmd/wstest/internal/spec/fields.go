package spec

import (
	"maps"
	"strings"

	"gobahn/fuzzer"
)

// Fields and reasons are parts of a level.
type (
	fields  = map[string]func(value)
	reasons = map[string]string
)

// joined is a with b added.
func joined[T any](a, b map[string]T) map[string]T {
	maps.Copy(a, b)
	return a
}

// everyCase is the selection of a file that does not say.
func everyCase() Selection { return Selection{Cases: []Pattern{{Text: "*"}}} }

// selection are the keys that select cases.
func (r *reader) selection(s *Selection) fields {
	return fields{
		"cases":               into(r.patterns, &s.Cases),
		"exclude-cases":       into(r.patterns, &s.ExcludeCases),
		"exclude-agent-cases": into(r.agentExclusions, &s.ExcludeAgentCases),
	}
}

// patterns reads a list of case patterns. The empty ones that some scripts leave
// in it select nothing.
func (r *reader) patterns(v value) (list []Pattern, ok bool) {
	texts, ok := r.texts(v)
	if !ok {
		return nil, false
	}
	for i, text := range texts {
		at := v.items[i].at
		if text == "" {
			r.warn(at, `%q: "" selects nothing: take it away`, v.name)
			continue
		}
		list = append(list, Pattern{text, at})
	}
	return list, true
}

// agentExclusions reads an object with a list of case patterns for each agent.
func (r *reader) agentExclusions(v value) (list []AgentExclusion, ok bool) {
	for _, m := range r.members(v) {
		if m.value.isNull() {
			continue
		}
		patterns, ok := r.patterns(m.value)
		if !ok {
			return nil, false
		}
		list = append(list, AgentExclusion{Pattern{m.name, m.at}, patterns})
	}
	return list, true
}

// url reads a URL and its position.
func (r *reader) url(p *string, at *Position) func(value) {
	return func(v value) {
		if s, ok := r.nonEmpty(v); ok {
			*p, *at = s, v.at
		}
	}
}

// targets reads the list of servers, to which options apply.
func (r *reader) targets(v value, options fuzzer.Options) (list []Target) {
	for _, item := range r.items(v, "a list of objects") {
		t := Target{Options: options}
		r.target(item, &t)
		list = append(list, t)
	}
	return list
}

func (r *reader) target(v value, t *Target) {
	var protocols, subprotocols []string
	r.object(v, level{
		noun: "key",
		fields: fields{
			"url":          r.url(&t.URL, &t.At),
			"agent":        into(r.text, &t.Agent),
			"hostname":     into(r.text, &t.Hostname),
			"origin":       into(r.headerValue, &t.Origin),
			"protocols":    into(r.protocols, &protocols),
			"subprotocols": into(r.protocols, &subprotocols),
			"headers":      into(r.headers, &t.Headers),
			"cookies":      into(r.cookies, &t.Cookies),
			"tls":          func(v value) { t.TLS = r.tls(v) },
			"options":      func(v value) { r.clientOptions(v, &t.Options) },
		},
		ignored: joined(misplacedOptions(), reasons{
			"key":  `a client's key is that of "tls"`,
			"cert": `a client's certificate is that of "tls"`,
		}),
	})
	r.require(v, "url")
	t.Protocols = protocols
	if subprotocols != nil {
		t.Protocols = subprotocols
	}
	if protocols != nil && subprotocols != nil {
		r.warn(v.at, `this server has "protocols" and "subprotocols", which are the same: the latter counts`)
	}
}

// require objects to an object without a key.
func (r *reader) require(v value, key string) {
	there := false
	for _, m := range v.members {
		if m.name == key {
			there = !m.value.isNull()
		}
	}
	if v.isObject() && !there {
		r.fault(v.at, "%q: this server has no %q", v.name, key)
	}
}

func (r *reader) tls(v value) *TLS {
	t := new(TLS)
	r.object(v, level{noun: "key", fields: fields{
		"ca":         into(r.text, &t.CA),
		"insecure":   into(r.boolean, &t.Insecure),
		"cert":       into(r.text, &t.Cert),
		"key":        into(r.text, &t.Key),
		"serverName": into(r.text, &t.ServerName),
		"minVersion": into(r.oneOf("1.0", "1.1", "1.2", "1.3"), &t.MinVersion),
	}})
	return t
}

// protocols reads a list of subprotocols, which are tokens (RFC 6455 4.1).
func (r *reader) protocols(v value) ([]string, bool) {
	list, ok := r.texts(v)
	for i, name := range list {
		if !IsToken(name) {
			r.fault(v.items[i].at, "%q: want a name of letters, digits and !#$%%&'*+-.^_`|~, got %q", v.name, shortened(name))
			ok = false
		}
	}
	return list, ok
}

// headerValue reads a string that can stand in the head of a request. What could
// end its line cannot.
func (r *reader) headerValue(v value) (string, bool) {
	s, ok := r.text(v)
	if ok && !IsFieldValue(s) {
		r.fault(v.at, "%q: want a string without control characters, got %q", v.name, shortened(s))
		return "", false
	}
	return s, ok
}

// IsFieldValue reports whether s can be the value of a field in a head, or a part of it:
// there are no control characters in it but tabs (RFC 9110 5.5).
func IsFieldValue(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f })
}

// headers reads an object of header fields.
func (r *reader) headers(v value) (list []Field, ok bool) {
	for _, m := range r.members(v) {
		if m.value.isNull() {
			continue
		}
		if !IsToken(m.name) {
			r.fault(m.at, "%q: want names of letters, digits and !#$%%&'*+-.^_`|~, got %q", v.name, shortened(m.name))
		}
		if s, ok := r.headerValue(m.value); ok {
			list = append(list, Field{m.name, s, m.value.at})
		}
	}
	return list, true
}

// cookies reads an object of cookies. A semicolon would end the value of one (RFC
// 6265 4.2.1).
func (r *reader) cookies(v value) ([]Field, bool) {
	list, ok := r.headers(v)
	for _, f := range list {
		if strings.Contains(f.Value, ";") {
			r.fault(f.At, "%q: want a string without a semicolon, got %q", f.Name, shortened(f.Value))
		}
	}
	return list, ok
}

// IsToken reports whether s is a token (RFC 9110 5.6.2).
func IsToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		digit := '0' <= c && c <= '9'
		return !letter && !digit && !strings.ContainsRune("!#$%&'*+-.^_`|~", c)
	})
}
