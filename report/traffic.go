package report

import (
	"gobahn/cases"
	"gobahn/templates"
)

// A trafficStats is what a case file has about traffic. The fields are sorted by
// their keys. Quotients by zero are null, as they are in the reference: no number
// would be true, and JSON has none for it.
type trafficStats struct {
	IncomingRatio     *number `json:"incomingCompressionRatio"`
	IncomingApp       int     `json:"incomingOctetsAppLevel"`
	IncomingWebSocket int     `json:"incomingOctetsWebSocketLevel"`
	IncomingWire      int     `json:"incomingOctetsWireLevel"`
	IncomingFrames    int     `json:"incomingWebSocketFrames"`
	IncomingMessages  int     `json:"incomingWebSocketMessages"`
	IncomingOverhead  *number `json:"incomingWebSocketOverhead"`
	OutgoingRatio     *number `json:"outgoingCompressionRatio"`
	OutgoingApp       int     `json:"outgoingOctetsAppLevel"`
	OutgoingWebSocket int     `json:"outgoingOctetsWebSocketLevel"`
	OutgoingWire      int     `json:"outgoingOctetsWireLevel"`
	OutgoingFrames    int     `json:"outgoingWebSocketFrames"`
	OutgoingMessages  int     `json:"outgoingWebSocketMessages"`
	OutgoingOverhead  *number `json:"outgoingWebSocketOverhead"`
	IncomingOpening   int     `json:"preopenIncomingOctetsWireLevel"`
	OutgoingOpening   int     `json:"preopenOutgoingOctetsWireLevel"`
}

func trafficStatsOf(t cases.Traffic) *trafficStats {
	in, out := t.Incoming, t.Outgoing
	return &trafficStats{
		IncomingRatio:     quotient(templates.Ratio(in)),
		IncomingApp:       in.App,
		IncomingWebSocket: in.WebSocket,
		IncomingWire:      in.Wire,
		IncomingFrames:    in.Frames,
		IncomingMessages:  in.Messages,
		IncomingOverhead:  quotient(templates.Overhead(in)),
		OutgoingRatio:     quotient(templates.Ratio(out)),
		OutgoingApp:       out.App,
		OutgoingWebSocket: out.WebSocket,
		OutgoingWire:      out.Wire,
		OutgoingFrames:    out.Frames,
		OutgoingMessages:  out.Messages,
		OutgoingOverhead:  quotient(templates.Overhead(out)),
		IncomingOpening:   in.Opening,
		OutgoingOpening:   out.Opening,
	}
}

func quotient(q float64, ok bool) *number {
	if !ok {
		return nil
	}
	n := number(q)
	return &n
}

// compressed is the traffic of r if reports are to show how well it was
// compressed. Of the cases that are only timed the reference has none.
func (r Record) compressed() *cases.Traffic {
	if !r.Case.Report.Ratio {
		return nil
	}
	return r.Observation.Traffic
}
