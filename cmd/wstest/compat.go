package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/spec"
)

// A compat is the command line of the reference: -m MODE and what goes with it.
// Scripts depend on its forms, its files, its lines on standard output and on its
// exit status, which is 0 whatever the verdicts are.
type compat struct {
	runFlags
	mode    string
	spec    string
	url     string
	webport int
	ident   string
	key     string
	cert    string
	agent   string
	origin  string
	about   bool
	control controlFlags

	out, log io.Writer
}

// modes are what -m can be.
var modes = map[string]func(c *compat, cmd *cobra.Command) error{
	"fuzzingclient":   (*compat).fuzzingClient,
	"fuzzingserver":   (*compat).fuzzingServer,
	"testeeserver":    (*compat).testeeServer,
	"testeeclient":    (*compat).testeeClient,
	"echoserver":      (*compat).echoServer,
	"echoclient":      (*compat).echoClient,
	"broadcastserver": (*compat).broadcastServer,
	"broadcastclient": (*compat).broadcastClient,
	"massconnect":     (*compat).massConnect,
}

func modeNames() string {
	var names []string
	for name := range modes {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func (c *compat) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&c.mode, "mode", "m", "", "as the reference: "+modeNames())
	f.StringVarP(&c.spec, "spec", "s", "", "spec file (default MODE.json, which is written if there is none)")
	f.StringVarP(&c.url, "wsuri", "w", "", "URL to connect to or to listen on; of a fuzzing client it counts where the spec file has no servers")
	f.IntVarP(&c.webport, "webport", "u", 8080, "port of the page that tests browsers (0: none)")
	f.StringVarP(&c.ident, "ident", "i", "", "name to give to the peer")
	f.StringVarP(&c.key, "key", "k", "", "file with the key of a server's certificate, in PEM")
	f.StringVarP(&c.cert, "cert", "c", "", "file with a server's certificate, in PEM")
	f.BoolVarP(&c.about, "autobahnversion", "a", false, "print the version")
	f.StringVar(&c.agent, "agent", "", "name of the server in reports (default: its Server field)")
	f.StringVar(&c.origin, "origin", "", "Origin to send to the server")
	f.BoolP("debug", "d", false, "the same as --verbose")
	f.StringP("testset", "t", "", "has no effect: only WAMP has test sets")
	f.String("outfile", "", "has no effect: only WAMP's serializers write one")
	for _, name := range []string{"testset", "outfile"} {
		_ = f.MarkHidden(name)
	}
	c.runFlags.flags(cmd, "")
	c.control.flags(cmd)
	c.parallelFlag(cmd)
	c.declarations.serverFlags(cmd)
	c.resumeFlag(cmd)
}

// run runs the mode.
func (c *compat) run(cmd *cobra.Command, _ []string) error {
	c.listing = true
	c.out, c.log = c.messages(cmd), cmd.ErrOrStderr()
	c.github = c.github && cmd.Flags().Changed("github")
	if c.about {
		fmt.Fprintln(c.out, "Gobahn", version, "(for Autobahn WebSocket)")
		return nil
	}
	if debug, _ := cmd.Flags().GetBool("debug"); debug {
		c.verbose = true
	}
	for _, name := range []string{"testset", "outfile"} {
		if f := cmd.Flags().Lookup(name); f.Changed {
			c.warn("--%s %s", name, f.Usage)
		}
	}
	mode, ok := modes[c.mode]
	switch {
	case c.mode == "":
		return usagef("no command and no mode: want test-server, test-client, demo or -m MODE")
	case !ok:
		return usagef("unknown mode %q: want one of %s", c.mode, modeNames())
	case c.webport < 0 || c.webport > 65535:
		return usagef("--webport %d: want a port, or 0 for none", c.webport)
	}
	if !strings.HasPrefix(c.mode, "fuzzing") {
		c.warnOfIdle(cmd)
	}
	err := mode(c, cmd)
	if _, ok := errors.AsType[unreachedError](err); ok && !c.gated() { // which is a verdict
		fmt.Fprintln(c.log, "wstest:", err)
		return nil
	}
	return err
}

// spoken are the flags of modes that play no cases.
var spoken = []string{"mode", "spec", "wsuri", "webport", "ident", "key", "cert", "debug", "verbose", "testset", "outfile"}

// warnOfIdle warns of flags that are about playing cases.
func (c *compat) warnOfIdle(cmd *cobra.Command) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if !slices.Contains(spoken, f.Name) {
			c.warn("--%s has no effect: -m %s plays no cases", f.Name, c.mode)
		}
	})
}

func (c *compat) warn(format string, args ...any) {
	fmt.Fprintf(c.log, "wstest: warning: "+format+"\n", args...)
}

// specFile is the path of the spec file, which is written if it does not exist.
// Where the command line says what to do, none is needed: then there may be no file.
func (c *compat) specFile() (path string, exists bool, err error) {
	path = c.spec
	if path == "" {
		path = c.mode + ".json"
	}
	_, err = os.Stat(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return path, true, nil // other errors show when it is read
	}
	if c.url != "" && c.spec == "" {
		return path, false, nil
	}
	fmt.Fprintf(c.out, "Auto-generating spec file '%s'\n", path)
	return path, true, spec.WriteDefault(path, c.mode)
}

// read reads the spec file, or what stands for it, and shows the warnings.
func read[T any](c *compat, file func(string) (T, []spec.Warning, error), text func(string, []byte) (T, []spec.Warning, error)) (s T, err error) {
	path, exists, err := c.specFile()
	if err != nil {
		return s, err
	}
	var warnings []spec.Warning
	if exists {
		s, warnings, err = file(path)
	} else {
		s, warnings, err = text("", []byte("{}"))
	}
	for _, w := range warnings {
		c.warn("%v", w)
	}
	if err != nil {
		return s, badInput{err}
	}
	return s, nil
}

// override is what the flags say of the selection and the directory, if they do.
func (c *compat) override(cmd *cobra.Command, s spec.Selection, outdir string) (selection, error) {
	changed := cmd.Flags().Changed
	if !changed("outdir") {
		c.outdir = outdir
	}
	sel := selection{cases: s.Cases, exclude: s.ExcludeCases, agents: s.ExcludeAgentCases}
	if changed("cases") || changed("suite") {
		wanted, err := c.declarations.patterns(c.cases)
		if err != nil {
			return sel, err
		}
		sel.cases = patterns(wanted)
	}
	if changed("exclude") || changed("exclude-cases") {
		sel.exclude = patterns(c.exclude)
	}
	return sel, nil
}

// fuzzingClient tests the servers of the spec file.
func (c *compat) fuzzingClient(cmd *cobra.Command) error {
	s, err := read(c, spec.ReadClient, spec.ParseClient)
	if err != nil {
		return err
	}
	if len(s.Servers) == 0 {
		if c.url == "" {
			return usagef("no server to test: want \"servers\" in the spec file, or -w ws://host:port/path")
		}
		s.Servers = []spec.Target{{URL: c.url, Agent: c.agent, Origin: c.origin, Options: s.Options}}
	} else if c.url != "" {
		c.warn("-w %s has no effect: the spec file has servers", c.url)
	}
	sel, err := c.override(cmd, s.Selection, s.Outdir)
	if err != nil {
		return err
	}
	j := clientJob{runFlags: c.runFlags, targets: s.Servers, out: c.out, log: c.log}
	if err := j.prepare(sel, c.log); err != nil {
		return err
	}
	rec, err := j.play(cmd.Context())
	if !j.gated() {
		return err
	}
	return j.pass(j.out, rec, err)
}

// fuzzingServer waits for clients to test, until it is stopped.
func (c *compat) fuzzingServer(cmd *cobra.Command) error {
	if c.resume {
		return usagef("--resume: a fuzzing server plays what clients ask it for: want -m fuzzingclient")
	}
	s, err := read(c, spec.ReadServer, spec.ParseServer)
	if err != nil {
		return err
	}
	if c.url != "" {
		s.URL, s.At = c.url, spec.Position{}
	}
	key, cert := s.Key, s.Cert
	if c.key != "" || c.cert != "" {
		key, cert = c.key, c.cert
	}
	address, config, err := c.listenOn(s.URL, key, cert)
	if err != nil {
		if s.At.Line > 0 {
			err = s.At.Errorf("%w", err)
		}
		return badInput{err}
	}
	sel, err := c.override(cmd, s.Selection, s.Outdir)
	if err != nil {
		return err
	}
	j := serverJob{
		runFlags: c.runFlags, listen: address, webport: c.webport, tls: config, options: s.Options, protocols: s.Protocols,
		control: c.control, out: c.out, log: c.log,
	}
	j.role = cases.Client
	if err := j.choose(sel, c.log); err != nil {
		return err
	}
	rec, err := j.play(cmd.Context())
	if !j.gated() {
		return err
	}
	return j.pass(j.out, rec, err)
}
