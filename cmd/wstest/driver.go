package main

import (
	"context"
	"fmt"
	"net"
	"slices"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/launch"
	"gobahn/fuzzer"
)

// A driver is a client that a command starts, and starts again when it ends in the middle
// of a case. Clients ask for cases by number, from 1 to what /getCaseCount says, so every
// start has a fuzzing server of its own, on the same port, that offers what is left.
type driver struct {
	testClient *testClient
	config     launch.Config
	rec        *recorder
	starts     int // beyond the first
}

// drive has the client play all cases, on ln at first: those in which it may have to
// refuse the opening handshake are played last.
func (d *driver) drive(ctx context.Context, ln net.Listener) (err error) {
	address := ln.Addr().String()
	ordinary, handshakes := split(d.testClient.list)
	if len(ordinary) > 0 || len(handshakes) == 0 {
		if err := d.ordinary(ctx, ln, ordinary); err != nil || len(handshakes) == 0 {
			return err
		}
		if ln, err = net.Listen("tcp", address); err != nil {
			return err
		}
	}
	return d.handshakes(ctx, ln, handshakes)
}

// split tells the cases in which a client may have to refuse the opening handshake from
// the others.
func split(list []cases.Case) (ordinary, handshakes []cases.Case) {
	for _, c := range list {
		if slices.Contains(c.Tags, cases.Handshake) {
			handshakes = append(handshakes, c)
		} else {
			ordinary = append(ordinary, c)
		}
	}
	return ordinary, handshakes
}

// ordinary has the client play cases in which it opens WebSockets.
func (d *driver) ordinary(ctx context.Context, ln net.Listener, left []cases.Case) error {
	for {
		s, err := d.sit(ctx, ln, left)
		if err != nil || s.says == "" {
			return err
		}
		if err := d.blame(ctx, ln.Addr().String(), s); err != nil {
			return err
		}
		left = slices.DeleteFunc(slices.Clone(left), func(c cases.Case) bool { return s.done[c.ID] })
		if len(left) == 0 {
			return nil
		}
		if ln, err = d.again(ln.Addr().String()); err != nil {
			return err
		}
	}
}

// again is where the client is to connect when it is started again.
func (d *driver) again(address string) (net.Listener, error) {
	if d.starts == d.testClient.restarts {
		return nil, fmt.Errorf("the client ended in the middle of %s; %w", plural(d.starts+1, "case"), d.testClient.spent())
	}
	d.starts++
	return net.Listen("tcp", address)
}

// blame reports the cases that were being played when the client ended. If there were
// several, each is offered to it alone, so that the blame is certain; where none of them
// ends it then, all of them have.
func (d *driver) blame(ctx context.Context, address string, s *sitting) error {
	results, found := s.held, len(s.held) == 1
	if found {
		results[0] = d.died(results[0], s.says)
	} else {
		for i, p := range results {
			ln, err := d.again(address)
			if err != nil {
				return err
			}
			alone, err := d.sit(ctx, ln, []cases.Case{p.Case})
			if err != nil {
				return err
			}
			if n := len(alone.held); n > 0 {
				results[i] = d.died(alone.held[n-1], alone.says)
				found = true
			}
		}
	}
	for _, p := range results {
		if !found {
			p = d.died(p, fmt.Sprintf("%s, while %s were played at a time; played again alone, none of them ends it", s.says, plural(len(results), "case")))
		}
		if s.done[p.Case.ID] = true; p.Observation.Died == "" {
			continue // it was reported when it was played alone
		}
		if err := d.rec.add(p); err != nil {
			return err
		}
	}
	return nil
}

// died is p with the end of the client as its doing, and nothing of it left to play.
func (d *driver) died(p fuzzer.Played, says string) fuzzer.Played {
	d.rec.progress.say(d.testClient.log, "wstest: %s: the client ended (%s)\n", p.Case.ID, says)
	p.Observation.Died, p.More = says, false
	p.Result = d.testClient.profile.Judge(p.Case, p.Observation)
	return p
}

// numbered is p with its number in the run: later starts count from 1 again.
func (d *driver) numbered(p fuzzer.Played) fuzzer.Played {
	if p.Number > len(d.testClient.list) || d.testClient.list[p.Number-1].ID != p.Case.ID {
		p.Number = 1 + slices.IndexFunc(d.testClient.list, func(c cases.Case) bool { return c.ID == p.Case.ID })
	}
	return p
}
