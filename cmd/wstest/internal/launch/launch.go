// Package launch starts the implementation under test, waits until it can be
// reached, and stops it with all that it has started.
package launch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	defaultWait = 30 * time.Second

	// grace is how long a command may take to end after SIGTERM. We ourselves have
	// two seconds after a signal.
	grace = 1400 * time.Millisecond

	killLimit  = 200 * time.Millisecond // until the kernel has ended what was killed
	drainLimit = 300 * time.Millisecond // for what a command has printed at last
	pollEvery  = 10 * time.Millisecond
)

var errUnkillable = errors.New("it could not be killed")

// A Config says what to start and how.
type Config struct {
	Args   []string // the command and its arguments, with {url}, {port} and {agent} for Values
	Values Values   // what the command is told
	Dir    string   // where it runs; empty: where we do
	Env    []string // NAME=value, in addition to our environment

	// Output gets what the command prints, on both of its streams, each line with
	// "peer: " before it; nil: only the last lines are kept, for errors. It must
	// not block.
	Output io.Writer

	// Ready connects to the command, which is a server, once. Start calls it until it
	// works; nil: the command is a client, there is nothing to wait for.
	Ready func(context.Context) error

	Wait time.Duration // how long a server may take until it is ready; 0: 30 s
}

// Values are what a command is told about a run: in its environment as WSTEST_URL,
// WSTEST_PORT, WSTEST_AGENT, WSTEST_SOCKETS, WSTEST_PROTOCOL and WSTEST_HEADER, and in its
// arguments in the place of {url}, {port}, {agent}, {sockets}, {protocol} and {header}. One
// that is empty, or nil, is not told, and its place is left as it is.
type Values struct {
	URL     string // of the server, which is the command or is tested against it
	Port    string // of the server
	Agent   string // the name of the implementation under test in reports
	Sockets string // so many WebSockets a client is to open at a time, if it can

	Protocol *string // subprotocol that a client is to offer, if it can; empty: none
	Header   *string // field that a client is to send, if it can, as "Name: value"; empty: none
}

// told lists the values that are not empty as name and value.
func (v Values) told() (list [][2]string) {
	for _, pair := range [][2]string{{"url", v.URL}, {"port", v.Port}, {"agent", v.Agent}, {"sockets", v.Sockets}} {
		if pair[1] != "" {
			list = append(list, pair)
		}
	}
	if v.Protocol != nil {
		list = append(list, [2]string{"protocol", *v.Protocol})
	}
	if v.Header != nil {
		list = append(list, [2]string{"header", *v.Header})
	}
	return list
}

// fill puts the values into args.
func (v Values) fill(args []string) []string {
	var pairs []string
	for _, pair := range v.told() {
		pairs = append(pairs, "{"+pair[0]+"}", pair[1])
	}
	replacer := strings.NewReplacer(pairs...)
	filled := make([]string, len(args))
	for i, arg := range args {
		filled[i] = replacer.Replace(arg)
	}
	return filled
}

// environ is our environment with the values.
func (v Values) environ() []string {
	list := os.Environ()
	for _, pair := range v.told() {
		list = append(list, "WSTEST_"+strings.ToUpper(pair[0])+"="+pair[1])
	}
	return list
}

// A Process is a command that was started, with all the processes of its group.
type Process struct {
	name   string
	cmd    *exec.Cmd
	group  *group
	output *output
	cancel context.CancelFunc
	done   chan struct{} // closed when all has ended
	err    error         // why, then
}

// Start starts a command and, if it is a server, waits until it is ready. It is
// stopped when ctx ends. Whoever calls Start also calls Stop in the end: only then
// has it ended for sure.
//
// The command runs in a process group of its own, which is stopped as a whole, also
// if the command ends and leaves others behind, and, where there is a /bin/sh, even
// if we are killed. Only a process that leaves the group survives.
func Start(ctx context.Context, c Config) (*Process, error) {
	if len(c.Args) == 0 {
		return nil, errors.New("there is no command to start")
	}
	if c.Ready != nil && try(ctx, c.Ready) == nil {
		return nil, fmt.Errorf("cannot start %s: a server answers already where it is to be, stop that first", name(c.Args))
	}
	p, err := start(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("cannot start %s: %w", name(c.Args), err)
	}
	if c.Ready == nil {
		return p, nil
	}
	if err := p.waitReady(ctx, c.Ready, cmp.Or(c.Wait, defaultWait)); err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
}

func name(args []string) string {
	return filepath.Base(args[0])
}

func start(ctx context.Context, c Config) (*Process, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer w.Close() // the command has it open
	args := c.Values.fill(c.Args)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = c.Dir, append(c.Values.environ(), c.Env...)
	cmd.Stdout, cmd.Stderr = w, w
	inOwnGroup(cmd)
	if err := cmd.Start(); err != nil {
		r.Close()
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	p := &Process{
		name: name(c.Args), cmd: cmd, group: groupOf(cmd.Process), output: read(r, c.Output),
		cancel: cancel, done: make(chan struct{}),
	}
	go p.supervise(ctx)
	return p, nil
}

// supervise waits until the command ends or ctx does, and ends the whole group.
func (p *Process) supervise(ctx context.Context) {
	defer close(p.done)
	defer p.cancel()
	var err error
	exited := make(chan struct{})
	go func() {
		err = p.cmd.Wait()
		close(exited)
	}()
	stopped := false
	select {
	case <-exited:
	case <-ctx.Done():
		stopped = true
	}
	p.end(exited)
	p.output.finish(drainLimit)
	select {
	case <-exited:
		if !stopped { // else its status is our doing
			p.err = err
		}
	default:
		p.err = errUnkillable
	}
}

// end ends the whole group: by SIGTERM, and what is left after that by SIGKILL.
func (p *Process) end(exited <-chan struct{}) {
	defer p.group.release()
	p.group.terminate()
	if !p.ended(exited, grace) {
		p.group.kill()
		p.ended(exited, killLimit)
	}
}

// ended waits until the command has ended and its group is empty, for limit at most.
func (p *Process) ended(exited <-chan struct{}, limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-exited:
	case <-timer.C:
		return false
	}
	for !p.group.empty() {
		select {
		case <-time.After(pollEvery):
		case <-timer.C:
			return false
		}
	}
	return true
}

// Stop ends the command with all that it has started, and returns when that is
// done. It may be called more than once, and after the end.
func (p *Process) Stop() {
	p.cancel()
	<-p.done
}

// Done is closed when the command and all that it has started have ended.
func (p *Process) Done() <-chan struct{} {
	return p.done
}

// Err is how the command ended, once Done is closed: nil if with status 0, or because
// it was stopped.
func (p *Process) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Status is how the command ended, once Done is closed, in words: "exit status 1".
func (p *Process) Status() string {
	if err := p.Err(); err != nil {
		return err.Error()
	}
	return "exit status 0"
}

// PID is the number of the process of the command.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Tail is the last lines that the command has printed.
func (p *Process) Tail() string {
	return p.output.tail()
}

// Complaint is the line with which the command seems to have said why it ended; empty: it
// has printed nothing.
func (p *Process) Complaint() string {
	return p.output.complaint()
}
