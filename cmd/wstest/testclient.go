package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/certs"
	"gobahn/cmd/wstest/internal/launch"
	"gobahn/fuzzer"
)

// A testClient is the command test-client: we are the server.
type testClient struct {
	serverJob
	secure    bool
	cert, key string
	agent     string
	wait      time.Duration
	oneByOne  bool
	restartFlags
}

func testClientCommand() *cobra.Command {
	var c testClient
	cmd := &cobra.Command{
		Use:   "test-client [-- COMMAND ARGS...]",
		Short: "Test clients: we are the server",
		Long: `test-client waits for clients, which ask for /getCaseCount, then for
/runCase?case=N&agent=NAME for each N from 1, on which they send every message back as
it came, and in the end for /updateReports?agent=NAME. It ends when it is interrupted,
or a client asks for /stopServer. Browsers are tested on a page of the web port.

A COMMAND after -- is a client: it is started, and when it ends the run does. If it ends
in the middle of a case, by a signal or with a status that is not 0, or does not go on,
that case has failed, and it is started again with the cases that are left, as if there
were no others. In its arguments {url}, {port} and {agent} are those to use, and so are
WSTEST_URL, WSTEST_PORT and WSTEST_AGENT in its environment.

With --each the COMMAND need know nothing of cases: it opens a WebSocket at {url}, sends
every message back as it came, and ends when the WebSocket does. It is started anew for
every case, and for every variant of one, so that cases can choose the URL. A client that
can opens as many WebSockets there at a time as {sockets}, or WSTEST_SOCKETS, says, offers
the subprotocol {protocol}, or WSTEST_PROTOCOL, and sends the field {header}, or
WSTEST_HEADER, which is "Name: value". Those two are empty where there is none.

The exit status is 0 if the clients conform, 1 if one does not, 2 for a wrong command
line, and 3 if the run could not be made or is incomplete.`,
		Example: `  wstest test-client
  wstest test-client --listen 127.0.0.1:0 --cases '1.*' -- node client.js {url} {agent}
  wstest test-client --each --cases '15.*' -- node echo.js {url}`,
		RunE: c.run,
	}
	c.runFlags.flags(cmd, "reports/clients")
	c.control.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&c.listen, "listen", "", "address to listen on (default :9001, and with a COMMAND a free port of 127.0.0.1)")
	f.IntVar(&c.webport, "webport", 8080, "port of the page that tests browsers (0: none, as with a COMMAND)")
	f.StringVar(&c.agent, "agent", "", "name for the COMMAND to give itself")
	f.DurationVar(&c.wait, "wait", time.Minute, "how long a COMMAND may take until it connects, or asks for the next case")
	f.BoolVar(&c.oneByOne, "each", false, "start the COMMAND for every case, to open a WebSocket at {url} and echo until it ends")
	f.BoolVar(&c.peer.Browser, "browser", false, "the client is a browser, and has to do what only browsers must")
	c.restartFlags.flags(cmd)
	f.StringSliceVar(&c.protocols, "subprotocol", nil, "subprotocols to speak")
	f.BoolVar(&c.secure, "tls", false, "speak TLS, with a self-signed certificate if there is no --cert")
	f.StringVar(&c.cert, "cert", "", "file with the certificate, in PEM (implies --tls)")
	f.StringVar(&c.key, "key", "", "file with its key, in PEM")
	return cmd
}

func (c *testClient) run(cmd *cobra.Command, args []string) error {
	before, command, err := splitArgs(cmd, args)
	if err != nil {
		return err
	}
	if len(before) > 0 {
		return usagef("unexpected %q: a command to start comes after --", before[0])
	}
	if c.oneByOne && len(command) == 0 {
		return usagef("--each needs a COMMAND to start: wstest test-client --each -- node echo.js {url}")
	}
	if err := c.restartFlags.check(); err != nil {
		return err
	}
	c.out, c.log, c.options = c.messages(cmd), cmd.ErrOrStderr(), fuzzer.DefaultOptions()
	if c.secure || c.cert != "" || c.key != "" {
		config, generated, err := certs.Server(c.cert, c.key)
		if err != nil {
			return usageError{err}
		}
		if c.tls = config; generated {
			fmt.Fprintln(c.log, "wstest: the server has a self-signed certificate of its own, for this run")
		}
	}
	c.role = cases.Client
	selected, err := c.selection()
	if err != nil {
		return err
	}
	if err := c.choose(selected, c.log); err != nil {
		return err
	}
	if len(command) > 0 {
		if !cmd.Flags().Changed("webport") {
			c.webport = 0
		}
		c.listen = cmp.Or(c.listen, "127.0.0.1:0")
		c.drive = func(ctx context.Context, ln net.Listener, rec *recorder) error {
			d := c.driver(command, ln, rec)
			if c.oneByOne {
				return d.each(ctx, ln)
			}
			return d.drive(ctx, ln)
		}
	}
	c.listen = cmp.Or(c.listen, ":9001")
	rec, err := c.play(cmd.Context())
	return c.pass(c.out, rec, err)
}

// driver is what starts the command, which is to connect to ln.
func (c *testClient) driver(command []string, ln net.Listener, rec *recorder) *driver {
	scheme := "ws"
	if c.tls != nil {
		scheme = "wss"
	}
	address := fuzzer.Reachable(ln)
	_, port, _ := net.SplitHostPort(address)
	config := launch.Config{Args: command, Values: launch.Values{
		URL: scheme + "://" + address, Port: port, Agent: cmp.Or(c.agent, "client"),
	}}
	if c.verbose {
		config.Output = c.log
	}
	if !c.quiet {
		fmt.Fprintf(c.out, "Starting %s\n", printable(strings.Join(command, " ")))
	}
	return &driver{testClient: c, config: config, rec: rec}
}

// printed is what the command has printed last, for an error.
func printed(p *launch.Process) string {
	if tail := p.Tail(); tail != "" {
		return "; it printed:\n    " + strings.ReplaceAll(tail, "\n", "\n    ")
	}
	return ""
}
