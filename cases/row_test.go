package cases

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A wire log in a file can be read as it is, and read back.
func TestRowFile(t *testing.T) {
	for _, tt := range []struct {
		row  Row
		want string
	}{
		{Row{Kind: RxOctets, At: 3 * Second / 1000, Size: 3, Head: []byte("\x81\x01a")},
			`{"kind":"RO","at":"3ms","size":3,"micros":3000,"head":{"hex":"81 01 61"}}`},
		{Row{Kind: TxFrame, Size: 5, Head: []byte("Hello"), Opcode: OpText, FIN: true, Key: "01020304"},
			`{"kind":"TF","size":5,"fin":true,"key":"01020304","opcode":"text","head":"Hello"}`},
		{Row{Kind: RxFrame, Opcode: OpContinuation, RSV: 4, Masked: true},
			`{"kind":"RF","rsv":4,"masked":true,"opcode":"continuation"}`},
		{Row{Kind: PauseBegun, Delay: Second, Mark: "A"}, `{"kind":"CT","delay":"1s","mark":"A"}`},
		{Row{Kind: LogSwitch, On: true}, `{"kind":"WLM","on":true}`},
	} {
		b, err := json.Marshal(tt.row)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, string(b)); diff != "" {
			t.Errorf("%v (-want +got)\n%s", tt.row.Kind, diff)
		}
		var back Row
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.row, back); diff != "" {
			t.Errorf("%s read back (-want +got)\n%s", b, diff)
		}
	}
	var r Row
	if err := json.Unmarshal([]byte(`{"kind":"RO","sise":3}`), &r); err == nil {
		t.Error("an unknown field was read")
	}
}
