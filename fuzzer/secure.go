package fuzzer

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
)

// maxNotices bounds what the user is told of connections: anybody can make many.
const maxNotices = 20

// notice tells the user, unless there was enough to read.
func (s *Server) notice(format string, args ...any) {
	n := s.notices.Add(1)
	if s.OnNotice == nil || n > maxNotices {
		return
	}
	text := fmt.Sprintf(format, args...)
	if n == maxNotices {
		text += "; more of this kind is not shown"
	}
	s.OnNotice(text)
}

// errMute is that a client has said nothing.
var errMute = errors.New("the client did not say a word")

// secure does the TLS handshake with a client, and tells the user what has failed, but not
// of one that only looked whether the port is open. The caller closes nc if there is an
// error, which is errMute if nothing has come.
func (s *Server) secure(ctx context.Context, nc net.Conn) (*tls.Conn, error) {
	opts := s.options()
	ctx, cancel := s.lag.within(ctx, opts.limit(opts.OpenHandshakeTimeout))
	defer cancel()
	secure := tls.Server(nc, s.TLS)
	err := secure.HandshakeContext(ctx)
	if err == nil {
		return secure, nil
	}
	mute := secure.ConnectionState().Version == 0 // no whole first message has come
	if mute && (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)) {
		return nil, errMute
	}
	s.notice("TLS handshake with %s: %v", nc.RemoteAddr(), explainedToServer(ctx, err))
	if mute && outOfTime(ctx) {
		return nil, errMute
	}
	return nil, err
}

// outOfTime reports whether ctx has ended because it was given no more time.
func outOfTime(ctx context.Context) bool {
	return errors.Is(context.Cause(ctx), context.DeadlineExceeded)
}

// explainedToServer is the error of a TLS handshake with what it is likely to mean.
func explainedToServer(ctx context.Context, err error) error {
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	alert, _ := errors.AsType[*net.OpError](err)
	switch {
	case outOfTime(ctx):
		return errors.New("the client did not finish it in time")
	case noTLS:
		return fmt.Errorf("the client does not speak TLS, is it ws instead of wss? %w", err)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("the client closed the connection, does it trust the certificate? %w", err)
	case alert != nil && strings.HasSuffix(alert.Op, " error"): // of either side: where one has no keys yet, the other cannot read its alert
		return fmt.Errorf("the client ended it, does it trust the certificate? %w", err)
	}
	return err
}
