package wire

import (
	"fmt"
	"sync"
)

// A BlockType is how a block of DEFLATE holds its data (RFC 1951 3.2.3).
type BlockType byte

// The types of blocks, as on the wire.
const (
	BlockStored  BlockType = iota // as it is (RFC 1951 3.2.4)
	BlockFixed                    // in the codes that everybody knows (RFC 1951 3.2.6)
	BlockDynamic                  // in codes of its own (RFC 1951 3.2.7)
)

// String is the name that RFC 1951 has for t.
func (t BlockType) String() string {
	switch t {
	case BlockStored:
		return "stored"
	case BlockFixed:
		return "fixed"
	case BlockDynamic:
		return "dynamic"
	}
	return fmt.Sprintf("reserved type %d", byte(t))
}

// References say how far back-references go (RFC 1951 3.2.5).
type References struct {
	Distance   int   // the longest, in octets; zero: there is none
	DistanceAt int64 // octets of the message before the first of that distance
	Reach      int   // octets before the beginning of the message that are needed
}

// add counts what r of a later part of the message says.
func (r *References) add(later References) {
	if later.Distance > r.Distance {
		r.Distance, r.DistanceAt = later.Distance, later.DistanceAt
	}
	r.Reach = max(r.Reach, later.Reach)
}

// A Block is one block of a compressed message.
type Block struct {
	Type   BlockType
	Final  bool  // BFINAL is set (RFC 1951 3.2.3, RFC 7692 7.2.3.4)
	Bit    int64 // where its header begins, in bits of the payload
	Start  int64 // octets of the message before it
	Octets int64 // of the message in it
	References
}

// Blocks sum up the blocks of a compressed message.
type Blocks struct {
	Stored, Fixed, Dynamic int64 // blocks of the type; the one that the tail completes is stored
	Final                  int64 // blocks with BFINAL set
	Octets                 int64 // of the message
	References
}

func (s *Blocks) add(b Block) {
	switch b.Type {
	case BlockStored:
		s.Stored++
	case BlockFixed:
		s.Fixed++
	case BlockDynamic:
		s.Dynamic++
	}
	if b.Final {
		s.Final++
	}
	s.Octets += b.Octets
	s.References.add(b.References)
}

// BlockScan says how ScanBlocks reads a payload. The zero value reads it as the
// first message with a window of 15 bits.
type BlockScan struct {
	Bits    int         // the window is 1<<Bits octets; what is not 8 to 15 counts as 15
	History int         // octets of earlier messages that may be referred to, as far as they are in the window
	Limit   int64       // octets of the message at which to stop; zero: none
	Raw     bool        // the payload is all there is: no tail is appended (RFC 7692 7.2.2)
	Each    func(Block) // is called for each block when it is complete; may be nil
}

// ScanBlocks reads the blocks of a compressed message and checks everything an
// [Inflater] checks, without knowing what came before it. An error is an
// [*InflateError]; the summary then has what was complete before.
func ScanBlocks(payload []byte, scan BlockScan) (Blocks, error) {
	r := borrowReader(windowBits(scan.Bits))
	defer giveBackReader(r)
	// History counts, what is in it does not.
	r.w = max(0, min(scan.History, r.window))
	return r.message(payload, scan, nil)
}

// pieceSize is the most octets that are emitted at a time.
const pieceSize = 32 << 10

// A blockReader inflates DEFLATE (RFC 1951). It keeps a window of what it made,
// of which it needs no more than the distances say.
type blockReader struct {
	bitReader
	lit, dist codes
	lengths   [maxLitSymbols + maxDistSymbols]uint8

	buf    []byte // the window, then what is made behind it
	window int    // octets
	w      int    // where in buf the next octet goes
	from   int    // where what was not emitted begins
	oldest int    // where what may be referred to begins
	origin int    // where the message begins, or began before buf was moved
	limit  int64
	emit   func([]byte) error

	refs References // of the current block
}

var readers sync.Pool // of blockReader, about 80 KB each

// borrowReader returns a reader with an empty window of 1<<bits octets.
func borrowReader(bits int) *blockReader {
	r, ok := readers.Get().(*blockReader)
	if !ok {
		r = &blockReader{buf: make([]byte, 1<<maxWindowBits+pieceSize)}
	}
	r.window = 1 << bits
	r.buf = r.buf[:r.window+pieceSize]
	r.forget()
	return r
}

func giveBackReader(r *blockReader) {
	r.in, r.emit = nil, nil
	readers.Put(r)
}

// forget empties the window.
func (r *blockReader) forget() { r.w, r.from, r.oldest, r.origin = 0, 0, 0, 0 }

// learn puts plain behind what is in the window.
func (r *blockReader) learn(plain []byte) {
	plain = plain[max(0, len(plain)-r.window):]
	if r.w+len(plain) > len(r.buf) {
		r.move()
	}
	r.w += copy(r.buf[r.w:], plain)
	r.from = r.w
}

// message reads a message behind what is in the window.
func (r *blockReader) message(payload []byte, scan BlockScan, emit func([]byte) error) (sum Blocks, err error) {
	r.bitReader = bitReader{in: payload}
	if !scan.Raw {
		r.tail = DeflateTail
	}
	r.from, r.origin, r.limit, r.emit = r.w, r.w, scan.Limit, emit
	defer func() { r.in, r.emit = nil, nil }()
	for !r.atEnd() {
		var b Block
		if b, err = r.block(); err != nil {
			break
		}
		sum.add(b)
		if scan.Each != nil {
			scan.Each(b)
		}
		if b.Final && r.align() == int64(len(payload)) {
			break // the octet that the tail completes is missing
		}
	}
	// What came before a fault was made, and is emitted.
	if flushed := r.flush(); flushed != nil {
		return sum, flushed
	}
	return sum, err
}

// made is how many octets of the message are there.
func (r *blockReader) made() int64 { return int64(r.w - r.origin) }

// flush emits what has not been, up to the limit.
func (r *blockReader) flush() error {
	piece := r.buf[r.from:r.w]
	over := r.limit > 0 && r.made() > r.limit
	if over {
		piece = piece[:max(0, int64(len(piece))-(r.made()-r.limit))]
		r.w = r.from + len(piece)
	}
	r.from = r.w
	if r.emit != nil && len(piece) > 0 {
		if err := r.emit(piece); err != nil {
			return err
		}
	}
	if over {
		return r.fault(InflateLimit, r.bit(), fmt.Sprintf("more than %d octets come out", r.limit))
	}
	return nil
}

// move brings the window to the front of buf.
func (r *blockReader) move() {
	n := r.w - r.window
	copy(r.buf, r.buf[n:r.w])
	r.w, r.from, r.origin, r.oldest = r.w-n, r.from-n, r.origin-n, max(0, r.oldest-n)
}

// end is where there is no more room for the current piece.
func (r *blockReader) end() int { return min(r.from+pieceSize, len(r.buf)) }

// room makes room behind the window.
func (r *blockReader) room() error {
	err := r.flush()
	if err == nil && r.w > r.window {
		r.move()
	}
	return err
}

// block reads one block (RFC 1951 3.2.3).
func (r *blockReader) block() (Block, error) {
	b := Block{Bit: r.bit(), Start: r.made()}
	r.refs = References{}
	header, ok := r.take(3)
	if !ok {
		return b, r.truncated()
	}
	b.Final, b.Type = header&1 != 0, BlockType(header>>1)
	var err error
	switch b.Type {
	case BlockStored:
		err = r.stored()
	case BlockFixed:
		err = r.coded(fixedLit, fixedDist)
	case BlockDynamic:
		if err = r.header(); err == nil {
			err = r.coded(&r.lit, &r.dist)
		}
	default:
		err = r.invalid(b.Bit, "a block of the reserved type 3")
	}
	b.Octets, b.References = r.made()-b.Start, r.refs
	return b, err
}

// stored reads a block of data as it is (RFC 1951 3.2.4).
func (r *blockReader) stored() error {
	r.align()
	at := r.bit()
	sizes, ok := r.take(32)
	if !ok {
		return r.truncated()
	}
	n, not := int(sizes&0xFFFF), int(sizes>>16)
	if n != not^0xFFFF {
		return r.invalid(at, fmt.Sprintf("a stored block with LEN %04x and NLEN %04x", n, not))
	}
	r.align()
	for n > 0 {
		if r.w == r.end() {
			if err := r.room(); err != nil {
				return err
			}
		}
		got := r.octets(r.buf[r.w:min(r.w+n, r.end())])
		if got == 0 {
			return r.truncated()
		}
		r.w += got
		n -= got
	}
	return nil
}
