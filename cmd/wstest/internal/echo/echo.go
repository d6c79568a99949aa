// Package echo is the echo peer on gorilla/websocket, as a server and as a
// client: what the command's demo tests, and a well-behaved peer for the tests of
// the command. It adds to the library only that text which
// is not UTF-8 is refused.
package echo

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

const (
	readLimit     = 64 << 20         // octets of a message
	writeWait     = time.Second      // for a close frame
	headerTimeout = 10 * time.Second // for the head of a request
)

var upgrader = websocket.Upgrader{
	EnableCompression: true,
	CheckOrigin:       func(*http.Request) bool { return true },
}

// Handler accepts every WebSocket and sends its messages back, until it ends or
// the context of the request does.
var Handler http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	echo(ctx, conn)
})

// echo sends the messages of conn back until it or ctx ends, and closes it.
func echo(ctx context.Context, conn *websocket.Conn) {
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	conn.SetReadLimit(readLimit)
	for {
		kind, message, err := conn.ReadMessage()
		if err != nil {
			return
		}
		if kind == websocket.TextMessage && !utf8.Valid(message) {
			reply := websocket.FormatCloseMessage(websocket.CloseInvalidFramePayloadData, "")
			_ = conn.WriteControl(websocket.CloseMessage, reply, time.Now().Add(writeWait))
			return
		}
		if err := conn.WriteMessage(kind, message); err != nil {
			return
		}
	}
}

// Serve serves Handler on ln until ctx is done, then returns nil. When it
// returns, ln is closed and no connection is left.
func Serve(ctx context.Context, ln net.Listener) error {
	var open tracker
	server := &http.Server{
		Handler:           open.track(Handler),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: headerTimeout,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	err := server.Serve(ln)
	server.Close()
	open.wait()
	if ctx.Err() != nil && errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// A tracker waits for handlers, which http.Server does not do for connections
// that were taken over.
type tracker struct {
	mu     sync.Mutex
	closed bool
	wg     sync.WaitGroup
}

func (t *tracker) track(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.mu.Lock()
		if t.closed {
			t.mu.Unlock()
			return
		}
		t.wg.Add(1)
		t.mu.Unlock()
		defer t.wg.Done()
		h.ServeHTTP(w, r)
	})
}

func (t *tracker) wait() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.wg.Wait()
}
