package wire_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/wire"
)

// These tests play over pipes in memory, in the time of a bubble: synctest
// fails a test that leaves a goroutine behind or waits for what cannot happen.

// A recorder is a connection that notes every write.
type recorder struct {
	net.Conn
	mu     sync.Mutex
	writes []string
}

func (r *recorder) Write(b []byte) (int, error) {
	r.mu.Lock()
	r.writes = append(r.writes, string(b))
	r.mu.Unlock()
	return r.Conn.Write(b)
}

func (r *recorder) written() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.writes
}

// bubble calls f in a bubble with a Conn on a recorder, its peer, and the rows
// of what was handed over: the octets, and "!" behind those that leave alone.
func bubble(t *testing.T, f func(t *testing.T, c *wire.Conn, r *recorder, peer net.Conn, rows *[]string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ours, peer := net.Pipe()
		r := &recorder{Conn: ours}
		var rows []string
		c := wire.NewConn(r, func(b []byte, _ int, sync bool) {
			row := string(b)
			if sync {
				row += "!"
			}
			rows = append(rows, row)
		})
		f(t, c, r, peer, &rows)
		c.Close()
		peer.Close()
	})
}

// drain flushes until everything has left.
func drain(c *wire.Conn) {
	for c.Flush(); !c.Idle(); c.Flush() {
		c.Done(<-c.Wrote())
	}
}

var (
	whole  = cases.Wire{}
	synced = cases.Wire{Sync: true}
)

func chop(n int) cases.Wire { return cases.Wire{Chop: n} }

func TestWritesLeaveMergedOrAlone(t *testing.T) {
	type send struct {
		octets string
		wire   cases.Wire
	}
	tests := []struct {
		name   string
		sends  []send
		writes []string // as they reach the connection
		rows   []string // as they are logged
	}{
		{"nothing", nil, nil, nil},
		{"no octets", []send{{"", whole}, {"", synced}, {"", chop(1)}}, nil, nil},
		{"plain sends leave in one write", []send{{"a", whole}, {"bc", whole}, {"d", whole}},
			[]string{"abcd"}, []string{"a", "bc", "d"}},
		{"chops leave one by one", []send{{"abcde", chop(2)}},
			[]string{"ab", "cd", "e"}, []string{"ab!", "cd!", "e!"}},
		{"a chop of all the octets", []send{{"abc", chop(3)}},
			[]string{"abc"}, []string{"abc!"}},
		{"a chop longer than the octets", []send{{"abc", chop(9)}},
			[]string{"abc"}, []string{"abc!"}},
		{"chop and sync together", []send{{"abc", cases.Wire{Chop: 2, Sync: true}}},
			[]string{"ab", "c"}, []string{"ab!", "c!"}},
		{"sync leaves alone", []send{{"a", whole}, {"b", synced}, {"c", whole}, {"d", whole}},
			[]string{"a", "b", "cd"}, []string{"a", "b!", "c", "d"}},
		{"what follows chops waits", []send{{"ab", chop(1)}, {"cd", chop(1)}, {"e", whole}, {"f", whole}, {"gh", synced}},
			[]string{"a", "b", "c", "d", "ef", "gh"}, []string{"a!", "b!", "c!", "d!", "e", "f", "gh!"}},
		{"sync behind sync", []send{{"a", synced}, {"b", synced}},
			[]string{"a", "b"}, []string{"a!", "b!"}},
	}
	for _, tt := range tests {
		bubble(t, func(t *testing.T, c *wire.Conn, r *recorder, peer net.Conn, rows *[]string) {
			go io.Copy(io.Discard, peer)
			for _, s := range tt.sends {
				c.Send([]byte(s.octets), s.wire)
			}
			drain(c)
			if diff := cmp.Diff(tt.writes, r.written()); diff != "" {
				t.Errorf("%s: writes (-want +got):\n%s", tt.name, diff)
			}
			if diff := cmp.Diff(tt.rows, *rows); diff != "" {
				t.Errorf("%s: rows (-want +got):\n%s", tt.name, diff)
			}
		})
	}
}

func TestSendsWhileTheWriterIsBusyLeaveAtTheNextFlush(t *testing.T) {
	bubble(t, func(t *testing.T, c *wire.Conn, r *recorder, peer net.Conn, rows *[]string) {
		c.Send([]byte("a"), whole)
		c.Flush()
		c.Send([]byte("b"), whole)
		c.Flush() // the writer is busy: nothing happens
		c.Send([]byte("c"), whole)
		c.Send([]byte("d"), synced)
		c.Send([]byte("e"), whole)
		if diff := cmp.Diff([]string{"a", "b", "c"}, *rows); diff != "" {
			t.Errorf("rows before anything was read (-want +got):\n%s", diff)
		}
		go io.Copy(io.Discard, peer)
		drain(c)
		if diff := cmp.Diff([]string{"a", "bc", "d", "e"}, r.written()); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}
	})
}

func TestNothingLeavesWithoutFlush(t *testing.T) {
	bubble(t, func(t *testing.T, c *wire.Conn, r *recorder, peer net.Conn, _ *[]string) {
		c.Send([]byte("a"), whole)
		c.Send([]byte("b"), synced)
		synctest.Wait()
		if got := r.written(); got != nil {
			t.Errorf("writes: %q", got)
		}
	})
}

func TestLongMergedWritesAreComplete(t *testing.T) {
	bubble(t, func(t *testing.T, c *wire.Conn, _ *recorder, peer net.Conn, _ *[]string) {
		var want bytes.Buffer
		for n := range 700 {
			b := bytes.Repeat([]byte{byte(n)}, n*n%3000)
			want.Write(b)
			c.Send(b, whole)
		}
		got := make([]byte, want.Len())
		read := make(chan error)
		go func() { _, err := io.ReadFull(peer, got); read <- err }()
		drain(c)
		if err := <-read; err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("other octets arrived (error %v)", err)
		}
	})
}

func TestIdleAndPending(t *testing.T) {
	bubble(t, func(t *testing.T, c *wire.Conn, _ *recorder, peer net.Conn, _ *[]string) {
		check := func(when string, pending int) {
			t.Helper()
			if got := c.Pending(); got != pending || c.Idle() != (pending == 0) {
				t.Errorf("%s: %d pending, idle %t; want %d", when, got, c.Idle(), pending)
			}
		}
		check("at first", 0)
		c.Send([]byte("a"), whole)
		c.Send([]byte("b"), whole)
		check("handed over", 2)
		c.Flush()
		check("with the writer", 2)
		c.Send([]byte("cd"), chop(1))
		c.Send([]byte("e"), whole)
		check("queued behind them", 4)
		go io.Copy(io.Discard, peer)
		c.Done(<-c.Wrote())
		check("merged ones have left", 3) // "c", "d" and "e"
		c.Flush()
		check("all are with the writer", 3)
		drain(c)
		check("in the end", 0)
	})
}

func TestFailedWriteEndsSending(t *testing.T) {
	bubble(t, func(t *testing.T, c *wire.Conn, r *recorder, peer net.Conn, rows *[]string) {
		c.Send([]byte("a"), synced)
		c.Send([]byte("b"), synced)
		c.Flush()
		peer.Close()
		w := <-c.Wrote()
		if w.Err() == nil {
			t.Error("the write did not fail")
		}
		c.Done(w)
		if !c.Idle() || c.Pending() != 0 {
			t.Errorf("idle %t, %d pending, though nothing can be sent any more", c.Idle(), c.Pending())
		}
		c.Send([]byte("c"), whole)
		c.Flush()
		synctest.Wait()
		if diff := cmp.Diff([]string{"a!"}, *rows); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"a"}, r.written()); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}
	})
}

func TestPeerThatNeverReadsBlocksNothing(t *testing.T) {
	for _, w := range []cases.Wire{whole, synced, chop(1)} {
		bubble(t, func(t *testing.T, c *wire.Conn, _ *recorder, peer net.Conn, _ *[]string) {
			start := time.Now()
			for range 1000 {
				c.Send([]byte("octets"), w)
				c.Flush()
			}
			synctest.Wait() // the writer is in the middle of a write
			c.Close()
			if took := time.Since(start); took > 0 {
				t.Errorf("%+v: took %v", w, took)
			}
		})
	}
}

func TestCloseInTheMiddleOfEverything(t *testing.T) {
	tests := []struct {
		name   string
		before func(c *wire.Conn, peer net.Conn)
	}{
		{"nothing happened", func(*wire.Conn, net.Conn) {}},
		{"a read waits to be taken", func(_ *wire.Conn, peer net.Conn) { go peer.Write([]byte("unread")) }},
		{"a read was taken, another is there", func(c *wire.Conn, peer net.Conn) {
			go peer.Write([]byte("a"))
			c.Recycle(<-c.Reads())
			go peer.Write([]byte("b"))
			c.Reads()
		}},
		{"octets of a read are still in use", func(c *wire.Conn, peer net.Conn) {
			go peer.Write([]byte("a"))
			<-c.Reads()
			go peer.Write([]byte("b"))
		}},
		{"the owner has read by itself", func(c *wire.Conn, peer net.Conn) {
			go peer.Write([]byte("a"))
			r, _ := c.Read(time.Time{})
			c.Recycle(r)
		}},
		{"the peer has ended", func(_ *wire.Conn, peer net.Conn) { peer.Close() }},
		{"the end was read", func(c *wire.Conn, peer net.Conn) { peer.Close(); <-c.Reads() }},
		{"a write is blocked, another handed over", func(c *wire.Conn, _ net.Conn) {
			c.Send([]byte("a"), whole)
			c.Flush()
			c.Send([]byte("b"), whole)
			c.Send([]byte("c"), synced)
		}},
		{"the end of a write was not taken", func(c *wire.Conn, peer net.Conn) {
			go io.Copy(io.Discard, peer)
			c.Send([]byte("a"), whole)
			c.Flush()
		}},
		{"nothing more will be sent", func(c *wire.Conn, _ net.Conn) { c.CloseWrite() }},
		{"a reset was asked for", func(c *wire.Conn, _ net.Conn) { c.Reset() }},
	}
	for _, tt := range tests {
		bubble(t, func(t *testing.T, c *wire.Conn, _ *recorder, peer net.Conn, rows *[]string) {
			tt.before(c, peer)
			synctest.Wait()
			handed := len(*rows)
			start := time.Now()
			c.Close()
			if took := time.Since(start); took > 0 {
				t.Errorf("%s: took %v", tt.name, took)
			}
			c.Close()
			c.Send([]byte("late"), whole)
			c.Flush()
			if !c.Idle() || len(*rows) > handed {
				t.Errorf("%s: something was sent after the end", tt.name)
			}
		})
	}
}

func TestReadsArriveInOrderThenTheError(t *testing.T) {
	bubble(t, func(t *testing.T, c *wire.Conn, _ *recorder, peer net.Conn, _ *[]string) {
		sent := strings.Repeat("0123456789", 20000)
		go func() {
			io.WriteString(peer, sent)
			peer.Close()
		}()
		var got strings.Builder
		for {
			r := <-c.Reads()
			if r.Err != nil {
				if !errors.Is(r.Err, io.EOF) || len(r.Octets) > 0 {
					t.Errorf("the end: %q, error %v; want EOF", r.Octets, r.Err)
				}
				c.Recycle(r) // does no harm
				break
			}
			got.Write(r.Octets)
			c.Recycle(r)
		}
		if got.String() != sent {
			t.Errorf("%d octets arrived, not the %d sent", got.Len(), len(sent))
		}
		synctest.Wait()
		select {
		case r := <-c.Reads():
			t.Errorf("a read after the end: %+v", r)
		default:
		}
	})
}

func TestOwnerReadsByItself(t *testing.T) {
	bubble(t, func(t *testing.T, c *wire.Conn, _ *recorder, peer net.Conn, _ *[]string) {
		start := time.Now()
		if _, ok := c.Read(start.Add(time.Second)); ok || time.Since(start) != time.Second {
			t.Errorf("no octets: a read after %v", time.Since(start))
		}
		go peer.Write([]byte("a"))
		r, ok := c.Read(start.Add(2 * time.Second))
		if !ok || string(r.Octets) != "a" {
			t.Errorf("got %q, %t, want the octet that was sent", r.Octets, ok)
		}
		c.Recycle(r)
		time.Sleep(5 * time.Second) // the deadline of a read is none of the next
		go peer.Write([]byte("b"))
		if r := <-c.Reads(); string(r.Octets) != "b" || !c.Reading() {
			t.Errorf("got %q, error %v; want the octet that was sent", r.Octets, r.Err)
		} else {
			c.Recycle(r)
		}
		peer.Close()
		if r, ok := c.Read(time.Time{}); !ok || !errors.Is(r.Err, io.EOF) {
			t.Errorf("the end: %t, error %v; want EOF", ok, r.Err)
		}
	})
}

func TestInterruptEndsReads(t *testing.T) {
	bubble(t, func(t *testing.T, c *wire.Conn, _ *recorder, _ net.Conn, _ *[]string) {
		time.AfterFunc(time.Second, c.Interrupt)
		start := time.Now()
		if _, ok := c.Read(time.Time{}); ok || time.Since(start) != time.Second {
			t.Errorf("a read under way: %t after %v", ok, time.Since(start))
		}
		if _, ok := c.Read(start.Add(time.Hour)); ok || time.Since(start) != time.Second {
			t.Errorf("the next read: %t after %v", ok, time.Since(start))
		}
	})
}

func TestPeerThatFloodsIsReadOnlyAsFastAsReadsAreTaken(t *testing.T) {
	bubble(t, func(t *testing.T, c *wire.Conn, _ *recorder, peer net.Conn, _ *[]string) {
		accepted := make(chan int, 1)
		go func() {
			total := 0
			for {
				n, err := peer.Write(make([]byte, 1<<16))
				if total += n; err != nil {
					accepted <- total
					return
				}
			}
		}()
		synctest.Wait()
		first := <-c.Reads()
		first.Octets[0] = 'x'
		synctest.Wait() // it was not recycled: nothing more is read
		if len(c.Reads()) > 0 || first.Octets[0] != 'x' {
			t.Error("octets in use were read over")
		}
		c.Close()
		if n := <-accepted; n > 1<<16 {
			t.Errorf("%d octets were read ahead", n)
		}
	})
}

// What follows an Ask that leaves by itself waits until the peer has answered, if it
// does so in time.
func TestWhatFollowsAnAskWaitsForTheAnswer(t *testing.T) {
	for _, test := range []struct {
		name    string
		wire    cases.Wire
		answers time.Duration // 0: never
		least   time.Duration // until the next leaves
		most    time.Duration
	}{
		{"at once", synced, time.Microsecond, 5 * time.Millisecond, 6 * time.Millisecond},
		{"late", synced, 100 * time.Millisecond, 100 * time.Millisecond, 102 * time.Millisecond},
		{"never", synced, 0, 300 * time.Millisecond, 302 * time.Millisecond},
		{"late, and what follows need not wait", whole, 100 * time.Millisecond, 0, time.Millisecond},
	} {
		bubble(t, func(t *testing.T, c *wire.Conn, r *recorder, peer net.Conn, _ *[]string) {
			start := time.Now()
			var took time.Duration
			go func() {
				b := make([]byte, 8)
				n, _ := peer.Read(b)
				if test.wire == synced {
					go func() {
						if time.Sleep(test.answers); test.answers > 0 {
							peer.Write([]byte("answer"))
						}
					}()
					n, _ = peer.Read(b)
				}
				if string(b[:n]) != "next" && string(b[:n]) != "asknext" {
					t.Errorf("%s: read %q", test.name, b[:n])
				}
				took = time.Since(start)
			}()
			c.Ask([]byte("ask"), test.wire)
			c.Send([]byte("next"), whole)
			reads := c.Reads()
			for c.Flush(); !c.Idle(); c.Flush() {
				select {
				case w := <-c.Wrote():
					c.Done(w)
				case r := <-reads:
					c.Recycle(r)
					reads = nil
				}
			}
			synctest.Wait()
			if took < test.least || took > test.most {
				t.Errorf("%s: the next left after %v, want %v to %v", test.name, took, test.least, test.most)
			}
		})
	}
}

// Close does not wait for an answer.
func TestCloseEndsTheWaitForAnAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, c *wire.Conn, _ *recorder, peer net.Conn, _ *[]string) {
		go io.Copy(io.Discard, peer)
		c.Ask([]byte("ask"), synced)
		c.Send([]byte("next"), whole)
		c.Flush()
		time.Sleep(50 * time.Millisecond)
		start := time.Now()
		c.Close()
		if took := time.Since(start); took > time.Millisecond {
			t.Errorf("closed after %v", took)
		}
	})
}

// The first 256 chops have a pause behind each, so that the peer reads them one by one.
func TestPausesBetweenChopsInMemoryAreOfTheTimeOfATest(t *testing.T) {
	for chops, want := range map[int]time.Duration{1: 0, 10: 9 * 150 * time.Microsecond, 1000: 256 * 150 * time.Microsecond} {
		bubble(t, func(t *testing.T, c *wire.Conn, _ *recorder, peer net.Conn, _ *[]string) {
			go io.Copy(io.Discard, peer)
			start := time.Now()
			c.Send(make([]byte, chops), chop(1))
			drain(c)
			if took := time.Since(start); took != want {
				t.Errorf("%d chops took %v, want %v", chops, took, want)
			}
		})
	}
}
