package main

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cmd/wstest/internal/peers"
)

// Chromium is tested through the page of the web port. Of the close codes that may
// not be on the wire it lets those pass that are listed.
func TestChromiumIsTestedThroughThePage(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	dir := t.TempDir()
	server := start(t, "-m", "fuzzingserver", "-w", "ws://127.0.0.1:0", "-u", port(free), "-o", dir, "--cases", "1.1.*,2.*,5.1,7.9.*")
	const agent = "Chromium"
	if err := peers.DriveChromium(ctx, t, "http://localhost:"+port(free)+"/test_browser.html?run=1&agent="+agent); err != nil {
		t.Fatal(err)
	}
	if got := server.stop(); got != exitOK {
		t.Errorf("exit status %d, %s", got, server.stderr)
	}
	got := verdicts(t, dir, agent)
	failed := map[string]bool{}
	for id, verdict := range got {
		if verdict == "FAILED" {
			failed[id] = true
		}
	}
	want := map[string]bool{"7.9.1": true, "7.9.2": true, "7.9.3": true, "7.9.6": true, "7.9.7": true, "7.9.8": true, "7.9.9": true}
	if diff := cmp.Diff(want, failed); diff != "" || len(got) != 29 {
		t.Errorf("%d cases; failed (-want +got)\n%s", len(got), diff)
	}
}
