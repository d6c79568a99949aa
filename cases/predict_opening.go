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
	MustOpen    Stance = "open"   // a server opens the WebSocket, a client takes it for open
	MayEither   Stance = "either" // that is left open
	NoWebSocket Stance = "ignore" // none was asked for: a server treats the request as any other (RFC 9110 7.8)
	MustRefuse  Stance = "refuse" // a server answers with an error (RFC 6455 4.2.1), a client fails the connection (RFC 6455 4.1)
)

// stances are the stances, the strictest last.
var stances = []Stance{MustOpen, MayEither, NoWebSocket, MustRefuse}

// A reading is what was found in a head so far: the first of what is strictest.
type reading struct {
	stance Stance
	why    string // and the clause; empty: nothing was found
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
	r := reading{stance: MustOpen}
	switch c.Role {
	case Server:
		c.readRequest(&r)
	case Client:
		c.readResponse(&r)
	}
	return r.stance, r.why
}

// PredictOpening is the Opening of c, with the answers that the model expects of a server if it
// has none: nil for one that opens the WebSocket whatever was offered.
func (c Case) PredictOpening() *Opening {
	if c.Role != Server || c.Opening != nil && c.Opening.Answers != nil {
		return c.Opening
	}
	var answers []Answer
	switch stance, _ := c.Stance(); {
	case stance == MustRefuse:
		answers = mustRefuse
	case stance == NoWebSocket:
		answers = noUpgrade
	case stance == MayEither:
		answers = eitherAnswer
	case c.agreeing() == never && len(c.Deflate.fields()) > 0:
		answers = declinesOr(NonStrict)
	default:
		return c.Opening
	}
	var o Opening
	if c.Opening != nil {
		o = *c.Opening
	}
	o.Answers = answers
	o.hasten()
	return &o
}

// What the model takes for what is not part of a case: who asks whom, and the key.
const (
	modelHost     = "127.0.0.1:9001"
	modelKey      = "AQIDBAUGBwgJCgsMDQ4PEA=="
	modelAccept   = "C/0nmHhBztSRGR1CwL6Tf4ZjwpY="
	modelProtocol = "chat"
	modelOrigin   = "http://good.example"
)

// modelWords are what the words in braces stand for.
var modelWords = strings.NewReplacer(
	"{path}", "/", "{host}", modelHost, "{scheme}", "http", "{key}", modelKey, "{accept}", modelAccept,
	"{protocol}", modelProtocol, "{PROTOCOL}", strings.ToUpper(modelProtocol), "{absent}", modelAbsent,
	"{origin}", modelOrigin, "{ORIGIN}", strings.ToUpper(modelOrigin), "{originScheme}", "http",
	"{originHost}", "good.example", "{originName}", "good.example", "{otherOrigin}", "https://good.example",
	"{deflate}", Extension,
)

// modelAbsent is a path at which the server has nothing.
const modelAbsent = "/absent"

// written is the octets of a head with what c has of it.
func (c Case) written(line string, fields ...Field) string {
	var o Opening
	if c.Opening != nil {
		o = *c.Opening
	}
	for _, value := range c.Deflate.fields() {
		fields = append(fields, Field{extensionField, modelWords.Replace(value)})
	}
	line, fields = o.Edited(line, fields, modelWords)
	return string(o.Styled(line, fields, modelWords))
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
