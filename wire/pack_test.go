package wire

import (
	"bytes"
	"compress/flate"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"gobahn/cases"
)

// hello is the block of RFC 7692 7.2.3.1.
var hello = cases.Block{Literals: cases.Of("Hello")}

func TestPackWritesTheExamplesOfTheRFC(t *testing.T) {
	stored := cases.Block{Type: cases.StoredBlock, Literals: cases.Of("Hello")}
	for _, c := range []struct {
		name string
		b    cases.Blocks
		want string
	}{
		{"7.2.3.1", cases.Deflated(hello), "f2 48 cd c9 c9 07 00"},
		{"7.2.3.2", cases.Deflated(cases.Block{Literals: cases.Of("H"), Match: cases.Match{Length: 4, Distance: 5}}), "f2 00 11 00 00"},
		{"7.2.3.3", cases.Deflated(stored), "00 05 00 fa ff 48 65 6c 6c 6f 00"},
		{"7.2.3.4", cases.Deflated(cases.Block{Final: true, Literals: cases.Of("Hello")}), "f3 48 cd c9 c9 07 00 00"},
		{"7.2.3.5", cases.Deflated(cases.Block{Literals: cases.Of("He")}, cases.Block{Type: cases.StoredBlock}, cases.Block{Literals: cases.Of("llo")}),
			"f2 48 05 00 00 00 ff ff ca c9 c9 07 00"},
		{"7.2.3.6", cases.Deflated(), "00"},
		{"octets behind a final block", cases.Deflated(cases.Block{Final: true, Literals: cases.Of("Hello")},
			cases.Block{Type: cases.NoBlock, Literals: cases.Of("\xff\xff")}), "f3 48 cd c9 c9 07 00 ff ff 00"},
		{"cut", cases.Blocks{Blocks: []cases.Block{hello}, Cut: 3}, "f2 48 cd c9"},
		{"cut more than there is", cases.Blocks{Blocks: []cases.Block{hello}, Cut: 300}, ""},
	} {
		if got := Pack(c.b); strings.ReplaceAll(c.want, " ", "") != hex.EncodeToString(got) {
			t.Errorf("%s: % x, want %s", c.name, got, c.want)
		}
	}
}

// packed are blocks of which it is known what they inflate to.
var packed = []struct {
	name string
	b    cases.Blocks
	want string
}{
	{"dynamic", cases.Deflated(cases.Block{Type: cases.DynamicBlock, Literals: cases.Of("abracadabra")}), "abracadabra"},
	{"dynamic, one octet", cases.Deflated(cases.Block{Type: cases.DynamicBlock, Literals: cases.Of("a")}), "a"},
	{"dynamic, empty", cases.Deflated(cases.Block{Type: cases.DynamicBlock, Times: 3}, hello), "Hello"},
	{"dynamic, all octets", cases.Deflated(cases.Block{Type: cases.DynamicBlock, Literals: cases.Of(everyOctet)}), everyOctet},
	{"dynamic, long matches", cases.Deflated(cases.Block{Type: cases.DynamicBlock, Literals: cases.Of("x"), Match: cases.Match{Length: 258, Distance: 1, Times: 1000}}),
		strings.Repeat("x", 258001)},
	{"every distance that doubles", cases.Deflated(doublings()...), strings.Repeat("z", 32768) + strings.Repeat("zzz", 16)},
	{"empty stored blocks", cases.Deflated(cases.Block{Type: cases.StoredBlock, Times: 100}, hello), "Hello"},
	{"the longest stored block", cases.Deflated(cases.Block{Type: cases.StoredBlock, Literals: cases.Repeat("ab", 65535)}), strings.Repeat("ab", 32767) + "a"},
}

var everyOctet = func() string {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return string(b)
}()

// doublings have a match at each power of two, behind as many octets as the largest.
func doublings() []cases.Block {
	list := []cases.Block{{Type: cases.StoredBlock, Literals: cases.Repeat("z", 32768)}}
	for d := 1; d <= 32768; d *= 2 {
		list = append(list, cases.Block{Match: cases.Match{Length: 3, Distance: d}})
	}
	return list
}

func TestPackWritesWhatInflatersRead(t *testing.T) {
	for _, c := range packed {
		octets := Pack(c.b)
		if got := c.b.Plain(); got != len(c.want) {
			t.Errorf("%s: Plain() = %d, want %d", c.name, got, len(c.want))
		}
		var ours []byte
		err := NewInflater(15, false).Inflate(octets, 0, func(b []byte) error { ours = append(ours, b...); return nil })
		if err != nil || string(ours) != c.want {
			t.Errorf("%s: our own reads %.40q and %v, want %.40q", c.name, ours, err, c.want)
		}
		theirs, err := io.ReadAll(flate.NewReader(io.MultiReader(bytes.NewReader(octets), strings.NewReader(DeflateTail+"\x01\x00\x00\xff\xff"))))
		if err != nil || string(theirs) != c.want {
			t.Errorf("%s: package flate reads %.40q and %v, want %.40q", c.name, theirs, err, c.want)
		}
	}
}

func TestPackedZerosAreAThousandthOfWhatComesOut(t *testing.T) {
	const mib = 1 << 20
	b := cases.Deflated(cases.Block{Type: cases.DynamicBlock, Literals: cases.Of("\x00"), Match: cases.Match{Length: 258, Distance: 1, Times: mib * 1024 / 258}})
	if got, want := len(Pack(b)), mib*1024/1000; got > want {
		t.Errorf("%d octets for a GiB, want %d at most", got, want)
	}
}
