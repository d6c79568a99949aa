//go:build unix

package launch_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gobahn/cmd/wstest/internal/launch"
	"gobahn/wire/leaks"
)

const (
	patience = 20 * time.Second // until what must come is there
	prompt   = time.Second      // in which what need not wait is done
)

// inHelper is set in the environment of a process that is this test, started by it
// to be killed.
const inHelper = "LAUNCH_TEST_HELPER"

// family starts two processes, prints their numbers and its own, and waits.
const family = `sleep 1000 & echo $!; sh -c 'echo $$; sleep 1001; :' & echo $$; wait`

func TestMain(m *testing.M) {
	if os.Getenv(inHelper) == "" {
		os.Exit(leaks.Watch(m).Run())
	}
	_, err := launch.Start(context.Background(), launch.Config{Args: []string{"/bin/sh", "-c", family}, Output: os.Stdout})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("started")
	time.Sleep(patience) // to be killed
}

// shell is the configuration of a script.
func shell(script string) launch.Config {
	return launch.Config{Args: []string{"/bin/sh", "-c", script}}
}

func start(t *testing.T, c launch.Config) *launch.Process {
	t.Helper()
	p, err := launch.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return p
}

// end waits until p has ended by itself.
func end(t *testing.T, p *launch.Process) {
	t.Helper()
	select {
	case <-p.Done():
	case <-time.After(patience):
		t.Fatal("it has not ended")
	}
}

// soon waits until something is so.
func soon(t *testing.T, what string, so func() bool) {
	t.Helper()
	for limit := time.Now().Add(patience); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// printed waits for the numbers of n processes that p has printed, of which all must
// be there.
func printed(t *testing.T, p *launch.Process, n int) (list []int) {
	t.Helper()
	soon(t, fmt.Sprintf("%d lines printed", n), func() bool { return len(strings.Fields(p.Tail())) == n })
	return numbers(t, p.Tail())
}

func numbers(t *testing.T, text string) (list []int) {
	t.Helper()
	for _, field := range strings.Fields(text) {
		pid, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, pid)
	}
	return list
}

// alive asks the system. An orphan of another process may have become our child: it
// is there until it is waited for.
func alive(pid int) bool {
	_, _ = syscall.Wait4(pid, nil, syscall.WNOHANG, nil)
	return syscall.Kill(pid, 0) == nil
}

// mustBeGone checks that the system has none of these processes.
func mustBeGone(t *testing.T, pids []int) {
	t.Helper()
	for _, pid := range pids {
		if alive(pid) {
			t.Errorf("process %d is left", pid)
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

func TestStopEndsTheWholeGroup(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, script string
		processes    int
		least, most  time.Duration // that stopping takes
	}{
		{"command with others", family, 3, 0, prompt},
		{"command that takes its time", `trap 'sleep 0.2; exit' TERM; echo $$; while :; do sleep 0.05; done`, 1, 200 * time.Millisecond, prompt},
		{"command that ignores SIGTERM", `trap '' TERM; echo $$; sleep 1000 & echo $!; wait`, 2, time.Second, 2 * time.Second},
		{"other that ignores SIGTERM", `sh -c 'trap "" TERM; echo $$; sleep 1000; :' & echo $$; wait`, 2, time.Second, 2 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := start(t, shell(test.script))
			pids := printed(t, p, test.processes)
			for _, pid := range pids {
				if !alive(pid) {
					t.Errorf("process %d has ended before it was stopped", pid)
				}
			}
			began := time.Now()
			p.Stop()
			if took := time.Since(began); took < test.least || took > test.most+prompt {
				t.Errorf("stopping took %v, want %v to %v", took, test.least, test.most)
			}
			mustBeGone(t, pids)
			if err := p.Err(); err != nil {
				t.Errorf("got error %v of a command that was stopped", err)
			}
			p.Stop() // again does no harm
		})
	}
}

func TestEndOfTheContextStopsTheCommand(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	p, err := launch.Start(ctx, shell(family))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	pids := printed(t, p, 3)
	cancel()
	end(t, p)
	mustBeGone(t, pids)
}

func TestWhatACommandLeavesBehindIsEnded(t *testing.T) {
	t.Parallel()
	p := start(t, shell(`sleep 1000 & echo $!; exit 4`))
	end(t, p)
	mustBeGone(t, printed(t, p, 1))
	if err := p.Err(); err == nil || err.Error() != "exit status 4" {
		t.Errorf("got error %v, want exit status 4", err)
	}
}

func TestCommandIsEndedEvenIfWeAreKilled(t *testing.T) {
	t.Parallel()
	helper := exec.Command(os.Args[0])
	helper.Env = append(os.Environ(), inHelper+"=1")
	out, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	var pids []int
	started := false
	for lines := bufio.NewScanner(out); (len(pids) < 3 || !started) && lines.Scan(); {
		if number, found := strings.CutPrefix(lines.Text(), "peer: "); found {
			pids = append(pids, numbers(t, number)...)
		} else {
			started = true
		}
	}
	if len(pids) != 3 || !started {
		t.Fatalf("it has printed %d numbers, started %t", len(pids), started)
	}
	_ = helper.Process.Kill()
	_ = helper.Wait()
	soon(t, "its processes have ended", func() bool { return !alive(pids[0]) && !alive(pids[1]) && !alive(pids[2]) })
}

// A process that leaves the group survives, but nobody waits for what it may print.
func TestNobodyWaitsForAProcessThatHasLeftTheGroup(t *testing.T) {
	t.Parallel()
	setsid, err := exec.LookPath("setsid")
	if err != nil {
		t.Skip("setsid is not installed")
	}
	p := start(t, shell(setsid+` sh -c 'echo $$; exec sleep 1000' & wait`))
	pids := printed(t, p, 1)
	defer syscall.Kill(pids[0], syscall.SIGKILL)
	began := time.Now()
	p.Stop()
	if took := time.Since(began); took > prompt {
		t.Errorf("stopping took %v", took)
	}
}

func TestCommandIsToldOfTheRun(t *testing.T) {
	t.Parallel()
	const script = `echo "$0 $1 $2"; echo "$WSTEST_URL $WSTEST_PORT ${WSTEST_AGENT-unset} $MORE"; pwd`
	dir := t.TempDir()
	var out bytes.Buffer
	p := start(t, launch.Config{
		Args:   []string{"/bin/sh", "-c", script, "url={url}", "{port}{port}", "{agent}{other}"},
		Values: launch.Values{URL: "ws://{port}:1/", Port: "9001"},
		Dir:    dir,
		Env:    []string{"MORE=more"},
		Output: &out,
	})
	end(t, p)
	lines := "url=ws://{port}:1/ 90019001 {agent}{other}\nws://{port}:1/ 9001 unset more\n" + dir
	if got := p.Tail(); got != lines {
		t.Errorf("got\n%s\nwant\n%s", got, lines)
	}
	if got, want := out.String(), "peer: "+strings.ReplaceAll(lines, "\n", "\npeer: ")+"\n"; got != want {
		t.Errorf("shown\n%s\nwant\n%s", got, want)
	}
	if err := p.Err(); err != nil {
		t.Error(err)
	}
}

// A client that takes a subprotocol is told that there is none.
func TestCommandIsToldThatThereIsNothingToOfferOrSend(t *testing.T) {
	t.Parallel()
	none, header := "", "X-Given: a\r\nX-More: b"
	p := start(t, launch.Config{
		Args:   []string{"/bin/sh", "-c", `echo "$# [$1] [$2] [${WSTEST_PROTOCOL-unset}] [$WSTEST_HEADER]"`, "sh", "{protocol}", "{header}"},
		Values: launch.Values{Protocol: &none, Header: &header},
	})
	end(t, p)
	shown := strings.ReplaceAll(header, "\r\n", "\n") // as the end of a line is
	if want := "2 [] [" + shown + "] [] [" + shown + "]"; p.Tail() != want {
		t.Errorf("got %q, want %q", p.Tail(), want)
	}
}

func TestOutputIsKeptWithinBounds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, script string
		tail         string // its end
	}{
		{"many lines", `yes 0123456789 | head -n 30000; echo end`, "0123456789\nend"},
		{"one long line", `head -c 3000000 /dev/zero | tr '\0' x; echo; echo end`, "xxxx\nend"},
		{"controls", `{ head -c 300000 /dev/zero; echo; echo end; } >&2`, `\x00` + "\nend"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := shell(test.script)
			var longest, total int
			c.Output = writerFunc(func(b []byte) (int, error) {
				longest, total = max(longest, len(b)), total+len(b)
				return len(b), nil
			})
			p := start(t, c)
			end(t, p)
			tail := p.Tail()
			if lines := strings.Count(tail, "\n") + 1; lines > 20 || len(tail) > 20*(4*4096+1) || !strings.HasSuffix(tail, test.tail) {
				t.Errorf("kept %d octets in %d lines, the last %.20q", len(tail), lines, tail[max(0, len(tail)-20):])
			}
			if longest > 5*4096 || total < 300000 {
				t.Errorf("shown %d octets, at most %d at once", total, longest)
			}
		})
	}
}

// A writerFunc is a function that is an io.Writer.
type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestOutputCannotMoveTheCursor(t *testing.T) {
	t.Parallel()
	p := start(t, shell(`printf 'a\tb\033[2Jc\rd\200\302\205é\ue\r\n'`))
	end(t, p)
	if got, want := p.Tail(), "a\tb\\x1b[2Jc\\x0dd\\x80\\u0085é\\ue"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// failing is a server that cannot be reached until the n-th time.
func failing(n int) func(context.Context) error {
	return func(ctx context.Context) error {
		if n--; n <= 0 {
			return nil
		}
		return errors.New("connection refused")
	}
}

const never = 1 << 30

func TestServerIsWaitedFor(t *testing.T) {
	t.Parallel()
	c := shell(`sleep 1000`)
	c.Ready = failing(5)
	p := start(t, c)
	select {
	case <-p.Done():
		t.Errorf("it has ended: %v", p.Err())
	default:
	}
}

func TestServerThatDoesNotGetReadyIsExplainedAndEnded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		script string
		wait   time.Duration
		ready  func(context.Context) error
		err    string
	}{
		{"echo cannot bind; exit 3", 0, failing(never),
			"sh ended before it could be reached, with exit status 3 (connection refused); it printed:\n    cannot bind"},
		{"exit 0", 0, failing(never),
			"sh ended before it could be reached, with exit status 0 (connection refused); it printed nothing"},
		{"kill -s KILL $$", 0, failing(never),
			"sh ended before it could be reached, with signal: killed (connection refused); it printed nothing"},
		{"echo loading; echo still; sleep 1000", 300 * time.Millisecond, failing(never),
			"sh could not be reached within 300ms (connection refused); it printed:\n    loading\n    still"},
		{"sleep 1000", 100 * time.Millisecond, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
			"sh could not be reached within 100ms (context deadline exceeded); it printed nothing"},
		{"sleep 1000", 0, failing(1),
			"cannot start sh: a server answers already where it is to be, stop that first"},
	} {
		c := shell(test.script)
		c.Ready, c.Wait = test.ready, test.wait
		_, err := launch.Start(t.Context(), c)
		if err == nil || err.Error() != test.err {
			t.Errorf("%s: got error\n%v\nwant\n%s", test.script, err, test.err)
		}
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	t.Parallel()
	why := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	c := shell(`echo $$; sleep 1000`)
	c.Ready = failing(never)
	r, w := io.Pipe()
	c.Output = w
	pids := make(chan int, 1)
	go func() {
		var pid int
		_, _ = fmt.Fscanf(r, "peer: %d\n", &pid)
		pids <- pid
		cancel(why)
		_, _ = io.Copy(io.Discard, r)
	}()
	_, err := launch.Start(ctx, c)
	w.Close()
	if !errors.Is(err, why) {
		t.Errorf("got error %v, want %v", err, why)
	}
	mustBeGone(t, []int{<-pids})
}

func TestCommandThatCannotBeStartedIsNamed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args []string
		err  string
	}{
		{nil, "there is no command to start"},
		{[]string{"no-such-server", "--port", "1"}, `cannot start no-such-server: exec: "no-such-server": executable file not found in $PATH`},
		{[]string{t.TempDir()}, "cannot start 001: fork/exec "},
	} {
		_, err := launch.Start(t.Context(), launch.Config{Args: test.args})
		if err == nil || !strings.HasPrefix(err.Error(), test.err) {
			t.Errorf("%q: got error %v, want %q", test.args, err, test.err)
		}
	}
}
