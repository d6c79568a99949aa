package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/echo"
)

// child plays a part in a process of its own. It ends early when its standard input
// does.
func child(ctx context.Context, part string, args []string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	if len(args) == 0 && (part == "server" || part == "floor-server") {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		_, port, _ := net.SplitHostPort(ln.Addr().String())
		fmt.Println(port)
		if part == "server" {
			return echo.Serve(ctx, ln)
		}
		f, err := serveReplays(ctx, ln, cases.Catalogue)
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(f)
	}
	if len(args) > 1 {
		n, err := strconv.Atoi(args[1])
		switch {
		case err != nil:
		case part == "clients" && len(args) == 3:
			return crowd(ctx, args[0], n, args[2])
		case part == "idle":
			return holdIdle(ctx, args[0], n)
		}
	}
	if len(args) == 1 {
		switch part {
		case "client":
			return echo.Drive(ctx, args[0], agent, nil)
		case "floor":
			f, err := replayAll(ctx, args[0])
			if err != nil {
				return err
			}
			return json.NewEncoder(os.Stdout).Encode(f)
		}
	}
	return fmt.Errorf("no part %q with %d arguments", part, len(args))
}
