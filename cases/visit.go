package cases

import (
	"fmt"
	"slices"
	"strings"
)

// A Visit is what a client is told that is started for the case alone, and what its
// requests are worth. The zero value is the ordinary URL, and one connection.
//
// In URLs {scheme} stands for ws or wss, {SCHEME} for the same in capitals, and {host}
// for address and port of the server; in the text of payloads {elsewhere} stands for
// those of another server, which has another port.
type Visit struct {
	URL     string `json:"url,omitempty"`     // that the client is given; empty: the ordinary one
	Sockets int    `json:"sockets,omitempty"` // so many it is asked to open at a time, if it can; 0: one

	Protocol string `json:"protocol,omitempty"` // subprotocol that it is asked to offer, if it can; empty: none
	Header   string `json:"header,omitempty"`   // field that it is asked to send, if it can, as "Name: value"; empty: none

	Asks []Ask `json:"asks,omitempty"` // the first that matches counts; nil: any request will do

	// What is looked at if it comes back, or goes elsewhere, before it ends:
	Wait    Duration `json:"wait,omitempty"`    // for that, since it came first; 0: nobody looks
	Gap     Duration `json:"gap,omitempty"`     // to come sooner than that after the one before is hasty
	Hasty   int      `json:"hasty,omitempty"`   // so often in a row makes the case NON-STRICT
	Private []string `json:"private,omitempty"` // fields that it must not send elsewhere
	Came    Verdict  `json:"came,omitempty"`    // what it is worth that it comes back as it should; empty: OK
	Stayed  Verdict  `json:"stayed,omitempty"`  // what it is worth that it does not come back; empty: OK
}

// An Ask is one way for a client to go about a URL, and what that is worth. If it has
// sent a request, the script is played, and the worse of the two verdicts counts.
type Ask struct {
	Verdict Verdict  `json:"verdict"`
	None    bool     `json:"none,omitempty"`    // no request came
	Secure  bool     `json:"secure,omitempty"`  // it spoke TLS, whatever it said then
	Targets []string `json:"targets,omitempty"` // one of these was asked for; nil: any
	Host    string   `json:"host,omitempty"`    // name of the host asked for; empty: any
	With    []string `json:"with,omitempty"`    // fields that are there, as in an Answer
	Without []string `json:"without,omitempty"` // fields that are not
	Says    string   `json:"says,omitempty"`    // what the report says when this one matched
}

// A Return is a further connection of a client.
type Return struct {
	At        Duration `json:"at"`                  // since the client came first
	Elsewhere bool     `json:"elsewhere,omitempty"` // it came to the other server
	Request   Payload  `json:"request,omitzero"`    // head of it; empty: none came
}

func (v *Visit) validate() error {
	if v == nil {
		return nil
	}
	for i, a := range v.Asks {
		if !slices.Contains(Verdicts, a.Verdict) {
			return fmt.Errorf("opening: ask %d: verdict %q: want one of %s", i+1, a.Verdict, commas(Verdicts))
		}
		if a.None && (a.Secure || a.Targets != nil || a.Host != "" || a.With != nil || a.Without != nil) {
			return fmt.Errorf("opening: ask %d: where no request came, nothing is in it", i+1)
		}
	}
	for _, one := range []Verdict{v.Came, v.Stayed} {
		if one != "" && !slices.Contains(Verdicts, one) {
			return fmt.Errorf("opening: visit: verdict %q: want one of %s", one, commas(Verdicts))
		}
	}
	switch {
	case (v.Gap != 0) != (v.Hasty != 0):
		return fmt.Errorf("opening: visit: want both of gap and hasty, or none")
	case v.Wait == 0 && (v.Gap != 0 || v.Private != nil || v.Came != "" || v.Stayed != ""):
		return fmt.Errorf("opening: visit: what is looked at if the client comes back needs a wait")
	}
	return nil
}

// String shows the request in the notation of reports.
func (a Ask) String() string {
	if a.None {
		return "no request"
	}
	s := "a request"
	if a.Secure {
		s = "TLS"
	}
	if len(a.Targets) > 0 {
		s += " for " + strings.Join(a.Targets, " or ")
	}
	if a.Host != "" {
		s += " of host " + a.Host
	}
	return s + fieldsText(a.With, a.Without)
}

// matches reports whether a is how the client of o has asked.
func (a Ask) matches(o Observation) bool {
	asked := o.Request != "" || o.Secure
	switch {
	case a.None || !asked:
		return a.None && !asked
	case a.Secure:
		return o.Secure
	}
	line, rest, _ := strings.Cut(o.Request, "\n")
	head := fields(strings.Split(rest, "\n"))
	return (a.Targets == nil || slices.Contains(a.Targets, targetOf(line))) &&
		(a.Host == "" || head.has("Host: "+a.Host)) &&
		!slices.ContainsFunc(a.With, func(field string) bool { return !head.has(field) }) &&
		!slices.ContainsFunc(a.Without, head.has)
}

// targetOf is what a request line asks for, as path and query.
func targetOf(line string) string {
	_, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	target, _, _ := strings.Cut(rest, " ")
	_, after, absolute := strings.Cut(target, "://")
	if !absolute || strings.HasPrefix(target, "/") {
		return target
	}
	if i := strings.IndexAny(after, "/?"); i >= 0 {
		return after[i:]
	}
	return "/"
}

// gradeVisit grades what a client did with the URL that it was given.
func gradeVisit(c Case, o Observation) (r Result, answered bool) {
	v := c.Opening.Visit
	i := slices.IndexFunc(v.Asks, func(a Ask) bool { return a.matches(o) })
	if v.Asks != nil && i < 0 {
		r = Result{ID: c.ID, Verdict: Failed, CloseVerdict: Informational, CloseSays: noWebSocket, Says: askedText(o)}
		if o.Opened {
			r.CloseVerdict, r.CloseSays = judgeEnding(c.EndingAfter(o.Events), o)
		}
		return r, false
	}
	if o.Request != "" || v.Asks == nil {
		r, answered = gradeOpen(c, o)
	} else {
		r, answered = Result{ID: c.ID, Verdict: OK, CloseVerdict: Informational, Says: askedText(o), CloseSays: noWebSocket}, true
	}
	if v.Asks != nil {
		r.atLeast(v.Asks[i].Verdict, v.Asks[i].Says)
	}
	if v.Wait > 0 && o.Request != "" {
		r.atLeast(v.returned(o.Returns))
	}
	return r, answered
}

// atLeast makes the verdict of r no better than v. Says is why, if it is as bad.
func (r *Result) atLeast(v Verdict, says string) {
	if worse(r.Verdict, v) {
		return
	}
	if r.Verdict = v; says != "" {
		r.Says = says
	}
}

// askedText says what the client has asked for.
func askedText(o Observation) string {
	line, _, _ := strings.Cut(o.Request, "\n")
	switch {
	case o.Request != "" && targetOf(line) != "":
		return fmt.Sprintf("The client asked for %.200q, which this URL does not mean, or in another way than it should.", targetOf(line))
	case o.Request != "":
		return "The client sent something that is no request."
	case o.Secure:
		return "The client spoke TLS."
	case len(o.Faults) > 0:
		return "The client sent no request: " + sentence(o.Faults[0])
	}
	return "The client sent no request."
}

// returned is what the further connections of a client are worth.
func (v *Visit) returned(list []Return) (Verdict, string) {
	if len(list) == 0 {
		return orOK(v.Stayed), "The client made one connection, and no other."
	}
	var before Duration
	row, at := 0, make([]string, 0, fewReturns)
	for _, one := range list {
		for _, field := range v.Private {
			if head := fields(strings.Split(string(one.Request.Octets()), "\n")); one.Elsewhere && head.has(field) {
				return Failed, fmt.Sprintf("The client sent its %s to another server.", field)
			}
		}
		if row++; one.At-before >= v.Gap {
			row = 0
		}
		if v.Hasty > 0 && row == v.Hasty {
			return NonStrict, fmt.Sprintf("The client came again less than %v after it had come before, and did so %d times in a row.", v.Gap, row)
		}
		if len(at) < fewReturns {
			at = append(at, (one.At - before).String())
		}
		before = one.At
	}
	return orOK(v.Came), fmt.Sprintf("The client came %d times more, each so long after the one before: %s.", len(list), strings.Join(at, ", "))
}

// fewReturns are shown with their times.
const fewReturns = 8

// orOK is v, or OK if it is empty.
func orOK(v Verdict) Verdict {
	if v == "" {
		return OK
	}
	return v
}

// Visiting is the Visit of o, the zero value if there is none.
func (o *Opening) Visiting() Visit {
	if o == nil || o.Visit == nil {
		return Visit{}
	}
	return *o.Visit
}
