package wire

import "math/bits"

// The alphabets of DEFLATE (RFC 1951 3.2.5). Symbols above those that mean
// something take part in the fixed codes.
const (
	maxLitSymbols  = 286
	maxDistSymbols = 30
	endOfBlock     = 256
	maxCodeBits    = 15
)

// primaryBits is how much of a code the first look-up takes.
const primaryBits = 10

// codes is a table that decodes the codes of one alphabet (RFC 1951 3.2.2).
// An entry is found by the next bits of the stream, of which a code longer than
// the first look-up needs a second.
type codes struct {
	bits    uint   // of the first look-up
	mask    uint64 // 1<<bits - 1
	entries [1 << 11]uint32
}

// An entry has the bits that the code takes in the lowest 4 bits, the extra
// bits that follow it in the next 4, what it is in the next 8, and above them
// the literal, the base of the length or distance, or where the second table is.
const (
	entryLiteral = 1 << (8 + iota)
	entryBase    // a length or distance
	entryEnd     // of the block
	entrySecond  // as many bits as its extra bits find the entry in the second table
	entryLength  = 0xF
)

func entryExtra(e uint32) uint     { return uint(e >> 4 & 0xF) }
func entryValue(e uint32) int      { return int(e >> 16) }
func base(value, extra int) uint32 { return uint32(entryBase | value<<16 | extra<<4) }

// find returns the entry of the code at the front of the bits b. Where no code
// begins like that its length is 0.
func (c *codes) find(b uint64) uint32 {
	e := c.entries[b&c.mask&uint64(len(c.entries)-1)]
	if e&entrySecond != 0 {
		at := uint64(e>>16) + b>>c.bits&(1<<entryExtra(e)-1)
		e = c.entries[at&uint64(len(c.entries)-1)]
	}
	return e
}

// build makes the table of the canonical code whose lengths are given, 0 for a
// symbol that has none. ok is false if more codes begin alike than there is room
// for, or fewer; a single code of one bit, or none at all, is allowed (RFC 1951
// 3.2.7).
func (c *codes) build(lengths []uint8, symbols []uint32) (ok bool) {
	var count, next [maxCodeBits + 2]uint
	longest, used := uint(0), 0
	for _, l := range lengths {
		count[l]++
		longest = max(longest, uint(l))
	}
	count[0] = 0
	code := uint(0)
	for l := uint(1); l <= longest; l++ {
		code = (code + count[l-1]) << 1
		next[l] = code
		used += int(count[l]) << (longest - l)
	}
	if used != 1<<longest && longest > 1 || used > 2 && longest == 1 {
		return false
	}
	c.bits = max(1, min(longest, primaryBits))
	c.mask = 1<<c.bits - 1
	clear(c.entries[:1<<c.bits])
	first := next
	c.fill(lengths, symbols, &next)
	return longest <= primaryBits || c.fillLong(lengths, symbols, &first)
}

// fill enters the codes of one look-up and notes how many bits more the longer
// ones need.
func (c *codes) fill(lengths []uint8, symbols []uint32, next *[maxCodeBits + 2]uint) {
	for s, l8 := range lengths {
		if l8 == 0 {
			continue
		}
		l := uint(l8)
		code := reversed(next[l], l)
		next[l]++
		if l > c.bits {
			p := &c.entries[code&uint(c.mask)]
			*p = max(*p, entrySecond|uint32(l-c.bits)<<4)
			continue
		}
		e := symbols[s] | uint32(l)
		for ; code <= uint(c.mask); code += 1 << l {
			c.entries[code&uint(len(c.entries)-1)] = e
		}
	}
}

// fillLong enters the codes of two look-ups behind the first table.
func (c *codes) fillLong(lengths []uint8, symbols []uint32, next *[maxCodeBits + 2]uint) (ok bool) {
	free := uint(c.mask) + 1
	for s, l8 := range lengths {
		l := uint(l8)
		if l <= c.bits {
			continue
		}
		code := reversed(next[l], l)
		next[l]++
		p := &c.entries[code&uint(c.mask)]
		size := uint(1) << entryExtra(*p)
		if *p>>16 == 0 {
			*p |= uint32(free) << 16
			free += size
			if free > uint(len(c.entries)) {
				return false // not with a complete code of 286 symbols
			}
		}
		second := c.entries[*p>>16:][:size]
		for i := code >> c.bits; i < size; i += 1 << (l - c.bits) {
			second[i] = symbols[s] | uint32(l)
		}
	}
	return true
}

// reversed is the code of l bits as it is in the stream: Huffman codes have
// their first bit lowest (RFC 1951 3.1.1).
func reversed(code, l uint) uint { return uint(bits.Reverse16(uint16(code)) >> (16 - l)) }

// What the symbols of the alphabets are, as entries without a length of code.
var (
	litSymbols  = literalsAndLengths()
	distSymbols = distances()
	codeSymbols = codeLengths()
)

// literalsAndLengths is the first table of RFC 1951 3.2.5.
func literalsAndLengths() (list [288]uint32) {
	for s := range endOfBlock {
		list[s] = entryLiteral | uint32(s)<<16
	}
	list[endOfBlock] = entryEnd
	length := 3
	for s := 257; s < maxLitSymbols-1; s++ {
		extra := max(0, (s-261)/4)
		list[s] = base(length, extra)
		length += 1 << extra
	}
	list[maxLitSymbols-1] = base(258, 0)
	return list
}

// distances is the second table of RFC 1951 3.2.5.
func distances() (list [32]uint32) {
	distance := 1
	for s := range maxDistSymbols {
		extra := max(0, (s-2)/2)
		list[s] = base(distance, extra)
		distance += 1 << extra
	}
	return list
}

// codeLengths has the symbols with which a block writes the lengths of its
// codes, and the bits that follow them (RFC 1951 3.2.7).
func codeLengths() (list [19]uint32) {
	for s := range list {
		list[s] = entryLiteral | uint32(s)<<16
	}
	list[16] |= 2 << 4
	list[17] |= 3 << 4
	list[18] |= 7 << 4
	return list
}

// codeOrder is the order in which a block gives the lengths of the codes for
// the lengths (RFC 1951 3.2.7).
var codeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// The fixed codes (RFC 1951 3.2.6).
var fixedLit, fixedDist = fixedCodes()

func fixedCodes() (lit, dist *codes) {
	l, d := fixedLengths()
	lit, dist = new(codes), new(codes)
	lit.build(l[:], litSymbols[:])
	dist.build(d[:], distSymbols[:])
	return lit, dist
}

// fixedLengths are how many bits the fixed codes have.
func fixedLengths() (l [288]uint8, d [32]uint8) {
	for s := range l {
		switch {
		case s < 144, s >= 280:
			l[s] = 8
		case s < 256:
			l[s] = 9
		default:
			l[s] = 7
		}
	}
	for s := range d {
		d[s] = 5
	}
	return l, d
}
