package wire_test

import (
	"bytes"
	"math"
	"testing"

	"gobahn/wire"
)

// maskNaive is RFC 6455 5.3 to the letter: transformed-octet-i = original-octet-i
// XOR masking-key-octet-(i MOD 4).
func maskNaive(b []byte, key [4]byte, pos uint64) []byte {
	out := bytes.Clone(b)
	for i := range out {
		out[i] ^= key[(pos+uint64(i))%4]
	}
	return out
}

// ramp is n octets none of which equals its neighbours.
func ramp(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8)
	}
	return b
}

func TestMaskEqualsTheNaiveLoop(t *testing.T) {
	key := [4]byte{0x37, 0xFA, 0x21, 0x3D}
	const margin = 8 // octets on both sides that must stay
	for n := range 301 {
		for pos := range uint64(8) {
			for offset := range margin {
				whole := ramp(offset + n + margin)
				want := append(bytes.Clone(whole[:offset]), maskNaive(whole[offset:offset+n], key, pos)...)
				want = append(want, whole[offset+n:]...)
				wire.Mask(whole[offset:offset+n], key, pos)
				if !bytes.Equal(whole, want) {
					t.Fatalf("%d octets at position %d, %d past alignment:\ngot  % x\nwant % x", n, pos, offset, whole, want)
				}
			}
		}
	}
}

func TestMaskTwiceChangesNothing(t *testing.T) {
	b := ramp(1000)
	wire.Mask(b, [4]byte{1, 2, 3, 4}, 5)
	wire.Mask(b, [4]byte{1, 2, 3, 4}, 5)
	if !bytes.Equal(b, ramp(1000)) {
		t.Error("masked twice, the octets are not what they were")
	}
}

func TestMaskGoesOnBehindAnyPosition(t *testing.T) {
	key := [4]byte{0x37, 0xFA, 0x21, 0x3D}
	for _, start := range []uint64{0, 1, 1<<32 - 3, 1<<63 - 2, math.MaxUint64 - 300} {
		want := maskNaive(ramp(200), key, start)
		for cut := range 201 {
			b := ramp(200)
			wire.Mask(b[:cut], key, start)
			wire.Mask(b[cut:], key, start+uint64(cut))
			if !bytes.Equal(b, want) {
				t.Fatalf("from position %d, cut at octet %d:\ngot  % x\nwant % x", start, cut, b, want)
			}
		}
	}
}
