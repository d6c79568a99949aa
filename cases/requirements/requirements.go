// Package requirements is the table of what RFC 6455, RFC 7692 and the documents
// around them ask of clients and servers, one sentence each and in words of our own.
//
// The table says what is required and of whom; which cases test it is for the cases to
// say, each of which names its requirements by their ids. It is requirements.json, one
// requirement a line, section by section. An id is the section and a letter:
// "RFC6455-5.1-c". Ids are for good: a new requirement takes the next letter.
package requirements

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
)

// A Section is a section of a document and what it requires.
type Section struct {
	Document     string        `json:"document"`          // "RFC 6455"
	Number       string        `json:"section,omitempty"` // "5.1"; empty: the document has no numbers that last
	Title        string        `json:"title"`
	Requirements []Requirement `json:"requirements"` // in order
}

// A Requirement is one thing that is asked of somebody.
type Requirement struct {
	ID       string `json:"id"` // "RFC6455-5.1-c"
	Level    Level  `json:"level"`
	Binds    Party  `json:"binds"`
	Text     string `json:"text"`               // a sentence, whose subject is who is bound
	Unseen   string `json:"unseen,omitempty"`   // why the wire does not show whether it is met; empty: it does
	Untested string `json:"untested,omitempty"` // why no case tests it although it could be seen; empty: cases do, or will
}

// A Level is how strict a requirement is (RFC 2119).
type Level string

// The levels there are.
const (
	Must      Level = "MUST"
	MustNot   Level = "MUST NOT"
	Should    Level = "SHOULD"
	ShouldNot Level = "SHOULD NOT"
	May       Level = "MAY"
)

// Levels are all levels, the strictest first.
var Levels = []Level{Must, MustNot, Should, ShouldNot, May}

// A Party is who is bound by a requirement.
type Party string

// The parties there are. Sender and receiver can be either of client and server, for
// each frame or head anew.
const (
	Client       Party = "client"
	Server       Party = "server"
	Both         Party = "both"
	Sender       Party = "sender"
	Receiver     Party = "receiver"
	Intermediary Party = "intermediary"
)

// Parties are all parties.
var Parties = []Party{Client, Server, Both, Sender, Receiver, Intermediary}

// Includes reports whether a peer that is a server, or else a client, is bound.
func (p Party) Includes(server bool) bool {
	switch p {
	case Client:
		return !server
	case Server:
		return server
	}
	return p != Intermediary
}

// Observable reports whether the wire shows if r is met.
func (r Requirement) Observable() bool { return r.Unseen == "" }

// String names the section as clauses are cited: "RFC 6455 5.1".
func (s Section) String() string { return strings.TrimSuffix(s.Document+" "+s.Number, " ") }

// prefix is how the ids of a section begin.
func (s Section) prefix() string {
	if strings.HasPrefix(s.Document, "RFC ") {
		return "RFC" + s.Document[len("RFC "):] + "-" + s.Number + "-"
	}
	return strings.ReplaceAll(s.Document, " ", "-") + s.Number + "-"
}

//go:embed requirements.json
var file []byte

// table is what is in the file. That it can be read is tested.
var table = sync.OnceValue(func() []Section {
	sections, _ := Parse("requirements.json", file)
	return sections
})

// index is where each id is in table.
var index = sync.OnceValue(func() map[string]Requirement {
	byID := make(map[string]Requirement)
	for r := range All() {
		byID[r.ID] = r
	}
	return byID
})

// Sections are all sections, document by document and in order.
func Sections() []Section { return slices.Clone(table()) }

// All are the requirements of all sections, in order.
func All() iter.Seq[Requirement] {
	return func(yield func(Requirement) bool) {
		for _, s := range table() {
			for _, r := range s.Requirements {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// Find is the requirement with this id.
func Find(id string) (r Requirement, ok bool) {
	r, ok = index()[id]
	return r, ok
}

// Parse reads a table, that of a file with this name. It refuses unknown fields and
// words, and ids that are not in order or not those of their section.
func Parse(name string, content []byte) ([]Section, error) {
	dec := json.NewDecoder(bytes.NewReader(content))
	dec.DisallowUnknownFields()
	sections, err := decode(dec)
	if err != nil {
		before := content[:dec.InputOffset()]
		line, column := bytes.Count(before, []byte("\n"))+1, len(before)-bytes.LastIndexByte(before, '\n')
		return nil, fmt.Errorf("%s:%d:%d: %w", name, line, column, err)
	}
	return sections, nil
}

// decode reads section by section, so that an error is about the one that is read.
func decode(dec *json.Decoder) (sections []Section, err error) {
	if t, err := dec.Token(); err != nil {
		return nil, err
	} else if t != json.Delim('[') {
		return nil, fmt.Errorf("found %v, want a list of sections", t)
	}
	seen := make(map[string]bool)
	for dec.More() {
		var s Section
		if err := dec.Decode(&s); err != nil {
			return nil, err
		}
		if seen[s.String()] {
			return nil, fmt.Errorf("%s is there twice", s)
		}
		seen[s.String()] = true
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", s, err)
		}
		sections = append(sections, s)
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the list of sections")
	}
	return sections, nil
}

// check reports what is wrong with s.
func (s Section) check() error {
	if s.Document == "" || s.Title == "" || len(s.Requirements) == 0 {
		return errors.New("want a document, a title and requirements")
	}
	for i, r := range s.Requirements {
		want := s.prefix() + letter(i)
		switch {
		case r.ID != want:
			return fmt.Errorf("id %q: want %q", r.ID, want)
		case !slices.Contains(Levels, r.Level):
			return fmt.Errorf("%s: level %q: want one of %q", r.ID, r.Level, Levels)
		case !slices.Contains(Parties, r.Binds):
			return fmt.Errorf("%s: binds %q: want one of %q", r.ID, r.Binds, Parties)
		case !strings.HasSuffix(r.Text, "."):
			return fmt.Errorf("%s: text %q is no sentence", r.ID, r.Text)
		case r.Unseen != "" && r.Untested != "":
			return fmt.Errorf("%s: what cannot be seen needs no reason why it is not tested", r.ID)
		}
	}
	return nil
}

// letter is the end of the id at index i of a section: a to z, then aa, ab and so on.
func letter(i int) string {
	if i < 26 {
		return string(rune('a' + i))
	}
	return letter(i/26-1) + letter(i%26)
}
