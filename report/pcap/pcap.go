// Package pcap writes the octets of a conversation as a pcapng file, which Wireshark
// opens and takes apart as WebSocket.
//
// The octets are those that were read and written. What carries them is made up: they
// are shown as TCP between 192.0.2.1, the tester, and 192.0.2.2, the peer, with the
// server on port 80, so that Wireshark takes them for HTTP whatever the port was.
// Acknowledgements go along with octets and have no packets of their own. Of a
// connection with TLS the octets are those inside.
package pcap

import (
	"fmt"
	"io"
	"net"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"gobahn/wire"
)

// A Conversation is what a file shows.
type Conversation struct {
	Capture *wire.Capture
	Server  bool      // the tester was the server, and the peer the client
	Started time.Time // when the connection was begun
	Ended   time.Time // when TCP was dropped
	ByUs    bool      // the tester dropped it
	Reset   bool      // with a reset
	Comment string    // about all of it, shown with the first packet
	Product string    // name and version of the tester
}

const (
	serverPort = 80
	clientPort = 49152

	// segment is how many octets a packet carries at most, which leaves room for the
	// heads in the 65,535 that IP allows.
	segment = 32 << 10
)

// Write writes one file.
func Write(w io.Writer, c Conversation) error {
	out, err := pcapgo.NewNgWriterInterface(w,
		pcapgo.NgInterface{Name: "tester", LinkType: layers.LinkTypeEthernet},
		pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: c.Product, Comment: c.Comment}})
	if err != nil {
		return err
	}
	p := packets{out: out, at: c.Started}
	us := &side{ip: net.IPv4(192, 0, 2, 1).To4(), mac: net.HardwareAddr{2, 0, 0, 0, 0, 1}, port: clientPort}
	peer := &side{ip: net.IPv4(192, 0, 2, 2).To4(), mac: net.HardwareAddr{2, 0, 0, 0, 0, 2}, port: serverPort}
	client, server := us, peer
	if c.Server {
		us.port, peer.port = serverPort, clientPort
		client, server = peer, us
	}
	p.open(client, server, c.Comment)
	for _, chunk := range c.Capture.Chunks {
		from, to := peer, us
		if chunk.Sent {
			from, to = us, peer
		}
		p.later(c.Started.Add(time.Duration(chunk.At)))
		p.octets(from, to, chunk.Octets)
	}
	p.later(c.Ended)
	us.next += uint32(c.Capture.LostSent)
	peer.next += uint32(c.Capture.LostReceived)
	first, second := peer, us
	if c.ByUs {
		first, second = us, peer
	}
	p.close(first, second, c.Reset, lost(c.Capture))
	if p.err != nil {
		return p.err
	}
	return out.Flush()
}

// lost says what is missing; empty: nothing.
func lost(c *wire.Capture) string {
	if c.LostSent+c.LostReceived == 0 {
		return ""
	}
	return fmt.Sprintf("Before this packet %d octets of the tester and %d of the peer are left out: only the first %d of a conversation are kept.",
		c.LostSent, c.LostReceived, c.Limit)
}

// A side is one end of the connection.
type side struct {
	mac  net.HardwareAddr
	ip   net.IP
	port layers.TCPPort
	next uint32 // sequence number of its next octet
}

// packets writes packets. After an error it writes none.
type packets struct {
	out    *pcapgo.NgWriter
	at     time.Time
	number uint16
	err    error
}

// later lets time pass until t, but not go back.
func (p *packets) later(t time.Time) {
	if t.After(p.at) {
		p.at = t
	}
}

// open is the handshake of TCP. Windows are as large as can be, so that nothing seems
// to wait for room.
func (p *packets) open(client, server *side, comment string) {
	options := []layers.TCPOption{
		{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{0xff, 0xd7}},
		{OptionType: layers.TCPOptionKindNop, OptionLength: 1},
		{OptionType: layers.TCPOptionKindWindowScale, OptionLength: 3, OptionData: []byte{14}},
	}
	p.send(client, server, layers.TCP{SYN: true, Options: options}, nil, comment)
	client.next++
	p.send(server, client, layers.TCP{SYN: true, ACK: true, Options: options}, nil, "")
	server.next++
	p.send(client, server, layers.TCP{ACK: true}, nil, "")
}

// octets sends octets, as many packets as it takes.
func (p *packets) octets(from, to *side, b []byte) {
	for len(b) > 0 {
		n := min(len(b), segment)
		p.send(from, to, layers.TCP{ACK: true, PSH: n == len(b)}, b[:n], "")
		from.next += uint32(n)
		b = b[n:]
	}
}

// close ends the connection: first drops it.
func (p *packets) close(first, second *side, reset bool, comment string) {
	if reset {
		p.send(first, second, layers.TCP{RST: true, ACK: true}, nil, comment)
		return
	}
	p.send(first, second, layers.TCP{FIN: true, ACK: true}, nil, comment)
	first.next++
	p.send(second, first, layers.TCP{FIN: true, ACK: true}, nil, "")
	second.next++
	p.send(first, second, layers.TCP{ACK: true}, nil, "")
}

// send writes one packet.
func (p *packets) send(from, to *side, tcp layers.TCP, payload []byte, comment string) {
	if p.err != nil {
		return
	}
	p.number++
	ethernet := layers.Ethernet{SrcMAC: from.mac, DstMAC: to.mac, EthernetType: layers.EthernetTypeIPv4}
	ip := layers.IPv4{
		Version: 4, TTL: 64, Id: p.number, Flags: layers.IPv4DontFragment,
		Protocol: layers.IPProtocolTCP, SrcIP: from.ip, DstIP: to.ip,
	}
	tcp.SrcPort, tcp.DstPort, tcp.Seq, tcp.Window = from.port, to.port, from.next, 0xffff
	if tcp.ACK {
		tcp.Ack = to.next
	}
	if p.err = tcp.SetNetworkLayerForChecksum(&ip); p.err != nil {
		return
	}
	buf := gopacket.NewSerializeBuffer()
	p.err = gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
		&ethernet, &ip, &tcp, gopacket.Payload(payload))
	if p.err != nil {
		return
	}
	var options pcapgo.NgPacketOptions
	if comment != "" {
		options.Comments = []string{comment}
	}
	info := gopacket.CaptureInfo{Timestamp: p.at, CaptureLength: len(buf.Bytes()), Length: len(buf.Bytes())}
	p.err = p.out.WritePacketWithOptions(info, buf.Bytes(), options)
}
