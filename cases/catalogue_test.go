package cases

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// sameFacts compares what a case does and accepts, not how that is written:
// payloads by octets, limits with defaults resolved, outcomes without comment.
var sameFacts = cmp.Options{
	cmp.Comparer(samePayload),
	cmp.Comparer(func(a, b Events) bool { return slices.EqualFunc(a, b, sameExpected) }),
	cmp.Comparer(func(a, b Limit) bool { return a.Time() == b.Time() && a.Close == b.Close }),
	cmp.FilterPath(func(p cmp.Path) bool {
		switch p.String() {
		case "Description", "Expectation", "Spec", "Requirements", "Accept.Says", "Overrides":
			return true
		}
		return false
	}, cmp.Ignore()),
}

// samePayload reports whether a and b describe the same octets, now and, in an
// Echo, when they are read on.
func samePayload(a, b Payload) bool {
	if a.Any || b.Any || a.Corpus != "" || b.Corpus != "" {
		return a == b
	}
	return a.Equal(b)
}

// sameExpected reports whether a and b are met by the same observed events.
func sameExpected(a, b Event) bool {
	g, ok := a.(Got)
	if !ok {
		return a == b
	}
	h, ok := b.(Got)
	return ok && g.Opcode == h.Opcode && samePayload(g.Payload, h.Payload)
}

// sampled is the catalogue for tests that take long: of the sections in which
// cases differ in figures only, those that are one Echo, it has the first case.
func sampled() (list []Case) {
	seen := map[string]bool{}
	for _, c := range Catalogue {
		if _, ok := c.echo(); ok && seen[sectionOf(c.ID)] {
			continue
		}
		seen[sectionOf(c.ID)] = true
		list = append(list, c)
	}
	return list
}

func TestCatalogueIsTheReferencesInTheSameOrder(t *testing.T) {
	var got, want []ID
	for _, c := range Catalogue {
		got = append(got, c.ID)
	}
	for _, r := range readReference(t) {
		want = append(want, r.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ids of the catalogue (-reference +ours):\n%s", diff)
	}
	if len(got) != 517 {
		t.Errorf("%d cases, want 517", len(got))
	}
}

func TestEveryCaseDoesWhatTheReferenceDoes(t *testing.T) {
	for _, r := range readReference(t) {
		i := slices.IndexFunc(Catalogue, func(c Case) bool { return c.ID == r.ID })
		if i < 0 {
			t.Errorf("%s: not in the catalogue", r.ID)
			continue
		}
		want, err := r.translate()
		if err != nil {
			t.Fatalf("%s: %v", r.ID, err)
		}
		if diff := cmp.Diff(want, Catalogue[i], sameFacts); diff != "" {
			t.Errorf("%s (-reference +ours):\n%s", r.ID, diff)
		}
		if got := Number(r.ID); got != r.Index {
			t.Errorf("Number(%s) = %d, want %d", r.ID, got, r.Index)
		}
	}
}

func TestNumberOfAnUnknownCaseIsZero(t *testing.T) {
	for _, id := range []ID{"", "1.1.99", "14.1"} {
		if got := Number(id); got != 0 {
			t.Errorf("Number(%q) = %d, want 0", id, got)
		}
	}
}

func TestSameFactsNoticesEveryKindOfDifference(t *testing.T) {
	unnoticed := func(name string, id ID, change func(*Case)) {
		t.Helper()
		c := find(id)
		change(&c)
		if cmp.Equal(find(id), c, sameFacts) {
			t.Errorf("a change of %s goes unnoticed", name)
		}
	}
	for name, change := range map[string]func(*Case){
		"octets":     func(c *Case) { c.Script = Script{Binary("Hello, World!").Reserved(6)} },
		"rsv":        func(c *Case) { c.Script = Script{Binary("Hello, world!").Reserved(7)} },
		"fin":        func(c *Case) { c.Script = Script{Binary("Hello, world!").Reserved(6).More()} },
		"opcode":     func(c *Case) { c.Script = Script{Text("Hello, world!").Reserved(6)} },
		"chop":       func(c *Case) { c.Script = c.Script.Chopped(1) },
		"sync":       func(c *Case) { c.Script = c.Script.Synced() },
		"a step":     func(c *Case) { c.Script = append(slices.Clone(c.Script), Ping("")) },
		"limit":      func(c *Case) { c.Limit = FailAfter(2 * Second) },
		"limit kind": func(c *Case) { c.Limit = CloseAfter(1 * Second) },
		"events":     func(c *Case) { c.Accept = Exactly(GotPong("")) },
		"verdict":    func(c *Case) { c.Accept = []Outcome{{Verdict: NonStrict}} },
		"outcomes":   func(c *Case) { c.Accept = append(slices.Clone(c.Accept), Outcome{Verdict: NonStrict}) },
		"side":       func(c *Case) { c.Ending.Peer = false },
		"codes":      func(c *Case) { c.Ending.Codes = []uint16{1007} },
		"drop":       func(c *Case) { c.Ending.MayDrop = false },
		"auto close": func(c *Case) { c.Ending.NoAutoClose = true },
		"fatal":      func(c *Case) { c.Ending.Fatal = WrongSide },
		"grade":      func(c *Case) { c.Ending.Grade = Informational },
		"deflate":    func(c *Case) { c.Deflate = defaultDeflate },
		"report":     func(c *Case) { c.Report.Time = true },
	} {
		unnoticed(name, "3.6", change)
	}
	echo := func(change func(*Echo)) func(*Case) {
		return func(c *Case) {
			e := echoed(t, *c)
			change(&e)
			c.Script = Script{e}
		}
	}
	for name, change := range map[string]func(*Case){
		"count":    echo(func(e *Echo) { e.Count = 999 }),
		"corpus":   echo(func(e *Echo) { e.Message.Payload.Corpus = "html" }),
		"length":   echo(func(e *Echo) { e.Message.Payload.Len = 15 }),
		"type":     echo(func(e *Echo) { e.Message.Binary = true }),
		"fragment": echo(func(e *Echo) { e.Message.Fragment = 256 }),
		"a corpus that is not read on": echo(func(e *Echo) {
			e.Message.Payload = Of(string(e.Message.Octets()))
		}),
		"events":     func(c *Case) { c.Accept = Exactly(Echoed{999}) },
		"no deflate": func(c *Case) { c.Deflate = nil },
		"an offer":   func(c *Case) { c.Deflate = &Deflate{Offer: []DeflateParams{{}}, Accept: c.Deflate.Accept} },
		"an answer": func(c *Case) {
			c.Deflate = &Deflate{Offer: c.Deflate.Offer, Accept: []DeflateParams{{ClientMaxWindowBits: 9}}}
		},
		"a window": func(c *Case) {
			c.Deflate = &Deflate{Offer: []DeflateParams{{ClientNoContextTakeover: true, ClientMaxWindowBits: 15}}, Accept: c.Deflate.Accept}
		},
		"ratio": func(c *Case) { c.Report.Ratio = false },
		"quiet": func(c *Case) { c.Report.Quiet = false },
	} {
		unnoticed(name, "12.1.1", change)
	}
	unnoticed("any octets", "9.1.1", func(c *Case) {
		c.Accept = append(slices.Clone(c.Accept[:1]), Outcome{Verdict: OK, Events: Events{Got{OpText, Repeat(longText, 65536)}}})
	})
}

func TestEveryCaseIsWellFormed(t *testing.T) {
	clause := regexp.MustCompile(`^RFC (3629|6455|7692) [1-9][0-9]*(\.[1-9][0-9]*)*$`)
	sentence := regexp.MustCompile(`(?s)^[A-Z0-9].*[.)]$`)
	seen := map[ID]bool{}
	for _, c := range Catalogue {
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", c.ID, err)
		}
		if seen[c.ID] {
			t.Errorf("%s: more than one case has this id", c.ID)
		}
		seen[c.ID] = true
		if len(c.Spec) == 0 {
			t.Errorf("%s: no clause", c.ID)
		}
		for _, s := range c.Spec {
			if !clause.MatchString(s) {
				t.Errorf("%s: clause %q is not of the form \"RFC 6455 5.2\"", c.ID, s)
			}
		}
		texts := []string{c.Description, c.Expectation}
		for _, o := range c.Accept {
			if o.Says != "" {
				texts = append(texts, o.Says)
			}
		}
		for _, s := range texts {
			if !sentence.MatchString(s) {
				t.Errorf("%s: %q is no sentence", c.ID, s)
			}
			if strings.Contains(s, "0x") {
				t.Errorf("%s: %q has an opcode without its name", c.ID, s)
			}
			if strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf || r < ' ' }) {
				t.Errorf("%s: %q shows octets as glyphs", c.ID, s)
			}
		}
	}
}

func TestEveryCaseIsInOneSectionOfItsChapter(t *testing.T) {
	for _, chapter := range Chapters {
		for _, c := range chapter.Cases {
			if !strings.HasPrefix(string(c.ID), chapter.Number+".") {
				t.Errorf("%s is in chapter %s", c.ID, chapter.Number)
			}
			var in []string
			for _, s := range chapter.Sections {
				if strings.HasPrefix(string(c.ID), s.Number+".") {
					in = append(in, s.Number)
				}
			}
			if len(chapter.Sections) > 0 && len(in) != 1 {
				t.Errorf("%s is in sections %v", c.ID, in)
			}
		}
		for _, s := range chapter.Sections {
			if !slices.ContainsFunc(chapter.Cases, func(c Case) bool { return strings.HasPrefix(string(c.ID), s.Number+".") }) {
				t.Errorf("section %s (%s) has no cases", s.Number, s.Title)
			}
		}
	}
}
