package wire

import (
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	settleLimit = 50 * time.Millisecond // a peer that does not read keeps octets back for ever
	settlePause = 20 * time.Microsecond
)

// settle returns when everything written to nc is on the wire and the peer has
// had a moment to see it arrive by itself. TCP_NODELAY sends a write at once
// only while the peer's window is open, so the kernel is asked.
func settle(nc net.Conn) {
	tcp := tcpConn(nc)
	if tcp == nil {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	for end := time.Now().Add(settleLimit); time.Now().Before(end); {
		unsent := 0
		var ioctlErr error
		err := raw.Control(func(fd uintptr) {
			unsent, ioctlErr = unix.IoctlGetInt(int(fd), unix.SIOCOUTQNSD)
		})
		// A pause this short has to be the kernel's: the runtime's timers round
		// it up to a millisecond when nothing else is going on.
		ts := syscall.NsecToTimespec(int64(settlePause))
		syscall.Nanosleep(&ts, nil)
		if err != nil || ioctlErr != nil || unsent == 0 {
			return
		}
	}
}
