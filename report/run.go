package report

import (
	"maps"
	"slices"
	"time"

	"gobahn/cases"
)

// A Run says what was played, by whom and how. The results of several runs can be
// in one report.
type Run struct {
	Product string      `json:"product"`           // name and version of the tester: "Gobahn/0.1.0"
	Profile string      `json:"profile"`           // whose rules judged
	Seed    uint64      `json:"seed"`              // of masking keys
	Server  bool        `json:"server"`            // the tester was the server, and tested clients
	Shard   string      `json:"shard,omitempty"`   // "2/5": the second of five parts; empty: all
	Started time.Time   `json:"started"`           // when it began
	Ended   time.Time   `json:"ended,omitzero"`    // zero: it did not, or has not yet
	Resumed []time.Time `json:"resumed,omitempty"` // when it went on after it had been cut short
	Cases   []cases.ID  `json:"cases,omitempty"`   // that were to be played, in order

	// LeftOut are, by agent, those of them that were not to be played with it.
	LeftOut map[string][]cases.ID `json:"leftOut,omitempty"`
}

// leaves reports whether a case was not to be played with an agent.
func (r Run) leaves(agent string, id cases.ID) bool { return slices.Contains(r.LeftOut[agent], id) }

// leaveOut notes that a case is not to be played with an agent.
func (r *Run) leaveOut(agent string, id cases.ID) {
	if r.leaves(agent, id) {
		return
	}
	left := maps.Clone(r.LeftOut) // which other copies of r have, too
	if left == nil {
		left = make(map[string][]cases.ID)
	}
	left[agent] = append(slices.Clip(left[agent]), id)
	r.LeftOut = left
}

// A Head is what results are preceded by in files.
type Head struct {
	Format  string `json:"format"`  // Format
	Version int    `json:"version"` // Version
	Runs    []Run  `json:"runs"`
}

// Format and Version name the shape of results.json. The version changes when what a
// reader of the old one relies on does, and not when fields are added.
const (
	Format  = "gobahn-results"
	Version = 1
)

func newHead(runs []Run) Head { return Head{Format: Format, Version: Version, Runs: runs} }
