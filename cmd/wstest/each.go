package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strconv"

	"gobahn/cmd/wstest/internal/launch"
	"gobahn/fuzzer"
)

// each has a client that knows nothing of cases play all of them: the command is started
// for every turn, with the URL to connect to.
func (d *driver) each(ctx context.Context, ln net.Listener) error {
	server := d.testClient.server(d.rec, d.testClient.list)
	onResult := server.OnResult
	server.OnResult = func(p fuzzer.Played) error { return onResult(d.numbered(p)) }
	said := "" // by the client that was started last
	client := fuzzer.Each{Server: server, Agent: d.config.Values.Agent, Wait: d.testClient.wait}
	client.Visit = func(ctx context.Context, to fuzzer.Invitation, started func(int)) (died string, err error) {
		died, said, err = d.visit(ctx, to, started)
		return died, err
	}
	err := client.Serve(ctx, ln)
	if errors.Is(err, fuzzer.ErrNoVisit) {
		return fmt.Errorf("%s: %w%s", d.config.Args[0], err, said)
	}
	return err
}

// visit starts the client that is invited, and waits for its end. It says what killed it,
// if something did, and what it has printed.
func (d *driver) visit(ctx context.Context, to fuzzer.Invitation, started func(int)) (died, said string, err error) {
	config := d.config
	config.Values.URL, config.Values.Sockets = to.URL, strconv.Itoa(to.Sockets)
	config.Values.Protocol, config.Values.Header = &to.Protocol, &to.Header
	p, err := launch.Start(ctx, config)
	if err != nil {
		return "", "", err
	}
	defer p.Stop()
	started(p.PID())
	<-p.Done()
	return killed(p), printed(p), nil
}

// killed says how a process has ended that a signal has; empty: none has.
func killed(p *launch.Process) string {
	if exit, ok := errors.AsType[*exec.ExitError](p.Err()); ok && !exit.Exited() {
		return end(p, 0)
	}
	return ""
}
