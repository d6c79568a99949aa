package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"gobahn/cases"
	"gobahn/wire"
)

// A replayServer is the floor for clients: a fuzzing server with the Echo cases only.
type replayServer struct {
	all    []cases.Case
	list   []replay
	begun  time.Time // when the client was told the number of cases
	before usage     // what this process had taken until then
	failed []string
}

// serveReplays waits for a client to play the Echo cases of all, and returns what that took from
// the answer to /getCaseCount, before which everything was prepared, until
// /updateReports.
func serveReplays(ctx context.Context, ln net.Listener, all []cases.Case) (f figures, err error) {
	defer context.AfterFunc(ctx, func() { ln.Close() })()
	s := replayServer{all: all}
	for done := false; !done; {
		nc, err := ln.Accept()
		if err != nil {
			return f, errors.Join(err, context.Cause(ctx))
		}
		if done, err = s.visit(ctx, nc); err != nil {
			return f, err
		}
	}
	f.Wall = time.Since(s.begun)
	after, err := own()
	f.Tester = usage{User: after.User - s.before.User, System: after.System - s.before.System}
	f.Cases, f.Failed = len(s.list), s.failed
	return f, err
}

// visit answers a client on one connection. It is done when the client asks for the
// reports.
func (s *replayServer) visit(ctx context.Context, nc net.Conn) (done bool, err error) {
	c := newConn(ctx, nc)
	defer c.close()
	if err := nc.SetDeadline(time.Now().Add(waitLimit)); err != nil {
		return false, err
	}
	head, err := c.head()
	if err != nil {
		return false, err
	}
	_, target, err := head.Request()
	if err != nil {
		return false, err
	}
	path, err := url.Parse(target)
	if err != nil {
		return false, err
	}
	switch path.Path {
	case "/getCaseCount":
		return false, s.count(ctx, c, head)
	case "/runCase":
		n, err := strconv.Atoi(path.Query().Get("case"))
		if err != nil || n < 1 || n > len(s.list) {
			return false, fmt.Errorf("no case %q", path.Query().Get("case"))
		}
		return false, s.play(c, head, s.list[n-1])
	case "/updateReports":
		return true, errors.Join(c.accept(head, ""), c.bye())
	}
	return false, fmt.Errorf("the client asks for %s", path.Path)
}

// count prepares everything, for what this client offers, and says how many cases
// that is.
func (s *replayServer) count(ctx context.Context, c *conn, head wire.Head) (err error) {
	s.list, err = prepare(ctx, s.all, true, func(d *cases.Deflate) (*cases.DeflateParams, error) {
		agreed, _, err := wire.AcceptDeflate(head, d.Accept)
		return agreed, err
	})
	if err != nil {
		return err
	}
	runtime.GC()
	debug.SetGCPercent(-1) // nothing worth collecting comes now
	if s.before, err = own(); err != nil {
		return err
	}
	s.begun = time.Now()
	number := strconv.AppendInt(nil, int64(len(s.list)), 10)
	h := wire.Header{FIN: true, Opcode: cases.OpText, Length: uint64(len(number))}
	if err := c.accept(head, ""); err != nil {
		return err
	}
	if err := c.send(wire.AppendFrame(nil, h, number, false), 0); err != nil {
		return err
	}
	return c.bye()
}

// play plays r.
func (s *replayServer) play(c *conn, head wire.Head, r replay) error {
	var answer string
	if r.deflate != nil {
		agreed, text, err := wire.AcceptDeflate(head, r.deflate.Accept)
		switch {
		case err != nil:
			return err
		case agreed == nil || *agreed != *r.agreed:
			return fmt.Errorf("%s: permessage-deflate was agreed on otherwise than before", r.id)
		}
		answer = text
	}
	if err := c.accept(head, answer); err != nil {
		return err
	}
	switch err := r.exchange(c); {
	case endedByPeer(err):
		s.failed = append(s.failed, string(r.id))
		slices.Sort(s.failed)
		return nil
	case err != nil:
		return fmt.Errorf("%s: %w", r.id, err)
	}
	return c.bye()
}
