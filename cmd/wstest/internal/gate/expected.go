package gate

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/spec"
)

// An Expected is an expectation that was looked up in a catalogue.
type Expected struct {
	spec.Expectation

	agent   func(string) bool // nil: any
	ids     map[cases.ID]bool
	nothing []error // patterns that match no case
}

// Look finds the cases among all that expectations are about. Patterns that make no
// sense are errors with their places; those that match nothing are for the gate to
// tell.
func Look(list []spec.Expectation, all []cases.Case) ([]Expected, error) {
	var expected []Expected
	var faults []error
	for _, one := range list {
		e := Expected{Expectation: one, ids: make(map[cases.ID]bool)}
		for _, p := range one.Cases {
			if err := e.find(p, all); err != nil {
				faults = append(faults, err)
			}
		}
		if one.Agent.Text != "" {
			var err error
			if e.agent, err = cases.Whole(one.Agent.Text); err != nil {
				faults = append(faults, one.Agent.At.Errorf("%w", err))
			}
		}
		expected = append(expected, e)
	}
	return expected, errors.Join(faults...)
}

// find adds the cases of a pattern.
func (e *Expected) find(p spec.Pattern, all []cases.Case) error {
	match, err := cases.Select(all, []string{p.Text}, nil)
	unknown := err != nil && !strings.Contains(p.Text, "*")
	switch {
	case unknown:
		e.nothing = append(e.nothing, p.At.Errorf("%w", err))
		return nil
	case err != nil:
		return p.At.Errorf("%w", err)
	case len(match) == 0:
		e.nothing = append(e.nothing, p.At.Errorf("no case matches %q", p.Text))
	}
	for _, c := range match {
		e.ids[c.ID] = true
	}
	return nil
}

// covers reports whether e is about a case played with an agent.
func (e *Expected) covers(agent string, id cases.ID) bool {
	return e.ids[id] && (e.agent == nil || e.agent(agent))
}

// expired reports whether the last day of e has passed.
func (e *Expected) expired(now time.Time) bool {
	return !e.Until.IsZero() && !now.Before(e.Until.AddDate(0, 0, 1))
}

// findings are what is wrong with e whatever was played.
func (e *Expected) findings(now time.Time) (list []string) {
	for _, err := range e.nothing {
		list = append(list, err.Error())
	}
	if e.expired(now) {
		list = append(list, fmt.Sprintf("%v: this was expected until %s only: %s", e.At, e.Until.Format(time.DateOnly), e.Reason))
	}
	return list
}
