//go:build !linux

package wire

import (
	"net"
	"time"
)

// settle is to return when everything written to nc is on the wire. Here the
// kernel cannot be asked, and TCP_NODELAY, Go's default, has to do.
func settle(net.Conn) {}

// doze waits for d.
func doze(d time.Duration) { time.Sleep(d) }
