// Package broadcast is a server that sends what a client says to all clients, and
// a client of it: the command's modes to see many peers at once.
package broadcast

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"gobahn/cmd/wstest/internal/socket"
)

const (
	messageLimit = 1 << 20          // octets of a message
	queueLength  = 1024             // messages that wait for a client
	queueSize    = 16               // messages of the largest size that wait for a client
	writeWait    = 10 * time.Second // for a message to be written
)

var errSlow = errors.New("too slow to take what is sent")

// A Server sends every message to all its clients, the sender among them, and a
// tick at regular intervals. Its zero value is ready for use.
type Server struct {
	TLS        *tls.Config   // nil: no TLS
	Protocols  []string      // subprotocols, best first
	MaxMessage int64         // octets of a message; 0: 1 MiB
	Tick       time.Duration // between two ticks; 0: a second

	// OnDrop is called with the address of a client that was dropped, and why. Its
	// calls do not overlap. Nil: nothing.
	OnDrop func(client string, why error)
}

// Serve serves on ln until ctx is done, then returns nil. When it returns, ln is
// closed and no WebSocket is left.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	r := &room{
		limit:   cmp.Or(s.MaxMessage, messageLimit),
		onDrop:  s.OnDrop,
		members: map[*member]struct{}{},
	}
	var ticking sync.WaitGroup
	defer ticking.Wait()
	defer cancel()
	ticking.Go(func() { r.tick(ctx, cmp.Or(s.Tick, time.Second)) })
	server := socket.Server{About: "WebSocket broadcast server", TLS: s.TLS, Protocols: s.Protocols, Handle: r.serve}
	return server.Serve(ctx, ln)
}

// A room is who hears what is said.
type room struct {
	limit  int64 // octets of a message
	onDrop func(client string, why error)

	mu      sync.Mutex
	members map[*member]struct{}

	dropping sync.Mutex // held while onDrop is called
}

// A member is a client. Messages wait for it in a queue, so that it keeps no other
// waiting; when that is full, it is dropped.
type member struct {
	address string
	queue   chan message
	waiting atomic.Int64 // octets in queue
	drop    context.CancelCauseFunc
}

// A message is what is sent to all, encoded once.
type message struct {
	encoded *websocket.PreparedMessage
	size    int64 // octets
}

// serve lets a client take part until it or ctx ends.
func (r *room) serve(ctx context.Context, conn *websocket.Conn) {
	ctx, drop := context.WithCancelCause(ctx)
	defer drop(nil)
	defer socket.Bind(ctx, conn)()
	m := &member{address: conn.RemoteAddr().String(), queue: make(chan message, queueLength), drop: drop}
	r.join(m)
	var writing sync.WaitGroup
	writing.Go(func() { m.write(ctx, conn) })
	for {
		kind, payload, err := socket.Read(conn, r.limit)
		if err != nil {
			break
		}
		r.send(kind, payload)
	}
	r.leave(m)
	slow := errors.Is(context.Cause(ctx), errSlow)
	drop(nil)
	writing.Wait()
	if slow && r.onDrop != nil {
		r.dropping.Lock()
		defer r.dropping.Unlock()
		r.onDrop(m.address, errSlow)
	}
}

func (r *room) join(m *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members[m] = struct{}{}
}

func (r *room) leave(m *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.members, m)
}

// send puts a message into the queue of every member.
func (r *room) send(kind int, payload []byte) {
	encoded, err := websocket.NewPreparedMessage(kind, payload)
	if err != nil {
		return // it is not of a kind that is received
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for m := range r.members {
		if !m.offer(message{encoded, int64(len(payload))}, queueSize*r.limit) {
			delete(r.members, m)
			m.drop(errSlow)
		}
	}
}

// tick says at regular intervals that the server is there.
func (r *room) tick(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for n := 1; ; n++ {
		select {
		case <-ticker.C:
			r.send(websocket.TextMessage, fmt.Appendf(nil, "tick %d", n))
		case <-ctx.Done():
			return
		}
	}
}

// offer puts msg into the queue of m if it has room for that.
func (m *member) offer(msg message, limit int64) bool {
	if m.waiting.Add(msg.size) > limit {
		return false
	}
	select {
	case m.queue <- msg:
		return true
	default:
		return false
	}
}

// write writes what is in the queue of m until ctx ends. A client that does not
// take a message in time is dropped.
func (m *member) write(ctx context.Context, conn *websocket.Conn) {
	for {
		select {
		case msg := <-m.queue:
			err := conn.SetWriteDeadline(time.Now().Add(writeWait))
			if err == nil {
				err = conn.WritePreparedMessage(msg.encoded)
			}
			if err != nil {
				m.drop(cause(err))
				return
			}
			m.waiting.Add(-msg.size)
		case <-ctx.Done():
			return
		}
	}
}

// cause is why a client is dropped to which nothing can be written.
func cause(err error) error {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return errSlow
	}
	return err
}
