package main

import (
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/spec"
	"gobahn/fuzzer"
)

// Declarations are what flags say of the peer, and of the cases beyond the reference's.
type declarations struct {
	suite string
	tags  []string
	peer  fuzzer.Declared

	role cases.Role // of the peer; no flag sets it
}

func (d *declarations) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&d.suite, "suite", "", "cases to play, instead of --cases: reference, extended (the chapters the reference has not) or all")
	f.StringSliceVar(&d.tags, "tags", nil, "play the cases with these tags, too: slow, heavy")
	d.peerFlags(cmd)
}

// peerFlags are those about peers of both roles.
func (d *declarations) peerFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&d.peer.PID, "pid", 0, "process of the peer, whose memory is watched")
	f.IntVar(&d.peer.MaxMessage, "max-message", 0, "octets of the longest message that the peer takes")
}

// serverFlags are those about servers.
func (d *declarations) serverFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&d.peer.Origin, "origin-allow", "", "an Origin that the server lets in, while it refuses others")
	f.StringVar(&d.peer.Absent, "absent-path", "", "path of a resource that the server does not have")
}

// patterns select the cases of the suite, if one is given; asked are those of --cases.
func (d *declarations) patterns(asked []string) ([]string, error) {
	if d.suite == "" {
		return asked, nil
	}
	if !slices.Equal(asked, allCases) {
		return nil, usagef("--suite %s and --cases %s: give one of them", d.suite, strings.Join(asked, ","))
	}
	suite, err := cases.ParseSuite(d.suite)
	if err != nil {
		return nil, usagef("--suite: %w", err)
	}
	return suite.Patterns(), nil
}

// allCases are the patterns of --cases if it is not given.
var allCases = []string{"*"}

// fitting is list without the cases that are not for this peer, or not asked for.
func (d *declarations) fitting(list []cases.Case, named []string) ([]cases.Case, error) {
	var tags []cases.Tag
	for _, name := range d.tags {
		tag := cases.Tag(name)
		if tag != cases.Slow && tag != cases.Heavy {
			return nil, usagef("--tags: unknown tag %q: want %s or %s", name, cases.Slow, cases.Heavy)
		}
		tags = append(tags, tag)
	}
	if path := d.peer.Absent; path != "" && (!strings.HasPrefix(path, "/") || strings.ContainsFunc(path, unicode.IsSpace)) {
		return nil, usagef("--absent-path %q: want a path without blanks, such as /nothing", path)
	}
	if origin := d.peer.Origin; !spec.IsFieldValue(origin) {
		return nil, usagef("--origin-allow %q: want no control characters", origin)
	}
	return cases.For(list, d.role, tags, named), nil
}
