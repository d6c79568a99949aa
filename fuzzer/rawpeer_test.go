package fuzzer_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// A rawPeer is an echo peer on bare octets, in either role. Without hooks it
// conforms to RFC 6455 and fails fast; each hook replaces one thing it does, so
// that a liar is as long as its lie.
type rawPeer struct {
	// request or response head to send; nil: the right one.
	head func(right []byte) []byte
	// frame handles a frame instead of the peer, if it returns true.
	frame func(p *rawPeer, h wire.Header, payload []byte) bool
	// message answers message i, from 0, instead of the peer, if it returns true.
	message func(p *rawPeer, i int, op cases.Op, plain []byte) bool
	// before is called when the WebSocket is open.
	before func(p *rawPeer)
	// ended is called when the peer would drop TCP, and drops it by returning.
	ended func(p *rawPeer)
	// lenient are the faults of headers that the peer looks past.
	lenient wire.Faults
	// key gives the masking keys of a client; nil: they are random.
	key func() [4]byte
	// params are what the peer wants of permessage-deflate; nil: nothing.
	params *cases.DeflateParams

	nc     net.Conn
	client bool // we are the client
	dec    wire.Decoder
	open   cases.Op
	whole  []byte
	text   wire.UTF8
	n      int // messages received

	compressor *wire.Compressor // nil: permessage-deflate was not agreed on
	inflater   *wire.Inflater
	packed     bool // the message being received is compressed
}

// agree notes what was agreed on.
func (p *rawPeer) agree(agreed *cases.DeflateParams) {
	if agreed != nil {
		send, receive := wire.Directions(*agreed, !p.client)
		p.compressor = wire.NewCompressor(send.Bits, send.NoTakeover)
		p.inflater = wire.NewInflater(receive.Bits, receive.NoTakeover)
	}
}

var errEnd = errors.New("the connection has ended")

// send sends one frame, masked if the peer is a client.
func (p *rawPeer) send(f cases.Frame) {
	h := wire.FrameHeader(f, p.client, p.nextKey())
	p.nc.Write(wire.AppendFrame(nil, h, f.Payload.Octets(), f.Mask.Raw))
}

// nextKey is the masking key of the next frame.
func (p *rawPeer) nextKey() (key [4]byte) {
	if p.key != nil {
		return p.key()
	}
	rand.Read(key[:]) // never fails
	return key
}

// close sends a close frame and ends the conversation: a client then waits for
// the server to drop TCP.
func (p *rawPeer) close(code uint16) error {
	f := cases.Frame{Opcode: cases.OpClose}
	if code != 0 {
		f.Payload = cases.Close(code, "")
	}
	p.send(f)
	return errEnd
}

// serve plays a server on nc.
func (p *rawPeer) serve(nc net.Conn) {
	p.nc = nc
	defer nc.Close()
	b, n, err := readHead(nc)
	if err != nil {
		return
	}
	request, err := wire.ParseHead(b[:n])
	if err != nil {
		return
	}
	var answer string
	if p.params != nil {
		var agreed *cases.DeflateParams
		if agreed, answer, err = wire.AcceptDeflate(request, []cases.DeflateParams{*p.params}); err != nil {
			return
		}
		p.agree(agreed)
	}
	right := wire.Response(request, "raw", answer, "")
	p.run(right.Append(nil), b[n:])
}

// dial plays a client on nc.
func (p *rawPeer) dial(nc net.Conn, target string) {
	p.nc, p.client = nc, true
	defer nc.Close()
	host := "fuzzer"
	if tcp, ok := nc.RemoteAddr().(*net.TCPAddr); ok {
		host = tcp.String()
	}
	opening := wire.Opening{Target: target, Host: host, UserAgent: "raw", Key: "AAAAAAAAAAAAAAAAAAAAAA=="}
	var offers []cases.DeflateParams
	if p.params != nil {
		offers = append(offers, *p.params)
		opening.Extensions = wire.Offers(offers)
	}
	request := opening.Request()
	octets := request.Append(nil)
	if p.head != nil {
		octets = p.head(octets)
	}
	nc.Write(octets)
	b, n, err := readHead(nc)
	if err != nil {
		return
	}
	p.head = nil
	if response, err := wire.ParseHead(b[:n]); err == nil {
		if agreed, _, err := wire.CheckDeflate(response, offers); err == nil {
			p.agree(agreed)
		}
	}
	p.run(nil, b[n:])
}

func (p *rawPeer) run(head, rest []byte) {
	if p.head != nil {
		head = p.head(head)
	}
	p.nc.Write(head)
	if p.before != nil {
		p.before(p)
	}
	p.loop(rest)
	if p.ended != nil {
		p.ended(p)
	}
	if p.client { // the server drops TCP (RFC 6455 7.1.1)
		p.nc.SetReadDeadline(time.Now().Add(10 * time.Second))
		for b := make([]byte, 4096); ; {
			if _, err := p.nc.Read(b); err != nil {
				return
			}
		}
	}
}

func readHead(nc net.Conn) (b []byte, n int, err error) {
	for {
		chunk := make([]byte, 4096)
		k, err := nc.Read(chunk)
		b = append(b, chunk[:k]...)
		if n := wire.HeadEnd(b); n > 0 {
			return b, n, nil
		}
		if err != nil {
			return nil, 0, err
		}
	}
}

// loop reads frames until the conversation ends.
func (p *rawPeer) loop(b []byte) {
	chunk := make([]byte, 64<<10)
	var payload []byte
	for {
		for len(b) > 0 {
			part, rest, ok := p.dec.Next(b)
			if b = rest; !ok {
				break
			}
			if part.Begin {
				payload = nil
			}
			payload = append(payload, part.Payload...)
			if p.part(part, payload) != nil {
				return
			}
		}
		n, err := p.nc.Read(chunk)
		if err != nil {
			return
		}
		b = chunk[:n]
	}
}

func (p *rawPeer) part(part wire.Part, payload []byte) error {
	h := part.Header
	if p.frame != nil {
		if part.End && p.frame(p, h, payload) {
			return nil
		}
	}
	if part.Begin {
		if h.Faults(wire.Context{FromClient: !p.client, InMessage: p.open != 0, Compressed: p.inflater != nil})&^p.lenient != 0 {
			return p.close(1002)
		}
		if h.Opcode == cases.OpText || h.Opcode == cases.OpBinary {
			p.open, p.whole, p.text = h.Opcode, nil, wire.UTF8{}
			p.packed = h.RSV == 4
		}
	}
	if h.Opcode.Control() {
		if part.End {
			return p.control(h.Opcode, payload)
		}
		return nil
	}
	p.whole = append(p.whole, part.Payload...)
	if p.packed {
		return p.unpack(part.End && h.FIN)
	}
	if p.open == cases.OpText && p.text.Write(part.Payload) >= 0 {
		return p.close(1007)
	}
	if part.End && h.FIN {
		if p.open == cases.OpText && p.text.End() >= 0 {
			return p.close(1007)
		}
		p.answer(p.whole)
	}
	return nil
}

// answer answers a message that is complete and valid.
func (p *rawPeer) answer(plain []byte) {
	op, i := p.open, p.n
	p.open = 0
	p.n++
	if p.message == nil || !p.message(p, i, op, plain) {
		p.echo(op, plain)
	}
}

// echo sends a message back, compressed if that was.
func (p *rawPeer) echo(op cases.Op, plain []byte) {
	if p.packed {
		p.sendPacked(op, p.compressor.Append(nil, plain))
	} else {
		p.send(cases.Opcode(op, string(plain)))
	}
}

// unpack answers a compressed message when all of it is there.
func (p *rawPeer) unpack(end bool) error {
	if !end {
		return nil
	}
	var plain []byte
	err := p.inflater.Inflate(p.whole, 0, func(b []byte) error { plain = append(plain, b...); return nil })
	if err != nil || p.open == cases.OpText && !utf8.Valid(plain) {
		return p.close(1007)
	}
	p.answer(plain)
	return nil
}

// sendPacked sends a compressed message.
func (p *rawPeer) sendPacked(op cases.Op, packed []byte) {
	p.send(cases.Opcode(op, string(packed)).Reserved(4))
}

func (p *rawPeer) control(op cases.Op, payload []byte) error {
	switch {
	case op == cases.OpPing:
		p.send(cases.Pong(string(payload)))
	case op == cases.OpClose && len(payload) == 0:
		return p.close(0)
	case op == cases.OpClose:
		code := uint16(0)
		if len(payload) >= 2 {
			code = uint16(payload[0])<<8 | uint16(payload[1])
		}
		switch {
		case len(payload) == 1 || !cases.CloseCodeAllowed(code):
			return p.close(1002)
		case !utf8.Valid(payload[2:]):
			return p.close(1007)
		}
		return p.close(code)
	}
	return nil
}

// pipeDialler connects the engine to a peer in memory.
type pipeDialler func(nc net.Conn)

func (d pipeDialler) DialContext(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	go d(theirs)
	return ours, nil
}

// testServer plays list against a raw peer as the server, in virtual time.
func testServer(t *testing.T, newPeer func() *rawPeer, list []cases.Case) (played []fuzzer.Played) {
	t.Helper()
	return testServerUnder(t, cases.Autobahn, newPeer, list)
}

// testServerUnder is testServer under a profile.
func testServerUnder(t *testing.T, profile cases.Profile, newPeer func() *rawPeer, list []cases.Case) (played []fuzzer.Played) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client := fuzzer.Client{
			Config: fuzzer.Config{Profile: profile, Dialler: pipeDialler(func(nc net.Conn) { newPeer().serve(nc) })},
			URL:    "ws://peer", Agent: "raw", Parallel: 1,
		}
		err := client.Run(t.Context(), list, func(p fuzzer.Played) error {
			played = append(played, p)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Hour) // until the last peer has ended
	})
	return played
}

// testClient plays list against a raw peer as the client, in virtual time.
func testClient(t *testing.T, newPeer func() *rawPeer, list []cases.Case) []fuzzer.Played {
	t.Helper()
	return testClientWith(t, newPeer, list, fuzzer.Config{})
}

// testClientUnder is testClient under a profile.
func testClientUnder(t *testing.T, profile cases.Profile, newPeer func() *rawPeer, list []cases.Case) []fuzzer.Played {
	t.Helper()
	return testClientWith(t, newPeer, list, fuzzer.Config{Profile: profile})
}

// testClientWith is testClient of an engine with this configuration.
func testClientWith(t *testing.T, newPeer func() *rawPeer, list []cases.Case, config fuzzer.Config) []fuzzer.Played {
	t.Helper()
	return testClientTurns(t, newPeer, list, len(list), config)
}

// testClientTurns is testClientWith for cases that have so many numbers.
func testClientTurns(t *testing.T, newPeer func() *rawPeer, list []cases.Case, turns int, config fuzzer.Config) (played []fuzzer.Played) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ln := newPipeListener()
		ctx, stop := context.WithCancel(t.Context())
		server := fuzzer.Server{Config: config, Cases: list, OnResult: func(p fuzzer.Played) error {
			if !p.More {
				played = append(played, p)
			}
			return nil
		}}
		turns := 0
		for _, c := range list {
			turns += len(c.Parts())
		}
		done := make(chan error)
		go func() { done <- server.Serve(ctx, ln) }()
		for i := range turns {
			nc, err := ln.dial(ctx)
			if err != nil {
				t.Error(err)
				break
			}
			newPeer().dial(nc, fmt.Sprintf("/runCase?case=%d&agent=raw", i+1))
		}
		synctest.Wait()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return played
}

// A pipeListener is a listener in memory.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipeListener() *pipeListener {
	return &pipeListener{make(chan net.Conn), make(chan struct{})}
}

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.conns <- theirs:
		return ours, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case nc := <-l.conns:
		return nc, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	select {
	case <-l.closed:
	default:
		close(l.closed)
	}
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

func find(t *testing.T, ids ...cases.ID) (list []cases.Case) {
	t.Helper()
	for _, id := range ids {
		n := len(list)
		for _, c := range cases.Catalogue {
			if c.ID == id {
				list = append(list, c)
			}
		}
		if len(list) == n {
			t.Fatalf("no case %s", id)
		}
	}
	return list
}
