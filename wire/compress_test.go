package wire_test

import (
	"bytes"
	"fmt"
	"testing"

	"gobahn/wire"
)

// What is compressed comes out again in the standard library, and no
// back-reference goes further than agreed, nor further than there is history.
func TestCompressor(t *testing.T) {
	sizes := []int{0, 1, 16, 127, 128, 1000, 16, 70000, 0, 50, 131072, 65535 + 60, 1000, 3, 65536, 300}
	for _, p := range params {
		for _, plain := range plains {
			t.Run(fmt.Sprintf("bits=%d,noTakeover=%t,%s", p.bits, p.noTakeover, plain.name), func(t *testing.T) {
				c := wire.NewCompressor(p.bits, p.noTakeover)
				defer c.Release()
				var history []byte
				for i, size := range sizes {
					message := plain.make(size, uint64(i/2))
					checkPayload(t, c.Append([]byte("before"), message), message, history, p.bits)
					if !p.noTakeover {
						history = append(history, message...)
						history = history[max(0, len(history)-1<<p.bits):]
					}
				}
			})
		}
	}
}

// checkPayload checks a payload behind "before".
func checkPayload(t *testing.T, got, message, history []byte, bits int) {
	t.Helper()
	payload, ok := bytes.CutPrefix(got, []byte("before"))
	if !ok || len(payload) == 0 {
		t.Fatalf("%d octets: appended to something else: %d octets", len(message), len(got))
	}
	if len(message) == 0 && (len(payload) != 1 || payload[0] != 0) {
		t.Errorf("the empty message is % x", payload)
	}
	if bytes.HasSuffix(payload, []byte(wire.DeflateTail)) {
		t.Errorf("%d octets: the tail is still there", len(message))
	}
	sum, err := wire.ScanBlocks(payload, wire.BlockScan{Bits: bits, History: len(history)})
	if err != nil || sum.Octets != int64(len(message)) || sum.Final != 0 {
		t.Fatalf("%d octets: %v, %+v", len(message), err, sum)
	}
	if sum.Distance > 1<<bits || sum.Reach > len(history) {
		t.Errorf("%d octets: %+v with a window of %d and %d octets of history", len(message), sum, 1<<bits, len(history))
	}
	plain, err := judge(payload, history, len(message))
	if err != nil || !bytes.Equal(plain, message) {
		t.Errorf("%d octets: inflated to %d, %v", len(message), len(plain), err)
	}
}

// With takeover a message refers to the one before, however small.
func TestCompressorTakesOver(t *testing.T) {
	for bits := 8; bits <= 15; bits++ {
		for _, size := range []int{16, 100, 200} {
			message := noise(size, 1)
			for _, no := range []bool{false, true} {
				c := wire.NewCompressor(bits, no)
				for range 2 {
					c.Append(nil, message)
				}
				n := len(c.Append(nil, message))
				if took := n < size/2; took == no {
					t.Errorf("%d bits, no takeover %t: %d octets in %d", bits, no, size, n)
				}
				c.Release()
				if n := len(c.Append(nil, message)); n < size {
					t.Errorf("%d bits: released, %d octets in %d", bits, size, n)
				}
				c.Release()
			}
		}
	}
}

// Matches as far as the window goes are found where they are allowed: a period
// below the window is compressed, one above it is not.
func TestCompressorUsesItsWindow(t *testing.T) {
	for bits := 8; bits <= 15; bits++ {
		c := wire.NewCompressor(bits, false)
		for _, tt := range []struct {
			period int
			small  bool
		}{{1<<bits - 10, true}, {1<<bits + 10, false}} {
			message := bytes.Repeat(noise(tt.period, 3), 4)
			if n := len(c.Append(nil, message)); (n < len(message)/2) != tt.small {
				t.Errorf("%d bits, period %d: %d octets in %d", bits, tt.period, len(message), n)
			}
		}
		c.Release()
	}
}

// Compressors share their writers, but nothing of what they compress.
func TestCompressorsAreIndependent(t *testing.T) {
	for _, p := range params {
		t.Run(fmt.Sprintf("bits=%d,noTakeover=%t", p.bits, p.noTakeover), func(t *testing.T) {
			t.Parallel()
			for i := range uint64(20) {
				c := wire.NewCompressor(p.bits, p.noTakeover)
				var history []byte
				for _, size := range []int{100, 400, 30} {
					message := repetitive(size, i)
					checkPayload(t, c.Append([]byte("before"), message), message, history, p.bits)
					if !p.noTakeover {
						history = append(history, message...)
						history = history[max(0, len(history)-1<<p.bits):]
					}
				}
				c.Release()
			}
		})
	}
}

func FuzzCompressor(f *testing.F) {
	f.Add([]byte("Hello"), []byte{1}, byte(8), false)
	f.Add(jsonLike(1000, 1), []byte{200, 20, 255, 0}, byte(9), false)
	f.Add(repetitive(1000, 1), []byte{130, 20, 255, 0}, byte(15), true)
	f.Fuzz(func(t *testing.T, plain, cuts []byte, bits byte, noTakeover bool) {
		window := 8 + int(bits%8)
		c := wire.NewCompressor(window, noTakeover)
		defer c.Release()
		var history []byte
		list := cutBy(plain, cuts)
		for _, message := range list[:min(len(list), 8)] {
			checkPayload(t, c.Append([]byte("before"), message), message, history, window)
			if !noTakeover {
				history = append(history, message...)
				history = history[max(0, len(history)-1<<window):]
			}
		}
	})
}
