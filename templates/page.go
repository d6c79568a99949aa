package templates

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"gobahn/cases"
)

// A Page is what the page of one case shows.
type Page struct {
	Product     string // name and version of the tester
	Agent       string // the peer
	Number      int    // of the case in the run
	Case        cases.Case
	Observation cases.Observation
	Result      cases.Result
	Links       Links
	JSON        string // name of the file with the same result as JSON; empty: there is none
	Overview    string // name of the overview's file; empty: it is in the same
	Anchor      string // of the case's cell in the overview

	Requirements string // name of the file with the requirements; empty: they are in the same
}

// Links are the pages that a page leads to, by the names of their files.
type Links struct {
	Previous, Next     string   // of the same agent; empty: none
	PreviousID, NextID cases.ID // the cases they are about
	Others             []Other  // of the same case
}

// An Other is what another agent made of a case.
type Other struct {
	Agent        string
	Verdict      cases.Verdict
	CloseVerdict cases.Verdict
	File         string
}

// Digest is the same for links that are the same: of many agents, links are too long to
// be kept.
func (l Links) Digest() uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%q %q %q %q", l.Previous, l.Next, l.PreviousID, l.NextID)
	for _, o := range l.Others {
		fmt.Fprintf(h, " %q %q %q %q", o.Agent, o.Verdict, o.CloseVerdict, o.File)
	}
	return h.Sum64()
}

// Timestamp shows t in UTC with milliseconds, as reports carry it.
func Timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// Milliseconds is how reports give durations.
func Milliseconds(d cases.Duration) int64 { return time.Duration(d).Milliseconds() }

func (p Page) title() string { return fmt.Sprintf("Case %s: %s", p.Case.ID, Short(p.Agent)) }

func (p Page) overviewLink() string { return p.Overview + "#" + p.Anchor }

// outcomes are the accepted outcomes in the notation of package cases.
func (p Page) outcomes() string {
	var lines []string
	if o := p.Case.Opening; o != nil {
		for _, a := range o.Answers {
			lines = append(lines, fmt.Sprintf("%s: answer %s", a.Verdict, a))
		}
	}
	for _, o := range p.Case.Accept {
		lines = append(lines, fmt.Sprintf("%s: %s", o.Verdict, o))
	}
	lines = append(lines, "ending: "+p.Case.Ending.String())
	return strings.Join(lines, "\n")
}

// observed is what happened, in the same notation.
func (p Page) observed() string {
	events := p.Observation.Events.String()
	if n := p.Observation.Echoes; n > 0 && !slices.ContainsFunc(p.Observation.Events, isEchoed) {
		events = fmt.Sprintf("%s, then %s", cases.Echoed{Count: n}, events)
	}
	if n := p.Observation.Lost; n > 0 {
		events += fmt.Sprintf(", and %d more that were not kept", n)
	}
	return Legible(events) + "\nending: " + Legible(p.Observation.Closing.String())
}

func isEchoed(e cases.Event) bool { _, ok := e.(cases.Echoed); return ok }

// script is one line a step.
func (p Page) script() string {
	lines := p.Case.Sent()
	if len(lines) == 0 {
		return "(nothing is sent)"
	}
	return strings.Join(lines, "\n")
}

func (p Page) role() string {
	if p.Observation.Server {
		return "The tester was the server, the peer the client."
	}
	return "The tester was the client, the peer the server."
}

// A fact is a row of the table of the closing behaviour.
type fact struct{ Key, Value, Meaning string }

func closingFacts(o cases.Observation) []fact {
	c := o.Closing
	return []fact{
		{"isServer", truth(o.Server), "The tester was the server, and the peer the client."},
		{"closedByMe", truth(c.ClosedByMe), "The first close frame came from the tester."},
		{"failedByMe", truth(c.FailedByMe),
			"The tester failed the connection, after a time limit or a violation of the protocol: with a close frame, or by dropping TCP."},
		{"droppedByMe", truth(c.DroppedByMe), "It was the tester that dropped TCP."},
		{"wasClean", truth(c.WasClean), "Close frames went both ways, and then the server dropped TCP, as is its part."},
		{"wasNotCleanReason", orNone(c.NotCleanReason), "What was missing from a clean ending."},
		{"wasServerConnectionDropTimeout", truth(c.ServerDropTimeout),
			"The peer is the server, and left TCP open for too long after the closing handshake."},
		{"wasOpenHandshakeTimeout", truth(c.OpeningTimeout), "The peer did not complete the opening handshake in time."},
		{"wasCloseHandshakeTimeout", truth(c.ClosingTimeout), "The peer did not answer the tester's close frame in time."},
		{"localCloseCode", codeText(c.LocalCode), "The code in the tester's close frame, if there was one."},
		{"localCloseReason", reasonText(c.LocalReason), "The reason in the tester's close frame, if there was one."},
		{"remoteCloseCode", codeText(c.RemoteCode), "The code in the peer's close frame, if there was one."},
		{"remoteCloseReason", reasonText(c.RemoteReason), "The reason in the peer's close frame, if there was one."},
	}
}

func codeText(code *uint16) string {
	if code == nil {
		return "None"
	}
	return strconv.Itoa(int(*code))
}

func reasonText(p cases.Payload) string {
	reason, _ := Reason(p)
	return orNone(reason)
}

// A table of statistics: its rows sorted by key, and their totals.
type table struct {
	Title  string
	Head   []string
	Rows   [][]int
	Totals []int // without the key
}

// tables are the four tables of the wire statistics.
func tables(o cases.Observation) []table {
	return []table{
		octetTable("Octets Received by Chop Size", o.Received.Octets),
		octetTable("Octets Transmitted by Chop Size", o.Sent.Octets),
		frameTable("Frames Received by Opcode", o.Received.Frames),
		frameTable("Frames Transmitted by Opcode", o.Sent.Frames),
	}
}

func octetTable(title string, counts map[int]int) table {
	t := table{Title: title, Head: []string{"Chop Size", "Count", "Octets"}, Totals: []int{0, 0}}
	for _, size := range slices.Sorted(maps.Keys(counts)) {
		n := counts[size]
		t.Rows = append(t.Rows, []int{size, n, n * size})
		t.Totals[0] += n
		t.Totals[1] += n * size
	}
	return t
}

func frameTable(title string, counts map[int]int) table {
	t := table{Title: title, Head: []string{"Opcode", "Count"}, Totals: []int{0}}
	for _, op := range slices.Sorted(maps.Keys(counts)) {
		t.Rows = append(t.Rows, []int{op, counts[op]})
		t.Totals[0] += counts[op]
	}
	return t
}
