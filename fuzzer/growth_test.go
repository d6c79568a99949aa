package fuzzer_test

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"gobahn/cases"
	"gobahn/fuzzer"
)

// A machine that is busy once makes no peer slow; a peer that is slow each time is.
func TestTimeThatGrowsIsMeasuredThreeTimes(t *testing.T) {
	for slow, want := range map[int]cases.Verdict{0: cases.OK, 1: cases.OK, 2: cases.OK, 3: cases.Failed, 9: cases.Failed} {
		synctest.Test(t, func(t *testing.T) {
			n := 0
			peer := func(nc net.Conn) {
				p := rawPeer{before: func(*rawPeer) {
					if n++; n%2 == 0 && n/2 <= slow { // the second of each pair
						time.Sleep(time.Second)
					}
				}}
				p.serve(nc)
			}
			c := cases.Case{
				ID: "user/growth", Growth: 3, GrowthFrom: cases.Second / 10, Script: hello, Accept: helloed, Limit: cases.FailAfter(5 * cases.Second),
				Variants: []cases.Variant{{Name: "little"}, {Name: "twice as much"}},
			}
			client := fuzzer.Client{Config: fuzzer.Config{Dialler: pipeDialler(peer)}, URL: "ws://peer", Agent: "raw"}
			err := client.Run(t.Context(), []cases.Case{c}, func(p fuzzer.Played) error {
				if p.Result.Verdict != want || (want == cases.Failed) != (p.Result.Headline == cases.TooSlowly) {
					t.Errorf("slow %d times: %s, %q: %s", slow, p.Result.Verdict, p.Result.Headline, p.Result.Says)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			if attempts := min(slow+1, 3); n != 2*attempts {
				t.Errorf("slow %d times: %d connections, want %d", slow, n, 2*attempts)
			}
		})
	}
}
