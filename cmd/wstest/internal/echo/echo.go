// Package echo is the echo peer on gorilla/websocket, as a server and as a
// client: what the command's demo tests, what its modes for testees and echoes run,
// and a well-behaved peer for the tests of the command. It adds to the library only
// that text which is not UTF-8 is refused, and limits.
package echo

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"gobahn/cmd/wstest/internal/socket"
)

const (
	messageLimit = 64 << 20    // octets of a message
	writeWait    = time.Minute // for a message to be written
)

// A Server accepts every WebSocket, with permessage-deflate if that is offered,
// and sends its messages back. Its zero value is ready for use.
type Server struct {
	TLS        *tls.Config // nil: no TLS
	Protocols  []string    // subprotocols, best first
	MaxMessage int64       // octets of a message; 0: 64 MiB
}

// Serve serves on ln until ctx is done, then returns nil. When it returns, ln is
// closed and no WebSocket is left.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	return s.server().Serve(ctx, ln)
}

func (s *Server) server() *socket.Server {
	return &socket.Server{
		About:     "WebSocket echo server",
		TLS:       s.TLS,
		Protocols: s.Protocols,
		Handle: func(_ context.Context, conn *websocket.Conn) {
			_ = echo(conn, s.MaxMessage) // it ends as the client wants it to
		},
	}
}

// Handler accepts every WebSocket and sends its messages back, until it ends or
// the context of the request does.
var Handler http.Handler = new(Server).server()

// Serve is Serve of a Server without settings.
func Serve(ctx context.Context, ln net.Listener) error {
	return new(Server).Serve(ctx, ln)
}

// echo sends the messages of conn back until it ends, and returns why it did.
func echo(conn *websocket.Conn, limit int64) error {
	for {
		kind, message, err := socket.Read(conn, cmp.Or(limit, messageLimit))
		if err != nil {
			return err
		}
		if err := conn.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
			return err
		}
		if err := conn.WriteMessage(kind, message); err != nil {
			return err
		}
	}
}
