package main

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gobahn/fuzzer"
)

// fuzzingServer waits for clients to test, until it is stopped.
func (s *settings) fuzzingServer(cmd *cobra.Command) error {
	if s.url == "" {
		s.url = "ws://127.0.0.1:9001"
	}
	address, err := listenAddress(s.url)
	if err != nil {
		return usageError{err}
	}
	list, err := s.selected(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	if s.outdir == "" {
		s.outdir = "reports/clients"
	}
	out, log := cmd.OutOrStdout(), cmd.ErrOrStderr()
	rec, err := newRecorder(out, s.outdir, len(list))
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	fmt.Fprintf(out, "Gobahn %s fuzzing server (port %s), seed %d\n", version, port, s.seed)
	fmt.Fprintf(out, "Ok, will run %d test cases for any clients connecting\n", len(list))
	server := &fuzzer.Server{
		Config: s.config(), Cases: list,
		OnStart: rec.progress.start, OnResult: rec.add,
		OnUpdate: func(u fuzzer.Update) error {
			rec.progress.clear()
			fmt.Fprintf(out, "Updating reports, requested by %s\n", printable(u.Agent))
			return rec.reports.Flush()
		},
	}
	err = server.Serve(cmd.Context(), ln)
	if finishErr := rec.finish(out, log); err == nil {
		err = finishErr
	}
	return err
}

// listenAddress is where a server with that URL listens: its port, on all
// interfaces. As in the reference, the host does not matter.
func listenAddress(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", fmt.Errorf("URL %q: %w", raw, err)
	}
	if u.Scheme != "ws" || u.Hostname() == "" {
		return "", fmt.Errorf("URL %q: want ws://host:port", raw)
	}
	port := u.Port()
	if port == "" {
		port = "80"
	}
	if strings.Count(u.Host, ":") > 1 && !strings.Contains(u.Host, "]") {
		return "", fmt.Errorf("URL %q has more than one port", raw)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Errorf("URL %q: port %s is not below 65536", raw, port)
	}
	return ":" + port, nil
}
