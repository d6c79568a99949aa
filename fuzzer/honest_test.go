package fuzzer_test

import (
	"testing"

	"gobahn/cases"
	"gobahn/fuzzer"
)

// A peer that conforms and fails fast has the best verdict in every case.
func TestHonestPeerPassesEveryCase(t *testing.T) {
	for role, play := range map[string]func(*testing.T, func() *rawPeer, []cases.Case) []fuzzer.Played{
		"server": testServer,
		"client": testClient,
	} {
		t.Run(role, func(t *testing.T) {
			played := play(t, func() *rawPeer { return &rawPeer{} }, cases.Catalogue)
			if len(played) != len(cases.Catalogue) {
				t.Fatalf("played %d cases, want %d", len(played), len(cases.Catalogue))
			}
			for _, p := range played {
				want := cases.OK
				if p.Case.Ending.Grade != "" {
					want = p.Case.Ending.Grade
				}
				if p.Result.Verdict != want || p.Result.CloseVerdict != want || p.Result.Headline != "" {
					t.Errorf("%s: %s / %s\n%s\ngot %s; %s %v", p.Case.ID, p.Result.Verdict, p.Result.CloseVerdict,
						p.Result.Explain(p.Case, p.Observation), p.Observation.Events, p.Observation.Closing, p.Observation.Faults)
				}
			}
		})
	}
}
