package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"strings"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/certs"
	"gobahn/cmd/wstest/internal/spec"
	"gobahn/fuzzer"
	"gobahn/report"
	"gobahn/templates"
	"gobahn/wire"
)

// A clientJob tests servers, one after the other.
type clientJob struct {
	runFlags
	targets []spec.Target
	keeper  fuzzer.Keeper // of the first; nil: nobody looks after it

	out, log io.Writer
}

// prepareSelected is prepare with the selection of the command line.
func (j *clientJob) prepareSelected() error {
	s, err := j.selection()
	if err != nil {
		return err
	}
	return j.prepare(s, j.log)
}

// prepare checks everything before anything is played.
func (j *clientJob) prepare(s selection, log io.Writer) error {
	for _, t := range j.targets {
		if _, err := fuzzer.ParseTarget(t.URL); err != nil {
			return usageError{atURL(t, err)}
		}
		if _, err := tlsOf(t); err != nil {
			return usageError{atURL(t, err)}
		}
	}
	j.role = cases.Server
	return j.choose(s, log)
}

// atURL is err with the position of the server's URL.
func atURL(t spec.Target, err error) error {
	if t.At.Line > 0 {
		return t.At.Errorf("%w", err)
	}
	return err
}

// play plays all cases with all servers and writes the reports. An error is the
// first that ended it, or that servers could not be reached.
func (j *clientJob) play(ctx context.Context) (*recorder, error) {
	ctx, stop := j.bounded(ctx, reported)
	defer stop()
	rec, err := newRecorder(j.out, j.runFlags, false)
	if err != nil {
		return nil, err
	}
	rec.progress.peers = len(j.targets)
	if !j.quiet {
		fmt.Fprintf(j.out, "Gobahn %s (for Autobahn WebSocket) Fuzzing Client, seed %d\n", version, j.seed)
		fmt.Fprintf(j.out, "Ok, will run %d test cases against %d servers\n", len(j.list), len(j.targets))
	}
	if j.listing && !j.quiet {
		fmt.Fprintf(j.out, "Cases = %s\nServers = %s\n", pythonList(ids(j.list)), pythonList(urls(j.targets)))
	}
	rec.sayKept(j)
	names := make(map[string]int) // by agent, which server it is
	var unreached error
	for i, t := range j.targets {
		var k fuzzer.Keeper
		if i == 0 {
			k = j.keeper
		}
		err = j.test(ctx, rec, t, k, func(agent string) string { return j.unique(rec, names, agent, i) })
		if unreachable, ok := errors.AsType[*fuzzer.UnreachableError](err); ok {
			why := legible(unreachable)
			rec.progress.say(j.out, "Connection to %s failed (%v)\n", t.URL, why)
			unreached, err = errors.Join(unreached, why), nil
		}
		if err != nil {
			break
		}
	}
	if finishErr := rec.finish(j.out, j.log); err == nil {
		err = finishErr
	}
	switch {
	case errors.Is(err, context.Canceled):
		return rec, errors.New("the run was interrupted" + reported)
	case full(err):
		return rec, fmt.Errorf("%w; what was written before is whole, and --resume goes on from there", err)
	case err != nil:
		return rec, err
	case unreached != nil:
		return rec, unreachedError{unreached}
	}
	return rec, nil
}

// An unreachedError is that servers could not be reached. Their cases have failed.
type unreachedError struct{ error }

// legible is why a server was not reached, in which its certificate has a say, as a
// terminal can take it.
func legible(err *fuzzer.UnreachableError) error { return errors.New(templates.Legible(err.Error())) }

// reported is added to why a run with a report has ended early.
const reported = "; the report has what was played until then"

// bounded is ctx with the deadline of the run. More is added to the error that it has passed.
func (r *runFlags) bounded(ctx context.Context, more string) (context.Context, context.CancelFunc) {
	if r.deadline == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, r.deadline, fmt.Errorf("the deadline of %v has passed%s", r.deadline, more))
}

// test plays all cases with one server, to which rename gives its name in the reports.
func (j *clientJob) test(ctx context.Context, rec *recorder, t spec.Target, k fuzzer.Keeper, rename func(agent string) string) error {
	client, err := j.client(t)
	if err != nil {
		return err
	}
	client.Skip, client.Parallel, client.Keeper = j.skip, j.parallel, k
	client.OnStart = rec.progress.start
	client.OnSkip = func(p fuzzer.Played) {
		p.Agent = rename(p.Agent)
		rec.skipped(p)
	}
	client.OnNotice = func(text string) { rec.progress.say(j.log, "wstest: %s\n", text) }
	if j.resume {
		if err := j.takeUp(ctx, rec, client, rename); err != nil {
			return err
		}
	}
	return client.Run(ctx, j.list, func(p fuzzer.Played) error {
		p.Agent = rename(p.Agent)
		return rec.add(p)
	})
}

// client is what plays cases with a server.
func (j *clientJob) client(t spec.Target) (*fuzzer.Client, error) {
	config, err := tlsOf(t)
	if err != nil {
		return nil, err
	}
	client := &fuzzer.Client{
		Config: j.config(t.Options), URL: t.URL, Agent: t.Agent, TLS: config,
		Origin: t.Origin, Protocols: t.Protocols, Fields: fieldsOf(t),
	}
	if len(t.Protocols) > 0 {
		client.Declared.Protocol = t.Protocols[0]
	}
	return client, nil
}

// unique is the name of a server in the reports: of two with one name, the results
// of the second would take the place of the first's.
func (j *clientJob) unique(rec *recorder, names map[string]int, agent string, server int) string {
	agent = report.AgentName(agent)
	name := agent
	for n := 2; ; n++ {
		owner, taken := names[name]
		if !taken {
			if name != agent {
				rec.progress.say(j.log, "wstest: warning: two servers are called %s, the second is %s in the reports\n", printable(agent), printable(name))
			}
			names[name] = server
			return name
		}
		if owner == server {
			return name
		}
		name = fmt.Sprintf("%s %d", agent, n)
	}
}

// tlsOf is the TLS configuration for a server.
func tlsOf(t spec.Target) (*tls.Config, error) {
	c := certs.ClientConfig{Hostname: t.Hostname}
	if t.TLS != nil {
		c = certs.ClientConfig{
			Hostname: t.Hostname, Strict: true, Insecure: t.TLS.Insecure, CA: t.TLS.CA,
			Cert: t.TLS.Cert, Key: t.TLS.Key, ServerName: t.TLS.ServerName, MinVersion: t.TLS.MinVersion,
		}
	}
	return certs.Client(c)
}

// fieldsOf are the further fields of the opening handshake.
func fieldsOf(t spec.Target) (fields []wire.Field) {
	for _, h := range t.Headers {
		fields = append(fields, wire.Field{Name: h.Name, Value: h.Value})
	}
	var cookies []string
	for _, c := range t.Cookies {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	if len(cookies) > 0 {
		fields = append(fields, wire.Field{Name: "Cookie", Value: strings.Join(cookies, "; ")})
	}
	return fields
}

func ids(list []cases.Case) (texts []string) {
	for _, c := range list {
		texts = append(texts, string(c.ID))
	}
	return texts
}

// urls are those of servers, with their names.
func urls(targets []spec.Target) (texts []string) {
	for _, t := range targets {
		text := t.URL
		if t.Agent != "" {
			text = t.Agent + "@" + text
		}
		texts = append(texts, text)
	}
	return texts
}

// pythonList is how Python prints a list of strings, which scripts take apart.
func pythonList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = "'" + printable(text) + "'"
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
