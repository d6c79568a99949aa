package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"gobahn/cases"
	"gobahn/report"
)

// An entry is what came of one run: a line of the journal.
type entry struct {
	Peer     string              `json:"peer"`
	Run      int                 `json:"run"` // of this peer, from 1
	Cases    string              `json:"cases"`
	Busy     bool                `json:"busy"`
	Took     cases.Duration      `json:"took"`
	Lag      cases.Duration      `json:"lag"`     // of the case that had most
	Lagged   int                 `json:"lagged"`  // cases that had more time because of it
	Replays  int                 `json:"replays"` // cases that were played again alone
	Verdicts map[cases.ID]string `json:"verdicts"`
}

// add notes a record of the run.
func (e *entry) add(r report.Record) {
	e.Verdicts[r.Case.ID] = fmt.Sprintf("%s / %s", r.Result.Verdict, r.Result.CloseVerdict)
	e.Lag = max(e.Lag, r.Observation.Lag)
	if r.Observation.Lag > 0 {
		e.Lagged++
	}
	if r.Observation.Before != nil {
		e.Replays++
	}
}

// A journal is a file of entries, and those of them that this soak is about.
type journal struct {
	dir   string
	cases string
	busy  bool

	mu      sync.Mutex
	f       *os.File
	entries []entry
}

// openJournal opens the journal in dir, or begins it. A last line that is not whole is
// of a run that has to be made again.
func openJournal(dir, cases string, busy bool) (*journal, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "runs.jsonl"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	j := &journal{dir: dir, cases: cases, busy: busy, f: f}
	if err := j.load(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return j, nil
}

func (j *journal) load() error {
	b, err := io.ReadAll(j.f)
	if err != nil {
		return err
	}
	end := bytes.LastIndexByte(b, '\n') + 1
	line := 0
	for text := range bytes.Lines(b[:end]) {
		var e entry
		if line++; json.Unmarshal(text, &e) != nil || e.Peer == "" {
			return fmt.Errorf("%s:%d: this is no line of a journal: give another -dir", j.f.Name(), line)
		}
		if e.Cases == j.cases && e.Busy == j.busy {
			j.entries = append(j.entries, e)
		}
	}
	if err := j.f.Truncate(int64(end)); err != nil {
		return err
	}
	_, err = j.f.Seek(int64(end), io.SeekStart)
	return err
}

// Close closes the file.
func (j *journal) Close() error { return j.f.Close() }

// made is how many runs there are of each peer.
func (j *journal) made() map[string]int {
	j.mu.Lock()
	defer j.mu.Unlock()
	made := make(map[string]int)
	for _, e := range j.entries {
		made[e.Peer]++
	}
	return made
}

// add writes a line. Where the run is the first with one of its verdicts, its results
// are kept.
func (j *journal) add(e entry, results string) error {
	e.Cases, e.Busy = j.cases, j.busy
	j.mu.Lock()
	defer j.mu.Unlock()
	e.Run = 1
	news := ""
	seen := j.seen(e.Peer)
	for _, before := range j.entries {
		if before.Peer == e.Peer {
			e.Run++
		}
	}
	for id, verdict := range e.Verdicts {
		if len(seen[id]) > 0 && seen[id][verdict] == nil {
			news += fmt.Sprintf("  %s: %s\n", id, verdict)
		}
	}
	if e.Run == 1 || news != "" {
		if err := os.Rename(results, j.kept(e.Peer, e.Run)); err != nil {
			return err
		}
	}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := j.f.Write(append(line, '\n')); err != nil {
		return err
	}
	j.entries = append(j.entries, e)
	fmt.Fprintf(os.Stderr, "soak: %s, run %d: %d cases in %s\n%s", e.Peer, e.Run, len(e.Verdicts), seconds(e.Took), news)
	return nil
}

// kept is where the results of a run are kept.
func (j *journal) kept(peer string, run int) string {
	load := "idle"
	if j.busy {
		load = "busy"
	}
	return filepath.Join(j.dir, fmt.Sprintf("%s-%s-%d.json", strings.ReplaceAll(peer, ":", "-"), load, run))
}

// seen are the verdicts of a peer, with the runs that had them, case by case.
func (j *journal) seen(peer string) map[cases.ID]map[string][]int {
	seen := make(map[cases.ID]map[string][]int)
	for _, e := range j.entries {
		if e.Peer != peer {
			continue
		}
		for id, verdict := range e.Verdicts {
			if seen[id] == nil {
				seen[id] = make(map[string][]int)
			}
			seen[id][verdict] = append(seen[id][verdict], e.Run)
		}
	}
	return seen
}
