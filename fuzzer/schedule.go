package fuzzer

import (
	"cmp"
	"context"
	"iter"
	"runtime"
	"slices"
	"sync"
	"time"

	"gobahn/cases"
	"gobahn/wire"
)

// Cases are played side by side as far as that cannot change a verdict. First come
// those with little to send: while some wait, which takes nothing from anybody, the
// others are begun one after the other. Then come those that move much data. What
// fails beside others is played again alone, when nothing else is going on, and only
// that counts, unless a witness saw the server serve others meanwhile. So is a connection
// of which the server lets go after a while, and, at whatever time, what fails while the
// machine is too busy.

const (
	waitingLanes = 8       // cases at a time that pause
	quickLanes   = 12      // cases at a time that may have to wait for the server
	variantLanes = 8       // variants at a time of such a case
	heavyLoad    = 1 << 20 // octets; a case that sends as much is heavy
)

// heavyLanes is how many heavy cases are played at a time: while one waits for the
// server, another should have something to do.
func heavyLanes() int { return 2 * runtime.NumCPU() }

// load is about how many octets c sends. A message counts as some of them whatever
// its length.
func load(c cases.Case) (octets int) {
	const message = 1 << 10
	for step := range steps(c) {
		switch s := step.(type) {
		case cases.Frame:
			octets += s.Payload.Size()
		case cases.Message:
			octets += s.Payload.Size()
		case cases.Flood:
			octets += s.Count * (s.Frame.Payload.Size() + wire.MaxHeader)
		case cases.Blocks: // the peer has to deal with what comes out
			octets += s.Plain()
		case cases.Echo:
			octets += s.Count * (s.Message.Payload.Size() + message)
		}
	}
	return octets
}

// steps are those of all parts of c.
func steps(c cases.Case) iter.Seq[cases.Step] {
	return func(yield func(cases.Step) bool) {
		for _, part := range c.Parts() {
			for _, step := range part.Script {
				if !yield(step) {
					return
				}
			}
		}
	}
}

// lonely reports whether what is observed of c would be of others, too, if they were
// played beside it: time, memory, or many connections. A flood keeps a server with one
// thread from everybody else.
func lonely(c cases.Case) bool {
	return floods(c) || c.WatchesMemory() || c.Growth > 0 || c.Crowd != nil
}

// floods reports whether c floods the peer.
func floods(c cases.Case) bool {
	for step := range steps(c) {
		if _, ok := step.(cases.Flood); ok {
			return true
		}
	}
	return false
}

// waits is how long the script of c pauses.
func waits(c cases.Case) (sum cases.Duration) {
	for step := range steps(c) {
		switch s := step.(type) {
		case cases.Wait:
			sum += s.For
		case cases.Split:
			for _, p := range s.Pauses {
				sum += p.Wait.For
			}
		}
	}
	return sum
}

// all plays list, the first case alone: it shows whether the server is there, and
// what it is called.
func (r *clientRun) all(ctx context.Context, list []cases.Case) error {
	queue := make([]Played, len(list))
	for i, one := range list {
		queue[i] = Played{Peer: r.target.Address, Number: i + 1, Case: one}
	}
	if r.agent != "" {
		if queue = slices.DeleteFunc(queue, r.skipped); len(queue) == 0 {
			return nil
		}
	}
	first, err := r.first(ctx, queue[0])
	if over(ctx, err) != nil {
		return err
	}
	if err != nil {
		return r.unreachable(queue, first.Observation, err)
	}
	if first, err = r.sure(ctx, first); err != nil {
		return err
	}
	if r.client.Agent != "" || !r.skipped(first) {
		if err := r.done(first); err != nil {
			return err
		}
	}
	if queue = queue[1:]; r.client.Agent == "" {
		queue = slices.DeleteFunc(queue, r.skipped)
	}
	if err := r.rest(ctx, queue); err != nil {
		return err
	}
	return r.lastOf(ctx)
}

// first plays the first case, and again while the server cannot be reached in time and the
// machine keeps us waiting, but not for ever. An error is why it cannot.
func (r *clientRun) first(ctx context.Context, p Played) (first Played, err error) {
	how := take{}
	for try := 0; ; try++ {
		first, err = r.play(ctx, p, how)
		if err == nil || over(ctx, err) != nil || first.Observation.Lag == 0 || try == lagTries {
			return first, err
		}
		how = take{before: attempt(first)}
	}
}

// sure is the first case with what has become of the server, played again if it has failed
// while the machine kept us waiting.
func (r *clientRun) sure(ctx context.Context, first Played) (Played, error) {
	first, err := r.certain(ctx, first, nil)
	if err != nil || !first.lagged() {
		return first, err
	}
	return r.playAlone(ctx, first, take{before: attempt(first), kept: first.kept(unhurried)})
}

// rest plays the cases of queue side by side if that is wanted, and the server takes it.
func (r *clientRun) rest(ctx context.Context, queue []Played) error {
	if r.client.Parallel == 1 || len(queue) < 2 {
		return r.alone(ctx, queue)
	}
	if !r.takesTwo(ctx) {
		r.notice("the server opens one WebSocket at a time, so the cases are played one after the other")
		return r.alone(ctx, queue)
	}
	return r.beside(ctx, queue)
}

// unreachable passes on that all cases have failed, of which the first has been played.
func (r *clientRun) unreachable(queue []Played, o cases.Observation, err error) error {
	for _, p := range queue {
		p.Agent, p.Observation, p.Result = r.agent, o, r.client.Profile.Judge(p.Case, o)
		if err := r.done(p); err != nil {
			return err
		}
	}
	return &UnreachableError{err}
}

// skipped reports whether a case is not to be played with this server, and says so.
// Only when it has answered for the first time its name is known for certain.
func (r *clientRun) skipped(p Played) bool {
	c := r.client
	if p.Agent = r.agent; c.Skip == nil || !c.Skip(p.Agent, p.Case.ID) {
		return false
	}
	if c.OnSkip != nil {
		c.OnSkip(p)
	}
	return true
}

// alone plays the cases of queue one after the other.
func (r *clientRun) alone(ctx context.Context, queue []Played) error {
	for _, p := range queue {
		p, err := r.playAlone(ctx, p, take{})
		if err != nil {
			return err
		}
		if err := r.done(p); err != nil {
			return err
		}
	}
	return nil
}

// beside plays the cases of queue side by side, the light ones first.
func (r *clientRun) beside(ctx context.Context, queue []Played) error {
	var quick, waiting, heavy, last []Played
	for _, p := range queue {
		switch {
		case lonely(p.Case):
			last = append(last, p)
		case load(p.Case) >= heavyLoad:
			heavy = append(heavy, p)
		case waits(p.Case) > 0:
			waiting = append(waiting, p)
		default:
			quick = append(quick, p)
		}
	}
	// What takes longest begins first, lest it be waited for in the end.
	slices.SortStableFunc(waiting, func(a, b Played) int { return int(waits(b.Case) - waits(a.Case)) })
	slices.SortStableFunc(heavy, func(a, b Played) int { return load(b.Case) - load(a.Case) })
	if n := r.client.Parallel; n > 0 {
		if err := r.phase(ctx, &lanes{queue: slices.Concat(waiting, quick), n: n}); err != nil {
			return err
		}
		if err := r.phase(ctx, &lanes{queue: heavy, n: n}); err != nil {
			return err
		}
		return r.alone(ctx, last)
	}
	if err := r.phase(ctx,
		&lanes{queue: waiting, n: waitingLanes, witnessed: true},
		&lanes{queue: quick, n: quickLanes, witnessed: true, variants: variantLanes, pace: newPace(quickLanes)},
	); err != nil {
		return err
	}
	if err := r.phase(ctx, &lanes{queue: heavy, n: heavyLanes()}); err != nil {
		return err
	}
	return r.alone(ctx, last)
}

// Lanes are cases that are played so many at a time.
type lanes struct {
	queue     []Played // not begun
	n         int
	variants  int   // of each case at a time; 0: one
	pace      *pace // at which the cases begin; nil: at once
	witnessed bool
}

// A phase is cases that are played side by side.
type phase struct {
	cancel context.CancelCauseFunc

	mu      sync.Mutex
	running map[*besides]bool
	again   []Played       // to be played alone, unless the witness vouches for them
	fell    string         // how the server has ended; empty: it has not
	at      []Played       // the cases that were played then
	from    map[int]*lanes // where they came from, by their numbers
	before  Played         // the one that had ended before, in an earlier phase if need be; zero: none had
	company bool           // it had company
}

// besides says whether a case that is being played had company.
type besides struct{ others bool }

// phase plays the cases of all lanes, and then those again alone that failed beside
// others. If the server ends meanwhile it does so with those that are left once more.
func (r *clientRun) phase(ctx context.Context, all ...*lanes) error {
	for {
		fell, err := r.together(ctx, all...)
		if err != nil || !fell {
			return err
		}
	}
}

// together is one attempt at a phase; fell says that the server has ended in it, and
// cases may be left.
func (r *clientRun) together(ctx context.Context, all ...*lanes) (fell bool, err error) {
	together, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := &phase{cancel: cancel, running: make(map[*besides]bool), from: make(map[int]*lanes), before: r.last, company: r.company}
	var w witness
	watched := func() {}
	if slices.ContainsFunc(all, func(l *lanes) bool { return l.witnessed && len(l.queue) > 0 }) {
		watched = w.watch(together, r)
	}
	var wg sync.WaitGroup
	for _, l := range all {
		for lane := range l.n {
			wg.Go(func() { r.lane(together, p, l, lane) })
		}
	}
	wg.Wait()
	watched()
	r.last, r.company = p.before, p.company
	byNumber := func(a, b Played) int { return a.Number - b.Number }
	slices.SortFunc(p.again, byNumber)
	if together.Err() != nil {
		open := slices.Concat(p.at, p.again)
		if p.fell != "" { // the one before may have done it
			open = append(open, p.before)
		}
		return false, r.unconfirmed(open, context.Cause(together))
	}
	if p.fell != "" {
		left, late, err := r.suspects(ctx, p.at, p.before, p.fell)
		if err != nil {
			return false, r.unconfirmed(p.again, err)
		}
		if late { // what it was worth before does not matter any more
			p.again = slices.DeleteFunc(p.again, func(one Played) bool { return one.Number == p.before.Number })
		}
		for _, one := range left {
			l := p.from[one.Number]
			l.queue = append(l.queue, Played{Peer: one.Peer, Agent: one.Agent, Number: one.Number, Case: one.Case})
		}
	}
	return p.fell != "", r.confirm(ctx, &w, p.again)
}

// confirm plays the cases again alone for which the witness does not vouch.
func (r *clientRun) confirm(ctx context.Context, w *witness, list []Played) error {
	for i, before := range list {
		again, err := before, error(nil)
		if kept := before.kept(w.vouches); kept == nil || slices.Contains(kept, nil) {
			again, err = r.playAlone(ctx, before, take{before: attempt(before), kept: kept})
			if kept != nil {
				again.Capture = joined(before.Capture, again.Capture)
			}
		}
		if err != nil {
			return r.unconfirmed(list[i:], err)
		}
		if err := r.done(again); err != nil {
			return err
		}
	}
	return nil
}

// unconfirmed passes on what came of cases that can no longer be played again, for
// the run ends with err: what was gathered is not lost.
func (r *clientRun) unconfirmed(list []Played, err error) error {
	for _, p := range list {
		if p.Agent == "" { // there was none
			continue
		}
		p.Observation.Unconfirmed = true
		p.Observation.Faults = append(p.Observation.Faults, "the run ended before the case could be played again alone")
		if r.done(p) != nil {
			break
		}
	}
	return err
}

// lane plays one case after the other until none is left, or there are to be fewer
// lanes.
func (r *clientRun) lane(ctx context.Context, p *phase, l *lanes, lane int) {
	for {
		end, ok := l.begin(ctx)
		if !ok {
			return
		}
		one, company, ok := p.next(l, lane)
		if !ok {
			end()
			return
		}
		played, err := r.play(ctx, one, take{beside: l.variants})
		says := ""
		if err = over(ctx, err); err == nil { // a server that cannot be reached has failed the case
			says = r.fallen(ctx, played)
			err = over(ctx, nil)
		}
		end()
		if err != nil {
			p.cancel(err)
			return
		}
		p.ended(l, company, played)
		if p.fallen(l, says, company.others, played) {
			continue
		}
		if played.doubtful() && company.others || played.lagged() {
			p.replay(played)
			continue
		}
		if err := r.done(played); err != nil {
			p.cancel(err)
			return
		}
	}
}

// begin waits until the next case may begin. Whoever began it calls end.
func (l *lanes) begin(ctx context.Context) (end func(), ok bool) {
	if l.pace == nil {
		return func() {}, true
	}
	return l.pace.begin(ctx)
}

// next takes a case off the queue, and notes who has company from now on.
func (p *phase) next(l *lanes, lane int) (one Played, company *besides, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(l.queue) == 0 || lane >= l.n || p.fell != "" {
		return Played{}, nil, false
	}
	one, l.queue = l.queue[0], l.queue[1:]
	company = &besides{others: len(p.running) > 0}
	for other := range p.running {
		other.others = true
	}
	p.running[company] = true
	return one, company, true
}

// ended notes that a case has ended. A heavy one that took much of its time makes
// the lanes fewer: a slow server does not get faster by being asked for more.
func (p *phase) ended(l *lanes, company *besides, played Played) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.running, company)
	if load(played.Case) >= heavyLoad && played.Observation.Duration > played.Case.Limit.Time()/4 {
		l.n = max(1, l.n/2)
	}
}

// fallen notes that the server has ended, if it says so, and puts a case aside that ends
// then: it was played at the time.
func (p *phase) fallen(l *lanes, says string, company bool, played Played) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fell = cmp.Or(p.fell, says)
	if p.fell == "" {
		p.before, p.company = played, company
		return false
	}
	p.at = append(p.at, aside(played))
	p.from[played.Number] = l
	return true
}

// aside is a case that will be played again, without what may be large, and is of the
// less interest.
func aside(p Played) Played {
	p.Observation.Wirelog, p.Capture = nil, nil
	return p
}

// replay puts a case aside, that may have to be played alone.
func (p *phase) replay(played Played) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.again = append(p.again, played)
}

// takesTwo reports whether the server opens a WebSocket while another is open. It
// is given ten times as long for the second as it took for the first.
func (r *clientRun) takesTwo(ctx context.Context) (two bool) {
	const least, most = 100 * time.Millisecond, 2 * time.Second
	begun := time.Now()
	// The second is opened, and closed, while the session of the first stands still.
	_, _, _ = r.connect(ctx, hello, func() {
		ctx, cancel := context.WithTimeout(ctx, min(max(10*time.Since(begun), least), most))
		defer cancel()
		_, _, _ = r.connect(ctx, hello, func() { two = true })
	})
	return two
}

// hello is a conversation that is no test: the WebSocket is opened and closed.
var hello = cases.Case{
	ID:     "hello",
	Script: cases.Script{cases.SendClose{Payload: cases.Close(cases.CodeNormal, "")}},
	Accept: cases.Silence,
}
