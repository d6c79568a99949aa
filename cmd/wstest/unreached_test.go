package main

import (
	"context"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
)

// A failingDialler reaches nobody.
type failingDialler struct{ err error }

func (f failingDialler) DialContext(context.Context, string, string) (net.Conn, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: f.err}
}

// What keeps a server from being reached ends a run with status 3 and says why, as
// docs/faults.md has it. With -m a server that is not reached has failed, which is status
// 0; that this machine lacks something is no verdict there either.
func TestStatusWhereNoServerIsReached(t *testing.T) {
	connect := func(errno syscall.Errno) error { return os.NewSyscallError("connect", errno) }
	for _, test := range []struct {
		fault, url string
		err        error
		compat     int // exit status with -m
		want       string
	}{
		{"no file descriptor", "ws://peer:9001", os.NewSyscallError("socket", syscall.EMFILE), exitFailed,
			"this machine has no room for another connection: cannot reach ws://peer:9001: dial tcp: socket: too many open files: raise the limit (ulimit -Hn)"},
		{"name unknown", "ws://nowhere.example", &net.DNSError{Err: "no such host", Name: "nowhere.example", IsNotFound: true}, exitOK,
			"cannot reach ws://nowhere.example: there is no host nowhere.example: dial tcp: lookup nowhere.example: no such host"},
		{"name server silent", "ws://a.example", &net.DNSError{Err: "i/o timeout", Name: "a.example", Server: "192.0.2.1:53", IsTimeout: true, IsTemporary: true}, exitOK,
			"cannot reach ws://a.example: the name server did not say where a.example is: dial tcp: lookup a.example on 192.0.2.1:53: i/o timeout"},
		{"no IPv6", "ws://[::1]:9001", connect(syscall.EADDRNOTAVAIL), exitOK,
			"cannot reach ws://[::1]:9001: this machine has no IPv6 that leads to ::1: dial tcp: connect: cannot assign requested address"},
		{"no IPv6 at all", "ws://[::1]:9001", connect(syscall.EAFNOSUPPORT), exitOK,
			"cannot reach ws://[::1]:9001: this machine has no IPv6 that leads to ::1: dial tcp: connect: address family not supported by protocol"},
		{"server not there", "ws://127.0.0.1:9001", connect(syscall.ECONNREFUSED), exitOK,
			"cannot reach ws://127.0.0.1:9001: dial tcp: connect: connection refused"},
	} {
		for _, face := range []struct {
			args   []string
			status int
		}{
			{[]string{"test-server", test.url, "--cases", "1.1.*", "-o", t.TempDir()}, exitFailed},
			{[]string{"test-server", test.url, "--cases", "1.1.*", "--parallel", "1", "--fail-on", "never", "-o", t.TempDir()}, exitFailed},
			{[]string{"run", "1.1.1", test.url}, exitFailed},
			{[]string{"-m", "fuzzingclient", "-w", test.url, "-s", noServers(t), "--cases", "1.1.*", "-o", t.TempDir()}, test.compat},
			{[]string{"-m", "fuzzingclient", "-w", test.url, "-s", noServers(t), "--cases", "1.1.*", "--fail-on", "failed", "-o", t.TempDir()}, exitFailed},
		} {
			synctest.Test(t, func(t *testing.T) { // the time for an opening handshake passes at once
				var stdout, stderr strings.Builder
				status := runOver(t.Context(), failingDialler{test.err}, face.args, &stdout, &stderr)
				if status != face.status || stderr.String() != "wstest: "+test.want+"\n" {
					t.Errorf("%s, %q: exit status %d, want %d, and\n%swant wstest: %s", test.fault, face.args, status, face.status, &stderr, test.want)
				}
			})
		}
	}
}
