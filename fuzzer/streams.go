package fuzzer

import (
	"slices"
	"sync"

	"gobahn/cases"
	"gobahn/wire"
)

// Streams are compressed messages that are sent again and again: the messages of an
// Echo recur, in a case and from case to case, and need to be compressed once. The
// zero value is ready to use, also concurrently.
type streams struct {
	mu     sync.Mutex
	recent []*stream // the last one used comes last
}

// maxStreams bounds the streams kept. The compressed sizes of one content are ten.
const maxStreams = 12

// A streamKey says what is compressed, and how.
type streamKey struct {
	payload   cases.Payload
	binary    bool // which decides how a corpus is cut
	direction wire.Direction
}

// A stream is the compressed messages of an Echo.
type stream struct {
	key      streamKey
	messages messages

	mu         sync.Mutex
	compressor *wire.Compressor // nil: nothing has been compressed, or all has
	packed     [][]byte         // the first of them
}

// of returns the stream of m.
func (s *streams) of(m cases.Message, messages messages, d wire.Direction) *stream {
	key := streamKey{m.Payload, m.Binary, d}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.recent, func(one *stream) bool { return one.key == key })
	if i < 0 {
		if len(s.recent) == maxStreams {
			s.recent = slices.Delete(s.recent, 0, 1)
		}
		s.recent = append(s.recent, &stream{key: key, messages: messages})
		return s.recent[len(s.recent)-1]
	}
	one := s.recent[i]
	s.recent = append(slices.Delete(s.recent, i, i+1), one)
	return one
}

// at is message i, compressed. It must not be changed.
func (s *stream) at(i int) []byte {
	period := s.messages.period()
	i = recurring(i, period, s.key.direction)
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.packed) <= i {
		if s.compressor == nil {
			s.compressor = wire.NewCompressor(s.key.direction.Bits, s.key.direction.NoTakeover)
		}
		b := s.messages.at(len(s.packed))
		plain := b.octets
		if b.period > 0 {
			plain = b.appendTo(nil, 0, b.size)
		}
		s.packed = append(s.packed, slices.Clip(s.compressor.Append(nil, plain)))
		if recurring(len(s.packed), period, s.key.direction) != len(s.packed) {
			s.compressor.Release() // all that follow are among these
			s.compressor = nil
		}
	}
	return s.packed[i]
}

// recurring is the number of the message whose compressed octets are good for
// message i, too, if messages come again after some. Without context takeover they
// depend on the message alone. With it they may refer to what came before, which is
// the same in every coming of the message; only the first has less of it.
func recurring(i, period int, d wire.Direction) int {
	switch {
	case d.NoTakeover:
		return i % period
	case i < 2*period:
		return i
	}
	return period + i%period
}
