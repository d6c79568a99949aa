package fuzzer

import (
	"bytes"
	"net"

	"gobahn/cases"
	"gobahn/cases/corpus"
	"gobahn/wire"
)

// A body is the octets of a message. Of a long one that repeats a pattern it holds
// only some repetitions.
type body struct {
	octets []byte
	period int // octets after which they repeat; 0: they are all here
	size   int // of the whole message
}

// chunk is how many octets of a long body are held, or more.
const chunk = 64 << 10

// bodyOf is the body of m.
func bodyOf(m cases.Message) body {
	size := m.Payload.Size()
	pattern := m.Payload.Pattern()
	if size <= 2*chunk || m.Payload.Corpus != "" || len(pattern) > chunk {
		b := m.Octets()
		return body{octets: b, size: len(b)}
	}
	m.Payload.Len = (chunk/len(pattern) + 2) * len(pattern)
	return body{octets: m.Payload.Octets(), period: len(pattern), size: size}
}

// from is the octets from pos on that are at hand in one piece. It is empty only at
// the end.
func (b body) from(pos int) []byte {
	if b.period == 0 {
		return b.octets[pos:]
	}
	at := b.octets[pos%b.period:]
	return at[:min(len(at), b.size-pos)]
}

// pieces yields the octets from pos to end, in pieces.
func (b body) pieces(pos, end int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for pos < end {
			piece := b.from(pos)
			piece = piece[:min(len(piece), end-pos)]
			if !yield(piece) {
				return
			}
			pos += len(piece)
		}
	}
}

// matches reports whether got is what b has from pos on.
func (b body) matches(pos int, got []byte) bool {
	if pos+len(got) > b.size {
		return false
	}
	for piece := range b.pieces(pos, pos+len(got)) {
		if !bytes.Equal(piece, got[:len(piece)]) {
			return false
		}
		got = got[len(piece):]
	}
	return true
}

// appendTo appends the octets from pos to end to dst.
func (b body) appendTo(dst []byte, pos, end int) []byte {
	for piece := range b.pieces(pos, end) {
		dst = append(dst, piece...)
	}
	return dst
}

// masked are the octets from pos to end, masked with key if there is one, without
// holding all of them: key and pattern together repeat, too.
func (b body) masked(pos, end int, key *[4]byte) (out net.Buffers) {
	repeat := end - pos
	if b.period > 0 {
		both := b.period
		if key != nil {
			both *= 4
		}
		repeat = min(repeat, (chunk/both+1)*both)
	}
	once := b.appendTo(make([]byte, 0, repeat), pos, pos+repeat)
	if key != nil {
		wire.Mask(once, *key, 0)
	}
	for ; pos < end; pos += repeat {
		out = append(out, once[:min(repeat, end-pos)])
	}
	return out
}

// Messages are what the messages of an Echo hold, one after the other. They may be
// used concurrently.
type messages struct {
	reel *corpus.Reel // nil: every message is the same
	same body
}

func messagesOf(m cases.Message) messages {
	if m.Payload.Corpus != "" && m.Payload.Len > 0 {
		if reel, err := corpus.NewReel(m.Payload.Corpus, m.Payload.Len, !m.Binary); err == nil { // Validate refuses others
			return messages{reel: reel}
		}
	}
	return messages{same: bodyOf(m)}
}

// at is message i, from 0.
func (m messages) at(i int) body {
	if m.reel == nil {
		return m.same
	}
	b := m.reel.At(i)
	return body{octets: b, size: len(b)}
}

// period is after how many messages they come again.
func (m messages) period() int {
	if m.reel == nil {
		return 1
	}
	return m.reel.Period()
}

// before is the octets of the messages before message i, the last n of them or all
// if those are less.
func (m messages) before(i, n int) []byte {
	if m.reel != nil {
		return m.reel.Before(i, n)
	}
	var out []byte
	for ; i > 0 && len(out) < n && m.same.size > 0; i-- {
		from := max(0, m.same.size-(n-len(out)))
		out = append(m.same.appendTo(nil, from, m.same.size), out...)
	}
	return out
}
