package cases

import (
	"fmt"
	"slices"
	"strings"
)

// A Profile says by whose rules observations are judged. It changes nothing of
// what goes over the wire.
type Profile string

// The profiles. Each but the first includes those before it, but for what it
// judges more strictly.
const (
	Autobahn Profile = "autobahn" // as the reference does, to the letter; so does a profile that is empty
	RFC      Profile = "rfc"      // a MUST violated is FAILED, a SHOULD is NON-STRICT, what nothing is said of INFORMATIONAL
	Strict   Profile = "strict"   // like RFC, and what the reference lets pass is judged by content
)

// Profiles lists the profiles.
var Profiles = []Profile{Autobahn, RFC, Strict}

// ParseProfile is the profile of that name.
func ParseProfile(name string) (Profile, error) {
	if p := Profile(name); slices.Contains(Profiles, p) {
		return p, nil
	}
	for _, p := range Profiles {
		if Distance(strings.ToLower(name), string(p)) <= 2 {
			return "", fmt.Errorf("unknown profile %q (did you mean %q?)", name, p)
		}
	}
	return "", fmt.Errorf("unknown profile %q: want %s, %s or %s", name, Autobahn, RFC, Strict)
}

// differs reports whether p may judge otherwise than Autobahn.
func (p Profile) differs() bool { return p == RFC || p == Strict }

// includes reports whether what is said of q holds for p.
func (p Profile) includes(q Profile) bool { return p == q || p == Strict && q == RFC }

// An Override is where a case asks for something else under a profile.
type Override struct {
	Profile    Profile   `json:"profile"`              // RFC, which Strict includes, or Strict
	ClientOnly bool      `json:"clientOnly,omitempty"` // it holds only if the peer is a client
	Accept     []Outcome `json:"accept,omitempty"`     // nil: as before
	Ending     *Ending   `json:"ending,omitempty"`     // nil: as before
	Clause     string    `json:"clause"`               // that says so: "RFC 6455 5.5.3"
	Why        string    `json:"why"`                  // a sentence
}

// Overriding are the overrides of c that hold under p, in order. Server says that
// we are the server, as in an Observation.
func (c Case) Overriding(p Profile, server bool) (list []Override) {
	for _, o := range c.Overrides {
		if p.includes(o.Profile) && (server || !o.ClientOnly) {
			list = append(list, o)
		}
	}
	return list
}

// Under is c as it is judged under p: with what its overrides say, and without
// them. Under Autobahn it is c. Server says that we are the server.
//
// It is not for playing: what is sent, and when we close, is up to c.
func (c Case) Under(p Profile, server bool) Case {
	if !p.differs() {
		return c
	}
	for _, o := range c.Overriding(p, server) {
		if o.Accept != nil {
			c.Accept = o.Accept
		}
		if o.Ending != nil {
			c.Ending = *o.Ending
		}
	}
	c.Overrides = nil
	return c
}

// overridden is list with o in the case named id.
func overridden(list []Case, id ID, o Override) []Case {
	for i := range list {
		if list[i].ID == id {
			list[i].Overrides = append(list[i].Overrides, o)
		}
	}
	return list
}

// A Rule changes verdicts under a profile, whatever the case says.
type Rule struct {
	Profile Profile   `json:"profile"`           // RFC, which Strict includes, or Strict
	Chapter string    `json:"chapter,omitempty"` // whose cases it is about; empty: all
	When    Condition `json:"when"`
	Case    Change    `json:"case,omitzero"`  // of the verdict
	Close   Change    `json:"close,omitzero"` // of the closing verdict
	Says    string    `json:"says,omitempty"` // what the report says instead, without a full stop; empty: as before
	Clause  string    `json:"clause"`         // that says so
	Why     string    `json:"why"`            // a sentence
}

// A Change puts one verdict in the place of another. The zero value changes nothing.
type Change struct {
	From Verdict `json:"from"`
	To   Verdict `json:"to"`
}

// A Condition is what must have been observed for a Rule to apply.
type Condition string

// The conditions.
const (
	LeftToUs  Condition = "left-to-us" // the peer, a server, did not drop TCP
	TooBig    Condition = "too-big"    // the peer closed with 1009 before anything wrong came back
	TooSlow   Condition = "too-slow"   // not everything came back in time, and nothing wrong did
	Swallowed Condition = "swallowed"  // the peer did not fail the connection, and we had to end it
	NoCode    Condition = "no-code"    // the peer may drop TCP, and ended the connection without a close code
)

// Rules are what the profiles say of all cases, in the order in which they apply.
var Rules = []Rule{
	{
		Profile: RFC, When: LeftToUs, Close: Change{FailedByClient, NonStrict}, Clause: "RFC 6455 7.1.1",
		Says: "The server did not drop TCP in time, which is its part: the fuzzer, as the client, had to",
		Why:  "That the server drops TCP first is a SHOULD, and it is the server that did not.",
	},
	{
		Profile: RFC, Chapter: "9", When: TooBig,
		Case: Change{Failed, Informational}, Close: Change{Failed, Informational}, Clause: "RFC 6455 10.4",
		Says: "The peer closed with 1009: it does not take as much",
		Why:  "An implementation may limit the size of frames and messages.",
	},
	{
		Profile: RFC, Chapter: "9", When: TooSlow,
		Case: Change{Failed, Informational}, Close: Change{Unclean, Informational}, Clause: "RFC 6455 10.4",
		Why: "No time is set in which long messages must come back: how fast a peer is, is up to the implementation.",
	},
	{
		Profile: Strict, When: Swallowed, Case: Change{OK, Failed}, Clause: "RFC 6455 7.1.7",
		Says: "The peer did not fail the connection, and said nothing",
		Why:  "To fail the connection is what the case asks for: silence alone is no answer.",
	},
	{
		Profile: Strict, When: NoCode,
		Case: Change{OK, NonStrict}, Close: Change{OK, NonStrict}, Clause: "RFC 6455 7.1.7",
		Says: "The peer ended the connection without a close frame that says why",
		Why:  "A close frame with a code SHOULD come before TCP is dropped.",
	},
}

// About reports whether r is about c under p.
func (r Rule) About(p Profile, c Case) bool {
	inChapter := r.Chapter == "" || strings.HasPrefix(strings.TrimPrefix(string(c.ID), UserPrefix), r.Chapter+".")
	return p.includes(r.Profile) && inChapter && r.When.concerns(c)
}

// concerns reports whether w is possible where c is played.
func (w Condition) concerns(c Case) bool {
	switch w {
	case TooBig, TooSlow:
		_, ok := c.echo()
		return ok
	case Swallowed:
		return c.Ending.Peer
	case NoCode:
		return c.Ending.MayDrop
	}
	return true
}

// holds reports whether w is what o shows, of a case that w concerns.
func (w Condition) holds(o Observation) bool {
	got := o.Closing
	nothingWrong := len(o.Events) == 0 && o.Lost == 0
	switch {
	case !o.Opened:
		return false
	case w == LeftToUs:
		return !o.Server && got.DroppedByMe
	case w == TooBig:
		return nothingWrong && !got.ClosedByMe && got.RemoteCode != nil && *got.RemoteCode == CodeTooBig
	case w == TooSlow:
		return nothingWrong && got.ClosedByMe && !got.FailedByMe
	case w == Swallowed:
		return got.ClosedByMe
	case w == NoCode:
		return got.RemoteCode == nil
	}
	return false
}

// apply changes what r is about, and reports whether it has changed anything.
func (r Rule) apply(got *Result) bool {
	sentence := r.Says
	if sentence != "" {
		sentence += "."
	}
	of := r.Case.apply(&got.Verdict, &got.Says, sentence)
	ending := r.Close.apply(&got.CloseVerdict, &got.CloseSays, r.Says)
	return of || ending
}

// apply changes a verdict, and what is said of it if there is something to say.
func (c Change) apply(v *Verdict, says *string, instead string) bool {
	if c.To == "" || *v != c.From {
		return false
	}
	if *v = c.To; instead != "" {
		*says = instead
	}
	return true
}

// Judge grades o, an observation of c, by the rules of p. It is pure, as the
// function of that name, which is the judgement of Autobahn.
//
// The observation is the same under every profile, so that one that was made under
// another can be judged again.
func (p Profile) Judge(c Case, o Observation) Result {
	if len(c.Variants) > 0 && len(o.Missing) == 0 {
		return p.judgeParts(c, o)
	}
	under := c.Under(p, o.Server)
	r, answered := grade(under, o)
	if p.differs() {
		p.rejudge(&r, c, under, o)
	}
	r.Headline = headline(under, o, r, answered)
	return r
}

// rejudge applies the rules to r, the grades of a case under p, and says why they are
// not those of Autobahn.
func (p Profile) rejudge(r *Result, c, under Case, o Observation) {
	plain, _ := grade(c, o)
	var reasons []string
	if !r.sameVerdicts(plain) {
		for _, override := range c.Overriding(p, o.Server) {
			reasons = append(reasons, override.Reason())
		}
	}
	for _, rule := range Rules {
		if rule.About(p, under) && rule.When.holds(o) && rule.apply(r) {
			reasons = append(reasons, rule.Reason())
		}
	}
	var changed []string
	if r.Verdict != plain.Verdict {
		changed = append(changed, fmt.Sprintf("the case is %s, not %s", r.Verdict, plain.Verdict))
	}
	if r.CloseVerdict != plain.CloseVerdict {
		changed = append(changed, fmt.Sprintf("the close is %s, not %s", r.CloseVerdict, plain.CloseVerdict))
	}
	if changed != nil {
		r.Why = fmt.Sprintf("By the profile %s %s. %s", p, strings.Join(changed, ", and "), strings.Join(reasons, " "))
	}
}

func (r Result) sameVerdicts(other Result) bool {
	return r.Verdict == other.Verdict && r.CloseVerdict == other.CloseVerdict
}

// Reason is why, and the clause that says so.
func (o Override) Reason() string { return reason(o.Why, o.Clause) }

// Reason is why, and the clause that says so.
func (r Rule) Reason() string { return reason(r.Why, r.Clause) }

func reason(why, clause string) string {
	return fmt.Sprintf("%s (%s).", strings.TrimSuffix(why, "."), clause)
}
