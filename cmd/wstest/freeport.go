package main

import (
	"math/rand/v2"
	"net"
	"strconv"
)

// The range that free ports are from. The system takes none of it for whoever asks for
// any port, so that nobody else gets one before the command listens there.
const (
	firstPort  = 10_000
	portsThere = 20_000
)

// freeAddress is an address of host on which nothing listens.
func freeAddress(host string) (address string, err error) {
	for range 100 {
		var ln net.Listener
		port := strconv.Itoa(firstPort + rand.IntN(portsThere))
		if ln, err = net.Listen("tcp", net.JoinHostPort(host, port)); err == nil {
			return ln.Addr().String(), ln.Close()
		}
	}
	return "", err
}
