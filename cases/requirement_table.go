package cases

// A case names the requirements that it tests, and nothing else says so. Those of the
// chapters of the reference get theirs from the table below, in which a requirement has a
// line: what they test runs across chapters (7.1.7 is about every case in which the peer
// has to fail the connection), and a line can be checked against its clause at a glance.
// The cases of other chapters, and of users, name theirs where they are written.

// tests says which cases test a requirement. What breaks it fails them, and of what is
// permitted they fail a peer that cannot live with it.
type tests struct {
	requirement string
	cases       string // patterns of package path for ids, with the chapter in full
}

const (
	// good UTF-8 is echoed, bad UTF-8 refused.
	goodUTF8 = "6.1.* 6.2.* 6.5.* 6.6.[2579] 6.6.11 6.7.* 6.9.* 6.11.[1-4] 6.22.* 6.23.*"
	badUTF8  = "6.3.* 6.4.* 6.6.[13468] 6.6.10 6.8.* 6.10.* 6.11.5 6.12.* 6.13.* 6.14.* 6.15.* 6.16.* 6.17.* 6.18.* 6.19.* 6.20.* 6.21.*"

	// badFrames and badCloses break the protocol, in data and in close frames.
	badFrames = "3.* 4.* 5.[12] 5.9 5.1[0-8]"
	badCloses = "7.3.[26] 7.9.*"

	// goodCloses are answered.
	goodCloses = "7.1.[12] 7.3.1 7.3.[345] 7.7.*"
)

// referenceTests are in the order of the requirements.
var referenceTests = []tests{
	{"RFC6455-4.1-e", "1.1.1"},
	{"RFC6455-4.1-w", "12.* 13.*"},
	{"RFC6455-5.1-a", "1.*"},
	{"RFC6455-5.1-e", "1.*"},
	{"RFC6455-5.2-a", "1.*"},
	{"RFC6455-5.2-b", "3.*"},
	{"RFC6455-5.2-c", "4.*"},
	{"RFC6455-5.2-f", "1.* 9.1.* 9.2.*"},
	{"RFC6455-5.3-a", "1.*"},
	{"RFC6455-5.4-a", "5.[678] 5.19 5.20"},
	{"RFC6455-5.4-b", "5.[12]"},
	{"RFC6455-5.4-c", "5.[345] 9.3.* 9.4.*"},
	{"RFC6455-5.4-d", "5.18"},
	{"RFC6455-5.4-e", "5.[678] 5.19 5.20"},
	{"RFC6455-5.4-f", "6.1.[23] 9.3.* 9.4.* 10.1.1"},
	{"RFC6455-5.4-g", "5.[3-8] 6.1.[23] 9.3.* 9.4.*"},
	{"RFC6455-5.4-h", "5.9 5.1[0-7]"},
	{"RFC6455-5.4-i", "5.[345] 6.2.[234] 9.3.* 9.4.*"},
	{"RFC6455-5.4-m", "5.18"},
	{"RFC6455-5.5-a", "2.5 7.3.6"},
	{"RFC6455-5.5-b", "5.[12]"},
	{"RFC6455-5.5.1-a", "7.3.2"},
	{"RFC6455-5.5.1-b", "7.5.1"},
	{"RFC6455-5.5.1-d", "7.1.1"},
	{"RFC6455-5.5.1-e", goodCloses},
	{"RFC6455-5.5.1-f", goodCloses}, // within a second
	{"RFC6455-5.5.1-g", "7.1.6"},
	{"RFC6455-5.5.1-h", goodCloses + " 7.1.[3-6]"},
	{"RFC6455-5.5.1-j", "7.7.*"},
	{"RFC6455-5.5.1-m", "7.1.[2-5]"},
	{"RFC6455-5.5.2-a", "2.[12346] 2.9 5.[678] 5.19 5.20"},
	{"RFC6455-5.5.2-b", "5.19 5.20"},
	{"RFC6455-5.5.3-a", "2.[2346] 2.9"},
	{"RFC6455-5.5.3-b", "2.10 2.11"},
	{"RFC6455-5.5.3-c", "2.[789]"},
	{"RFC6455-5.6-a", badUTF8},
	{"RFC6455-5.6-b", goodUTF8},
	{"RFC6455-5.6-c", "6.2.[34]"},
	{"RFC6455-5.6-d", "1.2.* 9.2.* 9.4.* 9.8.*"},
	{"RFC6455-6.1-b", "1.* 9.7.* 9.8.*"},
	{"RFC6455-6.1-c", "1.* 9.7.* 9.8.*"},
	{"RFC6455-6.2-a", "2.6 2.11 5.5 5.8 5.11 5.14 5.20 9.5.* 9.6.*"},
	{"RFC6455-6.2-b", "1.* 5.[3-8]"},
	{"RFC6455-6.2-c", "1.*"},
	{"RFC6455-7.1.1-b", "7.7.*"},
	{"RFC6455-7.1.2-b", goodCloses + " 7.1.[3-6]"},
	{"RFC6455-7.1.7-a", badFrames + " " + badUTF8},
	{"RFC6455-7.1.7-d", "3.[234] 4.1.[345] 4.2.[345] 5.15"},
	{"RFC6455-7.1.7-e", "7.1.1"},
	{"RFC6455-7.3-a", "7.7.*"},
	{"RFC6455-7.4.1-a", "7.9.3"},
	{"RFC6455-7.4.1-b", "7.9.4"},
	{"RFC6455-7.4.1-c", "7.9.5"},
	{"RFC6455-7.4.1-e", "2.5 " + badFrames + " " + badCloses},
	{"RFC6455-7.4.1-g", badUTF8},
	{"RFC6455-7.4.1-k", "7.7.[1-9]"},
	{"RFC6455-7.4.2-a", "7.9.[12]"},
	{"RFC6455-7.4.2-b", "7.9.[6-9]"},
	{"RFC6455-7.4.2-c", "7.7.1[0-3]"},
	{"RFC6455-7.4.2-d", "7.13.*"},
	{"RFC6455-8.1-a", badUTF8 + " 7.5.1"},
	{"RFC6455-9-a", "12.* 13.*"},
	{"RFC6455-9-c", "13.*"},
	{"RFC6455-10.7-b", badFrames},
	{"RFC7692-5-a", "12.* 13.*"},
	{"RFC7692-5-b", "13.7.*"},
	{"RFC7692-5-c", "12.* 13.*"},
	{"RFC7692-5-d", "13.*"},
	{"RFC7692-5-j", "12.* 13.*"},
	{"RFC7692-6.1-a", "12.* 13.*"},
	{"RFC7692-6.1-e", "12.* 13.*"},
	{"RFC7692-6.2-a", "12.*.1[1-8] 13.*.1[1-8]"},
	{"RFC7692-7.1.1.1-a", "13.[2567].*"},
	{"RFC7692-7.1.1.1-b", "13.[2567].*"},
	{"RFC7692-7.1.1.1-c", "13.2.*"},
	{"RFC7692-7.1.1.2-a", "12.* 13.*"},
	{"RFC7692-7.1.2.1-a", "13.[3-7].*"},
	{"RFC7692-7.1.2.1-b", "13.[3-7].*"},
	{"RFC7692-7.2.1-a", "12.* 13.*"},
	{"RFC7692-7.2.1-f", "13.[2567].*"},
	{"RFC7692-7.2.1-g", "13.[2567].*"},
	{"RFC7692-7.2.1-h", "13.[357].*"},
	{"RFC7692-7.2.1-i", "13.[357].*"},
	{"RFC7692-7.2.2-a", "12.* 13.*"},
	{"RFC7692-7.2.2-b", "12.* 13.1.*"},
	{"RFC7692-7.2.2-c", "12.* 13.1.*"},
}
