package broadcast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"gobahn/cmd/wstest/internal/socket"
)

// shown is how many octets of a message are shown.
const shown = 200

// A Client says hello to a broadcast server at regular intervals, and shows what
// it hears.
type Client struct {
	socket.Dialer
	Name       string        // whom the hello is from
	Every      time.Duration // between two hellos; 0: two seconds
	MaxMessage int64         // octets of a message; 0: 1 MiB

	// Out gets a line for every message, in one write, with what does not print
	// escaped and what is long cut. Nil: nothing is shown.
	Out io.Writer
}

// Run takes part until the server closes the connection or ctx ends, which are no
// errors.
func (c *Client) Run(ctx context.Context, wsURL string) error {
	conn, err := c.Connect(ctx, wsURL)
	if err == nil {
		err = c.talk(ctx, conn)
	}
	if ctx.Err() != nil || socket.Ended(err) {
		return nil
	}
	return err
}

// talk says hello and shows what is heard until one of the two fails.
func (c *Client) talk(ctx context.Context, conn *websocket.Conn) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer socket.Bind(ctx, conn)()
	var greeting sync.WaitGroup
	defer greeting.Wait()
	defer fail(nil)
	greeting.Go(func() {
		if err := c.greet(ctx, conn); err != nil {
			fail(err)
		}
	})
	err := c.listen(conn)
	if _, closed := errors.AsType[*websocket.CloseError](err); closed {
		return err
	}
	return cmp.Or(context.Cause(ctx), err) // nothing is heard after a hello that failed
}

// greet says hello until ctx ends, or that cannot be written.
func (c *Client) greet(ctx context.Context, conn *websocket.Conn) error {
	ticker := time.NewTicker(cmp.Or(c.Every, 2*time.Second))
	defer ticker.Stop()
	for {
		if err := conn.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
			return err
		}
		if err := conn.WriteMessage(websocket.TextMessage, []byte("hello from "+c.Name)); err != nil {
			return fmt.Errorf("saying hello: %w", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// listen shows what is heard until the connection ends.
func (c *Client) listen(conn *websocket.Conn) error {
	for {
		kind, payload, err := socket.Read(conn, cmp.Or(c.MaxMessage, messageLimit))
		if err != nil {
			return err
		}
		if c.Out == nil {
			continue
		}
		if _, err := fmt.Fprintln(c.Out, line(kind, payload)); err != nil {
			return fmt.Errorf("showing a message: %w", err)
		}
	}
}

// line is a message on a line.
func line(kind int, payload []byte) string {
	cut := ""
	if len(payload) > shown {
		cut = fmt.Sprintf(" ... (%d octets)", len(payload))
		payload = payload[:shown]
	}
	if kind == websocket.TextMessage {
		return fmt.Sprintf("received %q%s", payload, cut)
	}
	return fmt.Sprintf("received % x%s", payload, cut)
}
