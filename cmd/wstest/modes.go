package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/spf13/cobra"

	"gobahn/cmd/wstest/internal/broadcast"
	"gobahn/cmd/wstest/internal/certs"
	"gobahn/cmd/wstest/internal/echo"
	"gobahn/cmd/wstest/internal/massconnect"
	"gobahn/cmd/wstest/internal/socket"
	"gobahn/cmd/wstest/internal/spec"
	"gobahn/fuzzer"
)

// This file is the modes that test nothing: peers to be tested, and to try things
// with.

func (c *compat) testeeServer(cmd *cobra.Command) error {
	return c.serveEcho(cmd, "Testee Server", 9001)
}

func (c *compat) echoServer(cmd *cobra.Command) error { return c.serveEcho(cmd, "Echo Server", 9000) }

// serveEcho serves the built-in echo peer.
func (c *compat) serveEcho(cmd *cobra.Command, title string, port int) error {
	ln, server, err := c.server(title, port)
	if err != nil {
		return err
	}
	return (&echo.Server{TLS: server}).Serve(cmd.Context(), ln)
}

func (c *compat) broadcastServer(cmd *cobra.Command) error {
	ln, server, err := c.server("Broadcast Server", 9000)
	if err != nil {
		return err
	}
	s := broadcast.Server{TLS: server, OnDrop: func(client string, why error) {
		fmt.Fprintf(c.log, "wstest: client %s was dropped: %v\n", client, why)
	}}
	return s.Serve(cmd.Context(), ln)
}

// testeeClient has the built-in client tested by a fuzzing server.
func (c *compat) testeeClient(cmd *cobra.Command) error {
	dialer, url, err := c.dialer(9001)
	if err != nil {
		return err
	}
	client := echo.Client{
		Dialer: dialer, Agent: cmp.Or(c.ident, "Gobahn testee "+version),
		OnStart: func(n, of int) { fmt.Fprintf(c.out, "Running test case %d/%d\n", n, of) },
	}
	err = client.Drive(cmd.Context(), url)
	return ended(cmd.Context(), err)
}

func (c *compat) echoClient(cmd *cobra.Command) error {
	dialer, url, err := c.dialer(9000)
	if err != nil {
		return err
	}
	return (&echo.Client{Dialer: dialer}).Echo(cmd.Context(), url)
}

func (c *compat) broadcastClient(cmd *cobra.Command) error {
	dialer, url, err := c.dialer(9000)
	if err != nil {
		return err
	}
	client := broadcast.Client{Dialer: dialer, Name: cmp.Or(c.ident, "Gobahn"), Out: c.out}
	return client.Run(cmd.Context(), url)
}

// massConnect opens as many connections as the spec file says.
func (c *compat) massConnect(cmd *cobra.Command) error {
	s, err := read(c, spec.ReadMassConnect, spec.ParseMassConnect)
	if err != nil {
		return err
	}
	config := massconnect.Config{
		Connections: s.Connections, BatchSize: s.BatchSize, BatchDelay: s.BatchDelay, RetryDelay: s.RetryDelay,
		Hold: massHold,
	}
	for _, one := range s.Servers {
		config.Servers = append(config.Servers, massconnect.Server{Name: one.Name, URI: one.URI, Desc: one.Desc})
	}
	tlsConfig, err := certs.Client(certs.ClientConfig{})
	if err != nil {
		return err
	}
	config.Dialer.TLS = tlsConfig
	var shown time.Time
	results, err := massconnect.Run(cmd.Context(), config, func(p massconnect.Progress) {
		if time.Since(shown) < time.Second {
			return
		}
		shown = time.Now()
		fmt.Fprintf(c.out, "%s: %d of %d connected, %d failed, %d lost after %.1f s\n",
			printable(p.Server.Name), p.Connected, p.Wanted, p.Failed, p.Lost, p.Elapsed.Seconds())
	})
	for _, r := range results {
		fmt.Fprintln(c.out, r)
	}
	return ended(cmd.Context(), err)
}

// ended is err, unless the user has ended the mode.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
		return nil
	}
	return err
}

// dialer is how a client of ours connects, and to what URL.
func (c *compat) dialer(port int) (d socket.Dialer, url string, err error) {
	url = cmp.Or(c.url, fmt.Sprintf("ws://127.0.0.1:%d", port))
	target, err := fuzzer.ParseTarget(url)
	if err != nil {
		return d, "", usageError{err}
	}
	if d.TLS, err = certs.Client(certs.ClientConfig{}); err != nil {
		return d, "", err
	}
	if target.Network == "unix" {
		d.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, target.Network, target.Address)
		}
		scheme := "ws"
		if target.TLS {
			scheme = "wss"
		}
		url = scheme + "://localhost" + target.RequestURI
	}
	fmt.Fprintf(c.out, "Connecting to %s\n", target)
	return d, url, nil
}

// server listens where the command line says, and tells it.
func (c *compat) server(title string, port int) (net.Listener, *tls.Config, error) {
	address, config, err := c.listenOn(cmp.Or(c.url, fmt.Sprintf("ws://127.0.0.1:%d", port)), c.key, c.cert)
	if err != nil {
		return nil, nil, usageError{err}
	}
	ln, err := listenTCP(net.Listen, address)
	if err != nil {
		return nil, nil, err
	}
	secure := ""
	if config != nil {
		secure = " TLS"
	}
	fmt.Fprintf(c.out, "Gobahn %s (for Autobahn WebSocket) %s (Port %d%s)\n", version, title, ln.Addr().(*net.TCPAddr).Port, secure)
	fmt.Fprintln(c.out, listeningOn(ln))
	return ln, config, nil
}

// massHold is how long all connections are held, to see whether any are lost.
const massHold = 2 * time.Second
