package hostile

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// limit bounds a connection, should the fuzzer not end it.
const limit = 2 * time.Minute

// A peer is one connection to the fuzzer. Errors of writing do not matter to it: it
// goes on until reading fails, too.
type peer struct {
	*net.TCPConn
	in     *bufio.Reader
	heard  beginning // of what was read
	client bool
	target string // of a client's request
	done   <-chan struct{}
}

// Serve accepts connections on ln and behaves, until ctx ends.
func (b Behaviour) Serve(ctx context.Context, ln net.Listener) error {
	defer context.AfterFunc(ctx, func() { ln.Close() })()
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		nc, err := ln.Accept()
		if err != nil {
			if ctx.Err() != nil {
				err = nil
			}
			return err
		}
		wg.Go(func() { b.play(ctx, &peer{TCPConn: nc.(*net.TCPConn)}) })
	}
}

// Visit connects to the fuzzing server at address, asks for target, such as
// "/runCase?case=1&agent=a", and behaves. It returns when the connection has ended, with
// the first octets that it was sent.
func (b Behaviour) Visit(ctx context.Context, address, target string) (heard string, err error) {
	nc, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	p := &peer{TCPConn: nc.(*net.TCPConn), client: true, target: target}
	b.play(ctx, p)
	return string(p.heard), nil
}

// A beginning is the first octets that are written to it.
type beginning []byte

const maxBeginning = 100

func (b *beginning) Write(octets []byte) (int, error) {
	*b = append(*b, octets[:min(len(octets), maxBeginning-len(*b))]...)
	return len(octets), nil
}

func (b Behaviour) play(ctx context.Context, p *peer) {
	defer p.Close()
	defer context.AfterFunc(ctx, func() { p.Close() })()
	p.in, p.done = bufio.NewReader(io.TeeReader(p, &p.heard)), ctx.Done()
	_ = p.SetDeadline(time.Now().Add(limit)) // of a connection that is there
	b.act(p)
}

// send sends octets, and reports whether the connection took them.
func (p *peer) send(octets ...string) bool {
	_, err := io.WriteString(p, strings.Join(octets, ""))
	return err == nil
}

// slowly sends octets one at a time.
func (p *peer) slowly(octets string, pause time.Duration) {
	for i := range octets {
		if !p.send(octets[i:i+1]) || !p.wait(pause) {
			return
		}
	}
}

// wait waits, and reports whether there is reason to go on.
func (p *peer) wait(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-p.done:
		return false
	}
}

// drain reads until the fuzzer has ended the connection.
func (p *peer) drain() { _, _ = io.Copy(io.Discard, p.in) }

// besides reads what comes while act goes on.
func (p *peer) besides(act func()) {
	var reading sync.WaitGroup
	reading.Go(p.drain)
	act()
	_ = p.Close()
	reading.Wait()
}

// hold neither reads nor writes.
func (p *peer) hold() { p.wait(limit) }

// reset drops TCP with an RST.
func (p *peer) reset() {
	_ = p.SetLinger(0)
	_ = p.Close()
}

// head reads the head of a request or response.
func (p *peer) head() (head string, err error) {
	for !strings.HasSuffix(head, "\r\n\r\n") {
		line, err := p.in.ReadString('\n')
		if err != nil {
			return head, err
		}
		head += line
	}
	return head, nil
}

// openingHead is what p sends in the opening handshake, with further fields. A server reads the
// request first.
func (p *peer) openingHead(fields ...string) string {
	more := strings.Join(fields, "")
	if p.client {
		return "GET " + p.target + " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" + more + "\r\n"
	}
	request, err := p.head()
	if err != nil {
		return ""
	}
	return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + accept(request) + "\r\n" + more + "\r\n"
}

// accept is the answer to the key of a request (RFC 6455 4.2.2).
func accept(request string) string {
	_, rest, _ := strings.Cut(request, "Sec-WebSocket-Key: ")
	key, _, _ := strings.Cut(rest, "\r\n")
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// open completes the opening handshake. Octets that follow leave with it.
func (p *peer) open(follow ...string) {
	p.send(append([]string{p.openingHead()}, follow...)...)
	if p.client {
		_, _ = p.head() // if it fails, so does what follows
	}
}

// deflate opens with permessage-deflate, as far as the fuzzer offers or takes it.
func (p *peer) deflate() {
	p.send(p.openingHead("Sec-WebSocket-Extensions: permessage-deflate\r\n"))
	if p.client {
		_, _ = p.head()
	}
}

// frame is a frame with that first octet, masked as p has to, with a key of zeros.
func (p *peer) frame(first byte, payload string) string {
	return p.raw(first, uint64(len(payload)), 0, payload)
}

// raw is a frame whose length is given in that many bits, whatever its payload; 0: in
// as few as will do.
func (p *peer) raw(first byte, length uint64, bits int, payload string) string {
	head := []byte{first}
	switch {
	case bits == 0 && length < 126:
		head = append(head, byte(length))
	case bits == 16 || bits == 0 && length <= 0xffff:
		head = binary.BigEndian.AppendUint16(append(head, 126), uint16(length))
	default:
		head = binary.BigEndian.AppendUint64(append(head, 127), length)
	}
	if p.client {
		head[1] |= 0x80
		head = append(head, 0, 0, 0, 0)
	}
	return string(head) + payload
}

// The first octets of frames.
const (
	fin          = 0x80
	rsv1         = 0x40
	continuation = 0x0
	text         = 0x1
	binaryFrame  = 0x2
	closing      = 0x8
	ping         = 0x9
	pong         = 0xA
)

// message reads frames of the fuzzer until one is whole that is no control frame, or a
// close frame, and returns its first octet and payload.
func (p *peer) message() (first byte, payload string, err error) {
	for {
		first, payload, err = p.next()
		if err != nil || first&0x0f < closing || first&0x0f == closing {
			return first, payload, err
		}
	}
}

// maxKept bounds a frame that next returns.
const maxKept = 1 << 20

// next reads a frame of the fuzzer.
func (p *peer) next() (first byte, payload string, err error) {
	var head [2]byte
	if _, err := io.ReadFull(p.in, head[:]); err != nil {
		return 0, "", err
	}
	length := uint64(head[1] & 0x7f)
	if length >= 126 {
		b := make([]byte, 2+6*(length-126))
		if _, err := io.ReadFull(p.in, b); err != nil {
			return 0, "", err
		}
		length = 0
		for _, c := range b {
			length = length<<8 | uint64(c)
		}
	}
	var key [4]byte
	if head[1]&0x80 != 0 {
		if _, err := io.ReadFull(p.in, key[:]); err != nil {
			return 0, "", err
		}
	}
	if length > maxKept {
		return 0, "", errors.New("the frame is too long to keep")
	}
	b := make([]byte, length)
	if _, err := io.ReadFull(p.in, b); err != nil {
		return 0, "", err
	}
	for i := range b {
		b[i] ^= key[i%4]
	}
	return head[0], string(b), nil
}

// status is the payload of a close frame.
func status(code uint16, reason string) string {
	return string(binary.BigEndian.AppendUint16(nil, code)) + reason
}
