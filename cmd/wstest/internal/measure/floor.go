package main

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"syscall"
	"time"

	"gobahn/cases"
	"gobahn/cases/corpus"
	"gobahn/wire"
)

// The floor is the least a tester can do that makes the peer do what it has to do
// in the Echo cases: it sends what the tester sends, prepared before the clock
// starts, and waits for the end of every message. It does not compress, mask,
// unmask, inflate, compare, record or report, and of what it receives it looks only
// at the headers of frames.

// A replay is an Echo case that is prepared.
type replay struct {
	id       cases.ID
	deflate  *cases.Deflate
	agreed   *cases.DeflateParams
	messages prepared
	count    int
	chop     int // octets a write; 0: all
}

// Prepared are the frames of messages.
type prepared struct {
	messages  [][]byte // the first of them
	period    int      // after which they come again
	direction wire.Direction
}

// at is message i. With context takeover the messages of the first reading refer to
// less than those that follow.
func (p prepared) at(i int) []byte {
	if i >= len(p.messages) {
		if i %= p.period; !p.direction.NoTakeover {
			i += p.period
		}
	}
	return p.messages[i]
}

// octets is how many octets r sends.
func (r replay) octets() (sum int) {
	for i := range r.count {
		sum += len(r.messages.at(i))
	}
	return sum
}

// replayAll plays the Echo cases of the catalogue with the server at raw, and
// returns what that took after everything was prepared.
func replayAll(ctx context.Context, raw string) (f figures, err error) {
	target, err := url.Parse(raw)
	if err != nil {
		return f, err
	}
	list, err := prepare(ctx, cases.Catalogue, false, func(d *cases.Deflate) (*cases.DeflateParams, error) {
		return agreement(ctx, target.Host, d)
	})
	if err != nil {
		return f, err
	}
	// What takes longest begins first, as in the tester.
	slices.SortStableFunc(list, func(a, b replay) int { return cmp.Compare(b.octets(), a.octets()) })
	runtime.GC()
	debug.SetGCPercent(-1) // nothing worth collecting comes now
	before, err := own()
	if err != nil {
		return f, err
	}
	begun := time.Now()
	if f.Failed, err = replayList(ctx, target.Host, list); err != nil {
		return f, err
	}
	f.Wall = time.Since(begun)
	after, err := own()
	f.Tester = usage{User: after.User - before.User, System: after.System - before.System}
	f.Cases = len(list)
	return f, err
}

// replayList plays as many cases at a time as the tester has lanes for those that
// move much data. It returns the ids of those that the peer ended.
func replayList(ctx context.Context, host string, list []replay) (failed []string, err error) {
	queue := make(chan replay, len(list))
	for _, r := range list {
		queue <- r
	}
	close(queue)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range 2 * runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for r := range queue {
				err := r.play(ctx, host)
				switch {
				case endedByPeer(err):
					mu.Lock()
					failed = append(failed, string(r.id))
					mu.Unlock()
				case err != nil:
					cancel(fmt.Errorf("%s: %w", r.id, err))
				}
				if ctx.Err() != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	slices.Sort(failed)
	return failed, context.Cause(ctx)
}

// errClosed is a close frame of the peer before everything came back.
var errClosed = errors.New("the peer closed the WebSocket")

// endedByPeer reports whether err is that the peer closed the WebSocket, or dropped
// TCP when it had.
func endedByPeer(err error) bool {
	return errors.Is(err, errClosed) || errors.Is(err, io.EOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// play plays r on a connection of its own.
func (r replay) play(ctx context.Context, host string) error {
	c, err := dial(ctx, host, r.deflate)
	if err != nil {
		return err
	}
	defer c.close()
	if (c.agreed == nil) != (r.agreed == nil) || c.agreed != nil && *c.agreed != *r.agreed {
		return fmt.Errorf("permessage-deflate was agreed on otherwise than before")
	}
	if err := r.exchange(c); err != nil {
		return err
	}
	return c.bye()
}

// exchange sends the messages of r, each when the one before has come back.
func (r replay) exchange(c *conn) error {
	for i := range r.count {
		// Every wait is for less than that.
		if err := c.nc.SetDeadline(time.Now().Add(waitLimit)); err != nil {
			return err
		}
		if err := c.send(r.messages.at(i), r.chop); err != nil {
			return err
		}
		if err := c.awaitMessage(); err != nil {
			return fmt.Errorf("message %d of %d: %w", i+1, r.count, err)
		}
	}
	return nil
}

// waitLimit is how long one message may be on its way there and back.
const waitLimit = time.Minute

// prepare prepares those of all that are Echo cases, for a server to send or for a
// client. Agree says, once for every offer with its answer, what is agreed on with the peer.
func prepare(ctx context.Context, all []cases.Case, server bool, agree func(*cases.Deflate) (*cases.DeflateParams, error)) (list []replay, err error) {
	type key struct {
		message   cases.Message
		direction wire.Direction
		packed    bool
	}
	agreed := make(map[string]*cases.DeflateParams)
	made := make(map[key]prepared)
	var keys *rand.ChaCha8 // of masks, which only a client has
	if !server {
		keys = rand.NewChaCha8([32]byte{})
	}
	for _, c := range all {
		for _, step := range c.Script {
			echo, ok := step.(cases.Echo)
			if !ok {
				continue
			}
			r := replay{id: c.ID, deflate: c.Deflate, count: echo.Count, chop: echo.Message.Wire.Chop}
			k := key{message: echo.Message, packed: c.Deflate != nil}
			if k.packed {
				proposal := wire.Offers(c.Deflate.Offer) + "; " + wire.Offers(c.Deflate.Accept)
				if _, ok := agreed[proposal]; !ok {
					if agreed[proposal], err = agree(c.Deflate); err != nil {
						return nil, fmt.Errorf("%s: %w", c.ID, err)
					}
				}
				if r.agreed = agreed[proposal]; r.agreed == nil {
					continue // the tester has nothing to send either
				}
				k.direction, _ = wire.Directions(*r.agreed, server)
			}
			if _, ok := made[k]; !ok {
				if made[k], err = frames(echo, k.direction, k.packed, keys); err != nil {
					return nil, fmt.Errorf("%s: %w", c.ID, err)
				}
			}
			r.messages = made[k]
			list = append(list, r)
		}
	}
	return list, ctx.Err()
}

// agreement is what the server at host agrees on when it is offered d.
func agreement(ctx context.Context, host string, d *cases.Deflate) (*cases.DeflateParams, error) {
	c, err := dial(ctx, host, d)
	if err != nil {
		return nil, err
	}
	defer c.close()
	return c.agreed, c.bye()
}

// frames are the frames of the messages of an Echo, compressed if packed is set.
// Like those of the tester, messages come again; unlike there, masking keys do so
// with them.
func frames(echo cases.Echo, d wire.Direction, packed bool, keys *rand.ChaCha8) (p prepared, err error) {
	m := echo.Message
	at, period := func(int) []byte { return m.Octets() }, 1
	if m.Payload.Corpus != "" && m.Payload.Len > 0 {
		reel, err := corpus.NewReel(m.Payload.Corpus, m.Payload.Len, !m.Binary)
		if err != nil {
			return p, err
		}
		at, period = reel.At, reel.Period()
	}
	if !packed {
		d.NoTakeover = true // messages do not depend on others
	}
	distinct := period
	if !d.NoTakeover {
		distinct *= 2
	}
	p = prepared{period: period, direction: d}
	compressor := wire.NewCompressor(d.Bits, d.NoTakeover)
	defer compressor.Release()
	for i := range min(distinct, echo.Count) {
		b, rsv := at(i), byte(0)
		if packed {
			b, rsv = compressor.Append(nil, b), 4
		}
		p.messages = append(p.messages, message(m, b, rsv, keys))
	}
	return p, nil
}

// message is b in the frames of m, masked if there are keys.
func message(m cases.Message, b []byte, rsv byte, keys *rand.ChaCha8) (out []byte) {
	op, size := m.Opcode(), len(b)
	if m.Fragment > 0 && size > m.Fragment {
		size = m.Fragment
		out = make([]byte, 0, len(b)+(len(b)/size+1)*wire.MaxHeader)
	}
	for whole := size == len(b); ; b = b[size:] {
		end := whole || len(b) < size // like cases.Message.Frames: an empty frame may come last
		h := wire.Header{FIN: end, RSV: rsv, Opcode: op, Masked: keys != nil, Length: uint64(min(size, len(b)))}
		if h.Masked {
			binary.BigEndian.PutUint32(h.Key[:], uint32(keys.Uint64()))
		}
		out = wire.AppendFrame(out, h, b[:h.Length], false)
		if end {
			return slices.Clip(out)
		}
		op, rsv = cases.OpContinuation, 0
	}
}
