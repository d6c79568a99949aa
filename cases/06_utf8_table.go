package cases

import "fmt"

// utf8Families are sections 6.5 to 6.23, the octet sequences after the example
// of Markus Kuhn's UTF-8 decoder test.
var utf8Families = []utf8Family{
	{Section{"6.5", "Characters of every length"}, []utf8Text{
		good("hello$world", "U+0024 has one octet"),
		good("hello\xc2\xa2world", "U+00A2 has two octets"),
		good("hello\xe2\x82\xacworld", "U+20AC has three octets"),
		good("hello\xf0\xa4\xad\xa2world", "U+24B62 has four octets"),
		good(kosme, "characters of two and three octets"),
	}},
	{Section{"6.6", "Every prefix of a text"}, []utf8Text{
		bad(kosme[:1], "its last character, U+03BA, is cut after one octet"),
		good(kosme[:2], "its last character is U+03BA"),
		bad(kosme[:3], "its last character, U+1F79, is cut after one octet"),
		bad(kosme[:4], "its last character, U+1F79, is cut after two octets"),
		good(kosme[:5], "its last character is U+1F79"),
		bad(kosme[:6], "its last character, U+03C3, is cut after one octet"),
		good(kosme[:7], "its last character is U+03C3"),
		bad(kosme[:8], "its last character, U+03BC, is cut after one octet"),
		good(kosme[:9], "its last character is U+03BC"),
		bad(kosme[:10], "its last character, U+03B5, is cut after one octet"),
		good(kosme[:11], "its last character is U+03B5"),
	}},
	{Section{"6.7", "The first character of each length"}, []utf8Text{
		good("\x00", "U+0000, the first with one octet"),
		good("\xc2\x80", "U+0080, the first with two octets"),
		good("\xe0\xa0\x80", "U+0800, the first with three octets"),
		good("\xf0\x90\x80\x80", "U+10000, the first with four octets"),
	}},
	{Section{"6.8", "The first sequence of five and of six octets"}, []utf8Text{
		bad("\xf8\x88\x80\x80\x80", "it would be 200000, the first with five octets"),
		bad("\xfc\x84\x80\x80\x80\x80", "it would be 4000000, the first with six octets"),
	}},
	{Section{"6.9", "The last character of each length"}, []utf8Text{
		good("\x7f", "U+007F, the last with one octet"),
		good("\xdf\xbf", "U+07FF, the last with two octets"),
		good("\xef\xbf\xbf", "U+FFFF, the last with three octets"),
		good("\xf4\x8f\xbf\xbf", "U+10FFFF, the last of all"),
	}},
	{Section{"6.10", "The last sequence of four, five and six octets"}, []utf8Text{
		bad("\xf7\xbf\xbf\xbf", "it would be 1FFFFF, the last with four octets"),
		bad("\xfb\xbf\xbf\xbf\xbf", "it would be 3FFFFFF, the last with five octets"),
		bad("\xfd\xbf\xbf\xbf\xbf\xbf", "it would be 7FFFFFFF, the last with six octets"),
	}},
	{Section{"6.11", "Around the surrogates and the end"}, []utf8Text{
		good("\xed\x9f\xbf", "U+D7FF, the last before the surrogates"),
		good("\xee\x80\x80", "U+E000, the first after the surrogates"),
		good("\xef\xbf\xbd", "U+FFFD, the replacement character"),
		good("\xf4\x8f\xbf\xbf", "U+10FFFF, the last of all"),
		bad("\xf4\x90\x80\x80", "it would be 110000, the first beyond the last"),
	}},
	{Section{"6.12", "Continuation octets that continue nothing"}, []utf8Text{
		bad("\x80", "the first continuation octet"),
		bad("\xbf", "the last continuation octet"),
		bad("\x80\xbf", "two continuation octets"),
		bad("\x80\xbf\x80", "three continuation octets"),
		bad("\x80\xbf\x80\xbf", "four continuation octets"),
		bad("\x80\xbf\x80\xbf\x80", "five continuation octets"),
		bad("\x80\xbf\x80\xbf\x80\xbf", "six continuation octets"),
		bad(octetsBetween(0x80, 0xbe, ""), "the continuation octets 80 to be in a row"),
	}},
	{Section{"6.13", "Lead octets that nothing continues"}, []utf8Text{
		bad(octetsBetween(0xc0, 0xde, " "), "the lead octets c0 to de, of sequences of two, with a space after each"),
		bad(octetsBetween(0xe0, 0xee, " "), "the lead octets e0 to ee, of sequences of three, with a space after each"),
		bad(octetsBetween(0xf0, 0xf6, " "), "the lead octets f0 to f6, of sequences of four, with a space after each"),
		bad(octetsBetween(0xf8, 0xfa, " "), "the lead octets f8 to fa, of sequences of five, with a space after each"),
		bad(octetsBetween(0xfc, 0xfc, " "), "the lead octet fc, of a sequence of six, with a space after it"),
	}},
	{Section{"6.14", "Sequences that lack their last octet"}, []utf8Text{
		bad("\xc0", "one octet of two; complete it would be U+0000"),
		bad("\xe0\x80", "two octets of three; complete it would be U+0000"),
		bad("\xf0\x80\x80", "three octets of four; complete it would be U+0000"),
		bad("\xf8\x80\x80\x80", "four octets of five; complete it would be U+0000"),
		bad("\xfc\x80\x80\x80\x80", "five octets of six; complete it would be U+0000"),
		bad("\xdf", "one octet of two; complete it could be U+07FF"),
		bad("\xef\xbf", "two octets of three; complete it could be U+FFFF"),
		bad("\xf7\xbf\xbf", "three octets of four; complete it could be 1FFFFF"),
		bad("\xfb\xbf\xbf\xbf", "four octets of five; complete it could be 3FFFFFF"),
		bad("\xfd\xbf\xbf\xbf\xbf", "five octets of six; complete it could be 7FFFFFFF"),
	}},
	{Section{"6.15", "The sequences of 6.14 in a row"}, []utf8Text{
		bad("\xc0"+"\xe0\x80"+"\xf0\x80\x80"+"\xf8\x80\x80\x80"+"\xfc\x80\x80\x80\x80"+
			"\xdf"+"\xef\xbf"+"\xf7\xbf\xbf"+"\xfb\xbf\xbf\xbf"+"\xfd\xbf\xbf\xbf\xbf", "the ten sequences of 6.14 in a row"),
	}},
	{Section{"6.16", "Octets that UTF-8 never has"}, []utf8Text{
		bad("\xfe", "no sequence has this octet"),
		bad("\xff", "no sequence has this octet"),
		bad("\xfe\xfe\xff\xff", "no sequence has these octets"),
	}},
	{Section{"6.17", "A slash in too many octets"}, []utf8Text{
		bad("\xc0\xaf", "U+002F in two octets"),
		bad("\xe0\x80\xaf", "U+002F in three octets"),
		bad("\xf0\x80\x80\xaf", "U+002F in four octets"),
		bad("\xf8\x80\x80\x80\xaf", "U+002F in five octets"),
		bad("\xfc\x80\x80\x80\x80\xaf", "U+002F in six octets"),
	}},
	{Section{"6.18", "The last character in too many octets"}, []utf8Text{
		bad("\xc1\xbf", "U+007F, the last that needs fewer than two octets"),
		bad("\xe0\x9f\xbf", "U+07FF, the last that needs fewer than three octets"),
		bad("\xf0\x8f\xbf\xbf", "U+FFFF, the last that needs fewer than four octets"),
		bad("\xf8\x87\xbf\xbf\xbf", "it would be 1FFFFF, the last that needs fewer than five octets"),
		bad("\xfc\x83\xbf\xbf\xbf\xbf", "it would be 3FFFFFF, the last that needs fewer than six octets"),
	}},
	{Section{"6.19", "The null character in too many octets"}, []utf8Text{
		bad("\xc0\x80", "U+0000 in two octets"),
		bad("\xe0\x80\x80", "U+0000 in three octets"),
		bad("\xf0\x80\x80\x80", "U+0000 in four octets"),
		bad("\xf8\x80\x80\x80\x80", "U+0000 in five octets"),
		bad("\xfc\x80\x80\x80\x80\x80", "U+0000 in six octets"),
	}},
	{Section{"6.20", "Single surrogates"}, []utf8Text{
		bad("\xed\xa0\x80", "U+D800, the first surrogate"),
		bad("\xed\xad\xbf", "U+DB7F, the last high surrogate not for private use"),
		bad("\xed\xae\x80", "U+DB80, the first high surrogate for private use"),
		bad("\xed\xaf\xbf", "U+DBFF, the last high surrogate"),
		bad("\xed\xb0\x80", "U+DC00, the first low surrogate"),
		bad("\xed\xbe\x80", "U+DF80, a low surrogate"),
		bad("\xed\xbf\xbf", "U+DFFF, the last surrogate"),
	}},
	{Section{"6.21", "Pairs of surrogates"}, []utf8Text{
		bad("\xed\xa0\x80\xed\xb0\x80", "U+D800 U+DC00, which would be U+10000 in UTF-16"),
		bad("\xed\xa0\x80\xed\xbf\xbf", "U+D800 U+DFFF, which would be U+103FF in UTF-16"),
		bad("\xed\xad\xbf\xed\xb0\x80", "U+DB7F U+DC00, which would be U+EFC00 in UTF-16"),
		bad("\xed\xad\xbf\xed\xbf\xbf", "U+DB7F U+DFFF, which would be U+EFFFF in UTF-16"),
		bad("\xed\xae\x80\xed\xb0\x80", "U+DB80 U+DC00, which would be U+F0000 in UTF-16"),
		bad("\xed\xae\x80\xed\xbf\xbf", "U+DB80 U+DFFF, which would be U+F03FF in UTF-16"),
		bad("\xed\xaf\xbf\xed\xb0\x80", "U+DBFF U+DC00, which would be U+10FC00 in UTF-16"),
		bad("\xed\xaf\xbf\xed\xbf\xbf", "U+DBFF U+DFFF, which would be U+10FFFF in UTF-16"),
	}},
	{Section{"6.22", "The noncharacters that end each plane"}, planeEnds()},
	{Section{"6.23", "Specials"}, []utf8Text{
		good("\xef\xbf\xb9", "U+FFF9, an interlinear annotation character"),
		good("\xef\xbf\xba", "U+FFFA, an interlinear annotation character"),
		good("\xef\xbf\xbb", "U+FFFB, an interlinear annotation character"),
		good("\xef\xbf\xbc", "U+FFFC, the object replacement character"),
		good("\xef\xbf\xbd", "U+FFFD, the replacement character"),
		good("\xef\xbf\xbe", "U+FFFE, a noncharacter"),
		good("\xef\xbf\xbf", "U+FFFF, a noncharacter"),
	}},
}

// octetsBetween is the octets from first to last, with after behind each.
func octetsBetween(first, last byte, after string) (s string) {
	for o := int(first); o <= int(last); o++ {
		s += string([]byte{byte(o)}) + after
	}
	return s
}

// planeEnds are the last two code points of each of the 17 planes. They stand
// for no character, but their octets are UTF-8 like any other's.
func planeEnds() (list []utf8Text) {
	for plane := range rune(17) {
		for _, r := range []rune{plane<<16 | 0xFFFE, plane<<16 | 0xFFFF} {
			list = append(list, good(string(r), fmt.Sprintf("U+%04X, a noncharacter", r)))
		}
	}
	return list
}
