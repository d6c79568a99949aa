package main

import (
	"bytes"
	"fmt"

	"gobahn/cases"
	"gobahn/templates"
)

// rowLine is a row of the wire log for the terminal: an arrow says which way it went.
func rowLine(r cases.Row) string {
	switch r.Kind {
	case cases.RxOctets:
		return "←  " + octetsLine(r)
	case cases.TxOctets:
		return "→  " + octetsLine(r)
	case cases.RxFrame:
		return "←  frame  " + frameLine(r)
	case cases.TxFrame:
		return "→  frame  " + frameLine(r)
	case cases.PauseBegun:
		return fmt.Sprintf("·  pause of %s", r.Delay)
	case cases.PauseEnded:
		return "·  the pause is over"
	case cases.FailSet:
		return fmt.Sprintf("·  if it is still open in %s, we fail the connection", r.Delay)
	case cases.FailFired:
		return "·  we fail the connection"
	case cases.CloseSet:
		return fmt.Sprintf("·  if it is still open in %s, we close the connection", r.Delay)
	case cases.CloseFired:
		return "·  we close the connection"
	case cases.LogSwitch:
		if r.On {
			return "·  messages are shown again"
		}
		return "·  messages are not shown for now"
	}
	return "·  " + templates.Legible(string(r.Kind))
}

// octetsLine is the octets of a read or a write: a head of HTTP as text, others in hex.
func octetsLine(r cases.Row) string {
	more := ""
	if r.Size > len(r.Head) {
		more = " …"
	}
	if bytes.HasPrefix(r.Head, []byte("GET ")) || bytes.HasPrefix(r.Head, []byte("HTTP/")) {
		return fmt.Sprintf("%d octets  %+q%s", r.Size, r.Head, more)
	}
	return fmt.Sprintf("%d octets  % x%s", r.Size, r.Head, more)
}

// frameLine is a frame in the notation of scripts.
func frameLine(r cases.Row) string {
	f := cases.Frame{
		Opcode: r.Opcode, NoFIN: !r.FIN, RSV: r.RSV, Mask: cases.Mask{Key: r.Key},
		Payload: cases.Describe(r.Head), Wire: cases.Wire{Chop: r.Chop, Sync: r.Sync},
	}
	s := templates.Legible(f.String())
	switch {
	case r.RepeatLen > 0:
		s += fmt.Sprintf(" repeated to %d octets", r.RepeatLen)
	case r.Size > len(r.Head):
		s += fmt.Sprintf(" … %d octets", r.Size)
	}
	return s
}
