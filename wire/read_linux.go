package wire

import (
	"io"
	"net"
	"os"
	"syscall"
)

// A tcpReader reads from a TCP connection into a buffer that is taken when there is
// something to read: who waits has none, so that thousands of connections on which
// nothing comes cost little.
type tcpReader struct {
	nc  *net.TCPConn
	raw syscall.RawConn
	try func(fd uintptr) bool
	n   int
	err error
}

// newTCPReader returns nil if nc cannot be read that way.
func newTCPReader(nc *net.TCPConn, take func() []byte, giveBack func()) *tcpReader {
	raw, err := nc.SyscallConn()
	if err != nil {
		return nil
	}
	r := &tcpReader{nc: nc, raw: raw}
	r.try = func(fd uintptr) bool {
		b := take()
		for {
			if r.n, r.err = syscall.Read(int(fd), b); r.err != syscall.EINTR {
				break
			}
		}
		if r.err == syscall.EAGAIN {
			giveBack()
			return false
		}
		return true
	}
	return r
}

// read is as Read of the connection.
func (r *tcpReader) read() (int, error) {
	switch err := r.raw.Read(r.try); {
	case err != nil:
		return 0, err
	case r.err != nil:
		return 0, &net.OpError{Op: "read", Net: "tcp", Source: r.nc.LocalAddr(), Addr: r.nc.RemoteAddr(), Err: os.NewSyscallError("read", r.err)}
	case r.n == 0:
		return 0, io.EOF
	}
	return r.n, nil
}
