package fuzzer_test

import (
	"bytes"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// zeros is a message of so many MiB of zeros, at a thousandth of their length.
func zeros(mib int) []byte { return bytes.Repeat(mebibyte(), mib) }

// mebibyte is blocks that hold a MiB of zeros, and may follow each other.
var mebibyte = sync.OnceValue(func() []byte {
	return append(wire.NewCompressor(15, true).Append(nil, make([]byte, 1<<20)), wire.DeflateTail...)
})

// write sends a frame without making copies of it.
func (p *rawPeer) write(f cases.Frame, payload []byte) error {
	h := wire.FrameHeader(f, p.client, [4]byte{})
	h.Length, h.Bits = uint64(len(payload)), 0
	if _, err := p.nc.Write(h.Append(nil)); err != nil {
		return err
	}
	_, err := p.nc.Write(payload) // a key of zeros masks nothing
	return err
}

// allocated is how many octets are allocated while f runs.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestTooMuchEndsWithA1009(t *testing.T) {
	bomb, giant := zeros(100), zeros(10<<10)
	noise := make([]byte, 60<<10)
	for _, test := range []struct {
		name  string
		send  func(p *rawPeer)
		fault string
	}{
		{"100 MiB in 100 KiB", func(p *rawPeer) { p.write(cases.Binary("").Reserved(4), bomb) }, "more than "},
		{"10 GiB in 10 MiB", func(p *rawPeer) { p.write(cases.Binary("").Reserved(4), giant) }, "compressed message of more than "},
		{"a message that has no end", func(p *rawPeer) {
			f := cases.Binary("").Reserved(4).More()
			for p.write(f, noise) == nil {
				f = cases.Continue("").More()
				time.Sleep(time.Millisecond)
			}
		}, "compressed message of more than "},
		{"fragments of nothing without end", func(p *rawPeer) {
			f := cases.Binary("").Reserved(4).More()
			for p.write(f, nil) == nil {
				f = cases.Continue("").More()
				time.Sleep(time.Millisecond)
			}
		}, ""},
	} {
		for name, c := range map[string]cases.Case{
			"by itself": {ID: "x", Accept: cases.Exactly(cases.GotText("never")), Limit: cases.FailAfter(5 * cases.Second)},
			"as echo":   echoes(10, cases.Message{Binary: true, Payload: cases.Of("\x00")}),
		} {
			newPeer := func() *rawPeer {
				if name == "as echo" {
					return answering(1, func(p *rawPeer, _ cases.Op, _ []byte) { test.send(p) })()
				}
				return &rawPeer{params: &cases.DeflateParams{}, before: test.send}
			}
			t.Run(test.name+"/"+name, func(t *testing.T) {
				var verdict cases.Verdict
				used := allocated(func() {
					inBothRoles(t, negotiated(c), newPeer, func(t *testing.T, p fuzzer.Played) {
						verdict = p.Result.Verdict
						o := p.Observation
						if test.fault == "" {
							if took := time.Duration(o.Duration); took > time.Duration(c.Limit.Time())+2*time.Second {
								t.Errorf("took %s", took)
							}
							return
						}
						closedWith(t, p, 1009)
						faulty(t, p, test.fault)
						observed(t, p)
					})
				})
				if verdict != cases.Failed {
					t.Errorf("verdict %s", verdict)
				}
				if used > 100<<20 { // in both roles, and on both sides
					t.Errorf("%d octets were allocated", used)
				}
			})
		}
	}
}

// A long message that we have sent ourselves is no bomb when it comes back.
func TestLongEchoIsNotTooMuch(t *testing.T) {
	const mib = 70
	c := negotiated(echoes(1, cases.Message{Binary: true, Payload: cases.Repeat("\x00", mib<<20)}))
	newPeer := func() *rawPeer {
		return &rawPeer{params: &cases.DeflateParams{}, frame: func(p *rawPeer, h wire.Header, _ []byte) bool {
			if h.Opcode == cases.OpBinary {
				p.write(cases.Binary("").Reserved(4), append(zeros(mib), 0))
			}
			return h.Opcode == cases.OpBinary
		}}
	}
	p := testServer(t, newPeer, []cases.Case{c})[0]
	graded(t, p, cases.OK, cases.OK)
}

func TestPeerThatHardlyReadsEndsTheCaseAtItsLimit(t *testing.T) {
	slow := func(p *rawPeer) {
		for b := make([]byte, 1); ; time.Sleep(time.Second) {
			if _, err := p.nc.Read(b); err != nil {
				return
			}
		}
	}
	never := func(p *rawPeer) { time.Sleep(time.Hour) }
	for name, reads := range map[string]func(p *rawPeer){"an octet a second": slow, "nothing": never} {
		for _, id := range []cases.ID{"9.1.6", "9.2.6", "9.4.9", "9.5.1"} {
			c := find(t, id)[0]
			t.Run(name+"/"+string(id), func(t *testing.T) {
				used := allocated(func() {
					inBothRoles(t, c, func() *rawPeer { return &rawPeer{before: reads} }, func(t *testing.T, p fuzzer.Played) {
						graded(t, p, cases.Failed, cases.Unclean)
						o := p.Observation
						want := fmt.Sprintf("Did not receive message within %d seconds.", int(time.Duration(c.Limit.After).Seconds()))
						if limit, took := time.Duration(c.Limit.After), time.Duration(o.Duration); p.Result.Says != want || took < limit || took > limit+2*time.Second {
							t.Errorf("says %q, took %s", p.Result.Says, took)
						}
						if rowAt(o.Wirelog, func(r cases.Row) bool { return r.Kind == cases.CloseFired }) < 0 || o.Echoes > 0 || o.Traffic != nil {
							t.Errorf("echoes %d, traffic %+v", o.Echoes, o.Traffic)
						}
					})
				})
				if used > 20<<20 {
					t.Errorf("%d octets were allocated", used)
				}
			})
		}
	}
}
