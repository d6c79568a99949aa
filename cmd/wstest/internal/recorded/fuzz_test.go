package recorded

import (
	"strings"
	"testing"

	"gobahn/cases"
)

// FuzzRead wants recordings that can be judged again, or an error with the name of the run.
func FuzzRead(f *testing.F) {
	for _, one := range []string{
		`{"id":"1.1.2","behavior":"OK","behaviorClose":"OK","flags":["closedByMe","wasClean"],"localCode":1000,"remoteCode":1000,"received":[{"got":"text","payload":{"len":125,"head":"**"}}],"sent":[{"op":"text","payload":"0x2a"},{"gap":-1}]}`,
		`{"id":"2.6","flags":["droppedByMe"],"reason":"noReply","received":[{"got":"pong","payload":{"head":"0xff"}},{"mark":"a"},{"gap":3},{"gap":-1}],"sent":[{"op":"ping","chop":1,"sync":true,"repeat":9}]}`,
		`{"id":"9.7.1","receivedFrames":{"text":1000,"close":1},"receivedOctets":2004,"sentFrames":{"text":1000}}`,
		`{"id":"12.1.1","deflate":"permessage-deflate; client_max_window_bits=9","receivedFrames":{"text":1000},"sentInflated":16000,"receivedInflated":16000}`,
		`{"id":"x","deflate":"permessage-deflate; x","reason":"why"}`,
	} {
		f.Add([]byte(`{"run":"a","agent":"b","role":"server","cases":[` + one + `]}`))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := read("name", text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "recording name: ") || len(r.Cases) > 0 {
				t.Errorf("%d cases and %v", len(r.Cases), err)
			}
			return
		}
		for _, c := range r.Cases {
			if first, ok := r.Case(c.ID); !ok || first.ID != c.ID || c.Run != "name" {
				t.Errorf("case %q of run %q is not found", c.ID, c.Run)
			}
			n := cases.Number(c.ID)
			if n == 0 {
				continue
			}
			played := cases.Catalogue[n-1]
			o, err := c.Observation(played, r.Server())
			if err != nil {
				continue
			}
			if result := cases.Judge(played, o); result.Verdict == "" || result.CloseVerdict == "" {
				t.Errorf("%s: half a result: %+v", c.ID, result)
			}
		}
	})
}
