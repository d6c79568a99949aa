package echo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/gorilla/websocket"
)

var dialer = websocket.Dialer{EnableCompression: true}

// Drive is the client that a fuzzing server tests: it asks wsURL for the number
// of cases, runs each on a connection of its own, sending every message back, and
// has the reports of agent written. After each case it calls report, if not nil,
// with its number and the number of cases. A case whose opening handshake fails is
// the fuzzer's to judge; it is an error only that the fuzzer cannot be reached.
func Drive(ctx context.Context, wsURL, agent string, report func(n, of int)) error {
	base := strings.TrimSuffix(wsURL, "/")
	count, err := caseCount(ctx, base)
	if err != nil {
		return err
	}
	for n := 1; n <= count; n++ {
		if err := visit(ctx, fmt.Sprintf("%s/runCase?case=%d&agent=%s", base, n, url.QueryEscape(agent))); err != nil {
			return fmt.Errorf("case %d of %d: %w", n, count, err)
		}
		if report != nil {
			report(n, count)
		}
	}
	if err := visit(ctx, base+"/updateReports?agent="+url.QueryEscape(agent)); err != nil {
		return fmt.Errorf("updating reports: %w", err)
	}
	return nil
}

// caseCount asks for the number of cases.
func caseCount(ctx context.Context, base string) (int, error) {
	conn, _, err := dialer.DialContext(ctx, base+"/getCaseCount", nil)
	if err != nil {
		return 0, fmt.Errorf("asking for the number of cases: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	_, message, err := conn.ReadMessage()
	if err != nil {
		return 0, fmt.Errorf("asking for the number of cases: %w", err)
	}
	n, err := strconv.Atoi(string(message))
	if err != nil || n < 0 {
		return 0, fmt.Errorf("asking for the number of cases: got %.40q, want a number", message)
	}
	_, _, _ = conn.ReadMessage() // answers the close frame
	return n, nil
}

// visit opens a WebSocket and echoes until it ends.
func visit(ctx context.Context, target string) error {
	conn, _, err := dialer.DialContext(ctx, target, nil)
	var unreachable *net.OpError
	switch {
	case ctx.Err() != nil:
		if err == nil {
			conn.Close()
		}
		return context.Cause(ctx)
	case errors.As(err, &unreachable) && unreachable.Op == "dial":
		return err
	case err != nil:
		return nil
	}
	echo(ctx, conn)
	return context.Cause(ctx)
}
