package report

import (
	"time"

	"gobahn/cases"
)

// A Run says what was played, by whom and how. The results of several runs can be
// in one report.
type Run struct {
	Product string     `json:"product"`         // name and version of the tester: "Gobahn/0.1.0"
	Profile string     `json:"profile"`         // whose rules judged
	Seed    uint64     `json:"seed"`            // of masking keys
	Server  bool       `json:"server"`          // the tester was the server, and tested clients
	Shard   string     `json:"shard,omitempty"` // "2/5": the second of five parts; empty: all
	Started time.Time  `json:"started"`         // when it began
	Ended   time.Time  `json:"ended,omitzero"`  // zero: it did not, or has not yet
	Cases   []cases.ID `json:"cases,omitempty"` // that were to be played, in order
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
