package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gobahn/cmd/wstest/internal/launch"
	"gobahn/cmd/wstest/internal/spec"
	"gobahn/fuzzer"
)

// A testServer is the command test-server: we are the client.
type testServer struct {
	clientJob
	agents       []string
	wait         time.Duration
	origin       string
	headers      []string
	cookies      []string
	subprotocols []string
	tls          spec.TLS
	strict       bool
	restartFlags
}

func testServerCommand(dialler fuzzer.Dialler) *cobra.Command {
	s := testServer{clientJob: clientJob{runFlags: runFlags{dialler: dialler}}}
	cmd := &cobra.Command{
		Use:   "test-server URL... [-- COMMAND ARGS...]",
		Short: "Test servers: we are the client",
		Long: `test-server plays the cases with the server at each URL: ws://host:port/path, wss://…,
or ws+unix:/path/to/socket:/path. The server sends every message back as it came.

A COMMAND after -- is started first, and stopped when all is done, whatever happens. If
it ends or hangs in the middle, the case that did it has failed, and it is started again.
Its process is the one whose memory is watched, unless --pid is another. In its arguments
{url} and {port} are those of the server, and so are WSTEST_URL and WSTEST_PORT in its
environment; port 0 in the URL takes a free one.

The exit status is 0 if the server conforms, 1 if it does not, 2 for a wrong command
line, and 3 if the run could not be made or is incomplete.`,
		Example: `  wstest test-server ws://127.0.0.1:9001
  wstest test-server ws://127.0.0.1:9001 --cases '1.*,6.4.*' --agent mylib
  wstest test-server ws://127.0.0.1:0 -- ./server --port {port}
  wstest test-server wss://localhost:9443 --ca ca.pem -- go run ./cmd/server
  wstest test-server ws://127.0.0.1:9001 --case-file ping.yaml
  wstest test-server ws://127.0.0.1:9001 --expect known.yaml --junit results.xml`,
		RunE: s.run,
	}
	s.runFlags.flags(cmd, "reports/servers")
	s.parallelFlag(cmd)
	s.declarations.serverFlags(cmd)
	s.restartFlags.flags(cmd)
	s.resumeFlag(cmd)
	f := cmd.Flags()
	f.StringSliceVar(&s.agents, "agent", nil, "name of the server in reports, in the order of the URLs (default: its Server field)")
	f.DurationVar(&s.wait, "wait", 0, "how long a server may take until it is ready (default 30s with a COMMAND, else 0)")
	f.StringVar(&s.origin, "origin", "", "Origin to send")
	f.StringArrayVar(&s.headers, "header", nil, "further field of the opening handshake, as 'Name: value'")
	f.StringArrayVar(&s.cookies, "cookie", nil, "cookie to send, as name=value")
	subprotocolFlag(cmd, &s.subprotocols)
	f.BoolVar(&s.strict, "verify", false, "verify the server's certificate (implied by --ca and --server-name)")
	f.StringVar(&s.tls.CA, "ca", "", "file with the authorities to trust, in PEM")
	f.StringVar(&s.tls.Cert, "cert", "", "file with a certificate of the client, in PEM")
	f.StringVar(&s.tls.Key, "key", "", "file with its key, in PEM")
	f.StringVar(&s.tls.ServerName, "server-name", "", "name to send (SNI) and verify instead of the URL's host")
	f.StringVar(&s.tls.MinVersion, "tls-min", "", "oldest version of TLS to accept: 1.0, 1.1, 1.2 or 1.3")
	return cmd
}

// subprotocolFlag is that of the commands that test servers.
func subprotocolFlag(cmd *cobra.Command, list *[]string) {
	cmd.Flags().StringSliceVar(list, "subprotocol", nil, "subprotocols to offer, the first of which the server speaks")
}

// ofTokens says what names and values in the head of a request are made of.
const ofTokens = "the name of letters, digits and !#$%&'*+-.^_`|~, no control characters"

// checkSubprotocols says which of the subprotocols to be offered cannot be one (RFC 6455 4.1).
func checkSubprotocols(list []string) error {
	for _, name := range list {
		if !spec.IsToken(name) {
			return usagef("--subprotocol %q: want a name of letters, digits and !#$%%&'*+-.^_`|~", name)
		}
	}
	return nil
}

func (s *testServer) run(cmd *cobra.Command, args []string) error {
	urls, command, err := splitArgs(cmd, args)
	if err != nil {
		return err
	}
	if len(urls) == 0 {
		return usagef("no server to test: want a URL, like ws://127.0.0.1:9001")
	}
	if err := s.restartFlags.check(); err != nil {
		return err
	}
	if len(s.agents) > len(urls) {
		return usagef("--agent: %d names for %s", len(s.agents), plural(len(urls), "server"))
	}
	for i, raw := range urls {
		t, err := s.target(raw, i == 0 && len(command) > 0)
		if err != nil {
			return err
		}
		if i < len(s.agents) {
			t.Agent = s.agents[i]
		}
		s.targets = append(s.targets, t)
	}
	s.out, s.log = s.messages(cmd), cmd.ErrOrStderr()
	if err := s.prepareSelected(); err != nil {
		return err
	}
	stop, err := s.start(cmd.Context(), command)
	if err != nil {
		return err
	}
	defer stop()
	return s.conform(cmd.Context())
}

// splitArgs takes arguments apart at the --.
func splitArgs(cmd *cobra.Command, args []string) (before, command []string, err error) {
	dash := cmd.ArgsLenAtDash()
	if dash < 0 {
		return args, nil, nil
	}
	if dash == len(args) {
		return nil, nil, usagef("there is no command after --")
	}
	return args[:dash], args[dash:], nil
}

// target is the server at a URL, with what the flags say of all. Started says that a
// command starts it.
func (s *testServer) target(raw string, started bool) (spec.Target, error) {
	raw, err := withPort(raw, started)
	if err != nil {
		return spec.Target{}, err
	}
	t := spec.Target{URL: raw, Origin: s.origin, Protocols: s.subprotocols, Options: fuzzer.DefaultOptions()}
	if !spec.IsFieldValue(s.origin) {
		return t, usagef("--origin %q: want no control characters", s.origin)
	}
	if err := checkSubprotocols(s.subprotocols); err != nil {
		return t, err
	}
	for _, h := range s.headers {
		name, value, ok := strings.Cut(h, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || !spec.IsToken(name) || !spec.IsFieldValue(value) {
			return t, usagef("--header %q: want 'Name: value', %s", h, ofTokens)
		}
		t.Headers = append(t.Headers, spec.Field{Name: name, Value: value})
	}
	for _, c := range s.cookies {
		name, value, ok := strings.Cut(c, "=")
		if !ok || !spec.IsToken(name) || !spec.IsFieldValue(value) {
			return t, usagef("--cookie %q: want name=value, %s", c, ofTokens)
		}
		t.Cookies = append(t.Cookies, spec.Field{Name: name, Value: value})
	}
	verify := s.strict || s.tls.CA != "" || s.tls.ServerName != ""
	if verify || s.tls != (spec.TLS{}) {
		one := s.tls
		one.Insecure = !verify
		t.TLS = &one
	}
	return t, nil
}

// withPort is a URL with a free port in the place of port 0, which only a server that
// is started can be told.
func withPort(raw string, started bool) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Port() != "0" {
		return raw, nil // what is wrong with it is for ParseTarget to say
	}
	if !started {
		return "", usagef("URL %q: port 0 is for the server that a COMMAND starts: want the port of this one", raw)
	}
	if u.Host, err = freeAddress(u.Hostname()); err != nil {
		return "", fmt.Errorf("URL %q: no free port: %w", raw, err)
	}
	return u.String(), nil
}

// start starts the command, if there is one, and waits until the first server is
// ready. Stop ends the command.
func (s *testServer) start(ctx context.Context, command []string) (stop func(), err error) {
	target, err := fuzzer.ParseTarget(s.targets[0].URL)
	if err != nil {
		return nil, err
	}
	config, err := tlsOf(s.targets[0])
	if err != nil {
		return nil, err
	}
	ready := func(ctx context.Context) error {
		nc, err := target.Dial(ctx, s.dialler, config)
		if err == nil {
			nc.Close()
		}
		return err
	}
	if len(command) == 0 {
		return func() {}, waitFor(ctx, ready, s.wait)
	}
	_, port, _ := net.SplitHostPort(target.Address)
	if !s.quiet {
		fmt.Fprintf(s.out, "Starting %s\n", printable(strings.Join(command, " ")))
	}
	k, err := keep(ctx, launch.Config{
		Args: command, Values: launch.Values{URL: s.targets[0].URL, Port: port, Agent: s.targets[0].Agent},
		Output: s.peerOutput(), Ready: ready, Wait: s.wait,
	}, s.restartFlags)
	if err != nil {
		return nil, err
	}
	s.keeper = k
	return k.Stop, nil
}

// peerOutput is where the output of a command goes: to the user's eyes, if asked for.
func (j *clientJob) peerOutput() io.Writer {
	if j.verbose {
		return j.log
	}
	return nil
}

// waitFor calls dial until it works. A server that is not there when the wait is
// over is for the run to report.
func waitFor(ctx context.Context, dial func(context.Context) error, wait time.Duration) error {
	timed, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for timed.Err() == nil && dial(timed) != nil {
		select {
		case <-time.After(25 * time.Millisecond):
		case <-timed.Done():
		}
	}
	return context.Cause(ctx)
}

// conform plays everything, and its error is what the exit status says.
func (j *clientJob) conform(ctx context.Context) error {
	rec, err := j.play(ctx)
	return j.pass(j.out, rec, err)
}
