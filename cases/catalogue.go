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

// Chapters is the catalogue of the reference, in order: a table of contents.
var Chapters = naming(referenceTests, []Chapter{
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
})

// Extended are the chapters that the reference has not.
var Extended = []Chapter{
	openingServer,
	clientOpening,
	masking,
	payloadLengths,
	closingAndTCP,
	negotiation,
	rareDeflate,
	exhaustion,
}

// Catalogue is every case of the reference, in order.
var Catalogue = casesOf(Chapters)

// All is every case there is, in order.
var All = append(slices.Clip(Catalogue), casesOf(Extended)...)

// AllChapters are those of the reference, then the others, then that of cases of files,
// of which the catalogue has none.
func AllChapters() []Chapter { return append(slices.Concat(Chapters, Extended), userCases) }

// casesOf are the cases of chapters, in order.
func casesOf(chapters []Chapter) (list []Case) {
	for _, chapter := range chapters {
		list = append(list, chapter.Cases...)
	}
	return list
}

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
