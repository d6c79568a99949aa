package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

// TestEncode has the form of Python's json module as its reference.
func TestEncode(t *testing.T) {
	got, err := encode(map[string]any{
		"b": []any{1, 0.5, true, nil, []any{}}, "a": map[string]any{},
		"s": "<&> / \" \\ \n\r\t\b\f \x01\x7f é\u2028\ufffd🚀",
		"n": counts{10: 1, 9: 2},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{
   "a": {},
   "b": [
      1,
      0.5,
      true,
      null,
      []
   ],
   "n": {
      "10": 1,
      "9": 2
   },
   "s": "<&> / \" \\ \n\r\t\b\f \u0001\u007f \u00e9\u2028\ufffd\ud83d\ude80"
}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("encode (-want +got):\n%s", diff)
	}
}

func TestText(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"},
		{"Server: caf\xe9\r\n", `Server: caf\xe9` + "\r\n"},
		{"\xff\x00é", `\xff` + "\x00é"},
	} {
		if got := text(tt.in); got != tt.want {
			t.Errorf("text(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestExpected(t *testing.T) {
	got := expectedJSON([]cases.Outcome{
		{Verdict: cases.OK, Events: cases.Events{cases.GotText("a"), cases.GotPong("\xff")}},
		{Verdict: cases.NonStrict, Events: cases.Events{cases.Got{Opcode: cases.OpBinary, Payload: cases.Repeat("ab", 100)}}},
		{Verdict: cases.OK, Events: cases.Events{cases.Mark{Name: "A"}, cases.Echoed{Count: 1000}}},
		{Verdict: cases.OK, Events: cases.Events{cases.Got{Opcode: cases.OpPing, Payload: cases.Describe(make([]byte, 70))}}},
	})
	nul := ""
	for range 64 {
		nul += "\x00"
	}
	want := map[string]any{
		"OK":         []any{[]any{"message", "a", false}, []any{"pong", "0xff"}},
		"NON-STRICT": []any{[]any{"message", "abababababababababababababababababababababababababababababababab ...", true}},
		"OK (2)":     []any{[]any{"timeout", "A"}, []any{"echoed", 1000}},
		"OK (3)":     []any{[]any{"ping", nul + " ..."}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("expected (-want +got):\n%s", diff)
	}
}

func TestRows(t *testing.T) {
	for _, tt := range []struct {
		row  cases.Row
		want string
	}{
		{cases.Row{Kind: cases.RowsLost, Size: 7}, `["...",7]`},
		{timer(cases.CloseSet, 3*cases.Second/2), `["TI",1.5]`},
		{cases.Row{Kind: cases.CloseFired}, `["TIE"]`},
		{cases.Row{Kind: cases.FailFired}, `["KLE"]`},
		{cases.Row{Kind: cases.LogSwitch, On: true}, `["WLM",true]`},
		{repeated(70, txFrame(cases.OpText, "ab", "")), `["TF",[2,"ab"],1,true,0,null,70,null,false]`},
		{row(cases.RxOctets, make([]byte, 61)), `["RO",[61,"` + zeros(122) + ` ..."]]`},
		{row(cases.RxOctets, make([]byte, 60)), `["RO",[60,"` + zeros(120) + `"]]`},
	} {
		b, err := encode(rowJSON(tt.row))
		if err != nil {
			t.Fatal(err)
		}
		if got := compact(b); got != tt.want {
			t.Errorf("row is %s, want %s", got, tt.want)
		}
	}
}

func zeros(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0'
	}
	return string(b)
}

func TestExpectedClose(t *testing.T) {
	for _, tt := range []struct {
		ending cases.Ending
		want   string
	}{
		{cases.Ending{}, `{"closeCode":[1000],"closedByMe":true,"requireClean":true}`},
		{cases.FailedByPeer(1002, 1007), `{"closeCode":[1002,1007],"closedByMe":false,"requireClean":false}`},
		{cases.FailedByPeer(1007).OrFail(cases.WrongSide),
			`{"closeCode":[1007],"closedByMe":false,"closedByWrongEndpointIsFatal":true,"requireClean":false}`},
		{cases.Ending{Fatal: cases.WrongCode}, `{"closeCode":[1000],"closedByMe":true,"requireClean":true}`},
	} {
		b, err := encode(expectedCloseOf(tt.ending))
		if err != nil {
			t.Fatal(err)
		}
		if got := compact(b); got != tt.want {
			t.Errorf("%v: got %s, want %s", tt.ending, got, tt.want)
		}
	}
}
