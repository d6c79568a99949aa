package cases

import (
	"slices"
	"strings"
	"testing"
)

func TestCasesBeyondTheReferenceAreWellFormed(t *testing.T) {
	seen := make(map[ID]bool)
	for _, chapter := range Extended {
		for _, c := range chapter.Cases {
			if err := c.Validate(); err != nil {
				t.Error(err)
			}
			if seen[c.ID] || Number(c.ID) > 0 {
				t.Errorf("there are two cases %s", c.ID)
			}
			seen[c.ID] = true
			inSection := false
			for _, s := range chapter.Sections {
				inSection = inSection || strings.HasPrefix(string(c.ID), s.Number+".")
			}
			switch {
			case !inSection:
				t.Errorf("%s is in none of the sections of chapter %s", c.ID, chapter.Number)
			case !strings.HasSuffix(c.Description, ".") || !strings.HasSuffix(c.Expectation, "."):
				t.Errorf("%s: description %q and expectation %q: want sentences", c.ID, c.Description, c.Expectation)
			case len(c.Spec) == 0 || len(c.Requirements) == 0:
				t.Errorf("%s names no clause, or no requirement", c.ID)
			}
		}
	}
}

// asPredicted is what is observed of a peer that does what the model says.
func asPredicted(accept []Outcome, ending Ending) Observation {
	code := ending.CloseCodes()[0]
	return Observation{
		Opened: true, Events: accept[0].Events, Deflate: &DeflateParams{},
		Closing: Closing{ClosedByMe: !ending.Peer, WasClean: true, RemoteCode: &code},
	}
}

// preferred is the head of a 101 with what the first of the answers that open the
// WebSocket has.
func preferred(o *Opening) string {
	head := "HTTP/1.1 101 Switching Protocols\r\n"
	if o != nil {
		for _, a := range o.Answers {
			if slices.Contains(a.Status, "101") {
				for _, field := range a.With {
					name, value, _ := strings.Cut(field, ":")
					head += name + ": " + value + "\r\n"
				}
				break
			}
		}
	}
	return head + "\r\n"
}

// What Predict says a conforming peer does fails no case. Of what it knows nothing, such
// as octets that are no frames, or what a client asks for, it says nothing.
func TestPredictAgreesWithEveryCaseBeyondTheReferences(t *testing.T) {
	agreed := 0
	for _, chapter := range Extended {
		for _, c := range chapter.Cases {
			for _, part := range c.Parts() {
				accept, ending := part.Predict()
				if slices.Contains(c.Tags, Handshake) || ending.Grade != "" || part.Passive || !part.Opening.Opens() || part.Opening.Visiting().Asks != nil {
					continue
				}
				agreed++
				o := asPredicted(accept, ending)
				o.Response = preferred(part.Opening)
				o.Server = part.Role == Client
				if r := Judge(part, o); r.Verdict == Failed || r.CloseVerdict == Failed {
					t.Errorf("%s (%s) fails who does what the model says: %s; %s: %s %s", part.ID, part.Description, accept[0], ending, r.Says, r.CloseSays)
				}
			}
		}
	}
	if agreed == 0 {
		t.Error("the model knows none of them")
	}
}
