package cases

import (
	"fmt"
	"slices"
)

// utf8Handling is chapter 6: text messages that are UTF-8, and others that only
// look like it. What counts are the octets, so they are written as escapes.
var utf8Handling = Chapter{
	Number: "6",
	Title:  "Text and UTF-8",
	First:  65,
	Sections: append([]Section{
		{"6.1", "Empty messages and fragments"},
		{"6.2", "Fragments that end anywhere"},
		{"6.3", "An invalid sequence, in one frame and octet by octet"},
		{"6.4", "How soon an invalid sequence is noticed"},
	}, utf8Sections()...),
	Cases: slices.Concat(utf8Fragments, utf8InTime, utf8Texts()),
}

const (
	// kosme is the Greek word "kosme", whose second letter is U+1F79: eleven
	// octets, of which normalisation (NFC) would make ten.
	kosme = "\xce\xba" + "\xe1\xbd\xb9" + "\xcf\x83" + "\xce\xbc" + "\xce\xb5"

	// umlauts has seven characters of two octets.
	umlauts = "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4" + "\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!"

	// utf8Echoed is what is expected of good text.
	utf8Echoed = "The text is valid UTF-8: the peer echoes it."

	// utf8Refused is what is expected of bad text.
	utf8Refused = "The text is not valid UTF-8: the peer MUST fail the connection."

	// utf8AtOnce is what is expected of bad text that comes little by little.
	utf8AtOnce = utf8Refused + " It does so as soon as the invalid octets are there, or at the latest when the message is complete."
)

// utf8Fragments is sections 6.1 to 6.3.
var utf8Fragments = []Case{
	{
		ID:          "6.1.1",
		Description: "A text message of 0 octets in one frame.",
		Expectation: utf8Echoed,
		Spec:        []string{"RFC 6455 5.6"},
		Script:      Script{Text("")},
		Accept:      Exactly(GotText("")),
		Limit:       CloseAfter(1 * Second),
	},
	{
		ID:          "6.1.2",
		Description: "A text message in three fragments of 0 octets.",
		Expectation: utf8Echoed,
		Spec:        []string{"RFC 6455 5.4", "RFC 6455 5.6"},
		Script:      Script{Text("").More(), Continue("").More(), Continue("")},
		Accept:      Exactly(GotText("")),
		Limit:       CloseAfter(1 * Second),
	},
	{
		ID:          "6.1.3",
		Description: "A text message in three fragments, the first and the last of 0 octets.",
		Expectation: utf8Echoed,
		Spec:        []string{"RFC 6455 5.4", "RFC 6455 5.6"},
		Script:      Script{Text("").More(), Continue("middle frame payload").More(), Continue("")},
		Accept:      Exactly(GotText("middle frame payload")),
		Limit:       CloseAfter(1 * Second),
	},
	{
		ID:          "6.2.1",
		Description: "A text with characters of one and two octets in one frame.",
		Expectation: utf8Echoed,
		Spec:        []string{"RFC 6455 5.6", "RFC 3629 3"},
		Script:      Script{Message{Payload: Of(umlauts)}},
		Accept:      Exactly(GotText(umlauts)),
		Limit:       CloseAfter(1 * Second),
	},
	{
		ID:          "6.2.2",
		Description: "The text of 6.2.1 in two fragments, parted between two characters.",
		Expectation: utf8Echoed,
		Spec:        []string{"RFC 6455 5.4", "RFC 6455 5.6", "RFC 3629 3"},
		Script:      Script{Text(umlauts[:15]).More(), Continue(umlauts[15:])},
		Accept:      Exactly(GotText(umlauts)),
		Limit:       CloseAfter(1 * Second),
	},
	{
		ID:          "6.2.3",
		Description: "The text of 6.2.1 in fragments of 1 octet, so that characters are parted.",
		Expectation: "A fragment may end inside a character; the whole text is valid UTF-8: the peer echoes it.",
		Spec:        []string{"RFC 6455 5.4", "RFC 6455 5.6", "RFC 3629 3"},
		Script:      Script{Message{Payload: Of(umlauts), Fragment: 1}},
		Accept:      Exactly(GotText(umlauts)),
		Limit:       CloseAfter(1 * Second),
	},
	{
		ID:          "6.2.4",
		Description: "A text with characters of two and three octets in fragments of 1 octet, so that characters are parted.",
		Expectation: "A fragment may end inside a character; the whole text is valid UTF-8: the peer echoes it.",
		Spec:        []string{"RFC 6455 5.4", "RFC 6455 5.6", "RFC 3629 3"},
		Script:      Script{Message{Payload: Of(kosme), Fragment: 1}},
		Accept:      Exactly(GotText(kosme)),
		Limit:       CloseAfter(1 * Second),
	},
	{
		ID:          "6.3.1",
		Description: "A text with the octets ed a0 80 in it, the surrogate U+D800, in one frame.",
		Expectation: utf8Refused,
		Spec:        []string{"RFC 6455 8.1", "RFC 3629 3"},
		Script:      Script{Message{Payload: Of(kosme + "\xed\xa0\x80edited")}},
		Accept:      Silence,
		Ending:      FailedByPeer(CodeInvalidPayload).OrFail(WrongSide),
	},
	{
		ID:          "6.3.2",
		Description: "The text of 6.3.1 in fragments of 1 octet.",
		Expectation: utf8Refused,
		Spec:        []string{"RFC 6455 8.1", "RFC 3629 3"},
		Script:      Script{Message{Payload: Of(kosme + "\xed\xa0\x80edited"), Fragment: 1}},
		Accept:      Silence,
		Ending:      FailedByPeer(CodeInvalidPayload).OrFail(WrongSide),
	},
}

// utf8InTime is section 6.4: f4 90 80 80 would be U+110000, which is beyond the
// last character, and f4 90 is where that shows.
var utf8InTime = []Case{
	inTime("6.4.1", "A text message in three fragments with pauses of 1s between them; the second is f4 90 80 80 (U+110000).",
		Text(kosme).More(), pauseA, Continue("\xf4\x90\x80\x80").More(), pauseB, Continue("edited")),
	inTime("6.4.2", "The text of 6.4.1, parted differently: the first fragment ends with f4, the second is 90.",
		Text(kosme+"\xf4").More(), pauseA, Continue("\x90").More(), pauseB, Continue("\x80\x80edited")),
	inTime("6.4.3", "The text of 6.4.1 in one frame, whose payload comes in the same three parts; an empty continuation frame ends the message.",
		inParts(kosme, "\xf4\x90\x80\x80", "edited"), Continue("")),
	inTime("6.4.4", "The text of 6.4.2 in one frame, whose payload comes in the same three parts; an empty continuation frame ends the message.",
		inParts(kosme+"\xf4", "\x90", "\x80\x80edited"), Continue("")),
}

// pauseA and pauseB show how long the peer kept the connection open.
var (
	pauseA = Wait{For: 1 * Second, Mark: "A"}
	pauseB = Wait{For: 1 * Second, Mark: "B"}
)

// inTime is a case whose second part makes the text invalid.
func inTime(id ID, description string, script ...Step) Case {
	return Case{
		ID:          id,
		Description: description,
		Expectation: utf8AtOnce,
		Spec:        []string{"RFC 6455 8.1", "RFC 3629 3"},
		Script:      script,
		Accept: []Outcome{
			{Verdict: OK, Events: Events{Mark{"A"}}, Says: "The connection ended before the message was complete."},
			{Verdict: NonStrict, Events: Events{Mark{"A"}, Mark{"B"}}, Says: "The connection ended only when the message was complete."},
		},
		Ending: FailedByPeer(CodeInvalidPayload).OrFail(WrongSide),
		Overrides: []Override{{
			Profile: RFC, Clause: "RFC 6455 8.1",
			Why: "The connection must be failed, but no time is set: to do so when the message is complete is as good.",
			Accept: []Outcome{
				{Verdict: OK, Events: Events{Mark{"A"}}, Says: "The connection ended within 1s of the invalid octets, before the message was complete."},
				{Verdict: OK, Events: Events{Mark{"A"}, Mark{"B"}}, Says: "The connection ended when the message was complete, 1s after the invalid octets."},
			},
		}},
	}
}

// inParts is one frame with pauses between three parts of its payload.
func inParts(first, second, third string) Split {
	return Split{Frame: Text(first + second + third).More(), Pauses: []Pause{
		{len(first), pauseA},
		{len(first + second), pauseB},
	}}
}

// A utf8Family is a section of texts that are sent in one message each.
type utf8Family struct {
	Section
	texts []utf8Text
}

// A utf8Text is a text, whether it is UTF-8, and what it is.
type utf8Text struct {
	valid  bool
	octets string
	what   string
}

// good is a text that is UTF-8.
func good(octets, what string) utf8Text { return utf8Text{true, octets, what} }

// bad is a text that is not.
func bad(octets, what string) utf8Text { return utf8Text{false, octets, what} }

// utf8Sections are the sections of utf8Families.
func utf8Sections() (list []Section) {
	for _, family := range utf8Families {
		list = append(list, family.Section)
	}
	return list
}

// utf8Texts is sections 6.5 to 6.23: one case for each text of utf8Families.
func utf8Texts() (list []Case) {
	for _, family := range utf8Families {
		for i, text := range family.texts {
			list = append(list, text.as(nth(family.Number, i)))
		}
	}
	return list
}

// as is the case of a text, which is shown as quoted text if it is valid and as
// hex if it is not, unless it is long.
func (t utf8Text) as(id ID) Case {
	c := Case{
		ID:          id,
		Description: fmt.Sprintf("The text %s: %s.", Of(t.octets), t.what),
		Spec:        []string{"RFC 6455 8.1", "RFC 3629 3"},
		Script:      Script{Message{Payload: Of(t.octets)}},
		Limit:       FailAfter(Second / 2),
	}
	if len(t.octets) > 24 {
		c.Description = fmt.Sprintf("A text of %d octets: %s.", len(t.octets), t.what)
	}
	if t.valid {
		c.Expectation, c.Accept = utf8Echoed, Exactly(GotText(t.octets))
	} else {
		c.Expectation, c.Accept = utf8Refused, Silence
		c.Ending = FailedByPeer(CodeInvalidPayload).OrFail(WrongSide)
	}
	return c
}
