package pcap

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"gobahn/cases"
	"gobahn/wire"
)

const (
	request = "GET /chat HTTP/1.1\r\nHost: x:9001\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
	response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: s3pPLBMiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)

var started = time.Date(2026, 4, 2, 15, 17, 24, 877_654_321, time.UTC)

// talk is a conversation in which we are the client: a ping octet by octet, a pong, a
// message of several packets, and our close frame answered.
func talk() Conversation {
	at := func(ms int) cases.Duration { return cases.Duration(ms) * cases.Second / 1000 }
	long := append([]byte{0x82, 0x7e, 0xff, 0xff}, bytes.Repeat([]byte("x"), 65535)...)
	return Conversation{
		Capture: &wire.Capture{Chunks: []wire.Chunk{
			{Sent: true, At: at(1), Octets: []byte(request)},
			{At: at(2), Octets: []byte(response)},
			{Sent: true, At: at(3), Octets: []byte{0x89}},
			{Sent: true, At: at(4), Octets: []byte{0x80, 1, 2, 3, 4}},
			{At: at(5), Octets: []byte{0x8a, 0}},
			{At: at(6), Octets: long},
			{Sent: true, At: at(7), Octets: []byte{0x88, 0x82, 1, 2, 3, 4, 0x02, 0xea}},
			{At: at(8), Octets: []byte{0x88, 2, 3, 0xe8}},
		}},
		Started: started, Ended: started.Add(9 * time.Millisecond),
		Comment: "Case 2.2: é OK", Product: "Gobahn/0.1.0",
	}
}

func written(t *testing.T, c Conversation) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, c); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A packet is one of a file.
type packet struct {
	at  time.Time
	tcp *layers.TCP
}

// read reads a file, and refuses checksums that are wrong.
func read(t *testing.T, file []byte) (list []packet) {
	t.Helper()
	r, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	for {
		data, info, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		p := gopacket.NewPacket(data, r.LinkType(), gopacket.Default)
		if e := p.ErrorLayer(); e != nil {
			t.Fatal(e.Error())
		}
		tcp := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
		if err := tcp.SetNetworkLayerForChecksum(p.NetworkLayer()); err != nil {
			t.Fatal(err)
		}
		if err, wrong := p.VerifyChecksums(); err != nil || len(wrong) > 0 {
			t.Errorf("packet %d: checksums %v %v", len(list)+1, err, wrong)
		}
		list = append(list, packet{info.Timestamp, tcp})
	}
}

// TestOctetsArriveInOrder follows the sequence numbers of both directions.
func TestOctetsArriveInOrder(t *testing.T) {
	for _, server := range []bool{false, true} {
		c := talk()
		c.Server = server
		got, next := make(map[bool][]byte), make(map[bool]uint32)
		ourPort := layers.TCPPort(clientPort)
		if server {
			ourPort = serverPort
		}
		var last time.Time
		for i, p := range read(t, written(t, c)) {
			sent := p.tcp.SrcPort == ourPort
			if p.tcp.Seq != next[sent] {
				t.Errorf("packet %d: sequence number %d, want %d", i+1, p.tcp.Seq, next[sent])
			}
			if p.tcp.ACK && p.tcp.Ack != next[!sent] {
				t.Errorf("packet %d: acknowledges %d, want %d", i+1, p.tcp.Ack, next[!sent])
			}
			if p.tcp.SYN || p.tcp.FIN {
				next[sent]++
			}
			next[sent] += uint32(len(p.tcp.Payload))
			got[sent] = append(got[sent], p.tcp.Payload...)
			if p.at.Before(last) {
				t.Errorf("packet %d: time goes back", i+1)
			}
			last = p.at
		}
		want := make(map[bool][]byte)
		for _, chunk := range c.Capture.Chunks {
			want[chunk.Sent] = append(want[chunk.Sent], chunk.Octets...)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("octets (-want +got):\n%.1000s", diff)
		}
		if !last.Equal(c.Ended) {
			t.Errorf("the last packet is at %v, want %v", last, c.Ended)
		}
	}
}

// flags shows who sent which packets without octets.
func flags(list []packet) (s []string) {
	for _, p := range list {
		if len(p.tcp.Payload) > 0 {
			continue
		}
		who := "peer"
		if p.tcp.SrcPort == clientPort {
			who = "we"
		}
		for _, f := range []struct {
			set  bool
			name string
		}{{p.tcp.SYN, "SYN"}, {p.tcp.FIN, "FIN"}, {p.tcp.RST, "RST"}, {p.tcp.ACK, "ACK"}} {
			if f.set {
				who += " " + f.name
			}
		}
		s = append(s, who)
	}
	return s
}

func TestConnectionsOpenAndEnd(t *testing.T) {
	begin := []string{"we SYN", "peer SYN ACK", "we ACK"}
	for _, tt := range []struct {
		name   string
		change func(*Conversation)
		want   []string
	}{
		{"the peer ends it", func(*Conversation) {}, []string{"peer FIN ACK", "we FIN ACK", "peer ACK"}},
		{"we end it", func(c *Conversation) { c.ByUs = true }, []string{"we FIN ACK", "peer FIN ACK", "we ACK"}},
		{"we reset it", func(c *Conversation) { c.ByUs, c.Reset = true, true }, []string{"we RST ACK"}},
		{"nothing was said", func(c *Conversation) { c.Capture = &wire.Capture{} }, []string{"peer FIN ACK", "we FIN ACK", "peer ACK"}},
	} {
		c := talk()
		tt.change(&c)
		if diff := cmp.Diff(append(begin[:3:3], tt.want...), flags(read(t, written(t, c)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestWhatIsLeftOutIsSaid has the capture end at its limit.
func TestWhatIsLeftOutIsSaid(t *testing.T) {
	c := talk()
	c.Capture.LostReceived = 5
	file := written(t, c)
	if !bytes.Contains(file, []byte("0 octets of the tester and 5 of the peer are left out")) {
		t.Error("the file does not say what is left out")
	}
	var got uint32
	for _, p := range read(t, file) {
		if p.tcp.FIN && p.tcp.SrcPort == serverPort {
			got = p.tcp.Seq
		}
	}
	want := uint32(1 + 5)
	for _, chunk := range c.Capture.Chunks {
		if !chunk.Sent {
			want += uint32(len(chunk.Octets))
		}
	}
	if got != want {
		t.Errorf("the last sequence number of the peer is %d, want %d", got, want)
	}
}

// TestWiresharkTakesItForWebSocket has tshark, if it is installed, dissect a file.
func TestWiresharkTakesItForWebSocket(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed")
	}
	file := filepath.Join(t.TempDir(), "x.pcapng")
	if err := os.WriteFile(file, written(t, talk()), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 60*time.Second)
	defer stop()
	args := []string{"-r", file, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-T", "fields", "-E", "separator=|"}
	for _, field := range []string{"frame.comment", "websocket.opcode", "ip.checksum.status", "tcp.checksum.status", "tcp.analysis.flags", "_ws.malformed"} {
		args = append(args, "-e", field)
	}
	out, err := exec.CommandContext(ctx, tshark, args...).Output()
	if err != nil {
		t.Fatalf("tshark: %v", err)
	}
	var opcodes []string
	for i, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		fields := strings.Split(line, "|")
		if want := map[int]string{0: talk().Comment}[i]; fields[0] != want {
			t.Errorf("packet %d: the comment is %q, want %q", i+1, fields[0], want)
		}
		if fields[1] != "" {
			opcodes = append(opcodes, fields[1])
		}
		if got := strings.Join(fields[2:], "|"); got != "1|1||" {
			t.Errorf("packet %d: checksums, analysis and dissection are %s, want good, good and nothing", i+1, got)
		}
	}
	if diff := cmp.Diff([]string{"9", "10", "2", "8", "8"}, opcodes); diff != "" {
		t.Errorf("opcodes (-want +got):\n%s", diff)
	}
}

func BenchmarkWrite(b *testing.B) {
	c := talk()
	b.ReportAllocs()
	for b.Loop() {
		if err := Write(io.Discard, c); err != nil {
			b.Fatal(err)
		}
	}
}
