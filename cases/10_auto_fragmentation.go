package cases

// autoFragmentation is chapter 10: a long message that the tester fragments by
// itself.
var autoFragmentation = Chapter{
	Number: "10",
	Title:  "Fragments made by the tester",
	First:  301,
	Sections: []Section{
		{"10.1", "A long message in fragments of one size"},
	},
	Cases: []Case{
		{
			ID:          "10.1.1",
			Description: "A text message of 65536 octets in fragments of 1300 octets: 1 text frame and 50 continuation frames.",
			Expectation: "The peer puts the fragments together and echoes the message.",
			Spec:        []string{"RFC 6455 5.4"},
			Script:      Script{Message{Payload: Repeat("*", 65536), Fragment: 1300}},
			Accept:      Exactly(Got{OpText, Repeat("*", 65536)}),
			Limit:       FailAfter(10 * Second),
		},
	},
}
