package launch

import (
	"context"
	"fmt"
	"strings"
	"time"
)

const (
	readyEvery = 25 * time.Millisecond
	tryLimit   = time.Second // for one connection
)

// waitReady calls dial until it works, the command has ended, or the wait is over.
func (p *Process) waitReady(ctx context.Context, dial func(context.Context) error, wait time.Duration) error {
	timed, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	tick := time.NewTicker(readyEvery)
	defer tick.Stop()
	for {
		err := try(timed, dial)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return p.unready("ended before it could be reached, with "+p.Status(), err)
		case <-timed.Done():
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return p.unready(fmt.Sprintf("could not be reached within %v", wait), err)
		case <-tick.C:
		}
	}
}

// try connects once.
func try(ctx context.Context, dial func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, tryLimit)
	defer cancel()
	return dial(ctx)
}

// unready is the error of a server that is not what it should be; last is that of the
// last connection.
func (p *Process) unready(what string, last error) error {
	printed := "it printed nothing"
	if tail := p.Tail(); tail != "" {
		printed = "it printed:\n    " + strings.ReplaceAll(tail, "\n", "\n    ")
	}
	return fmt.Errorf("%s %s (%w); %s", p.name, what, last, printed)
}
