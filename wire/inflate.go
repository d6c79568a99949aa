package wire

import "fmt"

// An InflateFault is why a message could not be inflated. It is what an
// [*InflateError] wraps, so that errors.Is tells.
type InflateFault byte

// The faults of compressed messages.
const (
	InflateInvalid   InflateFault = iota + 1 // not DEFLATE (RFC 1951)
	InflateTruncated                         // the payload ends inside a block (RFC 7692 7.2.2)
	InflateBeyond                            // a back-reference goes further than the window, or what came before (RFC 7692 7.1)
	InflateLimit                             // more comes out than was asked for
)

var inflateFaults = [...]string{
	InflateInvalid:   "not DEFLATE",
	InflateTruncated: "truncated",
	InflateBeyond:    "beyond the window",
	InflateLimit:     "beyond the limit",
}

// Error is f in words.
func (f InflateFault) Error() string { return inflateFaults[min(int(f), len(inflateFaults)-1)] }

// An InflateError says what is wrong with the payload of a compressed message.
type InflateError struct {
	Fault    InflateFault
	Bit      int64  // where in the payload; for InflateTruncated its end
	Plain    int64  // octets of the message that came out before
	Distance int    // octets that the back-reference goes back; zero unless InflateBeyond
	Allowed  int    // octets that it may go back; zero unless InflateBeyond
	Text     string // in words, without the place
}

// Error is the text behind the octet of the payload, from 0.
func (e *InflateError) Error() string { return fmt.Sprintf("octet %d: %s", e.Bit/8, e.Text) }

// Unwrap is the fault.
func (e *InflateError) Unwrap() error { return e.Fault }

// An Inflater inflates the messages of one direction of a connection (RFC 7692
// 7.2.2), whatever the peer sends: its memory is bounded, about 100 KB, and its
// time by the payload and the limit. It is not safe for concurrent use.
//
// A message may have blocks behind one with BFINAL: they begin at the next
// octet, and the window stays (RFC 7692 7.2.3.4, 7.2.3.5), where receivers built
// upon zlib tend to stop. A payload that ends with such a block, and lacks the
// octet that the tail would complete (RFC 7692 7.2.1), is whole, as it is for
// them. A payload of no octets is truncated; the empty message is 00.
type Inflater struct {
	bits     int
	takeover bool
	r        *blockReader // with takeover kept between messages
	blocks   Blocks
	err      error
}

// NewInflater returns an inflater for a peer that agreed on back-references no
// further than 1<<bits octets, for 8 to 15 bits (RFC 7692 7.1.2), and with
// noTakeover none beyond the beginning of a message (RFC 7692 7.1.1). Other bits
// count as 15.
func NewInflater(bits int, noTakeover bool) *Inflater {
	return &Inflater{bits: windowBits(bits), takeover: !noTakeover}
}

// Inflate inflates the payload of the next message, without the tail, and gives
// emit the message in pieces of up to 32 KiB, to be neither changed nor kept.
// It stops at limit octets of the message, zero for none. Its error is an
// [*InflateError], before which emit has got all that came out, or that of emit.
// After an error every other message has the same.
func (f *Inflater) Inflate(payload []byte, limit int64, emit func(plain []byte) error) error {
	if f.err != nil {
		return f.err
	}
	r := f.reader()
	f.blocks, f.err = r.message(payload, BlockScan{Limit: limit}, emit)
	if !f.takeover || f.err != nil {
		f.Release()
	}
	return f.err
}

// Blocks sums up the blocks of the last message.
func (f *Inflater) Blocks() Blocks { return f.blocks }

// Window is the end of what was inflated, which the next message may refer to:
// up to 1<<bits octets, none without takeover. It is valid until the next call.
func (f *Inflater) Window() []byte {
	if f.r == nil {
		return nil
	}
	return f.r.buf[max(f.r.oldest, f.r.w-f.r.window):f.r.w]
}

// Skip takes a message that need not be inflated, given what comes out of it, as
// the next one.
func (f *Inflater) Skip(plain []byte) {
	if f.takeover && f.err == nil {
		f.reader().learn(plain)
	}
}

// SetWindow makes history what was inflated so far. Only its last 1<<bits octets
// matter.
func (f *Inflater) SetWindow(history []byte) {
	if f.r != nil {
		f.r.forget()
	}
	f.Skip(history)
}

// Release gives back what f holds. The next message is inflated as the first.
func (f *Inflater) Release() {
	if f.r != nil {
		giveBackReader(f.r)
		f.r = nil
	}
}

// reader returns the reader of f, a new one if there is none.
func (f *Inflater) reader() *blockReader {
	if f.r == nil {
		f.r = borrowReader(f.bits)
	}
	return f.r
}
