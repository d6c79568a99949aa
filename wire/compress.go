package wire

import (
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
)

// DeflateTail is what a flush puts behind the octets of a message, a sender
// removes and a receiver appends (RFC 7692 7.2.1, 7.2.2).
const DeflateTail = "\x00\x00\xff\xff"

// The range of window bits that permessage-deflate knows (RFC 7692 7.1.2).
const (
	minWindowBits = 8
	maxWindowBits = 15
)

// A Compressor compresses the messages of one direction of a connection (RFC
// 7692 7.2.1). It is not safe for concurrent use.
type Compressor struct {
	bits     int
	takeover bool
	sink     sink
	w        *flate.Writer // kept between messages, with takeover
	stale    bool          // w does not know all of history
	history  []byte        // the last octets compressed: with takeover and a window below 15 bits
}

// NewCompressor returns a compressor whose back-references go no further than
// 1<<bits octets, for 8 to 15 bits (RFC 7692 7.1.2), and with noTakeover not
// beyond the beginning of a message (RFC 7692 7.1.1). Other bits count as 15.
func NewCompressor(bits int, noTakeover bool) *Compressor {
	return &Compressor{bits: windowBits(bits), takeover: !noTakeover}
}

// windowBits is bits if that is the size of a window, else the default one.
func windowBits(bits int) int {
	if bits < minWindowBits || bits > maxWindowBits {
		return maxWindowBits
	}
	return bits
}

// Append appends the payload of the next message to dst, without the tail. The
// empty message is the one octet 00 (RFC 7692 7.2.3.6). With takeover the
// compressor holds on to about 1 MB from here until Release.
func (c *Compressor) Append(dst, message []byte) []byte {
	if len(message) == 0 {
		return append(dst, 0)
	}
	switch {
	case c.takeover && c.bits == maxWindowBits:
		if c.w == nil {
			c.w = borrow(kindLazy, &c.sink, nil)
		}
		return c.flush(c.w, dst, message)
	case c.bits == maxWindowBits:
		return c.once(kindLazy, dst, message, nil)
	case len(message) < smallMessage:
		return c.small(dst, message)
	case c.takeover:
		return c.window(dst, message)
	}
	return c.once(c.bits, dst, message, nil)
}

// Release gives back what c holds. The next message is compressed as the first.
func (c *Compressor) Release() {
	if c.w != nil {
		giveBack(c.kind(), c.w)
	}
	c.w, c.stale, c.history = nil, false, nil
}

// kind is the kind of the writer kept between messages.
func (c *Compressor) kind() int {
	if c.bits == maxWindowBits {
		return kindLazy
	}
	return c.bits
}

// smallMessage is the length in octets below which the fast writers of package
// flate look for no match and forget their window, which would let a peer pass
// that does not keep its own. The lazy writer has no such floor.
const smallMessage = 128

// fastBlock is how many octets at a time a fast writer takes. What is left over
// counts as small.
const fastBlock = 65535

// window compresses a message with takeover and a window below 15 bits.
func (c *Compressor) window(dst, message []byte) []byte {
	if c.w == nil {
		c.w, c.stale = borrow(c.bits, &c.sink, c.history), false
	}
	if c.stale {
		c.w.ResetDict(&c.sink, c.history)
	}
	dst = c.flush(c.w, dst, message)
	c.stale = len(message)%fastBlock < smallMessage
	c.remember(message)
	return dst
}

// small compresses a message in which, with what precedes it, no distance can
// exceed the window.
func (c *Compressor) small(dst, message []byte) []byte {
	var dict []byte
	if c.takeover {
		dict = c.history[max(0, len(c.history)+len(message)-1<<c.bits):]
	}
	dst = c.once(kindLazy, dst, message, dict)
	if c.takeover {
		c.stale = true
		c.remember(message)
	}
	return dst
}

// once compresses a message with a writer that is kept no longer than that.
func (c *Compressor) once(kind int, dst, message, dict []byte) []byte {
	w := borrow(kind, &c.sink, dict)
	defer giveBack(kind, w)
	return c.flush(w, dst, message)
}

// flush appends to dst what w makes of message.
func (c *Compressor) flush(w *flate.Writer, dst, message []byte) []byte {
	c.sink.octets = dst
	// The sink takes everything, so that there is no error to be had.
	_, _ = w.Write(message)
	_ = w.Flush()
	dst, c.sink.octets = c.sink.octets, nil
	return dst[:len(dst)-len(DeflateTail)]
}

// remember keeps the last octets that fit into the window.
func (c *Compressor) remember(message []byte) {
	c.history = slide(c.history, message, 1<<c.bits)
}

// slide appends b to the window w and keeps the last size octets.
func slide(w, b []byte, size int) []byte {
	b = b[max(0, len(b)-size):]
	if keep := size - len(b); len(w) > keep {
		w = w[:copy(w, w[len(w)-keep:])]
	}
	return append(w, b...)
}

// sink collects what a writer writes.
type sink struct{ octets []byte }

func (s *sink) Write(b []byte) (int, error) {
	s.octets = append(s.octets, b...)
	return len(b), nil
}

// The kinds of writers. From 8 to 14 they are the window bits of a writer whose
// back-references go less far than its window.
const (
	kindLazy = iota // level 7, of 15 bits: the ratio of level 6 of zlib, at twice its speed
)

// writers has the writers that nobody uses, by kind: each is about 1 MB.
var writers [maxWindowBits]sync.Pool

// borrow returns a writer that knows dict and writes to w. It may hold on to
// dict until it is borrowed again, but does not read it later.
func borrow(kind int, w io.Writer, dict []byte) *flate.Writer {
	// Not Reset, which would bring the last dictionary back.
	if fw, ok := writers[kind].Get().(*flate.Writer); ok {
		fw.ResetDict(w, dict)
		return fw
	}
	fw, _ := newWriter(kind, w) // refuses only levels and windows that no kind has
	if len(dict) > 0 {
		fw.ResetDict(w, dict)
	}
	return fw
}

func newWriter(kind int, w io.Writer) (*flate.Writer, error) {
	switch kind {
	case kindLazy:
		return flate.NewWriter(w, 7)
	}
	return flate.NewWriterWindow(w, 1<<kind)
}

func giveBack(kind int, w *flate.Writer) { writers[kind].Put(w) }
