package fuzzer_test

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net"
	"time"
	"unicode/utf8"

	"gobahn/cases"
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
	// key gives the masking keys of a client; nil: they are random, the same for the
	// same target.
	key func() [4]byte
	// asked is called with the request that a server got.
	asked func(request wire.Head)
	// lax has a client go on whatever the answer says of extensions.
	lax bool
	// params are what the peer wants of permessage-deflate; nil: nothing.
	params *cases.DeflateParams
	// deflate is called when that has been agreed on.
	deflate func(p *rawPeer, agreed cases.DeflateParams)
	// valid reports whether a text message, of which a part has just come, can be UTF-8,
	// instead of the peer.
	valid func(p *rawPeer, part wire.Part) bool
	// fail fails the connection instead of the peer.
	fail func(p *rawPeer, code uint16) error
	// closing answers a close frame instead of the peer.
	closing func(p *rawPeer, payload []byte) error
	// header changes the header of a frame that arrives.
	header func(p *rawPeer, h wire.Header) wire.Header
	// sending changes a frame before it is sent.
	sending func(p *rawPeer, f cases.Frame) cases.Frame
	// reading changes what was read.
	reading func(p *rawPeer, b []byte) []byte

	nc     net.Conn
	seed   string
	keys   *rand.ChaCha8
	client bool // we are the client
	dec    wire.Decoder
	open   cases.Op
	whole  []byte
	text   wire.UTF8
	n      int // messages received
	begun  int // where the frame being received begins in whole

	over    error // set by a hook that ends the conversation
	inFrame bool  // a frame has begun and not ended
	count   int   // for hooks
	later   []cases.Frame

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
		if p.deflate != nil {
			p.deflate(p, *agreed)
		}
	}
}

var errEnd = errors.New("the connection has ended")

// send sends one frame, masked if the peer is a client.
func (p *rawPeer) send(f cases.Frame) {
	payload := f.Payload.Octets()
	f.Payload = cases.Payload{}
	p.sendOctets(f, payload)
}

// sendOctets sends f with a payload that is not in it.
func (p *rawPeer) sendOctets(f cases.Frame, payload []byte) {
	if p.sending != nil {
		f = p.sending(p, f)
	}
	length := uint64(len(payload))
	if f.Length.Claim == nil {
		f.Length.Claim = &length
	}
	h := wire.FrameHeader(f, p.client, p.nextKey())
	p.nc.Write(wire.AppendFrame(nil, h, payload, f.Mask.Raw))
}

// nextKey is the masking key of the next frame.
func (p *rawPeer) nextKey() (key [4]byte) {
	if p.key != nil {
		return p.key()
	}
	if p.keys == nil {
		p.keys = rand.NewChaCha8(sha256.Sum256([]byte(p.seed)))
	}
	p.keys.Read(key[:]) // never fails
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

// violated fails the connection.
func (p *rawPeer) violated(code uint16) error {
	if p.fail != nil {
		return p.fail(p, code)
	}
	return p.close(code)
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
	if p.asked != nil {
		p.asked(request)
	}
	var answer string
	if p.params != nil {
		var agreed *cases.DeflateParams
		if agreed, answer, err = wire.AcceptDeflate(request, []cases.DeflateParams{*p.params}); err != nil {
			nc.Write([]byte("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"))
			return
		}
		p.agree(agreed)
	}
	right := wire.Response(request, "raw", answer, "")
	p.run(right.Append(nil), b[n:])
}

// dial plays a client on nc.
func (p *rawPeer) dial(nc net.Conn, target string) {
	p.nc, p.client, p.seed = nc, true, target
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
		agreed, _, err := wire.CheckDeflate(response, offers)
		if err != nil && !p.lax {
			return
		}
		p.agree(agreed)
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
		p.nc.SetReadDeadline(time.Now().Add(time.Minute))
		p.drain()
	}
}

// drain reads until the connection ends.
func (p *rawPeer) drain() {
	for b := make([]byte, 4096); ; {
		if _, err := p.nc.Read(b); err != nil {
			return
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
		if p.reading != nil {
			b = p.reading(p, b)
		}
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
	if p.header != nil {
		part.Header = p.header(p, part.Header)
	}
	h := part.Header
	p.inFrame = !part.End
	if part.End && p.frame != nil && p.frame(p, h, payload) {
		return p.over
	}
	if part.Begin {
		context := wire.Context{FromClient: !p.client, InMessage: p.open != 0, Compressed: p.inflater != nil}
		if h.Faults(context)&^p.lenient != 0 {
			return p.violated(1002)
		}
		p.begin(h)
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
	if p.open == cases.OpText && !p.isText(part) {
		return p.violated(1007)
	}
	if part.End && h.FIN {
		p.answer(p.whole)
	}
	return p.over
}

// begin begins a frame, and the message that it begins.
func (p *rawPeer) begin(h wire.Header) {
	switch {
	case h.Opcode == cases.OpText || h.Opcode == cases.OpBinary:
		p.open = h.Opcode
	case !h.Opcode.Control() && (h.Opcode.Reserved() || p.open == 0): // which it ignores
		p.open = cases.OpBinary
	default:
		p.begun = len(p.whole)
		return
	}
	p.whole, p.begun, p.text = nil, 0, wire.UTF8{}
	p.packed = h.RSV&4 != 0 && p.inflater != nil
}

// isText reports whether a text message can be UTF-8.
func (p *rawPeer) isText(part wire.Part) bool {
	if p.valid != nil {
		return p.valid(p, part)
	}
	return p.text.Write(part.Payload) < 0 && (!part.End || !part.Header.FIN || p.text.End() < 0)
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
		p.sendOctets(cases.Frame{Opcode: op}, plain)
	}
}

// unpack answers a compressed message when all of it is there.
func (p *rawPeer) unpack(end bool) error {
	if !end {
		return nil
	}
	var plain []byte
	err := p.inflater.Inflate(p.whole, 0, func(b []byte) error { plain = append(plain, b...); return nil })
	if err != nil || p.open == cases.OpText && p.valid == nil && !utf8.Valid(plain) {
		return p.violated(1007)
	}
	p.answer(plain)
	return p.over
}

// sendPacked sends a compressed message.
func (p *rawPeer) sendPacked(op cases.Op, packed []byte) {
	p.sendOctets(cases.Frame{Opcode: op, RSV: 4}, packed)
}

func (p *rawPeer) control(op cases.Op, payload []byte) error {
	switch {
	case op == cases.OpPing:
		p.send(cases.Pong(string(payload)))
	case op == cases.OpClose && p.closing != nil:
		return p.closing(p, payload)
	case op == cases.OpClose:
		return p.answerClose(payload)
	}
	return nil
}

// answerClose answers a close frame with its own code.
func (p *rawPeer) answerClose(payload []byte) error {
	if len(payload) == 0 {
		return p.close(0)
	}
	code := closeCode(payload)
	switch {
	case !cases.CloseCodeAllowed(code):
		return p.violated(1002)
	case !utf8.Valid(payload[2:]):
		return p.violated(1007)
	}
	return p.close(code)
}

// closeCode is the code of a close frame; 0: there is none.
func closeCode(payload []byte) uint16 {
	if len(payload) < 2 {
		return 0
	}
	return binary.BigEndian.Uint16(payload)
}
