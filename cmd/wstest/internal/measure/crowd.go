package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"gobahn/cmd/wstest/internal/echo"
)

// crowd runs n clients at once.
func crowd(ctx context.Context, url string, n int, name string) error {
	ended := make(chan error, n)
	for i := range n {
		go func() { ended <- echo.Drive(ctx, url, fmt.Sprintf("%s-%d", name, i+1), nil) }()
	}
	var err error
	for range n {
		err = errors.Join(err, <-ended)
	}
	return err
}

const (
	idlePath   = "/" // on which the client says what we send, so that nothing happens until it does
	openAtOnce = 64
)

// holdIdle opens n WebSockets, pings on each when all are open, prints a line, and holds
// them until ctx is done.
func holdIdle(ctx context.Context, url string, n int) error {
	host := strings.TrimPrefix(url, "ws://")
	list := make([]*idleConn, n)
	defer func() {
		for _, c := range list {
			if c != nil {
				c.Close()
			}
		}
	}()
	err := inParallel(n, func(i int) (err error) {
		list[i], err = openIdle(ctx, host)
		return err
	})
	if err == nil {
		err = inParallel(n, func(i int) error { return list[i].ping() })
	}
	if err != nil {
		return err
	}
	fmt.Println(n)
	<-ctx.Done()
	return nil
}

// inParallel calls f with 0 to n-1, some at a time.
func inParallel(n int, f func(i int) error) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var first error
	for lane := range openAtOnce {
		wg.Go(func() {
			for i := lane; i < n; i += openAtOnce {
				if err := f(i); err != nil {
					mu.Lock()
					defer mu.Unlock()
					first = errors.Join(first, fmt.Errorf("connection %d of %d: %w", i+1, n, err))
					return
				}
			}
		})
	}
	wg.Wait()
	return first
}

// An idleConn is a WebSocket that needs next to no memory here.
type idleConn struct{ net.Conn }

func openIdle(ctx context.Context, host string) (*idleConn, error) {
	dialer := net.Dialer{Timeout: waitLimit}
	nc, err := dialer.DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	c := &idleConn{nc}
	err = c.SetDeadline(time.Now().Add(waitLimit))
	if err == nil {
		_, err = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
			"Sec-WebSocket-Key: c2l4dGVlbiBvY3RldHMuLg==\r\nSec-WebSocket-Version: 13\r\n\r\n", idlePath, host)
	}
	if err == nil {
		err = c.opened()
	}
	if err != nil {
		nc.Close()
		return nil, err
	}
	return c, nil
}

// opened reads the response.
func (c *idleConn) opened() error {
	r := bufio.NewReaderSize(c, 256)
	for first := true; ; first = false {
		line, err := r.ReadString('\n')
		switch {
		case err != nil:
			return err
		case first && !strings.HasPrefix(line, "HTTP/1.1 101 "):
			return fmt.Errorf("the server answered %q", line)
		case line == "\r\n":
			return nil
		}
	}
}

// ping shows that the WebSocket is open.
func (c *idleConn) ping() error {
	if err := c.SetDeadline(time.Now().Add(waitLimit)); err != nil {
		return err
	}
	if _, err := c.Write([]byte("\x89\x80\x00\x00\x00\x00")); err != nil {
		return err
	}
	var pong [2]byte
	if _, err := io.ReadFull(c, pong[:]); err != nil {
		return err
	}
	if pong != [2]byte{0x8a, 0} {
		return fmt.Errorf("% x came instead of a pong", pong)
	}
	return nil
}
