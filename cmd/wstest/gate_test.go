package main

import (
	"bufio"
	"context"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"gobahn/cmd/wstest/internal/echo"
)

// serverRun runs a fuzzing server, has drive use it and interrupts it. It returns the
// exit status and what was printed.
func serverRun(t *testing.T, drive func(ctx context.Context, url string) error, args ...string) (status int, printed string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	out, stdout := io.Pipe()
	done := make(chan int, 1)
	var stderr strings.Builder
	go func() {
		args := append([]string{"-m", "fuzzingserver", "-w", "ws://127.0.0.1:0", "-u", "0", "-o", t.TempDir()}, args...)
		done <- run(ctx, args, stdout, &stderr)
		stdout.Close()
	}()
	var lines []string
	in := bufio.NewScanner(out)
	for in.Scan() {
		lines = append(lines, in.Text())
		if m := regexp.MustCompile(`\(Port (\d+)\)`).FindStringSubmatch(in.Text()); m != nil {
			go func() {
				defer stop()
				if err := drive(ctx, "ws://127.0.0.1:"+m[1]); err != nil {
					t.Error(err)
				}
			}()
		}
	}
	return <-done, strings.Join(lines, "\n") + "\n" + stderr.String()
}

// A fuzzing server that is asked for a gate has one. The numbers of the cases that
// clients ask for are those of its part.
func TestFuzzingServerIsGated(t *testing.T) {
	drive := func(ctx context.Context, url string) error {
		return echo.Drive(ctx, url, "whole", func(int, int) {})
	}
	status, printed := serverRun(t, drive, "--cases", "1.1.*", "--shard", "2/4", "--fail-on", "strict")
	if want := "Gate: passed, exit status 0: none of 2 cases fails (--fail-on strict)"; status != exitOK || !strings.Contains(printed, want) {
		t.Errorf("exit status %d, want %q in\n%s", status, want, printed)
	}
}

// A client that has left before the end has not passed, whatever counts.
func TestCasesThatWereNotPlayedFail(t *testing.T) {
	drive := func(ctx context.Context, url string) error {
		var client echo.Client
		if err := client.Echo(ctx, url+"/runCase?case=1&agent=half"); err != nil {
			return err
		}
		return client.Echo(ctx, url+"/updateReports?agent=half") // which waits for the case to end
	}
	status, printed := serverRun(t, drive, "--cases", "1.1.1,1.1.2", "--fail-on", "never")
	for _, want := range []string{
		"Gate: failed, exit status 3 (the run is incomplete): 1 of 2 cases not played\n    1.1.2    half: was not played\n",
		"wstest: the run is incomplete: 1 case not played\n",
	} {
		if status != exitFailed || !strings.Contains(printed, want) {
			t.Errorf("exit status %d, want %q in\n%s", status, want, printed)
		}
	}
}
