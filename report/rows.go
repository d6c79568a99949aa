package report

import (
	"fmt"
	"time"

	"gobahn/cases"
	"gobahn/templates"
)

// Events and rows are arrays of mixed types in the reference's files, which is
// why they are lists of any here.

// expectedJSON gives the accepted outcomes by verdict. A verdict that occurs
// again has its number behind it: "OK (2)".
func expectedJSON(accept []cases.Outcome) map[string]any {
	expected := make(map[string]any)
	seen := make(map[cases.Verdict]int)
	for _, o := range accept {
		name := string(o.Verdict)
		if seen[o.Verdict]++; seen[o.Verdict] > 1 {
			name = fmt.Sprintf("%s (%d)", name, seen[o.Verdict])
		}
		expected[name] = eventsJSON(o.Events)
	}
	return expected
}

func eventsJSON(events cases.Events) []any {
	list := []any{}
	for _, e := range events {
		list = append(list, eventJSON(e))
	}
	return list
}

func eventJSON(event cases.Event) []any {
	switch e := event.(type) {
	case cases.Got:
		payload := templates.PayloadText(templates.Head(e.Payload, cases.LogLimit), e.Payload.Size())
		if e.Opcode.Control() {
			return []any{e.Opcode.String(), payload}
		}
		return []any{"message", payload, e.Opcode == cases.OpBinary}
	case cases.Mark:
		return []any{"timeout", e.Name}
	case cases.Echoed:
		return []any{"echoed", e.Count}
	}
	return []any{fmt.Sprintf("%T", event), event.String()}
}

func wirelogJSON(log []cases.Row) []any {
	list := []any{}
	for _, row := range log {
		list = append(list, rowJSON(row))
	}
	return list
}

func rowJSON(r cases.Row) []any {
	kind := string(r.Kind)
	switch r.Kind {
	case cases.RxOctets:
		return []any{kind, []any{r.Size, templates.HexText(r.Head, r.Size)}}
	case cases.TxOctets:
		return []any{kind, []any{r.Size, templates.HexText(r.Head, r.Size)}, r.Sync}
	case cases.RxFrame:
		return []any{kind, payloadJSON(r), byte(r.Opcode), r.FIN, r.RSV, r.Masked, orNull(r.Key)}
	case cases.TxFrame:
		return []any{kind, payloadJSON(r), byte(r.Opcode), r.FIN, r.RSV, orNull(r.Key),
			positive(r.RepeatLen), positive(r.Chop), r.Sync}
	case cases.PauseBegun:
		return []any{kind, seconds(r.Delay), orNull(r.Mark)}
	case cases.PauseEnded:
		return []any{kind, orNull(r.Mark)}
	case cases.FailSet, cases.CloseSet:
		return []any{kind, seconds(r.Delay)}
	case cases.LogSwitch:
		return []any{kind, r.On}
	case cases.RowsLost:
		return []any{kind, r.Size}
	}
	return []any{kind} // KLE, TIE
}

func payloadJSON(r cases.Row) []any {
	n := templates.PayloadLen(r)
	return []any{n, templates.PayloadText(r.Head, n)}
}

func positive(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// seconds is written as a number without a needless fraction: 1, 0.5.
func seconds(d cases.Duration) float64 { return time.Duration(d).Seconds() }
