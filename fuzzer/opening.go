package fuzzer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gobahn/cases"
	"gobahn/wire"
)

// A handshake is the opening handshake in one role.
type handshake interface {
	// start sends what is ours to send first.
	start(s *session)
	// answer takes the peer's head. An error says what is wrong with it.
	answer(s *session, head wire.Head) error
	// refuse ends a connection on which the peer sent no head we can answer.
	refuse(s *session, err error)
}

// open takes octets of the opening handshake and returns those behind it.
func (s *session) open(b []byte) (rest []byte) {
	if s.following != nil {
		s.followMore(b)
		return nil
	}
	s.receiver.head = append(s.receiver.head, b...)
	b = s.receiver.head
	if s.server && b[0] == recordOfTLS {
		s.obs.Secure = true
		s.handshake.refuse(s, errors.New("the client speaks TLS, is it wss instead of ws?"))
		return nil
	}
	n := wire.HeadEnd(b)
	for ; n > 0 && !s.server && s.interim(b[:n]); n = wire.HeadEnd(b) {
		b = b[n:]
		if s.receiver.interim += n; s.receiver.interim > wire.MaxHead {
			s.handshake.refuse(s, errManyInterim)
			return nil
		}
	}
	if n == 0 {
		if s.receiver.head = b; len(b) > wire.MaxHead {
			s.handshake.refuse(s, wire.ErrHeadTooLong)
		}
		return nil
	}
	s.receiver.head = nil
	if c, ok := s.handshake.(*clientHandshake); ok && c.prior {
		return c.afterPrior(s, b)
	}
	if s.server {
		s.obs.Request = string(b[:n])
	} else {
		s.obs.Response = string(b[:n])
		s.checkResponse()
	}
	head, err := wire.ParseHead(b[:n])
	if err == nil {
		err = s.handshake.answer(s, head)
	}
	switch {
	case err != nil && s.follow(b):
		return nil
	case err != nil:
		s.handshake.refuse(s, err)
		return nil
	}
	s.stop(openingTimer)
	s.state, s.obs.Opened = open, true
	s.pingLater()
	s.traffic = meter{received: cases.Flow{Opening: n}, sent: cases.Flow{Opening: s.sentHead()}}
	if s.nothingToPlay() {
		s.sendClose(cases.Close(cases.CodeNormal, ""), mask(s.keys.reply), false)
		return b[n:]
	}
	if slices.Contains(s.c.Needs, cases.NeedMaxMessage) {
		s.c.Script = s.c.Script.Declared(s.declared.MaxMessage)
	}
	s.play()
	return b[n:]
}

// errManyInterim is that there seems to be no end of interim responses.
var errManyInterim = fmt.Errorf("interim responses of more than %d octets", wire.MaxHead)

// interim reports whether head is that of a response before the one that counts (RFC 9110
// 15.2), and not what the case is about.
func (s *session) interim(head []byte) bool {
	line, _, _ := strings.Cut(string(head), "\n")
	status := cases.StatusOf(line)
	return strings.HasPrefix(status, "1") && status != "101" && !s.c.Opening.Names(status)
}

// nothingToPlay reports whether the case is over once the WebSocket is open: the peer
// does not do what it is about, or should not have opened it.
func (s *session) nothingToPlay() bool {
	switch {
	case s.c.Deflate != nil && s.obs.Deflate == nil && !s.c.Deflate.Optional, s.obs.Absent != "":
		return true
	}
	return !s.server && s.c.Opening != nil && s.c.Opening.Answers != nil && len(s.c.Script) == 0
}

// sentHead is how many octets of the opening handshake are ours.
func (s *session) sentHead() int {
	if s.server {
		return len(s.obs.Response)
	}
	return len(s.obs.Request)
}

// recordOfTLS is the first octet of a TLS handshake, which no request begins with.
const recordOfTLS = 0x16

// A clientHandshake asks a server to open a WebSocket.
type clientHandshake struct {
	opening  wire.Opening // but for key and extensions
	declared Declared
	scheme   string // "http" or "https"
	asked    func() // called when the request is on its way; nil: nothing
	opened   func() // called when the WebSocket is open; nil: nothing

	request wire.Head // as it was edited
	sent    wire.Head // the same, with what was inserted; that of octets, if they are a request
	prior   bool      // the answer to another request comes first
}

func (h *clientHandshake) start(s *session) {
	if h.asked != nil {
		defer func() {
			s.conn.Flush()
			h.asked()
		}()
	}
	o := s.c.Opening
	h.opening.Key = s.keys.websocketKey()
	h.opening.Extensions, h.opening.Offers, _ = s.offer()
	if o == nil {
		h.request = h.opening.Request()
		request := h.request.Append(nil)
		s.obs.Request = string(request)
		s.conn.Send(request, cases.Wire{})
		return
	}
	if o.Key != "" {
		h.opening.Key = o.Key
	}
	if o.Prior != (cases.Payload{}) {
		h.prior = true
		s.conn.Send([]byte(h.words().Replace(string(o.Prior.Octets()))), cases.Wire{})
		return
	}
	h.ask(s)
}

// ask sends the request as the case wants it.
func (h *clientHandshake) ask(s *session) {
	o := *s.c.Opening
	h.request = h.opening.Request().Edit(o, h.words())
	octets := h.request.Styled(o, h.words())
	s.obs.Request = string(octets[:min(len(octets), maxShown)])
	h.sent = h.request
	if end := wire.HeadEnd(octets[:min(len(octets), maxShown)]); end > 0 && s.c.RewritesExtensions() {
		if sent, err := wire.ParseHead(octets[:end]); err == nil {
			h.sent = sent
		}
	}
	s.greet(octets, o)
}

// words are what stands for names in braces.
func (h *clientHandshake) words() *strings.Replacer {
	return strings.NewReplacer(append(originWords(h.declared.Origin),
		"{path}", h.opening.Target, "{host}", h.opening.Host, "{scheme}", h.scheme, "{key}", h.opening.Key,
		"{accept}", wire.AcceptKey(h.opening.Key), "{protocol}", h.declared.Protocol,
		"{PROTOCOL}", otherCase(h.declared.Protocol), "{absent}", h.declared.Absent)...)
}

// otherCase is s in capital letters, or in small ones if it is in capital letters.
func otherCase(s string) string {
	if upper := strings.ToUpper(s); upper != s {
		return upper
	}
	return strings.ToLower(s)
}

// maxShown is how many octets of a head that we make up are kept to be shown.
const maxShown = 16 << 10

// afterPrior takes the answer to the request before ours, and sends ours when it has
// been read.
func (h *clientHandshake) afterPrior(s *session, b []byte) (rest []byte) {
	if end, closes := wire.ContentEnd(b); end < 0 && !closes {
		if s.receiver.head = b; len(b) > maxFollow {
			h.refuse(s, wire.ErrHeadTooLong)
		}
		return nil
	}
	h.prior = false
	h.ask(s)
	s.conn.Flush()
	return nil
}

// greet sends our half of the opening handshake as o wants it, and begins with the
// script if that does not wait for the answer.
func (s *session) greet(octets []byte, o cases.Opening) {
	if o.Time > 0 {
		s.set(openingTimer, time.Duration(o.Time))
	}
	if len(o.Pauses) == 0 {
		s.conn.Send(octets, o.Wire)
	} else {
		s.stop(openingTimer) // it begins when the peer can answer
		s.player.split = &splitPlay{octets: octets, pauses: resolved(o.Pauses, len(octets)), head: true, wire: o.Wire}
	}
	s.early = o.Early
	if s.early || s.player.split != nil {
		s.play()
	}
}

// resolved are pauses whose places are counted from the beginning.
func resolved(pauses []cases.Pause, n int) []cases.Pause {
	pauses = slices.Clone(pauses)
	for i := range pauses {
		if pauses[i].At < 0 {
			pauses[i].At += n
		}
		pauses[i].At = max(0, min(pauses[i].At, n))
	}
	return pauses
}

func (h *clientHandshake) answer(s *session, head wire.Head) error {
	key := strings.Trim(h.request.Get("Sec-WebSocket-Key"), " \t")
	if err := wire.CheckResponse(head, key, wire.Protocols(h.request)...); err != nil {
		return err
	}
	err := s.checkAnswer(h.sent, head)
	if err == nil && h.opened != nil {
		h.opened()
	}
	return err
}

func (h *clientHandshake) refuse(s *session, err error) {
	if errors.Is(err, wire.ErrRefused) && s.c.Opening != nil && s.c.Opening.Answers != nil { // as it may have to
		s.drop("the server opened no WebSocket")
		return
	}
	s.fault(err.Error())
	s.drop("the opening handshake failed: " + err.Error())
}

// A serverHandshake answers clients, whose request says what they want.
type serverHandshake struct {
	// route finds out what is to be played. Its error refuses the request.
	route     func(head wire.Head) (plan, error)
	product   string
	protocols []string // subprotocols we speak
	address   string   // at which the client has reached us
	scheme    string   // "ws" or "wss"
	elsewhere string   // address of another server; empty: there is none
}

// A plan is what happens on a connection when the WebSocket is open.
type plan struct {
	c       cases.Case
	control *conversation // nil: the case is played
}

func (h *serverHandshake) start(*session) {}

func (h *serverHandshake) answer(s *session, head wire.Head) error {
	p, err := h.route(head)
	if err != nil {
		return err
	}
	c := p.c
	s.c, s.control, s.keys = c, p.control, newKeys(s.obs.Seed, c.ID)
	if s.control == nil {
		breaches := wire.RequestBreaches(s.obs.Request, h.address)
		for _, b := range append(breaches, wire.BrowserBreaches(s.obs.Request, s.declared.Browser)...) {
			s.breach(b.Check, b.Verdict, b.Says, b.Octets.Octets())
		}
	}
	if c.Opening != nil {
		wants := c.Opening.Wants
		if s.declared.Browser {
			wants = slices.DeleteFunc(slices.Clone(wants), func(want string) bool { return want == cases.WantBrowser })
		}
		s.obs.Absent = absent(head, wants)
	}
	extensions, fields, err := s.extensions(head)
	if err != nil {
		return err
	}
	response := wire.Response(head, h.product, extensions, wire.ChooseProtocol(head, h.protocols))
	response.Fields = append(response.Fields, fields...)
	o := c.Opening
	if o == nil || s.obs.Absent != "" {
		octets := response.Append(nil)
		s.obs.Response = string(octets)
		s.conn.Send(octets, cases.Wire{})
		return nil
	}
	words := h.words(head)
	octets := response.Edit(*o, words).Styled(*o, words)
	s.obs.Response = string(octets[:min(len(octets), maxShown)])
	s.greet(octets, cases.Opening{Pauses: o.Pauses, Wire: o.Wire}) // the script follows anyway
	return nil
}

// absent says what a case wants of a request and is not so, "" if all is.
func absent(request wire.Head, wants []string) string {
	for _, want := range wants {
		name, unwanted := strings.CutPrefix(want, "no ")
		switch there := len(request.Values(name)) > 0; {
		case unwanted && there:
			return "the client sends " + name
		case !unwanted && !there:
			return "the client sends no " + name
		}
	}
	return ""
}

// words are what stands for names in braces.
func (h *serverHandshake) words(request wire.Head) *strings.Replacer {
	_, target, _ := request.Request()
	key := request.Get("Sec-WebSocket-Key")
	protocol := ""
	if offered := wire.Protocols(request); len(offered) > 0 {
		protocol = offered[0]
	}
	return strings.NewReplacer(append(wire.AcceptWords(key), "{path}", target, "{host}", request.Get("Host"), "{key}", key,
		"{accept}", wire.AcceptKey(key), "{protocol}", protocol, "{origin}", request.Get("Origin"), "{scheme}", h.scheme, "{elsewhere}", h.elsewhere)...)
}

func (h *serverHandshake) refuse(s *session, err error) {
	s.fault(err.Error())
	s.conn.Send(refusalOf(err).octets(), cases.Wire{})
	s.drop("the opening handshake failed: " + err.Error())
}
