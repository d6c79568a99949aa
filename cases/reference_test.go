package cases

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// lostReasons are the reasons of those `close` steps that have one. The
// recording does not show them; the reference's reports of these cases do.
var lostReasons = map[ID]string{
	"7.3.4": "Hello World!",
	"7.3.5": strings.Repeat("*", 123),
}

// A reference is one case of the recorded catalogue.
type reference struct {
	ID          ID                           `json:"id"`
	Index       int                          `json:"index"`
	Steps       []map[string]json.RawMessage `json:"steps"`
	Expected    map[Verdict][][]any          `json:"expected"`
	NoAutoClose bool                         `json:"no_auto_close"`
	Close       struct {
		ByFuzzer bool     `json:"closed_by_fuzzer"`
		Codes    []uint16 `json:"codes"`
		Clean    bool     `json:"require_clean"`
		Fatal    bool     `json:"wrong_endpoint_is_fatal"`
	} `json:"expected_close"`

	// Of messages that are to come back. What a step says, too, is the same there.
	Count        int      `json:"count"` // 0: one
	DataLen      int      `json:"data_len"`
	MessageLen   int      `json:"message_len"`
	Binary       *bool    `json:"binary"`
	Fragment     int      `json:"fragment"`
	AutoFragment int      `json:"auto_fragment"`
	TimeLimit    *float64 `json:"time_limit_s"`
	ReportTime   bool     `json:"report_time"`
	ReportRatio  bool     `json:"report_compression_ratio"`
}

// readReference reads the cases.
func readReference(t *testing.T) (list []reference) {
	t.Helper()
	b, err := os.ReadFile(filepath.FromSlash("../testdata/autobahn/catalogue.json"))
	if err != nil {
		t.Fatal(err)
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		t.Fatal(err)
	}
	if len(raw) != 517 {
		t.Fatalf("the reference has 517 cases, the file %d", len(raw))
	}
	for _, b := range raw {
		list = append(list, read[reference](b))
	}
	return list
}

// read decodes b; a fact it has no field for stops the test.
func read[T any](b []byte) (v T) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		panic(fmt.Sprintf("%v in %s", err, b))
	}
	return v
}

// octets are a payload of the recorded catalogue.
type octets struct {
	Hex    string `json:"hex"`
	Repeat string `json:"repeat_hex"`
	Len    int    `json:"len"`
}

func (o octets) payload() Payload {
	b, err := hex.DecodeString(o.Hex + o.Repeat)
	if err != nil {
		panic(err)
	}
	if o.Repeat != "" {
		return Repeat(string(b), o.Len)
	}
	if len(b) != o.Len {
		panic(fmt.Sprintf("%d octets of hex, want %d", len(b), o.Len))
	}
	return Of(string(b))
}

// translate is r as a case, without its prose.
func (r reference) translate() (Case, error) {
	c := Case{ID: r.ID, Ending: Ending{
		Peer:        !r.Close.ByFuzzer,
		MayDrop:     !r.Close.Clean,
		NoAutoClose: r.NoAutoClose,
	}}
	if !slices.Equal(r.Close.Codes, []uint16{1000}) {
		c.Ending.Codes = r.Close.Codes
	}
	section := sectionOf(r.ID)
	switch {
	case r.ID == "7.1.6" || section == "7.13":
		c.Ending.Grade = Informational
	case slices.Contains([]string{"7.1", "7.3", "7.7", "7.9"}, section):
		c.Ending.Fatal = WrongCode
	case r.Close.Fatal:
		c.Ending.Fatal = WrongSide
	}
	for _, v := range Verdicts {
		events, ok := r.Expected[v]
		if !ok {
			continue
		}
		delete(r.Expected, v)
		o := Outcome{Verdict: v}
		for _, e := range events {
			event, err := translateEvent(e)
			if err != nil {
				return c, err
			}
			o.Events = append(o.Events, event)
		}
		c.Accept = append(c.Accept, o)
	}
	if len(r.Expected) > 0 {
		return c, fmt.Errorf("verdicts without a translation: %v", r.Expected)
	}
	if r.TimeLimit != nil {
		return c, r.translateEcho(&c)
	}
	return c, r.translateSteps(&c)
}

// sectionOf is the first two parts of an id, all of it if it has no more.
func sectionOf(id ID) string {
	parts := strings.Split(string(id), ".")
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// translateEvent translates an expected event.
func translateEvent(e []any) (Event, error) {
	payload := func() Payload {
		b, _ := json.Marshal(e[1])
		return read[octets](b).payload()
	}
	switch kind := e[0]; {
	case kind == "message" && e[2] == false:
		return Got{OpText, payload()}, nil
	case kind == "message" && e[2] == true:
		return Got{OpBinary, payload()}, nil
	case kind == "pong":
		return Got{OpPong, payload()}, nil
	case kind == "timeout":
		return Mark{string(payload().Octets())}, nil
	}
	return nil, fmt.Errorf("event without a translation: %v", e)
}

func (r reference) translateSteps(c *Case) error {
	var split *Split // between begin_message and end_message
	var within strings.Builder
	for i, step := range r.Steps {
		for name, body := range step {
			switch name {
			case "frame":
				c.Script = append(c.Script, translateFrame(body))
			case "message":
				c.Script = append(c.Script, translateMessage(body))
			case "close":
				c.Script = append(c.Script, SendClose{Close(read[uint16](body), lostReasons[r.ID])})
			case "close_frame":
				c.Script = append(c.Script, translateClose(body))
			case "pause":
				p := read[struct {
					Delay float64 `json:"delay"`
					Tag   string  `json:"tag"`
				}](body)
				w := Wait{For: seconds(p.Delay), Mark: p.Tag}
				if split != nil {
					split.Pauses = append(split.Pauses, Pause{within.Len(), w})
				} else {
					c.Script = append(c.Script, w)
				}
			case "begin_message":
				split = &Split{Frame: Text("").More()}
				if read[struct{ Binary bool }](body).Binary {
					split.Frame.Opcode = OpBinary
				}
			case "begin_frame":
				within.Reset()
			case "frame_data":
				within.Write(read[octets](body).payload().Octets())
			case "end_message":
				split.Frame.Payload = Of(within.String())
				c.Script = append(c.Script, *split, Continue(""))
				split = nil
			case "fail_after", "close_after":
				if i != len(r.Steps)-1 {
					return fmt.Errorf("%s is not the last step", name)
				}
				c.Limit = Limit{After: seconds(read[float64](body)), Close: name == "close_after"}
			default:
				return fmt.Errorf("step without a translation: %s", name)
			}
		}
	}
	return nil
}

// translateFrame translates a frame step.
func translateFrame(body json.RawMessage) Frame {
	f := read[struct {
		Op       byte   `json:"op"`
		FIN      *bool  `json:"fin"`
		RSV      byte   `json:"rsv"`
		Payload  octets `json:"payload"`
		RepeatTo *int   `json:"repeat_to_len"`
		Chop     int    `json:"chop"`
		Sync     bool   `json:"sync"`
	}](body)
	out := Frame{
		Opcode:  Op(f.Op),
		NoFIN:   f.FIN != nil && !*f.FIN,
		RSV:     f.RSV,
		Payload: f.Payload.payload(),
		Wire:    Wire{Chop: f.Chop, Sync: f.Sync},
	}
	if f.RepeatTo != nil {
		out.Payload = Repeat(string(out.Payload.Octets()), *f.RepeatTo)
	}
	return out
}

// translateMessage translates a message step.
func translateMessage(body json.RawMessage) Message {
	m := read[struct {
		Binary       bool   `json:"binary"`
		Payload      octets `json:"payload"`
		Fragment     int    `json:"fragment"`
		AutoFragment int    `json:"autofragment"`
	}](body)
	return Message{Binary: m.Binary, Payload: m.Payload.payload(), Fragment: max(m.Fragment, m.AutoFragment)}
}

// translateClose translates a close_frame step.
func translateClose(body json.RawMessage) SendClose {
	f := read[struct {
		Code   *uint16 `json:"code"`
		Reason *octets `json:"reason"`
	}](body)
	var b []byte
	if f.Code != nil {
		b = Close(*f.Code, "").Octets()
	}
	if f.Reason != nil {
		b = append(b, f.Reason.payload().Octets()...)
	}
	return SendClose{Of(string(b))}
}

// seconds is s of them.
func seconds(s float64) Duration { return Duration(s * float64(Second)) }
