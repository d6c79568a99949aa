package main

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/fuzzer/hostile"
)

// One run with servers that do their worst has for an honest one the verdicts that it has
// alone, whether it comes before them or after, and has a report of each.
func TestHostileServersChangeNothingForAnHonestOne(t *testing.T) {
	url := "ws://127.0.0.1:" + start(t, "-m", "testeeserver", "-w", "ws://127.0.0.1:0").port
	alone := playServers(t, specFile{Servers: []specServer{{"honest", url}}})["honest"]
	if len(alone) != 7 {
		t.Fatalf("alone the honest server has %v", alone)
	}
	beside := specFile{Servers: []specServer{{"first", url}}, Excluded: make(map[string][]string)}
	want := map[string]map[string]string{"first": alone, "last": alone}
	for name, verdict := range map[string]string{
		"fields without end":           "FAILED / FAILED",
		"a wrong Sec-WebSocket-Accept": "FAILED / FAILED",
		"resets TCP at once":           "FAILED / FAILED",
		"echoes without end":           "FAILED / UNCLEAN",
		"never reads":                  "FAILED / UNCLEAN",
	} {
		beside.Servers = append(beside.Servers, specServer{name, hostileServer(t, name)})
		beside.Excluded[name] = []string{"1.1.1", "2.2", "3.2", "5.19", "6.1.1", "7.1.1"} // one is enough, and takes seconds
		want[name] = map[string]string{"1.1.2": verdict}
	}
	beside.Servers = append(beside.Servers, specServer{"last", url})
	if diff := cmp.Diff(want, playServers(t, beside)); diff != "" {
		t.Errorf("verdicts (-want +got)\n%s", diff)
	}
}

// A specFile is that of a fuzzing client.
type specFile struct {
	Outdir   string              `json:"outdir"`
	Servers  []specServer        `json:"servers"`
	Cases    []string            `json:"cases"`
	Excluded map[string][]string `json:"exclude-agent-cases"`
}

type specServer struct {
	Agent string `json:"agent"`
	URL   string `json:"url"`
}

// hostileServer serves a behaviour of that name until the test ends.
func hostileServer(t *testing.T, name string) (url string) {
	t.Helper()
	i := slices.IndexFunc(hostile.Behaviours, func(b hostile.Behaviour) bool { return b.Name == name && b.Role != hostile.Client })
	if i < 0 {
		t.Fatalf("no server %s", name)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- hostile.Behaviours[i].Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Errorf("%s: %v", name, err)
		}
	})
	return "ws://" + ln.Addr().String()
}

// playServers plays cases with the servers of a spec file, and returns the verdicts by
// agent and case, which have to be there with the pages they are on.
func playServers(t *testing.T, file specFile) map[string]map[string]string {
	t.Helper()
	file.Outdir, file.Cases = t.TempDir(), []string{"1.1.1", "1.1.2", "2.2", "3.2", "5.19", "6.1.1", "7.1.1"}
	b, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "client.json")
	if err := os.WriteFile(name, b, 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // a busy machine plays again what fails
	defer cancel()
	var stdout, stderr strings.Builder
	if status := run(ctx, []string{"-m", "fuzzingclient", "-s", name}, &stdout, &stderr); status != exitOK {
		t.Fatalf("exit status %d, %s", status, &stderr)
	}
	mustBeLegible(t, stdout.String()+stderr.String())
	if b, err = os.ReadFile(filepath.Join(file.Outdir, "index.json")); err != nil {
		t.Fatal(err)
	}
	var index map[string]map[string]struct{ Behavior, BehaviorClose, Reportfile string }
	if err := json.Unmarshal(b, &index); err != nil {
		t.Fatal(err)
	}
	got := make(map[string]map[string]string)
	for agent, byCase := range index {
		got[agent] = make(map[string]string)
		for id, one := range byCase {
			got[agent][id] = one.Behavior + " / " + one.BehaviorClose
			if _, err := os.Stat(filepath.Join(file.Outdir, one.Reportfile)); err != nil {
				t.Error(err)
			}
		}
	}
	return got
}
