package fuzzer_test

import (
	"bytes"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

func TestServerWithoutANameIsNamedByItsServerField(t *testing.T) {
	for field, want := range map[string]string{
		"": "UnknownServer", "Server: echo/1\r\n": "echo/1", "Server: " + strings.Repeat("x", 1000) + "\r\n": strings.Repeat("x", 500),
		"Server: " + strings.Repeat("日", 1000) + "\r\n": strings.Repeat("日", 166), "Server: a\xff\r\n": "a\xff",
	} {
		synctest.Test(t, func(t *testing.T) {
			peer := rawPeer{head: func(right []byte) []byte {
				right = bytes.Replace(right, []byte("Server: raw\r\n"), []byte(field), 1)
				return right
			}}
			client := fuzzer.Client{
				Config: fuzzer.Config{Dialler: pipeDialler(func(nc net.Conn) { p := peer; p.serve(nc) })},
				URL:    "ws://peer",
			}
			err := client.Run(t.Context(), find(t, "1.1.1", "1.1.2"), func(p fuzzer.Played) error {
				if p.Agent != want {
					t.Errorf("named %q, want %q", p.Agent, want)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			if name, err := client.Name(t.Context()); name != want || err != nil {
				t.Errorf("asked for its name: %q, %v, want %q", name, err, want)
			}
		})
	}
}

// A long message is held against what is expected without being kept.
func TestLongMessagesAreKnownByTheirDigest(t *testing.T) {
	octets := make([]byte, 1<<20+1000)
	rand.NewChaCha8([32]byte{}).Read(octets)
	for _, wrong := range []bool{false, true} {
		peer := rawPeer{before: func(p *rawPeer) {
			b := bytes.Clone(octets)
			if wrong {
				b[len(b)-1] ^= 1
			}
			header := wire.FrameHeader(cases.Binary(string(b)), false, [4]byte{})
			p.nc.Write(wire.AppendFrame(nil, header, b, false))
		}}
		c := cases.Case{ID: "x", Accept: cases.Exactly(cases.GotBinary(string(octets)))}
		o := one(t, c, fuzzer.DefaultOptions(), peer)
		got, ok := o.Events[0].(cases.Got)
		if !ok || got.Payload.Len != len(octets) || got.Payload.SHA256 == "" || len(got.Payload.Pattern()) != 64 {
			t.Fatalf("observed %s", o.Events)
		}
		if equal := c.Accept[0].Events.Equal(o.Events); equal == wrong {
			t.Errorf("one wrong octet %t: equal %t", wrong, equal)
		}
	}
}

func TestTextThatEndsInsideACharacterIsInvalid(t *testing.T) {
	peer := rawPeer{before: func(p *rawPeer) { p.send(cases.Text("\xce\xba\xe1\xbd")) }}
	o := one(t, cases.Case{ID: "x", Accept: cases.Exactly(cases.GotText("never"))}, fuzzer.DefaultOptions(), peer)
	if len(o.Faults) != 1 || o.Faults[0] != "text message is not UTF-8 from octet 4 on" || *o.Closing.LocalCode != 1007 {
		t.Errorf("faults %q, closing %s", o.Faults, o.Closing)
	}
}
