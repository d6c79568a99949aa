package main

import (
	"net"
	"strconv"
	"testing"
)

// A free port is none of those that the system gives to whoever asks for any.
func TestFreeAddress(t *testing.T) {
	seen := make(map[string]bool)
	for range 20 {
		address, err := freeAddress("127.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		host, port, err := net.SplitHostPort(address)
		n, _ := strconv.Atoi(port)
		if err != nil || host != "127.0.0.1" || n < firstPort || n >= 30000 {
			t.Errorf("got %s, %v", address, err)
		}
		ln, err := net.Listen("tcp", address)
		if err != nil {
			t.Errorf("%s is not free: %v", address, err)
			continue
		}
		ln.Close()
		seen[address] = true
	}
	if len(seen) < 10 {
		t.Errorf("20 times only %d ports", len(seen))
	}
	if _, err := freeAddress("192.0.2.1"); err == nil {
		t.Error("there is a free port of a host that is not ours")
	}
}
