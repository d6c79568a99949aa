package socket

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	requestWait = 10 * time.Second // for a request, its answer, the next one
	headLimit   = 64 << 10         // octets of the head of a request
)

// A Server accepts every WebSocket on any path, from any origin, and
// permessage-deflate with it. Another GET is answered with a page.
type Server struct {
	About     string      // what the page says the server does
	TLS       *tls.Config // nil: no TLS
	Protocols []string    // subprotocols that it speaks, best first

	// Handle is called with each WebSocket. It ends when ctx does, and what it
	// leaves open is closed when it returns.
	Handle func(ctx context.Context, conn *websocket.Conn)
}

// ServeHTTP hands a WebSocket to Handle, with the context of the request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !websocket.IsWebSocketUpgrade(r) {
		s.page(w, r)
		return
	}
	upgrader := websocket.Upgrader{
		HandshakeTimeout:  requestWait,
		Subprotocols:      s.Protocols,
		EnableCompression: true,
		CheckOrigin:       func(*http.Request) bool { return true },
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	defer Bind(r.Context(), conn)()
	s.Handle(r.Context(), conn)
}

// page tells a visitor, or a script that waits for the server, that it is there.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "want GET", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	about := html.EscapeString(s.About)
	_, _ = fmt.Fprintf(w, "<!DOCTYPE html>\n<html lang=\"en\">\n<title>%s</title>\n<h1>%[1]s</h1>\n<p>Connect to this address with a WebSocket.</p>\n", about)
}

// Serve serves on ln until ctx is done, then returns nil. When it returns, ln is
// closed and no WebSocket is left.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	var open tracker
	server := &http.Server{
		Handler:        open.track(s),
		BaseContext:    func(net.Listener) context.Context { return ctx },
		ReadTimeout:    requestWait, // a WebSocket has none
		WriteTimeout:   requestWait,
		MaxHeaderBytes: headLimit,
		ErrorLog:       slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	err := server.Serve(secured(ln, s.TLS))
	server.Close()
	open.wait()
	if ctx.Err() != nil && errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// secured is ln behind TLS, if config is not nil. It offers HTTP/1.1 only, as HTTP/2
// has no such upgrade.
func secured(ln net.Listener, config *tls.Config) net.Listener {
	if config == nil {
		return ln
	}
	config = config.Clone()
	config.NextProtos = []string{"http/1.1"}
	return tls.NewListener(ln, config)
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
