package requirements

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTheTableCanBeRead(t *testing.T) {
	sections, err := Parse("requirements.json", file)
	if err != nil {
		t.Fatal(err)
	}
	if len(sections) != len(Sections()) {
		t.Errorf("%d sections, of which Sections has %d", len(sections), len(Sections()))
	}
}

func TestHowManyRequirementsThereAre(t *testing.T) {
	all, observable := 0, 0
	seen := map[string]bool{}
	for r := range All() {
		all++
		if r.Observable() {
			observable++
		}
		if seen[r.ID] {
			t.Errorf("%s is there twice", r.ID)
		}
		seen[r.ID] = true
		if found, ok := Find(r.ID); !ok || found != r {
			t.Errorf("Find(%s) = %v, %t", r.ID, found, ok)
		}
	}
	if all != 354 || observable != 351 {
		t.Errorf("%d requirements, %d of them observable, want 354 and 351", all, observable)
	}
}

// TestSectionsAreInOrder makes sure that a document is in one piece, and that its
// sections are ordered by their numbers: 5.2 before 5.10.
func TestSectionsAreInOrder(t *testing.T) {
	number := func(s Section) (parts []int) {
		for part := range strings.SplitSeq(s.Number, ".") {
			n := 0
			for _, digit := range part {
				n = 10*n + int(digit-'0')
			}
			parts = append(parts, n)
		}
		return parts
	}
	var last Section
	done := map[string]bool{}
	for _, s := range Sections() {
		switch {
		case s.Document != last.Document && done[s.Document]:
			t.Errorf("%s comes after another document", s)
		case s.Document == last.Document && slices.Compare(number(last), number(s)) >= 0:
			t.Errorf("%s comes after %s", s, last)
		}
		done[s.Document], last = true, s
	}
}

func TestTextsArePlainSentencesAboutWhoIsBound(t *testing.T) {
	subject := map[Party]*regexp.Regexp{
		Client:       regexp.MustCompile(`^The client('s)? `),
		Server:       regexp.MustCompile(`^The server('s)? `),
		Sender:       regexp.MustCompile(`^The sender('s)? `),
		Receiver:     regexp.MustCompile(`^The receiver('s)? `),
		Intermediary: regexp.MustCompile(`^An intermediary |^A proxy`),
		Both:         regexp.MustCompile(`^[A-Z]`),
	}
	keyword := regexp.MustCompile(`\b(MUST|SHOULD|MAY|SHALL)\b`)
	for r := range All() {
		if !subject[r.Binds].MatchString(r.Text) {
			t.Errorf("%s binds the %s, but reads %q", r.ID, r.Binds, r.Text)
		}
		if keyword.MatchString(r.Text) {
			t.Errorf("%s: the level is a field of its own: %q", r.ID, r.Text)
		}
		if len(r.Text) > 170 {
			t.Errorf("%s is of %d characters, want at most 170: %q", r.ID, len(r.Text), r.Text)
		}
	}
}

func TestWhatIsBoundIsARole(t *testing.T) {
	for party, want := range map[Party][2]bool{
		Client: {true, false}, Server: {false, true}, Both: {true, true},
		Sender: {true, true}, Receiver: {true, true}, Intermediary: {false, false},
	} {
		if got := [2]bool{party.Includes(false), party.Includes(true)}; got != want {
			t.Errorf("%s includes client and server: %t, want %t", party, got, want)
		}
	}
}

func TestABadTableIsRefusedWhereItIsBad(t *testing.T) {
	good := `{"document": "RFC 6455", "section": "5.1", "title": "Overview", "requirements": [
 {"id": "RFC6455-5.1-a", "level": "MUST", "binds": "client", "text": "The client masks."}
]}`
	for name, test := range map[string]struct{ file, want string }{
		"no list":          {`{}`, "f:1:2: found {, want a list of sections"},
		"unknown field":    {"[\n" + strings.Replace(good, "title", "titel", 1) + "]", `json: unknown field "titel"`},
		"a section twice":  {"[" + good + ",\n" + good + "]", "RFC 6455 5.1 is there twice"},
		"level":            {"[" + strings.Replace(good, "MUST", "must", 1) + "]", `RFC 6455 5.1: RFC6455-5.1-a: level "must": want one of ["MUST"`},
		"party":            {"[" + strings.Replace(good, `"client"`, `"browser"`, 1) + "]", `binds "browser": want one of`},
		"id":               {"[" + strings.Replace(good, "5.1-a", "5.1-b", 1) + "]", `id "RFC6455-5.1-b": want "RFC6455-5.1-a"`},
		"no sentence":      {"[" + strings.Replace(good, "masks.", "masks", 1) + "]", `text "The client masks" is no sentence`},
		"two reasons":      {"[" + strings.Replace(good, `"text"`, `"unseen": "a", "untested": "b", "text"`, 1) + "]", "needs no reason"},
		"something behind": {"[" + good + "]\n[]", "f:4:2: something follows the list of sections"},
		"cut off":          {"[" + good, "EOF"},
	} {
		if _, err := Parse("f", []byte(test.file)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v\nwant %s", name, err, test.want)
		}
	}
}
