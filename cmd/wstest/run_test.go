package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gobahn/cmd/wstest/internal/echo"
)

// verdicts reads the verdicts of an agent from index.json.
func verdicts(t *testing.T, dir, agent string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index map[string]map[string]struct{ Behavior string }
	if err := json.Unmarshal(b, &index); err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for id, one := range index[agent] {
		got[id] = one.Behavior
	}
	return got
}

func TestFuzzingServerTestsClientsUntilItIsStopped(t *testing.T) {
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	dir := t.TempDir()
	out, stdout := io.Pipe()
	var stderr strings.Builder
	status := make(chan int, 1)
	go func() {
		status <- run(ctx, []string{"-m", "fuzzingserver", "-w", "ws://127.0.0.1:0", "-u", "0", "-o", dir, "--cases", "1.1.1,2.2,3.6"}, stdout, &stderr)
		stdout.Close()
	}()

	var port string
	lines := make(chan string, 100)
	in := bufio.NewScanner(out)
	for in.Scan() {
		if m := regexp.MustCompile(`\(Port (\d+)\)`).FindStringSubmatch(in.Text()); m != nil {
			port = m[1]
			break
		}
	}
	go func() {
		for in.Scan() {
			lines <- in.Text()
		}
		close(lines)
	}()

	if err := echo.Drive(ctx, "ws://127.0.0.1:"+port, "my agent", func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	if got := verdicts(t, dir, "my agent"); len(got) != 3 || got["3.6"] != "OK" {
		t.Errorf("after /updateReports: %v", got)
	}
	stop()
	if got := <-status; got != 0 || stderr.Len() > 0 {
		t.Errorf("exit status %d, %s", got, &stderr)
	}
	var all []string
	for line := range lines {
		all = append(all, line)
	}
	for _, want := range []string{
		"Ok, will run 3 test cases for any clients connecting",
		"Running test case ID 2.2 for agent my agent from peer tcp4:127.0.0.1:",
		"Updating reports, requested by peer tcp4:127.0.0.1:",
		"Report generation complete.",
		"Report: " + filepath.Join(dir, "index.html"),
	} {
		if !strings.Contains(strings.Join(all, "\n"), want) {
			t.Errorf("stdout lacks %q", want)
		}
	}
}

// A writer that calls a function when something is written that contains a text.
type watch struct {
	text string
	then func()
}

func (w watch) Write(b []byte) (int, error) {
	if strings.Contains(string(b), w.text) {
		w.then()
	}
	return len(b), nil
}

func TestInterruptedRunKeepsWhatWasPlayed(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	dir := t.TempDir()
	var stderr strings.Builder
	got := run(ctx, []string{"demo", "-o", dir, "--cases", "1.1.*,5.19", "--parallel", "1"}, watch{"ID 5.19 ", stop}, &stderr)
	if want := "wstest: the run was interrupted; the report has what was played until then\n"; got != exitFailed || stderr.String() != want {
		t.Errorf("exit status %d, stderr %q", got, &stderr)
	}
	if got := verdicts(t, dir, "gorilla"); len(got) != 8 {
		t.Errorf("the report has %d cases, want 8", len(got))
	}
}

// Interrupted again and again, a run gets to its end, and plays nothing twice.
func TestInterruptedRunGoesOn(t *testing.T) {
	dir := t.TempDir()
	args := []string{"demo", "-o", dir, "--cases", "1.1.*,2.*", "--parallel", "1", "--resume"}
	var out strings.Builder
	for _, at := range []string{"ID 1.1.4 ", "ID 1.1.5 ", "ID 2.3 "} {
		ctx, stop := context.WithCancel(t.Context())
		status := run(ctx, args, io.MultiWriter(&out, watch{at, stop}), io.Discard)
		stop()
		if status != exitFailed {
			t.Fatalf("interrupted at %s: exit status %d", at, status)
		}
	}
	if status := run(t.Context(), args, &out, io.Discard); status != exitOK {
		t.Errorf("exit status %d\n%s", status, &out)
	}
	if got := verdicts(t, dir, "gorilla"); len(got) != 19 {
		t.Errorf("the report has %d cases, want 19", len(got))
	}
	began := make(map[string]int)
	for _, m := range regexp.MustCompile(`Running test case ID (\S+)`).FindAllStringSubmatch(out.String(), -1) {
		began[m[1]]++
	}
	for id, n := range began {
		want := 1
		if id == "1.1.4" || id == "1.1.5" || id == "2.3" { // in which it was interrupted
			want = 2
		}
		if n != want {
			t.Errorf("case %s began %d times, want %d", id, n, want)
		}
	}
	if len(began) != 19 {
		t.Errorf("%d cases began, want 19", len(began))
	}
}
