package massconnect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"gobahn/cmd/wstest/internal/socket"
)

const (
	reportEvery = 300 * time.Millisecond
	closeWait   = time.Second // for the closing handshakes, all together
)

var errLimit = errors.New("time is up")

// A round is what Run does to one server.
type round struct {
	config Config
	server Server
	began  time.Time
	tasks  sync.WaitGroup // that connect and hold
	all    chan struct{}  // closed when all are connected

	mu      sync.Mutex
	counts  Counts
	took    time.Duration
	failure error // the last
	open    map[*websocket.Conn]struct{}
	closing bool // the closing of connections is ours
}

func newRound(config Config, server Server) *round {
	return &round{config: config, server: server, began: time.Now(), all: make(chan struct{}), open: map[*websocket.Conn]struct{}{}}
}

// run connects, holds the connections and closes them.
func (r *round) run(ctx context.Context, progress func(Progress)) Result {
	connecting, stop := context.WithTimeoutCause(ctx, r.config.Limit, errLimit)
	defer stop()
	r.tasks.Go(func() { r.connectAll(connecting) })
	ticker := time.NewTicker(reportEvery)
	defer ticker.Stop()
	report := func() { progress(r.progress()) }

	connected := await(connecting, r.all, ticker.C, report)
	if connected && r.config.Hold > 0 {
		holding, stop := context.WithTimeout(ctx, r.config.Hold)
		await(holding, nil, ticker.C, report)
		stop()
	}
	err := context.Cause(connecting)
	stop()
	r.closeAll()
	r.tasks.Wait()
	report()
	return r.result(connected, err)
}

// await calls report at every tick until done is closed, which it says, or ctx ends.
func await(ctx context.Context, done <-chan struct{}, tick <-chan time.Time, report func()) bool {
	for {
		select {
		case <-done:
			return true
		case <-ctx.Done():
			return false
		case <-tick:
			report()
		}
	}
}

// connectAll begins connections, batch by batch, until ctx ends.
func (r *round) connectAll(ctx context.Context) {
	for n := range r.config.Connections {
		if n > 0 && n%r.config.BatchSize == 0 && !sleep(ctx, r.config.BatchDelay) {
			return
		}
		r.tasks.Go(func() { r.connect(ctx) })
	}
}

// connect opens a connection, however many attempts it takes, until ctx ends.
func (r *round) connect(ctx context.Context) {
	for {
		conn, err := r.config.Dialer.Connect(ctx, r.server.URI)
		if err == nil {
			r.opened(conn)
			return
		}
		if ctx.Err() != nil {
			return
		}
		r.failed(err)
		if !sleep(ctx, r.config.RetryDelay) {
			return
		}
	}
}

// sleep waits for d, and says whether ctx is still going on.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

func (r *round) failed(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts.Failed++
	r.failure = err
}

// opened counts conn and has it held. That is done by a task of its own, because
// the stack of this one has grown while connecting.
func (r *round) opened(conn *websocket.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closing {
		socket.Drop(conn)
		return
	}
	r.open[conn] = struct{}{}
	r.tasks.Go(func() { r.hold(conn) })
	r.counts.Connected++
	if r.counts.Connected == r.config.Connections {
		r.took = time.Since(r.began)
		close(r.all)
	}
}

// hold reads from conn, which answers pings, until it ends. If we have ended it,
// the server may close TCP first, so that the port can be used again.
func (r *round) hold(conn *websocket.Conn) {
	defer socket.Drop(conn)
	var err error
	for err == nil {
		_, _, err = conn.NextReader()
	}
	if r.ended(conn) {
		_, _ = io.Copy(io.Discard, conn.NetConn()) // until EOF or its deadline
	}
}

// ended counts conn as lost, unless the end is ours, which it says.
func (r *round) ended(conn *websocket.Conn) (ours bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, conn)
	if !r.closing {
		r.counts.Lost++
	}
	return r.closing
}

// closeAll closes what is open, and gives the server a moment to do the same.
func (r *round) closeAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closing = true
	if r.took == 0 {
		r.took = time.Since(r.began)
	}
	deadline := time.Now().Add(closeWait)
	for conn := range r.open {
		_ = conn.SetReadDeadline(deadline)
		_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), deadline)
	}
}

func (r *round) progress() Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Progress{Server: r.server, Wanted: r.config.Connections, Elapsed: time.Since(r.began), Counts: r.counts}
}

// result is what came of it. Cause is why connecting has ended if not all are
// connected.
func (r *round) result(connected bool, cause error) Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	result := Result{Server: r.server, Wanted: r.config.Connections, Took: r.took, Counts: r.counts}
	switch {
	case connected:
	case !errors.Is(cause, errLimit):
		result.Err = cause
	case r.failure == nil:
		result.Err = fmt.Errorf("only %d of %d connections within %v", r.counts.Connected, r.config.Connections, r.config.Limit)
	default:
		result.Err = fmt.Errorf("only %d of %d connections within %v: %w", r.counts.Connected, r.config.Connections, r.config.Limit, r.failure)
	}
	return result
}
