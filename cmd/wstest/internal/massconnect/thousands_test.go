//go:build unix

package massconnect

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"gobahn/cmd/wstest/internal/echo"
	"gobahn/wire/leaks"
)

var thousands = flag.Int("massconnect.connections", 1000, "how many connections TestThousands opens to a server in another process")

// serverVariable makes the test binary that server.
const serverVariable = "MASSCONNECT_TEST_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(serverVariable) == "" {
		os.Exit(leaks.Watch(m).Run())
	}
	if err := server(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// server says where it listens, and serves until its standard input ends.
func server() error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("ws://" + ln.Addr().String())
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	return echo.Serve(ctx, ln)
}

// otherProcess starts the server, which has files of its own to open.
func otherProcess(t *testing.T) (uri string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), serverVariable+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = cmd.Wait() // the context of the test has killed it
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func TestThousands(t *testing.T) {
	began := time.Now()
	results, err := Run(t.Context(), Config{
		Servers:     []Server{{Name: "gorilla", URI: otherProcess(t)}},
		Connections: *thousands, BatchSize: 500, BatchDelay: 100 * time.Millisecond, RetryDelay: 200 * time.Millisecond,
		Hold: time.Second,
	}, func(p Progress) { t.Logf("%.1f s: %+v", p.Elapsed.Seconds(), p.Counts) })
	if err != nil {
		t.Fatal(err)
	}
	if got := results[0].Counts; got.Connected != *thousands || got.Lost != 0 {
		t.Errorf("got %+v", got)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	t.Log(results[0])
	t.Logf("all of it took %v; memory from the system %d MiB, largest resident set %d (KiB on Linux), CPU %v and %v of the kernel's",
		time.Since(began).Round(time.Millisecond), memory.Sys>>20, usage.Maxrss,
		time.Duration(usage.Utime.Nano()).Round(time.Millisecond), time.Duration(usage.Stime.Nano()).Round(time.Millisecond))
}
