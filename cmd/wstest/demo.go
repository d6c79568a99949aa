package main

import (
	"context"
	"net"

	"github.com/spf13/cobra"

	"gobahn/cmd/wstest/internal/echo"
	"gobahn/cmd/wstest/internal/spec"
	"gobahn/fuzzer"
)

// demoCommand tests the built-in echo server.
func demoCommand() *cobra.Command {
	var j clientJob
	cmd := &cobra.Command{
		Use:     "demo",
		Short:   "Test the built-in echo server (gorilla/websocket) on the loopback interface",
		Example: "  wstest demo --cases '1.*,3.6'",
		Args:    usageArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			url, stop, err := echoServer(cmd.Context())
			if err != nil {
				return err
			}
			defer stop()
			j.targets = []spec.Target{{URL: url, Agent: "gorilla", Options: fuzzer.DefaultOptions()}}
			j.out, j.log = j.messages(cmd), cmd.ErrOrStderr()
			if err := j.prepareSelected(); err != nil {
				return err
			}
			return j.conform(cmd.Context())
		},
	}
	j.flags(cmd, "reports/servers")
	j.parallelFlag(cmd)
	j.resumeFlag(cmd)
	return cmd
}

// echoServer starts the built-in echo server. It outlives ctx until it is stopped.
func echoServer(ctx context.Context) (url string, stop func(), err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	stop = background(context.WithoutCancel(ctx), func(ctx context.Context) error { return echo.Serve(ctx, ln) })
	return "ws://" + ln.Addr().String(), stop, nil
}
