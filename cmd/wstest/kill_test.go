package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cmd/wstest/internal/echo"
)

// killAt starts wstest as a process of its own, and kills it when it prints a line that
// contains at. Each line is shown to look before, if that is not nil.
func killAt(t *testing.T, at string, look func(line string), args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "wstest", args...) // which TestMain has put into the path
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	for in := bufio.NewScanner(out); in.Scan(); {
		if strings.Contains(in.Text(), at) {
			return
		}
		if look != nil {
			look(in.Text())
		}
	}
	t.Fatalf("it has ended without having printed %q", at)
}

// wholeReport fails the test if a file of a report is not whole. It returns the cases that
// have a page.
func wholeReport(t *testing.T, dir string) map[string]bool {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	pages := make(map[string]bool)
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		switch name := e.Name(); filepath.Ext(name) {
		case ".json":
			if !json.Valid(b) {
				t.Errorf("%s is not whole", name)
			}
		case ".html":
			if !bytes.HasSuffix(bytes.TrimSpace(b), []byte("</html>")) {
				t.Errorf("%s is not whole", name)
			}
			if _, id, ok := strings.Cut(strings.TrimSuffix(name, ".html"), "_case_"); ok {
				pages[id] = true
			}
		}
	}
	return pages
}

// A run that is killed leaves whole files, and goes on from there to what it would have
// become.
func TestKilledRunGoesOn(t *testing.T) {
	whole, killed := t.TempDir(), t.TempDir()
	args := []string{"demo", "--parallel", "1", "--cases", "1.*,2.*,3.*", "-o"}
	if status, _, stderr := once(t, append(args, whole)...); status != exitOK {
		t.Fatalf("exit status %d, %s", status, stderr)
	}
	args = append(args, killed, "--resume")
	for _, at := range []string{"ID 1.2.1 ", "ID 2.5 ", "ID 3.4 "} {
		killAt(t, at, nil, args...)
		if pages := wholeReport(t, killed); len(pages) == 0 {
			t.Errorf("killed at %s, there are no pages", at)
		}
	}
	status, stdout, stderr := once(t, args...)
	if status != exitOK || strings.Contains(stdout, "ID 1.1.1 ") || !strings.Contains(stdout, " of before\n") {
		t.Errorf("exit status %d, %s\n%s", status, stderr, stdout)
	}
	if diff := cmp.Diff(verdicts(t, whole, "gorilla"), verdicts(t, killed, "gorilla")); diff != "" {
		t.Errorf("verdicts (-whole +killed)\n%s", diff)
	}
	if diff := cmp.Diff(wholeReport(t, whole), wholeReport(t, killed)); diff != "" {
		t.Errorf("pages (-whole +killed)\n%s", diff)
	}
}

// What /updateReports has written before a server is killed is whole, and so is what has
// come since.
func TestKilledServerLeavesWholeReports(t *testing.T) {
	dir := t.TempDir()
	first := make(chan map[string]string, 1) // verdicts when its reports were written
	client := make(chan error, 2)
	drive := func(url, agent string) {
		go func() { client <- echo.Drive(t.Context(), url, agent, func(int, int) {}) }()
	}
	url := ""
	killAt(t, "ID 1.1.5 for agent second", func(line string) {
		if address, ok := strings.CutPrefix(line, "Listening on "); ok {
			url = "ws://" + address
			drive(url, "first")
		}
		if line == "Report generation complete." {
			first <- verdicts(t, dir, "first")
			drive(url, "second")
		}
	}, "test-client", "--listen", "127.0.0.1:0", "--webport", "0", "--cases", "1.1.*", "-o", dir)
	if err := <-client; err != nil {
		t.Errorf("the first client: %v", err)
	}
	if err := <-client; err == nil {
		t.Error("the second client has not noticed")
	}
	wholeReport(t, dir)
	before, after := <-first, verdicts(t, dir, "first")
	if diff := cmp.Diff(before, after); diff != "" || len(before) != 8 {
		t.Errorf("verdicts of the first client (-before +after)\n%s", diff)
	}
	tap := filepath.Join(t.TempDir(), "x.tap")
	if status, _, stderr := once(t, "report", "convert", dir, tap); status != exitOK {
		t.Errorf("the journal cannot be read: exit status %d, %s", status, stderr)
	}
}
