package wire

import (
	"encoding/binary"
	"fmt"
)

// A bitReader reads the bits of a payload and of the tail behind it, the lowest
// of an octet first (RFC 1951 3.1.1).
type bitReader struct {
	in   []byte
	tail string
	pos  int    // octets of in and tail that are in b, or were
	b    uint64 // bits to come; what is above have of them belongs to octets from pos on
	have uint
}

// bit is the place of the next bit in the payload and the tail.
func (r *bitReader) bit() int64 { return int64(r.pos)*8 - int64(r.have) }

func (r *bitReader) size() int { return len(r.in) + len(r.tail) }

func (r *bitReader) atEnd() bool { return r.have == 0 && r.pos == r.size() }

// align goes to the next octet and returns its place.
func (r *bitReader) align() int64 {
	octet := (r.bit() + 7) / 8
	r.pos, r.b, r.have = int(octet), 0, 0
	return octet
}

// fill has more than 48 bits in b, or all there are.
func (r *bitReader) fill() {
	for r.have <= 56 && r.pos < r.size() {
		if r.pos < len(r.in) {
			r.b |= uint64(r.in[r.pos]) << r.have
		} else {
			r.b |= uint64(r.tail[r.pos-len(r.in)]) << r.have
		}
		r.pos++
		r.have += 8
	}
}

// take reads n bits, up to 48. ok is false if there are not as many.
func (r *bitReader) take(n uint) (v uint64, ok bool) {
	if r.have < n {
		r.fill()
	}
	if r.have < n {
		return 0, false
	}
	v = r.b & (1<<n - 1)
	r.b >>= n
	r.have -= n
	return v, true
}

// octets copies what it can to dst, from an octet on.
func (r *bitReader) octets(dst []byte) (n int) {
	if r.pos < len(r.in) {
		n = copy(dst, r.in[r.pos:])
	} else {
		n = copy(dst, r.tail[r.pos-len(r.in):])
	}
	r.pos += n
	return n
}

// fault is the error at a bit of the payload.
func (r *blockReader) fault(f InflateFault, bit int64, text string) *InflateError {
	return &InflateError{Fault: f, Bit: min(bit, int64(len(r.in))*8), Plain: r.made(), Text: text}
}

func (r *blockReader) truncated() error {
	return r.fault(InflateTruncated, int64(len(r.in))*8, "the payload ends inside a block")
}

// invalid is the error of a symbol or a set of codes.
func (r *blockReader) invalid(bit int64, text string) error {
	return r.fault(InflateInvalid, bit, text)
}

// header reads the codes of a dynamic block (RFC 1951 3.2.7).
func (r *blockReader) header() error {
	at := r.bit()
	v, ok := r.take(14)
	if !ok {
		return r.truncated()
	}
	lits, dists, lens := int(v&31)+257, int(v>>5&31)+1, int(v>>10)+4
	if lits > maxLitSymbols || dists > maxDistSymbols {
		return r.invalid(at, fmt.Sprintf("codes for %d literals and lengths and %d distances, %d and %d are known", lits, dists, maxLitSymbols, maxDistSymbols))
	}
	var lengths [len(codeOrder)]uint8
	for _, s := range codeOrder[:lens] {
		if v, ok = r.take(3); !ok {
			return r.truncated()
		}
		lengths[s] = uint8(v)
	}
	if !r.lit.build(lengths[:], codeSymbols[:]) {
		return r.invalid(at, "code lengths with codes that do not make a tree")
	}
	if err := r.codeLengths(r.lengths[:lits+dists]); err != nil {
		return err
	}
	switch {
	case r.lengths[endOfBlock] == 0:
		return r.invalid(at, "a block without a code for its end")
	case !r.lit.build(r.lengths[:lits], litSymbols[:]):
		return r.invalid(at, "literals and lengths with codes that do not make a tree")
	case !r.dist.build(r.lengths[lits:lits+dists], distSymbols[:]):
		return r.invalid(at, "distances with codes that do not make a tree")
	}
	return nil
}

// codeLengths reads the lengths of the codes of a dynamic block, which are in
// the code of r.lit.
func (r *blockReader) codeLengths(list []uint8) error {
	for i := 0; i < len(list); {
		r.fill()
		at, e := r.bit(), r.lit.find(r.b)
		n, extra := uint(e&entryLength), entryExtra(e)
		switch {
		case n == 0 && r.have > 0:
			return r.invalid(at, "a code length in a code that there is not")
		case n == 0 || n+extra > r.have:
			return r.truncated()
		}
		_, _ = r.take(n)
		repeat, _ := r.take(extra)
		length, times := uint8(entryValue(e)), 1
		switch length {
		case 16:
			if i == 0 {
				return r.invalid(at, "a code length repeated before the first")
			}
			length, times = list[i-1], 3+int(repeat)
		case 17:
			length, times = 0, 3+int(repeat)
		case 18:
			length, times = 0, 11+int(repeat)
		}
		if times > len(list)-i {
			return r.invalid(at, "a code length repeated beyond the last")
		}
		for range times {
			list[i] = length
			i++
		}
	}
	return nil
}

// What makes symbols stop.
type stop byte

const (
	stopFull      stop = iota // there may be no room for what comes next
	stopEnd                   // of the block
	stopTruncated             // no bits are left
	stopLit                   // no literal or length has the code, or none has a meaning
	stopDist                  // no distance
	stopBeyond                // too far back
)

// coded reads the data of a block in Huffman codes (RFC 1951 3.2.3).
func (r *blockReader) coded(lit, dist *codes) error {
	for {
		why, at, distance := r.symbols(lit, dist)
		switch why {
		case stopFull:
			if err := r.room(); err != nil {
				return err
			}
		case stopEnd:
			return nil
		case stopTruncated:
			return r.truncated()
		case stopLit:
			return r.invalid(at, "no literal or length has this code")
		case stopDist:
			return r.invalid(at, "no distance has this code")
		case stopBeyond:
			return r.beyond(at, distance)
		}
	}
}

// beyond is the error of a back-reference that goes too far.
func (r *blockReader) beyond(at int64, distance int) error {
	e := r.fault(InflateBeyond, at, "")
	e.Distance, e.Allowed = distance, min(r.window, r.w-r.oldest)
	if distance > r.window {
		e.Allowed = r.window
		e.Text = fmt.Sprintf("a back-reference of %d octets, the window agreed on has %d", distance, r.window)
	} else {
		e.Text = fmt.Sprintf("a back-reference of %d octets, %d came before", distance, e.Allowed)
	}
	return e
}

// Beyond the octets that a symbol may make, copying needs some to spare.
const maxMatch, copySpare = 258, 16

// symbols reads symbols until something else is to be done. at is where the last
// symbol began, distance the one that is too far.
func (r *blockReader) symbols(lit, dist *codes) (why stop, at int64, distance int) {
	// In registers, as far as they go.
	in, buf, w := r.in, r.buf, r.w
	b, have, pos := r.b, r.have, r.pos
	full := r.end() - maxMatch - copySpare
	began := have
loop:
	for why = stopFull; w <= full; {
		if have < 48 {
			if pos+8 <= len(in) {
				b |= binary.LittleEndian.Uint64(in[pos:]) << have
				pos += int(63-have) >> 3
				have |= 56
			} else {
				r.b, r.have, r.pos = b, have, pos
				r.fill()
				b, have, pos = r.b, r.have, r.pos
			}
		}
		began = have
		e := lit.find(b)
		n := uint(e & entryLength)
		b >>= n
		have -= n
		switch {
		case have > 64:
			why = stopTruncated
			break loop
		case e&entryLiteral != 0:
			buf[w] = byte(e >> 16)
			w++
			continue
		case e&entryEnd != 0:
			why = stopEnd
			break loop
		case e&entryBase == 0:
			why = stopLit
			break loop
		}
		extra := entryExtra(e)
		length := entryValue(e) + int(b&(1<<extra-1))
		b >>= extra
		have -= extra
		e = dist.find(b)
		n, extra = uint(e&entryLength), entryExtra(e)
		b >>= n
		distance = entryValue(e) + int(b&(1<<extra-1))
		b >>= extra
		have -= n + extra
		switch {
		case have > 64:
			why = stopTruncated
			break loop
		case e&entryBase == 0:
			why = stopDist
			break loop
		case distance > w-r.oldest || distance > r.window:
			why = stopBeyond
			break loop
		case distance > r.refs.Distance || distance > w-r.origin+r.refs.Reach:
			r.refer(distance, w)
		}
		w = repeat(buf, w, distance, length)
	}
	r.b, r.have, r.pos, r.w = b, have, pos, w
	return why, int64(pos)*8 - int64(began), distance
}

// refer counts a back-reference from w.
func (r *blockReader) refer(distance, w int) {
	made := w - r.origin
	r.refs.add(References{Distance: distance, DistanceAt: int64(made), Reach: distance - made})
}

// repeat copies length octets from distance octets before w to w, and returns
// where they end. What it writes behind them is spare.
func repeat(buf []byte, w, distance, length int) int {
	end := w + length
	if distance >= 8 && length <= copySpare {
		to, from := buf[w:w+copySpare], buf[w-distance:]
		binary.LittleEndian.PutUint64(to, binary.LittleEndian.Uint64(from))
		binary.LittleEndian.PutUint64(to[8:], binary.LittleEndian.Uint64(from[8:]))
		return end
	}
	// Each round doubles what there is to copy from.
	for from := w - distance; w < end; {
		w += copy(buf[w:end], buf[from:w])
	}
	return end
}
