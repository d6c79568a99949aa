package fuzzer_test

import (
	"math"
	"testing"

	"gobahn/cases"
	"gobahn/fuzzer"
)

// playable is the catalogue without those of its compressed cases that move more
// than a megabyte, but for one in fragments: their smaller siblings have the same
// script, and virtual time does not make a peer compress faster, nor the race
// detector, which sees nothing new in the hundredth message.
func playable() (list []cases.Case) {
	packed, plain, messages := 1<<10, 16<<20, math.MaxInt // octets, the longest messages, and how many
	if raceDetector {
		packed, plain, messages = 64, 256<<10, 100
	}
	for _, c := range cases.Catalogue {
		echo, ok := c.Script[0].(cases.Echo)
		size := echo.Message.Payload.Len
		if !ok || c.Deflate == nil && size <= plain || c.Deflate != nil && size <= packed || c.ID == "12.1.11" {
			list = append(list, withMessages(c, messages))
		}
	}
	return list
}

// A peer that conforms and fails fast has the best verdict in every case.
func TestHonestPeerPassesEveryCase(t *testing.T) {
	for role, play := range map[string]func(*testing.T, func() *rawPeer, []cases.Case) []fuzzer.Played{
		"server": testServer,
		"client": testClient,
	} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			params := cases.DeflateParams{}
			if role == "client" {
				params.ClientMaxWindowBits = cases.AnyWindow
			}
			list := playable()
			played := play(t, func() *rawPeer { return &rawPeer{params: &params} }, list)
			if len(played) != len(list) {
				t.Fatalf("played %d cases, want %d", len(played), len(list))
			}
			for _, p := range played {
				want := cases.OK
				if p.Case.Ending.Grade != "" {
					want = p.Case.Ending.Grade
				}
				if p.Result.Verdict != want || p.Result.CloseVerdict != want || p.Result.Headline != "" || len(p.Observation.Faults) > 0 || len(p.Observation.Breaches) > 0 {
					t.Errorf("%s: %s / %s\n%s\ngot %s; %s %v %v", p.Case.ID, p.Result.Verdict, p.Result.CloseVerdict,
						p.Result.Explain(p.Case, p.Observation), p.Observation.Events, p.Observation.Closing, p.Observation.Faults, p.Observation.Breaches)
				}
			}
		})
	}
}
