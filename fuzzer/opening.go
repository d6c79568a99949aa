package fuzzer

import (
	"gobahn/wire"
)

// A clientHandshake asks a server to open a WebSocket.
type clientHandshake struct {
	opening wire.Opening
}

func (h *clientHandshake) start(s *session) {
	h.opening.Key = s.keys.websocketKey()
	request := h.opening.Request().Append(nil)
	s.obs.Request = string(request)
	s.conn.Send(request, wireWhole)
}

func (h *clientHandshake) head(s *session, b []byte) int {
	n := wire.HeadEnd(b)
	if n == 0 {
		return 0
	}
	s.obs.Response = string(b[:n])
	response, err := wire.ParseHead(b[:n])
	if err == nil {
		err = wire.CheckResponse(response, h.opening.Key)
	}
	if err != nil {
		s.refuse(err.Error())
		return n
	}
	s.opened()
	return n
}

// A serverHandshake answers a request that has been read and checked.
type serverHandshake struct {
	request request
	product string
}

// A request is the head of a client's request, and how it was read.
type request struct {
	head   wire.Head
	octets []byte // the head as it came
	reads  [][]byte
	rest   []byte // read behind the head
}

func (h *serverHandshake) start(s *session) {
	for _, b := range h.request.reads {
		s.log.ReceivedOctets(b)
	}
	response := wire.Response(h.request.head, h.product).Append(nil)
	s.obs.Request, s.obs.Response = string(h.request.octets), string(response)
	s.conn.Send(response, wireWhole)
	s.opened()
	s.receive(h.request.rest)
}

// head is never asked: the handshake was completed by start.
func (h *serverHandshake) head(*session, []byte) int { return 0 }
