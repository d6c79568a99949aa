package cases

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Result is the grade of one case played once.
type Result struct {
	ID           ID      `json:"id"`
	Verdict      Verdict `json:"verdict"`
	CloseVerdict Verdict `json:"closeVerdict"`
	Says         string  `json:"says"`               // why Verdict is what it is, one sentence
	CloseSays    string  `json:"closeSays"`          // why CloseVerdict is what it is, one sentence
	Headline     string  `json:"headline,omitempty"` // what the peer did wrong; empty: nothing
	Why          string  `json:"why,omitempty"`      // why a profile has other verdicts than Autobahn; empty: it has not
	Parts        []Part  `json:"parts,omitempty"`    // of a case with variants: those that were played
	Worst        int     `json:"worst,omitempty"`    // which of its variants decided, from 0
}

// A Part is the grade of one variant of a case.
type Part struct {
	Part         int     `json:"part"` // which, from 0
	Verdict      Verdict `json:"verdict"`
	CloseVerdict Verdict `json:"closeVerdict"`
	Says         string  `json:"says"`
}

// The headlines of a failure. NoAnswer is followed by the time that was allowed.
const (
	Accepted    = "accepted what it must refuse"
	RefusedIt   = "refused what it must accept"
	WrongAnswer = "wrong answer"
	WrongClose  = "wrong close"
	NoAnswer    = "no answer in "
	Harmed      = "was harmed by it" // the peer ended, or hung, or took too much memory
	TooSlowly   = "too slow the more there is to do"
)

// Judge grades o, an observation of c. It is pure: the same arguments give the
// same result. The rules are those of the reference, in its order.
func Judge(c Case, o Observation) Result { return Autobahn.Judge(c, o) }

// grade is Judge without the headline. Answered says that the answers were among the
// accepted ones.
func grade(c Case, o Observation) (r Result, answered bool) {
	switch {
	case len(o.Missing) > 0 || o.Absent != "":
		return unplayed(c, o), true
	case c.Opening != nil && c.Opening.Answers != nil && !o.Server:
		r, answered = gradeAnswer(c, o)
	case c.Opening != nil && c.Opening.Visit != nil && o.Server:
		r, answered = gradeVisit(c, o)
	default:
		r, answered = gradeOpen(c, o)
	}
	if b, found := c.breach(o); found && !worse(r.Verdict, b.Verdict) { // if both are as bad, it is the cause
		r.Verdict, r.Says = b.Verdict, sentence(capital(b.Says))
	}
	if says := greed(c, o); says != "" && !worse(r.Verdict, NonStrict) {
		r.Verdict, r.Says = NonStrict, says
	}
	if says := harm(c, o); says != "" {
		r.Verdict, r.Says = Failed, says
	}
	return r, answered
}

// gradeOpen grades what happened once the WebSocket was open.
func gradeOpen(c Case, o Observation) (r Result, answered bool) {
	r = Result{ID: c.ID}
	ending, own := c.endingAfter(o.Events)
	if outcome, ok := c.outcome(o); ok && outcome.Ending != nil {
		ending, own = *outcome.Ending, true
	}
	r.Verdict, r.Says = judgeEvents(c, o)
	if r.Verdict == Unimplemented && o.Opened && o.Deflate == nil { // nothing was played: we closed
		r.CloseVerdict, r.CloseSays = judgeEnding(Ending{}, o)
		return r, true
	}
	r.CloseVerdict, r.CloseSays = judgeEnding(ending, o)
	answered = r.Verdict != Failed // before the ending is looked at
	switch {
	case ending.Fatal == WrongSide && o.Opened && ending.wrongSide(o.Closing):
		r.Verdict, r.Says = Failed, r.CloseSays
	case (ending.Fatal == WrongCode || ending.Fatal == Stayed) && r.CloseVerdict == WrongCodeSent:
		r.Verdict, r.Says = Failed, r.CloseSays
	case ending.Fatal == Stayed && o.Opened && o.Closing.ClosingTimeout:
		r.Verdict, r.Says = Failed, r.CloseSays
	case r.Verdict == OK && r.CloseVerdict == OK:
		r.Verdict, r.Says = ending.tolerated(o, r.Says)
	}
	if ending.Grade != "" {
		r.CloseVerdict = ending.Grade
	}
	if ending.Grade != "" && !own {
		r.Verdict = ending.Grade
	}
	return r, answered
}

// wrongSide reports whether the other endpoint ended the connection.
func (e Ending) wrongSide(got Closing) bool {
	if e.Either {
		return got.FailedByMe
	}
	return got.ClosedByMe == e.Peer
}

// tolerated is the grade of a case that is OK but for the way in which the peer closed,
// if that is tolerated only; or else says.
func (e Ending) tolerated(o Observation, says string) (Verdict, string) {
	code := o.Closing.RemoteCode
	switch {
	case code != nil && slices.Contains(e.Tolerates, *code):
		return NonStrict, fmt.Sprintf("The peer closed with %d. That is tolerated, but another code is preferred.", *code)
	case e.NoClose != "" && o.Received.Frames[int(OpClose)] == 0:
		return e.NoClose, "The peer sent no close frame."
	}
	return OK, says
}

// judgeEvents grades the events of o by the first outcome that matches. A case
// that was not played, because no WebSocket was opened, has failed even where
// silence would do; one that is about an extension the peer did not agree to is
// not played either, and that is no fault.
func judgeEvents(c Case, o Observation) (Verdict, string) {
	switch {
	case !o.Opened:
		return Failed, "The case was not played: " + openingFault(o)
	case c.Deflate != nil && o.Deflate == nil && !c.Deflate.Optional:
		return Unimplemented, "The case was not played: permessage-deflate was not agreed on."
	}
	outcome, ok := c.outcome(o)
	switch {
	case !ok:
		return Failed, unaccepted(c, o)
	case outcome.Says != "":
		return outcome.Verdict, outcome.Says
	case outcome.Verdict == OK:
		return OK, accepted(c)
	}
	return outcome.Verdict, "The events observed are tolerated, but others are preferred."
}

// outcome is the accepted outcome that o is; ok says that there is one.
func (c Case) outcome(o Observation) (one Outcome, ok bool) {
	i := slices.IndexFunc(c.Accept, func(one Outcome) bool {
		return (o.Lost == 0 || one.Any) && one.matches(o.Events) && one.ends(o.Closing)
	})
	if i < 0 {
		return Outcome{}, false
	}
	return c.Accept[i], true
}

// accepted says that what was observed is what was expected.
func accepted(c Case) string {
	echo, ok := c.echo()
	switch {
	case !ok:
		return "The events observed are the ones expected."
	case echo.Count == 1:
		return "The message came back as it was sent, in time."
	}
	return fmt.Sprintf("All %d messages came back as they were sent, in time.", echo.Count)
}

// unaccepted says why no outcome matched. Of an Echo that got no answer it says so
// in the words of the reference, which scripts compare.
func unaccepted(c Case, o Observation) string {
	echo, ok := c.echo()
	seconds := int(time.Duration(c.Limit.Time()).Seconds())
	switch {
	case !ok:
		return "The events observed match no accepted outcome."
	case o.Echoes == echo.Count && len(o.Events) > 0:
		return fmt.Sprintf("All %d messages came back, and then something else: %s.", echo.Count, o.Events[len(o.Events)-1])
	case len(o.Events) > 0:
		return fmt.Sprintf("The peer did not send back what it was sent: message %d of %d came back as %s.",
			o.Echoes+1, echo.Count, o.Events[0])
	case o.Closing.FailedByMe && len(o.Faults) > 0:
		return fmt.Sprintf("The peer did not send back what it was sent: message %d of %d was invalid: %s.", o.Echoes+1, echo.Count, o.Faults[0])
	case echo.Count == 1:
		return fmt.Sprintf("Did not receive message within %d seconds.", seconds)
	}
	return fmt.Sprintf("Case did not finish within %d seconds.", seconds)
}

// echo is the Echo that is all of the script, if it is.
func (c Case) echo() (Echo, bool) {
	if len(c.Script) != 1 {
		return Echo{}, false
	}
	echo, ok := c.Script[0].(Echo)
	return echo, ok
}

// judgeEnding applies the rules for the closing verdict, first match wins.
func judgeEnding(want Ending, o Observation) (Verdict, string) {
	got := o.Closing
	switch {
	case !o.Opened:
		return Failed, "The opening handshake was never completed: " + openingFault(o)
	case want.Either && want.wrongSide(got):
		return Failed, "The peer neither went on nor ended the connection in time"
	case want.wrongSide(got):
		return Failed, "The connection was failed by the wrong endpoint"
	case want.Fatal == Stayed && got.ClosingTimeout:
		return Unclean, "The peer neither answered the close frame nor ended TCP"
	case !want.MayDrop && !got.WasClean:
		return Unclean, "A complete closing handshake is required here: " + got.NotCleanReason
	case got.RemoteCode != nil && !want.Allows(*got.RemoteCode):
		return WrongCodeSent, fmt.Sprintf("The close code should have been %s or empty", want.CodesText())
	case !o.Server && got.DroppedByMe && !want.Either:
		return FailedByClient, "The fuzzer, as the client, had to drop TCP, which is the server's part"
	}
	return OK, "The connection was closed as it should be"
}

// openingFault says why the opening handshake was not completed.
func openingFault(o Observation) string {
	if len(o.Faults) > 0 {
		return o.Faults[0]
	}
	return o.Closing.NotCleanReason
}

// CodesText shows the close codes the peer may send.
func (e Ending) CodesText() string {
	if e.AnyCode {
		return "any that may be sent"
	}
	return codeList(e.CloseCodes())
}

// codeList shows codes with commas between, each once.
func codeList(codes []uint16) string {
	var list []string
	for _, code := range codes {
		if s := fmt.Sprint(code); !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return strings.Join(list, ", ")
}

// headline says in a few words what the peer did wrong; answered says that its
// answers were among the accepted ones.
func headline(c Case, o Observation, r Result, answered bool) string {
	good := func(v Verdict) bool { return v != Failed && v != WrongCodeSent && v != Unclean && v != FailedByClient }
	_, breached := c.breach(o)
	status, _ := o.answer()
	ending := c.EndingAfter(o.Events)
	switch {
	case good(r.Verdict) && good(r.CloseVerdict):
		return ""
	case harm(c, o) != "":
		return Harmed
	case !o.Opened && status == "101" && !c.Opening.Opens():
		return Accepted
	case o.Opened && !c.Opening.Opens():
		return Accepted
	case breached:
		return WrongAnswer
	case !o.Opened && o.Closing.OpeningTimeout:
		return NoAnswer + "the opening handshake"
	case !o.Opened && !c.Opening.Opens(): // it may refuse, but not so
		return WrongAnswer
	case !o.Opened && status == "101":
		return WrongAnswer
	case !o.Opened:
		return RefusedIt
	case ending.Peer && o.Closing.ClosedByMe:
		return Accepted
	case !ending.Peer && !o.Closing.ClosedByMe && !answered:
		return RefusedIt
	case !answered && len(o.Faults) == 0 && o.Lost == 0 && answeredTooLittle(c.Accept, o.Events):
		return NoAnswer + c.Limit.Time().String()
	case !answered:
		return WrongAnswer
	}
	return WrongClose
}

// answeredTooLittle reports whether got is how an accepted outcome begins.
func answeredTooLittle(accept []Outcome, got Events) bool {
	return slices.ContainsFunc(accept, func(o Outcome) bool { return o.begins(got) })
}

// String shows the ending in the notation of reports.
func (e Ending) String() string {
	if e.Grade != "" {
		return "any ending"
	}
	s := "our close answered"
	switch {
	case e.Either:
		s = "close of either, by the peer"
	case e.Peer:
		s = "close"
	}
	s += " " + e.CodesText()
	if len(e.Tolerates) > 0 {
		s += ", or less well " + codeList(e.Tolerates)
	}
	if e.MayDrop {
		s += ", or drop"
	}
	return s
}

// String shows the ending in the notation of reports.
func (c Closing) String() string {
	var parts []string
	switch {
	case c.FailedByMe:
		parts = append(parts, "failed by us")
	case c.ClosedByMe:
		parts = append(parts, "closed by us")
	}
	switch {
	case c.RemoteCode != nil && c.RemoteReason != (Payload{}):
		parts = append(parts, fmt.Sprintf("close %d %s", *c.RemoteCode, c.RemoteReason))
	case c.RemoteCode != nil:
		parts = append(parts, fmt.Sprintf("close %d", *c.RemoteCode))
	case c.WasClean:
		parts = append(parts, "close without a code")
	}
	if c.NotCleanReason != "" {
		parts = append(parts, c.NotCleanReason)
	}
	if len(parts) == 0 {
		return "no close"
	}
	return strings.Join(parts, ", ")
}
