package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/spec"
)

// A selection says which cases are played, and which not with whom.
type selection struct {
	cases, exclude []spec.Pattern
	agents         []spec.AgentExclusion
	own            []cases.Case // of files, behind those of the catalogue
}

// patterns are those of the command line, which have no position.
func patterns(texts []string) (list []spec.Pattern) {
	for _, text := range texts {
		list = append(list, spec.Pattern{Text: text})
	}
	return list
}

// list is the cases that are selected. Patterns that match nothing
// are reported on log.
func (s selection) list(log io.Writer) ([]cases.Case, error) {
	all := slices.Concat(cases.All, s.own)
	for _, p := range append(s.cases[:len(s.cases):len(s.cases)], s.exclude...) {
		match, err := cases.Select(all, []string{p.Text}, nil)
		switch {
		case err != nil && slices.Contains(s.cases, p):
			return nil, usageError{at(p, `"cases": %w`, err)}
		case len(match) == 0:
			fmt.Fprintf(log, "wstest: warning: %v\n", at(p, "no case matches %q", p.Text))
		}
	}
	list, err := cases.Select(all, spec.Texts(s.cases), spec.Texts(s.exclude))
	if err != nil {
		return nil, usagef(`"exclude-cases": %w`, err)
	}
	if len(list) == 0 {
		return nil, usagef("no case is left to play of %s%s: wstest cases lists all there are", quoted(s.cases), except(s.exclude))
	}
	return list, nil
}

// quoted is a list of patterns, for the eye.
func quoted(list []spec.Pattern) string {
	if len(list) == 0 {
		return "none"
	}
	texts := make([]string, len(list))
	for i, p := range list {
		texts[i] = strconv.Quote(p.Text)
	}
	return strings.Join(texts, ", ")
}

// except names the patterns of what was left out, if there are any.
func except(list []spec.Pattern) string {
	if len(list) == 0 {
		return ""
	}
	return " without " + quoted(list)
}

// at is an error about p, with its position if it has one.
func at(p spec.Pattern, format string, args ...any) error {
	if p.At.Line > 0 {
		return p.At.Errorf(format, args...)
	}
	return fmt.Errorf(format, args...)
}

// skip reports whether a case is left out for an agent; nil: none is.
func (s selection) skip() (func(agent string, id cases.ID) bool, error) {
	if len(s.agents) == 0 {
		return nil, nil
	}
	type exclusion struct{ agent, id func(string) bool }
	var list []exclusion
	for _, one := range s.agents {
		agent, err := cases.Whole(one.Agent.Text)
		if err != nil {
			return nil, usageError{at(one.Agent, `"exclude-agent-cases": %w`, err)}
		}
		for _, p := range one.Cases {
			id, err := cases.Whole(p.Text)
			if err != nil {
				return nil, usageError{at(p, `"exclude-agent-cases": %w`, err)}
			}
			list = append(list, exclusion{agent, id})
		}
	}
	return func(agent string, id cases.ID) bool {
		for _, one := range list {
			if one.agent(agent) && one.id(string(id)) {
				return true
			}
		}
		return false
	}, nil
}
