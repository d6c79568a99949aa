package socket

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	connectWait = time.Minute // for a connection with its opening handshakes
	smallBuffer = 256         // octets
)

// ErrUnreachable is that there is no connection to a server, so that there was not
// even a handshake.
var ErrUnreachable = errors.New("cannot be reached")

// smallBuffers is the pool of write buffers of small connections.
var smallBuffers sync.Pool

// A Dialer opens WebSockets, with permessage-deflate offered. Its zero value is
// ready for use.
type Dialer struct {
	TLS       *tls.Config   // for wss; nil: the certificate is verified with the system's roots
	Dial      DialFunc      // nil: that of net.Dialer
	Protocols []string      // subprotocols offered, best first
	Timeout   time.Duration // for all of Connect; 0: a minute
	Small     bool          // there will be thousands: keep buffers small
}

// Connect opens a WebSocket to rawURL.
func (d Dialer) Connect(ctx context.Context, rawURL string) (*websocket.Conn, error) {
	target, err := Parse(rawURL)
	if err != nil {
		return nil, err
	}
	limit := cmp.Or(d.Timeout, connectWait)
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stop := func() bool { return true }
	dialer := d.library(func(ctx context.Context, network, address string) (net.Conn, error) {
		opened, err := d.dial(ctx, network, address)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
		}
		// The library does not look at the context while it waits for the answer.
		stop = context.AfterFunc(timed, func() { opened.Close() })
		return opened, nil
	})
	conn, response, err := dialer.DialContext(timed, stripped(target), credentials(target))
	if deadline, _ := timed.Deadline(); err != nil && !time.Now().Before(deadline) {
		<-timed.Done() // it is about to be: the connection has the same deadline
	}
	if interrupted := !stop(); interrupted && err == nil {
		conn.Close()
		err = timed.Err()
	}
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case timed.Err() != nil && !errors.Is(err, ErrUnreachable):
		err = fmt.Errorf("no WebSocket within %v", limit)
	case response != nil:
		err = fmt.Errorf("%w: the server answered %.80q", err, response.Status)
	}
	return nil, fmt.Errorf("connecting to %s: %w", target.Redacted(), err)
}

func (d Dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if d.Dial != nil {
		return d.Dial(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

// library is the dialler of the library.
func (d Dialer) library(dial DialFunc) *websocket.Dialer {
	dialer := &websocket.Dialer{
		NetDialContext:    dial,
		TLSClientConfig:   d.TLS,
		Subprotocols:      d.Protocols,
		EnableCompression: true,
	}
	if d.Small {
		dialer.ReadBufferSize = smallBuffer
		dialer.WriteBufferSize = smallBuffer
		dialer.WriteBufferPool = &smallBuffers
	}
	return dialer
}

// Parse parses the URL of a WebSocket.
func Parse(rawURL string) (*url.URL, error) {
	u, err := url.Parse(rawURL)
	switch {
	case err != nil:
		return nil, err // it quotes the URL
	case u.Scheme != "ws" && u.Scheme != "wss":
		return nil, fmt.Errorf("URL %q: want ws://host:port/path or wss://host:port/path", u.Redacted())
	case u.Hostname() == "":
		return nil, fmt.Errorf("URL %q has no host", u.Redacted())
	case u.Fragment != "":
		return nil, fmt.Errorf("URL %q: a WebSocket has no fragment (RFC 6455 3)", u.Redacted())
	}
	return u, nil
}

// stripped is u without user and password, which the library refuses.
func stripped(u *url.URL) string {
	plain := *u
	plain.User = nil
	return plain.String()
}

// credentials are the user and the password of u as a field of the request.
func credentials(u *url.URL) http.Header {
	if u.User == nil {
		return nil
	}
	password, _ := u.User.Password()
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(u.User.Username(), password)
	return r.Header
}
