package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/echo"
	"gobahn/fuzzer"
)

// A crowd of clients gets the verdicts that one alone gets, beside many connections on
// which nothing happens, and these cost little. How much more there may be of both is
// measured by go run ./cmd/wstest/internal/measure (docs/reliability.md).
func TestACrowdGetsTheVerdictsOfOneAlone(t *testing.T) {
	crowd, idle := 20, 500
	if raceDetector {
		crowd, idle = 5, 50
	}
	list, err := cases.Select(cases.Catalogue, []string{"1.*", "2.*", "3.*", "4.*", "5.*", "7.*"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	verdicts := newCrowdVerdicts()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	server, served := &fuzzer.Server{Cases: list, OnResult: verdicts.add}, make(chan error, 1)
	go func() { served <- server.Serve(ctx, ln) }()
	defer func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}()
	url := "ws://" + ln.Addr().String()
	if err := echo.Drive(ctx, url, "alone", nil); err != nil {
		t.Fatal(err)
	}

	before := inUse()
	quiet := holdIdle(t, ln.Addr().String(), idle)
	if each := (inUse() - before) / idle; !raceDetector && each > idleBound {
		t.Errorf("an idle connection takes %d octets, both ends of it, want %d at most", each, idleBound)
	}
	var wg sync.WaitGroup
	for i := range crowd {
		wg.Go(func() {
			if err := echo.Drive(ctx, url, fmt.Sprint("agent", i), nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	verdicts.compare(t, crowd, len(list))
	for i, nc := range quiet {
		if err := pinged(nc); err != nil {
			t.Fatalf("idle connection %d: %v", i, err)
		}
	}
}

// idleBound is how many octets an idle connection may have in use, so that 10,000 fit into
// 500 MB with as much garbage as the command lets pile up, which is 40 in 100 (main.go).
const idleBound = 500_000_000 / 10_000 * 100 / 140

// inUse is how many octets are in use.
func inUse() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse)
}

// crowdVerdicts are those of every agent.
type crowdVerdicts struct {
	mu      sync.Mutex
	byAgent map[string]map[cases.ID]cases.Result
}

func newCrowdVerdicts() *crowdVerdicts {
	return &crowdVerdicts{byAgent: make(map[string]map[cases.ID]cases.Result)}
}

func (v *crowdVerdicts) add(p fuzzer.Played) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.byAgent[p.Agent] == nil {
		v.byAgent[p.Agent] = make(map[cases.ID]cases.Result)
	}
	v.byAgent[p.Agent][p.Case.ID] = p.Result
	return nil
}

// compare wants the verdicts of the agent alone from all agents.
func (v *crowdVerdicts) compare(t *testing.T, crowd, list int) {
	t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	alone := v.byAgent["alone"]
	if len(v.byAgent) != crowd+1 {
		t.Errorf("%d agents played, want %d and one", len(v.byAgent), crowd)
	}
	for agent, results := range v.byAgent {
		if len(results) != list {
			t.Errorf("%s played %d cases, want %d", agent, len(results), list)
		}
		for id, r := range results {
			if r.Verdict != alone[id].Verdict || r.CloseVerdict != alone[id].CloseVerdict {
				t.Errorf("%s %s: %s / %s, alone %s / %s", agent, id, r.Verdict, r.CloseVerdict, alone[id].Verdict, alone[id].CloseVerdict)
			}
		}
	}
}

// holdIdle opens n WebSockets on which nothing happens, until the test ends.
func holdIdle(t *testing.T, host string, n int) (list []net.Conn) {
	t.Helper()
	for range n {
		nc, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { nc.Close() })
		list = append(list, nc)
		fmt.Fprintf(nc, "GET / HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
			"Sec-WebSocket-Key: c2l4dGVlbiBvY3RldHMuLg==\r\nSec-WebSocket-Version: 13\r\n\r\n", host)
		nc.SetReadDeadline(time.Now().Add(10 * time.Second))
		response, err := http.ReadResponse(bufio.NewReaderSize(nc, 16), nil)
		if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
			t.Fatalf("%v, %v", response, err)
		}
	}
	return list
}

// pinged pings on a WebSocket and wants a pong.
func pinged(nc net.Conn) error {
	if _, err := nc.Write([]byte("\x89\x80\x00\x00\x00\x00")); err != nil {
		return err
	}
	nc.SetReadDeadline(time.Now().Add(10 * time.Second))
	var pong [2]byte
	if _, err := io.ReadFull(nc, pong[:]); err != nil {
		return err
	}
	if pong != [2]byte{0x8a, 0} {
		return fmt.Errorf("% x came instead of a pong", pong)
	}
	return nil
}
