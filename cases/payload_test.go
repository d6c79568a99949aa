package cases

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"gobahn/cases/corpus"
)

// noise is n octets without a period.
func noise(n int) []byte {
	b := make([]byte, 0, n+sha256.Size)
	for sum := sha256.Sum256(nil); len(b) < n; sum = sha256.Sum256(sum[:]) {
		b = append(b, sum[:]...)
	}
	return b[:n]
}

func TestOfAndRepeatDescribeOctets(t *testing.T) {
	for _, c := range []struct {
		name    string
		payload Payload
		want    string
	}{
		{"nothing", Of(""), ""},
		{"text", Of("Hello"), "Hello"},
		{"not UTF-8", Of("\x00\xff"), "\x00\xff"},
		{"hex with spaces", Payload{Hex: "00 fF0a"}, "\x00\xff\x0a"},
		{"repeated", Repeat("abc", 8), "abcabcab"},
		{"repeated exactly", Repeat("abc", 9), "abcabcabc"},
		{"repeated, not UTF-8", Repeat("\xfe", 3), "\xfe\xfe\xfe"},
		{"cut", Repeat("abcdef", 2), "ab"},
		{"no time", Repeat("abc", 0), ""},
		{"a corpus", Corpus("json", 10), string(corpusOctets(t, "json")[:10])},
		{"a whole corpus", Corpus("json", 0), string(corpusOctets(t, "json"))},
		{"a close code", Close(1000, ""), "\x03\xe8"},
		{"a close code and reason", Close(4999, "bye"), "\x13\x87bye"},
	} {
		if got := string(c.payload.Octets()); got != c.want {
			t.Errorf("%s: octets %q, want %q", c.name, got, c.want)
		}
		if got := c.payload.Size(); got != len(c.want) {
			t.Errorf("%s: size %d, want %d", c.name, got, len(c.want))
		}
		if !c.payload.Equal(Of(c.want)) || !Of(c.want).Equal(c.payload) {
			t.Errorf("%s: is not equal to its octets", c.name)
		}
	}
}

// corpusOctets are those of the corpus of that name.
func corpusOctets(t *testing.T, name string) []byte {
	t.Helper()
	b, ok := corpus.Octets(name)
	if !ok {
		t.Fatalf("no corpus %s", name)
	}
	return b
}

func TestAnyOctetsAreAnyOfThatLength(t *testing.T) {
	any := AnyOctets(5000)
	for name, p := range map[string]Payload{
		"themselves": any, "a pattern": Repeat("ab", 5000), "noise": Describe(noise(5000)), "octets": Of(string(noise(5000))),
	} {
		if !any.Equal(p) || !p.Equal(any) {
			t.Errorf("any 5000 octets are not equal to %s", name)
		}
	}
	for name, p := range map[string]Payload{"nothing": {}, "less": Repeat("ab", 4999), "more": Describe(noise(5001)), "any others": AnyOctets(1)} {
		if any.Equal(p) || p.Equal(any) {
			t.Errorf("any 5000 octets are equal to %s", name)
		}
	}
}

// TestATextOfACorpusIsCutByCharacters also cuts one that has long characters.
func TestATextOfACorpusIsCutByCharacters(t *testing.T) {
	const n = 5000
	for _, name := range corpus.Names() {
		text := Message{Payload: Corpus(name, n)}.Octets()
		binary := Message{Payload: Corpus(name, n), Binary: true}.Octets()
		if got := utf8.RuneCount(text); utf8.Valid(text) && got != n {
			t.Errorf("%s: %d characters, want %d", name, got, n)
		}
		if len(binary) != n || !bytes.HasPrefix(text, binary) {
			t.Errorf("%s: %d octets, the text %d", name, len(binary), len(text))
		}
	}
	if text := (Message{Payload: Corpus("prose", n)}).Octets(); len(text) <= n {
		t.Errorf("prose: %d octets of text, want more than characters", len(text))
	}
}

func TestDescribeKeepsWhatItMustInBoundedSpace(t *testing.T) {
	for _, c := range []struct {
		name   string
		octets []byte
		digest bool
	}{
		{"nothing", nil, false},
		{"a text", []byte("Hello"), false},
		{"the longest that is kept whole", noise(plainLimit), false},
		{"one more", noise(plainLimit + 1), true},
		{"a period of one", bytes.Repeat([]byte("*"), 65536), false},
		{"a period that is cut", Repeat("BAsd7&jh23", 16<<10).Octets(), false},
		{"the longest period", Repeat(string(noise(maxPeriod)), 5000).Octets(), false},
		{"a period too long", Repeat(string(noise(maxPeriod+1)), 5000).Octets(), true},
		{"periodic but for the last octet", append(bytes.Repeat([]byte("*"), 5000), 'x'), true},
	} {
		p := Describe(c.octets)
		if p.Size() != len(c.octets) {
			t.Errorf("%s: size %d, want %d", c.name, p.Size(), len(c.octets))
		}
		if got := p.SHA256 != ""; got != c.digest {
			t.Errorf("%s: by digest: %t, want %t", c.name, got, c.digest)
		}
		if !c.digest && !bytes.Equal(p.Octets(), c.octets) {
			t.Errorf("%s: octets are lost", c.name)
		}
		if c.digest && !bytes.Equal(p.Octets(), c.octets[:headLimit]) {
			t.Errorf("%s: the first %d octets are lost", c.name, headLimit)
		}
		if b, err := json.Marshal(p); err != nil || len(b) > 6*plainLimit {
			t.Errorf("%s: %d octets of JSON, %v", c.name, len(b), err)
		}
		if whole := Of(string(c.octets)); !p.Equal(whole) || !whole.Equal(p) {
			t.Errorf("%s: the description is not equal to the octets", c.name)
		}
	}
}

func TestPayloadsOfOtherOctetsAreNotEqual(t *testing.T) {
	long := noise(5000)
	changed := bytes.Clone(long)
	changed[4999] ^= 1
	for name, pair := range map[string][2]Payload{
		"octets":            {Of("a"), Of("b")},
		"sizes":             {Of("a"), Of("aa")},
		"pattern and cut":   {Repeat("ab", 3), Of("abb")},
		"digests":           {Describe(long), Describe(changed)},
		"digest and octets": {Describe(long), Of(string(changed))},
		"digest and size":   {Describe(long), Describe(long[:4999])},
	} {
		if pair[0].Equal(pair[1]) || pair[1].Equal(pair[0]) {
			t.Errorf("%s: %v and %v are equal", name, pair[0], pair[1])
		}
	}
}

func TestPayloadIsShownLegibly(t *testing.T) {
	for _, c := range []struct {
		payload Payload
		want    string
	}{
		{Payload{}, `""`},
		{Of("Hello"), `"Hello"`},
		{Of(`say "\"`), `"say \"\\\""`},
		{Of("tab\tdel\x7f"), `"tab\x09del\x7f"`},
		{Of("\xc2\xb5"), `"\xc2\xb5"`},
		{Of("\x00\xff"), `00 ff`},
		{Payload{Hex: "00FF"}, `00 ff`},
		{Repeat("*", 65536), `"*" × 65536 octets`},
		{Repeat("abc", 3), `"abc"`},
		{Repeat("\xfe", 125), `fe × 125 octets`},
		{Of(strings.Repeat("a", 64)), `"` + strings.Repeat("a", 64) + `"`},
		{Of(strings.Repeat("a", 65)), `"` + strings.Repeat("a", 64) + `" … 65 octets`},
		{Corpus("json", 9), `corpus json × 9`},
		{Corpus("json", 0), `corpus json`},
		{AnyOctets(9), `any 9 octets`},
		{Digest([]byte("head"), 70000, sha256.Sum256(nil)), `"head" … 70000 octets, sha256 e3b0c44298fc1c14…`},
		{Digest([]byte("\x00\xff"), 70000, sha256.Sum256(nil)), `00 ff … 70000 octets, sha256 e3b0c44298fc1c14…`},
	} {
		if got := c.payload.String(); got != c.want {
			t.Errorf("%#v\n got %s\nwant %s", c.payload, got, c.want)
		}
	}
}

func TestPayloadIsAStringInFilesIfItIsOnlyText(t *testing.T) {
	for _, c := range []struct {
		payload Payload
		want    string
	}{
		{Payload{}, `""`},
		{Of("Hello"), `"Hello"`},
		{Of("\x00\xff"), `{"hex":"00 ff"}`},
		{Repeat("ab", 9), `{"text":"ab","len":9}`},
		{Repeat("\xfe", 9), `{"hex":"fe","len":9}`},
		{Corpus("json", 9), `{"corpus":"json","len":9}`},
		{AnyOctets(9), `{"len":9,"any":true}`},
		{AnyOctets(0), `{"any":true}`},
	} {
		b, err := json.Marshal(c.payload)
		if err != nil || string(b) != c.want {
			t.Errorf("%#v is written %s, %v, want %s", c.payload, b, err, c.want)
		}
		var back Payload
		if err := json.Unmarshal(b, &back); err != nil || back != c.payload {
			t.Errorf("%s is read as %#v, %v", b, back, err)
		}
	}
}

func TestPayloadsThatNoMemoryHoldsAreRefused(t *testing.T) {
	for _, p := range []Payload{
		{Text: "*", Len: 99_999_999_999},
		{Noise: 1, Len: 99_999_999_999},
	} {
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), "more than") {
			t.Errorf("%v: error %v, want that it is too long", p.Text, err)
		}
	}
	described := Payload{Text: "a", SHA256: strings.Repeat("0", 64), Len: 99_999_999_999}
	if err := described.Validate(); err != nil {
		t.Errorf("a payload of which a digest is known: %v", err)
	}
}
