package corpus

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

func octets(t *testing.T, name string) []byte {
	t.Helper()
	b, ok := Octets(name)
	if !ok {
		t.Fatalf("no corpus %q", name)
	}
	return b
}

// Cases are repeatable only as long as these are the same octets everywhere.
func TestOctetsAreTheSameEverywhere(t *testing.T) {
	tests := []struct {
		name       string
		octets     int
		characters int // 0: not text
		sha256     string
	}{
		{"json", 196608, 196608, "e2aa4f4d4235743328bae68c85dea6d4d321da70d4f537e5804b1f1f00b1625a"},
		{"bitmap", 262144, 0, "8c469902182f0cbd4f22dbef4f99fa2eb2d65e0406eca28f61cd2f934e845c47"},
		{"prose", 229376, 0, "41d239776d462f6ca32d3bdf4dbc83a917340e307f305ee43ba189295bcf5659"},
		{"html", 262171, 262144, "9d5bfe0b2fa8b4282b5058c2f744afb9e00aa857adfd9f026a57462dacff1bcc"},
		{"pdf", 1048576, 0, "72ea94b8db8ad3af7d96d789d6d568cd0c42f75fa409ee69500165ef8ae20b76"},
	}
	var names []string
	for _, test := range tests {
		names = append(names, test.name)
		b := octets(t, test.name)
		if len(b) != test.octets {
			t.Errorf("%s: %d octets, want %d", test.name, len(b), test.octets)
		}
		if n := utf8.RuneCount(b); test.characters > 0 && n != test.characters {
			t.Errorf("%s: %d characters, want %d", test.name, n, test.characters)
		}
		if sum := fmt.Sprintf("%x", sha256.Sum256(b)); sum != test.sha256 {
			t.Errorf("%s: SHA-256 is %s, want %s", test.name, sum, test.sha256)
		}
	}
	if !slices.Equal(Names(), names) {
		t.Errorf("Names() = %q, want %q", Names(), names)
	}
	if _, ok := Octets("faust"); ok {
		t.Error("there is a corpus that there is not")
	}
}

func TestLogbookIsJSON(t *testing.T) {
	b := octets(t, "json")
	if !json.Valid(b) {
		t.Error("not valid")
	}
	if i := bytes.IndexFunc(b, func(r rune) bool { return r > unicode.MaxASCII }); i >= 0 {
		t.Errorf("octet %d is not ASCII", i)
	}
}

func TestPhotographIsABitmap(t *testing.T) {
	b := octets(t, "bitmap")
	if string(b[:2]) != "BM" {
		t.Errorf("begins with % x", b[:2])
	}
	for _, field := range []struct {
		name           string
		at, size, want int
	}{
		{"octets of the file", 2, 4, 262144},
		{"octets before the pixels", 10, 4, 1536},
		{"octets of the header", 14, 4, 40},
		{"width", 18, 4, 512},
		{"height", 22, 4, 509},
		{"planes", 26, 2, 1},
		{"bits a pixel", 28, 2, 8},
		{"compression", 30, 4, 0},
		{"octets of the pixels", 34, 4, 512 * 509},
		{"colours", 46, 4, 256},
		{"the last colour", 54 + 4*255, 4, 0xffffff},
	} {
		got := int(binary.LittleEndian.Uint16(b[field.at:]))
		if field.size == 4 {
			got = int(binary.LittleEndian.Uint32(b[field.at:]))
		}
		if got != field.want {
			t.Errorf("%s: %d, want %d", field.name, got, field.want)
		}
	}
	if len(b) != 1536+512*509 {
		t.Errorf("%d octets", len(b))
	}
}

func TestSketchesAreUTF8(t *testing.T) {
	b := octets(t, "prose")
	if !utf8.Valid(b) {
		t.Error("not valid")
	}
	for _, r := range "äöüÄÖÜß–„“" {
		if !bytes.ContainsRune(b, r) {
			t.Errorf("no %c", r)
		}
	}
}

// A parser mends what is not well formed by adding and dropping elements, so
// there have to be as many as were written.
func TestTimetableIsHTML(t *testing.T) {
	b := octets(t, "html")
	if !utf8.Valid(b) {
		t.Error("not valid UTF-8")
	}
	root, err := html.Parse(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	counts := make(map[string]int)
	for node := range root.Descendants() {
		if node.Type == html.ElementNode {
			counts[node.Data]++
		}
	}
	for _, element := range []string{"html", "head", "body", "h2", "table", "tr", "td", "time"} {
		want := len(regexp.MustCompile("<"+element+"[ >]").FindAll(b, -1))
		if got := counts[element]; got != want || got == 0 {
			t.Errorf("%d %s elements, want %d", got, element, want)
		}
	}
}

func TestBrochureIsAPDF(t *testing.T) {
	b := octets(t, "pdf")
	if !bytes.HasPrefix(b, []byte("%PDF-1.4\n")) {
		t.Errorf("begins with %q", b[:9])
	}
	end := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(b)
	if end == nil {
		t.Fatalf("ends with %q", b[len(b)-30:])
	}
	at, _ := strconv.Atoi(string(end[1]))
	if !bytes.HasPrefix(b[at:], []byte("xref\n")) {
		t.Fatalf("%q where the table is to be", b[at:at+5])
	}
	for i, entry := range regexp.MustCompile(`(\d{10}) 00000 n \n`).FindAllSubmatch(b[at:], -1) {
		object, _ := strconv.Atoi(string(entry[1]))
		if want := fmt.Sprintf("%d 0 obj\n", i+1); !bytes.HasPrefix(b[object:], []byte(want)) {
			t.Errorf("%q where object %d is to be", b[object:object+8], i+1)
		}
	}
	for _, stream := range regexp.MustCompile(`/Length (\d+) >>\nstream\n`).FindAllSubmatchIndex(b, -1) {
		n, _ := strconv.Atoi(string(b[stream[2]:stream[3]]))
		if !bytes.HasPrefix(b[stream[1]+n:], []byte("\nendstream\n")) {
			t.Errorf("stream at octet %d is not %d octets long", stream[1], n)
		}
	}
}

func TestCorporaCompressLikeTheReference(t *testing.T) {
	lengths := [...]int{1024, 8192, 131072}
	for _, test := range []struct {
		name      string
		reference [len(lengths)]float64
	}{
		{"json", [...]float64{0.1696, 0.0588, 0.0442}},
		{"bitmap", [...]float64{0.9491, 0.8727, 0.8529}},
		{"prose", [...]float64{0.5641, 0.4535, 0.3933}},
		{"html", [...]float64{0.2619, 0.0834, 0.0568}},
		{"pdf", [...]float64{0.8996, 0.8186, 0.7634}},
	} {
		for i, n := range lengths {
			got, want := ratio(t, test.name, n), test.reference[i]
			t.Logf("%-6s × %-6d  %.4f, reference %.4f", test.name, n, got, want)
			if math.Abs(got-want) > want/5 {
				t.Errorf("%s: windows of %d shrink to %.4f, want about %.4f", test.name, n, got, want)
			}
		}
	}
}

// ratio is to what part of their octets messages of n units shrink, each deflated
// alone, one for every window until the windows come again.
func ratio(t *testing.T, name string, n int) float64 {
	b := octets(t, name)
	var starts []int // octets before each unit
	for i := range b {
		if name != "html" || utf8.RuneStart(b[i]) {
			starts = append(starts, i)
		}
	}
	size := len(starts)
	starts = append(starts, len(b))

	var message bytes.Buffer
	deflate, err := flate.NewWriter(&message, 6)
	if err != nil {
		t.Fatal(err)
	}
	plain, deflated := 0, 0
	for at := 0; ; {
		end := at + n
		window := b[starts[at]:starts[min(end, size)]]
		if end > size {
			window = slices.Concat(window, b[:starts[end-size]])
		}
		message.Reset()
		deflate.Reset(&message)
		deflate.Write(window)
		deflate.Flush()
		plain += len(window)
		deflated += message.Len() - len("\x00\x00\xff\xff") // RFC 7692 7.2.1
		if at = end % size; at == 0 {
			return float64(deflated) / float64(plain)
		}
	}
}

func ExampleOctets() {
	text, _ := Octets("prose")
	sentence, _, _ := strings.Cut(string(text), ".")
	fmt.Println(sentence)
	// Output:
	// Der Wegthron war mild, aber ein kleiner Wirbel blieb herb
}
