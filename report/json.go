package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"gobahn/cases"
	"gobahn/templates"
)

// encode writes v as Python's json.dumps(v, sort_keys=True, indent=3,
// separators=(',', ': ')) does: everything but ASCII escaped, <, > and & not,
// no line break at the end. The fields of v have to be sorted by their keys.
func encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "   ")
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return escape(bytes.TrimSuffix(buf.Bytes(), []byte("\n"))), nil
}

// escape replaces what is not printable ASCII, which in JSON occurs in strings
// only, apart from line breaks.
func escape(b []byte) []byte {
	if ascii(b) {
		return b
	}
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		b = b[n:]
		switch {
		case r < 0x7f: // Python escapes DEL, too
			out = append(out, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x7f {
			return false
		}
	}
	return true
}

// An indexEntry is a case in index.json. Some readers insist on exactly these
// keys.
type indexEntry struct {
	Behavior        cases.Verdict `json:"behavior"`
	BehaviorClose   cases.Verdict `json:"behaviorClose"`
	Duration        int64         `json:"duration"` // milliseconds
	RemoteCloseCode *uint16       `json:"remoteCloseCode"`
	Reportfile      string        `json:"reportfile"`
}

// index is the content of index.json.
func (w *Writer) index() map[string]map[cases.ID]indexEntry {
	index := make(map[string]map[cases.ID]indexEntry)
	for k, e := range w.entries {
		if index[k.agent] == nil {
			index[k.agent] = make(map[cases.ID]indexEntry)
		}
		index[k.agent][k.id] = indexEntry{
			Behavior:        e.verdict,
			BehaviorClose:   e.closeVerdict,
			Duration:        templates.Milliseconds(e.duration),
			RemoteCloseCode: e.remoteCode,
			Reportfile:      e.stem + ".json",
		}
	}
	return index
}

// A caseFile is the JSON file of one case. The fields are sorted by their keys.
type caseFile struct {
	Agent                          string         `json:"agent"`
	Behavior                       cases.Verdict  `json:"behavior"`
	BehaviorClose                  cases.Verdict  `json:"behaviorClose"`
	Case                           int            `json:"case"` // number in the run
	ClosedByMe                     bool           `json:"closedByMe"`
	CreateStats                    bool           `json:"createStats"`
	CreateWirelog                  bool           `json:"createWirelog"`
	Description                    string         `json:"description"`
	DroppedByMe                    bool           `json:"droppedByMe"`
	Duration                       int64          `json:"duration"` // milliseconds
	Expectation                    string         `json:"expectation"`
	Expected                       map[string]any `json:"expected"` // lists of events by verdict
	ExpectedClose                  expectedClose  `json:"expectedClose"`
	FailedByMe                     bool           `json:"failedByMe"`
	HTTPRequest                    string         `json:"httpRequest"`
	HTTPResponse                   string         `json:"httpResponse"`
	ID                             cases.ID       `json:"id"`
	IsServer                       bool           `json:"isServer"` // we, not the peer
	LocalCloseCode                 *uint16        `json:"localCloseCode"`
	LocalCloseReason               *string        `json:"localCloseReason"`
	Received                       []any          `json:"received"` // events
	RemoteCloseCode                *uint16        `json:"remoteCloseCode"`
	RemoteCloseReason              *string        `json:"remoteCloseReason"`
	ReportCompressionRatio         bool           `json:"reportCompressionRatio"`
	ReportTime                     bool           `json:"reportTime"`
	Result                         string         `json:"result"`
	ResultClose                    string         `json:"resultClose"`
	RxFrameStats                   counts         `json:"rxFrameStats"`
	RxOctetStats                   counts         `json:"rxOctetStats"`
	Started                        string         `json:"started"`
	TrafficStats                   *trafficStats  `json:"trafficStats"`
	TxFrameStats                   counts         `json:"txFrameStats"`
	TxOctetStats                   counts         `json:"txOctetStats"`
	WasClean                       bool           `json:"wasClean"`
	WasCloseHandshakeTimeout       bool           `json:"wasCloseHandshakeTimeout"`
	WasNotCleanReason              *string        `json:"wasNotCleanReason"`
	WasOpenHandshakeTimeout        bool           `json:"wasOpenHandshakeTimeout"`
	WasServerConnectionDropTimeout bool           `json:"wasServerConnectionDropTimeout"`
	Wirelog                        []any          `json:"wirelog"` // rows
}

type expectedClose struct {
	CloseCode  []uint16 `json:"closeCode"`
	ClosedByMe bool     `json:"closedByMe"`
	Fatal      bool     `json:"closedByWrongEndpointIsFatal,omitempty"`
	Clean      bool     `json:"requireClean"`
}

func caseFileOf(r Record) caseFile {
	o, c := r.Observation, r.Observation.Closing
	file := caseFile{
		Agent:             r.Agent,
		Behavior:          r.Result.Verdict,
		BehaviorClose:     r.Result.CloseVerdict,
		Case:              r.Number,
		ClosedByMe:        c.ClosedByMe,
		CreateStats:       true,
		CreateWirelog:     logging(o.Wirelog),
		Description:       r.Case.Description,
		DroppedByMe:       c.DroppedByMe,
		Duration:          templates.Milliseconds(o.Duration),
		Expectation:       r.Case.Expectation,
		Expected:          map[string]any{},
		ExpectedClose:     expectedCloseOf(r.Case.Ending),
		FailedByMe:        c.FailedByMe,
		HTTPRequest:       text(o.Request),
		HTTPResponse:      text(o.Response),
		ID:                r.Case.ID,
		IsServer:          o.Server,
		LocalCloseCode:    c.LocalCode,
		LocalCloseReason:  reason(c.LocalReason),
		Received:          []any{},
		RemoteCloseCode:   c.RemoteCode,
		RemoteCloseReason: reason(c.RemoteReason),
		Result:            r.Result.Says,
		ResultClose:       r.Result.CloseSays,
		RxFrameStats:      o.Received.Frames,
		RxOctetStats:      o.Received.Octets,
		Started:           templates.Timestamp(o.Started),
		TxFrameStats:      o.Sent.Frames,
		TxOctetStats:      o.Sent.Octets,
		WasClean:          c.WasClean,

		WasCloseHandshakeTimeout:       c.ClosingTimeout,
		WasNotCleanReason:              orNull(c.NotCleanReason),
		WasOpenHandshakeTimeout:        c.OpeningTimeout,
		WasServerConnectionDropTimeout: c.ServerDropTimeout,
		Wirelog:                        wirelogJSON(o.Wirelog),

		ReportCompressionRatio: r.Case.Report.Ratio,
		ReportTime:             r.Case.Report.Time,
	}
	if !echoOnly(r.Case) {
		file.Expected = expectedJSON(r.Case.Accept)
		file.Received = eventsJSON(o.Events)
	}
	if t := r.compressed(); t != nil {
		file.TrafficStats = trafficStatsOf(*t)
	}
	return file
}

// echoOnly reports whether c is an Echo and nothing else. The reference lists no
// events of such a case, neither expected nor received, and has no name for the one
// that stands for all its messages: whoever knows the four names it has would
// stumble over a fifth. What came back instead is in the result, and on the page.
func echoOnly(c cases.Case) bool {
	for _, step := range c.Script {
		if _, ok := step.(cases.Echo); !ok {
			return false
		}
	}
	return len(c.Script) > 0
}

func expectedCloseOf(e cases.Ending) expectedClose {
	return expectedClose{
		CloseCode:  e.CloseCodes(),
		ClosedByMe: !e.Peer,
		Fatal:      e.Fatal == cases.WrongSide,
		Clean:      !e.MayDrop,
	}
}

// logging reports whether the log was on when the case ended.
func logging(log []cases.Row) bool {
	on := true
	for _, row := range log {
		if row.Kind == cases.LogSwitch {
			on = row.On
		}
	}
	return on
}

func reason(p cases.Payload) *string {
	s, ok := templates.Reason(p)
	if !ok {
		return nil
	}
	return &s
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// text is s, with escapes of its octets in place of what is not UTF-8.
func text(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var out []byte
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			out = fmt.Appendf(out, `\x%02x`, s[0])
		} else {
			out = append(out, s[:n]...)
		}
		s = s[n:]
	}
	return string(out)
}

// counts are written as an object, its keys sorted as strings like all others.
type counts map[int]int

// MarshalJSON writes no counts as an empty object.
func (c counts) MarshalJSON() ([]byte, error) {
	if c == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(map[int]int(c))
}
