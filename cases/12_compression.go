package cases

import "fmt"

// compression is chapter 12: permessage-deflate with its default parameters, and
// messages of every size and five kinds of content.
var compression = Chapter{
	Number: "12",
	Title:  "Compression of different content",
	First:  302,
	Sections: []Section{
		{"12.1", "JSON text"},
		{"12.2", "A grey bitmap"},
		{"12.3", "German prose"},
		{"12.4", "An HTML page"},
		{"12.5", "A PDF file"},
	},
	Cases: func() (list []Case) {
		for i, kind := range contents {
			for j, row := range compressedSizes {
				id := numbered(numbered("12", i), j)
				list = append(list, row.compressed(id, kind, defaultDeflate, "the default parameters"))
			}
		}
		return list
	}(),
}

// A content is what messages are windows of.
type content struct {
	corpus string
	binary bool
	what   string
}

var contents = []content{
	{"json", false, "JSON"},
	{"bitmap", true, "a grey bitmap"},
	{"prose", true, "German prose"},
	{"html", false, "an HTML page"},
	{"pdf", true, "a PDF file"},
}

// A compressedSize is a row of the sections of chapters 12 and 13.
type compressedSize struct {
	size     int // of a message: octets, or characters of a text
	fragment int // octets of a frame; 0: the message is one frame
	limit    Duration
}

var compressedSizes = []compressedSize{
	{16, 0, 60 * Second},
	{64, 0, 60 * Second},
	{256, 0, 120 * Second},
	{1 << 10, 0, 240 * Second},
	{4 << 10, 0, 480 * Second},
	{8 << 10, 0, 480 * Second},
	{16 << 10, 0, 480 * Second},
	{32 << 10, 0, 480 * Second},
	{64 << 10, 0, 480 * Second},
	{128 << 10, 0, 480 * Second},
	{8 << 10, 256, 480 * Second},
	{16 << 10, 256, 480 * Second},
	{32 << 10, 256, 480 * Second},
	{64 << 10, 256, 480 * Second},
	{128 << 10, 256, 480 * Second},
	{128 << 10, 1 << 10, 480 * Second},
	{128 << 10, 4 << 10, 480 * Second},
	{128 << 10, 32 << 10, 480 * Second},
}

// defaultDeflate asks nothing of the peer.
var defaultDeflate = offering(DeflateParams{})

// offering is the negotiation in which the peer is asked for one of wishes, the
// first that it can take. A wish is about the peer, whichever role it has: its
// takeover and window are written as those of the server here.
func offering(wishes ...DeflateParams) *Deflate {
	var d Deflate
	for _, wish := range wishes {
		offer := wish
		offer.ClientNoContextTakeover, offer.ClientMaxWindowBits = true, AnyWindow
		d.Offer = append(d.Offer, offer)
		d.Accept = append(d.Accept, DeflateParams{
			ClientNoContextTakeover: wish.ServerNoContextTakeover,
			ClientMaxWindowBits:     wish.ServerMaxWindowBits,
		})
	}
	return &d
}

// compressed is the case of row with messages of that content; parameters says in
// words what deflate asks for.
func (row compressedSize) compressed(id ID, kind content, deflate *Deflate, parameters string) Case {
	const count = 1000
	m := Message{Binary: kind.binary, Payload: Corpus(kind.corpus, row.size), Fragment: row.fragment}
	unit, fragments := "characters", ""
	if m.Binary {
		unit = "octets"
	}
	if row.fragment > 0 {
		fragments = fmt.Sprintf(", in fragments of %d octets", row.fragment)
	}
	return Case{
		ID: id,
		Description: fmt.Sprintf("%d compressed %s messages of %d %s of %s%s, each sent when the last has come back; %s.",
			count, m.Opcode(), row.size, unit, kind.what, fragments, parameters),
		Expectation: "The peer takes up permessage-deflate and sends every message back as it came, all of them in time.",
		Spec:        []string{"RFC 7692 6", "RFC 7692 7"},
		Deflate:     deflate,
		Script:      Script{Echo{Count: count, Message: m}},
		Accept:      Exactly(Echoed{count}),
		Limit:       CloseAfter(row.limit),
		Report:      Report{Time: true, Ratio: true, Quiet: true},
	}
}
