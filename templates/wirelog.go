package templates

import (
	"fmt"
	"strings"

	"gobahn/cases"
)

const (
	logWidth  = 100               // characters of a line of octets or payload
	logIndent = "               " // under the text of "000 RX OCTETS: "
)

// decodedFrames is how many frames of a log are decoded field by field.
const decodedFrames = 100

// A logRow is a row of the wire log as text.
type logRow struct {
	Class  string    // of the element, by what the row is about
	Text   string    // one line or more
	Time   string    // since the connection was begun; empty: not known
	Fields *decoding // of a frame; nil: it is none, or not decoded
}

// logRows numbers the rows and ends with the row that says who dropped TCP.
func logRows(o cases.Observation) []logRow {
	rows := make([]logRow, 0, len(o.Wirelog)+1)
	rx, tx := streams(o)
	number, decoded, timed := 0, 0, false
	for _, row := range o.Wirelog {
		one := logRow{}
		one.Class, one.Text = rowText(row)
		if row.At > 0 {
			one.Time, timed = clock(row.At), true
		}
		if row.Kind == cases.RowsLost {
			one.Text = "... " + one.Text
			rows = append(rows, one)
			number += row.Size
			continue
		}
		if row.Frame() && decoded < decodedFrames {
			one.Fields = decode(number, row, either(row.Kind == cases.RxFrame, rx, tx).frame(row))
			decoded++
		}
		one.Text = fmt.Sprintf("%03d %s", number, one.Text)
		rows = append(rows, one)
		number++
	}
	by := "PEER"
	if o.Closing.DroppedByMe {
		by = "ME"
	}
	last := logRow{Class: "log_tcp", Text: fmt.Sprintf("%03d TCP DROPPED BY %s", number, by)}
	if timed {
		last.Time = clock(o.Duration)
	}
	return append(rows, last)
}

// undecoded says how many frames are not decoded; empty: none.
func undecoded(o cases.Observation) string {
	frames := 0
	for _, row := range o.Wirelog {
		if row.Frame() {
			frames++
		}
	}
	if frames <= decodedFrames {
		return ""
	}
	return fmt.Sprintf("Only the first %d of %d frames are decoded field by field.", decodedFrames, frames)
}

// rowText gives a row in the reference's words.
func rowText(r cases.Row) (class, text string) {
	switch r.Kind {
	case cases.RxOctets:
		return "log_rx_octets", "RX OCTETS: " + hexLines(r)
	case cases.TxOctets:
		return "log_tx_octets", "TX OCTETS: " + hexLines(r)
	case cases.RxFrame:
		return "log_rx_frame", fmt.Sprintf("RX FRAME : OPCODE=%d, FIN=%s, RSV=%d, PAYLOAD-LEN=%d, MASKED=%s, MASK=%s",
			byte(r.Opcode), truth(r.FIN), r.RSV, r.Size, truth(r.Masked), orNone(r.Key)) + payloadLines(r)
	case cases.TxFrame:
		return "log_tx_frame", fmt.Sprintf(
			"TX FRAME : OPCODE=%d, FIN=%s, RSV=%d, PAYLOAD-LEN=%d, MASK=%s, PAYLOAD-REPEAT-LEN=%s, CHOPSIZE=%s, SYNC=%s",
			byte(r.Opcode), truth(r.FIN), r.RSV, PayloadLen(r), orNone(r.Key),
			positive(r.RepeatLen), positive(r.Chop), truth(r.Sync)) + payloadLines(r)
	case cases.PauseBegun:
		return "log_timer", fmt.Sprintf("DELAY %s sec for TAG %s", seconds(r.Delay), orNone(r.Mark))
	case cases.PauseEnded:
		return "log_timer", "DELAY TIMEOUT on TAG " + orNone(r.Mark)
	case cases.FailSet:
		return "log_limit", fmt.Sprintf("FAIL CONNECTION AFTER %s sec", seconds(r.Delay))
	case cases.FailFired:
		return "log_limit", "FAILING CONNECTION"
	case cases.CloseSet:
		return "log_limit", fmt.Sprintf("CLOSE CONNECTION AFTER %s sec", seconds(r.Delay))
	case cases.CloseFired:
		return "log_limit", "CLOSING CONNECTION"
	case cases.LogSwitch:
		if r.On {
			return "log_timer", "WIRELOG ENABLED"
		}
		return "log_timer", "WIRELOG DISABLED"
	case cases.RowsLost:
		return "log_timer", fmt.Sprintf("%d ROWS LEFT OUT", r.Size)
	}
	return "log_timer", Legible(string(r.Kind))
}

// PayloadLen is the payload length that a row of a frame shows. Of a repeated
// payload it is the length of the pattern.
func PayloadLen(r cases.Row) int {
	if r.RepeatLen > 0 {
		return len(r.Head)
	}
	return r.Size
}

func hexLines(r cases.Row) string {
	return strings.Join(wrap(HexText(r.Head, r.Size), logWidth), "\n"+logIndent)
}

// payloadLines is the payload on lines of its own, with a line break before each.
func payloadLines(r cases.Row) string {
	var s strings.Builder
	for _, line := range wrap(Legible(PayloadText(r.Head, PayloadLen(r))), logWidth) {
		s.WriteString("\n" + logIndent + line)
	}
	return s.String()
}

func seconds(d cases.Duration) string {
	return fmt.Sprintf("%.6f", float64(d)/float64(cases.Second))
}

// The words for values are the reference's, which are those of Python.

func truth(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

func orNone(s string) string {
	if s == "" {
		return "None"
	}
	return Legible(s)
}

func positive(n int) string {
	if n == 0 {
		return "None"
	}
	return fmt.Sprint(n)
}
