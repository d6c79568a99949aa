package corpus

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const proseSize = 224 << 10 // octets

// sketches is German prose about a journey that gets nowhere. Its sentences are
// grammatical and mean little.
func sketches() []byte {
	p := prose{page{dice: 1871}}
	next := p.paragraph()
	for p.Len()+len(next) < proseSize {
		p.WriteString(next)
		next = p.paragraph()
	}
	p.WriteString(strings.Repeat(".", proseSize-p.Len()-1) + "\n")
	return p.Bytes()
}

type prose struct{ page }

func (p *prose) paragraph() string {
	var s strings.Builder
	for range 2 + p.roll(6) {
		s.WriteString(p.sentence() + " ")
	}
	return wrap(s.String()) + "\n"
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// wrap breaks s into lines that end after the word that reaches the margin.
func wrap(s string) string {
	const margin = 60 // characters
	var b strings.Builder
	column := 0
	for word := range strings.FieldsSeq(s) {
		column += utf8.RuneCountInString(word) + 1
		b.WriteString(word)
		if column < margin {
			b.WriteByte(' ')
		} else {
			b.WriteByte('\n')
			column = 0
		}
	}
	return strings.TrimRight(b.String(), " \n") + "\n"
}

// In sentences a word in capitals stands for all that answer the same question.
var sentences = []string{
	"WER SAH WEN.",
	"WER SAH WEN WO.",
	"WANN SAH WER WEN.",
	"WANN SAH WER WO WEN.",
	"WO SCHLIEF WAS.",
	"WER SCHLIEF, INDEM WER WEN SAH.",
	"INDEM WER WEN SAH, SCHLIEF WER.",
	"INDEM WER WEN WO SAH, SCHLIEF WER WO.",
	"WER – WIE und WIE – SCHLIEF WO.",
	"WAS war WIE, aber WAS blieb WIE.",
	"In ORT SCHLIEF WER, und WER SAH WEN.",
	"„Haben Sie WEN GESEHEN?“, SAGTE WER.",
	"„Ich habe WEN WO GESEHEN“, SAGTE WER, „und WER SCHLIEF.“",
	"„Wo ist WAS?“ – „Vielleicht WO.“",
}

var question = regexp.MustCompile(`[A-Z]{2,}`)

func (p *prose) sentence() string {
	return capital(question.ReplaceAllStringFunc(p.pick(sentences), p.answer))
}

func (p *prose) answer(question string) string {
	switch question {
	case "WER":
		return p.someone()
	case "WAS":
		return p.something(nominative)
	case "WEN":
		return p.something(accusative)
	case "WO":
		return p.place()
	case "ORT":
		return p.town()
	}
	return p.pick(answers[question])
}

func (p *prose) place() string {
	switch p.roll(6) {
	case 0:
		return p.pick(around) + " " + p.something(accusative)
	case 1:
		return "bei " + p.town()
	}
	return p.pick(near) + " " + p.something(dative)
}

func (p *prose) town() string { return p.pick(townHeads) + p.pick(townTails) }

func (p *prose) someone() string {
	g := &genders[p.roll(len(genders))]
	return p.phrase(g, nominative, p.noun(g.people))
}

func (p *prose) something(c int) string {
	g := &genders[p.roll(len(genders))]
	return p.phrase(g, c, p.noun(g.things))
}

// noun is one of those, or a compound that ends with it.
func (p *prose) noun(nouns []string) string {
	if p.oneIn(2) {
		return p.pick(prefixes) + strings.ToLower(p.pick(nouns))
	}
	return p.pick(nouns)
}

// phrase puts an article before the noun, and perhaps an adjective that agrees.
func (p *prose) phrase(g *gender, c int, noun string) string {
	article, endings := g.the[c], g.afterThe
	if p.oneIn(3) {
		article, endings = p.pick(articles)+g.afterStem[c], g.afterA
	}
	if p.oneIn(2) {
		return article + " " + noun
	}
	return article + " " + strings.TrimSuffix(p.pick(answers["WIE"]), "e") + endings[c] + " " + noun
}

const (
	nominative = iota
	accusative
	dative
)

// A gender has nouns, and by the case the articles and endings that go with them.
type gender struct {
	the       [3]string
	afterThe  [3]string // ending of an adjective after der, die, das
	afterA    [3]string // and after ein, mein, kein
	afterStem [3]string // ending of ein, mein, kein
	people    []string
	things    []string
}
