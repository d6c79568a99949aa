package main

import (
	"flag"
	"maps"
	"slices"
	"strings"
	"testing"

	"gobahn/cmd/wstest/internal/peers"
)

// proofAll makes the tests of real peers play everything, which takes an hour.
var proofAll = flag.Bool("proof.all", false, "play all 517 cases with every real peer")

// proofCases are the cases that real peers are tested with, and how many they are:
// some of all kinds, few enough for many peers.
func proofCases() (patterns string, count int) {
	if *proofAll {
		return "*", 517
	}
	return "1.*,2.*,3.*,5.*,7.*,10.*,12.1.3", 93
}

// deviations are what real peers do otherwise than the cases want, with the clause:
// cases FAILED or with a wrong ending.
var deviations = map[string]string{
	"go-coder":       "7.5.1",                                                 // sends a close reason back that is not UTF-8 (RFC 6455 8.1)
	"python-aiohttp": "7.9.5",                                                 // takes close code 1006 (RFC 6455 7.4.1)
	"python-tornado": "7.9.1 7.9.2 7.9.3 7.9.4 7.9.5 7.9.6 7.9.7 7.9.8 7.9.9", // looks at no close code (RFC 6455 7.4)
}

func TestRealServersAreStartedAndTested(t *testing.T) {
	for _, peer := range few(peers.EchoServers()) {
		t.Run(peer.Name, func(t *testing.T) {
			peer.Require(t)
			dir := t.TempDir()
			patterns, _ := proofCases()
			args := []string{"test-server", "ws://127.0.0.1:0", "--agent", peer.Name, "-o", dir, "--cases", patterns, "--"}
			status, stdout, stderr := once(t, append(args, peer.Args...)...)
			checkProof(t, dir, peer.Name, deviations[peer.Name], status, stdout, stderr)
		})
	}
}

func TestRealClientsAreStartedAndTested(t *testing.T) {
	for _, peer := range few(peers.EchoClients()) {
		t.Run(peer.Name, func(t *testing.T) {
			t.Parallel()
			peer.Require(t)
			want := deviations[peer.Name]
			if peer.Name == "go-gorilla" {
				// It refuses a response without client_no_context_takeover, which in its offer
				// is only a hint (RFC 7692 7.1.1.2). The reference recorded the same.
				want = "12.1.3"
			}
			dir := t.TempDir()
			patterns, _ := proofCases()
			args := []string{"test-client", "--agent", peer.Name, "-o", dir, "--cases", patterns, "--"}
			status, stdout, stderr := once(t, append(args, peer.Args...)...)
			checkProof(t, dir, peer.Name, want, status, stdout, stderr)
		})
	}
}

// few is list, or with -short two of it: what they are written in makes no difference to
// the race detector.
func few(list []peers.Command) []peers.Command {
	if testing.Short() {
		return list[:2]
	}
	return list
}

// checkProof wants all cases in the report, no others failing than those, and the
// exit status that goes with it.
func checkProof(t *testing.T, dir, agent, deviations string, status int, stdout, stderr string) {
	t.Helper()
	wantStatus := exitOK
	if deviations != "" {
		wantStatus = exitNotConforming
	}
	if status != wantStatus {
		t.Errorf("exit status %d, want %d\n%s", status, wantStatus, stderr)
	}
	if _, want := proofCases(); len(verdicts(t, dir, agent)) != want {
		t.Errorf("the report has %d cases, want %d", len(verdicts(t, dir, agent)), want)
	}
	failed := make(map[string]bool)
	for line := range strings.Lines(stdout) {
		if id, verdict, ok := strings.Cut(line, ": "); ok && strings.Contains(verdict, " / ") && !strings.HasPrefix(id, " ") {
			failed[id] = true
		}
	}
	if got := strings.Join(slices.Sorted(maps.Keys(failed)), " "); got != deviations {
		t.Errorf("failed %q, want %q\n%s", got, deviations, stdout)
	}
}
