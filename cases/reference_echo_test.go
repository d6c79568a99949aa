package cases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What follows is of chapters 9, 12 and 13, where the reference judges not the
// events but whether messages come back: an Echo.

// compressedSections are what the recorded catalogue does not hold of chapters 12
// and 13: what the messages are cut from, and the extension, as the reference
// wrote it in its requests and answers.
var compressedSections = map[string]struct {
	corpus        string
	binary        bool
	offer, accept []string
}{
	"12.1": {"json", false, offerDefault, acceptDefault},
	"12.2": {"bitmap", true, offerDefault, acceptDefault},
	"12.3": {"prose", true, offerDefault, acceptDefault},
	"12.4": {"html", false, offerDefault, acceptDefault},
	"12.5": {"pdf", true, offerDefault, acceptDefault},
	"13.1": {"json", false, offerDefault, acceptDefault},
	"13.2": {"json", false,
		[]string{"permessage-deflate; client_no_context_takeover; client_max_window_bits; server_no_context_takeover"},
		[]string{"permessage-deflate; client_no_context_takeover"}},
	"13.3": {"json", false,
		[]string{"permessage-deflate; client_no_context_takeover; client_max_window_bits; server_max_window_bits=9"},
		[]string{"permessage-deflate; client_max_window_bits=9"}},
	"13.4": {"json", false,
		[]string{"permessage-deflate; client_no_context_takeover; client_max_window_bits; server_max_window_bits=15"},
		[]string{"permessage-deflate; client_max_window_bits=15"}},
	"13.5": {"json", false,
		[]string{"permessage-deflate; client_no_context_takeover; client_max_window_bits; server_no_context_takeover; server_max_window_bits=9"},
		[]string{"permessage-deflate; client_no_context_takeover; client_max_window_bits=9"}},
	"13.6": {"json", false,
		[]string{"permessage-deflate; client_no_context_takeover; client_max_window_bits; server_no_context_takeover; server_max_window_bits=15"},
		[]string{"permessage-deflate; client_no_context_takeover; client_max_window_bits=15"}},
	"13.7": {"json", false,
		[]string{
			"permessage-deflate; client_no_context_takeover; client_max_window_bits; server_no_context_takeover; server_max_window_bits=9",
			"permessage-deflate; client_no_context_takeover; client_max_window_bits; server_no_context_takeover",
			"permessage-deflate; client_no_context_takeover; client_max_window_bits",
		},
		[]string{
			"permessage-deflate; client_no_context_takeover; client_max_window_bits=9",
			"permessage-deflate; client_no_context_takeover",
			"permessage-deflate",
		}},
}

var (
	offerDefault  = []string{"permessage-deflate; client_no_context_takeover; client_max_window_bits"}
	acceptDefault = []string{"permessage-deflate"}
)

// deflateParams reads the parameters in each of list, in any order.
func deflateParams(list []string) (all []DeflateParams) {
	for _, s := range list {
		var p DeflateParams
		for i, param := range strings.Split(s, "; ") {
			name, value, _ := strings.Cut(param, "=")
			bits, _ := strconv.Atoi(value)
			switch {
			case i == 0 && param == "permessage-deflate":
			case param == "client_no_context_takeover":
				p.ClientNoContextTakeover = true
			case param == "server_no_context_takeover":
				p.ServerNoContextTakeover = true
			case param == "client_max_window_bits":
				p.ClientMaxWindowBits = AnyWindow
			case name == "client_max_window_bits" && bits > 0:
				p.ClientMaxWindowBits = bits
			case name == "server_max_window_bits" && bits > 0:
				p.ServerMaxWindowBits = bits
			default:
				panic(fmt.Sprintf("parameter without a translation: %s", param))
			}
		}
		all = append(all, p)
	}
	return all
}

// TestDeflateIsShownAsTheReferenceOffersIt compares with what the reference sent.
func TestDeflateIsShownAsTheReferenceOffersIt(t *testing.T) {
	for section, row := range compressedSections {
		for _, list := range [][]string{row.offer, row.accept} {
			for i, p := range deflateParams(list) {
				if p.String() != list[i] {
					t.Errorf("%s: got %s, want %s", section, p, list[i])
				}
			}
		}
	}
}

// translateEcho translates a case of messages that are to come back.
func (r reference) translateEcho(c *Case) error {
	echo := Echo{Count: max(r.Count, 1)}
	var err error
	switch compressed, ok := compressedSections[sectionOf(r.ID)]; {
	case ok:
		echo.Message = Message{Binary: compressed.binary, Payload: Corpus(compressed.corpus, r.MessageLen), Fragment: r.AutoFragment}
		c.Deflate = &Deflate{Offer: deflateParams(compressed.offer), Accept: deflateParams(compressed.accept)}
		err = r.withoutDeflate(c.Ending)
	case r.Count > 0:
		echo.Message, err = r.translateRepeated()
	default:
		echo.Message, err = r.translateOnce()
	}
	if err != nil {
		return err
	}
	c.Script = Script{echo}
	c.Accept = Exactly(Echoed{echo.Count})
	if r.Count == 0 { // the reference looks at no octets, but we say so
		c.Accept = append(c.Accept, Outcome{Verdict: OK, Events: Events{Got{echo.Message.Opcode(), AnyOctets(r.DataLen)}}})
	}
	c.Limit = CloseAfter(seconds(*r.TimeLimit))
	c.Report = Report{Time: r.ReportTime, Ratio: r.ReportRatio, Quiet: true} // the data frames are in no wire log
	return nil
}

// translateOnce translates a message that is sent once.
func (r reference) translateOnce() (m Message, err error) {
	for i, step := range r.Steps {
		for name, body := range step {
			switch {
			case i == 0 && name == "frame":
				m, err = whole(translateFrame(body))
			case i == 0 && name == "message":
				m = translateMessage(body)
			case i == 1 && name == "close_after" && read[float64](body) == *r.TimeLimit:
			default:
				err = fmt.Errorf("step %d without a translation: %s %s", i+1, name, body)
			}
			if err != nil {
				return m, err
			}
		}
	}
	if m.Payload.Size() != r.DataLen || m.Fragment != r.Fragment {
		return m, fmt.Errorf("%s is not of %d octets in fragments of %d", m, r.DataLen, r.Fragment)
	}
	return m, nil
}

// translateRepeated translates a message that is sent many times, of which the
// first was recorded.
func (r reference) translateRepeated() (m Message, err error) {
	for i, step := range r.Steps {
		for name, body := range step {
			switch {
			case i == 0 && name == "wirelog" && !read[bool](body):
			case i == 1 && name == "close_after" && read[float64](body) == *r.TimeLimit:
			case i == 2 && name == "frame":
				m, err = whole(translateFrame(body))
			default:
				err = fmt.Errorf("step %d without a translation: %s %s", i+1, name, body)
			}
			if err != nil {
				return m, err
			}
		}
	}
	if m.Payload.Size() != r.MessageLen || m.Binary != *r.Binary {
		return m, fmt.Errorf("%s is not of %d octets, binary %t", m, r.MessageLen, *r.Binary)
	}
	return m, nil
}

// withoutDeflate checks what was recorded of a case that needs the extension: that
// without it, the reference starts the closing handshake of e.
func (r reference) withoutDeflate(e Ending) error {
	if len(r.Steps) != 2 || string(r.Steps[0]["wirelog"]) != "false" || string(r.Steps[1]["close"]) != fmt.Sprint(e.CloseCodes()[0]) {
		return fmt.Errorf("steps without a translation: %s", r.Steps)
	}
	return nil
}

// whole is the message of which f is all.
func whole(f Frame) (Message, error) {
	m := Message{Binary: f.Opcode == OpBinary, Payload: f.Payload, Wire: f.Wire}
	if diff := cmp.Diff([]Frame{f}, m.Frames()); diff != "" {
		return m, fmt.Errorf("%s is no message:\n%s", f, diff)
	}
	return m, nil
}

// echoed is the Echo that is all of the script of c.
func echoed(t *testing.T, c Case) Echo {
	t.Helper()
	e, ok := c.echo()
	if !ok {
		t.Fatalf("%s: the script is no Echo: %v", c.ID, c.Script)
	}
	return e
}

// TestFamiliesAreAsLargeAsTheReferences counts what chapters 9, 12 and 13 do, so
// that a mistake in the translation that hides one in the catalogue shows here.
func TestFamiliesAreAsLargeAsTheReferences(t *testing.T) {
	got := map[string]int{}
	for _, c := range Catalogue {
		if chapter, _, _ := strings.Cut(string(c.ID), "."); slices.Contains([]string{"9", "12", "13"}, chapter) {
			e := echoed(t, c)
			got[fmt.Sprintf("%s ×%d", chapter, e.Count)]++
			got[e.Message.Opcode().String()]++
			if e.Message.Payload.Corpus != "" {
				got["corpus "+e.Message.Payload.Corpus]++
			}
			if e.Message.Fragment > 0 {
				got[chapter+" fragmented"]++
			}
			if e.Message.Wire.Chop > 0 {
				got["chopped"]++
			}
			if len(c.Accept) > 1 {
				got["of any octets"]++
			}
		}
	}
	want := map[string]int{
		"9 ×1": 42, "9 ×1000": 12, "12 ×1000": 90, "13 ×1000": 126,
		"text": 27 + 36 + 126, "binary": 27 + 54,
		"corpus json": 18 + 126, "corpus bitmap": 18, "corpus prose": 18, "corpus html": 18, "corpus pdf": 18,
		"9 fragmented": 18, "12 fragmented": 8 * 5, "13 fragmented": 8 * 7, "chopped": 12, "of any octets": 42,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
