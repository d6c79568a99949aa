package fuzzer_test

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

func TestAutomaticPings(t *testing.T) {
	opts := fuzzer.DefaultOptions()
	opts.AutoPingInterval, opts.AutoPingTimeout = 10*time.Second, 3*time.Second
	slow := cases.Case{
		ID: "x", Script: cases.Script{cases.Wait{For: 60 * cases.Second}, cases.Text("a")},
		Accept: cases.Exactly(cases.GotText("a")),
	}
	for _, tt := range []struct {
		name   string
		silent bool // the peer answers no ping
		opened time.Duration
		reason string
	}{
		{"a peer that answers", false, time.Minute, ""},
		{"a peer that does not", true, 13 * time.Second, "the peer did not answer an automatic ping in time"},
	} {
		o := one(t, slow, opts, rawPeer{frame: func(p *rawPeer, h wire.Header, payload []byte) bool {
			return tt.silent && h.Opcode == cases.OpPing
		}})
		if time.Duration(o.Duration) != tt.opened || o.Closing.NotCleanReason != tt.reason {
			t.Errorf("%s: open for %s, %q", tt.name, o.Duration, o.Closing.NotCleanReason)
		}
		if result := cases.Judge(slow, o); (result.Verdict == cases.OK) == tt.silent {
			t.Errorf("%s: %s", tt.name, result.Verdict)
		}
	}
}

func TestMaskingAndFragmentsFollowTheOptions(t *testing.T) {
	c := cases.Case{ID: "x", Script: cases.Script{cases.Message{Payload: cases.Of("abcde")}}, Accept: cases.Silence, Limit: cases.FailAfter(cases.Second)}
	for _, tt := range []struct {
		name   string
		set    func(*fuzzer.Options)
		want   []wire.Header
		octets string
	}{
		{"as usual", func(*fuzzer.Options) {}, []wire.Header{{FIN: true, Opcode: 1, Masked: true, Length: 5, Bits: 7}}, "abcde"},
		{"in fragments", func(o *fuzzer.Options) { o.AutoFragmentSize = 3 }, []wire.Header{
			{Opcode: 1, Masked: true, Length: 3, Bits: 7}, {FIN: true, Opcode: 0, Masked: true, Length: 2, Bits: 7},
		}, "abcde"},
		{"not masked", func(o *fuzzer.Options) { o.MaskClientFrames = false }, []wire.Header{{FIN: true, Opcode: 1, Length: 5, Bits: 7}}, "abcde"},
	} {
		opts := fuzzer.DefaultOptions()
		tt.set(&opts)
		var got []wire.Header
		var octets strings.Builder
		one(t, c, opts, rawPeer{frame: func(p *rawPeer, h wire.Header, payload []byte) bool {
			if h.Opcode == cases.OpClose {
				return false
			}
			h.Key = [4]byte{}
			got = append(got, h)
			octets.Write(payload)
			return true
		}})
		if diff := cmp.Diff(tt.want, got); diff != "" || octets.String() != tt.octets {
			t.Errorf("%s: %q (-want +got)\n%s", tt.name, &octets, diff)
		}
	}
}

// What is not masked really, though it has a key, is taken as it is.
func TestMasksForShow(t *testing.T) {
	opts := fuzzer.DefaultOptions()
	opts.ApplyMask = false
	c := cases.Case{ID: "x", Script: cases.Script{cases.Text("abcde")}, Accept: cases.Exactly(cases.GotText("abcde"))}
	o := one(t, c, opts, rawPeer{frame: func(p *rawPeer, h wire.Header, payload []byte) bool {
		if h.Opcode != cases.OpText {
			return false
		}
		wire.Mask(payload, h.Key, 0) // as it came
		p.send(cases.Text(string(payload)))
		return true
	}})
	if result := cases.Judge(c, o); result.Verdict != cases.OK {
		t.Errorf("%s: %s", result.Verdict, o.Events)
	}
}

func TestTimeLimitsAreScaledOrLeftOut(t *testing.T) {
	silent := rawPeer{frame: deaf}
	failing := cases.Case{ID: "x", Accept: cases.Exactly(cases.GotText("never"))}
	closing := cases.Case{ID: "x", Accept: cases.Exactly(cases.GotText("never")), Limit: cases.CloseAfter(cases.Second)}
	for _, tt := range []struct {
		name string
		set  func(*fuzzer.Options)
		c    cases.Case
		want time.Duration
	}{
		{"as usual", func(*fuzzer.Options) {}, failing, 2 * time.Second},
		{"scaled", func(o *fuzzer.Options) { o.TimeScale = 2.5 }, failing, 5 * time.Second},
		{"the case is about the time", func(o *fuzzer.Options) { o.TimeScale = 3 }, closing, 4 * time.Second},
		{"no close timeout", func(o *fuzzer.Options) { o.CloseHandshakeTimeout = 0 }, failing, 10*time.Minute + time.Second},
		{"no timeouts", func(o *fuzzer.Options) { o.NoTimeouts = true }, failing, 48 * time.Hour},
		{"no timeouts but the case's", func(o *fuzzer.Options) { o.NoTimeouts = true }, closing, 24*time.Hour + time.Second},
	} {
		opts := fuzzer.DefaultOptions()
		tt.set(&opts)
		if o := one(t, tt.c, opts, silent); time.Duration(o.Duration) != tt.want {
			t.Errorf("%s: open for %s, want %s", tt.name, o.Duration, tt.want)
		}
	}
}

func TestClientSendsWhatItIsToldTo(t *testing.T) {
	var got string
	synctest.Test(t, func(t *testing.T) {
		opts := fuzzer.DefaultOptions()
		opts.Version = 12
		client := fuzzer.Client{
			Config: fuzzer.Config{Options: &opts, Dialler: pipeDialler(func(nc net.Conn) { (&rawPeer{}).serve(nc) })},
			URL:    "ws://me:secret@peer/path?q", Origin: "http://here", Protocols: []string{"chat"},
			Fields: []wire.Field{{Name: "Cookie", Value: "a=b"}},
		}
		err := client.Run(t.Context(), find(t, "1.1.1"), func(p fuzzer.Played) error {
			got = p.Observation.Request
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	for _, want := range []string{
		"GET /path?q HTTP/1.1\r\n", "\r\nHost: peer\r\n", "\r\nSec-WebSocket-Version: 8\r\n", "\r\nSec-WebSocket-Origin: http://here\r\n",
		"\r\nSec-WebSocket-Protocol: chat\r\n", "\r\nCookie: a=b\r\n", "\r\nAuthorization: Basic bWU6c2VjcmV0\r\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the request lacks %q:\n%s", want, got)
		}
	}
}

func TestClientSkipsCases(t *testing.T) {
	for _, agent := range []string{"raw", ""} {
		var played, skipped []cases.ID
		synctest.Test(t, func(t *testing.T) {
			client := fuzzer.Client{
				Config: fuzzer.Config{Dialler: pipeDialler(func(nc net.Conn) { (&rawPeer{}).serve(nc) })},
				URL:    "ws://peer", Agent: agent,
				Skip:   func(agent string, id cases.ID) bool { return agent == "raw" && id != "1.1.2" },
				OnSkip: func(p fuzzer.Played) { skipped = append(skipped, p.Case.ID) },
			}
			err := client.Run(t.Context(), find(t, "1.1.1", "1.1.2", "1.1.3"), func(p fuzzer.Played) error {
				played = append(played, p.Case.ID)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		if diff := cmp.Diff([][]cases.ID{{"1.1.2"}, {"1.1.1", "1.1.3"}}, [][]cases.ID{played, skipped}); diff != "" {
			t.Errorf("agent %q: played and skipped (-want +got)\n%s", agent, diff)
		}
	}
}

// All of a case over TLS, in both roles: long and short messages, chops, and both
// endings.
func TestCasesOverTLS(t *testing.T) {
	list := find(t, "1.1.8", "1.1.6", "2.6", "3.6", "7.1.1", "9.1.1", "12.1.3", "10.1.1")
	upgrader := websocket.Upgrader{EnableCompression: true}
	echo := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := upgrader.Upgrade(w, r, nil); err == nil {
			defer c.Close()
			echoAll(c)
		}
	}))
	defer echo.Close()
	t.Run("as the client", func(t *testing.T) {
		client := fuzzer.Client{URL: "wss" + strings.TrimPrefix(echo.URL, "https"), TLS: &tls.Config{InsecureSkipVerify: true}}
		err := client.Run(t.Context(), list, func(p fuzzer.Played) error {
			if p.Result.Headline != "" {
				t.Error(p.Result.Explain(p.Case, p.Observation))
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("as the server", func(t *testing.T) {
		played := make(chan fuzzer.Played, len(list))
		address := startServer(t, &fuzzer.Server{
			Cases: list, TLS: &tls.Config{Certificates: echo.TLS.Certificates},
			OnResult: func(p fuzzer.Played) error { played <- p; return nil },
		})
		dialer := websocket.Dialer{EnableCompression: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
		for _, c := range list {
			if c.Deflate != nil { // gorilla cannot agree on it
				continue
			}
			conn, _, err := dialer.DialContext(t.Context(), "wss://"+address+"/runCase?agent=a&casetuple="+string(c.ID), nil)
			if err != nil {
				t.Fatal(err)
			}
			echoAll(conn)
			conn.Close()
			if p := <-played; p.Result.Headline != "" {
				t.Error(p.Result.Explain(p.Case, p.Observation))
			}
		}
	})
}
