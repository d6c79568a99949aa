package fuzzer_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// answersTheLatest answers the last ping of 2.10 only.
func answersTheLatest(p *rawPeer, h wire.Header, b []byte) bool {
	return h.Opcode == cases.OpPing && string(b) != "payload-9"
}

// TestTheProfileChangesVerdictsAndNothingElse plays cases that are disputed under all
// profiles, and wants the same octets at the same time, judged by the profile.
func TestTheProfileChangesVerdictsAndNothingElse(t *testing.T) {
	list := find(t, "1.1.1", "2.10", "3.2", "3.6", "6.4.1", "6.4.3", "7.1.5", "7.7.8", "7.9.3", "9.1.1")
	for name, peer := range map[string]rawPeer{
		"honest":             {},
		"answers the latest": {frame: answersTheLatest},
		"swallows":           {frame: swallow},
		"too big":            {message: func(p *rawPeer, _ int, _ cases.Op, _ []byte) bool { p.close(1009); return true }},
	} {
		for role, play := range map[string]func(*testing.T, cases.Profile, func() *rawPeer, []cases.Case) []fuzzer.Played{
			"server": testServerUnder, "client": testClientUnder,
		} {
			t.Run(name+" "+role, func(t *testing.T) {
				newPeer := func() *rawPeer { p := peer; return &p }
				plain := play(t, cases.Autobahn, newPeer, list)
				for _, p := range cases.Profiles {
					played := play(t, p, newPeer, list)
					if len(played) != len(list) {
						t.Fatalf("%s: played %d cases, want %d", p, len(played), len(list))
					}
					for i, got := range played {
						if diff := cmp.Diff(plain[i].Observation, got.Observation); diff != "" {
							t.Errorf("%s: %s is played otherwise:\n%s", p, got.Case.ID, diff)
						}
						server := role == "client"
						if diff := cmp.Diff(p.Judge(list[i], got.Observation), got.Result); diff != "" {
							t.Errorf("%s: %s is judged otherwise:\n%s", p, got.Case.ID, diff)
						}
						if diff := cmp.Diff(list[i].Under(p, server), got.Case); diff != "" {
							t.Errorf("%s: %s is handed over as another case:\n%s", p, got.Case.ID, diff)
						}
					}
				}
			})
		}
	}
}

func TestAServerThatCannotBeReachedIsJudgedByTheProfile(t *testing.T) {
	client := fuzzer.Client{Config: fuzzer.Config{Profile: cases.RFC, Dialler: nobody{}}, URL: "ws://peer"}
	n := 0
	err := client.Run(t.Context(), find(t, "2.10", "3.6"), func(p fuzzer.Played) error {
		n++
		if p.Result.Verdict != cases.Failed || len(p.Case.Overrides) > 0 {
			t.Errorf("%s: %s, case with %d overrides", p.Case.ID, p.Result.Verdict, len(p.Case.Overrides))
		}
		return nil
	})
	if err == nil || n != 2 {
		t.Errorf("played %d cases, error %v", n, err)
	}
}

// nobody is there.
type nobody struct{}

func (nobody) DialContext(context.Context, string, string) (net.Conn, error) {
	return nil, errors.New("nobody is there")
}
