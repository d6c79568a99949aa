package cases

import (
	"fmt"
	"strings"
)

// gradeAnswer grades a case that is about what a server answers to our request. If the
// answer opens the WebSocket, what happens then counts, too.
func gradeAnswer(c Case, o Observation) (r Result, answered bool) {
	status, _ := o.answer()
	for _, a := range c.Opening.Answers {
		if !a.matches(o) {
			continue
		}
		if status == "101" {
			r, answered = gradeOpen(c, o)
		} else {
			r, answered = Result{ID: c.ID, Verdict: OK, CloseVerdict: Informational, CloseSays: noWebSocket}, true
		}
		if r.Verdict == OK || worse(a.Verdict, r.Verdict) {
			r.Verdict, r.Says = a.Verdict, a.says(status, r.Says)
		}
		return r, answered
	}
	r = Result{ID: c.ID, Verdict: Failed, CloseVerdict: Informational, Says: answerText(status) + thenText(o.Then), CloseSays: noWebSocket}
	if o.Opened {
		r.CloseVerdict, r.CloseSays = judgeEnding(c.EndingAfter(o.Events), o)
	} else if status == "101" && len(o.Faults) > 0 {
		r.Says += " Besides, " + sentence(o.Faults[0])
	}
	return r, false
}

const noWebSocket = "No WebSocket was opened"

// says is what the report says of an answer with that status; of one that opened the
// WebSocket more may have been said.
func (a Answer) says(status, more string) string {
	switch {
	case a.Says != "":
		return a.Says
	case status == "101" && a.Verdict == OK && more != "":
		return more
	case a.Verdict == OK:
		return answerText(status)
	}
	return answerText(status) + " That is tolerated, but another answer is preferred."
}

// answerText says how a server answered.
func answerText(status string) string {
	switch status {
	case "101":
		return "The server opened the WebSocket."
	case Dropped:
		return "The server ended TCP without an answer."
	case Unanswered:
		return "The server neither answered nor ended TCP."
	case "none":
		return "The server answered with something that is no HTTP response."
	}
	return fmt.Sprintf("The server answered with status %s.", status)
}

// thenText says what came behind an answer, with a space before.
func thenText(then string) string {
	switch then {
	case "":
		return ""
	case Dropped:
		return " Then it ended TCP."
	case Unanswered:
		return " Then it left the connection open."
	case Unfinished:
		return " The content of its answer did not end, or too soon."
	}
	return fmt.Sprintf(" It answered the request behind it as well, with status %s.", then)
}

// unplayed is the grade of a case that this peer cannot be played.
func unplayed(c Case, o Observation) Result {
	r := Result{ID: c.ID, Verdict: Unimplemented, CloseVerdict: Informational, CloseSays: "The case was not played"}
	r.Says = "The case was not played: " + sentence(o.Absent)
	if len(o.Missing) > 0 {
		var needs []string
		for _, n := range o.Missing {
			needs = append(needs, "--"+string(n))
		}
		r.Says = fmt.Sprintf("The case was not played: it needs %s.", strings.Join(needs, " and "))
	}
	return r
}

// harm says what the case did to the peer that nothing may do to it; "" if nothing.
func harm(c Case, o Observation) string {
	switch {
	case o.Died != "":
		return "The process of the peer ended: " + sentence(o.Died)
	case c.Grown(o):
		return fmt.Sprintf("The process of the peer grew by %d MiB, more than the %d MiB allowed.", o.Memory.Grown()/mib, c.memoryLimit(o))
	case c.Limit.Attempts > 0 && o.Attempts > c.Limit.Attempts:
		return fmt.Sprintf("The client has asked %d times, more than the %d that are reasonable.", o.Attempts, c.Limit.Attempts)
	case c.Alive && o.Life != nil && !o.Life.Alive:
		return "Afterwards the server did not answer on a fresh connection: " + sentence(o.Life.Says)
	}
	return ""
}

// greed says that the peer took more than it needs to; "" if it did not. No document says
// how much that may be.
func greed(c Case, o Observation) string {
	if c.Limit.Octets == 0 || o.Taken <= c.Limit.Octets {
		return ""
	}
	return fmt.Sprintf("The peer took %d octets, more than the %d that are reasonable.", o.Taken, c.Limit.Octets)
}

// Grown reports whether the process of the peer has grown by more than c allows.
func (c Case) Grown(o Observation) bool {
	limit := int64(c.memoryLimit(o)) * mib
	return o.Memory != nil && limit > 0 && o.Memory.Grown() > limit
}

// sentence is s with a full stop.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// capital is s with a capital letter.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
