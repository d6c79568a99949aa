package templates

import (
	"encoding/hex"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

// octetsRow is a row of octets given in hex, of which the log has kept the first.
func octetsRow(kind cases.RowKind, digits string) cases.Row {
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		panic(err)
	}
	return cases.Row{Kind: kind, Size: len(b), Head: b[:min(len(b), cases.LogLimit)]}
}

func rx(digits string) cases.Row { return octetsRow(cases.RxOctets, digits) }
func tx(digits string) cases.Row { return octetsRow(cases.TxOctets, digits) }

func frameRow(kind cases.RowKind, op cases.Op, size int, key string) cases.Row {
	return cases.Row{Kind: kind, Opcode: op, FIN: true, Size: size, Key: key, Masked: key != ""}
}

// chopped are writes of one octet.
func chopped(digits string) (rows []cases.Row) {
	for i := 0; i < len(digits); i += 2 {
		rows = append(rows, tx(digits[i:i+2]))
	}
	return rows
}

// TestFramesAreFoundInTheOctets has one line a frame: its octets by field.
func TestFramesAreFoundInTheOctets(t *testing.T) {
	rxText := func(n int) cases.Row { return frameRow(cases.RxFrame, cases.OpText, n, "") }
	txText := func(n int) cases.Row { return frameRow(cases.TxFrame, cases.OpText, n, "01020304") }
	long := strings.Repeat("2a", 100)
	for _, tt := range []struct {
		name string
		rows []cases.Row
		want []string
	}{
		{"one", []cases.Row{rx("81 02 68 69"), rxText(2)}, []string{"81 02 68 69"}},
		{"masked", []cases.Row{txText(2), tx("81 82 01 02 03 04 69 6b")}, []string{"81 82 01020304 69 6b"}},
		{"two in one read", []cases.Row{rx("81 01 61 81 01 62"), rxText(1), rxText(1)}, []string{"81 01 61", "81 01 62"}},
		{"in writes of one octet", append([]cases.Row{txText(2)}, chopped("818201020304696b")...), []string{"81 82 01020304 69 6b"}},
		{"length in 16 bits", []cases.Row{rx("81 7e 0064" + long), rxText(100), rx("81 00"), rxText(0)},
			[]string{"81 7e 0064" + strings.Repeat(" 2a", 60) + " …", "81 00"}},
		{"length in 64 bits", []cases.Row{rx("81 7f 0000000000000001 61"), rxText(1)}, []string{"81 7f 0000000000000001 61"}},
		{"a claim that lies", []cases.Row{txText(1), tx("81 85 01 02 03 04 60"), txText(0), tx("81 80 01 02 03 04")},
			[]string{"81 85 01020304 60", "81 80 01020304"}},
		{"raw octets before", []cases.Row{tx("ff ff"), tx("00"), txText(0), tx("81 80 01 02 03 04")}, []string{"81 80 01020304"}},
		{"behind what was kept of a read", []cases.Row{rx("81 7e 0064" + long + "81 00"), rxText(100), rxText(0), rx("81 00"), rxText(0)},
			[]string{"81 7e 0064" + strings.Repeat(" 2a", 60) + " …", "?", "?"}},
		{"behind rows left out", []cases.Row{rx("81 00"), rxText(0), {Kind: cases.RowsLost, Size: 9}, rx("81 00"), rxText(0)}, []string{"81 00", "?"}},
		{"not the frame of the row", []cases.Row{rx("82 00"), rxText(0)}, []string{"?"}},
		{"no octets", []cases.Row{rxText(0)}, []string{"?"}},
		{"half a header", []cases.Row{rx("81 7f 00"), rxText(0)}, []string{"?"}},
		{"sizes that cannot be", []cases.Row{
			{Kind: cases.RxOctets, Size: -1}, {Kind: cases.RxOctets, Size: math.MaxInt}, frameRow(cases.RxFrame, 0, math.MaxInt, ""),
			{Kind: cases.TxOctets, Size: math.MinInt}, frameRow(cases.TxFrame, 0, -5, "zz"), {Kind: cases.TxFrame, RepeatLen: math.MinInt},
		}, []string{"?", "?", "?"}},
	} {
		var got []string
		o := cases.Observation{Wirelog: tt.rows}
		received, sent := streams(o)
		for _, r := range tt.rows {
			if !r.Frame() {
				continue
			}
			f := either(r.Kind == cases.RxFrame, received, sent).frame(r)
			if f == nil {
				got = append(got, "?")
				continue
			}
			var fields []string
			for _, s := range f.spans() {
				if s.Class == classExtended || s.Class == classKey {
					s.Hex = strings.ReplaceAll(s.Hex, " ", "")
				}
				fields = append(fields, s.Hex)
			}
			got = append(got, strings.Join(fields, " "))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// The first frame may come with the head of the response.
func TestFramesBehindTheHeadAreFound(t *testing.T) {
	head := "HTTP/1.1 101 Switching Protocols\r\n\r\n"
	row := cases.Row{Kind: cases.RxOctets, Size: len(head) + 3, Head: []byte(head + "\x81\x01a")}
	frame := frameRow(cases.RxFrame, cases.OpText, 1, "")
	rows := logRows(cases.Observation{Response: head, Wirelog: []cases.Row{row, frame}})
	if got := rows[1].Fields.Octets; len(got) != 3 || got[2].Hex != "61" {
		t.Errorf("octets: %v", got)
	}
}

func TestFieldsSayWhatIsOdd(t *testing.T) {
	row := cases.Row{Kind: cases.TxFrame, Opcode: cases.OpClose, RSV: 5, Size: 3, Head: []byte("\x03\xeaX"), Key: "00000000"}
	f := parseFrame([]byte("\x58\xfe\x00\x05\x00\x00\x00\x00\x03\xeaX"))
	f.Size = 3
	var got []string
	for _, f := range decode(7, row, f).Fields {
		got = append(got, strings.TrimSpace(f.Bits+" "+f.Name+": "+f.Value))
	}
	want := []string{
		"0... .... FIN: 0, more fragments follow", ".1.. .... RSV1: 1", "..0. .... RSV2: 0", "...1 .... RSV3: 1",
		".... 1000 Opcode: 8, close", "1... .... MASK: 1, masked",
		".111 1110 Length: 5, in 16 bits where 7 would do, but 3 octets followed",
		"Masking key: 00000000", `Payload: 3 octets: 1002 "X"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	unknown := decode(7, row, nil).Fields
	if got, want := unknown[6], (field{Class: classLength, Name: "Length", Value: "3 octets"}); got != want {
		t.Errorf("length of a frame whose octets were not kept: %v, want %v", got, want)
	}
	if got, want := opcodeText(0xb)+", "+opcodeText(3), "a control frame, not defined, a data frame, not defined"; got != want {
		t.Errorf("reserved opcodes: %s, want %s", got, want)
	}
}

// FuzzLog has nothing in a log bring the page down.
func FuzzLog(f *testing.F) {
	f.Add([]byte("\x81\x02hi"), byte(1), 2, 0, "")
	f.Add([]byte("\x81\xffhi"), byte(8), -1, 1<<62, "01020304")
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), byte(0), 1<<62, -1, "x")
	f.Fuzz(func(t *testing.T, b []byte, op byte, size, repeat int, key string) {
		b = b[:min(len(b), cases.LogLimit)]
		var rows []cases.Row
		for _, kind := range []cases.RowKind{cases.RxOctets, cases.TxFrame, cases.TxOctets, cases.RxFrame, cases.RowsLost, cases.FailSet, cases.RxFrame} {
			rows = append(rows, cases.Row{Kind: kind, Size: size, Head: b, Opcode: cases.Op(op), RepeatLen: repeat, Key: key, At: cases.Duration(size)})
		}
		o := cases.Observation{Wirelog: rows, Request: string(b), Duration: cases.Duration(repeat)}
		logRows(o)
		newTimeline(o)
	})
}
