package wire

import (
	"bufio"
	"errors"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"gobahn/cases"
)

// A Conn is a TCP connection (or anything like one) as the engine wants it: writes
// are queued and never block, and the owner waits for octets either in Read or,
// when it has other things to wait for, at the channel of Reads. All methods but
// Interrupt are for one goroutine, the owner; Close must be called in the end.
//
// What is sent is kept until it has left, however much that is: an owner whose
// peer decides how much it sends, by pings, has to look at Pending.
//
// Writes follow the reference: octets sent without chop or sync are handed over
// at once and leave merged with whatever else was sent before the next Flush;
// a chop, or octets with sync, leave by themselves, and what is sent after them
// waits until they are on the wire and the peer has had a moment to read them.
type Conn struct {
	nc     net.Conn
	onSent func(head []byte, size int, sync bool)

	// OnOctets is called with all octets of every write when onSent is; nil: nothing. It
	// is to be set before anything is sent.
	OnOctets func(octets net.Buffers)

	reader
	jobs  chan job
	wrote chan Write
	done  chan struct{}
	wg    sync.WaitGroup

	queue   []item
	out     segment // handed over, not yet with the writer
	alone   bool    // out, or what the writer has, must leave by itself
	writing int     // slices the writer has
	dead    bool    // a write failed: nothing more can be sent
	reset   bool    // a write has met an RST

	taken atomic.Int64 // octets that the kernel has taken
}

// A Write is news of the writer, to be passed to Done.
type Write struct {
	begun segment // this begins to leave
	end   bool    // the writer has nothing left to do
	err   error   // why what it had cannot leave
}

// Err is why what the writer had could not leave, nil if that is not the news.
func (w Write) Err() error { return w.err }

// An item is what one Send sends.
type item struct {
	octets net.Buffers // one slice if it is chopped
	parts  []int       // octets of the writes it counts as; nil: it is one
	chop   int
	chops  int // how many have left
	alone  bool
	asks   bool // the peer is to answer it
	whole  bool // all octets are shown
}

// A segment is what leaves with one write.
type segment struct {
	octets net.Buffers
	shown  []shown       // what onSent is to be told
	alone  bool          // it is to be on the wire before the next
	pause  time.Duration // before the next, for the peer to see it by itself
	asks   bool          // the peer is to answer before the next
}

// shown is an item, or a chop of one, as onSent is told of it.
type shown struct {
	first []byte // its octets, or their first slice
	size  int
	parts []int        // of the first slice, which is all there is; nil: it is one
	whole *net.Buffers // all octets; nil: they need not be shown
}

// A job is what the writer does in one go.
type job struct {
	first segment // handed over already
	then  []item
}

// NewConn makes a Conn of nc, and calls onSent for every write when it is
// handed over, with its size, its octets or the first of them, and sync set if it
// leaves by itself.
func NewConn(nc net.Conn, onSent func(head []byte, size int, sync bool)) *Conn {
	c := &Conn{
		nc:     nc,
		onSent: onSent,
		reader: reader{reads: make(chan Read, 1)},
		jobs:   make(chan job, 1),
		wrote:  make(chan Write, 1),
		done:   make(chan struct{}),
	}
	c.wg.Go(c.writeLoop)
	return c
}

// Wrote is where news of the writer arrives, to be passed to Done.
func (c *Conn) Wrote() <-chan Write { return c.wrote }

// Done notes what the writer did. The owner should look at Wrote before it looks
// at Reads: a write that begins is announced before the peer can see it.
func (c *Conn) Done(w Write) {
	if !w.end {
		c.log(w.begun)
		return
	}
	c.writing, c.alone = 0, false
	if w.err != nil {
		c.dead = true
		c.reset = c.reset || errors.Is(w.err, syscall.ECONNRESET)
		c.queue, c.out = nil, segment{}
		return
	}
	c.handOver()
}

func (c *Conn) log(s segment) {
	for _, one := range s.shown {
		if one.whole != nil {
			c.OnOctets(*one.whole)
		}
		if one.parts == nil {
			c.onSent(one.first, one.size, s.alone)
			continue
		}
		at := 0
		for _, n := range one.parts {
			c.onSent(one.first[at:at+n], n, s.alone)
			at += n
		}
	}
}

// Send queues b, which must not be changed any more, to leave as w says.
func (c *Conn) Send(b []byte, w cases.Wire) {
	if len(b) == 0 || c.dead {
		return
	}
	c.queue = append(c.queue, item{octets: net.Buffers{b}, chop: w.Chop, alone: w.Chop > 0 || w.Sync, whole: c.OnOctets != nil})
	c.handOver()
}

// Ask is Send of octets that the peer answers. If they leave by themselves, what is sent
// after them waits until something has come from the peer, for a while.
func (c *Conn) Ask(b []byte, w cases.Wire) {
	if len(b) == 0 || c.dead {
		return
	}
	alone := w.Chop > 0 || w.Sync
	c.queue = append(c.queue, item{octets: net.Buffers{b}, chop: w.Chop, alone: alone, asks: alone, whole: c.OnOctets != nil})
	c.handOver()
}

// SendParts queues b, which must not be changed any more, like several Sends of so
// many octets each without chop or sync.
func (c *Conn) SendParts(b []byte, parts []int) {
	if len(b) == 0 || c.dead {
		return
	}
	c.queue = append(c.queue, item{octets: net.Buffers{b}, parts: parts, whole: c.OnOctets != nil})
	c.handOver()
}

// SendPieces queues the octets of pieces, in their order, as one Send without chop
// would. The same octets may be among them more than once; pieces itself must not be
// used any more.
func (c *Conn) SendPieces(pieces net.Buffers, sync bool) {
	if len(pieces) == 0 || c.dead {
		return
	}
	c.queue = append(c.queue, item{octets: pieces, alone: sync, whole: c.OnOctets != nil})
	c.handOver()
}

// handOver moves what may leave with the next write from the queue to out.
func (c *Conn) handOver() {
	if len(c.queue) == 0 || c.alone || c.queue[0].alone && (c.writing > 0 || len(c.out.octets) > 0) {
		return
	}
	var s segment
	s, c.queue = take(c.queue)
	c.log(s)
	c.alone = s.alone
	c.out = segment{octets: append(c.out.octets, s.octets...), alone: s.alone, pause: s.pause, asks: s.asks}
}

const (
	// chopPause is between two chops: long enough for a peer that waits for
	// octets to wake up and read them.
	chopPause = 150 * time.Microsecond
	// pausedChops is after how many chops the peer is taken to have seen that
	// they come one by one. The others follow each other without a pause.
	pausedChops = 256
	// itemPause is behind what was chopped or sent with sync, before the next
	// item: long enough for a peer to answer.
	itemPause = 5 * time.Millisecond
	// answerNaps is how long the pause may become behind what the peer is to answer
	// and has not. Whether it answers a message before it sees that the next frame is
	// invalid must not depend on luck, nor on what else the machine does: on one that is
	// busy, naps take longer.
	answerNaps = 295
	answerNap  = time.Millisecond
)

// take removes from queue, which is not empty, what leaves with one write: a
// chop, an item that leaves alone, or all up to the next of these.
func take(queue []item) (segment, []item) {
	it := &queue[0]
	if !it.alone {
		var s segment
		for len(queue) > 0 && !queue[0].alone {
			s.octets = append(s.octets, queue[0].octets...)
			s.shown = append(s.shown, show(queue[0].octets, queue[0].parts, queue[0].whole))
			queue[0] = item{} // lets go of its octets
			queue = queue[1:]
		}
		return s, queue
	}
	s := segment{alone: true, octets: it.octets}
	if chop := it.chop; chop > 0 && chop < len(it.octets[0]) {
		s.octets = net.Buffers{it.octets[0][:chop]}
		it.octets = net.Buffers{it.octets[0][chop:]}
	} else {
		it.octets = nil
	}
	s.shown = []shown{show(s.octets, nil, it.whole)}
	it.chops++
	switch {
	case len(it.octets) == 0:
		s.pause, s.asks = itemPause, it.asks
		*it = item{}
		queue = queue[1:]
	case it.chops <= pausedChops:
		s.pause = chopPause
	}
	return s, queue
}

// show is what is shown of octets that leave together.
func show(octets net.Buffers, parts []int, whole bool) shown {
	one := shown{first: octets[0], parts: parts}
	if whole {
		all := slices.Clone(octets) // which a write consumes
		one.whole = &all
	}
	for _, b := range octets {
		one.size += len(b)
	}
	return one
}

// Flush lets the writer begin with what was sent, if it is idle. It goes through
// chops and what leaves alone by itself, as quickly as the wire takes them.
func (c *Conn) Flush() {
	if c.writing > 0 || len(c.out.octets) == 0 || c.leftAtOnce() {
		return
	}
	c.writing = len(c.out.octets) + len(c.queue)
	c.jobs <- job{c.out, c.queue}
	c.alone = c.alone || len(c.queue) > 0
	c.out, c.queue = segment{}, nil
}

// leftAtOnce writes what was handed over without the help of the writer, if the
// kernel takes all of it now. That saves the way to another goroutine, twice.
func (c *Conn) leftAtOnce() bool {
	if c.alone || len(c.queue) > 0 || len(c.out.octets) > 1 {
		return false
	}
	n, err := writeNow(c.nc, c.out.octets[0])
	c.reset = c.reset || errors.Is(err, syscall.ECONNRESET)
	c.taken.Add(int64(n))
	c.out.octets[0] = c.out.octets[0][n:]
	if len(c.out.octets[0]) > 0 {
		return false
	}
	c.out = segment{}
	return true
}

// WasReset reports whether a write has met an RST of the peer: the system says so once, to
// whoever writes or reads first.
func (c *Conn) WasReset() bool { return c.reset }

// Idle reports whether everything sent has left, or cannot leave any more.
func (c *Conn) Idle() bool { return c.dead || c.Pending() == 0 }

// Pending is how many of the octet slices sent have not left yet. Those the
// writer has count until all of them have.
func (c *Conn) Pending() int { return c.writing + len(c.out.octets) + len(c.queue) }

// Queued is how many octets wait for those that the writer has.
func (c *Conn) Queued() (octets int) {
	for _, b := range c.out.octets {
		octets += len(b)
	}
	for _, it := range c.queue {
		for _, b := range it.octets {
			octets += len(b)
		}
	}
	return octets
}

// Taken is how many octets the kernel has taken to send.
func (c *Conn) Taken() int64 { return c.taken.Load() }

// Broken reports whether a write has failed, so that nothing more can be sent.
func (c *Conn) Broken() bool { return c.dead }

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

// SetNoDelay decides whether small writes leave at once, which is the default
// (TCP_NODELAY).
func (c *Conn) SetNoDelay(on bool) {
	if tcp := tcpConn(c.nc); tcp != nil {
		tcp.SetNoDelay(on)
	}
}

// tcpConn is the TCP connection nc is or, with TLS, runs on; nil if there is none.
func tcpConn(nc net.Conn) *net.TCPConn {
	tcp, _ := beneath(nc).(*net.TCPConn)
	return tcp
}

// beneath is the connection that nc, if that is TLS, runs on.
func beneath(nc net.Conn) net.Conn {
	if over, ok := nc.(interface{ NetConn() net.Conn }); ok {
		return over.NetConn()
	}
	return nc
}

// Close closes the connection, dropping what has not left, and returns when
// nothing works on it any more. Nothing can be sent afterwards.
func (c *Conn) Close() {
	select {
	case <-c.done:
		return
	default:
	}
	c.dead, c.queue, c.out = true, nil, segment{}
	close(c.done)
	c.nc.Close()
	close(c.jobs)
	c.wg.Wait()
	c.reader.release()
}

func (c *Conn) writeLoop() {
	for j := range c.jobs {
		s, queue := j.first, j.then
		heard := c.heard.Load()
		err := c.writeSegment(s)
		for err == nil && len(queue) > 0 {
			c.rest(s.pause)
			if s.asks {
				c.awaitAnswer(heard)
			}
			s, queue = take(queue)
			if !c.tell(Write{begun: s}) {
				return
			}
			heard = c.heard.Load()
			err = c.writeSegment(s)
		}
		if !c.tell(Write{end: true, err: err}) {
			return
		}
	}
}

// tell passes news to the owner, and reports whether it still wants any.
func (c *Conn) tell(w Write) bool {
	select {
	case c.wrote <- w:
		return true
	case <-c.done:
		return false
	}
}

func (c *Conn) writeSegment(s segment) error {
	if err := c.write(s.octets); err != nil {
		return err
	}
	if s.alone {
		settle(c.nc)
	}
	return nil
}

// rest waits for d, or until the connection is closed, and reports whether it is not.
func (c *Conn) rest(d time.Duration) (open bool) {
	if d == 0 {
		return true
	}
	if _, socket := beneath(c.nc).(syscall.Conn); socket && d < time.Millisecond { // in memory the time may be that of a test
		doze(d)
		return true
	}
	select {
	case <-time.After(d):
		return true
	case <-c.done:
		return false
	}
}

// awaitAnswer waits until more than heard reads have returned something, for a while.
func (c *Conn) awaitAnswer(heard int64) {
	for nap := 0; nap < answerNaps && c.heard.Load() == heard && c.rest(answerNap); nap++ {
	}
}

// write writes out as one write, as far as nc can. What is long is written in pieces, so
// that it is known meanwhile how much the kernel has taken.
func (c *Conn) write(out net.Buffers) error {
	if len(out) == 1 {
		for b := out[0]; ; {
			n, err := c.nc.Write(b[:min(len(b), writePiece)])
			if c.taken.Add(int64(n)); err != nil || n == len(b) {
				return err
			}
			b = b[n:]
		}
	}
	if _, ok := c.nc.(*net.TCPConn); ok {
		n, err := out.WriteTo(c.nc)
		c.taken.Add(n)
		return err
	}
	// Only TCP takes several slices at once. TLS would make a record, and a
	// segment, of each.
	w := bufio.NewWriterSize(c.nc, readSize)
	for _, b := range out {
		n, err := w.Write(b)
		if c.taken.Add(int64(n)); err != nil {
			return err
		}
	}
	return w.Flush()
}

// writePiece is how many octets of a long slice are written at a time.
const writePiece = 1 << 20
