package cases

import "fmt"

// compressionParameters is chapter 13: permessage-deflate with parameters that
// ask something of the peer.
var compressionParameters = Chapter{
	Number: "13",
	Title:  "Compression with different parameters",
	First:  392,
	Sections: func() (list []Section) {
		for i, wish := range deflateWishes {
			list = append(list, Section{fmt.Sprintf("13.%d", i+1), wish.title})
		}
		return list
	}(),
	Cases: func() (list []Case) {
		for i, wish := range deflateWishes {
			for j, row := range compressedSizes {
				id := numbered(numbered("13", i), j)
				list = append(list, row.compressed(id, contents[0], wish.deflate, wish.parameters))
			}
		}
		return list
	}(),
}

// deflateWishes are what the sections of chapter 13 ask of the peer.
var deflateWishes = []struct {
	title      string
	parameters string // in a description
	deflate    *Deflate
}{
	{"The default parameters", "the default parameters", defaultDeflate},
	{"No context takeover", "the peer is to forget its window after every message",
		offering(DeflateParams{ServerNoContextTakeover: true})},
	{"A window of 9 bits", "the peer is to use a window of 9 bits",
		offering(DeflateParams{ServerMaxWindowBits: 9})},
	{"A window of 15 bits", "the peer is to use a window of 15 bits",
		offering(DeflateParams{ServerMaxWindowBits: 15})},
	{"No context takeover, a window of 9 bits", "the peer is to use a window of 9 bits and to forget it after every message",
		offering(DeflateParams{ServerNoContextTakeover: true, ServerMaxWindowBits: 9})},
	{"No context takeover, a window of 15 bits", "the peer is to use a window of 15 bits and to forget it after every message",
		offering(DeflateParams{ServerNoContextTakeover: true, ServerMaxWindowBits: 15})},
	{"A choice of parameters", "the peer is to take what it can of three offers, a window of 9 bits and no context takeover being the first",
		offering(DeflateParams{ServerNoContextTakeover: true, ServerMaxWindowBits: 9}, DeflateParams{ServerNoContextTakeover: true}, DeflateParams{})},
}
