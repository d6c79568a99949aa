package fuzzer

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"

	"gobahn/cases"
)

// Keys are the random numbers of one case. They come from generators seeded by
// the run and the case, one for each purpose: what the peer does, and when, then
// does not change the masking keys of the script.
type keys struct {
	opening, script, reply *rand.ChaCha8
}

func newKeys(seed uint64, id cases.ID) keys {
	generator := func(purpose string) *rand.ChaCha8 {
		b := binary.BigEndian.AppendUint64(nil, seed)
		return rand.NewChaCha8(sha256.Sum256(append(b, string(id)+"/"+purpose...)))
	}
	return keys{generator("opening"), generator("script"), generator("reply")}
}

// mask is the next masking key of g.
func mask(g *rand.ChaCha8) (key [4]byte) {
	binary.BigEndian.PutUint32(key[:], uint32(g.Uint64()))
	return key
}

// websocketKey is a Sec-WebSocket-Key (RFC 6455 4.1).
func (k keys) websocketKey() string {
	b := binary.BigEndian.AppendUint64(nil, k.opening.Uint64())
	b = binary.BigEndian.AppendUint64(b, k.opening.Uint64())
	return base64.StdEncoding.EncodeToString(b)
}
