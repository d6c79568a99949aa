package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gobahn/cmd/wstest/internal/launch"
)

// RestartFlags say how often a COMMAND is started again.
type restartFlags struct{ restarts int }

func (r *restartFlags) flags(cmd *cobra.Command) {
	cmd.Flags().IntVar(&r.restarts, "restarts", 20, "how often the COMMAND is started again when it ends or hangs in the middle of the run")
}

func (r *restartFlags) check() error {
	if r.restarts < 0 {
		return usagef("--restarts %d: want 0 or more", r.restarts)
	}
	return nil
}

// spent is why nothing is started any more.
func (r *restartFlags) spent() error {
	return fmt.Errorf("it is not started again: --restarts %d", r.restarts)
}

// A keeper is a server that a command starts, and starts again.
type keeper struct {
	restartFlags
	config launch.Config
	p      *launch.Process
	starts int // beyond the first
}

// keep starts the server.
func keep(ctx context.Context, config launch.Config, restarts restartFlags) (*keeper, error) {
	p, err := launch.Start(ctx, config)
	if err != nil {
		return nil, err
	}
	return &keeper{restartFlags: restarts, config: config, p: p}, nil
}

// Ended says how the process has ended.
func (k *keeper) Ended(wait time.Duration) string { return end(k.p, wait) }

// PID is the number of the process.
func (k *keeper) PID() int { return k.p.PID() }

// Restart starts the process again.
func (k *keeper) Restart(ctx context.Context) error {
	k.p.Stop()
	if k.starts == k.restarts {
		return k.spent()
	}
	k.starts++
	p, err := launch.Start(ctx, k.config)
	if err == nil {
		k.p = p
	}
	return err
}

// Stop ends the process.
func (k *keeper) Stop() { k.p.Stop() }

// end says how a process has ended, if it does so within wait, and what it printed.
func end(p *launch.Process, wait time.Duration) string {
	select {
	case <-p.Done():
	default:
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-p.Done():
		case <-timer.C:
			return ""
		}
	}
	says := p.Status()
	if line := p.Complaint(); line != "" {
		says += fmt.Sprintf(", it printed %q", line)
	}
	return says
}
