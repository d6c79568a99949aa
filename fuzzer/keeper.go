package fuzzer

import (
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
	return r.health(ctx)
}

// health says how the server has come to its end, or that it hangs, by what a fresh
// connection shows; empty: it is there.
func (r *clientRun) health(ctx context.Context) string {
	k := r.client.Keeper
	for try := 0; ; try++ {
		o, _, err := r.connect(ctx, hello, nil)
		switch {
		case over(ctx, err) != nil: // the connection says nothing of the server
			return k.Ended(0)
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

// settled says what has become of the server when a case has been over for a while.
func (r *clientRun) settled(ctx context.Context) string {
	if k := r.client.Keeper; k == nil || r.abandoned {
		return ""
	} else if says := k.Ended(lateLimit); says != "" {
		return says
	}
	return r.health(ctx)
}

// certain is p, which was played while nothing else went on, with what has become of
// the server. Unreached is why it could not be reached, nil if it could. A server that
// did not answer p at all may have been ended by the case before, which is found out by
// playing both again. An error ends the run.
func (r *clientRun) certain(ctx context.Context, p Played, unreached error) (Played, error) {
	before, company := r.last, r.company
	says := r.fallen(ctx, p)
	if ctx.Err() != nil {
		return p, context.Cause(ctx)
	}
	if r.last, r.company = p, false; says == "" {
		return p, nil
	}
	if unreached == nil && answered(p.Observation) || before.Agent == "" || before.Number == p.Number {
		r.restart(ctx, string(p.Case.ID), says)
		return r.blamed(p, says), nil
	}
	if r.restart(ctx, fmt.Sprintf("%s or %s", before.Case.ID, p.Case.ID), says); r.abandoned {
		return r.blamed(p, fmt.Sprintf("%s, in this case or when %s was over", says, before.Case.ID)), nil
	}
	again, err := r.playAlone(ctx, p, take{before: p.Observation.Before})
	if err == nil && again.Observation.Died != "" {
		return again, nil
	}
	if err == nil {
		again, err = r.afterwards(ctx, again)
	}
	if err != nil {
		return again, r.unconfirmed([]Played{before}, err)
	}
	excused := company && says == hangs || again.Observation.Died != "" && p.Observation.Before != nil // p has been played before
	return again, r.accused(ctx, before, excused, says)
}

// afterwards is p, which nothing was played after, with what has become of the server since.
func (r *clientRun) afterwards(ctx context.Context, p Played) (Played, error) {
	says := r.settled(ctx)
	if ctx.Err() != nil {
		return p, context.Cause(ctx)
	}
	if says == "" {
		return p, nil
	}
	r.restart(ctx, "after "+string(p.Case.ID), says)
	return r.blamed(p, says+whenOver), nil
}

// accused plays the case once more that was over when the server was seen to have ended, as
// says says, and passes on that it is to blame: for it ends the server now, or since nobody
// else can have done so. It is excused if something else can have: the company it had, after
// which a server hangs that it leaves alone, or another case that does so.
func (r *clientRun) accused(ctx context.Context, before Played, excused bool, says string) error {
	found, late, err := r.late(ctx, before)
	switch {
	case err != nil:
		return r.unconfirmed([]Played{before}, err)
	case late:
		return r.done(found)
	case excused:
		return nil
	case r.abandoned: // it was not played again
		return r.done(r.blamed(before, says+whenOver))
	}
	return r.done(r.blamed(found, says+whenOver+"; played again, it does not end it"))
}

// lastOf looks after the server when all cases are over: what the last of them has done to
// it, no further case shows.
func (r *clientRun) lastOf(ctx context.Context) error {
	last, company := r.last, r.company
	if last.Agent == "" {
		return nil
	}
	says := r.settled(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if says == "" {
		return nil
	}
	r.restart(ctx, "after "+string(last.Case.ID), says)
	return r.accused(ctx, last, company && says == hangs, says)
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
// it was the company that was too much for it. Late says that it was the one before.
func (r *clientRun) suspects(ctx context.Context, list []Played, before Played, says string) (left []Played, late bool, err error) {
	slices.SortFunc(list, func(a, b Played) int { return b.Observation.Started.Compare(a.Observation.Started) })
	var ids []string
	for _, p := range list {
		ids = append(ids, string(p.Case.ID))
	}
	all := strings.Join(ids, ", ")
	r.restart(ctx, all, says)
	again := make([]Played, 0, len(list))
	for i, p := range list {
		played, err := r.toItsEnd(ctx, p, take{before: attempt(p)})
		if err != nil {
			return nil, false, r.unconfirmed(slices.Concat(again, list[i:], []Played{before}), err)
		}
		again = append(again, played)
		if played.Observation.Died != "" {
			return list[i+1:], false, r.every(again)
		}
	}
	found, late, err := r.late(ctx, before)
	if err != nil {
		return nil, false, r.unconfirmed(append(again, before), err)
	}
	if late {
		return nil, true, r.every(append(again, found))
	}
	for i, p := range again {
		if says == hangs {
			break
		}
		again[i] = r.blamed(p, fmt.Sprintf("%s, while %s was going on; played again alone, nothing ends it", says, all))
	}
	return nil, false, r.every(again)
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
// blame. If so it has to be reported once more, as it is returned. The server is known to be
// well.
func (r *clientRun) late(ctx context.Context, p Played) (played Played, found bool, err error) {
	if p.Agent == "" || r.abandoned {
		return p, false, nil
	}
	r.last = Played{}
	played, err = r.toItsEnd(ctx, p, take{})
	return played, err == nil && played.Observation.Died != "", err
}

// toItsEnd plays one case while nothing else goes on, and looks after the server when it is
// over. An error ends the run.
func (r *clientRun) toItsEnd(ctx context.Context, p Played, how take) (Played, error) {
	p, err := r.playAlone(ctx, p, how)
	if err != nil || p.Observation.Died != "" {
		return p, err
	}
	return r.afterwards(ctx, p)
}

// lateLimit is how long it may take until it is known that a case has ended the server.
const lateLimit = time.Second / 2

// attempt is what came of p before it is played again.
func attempt(p Played) *cases.Attempt {
	return &cases.Attempt{
		Verdict: p.Result.Verdict, CloseVerdict: p.Result.CloseVerdict, Says: p.Result.Says, Lag: p.Observation.Lag,
	}
}
