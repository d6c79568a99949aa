package templates

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

func TestPayloadText(t *testing.T) {
	stars := strings.Repeat("*", 100)
	for _, tt := range []struct {
		name    string
		payload string
		want    string
	}{
		{"none", "", ""},
		{"short", "Hello", "Hello"},
		{"not UTF-8", "\x03\xe8", "0x03e8"},
		{"60 octets", stars[:60], stars[:60]},
		{"61 octets", stars[:61], stars[:61] + " ..."},
		{"100 octets", stars, stars[:64] + " ..."},
		{"a character cut", "a" + strings.Repeat("é", 40), "0x61" + strings.Repeat("c3a9", 31) + "c3 ..."},
		{"surrogate", "\xed\xa0\x80", "0xeda080"},
	} {
		head := []byte(tt.payload[:min(len(tt.payload), cases.LogLimit)])
		got := PayloadText(head, len(tt.payload))
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	if got, want := PayloadText(nil, 1000), " ..."; got != want {
		t.Errorf("octets that were not kept: got %q, want %q", got, want)
	}
}

func TestHead(t *testing.T) {
	for _, tt := range []struct {
		payload cases.Payload
		n       int
		want    string
	}{
		{cases.Payload{}, 64, ""},
		{cases.Of("Hello"), 64, "Hello"},
		{cases.Of("Hello"), 2, "He"},
		{cases.Repeat("abc", 1<<40), 7, "abcabca"},
		{cases.Repeat("abc", 2), 7, "ab"},
		{cases.Payload{Text: "abc", Len: 1000, SHA256: "00"}, 7, "abc"},
		{cases.Payload{Len: 5}, 7, ""},
	} {
		if got := string(Head(tt.payload, tt.n)); got != tt.want {
			t.Errorf("Head(%v, %d) = %q, want %q", tt.payload, tt.n, got, tt.want)
		}
	}
}

func TestReason(t *testing.T) {
	for _, tt := range []struct {
		payload cases.Payload
		want    string
		ok      bool
	}{
		{cases.Payload{}, "", false},
		{cases.Of("Going Away"), "Going Away", true},
		{cases.Of(strings.Repeat("*", 123)), strings.Repeat("*", 123), true},
		{cases.Of("\xce\xba\xed\xa0\x80"), "cebaeda080", true},
		{cases.Repeat("*", 1<<40), strings.Repeat("*", 1024) + " ...", true},
	} {
		got, ok := Reason(tt.payload)
		if got != tt.want || ok != tt.ok {
			t.Errorf("Reason(%v) = %q, %t, want %q, %t", tt.payload, got, ok, tt.want, tt.ok)
		}
	}
}

func TestLegible(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"Hello <b>", "Hello <b>"},
		{"κόσμε 🚀", "κόσμε 🚀"},
		{"a\r\n\tb\x00", `a\x0d\x0a\x09b\x00`},
		{"\xff\xfe", `\xff\xfe`},
		{"\ufffd", "\ufffd"},
		{"evil\u202etxt", `evil\xe2\x80\xaetxt`},
		{"no\u00a0break", `no\xc2\xa0break`},
	} {
		if got := Legible(tt.in); got != tt.want {
			t.Errorf("Legible(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	if got, want := LegibleLines("GET /\r\nHost: \xe9\r\nx: a\rb\r\n\r\n"), "GET /\nHost: \\xe9\nx: a\\x0db"; got != want {
		t.Errorf("LegibleLines: got %q, want %q", got, want)
	}
	if got := []rune(Short(strings.Repeat("é", 10000))); len(got) != shortLimit || got[shortLimit-1] != '…' {
		t.Errorf("Short: got %d characters, want %d with an ellipsis", len(got), shortLimit)
	}
}

// TestLogRows has a row of each kind.
func TestLogRows(t *testing.T) {
	octets := []byte(strings.Repeat("\xab", cases.LogLimit))
	rows := logRows(cases.Observation{Wirelog: []cases.Row{
		{Kind: cases.RxOctets, Size: 2, Head: []byte("\x81\x00")},
		{Kind: cases.TxOctets, Size: 500, Head: octets},
		{Kind: cases.RxFrame, Size: 2, Head: []byte("hi"), Opcode: cases.OpText, RSV: 4, Masked: true, Key: "1d51e6d8"},
		{Kind: cases.RxFrame, Opcode: 0xf, FIN: true},
		{Kind: cases.TxFrame, Size: 100, Head: octets[:2], Opcode: cases.OpPong, FIN: true, Key: "00000000", RepeatLen: 100, Chop: 7, Sync: true},
		{Kind: cases.PauseBegun, Delay: cases.Second / 2, Mark: "A"},
		{Kind: cases.PauseEnded, Mark: "A"},
		{Kind: cases.PauseBegun, Delay: cases.Second},
		{Kind: cases.PauseEnded},
		{Kind: cases.FailSet, Delay: cases.Second},
		{Kind: cases.FailFired},
		{Kind: cases.LogSwitch},
		{Kind: cases.RowsLost, Size: 32},
		{Kind: cases.LogSwitch, On: true},
		{Kind: cases.CloseSet, Delay: 1000 * cases.Second},
		{Kind: cases.CloseFired},
	}})
	var got []string
	for _, row := range rows {
		got = append(got, row.Class+" "+row.Text)
	}
	want := []string{
		"log_rx_octets 000 RX OCTETS: 8100",
		"log_tx_octets 001 TX OCTETS: " + strings.Repeat("ab", 50) + "\n               " + strings.Repeat("ab", 14) + " ...",
		"log_rx_frame 002 RX FRAME : OPCODE=1, FIN=False, RSV=4, PAYLOAD-LEN=2, MASKED=True, MASK=1d51e6d8\n               hi",
		"log_rx_frame 003 RX FRAME : OPCODE=15, FIN=True, RSV=0, PAYLOAD-LEN=0, MASKED=False, MASK=None",
		"log_tx_frame 004 TX FRAME : OPCODE=10, FIN=True, RSV=0, PAYLOAD-LEN=2, MASK=00000000, PAYLOAD-REPEAT-LEN=100, CHOPSIZE=7, SYNC=True\n" +
			"               0xabab",
		"log_timer 005 DELAY 0.500000 sec for TAG A",
		"log_timer 006 DELAY TIMEOUT on TAG A",
		"log_timer 007 DELAY 1.000000 sec for TAG None",
		"log_timer 008 DELAY TIMEOUT on TAG None",
		"log_limit 009 FAIL CONNECTION AFTER 1.000000 sec",
		"log_limit 010 FAILING CONNECTION",
		"log_timer 011 WIRELOG DISABLED",
		"log_timer ... 32 ROWS LEFT OUT",
		"log_timer 044 WIRELOG ENABLED",
		"log_limit 045 CLOSE CONNECTION AFTER 1000.000000 sec",
		"log_limit 046 CLOSING CONNECTION",
		"log_tcp 047 TCP DROPPED BY PEER",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// TestWords has every verdict known, under names that differ.
func TestWords(t *testing.T) {
	for _, list := range [][]grade{grades, closeGrades} {
		seen := make(map[string]bool)
		for _, g := range list {
			if seen[g.Word] {
				t.Errorf("%s: word %q occurs twice", g.Verdict, g.Word)
			}
			seen[g.Word] = true
		}
	}
	for _, v := range append(cases.Verdicts, cases.Failed) {
		if class(v) == "case_unknown" {
			t.Errorf("verdict %s has no class", v)
		}
	}
	for _, v := range []cases.Verdict{cases.OK, cases.Informational, cases.WrongCodeSent, cases.Unclean, cases.FailedByClient, cases.Failed} {
		if closeClass(v) == "case_unknown" {
			t.Errorf("closing verdict %s has no class", v)
		}
	}
	if got, want := word("<new>"), "<new>"; got != want {
		t.Errorf("unknown verdict is shown as %q, want %q", got, want)
	}
}

func TestTimestamp(t *testing.T) {
	zone := time.FixedZone("", 3600)
	if got, want := Timestamp(time.Date(2026, 4, 2, 16, 17, 24, 877_999_999, zone)), "2026-04-02T15:17:24.877Z"; got != want {
		t.Errorf("Timestamp = %s, want %s", got, want)
	}
}
