package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"gobahn/cases"
	"gobahn/report"
)

// crowdCases are those that a crowd of clients plays.
const crowdCases = "1.*,2.*,3.*,4.*,5.*,6.*,7.*"

// fuzzingServer starts wstest as a server and returns its URL.
func (b *bench) fuzzingServer(ctx context.Context, out string, flags ...string) (p *process, url string, err error) {
	args := append([]string{"-m", "fuzzingserver", "-w", "ws://127.0.0.1:0", "-o", out}, flags...)
	if p, err = start(ctx, "", b.wstest, args...); err != nil {
		return nil, "", err
	}
	line, err := p.line(ctx, startLimit)
	if err != nil {
		p.kill()
		return nil, "", err
	}
	port := portPattern.FindStringSubmatch(line)
	if port == nil {
		p.kill()
		return nil, "", fmt.Errorf("wstest printed %q, want its port", line)
	}
	return p, "ws://127.0.0.1:" + port[1], nil
}

// crowd plays with one client alone and then with n at once, and prints what that took
// and which verdicts are not those of the one alone.
func (b *bench) crowd(ctx context.Context, n int) error {
	out, err := os.MkdirTemp(b.dir, "crowd-")
	if err != nil {
		return err
	}
	tester, url, err := b.fuzzingServer(ctx, out, "--cases", crowdCases)
	if err != nil {
		return err
	}
	defer tester.kill()
	if _, err := b.clients(ctx, url, 1, "alone"); err != nil {
		return err
	}
	begun := time.Now()
	peers, err := b.clients(ctx, url, n, "agent")
	if err != nil {
		return err
	}
	wall := time.Since(begun)
	took, err := tester.interrupt(b.limit) // its reports are long
	if err != nil {
		return err
	}
	played, wrong, lagged, err := strayed(out)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n\n%d clients at once, chapters 1 to 7: %d cases in %s; tester %s CPU, %s; clients %s CPU.\n",
		machine(ctx), n, played, seconds(wall), took.shown(), megabytes(took.Peak), peers.shown())
	fmt.Printf("%d cases had more time because the machine was busy; %d verdicts are not those of a client alone.\n", lagged, len(wrong))
	for _, line := range wrong {
		fmt.Println(line)
	}
	if len(wrong) > 0 || played != n*len(crowdList()) {
		return fmt.Errorf("%d cases were played, want %d, and %d verdicts are not those of a client alone",
			played, n*len(crowdList()), len(wrong))
	}
	return nil
}

func crowdList() []cases.Case {
	list, _ := cases.Select(cases.Catalogue, []string{"1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*"}, nil) // which are patterns
	return list
}

// clients runs n clients in a process of their own.
func (b *bench) clients(ctx context.Context, url string, n int, name string) (usage, error) {
	p, err := start(ctx, "", b.self, "-as", "clients", url, strconv.Itoa(n), name)
	if err != nil {
		return usage{}, err
	}
	return p.wait()
}

// strayed reads the report in dir: how many cases the crowd has played, which verdicts
// differ from those of the client alone, and how many had more time.
func strayed(dir string) (played int, wrong []string, lagged int, err error) {
	alone := make(map[cases.ID]string)
	verdict := func(r cases.Result) string { return fmt.Sprintf("%s / %s", r.Verdict, r.CloseVerdict) }
	_, err = report.Read(dir, func(r report.Record) error {
		switch id := r.Case.ID; {
		case r.Agent == "alone-1":
			alone[id] = verdict(r.Result)
		default:
			if played++; r.Observation.Lag > 0 {
				lagged++
			}
			if got := verdict(r.Result); got != alone[id] {
				wrong = append(wrong, fmt.Sprintf("%s %s: %s, alone %s", r.Agent, id, got, alone[id]))
			}
		}
		return nil
	})
	return played, wrong, lagged, err
}

// idle holds n WebSockets open on which nothing happens, and prints what that took.
func (b *bench) idle(ctx context.Context, n int) error {
	out, err := os.MkdirTemp(b.dir, "idle-")
	if err != nil {
		return err
	}
	tester, url, err := b.fuzzingServer(ctx, out, "--cases", "1.1.1")
	if err != nil {
		return err
	}
	defer tester.kill()
	peer, err := start(ctx, "", b.self, "-as", "idle", url, strconv.Itoa(n))
	if err != nil {
		return err
	}
	defer peer.kill()
	if _, err := peer.line(ctx, b.limit); err != nil { // all are open, and have answered a ping
		return err
	}
	took, err := tester.interrupt(stopLimit)
	if err != nil {
		return err
	}
	if _, err := peer.release(); err != nil {
		return err
	}
	fmt.Printf("%s\n\n%d idle connections: tester %s CPU, %s, %.1f kB each.\n",
		machine(ctx), n, took.shown(), megabytes(took.Peak), float64(took.Peak)/float64(n)/1e3)
	return nil
}
