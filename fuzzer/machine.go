package fuzzer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"
)

// A MachineError is that this machine lacks what it takes to play a case. It says
// nothing of the peer, so that there is no verdict.
type MachineError struct{ Err error }

func (e *MachineError) Error() string {
	return fmt.Sprintf("this machine has no room for another connection: %v: raise the limit (ulimit -Hn)", e.Err)
}
func (e *MachineError) Unwrap() error { return e.Err }

// lacking reports whether err is that this machine lacks file descriptors or memory at
// the moment.
func lacking(err error) bool {
	for _, one := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM} {
		if errors.Is(err, one) {
			return true
		}
	}
	return false
}

// retryWait is how long is waited for what lacks before it is tried again.
const retryWait = 100 * time.Millisecond

// reach connects to the server, which has so much time for that, and more if the machine
// was late: by how much, it reports.
func (r *clientRun) reach(ctx context.Context, limit time.Duration) (nc net.Conn, late time.Duration, err error) {
	before := r.lag.passed()
	nc, err = r.dialFor(ctx, limit)
	if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, os.ErrDeadlineExceeded) { // whichever of the two was first
		return nc, 0, err
	}
	if late = min(share*(r.lag.passed()-before), maxLag); late < tolerance {
		return nil, 0, err
	}
	nc, err = r.dialFor(ctx, late)
	return nc, late, err
}

func (r *clientRun) dialFor(ctx context.Context, limit time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return r.dial(ctx)
}

// dial connects to the server until ctx is done. What lacks may be there a little later.
func (r *clientRun) dial(ctx context.Context) (net.Conn, error) {
	for {
		nc, err := r.target.Dial(ctx, r.client.dialler(), r.client.TLS)
		if !lacking(err) {
			return nc, err
		}
		if !sleep(ctx, retryWait) {
			return nil, &MachineError{err}
		}
	}
}

// over is why the run cannot go on after a case that met err; nil: it can.
func over(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if machine, ok := errors.AsType[*MachineError](err); ok {
		return machine
	}
	return nil
}

// accept accepts the next connection. Where there are too many at the moment, which
// crowded is told, or one was given up, it tries again a little later.
func accept(ctx context.Context, ln net.Listener, crowded func(error)) (net.Conn, error) {
	for {
		nc, err := ln.Accept()
		if lacking(err) {
			crowded(err)
		} else if !errors.Is(err, syscall.ECONNABORTED) {
			return nc, err
		}
		sleep(ctx, retryWait)
	}
}
