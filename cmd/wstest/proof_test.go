package main

import (
	"flag"
	"maps"
	"slices"
	"strings"
	"testing"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/peers"
)

// proofAll makes the tests of real clients play everything, which takes an hour.
var proofAll = flag.Bool("proof.all", false, "play all 517 cases with every real client")

// proofCases are some of all kinds, few enough for many peers.
const (
	proofCases = "1.*,2.*,3.*,5.*,7.*,10.*,12.1.3"
	proofCount = 93
)

// deviations are what real peers do otherwise than the cases want, with the clause:
// cases FAILED or with a wrong ending.
var deviations = map[string]string{
	"go-coder":       "7.5.1",                                                 // sends a close reason back that is not UTF-8 (RFC 6455 8.1)
	"go-nbio":        "1.1.1 1.2.1 2.5 7.3.6",                                 // passes no empty message on (RFC 6455 6.2), refuses long control frames as too big
	"chromium":       strings.Join(chromiumFails, " "),                        // takes close codes that may not be on the wire (RFC 6455 7.4)
	"python-aiohttp": "7.9.5",                                                 // takes close code 1006 (RFC 6455 7.4.1)
	"python-tornado": "7.9.1 7.9.2 7.9.3 7.9.4 7.9.5 7.9.6 7.9.7 7.9.8 7.9.9", // looks at no close code (RFC 6455 7.4)
}

func TestRealServersAreStartedAndTested(t *testing.T) {
	for _, peer := range few(peers.EchoServers()) {
		t.Run(peer.Name, func(t *testing.T) {
			peer.Require(t)
			dir := t.TempDir()
			args := []string{"test-server", "ws://127.0.0.1:0", "--agent", peer.Name, "-o", dir, "--cases", proofCases, "--"}
			status, stdout, stderr := once(t, append(args, peer.Args...)...)
			checkProof(t, dir, peer.Name, deviations[peer.Name], proofCount, status, stdout, stderr)
		})
	}
}

func TestRealClientsAreStartedAndTested(t *testing.T) {
	for _, peer := range few(peers.EchoClients()) {
		t.Run(peer.Name, func(t *testing.T) {
			t.Parallel()
			peer.Require(t)
			want, patterns, count := deviations[peer.Name], proofCases, proofCount
			if *proofAll {
				patterns, count = "*", 517
			}
			if peer.Name == "go-gorilla" || peer.Name == "go-nbio" {
				// They refuse a response without client_no_context_takeover, which in their offers
				// is only a hint (RFC 7692 7.1.1.2). The reference recorded the same.
				want = sorted(want, refusedByGorilla(patterns))
			}
			dir := t.TempDir()
			args := []string{"test-client", "--agent", peer.Name, "-o", dir, "--cases", patterns, "--"}
			status, stdout, stderr := once(t, append(args, peer.Args...)...)
			checkProof(t, dir, peer.Name, want, count, status, stdout, stderr)
		})
	}
}

// sorted are the words of both texts.
func sorted(a, b string) string {
	words := strings.Fields(a + " " + b)
	slices.Sort(words)
	return strings.Join(words, " ")
}

// refusedByGorilla are the cases of those patterns whose response says less than the
// offer: all of chapter 12 and of section 13.1.
func refusedByGorilla(patterns string) string {
	list, err := cases.Select(cases.Catalogue, strings.Split(patterns, ","), nil)
	if err != nil {
		return err.Error()
	}
	var ids []string
	for _, c := range list {
		if id := string(c.ID); strings.HasPrefix(id, "12.") || strings.HasPrefix(id, "13.1.") {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

// few is list, or with -short two of it: what they are written in makes no difference to
// the race detector.
func few(list []peers.Command) []peers.Command {
	if testing.Short() {
		return list[:2]
	}
	return list
}

// checkProof wants so many cases in the report, no others failing than those, and the
// exit status that goes with it.
func checkProof(t *testing.T, dir, agent, deviations string, count, status int, stdout, stderr string) {
	t.Helper()
	wantStatus := exitOK
	if deviations != "" {
		wantStatus = exitNotConforming
	}
	if status != wantStatus {
		t.Errorf("exit status %d, want %d\n%s", status, wantStatus, stderr)
	}
	if got := verdicts(t, dir, agent); len(got) != count {
		t.Errorf("the report has %d cases, want %d", len(got), count)
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
