package wire_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"runtime"
	"syscall"
	"testing"
	"time"

	"gobahn/cases"
	"gobahn/wire"
)

// limit bounds what ought to be quick, on a machine that has other work.
const limit = 5 * time.Second

// tcpPair is two ends of a TCP connection on the loopback interface. Both are
// closed when the test ends, and fail rather than wait for ever.
func tcpPair(t testing.TB) (ours, peer *net.TCPConn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	a, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	b.SetDeadline(time.Now().Add(2 * limit))
	return a.(*net.TCPConn), b.(*net.TCPConn)
}

// quickly fails the test if f takes longer than limit.
func quickly(t *testing.T, what string, f func()) {
	t.Helper()
	start := time.Now()
	f()
	if took := time.Since(start); took > limit {
		t.Errorf("%s took %v", what, took)
	}
}

// noneLeft fails the test if more goroutines run than before.
func noneLeft(t *testing.T, before int) {
	t.Helper()
	for end := time.Now().Add(limit); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}

// stuff sends until a write is blocked because the peer does not read.
func stuff(c *wire.Conn) {
	for range 64 {
		c.Send(make([]byte, 1<<20), whole)
	}
	c.Flush()
	time.Sleep(20 * time.Millisecond)
}

func TestOctetsArriveInOrderOverTCP(t *testing.T) {
	ours, peer := tcpPair(t)
	var rows int
	c := wire.NewConn(ours, func([]byte, int, bool) { rows++ })
	defer c.Close()
	var want []byte
	send := func(n int, w cases.Wire) {
		b := bytes.Repeat([]byte{byte(len(want))}, n)
		want = append(want, b...)
		c.Send(b, w)
	}
	for i := range 20 {
		send(i*i, whole)
		send(10+i, chop(1+i))
		send(100*i, synced)
		send(i*5000, chop(40000))
		c.Flush()
	}
	for range 3000 {
		send(3, whole) // more slices than one writev takes
	}
	got := make([]byte, len(want))
	read := make(chan error, 1)
	go func() { _, err := io.ReadFull(peer, got); read <- err }()
	drain(c)
	if err := <-read; err != nil || !bytes.Equal(got, want) {
		t.Errorf("other octets arrived (error %v)", err)
	}
	if rows < 3000 {
		t.Errorf("%d rows", rows)
	}
}

func TestCloseOverTCPLeavesNoGoroutine(t *testing.T) {
	for name, prepare := range map[string]func(c *wire.Conn, peer *net.TCPConn){
		"idle":                func(*wire.Conn, *net.TCPConn) {},
		"a read is not taken": func(_ *wire.Conn, peer *net.TCPConn) { peer.Write([]byte("unread")) },
		"a write is blocked":  func(c *wire.Conn, _ *net.TCPConn) { stuff(c) },
		"a write is blocked, reset asked for": func(c *wire.Conn, _ *net.TCPConn) {
			stuff(c)
			c.Reset()
		},
		"a write is blocked, half closed": func(c *wire.Conn, _ *net.TCPConn) {
			stuff(c)
			c.CloseWrite()
		},
		"the peer has gone": func(_ *wire.Conn, peer *net.TCPConn) { peer.Close() },
	} {
		before := runtime.NumGoroutine()
		ours, peer := tcpPair(t)
		c := wire.NewConn(ours, func([]byte, int, bool) {})
		quickly(t, name, func() {
			prepare(c, peer)
			c.Close()
		})
		noneLeft(t, before)
	}
}

func TestResetReachesThePeer(t *testing.T) {
	ours, peer := tcpPair(t)
	c := wire.NewConn(ours, func([]byte, int, bool) {})
	c.Reset()
	c.Close()
	if _, err := peer.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the peer reads %v, want a reset", err)
	}
}

func TestCloseEndsInOrder(t *testing.T) {
	ours, peer := tcpPair(t)
	c := wire.NewConn(ours, func([]byte, int, bool) {})
	c.Send([]byte("last"), whole)
	drain(c)
	c.Close()
	if got, err := io.ReadAll(peer); string(got) != "last" || err != nil {
		t.Errorf("the peer reads %q, error %v", got, err)
	}
}

func TestCloseWriteEndsOneDirection(t *testing.T) {
	ours, peer := tcpPair(t)
	c := wire.NewConn(ours, func([]byte, int, bool) {})
	defer c.Close()
	c.Send([]byte("last"), whole)
	drain(c)
	c.CloseWrite()
	if got, err := io.ReadAll(peer); string(got) != "last" || err != nil {
		t.Errorf("the peer reads %q, error %v", got, err)
	}
	if _, err := peer.Write([]byte("still open")); err != nil {
		t.Error(err)
	}
	if r := <-c.Reads(); string(r.Octets) != "still open" {
		t.Errorf("we read %q, error %v", r.Octets, r.Err)
	}
}

// tlsPair is a Conn on a TLS connection and the TLS connection of its peer.
func tlsPair(t *testing.T) (*wire.Conn, *recorder, *tls.Conn) {
	t.Helper()
	ours, peer := tcpPair(t)
	server := httptest.NewUnstartedServer(nil) // for its certificate
	server.StartTLS()
	defer server.Close()
	r := &recorder{Conn: ours}
	s := tls.Server(r, server.TLS)
	c := tls.Client(peer, &tls.Config{InsecureSkipVerify: true})
	shaken := make(chan error, 1)
	go func() { shaken <- c.Handshake() }()
	if err := s.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-shaken; err != nil {
		t.Fatal(err)
	}
	return wire.NewConn(s, func([]byte, int, bool) {}), r, c
}

func TestPlainSendsShareARecordOfTLS(t *testing.T) {
	c, r, peer := tlsPair(t)
	defer c.Close()
	before := len(r.written())
	for range 10 {
		c.Send([]byte("octets"), whole)
	}
	c.Send([]byte("alone"), synced)
	drain(c)
	if n := len(r.written()) - before; n != 2 {
		t.Errorf("%d records, want 2", n)
	}
	if _, err := io.ReadFull(peer, make([]byte, 65)); err != nil {
		t.Error(err)
	}
}

func TestBlockedWriteOverTLSHoldsNothingUp(t *testing.T) {
	before := runtime.NumGoroutine()
	for name, end := range map[string]func(c *wire.Conn){
		"Close":      func(*wire.Conn) {},
		"CloseWrite": (*wire.Conn).CloseWrite,
		"Reset":      (*wire.Conn).Reset,
	} {
		c, _, _ := tlsPair(t)
		stuff(c)
		quickly(t, name, func() {
			end(c)
			c.Close()
		})
	}
	noneLeft(t, before)
}
