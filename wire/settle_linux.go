package wire

import (
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// settleLimit bounds the wait for octets to leave: a peer that does not read
// keeps them back for ever.
const settleLimit = 50 * time.Millisecond

// settle returns when everything written to nc is on the wire. TCP_NODELAY sends
// a write at once only while the peer's window is open, so the kernel is asked.
func settle(nc net.Conn) {
	tcp := tcpConn(nc)
	if tcp == nil {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	for end := time.Now().Add(settleLimit); time.Now().Before(end); doze(20 * time.Microsecond) {
		unsent := 0
		var ioctlErr error
		err := raw.Control(func(fd uintptr) {
			unsent, ioctlErr = unix.IoctlGetInt(int(fd), unix.SIOCOUTQNSD)
		})
		if err != nil || ioctlErr != nil || unsent == 0 {
			return
		}
	}
}

// doze waits for d, less than a millisecond. It has to be the kernel's pause: the
// runtime's timers round one up to a millisecond when nothing else is going on.
func doze(d time.Duration) {
	if d > 0 {
		ts := syscall.NsecToTimespec(int64(d))
		syscall.Nanosleep(&ts, nil)
	}
}
