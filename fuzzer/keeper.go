package fuzzer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gobahn/cases"
)

// A Keeper looks after the process of the server that is tested.
type Keeper interface {
	// Ended says how the process has ended, in a few words, and waits so long for that;
	// empty: it runs.
	Ended(wait time.Duration) string

	// PID is the number of the process; 0: it is not known.
	PID() int

	// Restart ends what is left of the process and starts it again. It is not called
	// beside another method. An error is why there is no server any more.
	Restart(ctx context.Context) error
}

// Lacks are those of needs that the user has not declared, so that a case with them is
// not played.
func (c *Client) Lacks(needs []cases.Need) []cases.Need { return c.declared().lacks(needs) }

// declared is what is known of the server.
func (c *Client) declared() Declared {
	d := c.Declared
	if k := c.Keeper; k != nil && d.PID == 0 {
		d.PID = k.PID()
	}
	return d
}

// endLimit is how long it may take until it is known that a process has ended which no
// longer accepts connections.
const endLimit = 2 * time.Second

// hangs is what is said of a server that is there, and does not answer.
const hangs = "it answers no connection any more, and had to be killed"

// fallen says how the server has come to its end, or that it hangs, when a case has been
// played; empty: it is there, or nobody could help it. A crash that looks like a server
// that drops TCP on purpose must not be overlooked, so only a clean end needs no proof,
// with life after it where somebody looked.
func (r *clientRun) fallen(ctx context.Context, p Played) string {
	k := r.client.Keeper
	if k == nil || r.abandoned {
		return ""
	}
	o := p.Observation
	lives := o.Life == nil || o.Life.Alive
	if says := k.Ended(0); says != "" || lives && o.Opened && o.Closing.WasClean {
		return says
	}
	for try := 0; ; try++ {
		o, _, err := r.connect(ctx, hello, nil)
		switch {
		case over(ctx, err) != nil: // nothing is known of the server
			return ""
		case err != nil:
			if says := k.Ended(endLimit); says != "" {
				return says
			}
			return "it accepts no connections any more: " + err.Error()
		case o.Response != "":
			return k.Ended(0)
		case !o.Closing.OpeningTimeout: // TCP was dropped, perhaps by the system
			return k.Ended(lateLimit)
		case try == 1: // a busy machine may take its time once
			return hangs
		}
	}
}

// certain is p, which was played while nothing else went on, with what has become of
// the server. Unreached is why it could not be reached, nil if it could. A server that
// did not answer p at all may have been ended by the case before: if it survives p when
// that is played once more, it was, and that case is played and reported once more, unless
// it was only company after which the server hung. An error ends the run.
func (r *clientRun) certain(ctx context.Context, p Played, unreached error) (Played, error) {
	before, company := r.last, r.company
	says := r.fallen(ctx, p)
	if ctx.Err() != nil {
		return p, context.Cause(ctx)
	}
	if r.last, r.company = p, false; says == "" {
		return p, nil
	}
	if unreached == nil && answered(p.Observation) || before.Agent == "" {
		r.restart(ctx, string(p.Case.ID), says)
		return r.blamed(p, says), nil
	}
	r.restart(ctx, fmt.Sprintf("%s or %s", before.Case.ID, p.Case.ID), says)
	again, err := r.playAlone(ctx, p, take{before: p.Observation.Before})
	if err != nil || again.Observation.Died != "" {
		return again, err
	}
	before, late, err := r.late(ctx, before)
	if err == nil && !late {
		if company && says == hangs {
			return again, nil
		}
		before = r.blamed(before, says+whenOver+"; played again, it does not end it")
	}
	return again, cmp.Or(err, r.done(before))
}

// answered reports whether the server has answered on any of the connections of a case.
func answered(o cases.Observation) bool {
	return o.Response != "" || slices.ContainsFunc(o.Parts, func(part *cases.Observation) bool { return part != nil && part.Response != "" })
}

// whenOver is added to what is said of a server that ended a little later.
const whenOver = ", when the case was over"

// blamed is p with the end of the server as its doing.
func (r *clientRun) blamed(p Played, says string) Played {
	p.Observation.Died = says
	p.Result = r.client.Profile.Judge(p.Case, p.Observation)
	return p
}

// playAlone plays one case while nothing else goes on: again and again while it fails and
// the machine keeps us waiting, but not for ever, and of its variants those of which that
// is so. An error ends the run.
func (r *clientRun) playAlone(ctx context.Context, p Played, how take) (Played, error) {
	for try := 1; ; try++ {
		played, unreached := r.play(ctx, p, how)
		if err := over(ctx, unreached); err != nil {
			return played, err
		}
		played, err := r.certain(ctx, played, unreached)
		if err != nil || !played.lagged() || try > lagTries {
			return played, err
		}
		how = take{before: attempt(played), kept: played.kept(unhurried)}
	}
}

// restart starts the server again, which has ended at a case. If that is not possible
// the cases that are left will fail, as with any server that is not there.
func (r *clientRun) restart(ctx context.Context, at, says string) {
	r.last = Played{}
	err := r.client.Keeper.Restart(ctx)
	if ctx.Err() != nil {
		return
	}
	if err == nil {
		r.notice(fmt.Sprintf("%s: the server process ended (%s); it was started again", at, says))
		return
	}
	r.abandoned = true
	r.notice(fmt.Sprintf("%s: the server process ended (%s); %v", at, says, err))
}

// suspects plays the cases again, one after the other, that were being played when the
// server ended, what began last first, and the one before if none of them ends it. As soon
// as one does, the others are innocent: they are left to be played as if nothing had been.
// Where nobody can be blamed for certain, all of list are, unless the server only hung: then
// it was the company that was too much for it.
func (r *clientRun) suspects(ctx context.Context, list []Played, before Played, says string) (left []Played, err error) {
	slices.SortFunc(list, func(a, b Played) int { return b.Observation.Started.Compare(a.Observation.Started) })
	var ids []string
	for _, p := range list {
		ids = append(ids, string(p.Case.ID))
	}
	all := strings.Join(ids, ", ")
	r.restart(ctx, all, says)
	again := make([]Played, 0, len(list))
	for i, p := range list {
		played, err := r.playAlone(ctx, p, take{before: attempt(p)})
		if err != nil {
			return nil, r.unconfirmed(append(again, list[i:]...), err)
		}
		again = append(again, played)
		if played.Observation.Died != "" {
			return list[i+1:], r.every(again)
		}
	}
	if before, late, err := r.late(ctx, before); late || err != nil {
		return nil, cmp.Or(err, r.every(append(again, before)))
	}
	for i, p := range again {
		if says == hangs {
			break
		}
		again[i] = r.blamed(p, fmt.Sprintf("%s, while %s was going on; played again alone, nothing ends it", says, all))
	}
	return nil, r.every(again)
}

// every passes on what came of cases.
func (r *clientRun) every(list []Played) error {
	for _, p := range list {
		if err := r.done(p); err != nil {
			return err
		}
	}
	return nil
}

// late plays p again, which had ended before the server did, and reports whether it is to
// blame. If so it has to be reported once more, as it is returned.
func (r *clientRun) late(ctx context.Context, p Played) (played Played, found bool, err error) {
	if p.Agent == "" || r.abandoned {
		return p, false, nil
	}
	played, err = r.playAlone(ctx, p, take{})
	if err != nil || played.Observation.Died != "" {
		return played, err == nil, err
	}
	says := r.client.Keeper.Ended(lateLimit)
	if says == "" {
		return played, false, nil
	}
	r.restart(ctx, "after "+string(p.Case.ID), says)
	return r.blamed(played, says+whenOver), true, nil
}

// lateLimit is how long it may take until it is known that a case has ended the server.
const lateLimit = time.Second / 2

// attempt is what came of p before it is played again.
func attempt(p Played) *cases.Attempt {
	return &cases.Attempt{
		Verdict: p.Result.Verdict, CloseVerdict: p.Result.CloseVerdict, Says: p.Result.Says, Lag: p.Observation.Lag,
	}
}
