package fuzzer_test

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// An act is something that one side does, at a time since the WebSocket was opened.
type act struct {
	at   time.Duration
	what string // hello, ping, bad (a frame that breaks the RFC), close or drop; of ours also limit
	code int    // of a close frame; 0: none
	text string // its reason
}

func (a act) String() string { return fmt.Sprintf("%v %s %d %q", a.at, a.what, a.code, a.text) }

// frame is the frame of an act, which a drop and a limit have not.
func (a act) frame() cases.Frame {
	switch a.what {
	case "hello":
		return cases.Text("hello")
	case "ping":
		return cases.Ping("?")
	case "bad":
		return cases.Opcode(3, "")
	}
	return cases.Opcode(cases.OpClose, string(a.payload().Octets()))
}

// payload is that of a close frame.
func (a act) payload() cases.Payload {
	if a.code == 0 {
		return cases.Of(a.text)
	}
	return cases.Close(uint16(a.code), a.text)
}

// invalid is the code to fail a connection with on which the close frame of an act
// arrives (RFC 6455 5.5.1, 7.4, 8.1); 0: it is valid.
func (a act) invalid() int {
	switch {
	case a.code == 0 && a.text != "", a.code != 0 && (a.code < 1000 || a.code == 1005 || a.code > 4999):
		return 1002
	case a.text == "\xff":
		return 1007
	}
	return 0
}

// A plot is all that both sides do, and the time limits.
type plot struct {
	server       bool // we are the server
	failByDrop   bool
	echoClose    bool
	closeAtLimit bool
	closing      time.Duration // for the peer to answer our close frame
	dropping     time.Duration // for a server to drop TCP
	ours, theirs []act
}

// drawPlot draws one. Nothing the peer does, or that follows from it, is at the time of
// anything that we do by ourselves.
func drawPlot(r *rapid.T) (p plot) {
	tenths := func(name string) time.Duration {
		return time.Duration(rapid.IntRange(1, 9).Draw(r, name)) * 100 * time.Millisecond
	}
	p.server, p.failByDrop = rapid.Bool().Draw(r, "server"), rapid.Bool().Draw(r, "failByDrop")
	p.echoClose, p.closeAtLimit = rapid.Bool().Draw(r, "echoClose"), rapid.Bool().Draw(r, "closeAtLimit")
	p.closing, p.dropping = tenths("closing"), tenths("dropping")
	drawn := func(name string, kinds []string) (a act) {
		a.what = rapid.SampledFrom(kinds).Draw(r, name)
		if a.what == "close" {
			a.code = rapid.SampledFrom([]int{0, 0, 1000, 1001, 4999, 5, 1005, 5000}).Draw(r, "code")
			a.text = rapid.SampledFrom([]string{"", "", "bye", "\xff"}).Draw(r, "reason")
			if a.code == 0 && a.text != "" {
				a.text = "x" // alone: an octet that is no code
			}
		}
		return a
	}
	var now time.Duration
	for range rapid.IntRange(0, 3).Draw(r, "our acts") {
		a := drawn("we", []string{"close", "ping", "drop", "ping"})
		if rapid.Bool().Draw(r, "we wait") {
			now += tenths("wait")
		}
		a.at = now
		p.ours = append(p.ours, a)
	}
	p.ours = append(p.ours, act{at: now + tenths("limit"), what: "limit"})
	now = 0
	for i := range rapid.IntRange(0, 5).Draw(r, "their acts") {
		a := drawn("they", []string{"close", "hello", "ping", "bad", "close", "drop"})
		if i == 0 || rapid.Bool().Draw(r, "they wait") {
			now += time.Duration(rapid.IntRange(0, 5).Draw(r, "tenths"))*100*time.Millisecond + 7*time.Millisecond
		}
		a.at = now
		p.theirs = append(p.theirs, a)
	}
	return p
}

// expected is how p ends, as RFC 6455 7 and the reference's options have it. It goes
// through all acts in the order of their times, and knows three facts: our close frame,
// theirs, and the end.
func (p plot) expected() (c cases.Closing, ended time.Duration) {
	type timed struct {
		act
		ours bool
	}
	var list []timed
	for _, a := range p.ours {
		list = append(list, timed{a, true})
	}
	for _, a := range p.theirs {
		list = append(list, timed{a, false})
	}
	slices.SortStableFunc(list, func(a, b timed) int { return cmp.Compare(a.at, b.at) })

	var sent, got bool                 // close frames
	var last act                       // of ours that was played
	deadline := time.Duration(1 << 62) // for what the peer has to do
	sendClose := func(now time.Duration, code int, text string, answer bool) {
		sent = true
		c.ClosedByMe = !answer
		c.LocalReason = cases.Of(text)
		if code != 0 {
			c.LocalCode = new(uint16(code))
		}
		deadline = now + p.closing
	}
	// fail fails the connection and reports whether that is its end.
	fail := func(now time.Duration, code int) (dropped bool) {
		c.FailedByMe = true
		if p.failByDrop {
			c.DroppedByMe, c.NotCleanReason = true, "the fuzzer failed the connection by dropping TCP"
			return true
		}
		sendClose(now, code, "", false)
		return false
	}
	events := 0
	for _, a := range list {
		now := a.at
		if now > deadline {
			break
		}
		switch {
		case a.ours && a.at > last.at && sent: // the script is played in an open connection
			continue
		case a.ours && a.what == "close" && !sent:
			sendClose(now, a.code, a.text, false)
		case a.ours && a.what == "drop":
			c.DroppedByMe = true
			if !c.WasClean {
				c.NotCleanReason = "the script dropped the TCP connection"
			}
			return c, now
		case a.ours && a.what == "limit" && !sent && p.closeAtLimit:
			sendClose(now, 0, "", false)
		case a.ours && a.what == "limit" && !sent:
			if fail(now, 1001) {
				return c, now
			}
		case !a.ours && a.what == "drop":
			if !c.WasClean {
				c.NotCleanReason = cases.ReasonPeerDropped
			}
			return c, now
		case !a.ours && got: // nothing follows a close frame (RFC 6455 5.5.1)
		case !a.ours && a.what == "bad" && !sent:
			if fail(now, 1002) {
				return c, now
			}
		case !a.ours && (a.what == "hello" || a.what == "ping"):
			if events++; events == 1 && a.what == "hello" && !sent { // which decides the case
				sendClose(now, 1000, "", false)
			}
		case !a.ours && a.what == "close":
			got = true
			c.RemoteReason = cases.Of(a.text)
			if a.code != 0 {
				c.RemoteCode = new(uint16(a.code))
			}
			if code := a.invalid(); code != 0 && !sent {
				if fail(now, code) {
					return c, now
				}
			}
			if !sent && p.echoClose && a.code != 0 {
				sendClose(now, a.code, a.text, true)
			} else if !sent {
				sendClose(now, 1000, "", true)
			}
			c.WasClean = true
			if p.server { // which drops TCP (RFC 6455 7.1.1)
				c.DroppedByMe = true
				return c, now
			}
			deadline = now + p.dropping
		}
		if a.ours {
			last = a.act
		}
	}
	c.DroppedByMe, c.WasClean = true, false
	c.NotCleanReason, c.ClosingTimeout = cases.ReasonNoReply, true
	if got {
		c.NotCleanReason, c.ClosingTimeout, c.ServerDropTimeout = cases.ReasonNoServerDrop, false, true
	}
	return c, deadline
}

// script is our part as a case.
func (p plot) script() cases.Case {
	c := cases.Case{ID: "x", Accept: cases.Exactly(cases.GotText("hello"))}
	var now time.Duration
	for _, a := range p.ours {
		switch wait := cases.Duration(a.at - now); {
		case a.what == "limit":
			c.Limit = cases.Limit{After: wait, Close: p.closeAtLimit}
			continue
		case wait > 0:
			c.Script = append(c.Script, cases.Wait{For: wait})
		}
		now = a.at
		switch a.what {
		case "close":
			c.Script = append(c.Script, cases.SendClose{Payload: a.payload()})
		case "drop":
			c.Script = append(c.Script, cases.Drop{})
		default:
			c.Script = append(c.Script, a.frame())
		}
	}
	return c
}

// say is the peer's part.
func (p plot) say(nc net.Conn) {
	begun := time.Now()
	for _, a := range p.theirs {
		time.Sleep(a.at - time.Since(begun))
		if a.what == "drop" {
			return
		}
		h := wire.FrameHeader(a.frame(), p.server, [4]byte{1, 2, 3, 4})
		if _, err := nc.Write(wire.AppendFrame(nil, h, a.frame().Payload.Octets(), false)); err != nil {
			return
		}
	}
	time.Sleep(time.Minute)
}

// play plays p.
func (p plot) play(t *testing.T) cases.Observation {
	options := fuzzer.DefaultOptions()
	options.FailByDrop, options.EchoCloseCodeReason = p.failByDrop, p.echoClose
	options.CloseHandshakeTimeout, options.ServerConnectionDropTimeout = p.closing, p.dropping
	config := fuzzer.Config{Options: &options}
	var k talk
	if p.server {
		k = withClient(t, config, p.script(), func(nc net.Conn) {
			if _, err := nc.Write(request("")); err == nil {
				p.say(nc)
			}
		})
	} else {
		k = withServer(t, config, p.script(), func(nc net.Conn, head []byte) {
			if _, err := nc.Write(head); err == nil {
				p.say(nc)
			}
		})
	}
	if len(k.played) != 1 {
		t.Fatalf("%d cases were played, want one", len(k.played))
	}
	return k.played[0].Observation
}

// TestClosingFollowsItsModel plays whatever both sides may do, in any order, and compares
// who closed, failed and dropped, with which codes, whether that is clean, and when.
func TestClosingFollowsItsModel(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := drawPlot(r)
		got := p.play(t)
		want, ended := p.expected()
		// The reasons we give for a violation are for people.
		reasons := cmpopts.IgnoreFields(cases.Closing{}, "LocalReason")
		if diff := gocmp.Diff(want, got.Closing, reasons); diff != "" || time.Duration(got.Duration) != ended {
			r.Errorf("%+v\nended after %s, want %s (-want +got):\n%s", p, got.Duration, ended, diff)
		}
	})
}
