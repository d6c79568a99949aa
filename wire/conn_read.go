package wire

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// readSize is how many octets one read takes at most, as in the reference.
const readSize = 64 << 10

var buffers = sync.Pool{New: func() any { b := make([]byte, readSize); return &b }}

// A reader is the half of a Conn that reads, one read at a time. Waiting in Read
// costs a third of what it costs to have another goroutine read and hand over the
// octets, which is why there are two ways.
type reader struct {
	reads    chan Read
	tcp      *tcpReader // nil: not needed yet, or the connection has none
	buf      *[]byte    // nil: not needed
	busy     bool       // a read is under way, or its octets are not recycled
	ended    bool       // a read returned an error: there are no more
	deadline time.Time  // of reads

	interrupted atomic.Bool
	heard       atomic.Int64 // reads that returned something
}

// A Read is what one read returned: octets, or the error that ended reading.
type Read struct {
	Octets []byte
	Err    error
}

// Reads starts a read, unless one is under way or the last one ended reading, and
// returns the channel on which it arrives. The octets are the owner's until it
// calls Recycle; until then no further read is made.
func (c *Conn) Reads() <-chan Read {
	if !c.busy && !c.ended {
		c.busy = true
		c.setReadDeadline(time.Time{})
		c.wg.Go(func() { c.reads <- c.read() })
	}
	return c.reads
}

// Reading reports whether a read that Reads has started is under way.
func (c *Conn) Reading() bool { return c.busy }

// Read reads in the goroutine of the owner; it must not be called while another
// read is under way. It reports false when the deadline has come, zero for none, or
// Interrupt was called. As with Reads the octets are the owner's until Recycle.
func (c *Conn) Read(deadline time.Time) (Read, bool) {
	c.setReadDeadline(deadline)
	if c.interrupted.Load() {
		return Read{}, false
	}
	c.busy = true
	r := c.read()
	if errors.Is(r.Err, os.ErrDeadlineExceeded) {
		c.busy = false
		return Read{}, false
	}
	return r, true
}

// Interrupt makes a read that is under way, and all that follow, return at once. It
// may be called from any goroutine.
func (c *Conn) Interrupt() {
	c.interrupted.Store(true)
	c.nc.SetReadDeadline(time.Unix(1, 0))
}

// Recycle gives the octets of r back.
func (c *Conn) Recycle(r Read) {
	c.busy = false
	c.ended = c.ended || r.Err != nil
}

// read makes a read. One that returns octets and an error returns the error again
// the next time.
func (c *Conn) read() Read {
	for {
		n, err := c.readSome()
		if n > 0 || err != nil {
			c.heard.Add(1)
		}
		if n > 0 {
			return Read{Octets: (*c.buf)[:n]}
		}
		if err != nil {
			return Read{Err: err}
		}
	}
}

// readSome reads into the buffer.
func (c *Conn) readSome() (int, error) {
	if tcp, ok := c.nc.(*net.TCPConn); ok && c.tcp == nil {
		c.tcp = newTCPReader(tcp, c.take, c.release)
	}
	if c.tcp != nil {
		return c.tcp.read()
	}
	return c.nc.Read(c.take())
}

// take takes a buffer, unless there is one.
func (r *reader) take() []byte {
	if r.buf == nil {
		r.buf = buffers.Get().(*[]byte)
	}
	return *r.buf
}

func (c *Conn) setReadDeadline(t time.Time) {
	if !c.deadline.Equal(t) {
		c.deadline = t
		c.nc.SetReadDeadline(t)
	}
}

// release gives back the buffer when nothing is in it any more.
func (r *reader) release() {
	if r.buf != nil {
		buffers.Put(r.buf)
		r.buf = nil
	}
}
