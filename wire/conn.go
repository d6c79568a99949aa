package wire

import (
	"bufio"
	"net"
	"sync"

	"gobahn/cases"
)

// readSize is how many octets one read takes at most, as in the reference.
const readSize = 64 << 10

var buffers = sync.Pool{New: func() any { b := make([]byte, readSize); return &b }}

// A Conn is a TCP connection (or anything like one) as the engine wants it:
// reads arrive on a channel, and writes are queued and never block. All methods
// are for one goroutine, the owner; Close must be called in the end.
//
// What is sent is kept until it has left, however much that is: an owner whose
// peer decides how much it sends, by pings, has to look at Pending.
//
// Writes follow the reference: octets sent without chop or sync are handed over
// at once and leave merged with whatever else was sent before the next Flush;
// a chop, or octets with sync, leave by themselves, and what is sent after them
// waits until they are on the wire.
type Conn struct {
	nc     net.Conn
	onSent func(b []byte, sync bool)

	reads chan Read
	free  chan *[]byte
	jobs  chan job
	wrote chan error
	done  chan struct{}
	wg    sync.WaitGroup

	queue   []item
	out     net.Buffers // handed over, not yet with the writer
	alone   bool        // out, or what the writer has, must leave by itself
	chop    bool        // it is a chop
	writing int         // buffers the writer has
	dead    bool        // a write failed: nothing more can be sent
}

// A Read is what one read returned: octets, or the error that ended reading.
type Read struct {
	Octets []byte
	Err    error
	buf    *[]byte
}

type item struct {
	octets []byte
	chop   int
	alone  bool
}

type job struct {
	out   net.Buffers
	alone bool // it is to be on the wire before the next
	chop  bool // it is a part of something, for the peer to see by itself
}

// NewConn starts reading from nc, and calls onSent for every write when it is
// handed over, with sync set if it leaves by itself.
func NewConn(nc net.Conn, onSent func(b []byte, sync bool)) *Conn {
	c := &Conn{
		nc:     nc,
		onSent: onSent,
		reads:  make(chan Read),
		free:   make(chan *[]byte, 2),
		jobs:   make(chan job, 1),
		wrote:  make(chan error, 1),
		done:   make(chan struct{}),
	}
	for range cap(c.free) {
		c.free <- buffers.Get().(*[]byte)
	}
	c.wg.Go(c.readLoop)
	c.wg.Go(c.writeLoop)
	return c
}

// Reads is where reads arrive. After one with an error there are no more. The
// octets are the owner's until it calls Recycle.
func (c *Conn) Reads() <-chan Read { return c.reads }

// Recycle gives the octets of r back, once. Until it does, no more than one
// further read is made.
func (c *Conn) Recycle(r Read) {
	if r.buf != nil {
		c.free <- r.buf
	}
}

// Wrote is where the end of a write arrives, to be passed to Done.
func (c *Conn) Wrote() <-chan error { return c.wrote }

// Done notes the end of a write, so that the next can begin at the next Flush.
func (c *Conn) Done(err error) {
	c.writing, c.alone = 0, false
	if err != nil {
		c.dead = true
		c.queue, c.out = nil, nil
		return
	}
	c.handOver()
}

// Send queues b, which must not be changed any more, to leave as w says.
func (c *Conn) Send(b []byte, w cases.Wire) {
	if len(b) == 0 || c.dead {
		return
	}
	c.queue = append(c.queue, item{octets: b, chop: w.Chop, alone: w.Chop > 0 || w.Sync})
	c.handOver()
}

// handOver moves what may leave now from the queue to out.
func (c *Conn) handOver() {
	for len(c.queue) > 0 && !c.alone {
		it := &c.queue[0]
		chunk := it.octets
		if it.alone {
			if c.writing > 0 || len(c.out) > 0 {
				return
			}
			if it.chop > 0 && it.chop < len(chunk) {
				chunk = chunk[:it.chop]
			}
			c.alone, c.chop = true, it.chop > 0
		}
		c.out = append(c.out, chunk)
		c.onSent(chunk, it.alone)
		if it.octets = it.octets[len(chunk):]; len(it.octets) == 0 {
			*it = item{} // lets go of its octets
			c.queue = c.queue[1:]
		}
	}
}

// Flush lets the writer begin with what was handed over, if it is idle.
func (c *Conn) Flush() {
	if c.writing > 0 || len(c.out) == 0 {
		return
	}
	c.writing = len(c.out)
	c.jobs <- job{c.out, c.alone, c.alone && c.chop}
	c.out = nil
}

// Idle reports whether everything sent has left, or cannot leave any more.
func (c *Conn) Idle() bool { return c.dead || c.Pending() == 0 }

// Pending is how many of the octet slices sent have not left yet.
func (c *Conn) Pending() int { return c.writing + len(c.out) + len(c.queue) }

// CloseWrite tells the peer that nothing more will be sent, where TCP or TLS
// allows it, and closes the connection where not.
func (c *Conn) CloseWrite() {
	half, ok := c.nc.(interface{ CloseWrite() error })
	if _, tcp := c.nc.(*net.TCPConn); ok && !tcp && c.writing > 0 {
		ok = false // TLS would wait for the end of a write the peer does not read
	}
	if !ok || half.CloseWrite() != nil {
		c.nc.Close()
	}
}

// Reset makes Close reset the TCP connection instead of ending it in order.
func (c *Conn) Reset() {
	if tcp := tcpConn(c.nc); tcp != nil {
		tcp.SetLinger(0)
	}
}

// tcpConn is the TCP connection nc is or, with TLS, runs on; nil if there is none.
func tcpConn(nc net.Conn) *net.TCPConn {
	if over, ok := nc.(interface{ NetConn() net.Conn }); ok {
		nc = over.NetConn()
	}
	tcp, _ := nc.(*net.TCPConn)
	return tcp
}

// Close closes the connection, dropping what has not left, and returns when
// nothing works on it any more. Nothing can be sent afterwards.
func (c *Conn) Close() {
	select {
	case <-c.done:
		return
	default:
	}
	c.dead, c.queue, c.out = true, nil, nil
	close(c.done)
	c.nc.Close()
	close(c.jobs)
	c.wg.Wait()
	for {
		select {
		case b := <-c.free:
			buffers.Put(b)
		default:
			return
		}
	}
}

func (c *Conn) readLoop() {
	for {
		var buf *[]byte
		select {
		case buf = <-c.free:
		case <-c.done:
			return
		}
		n, err := c.nc.Read(*buf)
		if n > 0 {
			select {
			case c.reads <- Read{Octets: (*buf)[:n], buf: buf}:
			case <-c.done:
				return
			}
		}
		if err != nil {
			select {
			case c.reads <- Read{Err: err}:
			case <-c.done:
			}
			return
		}
		if n == 0 {
			c.free <- buf
		}
	}
}

func (c *Conn) writeLoop() {
	for j := range c.jobs {
		err := write(c.nc, j.out)
		if err == nil && j.alone {
			settle(c.nc)
		}
		if err == nil && j.chop {
			pause(c.nc)
		}
		select {
		case c.wrote <- err:
		case <-c.done:
			return
		}
	}
}

// write writes out as one write, as far as nc can.
func write(nc net.Conn, out net.Buffers) error {
	if _, ok := nc.(*net.TCPConn); ok || len(out) == 1 {
		_, err := out.WriteTo(nc)
		return err
	}
	// Only TCP takes several slices at once. TLS would make a record, and a
	// segment, of each.
	w := bufio.NewWriterSize(nc, readSize)
	for _, b := range out {
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return w.Flush()
}
