package wire_test

import (
	"bytes"
	stdflate "compress/flate"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/wire"
)

// The standard library is the judge of what DEFLATE is.

// judge inflates a message with the standard library. Behind the tail it puts an
// empty final block, with which what is whole ends and nothing else does. limit
// bounds what comes out.
func judge(payload, history []byte, limit int) ([]byte, error) {
	return judgeStream(append(bytes.Clone(payload), wire.DeflateTail+"\x01\x00\x00\xff\xff"...), history, limit)
}

// judgeStream inflates streams that follow one another at octets.
func judgeStream(stream, history []byte, limit int) ([]byte, error) {
	in := bytes.NewReader(stream)
	out := bytes.Clone(history)
	for in.Len() > 0 {
		b, err := io.ReadAll(io.LimitReader(stdflate.NewReaderDict(in, out), int64(limit+1)))
		out = append(out, b...)
		if err != nil {
			return out[len(history):], err
		}
		if limit -= len(b); limit < 0 {
			return out[len(history):], errLimit
		}
	}
	return out[len(history):], nil
}

var errLimit = errors.New("too much")

// octets are hex digits with blanks.
func octets(t testing.TB, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// bitString packs fields of bits, lowest first, as a block has them: "1:3" is
// the number 1 in 3 bits; a Huffman code is given by its digits, "0000001".
func bitString(fields ...string) []byte {
	var b []byte
	n := 0
	put := func(bit bool) {
		if n%8 == 0 {
			b = append(b, 0)
		}
		if bit {
			b[n/8] |= 1 << (n % 8)
		}
		n++
	}
	for _, f := range fields {
		var v, size int
		if k, _ := fmt.Sscanf(f, "%d:%d", &v, &size); k == 2 {
			for i := range size {
				put(v>>i&1 != 0)
			}
			continue
		}
		for _, c := range f {
			put(c == '1')
		}
	}
	return b
}

// emptyDynamic is a final block with codes for its end and the distance 1.
var emptyDynamic = bitString("1:1", "2:2", "0:5", "0:5", "14:4", // 257 and 1 codes, 18 lengths in the order of RFC 1951 3.2.7:
	"0:6", "1:3", "0:42", "1:3", // of 18 and 1
	"1", "127:7", "1", "107:7", "0", "0", // 256 times no code, one of 1 bit, one of 1 bit
	"0")

func TestScanBlocks(t *testing.T) {
	hello := octets(t, "f2 48 cd c9 c9 07 00")
	for _, tt := range []struct {
		name    string
		payload []byte
		scan    wire.BlockScan
		want    []wire.Block
	}{
		{"fixed", hello, wire.BlockScan{}, []wire.Block{{Type: wire.BlockFixed, Octets: 5}, {Bit: 50, Start: 5}}},
		{"stored", octets(t, "00 05 00 fa ff 48 65 6c 6c 6f 00"), wire.BlockScan{}, []wire.Block{{Octets: 5}, {Bit: 80, Start: 5}}},
		{"two blocks", octets(t, "f2 48 05 00 00 00 ff ff ca c9 c9 07 00"), wire.BlockScan{}, []wire.Block{
			{Type: wire.BlockFixed, Octets: 2}, {Bit: 26, Start: 2},
			{Type: wire.BlockFixed, Bit: 64, Start: 2, Octets: 3}, {Bit: 98, Start: 5},
		}},
		{"empty", []byte{0}, wire.BlockScan{}, []wire.Block{{}}},
		{"BFINAL", octets(t, "f3 48 cd c9 c9 07 00 00"), wire.BlockScan{}, []wire.Block{
			{Type: wire.BlockFixed, Final: true, Octets: 5}, {Bit: 56, Start: 5},
		}},
		{"BFINAL without the octet", octets(t, "f3 48 cd c9 c9 07 00"), wire.BlockScan{}, []wire.Block{{Type: wire.BlockFixed, Final: true, Octets: 5}}},
		{"block behind BFINAL", octets(t, "f3 48 05 00 ca c9 c9 07 00"), wire.BlockScan{}, []wire.Block{
			{Type: wire.BlockFixed, Final: true, Octets: 2},
			{Type: wire.BlockFixed, Bit: 32, Start: 2, Octets: 3}, {Bit: 66, Start: 5},
		}},
		{"with what came before", octets(t, "f2 00 11 00 00"), wire.BlockScan{History: 5}, []wire.Block{
			{Type: wire.BlockFixed, Octets: 5, References: wire.References{Distance: 5, DistanceAt: 1, Reach: 4}}, {Bit: 31, Start: 5},
		}},
		{"dynamic without anything", emptyDynamic, wire.BlockScan{Raw: true}, []wire.Block{{Type: wire.BlockDynamic, Final: true}}},
		{"raw", octets(t, "01 01 00 fe ff 61"), wire.BlockScan{Raw: true}, []wire.Block{{Final: true, Octets: 1}}},
		{"tail inside a stored block", octets(t, "00 04 00 fb ff"), wire.BlockScan{}, []wire.Block{{Octets: 4}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []wire.Block
			tt.scan.Each = func(b wire.Block) { got = append(got, b) }
			sum, err := wire.ScanBlocks(tt.payload, tt.scan)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if n := sum.Stored + sum.Fixed + sum.Dynamic; n != int64(len(got)) {
				t.Errorf("%d blocks counted, %d seen", n, len(got))
			}
		})
	}
}

// stdDeflate is the payload that the standard library makes.
func stdDeflate(t testing.TB, message, history []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := stdflate.NewWriterDict(&out, 9, history)
	if err == nil {
		_, err = w.Write(message)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte(wire.DeflateTail))
}

// noDeflate are payloads that are not DEFLATE.
var noDeflate = []struct {
	name, payload string
	fault         wire.InflateFault
	want          string
}{
	{"reserved block type", "06", wire.InflateInvalid, "octet 0: a block of the reserved type 3"},
	{"LEN and NLEN differ", "00 05 00 00 00 48 65 6c 6c 6f 00", wire.InflateInvalid, "octet 1: a stored block with LEN 0005 and NLEN 0000"},
	{"length 286", "72 1c 03", wire.InflateInvalid, "octet 1: no literal or length has this code"},
	{"distance 30", "72 04 3e", wire.InflateInvalid, "octet 1: no distance has this code"},
	{"nothing before", "02 02 00 00", wire.InflateBeyond, "octet 0: a back-reference of 1 octets, 0 came before"},
	{"distance 8 after 4", "72 74 74 74 04 d2 00 00", wire.InflateBeyond, "octet 4: a back-reference of 8 octets, 4 came before"},
	{"HLIT 31", "fc 00 80 04", wire.InflateInvalid, "octet 0: codes for 288 literals and lengths and 1 distances, 286 and 30 are known"},
	{"HDIST 31", "04 1f 80 04", wire.InflateInvalid, "octet 0: codes for 257 literals and lengths and 32 distances, 286 and 30 are known"},
	{"over-subscribed", "04 c0 01 04 00 00 00 40 10", wire.InflateInvalid, "octet 0: code lengths with codes that do not make a tree"},
	{"repeat first", "04 00 02 24", wire.InflateInvalid, ""},
	{"zlib", "78 9c f3 48 cd c9 c9 07 00", wire.InflateInvalid, ""},
	{"plain", "48 65 6c 6c 6f", wire.InflateInvalid, ""},
	{"no octets", "", wire.InflateTruncated, "octet 0: the payload ends inside a block"},
	{"truncated", "f2 48 cd", wire.InflateTruncated, "octet 3: the payload ends inside a block"},
	{"octets behind BFINAL", "f3 48 cd c9 c9 07 00 ff ff ff", wire.InflateInvalid, "octet 7: a block of the reserved type 3"},
}

func TestNoDeflate(t *testing.T) {
	for _, tt := range noDeflate {
		t.Run(tt.name, func(t *testing.T) {
			payload := octets(t, tt.payload)
			_, err := wire.ScanBlocks(payload, wire.BlockScan{})
			var e *wire.InflateError
			if !errors.As(err, &e) {
				t.Fatalf("error %v", err)
			}
			if e.Fault != tt.fault || tt.want != "" && e.Error() != tt.want {
				t.Errorf("%d %q, want %d %q", e.Fault, e, tt.fault, tt.want)
			}
			if _, err := judge(payload, nil, 1<<20); err == nil {
				t.Error("the standard library takes it")
			}
			f := wire.NewInflater(15, false)
			defer f.Release()
			got := f.Inflate(payload, 0, func([]byte) error { return nil })
			if got == nil || got.Error() != err.Error() {
				t.Errorf("inflated: %v, scanned: %v", got, err)
			}
		})
	}
}

// Every prefix of a payload is truncated, or the message up to a block.
func TestScanBlocksTruncated(t *testing.T) {
	message := jsonLike(3000, 1)
	payload := stdDeflate(t, message, nil)
	for n := range payload {
		_, err := wire.ScanBlocks(payload[:n], wire.BlockScan{})
		_, want := judge(payload[:n], nil, 1<<20)
		if (err == nil) != (want == nil) {
			t.Errorf("%d octets: %v, the standard library: %v", n, err, want)
		}
	}
}

func TestScanBlocksLimit(t *testing.T) {
	payload := wireDeflate(t, make([]byte, 1<<20))
	for _, limit := range []int64{1, 1000, 1<<20 - 1, 1 << 20} {
		_, err := wire.ScanBlocks(payload, wire.BlockScan{Limit: limit})
		var e *wire.InflateError
		if over := errors.As(err, &e) && e.Fault == wire.InflateLimit; over != (limit < 1<<20) {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

// wireDeflate is the payload that a compressor makes of its first message.
func wireDeflate(t testing.TB, message []byte) []byte {
	t.Helper()
	c := wire.NewCompressor(15, false)
	defer c.Release()
	return c.Append(nil, message)
}

// The plain octets that are compressed: text with much, noise with nothing and
// few octets with everything in common.

func jsonLike(n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	words := strings.Fields("alpha beta gamma delta websocket payload frame close error message status active London Berlin Paris")
	word := func() string { return words[r.IntN(len(words))] }
	var b bytes.Buffer
	for b.Len() < n {
		fmt.Fprintf(&b, `{"id":%d,"name":"%s %s","price":%.2f,"tags":["%s","%s"],"ok":%t},`+"\n",
			r.IntN(1e6), word(), word(), r.Float64()*1000, word(), word(), r.IntN(2) == 0)
	}
	return b.Bytes()[:n]
}

func noise(n int, seed uint64) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(seed)})
	_, _ = r.Read(b)
	return b
}

func repetitive(n int, seed uint64) []byte {
	period := noise(300, seed)
	return bytes.Repeat(period, n/len(period)+1)[:n]
}

var plains = []struct {
	name string
	make func(n int, seed uint64) []byte
}{{"json", jsonLike}, {"noise", noise}, {"repetitive", repetitive}}

var params = []struct {
	bits       int
	noTakeover bool
}{
	{8, false}, {9, false}, {10, false}, {11, false}, {12, false}, {13, false}, {14, false}, {15, false},
	{8, true}, {9, true}, {10, true}, {11, true}, {12, true}, {13, true}, {14, true}, {15, true},
}

func FuzzBlocks(f *testing.F) {
	seedPayloads(f)
	f.Fuzz(func(t *testing.T, payload []byte) {
		const limit = 1 << 20
		sum, err := wire.ScanBlocks(payload, wire.BlockScan{Limit: limit})
		want, judged := judge(payload, nil, limit)
		var e *wire.InflateError
		switch {
		case err == nil && judged == nil:
			if sum.Octets != int64(len(want)) {
				t.Errorf("%x: %d octets, want %d", payload, sum.Octets, len(want))
			}
		case err == nil && bareFinal(payload, nil, limit):
		case err == nil:
			t.Errorf("%x: nothing found, the standard library: %v", payload, judged)
		case !errors.As(err, &e) || len(err.Error()) > 200:
			t.Errorf("%x: error %v", payload, err)
		case judged == nil && e.Fault == wire.InflateTruncated:
			// What the judge ended with was taken for data.
		case judged == nil:
			t.Errorf("%x: %v, the standard library finds nothing", payload, err)
		}
	})
}

// bareFinal reports whether payload alone ends with a final block.
func bareFinal(payload, history []byte, limit int) bool {
	_, err := judgeStream(payload, history, limit)
	return err == nil && len(payload) > 0
}

func seedPayloads(f *testing.F) {
	for _, tt := range noDeflate {
		f.Add(octets(f, tt.payload))
	}
	for _, p := range plains {
		f.Add(stdDeflate(f, p.make(500, 1), nil))
		f.Add(wireDeflate(f, p.make(1000, 2)))
	}
	f.Add(octets(f, "f3 48 05 00 ca c9 c9 07 00"))
	f.Add(octets(f, "04 c0 01 08 00 00 00 00 20"))
}
