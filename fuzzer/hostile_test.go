package fuzzer_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/fuzzer/hostile"
	"gobahn/report"
	"gobahn/report/intact"
)

// hostileLimit is how long a case against a hostile peer may take: the opening handshake
// has five seconds, the case two, the closing handshake two more, and ten if the machine is
// busy, for which all of them are enough, as they flood. With a server it is then played again,
// three times at most. The race detector makes that slow.
func hostileLimit() time.Duration {
	if raceDetector {
		return 4 * time.Minute
	}
	return 2 * time.Minute
}

// heapLimit is how much memory everything may take, the peers included, which keep
// little.
const heapLimit = 256 << 20

// hostileCases are those that hostile peers meet, the long one with two seconds only.
func hostileCases(t *testing.T) []cases.Case {
	list := find(t, "1.1.2", "9.2.6", "12.1.3")
	list[1].Limit.After = 2 * cases.Second
	return list
}

// One fuzzing server, all hostile clients at once, and an honest one beside them.
func TestHostileClientsHarmNobody(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	defer watchHeap(t)()
	type key struct {
		agent string
		id    cases.ID
	}
	results := make(map[key]fuzzer.Played)
	defer func() { checkReport(t, slices.Collect(maps.Values(results))) }()
	played := make(chan fuzzer.Played, 1000)
	server := &fuzzer.Server{
		Cases:    append(hostileCases(t), find(t, "1.1.1", "2.2", "5.19", "6.1.1", "7.1.1")...),
		OnResult: func(p fuzzer.Played) error { played <- p; return nil },
	}
	ctx, stop := context.WithCancel(t.Context())
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, ln) }()
	address := ln.Addr().String()

	var visitors, uninvited sync.WaitGroup // who plays a case, and who opens no WebSocket
	visits, leave := context.WithCancel(t.Context())
	inTime, hurry := context.WithTimeout(visits, hostileLimit())
	defer hurry()
	awaited := 0
	for i, b := range hostile.Behaviours {
		if b.Role == hostile.Server {
			continue
		}
		if b.Case != "" {
			awaited++
		}
		target := fmt.Sprintf("/runCase?casetuple=%s&agent=%d", cmp.Or(b.Case, "1.1.2"), i)
		if b.Case != "" {
			visitors.Go(func() {
				if _, err := b.Visit(visits, address, target); err != nil {
					t.Errorf("%s: %v", b.Name, err)
				}
			})
			continue
		}
		uninvited.Go(func() {
			heard, err := b.Visit(inTime, address, target)
			if want := hostile.Refusals[b.Name]; err != nil || inTime.Err() != nil || !strings.HasPrefix(heard, want) {
				t.Errorf("%s: %v; ended in time: %t; answered with %q, want %q", b.Name, err, inTime.Err() == nil, heard, want)
			}
		})
	}
	honest := []cases.ID{"1.1.1", "2.2", "5.19", "6.1.1", "7.1.1"}
	for round := range 3 {
		for _, id := range honest {
			echoAll(visit(t, fmt.Sprintf("ws://%s/runCase?casetuple=%s&agent=honest%d", address, id, round)))
		}
	}
	for late := time.After(hostileLimit()); len(results) < awaited+3*len(honest); {
		select {
		case p := <-played:
			results[key{p.Agent, p.Case.ID}] = p
		case <-late:
			t.Fatalf("%d cases have ended in %v, want %d", len(results), hostileLimit(), awaited)
		}
	}
	uninvited.Wait()
	leave()
	visitors.Wait()
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	for round := range 3 {
		for _, id := range honest {
			if r := results[key{fmt.Sprintf("honest%d", round), id}].Result; r.Verdict != cases.OK || r.CloseVerdict != cases.OK {
				t.Errorf("an honest client beside: %s: %s / %s: %s", id, r.Verdict, r.CloseVerdict, r.Says)
			}
		}
	}
	for i, b := range hostile.Behaviours {
		p, ok := results[key{fmt.Sprint(i), b.Case}]
		switch {
		case ok && b.Case == "":
			t.Errorf("%s: a case was played", b.Name)
		case ok:
			checkHostile(t, b, p)
		}
	}
}

// atOnce is how many of the hostile servers are tested at a time: they have no more than the
// limits of the cases for what they do right, in one process with all that flood.
const atOnce = 12

// Each hostile server by itself, many at once.
func TestHostileServersHarmNobody(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	defer watchHeap(t)()
	var all sync.WaitGroup
	slots := make(chan bool, atOnce)
	var mu sync.Mutex
	var list []fuzzer.Played
	defer func() { checkReport(t, list) }()
	for i, b := range hostile.Behaviours {
		if b.Role == hostile.Client || testing.Short() && i%4 != 0 { // the race detector sees nothing new in the others
			continue
		}
		slots <- true
		all.Go(func() {
			defer func() { <-slots }()
			ctx, stop := context.WithTimeout(t.Context(), hostileLimit())
			defer stop()
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Error(err)
				return
			}
			served := make(chan error, 1)
			go func() { served <- b.Serve(ctx, ln) }()
			played := slices.DeleteFunc(hostileCases(t), func(c cases.Case) bool { return c.ID != cmp.Or(b.Case, "1.1.2") })
			client := fuzzer.Client{URL: "ws://" + ln.Addr().String(), Agent: b.Name, Parallel: 1}
			results := 0
			err = client.Run(ctx, played, func(p fuzzer.Played) error {
				results++
				checkHostile(t, b, p)
				mu.Lock()
				defer mu.Unlock()
				list = append(list, p)
				return nil
			})
			if err != nil || results != 1 {
				t.Errorf("%s: %v, %d results", b.Name, err, results)
			}
			stop()
			if err := <-served; err != nil {
				t.Errorf("%s: %v", b.Name, err)
			}
		})
	}
	all.Wait()
}

// checkHostile wants the verdicts of b, and its fault named.
func checkHostile(t *testing.T, b hostile.Behaviour, p fuzzer.Played) {
	t.Helper()
	said := strings.Join(append(p.Observation.Remarks(), p.Result.Says, p.Result.CloseSays, p.Result.Explain(p.Case, p.Observation)), "\n")
	for _, b := range p.Observation.Breaches {
		said += "\n" + b.String()
	}
	if p.Result.Verdict != b.Verdict || p.Result.CloseVerdict != b.Close || !strings.Contains(said, b.Says) {
		t.Errorf("%s (we are the server: %t): %q / %q, want %q / %q, and %q in\n%.2000s",
			b.Name, p.Observation.Server, p.Result.Verdict, p.Result.CloseVerdict, b.Verdict, b.Close, b.Says, said)
	}
	if len(p.Observation.Wirelog) > 5000 || len(p.Observation.Events) > 5000 || len(said) > 64<<10 {
		t.Errorf("%s: %d rows, %d events, %d octets said", b.Name, len(p.Observation.Wirelog), len(p.Observation.Events), len(said))
	}
}

// checkReport writes a report of what was played, in which whatever the peers have sent is
// text.
func checkReport(t *testing.T, list []fuzzer.Played) {
	t.Helper()
	dir := t.TempDir()
	w, err := report.Open(dir, report.Run{Product: "Gobahn/test"})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		err := w.Add(report.Record{Agent: p.Agent, Case: p.Case, Number: p.Number, Observation: p.Observation, Result: p.Result})
		if err != nil {
			t.Error(err)
		}
	}
	if err := w.Finish(); err != nil {
		t.Error(err)
	}
	if pages := intact.Check(t, dir); pages < len(list) {
		t.Errorf("%d pages for %d results", pages, len(list))
	}
}

// watchHeap looks at the heap until the function it returns is called, which fails the
// test if it was ever over its limit.
func watchHeap(t *testing.T) (check func()) {
	runtime.GC()
	stop, peak := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
			select {
			case <-tick.C:
			case <-stop:
				peak <- most
				return
			}
		}
	}()
	return func() {
		close(stop)
		if got := <-peak; got > heapLimit {
			t.Errorf("the heap had %d MiB in use, want %d at most", got>>20, heapLimit>>20)
		} else {
			t.Logf("heap in use: %d MiB at most", got>>20)
		}
	}
}
