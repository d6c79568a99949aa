package cases

import (
	"cmp"
	"fmt"
	"strings"
)

// Blocks is a data message that is compressed block by block as it says (RFC 1951 3.2),
// whatever a compressor would make of it. What may not be said in blocks is sent as
// the octets of a Frame with RSV1 set.
type Blocks struct {
	Binary   bool    `json:"binary,omitempty"`
	Blocks   []Block `json:"blocks"`             // in front of the empty one whose last four octets are removed (RFC 7692 7.2.1)
	Cut      int     `json:"cut,omitempty"`      // compressed octets that are left out at the end
	Fragment int     `json:"fragment,omitempty"` // compressed octets per frame; 0: one frame
	NoFIN    bool    `json:"noFin,omitempty"`    // of the last frame
	Wire     Wire    `json:"wire,omitzero"`
}

// A Block is one block of DEFLATE: octets, then a back-reference. The zero value is an
// empty block with fixed codes.
type Block struct {
	Type     BlockType `json:"type,omitempty"`
	Final    bool      `json:"final,omitempty"` // BFINAL; the next block begins at the next octet (RFC 7692 7.2.3.4)
	Literals Payload   `json:"literals,omitzero"`
	Match    Match     `json:"match,omitzero"`
	Times    int       `json:"times,omitempty"` // the block comes as often; 0: once
}

// A BlockType is how a block holds its data.
type BlockType string

// The types of blocks.
const (
	FixedBlock   BlockType = ""        // in the codes that everybody knows (RFC 1951 3.2.6)
	StoredBlock  BlockType = "stored"  // as it is (RFC 1951 3.2.4); it has no match
	DynamicBlock BlockType = "dynamic" // in codes of its own (RFC 1951 3.2.7)
	NoBlock      BlockType = "none"    // the literals, from the next octet on, are sent in the place of a block
)

// A Match repeats octets that came before (RFC 1951 3.2.3). The zero value is none.
type Match struct {
	Length   int `json:"length"`          // octets, 3 to 258
	Distance int `json:"distance"`        // octets that it goes back, 1 to 32768, whether there are as many or not
	Times    int `json:"times,omitempty"` // it comes as often; 0: once
}

// The bounds of a match (RFC 1951 3.2.5).
const (
	minMatch    = 3
	maxMatch    = 258
	maxDistance = 32 << 10
)

// Plain is how many octets come out of b.
func (b Block) Plain() int {
	n := 0
	if b.Type != NoBlock {
		n = b.Literals.Size() + b.Match.Length*b.Match.times()
	}
	return n * b.times()
}

func (b Block) times() int { return cmp.Or(b.Times, 1) }

func (m Match) times() int {
	if m == (Match{}) {
		return 0
	}
	return cmp.Or(m.Times, 1)
}

// Plain is how many octets come out of b.
func (b Blocks) Plain() (n int) {
	for _, one := range b.Blocks {
		n += one.Plain()
	}
	return n
}

// Opcode is the opcode of the first frame of b.
func (b Blocks) Opcode() Op { return Message{Binary: b.Binary}.Opcode() }

// Deflated is a message of these blocks.
func Deflated(blocks ...Block) Blocks { return Blocks{Blocks: blocks} }

func (Blocks) step() {}

// String is the type of the message, what is special about its frames, and the blocks.
func (b Blocks) String() string {
	s := "blocks " + b.Opcode().String()
	if b.Fragment != 0 {
		s += fmt.Sprintf(" fragment=%d", b.Fragment)
	}
	if b.Cut != 0 {
		s += fmt.Sprintf(" cut=%d", b.Cut)
	}
	if b.NoFIN {
		s += " more"
	}
	s += b.Wire.String()
	var list []string
	for _, one := range b.Blocks {
		list = append(list, one.String())
	}
	return s + " (" + strings.Join(list, ", ") + ")"
}

// String is the type, what is in the block, and how often it comes.
func (b Block) String() string {
	s := string(b.Type)
	switch b.Type {
	case FixedBlock:
		s = "fixed"
	case NoBlock:
		s = "octets"
	}
	if b.Final {
		s += " final"
	}
	if b.Literals != (Payload{}) {
		s += " " + b.Literals.String()
	}
	if n := b.Match.times(); n > 0 {
		s += fmt.Sprintf(" %d octets from %d before", b.Match.Length, b.Match.Distance)
		if n > 1 {
			s += fmt.Sprintf(" ×%d", n)
		}
	}
	if b.Times > 1 {
		s += fmt.Sprintf(" ×%d", b.Times)
	}
	return s
}

// maxBlocks bounds the compressed octets of one message.
const maxBlocks = 16 << 20

func (b Blocks) validate() error {
	if b.Fragment < 0 || b.Cut < 0 {
		return fmt.Errorf("blocks: fragment and cut cannot be negative")
	}
	most := 0
	for i, one := range b.Blocks {
		if err := one.validate(); err != nil {
			return fmt.Errorf("blocks: block %d: %w", i+1, err)
		}
		if most += one.most(); most > maxBlocks {
			return fmt.Errorf("blocks: they may take more than %d octets", maxBlocks)
		}
	}
	return b.Wire.validate()
}

// most is more octets than b takes.
func (b Block) most() int {
	const header, symbol, reference = 300, 2, 6 // octets
	if b.times() > maxBlocks || b.Match.times() > maxBlocks*8 {
		return maxBlocks + 1
	}
	n := b.Literals.Size() + 5
	if b.Type == FixedBlock || b.Type == DynamicBlock {
		n = 3 + b.Literals.Size()*symbol + b.Match.times()*reference
	}
	if b.Type == DynamicBlock { // in which the only match has codes of a bit or two
		n = header + b.Literals.Size()*symbol + b.Match.times()*3/4 + reference
		if n < header+64 && b.Match.times() == 0 && b.Literals.Size() == 0 {
			n = 16
		}
	}
	return n * b.times()
}

func (b Block) validate() error {
	m := b.Match
	switch b.Type {
	case FixedBlock, StoredBlock, DynamicBlock, NoBlock:
	default:
		return fmt.Errorf("type %q: want %s, %s, %s, or none for fixed codes", b.Type, StoredBlock, DynamicBlock, NoBlock)
	}
	switch {
	case b.Times < 0 || m.Times < 0:
		return fmt.Errorf("times cannot be negative")
	case m != (Match{}) && (m.Length < minMatch || m.Length > maxMatch):
		return fmt.Errorf("match of %d octets: want %d to %d", m.Length, minMatch, maxMatch)
	case m != (Match{}) && (m.Distance < 1 || m.Distance > maxDistance):
		return fmt.Errorf("match from %d octets before: want 1 to %d", m.Distance, maxDistance)
	case m != (Match{}) && (b.Type == StoredBlock || b.Type == NoBlock):
		return fmt.Errorf("a %s block has no match", b.Type)
	case b.Type == StoredBlock && b.Literals.Size() > 0xFFFF:
		return fmt.Errorf("stored block of %d octets: want %d at most", b.Literals.Size(), 0xFFFF)
	case b.Type == NoBlock && b.Final:
		return fmt.Errorf("octets in the place of a block are not final")
	}
	return b.Literals.scripted()
}
