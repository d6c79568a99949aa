//go:build !linux

package wire

import "net"

// A tcpReader is to take a buffer when there is something to read. Here there is none:
// reading takes one before.
type tcpReader struct{}

func newTCPReader(*net.TCPConn, func() []byte, func()) *tcpReader { return nil }

func (*tcpReader) read() (int, error) { return 0, net.ErrClosed }
