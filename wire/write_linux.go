package wire

import (
	"net"
	"syscall"
)

// writeNow writes as much of b as the kernel takes without waiting, and returns how
// much that was. Errors are left to the next write.
func writeNow(nc net.Conn, b []byte) (n int) {
	tcp, ok := nc.(*net.TCPConn)
	if !ok {
		return 0
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return 0
	}
	_ = raw.Write(func(fd uintptr) bool {
		if m, err := syscall.Write(int(fd), b); err == nil {
			n = m
		}
		return true // done, whatever came of it
	})
	return n
}
