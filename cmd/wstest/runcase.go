package main

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/spec"
	"gobahn/fuzzer"
	"gobahn/templates"
)

// runCommand plays one case and shows what goes over the wire as it goes.
func runCommand(dialler fuzzer.Dialler) *cobra.Command {
	j := clientJob{runFlags: runFlags{dialler: dialler}}
	var target spec.Target
	var pcapPath string
	cmd := &cobra.Command{
		Use:   "run CASE URL",
		Short: "Play one case with a server, and show the wire log as it grows",
		Example: `  wstest run 3.6 ws://127.0.0.1:9001
  wstest run 12.1.1 ws://127.0.0.1:9001 --no-timeouts
  wstest run user/ping ws://127.0.0.1:9001 --case-file ping.yaml`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usagef("want the id of a case and the URL of a server: wstest run 3.6 ws://127.0.0.1:9001")
			}
			if err := checkSubprotocols(target.Protocols); err != nil {
				return err
			}
			id, _ := cases.ID(args[0]).Part()
			j.runFlags.cases = []string{string(id)}
			target.URL, target.Options = args[1], fuzzer.DefaultOptions()
			j.targets = []spec.Target{target}
			j.out, j.log = cmd.OutOrStdout(), cmd.ErrOrStderr()
			if err := j.prepareSelected(); err != nil {
				return err
			}
			if len(j.list) != 1 {
				return usagef("%s selects %d cases: want one", args[0], len(j.list))
			}
			if err := narrow(j.list, cases.ID(args[0])); err != nil {
				return err
			}
			return j.watch(cmd, pcapPath)
		},
	}
	f := cmd.Flags()
	j.caseFiles.flags(cmd)
	f.Uint64Var(&j.seed, "seed", 1, "seed of the masking keys")
	j.profileFlag(cmd)
	j.declarations.peerFlags(cmd)
	j.declarations.serverFlags(cmd)
	subprotocolFlag(cmd, &target.Protocols)
	f.DurationVar(&j.deadline, "deadline", 0, "give up after that time, with exit status 3 (0: never)")
	f.StringVar(&pcapPath, "pcap", "", "write the conversation to this `file`, for Wireshark")
	f.Float64Var(&j.timeScale, "time-scale", 1, "multiply all time limits, for slow machines")
	f.BoolVar(&j.noTimeouts, "no-timeouts", false, "no time limits but those the case is about, for debugging a peer")
	return cmd
}

// watch plays the case and shows it. The conversation goes to the file at pcapPath, if
// there is one.
func (j *clientJob) watch(cmd *cobra.Command, pcapPath string) error {
	ctx, stop := j.bounded(cmd.Context(), "")
	defer stop()
	c := j.list[0].Under(j.profile, false)
	client, err := j.client(j.targets[0])
	if err != nil {
		return err
	}
	explain(j.out, c)
	fmt.Fprintln(j.out)
	shown := wireLog{out: j.out, started: time.Now()}
	client.OnRow, client.Parallel = shown.row, 1
	times := 0
	client.OnStart = func(fuzzer.Played) {
		if times++; times > 1 {
			fmt.Fprintln(j.out, "again    since the machine had kept the tester waiting")
		}
	}
	if pcapPath != "" {
		client.Capture = captureLimit
	}
	var played fuzzer.Played
	err = client.Run(ctx, j.list, func(p fuzzer.Played) error { played = p; return nil })
	if unreachable, ok := errors.AsType[*fuzzer.UnreachableError](err); ok {
		return legible(unreachable)
	}
	if err != nil {
		return err
	}
	if pcapPath != "" {
		if err := writePcap(pcapPath, played); err != nil {
			return err
		}
	}
	o, r := played.Observation, played.Result
	shown.end(o)
	for _, remark := range o.Remarks() {
		fmt.Fprintf(j.out, "note     %s\n", templates.Legible(remark))
	}
	if len(o.Missing) == 0 {
		fmt.Fprintf(j.out, "got      %s; %s\n", templates.Legible(o.Events.String()), templates.Legible(o.Closing.String()))
	}
	fmt.Fprintf(j.out, "verdict  %s: %s\nclose    %s: %s\n", r.Verdict, templates.Legible(r.Says), r.CloseVerdict, templates.Legible(r.CloseSays))
	if r.Why != "" {
		fmt.Fprintf(j.out, "profile  %s\n", templates.Legible(r.Why))
	}
	if r.Headline != "" {
		fmt.Fprintf(j.out, "\n%s\n", templates.LegibleLines(r.Explain(c, o)))
		return errNotConforming
	}
	return nil
}

// A wireLog shows rows as they come.
type wireLog struct {
	out     io.Writer
	started time.Time
	mu      sync.Mutex
}

// end shows how the conversation ended, and what it was if no WebSocket was opened. Of a
// case that was not played there was none.
func (w *wireLog) end(o cases.Observation) {
	if len(o.Missing) > 0 {
		return
	}
	by := "the peer"
	if o.Closing.DroppedByMe {
		by = "us"
	}
	fmt.Fprintf(w.out, "%9s  TCP dropped by %s\n\n", w.time(), by)
	if !o.Opened {
		fmt.Fprintf(w.out, "%s\n%s\n", templates.LegibleLines(o.Request), templates.LegibleLines(o.Response))
	}
}

func (w *wireLog) time() string { return fmt.Sprintf("%.3f s", time.Since(w.started).Seconds()) }

func (w *wireLog) row(r cases.Row) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fmt.Fprintf(w.out, "%9s  %s\n", w.time(), rowLine(r))
}
