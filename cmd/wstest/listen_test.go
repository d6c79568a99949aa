package main

import (
	"net"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// failing listens where errs, by network, has nothing else to say.
func failing(errs map[string]syscall.Errno) listenFunc {
	return func(network, address string) (net.Listener, error) {
		if errno, ok := errs[network]; ok {
			return nil, &net.OpError{Op: "listen", Net: network, Err: os.NewSyscallError("bind", errno)}
		}
		return net.Listen(network, address)
	}
}

// Where there is no IPv6, a server that listens on all interfaces listens on those with
// IPv4; one that is to listen on an address of IPv6 says that there is none.
func TestListeningWithoutIPv6(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.EAFNOSUPPORT, syscall.EADDRNOTAVAIL} {
		listen := failing(map[string]syscall.Errno{"tcp": errno})
		ln, err := listenTCP(listen, ":0")
		if err != nil {
			t.Errorf("%v: %v", errno, err)
			continue
		}
		if text := listeningOn(ln); !strings.HasPrefix(text, "Listening on 0.0.0.0:") || !strings.HasSuffix(text, ", on all interfaces") {
			t.Errorf("it says %q", text)
		}
		ln.Close()
		if ln, err := listenTCP(listen, "[::1]:0"); err == nil {
			ln.Close()
			t.Error("it listens on ::1")
		}
	}
}

func TestWhyNothingListens(t *testing.T) {
	for _, test := range []struct {
		address string
		errno   syscall.Errno
		want    string
	}{
		{":9001", syscall.EADDRINUSE, "address already in use: another program listens there (port 0 takes a free one)"},
		{":80", syscall.EACCES, "permission denied: port 80 is for root"},
		{"[::1]:9001", syscall.EADDRNOTAVAIL, "cannot assign requested address: ::1 is not an address of this machine"},
		{"[::1]:9001", syscall.EAFNOSUPPORT, "address family not supported by protocol: this machine has no such addresses"},
		{":9001", syscall.EMFILE, "too many open files"},
	} {
		_, err := listenTCP(failing(map[string]syscall.Errno{"tcp": test.errno}), test.address)
		if err == nil || err.Error() != "listen tcp: bind: "+test.want {
			t.Errorf("%s: got %v, want …%s", test.address, err, test.want)
		}
	}
}

// Every server says the address that it has got, also where it may be any.
func TestServersSayWhereTheyListen(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"test-client --listen 127.0.0.1:0 --webport 0", `\AGobahn .* Fuzzing Server \(Port %\), seed 1\nListening on 127\.0\.0\.1:%\n`},
		{"-m fuzzingserver -u 0 -w ws://127.0.0.1:0", `\AGobahn .* Fuzzing Server \(Port %\), seed 1\nListening on (\[::\]|0\.0\.0\.0):%, on all interfaces\n`},
		{"-m testeeserver -w ws://127.0.0.1:0", `\AGobahn .* Testee Server \(Port %\)\nListening on (\[::\]|0\.0\.0\.0):%, on all interfaces\n`},
		{"-m echoserver -w wss://127.0.0.1:0", `\AGobahn .* Echo Server \(Port % TLS\)\nListening on (\[::\]|0\.0\.0\.0):%, on all interfaces\n`},
		{"-m broadcastserver -w ws://127.0.0.1:0", `\AGobahn .* Broadcast Server \(Port %\)\nListening on (\[::\]|0\.0\.0\.0):%, on all interfaces\n`},
	} {
		args := strings.Fields(test.args)
		if strings.Contains(test.args, "port 0") || strings.Contains(test.args, "fuzzing") { // it writes reports
			args = append(args, "-o", t.TempDir())
		}
		m := start(t, args...)
		m.stop()
		if want := strings.ReplaceAll(test.want, "%", m.port); !regexp.MustCompile(want).MatchString(m.stdout.String()) {
			t.Errorf("%s says\n%swant %s", test.args, m.stdout, want)
		}
	}
}

// The web port is reached by those who reach the server, and it says whether that is all.
func TestWebPortListensWhereTheServerDoes(t *testing.T) {
	for _, test := range []struct {
		args string
		all  bool // who reach the machine
		want string
	}{
		{"test-client --listen 127.0.0.1:0 --webport %", false, "Browsers are tested at http://127.0.0.1:%/\n"},
		{"test-client --listen :0 --webport %", true, "Browsers are tested at http://localhost:%/ (on all interfaces)\n"},
		{"-m fuzzingserver -w ws://127.0.0.1:0 -u %", true, "Browsers are tested at http://localhost:%/ (on all interfaces)\n"},
	} {
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		web := port(free)
		free.Close()
		m := start(t, append(strings.Fields(strings.ReplaceAll(test.args, "%", web)), "-o", t.TempDir())...)
		end := time.Now().Add(20 * time.Second)
		for !reachable("127.0.0.1:"+web) && time.Now().Before(end) {
			time.Sleep(5 * time.Millisecond)
		}
		addresses, err := net.InterfaceAddrs()
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range addresses {
			ip, ok := a.(*net.IPNet)
			if ok && !ip.IP.IsLoopback() && ip.IP.To4() != nil && reachable(net.JoinHostPort(ip.IP.String(), web)) != test.all {
				t.Errorf("%s: it is reached at %s: %t", test.args, ip.IP, !test.all)
			}
		}
		m.stop()
		if want := strings.ReplaceAll(test.want, "%", web); !strings.Contains(m.stdout.String(), want) {
			t.Errorf("%s says\n%swant %s", test.args, m.stdout, want)
		}
	}
}
