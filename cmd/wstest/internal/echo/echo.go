// Package echo gives the command the echo peer of gobahn/internal/echo, which the
// tests of the fuzzer use as well.
package echo

import (
	"context"
	"net"

	"gobahn/internal/echo"
)

// Serve is echo.Serve.
func Serve(ctx context.Context, ln net.Listener) error { return echo.Serve(ctx, ln) }

// Drive is echo.Drive.
func Drive(ctx context.Context, wsURL, agent string, report func(n, of int)) error {
	return echo.Drive(ctx, wsURL, agent, report)
}
