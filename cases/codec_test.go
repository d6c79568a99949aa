package cases

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// update is the flag that renews golden files.
var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

func TestCatalogueSurvivesItsFileForm(t *testing.T) {
	for _, c := range All {
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		back, err := Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v\n%s", c.ID, err, b)
		}
		again, err := json.Marshal(back)
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		if diff := cmp.Diff(string(b), string(again)); diff != "" {
			t.Errorf("%s is written otherwise the second time:\n%s", c.ID, diff)
		}
		// An empty list and none are the same script, and a field that is left
		// out is its zero.
		if diff := cmp.Diff(c, back, sameFacts); diff != "" {
			t.Errorf("%s comes back as another case:\n%s", c.ID, diff)
		}
	}
}

func TestEveryKindSurvivesItsFileForm(t *testing.T) {
	ending := Ending{Peer: true, Either: true, AnyCode: true, Codes: []uint16{1002, 4999}, MayDrop: true, NoAutoClose: true, Fatal: WrongCode, Grade: NonStrict,
		Tolerates: []uint16{1000}, NoClose: NonStrict}
	want := Case{
		ID: "every/kind", Description: "d", Expectation: "e", Spec: []string{"RFC 6455 5.2"},
		Deflate: &Deflate{
			Offer: []DeflateParams{
				{ServerNoContextTakeover: true, ClientNoContextTakeover: true, ServerMaxWindowBits: 8, ClientMaxWindowBits: AnyWindow},
				{ClientMaxWindowBits: 15},
			},
			Accept: []DeflateParams{{ServerMaxWindowBits: 15, ClientMaxWindowBits: 8}, {}},
			Header: []Payload{Of("permessage-deflate")}, Joined: true, Optional: true, Wants: []string{"permessage-deflate"},
			Agreed: Agreed{Takeover: true, Window: 9, Forgets: true, Within: 10},
		},
		Opening: everyOpening, Requirements: []string{"RFC6455-5.2-a"}, Role: Server, Needs: Needs, Tags: []Tag{Slow},
		Variants: []Variant{
			{Name: "v", Opening: everyOpening, Deflate: &Deflate{Optional: true}, Script: everyStep, Accept: Silence, Ending: &ending, Limit: &Limit{After: 1}},
			{Name: "w"},
		},
		Growth: 3, GrowthFrom: Second, FreshKeys: true, Passive: true, Checks: Checks, Alive: true, Memory: 64,
		Crowd: &Crowd{Count: 2, Together: true, Opening: everyOpening, Script: everyStep},
		Script: append(slices.Clone(everyStep),
			Echo{Count: 2, Message: Message{Payload: Corpus("prose", 100), Binary: true}},
			Message{Payload: Corpus("json", 0)}, Raw{Octets: Noise(7, 9)}, Frame{Opcode: OpBinary, Payload: Longest("*", 1)}),
		Accept: []Outcome{{Verdict: Unimplemented, Says: "s", MayMiss: 2, Any: true, Memory: 64, Ending: &ending, Events: append(slices.Clone(everyEvent),
			Got{OpText, AnyOctets(70000)}, Got{OpText, AnyOctets(0)}, Got{OpBinary, Describe(noise(5000))})}},
		Ending: ending, Limit: Limit{After: Second / 2, Close: true, Octets: 1 << 20, Attempts: 20}, Report: Report{Time: true, Ratio: true, Quiet: true},
		Overrides: []Override{{Profile: RFC, ClientOnly: true, Accept: Silence, Ending: &ending, Clause: "RFC 6455 5.2", Why: "w"}},
	}
	for _, field := range unset(want) {
		t.Errorf("%s is zero everywhere", field)
	}
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// everyOpening has all that an opening can have.
var everyOpening = &Opening{
	Key: "k", Line: Of("GET / HTTP/1.1"), Octets: Of("x"), Before: Of("b"), Prior: Of("p"), After: Of("a"), Cut: -1, Early: true, Time: Second, Wants: []string{"Origin"},
	Edits:  []Edit{{Set: "A", To: Of("v")}, {Add: "A"}, {Remove: "A"}, {First: "A"}, {Last: "A"}, Insert("X: y\r\n")},
	Style:  Style{Names: "lower", Colon: ":", Trail: " ", End: "\n", LastEnd: "\r\n", Reverse: true},
	Pauses: []Pause{{At: -1, Wait: Wait{For: Second}}}, Wire: Wire{Chop: 1},
	Answers: []Answer{{Verdict: OK, Status: []string{"4xx"}, With: []string{"Allow"}, Without: []string{"Upgrade"}, Then: []string{Dropped}, Says: "s"}},
	Visit: &Visit{
		URL: "{scheme}://{host}/", Sockets: 4, Protocol: "chat", Header: "X-Given: a", Wait: Second, Gap: 1, Hasty: 5, Private: []string{"Cookie"}, Came: NonStrict, Stayed: Informational,
		Asks: []Ask{{Verdict: OK, None: true}, {Verdict: NonStrict, Secure: true, Targets: []string{"/"}, Host: "h", With: []string{"A"}, Without: []string{"B"}, Says: "s"}},
	},
}

// unset are the fields of structs in v that are zero wherever they occur.
func unset(v any) (fields []string) {
	set := map[string]bool{}
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				name := v.Type().Name() + "." + v.Type().Field(i).Name
				set[name] = set[name] || !v.Field(i).IsZero()
				walk(v.Field(i))
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() {
				walk(v.Elem())
			}
		}
	}
	walk(reflect.ValueOf(v))
	for name, ok := range set {
		if !ok {
			fields = append(fields, name)
		}
	}
	slices.Sort(fields)
	return fields
}

func TestUnsetFieldsAreFound(t *testing.T) {
	got := unset([]Message{{Binary: true}, {Payload: Payload{Len: 1}}})
	want := []string{"Message.Fragment", "Message.Wire", "Payload.Any", "Payload.Corpus", "Payload.Hex", "Payload.Longest", "Payload.Noise", "Payload.SHA256", "Payload.Text", "Wire.Chop", "Wire.Sync"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestObservationSurvivesJSON(t *testing.T) {
	want := dropped(everyEvent...)
	want.Events = append(want.Events, Got{OpPong, Describe(noise(5000))})
	want.Faults = []string{"reserved bits"}
	want.Deflate = &DeflateParams{ServerNoContextTakeover: true, ServerMaxWindowBits: 9}
	want.Echoes = 299
	want.Breaches = []Breach{{Check: CheckMask, Verdict: Failed, Says: "s", Octets: Of("\x81"), At: 1}}
	want.Parts = []*Observation{{Missing: Needs}, nil}
	want.Absent, want.Taken, want.Died, want.Attempts = "a", 3, "d", 2
	want.Life, want.Memory = &Life{Alive: true, Took: 1, Says: "s"}, &Memory{Before: 1, Most: 2}
	want.Before = &Attempt{Verdict: Failed, CloseVerdict: Unclean, Says: "Too late."}
	want.Traffic = &Traffic{
		Incoming: Flow{App: 16000, WebSocket: 22000, Wire: 24000, Frames: 1000, Messages: 1000, Opening: 231},
		Outgoing: Flow{App: 16000, WebSocket: 15763, Wire: 21763, Frames: 1000, Messages: 1000, Opening: 340},
	}
	want.Received = Tally{Octets: map[int]int{6: 2}, Frames: map[int]int{9: 1}}
	want.Wirelog = []Row{{Kind: RxFrame, Size: 2, Head: []byte("\x00\xff"), Opcode: OpPong, FIN: true, Key: "01020304"}}
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Observation
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestCatalogueIsTheGoldenOne(t *testing.T) {
	golden(t, "catalogue.json", func() []byte {
		b, err := json.MarshalIndent(Catalogue, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return append(b, '\n')
	}())
}

// golden compares got with a file under testdata/cases, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("..", "testdata", "cases", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-golden +got); if that is meant, run go test ./cases -update:\n%s", path, diff)
	}
}

func TestCasesWrittenByHandAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want Case
	}{
		"the least there can be": {
			`{"id": "user/nothing"}`,
			Case{ID: "user/nothing"},
		},
		"frames": {
			`{"id": "user/rsv2", "description": "d", "script": [
				{"frame": {"opcode": "text", "noFin": true, "payload": "Hello"}},
				{"frame": {"opcode": "ping", "payload": {"hex": "00 ff"}}},
				{"frame": {"opcode": "0xb", "rsv": 2, "payload": {"text": "ab", "len": 5}, "wire": {"chop": 1}}}]}`,
			Case{ID: "user/rsv2", Description: "d", Script: Script{
				Text("Hello").More(), Ping("\x00\xff"),
				Frame{Opcode: 11, RSV: 2, Payload: Repeat("ab", 5), Wire: Wire{Chop: 1}},
			}},
		},
		"an echo": {
			`{"id": "user/deflate",
			  "deflate": {"offer": [{"client_max_window_bits": -1}, {}], "accept": [{"server_max_window_bits": 9, "client_no_context_takeover": true}]},
			  "script": [{"echo": {"count": 10, "message": {"binary": true, "payload": {"corpus": "bitmap", "len": 100}, "fragment": 7}}}],
			  "accept": [{"verdict": "OK", "events": [{"echoed": {"count": 10}}]}, {"verdict": "NON-STRICT", "events": [{"got": {"opcode": "binary", "payload": {"any": true, "len": 100}}}]}],
			  "report": {"time": true, "ratio": true, "quiet": true}}`,
			Case{
				ID: "user/deflate",
				Deflate: &Deflate{
					Offer:  []DeflateParams{{ClientMaxWindowBits: AnyWindow}, {}},
					Accept: []DeflateParams{{ServerMaxWindowBits: 9, ClientNoContextTakeover: true}},
				},
				Script: Script{Echo{Count: 10, Message: Message{Binary: true, Payload: Corpus("bitmap", 100), Fragment: 7}}},
				Accept: []Outcome{{Verdict: OK, Events: Events{Echoed{10}}}, {Verdict: NonStrict, Events: Events{Got{OpBinary, AnyOctets(100)}}}},
				Report: Report{Time: true, Ratio: true, Quiet: true},
			},
		},
		"an expectation": {
			`{"id": "user/length", "script": [
				{"frame": {"opcode": "text", "payload": "Hello", "length": {"claim": 70000}}},
				{"wait": {"for": "2s", "mark": "open"}},
				{"drop": {}}],
			  "accept": [{"verdict": "OK", "events": [{"mark": {"name": "open"}}], "says": "It waits."}],
			  "ending": {"grade": "INFORMATIONAL"}, "limit": {"after": "500ms", "close": true}}`,
			Case{
				ID: "user/length", Script: Script{Text("Hello").Claim(70000), Wait{For: 2 * Second, Mark: "open"}, Drop{}},
				Accept: []Outcome{{Verdict: OK, Events: Events{Mark{"open"}}, Says: "It waits."}},
				Ending: Ending{Grade: Informational}, Limit: CloseAfter(Second / 2),
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Decode(strings.NewReader(c.file))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestMistakesAreRefusedAndNamed(t *testing.T) {
	script := func(step string) string { return `{"id": "x", "script": [{"drop": {}}, ` + step + `]}` }
	echo := func(message string) string { return script(`{"echo": {"count": 1, "message": ` + message + `}}`) }
	offer := func(params string) string {
		return `{"id": "x", "deflate": {"offer": [{}, ` + params + `], "accept": [{}]}}`
	}
	answer := func(params string) string {
		return `{"id": "x", "deflate": {"offer": [{}], "accept": [` + params + `]}}`
	}
	accept := func(outcome string) string { return `{"id": "x", "accept": [` + outcome + `]}` }
	for name, c := range map[string]struct {
		file string
		says []string // what the error names, and where
	}{
		"no JSON":                  {`id: x`, []string{"invalid character"}},
		"nothing":                  {``, []string{"EOF"}},
		"half":                     {`{"id": "x"`, []string{"unexpected EOF"}},
		"two cases":                {`{"id": "x"} {"id": "y"}`, []string{"something follows the case"}},
		"no id":                    {`{"description": "d"}`, []string{"without an id"}},
		"misspelt field":           {`{"id": "x", "scirpt": []}`, []string{`"scirpt"`}},
		"misspelt field of ending": {`{"id": "x", "ending": {"maydrop2": true}}`, []string{`"maydrop2"`}},
		"misspelt field of limit":  {`{"id": "x", "limit": {"befor": "1s"}}`, []string{`"befor"`}},
		"misspelt field of a step": {script(`{"frame": {"opcode": "text", "rvs": 2}}`), []string{"step 2", "frame", `"rvs"`}},
		"misspelt field deeper":    {script(`{"frame": {"opcode": "text", "wire": {"chops": 2}}}`), []string{"step 2", "frame", `"chops"`}},
		"misspelt kind of step":    {script(`{"fram": {}}`), []string{"step 2", `"fram"`, "frame, message, raw"}},
		"misspelt kind of event":   {accept(`{"verdict": "OK", "events": [{"god": {}}]}`), []string{"event 1", `"god"`, "echoed, ended, got, mark"}},
		"misspelt field of event":  {accept(`{"verdict": "OK", "events": [{"mark": {"nam": "A"}}]}`), []string{"event 1", "mark", `"nam"`}},
		"misspelt verdict":         {accept(`{"verdict": "FINE"}`), []string{"case x", "outcome 1", `"FINE"`, "NON-STRICT"}},
		"failed is no outcome":     {accept(`{"verdict": "FAILED"}`), []string{"outcome 1", `"FAILED"`}},
		"misspelt fault":           {`{"id": "x", "ending": {"fatal": "wrong-foot"}}`, []string{"ending", `"wrong-foot"`, `"wrong-side"`}},
		"misspelt grade":           {`{"id": "x", "ending": {"grade": "GOOD"}}`, []string{"ending", `"GOOD"`}},
		"a step of two kinds":      {script(`{"drop": {}, "wait": {"for": "1s"}}`), []string{"step 2", "one key"}},
		"a step of none":           {script(`{}`), []string{"step 2", "one key"}},
		"a null step":              {script(`null`), []string{"step 2", "one key"}},
		"a step that is none":      {script(`"drop"`), []string{"string"}},
		"misspelt opcode":          {script(`{"frame": {"opcode": "txt"}}`), []string{"step 2", "frame", `"txt"`}},
		"opcode of five bits":      {script(`{"frame": {"opcode": "16"}}`), []string{"step 2", `"16"`, "below 16"}},
		"four reserved bits":       {script(`{"frame": {"opcode": "text", "rsv": 8}}`), []string{"case x", "step 2", "rsv 8"}},
		"hex that is none":         {script(`{"frame": {"opcode": "text", "payload": {"hex": "0g"}}}`), []string{"step 2", "frame", `"0g"`}},
		"half an octet":            {script(`{"raw": {"octets": {"hex": "00 f"}}}`), []string{"step 2", "raw", `"00 f"`}},
		"misspelt payload":         {script(`{"sendClose": {"payload": {"hx": "00"}}}`), []string{"step 2", "sendClose", `"hx"`}},
		"text and hex":             {script(`{"frame": {"payload": {"hex": "00", "text": "a"}}}`), []string{"step 2", "more than one of text, hex, corpus and noise"}},
		"text and corpus":          {echo(`{"payload": {"corpus": "json", "text": "a"}}`), []string{"step 2", "more than one of text, hex, corpus and noise"}},
		"unknown corpus":           {echo(`{"payload": {"corpus": "jsno", "len": 5}}`), []string{"step 2", `"jsno"`, "json, bitmap, prose, html, pdf"}},
		"unknown corpus in a ping": {script(`{"frame": {"opcode": "ping", "payload": {"corpus": "x"}}}`), []string{"step 2", `"x"`}},
		"a corpus too short":       {echo(`{"payload": {"corpus": "json", "len": 100000000}}`), []string{"case x", "step 2", "100000000", "json"}},
		"a corpus too short, cut":  {echo(`{"binary": true, "payload": {"corpus": "pdf", "len": 100000000}}`), []string{"case x", "step 2", "100000000", "pdf"}},
		"any octets sent":          {echo(`{"payload": {"any": true, "len": 5}}`), []string{"step 2", "any octets can be expected, but not sent"}},
		"any octets in a close":    {script(`{"sendClose": {"payload": {"any": true, "len": 5}}}`), []string{"step 2", "any octets"}},
		"any octets and text":      {accept(`{"verdict": "OK", "events": [{"got": {"opcode": "text", "payload": {"any": true, "text": "a"}}}]}`), []string{"event 1", "any octets cannot be given"}},
		"any octets and a corpus":  {accept(`{"verdict": "OK", "events": [{"got": {"opcode": "text", "payload": {"any": true, "corpus": "pdf"}}}]}`), []string{"event 1", "any octets cannot be given"}},
		"any octets, not so many":  {accept(`{"verdict": "OK", "events": [{"got": {"opcode": "text", "payload": {"any": true, "len": -1}}}]}`), []string{"event 1", "len -1"}},
		"a window of 7 bits":       {offer(`{"server_max_window_bits": 7}`), []string{"case x", "offer 2", "server_max_window_bits=7", "8 to 15 bits"}},
		"a window of 16 bits":      {offer(`{"client_max_window_bits": 16}`), []string{"case x", "offer 2", "client_max_window_bits=16", "8 to 15 bits"}},
		"a window below zero":      {offer(`{"client_max_window_bits": -2}`), []string{"offer 2", "client_max_window_bits=-2"}},
		"any window of the server": {offer(`{"server_max_window_bits": -1}`), []string{"offer 2", "server_max_window_bits=-1"}},
		"any window in an answer":  {answer(`{"client_max_window_bits": -1}`), []string{"accept 1", "8 to 15 bits"}},
		"an answer of 7 bits":      {answer(`{}, {"client_max_window_bits": 7}`), []string{"accept 2", "client_max_window_bits=7"}},
		"no answer":                {answer(``), []string{"case x", "accept is empty"}},
		"no offer":                 {`{"id": "x", "deflate": {"accept": [{}]}}`, []string{"case x", "offer is empty"}},
		"misspelt parameter":       {offer(`{"server_no_takeover": true}`), []string{`"server_no_takeover"`}},
		"misspelt field of report": {`{"id": "x", "report": {"times": true}}`, []string{`"times"`}},
		"nothing to repeat":        {script(`{"frame": {"payload": {"len": 5}}}`), []string{"step 2", "len 5"}},
		"only spaces to repeat":    {script(`{"frame": {"payload": {"hex": "  ", "len": 5}}}`), []string{"step 2", "len 5"}},
		"less than nothing":        {script(`{"message": {"payload": {"text": "a", "len": -5}}}`), []string{"step 2", "message", "len -5"}},
		"too much":                 {script(`{"message": {"payload": {"text": "a", "len": 1000000000}}}`), []string{"step 2", "payload", "1000000000"}},
		"a digest to send":         {script(`{"message": {"payload": {"text": "a", "len": 5, "sha256": "00"}}}`), []string{"step 2", "sha256"}},
		"a time without a unit":    {script(`{"wait": {"for": "2"}}`), []string{"step 2", "wait", `"2"`, "unit"}},
		"a time before now":        {script(`{"wait": {"for": "-2s"}}`), []string{"step 2", "wait", `"-2s"`, "negative"}},
		"a limit that is a number": {`{"id": "x", "limit": {"after": 2}}`, []string{"after"}},
		"a short masking key":      {script(`{"frame": {"mask": {"key": "0102"}}}`), []string{"step 2", `"0102"`}},
		"a length of 8 bits":       {script(`{"frame": {"length": {"bits": 8}}}`), []string{"step 2", "8 bits"}},
		"a length that is cut":     {script(`{"frame": {"length": {"bits": 7, "claim": 126}}}`), []string{"step 2", "126", "7 bits"}},
		"a negative chop":          {script(`{"raw": {"octets": "x", "wire": {"chop": -1}}}`), []string{"step 2", "chop -1"}},
		"a negative fragment":      {script(`{"message": {"fragment": -1}}`), []string{"step 2", "fragment -1"}},
		"no echo":                  {script(`{"echo": {"message": {}}}`), []string{"step 2", "echo", "count 0"}},
		"a pause beyond the end":   {script(`{"split": {"frame": {"payload": "ab"}, "pauses": [{"at": 3}]}}`), []string{"step 2", "octet 3", "2 octets"}},
		"pauses out of order":      {script(`{"split": {"frame": {"payload": "ab"}, "pauses": [{"at": 2}, {"at": 1}]}}`), []string{"step 2", "octet 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Decode(strings.NewReader(c.file))
			if err == nil {
				t.Fatalf("accepted as %+v", got)
			}
			for _, want := range c.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not name %s", err, want)
				}
			}
			if !cmp.Equal(got, Case{}) {
				t.Errorf("%+v beside an error", got)
			}
		})
	}
}

func TestValidateRefusesWhatOnlyGoCanWrite(t *testing.T) {
	for name, script := range map[string]Script{
		"no step":           {nil},
		"text not UTF-8":    {Frame{Opcode: OpText, Payload: Payload{Text: "\xff"}}},
		"opcode beyond 15":  {Frame{Opcode: 16}},
		"hex in a message":  {Message{Payload: Payload{Hex: "x"}}},
		"hex in a close":    {SendClose{Payload{Hex: "x"}}},
		"a digest in a raw": {Raw{Octets: Describe(noise(5000))}},
		"any in an echo":    {Echo{Count: 1, Message: Message{Payload: AnyOctets(5)}}},
		"any in a split":    {Split{Frame: Frame{Opcode: OpText, Payload: AnyOctets(5)}}},
		"a corpus in hex":   {Raw{Octets: Payload{Corpus: "json", Hex: "00"}}},
	} {
		if err := (Case{ID: "x", Script: script}).Validate(); err == nil || !strings.Contains(err.Error(), "case x: step 1: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
