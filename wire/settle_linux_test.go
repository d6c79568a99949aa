package wire

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

func TestSettleDoesNotWaitForAPeerThatDoesNotRead(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	nc, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	// The peer is in the backlog of the listener: nobody reads. What TCP takes
	// beyond the window of the peer stays unsent.
	nc.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
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
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	nc, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
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
