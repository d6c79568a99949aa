package wire_test

import (
	"fmt"
	"testing"

	"gobahn/wire"
)

// benchmarkDeflate runs bench for each set of parameters, size and kind of message.
func benchmarkDeflate(b *testing.B, bench func(b *testing.B, bits int, noTakeover bool, messages [][]byte)) {
	for _, bits := range []int{9, 15} {
		for _, noTakeover := range []bool{false, true} {
			for _, size := range []int{64, 4 << 10, 64 << 10} {
				for _, p := range plains[:2] {
					b.Run(fmt.Sprintf("bits=%d/noTakeover=%t/%s=%d", bits, noTakeover, p.name, size), func(b *testing.B) {
						plain := p.make(1<<20, 1)
						var messages [][]byte
						for ; len(plain) >= size && len(messages) < 256; plain = plain[size:] {
							messages = append(messages, plain[:size])
						}
						b.SetBytes(int64(size))
						b.ReportAllocs()
						bench(b, bits, noTakeover, messages)
					})
				}
			}
		}
	}
}

func BenchmarkDeflate(b *testing.B) {
	benchmarkDeflate(b, func(b *testing.B, bits int, noTakeover bool, messages [][]byte) {
		c := wire.NewCompressor(bits, noTakeover)
		defer c.Release()
		var dst []byte
		plain, payload, i := 0, 0, 0
		for b.Loop() {
			m := messages[i%len(messages)]
			dst = c.Append(dst[:0], m)
			plain, payload, i = plain+len(m), payload+len(dst), i+1
		}
		b.ReportMetric(float64(payload)/float64(plain), "ratio")
	})
}

func BenchmarkInflate(b *testing.B) {
	benchmarkDeflate(b, func(b *testing.B, bits int, noTakeover bool, messages [][]byte) {
		c := wire.NewCompressor(bits, noTakeover)
		defer c.Release()
		var payloads [][]byte
		for _, m := range messages {
			payloads = append(payloads, c.Append(nil, m))
		}
		f := wire.NewInflater(bits, noTakeover)
		defer f.Release()
		emit := func([]byte) error { return nil }
		i := 0
		for b.Loop() {
			// From the beginning again, the window is another: its octets are not
			// looked at, and its length suffices.
			if err := f.Inflate(payloads[i%len(payloads)], 0, emit); err != nil {
				b.Fatal(err)
			}
			i++
		}
	})
}

func BenchmarkBlocks(b *testing.B) {
	for _, p := range plains {
		for _, size := range []int{4 << 10, 64 << 10} {
			b.Run(fmt.Sprintf("%s=%d", p.name, size), func(b *testing.B) {
				payload := wireDeflate(b, p.make(size, 1))
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := wire.ScanBlocks(payload, wire.BlockScan{Bits: 15}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// Many blocks with nothing in them, which is the slowest there is.
func BenchmarkBlocksEmpty(b *testing.B) {
	for _, tt := range []struct {
		name string
		unit []byte
	}{
		{"stored", octets(b, "00 00 00 ff ff")},
		{"final", octets(b, "03 00")},
		{"dynamic", emptyDynamic},
	} {
		b.Run(tt.name, func(b *testing.B) {
			var payload []byte
			for len(payload) < 1<<20 {
				payload = append(payload, tt.unit...)
			}
			b.SetBytes(int64(len(payload)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := wire.ScanBlocks(payload, wire.BlockScan{Raw: true}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
