package main

import (
	"context"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cmd/wstest/internal/peers"
)

// chromiumFails are the cases that Chromium fails: of the close codes that may not be
// on the wire it lets these pass.
var chromiumFails = []string{"7.9.1", "7.9.2", "7.9.3", "7.9.6", "7.9.7", "7.9.8", "7.9.9"}

// Chromium is tested through the page of the web port.
func TestChromiumIsTestedThroughThePage(t *testing.T) {
	patterns, count, limit := "1.1.*,2.*,5.1,7.9.*", 29, time.Minute
	if *proofAll {
		patterns, count, limit = "*", 517, time.Hour
	}
	got := testChromium(t, "ws://127.0.0.1:0", patterns, limit)
	var failed []string
	for id, verdict := range got {
		if verdict == "FAILED" {
			failed = append(failed, id)
		}
	}
	slices.Sort(failed)
	if diff := cmp.Diff(chromiumFails, failed); diff != "" || len(got) != count {
		t.Errorf("%d cases, want %d; failed (-want +got)\n%s", len(got), count, diff)
	}
}

// Over TLS it is, too, once it takes the self-signed certificate.
func TestChromiumIsTestedOverTLS(t *testing.T) {
	got := testChromium(t, "wss://127.0.0.1:0", "1.1.1,1.2.1", time.Minute)
	if diff := cmp.Diff(map[string]string{"1.1.1": "OK", "1.2.1": "OK"}, got); diff != "" {
		t.Errorf("verdicts (-want +got)\n%s", diff)
	}
}

// testChromium has the browser play cases of a fuzzing server at url, and returns the
// verdicts.
func testChromium(t *testing.T, url, patterns string, limit time.Duration) map[string]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	dir := t.TempDir()
	server := start(t, "-m", "fuzzingserver", "-w", url, "-u", port(free), "-o", dir, "--cases", patterns)
	const agent = "Chromium"
	if err := peers.DriveChromium(ctx, t, "http://localhost:"+port(free)+"/test_browser.html?run=1&agent="+agent); err != nil {
		t.Fatal(err)
	}
	if got := server.stop(); got != exitOK {
		t.Errorf("exit status %d, %s", got, server.stderr)
	}
	return verdicts(t, dir, agent)
}
