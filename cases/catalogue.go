package cases

import "slices"

// A Chapter is a group of cases about one thing, as the reference numbers them.
type Chapter struct {
	Number   string    // "6", the first part of the ids of its cases
	Title    string    // what it is about
	First    int       // number of its first case among the reference's 517
	Sections []Section // titles of its parts; empty: it has none
	Cases    []Case    // in order
}

// A Section is a part of a chapter.
type Section struct {
	Number string // "6.4", how the ids of its cases begin
	Title  string // what it is about
}

// Chapters is the catalogue, in order: a table of contents.
var Chapters = []Chapter{
	framing,
	pings,
	reservedBits,
	opcodes,
	fragmentation,
	utf8Handling,
	closeHandling,
	limits,
	autoFragmentation,
	compression,
	compressionParameters,
}

// Catalogue is every case, in order.
var Catalogue = slices.Concat(func() (lists [][]Case) {
	for _, chapter := range Chapters {
		lists = append(lists, chapter.Cases)
	}
	return lists
}()...)

// Number is the number of the case among the reference's 517, which it uses for
// /runCase?case= when all are selected; 0 for an id that is not in the catalogue.
func Number(id ID) int {
	for _, chapter := range Chapters {
		for i, c := range chapter.Cases {
			if c.ID == id {
				return chapter.First + i
			}
		}
	}
	return 0
}
