package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

const (
	startLimit = 30 * time.Second // until a server says its port
	stopLimit  = 20 * time.Second // until a process ends by itself
)

// A process is a child that runs until its context ends or it does.
type process struct {
	name   string
	cmd    *exec.Cmd
	stdin  io.Closer // the peers end when it does, also when we are killed
	lines  chan string
	stderr bytes.Buffer
	cancel context.CancelFunc
	ended  chan struct{} // closed when it has ended
	err    error         // why, then
}

// start starts a child in a directory; empty: ours.
func start(ctx context.Context, dir, program string, args ...string) (*process, error) {
	ctx, cancel := context.WithCancel(ctx)
	p := &process{
		name: filepath.Base(program), cancel: cancel,
		cmd: exec.CommandContext(ctx, program, args...), lines: make(chan string, readLines), ended: make(chan struct{}),
	}
	p.cmd.Dir, p.cmd.Stderr, p.cmd.WaitDelay = dir, &p.stderr, stopLimit
	stdout, out := io.Pipe()
	p.cmd.Stdout = out
	in, err := p.cmd.StdinPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, err
	}
	p.stdin = in
	go p.read(stdout)
	go func() {
		p.err = p.cmd.Wait()
		out.Close()
		close(p.ended)
	}()
	return p, nil
}

// readLines is how many lines of standard output there is something in.
const readLines = 2

// read passes on the first lines of standard output, and drops the rest.
func (p *process) read(stdout io.Reader) {
	r := bufio.NewReader(stdout)
	for range readLines {
		line, err := r.ReadString('\n')
		if err != nil {
			break
		}
		p.lines <- line
	}
	close(p.lines)
	_, _ = io.Copy(io.Discard, r)
}

// line is the next of the first lines of standard output.
func (p *process) line(ctx context.Context, limit time.Duration) (string, error) {
	select {
	case line, ok := <-p.lines:
		if !ok {
			<-p.ended
			return "", p.failed("it printed nothing")
		}
		return line, nil
	case <-time.After(limit):
		return "", p.failed(fmt.Sprintf("it printed nothing in %v", limit))
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// wait waits until the child has ended by itself, and returns what it took.
func (p *process) wait() (usage, error) {
	<-p.ended // which its context sees to
	if p.err != nil {
		return usage{}, p.failed(p.err.Error())
	}
	return usageOf(p.cmd.ProcessState), nil
}

// interrupt asks the child to end in time, and returns what it took.
func (p *process) interrupt(limit time.Duration) (usage, error) {
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		return usage{}, p.failed(err.Error())
	}
	defer p.kill()
	select {
	case <-p.ended:
		return usageOf(p.cmd.ProcessState), nil // whatever its status: it was interrupted
	case <-time.After(limit):
		return usage{}, p.failed(fmt.Sprintf("it was interrupted and did not end in %v", limit))
	}
}

// release ends standard input, upon which peers end, and returns what the child
// took.
func (p *process) release() (usage, error) {
	p.stdin.Close()
	defer p.kill()
	select {
	case <-p.ended:
		return usageOf(p.cmd.ProcessState), nil
	case <-time.After(stopLimit):
		return usage{}, p.failed(fmt.Sprintf("it did not end in %v when its standard input had", stopLimit))
	}
}

// kill ends the child if it has not ended.
func (p *process) kill() {
	p.cancel()
	<-p.ended
}

// failed is an error with what the child had to say.
func (p *process) failed(why string) error {
	p.cancel()
	<-p.ended // nothing writes to stderr after that
	return fmt.Errorf("%s: %s\n%s", p.name, why, &p.stderr)
}
