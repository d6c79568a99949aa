package wire

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"

	"gobahn/cases"
)

// Pack is the compressed octets of b, which are whatever b says: an Inflater may have
// much to say about them.
func Pack(b cases.Blocks) []byte {
	var w bitWriter
	for _, one := range b.Blocks {
		w.blocks(one)
	}
	w.write(0, 3) // the header of the empty block whose other octets are the tail
	w.align()
	return w.out[:max(0, len(w.out)-b.Cut)]
}

// A bitWriter writes bits, the lowest of an octet first (RFC 1951 3.1.1).
type bitWriter struct {
	out  []byte
	b    uint64
	have uint
}

// write writes the lowest n bits of v, up to 48.
func (w *bitWriter) write(v uint64, n uint) {
	w.b |= v << w.have
	for w.have += n; w.have >= 8; w.have -= 8 {
		w.out = append(w.out, byte(w.b))
		w.b >>= 8
	}
}

// align goes on at the next octet.
func (w *bitWriter) align() {
	if w.have > 0 {
		w.write(0, 8-w.have)
	}
}

// blocks writes one block as often as it comes.
func (w *bitWriter) blocks(b cases.Block) {
	literals := b.Literals.Octets()
	lit, dist := fixedLitCode, fixedDistCode
	var header []piece
	if b.Type == cases.DynamicBlock {
		lit, dist = codesFor(literals, b.Match)
		header = headerOf(lit, dist)
	}
	for range cmp.Or(b.Times, 1) {
		w.block(b, literals, lit, dist, header)
	}
}

func (w *bitWriter) block(b cases.Block, literals []byte, lit, dist code, header []piece) {
	if b.Type == cases.NoBlock {
		w.align()
		w.out = append(w.out, literals...)
		return
	}
	var final uint64
	if b.Final {
		final = 1
	}
	switch b.Type {
	case cases.StoredBlock:
		w.write(final|uint64(BlockStored)<<1, 3)
		w.align()
		w.out = binary.LittleEndian.AppendUint16(w.out, uint16(len(literals)))
		w.out = binary.LittleEndian.AppendUint16(w.out, ^uint16(len(literals)))
		w.out = append(w.out, literals...)
		return
	case cases.DynamicBlock:
		w.write(final|uint64(BlockDynamic)<<1, 3)
		for _, p := range header {
			w.write(p.v, p.n)
		}
	default:
		w.write(final|uint64(BlockFixed)<<1, 3)
	}
	for _, octet := range literals {
		w.symbol(lit, int(octet))
	}
	w.matches(b.Match, lit, dist)
	w.symbol(lit, endOfBlock)
	if b.Final {
		w.align()
	}
}

// matches writes a match as often as it comes.
func (w *bitWriter) matches(m cases.Match, lit, dist code) {
	if m == (cases.Match{}) {
		return
	}
	length, distance := symbolOf(m.Length, litSymbols[:]), symbolOf(m.Distance, distSymbols[:])
	for range cmp.Or(m.Times, 1) {
		for _, one := range []struct {
			c       code
			symbol  int
			symbols []uint32
			value   int
		}{{lit, length, litSymbols[:], m.Length}, {dist, distance, distSymbols[:], m.Distance}} {
			w.symbol(one.c, one.symbol)
			e := one.symbols[one.symbol]
			w.write(uint64(one.value-entryValue(e)), entryExtra(e))
		}
	}
}

// symbolOf is the symbol of a length or distance: the last whose base is not above it.
func symbolOf(value int, symbols []uint32) (symbol int) {
	for s, e := range symbols {
		if e&entryBase != 0 && entryValue(e) <= value {
			symbol = s
		}
	}
	return symbol
}

// A code has the bits and their number of each symbol (RFC 1951 3.2.2).
type code struct {
	lengths []uint8
	bits    []uint64
}

func (w *bitWriter) symbol(c code, s int) { w.write(c.bits[s], uint(c.lengths[s])) }

// canonical is the code whose lengths are given.
func canonical(lengths []uint8) code {
	c := code{lengths, make([]uint64, len(lengths))}
	next := uint(0)
	for l := uint(1); l <= maxCodeBits; l++ {
		next <<= 1
		for s, have := range lengths {
			if uint(have) == l {
				c.bits[s] = uint64(reversed(next, l))
				next++
			}
		}
	}
	return c
}

// even is a complete code for the symbols that are counted, whose lengths differ by one
// at most; those that occur most often are the shorter ones. A single symbol has one bit.
func even(counts []int) code {
	var used []int
	for s, n := range counts {
		if n > 0 {
			used = append(used, s)
		}
	}
	slices.SortStableFunc(used, func(a, b int) int { return counts[b] - counts[a] })
	lengths := make([]uint8, len(counts))
	long := uint8(max(1, bits.Len(uint(max(0, len(used)-1)))))
	short := 1<<long - len(used) // so many codes are a bit shorter
	for i, s := range used {
		lengths[s] = long
		if i < short && long > 1 {
			lengths[s]--
		}
	}
	return canonical(lengths)
}

// codesFor are codes for the octets and the match of a dynamic block.
func codesFor(literals []byte, m cases.Match) (lit, dist code) {
	counts, distances := make([]int, maxLitSymbols), make([]int, maxDistSymbols)
	counts[endOfBlock] = 1
	for _, octet := range literals {
		counts[octet]++
	}
	if m != (cases.Match{}) {
		counts[symbolOf(m.Length, litSymbols[:])] += cmp.Or(m.Times, 1)
		distances[symbolOf(m.Distance, distSymbols[:])]++
	}
	if len(literals) == 0 && m == (cases.Match{}) {
		counts[0] = 1 // for one code alone would be incomplete
	}
	return even(counts), even(distances)
}

// A piece is some bits.
type piece struct {
	v uint64
	n uint
}

// headerOf is the header of a dynamic block with these codes (RFC 1951 3.2.7).
func headerOf(lit, dist code) (header []piece) {
	lits, dists := used(lit.lengths, 257), used(dist.lengths, 1)
	runs := runsOf(slices.Concat(lit.lengths[:lits], dist.lengths[:dists]))
	counts := make([]int, len(codeOrder))
	for _, r := range runs {
		counts[r.symbol]++
	}
	c := even(counts)
	lens := len(codeOrder)
	for lens > 4 && c.lengths[codeOrder[lens-1]] == 0 {
		lens--
	}
	header = append(header, piece{uint64(lits - 257), 5}, piece{uint64(dists - 1), 5}, piece{uint64(lens - 4), 4})
	for _, s := range codeOrder[:lens] {
		header = append(header, piece{uint64(c.lengths[s]), 3})
	}
	for _, r := range runs {
		header = append(header, piece{c.bits[r.symbol], uint(c.lengths[r.symbol])}, piece{uint64(r.more), entryExtra(codeSymbols[r.symbol])})
	}
	return header
}

// used is how many symbols a block has to give the lengths of, at least least.
func used(lengths []uint8, least int) int {
	n := len(lengths)
	for n > least && lengths[n-1] == 0 {
		n--
	}
	return n
}

// A run is one symbol with which a block writes lengths: a length, or a number of
// symbols that have none.
type run struct{ symbol, more int }

// The symbols for symbols that have no code, and how many they stand for at least.
const (
	fewZeros, fewZerosLeast   = 17, 3
	manyZeros, manyZerosLeast = 18, 11
	manyZerosMost             = 138
)

// runsOf are the runs that say lengths.
func runsOf(lengths []uint8) (runs []run) {
	for i := 0; i < len(lengths); {
		zeros := 0
		for zeros < manyZerosMost && i+zeros < len(lengths) && lengths[i+zeros] == 0 {
			zeros++
		}
		switch {
		case zeros >= manyZerosLeast:
			runs = append(runs, run{manyZeros, zeros - manyZerosLeast})
		case zeros >= fewZerosLeast:
			runs = append(runs, run{fewZeros, zeros - fewZerosLeast})
		default:
			runs = append(runs, run{int(lengths[i]), 0})
			zeros = 1
		}
		i += zeros
	}
	return runs
}

// The fixed codes (RFC 1951 3.2.6), to write with.
var fixedLitCode, fixedDistCode = func() (lit, dist code) {
	l, d := fixedLengths()
	return canonical(l[:]), canonical(d[:])
}()
