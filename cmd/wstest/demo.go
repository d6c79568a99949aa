package main

import (
	"context"
	"errors"
	"net"

	"github.com/spf13/cobra"

	"gobahn/cmd/wstest/internal/echo"
)

// demoCommand tests the built-in echo server.
func demoCommand() *cobra.Command {
	s := settings{agent: "gorilla"}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Test the built-in echo server (gorilla/websocket) on the loopback interface",
		Args:  usageArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if s.outdir == "" {
				s.outdir = "reports/servers"
			}
			return s.demo(cmd)
		},
	}
	s.commonFlags(cmd)
	s.parallelFlag(cmd)
	return cmd
}

func (s *settings) demo(cmd *cobra.Command) (err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- echo.Serve(ctx, ln) }()
	defer func() {
		stop()
		err = errors.Join(err, <-served)
	}()
	return s.testServer(cmd, "ws://"+ln.Addr().String())
}
