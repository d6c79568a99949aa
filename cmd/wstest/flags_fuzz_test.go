package main

import (
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/wire"
)

// FuzzListenAddress wants an address that can be listened at, on all interfaces, or an
// error that quotes the URL.
func FuzzListenAddress(f *testing.F) {
	for _, seed := range []string{
		"ws://127.0.0.1:9001", "wss://[::1]", "WS://localhost:0/path?q#f", "ws://localhost:65536", "ws://a:1:2", "ws://::1:9001", "http://a", "ws://:80", "ws://u:p@a:", "ws://a:-1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		address, secure, err := listenAddress(raw)
		if err != nil {
			if address != "" || secure || !strings.HasPrefix(err.Error(), "URL "+strconv.Quote(raw)) {
				t.Errorf("%q: %q, TLS %t and %v", raw, address, secure, err)
			}
			return
		}
		host, port, err := net.SplitHostPort(address)
		if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || host != "" {
			t.Errorf("%q: address %q, port %d: %v, %v", raw, address, n, err, bad)
		}
		if secure != strings.HasPrefix(strings.ToLower(raw), "wss:") {
			t.Errorf("%q: TLS %t", raw, secure)
		}
	})
}

// FuzzShard wants a part that is not empty, in the order of the list, or an error that
// quotes what was asked for.
func FuzzShard(f *testing.F) {
	for _, seed := range []string{"1/1", "2/5", "5/2", "0/3", "1/1000", "+1/08", "1/-1", "1/2/3", " 1/2", "99999999999999999999/1"} {
		f.Add(seed)
	}
	list := cases.Catalogue[:60]
	f.Fuzz(func(t *testing.T, text string) {
		part, err := shardOf(list, text)
		if err != nil {
			if part != nil || !strings.HasPrefix(err.Error(), strconv.Quote(text)+": ") {
				t.Errorf("%q: %d cases and %v", text, len(part), err)
			}
			return
		}
		before, after, _ := strings.Cut(text, "/")
		i, _ := strconv.Atoi(before)
		n, _ := strconv.Atoi(after)
		if i < 1 || i > n || n > len(list) || len(part) == 0 || len(part) > len(list)-n+1 {
			t.Fatalf("%q: part %d of %d has %d of %d cases", text, i, n, len(part), len(list))
		}
		last := 0
		for _, c := range part {
			if cases.Number(c.ID) <= last {
				t.Errorf("%q: %s is there twice or out of order", text, c.ID)
			}
			last = cases.Number(c.ID)
		}
	})
}

// FuzzHeadFlags wants what --header, --cookie, --origin and --subprotocol say to be in the
// head of the request as it was said, and nothing else beside it; or an error.
func FuzzHeadFlags(f *testing.F) {
	f.Add("Authorization: Basic YTpi", "session=1; x=2", "http://a.example", "chat")
	f.Add("X:", "a=", "", "")
	f.Add("a b: c", "a b=c", "x\r\nY: z", "a b")
	f.Add("X: \x00", "=", "\x7f", "a,b")
	f.Add(" X : y\tz ", "a==", "é", "!#$%&'*+-.^_`|~")
	f.Add("Sec-WebSocket-Key: x", "\xff=\xff", "null", "")
	f.Fuzz(func(t *testing.T, header, cookie, origin, protocol string) {
		s := testServer{headers: []string{header}, cookies: []string{cookie}, origin: origin, subprotocols: []string{protocol}}
		if protocol == "" {
			s.subprotocols = nil
		}
		target, err := s.target("ws://127.0.0.1:9001", false)
		if err != nil {
			if text := err.Error(); !strings.HasPrefix(text, "--") || strings.ContainsAny(text, "\r\n\x00") {
				t.Errorf("error %q", text)
			}
			return
		}
		head := wire.Head{Line: "GET / HTTP/1.1"}
		for _, field := range fieldsOf(target) {
			head.Add(field.Name, field.Value)
		}
		if origin != "" {
			head.Add("Origin", target.Origin)
		}
		for _, name := range target.Protocols {
			head.Add("Sec-WebSocket-Protocol", name)
		}
		octets := head.Append(nil)
		if len(octets) > wire.MaxHead {
			return
		}
		read, err := wire.ParseHead(octets)
		if err != nil {
			t.Fatalf("what would be sent, %q, is no head: %v", octets, err)
		}
		if len(read.Fields) != len(head.Fields) {
			t.Fatalf("of %d fields %d are read in %q", len(head.Fields), len(read.Fields), octets)
		}
		for i, want := range head.Fields {
			want.Value = strings.Trim(want.Value, " \t") // which belongs to no value
			if diff := cmp.Diff(want, read.Fields[i]); diff != "" {
				t.Errorf("(-said +read)\n%s", diff)
			}
		}
	})
}
