package fuzzer_test

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// A mortal is the process of a server that a text with RSV 3, which case 3.3 has, ends, or
// a ping, which case 2.1 has. It is its own keeper.
type mortal struct {
	ping   bool // it is a ping that ends it
	hangs  bool // it does not end, but answers nothing any more
	later  bool // it ends only when it is connected to, or waited for
	beside bool // only while there are other connections
	odd    bool // with company it answers with something else
	lives  int  // how often it can be started again

	mu     sync.Mutex
	open   map[net.Conn]bool
	doomed bool // it has had the text, and will end later
	ended  bool
	starts int
}

func (m *mortal) DialContext(context.Context, string, string) (net.Conn, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.doomed {
		m.end()
	}
	if m.ended && !m.hangs {
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}
	ours, theirs := net.Pipe()
	if m.open == nil {
		m.open = make(map[net.Conn]bool)
	}
	m.open[theirs] = true
	if !m.ended {
		go m.serve(theirs)
	}
	return ours, nil
}

func (m *mortal) serve(nc net.Conn) {
	pinged := false
	m.mu.Lock()
	life := m.starts
	m.mu.Unlock()
	(&rawPeer{frame: func(_ *rawPeer, h wire.Header, _ []byte) bool {
		if deadly := h.RSV == 3 && !m.ping || h.Opcode == cases.OpPing && m.ping; !deadly {
			return false
		}
		time.Sleep(time.Millisecond) // whoever is to be company has come
		m.mu.Lock()
		defer m.mu.Unlock()
		switch {
		case m.odd:
			pinged = true
			if len(m.open) < 2 {
				return false
			}
			_, _ = nc.Write([]byte{0x81, 1, 'x'})
			return true
		case m.beside && len(m.open) < 2:
		case m.later:
			m.doomed = true
		case m.hangs:
			m.end()
			m.mu.Unlock()
			_, _ = io.Copy(io.Discard, nc) // and answers nothing
			m.mu.Lock()
		default:
			m.end()
		}
		return m.hangs && m.ended
	}}).serve(nc)
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.open, nc)
	m.doomed = m.doomed || pinged && life == m.starts
}

// end ends the process, or has it hang. M is locked.
func (m *mortal) end() {
	m.ended, m.doomed = true, false
	for nc := range m.open {
		if !m.hangs {
			nc.Close()
		}
	}
}

func (m *mortal) Ended(wait time.Duration) string {
	time.Sleep(min(wait, time.Millisecond)) // whatever goes on has its effect
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.doomed && wait > 0 {
		m.end()
	}
	if m.ended && !m.hangs {
		return "exit status 2"
	}
	return ""
}

func (m *mortal) PID() int { return 0 }

func (m *mortal) Restart(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for nc := range m.open {
		nc.Close()
	}
	clear(m.open)
	if m.starts == m.lives {
		return errors.New("it is not started again")
	}
	m.starts++
	m.ended, m.doomed = false, false
	return nil
}

func TestServerThatEndsIsBlamedOnTheCaseThatEndedItAndTheRunGoesOn(t *testing.T) {
	list := find(t, "1.1.1", "1.1.2", "6.4.3", "7.1.1", "3.3", "9.1.3", "2.1", "10.1.1")
	for name, test := range map[string]struct {
		mortal   *mortal
		parallel int
		says     string
		failed   []cases.ID
		starts   int
	}{
		"one at a time":     {&mortal{lives: 5}, 1, "exit status 2", []cases.ID{"3.3"}, 1},
		"side by side":      {&mortal{lives: 5}, 0, "exit status 2", []cases.ID{"3.3"}, 2},
		"many side by side": {&mortal{lives: 5}, 20, "exit status 2", []cases.ID{"3.3"}, 2},
		"hangs":             {&mortal{lives: 5, hangs: true}, 1, "it answers no connection any more", []cases.ID{"3.3"}, 1},
		"hangs beside":      {&mortal{lives: 5, hangs: true}, 0, "it answers no connection any more", []cases.ID{"3.3"}, 2},
		"a little later":    {&mortal{lives: 5, later: true}, 1, "when the case was over", []cases.ID{"3.3"}, 2},
		"later, and beside": {&mortal{lives: 5, later: true}, 0, "when the case was over", []cases.ID{"3.3"}, 2},
		"for the last time": {&mortal{}, 1, "exit status 2", []cases.ID{"10.1.1", "2.1", "3.3", "9.1.3"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			results := make(map[cases.ID]fuzzer.Played)
			err := run(t, &fuzzer.Client{
				Config: fuzzer.Config{Dialler: test.mortal}, Keeper: test.mortal, Parallel: test.parallel,
			}, list, func(p fuzzer.Played) error {
				results[p.Case.ID] = p
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			var failed []cases.ID
			for _, one := range list {
				p, ok := results[one.ID]
				if died := p.Observation.Died != ""; !ok || died != (one.ID == "3.3") {
					t.Errorf("%s: played %t, died %q", one.ID, ok, p.Observation.Died)
				}
				if p.Result.Verdict == cases.Failed {
					failed = append(failed, one.ID)
				}
			}
			slices.Sort(failed)
			if diff := cmp.Diff(test.failed, failed); diff != "" {
				t.Errorf("failed (-want +got)\n%s", diff)
			}
			if r := results["3.3"].Result; !strings.Contains(r.Says, test.says) || r.Headline != cases.Harmed {
				t.Errorf("3.3: %+v", r)
			}
			if test.mortal.starts != test.starts {
				t.Errorf("started again %d times, want %d", test.mortal.starts, test.starts)
			}
		})
	}
}

// A case that ends well, and its server a little later, when other cases have begun.
func TestServerThatEndsInTheNextPhaseIsBlamedOnTheCaseBefore(t *testing.T) {
	flood := cases.Case{ID: "user/flood", Script: cases.Script{cases.Flood{Frame: cases.Pong("x"), Count: 3}}, Accept: cases.Silence}
	for name, next := range map[string]cases.Case{"side by side": find(t, "9.1.3")[0], "alone": flood} {
		t.Run(name, func(t *testing.T) {
			m := mortal{lives: 5, later: true, ping: true}
			list := append(find(t, "1.1.1", "2.1"), next)
			died := make(map[cases.ID]string)
			err := run(t, &fuzzer.Client{Config: fuzzer.Config{Dialler: &m}, Keeper: &m, Parallel: 2}, list, func(p fuzzer.Played) error {
				died[p.Case.ID] = p.Observation.Died
				return nil
			})
			want := map[cases.ID]string{"1.1.1": "", "2.1": "exit status 2, when the case was over", next.ID: ""}
			if diff := cmp.Diff(want, died); err != nil || diff != "" {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
		})
	}
}

// A server that hangs when it has had company, as the next case, which is played alone, sees.
func TestNobodyIsBlamedForAServerThatHangsAfterCompany(t *testing.T) {
	flood := cases.Case{ID: "user/flood", Script: cases.Script{cases.Flood{Frame: cases.Pong("x"), Count: 3}}, Accept: cases.Silence}
	m := mortal{lives: 5, later: true, ping: true, hangs: true, beside: true}
	died := make(map[cases.ID]string)
	err := run(t, &fuzzer.Client{Config: fuzzer.Config{Dialler: &m}, Keeper: &m, Parallel: 2}, append(find(t, "1.1.1", "6.4.3", "2.1"), flood), func(p fuzzer.Played) error {
		died[p.Case.ID] = p.Observation.Died
		return nil
	})
	want := map[cases.ID]string{"1.1.1": "", "6.4.3": "", "2.1": "", "user/flood": ""}
	if diff := cmp.Diff(want, died); err != nil || diff != "" || m.starts != 1 {
		t.Errorf("%v, started again %d times, want once (-want +got)\n%s", err, m.starts, diff)
	}
}

// A server that only ends while it has company.
func TestWhereNobodyCanBeBlamedAloneAllAre(t *testing.T) {
	list := find(t, "1.1.1", "6.4.3", "3.3")
	m := mortal{lives: 5, beside: true}
	var died []cases.ID
	err := run(t, &fuzzer.Client{Config: fuzzer.Config{Dialler: &m}, Keeper: &m}, list, func(p fuzzer.Played) error {
		if strings.Contains(p.Result.Says, "exit status 2, while 6.4.3, 3.3 was going on; played again alone, nothing ends it") {
			died = append(died, p.Case.ID)
		}
		return nil
	})
	if diff := cmp.Diff([]cases.ID{"6.4.3", "3.3"}, died); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

// A server for which the company was too much for a while, as on a busy machine: it was
// killed, and does nothing wrong when the cases are played alone.
func TestNobodyIsBlamedForAServerThatHangsOnlyInCompany(t *testing.T) {
	list := find(t, "1.1.1", "6.4.3", "3.3")
	m := mortal{lives: 5, beside: true, hangs: true}
	verdicts := make(map[cases.ID]cases.Verdict)
	err := run(t, &fuzzer.Client{Config: fuzzer.Config{Dialler: &m}, Keeper: &m}, list, func(p fuzzer.Played) error {
		verdicts[p.Case.ID] = p.Result.Verdict
		return nil
	})
	want := map[cases.ID]cases.Verdict{"1.1.1": cases.OK, "6.4.3": cases.OK, "3.3": cases.OK}
	if diff := cmp.Diff(want, verdicts); err != nil || diff != "" || m.starts == 0 {
		t.Errorf("%v, started again %d times (-want +got)\n%s", err, m.starts, diff)
	}
}
