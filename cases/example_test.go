package cases_test

import (
	"fmt"

	"gobahn/cases"
)

// A case is played by an engine, which records an observation; Judge grades it.
func Example() {
	c := cases.Case{
		ID:     "mine/rsv2",
		Spec:   []string{"RFC 6455 5.2"},
		Script: cases.Script{cases.Ping("are you there?"), cases.Text("Hello").Reserved(2).Chop(1)},
	}
	c.Accept, c.Ending = cases.Predict(c.Script)

	code := cases.CodeNormal
	o := cases.Observation{
		Server: true,
		Opened: true,
		Events: cases.Events{cases.GotPong("are you there?"), cases.GotText("Hello")},
		Closing: cases.Closing{
			ClosedByMe: true, FailedByMe: true, WasClean: true, RemoteCode: &code,
		},
	}
	r := cases.Judge(c, o)
	fmt.Println(r.Verdict, r.CloseVerdict)
	fmt.Println(r.Explain(c, o))

	// Output:
	// FAILED FAILED
	// mine/rsv2: peer accepted what it must refuse (RFC 6455 5.2)
	//     sent  ping "are you there?"
	//           text rsv=2 chop=1 "Hello"
	//     want  pong "are you there?"; close 1002, or drop
	//           nothing; close 1002, or drop
	//     got   pong "are you there?", text "Hello"; failed by us, close 1000
}

// Simplify shows what a bug needs to appear.
func ExampleSimplify() {
	script := cases.Script{
		cases.Ping("are you there?"),
		cases.Text("Hello").Reserved(6).Chop(1),
	}
	for again := true; again; {
		again = false
		for simpler := range cases.Simplify(script) {
			if showsTheBug(simpler) {
				script, again = simpler, true
				break
			}
		}
	}
	fmt.Println(script)
	// Output: [text rsv=2]
}

// showsTheBug stands for playing script to a peer that overlooks RSV2.
func showsTheBug(script cases.Script) bool {
	for _, step := range script {
		if f, ok := step.(cases.Frame); ok && f.RSV&2 != 0 {
			return true
		}
	}
	return false
}
