package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"gobahn/cases"
)

// compiled is the schema; strictly, with no fields but those it describes.
func compiled(t *testing.T, strictly bool) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		t.Fatal(err)
	}
	if strictly {
		onlyKnown(doc)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("results.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("results.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(t *testing.T, schema *jsonschema.Schema, content []byte) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(doc)
}

// everyRow is a wire log with a row of each kind.
func everyRow() []cases.Row {
	log := []cases.Row{
		rxHead("GET / HTTP/1.1\r\n"), synced(tx("8100")),
		reserved(7, more(rxFrame(cases.OpContinuation, "é", "01020304"))),
		repeated(70, txFrame(0xb, "ab", "")), txFrame(cases.OpPing, "\xff\x00", "01020304"),
		timer(cases.FailSet, cases.Second), timer(cases.CloseSet, 90*cases.Second),
		{Kind: cases.FailFired}, {Kind: cases.CloseFired}, {Kind: cases.LogSwitch, On: true}, {Kind: cases.LogSwitch},
		{Kind: cases.RowsLost, Size: 12},
	}
	log[3].Chop = 1
	log = append(log, pause("A")...)
	for i := range log {
		log[i].At = cases.Duration(i) * 1234567 // ns, µs, ms
	}
	return log
}

// wholeCatalogue is a record for every case, whose observations together have all that
// an observation can have.
func wholeCatalogue() (list []Record) {
	for i, c := range cases.All {
		o := opened(i%2 == 0, i, "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 101 \xff\r\n\r\n")
		o.Seed, o.Deflate, o.Before = 1<<64-1, &cases.DeflateParams{ClientNoContextTakeover: true, ServerMaxWindowBits: 9},
			&cases.Attempt{Verdict: cases.Failed, CloseVerdict: cases.Unclean, Says: "It took too long."}
		if len(c.Accept) > 0 {
			o.Events = c.Accept[len(c.Accept)-1].Events
		}
		switch i % 5 {
		case 0:
			o.Events = cases.Events{cases.Echoed{Count: 2}, cases.Mark{Name: "A"}, cases.Got{Opcode: 0xf, Payload: cases.Describe(bytes.Repeat([]byte{1, 2, 3, 0xff}, 999))}}
			o.Lost, o.Echoes, o.Unread, o.Unconfirmed, o.Faults = 3, 2, true, true, []string{"fault"}
			o.Unfinished, o.Reset = "a text frame of 5 octets, 1 of which had come", true
		case 1:
			o.Deflate, o.Before, o.Opened = nil, nil, false
		}
		o.Closing = cases.Closing{
			ClosedByMe: true, NotCleanReason: cases.ReasonNoReply, ClosingTimeout: true, OpeningTimeout: i%7 == 0, ServerDropTimeout: i%7 == 1,
			LocalCode: code(1001), LocalReason: cases.Of("é"), RemoteCode: code(65535), RemoteReason: cases.Of("\xff"),
		}
		o.Traffic = compressed1211().Observation.Traffic
		o.Wirelog, o.Received.Octets[7], o.Sent.Frames[11] = everyRow(), 3, 1
		list = append(list, Record{Agent: "a", Case: c, Number: i + 1, Observation: o, Result: cases.Judge(c, o)})
	}
	return list
}

// TestSchemaDescribesEveryFieldThatIsWritten validates records of the whole catalogue
// against the schema made strict.
func TestSchemaDescribesEveryFieldThatIsWritten(t *testing.T) {
	dir := t.TempDir()
	w, err := Open(dir, Run{Product: "Gobahn/0.1.0", Profile: "autobahn", Seed: 1<<64 - 1, Shard: "1/2", Started: time.Unix(1, 2), Resumed: []time.Time{time.Unix(3, 4)}, Cases: []cases.ID{"1.1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer abandon(w)
	for _, r := range wholeCatalogue() {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range recorded() {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(dir, resultsJSON))
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(t, compiled(t, true), content); err != nil {
		t.Errorf("%.3000v", err)
	}
}

// TestSchemaKnowsEveryStepAndEvent validates steps of all kinds, some of which are in
// no case.
func TestSchemaKnowsEveryStepAndEvent(t *testing.T) {
	claim, bit := uint64(1)<<63, true
	c := cases.Case{ID: "1.1.1", Accept: cases.Silence, Script: cases.Script{
		cases.Frame{Opcode: 3, NoFIN: true, RSV: 7, Mask: cases.Mask{Bit: &bit, Key: "01020304", Raw: true},
			Length: cases.Length{Claim: &claim, Bits: 16}, Payload: cases.Repeat("ab", 9), Wire: cases.Wire{Chop: 1, Sync: true}},
		cases.Split{Frame: cases.Text("ab"), Pauses: []cases.Pause{{At: 1, Wait: cases.Wait{For: cases.Second, Mark: "A"}}}},
		cases.Message{Binary: true, Payload: cases.Corpus("json", 10), Fragment: 3},
		cases.Raw{Octets: cases.Of("\xff")}, cases.Wait{}, cases.Echo{Count: 1}, cases.SendClose{}, cases.Drop{Reset: true},
	}, Ending: cases.Ending{Peer: true, Codes: []uint16{1002}, MayDrop: true, NoAutoClose: true, Fatal: cases.WrongCode, Grade: cases.OK},
		Limit: cases.Limit{After: 1, Close: true}, Report: cases.Report{Time: true, Ratio: true, Quiet: true}}
	content := resultsOf(t, Record{Agent: "a", Case: c, Result: cases.Result{ID: c.ID, Verdict: cases.OK, CloseVerdict: cases.OK}})
	if err := validate(t, compiled(t, true), content); err != nil {
		t.Errorf("%.3000v", err)
	}
}

// resultsOf is results.json with these records.
func resultsOf(t *testing.T, records ...Record) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(write(t, true, records...), resultsJSON))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestSchemaRefusesWhatIsWrong(t *testing.T) {
	schema := compiled(t, false)
	good := string(resultsOf(t, case36()))
	if err := validate(t, schema, []byte(strings.Replace(good, `"agent":`, `"new":{"x":1},"agent":`, 1))); err != nil {
		t.Errorf("a field of a later version is refused: %v", err)
	}
	for _, tt := range []struct{ old, new string }{
		{`"version":1`, `"version":2`},
		{`"verdict":"OK"`, `"verdict":"FINE"`},
		{`"agent":"stratus@2",`, ``},
		{`"opcode":"binary"`, `"opcode":2`},
		{`"duration":2001`, `"duration":"2s"`},
	} {
		bad := strings.Replace(good, tt.old, tt.new, 1)
		if bad == good {
			t.Errorf("there is no %s to replace", tt.old)
		}
		if bad != good && validate(t, schema, []byte(bad)) == nil {
			t.Errorf("with %s in the place of %s it is valid", tt.new, tt.old)
		}
	}
}

// TestSchemaExplainsItself wants a description of every field, or a reference to one.
func TestSchemaExplainsItself(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(Schema, &doc); err != nil {
		t.Fatal(err)
	}
	for name, def := range doc["$defs"].(map[string]any) {
		if def.(map[string]any)["description"] == nil {
			t.Errorf("%s has no description", name)
		}
	}
}
