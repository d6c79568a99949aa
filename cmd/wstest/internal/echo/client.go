package echo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"gobahn/cmd/wstest/internal/socket"
)

const (
	countWait  = time.Minute      // for the number of cases
	caseWait   = 10 * time.Minute // for a case to end
	reportWait = 10 * time.Minute // for the reports to be written
)

// A Client sends back what a server sends. It offers permessage-deflate.
type Client struct {
	socket.Dialer
	MaxMessage int64 // octets of a message; 0: 64 MiB

	// Drive names itself Agent to the fuzzing server, and calls the hooks before and
	// after each case, with its number and the number of cases; nil: nothing.
	Agent   string
	OnStart func(n, of int)
	OnDone  func(n, of int)
}

// Drive is Drive of a Client that has no settings but agent and report, its OnDone.
func Drive(ctx context.Context, wsURL, agent string, report func(n, of int)) error {
	c := Client{Agent: agent, OnDone: report}
	return c.Drive(ctx, wsURL)
}

// Echo connects to wsURL and sends every message back until the server closes the
// connection or ctx ends, which are no errors.
func (c *Client) Echo(ctx context.Context, wsURL string) error {
	conn, err := c.Connect(ctx, wsURL)
	if err == nil {
		defer socket.Bind(ctx, conn)()
		err = echo(conn, c.MaxMessage)
	}
	if ctx.Err() != nil || socket.Ended(err) {
		return nil
	}
	return err
}

// Drive is the client that the fuzzing server at wsURL tests: it asks for the
// number of cases, runs each on a connection of its own, and has the reports
// written. A case whose opening handshake fails is the fuzzer's to judge; it is an
// error only that the fuzzer cannot be reached.
func (c *Client) Drive(ctx context.Context, wsURL string) error {
	base, err := socket.Parse(wsURL)
	if err != nil {
		return err
	}
	count, err := c.caseCount(ctx, endpoint(base, "getCaseCount", ""))
	if err != nil {
		return fmt.Errorf("asking for the number of cases: %w", err)
	}
	agent := "agent=" + url.QueryEscape(c.Agent)
	for n := 1; n <= count; n++ {
		call(c.OnStart, n, count)
		if err := c.visit(ctx, endpoint(base, "runCase", fmt.Sprintf("case=%d&%s", n, agent)), caseWait); err != nil {
			return fmt.Errorf("case %d of %d: %w", n, count, err)
		}
		call(c.OnDone, n, count)
	}
	if err := c.visit(ctx, endpoint(base, "updateReports", agent), reportWait); err != nil {
		return fmt.Errorf("updating reports: %w", err)
	}
	return nil
}

// endpoint is the URL of an endpoint of the fuzzing server at base.
func endpoint(base *url.URL, name, query string) string {
	u := base.JoinPath(name)
	if u.RawQuery != "" && query != "" {
		query = "&" + query
	}
	u.RawQuery += query
	return u.String()
}

func call(hook func(n, of int), n, of int) {
	if hook != nil {
		hook(n, of)
	}
}

// caseCount asks for the number of cases.
func (c *Client) caseCount(ctx context.Context, target string) (int, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, countWait, fmt.Errorf("no answer within %v", countWait))
	defer cancel()
	conn, err := c.Connect(ctx, target)
	if err != nil {
		return 0, err
	}
	defer socket.Bind(ctx, conn)()
	_, message, err := socket.Read(conn, cmp.Or(c.MaxMessage, messageLimit))
	if err != nil {
		return 0, cmp.Or(context.Cause(ctx), err)
	}
	n, err := strconv.Atoi(string(message))
	if err != nil || n < 0 {
		return 0, fmt.Errorf("got %.40q, want a number", message)
	}
	_, _, _ = socket.Read(conn, messageLimit) // answers the close frame
	return n, nil
}

// visit opens a WebSocket and echoes until it ends, for no longer than limit.
func (c *Client) visit(ctx context.Context, target string, limit time.Duration) error {
	timed, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("no end within %v", limit))
	defer cancel()
	conn, err := c.Connect(timed, target)
	switch {
	case timed.Err() != nil:
		if err == nil {
			conn.Close()
		}
		return context.Cause(timed)
	case errors.Is(err, socket.ErrUnreachable):
		return err
	case err != nil:
		return nil
	}
	defer socket.Bind(timed, conn)()
	_ = echo(conn, c.MaxMessage) // how it ends is the fuzzer's to judge
	return context.Cause(timed)
}
