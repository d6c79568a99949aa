package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"gobahn/cmd/wstest/internal/peers"
)

// A mode is a command that runs until it is stopped.
type mode struct {
	port   string
	ended  chan struct{}       // closed when it has
	stop   func() (status int) // may be called more than once
	stdout *strings.Builder    // to be read when it was stopped
	stderr *strings.Builder    // the same
}

// start runs a command that says its port, and stops it with the test.
func start(t *testing.T, args ...string) *mode {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, stdout := io.Pipe()
	m := &mode{ended: make(chan struct{}), stdout: new(strings.Builder), stderr: new(strings.Builder)}
	status := make(chan int, 1)
	go func() {
		status <- run(ctx, args, stdout, m.stderr)
		stdout.Close()
		close(m.ended)
	}()
	read := make(chan struct{}) // closed when there is no more output
	m.stop = sync.OnceValue(func() int {
		cancel()
		select {
		case s := <-status:
			<-read
			return s
		case <-time.After(10 * time.Second): // after which docker stop kills it
			t.Error("it has not ended ten seconds after it was stopped")
			return -1
		}
	})
	t.Cleanup(func() { m.stop() })
	port := make(chan string, 1)
	go func() {
		defer close(read)
		for in := bufio.NewScanner(io.TeeReader(out, m.stdout)); in.Scan(); {
			if found := regexp.MustCompile(`\(Port (\d+)`).FindStringSubmatch(in.Text()); found != nil {
				port <- found[1]
			}
		}
		close(port)
	}()
	select {
	case p, ok := <-port:
		if !ok {
			t.Fatalf("%q has ended: %s", args, m.stderr)
		}
		m.port = p
	case <-time.After(20 * time.Second):
		t.Fatalf("%q says no port", args)
	}
	return m
}

// once runs a command to its end.
func once(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	limit := time.Minute
	if *proofAll {
		limit = time.Hour
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	var out, log strings.Builder
	status = run(ctx, args, &out, &log)
	return status, out.String(), log.String()
}

func TestTesteesAreTestedOverTCPAndTLS(t *testing.T) {
	for _, scheme := range []string{"ws", "wss"} {
		dir := t.TempDir()
		server := start(t, "-m", "fuzzingserver", "-w", scheme+"://127.0.0.1:0", "-u", "0", "-o", dir, "--cases", "1.1.*,3.6,12.1.1")
		status, _, stderr := once(t, "-m", "testeeclient", "-w", scheme+"://127.0.0.1:"+server.port, "-i", "us")
		if status != exitOK {
			t.Errorf("%s: testee client: exit status %d, %s", scheme, status, stderr)
		}
		if got := verdicts(t, dir, "us"); len(got) != 10 || got["1.1.8"] != "OK" || got["3.6"] != "OK" {
			t.Errorf("%s: testee client: %v", scheme, got)
		}
		if got := server.stop(); got != exitOK {
			t.Errorf("%s: fuzzing server: exit status %d, %s", scheme, got, server.stderr)
		}
		if warned := strings.Contains(server.stderr.String(), "self-signed"); warned != (scheme == "wss") {
			t.Errorf("%s: a self-signed certificate is mentioned: %t", scheme, warned)
		}

		testee := start(t, "-m", "testeeserver", "-w", scheme+"://127.0.0.1:0")
		url := scheme + "://127.0.0.1:" + testee.port
		status, _, stderr = once(t, "test-server", url, "--agent", "us", "-o", dir, "--cases", "1.1.*,3.6,12.1.1")
		if got := verdicts(t, dir, "us"); status != exitOK || len(got) != 10 || got["12.1.1"] != "OK" {
			t.Errorf("%s: testee server: exit status %d, %s, %v", scheme, status, stderr, got)
		}
		if scheme == "wss" {
			if status, _, stderr := once(t, "test-server", url, "--verify", "-o", dir, "--cases", "1.1.1"); status != exitFailed || !strings.Contains(stderr, "certificate") {
				t.Errorf("a certificate of nobody: exit status %d, %s", status, stderr)
			}
		}
	}
}

func TestPeerThatFailsMakesTheExitStatusOne(t *testing.T) {
	url := peers.XNet(t) // which pays no attention to reserved bits
	dir := t.TempDir()
	if status, stdout, _ := once(t, "test-server", url, "-o", dir, "--cases", "3.6"); status != exitNotConforming || !strings.Contains(stdout, "3.6") {
		t.Errorf("new face: exit status %d, %s", status, stdout)
	}
	if status, _, stderr := once(t, "-m", "fuzzingclient", "-w", url, "-s", noServers(t), "-o", dir, "--cases", "3.6"); status != exitOK {
		t.Errorf("old face: exit status %d, %s", status, stderr)
	}
	if status, stdout, _ := once(t, "run", "3.6", url); status != exitNotConforming || !strings.Contains(stdout, "\nverdict  FAILED: ") {
		t.Errorf("run: exit status %d, %s", status, stdout)
	}
}

func noServers(t *testing.T) string {
	name := filepath.Join(t.TempDir(), "client.json")
	if err := os.WriteFile(name, []byte(`{"cases": ["*"]}`), 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestOneCaseIsShownAsItIsPlayed(t *testing.T) {
	testee := start(t, "-m", "echoserver", "-w", "ws://127.0.0.1:0")
	status, stdout, stderr := once(t, "run", "7.1.1", "ws://127.0.0.1:"+testee.port)
	if status != exitOK {
		t.Errorf("exit status %d, %s", status, stderr)
	}
	for _, want := range []string{
		"case     7.1.1 (number 210)\n", `sent     text "Hello World!"`,
		` octets  "GET / HTTP/1.1\r\n`, `→  frame  text key=`, `←  frame  text "Hello World!"`, `←  frame  close 1000`,
		"TCP dropped by the peer", "verdict  OK: ", "close    OK: ",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
}

func TestModesThatTestNothing(t *testing.T) {
	broadcast := start(t, "-m", "broadcastserver", "-w", "ws://127.0.0.1:0")
	url := "ws://127.0.0.1:" + broadcast.port
	for _, one := range []struct {
		args  []string
		until string // is shown
	}{
		{[]string{"-m", "broadcastclient", "-w", url, "-i", "me"}, "me"},
		{[]string{"-m", "echoclient", "-w", url}, "Connecting to"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		var stderr strings.Builder
		if status := run(ctx, one.args, watch{one.until, cancel}, &stderr); status != exitOK || context.Cause(ctx) == context.DeadlineExceeded {
			t.Errorf("%q: exit status %d, %s", one.args, status, &stderr)
		}
		cancel()
	}
	spec := filepath.Join(t.TempDir(), "mass.json")
	text := `{"options": {"connections": 50, "batchsize": 25, "batchdelay": 10}, "servers": [{"name": "b", "uri": "` + url + `"}]}`
	if err := os.WriteFile(spec, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := once(t, "--mode", "massconnect", "--spec", spec)
	if status != exitOK || !strings.Contains(stdout, "connected 50 of 50, failed 0, lost 0") {
		t.Errorf("massconnect: exit status %d, %s\n%s", status, stdout, stderr)
	}
}

// A client that ends without a word is in the report with all it has played.
func TestClientThatAsksForNoReportsIsReported(t *testing.T) {
	dir := t.TempDir()
	server := start(t, "-m", "fuzzingserver", "-w", "ws://127.0.0.1:0", "-u", "0", "-o", dir, "--cases", "1.1.1")
	visit := "ws://127.0.0.1:" + server.port + "/runCase?case=1&agent=a"
	if status, _, stderr := once(t, "-m", "echoclient", "-w", visit); status != exitOK {
		t.Fatalf("exit status %d, %s", status, stderr)
	}
	status, _, stderr := once(t, "test-client", "-o", dir, "--cases", "1.1.1", "--",
		"wstest", "-m", "echoclient", "-w", "{url}/runCase?case=1&agent=a")
	if got := verdicts(t, dir, "a"); status != exitOK || got["1.1.1"] != "OK" {
		t.Errorf("exit status %d, %s, %v", status, stderr, got)
	}
}

func TestReportIsServedUntilInterrupted(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var stderr strings.Builder
	status := run(ctx, []string{"report", "serve", t.TempDir(), "--listen", "127.0.0.1:0"}, watch{"Serving ", cancel}, &stderr)
	if status != exitOK || context.Cause(ctx) == context.DeadlineExceeded {
		t.Errorf("exit status %d, %s", status, &stderr)
	}
}

func TestTwoServersOfOneNameAreToldApart(t *testing.T) {
	a, b := start(t, "-m", "testeeserver", "-w", "ws://127.0.0.1:0"), start(t, "-m", "testeeserver", "-w", "ws://127.0.0.1:0")
	dir := t.TempDir()
	status, _, stderr := once(t, "test-server", "ws://127.0.0.1:"+a.port, "ws://127.0.0.1:"+b.port, "--agent", "twin,twin", "-o", dir, "--cases", "1.1.*")
	if status != exitOK || !strings.Contains(stderr, "the second is twin 2 in the reports") {
		t.Errorf("exit status %d, %s", status, stderr)
	}
	if first, second := verdicts(t, dir, "twin"), verdicts(t, dir, "twin 2"); len(first) != 8 || len(second) != 8 {
		t.Errorf("%v and %v", first, second)
	}
}
