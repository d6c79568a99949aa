package conformance

import (
	"crypto/tls"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"gobahn/cases"
	"gobahn/fuzzer"
)

// Options say what is played, and how. The zero value plays the cases of the reference
// and judges them as it does.
type Options struct {
	Cases   []string      // ids or patterns of the cases to play: "6.4.1", "6.*"; empty: all
	Exclude []string      // ids or patterns of cases to leave out
	Profile cases.Profile // whose rules judge; empty: cases.Autobahn
	Expect  []Known       // failures that are known

	Agent     string  // name of the peer in reports; empty: that of the test, or outside of tests what a server calls itself
	ReportDir string  // directory of the reports; empty: none are written
	Parallel  int     // cases to play at a time; 0: two for each processor
	Seed      uint64  // of the masking keys
	TimeScale float64 // by which all time limits are multiplied, for slow machines; 0: 1

	TLS *tls.Config // for servers with wss; nil: the certificate is verified with the system's roots
}

// A Known failure does not fail a test. A case that passes though it is known to fail
// does, so that the list gets shorter.
type Known struct {
	Cases  string // id or pattern
	Reason string // why it fails, or where that is being worked on
}

// plan is the cases to be played. An error says what in o makes no sense.
func (o Options) plan() ([]cases.Case, error) {
	if o.Profile != "" {
		if _, err := cases.ParseProfile(string(o.Profile)); err != nil {
			return nil, fmt.Errorf("option Profile: %w", err)
		}
	}
	switch {
	case o.Parallel < 0:
		return nil, fmt.Errorf("option Parallel is %d: want 0 or more", o.Parallel)
	case o.TimeScale < 0:
		return nil, fmt.Errorf("option TimeScale is %v: want 0 or more", o.TimeScale)
	}
	if len(o.Cases) == 0 {
		o.Cases = []string{"*"}
	}
	var known []string
	for _, k := range o.Expect {
		if strings.TrimSpace(k.Reason) == "" {
			return nil, fmt.Errorf("option Expect: %q is known to fail for no Reason: say why", k.Cases)
		}
		known = append(known, k.Cases)
	}
	if err := errors.Join(matching("Cases", o.Cases), matching("Exclude", o.Exclude), matching("Expect", known)); err != nil {
		return nil, err
	}
	list, err := cases.Select(cases.Catalogue, o.Cases, o.Exclude)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("no case is left to play of %q without %q", o.Cases, o.Exclude)
	}
	return list, err
}

// matching reports which of patterns, those of a field, match no case.
func matching(field string, patterns []string) (errs error) {
	for _, p := range patterns {
		list, err := cases.Select(cases.Catalogue, []string{p}, nil)
		if err == nil && len(list) == 0 {
			err = fmt.Errorf("no case matches %q", p)
		}
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("option %s: %w", field, err))
		}
	}
	return errs
}

// known is why a case is known to fail, if it is.
func (o Options) known(id cases.ID) (reason string, ok bool) {
	for _, k := range o.Expect {
		list, _ := cases.Select(cases.Catalogue, []string{k.Cases}, nil) // plan has had a look at it
		for _, c := range list {
			if c.ID == id {
				return k.Reason, true
			}
		}
	}
	return "", false
}

// config is what the engine needs.
func (o Options) config() fuzzer.Config {
	options := fuzzer.DefaultOptions()
	if o.TimeScale > 0 {
		options.TimeScale = o.TimeScale
	}
	return fuzzer.Config{Options: &options, Seed: o.Seed, Profile: o.Profile, Product: product}
}

// product is how the tester names itself to peers and in reports.
const product = "Gobahn"

// lanes is how many cases are played at a time.
func (o Options) lanes() int {
	if o.Parallel > 0 {
		return o.Parallel
	}
	return 2 * runtime.NumCPU()
}
