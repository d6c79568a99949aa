package wire

import (
	"bytes"
	"strings"
	"testing"

	"gobahn/cases"
)

// The figures that matter on a tester which plays messages of 16 MiB: octets
// masked, framed and validated a second, and no allocation for a frame.

func BenchmarkFrameDecode125Masked(b *testing.B) {
	payload := make([]byte, 125)
	h := Header{FIN: true, Opcode: cases.OpBinary, Masked: true, Key: [4]byte{1, 2, 3, 4}, Length: 125}
	stream := AppendFrame(nil, h, payload, false)
	var d Decoder
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		// What Next unmasks in place is masked again by the next round, so the
		// stream is two frames in one.
		if p, _, ok := d.Next(stream); !ok || !p.End {
			b.Fatal("no frame")
		}
	}
}

func BenchmarkFrameEncode125Masked(b *testing.B) {
	payload := make([]byte, 125)
	h := Header{FIN: true, Opcode: cases.OpBinary, Masked: true, Key: [4]byte{1, 2, 3, 4}, Length: 125}
	dst := AppendFrame(nil, h, payload, false)
	b.SetBytes(int64(len(dst)))
	b.ReportAllocs()
	for b.Loop() {
		dst = AppendFrame(dst[:0], h, payload, false)
	}
}

func benchmarkMask(b *testing.B, octets []byte) {
	key := [4]byte{0x37, 0xFA, 0x21, 0x3D}
	b.SetBytes(int64(len(octets)))
	b.ReportAllocs()
	for b.Loop() {
		Mask(octets, key, 1)
	}
}

func BenchmarkMask00125(b *testing.B)          { benchmarkMask(b, make([]byte, 125)) }
func BenchmarkMask04096(b *testing.B)          { benchmarkMask(b, make([]byte, 4096)) }
func BenchmarkMask65536(b *testing.B)          { benchmarkMask(b, make([]byte, 65536)) }
func BenchmarkMask65536Unaligned(b *testing.B) { benchmarkMask(b, make([]byte, 65540)[3:65539]) }

func benchmarkUTF8(b *testing.B, text []byte) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		var u UTF8
		if at := u.Write(text); at >= 0 {
			b.Fatal(at)
		}
	}
}

func BenchmarkUTF8ASCII(b *testing.B) { benchmarkUTF8(b, bytes.Repeat([]byte("a"), 65536)) }

func BenchmarkUTF8Mixed(b *testing.B) {
	benchmarkUTF8(b, []byte(strings.Repeat("Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. ", 1000)))
}

func BenchmarkUTF8Wide(b *testing.B) {
	benchmarkUTF8(b, []byte(strings.Repeat("κόσμε 世界 \U0001F600", 3000)))
}
