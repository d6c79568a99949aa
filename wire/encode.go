package wire

import (
	"encoding/hex"

	"gobahn/cases"
)

// FrameHeader is the header of f as it goes onto the wire, lies and all. The
// frame is masked if client is true, unless f says otherwise; key is used
// unless f brings its own.
func FrameHeader(f cases.Frame, client bool, key [4]byte) Header {
	h := Header{
		FIN:    !f.NoFIN,
		RSV:    f.RSV,
		Opcode: f.Opcode,
		Masked: client,
		Length: uint64(f.Payload.Size()),
		Bits:   f.Length.Bits,
	}
	if f.Length.Claim != nil {
		h.Length = *f.Length.Claim
	}
	if f.Mask.Bit != nil {
		h.Masked = *f.Mask.Bit
	}
	if h.Masked {
		h.Key = key
		if f.Mask.Key != "" {
			copy(h.Key[:], unhex(f.Mask.Key))
		}
	}
	return h
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		return nil // Case.Validate refuses it
	}
	return b
}

// AppendFrame appends to dst header h and then payload, masked with the key of
// h unless raw is set. The payload itself is left as it is, and its length need
// not be what the header says.
func AppendFrame(dst []byte, h Header, payload []byte, raw bool) []byte {
	dst = h.Append(dst)
	start := len(dst)
	dst = append(dst, payload...)
	if h.Masked && !raw {
		Mask(dst[start:], h.Key, 0)
	}
	return dst
}
