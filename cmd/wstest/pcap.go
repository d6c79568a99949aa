package main

import (
	"io"
	"path/filepath"
	"time"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/report"
	"gobahn/report/format"
	"gobahn/report/pcap"
)

// captureLimit is how many octets of a case's conversation are kept for a pcap file.
const captureLimit = 8 << 20

// writePcap writes the conversation of p to path. There is none with a server that was
// not reached.
func writePcap(path string, p fuzzer.Played) error {
	if p.Capture == nil {
		return nil
	}
	o := p.Observation
	return report.WriteFile(path, func(w io.Writer) error {
		return pcap.Write(w, pcap.Conversation{
			Capture: p.Capture, Server: o.Server,
			Started: o.Started, Ended: o.Started.Add(time.Duration(o.Duration)),
			ByUs: o.Closing.DroppedByMe, Reset: o.Closing.DroppedByMe && resets(p.Case),
			Comment: format.Comment(recordOf(p)), Product: product,
		})
	})
}

// resets reports whether the script ends with a reset.
func resets(c cases.Case) bool {
	n := len(c.Script)
	if n == 0 {
		return false
	}
	drop, ok := c.Script[n-1].(cases.Drop)
	return ok && drop.Reset
}

// pcapFile is the file of p in dir.
func pcapFile(dir string, reports *report.Writer, p fuzzer.Played) string {
	return filepath.Join(dir, reports.Stem(p.Agent, p.Case.ID)+".pcapng")
}

// recordOf is p for reports.
func recordOf(p fuzzer.Played) report.Record {
	return report.Record{
		Agent: p.Agent, Case: p.Case, Number: p.Number,
		Observation: p.Observation, Result: p.Result,
	}
}
