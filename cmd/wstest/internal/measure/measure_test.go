package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/cases/corpus"
	"gobahn/cmd/wstest/internal/echo"
	"gobahn/fuzzer"
	"gobahn/wire"
)

func TestCounter(t *testing.T) {
	frame := func(b0 byte, payload int) []byte {
		h := wire.Header{FIN: b0&0x80 != 0, RSV: b0 >> 4 & 7, Opcode: cases.Op(b0 & 15), Masked: payload%2 > 0, Length: uint64(payload)}
		return wire.AppendFrame(nil, h, make([]byte, payload), false)
	}
	var stream []byte
	for _, f := range [][]byte{
		frame(0x81, 0), frame(0xc2, 125), frame(0x89, 3), // two messages, a ping
		frame(0x01, 126), frame(0x8a, 0), frame(0x00, 0), frame(0x80, 70000), // one in fragments
		frame(0x02, 5), frame(0x80, 0), // one that ends with an empty frame
		frame(0x88, 2),
	} {
		stream = append(stream, f...)
	}
	want := []event{messageEnded, messageEnded, messageEnded, messageEnded, closeBegun}
	for _, piece := range []int{1, 2, 7, 4096, len(stream)} {
		var c counter
		var got []event
		for b := stream; len(b) > 0; {
			part := b[:min(piece, len(b))]
			b = b[len(part):]
			for len(part) > 0 {
				var e event
				if e, part = c.next(part); e != nothingYet {
					got = append(got, e)
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("in pieces of %d (-want +got)\n%s", piece, diff)
		}
	}
}

// What the floor sends has as many octets as what the tester sends, case by case,
// and comes back.
func TestFloorSendsWhatTheTesterSends(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- echo.Serve(ctx, ln) }()
	defer func() { stop(); <-served }()

	list := shortened()
	prepared, err := prepare(ctx, list, false, func(d *cases.Deflate) (*cases.DeflateParams, error) {
		return agreement(ctx, ln.Addr().String(), d)
	})
	if err != nil {
		t.Fatal(err)
	}
	floor := make(map[cases.ID]int)
	for _, r := range prepared {
		floor[r.id] = r.octets()
		if err := r.play(ctx, ln.Addr().String()); err != nil {
			t.Errorf("%s: %v", r.id, err)
		}
	}
	tester := make(map[cases.ID]int)
	client := fuzzer.Client{URL: "ws://" + ln.Addr().String()}
	err = client.Run(ctx, list, func(p fuzzer.Played) error {
		if p.Observation.Traffic != nil {
			tester[p.Case.ID] = p.Observation.Traffic.Outgoing.Wire
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(tester) != len(list) {
		t.Errorf("the tester played %d cases to their end, want %d", len(tester), len(list))
	}
	if diff := cmp.Diff(tester, floor); diff != "" {
		t.Errorf("octets of frames (-tester +floor)\n%s", diff)
	}
}

// shortened are Echo cases of all kinds, with at most 5 messages: every fifth of those
// in the catalogue, but for messages of more than 1 MiB.
func shortened() (list []cases.Case) {
	for i, c := range cases.Catalogue {
		if one, ok := c.Script[0].(cases.Echo); ok && i%5 == 0 && one.Message.Payload.Size() <= 1<<20 {
			one.Count = min(one.Count, 5)
			c.Script, c.Accept = cases.Script{one}, cases.Exactly(cases.Echoed{Count: one.Count})
			list = append(list, c)
		}
	}
	return list
}

// A client that echoes plays all Echo cases that it can with the floor, to their end.
func TestFloorPlaysWithAClient(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	type outcome struct {
		figures
		err error
	}
	served := make(chan outcome, 1)
	go func() {
		f, err := serveReplays(ctx, ln, shortened())
		served <- outcome{f, err}
	}()
	if err := echo.Drive(ctx, "ws://"+ln.Addr().String(), agent, nil); err != nil {
		t.Fatal(err)
	}
	got := <-served
	if got.err != nil {
		t.Fatal(got.err)
	}
	// With the tester, too, there are cases in which it has nothing to agree on, or does
	// not take the answer.
	if got.Cases != 33 || len(got.Failed) != 21 {
		t.Errorf("%d cases, %d failed, want 33 and 21", got.Cases, len(got.Failed))
	}
	for _, id := range got.Failed {
		if !strings.HasPrefix(id, "12.") && !strings.HasPrefix(id, "13.1.") {
			t.Errorf("%s was not played to its end", id)
		}
	}
}

// With context takeover the first reading of a corpus is compressed otherwise than
// those that follow, and what was prepared of both makes one stream.
func TestFloorFollowsTheCompressor(t *testing.T) {
	for _, noTakeover := range []bool{false, true} {
		d := wire.Direction{Bits: 9, NoTakeover: noTakeover}
		one := cases.Echo{Count: 1000, Message: cases.Message{Payload: cases.Corpus("json", 16<<10), Fragment: 1 << 10}}
		p, err := frames(one, d, true, rand.NewChaCha8([32]byte{}))
		if err != nil {
			t.Fatal(err)
		}
		reel, err := corpus.NewReel("json", 16<<10, true)
		if err != nil {
			t.Fatal(err)
		}
		inflater := wire.NewInflater(d.Bits, d.NoTakeover)
		defer inflater.Release()
		for i := range 3*p.period + 1 {
			var plain []byte
			emit := func(b []byte) error { plain = append(plain, b...); return nil }
			if err := inflater.Inflate(unframed(t, one.Message, p.at(i)), 0, emit); err != nil {
				t.Fatalf("message %d: %v", i, err)
			}
			if !bytes.Equal(plain, reel.At(i)) {
				t.Fatalf("message %d is another", i)
			}
		}
	}
}

// unframed is the payload of a compressed message, whose frames are checked.
func unframed(t *testing.T, m cases.Message, b []byte) (payload []byte) {
	t.Helper()
	b = bytes.Clone(b)
	var d wire.Decoder
	in, ended := false, false
	for len(b) > 0 {
		part, rest, ok := d.Next(b)
		if b = rest; !ok || ended {
			t.Fatal("there is more than a message")
		}
		if part.Begin && part.Header.Faults(wire.Context{FromClient: true, InMessage: in, Compressed: true}) != 0 {
			t.Fatalf("%+v is wrong", part.Header)
		}
		if part.Header.Length > uint64(m.Fragment) {
			t.Fatalf("a frame of %d octets, want %d", part.Header.Length, m.Fragment)
		}
		payload = append(payload, part.Payload...)
		in, ended = true, part.Header.FIN
	}
	if !ended {
		t.Fatal("the message does not end")
	}
	return payload
}

func TestMedian(t *testing.T) {
	run := func(n int) figures {
		d := time.Duration(n) * time.Second
		u := usage{User: d, System: 10 * d, Peak: int64(n) << 20}
		return figures{Wall: d, Tester: u, Peer: u, Cases: 517, Failed: make([]string, n/9)}
	}
	got := median([]figures{run(3), run(9), run(1), run(2), run(5)})
	want := run(3)
	want.Failed = []string{""} // one run that failed is not to be hidden
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestProfileGroups(t *testing.T) {
	const traces = `File: wstest
Type: cpu
-----------+-------------------------------------------------------
     1.50s   internal/runtime/syscall/linux.Syscall6
             syscall.Syscall
             syscall.Read (inline)
             gobahn/wire.(*Conn).read
-----------+-------------------------------------------------------
      10ms   runtime.memmove
             gobahn/wire.(*Inflater).copy
-----------+-------------------------------------------------------
      20ms   runtime.memmove (inline)
             gobahn/fuzzer.body.appendTo
-----------+-------------------------------------------------------
`
	stacks, err := readTraces(strings.NewReader(traces))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	printGroups(&out, stacks)
	want := []string{
		"| of 1.5 s sampled | CPU | share | mostly in |",
		"| the kernel, reading from the peer | 1.5 s | 98 % | `internal/runtime/syscall/linux.Syscall6` 1.5 |",
		"| copying | 0.0 s | 1 % | `runtime.memmove` 0.0 |",
		"| inflate | 0.0 s | 1 % | `runtime.memmove` 0.0 |",
	}
	lines := strings.Split(out.String(), "\n")
	if diff := cmp.Diff(want, []string{lines[0], lines[2], lines[3], lines[4]}); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
