package report_test

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gobahn/cases"
	"gobahn/report"
)

// A run adds each case as it ends, and flushes whenever the overview is to be
// up to date.
func ExampleWriter() {
	dir, err := os.MkdirTemp("", "reports")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)

	w, err := report.Open(filepath.Join(dir, "clients"), report.Run{Product: "Gobahn/0.1.0"})
	if err != nil {
		fmt.Println(err)
		return
	}
	code := uint16(1000)
	echo := cases.Case{
		ID:     "1.1.2",
		Script: cases.Script{cases.Text("Hello")},
		Accept: cases.Exactly(cases.GotText("Hello")),
	}
	seen := cases.Observation{
		Server:   true,
		Opened:   true,
		Duration: cases.Duration(4 * time.Millisecond),
		Events:   cases.Events{cases.GotText("Hello")},
		Closing:  cases.Closing{ClosedByMe: true, WasClean: true, LocalCode: &code, RemoteCode: &code},
	}
	err = w.Add(report.Record{
		Agent: "Example/1.0", Case: echo, Number: 1, Observation: seen, Result: cases.Judge(echo, seen),
	})
	if err != nil {
		fmt.Println(err)
	}
	if err := w.Flush(); err != nil {
		fmt.Println(err)
	}
	if err := w.Finish(); err != nil {
		fmt.Println(err)
	}
	index, err := os.ReadFile(filepath.Join(dir, "clients", "index.json"))
	fmt.Println(string(index), err)
	fmt.Println(filepath.Base(w.Index()), w.Summary()[0].Total.Cases, len(w.Warnings()))
	// Output:
	// {
	//    "Example/1.0": {
	//       "1.1.2": {
	//          "behavior": "OK",
	//          "behaviorClose": "OK",
	//          "duration": 4,
	//          "remoteCloseCode": 1000,
	//          "reportfile": "example_1_0_case_1_1_2.json"
	//       }
	//    }
	// } <nil>
	// index.html 1 0
}
