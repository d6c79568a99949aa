// Package socket is what the built-in peers share on top of gorilla/websocket:
// serving WebSockets on a listener, connecting to a server, reading messages of a
// limited size, and ending all of it with a context.
package socket

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// farewell is how long a close frame may take to be written.
const farewell = 200 * time.Millisecond

var (
	errTooLarge = errors.New("message too large")
	errNotUTF8  = errors.New("text that is not UTF-8")
)

// Bind closes conn when ctx ends, with a close frame before if there is a way. The
// function that it returns, to be called once, closes conn whether ctx has ended
// or not, and waits for what Bind has started.
func Bind(ctx context.Context, conn *websocket.Conn) (release func()) {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		leave(conn)
	})
	return func() {
		conn.Close()
		if !stop() {
			<-done
		}
	}
}

// leave closes conn with a close frame. Where that cannot be written, TLS is not asked
// to close: it may be doing so already, and take five seconds for its own farewell.
func leave(conn *websocket.Conn) {
	if Close(conn, websocket.CloseGoingAway) == nil {
		conn.Close()
		return
	}
	Drop(conn)
}

// Drop closes the connection under conn, and under TLS if there is that, at once.
func Drop(conn *websocket.Conn) {
	under := conn.NetConn()
	if secure, ok := under.(*tls.Conn); ok {
		under = secure.NetConn()
	}
	under.Close()
}

// Close sends a close frame with code, for which it waits no longer than a moment.
func Close(conn *websocket.Conn, code int) error {
	return conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(farewell))
}

// Read returns the kind and the payload of the next message of conn. One of more
// than limit octets, compressed or not, or text that is not UTF-8, is answered with a
// close frame and is an error.
func Read(conn *websocket.Conn, limit int64) (kind int, message []byte, err error) {
	conn.SetReadLimit(limit + limit>>8 + 64) // of what arrives: compression may add a little
	kind, r, err := conn.NextReader()
	if err != nil {
		return 0, nil, err
	}
	message, err = io.ReadAll(io.LimitReader(r, limit+1)) // of what it is decompressed to
	switch {
	case err != nil:
		return 0, nil, err
	case int64(len(message)) > limit:
		_ = Close(conn, websocket.CloseMessageTooBig)
		return 0, nil, fmt.Errorf("%w: more than %d octets", errTooLarge, limit)
	case kind == websocket.TextMessage && !utf8.Valid(message):
		_ = Close(conn, websocket.CloseInvalidFramePayloadData)
		return 0, nil, errNotUTF8
	}
	return kind, message, nil
}

// Ended reports whether err of reading or writing is a regular end of the
// connection: a close frame that reports no fault.
func Ended(err error) bool {
	return websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway, websocket.CloseNoStatusReceived)
}

// A DialFunc opens a connection, as net.Dialer.DialContext does.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)
