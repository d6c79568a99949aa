package wire

import (
	"encoding/binary"
	"math/bits"
)

// Mask applies a masking key to b in place (RFC 6455 5.3), as if b began at
// octet pos of the payload. Applying it twice changes nothing.
func Mask(b []byte, key [4]byte, pos uint64) {
	k := bits.RotateLeft32(binary.LittleEndian.Uint32(key[:]), -8*int(pos&3))
	k8 := uint64(k)<<32 | uint64(k)
	for len(b) >= 64 {
		p := (*[64]byte)(b)
		xor8(p[0:8], k8)
		xor8(p[8:16], k8)
		xor8(p[16:24], k8)
		xor8(p[24:32], k8)
		xor8(p[32:40], k8)
		xor8(p[40:48], k8)
		xor8(p[48:56], k8)
		xor8(p[56:64], k8)
		b = b[64:]
	}
	for len(b) >= 8 {
		xor8(b[:8], k8)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= byte(k)
		k = bits.RotateLeft32(k, -8)
	}
}

func xor8(b []byte, k uint64) {
	binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^k)
}
