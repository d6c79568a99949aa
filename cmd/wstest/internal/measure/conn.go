package main

import (
	"context"
	"encoding/base64"
	"net"
	"time"

	"gobahn/cases"
	"gobahn/wire"
)

// A conn is a WebSocket to the peer.
type conn struct {
	nc      net.Conn
	buf     []byte
	rest    []byte // received and not looked at
	frames  counter
	agreed  *cases.DeflateParams
	server  bool // we are
	release func() bool
}

// dial opens a WebSocket as a case with d does.
func dial(ctx context.Context, host string, d *cases.Deflate) (*conn, error) {
	dialer := net.Dialer{Timeout: waitLimit}
	nc, err := dialer.DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	c := newConn(ctx, nc)
	if err := c.open(host, d); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func newConn(ctx context.Context, nc net.Conn) *conn {
	return &conn{nc: nc, buf: make([]byte, 64<<10), release: context.AfterFunc(ctx, func() { nc.Close() })}
}

// open plays the opening handshake.
func (c *conn) open(host string, d *cases.Deflate) error {
	var offers []cases.DeflateParams
	if d != nil {
		offers = d.Offer
	}
	key := base64.StdEncoding.EncodeToString([]byte("sixteen octets.."))
	request := wire.Opening{Target: "/", Host: host, UserAgent: "floor", Key: key, Extensions: wire.Offers(offers)}.Request()
	if err := c.nc.SetDeadline(time.Now().Add(waitLimit)); err != nil {
		return err
	}
	if _, err := c.nc.Write(request.Append(nil)); err != nil {
		return err
	}
	head, err := c.head()
	if err == nil {
		err = wire.CheckResponse(head, key)
	}
	if err == nil {
		c.agreed, _, err = wire.CheckDeflate(head, offers)
	}
	return err
}

// head reads the head of a request or response.
func (c *conn) head() (wire.Head, error) {
	var b []byte
	for wire.HeadEnd(b) == 0 {
		if len(b) > wire.MaxHead {
			return wire.Head{}, wire.ErrHeadTooLong
		}
		n, err := c.nc.Read(c.buf)
		if err != nil {
			return wire.Head{}, err
		}
		b = append(b, c.buf[:n]...)
	}
	n := wire.HeadEnd(b)
	c.rest = b[n:]
	return wire.ParseHead(b[:n])
}

// send sends b in writes of chop octets; 0: one write.
func (c *conn) send(b []byte, chop int) error {
	if chop == 0 {
		chop = len(b)
	}
	for len(b) > 0 {
		n := min(chop, len(b))
		if _, err := c.nc.Write(b[:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// awaitMessage reads to the end of a message.
func (c *conn) awaitMessage() error {
	for {
		for len(c.rest) > 0 {
			event, rest := c.frames.next(c.rest)
			c.rest = rest
			switch event {
			case messageEnded:
				return nil
			case closeBegun:
				return errClosed
			}
		}
		n, err := c.nc.Read(c.buf)
		if err != nil {
			return err
		}
		c.rest = c.buf[:n]
	}
}

// accept answers the request of a client.
func (c *conn) accept(request wire.Head, extensions string) error {
	c.server = true
	if err := c.nc.SetDeadline(time.Now().Add(waitLimit)); err != nil {
		return err
	}
	_, err := c.nc.Write(wire.Response(request, "floor", extensions, "").Append(nil))
	return err
}

// bye sends a close frame and reads until the peer has answered it, if we are the
// server, or has dropped TCP.
func (c *conn) bye() error {
	if err := c.nc.SetDeadline(time.Now().Add(waitLimit)); err != nil {
		return err
	}
	h := wire.Header{FIN: true, Opcode: cases.OpClose, Masked: !c.server, Length: 2}
	if _, err := c.nc.Write(wire.AppendFrame(nil, h, []byte{0x03, 0xe8}, false)); err != nil {
		return err
	}
	for {
		if err := c.awaitMessage(); err == errClosed && c.server || err != nil && err != errClosed {
			return nil // it has ended, whichever way
		}
	}
}

func (c *conn) close() {
	c.release()
	c.nc.Close()
}
