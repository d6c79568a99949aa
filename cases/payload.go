package cases

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode"
	"unicode/utf8"

	"gobahn/cases/corpus"
)

// A Payload describes octets without holding them all. At most one of Text, Hex,
// Corpus and Noise is set. The zero value is no octets.
type Payload struct {
	Text   string `json:"text,omitempty"`
	Hex    string `json:"hex,omitempty"`    // for octets that are not UTF-8; spaces are ignored
	Corpus string `json:"corpus,omitempty"` // the octets of package corpus under that name
	Noise  uint64 `json:"noise,omitempty"`  // Len octets of the random generator with this seed
	Len    int    `json:"len,omitempty"`    // what is given is repeated or cut to this many octets, a corpus in a text message to characters; 0: as it is
	SHA256 string `json:"sha256,omitempty"` // only observed: Text or Hex is how the Len octets begin, this is their digest
	Any    bool   `json:"any,omitempty"`    // only expected: any Len octets

	Longest *int `json:"longest,omitempty"` // only sent: what is given is repeated to so many octets more than the longest message that the user declares
}

// Of describes the octets of s.
func Of(s string) Payload {
	if utf8.ValidString(s) {
		return Payload{Text: s}
	}
	return Payload{Hex: fmt.Sprintf("% x", s)}
}

// Repeat describes n octets: pattern over and over, its last repetition cut.
func Repeat(pattern string, n int) Payload {
	if n == 0 {
		return Payload{} // Len 0 would be the pattern as it is
	}
	p := Of(pattern)
	p.Len = n
	return p
}

// Corpus describes n octets, or in a text message characters, of a corpus.
func Corpus(name string, n int) Payload { return Payload{Corpus: name, Len: n} }

// Noise describes n random octets, the same for the same seed, which is not 0.
func Noise(seed uint64, n int) Payload { return Payload{Noise: seed, Len: n} }

// noiseOf are n octets of the generator with that seed.
func noiseOf(seed uint64, n int) []byte {
	var key [32]byte
	binary.BigEndian.PutUint64(key[:], seed)
	b := make([]byte, n)
	rand.NewChaCha8(key).Read(b) // never fails
	return b
}

// AnyOctets describes any n octets, where what they are does not matter.
func AnyOctets(n int) Payload { return Payload{Len: n, Any: true} }

// Longest describes so many octets more than the longest message that the user declares.
func Longest(pattern string, more int) Payload {
	p := Of(pattern)
	p.Longest = &more
	return p
}

// declared is p, of which the length is known once the user has declared the longest
// message.
func (p Payload) declared(longest int) Payload {
	if p.Longest != nil {
		p.Len, p.Longest = max(1, min(longest+*p.Longest, maxScripted)), nil
	}
	return p
}

// Close is the payload of a close frame (RFC 6455 5.5.1).
func Close(code uint16, reason string) Payload {
	return Of(string(binary.BigEndian.AppendUint16(nil, code)) + reason)
}

const (
	maxPeriod  = 64   // octets; the longest repetition Describe looks for
	plainLimit = 1024 // octets; up to here Describe keeps everything
	headLimit  = 64   // octets kept of what is described by its digest
)

// Describe describes b as an observed payload in bounded space: short ones as
// they are, long ones as a repeated pattern or, failing that, by their first
// octets and digest.
func Describe(b []byte) Payload {
	if len(b) <= plainLimit {
		return Of(string(b))
	}
	for period := 1; period <= maxPeriod; period++ {
		if bytes.Equal(b[period:], b[:len(b)-period]) {
			return Repeat(string(b[:period]), len(b))
		}
	}
	sum := sha256.Sum256(b)
	return Digest(b[:headLimit], len(b), sum)
}

// Digest describes n octets of which only the first ones and the SHA-256 are known.
func Digest(head []byte, n int, sum [sha256.Size]byte) Payload {
	p := Of(string(head))
	p.Len, p.SHA256 = n, hex.EncodeToString(sum[:])
	return p
}

// Pattern returns the octets of Text, Hex or Corpus, once. They may be shared, and
// must not be changed.
func (p Payload) Pattern() []byte {
	if p.Corpus != "" {
		b, _ := corpus.Octets(p.Corpus) // Validate refuses an unknown one
		return b
	}
	if p.Noise != 0 {
		return noiseOf(p.Noise, p.Len)
	}
	if p.Hex == "" {
		return []byte(p.Text)
	}
	b, err := hex.DecodeString(strings.ReplaceAll(p.Hex, " ", ""))
	if err != nil {
		return nil // Validate and the file decoder refuse it
	}
	return b
}

// Size is the number of octets p describes.
func (p Payload) Size() int {
	if p.Len > 0 {
		return p.Len
	}
	return len(p.Pattern())
}

// Octets returns the octets p describes. Of a payload known by its digest they
// are only the first; of any octets, none. They may be shared, and must not be
// changed.
func (p Payload) Octets() []byte {
	b := p.Pattern()
	if p.Len == 0 || len(b) == 0 || p.SHA256 != "" || p.Noise != 0 {
		return b
	}
	out := make([]byte, p.Len)
	for n := copy(out, b); n < len(out); n *= 2 {
		copy(out[n:], out[:n])
	}
	return out
}

// Octets returns the octets of m, uncompressed; in an Echo, those it begins with.
// They may be shared, and must not be changed.
func (m Message) Octets() []byte {
	if m.Payload.Corpus != "" && m.Payload.Len > 0 && !m.Binary {
		if r, err := corpus.NewReel(m.Payload.Corpus, m.Payload.Len, true); err == nil { // Validate refuses others
			return r.At(0)
		}
	}
	return m.Payload.Octets()
}

// Equal reports whether p and q describe the same octets.
func (p Payload) Equal(q Payload) bool {
	switch {
	case p == q:
		return true
	case p.Size() != q.Size():
		return false
	case p.Any || q.Any:
		return true
	}
	if p.SHA256 == "" && q.SHA256 == "" {
		return bytes.Equal(p.Octets(), q.Octets())
	}
	return p.digest() == q.digest()
}

func (p Payload) digest() string {
	if p.SHA256 != "" {
		return p.SHA256
	}
	sum := sha256.Sum256(p.Octets())
	return hex.EncodeToString(sum[:])
}

// String shows p legibly: text in quotes, octets that matter as escapes and
// never as glyphs, the rest as spaced hex; a long payload by how it begins and
// its length.
func (p Payload) String() string {
	switch {
	case p.Any:
		return fmt.Sprintf("any %d octets", p.Len)
	case p.Longest != nil:
		return fmt.Sprintf("%s × the longest message %+d octets", quote(p.Pattern()), *p.Longest)
	case p.Noise != 0:
		return fmt.Sprintf("noise %d × %d octets", p.Noise, p.Len)
	case p.Corpus != "" && p.Len > 0:
		return fmt.Sprintf("corpus %s × %d", p.Corpus, p.Len)
	case p.Corpus != "":
		return "corpus " + p.Corpus
	}
	b, n := p.Pattern(), p.Size()
	cut := len(b) > headLimit
	if cut {
		b = b[:headLimit]
	}
	show := quote(b)
	switch {
	case p.SHA256 != "":
		return fmt.Sprintf("%s … %d octets, sha256 %.16s…", show, n, p.SHA256)
	case p.Len > 0 && n != len(p.Pattern()):
		return fmt.Sprintf("%s × %d octets", show, n)
	case cut:
		return fmt.Sprintf("%s … %d octets", show, n)
	}
	return show
}

// quote shows printable ASCII as it is and other valid UTF-8 as escapes of its
// octets, in quotes; what is not UTF-8 as hex.
func quote(b []byte) string {
	if !utf8.Valid(b) {
		return fmt.Sprintf("% x", b)
	}
	var s strings.Builder
	s.WriteByte('"')
	for _, c := range b {
		switch {
		case c == '"' || c == '\\':
			s.WriteByte('\\')
			s.WriteByte(c)
		case c < utf8.RuneSelf && unicode.IsPrint(rune(c)):
			s.WriteByte(c)
		default:
			fmt.Fprintf(&s, `\x%02x`, c)
		}
	}
	s.WriteByte('"')
	return s.String()
}

// MarshalJSON writes a payload that is only text as a string.
func (p Payload) MarshalJSON() ([]byte, error) {
	type object Payload
	if p == (Payload{Text: p.Text}) {
		return json.Marshal(p.Text)
	}
	return json.Marshal(object(p))
}

// UnmarshalJSON reads a string or an object. It refuses unknown fields, hex that
// is none, and lengths that mean nothing.
func (p *Payload) UnmarshalJSON(b []byte) error {
	type object Payload
	*p = Payload{}
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &p.Text)
	}
	if err := decodeStrict(b, (*object)(p)); err != nil {
		return err
	}
	return p.Validate()
}

// Validate reports what in p means nothing.
func (p Payload) Validate() error {
	given := 0
	for _, s := range []string{p.Text, p.Hex, p.Corpus} {
		if s != "" {
			given++
		}
	}
	if p.Noise != 0 {
		given++
	}
	_, known := corpus.Octets(p.Corpus)
	switch {
	case given > 1:
		return fmt.Errorf("payload has more than one of text, hex, corpus and noise: give one")
	case p.Corpus != "" && !known:
		return fmt.Errorf("payload: unknown corpus %q: want one of %s", p.Corpus, strings.Join(corpus.Names(), ", "))
	case p.Any && (given > 0 || p.SHA256 != ""):
		return fmt.Errorf("payload: any octets cannot be given as well")
	case p.Longest != nil && (len(p.Pattern()) == 0 || p.Len > 0):
		return fmt.Errorf("payload: longest is the length of text or hex that is repeated: give these, and no len")
	case p.Hex != "" && p.Pattern() == nil:
		return fmt.Errorf("payload: hex %q: want pairs of hex digits", p.Hex)
	case p.Len < 0:
		return fmt.Errorf("payload: len %d is negative", p.Len)
	case p.Len > maxKnown && p.SHA256 == "" && !p.Any:
		return fmt.Errorf("payload: len %d is more than %d octets", p.Len, maxKnown)
	case !utf8.ValidString(p.Text):
		return fmt.Errorf("payload: text %q is not UTF-8: give hex", p.Text)
	case p.Len > 0 && len(p.Pattern()) == 0 && p.SHA256 == "" && !p.Any:
		return fmt.Errorf("payload: len %d without text or hex to repeat", p.Len)
	}
	return nil
}

// scripted is validate for octets we send, all of which have to be known.
func (p Payload) scripted() error {
	switch {
	case p.SHA256 != "":
		return fmt.Errorf("payload: sha256 describes what was observed, not what to send")
	case p.Any:
		return fmt.Errorf("payload: any octets can be expected, but not sent")
	case p.Len > maxScripted:
		return fmt.Errorf("payload: len %d is more than %d octets", p.Len, maxScripted)
	}
	return p.Validate()
}

// maxScripted bounds the octets of one payload of a case, which are held in
// memory while it is sent.
const maxScripted = 256 << 20

// maxKnown bounds the octets of one payload that are all known.
const maxKnown = 1 << 30
