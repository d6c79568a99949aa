package wire

import (
	"net"
	"syscall"
)

// writeNow writes as much of b as the kernel takes without waiting, and returns how
// much that was. After an error the next write meets one, too.
func writeNow(nc net.Conn, b []byte) (n int, err error) {
	tcp, ok := nc.(*net.TCPConn)
	if !ok {
		return 0, nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return 0, err
	}
	_ = raw.Write(func(fd uintptr) bool {
		n, err = syscall.Write(int(fd), b)
		return true // done, whatever came of it
	})
	return max(0, n), err
}
