package peers

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gobahn/cmd/wstest/internal/recorded"
)

// The versions that were recorded.
const (
	nodeWS           = "8.23.0"
	pythonWebsockets = "10.4"
	python           = "/usr/bin/python3" // the one that Debian's package is for
)

const (
	startLimit = 30 * time.Second // until a server prints its port
	stopLimit  = 2 * time.Second  // until a process ends by itself
)

// Node starts the echo server on npm ws.
func Node(t testing.TB) string {
	t.Helper()
	require(t, MissingNode())
	return startServer(t, "node", "node", "server.js")
}

// DriveNode runs the echo client on npm ws.
func DriveNode(ctx context.Context, _ testing.TB, url, agent string) error {
	return runClient(ctx, "node", "node", "client.js", url, agent)
}

// Python starts the echo server on python3-websockets.
func Python(t testing.TB) string {
	t.Helper()
	require(t, MissingPython())
	return startServer(t, "python", python, "server.py")
}

// DrivePython runs the echo client on python3-websockets.
func DrivePython(ctx context.Context, _ testing.TB, url, agent string) error {
	return runClient(ctx, "python", python, "client.py", url, agent)
}

// MissingNode says why the peers on npm ws cannot be started; empty: they can.
func MissingNode() string {
	if _, err := exec.LookPath("node"); err != nil {
		return "node is not installed"
	}
	dir, err := directory("node")
	if err != nil {
		return err.Error()
	}
	b, err := os.ReadFile(filepath.Join(dir, "node_modules", "ws", "package.json"))
	if err != nil {
		return "npm ws is not installed: run npm ci in cmd/wstest/internal/peers/node"
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "undici")); err != nil {
		return "not all Node peers are installed: run npm ci in cmd/wstest/internal/peers/node"
	}
	var pkg struct{ Version string }
	if err := json.Unmarshal(b, &pkg); err != nil || pkg.Version != nodeWS {
		return fmt.Sprintf("npm ws %s is installed, the recording is of %s: run npm ci in cmd/wstest/internal/peers/node", pkg.Version, nodeWS)
	}
	return ""
}

// MissingPython says why the peers on python3-websockets cannot be started;
// empty: they can.
func MissingPython() string {
	out, err := exec.Command(python, "-c", "import websockets; print(websockets.__version__)").Output()
	switch version := strings.TrimSpace(string(out)); {
	case err != nil:
		return "python3-websockets is not installed: run apt-get install python3-websockets"
	case version != pythonWebsockets:
		return fmt.Sprintf("python3-websockets %s is installed, the recording is of %s", version, pythonWebsockets)
	}
	return ""
}

// directory is where the scripts of a peer are.
func directory(name string) (string, error) {
	root, err := recorded.Root()
	return filepath.Join(root, "cmd", "wstest", "internal", "peers", name), err
}

// startServer starts a server, kills it when the test ends, and returns its URL
// when it has printed its port.
func startServer(t testing.TB, name, program string, args ...string) string {
	t.Helper()
	dir, err := directory(name)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stderr, cmd.WaitDelay = dir, &stderr, stopLimit
	stdin, err := cmd.StdinPipe() // never written to; its end ends the process even if ours is killed
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make(chan string, 1)
	go func() {
		s, _ := bufio.NewReader(stdout).ReadString('\n')
		line <- strings.TrimSpace(s)
		_, _ = io.Copy(io.Discard, stdout)
	}()
	t.Cleanup(func() {
		stdin.Close()
		kill := time.AfterFunc(stopLimit, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // the kill is no news
		kill.Stop()
		if t.Failed() && stderr.Len() > 0 {
			t.Logf("stderr of %s:\n%s", program, &stderr)
		}
	})
	select {
	case s := <-line:
		port, err := strconv.ParseUint(s, 10, 16)
		if err != nil {
			t.Fatalf("%s printed %q, want a port", program, s)
		}
		return fmt.Sprintf("ws://127.0.0.1:%d", port)
	case <-time.After(startLimit):
		t.Fatalf("%s printed no port in %v", program, startLimit)
	}
	return ""
}

// runClient runs a client to its end, or kills it when ctx is done.
func runClient(ctx context.Context, name, program string, args ...string) error {
	dir, err := directory(name)
	if err != nil {
		return err
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Stderr, cmd.WaitDelay = dir, &stderr, stopLimit
	stdin, err := cmd.StdinPipe() // as in startServer
	if err != nil {
		return err
	}
	defer stdin.Close()
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return fmt.Errorf("%s: %w\n%s", program, err, &stderr)
	}
	return nil
}
