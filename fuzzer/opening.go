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
	s.play()
	return b[n:]
}

// A clientHandshake asks a server to open a WebSocket.
type clientHandshake struct {
	opening wire.Opening
}

func (h *clientHandshake) start(s *session) {
	h.opening.Key = s.keys.websocketKey()
	request := h.opening.Request().Append(nil)
	s.obs.Request = string(request)
	s.conn.Send(request, cases.Wire{})
}

func (h *clientHandshake) answer(_ *session, head wire.Head) error {
	return wire.CheckResponse(head, h.opening.Key)
}

func (h *clientHandshake) refuse(s *session, err error) {
	s.fault(err.Error())
	s.drop("the opening handshake failed: " + err.Error())
}

// A serverHandshake answers clients, whose request says what they want.
type serverHandshake struct {
	// route finds out what is to be played. Its error refuses the request.
	route   func(head wire.Head) (cases.Case, error)
	product string
}

func (h *serverHandshake) start(*session) {}

func (h *serverHandshake) answer(s *session, head wire.Head) error {
	c, err := h.route(head)
	if err != nil {
		return err
	}
	s.c, s.keys = c, newKeys(s.obs.Seed, c.ID)
	response := wire.Response(head, h.product).Append(nil)
	s.obs.Response = string(response)
	s.conn.Send(response, cases.Wire{})
	return nil
}

func (h *serverHandshake) refuse(s *session, err error) {
	s.fault(err.Error())
	s.conn.Send(refusalOf(err).octets(), cases.Wire{})
	s.drop("the opening handshake failed: " + err.Error())
}
