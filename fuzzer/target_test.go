package fuzzer_test

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gobahn/fuzzer"
)

// wantScheme is how the error of an unknown scheme ends.
const wantScheme = "want ws://host:port/path, wss://host:port/path, ws+unix:/socket:/path or wss+unix:/socket:/path"

func TestTargetHasAllThatConnectingNeeds(t *testing.T) {
	tcp := func(address, server, host, uri string) fuzzer.Target {
		return fuzzer.Target{Network: "tcp", Address: address, ServerName: server, Host: host, RequestURI: uri}
	}
	secure := func(target fuzzer.Target) fuzzer.Target { target.TLS = true; return target }
	unix := func(address, uri string) fuzzer.Target {
		return fuzzer.Target{Network: "unix", Address: address, ServerName: "localhost", Host: "localhost", RequestURI: uri}
	}
	withUser := func(target fuzzer.Target, field string) fuzzer.Target { target.Authorization = field; return target }
	for raw, want := range map[string]fuzzer.Target{
		"ws://127.0.0.1:9001":         tcp("127.0.0.1:9001", "127.0.0.1", "127.0.0.1:9001", "/"),
		"ws://peer":                   tcp("peer:80", "peer", "peer", "/"),
		"WS://peer:":                  tcp("peer:80", "peer", "peer", "/"),
		"ws://peer:0080/":             tcp("peer:80", "peer", "peer", "/"),
		"ws://peer:443/":              tcp("peer:443", "peer", "peer:443", "/"),
		"wss://peer/":                 secure(tcp("peer:443", "peer", "peer", "/")),
		"wss://peer:80/":              secure(tcp("peer:80", "peer", "peer:80", "/")),
		"ws://[::1]/a/b?c=d":          tcp("[::1]:80", "::1", "[::1]", "/a/b?c=d"),
		"ws://[::1]:9001":             tcp("[::1]:9001", "::1", "[::1]:9001", "/"),
		"ws://[fe80::1%25eth0]:9001/": tcp("[fe80::1%eth0]:9001", "fe80::1", "[fe80::1]:9001", "/"),

		"ws://peer?a=b":           tcp("peer:80", "peer", "peer", "/?a=b"),
		"ws://peer/?":             tcp("peer:80", "peer", "peer", "/?"),
		"ws://peer//a/../b":       tcp("peer:80", "peer", "peer", "//a/../b"),
		"ws://peer/a%2Fb%20c%23":  tcp("peer:80", "peer", "peer", "/a%2Fb%20c%23"),
		"ws://peer/a b|é?c d={ü}": tcp("peer:80", "peer", "peer", "/a%20b%7C%C3%A9?c%20d=%7B%C3%BC%7D"),

		"ws://me:secret@peer/":  withUser(tcp("peer:80", "peer", "peer", "/"), "Basic bWU6c2VjcmV0"),
		"ws://me@peer/":         withUser(tcp("peer:80", "peer", "peer", "/"), "Basic bWU6"),
		"ws://me:%40%3A@peer/":  withUser(tcp("peer:80", "peer", "peer", "/"), "Basic bWU6QDo="),
		"ws+unix:/run/a.sock":   unix("/run/a.sock", "/"),
		"ws+unix:///run/a.sock": unix("/run/a.sock", "/"),
		"ws+unix:/run/a.sock:/": unix("/run/a.sock", "/"),

		"ws+unix:/run/a.sock:/b:c?d=/e:f": unix("/run/a.sock", "/b:c?d=/e:f"),
		"ws+unix:/run/a.sock?d":           unix("/run/a.sock", "/?d"),
		"ws+unix:/run/a%3Ab%3F.sock:/c":   unix("/run/a:b?.sock", "/c"),
		"ws+unix:/run/a%3A b.sock:/c%3Ad": unix("/run/a: b.sock", "/c%3Ad"),
		"wss+unix:/run/a.sock:/b":         secure(unix("/run/a.sock", "/b")),
	} {
		got, err := fuzzer.ParseTarget(raw)
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(fuzzer.Target{}, "URL")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", raw, diff)
		}
	}
}

func TestTargetThatIsWrongIsExplained(t *testing.T) {
	for raw, want := range map[string]string{
		"":                      wantScheme,
		"peer":                  `did you mean "ws://peer"?`,
		"peer:9001/a":           `did you mean "ws://peer:9001/a"?`,
		"127.0.0.1:9001":        `did you mean "ws://127.0.0.1:9001"?`,
		"http://peer:9001/a":    `did you mean "ws://peer:9001/a"?`,
		"unix:/run/ws.sock":     `did you mean "ws+unix:/run/ws.sock"?`,
		"HTTPS://peer":          `did you mean "wss://peer"?`,
		"tcp://peer":            wantScheme,
		":9001":                 wantScheme,
		"ws://peer/#a":          "a WebSocket has no fragment, write # as %23 (RFC 6455 3)",
		"ws://peer/#":           "a WebSocket has no fragment, write # as %23 (RFC 6455 3)",
		"ws://":                 "there is no host",
		"ws:peer":               "there is no host",
		"ws:///a":               "there is no host",
		"ws://:9001":            "there is no host",
		"ws://peer:x":           `invalid port ":x" after host`,
		"ws://peer:0":           "port 0 is not between 1 and 65535",
		"ws://peer:65536":       "port 65536 is not between 1 and 65535",
		"ws://::1:9001/":        "an IPv6 address is written in brackets: [::1]",
		"ws://%25":              "there is a % in the host, which belongs before the zone of an IPv6 address",
		"ws://]":                "there is a bracket in the host, which belongs around an IPv6 address",
		"ws://bücher.example/":  "the host is not ASCII: write its name as it is in DNS, with xn--",
		"ws://peer/a\r\nb: c":   "there is a control character at octet 11",
		"ws://peer/\u0085":      "there is a control character at octet 10",
		"ws://a%3Ab:c@peer/":    "there is a colon in the user's name (RFC 7617 2)",
		"ws://a:%0A@peer/":      "there is a control character in the user's name or password (RFC 7617 2)",
		"ws+unix://peer/a.sock": "a Unix socket has no host: write ws+unix:/path/to/socket",
		"ws+unix:a.sock":        "the path of the socket is not absolute: write ws+unix:/path/to/socket",
		"ws+unix:/:/a":          "the path of the socket is not absolute: write ws+unix:/path/to/socket",
		"wss+unix:":             "the path of the socket is not absolute: write wss+unix:/path/to/socket",
		"ws+unix:/a%00b":        "there is a control character in the path of the socket",
		"ws+unix:/a:b.sock":     "what follows the colon after the socket does not begin with /: write a colon in the path of the socket as %3A",

		"ws+unix:/" + strings.Repeat("a", 107): "the path of the socket has 108 octets, the system allows 107",
	} {
		_, err := fuzzer.ParseTarget(raw)
		if err == nil || !strings.HasPrefix(err.Error(), `URL "`) || !strings.HasSuffix(err.Error(), `": `+want) {
			t.Errorf("%q: got error %v, want %q", raw, err, want)
		}
	}
}

func TestTargetIsShownWithoutItsPassword(t *testing.T) {
	target, err := fuzzer.ParseTarget("ws://me:secret@peer:9001/a?b")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := target.String(), "ws://me:xxxxx@peer:9001/a?b"; got != want {
		t.Errorf("shown as %q, want %q", got, want)
	}
	for _, raw := range []string{
		"ws://me:secret@peer:0/", "ws://me:secret@peer:x/", "ws://me:secret@/", "http://me:secret@peer/",
		"me:secret@peer/", "ws://me:secret@peer/#a", "ws://me:secret@peer/\n", "tcp://me:se@secret@peer",
	} {
		_, err := fuzzer.ParseTarget(raw)
		if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "me:xxxxx@") {
			t.Errorf("got error %v, want one with xxxxx for the password", err)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, raw := range []string{
		"ws://me:secret@peer:9001/a/b?c=d", "wss://[fe80::1%25eth0]/", "ws+unix:/run/a%3Ab.sock:/c?d", "http://peer", "peer:9001",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		target, err := fuzzer.ParseTarget(raw)
		if err != nil {
			return
		}
		for _, field := range []string{target.Host, target.RequestURI, target.Authorization} {
			for _, c := range []byte(field) {
				if c < ' ' || c >= 0x7f {
					t.Fatalf("%q: %q would break the request", raw, field)
				}
			}
		}
		if !strings.HasPrefix(target.RequestURI, "/") || strings.Contains(target.RequestURI, " ") || target.Host == "" {
			t.Fatalf("%q: request %q on %q", raw, target.RequestURI, target.Host)
		}
		if host, port, err := net.SplitHostPort(target.Address); target.Network == "tcp" && (err != nil || host == "" || port == "0") {
			t.Fatalf("%q: address %q: %v", raw, target.Address, err)
		}
	})
}

// dialled is a dialler that goes to one address whatever it is asked for.
type dialled struct{ address string }

func (d dialled) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", d.address)
}

func TestTLSBeginsWithTheNameOfTheServer(t *testing.T) {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	config := server.TLS.Clone()
	hellos := make(chan *tls.ClientHelloInfo, 1)
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		hellos <- hello
		return nil, nil
	}
	ln, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go accept(ln)
	for _, test := range []struct{ url, given, want string }{
		{"wss://example.com/", "", "example.com"},
		{"wss://peer.example:9001/", "example.com", "example.com"},
		{"wss://127.0.0.1/", "", ""}, // RFC 6066 3: addresses are not sent
		{"wss+unix:/run/a.sock", "", "localhost"},
	} {
		target, err := fuzzer.ParseTarget(test.url)
		if err != nil {
			t.Fatal(err)
		}
		config := &tls.Config{InsecureSkipVerify: true, ServerName: test.given}
		nc, err := target.Dial(t.Context(), dialled{ln.Addr().String()}, config)
		if err != nil {
			t.Fatal(err)
		}
		nc.Close()
		hello := <-hellos
		if got := hello.ServerName; got != test.want {
			t.Errorf("%s: named %q, want %q", test.url, got, test.want)
		}
		if diff := cmp.Diff([]string{"http/1.1"}, hello.SupportedProtos); diff != "" {
			t.Errorf("%s: protocols (-want +got):\n%s", test.url, diff)
		}
		if config.ServerName != test.given || config.NextProtos != nil {
			t.Errorf("%s: the configuration given was changed", test.url)
		}
	}
}

// accept does the TLS handshake with each client of ln and waits for its end.
func accept(ln net.Listener) {
	for {
		nc, err := ln.Accept()
		if err != nil {
			return
		}
		go func() {
			_, _ = nc.Read(make([]byte, 1)) // which does the handshake first
			nc.Close()
		}()
	}
}

func TestDialSaysWhichStepHasFailed(t *testing.T) {
	secure, plain := httptest.NewUnstartedServer(nil), httptest.NewServer(nil)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // that its certificate is refused is meant
	secure.StartTLS()
	defer secure.Close()
	defer plain.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	rude, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer rude.Close()
	go func() {
		for nc, err := rude.Accept(); err == nil; nc, err = rude.Accept() {
			_, _ = nc.Read(make([]byte, 1<<16)) // else the close is a reset
			nc.Close()
		}
	}()
	socket := filepath.Join(t.TempDir(), "none")
	for _, test := range []struct{ url, err string }{
		{"wss://" + secure.Listener.Addr().String(), "TLS handshake with %: tls: failed to verify certificate: x509: "},
		{"wss://" + plain.Listener.Addr().String(), "TLS handshake with %: the server does not speak TLS, is it ws instead of wss? "},
		{"wss://" + rude.Addr().String(), "TLS handshake with %: the server closed the connection: EOF"},
		{"wss://" + closed.Listener.Addr().String(), "cannot reach %: dial tcp "},
		{"ws+unix:" + socket, "cannot reach %: dial unix " + socket},
		{"ws://" + plain.Listener.Addr().String(), ""},
	} {
		target, err := fuzzer.ParseTarget(test.url)
		if err != nil {
			t.Fatal(err)
		}
		nc, err := target.Dial(t.Context(), new(net.Dialer), nil)
		if err == nil {
			nc.Close()
		}
		want := strings.ReplaceAll(test.err, "%", test.url)
		if (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got error %v, want %q", test.url, err, want)
		}
	}
}

func TestUnixSocketIsDialled(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "a:b.sock")
	ln, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	target, err := fuzzer.ParseTarget("ws+unix:" + strings.ReplaceAll(socket, ":", "%3A") + ":/a")
	if err != nil {
		t.Fatal(err)
	}
	nc, err := target.Dial(t.Context(), new(net.Dialer), nil)
	if err != nil {
		t.Fatal(err)
	}
	nc.Close()
}

func TestTLSHandshakeEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target, err := fuzzer.ParseTarget("wss://peer/")
		if err != nil {
			t.Fatal(err)
		}
		silent := pipeDialler(func(nc net.Conn) {
			_, _ = io.Copy(io.Discard, nc)
			nc.Close()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = target.Dial(ctx, silent, nil)
		const want = "TLS handshake with wss://peer/: the server did not finish it in time: context deadline exceeded"
		if err == nil || err.Error() != want {
			t.Errorf("got error %v, want %q", err, want)
		}
	})
}
