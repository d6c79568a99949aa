package cases

import (
	"strings"
	"testing"
)

func TestWhatComesBehindAnAnswerIsPartOfIt(t *testing.T) {
	c := Case{ID: "user/then", Opening: &Opening{Answers: refusesAndCloses}, Accept: Silence}
	refused := "HTTP/1.1 400 Bad Request\r\n\r\n"
	for _, x := range []struct {
		response, then string
		verdict        Verdict
		says           string
	}{
		{refused, Dropped, OK, "status 400"},
		{refused, Unfinished, OK, "status 400"},
		{refused, Unanswered, NonStrict, "did not close"},
		{refused, "200", Failed, "answered the request behind it as well, with status 200"},
		{refused, "none", Failed, "answered the request behind it as well"},
		{"HTTP/1.1 503 x\r\n\r\n", Dropped, NonStrict, "status 503"},
		{"", "", NonStrict, "ended TCP without"},
		{"HTTP/1.1 101 x\r\n\r\n", "", Failed, "opened the WebSocket"},
	} {
		r := Judge(c, Observation{Response: x.response, Then: x.then})
		if r.Verdict != x.verdict || !strings.Contains(r.Says, x.says) {
			t.Errorf("%q, then %q: %s: %s", x.response, x.then, r.Verdict, r.Says)
		}
	}
	if nobody := (Answer{Verdict: OK, Status: []string{AnyRefusal}}); !nobody.matches(Observation{Response: refused}) {
		t.Error("an answer that says nothing of what comes behind wants something of it")
	}
}

func TestStatusOfWhateverAServerAnswers(t *testing.T) {
	for line, want := range map[string]string{
		"HTTP/1.1 101 Switching Protocols\r": "101", "HTTP/1.1 404": "404", "HTTP/1.0  200 OK": "200", "HTTP/1.1 1000 x": "none",
		"HTTP/1.1 +10 x": "none", "HTTP/1.1": "none", "": "none", "\x15\x03\x01\x00\x02\x02\x46": "none", "HTTP/1.1 4xx x": "none",
	} {
		if got := StatusOf(line); got != want {
			t.Errorf("%q has status %q, want %q", line, got, want)
		}
	}
}

// A table of openings says of each entry what is answered, and gives each a name of its own
// that can be read.
func TestTablesOfOpeningsAreLegible(t *testing.T) {
	for _, c := range openingServer.Cases {
		if c.Role != Server {
			t.Errorf("%s is for %q", c.ID, c.Role)
		}
		for _, part := range c.Parts() {
			if strings.ContainsFunc(part.Description, func(r rune) bool { return r < ' ' || r > '~' && r != '…' }) || len(part.Description) > 200 {
				t.Errorf("%s: %q", part.ID, part.Description)
			}
			if o := part.Opening; o != nil && o.Answers != nil && o.Time == 0 {
				t.Errorf("%s waits as long as for any opening handshake", part.ID)
			}
		}
	}
}
