// Package massconnect opens thousands of WebSockets to a server and holds them, to
// see whether it bears that.
package massconnect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"gobahn/cmd/wstest/internal/limits"
	"gobahn/cmd/wstest/internal/socket"
)

const (
	defaultTimeout = 20 * time.Second
	defaultLimit   = 5 * time.Minute
	ownFiles       = 32 // files that the process has open beside connections
)

// A Server is connected to.
type Server struct {
	Name string // in reports
	URI  string // ws://host:port/path
	Desc string // what it is
}

// A Config says what Run does to each server, one server after the other.
type Config struct {
	Servers     []Server
	Connections int           // to each server
	BatchSize   int           // connections that are begun at a time
	BatchDelay  time.Duration // between the beginnings of two batches
	RetryDelay  time.Duration // after an attempt that failed; at least 10 ms
	Hold        time.Duration // for which all are held once the last is there

	Timeout time.Duration // of an attempt; 0: 20 s
	Limit   time.Duration // for all to be connected; 0: five minutes more than the batches take

	Dialer socket.Dialer // its buffers are kept small in any case
}

// filled is c with what is left out filled in, if what is there is right.
func (c Config) filled() (Config, error) {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if len(c.Servers) == 0 {
		fault("no server to connect to")
	}
	for _, s := range c.Servers {
		if _, err := socket.Parse(s.URI); err != nil {
			fault("server %q: %w", s.Name, err)
		}
	}
	if c.Connections < 1 {
		fault("%d connections: want at least one", c.Connections)
	}
	if c.BatchSize < 1 {
		fault("batches of %d connections: want at least one", c.BatchSize)
	}
	if c.BatchDelay < 0 || c.RetryDelay < 0 || c.Hold < 0 || c.Timeout < 0 || c.Limit < 0 {
		fault("a negative time")
	}
	if err := enoughFiles(c.Connections); err != nil {
		fault("%w", err)
	}
	if len(faults) > 0 {
		return c, errors.Join(faults...)
	}
	c.RetryDelay = max(c.RetryDelay, 10*time.Millisecond)
	c.Timeout = cmp.Or(c.Timeout, defaultTimeout)
	if c.Limit == 0 {
		c.Limit = defaultLimit + time.Duration((c.Connections-1)/c.BatchSize)*c.BatchDelay
	}
	c.Dialer.Timeout = c.Timeout
	c.Dialer.Small = true
	return c, nil
}

// enoughFiles objects to more connections than the process may have files. The
// runtime has already raised the soft limit to the hard one.
func enoughFiles(connections int) error {
	limit, known := limits.OpenFiles()
	if !known || uint64(max(connections, 0))+ownFiles <= limit {
		return nil
	}
	return fmt.Errorf("%d connections need more than the %d files that this process may open: raise the limit (ulimit -Hn)", connections, limit)
}

// Counts are what has come of the connections to a server.
type Counts struct {
	Connected int // how many were opened
	Failed    int // attempts that failed, each of which was made again
	Lost      int // opened, and then closed by the server
}

// Progress is how far Run has got with a server.
type Progress struct {
	Server  Server
	Wanted  int // connections
	Elapsed time.Duration
	Counts
}

// A Result is what came of one server.
type Result struct {
	Server Server
	Wanted int           // connections
	Took   time.Duration // until the last was connected or the attempt was given up
	Counts
	Err error // why not all were connected; nil: they were
}

// Rate is how many connections were opened a second.
func (r Result) Rate() float64 {
	if r.Took <= 0 {
		return 0
	}
	return float64(r.Connected) / r.Took.Seconds()
}

// String is r on a line.
func (r Result) String() string {
	return fmt.Sprintf("%s at %s: connected %d of %d, failed %d, lost %d, %.3f seconds, %.0f connections per second",
		r.Server.Name, r.Server.URI, r.Connected, r.Wanted, r.Failed, r.Lost, r.Took.Seconds(), r.Rate())
}

// Run connects to each server of config, and returns what came of each. Its error
// is all that went wrong: the configuration, servers to which not all connections
// could be made, the end of ctx. Progress, if not nil, is called a few times a
// second, and when a server is done. When Run returns, no connection is left.
func Run(ctx context.Context, config Config, progress func(Progress)) ([]Result, error) {
	config, err := config.filled()
	if err != nil {
		return nil, err
	}
	if progress == nil {
		progress = func(Progress) {}
	}
	var results []Result
	var faults []error
	for _, server := range config.Servers {
		if ctx.Err() != nil {
			break
		}
		r := newRound(config, server)
		result := r.run(ctx, progress)
		results = append(results, result)
		if result.Err != nil && ctx.Err() == nil {
			faults = append(faults, fmt.Errorf("%s: %w", server.Name, result.Err))
		}
	}
	if ctx.Err() != nil {
		faults = append(faults, context.Cause(ctx))
	}
	return results, errors.Join(faults...)
}
