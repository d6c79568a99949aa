package templates

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gobahn/cases"
)

// Ratio is how many octets of payload f has for each octet of its messages: the
// smaller, the better they were compressed. There is none if ok is false.
func Ratio(f cases.Flow) (ratio float64, ok bool) { return quotient(f.WebSocket, f.App) }

// Overhead is how many octets of frame headers f has for each octet of payload.
// There is none if ok is false.
func Overhead(f cases.Flow) (overhead float64, ok bool) {
	return quotient(f.Wire-f.WebSocket, f.WebSocket)
}

func quotient(a, b int) (float64, bool) {
	if b <= 0 {
		return 0, false
	}
	return float64(a) / float64(b), true
}

// figure shows a quotient with so many decimals.
func figure(decimals int, q float64, ok bool) string {
	if !ok {
		return "-"
	}
	return strconv.FormatFloat(q, 'f', decimals, 64)
}

func ratioText(f cases.Flow, decimals int) string {
	ratio, ok := Ratio(f)
	return figure(decimals, ratio, ok)
}

func overheadText(f cases.Flow, decimals int) string {
	overhead, ok := Overhead(f)
	return figure(decimals, overhead, ok)
}

// A trafficRow is a row of the table of traffic.
type trafficRow struct{ What, Incoming, Outgoing, Meaning string }

func trafficRows(t cases.Traffic) []trafficRow {
	in, out := t.Incoming, t.Outgoing
	count := func(what string, in, out int, meaning string) trafficRow {
		return trafficRow{what, strconv.Itoa(in), strconv.Itoa(out), meaning}
	}
	return []trafficRow{
		count("Messages", in.Messages, out.Messages, "Whole messages."),
		count("Frames", in.Frames, out.Frames, "Data frames that the messages were sent in."),
		count("Application level", in.App, out.App, "Octets of the messages."),
		count("WebSocket level", in.WebSocket, out.WebSocket, "Octets of the frames' payloads, which may be compressed."),
		count("Wire level", in.Wire, out.Wire, "Octets of the frames."),
		{"Compression ratio", ratioText(in, 4), ratioText(out, 4),
			"The WebSocket level divided by the application level."},
		{"Overhead", overheadText(in, 4), overheadText(out, 4),
			"What the wire level has more than the WebSocket level, divided by the WebSocket level."},
		count("Opening handshake", in.Opening, out.Opening, "Octets of the opening handshake, which the levels leave out."),
	}
}

// proposals are the parameters of permessage-deflate that the case has for the
// role we had, best first, and what they are called.
func (p Page) proposals() (title, list string) {
	d := p.Case.Deflate
	if p.Observation.Server {
		return "Accepted by the Tester, Best First", deflateLines(d.Accept)
	}
	return "Offered by the Tester, Best First", deflateLines(d.Offer)
}

func deflateLines(list []cases.DeflateParams) string {
	var lines []string
	for _, p := range list {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// disagreement says why permessage-deflate was not agreed on.
func (p Page) disagreement() string {
	switch {
	case !p.Observation.Opened:
		return "Nothing: the connection was not opened."
	case p.Observation.Server:
		return "Nothing: the peer made no offer that allows any of these."
	}
	return "Nothing: the peer declined."
}

// unplayed reports whether nothing of the script was sent.
func (p Page) unplayed() bool {
	return !p.Observation.Opened || p.Case.Deflate != nil && p.Observation.Deflate == nil
}

// progress says how far the Echo got; empty: there was none.
func (p Page) progress() string {
	count := 0
	for _, step := range p.Case.Script {
		if echo, ok := step.(cases.Echo); ok {
			count += echo.Count
		}
	}
	switch n := p.Observation.Echoes; {
	case count == 0 || p.unplayed():
		return ""
	case count == 1 && n == 1:
		return "The message came back as it was sent."
	case count == 1:
		return "The message did not come back as it was sent."
	default:
		return fmt.Sprintf("%d of %d messages came back as they were sent.", n, count)
	}
}

// took says how long the case took, of how long; empty: nobody asked.
func (p Page) took() string {
	if !p.Case.Report.Time {
		return ""
	}
	return fmt.Sprintf("The case took %d ms. Its time limit is %s.", Milliseconds(p.Observation.Duration), p.Case.Limit.Time())
}

// before says what came of the case at first; empty: it was played once.
func (p Page) before() string {
	a := p.Observation.Before
	if a == nil {
		return ""
	}
	when := "beside other cases"
	if a.Lag > 0 {
		when = "while the machine was busy"
	}
	return Legible(fmt.Sprintf("Played %s first, where it was %s / %s (%s). "+
		"Played again alone, which is what counts.", when, a.Verdict, a.CloseVerdict, strings.TrimSuffix(a.Says, ".")))
}

// waited says that time limits were extended; empty: they were not.
func (p Page) waited() string {
	if p.Observation.Lag <= 0 {
		return ""
	}
	return fmt.Sprintf("Time limits were extended by %d ms in all, for the machine had kept the tester waiting.", Milliseconds(p.Observation.Lag))
}

// switched reports whether the wire log was off for a while.
func (p Page) switched() bool {
	return slices.ContainsFunc(p.Observation.Wirelog, func(r cases.Row) bool { return r.Kind == cases.LogSwitch })
}
