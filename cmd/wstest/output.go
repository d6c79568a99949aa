package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/report"
	"gobahn/report/format"
)

// Outputs are what flags want of a run beside the report.
type outputs struct {
	files  [len(fileFormats)]string // by format; empty: none
	pcap   string                   // directory; empty: none
	github bool

	stdout io.Writer // for a file that is "-"
}

// A fileFormat is a form of results that is one file.
type fileFormat struct {
	name  string // of the flag, and of the format elsewhere
	ext   string // of the files, by which it is known
	usage string
	write func(io.Writer, *report.Results) error
}

// fileFormats are all there are.
var fileFormats = [...]fileFormat{
	{"junit", ".xml", "JUnit XML", format.JUnit},
	{"tap", ".tap", "TAP 14", format.TAP},
	{"markdown", ".md", "a summary in Markdown", summary},
	{"badge", ".svg", "a badge", format.Badge},
	{"single-file", ".html", "the whole report as one HTML file", func(w io.Writer, r *report.Results) error { return r.WriteSingle(w) }},
}

func summary(w io.Writer, r *report.Results) error { return format.Markdown(w, r, format.SummaryLimit) }

// flags adds the flags of o.
func (o *outputs) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	for i, one := range fileFormats {
		f.StringVar(&o.files[i], one.name, "", "write "+one.usage+" to this `file`, too (-: standard output)")
	}
	f.StringVar(&o.pcap, "pcap", "", "write each conversation to this `directory`, for Wireshark")
	f.BoolVar(&o.github, "github", os.Getenv("GITHUB_ACTIONS") == "true",
		"annotate failures on GitHub and append to $GITHUB_STEP_SUMMARY (subcommands do by themselves where GITHUB_ACTIONS is true)")
}

// messages is where a run tells how it goes: standard output, unless a file is to be
// there, which others have to be able to read.
func (o *outputs) messages(cmd *cobra.Command) io.Writer {
	o.stdout = cmd.OutOrStdout()
	if slices.Contains(o.files[:], "-") {
		return cmd.ErrOrStderr()
	}
	return o.stdout
}

// check finds what cannot be written before anything is played.
func (o *outputs) check() error {
	for i, path := range o.files {
		if other := slices.Index(o.files[:i], path); path != "" && other >= 0 {
			return usagef("--%s %s: --%s writes to it, too: want another place", fileFormats[i].name, path, fileFormats[other].name)
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return usagef("--%s %s is a directory: want a file", fileFormats[i].name, path)
		}
	}
	if info, err := os.Stat(o.pcap); err == nil && !info.IsDir() {
		return usagef("--pcap %s is no directory: want one, which need not be there", o.pcap)
	}
	return nil
}

// capture is how many octets of a conversation are to be kept.
func (o *outputs) capture() int {
	if o.pcap == "" {
		return 0
	}
	return captureLimit
}

// played writes what is written of each case.
func (o *outputs) played(reports *report.Writer, p fuzzer.Played) error {
	if o.pcap == "" {
		return nil
	}
	return writePcap(pcapFile(o.pcap, reports, p), p)
}

// write writes what is wanted of the finished report in dir, annotations to out. Failures
// are what fails the run.
func (o *outputs) write(dir string, out io.Writer, fails func(agent string, id cases.ID) bool) error {
	if o.files == [len(o.files)]string{} && !o.github {
		return nil
	}
	results, err := report.OpenResults(dir)
	if err != nil {
		return err
	}
	defer results.Close()
	results.Fails = func(agent string, result cases.Result) bool { return fails(agent, result.ID) }
	for i, path := range o.files {
		if path == "" {
			continue
		}
		if e := fileFormats[i].to(path, o.stdout, results); e != nil {
			err = errors.Join(err, fmt.Errorf("--%s %s: %w", fileFormats[i].name, path, e))
		}
	}
	if o.github {
		err = errors.Join(err, format.Annotations(out, results), stepSummary(os.Getenv("GITHUB_STEP_SUMMARY"), results))
	}
	return err
}

// to writes results to the file at path, or to out.
func (f fileFormat) to(path string, out io.Writer, results *report.Results) error {
	write := func(w io.Writer) error { return f.write(w, results) }
	if path == "-" {
		return write(out)
	}
	return report.WriteFile(path, write)
}

// stepSummary appends to the summary of a step of GitHub as much as it takes.
func stepSummary(path string, results *report.Results) error {
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("summary of the step: %w", err)
	}
	info, err := f.Stat()
	if err == nil {
		err = format.Markdown(f, results, format.SummaryLimit-int(info.Size()))
	}
	return errors.Join(err, f.Close())
}
