package fuzzer_test

import (
	"net"
	"strings"
	"testing"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// BenchmarkEcho plays one case with an echo of each chapter that has any, as the
// client, over TCP. The peer does as little as a peer can, so that nearly all of it is
// the engine: what was prepared for one case is not there for the next.
func BenchmarkEcho(b *testing.B) {
	for _, bench := range []struct {
		id   cases.ID
		what string
	}{
		{"9.1.6", "16MiB-text"},
		{"9.2.6", "16MiB-binary"},
		{"9.3.1", "fragments-of-64"},
		{"9.5.1", "writes-of-64"},
		{"9.7.4", "1000x256-text"},
		{"9.8.6", "1000x4KiB-binary"},
		{"10.1.1", "fragments-of-1300"},
		{"12.1.5", "1000x4KiB-json"},
		{"12.2.10", "1000x128KiB-bitmap"},
		{"12.5.10", "1000x128KiB-pdf"},
		{"13.3.7", "1000x16KiB-json-9-bits"},
		{"13.4.7", "1000x16KiB-json-15-bits"},
	} {
		b.Run(string(bench.id)+"-"+bench.what, func(b *testing.B) { benchmarkCase(b, bench.id) })
	}
}

func benchmarkCase(b *testing.B, id cases.ID) {
	list, err := cases.Select(cases.Catalogue, []string{string(id)}, nil)
	if err != nil {
		b.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan struct{})
	go func() { defer close(served); serveMirrors(ln) }()
	defer func() { ln.Close(); <-served }()
	b.SetBytes(int64(echoed(list[0])))
	b.ReportAllocs()
	for b.Loop() {
		client := fuzzer.Client{URL: "ws://" + ln.Addr().String(), Agent: "mirror"}
		err := client.Run(b.Context(), list, func(p fuzzer.Played) error {
			if p.Result.Verdict != cases.OK || p.Result.CloseVerdict != cases.OK {
				b.Fatal(p.Result.Explain(p.Case, p.Observation))
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// echoed is how many octets, or characters of a corpus, the messages of c have.
func echoed(c cases.Case) (sum int) {
	for _, step := range c.Script {
		switch s := step.(type) {
		case cases.Message:
			sum += s.Payload.Size()
		case cases.Echo:
			sum += s.Count * s.Message.Payload.Size()
		}
	}
	return sum
}

// serveMirrors answers the connections of ln, one after the other.
func serveMirrors(ln net.Listener) {
	for {
		nc, err := ln.Accept()
		if err != nil {
			return
		}
		mirror(nc)
	}
}

// mirror is an echo server that sends every frame back while it comes in. It does not
// look into messages: with the same parameters both ways, what one compressor made is
// as good from the other.
func mirror(nc net.Conn) {
	defer nc.Close()
	b, n, err := readHead(nc)
	if err != nil {
		return
	}
	request, err := wire.ParseHead(b[:n])
	if err != nil {
		return
	}
	if _, err := nc.Write(wire.Response(request, "mirror", mirrored(request), "").Append(nil)); err != nil {
		return
	}
	var dec wire.Decoder
	in, out := make([]byte, 256<<10), make([]byte, 0, 512<<10)
	for b = b[n:]; ; b = in[:n] {
		out = out[:0]
		for len(b) > 0 {
			part, rest, ok := dec.Next(b)
			if b = rest; !ok {
				break
			}
			if h := part.Header; part.Begin {
				h.Masked = false
				out = h.Append(out)
			}
			out = append(out, part.Payload...)
			if part.End && part.Header.Opcode == cases.OpClose {
				_, _ = nc.Write(out)
				return
			}
		}
		if _, err := nc.Write(out); err != nil {
			return
		}
		if n, err = nc.Read(in); err != nil {
			return
		}
	}
}

// mirrored is an answer to the first offer of request that asks of the client what
// that wants of us; empty if it offers nothing.
func mirrored(request wire.Head) string {
	list, err := request.Extensions()
	if err != nil || len(list) == 0 {
		return ""
	}
	answer := []string{list[0].Name}
	for _, p := range list[0].Params {
		if side, ok := strings.CutPrefix(p.Name, "server_"); ok {
			answer = append(answer, p.String(), strings.Replace(p.String(), "server_"+side, "client_"+side, 1))
		}
	}
	return strings.Join(answer, "; ")
}
