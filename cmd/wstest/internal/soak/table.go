package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"gobahn/cases"
)

// report prints a table, and each case whose verdict changed, which is an error.
func (j *journal) report(w io.Writer, peers []string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	fmt.Fprint(w, "| peer | runs | cases | verdict changes | played again alone | had more time | most lag | longest run |\n"+
		"|---|---:|---:|---:|---:|---:|---:|---:|\n")
	var changes []string
	for _, peer := range peers {
		var sum entry
		var most int
		for _, e := range j.entries {
			if e.Peer == peer {
				sum.Run++
				sum.Replays += e.Replays
				sum.Lagged += e.Lagged
				sum.Lag, sum.Took = max(sum.Lag, e.Lag), max(sum.Took, e.Took)
				most = max(most, len(e.Verdicts))
			}
		}
		found := j.changes(peer)
		changes = append(changes, found...)
		fmt.Fprintf(w, "| %s | %d | %d | %d | %d | %d | %s | %s |\n", peer, sum.Run, most, len(found),
			sum.Replays, sum.Lagged, milliseconds(sum.Lag), seconds(sum.Took))
	}
	for _, change := range changes {
		fmt.Fprintf(w, "\n%s", change)
	}
	if len(changes) > 0 {
		return fmt.Errorf("%d verdicts changed", len(changes))
	}
	return nil
}

// changes are the cases of a peer that had more than one verdict, or were not played
// in every run.
func (j *journal) changes(peer string) (list []string) {
	seen, runs := j.seen(peer), 0
	for _, e := range j.entries {
		if e.Peer == peer {
			runs++
		}
	}
	for _, c := range cases.All {
		verdicts, played := seen[c.ID], 0
		for _, in := range verdicts {
			played += len(in)
		}
		if len(verdicts) == 0 || len(verdicts) == 1 && played == runs {
			continue
		}
		text := fmt.Sprintf("%s %s\n", peer, c.ID)
		often := slices.SortedFunc(maps.Keys(verdicts), func(a, b string) int {
			return cmp.Or(len(verdicts[b])-len(verdicts[a]), cmp.Compare(a, b))
		})
		for _, verdict := range often {
			in := verdicts[verdict]
			text += fmt.Sprintf("  %-30s %4d  %s\n", verdict, len(in), j.kept(peer, in[0]))
		}
		if played < runs {
			text += fmt.Sprintf("  %-30s %4d\n", "not played", runs-played)
		}
		list = append(list, text)
	}
	return list
}

func milliseconds(d cases.Duration) string {
	return fmt.Sprintf("%d ms", time.Duration(d).Milliseconds())
}

func seconds(d cases.Duration) string { return fmt.Sprintf("%.1f s", time.Duration(d).Seconds()) }
