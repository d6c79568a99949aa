package cases

import (
	"cmp"
	"slices"
	"strings"
)

// A Stance is what the RFCs ask of a peer when a WebSocket is to be opened.
type Stance string

// The stances, from the one where nothing is amiss to the strictest.
const (
	MustOpen     Stance = "open"          // a server opens the WebSocket, a client takes it for open
	ShouldOpen   Stance = "should open"   // the same, but to refuse is tolerated
	MayEither    Stance = "either"        // that is left open
	ShouldRefuse Stance = "should refuse" // as below, but who looks past it is tolerated
	NoWebSocket  Stance = "ignore"        // none was asked for: a server treats the request as any other (RFC 9110 7.8)
	MustRefuse   Stance = "refuse"        // a server answers with an error (RFC 6455 4.2.1), a client fails the connection (RFC 6455 4.1)
)

// stances are the stances, the strictest last.
var stances = []Stance{MustOpen, ShouldOpen, MayEither, ShouldRefuse, NoWebSocket, MustRefuse}

// A reading is what was found in a head so far: the first of what is strictest.
type reading struct {
	stance  Stance
	why     string // and the clause; empty: nothing was found
	waits   bool   // who reads it may wait for more
	garbled bool   // what follows on the connection is not the script alone, or not understood as frames
}

// finds notes something that was found.
func (r *reading) finds(stance Stance, why string) {
	if slices.Index(stances, stance) > slices.Index(stances, r.stance) {
		r.stance, r.why = stance, why
	}
}

// Stance derives from RFC 6455 4, RFC 7692 5 to 7, RFC 9110 and RFC 9112 what a peer of the
// role of c must make of our half of the opening handshake. Why says what decides, and the
// clause; it is empty where nothing is amiss. What the user has to declare of the peer (its
// origin, its subprotocol) is taken as declared, and what a client must have offered for
// the case to be played as offered.
func (c Case) Stance() (stance Stance, why string) {
	r := c.read()
	return r.stance, r.why
}

// read reads our half of the opening handshake as a peer of the role of c does.
func (c Case) read() reading {
	r := reading{stance: MustOpen}
	switch {
	case c.Role == "":
		return r
	case c.Opening != nil && c.Opening.Cut > 0: // our product, and more, is in the head, too
		r.unfinished("How much of the head is there depends on who sends it.")
	case c.Role == Server:
		c.readRequest(&r)
	default:
		c.readResponse(&r)
	}
	return r
}

// unfinished notes that a head, or what belongs to it, has no end.
func (r *reading) unfinished(why string) {
	r.finds(MayEither, why)
	r.waits, r.garbled = true, true
}

// PredictOpening is the Opening of c, with the answers that the model expects of a server if it
// has none: nil for one that opens the WebSocket whatever was offered.
func (c Case) PredictOpening() *Opening {
	if c.Role != Server || c.Opening != nil && c.Opening.Answers != nil {
		return c.Opening
	}
	var answers []Answer
	r := c.read()
	switch {
	case r.stance == MustRefuse:
		answers = mustRefuse
	case r.stance == NoWebSocket:
		answers = noUpgrade
	case r.stance == ShouldRefuse:
		answers = shouldRefuse
	case r.stance == MayEither:
		answers = eitherAnswer
	case c.agreeing() == never && len(c.Deflate.fields()) > 0:
		answers = declinesOr(NonStrict)
	case r.stance == ShouldOpen:
		answers = mayRefuse
	default:
		return c.Opening
	}
	if r.waits {
		answers = orWaits(answers)
	}
	var o Opening
	if c.Opening != nil {
		o = *c.Opening
	}
	o.Answers = answers
	o.hasten()
	return &o
}

// PredictLimit is the Limit of c, and if it has none, as long as a client may take that
// has to refuse our response, or may.
func (c Case) PredictLimit() Limit {
	if stance, _ := c.Stance(); c.Limit == (Limit{}) && c.Role == Client && (stance == MustRefuse || stance == ShouldOpen) {
		return FailAfter(refusalTime)
	}
	return c.Limit
}

// What the model takes for what is not part of a case: who asks whom, and the key. Nobody
// writes them by chance, so that what a file has itself is not taken for the peer's own.
const (
	modelPath     = "/model-4d9c1f"
	modelAbsent   = "/model-4d9c1f-absent" // the server has nothing there
	modelHost     = "model-4d9c1f.example:9001"
	modelKey      = "AQIDBAUGBwgJCgsMDQ4PEA=="
	modelAccept   = "C/0nmHhBztSRGR1CwL6Tf4ZjwpY="
	modelProtocol = "model-4d9c1f"
	modelName     = "good-4d9c1f.example" // of the origin
	modelOrigin   = "http://" + modelName
)

// words are what the words in braces stand for.
func (c Case) words() *strings.Replacer {
	return strings.NewReplacer(
		"{path}", modelPath, "{host}", modelHost, "{scheme}", "http", "{key}", c.sentKey(), "{accept}", modelAccept,
		"{protocol}", modelProtocol, "{PROTOCOL}", strings.ToUpper(modelProtocol), "{absent}", modelAbsent,
		"{origin}", modelOrigin, "{ORIGIN}", strings.ToUpper(modelOrigin), "{originScheme}", "http",
		"{originHost}", modelName, "{originName}", modelName, "{otherOrigin}", "https://"+modelName)
}

// written is the octets of a head with what c has of it.
func (c Case) written(line string, fields ...Field) string {
	var o Opening
	if c.Opening != nil {
		o = *c.Opening
	}
	for _, value := range c.extensions() {
		fields = append(fields, Field{extensionField, value})
	}
	line, fields = o.Edited(line, fields, c.words())
	return string(o.Styled(line, fields, c.words()))
}

// shortest stands in answers for the shortest one there is to what the client has offered.
const shortest = "{deflate}"

// extensions are the values of the fields that are sent as they are. In an answer the
// shortest one has what the client is known to have asked for, and is not there anyway.
func (c Case) extensions() []string {
	values := c.Deflate.fields()
	if c.Role != Client {
		return values
	}
	for i, value := range values {
		answer := Extension
		for _, param := range []string{"server_no_context_takeover", "server_max_window_bits=8"} {
			name, _, _ := strings.Cut(param, "=")
			if slices.Contains(c.Deflate.Wants, name) && !strings.Contains(value, name) {
				answer += "; " + param
			}
		}
		values[i] = strings.ReplaceAll(value, shortest, answer)
	}
	return values
}

// RewritesExtensions reports whether our half of the opening handshake may have other fields
// Sec-WebSocket-Extensions than the Deflate of c says: they are edited, inserted or among
// octets.
func (c Case) RewritesExtensions() bool {
	o := c.Opening
	return o != nil && (o.Octets != (Payload{}) || slices.ContainsFunc(o.Edits, func(e Edit) bool {
		inserted := "" // what is repeated for its length is no field of ours
		if e.Insert.Len == 0 {
			inserted = strings.ToLower(string(e.Insert.Octets()))
		}
		return slices.ContainsFunc([]string{e.Set, e.Add, e.Remove}, func(name string) bool { return strings.EqualFold(name, extensionField) }) ||
			strings.Contains(inserted, strings.ToLower(extensionField))
	}))
}

// adds reports whether c adds a field of a name to what there may be of it already.
func (c Case) adds(name string) bool {
	if c.Opening == nil {
		return false
	}
	for _, e := range c.Opening.Edits {
		switch {
		case strings.EqualFold(e.Set, name), strings.EqualFold(e.Remove, name):
			return false
		case strings.EqualFold(e.Add, name):
			return true
		}
	}
	return false
}

// fields are the values of the fields that are sent as they are.
func (d *Deflate) fields() (values []string) {
	if d == nil {
		return nil
	}
	for i, p := range d.Header {
		if value := string(p.Octets()); d.Joined && i > 0 {
			values[0] += value
		} else {
			values = append(values, value)
		}
	}
	return values
}

// sentKey is the Sec-WebSocket-Key of our request.
func (c Case) sentKey() string {
	if c.Opening == nil {
		return modelKey
	}
	return cmp.Or(c.Opening.Key, modelKey)
}
