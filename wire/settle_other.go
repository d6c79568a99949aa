//go:build !linux

package wire

import (
	"net"
	"time"
)

// settle is to return when everything written to nc is on the wire. Here the
// kernel cannot be asked, and TCP_NODELAY, Go's default, has to do.
func settle(net.Conn) {}

// pause gives the peer a moment to see a chop arrive by itself.
func pause(nc net.Conn) {
	if tcpConn(nc) != nil {
		time.Sleep(50 * time.Microsecond)
	}
}
