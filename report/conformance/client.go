package conformance

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	"gobahn/cases"
	"gobahn/fuzzer"
)

// A Player has a client play one case: it connects to the URL and sends every message
// back as it came, until the connection ends. It returns when ctx is done, too. That
// the connection has ended need not be an error, and is none to the test.
//
// It is called for several cases at a time, unless Parallel is 1.
type Player func(ctx context.Context, url string) error

// Client tests a client, and calls each after every case, one call at a time. It fails
// if the cases could not be played, and not if the peer does not conform.
func Client(ctx context.Context, play Player, o Options, each func(Result)) (err error) {
	s, stop, err := newClientSuite(ctx, play, o)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, stop()) }()
	return s.all(ctx, each)
}

// newClientSuite prepares to test a client: a fuzzing server serves until it is stopped.
func newClientSuite(ctx context.Context, play Player, o Options) (s *suite, stop func() error, err error) {
	s, err = newSuite(o, true)
	if err != nil {
		return nil, nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	h := &host{
		play: play, base: "ws://" + ln.Addr().String(), agent: cmp.Or(o.Agent, "client"), profile: o.Profile,
		visits: make(map[cases.ID]visit),
	}
	s.play = h.playCase
	server := &fuzzer.Server{Config: o.config(), Cases: s.list, OnStart: h.started, OnResult: h.ended}
	ctx, h.stop = context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, ln) }()
	return s, func() error {
		h.stop()
		return <-served
	}, nil
}

// A host has clients visit the fuzzing server.
type host struct {
	play    Player
	base    string // URL of the fuzzing server
	agent   string // name of the client
	profile cases.Profile
	stop    context.CancelFunc // stops the server, and drops all connections

	mu     sync.Mutex
	visits map[cases.ID]visit // of the cases that are being played
}

// A visit is a case that a client has been asked to play.
type visit struct {
	began   time.Time
	started chan struct{}
	result  chan fuzzer.Played
}

const (
	connectTime = 30 * time.Second // in which a client must ask for its case
	settleTime  = 2 * time.Second  // in which a case ends when the client has left
	leaveTime   = 5 * time.Second  // in which a client leaves when the case has ended
)

// started is called when a client has asked for its case.
func (h *host) started(p fuzzer.Played) {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case h.visits[p.Case.ID].started <- struct{}{}:
	default: // it has asked before
	}
}

// ended is called when a case has been played.
func (h *host) ended(p fuzzer.Played) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	v := h.visits[p.Case.ID]
	if p.Observation.Started.Before(v.began) { // it is what became of an earlier visit
		return nil
	}
	select {
	case v.result <- p:
	default: // it was played before
	}
	return nil
}

// playCase has the client play one case.
func (h *host) playCase(ctx context.Context, p fuzzer.Played) (fuzzer.Played, error) {
	v := visit{time.Now(), make(chan struct{}, 1), make(chan fuzzer.Played, 1)}
	h.mu.Lock()
	h.visits[p.Case.ID] = v
	h.mu.Unlock()

	query := url.Values{"casetuple": {string(p.Case.ID)}, "agent": {h.agent}}
	defer context.AfterFunc(ctx, h.stop)()
	visiting, leave := context.WithCancel(ctx)
	defer leave()
	left := make(chan error, 1)
	go func() { left <- h.play(visiting, h.base+"/runCase?"+query.Encode()) }()

	connect := time.NewTimer(connectTime)
	defer connect.Stop()
	settle := settleTime / 10 // a client that has not asked for its case hardly will
	for {
		select {
		case got := <-v.result:
			defer time.AfterFunc(leaveTime, leave).Stop()
			<-left
			return got, nil
		case err := <-left:
			if len(v.started) > 0 {
				settle = settleTime
			}
			return h.settled(ctx, p, v, settle, err)
		case <-v.started:
			connect.Stop() // the server ends what has begun
			settle = settleTime
		case <-connect.C:
			leave()
		}
	}
}

// settled is what has come of a case after that time when the client has left with err.
func (h *host) settled(ctx context.Context, p fuzzer.Played, v visit, after time.Duration, err error) (fuzzer.Played, error) {
	settle := time.NewTimer(after)
	defer settle.Stop()
	select {
	case got := <-v.result:
		return got, nil
	case <-ctx.Done():
		return p, context.Cause(ctx)
	case <-settle.C:
	}
	text := "the client has not played the case"
	if err != nil {
		text = fmt.Sprintf("%s: %v", text, err)
	}
	p.Agent = h.agent
	p.Observation = cases.Observation{
		Server: true, Started: time.Now(), Faults: []string{text}, Closing: cases.Closing{NotCleanReason: text},
	}
	p.Result = h.profile.Judge(p.Case, p.Observation)
	p.Case = p.Case.Under(h.profile, true)
	return p, nil
}
