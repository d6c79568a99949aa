package fuzzer

import (
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
	s.receiver.head = append(s.receiver.head, b...)
	b = s.receiver.head
	n := wire.HeadEnd(b)
	if n == 0 {
		if len(b) > wire.MaxHead {
			s.handshake.refuse(s, wire.ErrHeadTooLong)
		}
		return nil
	}
	s.receiver.head = nil
	if s.server {
		s.obs.Request = string(b[:n])
	} else {
		s.obs.Response = string(b[:n])
	}
	head, err := wire.ParseHead(b[:n])
	if err == nil {
		err = s.handshake.answer(s, head)
	}
	if err != nil {
		s.handshake.refuse(s, err)
		return nil
	}
	s.stop(openingTimer)
	s.state, s.obs.Opened = open, true
	s.pingLater()
	s.traffic = meter{received: cases.Flow{Opening: n}, sent: cases.Flow{Opening: s.sentHead()}}
	if s.c.Deflate != nil && s.obs.Deflate == nil { // there is nothing to play
		s.sendClose(cases.Close(cases.CodeNormal, ""), mask(s.keys.reply), false)
		return b[n:]
	}
	s.play()
	return b[n:]
}

// sentHead is how many octets of the opening handshake are ours.
func (s *session) sentHead() int {
	if s.server {
		return len(s.obs.Response)
	}
	return len(s.obs.Request)
}

// A clientHandshake asks a server to open a WebSocket.
type clientHandshake struct {
	opening wire.Opening // but for key and extensions
	opened  func()       // called when the WebSocket is open; nil: nothing
}

func (h *clientHandshake) start(s *session) {
	h.opening.Key = s.keys.websocketKey()
	h.opening.Extensions = wire.Offers(offers(s.c))
	request := h.opening.Request().Append(nil)
	s.obs.Request = string(request)
	s.conn.Send(request, cases.Wire{})
}

func (h *clientHandshake) answer(s *session, head wire.Head) error {
	if err := wire.CheckResponse(head, h.opening.Key, h.opening.Protocols...); err != nil {
		return err
	}
	agreed, faults, err := wire.CheckDeflate(head, offers(s.c))
	for _, fault := range faults {
		s.fault(fault)
	}
	s.agree(agreed)
	if err == nil && h.opened != nil {
		h.opened()
	}
	return err
}

// offers are those of the case, if it has any.
func offers(c cases.Case) []cases.DeflateParams {
	if c.Deflate == nil {
		return nil
	}
	return c.Deflate.Offer
}

func (h *clientHandshake) refuse(s *session, err error) {
	s.fault(err.Error())
	s.drop("the opening handshake failed: " + err.Error())
}

// A serverHandshake answers clients, whose request says what they want.
type serverHandshake struct {
	// route finds out what is to be played. Its error refuses the request.
	route     func(head wire.Head) (plan, error)
	product   string
	protocols []string // subprotocols we speak
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
	var extensions string
	if c.Deflate != nil {
		agreed, answer, err := wire.AcceptDeflate(head, c.Deflate.Accept)
		if err != nil {
			return err
		}
		s.agree(agreed)
		extensions = answer
	}
	response := wire.Response(head, h.product, extensions, wire.ChooseProtocol(head, h.protocols)).Append(nil)
	s.obs.Response = string(response)
	s.conn.Send(response, cases.Wire{})
	return nil
}

func (h *serverHandshake) refuse(s *session, err error) {
	s.fault(err.Error())
	s.conn.Send(refusalOf(err).octets(), cases.Wire{})
	s.drop("the opening handshake failed: " + err.Error())
}
