package fuzzer

import (
	"bytes"
	"net/url"
	"strings"
	"time"

	"gobahn/cases"
	"gobahn/wire"
)

// This file is what there is to see of a server's answer beside whether it opens the
// WebSocket.

// checkResponse makes the checks of the head of the response.
func (s *session) checkResponse() {
	for _, b := range wire.ResponseBreaches(s.obs.Request, s.obs.Response) {
		s.breach(b.Check, b.Verdict, b.Says, b.Octets.Octets())
	}
}

// checkUnended looks at a response that has not ended. One whose lines end with
// LF alone has no end.
func (s *session) checkUnended() {
	if head := s.receiver.head; !s.server && bytes.Contains(head, []byte("\n\n")) {
		const says = "the lines of the response end with LF instead of CR LF"
		s.fault(says)
		s.breach(cases.CheckSyntax, cases.Failed, says, head)
	}
}

// checkFirst looks at the first octets behind the head of a response, which have been
// taken for the header of a frame.
func (s *session) checkFirst(h wire.Header, faults wire.Faults) {
	if s.server || s.receiver.begun {
		return
	}
	if s.receiver.begun = true; wire.NoFrame(h, faults) {
		s.breach(cases.CheckEarly, cases.Failed, "octets that are no frame come behind the head of the 101", h.Append(nil))
	}
}

// A following is what comes behind an answer that refuses, if that is part of the case.
type following struct{ octets []byte } // of the answer, and behind it

const (
	followTime = time.Second // for what comes behind an answer
	maxFollow  = 1 << 20     // octets of an answer that are read for it
)

// follow begins to look at what comes behind an answer of which b is the beginning, if
// the case asks for it.
func (s *session) follow(b []byte) bool {
	line, _, _ := strings.Cut(s.obs.Response, "\n")
	if status := cases.StatusOf(line); s.server || !s.c.Opening.Follows() || status == "101" {
		return false
	}
	s.stop(openingTimer)
	s.set(followTimer, followTime)
	s.following = &following{}
	s.followMore(b)
	return true
}

// followMore takes octets of an answer, and behind it.
func (s *session) followMore(b []byte) {
	f := s.following
	f.octets = append(f.octets, b...)
	if len(f.octets) > maxFollow {
		s.followed(cases.Unfinished)
		return
	}
	if end, _ := wire.ContentEnd(f.octets); end >= 0 {
		if line, _, whole := strings.Cut(string(f.octets[end:]), "\n"); whole {
			s.followed(cases.StatusOf(line))
		}
	}
}

// followed ends it with what came behind the answer.
func (s *session) followed(then string) {
	s.obs.Then = then
	s.following = nil
	s.drop("the server opened no WebSocket")
}

// followEnded ends it because TCP has ended, or because nothing has come in time.
func (s *session) followEnded(then string) {
	if s.following == nil {
		return
	}
	end, closes := wire.ContentEnd(s.following.octets)
	if end < 0 && !(closes && then == cases.Dropped) {
		then = cases.Unfinished
	}
	s.followed(then)
}

// originWords are the words for an origin, and for others that are like it.
func originWords(origin string) []string {
	u, err := url.Parse(origin)
	if err != nil {
		u = &url.URL{}
	}
	other := "https"
	if u.Scheme == "https" {
		other = "http"
	}
	return []string{
		"{origin}", origin, "{originScheme}", u.Scheme, "{originHost}", u.Host, "{originName}", u.Hostname(),
		"{otherOrigin}", other + "://" + u.Host, "{ORIGIN}", u.Scheme + "://" + strings.ToUpper(u.Host),
	}
}
