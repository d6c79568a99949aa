package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/limits"
	"gobahn/cmd/wstest/internal/web"
	"gobahn/fuzzer"
	"gobahn/templates"
)

// A serverJob tests clients until it is stopped.
type serverJob struct {
	runFlags
	listen    string // address
	webport   int    // 0: no web port
	tls       *tls.Config
	options   fuzzer.Options
	protocols []string
	control   controlFlags

	out, log io.Writer

	// drive has a client of ours connect to ln, and serves it; nil: others connect.
	drive func(ctx context.Context, ln net.Listener, rec *recorder) error
}

// ControlFlags limit what clients may do beside being tested.
type controlFlags struct {
	noStop bool
	token  string
}

func (c *controlFlags) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&c.noStop, "no-stop", false, "a fuzzing server is not to be stopped by clients (/stopServer, shutdownOnComplete)")
	cmd.Flags().StringVar(&c.token, "control-token", "", "what clients have to give as ?token= to stop a fuzzing server or have reports written")
}

// play serves clients, and writes the reports in the end.
func (j *serverJob) play(ctx context.Context) (*recorder, error) {
	ctx, stop := j.bounded(ctx, reported)
	defer stop()
	rec, err := newRecorder(j.out, j.runFlags, true)
	if err != nil {
		return nil, err
	}
	ln, err := listenTCP(net.Listen, j.listen)
	if err != nil {
		return nil, err
	}
	err = j.serve(ctx, ln, rec)
	if finishErr := rec.finish(j.out, j.log); err == nil {
		err = finishErr
	}
	if cause := context.Cause(ctx); err == nil && cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	return rec, err
}

// serve serves on ln until ctx ends, a client stops it, or drive returns.
func (j *serverJob) serve(ctx context.Context, ln net.Listener, rec *recorder) error {
	port := ln.Addr().(*net.TCPAddr).Port
	secure := ""
	if j.tls != nil {
		secure = " TLS"
	}
	fmt.Fprintf(j.out, "Gobahn %s (for Autobahn WebSocket) Fuzzing Server (Port %d%s), seed %d\n", version, port, secure, j.seed)
	fmt.Fprintln(j.out, listeningOn(ln))
	fmt.Fprintf(j.out, "Ok, will run %d test cases for any clients connecting\n", len(j.list))
	if j.listing && !j.quiet {
		fmt.Fprintf(j.out, "Cases = %s\n", pythonList(ids(j.list)))
	}

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer j.serveWeb(ctx, port)()
	if j.drive != nil {
		return j.drive(ctx, ln, rec)
	}
	return j.server(rec, j.list).Serve(ctx, ln)
}

// server is a fuzzing server that offers list.
func (j *serverJob) server(rec *recorder, list []cases.Case) *fuzzer.Server {
	return &fuzzer.Server{
		Config: j.config(j.options), Cases: list, Protocols: j.protocols, TLS: j.tls, Skip: j.skip,
		NoStop: j.control.noStop, Token: j.control.token, MaxConns: maxConns(),
		OnStart: rec.progress.start, OnSkip: rec.skipped, OnResult: rec.add,
		OnDirect: func(peer string) {
			rec.progress.say(j.out, "Entering direct command mode for peer %s\n", peerName(peer))
		},
		OnNotice: func(text string) { rec.progress.say(j.log, "wstest: %s\n", templates.Legible(text)) },
		OnUpdate: func(u fuzzer.Update) error { return j.update(rec, u) },
	}
}

// settleLimit is how long the last case may go on when the client has ended.
const settleLimit = 2 * time.Second

// maxConns is how many clients a server serves at a time, so that there are files left for
// reports, the web port and what else there is; 0: as many as the engine does by itself.
func maxConns() int {
	limit, known := limits.OpenFiles()
	if !known {
		return 0
	}
	return int(min(max(1, limit-min(limit/2, 1024)), 1<<14)) // more serve no purpose
}

// update writes the reports that a client has asked for.
func (j *serverJob) update(rec *recorder, u fuzzer.Update) error {
	rec.progress.say(j.out, "Updating reports, requested by peer %s (%s)\n", peerName(u.Peer), printable(u.Agent))
	if err := rec.flush(); err != nil {
		return err
	}
	if u.Stop {
		rec.progress.say(j.out, "Report generation complete; shutting down server.\n")
	} else {
		rec.progress.say(j.out, "Report generation complete.\n")
	}
	return nil
}

// serveWeb serves the web port, if there is to be one, to those who reach the server. A port that is taken is no
// reason not to test clients.
func (j *serverJob) serveWeb(ctx context.Context, port int) (stop func()) {
	if j.webport == 0 {
		return func() {}
	}
	interfaces, _, _ := net.SplitHostPort(j.listen)
	ln, err := listenTCP(net.Listen, net.JoinHostPort(interfaces, strconv.Itoa(j.webport)))
	if err != nil {
		fmt.Fprintf(j.log, "wstest: warning: there is no web port: %v (--webport 0 does without, another number is another port)\n", err)
		return func() {}
	}
	site := web.Site{Product: product, Cases: j.list, Port: port, TLS: j.tls != nil, Outdir: j.outdir}
	address := ln.Addr().(*net.TCPAddr)
	host, reached := address.IP.String(), ""
	if address.IP.IsUnspecified() {
		host, reached = "localhost", " (on all interfaces)"
	}
	fmt.Fprintf(j.out, "Browsers are tested at http://%s/%s\n", net.JoinHostPort(host, strconv.Itoa(address.Port)), reached)
	return background(ctx, func(ctx context.Context) error { return web.Serve(ctx, ln, site.Handler()) })
}

// background runs serve, and returns what ends it and waits for that.
func background(ctx context.Context, serve func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = serve(ctx) // what it serves is extra
	}()
	return func() {
		cancel()
		<-done
	}
}
