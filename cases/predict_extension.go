package cases

import (
	"slices"
	"strings"
)

// An agreement is whether permessage-deflate comes about.
type agreement int

const (
	never  agreement = iota // it was not offered, or must be declined
	maybe                   // that is left to the peer
	surely                  // it is, or the case is not played
)

// agreeing is what must come of the negotiation of c (RFC 7692 5).
func (c Case) agreeing() agreement {
	d := c.Deflate
	switch {
	case c.RewritesExtensions() && (d != nil || c.Role == Server):
		return maybe
	case d == nil, c.Role == Client && d.Header == nil && len(d.Accept) == 0:
		return never
	case d.Header == nil && d.Optional:
		return maybe
	case d.Header == nil:
		return surely
	}
	list, ok := parseExtensions(c.extensions())
	agreed := never
	for _, e := range list {
		switch folded := e.folded(); {
		case !ok:
		case c.Role == Client && e.name == Extension:
			return surely
		case e.name == Extension && e.valid(true) && !d.Optional:
			return surely
		case folded.name == Extension && folded.valid(true):
			agreed = maybe
		}
	}
	return agreed
}

// A modelExtension is an element of Sec-WebSocket-Extensions (RFC 6455 9.1).
type modelExtension struct {
	name   string
	params []modelParam
}

type modelParam struct {
	name, value string
	valued      bool
}

// folded is e in small letters: the RFCs do not say whether case matters.
func (e modelExtension) folded() modelExtension {
	f := modelExtension{name: strings.ToLower(e.name)}
	for _, p := range e.params {
		p.name = strings.ToLower(p.name)
		f.params = append(f.params, p)
	}
	return f
}

// valid reports whether the parameters of permessage-deflate are as in an offer, or in an
// answer (RFC 7692 7, 7.1).
func (e modelExtension) valid(offer bool) bool {
	seen := make(map[string]bool)
	for _, p := range e.params {
		if seen[p.name] {
			return false
		}
		seen[p.name] = true
		switch p.name {
		case "server_no_context_takeover", "client_no_context_takeover":
			if p.valued {
				return false
			}
		case "server_max_window_bits", "client_max_window_bits":
			hint := offer && p.name == "client_max_window_bits" && !p.valued
			if !hint && !slices.Contains([]string{"8", "9", "10", "11", "12", "13", "14", "15"}, p.value) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// param is the value of a parameter.
func (e modelExtension) param(name string) (value string, there bool) {
	for _, p := range e.params {
		if p.name == name {
			return p.value, true
		}
	}
	return "", false
}

// offers reads the extensions that a client offers. What is not valid of an extension a
// server declines; what breaks the grammar it refuses.
func (r *reading) offers(h modelHead) {
	values := h.values(extensionField)
	list, ok := parseExtensions(values)
	if oddOffer(values, list) {
		r.finds(ShouldOpen, "Sec-WebSocket-Extensions has something odd: to refuse any request is a server's right.")
	}
	if len(values) > 0 && (!ok || len(list) == 0) {
		r.finds(ShouldRefuse, "Sec-WebSocket-Extensions breaks the grammar (RFC 6455 9.1).")
	} else if emptyOf(values, len(list)) > reasonable {
		r.finds(MayEither, "How many empty elements of a list are ignored is left open (RFC 9110 5.6.1.2).")
	}
}

// oddOffer reports whether an offer, which these are the elements of, has something that is to be
// declined, that some cannot do, or that hardly anybody writes so.
func oddOffer(values []string, list []modelExtension) bool {
	all := strings.Join(values, ",")
	return len(values) > 1 || strings.ContainsAny(all, "\"\t") || strings.Contains(all, " ;") || strings.Contains(all, ";  ") ||
		emptyOf(values, len(list)) > 0 || slices.ContainsFunc(list, func(e modelExtension) bool {
		bits, _ := e.param("server_max_window_bits")
		return e.folded().name == Extension && (e.name != Extension || !e.valid(true) || bits == "8")
	})
}

// agreed reads the extensions that a server says are agreed on (RFC 6455 9.1, RFC 7692 5,
// 7). What the case wants of the client is what it has offered, and what it has not.
func (r *reading) agreed(h modelHead, c Case) {
	values := h.values(extensionField)
	list, ok := parseExtensions(values)
	if !ok || len(values) > 0 && len(list) == 0 {
		r.finds(MustRefuse, "Sec-WebSocket-Extensions breaks the grammar (RFC 6455 9.1).")
		return
	}
	if strings.Contains(strings.Join(values, ""), `"`) {
		r.finds(ShouldOpen, "A value in quotes is as good as one without, which not all know (RFC 6455 9.1).")
	}
	wanted := func(name string) bool { return c.Deflate != nil && slices.Contains(c.Deflate.Wants, name) }
	// Nothing that was asked for is missing where the answer is the shortest there is.
	whole := c.Deflate != nil && !c.RewritesExtensions() && strings.Contains(strings.Join(c.Deflate.fields(), ""), shortest)
	for i, e := range list {
		bits, bounded := e.param("client_max_window_bits")
		within, shortened := e.param("server_max_window_bits")
		_, forgets := e.param("server_no_context_takeover")
		switch {
		case e.name != Extension && e.folded().name == Extension:
			r.finds(MayEither, "The RFCs do not say whether the case of letters matters in a name.")
		case e.name != Extension, wanted("no " + Extension):
			r.finds(MustRefuse, "The extension was not offered (RFC 6455 4.1).")
		case i > 0:
			r.finds(MustRefuse, "The extension is there twice (RFC 7692 5).")
		case !e.valid(false):
			r.finds(MustRefuse, "A parameter is not defined, is there twice or has a value that it cannot have (RFC 7692 7).")
		case bounded && wanted("no client_max_window_bits"):
			r.finds(MustRefuse, "client_max_window_bits was not offered (RFC 7692 7.1.2.2).")
		case wanted("server_max_window_bits") && (!shortened || within == "15"):
			r.finds(MustRefuse, "server_max_window_bits is more than was asked for (RFC 7692 7.1.2.1).")
		case !forgets && wanted("server_no_context_takeover"):
			r.finds(ShouldRefuse, "server_no_context_takeover was asked for, and is not there (RFC 7692 7.1.1.1).")
		case !wanted(Extension), bounded && !wanted("client_max_window_bits"), bits == "8",
			!whole && !forgets && !wanted("no server_no_context_takeover"),
			!whole && within != "8" && !wanted("no server_max_window_bits"):
			r.finds(MayEither, "It depends on what the client has offered, and can (RFC 7692 7).")
		default:
			r.finds(ShouldOpen, "A client that insists on a parameter which it has only hinted at supports nothing else (RFC 7692 7).")
		}
	}
}

// parseExtensions takes fields Sec-WebSocket-Extensions apart. Ok is false if they break the
// grammar (RFC 6455 9.1).
func parseExtensions(values []string) (list []modelExtension, ok bool) {
	for _, value := range values {
		p := extensionText(value)
		for more := true; more; more = p.skip(',') {
			if p = p.trimmed(); p == "" || p[0] == ',' {
				continue // an empty element (RFC 9110 5.6.1.2)
			}
			e, ok := p.extension()
			if !ok {
				return list, false
			}
			list = append(list, e)
		}
		if p != "" {
			return list, false
		}
	}
	return list, true
}

// An extensionText is what is left of a field.
type extensionText string

func (t extensionText) trimmed() extensionText {
	return extensionText(strings.TrimLeft(string(t), " \t"))
}

// skip skips c and white space before it, and reports whether c was there.
func (t *extensionText) skip(c byte) bool {
	rest := t.trimmed()
	if *t = rest; rest == "" || rest[0] != c {
		return false
	}
	*t = rest[1:]
	return true
}

// token takes a token, and white space before it.
func (t *extensionText) token() string {
	rest := string(t.trimmed())
	n := 0
	for n < len(rest) && isToken(rest[n:n+1]) {
		n++
	}
	*t = extensionText(rest[n:])
	return rest[:n]
}

// quoted takes a value in quotes, without them and without escapes. It has to be a token.
func (t *extensionText) quoted() string {
	if !t.skip('"') {
		return ""
	}
	var value []byte
	for s := string(*t); s != ""; s = s[1:] {
		switch {
		case s[0] == '"':
			*t = extensionText(s[1:])
			if !isToken(string(value)) {
				return ""
			}
			return string(value)
		case s[0] == '\\' && len(s) > 1:
			s = s[1:]
		}
		value = append(value, s[0])
	}
	return ""
}

func (t *extensionText) extension() (e modelExtension, ok bool) {
	e.name = t.token()
	for ok = e.name != ""; ok && t.skip(';'); ok = ok && e.params[len(e.params)-1].name != "" {
		p := modelParam{name: t.token()}
		if p.valued = t.skip('='); p.valued {
			if p.value = t.token(); p.value == "" {
				p.value = t.quoted()
			}
			ok = p.value != ""
		}
		e.params = append(e.params, p)
	}
	return e, ok
}
