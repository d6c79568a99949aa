package wire

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

// unread is a connection whose peer is in the backlog of a listener: nobody reads.
func unread(t *testing.T) net.Conn {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	nc, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	return nc
}

func TestSettleDoesNotWaitForAPeerThatDoesNotRead(t *testing.T) {
	nc := unread(t)
	// What TCP takes beyond the window of the peer stays unsent.
	nc.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	var err error
	for err == nil {
		_, err = nc.Write(make([]byte, 1<<16))
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	start := time.Now()
	settle(nc)
	if took := time.Since(start); took < settleLimit || took > 20*settleLimit {
		t.Errorf("settled after %v, the limit is %v", took, settleLimit)
	}
}

func TestSettleIsQuickWhenEverythingHasLeft(t *testing.T) {
	nc := unread(t)
	best := time.Hour
	for range 20 {
		nc.Write([]byte("x"))
		start := time.Now()
		settle(nc)
		best = min(best, time.Since(start))
	}
	if best > settleLimit/2 {
		t.Errorf("the quickest of 20 took %v", best)
	}
	nc.Close()
	start := time.Now()
	settle(nc) // a closed connection has nothing to wait for
	if took := time.Since(start); took > 20*settleLimit {
		t.Errorf("on a closed connection it took %v", took)
	}
}
