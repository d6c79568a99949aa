package main

import (
	"strings"
	"testing"

	"gobahn/cases"
	"gobahn/fuzzer"
)

func TestProgressOnATerminalIsOneLine(t *testing.T) {
	var out strings.Builder
	p := &progress{out: &out, total: 247, width: 30}
	play := func(number int, id cases.ID, agent string, r cases.Result) {
		played := fuzzer.Played{Agent: agent, Number: number, Case: cases.Case{ID: id}, Result: r}
		p.start(played)
		p.done(played)
	}
	play(1, "1.1.1", "peer", cases.Result{})
	play(33, "3.6", "a peer whose name is long \x1b[31m", cases.Result{})
	play(34, "3.7", "peer", cases.Result{Verdict: cases.OK, CloseVerdict: cases.Failed, Headline: cases.Accepted})
	play(35, "4.1.1", "peer", cases.Result{})
	p.clear()
	p.clear()
	const clear = "\r\x1b[K"
	want := clear + "[1/247] 1.1.1  peer" +
		clear + "[33/247] 3.6  a peer whose na" +
		clear + "[34/247] 3.7  peer" +
		clear + "3.7: OK / FAILED: accepted what it must refuse\n" +
		clear + "[35/247] 4.1.1  peer" + clear
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", out.String(), want)
	}
}
