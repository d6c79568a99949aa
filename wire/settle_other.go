//go:build !linux

package wire

import (
	"net"
	"time"
)

// settle gives the peer a moment to see what was written to nc arrive by
// itself. TCP_NODELAY, Go's default, sends a write at once.
func settle(nc net.Conn) {
	if tcpConn(nc) != nil {
		time.Sleep(50 * time.Microsecond)
	}
}
